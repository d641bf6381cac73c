"""Columns of lists and fields of detail pages: where a value comes from, what it needs loaded, how it is shown.

Rows are rendered as plain strings, since a list of fifty rows holds six hundred cells. Knows no model.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any

from django.db import models
from django.utils import formats, timezone
from django.utils.html import escape
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from inventory.sheets.columns import Kind as SheetKind
from inventory.sheets.columns import Value

HIDDEN = "••••••"
"""In the place of a secret, whoever looks."""
SHORT = 24
"""Octets (a Chinese character has three) of a name that stays on one line of a list."""
NOTHING = '<span class="text-secondary">–</span>'


class Kind(StrEnum):
    """What a column shows, which gives its alignment, its form in a page and in a sheet."""

    TEXT = "text"
    CODE = "code"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    TIME = "time"
    BADGE = "badge"
    BOOLEAN = "boolean"
    RELATED = "related"


SHEET_KINDS = {
    Kind.NUMBER: SheetKind.TEXT,
    Kind.MONEY: SheetKind.MONEY,
    Kind.DATE: SheetKind.DATE,
    Kind.TIME: SheetKind.TIME,
}


DECIMALS = {1: SheetKind.NUMBER, 2: SheetKind.RATIO}
"""By the decimal places of a column; more of them are no amount but a place on a map."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column. Without `kind` and `title` they follow from the field at `path`.

    `path` leads from the row to the value, by `__`; it is `name` where it is not given. `order` are the fields to
    sort by (none: it cannot be sorted), `needs` the field paths that must be loaded with the row, `annotate` what
    the query adds, `colors` the badge colour of each value. `reads` says how a value is written out (a MAC with its
    colons). `html` takes the row and gives safe HTML in the place of the value's own form; `value` takes the row and
    gives what stands in a sheet, `sheets` names the columns that stand there in the place of this one.
    """

    name: str
    path: str = ""
    title: Any = None
    kind: Kind | None = None
    order: tuple[str, ...] | None = None
    needs: tuple[str, ...] = ()
    annotate: Mapping[str, Any] = field(default_factory=dict)
    colors: Mapping[str, str] = field(default_factory=dict)
    reads: Callable[[Any], str] | None = None
    html: Callable[[Any], str] | None = None
    value: Callable[[Any], Value] | None = None
    sheets: tuple[str, ...] = ()


class Cell:
    """A column made ready for one model: its title, how to read, show and sort it."""

    def __init__(self, column: Column, model: type[models.Model], pages: Any) -> None:
        path = column.path or column.name
        self.name, self.path = column.name, path
        found: Any = None if column.annotate else field_at(model, path)
        self.field = found
        self.kind = column.kind or kind_of(found)
        self.title = column.title or found.verbose_name
        self.annotate = column.annotate
        self.sheets = column.sheets
        self.colors = column.colors
        self._html, self._value, self._reads = column.html, column.value, column.reads
        self._choices = dict(getattr(self.field, "flatchoices", ()) or ())
        self.page = pages.page_of(found.related_model) if self.kind is Kind.RELATED else None
        labels = [f"{path}__{name}" for name in self.page.label] if self.page else [path]
        self.needs = tuple(column.needs) or (() if column.annotate else tuple(labels))
        self.many = bool(self.field is not None and (self.field.many_to_many or self.field.one_to_many))
        self.order = tuple(column.order) if column.order is not None else self._default_order(labels)
        self._parts = path.split("__")
        self.secret = found is not None and found.name in getattr(found.model, "secret", ())

    def _default_order(self, labels: list[str]) -> tuple[str, ...]:
        if self.page is not None and self.page.sort_key:
            return (f"{self.path}__{self.page.sort_key}",)
        return tuple(labels)

    @property
    def computed(self) -> bool:
        """Whether its value is worked out from the row, and not read at the end of its path."""
        return self._value is not None

    @property
    def heading(self) -> str:
        text = str(self.title)
        return text[:1].upper() + text[1:]

    @property
    def css(self) -> str:
        """Classes of the column's cells."""
        if self.kind in (Kind.NUMBER, Kind.MONEY):
            return "text-end tz-num"
        return "tz-num text-nowrap" if self.kind in (Kind.DATE, Kind.TIME, Kind.CODE) else ""

    def raw(self, obj: Any) -> Any:
        """The value in Python; None where the path leads nowhere."""
        for part in self._parts:
            obj = getattr(obj, part, None)
            if obj is None:
                return None
        return obj

    def show(self, obj: Any) -> str:
        """Safe HTML of the value."""
        if self._html is not None:
            return self._html(obj)
        value = self.raw(obj)
        if value in (None, "", [], {}):
            return NOTHING
        if self.secret:
            return HIDDEN
        if self.many:
            return ", ".join(map(self._link, value.all())) or NOTHING
        if self.kind is Kind.RELATED:
            return self._link(value)
        if self.kind is Kind.BADGE:
            color = self.colors.get(value, "secondary")
            return f'<span class="badge bg-{color}-lt">{escape(str(self._choices.get(value, value)))}</span>'
        return escape(self.text(value))

    def _link(self, row: Any) -> str:
        text = str(row)
        css = "text-reset text-nowrap" if len(text.encode()) <= SHORT else "text-reset"
        return f'<a href="{self.page.url_of(row.pk)}" class="{css}">{escape(text)}</a>' if self.page else escape(text)

    def text(self, value: Any) -> str:
        """The value as a person of the current language reads it."""
        if self._reads is not None:
            return self._reads(value)
        if self._choices:
            return str(self._choices.get(value, value))
        return text_of(value, self.kind)

    def cell(self, obj: Any) -> Value:
        """The value as a cell of a sheet."""
        if self._value is not None:
            return self._value(obj)
        value = self.raw(obj)
        if value in (None, ""):
            return value  # type: ignore[no-any-return]
        if self.secret:
            return HIDDEN
        if isinstance(value, datetime):
            return timezone.localtime(value).replace(tzinfo=None)
        if self.kind in (Kind.DATE, Kind.MONEY) or (self.kind is Kind.NUMBER and isinstance(value, int | Decimal)):
            return value  # type: ignore[no-any-return]
        return self.text(value)

    @property
    def sheet_kind(self) -> SheetKind:
        if self.kind is Kind.NUMBER and isinstance(self.field, models.IntegerField):
            return SheetKind.INT
        if self.kind is Kind.NUMBER and isinstance(self.field, models.DecimalField):
            return DECIMALS.get(self.field.decimal_places, SheetKind.TEXT)
        return SHEET_KINDS.get(self.kind, SheetKind.TEXT)


