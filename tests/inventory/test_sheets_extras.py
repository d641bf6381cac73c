"""What a sheet has beside its cells: tables, marks, what may be filled in, comments, charts, print areas."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from inventory.sheets import write as writing
from inventory.sheets.columns import Book, Chart, Column, Counted, Difference, Filling, Kind, Row, Shade, Sheet
from inventory.sheets.dump import dump
from inventory.sheets.names import table_names
from inventory.sheets.write import write

COLUMNS = (
    Column("name", "单位", "Department", source="台账"),
    Column("asked", "申请", "Asked", Kind.INT, total=True, shade=Shade.BAR, filling=Filling(whole=True)),
    Column("had", "已有", "Had", Kind.INT, total=True, shade=Shade.POSITIVE),
    Column("more", "差", "More", Kind.INT, total=True, calc=Difference("asked", "had")),
    Column("verdict", "意见", "Verdict", shade=Shade.FILLED, filling=Filling(choices=("同意", "不同意，退回"))),
    Column("share", "比例", "Share", Kind.PERCENT, shade=Shade.LOW),
)
ROWS: list[Row] = [("财政局", 3, 1, 2, "", 0.5), ("审计局", 1, 4, -3, "同意", 0.1)]
CHART = Chart("各单位", "name", ("asked", "had"))
SHEET = Sheet("申请 表", "申请", COLUMNS, ROWS, ("填报单位：" + "信" * 60,), charts=(CHART,))


def made(tmp_path: Path, *sheets: Sheet, **more: Any) -> Path:
    path = tmp_path / "book.xlsx"
    write(Book("试", sheets, "zh", date(2026, 11, 24), datetime(2026, 11, 24), "样例甲", **more), path)
    return path


def first(path: Path) -> Worksheet:
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert isinstance(sheet, Worksheet)
    return sheet


def test_a_filtered_sheet_is_a_table_with_a_name(tmp_path: Path) -> None:
    sheet = first(made(tmp_path, SHEET))
    assert dict(sheet.tables.items()) == {"t_申请_表": "A3:F5"}
    titles = [column.name for column in sheet.tables["t_申请_表"].tableColumns]
    assert titles == [column.zh for column in COLUMNS] and sheet["A3"].font.b, "its header keeps our look"


def test_a_book_of_many_rows_has_filters_instead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "TABLE_ROWS", 1)
    sheet = first(made(tmp_path, SHEET))
    assert not sheet.tables and sheet.auto_filter.ref == "A3:F5"
    assert len(sheet._charts) == 1 and sheet["A3"].comment is not None


def test_titles_that_are_not_unique_make_no_table(tmp_path: Path) -> None:
    columns = (*COLUMNS[:5], replace(COLUMNS[5], zh="单位"))
    assert not first(made(tmp_path, replace(SHEET, columns=columns))).tables


def test_names_of_tables_are_legal_and_none_twice() -> None:
    assert table_names(["a-b", "A b", "1", "T_1"]) == ["t_a_b", "t_A_b_2", "t_1", "t_T_1"]


def test_marks_comments_and_what_may_be_filled_in(tmp_path: Path) -> None:
    path = made(tmp_path, SHEET)
    sheet = first(path)
    marks = {str(area.sqref): area.rules[0].type for area in sheet.conditional_formatting}
    assert marks == {"B4:B5": "dataBar", "C4:C5": "cellIs", "E4:E5": "notContainsBlanks", "F4:F5": "colorScale"}
    rules = {str(one.sqref): (one.type, one.formula1) for one in sheet.data_validations.dataValidation}
    # A comma would divide a choice in two.
    assert rules == {"B4:B5": ("whole", "0"), "E4:E5": ("list", '"同意,不同意，退回"')}
    comment = sheet["A3"].comment
    assert comment is not None and comment.text == "台账"
    text = dump(path)
    assert "fill in B4:B5 whole" in text and "mark C4:C5 cellIs greaterThan" in text and "('台账')" in text


def test_what_is_printed_holds_the_longest_line_and_the_charts(tmp_path: Path) -> None:
    sheet = first(made(tmp_path, SHEET))
    area = sheet.print_area.split("!")[-1].replace("$", "")
    begin, end = area.split(":")
    last = openpyxl.utils.cell.coordinate_from_string(end)
    wide = openpyxl.utils.column_index_from_string(last[0])
    assert begin == "A1" and wide > 6, "the head line is wider than the table"
    assert last[1] >= 8 + 12
    chart = sheet._charts[0]
    assert [series.val.numRef.f for series in chart.series] == ["'申请 表'!$B$4:$B$5", "'申请 表'!$C$4:$C$5"]
    # One page wide and one high is what a workbook means when it says nothing of either.
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (None, None)


def test_an_empty_sheet_has_neither_table_nor_chart_nor_rules(tmp_path: Path) -> None:
    sheet = first(made(tmp_path, replace(SHEET, rows=[], empty="没有。")))
    assert not sheet.tables and not sheet._charts and not sheet.data_validations.dataValidation


def test_counted_and_difference_are_formulas_with_their_values(tmp_path: Path) -> None:
    count = Column("times", "次数", "Times", Kind.INT, total=True, calc=Counted("申请 表", "name", "name"))
    other = Sheet("汇总", "汇总", (Column("name", "单位", "Department"), count), [("财政局", 1)])
    path = made(tmp_path, SHEET, other)
    formulas, values = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    assert formulas["汇总"]["B3"].value == "=SUMPRODUCT(--('申请 表'!$A$4:$A$5=A3))" and values["汇总"]["B3"].value == 1
    assert formulas["申请 表"]["D4"].value == '=IF(COUNT(B4,C4)=2,B4-C4,"")' and values["申请 表"]["D6"].value == -1


def test_the_properties_name_title_author_and_unit(tmp_path: Path) -> None:
    about = openpyxl.load_workbook(made(tmp_path, SHEET, unit="信息中心", subject="预算")).properties
    assert (about.title, about.creator, about.subject) == ("试", "样例甲", "预算")
    assert "2026-11-24" in str(about.description)
    assert first(made(tmp_path, SHEET, unit="信息中心")).oddHeader.center.text == "信息中心"
