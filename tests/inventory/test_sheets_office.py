"""A finance office's whole template filled with many rows: charts, formats, names and pictures move as in Excel.

The template is made by XlsxWriter, what came of it is read from its XML, and LibreOffice reckons it anew.
"""

import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from inventory.sheets.read import Fault
from inventory.sheets.template import fill_template
from tests.inventory.sheets_office import template
from tests.office import recalculated

UNITS = (("财政局", 3, "4990"), ("教育局", 2, "4990"), ("=1+1", 4, "6950"), ("档案局", 1, "1200"))
ROWS = [
    {"unit": unit, "name": "台式计算机", "quantity": count, "price": Decimal(price), "day": date(2027, 1, 1)}
    for unit, count, price in UNITS
]
VALUES = {"year": 2027, "unit": "信息中心&网络"}
Parts = dict[str, str]


def parts(path: Path) -> Parts:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode("utf-8", "replace") for name in archive.namelist()}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("office")
    template(folder / "template.xlsx")
    assert fill_template(folder / "template.xlsx", folder / "out.xlsx", VALUES, ROWS) is None
    return folder / "out.xlsx"


def test_no_part_of_the_file_is_lost(filled: Path) -> None:
    before, after = parts(filled.with_name("template.xlsx")), parts(filled)
    assert before.keys() == after.keys()
    assert before["xl/styles.xml"].count("<xf ") + 1 == after["xl/styles.xml"].count("<xf ")
    assert before["xl/media/image1.png"] == after["xl/media/image1.png"]


def test_charts_draw_all_rows_and_move_with_what_they_stand_below(filled: Path) -> None:
    found = parts(filled)
    series = re.findall(r"<c:f>([^<]*)", found["xl/charts/chart1.xml"])
    assert series == ["'申请 表'!$E$3", "'申请 表'!$A$4:$A$7", "'申请 表'!$E$4:$E$7"]
    assert "<a:t>2027 年金额</a:t>" in found["xl/charts/chart1.xml"]
    assert re.findall(r"<c:f>([^<]*)", found["xl/charts/chart2.xml"]) == ["'申请 表'!$C$4:$C$8"]
    assert re.findall(r"<xdr:row>(\d+)", found["xl/drawings/drawing1.xml"])[:4] == ["10", "11", "18", "32"]
    assert re.findall(r"<xdr:row>(\d+)", found["xl/drawings/drawing2.xml"])[:1] == ["1"]


def test_formats_validations_links_and_comments_follow(filled: Path) -> None:
    found = parts(filled)
    sheet = found["xl/worksheets/sheet1.xml"]
    assert re.findall(r'conditionalFormatting sqref="([^"]*)', sheet) == ["E4:E7", "C4:C8", "E9"]
    assert "<formula>$E$9&gt;SUM($C$4:$C$7)</formula>" in sheet and "<xm:sqref>C4:C8</xm:sqref>" in sheet
    assert re.findall(r'<dataValidation .*?sqref="([^"]*)"><formula1>([^<]*)', sheet) == [
        ("C4:C7", "0"),
        ("I9", "$A$14:$A$15"),
    ]
    assert re.findall(r'<hyperlink ref="([^"]*)', sheet) == ["A16", "A17"]
    assert re.findall(r"<xm:f>([^<]*)</xm:f><xm:sqref>([^<]*)", sheet)[-1] == ("'申请 表'!C7:E7", "K7")
    assert re.findall(r'mergeCell ref="([^"]*)', sheet) == ["A1:F1", "I4:J4", "A11:E12", "I5:J5", "I6:J6", "I7:J7"]
    assert '<brk id="12"' in sheet and '<autoFilter ref="A3:F7"/>' in sheet and 'sqref="A9:A11"' in sheet
    assert re.findall(r'<comment ref="([^"]*)', found["xl/comments1.xml"]) == ["C3", "A9"]
    assert re.findall(r"<x:Row>(\d+)", found["xl/drawings/vmlDrawing1.vml"]) == ["2", "8"]
    assert re.findall(r'<row r="(\d)"[^>]* ht="(\d+)', sheet) == [*((str(n), "21") for n in (4, 5, 6, 7)), ("9", "33")]
    assert "<oddHeader>&amp;C信息中心&amp;&amp;网络" in sheet


