"""Rows by their texts: exactly, as NetBox's lists are asked, or by a part of them.

On the pages a filter takes a part of a text; a program that names a serial means that one and no longer one.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from inventory.api.faults import Refused
from inventory.api.rows import cells
from inventory.rules import addresses
from inventory.ui.columns import Cell
from inventory.ui.page import ModelPage

PART = "__ic"
"""What the name of a parameter ends with that is contained in a text, be its letters large or small."""
MOST_VALUES = 1000
_WRITTEN: Mapping[str, Callable[[str], str]] = {
    "address": lambda text: str(addresses.parse_address(text)),
    "prefix": lambda text: str(addresses.parse_prefix(text)),
}
"""Texts that people write in several ways, and how the register writes them."""


def columns(page: ModelPage) -> dict[str, Cell]:
    """The texts of a row by which rows are found."""
    return {name: cell for name, cell in cells(page).items() if cell.path == name and _is_text(cell.field)}


def _is_text(field: Any) -> bool:
    return isinstance(field, models.CharField | models.TextField) and not field.choices


def parameters(page: ModelPage) -> list[str]:
    """The names of all parameters that `find` knows."""
    return [name + end for name in columns(page) for end in ("", PART)]


def find(rows: QuerySet[Any], page: ModelPage, data: QueryDict) -> QuerySet[Any]:
    """The rows that have one of the texts given, of each column that is asked for. Raises Refused."""
    for name, cell in columns(page).items():
        if name in data:
            rows = rows.filter(**{f"{name}__in": [_as_written(name, text) for text in _values(data, name)]})
        for part in _values(data, name + PART):
            lookup, value = cell.field.part(part) if hasattr(cell.field, "part") else ("icontains", part)
            rows = rows.filter(**{f"{name}__{lookup}": value})
    return rows


def _values(data: QueryDict, name: str) -> Sequence[str]:
    values: list[str] = data.getlist(name)
    if len(values) > MOST_VALUES:
        raise Refused(400, {name: [_("expected at most %d texts") % MOST_VALUES]})
    return values


def _as_written(name: str, text: str) -> str:
    try:
        return _WRITTEN[name](text) if name in _WRITTEN else text
    except ValueError:
        return text
