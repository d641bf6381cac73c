"""What openpyxl leaves behind when rows are inserted: formulas, merged areas, heights, validations, print areas."""

import re
from collections.abc import Callable
from typing import Any

from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token
from openpyxl.worksheet.cell_range import MultiCellRange

_REFERENCE = re.compile(r"(\$?[A-Z]{1,3}\$?)(\d+)(?::(\$?[A-Z]{1,3}\$?)(\d+))?$")


def insert_below(sheet: Any, at: int, count: int) -> None:
    """Insert `count` rows below row `at`, and move all that lies below or reaches over it.

    A range that ends at the row grows with it (=SUM(N5:N5) becomes =SUM(N5:N9)); so do validations and the print
    area. References from other sheets follow too.
    """
    if not count:
        return
    merged = [area for area in list(sheet.merged_cells.ranges) if area.min_row > at]
    heights = {row: dim.height for row, dim in sheet.row_dimensions.items() if row > at and dim.height}
    for area in merged:
        sheet.merged_cells.remove(area)
    sheet.insert_rows(at + 1, count)
    for area in merged:
        area.shift(row_shift=count)
        sheet.merge_cells(area.coord)
    for row in heights:
        sheet.row_dimensions[row].height = None
    for row, height in heights.items():
        sheet.row_dimensions[row + count].height = height
    for other in sheet.parent:
        _shift_formulas(other, sheet, at, count)
    for validation in sheet.data_validations.dataValidation:
        areas = (_moved(_as_range(str(one)), at, count) for one in validation.sqref.ranges)
        validation.sqref = MultiCellRange(" ".join(areas))
    if sheet.print_area:
        sheet.print_area = ",".join(_moved(one.split("!")[-1], at, count) for one in sheet.print_area.split(","))


def _as_range(place: str) -> str:
    """A single cell as a range, so that it grows when it lies in the row."""
    return place if ":" in place else f"{place}:{place}"


def _shift_formulas(sheet: Any, changed: Any, at: int, count: int) -> None:
    own = sheet is changed
    for row in sheet.iter_rows():
        for cell in row:
            # Copies of the pattern row get their formulas from it afterwards.
            if cell.data_type == "f" and isinstance(cell.value, str) and not (own and at <= cell.row <= at + count):
                cell.value = _shifted(cell.value, lambda text: _followed(text, own, changed.title, at, count))


def _shifted(formula: str, follow: Callable[[str], str]) -> str:
    tokens = Tokenizer(formula)
    for token in tokens.items:
        if token.type == Token.OPERAND and token.subtype == Token.RANGE:
            token.value = follow(token.value)
    return "=" + "".join(token.value for token in tokens.items)


def _followed(text: str, own: bool, title: str, at: int, count: int) -> str:
    """One reference of a formula, moved when it is to the changed sheet."""
    sheet, mark, place = text.rpartition("!")
    if (mark and sheet.strip("'").replace("''", "'") != title) or (not mark and not own):
        return text
    return f"{sheet}{mark}{_moved(place, at, count)}"


def _moved(place: str, at: int, count: int) -> str:
    """A1 or A1:B9 with its rows moved; a name or a whole column stays."""
    found = _REFERENCE.match(place)
    if found is None:
        return place
    left, first, right, last = found[1], int(found[2]), found[3], found[4]
    begin = first + count if first > at else first
    if right is None:
        return f"{left}{begin}"
    end = int(last) + count if int(last) >= at else int(last)
    return f"{left}{begin}:{right}{end}"
