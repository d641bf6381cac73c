"""Journal and files: who writes, who sees, what a file may be, how it is given out, and that nothing is left behind."""

from pathlib import Path
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client

from inventory.models import Attachment, Device, JournalEntry, Role
from inventory.models.base import writing
from inventory.rules import files
from inventory.services import journal, write
from tests.factories import TESTER, DepartmentFactory, DeviceFactory, TownFactory
from tests.pages.conftest import Register, client_of, make_user

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
HTML = b"<html><script>alert(1)</script></html>"


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path / "files"


def kept(folder: Path) -> list[Path]:
    return [place for place in folder.rglob("*") if place.is_file()]


def send(client: Client, device: Device, name: str, content: bytes) -> str:
    file = SimpleUploadedFile(name, content, content_type="image/png")
    answer = client.post(f"/files/device/{device.pk}/", {"file": [file]}, follow=True)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_an_entry_has_its_author_and_date_and_stands_on_the_page(admin: Client, register: Register) -> None:
    device = register.device
    admin.post(f"/journal/device/{device.pk}/", {"text": "  电源已更换\n第二行 ", "kind": "repair"})
    entry = JournalEntry.objects.get()
    assert (entry.text, entry.kind, str(entry.author), entry.owner) == ("电源已更换\n第二行", "repair", "admin", device)
    assert "电源已更换" in admin.get(f"/devices/{device.pk}/").content.decode()


@pytest.mark.parametrize("values", [{"text": "   "}, {"text": "x", "kind": "poem"}, {"text": "x" * 4001}])
def test_an_entry_without_text_or_of_no_kind_is_refused(
    admin: Client, register: Register, values: dict[str, str]
) -> None:
    answer = admin.post(f"/journal/device/{register.device.pk}/", values, follow=True)
    assert "alert" in answer.content.decode()
    assert not JournalEntry.objects.exists()


def test_sites_segments_and_cables_have_journals_too(admin: Client, register: Register) -> None:
    things = {row._meta.model_name: row for row in [*register.rows, register.device.site]}
    for kind, name in (("site", "site"), ("segment", "segment"), ("cable", "cable"), ("fiber_cable", "fibercable")):
        thing = things[name]
        answer = admin.post(f"/journal/{kind}/{thing.pk}/", {"text": f"on {kind}"}, follow=True)
        assert f"on {kind}" in answer.content.decode()
    assert JournalEntry.objects.count() == 4
    assert admin.post(f"/journal/person/{things['person'].pk}/", {"text": "x"}).status_code == 404


def test_markup_in_an_entry_is_shown_as_text(admin: Client, register: Register) -> None:
    admin.post(f"/journal/device/{register.device.pk}/", {"text": "<script>alert(1)</script>"})
    assert "<script>alert" not in admin.get(f"/devices/{register.device.pk}/").content.decode()


def test_only_its_author_and_an_administrator_delete_an_entry_and_the_log_keeps_it(register: Register) -> None:
    author, other = make_user("t1", Role.TECHNICIAN), make_user("t2", Role.TECHNICIAN)
    entry = journal.add_entry(register.device, "gone", kind="note", actor=write.Actor("t1", user=author))
    url = f"/journal/{entry.pk}/delete/"
    assert client_of(other).post(url).status_code == 403
    assert client_of(author).get(url).status_code == 405
    assert client_of(author).post(url).status_code == 302
    assert not JournalEntry.objects.exists()
    logged = LogEntry.objects.get(content_type=ContentType.objects.get_for_model(JournalEntry), action=2)
    assert logged.changes["text"][0] == "gone"


@pytest.mark.django_db(transaction=True)
def test_a_file_is_kept_by_a_random_name_and_goes_with_its_row(folder: Path) -> None:
    admin, device = client_of(make_user("admin", Role.ADMINISTRATOR)), DeviceFactory()
    html = send(admin, device, "机柜.png", PNG)
    row = Attachment.objects.get()
    assert (row.name, row.kind, row.size_octets) == ("机柜.png", "image/png", len(PNG))
    assert "机柜.png" in html
    place = kept(folder)[0]
    assert place.read_bytes() == PNG
    assert "png" not in place.name
    assert place.stat().st_mode & 0o077 == 0
    admin.post(f"/files/{row.pk}/delete/")
    assert kept(folder) == []
    assert LogEntry.objects.filter(object_repr="机柜.png", action=2).exists()


def test_a_file_is_what_it_holds_and_not_what_it_says(admin: Client, register: Register, folder: Path) -> None:
    html = send(admin, register.device, "photo.png", HTML)
    assert "photo.png is no picture" in html
    assert not Attachment.objects.exists()
    assert kept(folder) == []


