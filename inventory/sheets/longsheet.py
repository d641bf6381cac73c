"""A worksheet of many rows: its plain cells go out in one piece each, all others as XlsxWriter writes them.

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
_LETTERS = [xl_col_to_name(column) for column in range(100)]


class LongSheet(Worksheet):  # type: ignore[misc]
    """For `Workbook.add_worksheet(worksheet_class=...)` of a workbook in constant memory.

    Cells are written by the numbers of row and column alone, not by names such as 'A1', row after row.
    """

    def __init__(self) -> None:
        super().__init__()
        self._styles: dict[Any, str] = {}
        """Of each format the attribute by which its cells name it."""

    def write_string(self, row: int, col: int, string: str, cell_format: Any = None) -> int:
        if len(string) <= _SHORT and not _UNUSUAL.search(string):
            return self._put(row, col, cell_format, f' t="inlineStr"><is><t>{string}</t></is></c>')
        done: int = self._write_string(row, col, string, cell_format)
        return done

    def write_number(self, row: int, col: int, number: float, cell_format: Any = None) -> int:
        if isfinite(number):
            return self._put(row, col, cell_format, f"><v>{number:.16G}</v></c>")
        done: int = self._write_number(row, col, number, cell_format)
        return done

    def write_blank(self, row: int, col: int, blank: None, cell_format: Any = None) -> int:
        if cell_format is not None:
            return self._put(row, col, cell_format, "/>")
        done: int = self._write_blank(row, col, blank, cell_format)
        return done

    def _put(self, row: int, col: int, cell_format: Any, rest: str) -> int:
        """Keep a cell of the row as XML; `rest` is what follows its attributes of place and style."""
        if row != self.dim_rowmax or row != self.previous_row or not self.dim_colmin <= col <= self.dim_colmax:
            if self._check_dimensions(row, col):
                return -1
            if row > self.previous_row:
                self._write_single_row(row)
        style = self._styles.get(cell_format)
        if style is None:
            style = self._styles[cell_format] = f' s="{cell_format._get_xf_index()}"' if cell_format else ""
        letters = _LETTERS[col] if col < len(_LETTERS) else xl_col_to_name(col)
        self.table[row][col] = f'<c r="{letters}{row + 1}"{style}{rest}'
        return 0

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
