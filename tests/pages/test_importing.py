"""Import in the browser: a preview that writes nothing, then the confirmation; hostile files are refused."""

import html
import io
from pathlib import Path

import openpyxl
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db.models import Model
from django.test import Client
from django.utils import translation

from inventory.models import AssetClass, Department, Device, Location, Role
from inventory.pages.importing import file_of
from inventory.pages.kit import kit
from inventory.services import write
from tests.factories import TESTER, DepartmentFactory, SiteFactory, TownFactory
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


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_list_taken_as_a_workbook_to_edit_is_imported_without_a_change(register: Register, language: str) -> None:
    admin = client_of(make_user("admin", Role.ADMINISTRATOR))
    admin.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    tried = 0
    for page in kit.pages.values():
        if file_of(page) is None or "import" not in page.actions:
            continue
        book = b"".join(admin.get(page.url("export", "to-edit.xlsx")).streaming_content)
        rows = openpyxl.load_workbook(io.BytesIO(book)).active.max_row - 1
        text = admin.post(page.url("import"), {"file": SimpleUploadedFile("a.xlsx", book)}).content.decode()
        same = {"en": f"{rows} as before", "zh-hans": f"{rows} 未变"}[language]
        assert same in text or not rows, (page, text[text.find("<form class") :])
        tried += 1
    assert tried > 15


def test_a_cell_edited_in_such_a_workbook_is_the_one_change(admin: Client, register: Register) -> None:
    answer = admin.get("/devices/export.to-edit.xlsx?q=TZ-1")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    header = [cell.value for cell in book.active[1]]
    assert book.active.max_row == 2
    book.active.cell(2, header.index("Serial number") + 1).value = "00123456789012345678"
    out = io.BytesIO()
    book.save(out)
    text = admin.post("/devices/import/", {"file": SimpleUploadedFile("a.xlsx", out.getvalue())}).content.decode()
    admin.post("/devices/import/", {"token": token_in(text)})
    register.device.refresh_from_db()
    assert register.device.serial == "00123456789012345678"
    assert register.device.holder is not None and register.device.location is not None


def test_who_may_not_import_gets_no_workbook_to_edit(register: Register) -> None:
    town = client_of(make_user("t", Role.TECHNICIAN, towns=(register.device.site.town,)))
    assert town.get("/devices/export.to-edit.xlsx").status_code == 403
    assert "to-edit" not in town.get("/devices/").content.decode()


def test_such_a_workbook_says_choices_in_words_that_are_read_in_either_language(register: Register) -> None:
    admin = client_of(make_user("admin", Role.ADMINISTRATOR))
    admin.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    book = b"".join(admin.get("/devices/export.to-edit.xlsx").streaming_content)
    assert "在用" in {cell.value for cell in openpyxl.load_workbook(io.BytesIO(book)).active[2]}
    admin.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    text = admin.post("/devices/import/", {"file": SimpleUploadedFile("a.xlsx", book)}).content.decode()
    assert "2 as before" in text


def test_a_model_may_stand_with_its_maker_and_a_place_as_a_page_says_it(admin: Client, register: Register) -> None:
    device = register.device
    kind = device.device_type
    text = f"资产编号,型号,院落,存放地点\n新-1,{kind.manufacturer} {kind.model},{device.site},{device.location}\n"
    admin.cookies["django_language"] = "zh-hans"
    token = token_in(admin.post("/devices/import/", {"text": text}).content.decode())
    admin.post("/devices/import/", {"token": token})
    made = Device.objects.get(asset_tag="新-1")
    assert (made.device_type, made.location) == (kind, device.location)