def test_a_file_that_is_too_large_is_refused_and_others_of_the_same_upload_are_kept(
    admin: Client, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MOST_OCTETS", 100)
    monkeypatch.setattr("inventory.pages.journal.MOST_OCTETS", 100)
    some = [SimpleUploadedFile("big.png", PNG + bytes(100)), SimpleUploadedFile("small.png", PNG)]
    answer = admin.post(f"/files/device/{register.device.pk}/", {"file": some}, follow=True)
    assert "big.png is too large" in answer.content.decode()
    assert Attachment.objects.get().name == "small.png"


def test_a_picture_is_shown_and_anything_else_saved_and_neither_does_anything(
    admin: Client, register: Register
) -> None:
    send(admin, register.device, "a.png", PNG)
    send(admin, register.device, "b.pdf", b"%PDF-1.7 /JS")
    for row in Attachment.objects.all():
        answer = admin.get(f"/files/{row.pk}/")
        assert answer["Content-Type"] == row.kind
        assert answer["Content-Disposition"].startswith("inline" if row.is_image else "attachment")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        assert "private" in answer["Cache-Control"]
        assert b"".join(answer.streaming_content)


def test_who_may_not_see_the_device_has_neither_its_files_nor_its_journal(register: Register) -> None:
    device = register.device
    row = journal.attach(device, "a.png", PNG, actor=TESTER)
    entry = journal.add_entry(device, "secret", kind="note", actor=TESTER)
    strangers = (
        make_user("tech", Role.TECHNICIAN, towns=(TownFactory(),)),
        make_user("dep", Role.DEPARTMENT, department=DepartmentFactory()),
        make_user("none", ""),
    )
    for user in strangers:
        client = client_of(user)
        assert client.get(f"/files/{row.pk}/").status_code == 404
        for url in (
            f"/files/{row.pk}/delete/",
            f"/journal/{entry.pk}/delete/",
            f"/files/device/{device.pk}/",
            f"/journal/device/{device.pk}/",
        ):
            assert client.post(url, {"text": "x"}).status_code in (403, 404), (user, url)
    assert Client().get(f"/files/{row.pk}/").status_code == 302
    reader = client_of(make_user("director", Role.DIRECTOR))
    assert reader.get(f"/files/{row.pk}/").status_code == 200
    assert reader.post(f"/files/device/{device.pk}/", {"file": [SimpleUploadedFile("b.png", PNG)]}).status_code == 403
    assert reader.post(f"/journal/device/{device.pk}/", {"text": "x"}).status_code == 403
    assert (Attachment.objects.count(), JournalEntry.objects.count()) == (1, 1)


def test_a_file_whose_row_is_refused_is_not_kept(register: Register, folder: Path) -> None:
    device = Device(pk=10**9)
    with pytest.raises((ValidationError, IntegrityError)), transaction.atomic():
        journal.attach(device, "a.png", PNG, actor=TESTER)
    assert kept(folder) == []


def test_a_file_that_the_disk_had_no_room_for_is_told_and_not_kept(
    register: Register, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: Path, content: bytes) -> None:
        with file.open("wb") as begun:
            begun.write(content[:4])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    client = client_of(make_user("technician", Role.TECHNICIAN))
    client.raise_request_exception = False
    place = f"/files/device/{register.device.pk}/"
    answer = client.post(place, {"file": [SimpleUploadedFile("a.png", PNG)]})
    assert answer.status_code == 503 and "The disk has no room left" in answer.content.decode()
    assert kept(folder) == [] and not Attachment.objects.exists()


def test_files_of_deleted_things_are_swept(register: Register, folder: Path) -> None:
    device = DeviceFactory()
    journal.attach(device, "a.png", PNG, actor=TESTER)
    journal.attach(register.device, "b.png", PNG, actor=TESTER)
    with write.unit(TESTER) as unit:
        unit.delete(device)
    assert len(kept(folder)) == 2
    assert journal.sweep(dry_run=True) == 1
    assert len(kept(folder)) == 2
    assert journal.sweep() == 1
    assert len(kept(folder)) == 1


def test_an_entry_of_no_thing_or_of_two_cannot_be(register: Register) -> None:
    for owners in ({}, {"device": register.device, "site": register.device.site}):
        with pytest.raises(IntegrityError), transaction.atomic(), writing(object()):
            JournalEntry.objects.create(text="x", **owners)


def test_a_file_that_the_disk_lost_is_not_found(admin: Client, register: Register, folder: Path) -> None:
    row = journal.attach(register.device, "a.png", PNG, actor=TESTER)
    kept(folder)[0].unlink()
    assert admin.get(f"/files/{row.pk}/").status_code == 404


def test_who_administers_a_department_reports_a_fault_of_its_own_devices_and_nothing_else(register: Register) -> None:
    device = register.device
    person = client_of(make_user("dep", Role.DEPARTMENT, department=device.department))
    technician = client_of(make_user("tech", Role.TECHNICIAN))
    page = person.get(f"/devices/{device.pk}/").content.decode()
    assert f"/journal/device/{device.pk}/" in page and 'value="note"' not in page
    assert person.post(f"/journal/device/{device.pk}/", {"text": "does not start", "kind": "note"}).status_code == 403
    assert person.post(f"/journal/device/{device.pk}/", {"text": "does not start"}).status_code == 302
    entry = JournalEntry.objects.get()
    assert (entry.kind, entry.device, entry.author.username) == ("fault", device, "dep")
    assert person.post(f"/files/device/{device.pk}/", {"file": [SimpleUploadedFile("b.png", PNG)]}).status_code == 403
    if device.site is not None:
        assert person.post(f"/journal/site/{device.site.pk}/", {"text": "x"}).status_code in (403, 404)
    assert "/devices/?open_fault=true" in technician.get("/").content.decode()
    assert device.asset_tag in technician.get("/devices/?open_fault=true").content.decode()
    assert technician.post(f"/journal/device/{device.pk}/", {"text": "new fan", "kind": "repair"}).status_code == 302
    assert "open_fault=true" not in technician.get("/").content.decode()
    assert device.asset_tag not in technician.get("/devices/?open_fault=true").content.decode()
