"""A worksheet of many rows: its plain cells go out in one piece each, all others as XlsxWriter writes them.

XlsxWriter puts a cell together attribute by attribute and looks through each for what must be escaped, which is half
of what a long report costs. What a cell of ours holds is nearly always plain; the file is the same to the octet.
See ADR 18.
"""

import re
from typing import Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import CellBlankTuple, CellDatetimeTuple, CellNumberTuple, CellStringTuple, Worksheet

_UNUSUAL = re.compile(r"""[\x00-\x1f"&<>\ufffe\uffff]|_x|^\s|\s$""")
"""What XlsxWriter escapes in a text, or marks as to be kept."""
_FUNCTION = re.compile(r"([A-Z.]+)\(")
_OLD_FUNCTIONS = frozenset(("COUNT", "IF", "N", "ROUND", "SUM", "SUMPRODUCT"))
"""That every Excel knows by their bare names. XlsxWriter looks for some 30 younger ones in each formula."""
_LETTERS = [xl_col_to_name(column) for column in range(100)]


class LongSheet(Worksheet):  # type: ignore[misc]
    """For `Workbook.add_worksheet(worksheet_class=...)` of a workbook in constant memory.

    Cells are written by the numbers of row and column alone, not by names such as 'A1'.
    """

    def write_string(self, row: int, col: int, string: str, cell_format: Any = None) -> int:
        done: int = self._write_string(row, col, string, cell_format)
        return done

    def write_number(self, row: int, col: int, number: float, cell_format: Any = None) -> int:
        done: int = self._write_number(row, col, number, cell_format)
        return done

    def write_blank(self, row: int, col: int, blank: None, cell_format: Any = None) -> int:
        done: int = self._write_blank(row, col, blank, cell_format)
        return done

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        if formula[:1] == "=" and _OLD_FUNCTIONS.issuperset(_FUNCTION.findall(formula)):
            return formula[1:]
        prepared: str = super()._prepare_formula(formula, expand_future_functions)
        return prepared

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        xml = _plain(row, col, cell) if self.constant_memory else ""
        if xml:
            self.fh.write(xml)
        else:
            super()._write_cell(row, col, cell)


def _plain(row: int, col: int, cell: Any) -> str:
    """The cell as XML; '' where it is not plain."""
    kind = type(cell)
    if cell.format is None or col >= len(_LETTERS):
        return ""
    head = f'<c r="{_LETTERS[col]}{row + 1}" s="{cell.format._get_xf_index()}"'
    if kind is CellStringTuple and not _UNUSUAL.search(cell.string):
        return f'{head} t="inlineStr"><is><t>{cell.string}</t></is></c>'
    if kind is CellNumberTuple or kind is CellDatetimeTuple:
        return f"{head}><v>{cell.number:.16G}</v></c>"
    return f"{head}/>" if kind is CellBlankTuple else ""