def test_faults_speak_the_language_of_the_page_and_what_was_pasted_stays(admin: Client, register: Register) -> None:
    admin.cookies["django_language"] = "zh-hans"
    device = register.device
    head = "资产编号,型号,单位,状态,序号列,主 IP 地址"
    text = f"{head}\nTZ-1,{device.device_type},无此局,坏了,x,10.1.2.3\n"
    page = html.unescape(admin.post("/devices/import/", {"text": text}).content.decode())
    assert "应为 资产编号, 名称" in page
    assert "主 IP 地址: 不认识的列" not in page
    assert head in page
    page = html.unescape(admin.post("/devices/import/", {"text": text.replace("序号列", "备注")}).content.decode())
    assert "单位: 单位 中没有“无此局”" in page
    assert "状态: 应为 计划, 闲置, 在用, 维修" in page


def test_text_that_is_no_csv_keeps_its_lines_and_is_told(admin: Client, register: Register) -> None:
    page = admin.post(URL, {"text": 'name,kind,town\n水务局,bureau,x\n"a"b,c\n'}).content.decode()
    assert "Line 3: is not CSV" in page


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


def exported(client: Client, model: type[Model], kind: str) -> bytes:
    answer = client.get(kit.pages[model].url("export", kind))
    return b"".join(answer.streaming_content)  # type: ignore[arg-type]


def test_locations_may_stand_as_a_list_says_them_with_the_names_of_their_parents(db: None, tmp_path: Path) -> None:
    site = SiteFactory()
    file = tmp_path / "locations.csv"
    file.write_text(
        f"院落,名称,上级地点,类别\n{site},2楼,,楼层\n{site},203,2楼,房间\n{site},角落,2楼 / 203,房间\n",
        encoding="utf-8",
    )
    call_command("load", str(file))
    assert [str(one) for one in Location.objects.order_by("pk")] == ["2楼", "2楼 / 203", "2楼 / 203 / 角落"]
    call_command("load", str(file))
    assert Location.objects.count() == 3


def test_a_room_whose_name_has_a_stroke_comes_back_too(admin: Client) -> None:
    with write.unit(TESTER) as unit:
        unit.create(Location(site=SiteFactory(), name="1/2楼"))
    upload = SimpleUploadedFile("a.csv", exported(admin, Location, "csv"))
    outcome = admin.post("/locations/import/", {"file": upload}).context["outcome"]
    assert (outcome.problems, outcome.created, outcome.unchanged) == ([], 0, 1)


def test_a_column_that_a_user_hides_is_exported_where_rows_are_known_by_it(admin: Client) -> None:
    DepartmentFactory()
    admin.post("/departments/columns/", {"column": ["staff"]})
    header = exported(admin, Department, "csv").decode().splitlines()[0]
    assert header == "\ufeffStaff in post,Name,Kind,Town"
    reader = client_of(make_user("reader", Role.DIRECTOR))
    reader.post("/departments/columns/", {"column": ["staff"]})
    assert exported(reader, Department, "csv").decode().startswith("\ufeffStaff in post\r\n")


def test_an_empty_list_is_a_file_without_rows(admin: Client) -> None:
    for language in ("en", "zh-hans"):
        admin.cookies["django_language"] = language
        upload = SimpleUploadedFile("a.xlsx", exported(admin, AssetClass, "xlsx"))
        outcome = admin.post("/asset-classes/import/", {"file": upload}).context["outcome"]
        assert (outcome.problems, outcome.created, outcome.unchanged) == ([], 0, 0)


def test_a_workbook_that_is_none_is_told_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / "asset-classes-2026-11-30.xlsx"
    file.write_bytes(b"PK no workbook")
    with pytest.raises(CommandError, match=file.name):
        call_command("load", str(file))


def test_what_no_list_and_no_file_is_called_is_refused(tmp_path: Path) -> None:
    for name in ("nothing.csv", "devices.xlsx.csv.bak"):
        (tmp_path / name).write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("load", str(tmp_path / "nothing.csv"))


def test_the_columns_that_are_not_read_are_told(db: None, tmp_path: Path, capsys) -> None:
    with translation.override("en"):
        file = tmp_path / "ip-addresses-2026-11-30.csv"
        file.write_text("Address,Gone since\n10.1.2.3,\n", encoding="utf-8")
        call_command("load", str(file), "--dry-run")
    assert f"{file.name}: not read: Gone since" in capsys.readouterr().out
