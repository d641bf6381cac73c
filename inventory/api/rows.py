"""Rows as JSON: what a model's pages show, under the names of its columns and fields. Secrets are left out."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from inventory.ui.columns import Cell, Column, Kind
from inventory.ui.listing import load
from inventory.ui.page import ModelPage

Address = Callable[[ModelPage], str]
"""The address of a model's list."""

BRIEF = frozenset({"id", "url", "display"})
"""What every row has, and a related one within another alone."""


def cells(page: ModelPage) -> dict[str, Cell]:
    """All that a row has, by name: the columns of the list, then the fields of the form.

    A field of the form is read as it is written, also where the list shows words in its place.
    """
    fields = [name for section in page.form for name in section.fields]
    found = {name: page.cell(name) for name in dict.fromkeys([*page.declared, *fields])}
    found |= {name: Cell(Column(name=name), page.model, page.kit) for name in fields if found[name].computed}
    return {name: cell for name, cell in found.items() if not cell.secret}


def fetch(rows: QuerySet[Any], shown: Sequence[Cell], page: ModelPage) -> QuerySet[Any]:
    """The rows with what the cells and the row's own name need."""
    one = [cell for cell in shown if not cell.many]
    around = [name.rpartition("__")[0] for name in page.label if "__" in name]
    rows = load(rows, one).only("pk", *page.label, *(path for cell in one for path in cell.needs))
    rows = rows.select_related(*around) if around else rows
    return rows.prefetch_related(*(cell.path for cell in shown if cell.many))


def as_json(address: Address, page: ModelPage, row: Any, shown: Iterable[tuple[str, Cell]]) -> dict[str, Any]:
    """One row: its key, its address, its name, then the cells."""
    return named(address, page, row) | {name: _value(address, cell, row) for name, cell in shown}


def named(address: Address, page: ModelPage | None, row: Any) -> dict[str, Any]:
    """A row in brief, as it stands within another; without an address where its model has no pages."""
    return {"id": row.pk, "url": f"{address(page)}{row.pk}/" if page else None, "display": str(row)}


def _value(address: Address, cell: Cell, row: Any) -> Any:
    if cell.kind is not Kind.RELATED or cell.computed:
        value = cell.cell(row) if cell.computed else cell.raw(row)
        return _choice(cell, value) if cell.kind is Kind.BADGE else plain(value)
    if cell.many:
        return [named(address, cell.page, one) for one in getattr(row, cell.path).all()]
    related = cell.raw(row)
    return None if related is None else named(address, cell.page, related)


def _choice(cell: Cell, value: Any) -> dict[str, Any] | None:
    return None if value in (None, "") else {"value": plain(value), "label": cell.text(value)}


def plain(value: Any) -> Any:
    """A value that JSON has: days and times in ISO 8601 with their zone, amounts as text, exact to the last digit."""
    if isinstance(value, datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value if isinstance(value, bool | int | float | list | dict | None) else str(value)
