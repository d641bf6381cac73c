"""Frozen dataclasses to and from JSON, by their own annotations. Pure.

For what a plan keeps: texts, numbers, dates, Decimals, tuples and dictionaries of them, and dataclasses within.
"""

import dataclasses
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
Turn = Callable[[Any], Any]


def pack(value: Any) -> Any:
    """A value as JSON types: dates as ISO text, Decimals as text, dataclasses as objects, tuples as lists."""
    if isinstance(value, date | Decimal):
        return str(value)
    if isinstance(value, tuple | list):
        return [pack(one) for one in value]
    if isinstance(value, dict):
        return {key: pack(one) for key, one in value.items()}
    if dataclasses.is_dataclass(value):
        return {field.name: pack(getattr(value, field.name)) for field in dataclasses.fields(value)}
    return value


def unpack(kind: type[T], data: Any) -> T:
    """What `pack` made of an object of that dataclass. What a field has no value for takes its default."""
    turn: Turn = _turn(kind)  # type: ignore[arg-type]  # mypy: a class with __eq__ of its own may not be hashable
    found: T = turn(data)
    return found


@cache
def _turn(kind: Any) -> Turn:
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        other = _turn(next(one for one in inner if one is not NoneType))
        return lambda value: None if value is None else other(value)
    if origin is tuple:
        return _tuple(inner)
    if origin is dict:
        each = _turn(inner[1])
        return lambda value: {key: each(one) for key, one in value.items()}
    if dataclasses.is_dataclass(kind):
        return _object(kind)
    plain: dict[Any, Turn] = {date: date.fromisoformat, Decimal: Decimal}
    return plain.get(kind, _same)


def _same(value: Any) -> Any:
    return value


def _tuple(inner: tuple[Any, ...]) -> Turn:
    if len(inner) == 2 and inner[1] is Ellipsis:
        each = _turn(inner[0])
        return lambda value: tuple(each(one) for one in value)
    turns = [_turn(one) for one in inner]
    return lambda value: tuple(turn(one) for turn, one in zip(turns, value, strict=True))


def _object(kind: Any) -> Turn:
    turns = {name: _turn(hint) for name, hint in get_type_hints(kind).items()}
    return lambda value: kind(**{name: turns[name](one) for name, one in value.items()})
