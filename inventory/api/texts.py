"""Rows by their texts, as NetBox's lists are asked: exactly, or by the endings that it has for parts and for not.

On the pages a filter takes a part of a text; a program that names a serial means that one and no longer one.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from inventory.api.faults import Refused
from inventory.api.rows import cells
from inventory.rules import addresses
from inventory.ui.columns import Cell
from inventory.ui.page import ModelPage

ENDS: Mapping[str, tuple[str, Any]] = {
    "ic": ("icontains", _("%(title)s contains one of these")),
    "isw": ("istartswith", _("%(title)s begins with one of these")),
    "iew": ("iendswith", _("%(title)s ends with one of these")),
    "ie": ("iexact", _("%(title)s is one of these, large or small")),
}
"""What NetBox's names of parameters end with behind `__`: the lookup, letters large or small, and its words."""
NOT = "n"
"""Before an ending: none of them; alone: not exactly."""
EMPTY = "empty"
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
    """The names of all parameters that `find` knows: the columns', and with endings behind them."""
    ends = ["", f"__{NOT}", f"__{EMPTY}", *(f"__{no}{end}" for end in ENDS for no in ("", NOT))]
    return [name + end for name in columns(page) for end in ends]


def words_of(page: ModelPage, parameter: str) -> str | None:
    """What a parameter of `parameters` finds, in words; None of any other."""
    known = columns(page)
    name, end = _parted(known, parameter)
    if name is None:
        return None
    no, positive = end[:1] == NOT, end.removeprefix(NOT)
    words = gettext("%(title)s is empty: true or false") if end == EMPTY else gettext("%(title)s is one of these")
    words = str(ENDS[positive][1]) if positive in ENDS else words
    return (gettext("not: %s") if no else "%s") % (words % {"title": known[name].heading})


def _parted(texts: Collection[str], parameter: str) -> tuple[str | None, str]:
    """A parameter's column, None where it is none of ours, and its ending without the marks before it."""
    name, _marks, end = parameter.partition("__")
    known = end in ("", NOT, EMPTY) or end.removeprefix(NOT) in ENDS
    return (name, end) if known and name in texts else (None, "")


def find(rows: QuerySet[Any], page: ModelPage, data: QueryDict) -> QuerySet[Any]:
    """The rows that have one of the texts given, of each parameter that asks for some. Raises Refused."""
    known = columns(page)
    for parameter in data:
        name, end = _parted(known, parameter)
        if name is not None:
            condition = _condition(known[name], name, end.removeprefix(NOT), _values(data, parameter))
            rows = rows.exclude(condition) if end[:1] == NOT else rows.filter(condition)
    return rows


def _condition(cell: Cell, name: str, end: str, values: Sequence[str]) -> Q:
    if not end:
        return Q(**{f"{name}__in": [_as_written(name, text) for text in values]})
    if end == EMPTY:
        return _empty(cell, name, values)
    found, lookup = Q(), ENDS[end][0]
    for text in values:
        how, value = cell.field.part(text, lookup) if hasattr(cell.field, "part") else (lookup, text)
        found |= Q(**{f"{name}__{how}": value})
    return found


def _empty(cell: Cell, name: str, values: Sequence[str]) -> Q:
    """Whether it has no text, as the last value says."""
    if values[-1].lower() not in ("true", "false"):
        raise Refused(400, {f"{name}__{EMPTY}": [gettext("expected true or false")]})
    none = Q(**{name: ""}) | Q(**{f"{name}__isnull": True}) if cell.field.null else Q(**{name: ""})
    return none if values[-1].lower() == "true" else ~none


def _values(data: QueryDict, name: str) -> Sequence[str]:
    values: list[str] = data.getlist(name)
    if len(values) > MOST_VALUES:
        raise Refused(400, {name: [gettext("expected at most %d texts") % MOST_VALUES]})
    return values


def _as_written(name: str, text: str) -> str:
    try:
        return _WRITTEN[name](text) if name in _WRITTEN else text
    except ValueError:
        return text
