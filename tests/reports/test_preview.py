"""What pages show of a workbook: the cells of its sheets as they look in it, totals over all rows, charts."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from inventory.sheets.columns import Book, Column, Kind, Ratio, Row, Sheet
from reports import catalogue, charts
from reports.books.frames import Params
from reports.preview import ROWS, SHEETS, preview
from tests.reports.literal import AS_OF, ENGLISH, PARAMS, empty_frames, frames

COLUMNS = (
    Column("name", "名称", "Name"),
    Column("bought", "购置", "Bought", Kind.DATE),
    Column("count", "数量", "Count", Kind.INT, total=True),
    Column("yuan", "金额", "Amount", Kind.MONEY, total=True),
    Column("each", "每个", "Each", Kind.RATIO, total=True, calc=Ratio("yuan", "count")),
)


def book(rows: list[Row]) -> Book:
    return Book("T", [Sheet("S", "T", COLUMNS, rows)], "en", AS_OF, PARAMS.made_at)


def built(name: str, given: Any = None, params: Params = PARAMS) -> dict[str, Any]:
    sheets = catalogue.book(name).build(given or frames(), params)
    return preview(name, Book("T", sheets, params.lang, AS_OF, params.made_at))


def test_a_cell_looks_as_in_the_workbook() -> None:
    sheet = preview("x", book([("=1+1", date(2026, 1, 2), 1234, Decimal("9999.5"), Decimal("8.1"))]))["sheets"][0]
    assert sheet["rows"] == [["=1+1", "2026-01-02", "1,234", "9,999.50", "8.10"]]


def test_totals_count_rows_that_are_not_shown() -> None:
    rows: list[Row] = [("a", None, 1, Decimal("0.10"), None)] * (ROWS + 50)
    sheet = preview("x", book(rows))["sheets"][0]
    assert (len(sheet["rows"]), sheet["count"]) == (ROWS, ROWS + 50)
    assert sheet["total"] == ["", "", "250", "25.00", "0.10"]


def test_sheets_beyond_what_a_page_can_hold_are_counted() -> None:
    sheets = [Sheet(f"S{n}", "T", COLUMNS, []) for n in range(SHEETS + 3)]
    shown = preview("x", Book("T", sheets, "en", AS_OF, PARAMS.made_at))
    assert (len(shown["sheets"]), shown["more"]) == (SHEETS, 3)


@pytest.mark.parametrize("name", catalogue.names())
@pytest.mark.parametrize("params", [PARAMS, ENGLISH], ids=["zh", "en"])
def test_every_book_has_its_sheets_and_charts(name: str, params: Params) -> None:
    shown = built(name, params=params)
    assert [len(sheet["rows"]) for sheet in shown["sheets"]] == [min(s["count"], ROWS) for s in shown["sheets"]]
    assert [chart["title"] for chart in shown["charts"]] == [
        chart.zh if params is PARAMS else chart.en for chart in charts.CHARTS[name]
    ]


def test_every_chart_belongs_to_a_book() -> None:
    assert set(charts.CHARTS) <= set(catalogue.names())


def test_a_chart_shows_the_figures_of_its_sheet() -> None:
    coverage = built("coverage")
    sheet = coverage["sheets"][0]
    titles = [column["title"] for column in sheet["columns"]]
    share = coverage["charts"][0]
    assert share["categories"] == [row[0] for row in sheet["rows"]] == ["双河镇", "五申镇"]
    for one in share["series"]:
        shown = [row[titles.index(one["name"])] for row in sheet["rows"]]
        assert ["" if value is None else f"{value:.1%}" for value in one["values"]] == shown


def test_years_without_a_purchase_stand_between_those_with_one() -> None:
    chart = built("register")["charts"][0]
    assert chart["categories"] == [str(year) for year in range(2018, 2024)]
    assert chart["series"][0]["values"] == [7, 0, 1, 1, 0, 2]


@pytest.mark.parametrize("name", catalogue.names())
def test_of_nothing_there_is_no_chart(name: str) -> None:
    assert built(name, empty_frames())["charts"] == []
