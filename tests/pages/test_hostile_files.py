"""Hostile files: what is uploaded or imported is what it holds, and is refused in a sentence or does nothing."""

import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from inventory.pages.kit import kit
from inventory.services import journal
from inventory.services.importing.cells import BadCell
from inventory.services.importing.files import REGISTRY
from inventory.services.importing.lookup import HINTS, Lookup
from tests.factories import TESTER
from tests.pages.conftest import Register
from tests.pages.test_hostile_content import EVIL, LIVE
from tests.pages.test_hostile_scope import text_of


@pytest.mark.parametrize(
    "name", ["a\r\nSet-Cookie: x=1", EVIL, "../../etc/passwd", "a.svg", "照片\u202egpj.exe", "x" * 5000, ""]
)
def test_the_name_of_a_file_is_a_name_and_no_header(
    admin: Client, register: Register, name: str, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = settings.VAR_DIR = tmp_path
    png = b"\x89PNG\r\n\x1a\n<svg onload=alert(1)><script>alert(1)</script>"
    row = journal.attach(register.device, name, png, actor=TESTER)
    answer = admin.get(reverse("file", args=[row.pk]))
    assert answer.status_code == 200
    assert row.name.endswith(".png") and len(row.name) < 200
    assert "Set-Cookie" not in answer.headers and "\n" not in answer["Content-Disposition"]
    assert answer["Content-Type"] == "image/png" and answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert not LIVE.search(text_of(admin.get(f"/devices/{register.device.pk}/")))
    b"".join(answer.streaming_content)


@pytest.mark.parametrize(
    "octets",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<!doctype html><script>alert(1)</script>",
        b"GIF8<html>",
    ],
)
def test_markup_is_no_file(register: Register, octets: bytes) -> None:
    with pytest.raises(ValidationError):
        journal.attach(register.device, "a.png", octets, actor=TESTER)


def workbook(sheet: str, part: str = "") -> bytes:
    """A workbook whose sheet is the given XML, with one more part."""
    made, out = io.BytesIO(), io.BytesIO()
    openpyxl.Workbook().save(made)
    with zipfile.ZipFile(made) as plain, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in plain.namelist():
            archive.writestr(name, sheet if name == "xl/worksheets/sheet1.xml" else plain.read(name))
        if part:
            archive.writestr(part, b"x")
    return out.getvalue()


def sheet_of(rows: str, before: str = "", prolog: str = "") -> str:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'{prolog}<worksheet xmlns="{main}">{before}<sheetData>{rows}</sheetData></worksheet>'


ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
NAME = '<row r="1"><c r="A1" t="str"><v>name</v></c></row>'
FILES = {
    "a bomb": workbook(sheet_of(" " * 30_000_000)),
    "entities": workbook(sheet_of('<row r="1"><c t="str"><v>&b;&c;</v></c></row>', prolog=ENTITIES)),
    "a lying dimension": workbook(sheet_of(NAME, before='<dimension ref="A1:XFD1048576"/>')),
    "a row a million down": workbook(sheet_of('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
    "macros": workbook(sheet_of(NAME), "xl/vbaProject.bin"),
    "a zip that is cut": workbook(sheet_of(NAME))[:300],
    "an old workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
    "NULs": b"name,kind,town\n\x00,\x00\n",
    "UTF-16": "name,kind,town\n水务局,bureau,x\n".encode("utf-16"),
    "one cell of 300 KB": b'name,kind,town\n"' + b"a" * 300_000 + b'",bureau,x\n',
    "a head of 300 KB": b"n" * 300_000 + b",kind,town\n",
    "quotes that do not end": b'name,kind,town\n"' + b"\n" * 20_000,
    "lines of every kind": "name\x0bkind\x85town\u2028x\ra\x1c".encode(),
    "ten thousand columns": b",".join(b"c%d" % n for n in range(10_000)) + b"\n",
    "markup": f"{EVIL},kind,town\n{EVIL},bureau,{EVIL}\n".encode(),
    "formulas": b"name,kind,town\n=cmd|' /C calc'!A0,bureau,@SUM(1)\n",
}  # fmt: skip


@pytest.mark.parametrize("what", FILES)
def test_a_hostile_file_is_refused_in_a_sentence(
    admin: Client, register: Register, what: str, settings: Any, tmp_path: Path
) -> None:
    settings.VAR_DIR = tmp_path
    before = [page.model._default_manager.count() for page in kit.pages.values()]
    file = SimpleUploadedFile("../../a.xlsx\r\nX: y", FILES[what])
    answer = admin.post("/departments/import/", {"file": file})
    text = text_of(answer)
    assert answer.status_code == 200
    assert not LIVE.search(text)
    assert "root:" not in text
    token = text.partition('name="token" value="')[2].partition('"')[0]
    for chosen in (token, f"../{token}", "../../etc/passwd", "\u0660"):
        assert admin.post("/departments/import/", {"token": chosen}).status_code == 200
    assert [page.model._default_manager.count() for page in kit.pages.values()] == before
    assert {one.parent for one in tmp_path.rglob("*") if one.is_file()} <= {tmp_path / "uploads"}


def test_a_chinese_file_of_an_old_excel_is_read(
    admin: Client, register: Register, settings: Any, tmp_path: Path
) -> None:
    settings.VAR_DIR = tmp_path
    line = f"name,kind,town\r\n水务局,bureau,{register.device.department.town.name}\r\n"
    for octets in (line.encode("gb18030"), line.encode("utf-8-sig")):
        text = text_of(admin.post("/departments/import/", {"file": SimpleUploadedFile("a.csv", octets)}))
        assert "水务局" in text and "btn-primary" in text


def test_names_close_to_a_wrong_one_are_looked_for_a_hundred_times_only(admin: Client, register: Register) -> None:
    """A column of wrong names in a register of thousands would keep a process busy for an hour."""
    lookup = Lookup(REGISTRY)
    name = register.device.department.town.name
    told = []
    for _time in range(HINTS + 1):
        with pytest.raises(BadCell) as fault:
            lookup.get("towns", (f"{name}x",), "town")
        told.append(name in str(fault.value.args[0]).partition(";")[2])
    assert told == [True] * HINTS + [False]
