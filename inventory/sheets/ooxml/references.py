"""References in formulas and areas when rows are inserted into a sheet, moved as Excel moves them. Pure text.

A range that reaches over the row below which they are inserted grows with them; so does one that ends there, since
that row is the pattern of those that follow. A single cell grows only where the caller says so.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token, TokenizerError

LAST_ROW = 1_048_576
_CELLS = re.compile(r"(\$?[A-Z]{1,3})(\$?)(\d+)(?::(\$?[A-Z]{1,3})(\$?)(\d+))?$", re.IGNORECASE)
_ROWS = re.compile(r"(\$?)(\d+):(\$?)(\d+)$")


class NotFollowed(Exception):  # what a planner's file holds, told as a fault
    """A reference that could not be moved safely: its text."""


@dataclass(frozen=True)
class Insertion:
    """`count` rows inserted into `sheet` below row `at`."""

    sheet: str
    at: int
    count: int

    def row(self, row: int) -> int:
        return min(row + self.count, LAST_ROW) if row > self.at else row

    def last(self, row: int) -> int:
        """Of a range's last row: it grows when it is the pattern row."""
        return min(row + self.count, LAST_ROW) if row >= self.at else row

    def cell(self, place: str) -> str:
        """One cell's place, such as B7."""
        return self._place(place, grow=False, running=False, across=True)

    def areas(self, places: str) -> str:
        """Areas with spaces between, such as a list of validated cells; a cell in the pattern row grows."""
        return " ".join(self._place(one, grow=True, running=False, across=True) for one in places.split())

    def formula(self, text: str, standing_in: str, *, running: bool = False) -> str:
        """A formula without '=' that stands in a sheet.

        `running`: it stands in the pattern row, where =SUM(E$5:E5) adds up to its own row and =SUM(E$5:E$5) adds all.
        """
        return self._formula(text, standing_in, grow=False, running=running, across=True)

    def series(self, text: str, *, across: bool = False) -> str:
        """What a chart draws: one cell is one row of its range; a range within the pattern row alone lies across."""
        return self._formula(text, "", grow=True, running=False, across=across)

    def copied(self, text: str, standing_in: str, offset: int) -> str:
        """The pattern row's formula, moved already, so many rows further down: what lies below stays."""

        def copy(sheet: str, place: str) -> str:
            here = _bare(sheet) == self.sheet if sheet else standing_in == self.sheet
            return _further(place, offset, self.at if here else LAST_ROW)

        return _each(text, copy)

    def _formula(self, text: str, standing_in: str, *, grow: bool, running: bool, across: bool) -> str:
        def move(sheet: str, place: str) -> str:
            here = _bare(sheet) == self.sheet if sheet else standing_in == self.sheet
            return self._place(place, grow=grow, running=running, across=across) if here else place

        return _each(text, move)

    def _place(self, place: str, *, grow: bool, running: bool, across: bool) -> str:
        """Cells or whole rows with their rows moved; a name or a whole column stays."""
        if (rows := _ROWS.match(place)) is not None:
            return f"{rows[1]}{self.row(int(rows[2]))}:{rows[3]}{self.last(int(rows[4]))}"
        found = _CELLS.match(place)
        if found is None:
            return place
        left, fixed, first, right, end_fixed, end = found.groups()
        begin = f"{left}{fixed}{self.row(int(first))}"
        if right is None:
            grows = grow and int(first) == self.at
            return f"{begin}:{left}{fixed}{self.last(int(first))}" if grows else begin
        lies_across = first == end and left.strip("$") != right.strip("$")
        stays = (int(end) == self.at) and ((running and not end_fixed) or (lies_across and not across))
        return f"{begin}:{right}{end_fixed}{end if stays else self.last(int(end))}"


def rows_of(place: str) -> tuple[int, int]:
    """First and last row of an area such as B5 or B5:D9; of whole columns all rows."""
    found = _CELLS.match(place)
    if found is None:
        rows = _ROWS.match(place)
        return (int(rows[2]), int(rows[4])) if rows else (1, LAST_ROW)
    return int(found[3]), int(found[6] or found[3])


def further(place: str, offset: int) -> str:
    """An area so many rows further down."""
    return _further(place, offset, LAST_ROW)


def _further(place: str, offset: int, below: int) -> str:
    """Rows without '$', not below row `below`, moved down by the offset."""

    def row(fixed: str, number: str) -> str:
        moves = not fixed and int(number) <= below
        return f"{fixed}{int(number) + offset if moves else number}"

    if (rows := _ROWS.match(place)) is not None:
        return f"{row(rows[1], rows[2])}:{row(rows[3], rows[4])}"
    found = _CELLS.match(place)
    if found is None:
        return place
    begin = f"{found[1]}{row(found[2], found[3])}"
    return begin if found[4] is None else f"{begin}:{found[4]}{row(found[5], found[6])}"


def _each(text: str, change: Callable[[str, str], str]) -> str:
    """A formula with each of its references changed: change(sheet with its '!', or '', and place)."""
    try:
        tokens = Tokenizer("=" + text)
    except TokenizerError as fault:
        raise NotFollowed(text) from fault
    for token in tokens.items:
        if token.type == Token.OPERAND and token.subtype == Token.RANGE and "[" not in token.value:
            sheet, mark, place = token.value.rpartition("!")
            if mark and ("!" in sheet or ":" in sheet):
                raise NotFollowed(token.value)
            token.value = f"{sheet}{mark}{change(sheet, place)}"
    return "".join(token.value for token in tokens.items)


def _bare(sheet: str) -> str:
    return sheet[1:-1].replace("''", "'") if sheet.startswith("'") else sheet
