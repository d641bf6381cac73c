"""A worksheet of many rows: its plain cells are kept as they go out, all others as XlsxWriter keeps them.

XlsxWriter puts a cell together attribute by attribute and looks through each for what must be escaped, which is half
of what a long report costs. What a cell of ours holds is nearly always plain; the file is the same to the octet.
See ADR 18.
"""

import re
from math import isfinite
from typing import Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

_UNUSUAL = re.compile(r"""[\x00-\x1f"&<>\ufffe\uffff]|_x|^\s|\s$""")
"""What XlsxWriter escapes in a text, or marks as to be kept."""
_FUNCTION = re.compile(r"([A-Z.]+)\(")
_OLD_FUNCTIONS = frozenset(("COUNT", "IF", "N", "ROUND", "SUM", "SUMPRODUCT"))
"""That every Excel knows by their bare names. XlsxWriter looks for some 30 younger ones in each formula."""
_SHORT = 16_383
"""Of so many characters a text is no longer than a cell holds, whatever they are."""


class _Letters(dict[int, str]):
    """Of each column its letters."""

    def __missing__(self, col: int) -> str:
        letters: str = xl_col_to_name(col)
        self[col] = letters
        return letters


class _Styles(dict[Any, str]):
    """Of each format the attribute by which its cells name it: its number, in the order of the cells."""

    def __missing__(self, cell_format: Any) -> str:
        self[cell_format] = style = f' s="{cell_format._get_xf_index()}"' if cell_format else ""
        return style


_LETTERS = _Letters()


class LongSheet(Worksheet):  # type: ignore[misc]
    """For `Workbook.add_worksheet(worksheet_class=...)` of a workbook in constant memory.

    Cells are written by the numbers of row and column alone, not by names such as 'A1', row after row.
    """

    def __init__(self) -> None:
        super().__init__()
        self._styles = _Styles()

    def write_string(self, row: int, col: int, string: str, cell_format: Any = None) -> int:
        style = self._styles[cell_format]
        if len(string) <= _SHORT and not _UNUSUAL.search(string):
            return self._put(row, col, f'{_LETTERS[col]}{row + 1}"{style} t="inlineStr"><is><t>{string}</t></is></c>')
        done: int = self._write_string(row, col, string, cell_format)
        return done

    def write_number(self, row: int, col: int, number: float, cell_format: Any = None) -> int:
        style = self._styles[cell_format]
        if isfinite(number):
            return self._put(row, col, f'{_LETTERS[col]}{row + 1}"{style}><v>{number:.16G}</v></c>')
        done: int = self._write_number(row, col, number, cell_format)
        return done

    def write_blank(self, row: int, col: int, blank: None, cell_format: Any = None) -> int:
        if cell_format is not None:
            return self._put(row, col, f'{_LETTERS[col]}{row + 1}"{self._styles[cell_format]}/>')
        done: int = self._write_blank(row, col, blank, cell_format)
        return done

    def write_datetime(self, row: int, col: int, date: Any, cell_format: Any = None) -> int:
        return self.write_number(row, col, self._convert_date_time(date), cell_format or self.default_date_format)

    def write_formula(self, row: int, col: int, formula: str, cell_format: Any = None, value: Any = 0) -> int:
        self._styles[cell_format]  # it has its number now
        done: int = self._write_formula(row, col, formula, cell_format, value)
        return done

    def _put(self, row: int, col: int, cell: str) -> int:
        """Keep a cell of the row as XML, from its name on."""
        if row != self.previous_row:
            if self._check_dimensions(row, col):
                return -1
            self._write_single_row(row)
        self.table[row][col] = f'<c r="{cell}'
        return 0

    def _write_single_row(self, current_row_num: int = 0) -> None:
        cells = self.table[self.previous_row]
        if cells:
            first, last = min(cells), max(cells)
            self._check_dimensions(self.previous_row, first)
            self._check_dimensions(self.previous_row, last)
            if all(type(cell) is str for cell in cells.values()):
                self.table[self.previous_row] = {first: "".join([cells[col] for col in sorted(cells)])}
        super()._write_single_row(current_row_num)

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        if formula[:1] == "=" and _OLD_FUNCTIONS.issuperset(_FUNCTION.findall(formula)):
            return formula[1:]
        prepared: str = super()._prepare_formula(formula, expand_future_functions)
        return prepared

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        if type(cell) is str:
            self.fh.write(cell)
        else:
            super()._write_cell(row, col, cell)
