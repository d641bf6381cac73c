"""What may stand in a cell: each kind of column turns text into a value or says what it expected. Pure but for words.

A blank cell leaves a value as it is; a single '-' clears it.
"""

import datetime
import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from inventory.rules import addresses

CLEAR = "-"
Parse = Callable[[str], Any]


class BadCell(ValueError):
    """The sentence says what was expected and what stands there."""


def text(cell: str) -> str:
    return cell


def integer(cell: str) -> int:
    try:
        return int(cell)
    except ValueError as fault:
        raise BadCell(_("expected a whole number, found '%s'") % cell) from fault


def decimal(cell: str) -> Decimal:
    try:
        value = Decimal(cell.replace(",", "").replace("，", ""))
    except InvalidOperation as fault:
        raise BadCell(_("expected a number such as 4999.00, found '%s'") % cell) from fault
    if not value.is_finite():
        raise BadCell(_("expected a number such as 4999.00, found '%s'") % cell)
    return value


def date(cell: str) -> datetime.date:
    bare = cell.replace("/", "-").replace(".", "-").replace("年", "-").replace("月", "-").rstrip("日")
    try:
        year, month, day = map(int, bare.split("-"))
        return datetime.date(year, month, day)
    except ValueError as fault:
        raise BadCell(_("expected a date such as 2026-03-31, found '%s'") % cell) from fault


def boolean(cell: str) -> bool:
    word = cell.lower()
    if word in ("true", "yes", "1", "是", "有", "y"):
        return True
    if word in ("false", "no", "0", "否", "无", "n"):
        return False
    raise BadCell(_("expected true or false, found '%s'") % cell)


def mac(cell: str) -> str:
    try:
        return addresses.parse_mac(cell)
    except ValueError as fault:
        raise BadCell(_("expected a MAC such as 00:1a:2b:3c:4d:5e, found '%s'") % cell) from fault


def address(cell: str) -> str:
    try:
        return str(addresses.parse_address(cell))
    except ValueError as fault:
        raise BadCell(_("expected an IPv4 or IPv6 address, found '%s'") % cell) from fault


def prefix(cell: str) -> str:
    try:
        return str(addresses.parse_prefix(cell))
    except ValueError as fault:
        raise BadCell(_("expected a prefix such as 10.1.2.0/24 without host bits, found '%s'") % cell) from fault


def json_object(cell: str) -> Any:
    try:
        return json.loads(cell)
    except (json.JSONDecodeError, RecursionError) as fault:
        raise BadCell(_("expected JSON, found '%s'") % cell[:60]) from fault


def steps(cell: str) -> list[list[int | None]]:
    """'100:20; :30' as [[100, 20], [None, 30]]."""
    found: list[list[int | None]] = []
    for part in cell.replace("；", ";").replace("：", ":").split(";"):
        limit, colon, number = part.strip().partition(":")
        if not colon or not number.strip().isdecimal() or (limit.strip() and not limit.strip().isdecimal()):
            raise BadCell(_("expected steps such as '100:20; :30', found '%s'") % cell)
        found.append([int(limit) if limit.strip() else None, int(number)])
    return found


def choice(choices: type[Any]) -> Parse:
    """One of a Django TextChoices, by its value or its label in any language."""

    @cache
    def known() -> dict[str, str]:
        found: dict[str, str] = {}
        for language, _title in settings.LANGUAGES:
            with translation.override(language):
                found |= {str(label).lower(): str(value) for value, label in choices.choices}
        return found | {str(value): str(value) for value in choices.values}

    def parse(cell: str) -> str:
        if (value := known().get(cell.lower())) is not None:
            return value
        # A value is a word of English, and holds in whatever language the file is read next time.
        english = (get_language() or "en").startswith("en")
        told = choices.values if english else [str(label) for label in choices.labels]
        raise BadCell(_("expected one of %(choices)s, found '%(cell)s'") % {"choices": ", ".join(told), "cell": cell})

    return parse


@dataclass(frozen=True, slots=True)
class Column:
    """A column whose cell is a value of the model's field of that name. A blank in a new row takes the default."""

    name: str
    parse: Parse = text
    required: bool = False
    empty: Any = None
    """What '-' sets: None, or '' for text that is never null."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A column that names a row of another file (or an earlier row of this one).

    `key` lists what makes the natural key there: columns of this row, the last one this column itself.
    """

    name: str
    file: str
    key: tuple[str, ...] = ()
    field: str = ""
    required: bool = False

    @property
    def field_name(self) -> str:
        return self.field or self.name


@dataclass(frozen=True, slots=True)
class Part:
    """A column that only helps others to name something, or that a file's own hook reads."""

    name: str
    required: bool = False
    parse: Parse = text


AnyColumn = Column | Reference | Part
