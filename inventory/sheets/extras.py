"""What a sheet has beside its cells: table or filter, marks, what may be filled in, charts, print area.

Written by XlsxWriter after the rows. Knows layouts and columns, no report.
"""

from collections.abc import Sequence
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from inventory.sheets import names, style
from inventory.sheets.columns import Book, Chart, Column, Filling, Shade
from inventory.sheets.formulas import Layout

CHART_ROWS, CHART_HEIGHT = 12, 225
"""How many rows a chart covers, and its height in pixels; it is as wide as its table, within bounds."""
_NARROWEST, _WIDEST = 420, 900
_PIXELS = 7.2
"""A character of the body font."""
_OTHER_COLUMN = 9.0
"""The width of a column that no table has."""
_GRID = {"visible": True, "line": {"color": "#D9D9D9"}}
_ONE_PAGE = 40
"""A table of so many rows is printed on one page together with its charts."""
_RED = {"bg_color": "#F8CBAD", "font_color": "#9C0006"}
_AMBER = {"bg_color": "#FFEB9C"}


class Formats:
    """Each look once in a workbook."""

    def __init__(self, workbook: xlsxwriter.Workbook) -> None:
        self._workbook = workbook
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def get(self, look: dict[str, Any]) -> Any:
        key = tuple(sorted(look.items()))
        if key not in self._made:
            self._made[key] = self._workbook.add_format(look)
        return self._made[key]


def add(
    workbook: xlsxwriter.Workbook,
    out: Worksheet,
    layout: Layout,
    formats: Formats,
    book: Book,
    *,
    table: str,
    widths: Sequence[float],
) -> None:
    """Everything beside the cells. Without the name of a table a filtered sheet gets a filter alone."""
    sheet, last = layout.sheet, len(layout.sheet.columns) - 1
    if sheet.filtered and len(sheet.rows):
        titles = [column.title(book.lang) for column in sheet.columns]
        if table and len(set(titles)) == len(titles):
            _table(out, layout, table, titles, formats)
        else:
            out.autofilter(layout.header_row, 0, layout.last_row, last)
    for index, column in enumerate(sheet.columns):
        if len(sheet.rows):
            _mark(out, layout, index, column, formats)
            _fill_in(out, layout, index, column, book)
    charts = sheet.charts if len(sheet.rows) else ()
    if charts and len(sheet.rows) <= _ONE_PAGE:
        out.fit_to_pages(1, 1)
    pixels = int(min(max(sum(widths) * _PIXELS, _NARROWEST), _WIDEST))
    for number, chart in enumerate(charts):
        made = _chart(workbook, layout, chart, pixels)
        row = layout.chart_row + number * CHART_ROWS
        out.insert_chart(row, 0, made, {"x_offset": 4, "y_offset": 4, "object_position": 2})
    bottom = layout.chart_row + len(charts) * CHART_ROWS if charts else layout.foot_row + max(len(sheet.foot) - 1, 0)
    out.print_area(0, 0, bottom, _last_printed(layout, widths, pixels if charts else 0))


def _last_printed(layout: Layout, widths: Sequence[float], pixels: int) -> int:
    """The last column to print: lines above and below the table, and charts, may be wider than it."""
    lines = max((style.text_width(line) for line in (*layout.sheet.head, *layout.sheet.foot)), default=0.0)
    needed, at, reached = max(lines + 1, pixels / _PIXELS + 2), max(len(widths) - 1, 1), sum(widths)
    while reached < needed:
        at, reached = at + 1, reached + _OTHER_COLUMN
    return at


def _table(out: Worksheet, layout: Layout, name: str, titles: list[str], formats: Formats) -> None:
    header = formats.get(style.header_format())
    options = {
        "name": name,
        "style": None,
        "columns": [{"header": title, "header_format": header} for title in titles],
    }
    out.add_table(layout.header_row, 0, layout.last_row, len(titles) - 1, options)


def _mark(out: Worksheet, layout: Layout, index: int, column: Column, formats: Formats) -> None:
    looks: dict[Shade, dict[str, Any]] = {
        Shade.POSITIVE: {"type": "cell", "criteria": ">", "value": 0, "format": formats.get(_RED)},
        Shade.FILLED: {"type": "no_blanks", "format": formats.get(_AMBER)},
        Shade.BAR: {"type": "data_bar", "bar_color": "#9BC2E6"},
        Shade.LOW: {
            "type": "3_color_scale",
            "min_type": "num",
            "mid_type": "num",
            "max_type": "num",
            "min_value": 0,
            "mid_value": 0.5,
            "max_value": 1,
        },
    }
    if column.shade is not None:
        out.conditional_format(layout.first_row, index, layout.last_row, index, looks[column.shade])


def _fill_in(out: Worksheet, layout: Layout, index: int, column: Column, book: Book) -> None:
    filling = column.filling
    if filling is not None:
        out.data_validation(layout.first_row, index, layout.last_row, index, _rule(filling, zh=book.lang == "zh"))


def _rule(filling: Filling, *, zh: bool) -> dict[str, Any]:
    if filling.choices:
        return {
            "validate": "list",
            # Excel takes 255 characters in all; what does not fit must not be refused.
            "source": _fitting(filling.choices),
            "error_type": "warning",
            "error_title": "不在列表中" if zh else "Not in the list",
            "error_message": "请从列表中选择。" if zh else "Choose from the list.",
        }
    return {
        "validate": "integer" if filling.whole else "decimal",
        "criteria": ">=",
        "value": filling.least,
        "error_title": "数值不符" if zh else "Number",
        "error_message": f"请填不小于 {filling.least} 的数。" if zh else f"A number from {filling.least} on.",
    }


def _fitting(choices: tuple[str, ...]) -> list[str]:
    found: list[str] = []
    for choice in (one.replace(",", "，") for one in choices):
        if len(",".join([*found, choice])) <= 255:
            found.append(choice)
    return found


def _chart(workbook: xlsxwriter.Workbook, layout: Layout, chart: Chart, pixels: int) -> Any:
    options = {"type": chart.kind, **({"subtype": "stacked"} if chart.stacked else {})}
    made = workbook.add_chart(options)
    face = {"name": style.BODY_FONT, "size": 9}
    for key in chart.values:
        place = layout.sheet.place(key)
        made.add_series(
            {
                "name": [layout.name, layout.header_row, place],
                "categories": f"={layout.range(chart.along)}",
                "values": f"={layout.range(key)}",
                "gap": 60,
            }
        )
    made.set_title({"name": names.one_line(chart.title), "name_font": {"name": style.HEAD_FONT, "size": 11}})
    made.set_legend({"position": "bottom", "font": face} if len(chart.values) > 1 else {"none": True})
    made.set_x_axis({"num_font": face})
    axis: dict[str, Any] = {"num_font": face, "num_format": chart.number, "major_gridlines": _GRID}
    made.set_y_axis(axis | ({"min": 0, "max": 1} if chart.number.endswith("%") else {}))
    made.set_size({"width": pixels, "height": CHART_HEIGHT})
    return made
