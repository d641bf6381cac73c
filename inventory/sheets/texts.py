"""A workbook to be edited and read again: one sheet, the columns' names in its first line, every cell a text. Pure.

A serial with zeros before it or twenty digits stays what it is, also in what is typed beside it.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import xlsxwriter

WIDTH = 16
LONGEST_NAME = 31
"""Of a sheet, in Excel."""


def write(path: Path, title: str, lines: Iterable[Sequence[str]]) -> None:
    """Write the lines, the first of which is the header, to a file."""
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("".join(char for char in title if char not in r"[]:*?/\'")[:LONGEST_NAME])
        text, bold = book.add_format({"num_format": "@"}), book.add_format({"num_format": "@", "bold": True})
        sheet.freeze_panes(1, 0)
        for at, line in enumerate(lines):
            if at == 0:
                sheet.set_column(0, len(line) - 1, WIDTH, text)
            for column, cell in enumerate(line):
                if cell:
                    sheet.write_string(at, column, cell, bold if at == 0 else text)
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
