"""Declared calculations as Excel formulas, and what they come to. Pure: places and texts, no workbook."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from inventory.sheets.columns import Calc, Column, Counted, Difference, Product, Ratio, Sheet
from inventory.sheets.names import quoted


@dataclass(frozen=True)
class Layout:
    """Where the parts of a sheet lie; rows and columns from 0. `last_row` is the last row of data, before a total."""

    sheet: Sheet
    name: str
    header_row: int
    first_row: int
    last_row: int
    foot_row: int

    @classmethod
    def of(cls, sheet: Sheet, name: str) -> "Layout":
        header = 1 + len(sheet.head)
        rows = max(len(sheet.rows), 1)
        return cls(sheet, name, header, header + 1, header + rows, header + rows + 2 + int(sheet.has_total))

    @property
    def chart_row(self) -> int:
        """The row below the foot, from which charts stand one below the other."""
        return self.foot_row + len(self.sheet.foot) + 1

    def range(self, key: str) -> str:
        """All data cells of a column, with the sheet's name, absolute."""
        letter = column_letters(self.sheet.place(key))
        return f"{quoted(self.name)}!${letter}${self.first_row + 1}:${letter}${self.last_row + 1}"


def column_letters(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters, index = "", index + 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def cell_formula(calc: Calc, layout: Layout, layouts: Mapping[str, Layout], row: int) -> str:
    """The formula of one cell in row `row` (from 0). `layouts` holds the other sheets, by the name they were given."""

    def cell(key: str) -> str:
        return f"{column_letters(layout.sheet.place(key))}{row + 1}"

    if isinstance(calc, Product):
        left, right = cell(calc.left), cell(calc.right)
        # COUNT counts numbers only: a price that is missing or a word leaves the amount blank, not in error.
        return f'=IF(COUNT({left},{right})=2,ROUND({left}*{right},2),"")'
    if isinstance(calc, Ratio):
        return _ratio(cell(calc.over), cell(calc.under))
    if isinstance(calc, Difference):
        cells = [cell(key) for key in (calc.left, calc.right, calc.also) if key]
        return f'=IF(COUNT({",".join(cells)})={len(cells)},{"-".join(cells)},"")'
    there = layouts[calc.sheet]
    if isinstance(calc, Counted):
        return f"=SUMPRODUCT(--({there.range(calc.match)}={cell(calc.by)}))"
    # SUMIF would read wildcards and comparisons in a name; an equality inside SUMPRODUCT does not. Both ranges are
    # given to it apart, since text in a range that it multiplies itself would be an error.
    return f"=SUMPRODUCT(--({there.range(calc.match)}={cell(calc.by)}),{there.range(calc.column)})"


def _ratio(over: str, under: str) -> str:
    return f'=IF(N({under})=0,"",{over}/{under})'


def total_formula(column: Column, layout: Layout, row: int) -> str:
    """The formula below a column, in row `row` (from 0): the sum, or the ratio of two totals of the same row."""
    if isinstance(column.calc, Ratio):
        over, under = (column_letters(layout.sheet.place(key)) for key in (column.calc.over, column.calc.under))
        return _ratio(f"{over}{row + 1}", f"{under}{row + 1}")
    letter = column_letters(layout.sheet.place(column.key))
    return f"=SUM({letter}{layout.first_row + 1}:{letter}{layout.last_row + 1})"


def total_value(sheet: Sheet, index: int, sums: Sequence[Decimal]) -> Decimal | None:
    """What the total of a column comes to, given the sums of all columns; None is a blank."""
    calc = sheet.columns[index].calc
    if not isinstance(calc, Ratio):
        return sums[index]
    under = sums[sheet.place(calc.under)]
    return sums[sheet.place(calc.over)] / under if under else None