def test_names_and_print_areas_follow(filled: Path) -> None:
    names = dict(re.findall(r'definedName name="([^"]*)"[^>]*>([^<]*)', parts(filled)["xl/workbook.xml"]))
    assert names == {
        "_xlnm._FilterDatabase": "'申请 表'!$A$3:$F$7",
        "_xlnm.Print_Area": "'申请 表'!$A$1:$K$35",
        "_xlnm.Print_Titles": "'申请 表'!$1:$3",
        "总额": "'申请 表'!$E$9",
        "明细": "'申请 表'!$A$4:$E$7",
    }


def test_every_piece_of_a_text_keeps_its_looks(filled: Path) -> None:
    cell = re.search(r'<c r="A2".*?</c>', parts(filled)["xl/worksheets/sheet1.xml"])
    assert cell and "<b/>" in cell[0] and "<i/>" in cell[0] and ">信息中心&amp;网络</t>" in cell[0]


def test_libreoffice_comes_to_the_same_totals(filled: Path, tmp_path: Path) -> None:
    """3 × 4990 + 2 × 4990 + 4 × 6950 + 1 × 1200 = 53950."""
    book = openpyxl.load_workbook(recalculated(tmp_path, [filled]) / filled.name, data_only=True)
    sheet, other = book["申请 表"], book["汇总"]
    assert [sheet[f"E{row}"].value for row in (4, 5, 6, 7, 9)] == [14970, 9980, 27800, 1200, 53950]
    assert [sheet[f"G{row}"].value for row in (4, 5, 6, 7)] == [14970, 24950, 52750, 53950]
    assert (sheet["C9"].value, sheet["F9"].value, sheet["F4"].value) == (10, 53950, pytest.approx(14970 / 53950))
    assert [other[f"B{row}"].value for row in (1, 2)] == [53950, 53950]
    assert (sheet["H4"].value, sheet["A6"].value) == (datetime(2027, 1, 1), "=1+1")


def changed(source: Path, target: Path, change: Callable[[Parts], None]) -> Path:
    """A copy of a workbook whose parts were changed by hand."""
    with zipfile.ZipFile(source) as archive:
        octets = {name: archive.read(name) for name in archive.namelist()}
    texts = {name: octets[name].decode() for name in octets if name.endswith((".xml", ".rels"))}
    change(texts)
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in (octets | {name: text.encode() for name, text in texts.items()}).items():
            archive.writestr(name, content)
    return target


def simple(path: Path, write: Callable[..., None], title: str = "表") -> Path:
    """A template with a pattern row 2 of two cells, and what `write(book, sheet)` adds."""
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet(title)
    sheet.write_row("A1", ["单位", "数量"])
    sheet.write_row("A2", ["{{rows.unit}}", "{{rows.quantity}}"])
    write(book, sheet)
    book.close()
    return path


def fill(path: Path) -> Fault | None:
    return fill_template(path, path.with_name("out.xlsx"), VALUES, ROWS)


def sheet_of(path: Path) -> str:
    return parts(path.with_name("out.xlsx"))["xl/worksheets/sheet1.xml"]


def test_a_table_around_the_pattern_grows_with_its_filter_and_its_own_formula(tmp_path: Path) -> None:
    columns = [{"header": "单位"}, {"header": "数量"}, {"header": "两倍", "formula": "=表1[[#This Row],[数量]]*2"}]
    path = simple(
        tmp_path / "t.xlsx", lambda _book, sheet: sheet.add_table("A1:C3", {"name": "表1", "columns": columns})
    )
    book = openpyxl.load_workbook(path)
    assert fill(path) is None
    table = openpyxl.load_workbook(tmp_path / "out.xlsx").active.tables["表1"]
    assert (book.active.tables["表1"].ref, table.ref, table.autoFilter.ref) == ("A1:C3", "A1:C6", "A1:C6")


