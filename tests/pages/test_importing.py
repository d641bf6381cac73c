"""Import in the browser: a preview that writes nothing, then the confirmation; hostile files are refused."""

import html
import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from inventory.models import Department, Role
from tests.factories import TownFactory
from tests.pages.conftest import Register, client_of, make_user

URL = "/departments/import/"


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path


def lines(register: Register) -> str:
    return f"name,kind,town\n水务局,bureau,{register.device.department.town.name}\n"


def token_in(text: str) -> str:
    return text.partition('name="token" value="')[2].partition('"')[0]


def test_a_preview_writes_nothing_and_the_confirmation_does(admin: Client, register: Register, tmp_path) -> None:
    text = admin.post(URL, {"text": lines(register)}).content.decode()
    assert "水务局" in text
    assert not Department.objects.filter(name="水务局").exists()
    token = token_in(text)
    assert admin.post(URL, {"token": token}).status_code == 302
    assert Department.objects.get(name="水务局").staff == 0
    assert not list((tmp_path / "uploads").iterdir())
    assert "no longer here" in admin.post(URL, {"token": token}).content.decode()


def test_a_preview_says_values_in_words_and_related_rows_by_name(admin: Client, register: Register) -> None:
    department, town = register.device.department, TownFactory()
    text = f"name,kind,town\n{department.name},town_government,{town.name}\n"
    page = html.unescape(admin.post(URL, {"text": text}).content.decode())
    assert f"{department.get_kind_display()} → town government" in page
    assert f"{department.town.name} → {town.name}" in page


def test_a_workbook_with_chinese_titles_is_read_too(admin: Client, register: Register) -> None:
    with translation.override("zh-hans"):
        titles = [str(Department._meta.get_field(name).verbose_name) for name in ("name", "kind", "town", "staff")]
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.append(titles)
    book.active.append(["水务局", "bureau", register.device.department.town.name, 12])
    book.save(out)
    text = admin.post(URL, {"file": SimpleUploadedFile("a.xlsx", out.getvalue())}).content.decode()
    admin.post(URL, {"token": token_in(text)})
    assert Department.objects.get(name="水务局").staff == 12


def test_each_bad_line_is_named_and_nothing_can_be_confirmed(admin: Client, register: Register) -> None:
    text = admin.post(URL, {"text": "name,kind,town\n水务局,bureau,nowhere\n"}).content.decode()
    assert "nowhere" in text
    assert "Line 2: Town: " in text
    admin.post(URL, {"token": token_in(text)})
    assert not Department.objects.filter(name="水务局").exists()


@pytest.mark.parametrize("octets", [b"PK\x03\x04 no zip", b"\x00\x01\x02", b"", b"\xff\xfe\x00a"])
def test_what_is_no_table_is_refused_with_a_sentence(admin: Client, register: Register, octets: bytes) -> None:
    answer = admin.post(URL, {"file": SimpleUploadedFile("a.xlsx", octets)})
    assert answer.status_code == 200
    assert "btn-primary" not in answer.content.decode() or "Preview" in answer.content.decode()


def test_anothers_upload_cannot_be_loaded(admin: Client, register: Register) -> None:
    token = token_in(admin.post(URL, {"text": lines(register)}).content.decode())
    other = client_of(make_user("second", Role.ADMINISTRATOR))
    assert "no longer here" in other.post(URL, {"token": token}).content.decode()
    assert "no longer here" in other.post(URL, {"token": "../../secret_key"}).content.decode()


def test_who_sees_a_part_only_cannot_import(register: Register) -> None:
    client = client_of(make_user("tech", Role.TECHNICIAN, towns=(register.device.site.town,)))
    assert client.get("/devices/import/").status_code == 403
    assert client.post("/devices/import/", {"text": "asset_tag\nX"}).status_code == 403


def test_what_was_not_shown_is_not_loaded(admin: Client, register: Register) -> None:
    """Between the preview and its confirmation somebody else changed a row that the file would change back."""
    department = register.device.department
    old = f"{department.name},{department.kind},{department.town.name},7"
    text = f"name,kind,town,staff\n{old}\n水务局,bureau,{department.town.name},1\n"
    first = admin.post(URL, {"text": text}).content.decode()
    shown = first.partition('name="shown" value="')[2].partition('"')[0]
    admin.post(f"/departments/{department.pk}/field/staff/", {"staff": "55"})
    answer = admin.post(URL, {"token": token_in(first), "shown": shown}).content.decode()
    assert "The register changed meanwhile" in answer and "55 → 7" in html.unescape(answer)
    department.refresh_from_db()
    assert department.staff == 55 and not Department.objects.filter(name="水务局").exists()
    again = answer.partition('name="shown" value="')[2].partition('"')[0]
    assert admin.post(URL, {"token": token_in(answer), "shown": again}).status_code == 302
    department.refresh_from_db()
    assert department.staff == 7 and Department.objects.filter(name="水务局").exists()
