"""A planner's own workbook filled with data."""

from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Font

from inventory.sheets.read import Fault
from inventory.sheets.template import fill_template

ROWS = [{"unit": "财政局", "quantity": 3, "price": Decimal("4990")}, {"unit": "=1+1", "quantity": 2, "price": None}]


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "template.xlsx"
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet["A1"], sheet["A1"].font = "{{year}} 年预算（{{unit}}）", Font(bold=True, name="黑体")
    sheet["A2"], sheet["B2"], sheet["C2"] = "{{rows.unit}}", "{{rows.quantity}}", "{{rows.price}}"
    sheet["D2"], sheet["B2"].font = "=B2*C2", Font(italic=True)
    sheet["A3"], sheet["B3"] = "合计", "{{total}}"
    sheet.merge_cells("C3:D3")
    sheet.row_dimensions[3].height = 30
    workbook.save(path)
    return path


VALUES = {"year": 2027, "unit": "{{rows.unit}}", "total": 5}


def test_the_pattern_row_is_repeated_and_what_lies_below_moves_down(template: Path, tmp_path: Path) -> None:
    assert fill_template(template, tmp_path / "out.xlsx", VALUES, ROWS) is None
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").active
    assert [cell.value for cell in sheet[2]] == ["财政局", 3, 4990, "=B2*C2"]
    assert [cell.value for cell in sheet[3]] == ["=1+1", 2, None, "=B3*C3"]
    assert (sheet["A4"].value, sheet["B4"].value) == ("合计", 5)
    assert [str(area) for area in sheet.merged_cells.ranges] == ["C4:D4"]
    assert sheet.row_dimensions[4].height == 30 and sheet["B3"].font.i


def test_data_stays_data(template: Path, tmp_path: Path) -> None:
    assert fill_template(template, tmp_path / "out.xlsx", VALUES, ROWS) is None
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").active
    assert sheet["A3"].data_type == "s"
    assert sheet["A1"].value == "2027 年预算（{{rows.unit}}）" and sheet["A1"].font.b


def test_without_rows_the_pattern_becomes_one_blank_row(template: Path, tmp_path: Path) -> None:
    assert fill_template(template, tmp_path / "out.xlsx", VALUES, []) is None
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").active
    assert [cell.value for cell in sheet[2]][:3] == [None, None, None] and sheet["A3"].value == "合计"


def test_a_name_without_data_is_told_and_nothing_is_written(template: Path, tmp_path: Path) -> None:
    fault = fill_template(template, tmp_path / "out.xlsx", {"year": 2027, "unit": ""}, ROWS)
    assert isinstance(fault, Fault) and fault.code == "unknown_names" and "total" in fault.en
    assert not (tmp_path / "out.xlsx").exists()


def test_what_is_no_workbook_is_told(tmp_path: Path) -> None:
    (tmp_path / "t.xlsx").write_text("x")
    fault = fill_template(tmp_path / "t.xlsx", tmp_path / "out.xlsx", {})
    assert isinstance(fault, Fault) and fault.code == "not_xlsx"