def test_a_picture_that_is_sized_with_its_cells_grows_and_a_free_one_stays(tmp_path: Path) -> None:
    def charts(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        for place, how in (("D1", 1), ("D1", 2), ("D1", 3), ("D9", 1)):
            chart = book.add_chart({"type": "bar"})
            # A series of one row lies across: each row has its own.
            chart.add_series({"values": "=表!$B$2:$C$2"})
            sheet.insert_chart(place, chart, {"object_position": how})

    path = simple(tmp_path / "t.xlsx", charts)
    assert fill(path) is None
    before, after = (
        re.findall(r"<xdr:row>(\d+)", parts(file)["xl/drawings/drawing1.xml"]) for file in (path, tmp_path / "out.xlsx")
    )
    assert [int(new) - int(old) for old, new in zip(before, after, strict=True)] == [0, 3, 0, 0, 0, 0, 3, 3]
    assert "<c:f>表!$B$2:$C$2</c:f>" in parts(tmp_path / "out.xlsx")["xl/charts/chart1.xml"]


def test_a_pivot_table_reads_all_rows_and_is_made_anew_when_opened(tmp_path: Path) -> None:
    name = "xl/pivotCache/pivotCacheDefinition1.xml"
    source = '<cacheSource><worksheetSource ref="A1:B2" sheet="表"/></cacheSource>'
    source = f"<pivotCacheDefinition>{source}</pivotCacheDefinition>"
    made = simple(tmp_path / "s.xlsx", lambda _b, _s: None)
    assert fill(changed(made, tmp_path / "t.xlsx", lambda texts: texts.update({name: source}))) is None
    after = parts(tmp_path / "out.xlsx")[name]
    assert 'ref="A1:B5"' in after and 'refreshOnLoad="1"' in after


def test_formulas_that_cells_share_are_written_out(tmp_path: Path) -> None:
    def share(texts: Parts) -> None:
        name = "xl/worksheets/sheet1.xml"
        texts[name] = (
            texts[name]
            .replace("<f>B2*2</f>", '<f t="shared" ref="C2:C4" si="0">B2*2</f>')
            .replace("<f>B4*2</f>", '<f t="shared" si="0"/>')
        )

    def formulas(_book: object, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write_formula("C2", "=B2*2")
        sheet.write_formula("C4", "=B4*2")

    path = changed(simple(tmp_path / "s.xlsx", formulas), tmp_path / "t.xlsx", share)
    assert fill(path) is None
    assert re.findall(r"<f>([^<]*)", sheet_of(path)) == ["B2*2", "B3*2", "B4*2", "B5*2", "B7*2"]


def test_rows_and_cells_without_an_address_are_counted(tmp_path: Path) -> None:
    def strip(texts: Parts) -> None:
        name = "xl/worksheets/sheet1.xml"
        texts[name] = re.sub(r'(<(?:row|c)) r="\w+"', r"\1", texts[name])

    path = changed(simple(tmp_path / "s.xlsx", lambda _b, s: s.write("A3", "合计")), tmp_path / "t.xlsx", strip)
    assert fill(path) is None
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").active
    assert [sheet[place].value for place in ("A2", "B5", "A6")] == ["财政局", 1, "合计"]


def test_a_day_counts_from_1904_where_the_workbook_does(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    book = xlsxwriter.Workbook(path, {"date_1904": True})
    sheet = book.add_worksheet()
    sheet.write("A1", "{{day}}")
    sheet.write("A2", "{{day}}", book.add_format({"num_format": "yyyy年m月d日"}))
    book.close()
    assert fill_template(path, tmp_path / "out.xlsx", {"day": date(2027, 3, 1)}) is None
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").active
    assert [sheet[place].value for place in ("A1", "A2")] == [datetime(2027, 3, 1)] * 2
    assert sheet["A2"].number_format == "yyyy年m月d日"


def test_a_template_by_its_kind_becomes_a_workbook(tmp_path: Path) -> None:
    def kind(texts: Parts) -> None:
        name = "[Content_Types].xml"
        texts[name] = texts[name].replace("sheet.main+xml", "template.main+xml")

    path = changed(simple(tmp_path / "s.xlsx", lambda _b, _s: None), tmp_path / "t.xlsx", kind)
    assert fill(path) is None
    types = parts(tmp_path / "out.xlsx")["[Content_Types].xml"]
    assert "spreadsheetml.sheet.main+xml" in types and "template.main" not in types


def _array(_book: object, sheet: xlsxwriter.worksheet.Worksheet) -> None:
    sheet.write_array_formula("C2:C3", "{=B2:B3*2}")


def _three_sheets(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
    book.add_worksheet("后")
    sheet.write_formula("D1", "=SUM('表:后'!B3)")


def _headed(_book: object, sheet: xlsxwriter.worksheet.Worksheet) -> None:
    sheet.add_table("D1:D3", {"columns": [{"header": "{{year}}年"}]})


REFUSED: dict[str, tuple[str, str, Callable[..., None]]] = {
    "merged into the row below": ("not_followed", "表!C2:C3", lambda _b, s: s.merge_range("C2:C3", "甲")),
    "an array over several rows": ("not_followed", "C2", _array),
    "a formula over several sheets": ("not_followed", "D1", _three_sheets),
    "a mark in a formula": ("mark_in_formula", "表!D1", lambda _b, s: s.write_formula("D1", '="{{year}}"&"年"')),
    "a mark in a table's heading": ("mark_in_table_header", "表!D1", _headed),
    "an unknown mark in a page header": ("unknown_names", "{{nobody}}", lambda _b, s: s.set_header("&C{{nobody}}")),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_carried_is_refused_by_its_cell(what: str, tmp_path: Path) -> None:
    code, place, write = REFUSED[what]
    fault = fill(simple(tmp_path / "t.xlsx", write))
    assert fault is not None and fault.code == code and place in fault.zh and place in fault.en
    assert not (tmp_path / "out.xlsx").exists()


def _rels(kind: str) -> str:
    head = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return f'<Relationship Id="rIdX" Type="{head}/{kind}" Target="../odd/odd1.bin"/></Relationships>'


def test_a_thing_beside_the_sheet_that_is_not_known_is_refused_by_name(tmp_path: Path) -> None:
    def odd(texts: Parts) -> None:
        name = "xl/worksheets/_rels/sheet1.xml.rels"
        texts[name] = texts[name].replace("</Relationships>", _rels("scenarioOfTomorrow"))

    made = simple(tmp_path / "s.xlsx", lambda _b, s: s.write_url("A9", "https://example.invalid/"))
    fault = fill(changed(made, tmp_path / "t.xlsx", odd))
    assert fault is not None and fault.code == "not_followed" and "表: scenarioOfTomorrow" in fault.zh


def test_a_signed_template_is_refused(tmp_path: Path) -> None:
    def sign(texts: Parts) -> None:
        texts["_rels/.rels"] = texts["_rels/.rels"].replace("</Relationships>", _rels("digital-signature/origin"))

    fault = fill(changed(simple(tmp_path / "s.xlsx", lambda _b, _s: None), tmp_path / "t.xlsx", sign))
    assert fault is not None and fault.code == "signed"


@pytest.mark.parametrize(
    "sheet", ['<!DOCTYPE a [<!ENTITY b "c">]><worksheet/>', "<worksheet>", "<worksheet/>", "<a b='1' b='2'/>"]
)
def test_a_broken_or_hostile_sheet_is_a_fault(sheet: str, tmp_path: Path) -> None:
    path = simple(tmp_path / "s.xlsx", lambda _b, _s: None)
    fault = fill(changed(path, tmp_path / "t.xlsx", lambda texts: texts.update({"xl/worksheets/sheet1.xml": sheet})))
    assert fault is not None and fault.code == "broken"
