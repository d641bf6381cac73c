"""What a page shows of a workbook: the first rows of its sheets as they look in it, their totals, its charts. Pure."""

from decimal import Decimal
from itertools import islice
from typing import Any

from inventory.sheets.columns import Book, Kind, Ratio, Row, Sheet, Value
from inventory.sheets.formulas import total_value
from inventory.sheets.style import shown
from reports import charts

VERSION = 1
"""Of the values' form: a file of another one is not read."""
ROWS, SHEETS = 200, 120
NUMBERS = frozenset({Kind.INT, Kind.NUMBER, Kind.RATIO, Kind.MONEY, Kind.PERCENT})


def preview(report: str, book: Book) -> dict[str, Any]:
    """Sheets and charts as plain values, for a file beside the workbook."""
    return {
        "version": VERSION,
        "title": book.title,
        "sheets": [_sheet(sheet, book.lang) for sheet in book.sheets[:SHEETS]],
        "more": max(0, len(book.sheets) - SHEETS),
        "charts": charts.drawn(report, book.sheets, book.lang),
    }


def _sheet(sheet: Sheet, lang: str) -> dict[str, Any]:
    return {
        "name": sheet.name,
        "title": sheet.title,
        "head": list(sheet.head),
        "foot": list(sheet.foot),
        "empty": sheet.empty,
        "columns": [{"title": c.title(lang), "number": c.kind in NUMBERS, "wrap": c.wrap} for c in sheet.columns],
        "rows": [_cells(sheet, row) for row in islice(iter(sheet.rows), ROWS)],
        "count": len(sheet.rows),
        "total": _total(sheet) if sheet.has_total else [],
    }


def _cells(sheet: Sheet, row: Row) -> list[str]:
    return [_text(value, column.kind) for value, column in zip(row, sheet.columns, strict=True)]


def _text(value: Value, kind: Kind) -> str:
    return shown(value, kind).strip()


def _total(sheet: Sheet) -> list[str]:
    """The row of totals, over all rows and not only those shown; '' where a column has none."""
    sums = [Decimal(0)] * len(sheet.columns)
    summed = [i for i, column in enumerate(sheet.columns) if column.total and not isinstance(column.calc, Ratio)]
    for row in sheet.rows:
        for index in summed:
            if isinstance(value := row[index], int | float | Decimal):
                sums[index] += Decimal(str(value))
    columns = enumerate(sheet.columns)
    return [_text(total_value(sheet, i, sums), column.kind) if column.total else "" for i, column in columns]