def field_at(model: type[models.Model], path: str) -> Any:
    """The field at the end of a path. Raises FieldDoesNotExist."""
    found: Any = None
    for part in path.split("__"):
        found = model._meta.get_field(part)
        model = found.related_model
    return found


def kind_of(found: Any) -> Kind:
    """The kind that follows from a field."""
    if found.is_relation:
        return Kind.RELATED
    if found.choices:
        return Kind.BADGE
    kinds: tuple[tuple[type[Any], Kind], ...] = (
        (models.BooleanField, Kind.BOOLEAN),
        (models.DateTimeField, Kind.TIME),
        (models.DateField, Kind.DATE),
        (models.DecimalField, Kind.MONEY if found.name.endswith("_yuan") else Kind.NUMBER),
        (models.IntegerField, Kind.NUMBER),
    )
    return next((kind for cls, kind in kinds if isinstance(found, cls)), Kind.TEXT)


def text_of(value: Any, kind: Kind) -> str:
    """A plain value in the current language: dates, money and numbers by its rules."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return _time(timezone.localtime(value).replace(second=0, microsecond=0), get_language() or "")
    if isinstance(value, date):
        return _date(value, get_language() or "")
    if isinstance(value, Decimal | int) and kind in (Kind.MONEY, Kind.NUMBER):
        return _number(value, kind is Kind.MONEY, get_language() or "")
    return str(value)


@lru_cache(maxsize=8192)
def _date(value: date, _language: str) -> str:
    return formats.date_format(value, "DATE_FORMAT")


@lru_cache(maxsize=8192)
def _time(value: datetime, _language: str) -> str:
    return formats.date_format(value, "DATETIME_FORMAT")


@lru_cache(maxsize=8192)
def _number(value: Decimal | int, money: bool, _language: str) -> str:
    if money:
        # By thousands in Chinese too, as the county's own tables: Django would group by ten thousands.
        return f"{value:,.2f}"
    if isinstance(value, Decimal):
        return str(formats.number_format(value.normalize() if value % 1 else value.to_integral()))
    # A year or a VLAN is a number too, and is not grouped.
    return str(value)


EMPTY = gettext_lazy("(none)")
