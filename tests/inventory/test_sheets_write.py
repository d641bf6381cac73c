"""Sheets written and read back: names, texts, formulas with their values, print set-up, whole or not at all."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.sheets import names, style
from inventory.sheets import write as write_module
from inventory.sheets.columns import Book, Column, Gathered, Kind, Product, Ratio, Row, Rows, Sheet
from inventory.sheets.dump import dump
from inventory.sheets.formulas import column_letters
from inventory.sheets.write import beside, place, staged, write

COLUMNS = (
    Column("unit", "单位", "Department"),
    Column("quantity", "数量", "Quantity", Kind.INT, total=True),
    Column("price", "单价", "Price", Kind.MONEY),
    Column("amount", "金额", "Amount", Kind.MONEY, total=True, calc=Product("quantity", "price")),
    Column("share", "比率", "Share", Kind.PERCENT, total=True, calc=Ratio("quantity", "price")),
    Column("day", "日期", "Day", Kind.DATE),
)
ROWS: list[Row] = [
    ("财政局", 3, Decimal("4990.00"), Decimal("14970.00"), 3 / 4990, date(2020, 2, 29)),
    ("审计局", 2, None, None, None, None),
    ("民政局", 1, Decimal("0.35"), Decimal("0.35"), 1 / 0.35, date(1899, 12, 31)),
]


def sheet(rows: Rows = ROWS, name: str = "申请", columns: tuple[Column, ...] = COLUMNS) -> Sheet:
    return Sheet(name, "申请表", columns, rows, ("范围：全县",), ("签字：",), empty="没有设备。")


def book(*sheets: Sheet, lang: str = "zh") -> Book:
    return Book("试", sheets or (sheet(),), lang, date(2026, 11, 24), datetime(2026, 11, 24, 10, 0))


def made(tmp_path: Path, *sheets: Sheet, lang: str = "zh") -> Path:
    path = tmp_path / "book.xlsx"
    write(book(*sheets, lang=lang), path)
    return path


def test_a_sheet_that_has_no_room_for_its_rows_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_module, "MOST_ROWS", 2)
    with pytest.raises(ValueError, match="Long: 3 rows"):
        made(tmp_path, sheet(name="Long"))
    assert not list(tmp_path.iterdir())


def test_a_total_is_a_formula_that_carries_its_value(tmp_path: Path) -> None:
    lines = dump(made(tmp_path)).splitlines()
    assert "B7 [#,##0_  bold] =SUM(B4:B6) → 6" in [line.replace("6.0", "6") for line in lines]
    assert any(line.startswith("D7") and line.endswith("=SUM(D4:D6) → 14970.35") for line in lines)
    assert any(line.startswith("E7") and "=IF(N(C7)=0" in line for line in lines)


def test_an_amount_without_a_price_is_blank_and_no_error(tmp_path: Path) -> None:
    values = openpyxl.load_workbook(made(tmp_path), data_only=True).worksheets[0]
    formulas = openpyxl.load_workbook(made(tmp_path)).worksheets[0]
    assert values["D5"].value is None and values["D4"].value == 14970
    assert formulas["D5"].value == '=IF(COUNT(B5,C5)=2,ROUND(B5*C5,2),"")'


def test_a_sheet_gathers_from_another_by_equality_and_not_by_pattern(tmp_path: Path) -> None:
    columns = (
        Column("unit", "单位", "Department"),
        Column("amount", "金额", "Amount", Kind.MONEY, total=True, calc=Gathered("申请", "unit", "unit", "amount")),
    )
    path = made(tmp_path, sheet(), sheet([("财政局", Decimal("14970"))], "汇总", columns))
    cell = openpyxl.load_workbook(path)["汇总"]["B4"].value
    assert cell == "=SUMPRODUCT(--('申请'!$A$4:$A$6=A4),'申请'!$D$4:$D$6)"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "http://x/", "007", "\t=1"])
def test_a_text_from_data_stays_a_text(tmp_path: Path, text: str) -> None:
    row: Row = (text, 1, Decimal(1), Decimal(1), 1.0, None)
    cell = openpyxl.load_workbook(made(tmp_path, sheet([row]))).worksheets[0]["A4"]
    assert cell.data_type == "s" and cell.value == text and cell.hyperlink is None


def test_a_date_before_excels_calendar_is_written_as_text(tmp_path: Path) -> None:
    assert openpyxl.load_workbook(made(tmp_path)).worksheets[0]["F6"].value == "1899-12-31"


def test_it_prints_on_landscape_a4_one_page_wide_with_its_header_repeated(tmp_path: Path) -> None:
    text = dump(made(tmp_path))
    assert "freeze A4 filter None" in text and "tables t_申请=A3:F6" in text
    assert "page landscape paper 9 fit True" in text and "repeat $3:$3" in text
    assert "'数据日期：2026-11-24' footer '第 &P 页  共 &N 页'" in text


def test_an_empty_sheet_says_so(tmp_path: Path) -> None:
    found = openpyxl.load_workbook(made(tmp_path, sheet([]))).worksheets[0]
    assert found["A4"].value == "没有设备。" and found.auto_filter.ref is None
    assert not any(str(cell.value).startswith("=") for row in found.iter_rows() for cell in row)


def test_titles_follow_the_language(tmp_path: Path) -> None:
    found = openpyxl.load_workbook(made(tmp_path, lang="en")).worksheets[0]
    assert [cell.value for cell in found[3]][:2] == ["Department", "Quantity"]
    assert found["A7"].value == "Total"


def test_a_fault_while_writing_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = made(tmp_path)
    before = path.read_bytes()
    with pytest.raises(TypeError):
        write(book(sheet([(object(), 1, None, None, None, None)])), path)  # type: ignore[list-item]
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["book.xlsx"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no device that is always full")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the archive that could not be closed
def test_a_full_disk_is_a_fault_of_the_system_and_not_of_the_library() -> None:
    with pytest.raises(OSError, match="No space left"):
        write_module.fill(book(sheet(ROWS * 1000)), Path("/dev/full"))


def test_a_staged_file_takes_its_name_only_when_the_block_ends_well(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    with pytest.raises(RuntimeError), staged(target) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []
    with staged(target) as temporary:
        temporary.write_text("whole")
        assert not target.exists()
    assert target.read_text() == "whole"


def test_the_same_book_gives_the_same_octets(tmp_path: Path) -> None:
    assert made(tmp_path).read_bytes() == made(tmp_path).read_bytes()


SAFE = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff_"), max_size=40)


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.tuples(SAFE, st.integers(-(10**9), 10**9)), min_size=1, max_size=5))
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, int]]) -> None:
    path = made(tmp_path_factory.mktemp("book"), sheet(rows, columns=COLUMNS[:2]))
    found = openpyxl.load_workbook(path).worksheets[0]
    read = [(found.cell(4 + i, 1).value or "", found.cell(4 + i, 2).value) for i in range(len(rows))]
    assert read == rows


@settings(max_examples=60)
@given(st.lists(st.text(max_size=40), max_size=12))
def test_sheet_names_are_legal_and_none_is_given_twice(wanted: list[str]) -> None:
    given_names = names.sheet_names(wanted)
    assert len({name.casefold() for name in given_names}) == len(wanted)
    for name in given_names:
        assert 0 < len(name.encode("utf-16-le")) // 2 <= 31
        assert not set(name) & set("[]:*?/\\") and name[0] != "'" and name[-1] != "'"


def test_long_names_that_differ_at_the_end_stay_apart() -> None:
    long = "托克托县双河镇人民政府农业技术推广综合服务中心第二办公室东"
    assert names.sheet_names([long + "甲甲甲", long + "甲甲乙", "History"]) == [
        (long + "甲甲甲")[:31],
        (long + "甲甲乙")[:27] + " (2)",
        "History (2)",
    ]


def test_header_codes_are_doubled_and_control_characters_leave() -> None:
    assert names.header_text("A&B\x00") == "A&&B\ufffd"
    assert names.clean("a\x01\ud800b") == "a\ufffd\ufffdb"
    assert len(names.clean("𠮷" * 20000)) == 16383


def test_a_chinese_character_is_as_wide_as_two() -> None:
    assert style.text_width("台账A") == 5
    assert style.text_width("ab\n台账账") == 6
    assert style.lines_needed("台账台账台账", 8.5) == 2
    assert style.lines_needed("LaserJet Enterprise M706n", 20) == 2


def test_a_column_is_as_wide_as_its_total(tmp_path: Path) -> None:
    columns = (Column("n", "号", "No"), Column("net", "净值", "Net", Kind.MONEY, total=True))
    rows: list[Row] = [(str(number), Decimal("999.99")) for number in range(3 * style.SAMPLED_ROWS)]
    path = made(tmp_path, sheet(rows, columns=columns))
    assert openpyxl.load_workbook(path).worksheets[0].column_dimensions["B"].width >= len("5,999,940.00") + 1


def test_columns_are_lettered_as_excel_does() -> None:
    assert [column_letters(index) for index in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_a_written_file_takes_a_free_name_unless_it_is_there_already(tmp_path: Path) -> None:
    target = tmp_path / "book.xlsx"
    names = []
    for text in ("one", "two", "one", "two"):
        with beside(target) as temporary:
            temporary.write_text(text)
            names.append(place(temporary, target).name)
    assert names == ["book.xlsx", "book(2).xlsx", "book.xlsx", "book(2).xlsx"]
    assert {one.name: one.read_text() for one in tmp_path.iterdir()} == {"book.xlsx": "one", "book(2).xlsx": "two"}


def test_a_title_wider_than_its_table_begins_at_its_left_and_is_not_cut_off(tmp_path: Path) -> None:
    def head(title: str) -> tuple[str, list[str]]:
        made(tmp_path, replace(sheet(), title=title))
        found = openpyxl.load_workbook(tmp_path / "book.xlsx").worksheets[0]
        return found["A1"].alignment.horizontal, [str(area) for area in found.merged_cells.ranges]

    assert head("申请表") == ("center", ["A1:F1"])
    assert head("Coverage of equipment and network · Seen, not registered") == ("left", [])
