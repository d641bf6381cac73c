"""A planner's own workbook filled with data."""

import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Font
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

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
    assert isinstance(fault, Fault) and fault.code == "unknown_names" and "Sheet!B3 {{total}}" in fault.en
    assert not (tmp_path / "out.xlsx").exists()


def test_what_is_no_workbook_is_told(tmp_path: Path) -> None:
    (tmp_path / "t.xlsx").write_text("x")
    fault = fill_template(tmp_path / "t.xlsx", tmp_path / "out.xlsx", {})
    assert isinstance(fault, Fault) and fault.code == "not_xlsx"


def test_formulas_that_reach_over_the_pattern_grow_with_it(template: Path, tmp_path: Path) -> None:
    workbook = openpyxl.load_workbook(template)
    sheet = workbook.active
    sheet["B3"], sheet["C3"], sheet["A5"], sheet["E1"] = "=SUM(B2:B2)", "=B3*2", "=SUM($B$2:$B$3)", "=B3+A1+LOG10(B2)"
    other = workbook.create_sheet("他表")
    other["A1"], other["A2"], other["A3"] = "=Sheet!B3", "=SUM(Sheet!B2:B2)+B3", "=别名"
    rule = DataValidation(type="whole", operator="greaterThan", formula1="0")
    rule.add("B2")
    sheet.add_data_validation(rule)
    sheet.print_area = "A1:D5"
    workbook.save(template)
    assert fill_template(template, tmp_path / "out.xlsx", VALUES, [*ROWS, ROWS[0]]) is None
    made = openpyxl.load_workbook(tmp_path / "out.xlsx")
    sheet, other = made["Sheet"], made["他表"]
    assert (sheet["B5"].value, sheet["C5"].value) == ("=SUM(B2:B4)", "=B5*2")
    assert (sheet["A7"].value, sheet["E1"].value) == ("=SUM($B$2:$B$5)", "=B5+A1+LOG10(B2)")
    assert [other[f"A{row}"].value for row in (1, 2, 3)] == ["=Sheet!B5", "=SUM(Sheet!B2:B4)+B3", "=别名"]
    assert str(sheet.data_validations.dataValidation[0].sqref) == "B2:B4"
    assert sheet.print_area.endswith("$A$1:$D$7")


def test_cells_with_a_name_are_filled_like_marked_ones(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet["A1"], sheet["A1"].font = "写在这里", Font(bold=True)
    sheet["C9"] = "不动"
    names = {"year": "$A$1", "rows.unit": "$A$3", "rows.quantity": "$B$3", "ours": "$C$9"}
    for name, place in names.items():
        workbook.defined_names[name] = DefinedName(name, attr_text=f"Sheet!{place}")
    workbook.save(tmp_path / "t.xlsx")
    assert fill_template(tmp_path / "t.xlsx", tmp_path / "out.xlsx", {"year": 2027}, ROWS) is None
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").active
    assert (sheet["A1"].value, sheet["A1"].font.b, sheet["C10"].value) == (2027, True, "不动")
    assert [[cell.value for cell in row[:2]] for row in sheet["A3:B4"]] == [["财政局", 3], ["=1+1", 2]]


def test_two_pattern_rows_are_told_with_their_cell(template: Path, tmp_path: Path) -> None:
    workbook = openpyxl.load_workbook(template)
    workbook.active["B7"] = "{{rows.unit}}"
    workbook.save(template)
    fault = fill_template(template, tmp_path / "out.xlsx", VALUES, ROWS)
    assert isinstance(fault, Fault) and fault.code == "two_patterns" and "Sheet!B7" in fault.zh


@pytest.mark.parametrize(("cells", "count"), [(900_000, 1), (5_000, 3_000)])
def test_a_small_file_that_unpacks_to_a_great_tree_is_refused(
    template: Path, tmp_path: Path, cells: int, count: int
) -> None:
    """Memory is some seventy times the XML: a megabyte of zip could take all that a server has, also by its copies."""
    great, many = tmp_path / "great.xlsx", b'<c r="Z2"/>' * cells
    with zipfile.ZipFile(template) as plain, zipfile.ZipFile(great, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        for name in plain.namelist():
            octets = plain.read(name)
            if name == "xl/worksheets/sheet1.xml":
                octets = octets.replace(b'</row><row r="3"', many + b'</row><row r="3"')
            made.writestr(name, octets)
    fault = fill_template(great, tmp_path / "out.xlsx", VALUES, ROWS[:1] * count)
    assert fault is not None and fault.code == "too_large", fault
    assert not (tmp_path / "out.xlsx").exists()
