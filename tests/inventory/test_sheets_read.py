"""Workbooks from outside: refused by their directory, read with limits, never a traceback."""

import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.sheets.read import Fault, Limits, Table, check, read


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    path = tmp_path / "plain.xlsx"
    workbook = openpyxl.Workbook()
    workbook.active.title = "设备"
    workbook.active.append(["资产编号", "数量"])
    workbook.active.append([None, None])
    workbook.active.append(["TZ-001", 2])
    workbook.save(path)
    return path


def rezipped(source: Path, target: Path, changed: dict[str, bytes]) -> Path:
    """A copy of a workbook with some parts changed or added."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in changed:
                new.writestr(name, old.read(name))
        for name, data in changed.items():
            new.writestr(name, data)
    return target


def code(found: Table | Fault | None) -> str:
    assert isinstance(found, Fault), found
    assert found.text("zh") and found.text("en")
    return found.code


def test_rows_come_with_their_numbers_and_blank_ones_are_left_out(plain: Path) -> None:
    table = read(plain)
    assert isinstance(table, Table)
    assert table.sheet == "设备" and table.rows == ((1, ("资产编号", "数量")), (3, ("TZ-001", 2)))


def test_a_sheet_is_found_by_name(plain: Path) -> None:
    assert isinstance(read(plain, "设备"), Table)
    assert code(read(plain, "没有")) == "no_sheet"


def test_what_is_no_workbook_is_told(tmp_path: Path, plain: Path) -> None:
    text = tmp_path / "a.xlsx"
    text.write_text("hello")
    assert code(check(text)) == "not_xlsx"
    with zipfile.ZipFile(text, "w") as archive:
        archive.writestr("readme.txt", "no workbook")
    assert code(check(text)) == "not_xlsx"
    assert code(check(tmp_path / "absent.xlsx")) == "unreadable"
    assert check(plain) is None


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, plain: Path) -> None:
    bomb = rezipped(plain, tmp_path / "bomb.xlsx", {"xl/worksheets/sheet2.xml": b" " * (60 * 1024**2)})
    assert bomb.stat().st_size < 1024**2
    assert code(read(bomb)) == "too_large"
    assert code(read(plain, limits=Limits(unpacked_size=100))) == "too_large"


def test_too_many_parts_and_macros_are_refused(tmp_path: Path, plain: Path) -> None:
    assert code(check(plain, Limits(members=3))) == "too_many_parts"
    macros = rezipped(plain, tmp_path / "m.xlsx", {"xl/vbaProject.bin": b"x"})
    assert code(read(macros)) == "macros"


def test_entities_are_not_expanded(tmp_path: Path, plain: Path) -> None:
    entity = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>'
    assert code(read(rezipped(plain, tmp_path / "e.xlsx", {"xl/worksheets/sheet1.xml": entity}))) == "broken"


def test_a_row_far_down_is_counted_and_not_believed(tmp_path: Path, plain: Path) -> None:
    far = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/>'
        b'<sheetData><row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData></worksheet>'
    )
    path = rezipped(plain, tmp_path / "far.xlsx", {"xl/worksheets/sheet1.xml": far})
    assert code(read(path, limits=Limits(rows=1000))) == "too_many_rows"


def test_broken_parts_are_a_fault_and_no_exception(tmp_path: Path, plain: Path) -> None:
    for part in ("xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml", "xl/worksheets/sheet1.xml"):
        assert code(read(rezipped(plain, tmp_path / "b.xlsx", {part: b"<broken"}))) == "broken"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_octets_give_rows_or_a_fault(plain: Path, tmp_path: Path, data: st.DataObject) -> None:
    octets = bytearray(plain.read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "fuzzed.xlsx"
    path.write_bytes(bytes(octets))
    assert isinstance(read(path), Table | Fault)
