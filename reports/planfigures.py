"""A plan drawn → what its page shows, as plain values for a file: its tables in both languages, its devices in short.

The tables are those of the workbook, so that page and workbook cannot disagree. Knows no page.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from inventory.sheets.columns import Row, Sheet
from inventory.sheets.style import shown
from reports.books.frames import Params
from reports.books.plans import overview, reasons
from reports.books.plans.planned import Drawn, Item
from reports.preview import NUMBERS

TABLES = ("years", "money", "class", "town", "department")
"""The first sheets of a plan's workbook, in their order."""
KEPT = ("tag", "asset_class", "type", "town", "department", "holder", "status", "due_year", "year", "source", "reason")
FLAGS = ("over_standard", "below_life", "needs_approval", "above_cap")
AMOUNTS = ("price_yuan", "listed_yuan", "cap_yuan")


def figures(drawn: Drawn) -> dict[str, Any]:
    """Everything that the page of a plan shows, without a word that depends on the reader but those of its tables."""
    return {
        "zh": _tables(drawn, "zh"),
        "en": _tables(drawn, "en"),
        "classes": {code: [one.zh, one.en] for code, one in drawn.classes.items()},
        "items": [_item(one) for one in sorted(drawn.items, key=_order)],
        "unjudged": [[one.tag, one.asset_class, one.town, one.department] for one in drawn.unjudged],
        "changes": [list(pair) for pair in drawn.head.changes],
        "devices": drawn.devices,
    }


def params_of(day: date, lang: str) -> Params:
    return Params(day, datetime.combine(day, datetime.min.time()), lang)


def why_told(why: Sequence[Sequence[str]], params: Params) -> str:
    """The codes of a choice in words."""
    return reasons.told([tuple(one) for one in why], params)


def order_told(order: Sequence[str], params: Params) -> str:
    return reasons.order_told(order, params)


def _tables(drawn: Drawn, lang: str) -> dict[str, Any]:
    sheets = overview.build(drawn, params_of(drawn.head.as_of, lang))
    return {key: _table(sheet, lang) for key, sheet in zip(TABLES, sheets, strict=False)}


def _table(sheet: Sheet, lang: str) -> dict[str, Any]:
    columns = [
        {"key": one.key, "title": one.title(lang), "number": one.kind in NUMBERS, "kind": one.kind.value}
        for one in sheet.columns
    ]
    rows = list(sheet.rows)
    return {
        "name": sheet.name,
        "columns": columns,
        "rows": [[shown(value, c.kind).strip() for value, c in zip(row, sheet.columns, strict=True)] for row in rows],
        "values": [[_number(value) for value in row] for row in rows],
        "total": _total(sheet, rows),
        "empty": sheet.empty,
    }


def _total(sheet: Sheet, rows: Sequence[Row]) -> list[str]:
    if not rows or not any(column.total for column in sheet.columns):
        return []
    sums = []
    for at, column in enumerate(sheet.columns):
        known = [row[at] for row in rows if isinstance(row[at], int | float | Decimal)]
        sums.append(shown(sum(known), column.kind).strip() if column.total and known else "")  # type: ignore[arg-type]
    return sums


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float | Decimal) else None


def _order(item: Item) -> tuple[bool, int, int, str]:
    """By year and place in that year's order; what is undone last, what was due first before the rest."""
    if item.year is None:
        return True, item.due_year, 0, item.tag
    return False, item.year, int(item.why[0][1]), item.tag


def _item(item: Item) -> dict[str, Any]:
    found: dict[str, Any] = {name: getattr(item, name) for name in (*KEPT, *FLAGS)}
    found |= {name: None if (yuan := getattr(item, name)) is None else str(yuan) for name in AMOUNTS}
    found |= {"due_on": item.due_on.isoformat(), "due_by": list(item.due_by), "why": [list(one) for one in item.why]}
    found["missing"], found["override"] = list(item.missing), item.override
    return found
