"""The charts of a report for a page: those of its sheets, and some that the workbook has no table for.

They are drawn from the rows that the workbook holds, so that they cannot disagree with it. Knows no frame, no page.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from inventory.sheets.columns import Chart, Kind, Sheet, Value

MOST = 40
"""A chart of more categories cannot be read; a table can."""


@dataclass(frozen=True)
class Years:
    """How many rows of the first sheet fall into each year, by a column of dates."""

    zh: str
    en: str
    by: str


@dataclass(frozen=True)
class Bars:
    """Bars of a column along the first one, from sheets that begin with that and have it."""

    zh: str
    en: str
    along: str
    value: str


BARS: Mapping[str, Bars] = {"budget": Bars("按类别的申请金额", "Amount asked for by class", "class", "amount_yuan")}
YEARS: Mapping[str, Years] = {"register": Years("设备按购置年份", "Devices by year bought", "purchased_on")}


def drawn(report: str, sheets: Sequence[Sheet], lang: str) -> list[dict[str, Any]]:
    """The charts of a report as plain values: title, kind of number, categories, and series of (name, values)."""
    return [one for one in _all(report, sheets, lang) if 1 < len(one["categories"]) <= MOST]


def _all(report: str, sheets: Sequence[Sheet], lang: str) -> Iterator[dict[str, Any]]:
    if report in YEARS and sheets:
        yield _years(YEARS[report], sheets[0], lang)
    if report in BARS:
        bars = BARS[report]
        chart = Chart(bars.zh if lang == "zh" else bars.en, bars.along, (bars.value,))
        fitting = (one for one in sheets if one.columns[0].key == bars.along and bars.value in _keys(one))
        yield from (_bars(chart, sheet, lang) for sheet in fitting)
    for sheet in sheets:
        for chart in sheet.charts:
            yield _bars(chart, sheet, lang)


def _years(chart: Years, sheet: Sheet, lang: str) -> dict[str, Any]:
    title, years = chart.zh if lang == "zh" else chart.en, _by_year(sheet, sheet.place(chart.by))
    series = [{"name": title, "values": list(years.values())}]
    return {"title": title, "kind": Kind.INT.value, "categories": list(years), "series": series}


def _bars(chart: Chart, sheet: Sheet, lang: str) -> dict[str, Any]:
    places, rows = [sheet.place(key) for key in chart.values], list(sheet.rows)
    return {
        "title": chart.title,
        "kind": sheet.columns[places[0]].kind.value,
        "stacked": chart.stacked,
        "line": chart.kind == "line",
        "categories": [str(row[sheet.place(chart.along)]) for row in rows],
        "series": [
            {"name": sheet.columns[place].title(lang), "values": [_number(row[place]) for row in rows]}
            for place in places
        ],
    }


def _keys(sheet: Sheet) -> set[str]:
    return {column.key for column in sheet.columns}


def _by_year(sheet: Sheet, place: int) -> dict[str, int]:
    """How many rows in each year from the first to the last; rows without a date are not shown."""
    days = (row[place] for row in sheet.rows)
    years = Counter(day.year for day in days if isinstance(day, date))
    return {str(year): years[year] for year in range(min(years), max(years) + 1)} if years else {}


def _number(value: Value) -> float | None:
    return float(value) if isinstance(value, int | float | Decimal) else None
