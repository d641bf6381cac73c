"""What a sheet is, apart from any file format: declared columns, rows in their order, lines above and below.

Knows neither Django nor pandas nor a workbook library. Rows are plain tuples, one value for each column.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

Value = str | int | float | Decimal | date | datetime | None
Row = tuple[Value, ...]


class Kind(StrEnum):
    """What stands in a column, which gives its number format and alignment."""

    TEXT = "text"
    INT = "int"
    NUMBER = "number"
    """One decimal."""
    RATIO = "ratio"
    """Two decimals."""
    MONEY = "money"
    """Yuan, two decimals."""
    PERCENT = "percent"
    """A ratio: 0.5 is shown as 50.0%."""
    YEAR = "year"
    """A whole number without separators."""
    DATE = "date"
    TIME = "time"
    """A day with hours and minutes; without a time zone."""


@dataclass(frozen=True)
class Product:
    """This cell is the product of two others of its row, rounded to fen; blank where one is no number."""

    left: str
    right: str


@dataclass(frozen=True)
class Ratio:
    """This cell is one cell of its row divided by another; blank where the divisor is 0 or blank."""

    over: str
    under: str


@dataclass(frozen=True)
class Gathered:
    """This cell adds up column `column` of sheet `sheet` over the rows whose `match` equals this row's `by`."""

    sheet: str
    match: str
    by: str
    column: str


@dataclass(frozen=True)
class Counted:
    """This cell counts the rows of sheet `sheet` whose `match` equals this row's `by`."""

    sheet: str
    match: str
    by: str


@dataclass(frozen=True)
class Difference:
    """This cell is one cell of its row less another, and less a third where given; blank where one is no number."""

    left: str
    right: str
    also: str = ""


Calc = Product | Ratio | Gathered | Counted | Difference


class Shade(StrEnum):
    """What draws the eye to cells of a column, whatever a reader changes in them."""

    POSITIVE = "positive"
    """A number above 0: red. For what should be 0."""
    FILLED = "filled"
    """A text that is not empty: amber. For marks and exceptions."""
    BAR = "bar"
    """A bar as long as the number."""
    LOW = "low"
    """A scale from red (0) to green (1), for shares."""


@dataclass(frozen=True)
class Filling:
    """What a reader may fill into a column: one of some choices, or a number from `least` on, whole if so wished."""

    choices: tuple[str, ...] = ()
    least: int = 0
    whole: bool = False


@dataclass(frozen=True)
class Chart:
    """A chart below the table: one series for each of the columns `values`, along the column `along`.

    `kind` as XlsxWriter names it (column, line, bar); `stacked` puts the series on top of each other.
    """

    title: str
    along: str
    values: tuple[str, ...]
    kind: str = "column"
    stacked: bool = False
    number: str = "#,##0"
    """The number format of the value axis."""


@dataclass(frozen=True)
class Column:
    """One column. `calc` makes its cells formulas: the row's own value is then what the formula comes to.

    `width` in characters of the body font; without it the width is measured. `total` adds the column up below the
    rows (a column with a Ratio takes the ratio of the totals instead).
    """

    key: str
    zh: str
    en: str
    kind: Kind = Kind.TEXT
    width: float | None = None
    total: bool = False
    calc: Calc | None = None
    wrap: bool = False
    source: str = ""
    """Where the figures come from: a comment on the title's cell."""
    shade: Shade | None = None
    filling: Filling | None = None

    def title(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en


class Rows(Protocol):
    """Rows that can be counted and gone through more than once, without being held all at once."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Row]: ...


@dataclass(frozen=True)
class Sheet:
    """One sheet: a title, lines of a head, a table, lines of a foot.

    `name` is made fit for a workbook when it is written. `empty` is the sentence that stands in place of rows when
    there are none. `frozen` columns stay in sight when scrolling sideways.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Rows
    head: tuple[str, ...] = ()
    foot: tuple[str, ...] = ()
    empty: str = ""
    frozen: int = 0
    filtered: bool = True
    charts: tuple[Chart, ...] = ()

    @property
    def has_total(self) -> bool:
        return len(self.rows) > 0 and any(column.total for column in self.columns)

    def place(self, key: str) -> int:
        """The position of a column, from 0. KeyError when the sheet has no such column."""
        for index, column in enumerate(self.columns):
            if column.key == key:
                return index
        raise KeyError(f"{self.name} has no column {key}")


@dataclass(frozen=True)
class Book:
    """The sheets of one workbook and what stands in its properties, header and footer."""

    title: str
    sheets: Sequence[Sheet]
    lang: str
    data_date: date
    made_at: datetime
    author: str = ""
    subject: str = ""
    unit: str = ""
    """The reporting unit: in the properties and in the header of each page."""

    @property
    def row_count(self) -> int:
        """Rows of all sheets together."""
        return sum(len(sheet.rows) for sheet in self.sheets)
