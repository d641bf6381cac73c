"""Which charts stand beside a book's sheets, declared by the columns they show, and their values from those sheets.

A chart is drawn from the rows that the workbook holds, so that it cannot disagree with them. Knows no frame, no page.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from inventory.sheets.columns import Kind, Sheet, Value

MOST = 40
"""A chart of more categories cannot be read; a table can."""


@dataclass(frozen=True)
class Chart:
    """Bars of some columns for each value of column `by`, from the first sheet that begins with it and has them.

    Without `series`: how many rows there are in each year of the date column `by`.
    """

    zh: str
    en: str
    by: str
    series: tuple[str, ...] = ()


CHARTS: Mapping[str, tuple[Chart, ...]] = {
    "register": (Chart("设备按购置年份", "Devices by year bought", "purchased_on"),),
    "refresh": (
        Chart("按年份到期的设备", "Devices by year due", "year", ("devices",)),
        Chart("按年份的更新费", "Cost by year due", "year", ("cost_yuan",)),
    ),
    "coverage": (
        Chart(
            "各乡镇覆盖率",
            "Coverage by town",
            "town",
            ("segment_share", "fiber_share", "seen_share", "polled_share"),
        ),
        Chart("各乡镇人均计算机", "Computers per person by town", "town", ("per_person",)),
    ),
    "budget": (Chart("按类别的申请金额", "Amount asked for by class", "class", ("amount_yuan",)),),
}


def drawn(report: str, sheets: Sequence[Sheet], lang: str) -> list[dict[str, Any]]:
    """The charts of a report as plain values: title, kind of number, categories, and series of (name, values)."""
    found = (_of(chart, sheets, lang) for chart in CHARTS.get(report, ()))
    return [one for one in found if one is not None and 1 < len(one["categories"]) <= MOST]


def _of(chart: Chart, sheets: Sequence[Sheet], lang: str) -> dict[str, Any] | None:
    sheet = next((one for one in sheets if _fits(chart, one)), None)
    if sheet is None:
        return None
    title = chart.zh if lang == "zh" else chart.en
    if not chart.series:
        years = _by_year(sheet, sheet.place(chart.by))
        series = [{"name": title, "values": list(years.values())}]
        return {"title": title, "kind": Kind.INT.value, "categories": list(years), "series": series}
    columns = [sheet.columns[sheet.place(key)] for key in chart.series]
    places = [sheet.place(key) for key in chart.series]
    rows = list(sheet.rows)
    series = [
        {"name": column.title(lang), "values": [_number(row[place]) for row in rows]}
        for column, place in zip(columns, places, strict=True)
    ]
    categories = [str(row[sheet.place(chart.by)]) for row in rows]
    return {"title": title, "kind": columns[0].kind.value, "categories": categories, "series": series}


def _fits(chart: Chart, sheet: Sheet) -> bool:
    keys = [column.key for column in sheet.columns]
    if not chart.series:
        return chart.by in keys
    return keys[0] == chart.by and set(chart.series) <= set(keys)


def _by_year(sheet: Sheet, place: int) -> dict[str, int]:
    """How many rows in each year from the first to the last; rows without a date are not shown."""
    days = (row[place] for row in sheet.rows)
    years = Counter(day.year for day in days if isinstance(day, date))
    return {str(year): years[year] for year in range(min(years), max(years) + 1)} if years else {}


def _number(value: Value) -> float | None:
    return float(value) if isinstance(value, int | float | Decimal) else None
