"""Entries of the change log in words: who, when, why, and each field before and after. Knows no model."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

NAMED = 12
RECENT = 50
"""Entries among which the last change of a field is looked for."""
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


def overtaken(page: Any, entries: Any, saved: Any, names: Sequence[str]) -> dict[str, str]:
    """For each field that was changed meanwhile, a sentence: who, when, and what it is now. Entries newest first."""
    recent = list(entries[:RECENT])
    return {
        name: _overtaken(next((entry for entry in recent if name in (entry.changes or {})), None), now)
        for name, now in ((name, _now(page, saved, name)) for name in names)
    }


def _overtaken(entry: Any, now: str) -> str:
    if entry is None:
        return _("Somebody changed this meanwhile to “%(now)s”.") % {"now": now}
    at = date_format(timezone.localtime(entry.timestamp), "DATETIME_FORMAT")
    by = _by(entry)
    return _("%(by)s changed this at %(at)s to “%(now)s”.") % {"by": by, "at": at, "now": now}


def _by(entry: Any) -> str:
    """A person by name, else what the entry calls its writer."""
    return (entry.actor.get_full_name() if entry.actor else "") or str((entry.additional_data or {}).get("by", ""))


def _now(page: Any, saved: Any, name: str) -> str:
    """A value of the saved row as plain text."""
    cell = page.cell(name)
    value = cell.raw(saved)
    if cell.many:
        return ", ".join(map(str, value.all())) or "–"
    return "–" if value is None or value == "" else str(value) if cell.page else cell.text(value)


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
        _by(entry),
        str(data.get("source", "")),
        verbs.get(entry.action, ""),
        str(data.get("reason", "")),
        entry.object_repr,
        fields,
    )


def _title(page: Any, name: str) -> str:
    try:
        found = page.model._meta.get_field(name)
    except FieldDoesNotExist:
        return name
    if found.auto_created:
        text = str(found.related_model._meta.verbose_name_plural)
        return text[:1].upper() + text[1:]
    return str(page.cell(name).heading)


def _text(page: Any, name: str, value: Any) -> str:
    """A logged value: choices by their words, related rows by their names alone."""
    if value is None or value == "":
        return "–"
    if isinstance(value, list):
        return _several(value)
    try:
        found = page.model._meta.get_field(name)
    except FieldDoesNotExist:
        return str(value)
    if found.is_relation:
        return _KEY.sub("", str(value))
    try:
        return str(page.cell(name).text(found.to_python(value)))
    except ValidationError:
        return str(value)


def _several(rows: list[Any]) -> str:
    """Rows that one entry tells of together, by their names."""
    names = [str(row.get("name", "")) if isinstance(row, dict) else str(row) for row in rows]
    more = f" … ({len(names)})" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
