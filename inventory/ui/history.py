"""Entries of the change log in words: who, when, why, and each field before and after. Knows no model."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import gettext as _

from inventory.ui.columns import Kind, text_of

_KEY = re.compile(r" \(#\d+\)$")


@dataclass(frozen=True)
class Changed:
    """One entry. `fields` are (title, before, after)."""

    at: datetime
    by: str
    source: str
    verb: str
    reason: str
    name: str
    fields: list[tuple[str, str, str]]


def changes_of(page: Any, entries: Iterable[Any]) -> list[Changed]:
    """Log entries of a page's model as a person reads them."""
    return [_changed(page, entry) for entry in entries]


def _changed(page: Any, entry: Any) -> Changed:
    data = entry.additional_data or {}
    verbs = {0: _("created"), 1: _("changed"), 2: _("deleted"), 3: _("looked at")}
    fields = [
        (_title(page, name), _text(page, name, pair[0]), _text(page, name, pair[1]))
        for name, pair in (entry.changes or {}).items()
        if isinstance(pair, list | tuple) and len(pair) == 2
    ]
    return Changed(
        entry.timestamp,
        str(data.get("by", "")),
        str(data.get("source", "")),
        verbs.get(entry.action, ""),
        str(data.get("reason", "")),
        entry.object_repr,
        fields,
    )


def _title(page: Any, name: str) -> str:
    try:
        return str(page.cell(name).heading)
    except FieldDoesNotExist:
        return name


def _text(page: Any, name: str, value: Any) -> str:
    """A logged value: choices by their words, a related row by its name alone."""
    if value is None or value == "":
        return "–"
    try:
        cell = page.cell(name)
    except FieldDoesNotExist:
        return str(value)
    if cell.kind is Kind.RELATED:
        return _KEY.sub("", str(value))
    return str(cell.text(value)) if cell.kind is Kind.BADGE else text_of(value, Kind.TEXT)
