"""How cells look and how wide columns are. Pure: numbers and XlsxWriter format properties, no workbook.

Widths are in characters of the body font; a Chinese character takes two.
"""

import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from inventory.sheets.columns import Column, Kind, Value

BODY_FONT, HEAD_FONT = "宋体", "黑体"
"""The faces Chinese offices print tables in; a machine without them falls back to its own."""
BODY_SIZE, TITLE_SIZE = 10, 16
_DEFAULT_SIZE, _BOLD = 11, 1.15
"""Of a new workbook's font, in which widths are counted; how much wider bold letters are."""
NARROWEST, WIDEST, WIDEST_WRAPPED = 6.0, 36.0, 48.0
SAMPLED_ROWS = 2000
"""Widths are measured on this many rows: enough for a page, cheap for a long sheet."""

A3, A4 = 8, 9
"""Excel's numbers of paper sizes."""
_A4_CHARACTERS = 144.0
"""What stands beside each other across A4 in the body's own size."""
_LEAST_SCALE = 0.6
"""Printed smaller than that, 10 points are under 6: too small to read and to sign."""

NUMBER_FORMATS = {
    Kind.TEXT: "@",
    # '_ ' leaves the room of a space, so that a number does not touch the text in the next column.
    Kind.INT: "#,##0_ ",
    Kind.NUMBER: "#,##0.0_ ",
    Kind.RATIO: "0.00_ ",
    Kind.MONEY: "#,##0.00_ ",
    Kind.PERCENT: "0.0%_ ",
    Kind.YEAR: "0",
    Kind.DATE: "yyyy-mm-dd",
    Kind.TIME: "yyyy-mm-dd hh:mm",
}
_LEAST = {Kind.MONEY: 10.0, Kind.PERCENT: 8.0, Kind.DATE: 11.0, Kind.TIME: 16.5}
_SHOWN = {Kind.INT: "{:,}", Kind.NUMBER: "{:,.1f}", Kind.RATIO: "{:.2f}", Kind.MONEY: "{:,.2f}", Kind.PERCENT: "{:.1%}"}


def text_width(text: str) -> float:
    """Width of the longest line of a text in characters: 2 for a wide one, 0 for one that joins another."""
    return max((sum(map(_char_width, line)) for line in text.split("\n")), default=0.0)


def _char_width(char: str) -> float:
    if unicodedata.combining(char):
        return 0.0
    # 'Ambiguous' characters (quotes, dashes, °) are drawn wide by Chinese fonts.
    return 2.0 if unicodedata.east_asian_width(char) in "WFA" else 1.0


def shown(value: Value, kind: Kind) -> str:
    """About what a cell shows, for measuring."""
    if value is None:
        return ""
    if kind in _SHOWN and isinstance(value, int | float | Decimal):
        return _SHOWN[kind].format(value) + " "
    return str(value)[:16] if kind is Kind.TIME else str(value)


def column_width(column: Column, title: str, values: Iterable[Value]) -> float:
    """The width of a column: its widest value of those given, at least half its title (titles wrap), capped.

    A width that was given stands, unless a word of the title would be broken.
    """
    if column.width is not None:
        return max(column.width, _longest_word(title) + 1.5)
    widest = max((text_width(shown(value, column.kind)) for value in values), default=0.0)
    cap = WIDEST_WRAPPED if column.wrap else WIDEST
    return min(max(widest + 1.5, title_width(title), _LEAST.get(column.kind, NARROWEST)), cap)


def is_wider(title: str, widths: Iterable[float]) -> bool:
    """Whether a sheet's title needs more room than its columns have: centred over them it would be cut off."""
    return text_width(title) * TITLE_SIZE / _DEFAULT_SIZE * _BOLD > sum(widths)


def paper(widths: Iterable[float]) -> int:
    """The paper on which columns of these widths fit across and can still be read: A4, and A3 for wide tables."""
    return A4 if sum(widths) * _LEAST_SCALE <= _A4_CHARACTERS else A3


def title_width(title: str) -> float:
    """Room for a title on at most two lines, and for the filter's button beside it.

    Latin words are not broken, Chinese ones are; a short title stays on one line.
    """
    whole = text_width(title)
    return max(whole / 2 if whole > 8 else whole, _longest_word(title)) + 3.0


def _longest_word(title: str) -> float:
    return max((float(len(word)) for word in title.split() if text_width(word) == len(word)), default=0.0)


@lru_cache(maxsize=4096)
def lines_needed(text: str, width: float) -> int:
    """How many lines a text takes in a column of that width, for setting the height of a row.

    Words break at spaces; a word with Chinese in it breaks anywhere.
    """
    if 2 * len(text) <= width - 0.5 and "\n" not in text:
        return 1
    return sum(_wrapped(line, max(width - 0.5, 2.0)) for line in text.split("\n"))


def _wrapped(line: str, usable: float) -> int:
    lines, used = 1, 0.0
    for word in line.split(" "):
        wide = text_width(word)
        if used and used + wide > usable and wide == len(word):
            lines, used = lines + 1, 0.0
        used += wide
        while used > usable:
            lines, used = lines + 1, used - usable
        used += 1.0
    return lines


def cell_format(kind: Kind, *, wrap: bool = False, total: bool = False) -> dict[str, Any]:
    """Properties of a body or total cell."""
    right = kind in _SHOWN
    look: dict[str, Any] = {
        "font_name": HEAD_FONT if total else BODY_FONT,
        "font_size": BODY_SIZE,
        "border": 1,
        "valign": "vcenter",
        "num_format": NUMBER_FORMATS[kind],
        "align": "right" if right else ("center" if kind in (Kind.YEAR, Kind.DATE, Kind.TIME) else "left"),
    }
    if wrap:
        look["text_wrap"] = True
    if total:
        look |= {"bold": True, "bg_color": "#F2F2F2", "top": 2}
    return look


def title_format(align: str = "center") -> dict[str, Any]:
    return {"font_name": HEAD_FONT, "font_size": TITLE_SIZE, "bold": True, "align": align, "valign": "vcenter"}


def header_format() -> dict[str, Any]:
    return {
        "font_name": HEAD_FONT,
        "font_size": BODY_SIZE,
        "bold": True,
        "border": 1,
        "bottom": 2,
        "align": "center",
        "valign": "vcenter",
        "text_wrap": True,
        "bg_color": "#D9E1F2",
    }


def line_format() -> dict[str, Any]:
    """A line of a head or foot."""
    return {"font_name": BODY_FONT, "font_size": BODY_SIZE, "align": "left", "valign": "vcenter", "text_wrap": True}
