"""A plan drawn → what its page shows, as plain values for a file: its tables in both languages, its devices in short.

The tables are those of the workbook, so that page and workbook cannot disagree. Knows no page.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from inventory.sheets.columns import Row, Sheet
from inventory.sheets.style import shown
from reports import planrows
from reports.books.frames import Params
from reports.books.plans import overview, reasons
from reports.books.plans.doubts import doubts
from reports.books.plans.planned import Adding, Drawn, Item, Unjudged, grouped
from reports.preview import NUMBERS

TABLES = ("years", "money", "class", "town", "department")
"""The first sheets of a plan's workbook, in their order."""
KEPT = (
    "tag",
    "new",
    "asset_class",
    "type",
    "town",
    "department",
    "holder",
    "status",
    "due_year",
    "year",
    "source",
    "reason",
)
FLAGS = ("over_standard", "above_cap", "over_money", "below_life", "needs_approval")
AMOUNTS = ("price_yuan", "listed_yuan", "cap_yuan")


def head(drawn: Drawn) -> dict[str, Any]:
    """The parts that the page of a plan shows, without a word that depends on the reader but those of its tables."""
    tables = {f"{lang}.{key}": one for lang in ("zh", "en") for key, one in _tables(drawn, lang).items()}
    undone = sum(one.year is None for one in drawn.items)
    return {
        **tables,
        "classes": {code: [one.zh, one.en] for code, one in drawn.classes.items()},
        "doubts": [list(pair) for pair in doubts(drawn)],
        "changes": [list(pair) for pair in drawn.head.changes],
        "decided": [
            [year, reason, _places(one.author for one in ones), [one.tag for one in ones]]
            for (year, reason), ones in grouped(drawn.head.decided)
        ],
        "adding": [_adding(one, drawn) for one in drawn.head.adding],
        "devices": drawn.devices,
        "counts": dict(zip(planrows.KINDS, (len(drawn.items) - undone, undone, len(drawn.unjudged)), strict=True)),
        "years": {
            "chosen": sorted({one.year for one in drawn.items if one.year is not None}),
            "undone": sorted({one.due_year for one in drawn.items if one.year is None}),
        },
        "asset_classes": sorted({one.asset_class for one in _all(drawn) if one.asset_class}),
        "towns": _places(one.town for one in _all(drawn)),
        "departments": sorted(_places(one.department for one in _all(drawn))),
    }


def _adding(one: Adding, drawn: Drawn) -> list[Any]:
    """What is to be added, how many of it are, and why the others are not."""
    tags = set(one.tags)
    mine = [item for item in drawn.additions if item.tag in tags]
    why = next(([list(code) for code in item.why] for item in mine if item.year is None), [])
    taken = sum(item.year is not None for item in mine)
    return [one.year, one.department, one.asset_class, one.quantity, taken, one.reason, one.author, why]


def rows(drawn: Drawn) -> Iterator[planrows.Row]:
    """The devices in the order of the page."""
    for item in sorted(drawn.items, key=_order):
        yield _row(item)
    for one in drawn.unjudged:
        facts = {"tag": one.tag, "asset_class": one.asset_class, "town": one.town, "department": one.department}
        words = f"{one.tag}\n{one.department}".lower()
        columns = ("unjudged", one.tag, None, one.asset_class, one.town, one.department, words, None)
        yield planrows.Row((*columns, *(0 for _ in planrows.MARKS)), {**facts, "why": [[one.why]], "year": None})


def _all(drawn: Drawn) -> Iterator[Item | Unjudged]:
    yield from drawn.items
    yield from drawn.unjudged


def _places(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(name for name in names if name))


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


def _order(item: Item) -> tuple[bool, int, bool, int, str]:
    """By year and place in that year's order, additions behind; what is undone last, what was due first before the
    rest."""
    if item.year is None:
        return True, item.due_year, False, 0, item.tag
    return False, item.year, bool(item.new), int(item.why[0][1]), item.tag


def _row(item: Item) -> planrows.Row:
    found: dict[str, Any] = {name: getattr(item, name) for name in (*KEPT, *FLAGS)}
    found |= {name: None if (yuan := getattr(item, name)) is None else str(yuan) for name in AMOUNTS}
    found |= {"due_on": None if item.due_on is None else item.due_on.isoformat(), "due_by": list(item.due_by)}
    found |= {"why": [list(one) for one in item.why], "missing": list(item.missing), "override": item.override}
    found |= {"decided": item.by_hand, "left_out": item.left_out}
    kind, year = ("undone", item.due_year) if item.year is None else ("chosen", item.year)
    words = "\n".join((item.tag, item.department, item.type, item.holder)).lower()
    choice = json.dumps([item.year, item.source, found["price_yuan"], item.left_out])
    marks = (*(int(found[name]) for name in FLAGS), int(bool(item.override)), int(item.by_hand), int(bool(item.new)))
    place = (item.asset_class, item.town, item.department)
    return planrows.Row((kind, item.tag, year, *place, words, choice, *marks), found)
