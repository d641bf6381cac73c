"""A planner's own workbook filled with our data, by openpyxl: its looks stay, only marked cells change.

A cell that holds {{name}} (alone or within a text) takes the value of that name. One row of a sheet may hold
{{rows.key}} cells: it is the pattern of a table, repeated with its looks for each row. Charts and pictures of the
template are lost, since openpyxl cannot carry them.
"""

import re
from collections.abc import Mapping, Sequence
from copy import copy
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.formula.translate import Translator

from inventory.sheets.columns import Value
from inventory.sheets.names import clean
from inventory.sheets.read import Fault, check
from inventory.sheets.write import staged

_MARK = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")
_ROWS = "rows."


def fill_template(
    template: Path, target: Path, values: Mapping[str, Value], rows: Sequence[Mapping[str, Value]] = ()
) -> Fault | None:
    """Fill a template and write it as `target`, whole or not at all.

    Faults: those of sheets.read.check; 'unknown_names' when the template asks for what is not there. OSError when
    the target's folder cannot be written.
    """
    fault = check(template)
    if fault is not None:
        return fault
    workbook = openpyxl.load_workbook(template)
    known = {*values, *(_ROWS + key for row in rows[:1] for key in row)}
    unknown = {name for sheet in workbook for name in _marks(sheet)} - known
    if not rows:
        unknown = {name for name in unknown if not name.startswith(_ROWS)}
    if unknown:
        listed = "、".join(sorted(unknown))
        return Fault("unknown_names", f"模板中的名称没有数据：{listed}", f"The template names unknown data: {listed}")
    for sheet in workbook:
        _fill_sheet(sheet, values, rows)
    with staged(target) as temporary:
        workbook.save(temporary)
    return None


def _marks(sheet: Any) -> list[str]:
    texts = (cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str))
    return [name for text in texts for name in _MARK.findall(text)]


def _fill_sheet(sheet: Any, values: Mapping[str, Value], rows: Sequence[Mapping[str, Value]]) -> None:
    """Fill the marks of the template. The pattern is taken out first: data that looks like a mark is data."""
    pattern = next((row for row in sheet.iter_rows() if any(_is_row_mark(cell.value) for cell in row)), None)
    taken = [(cell.value, _look(cell)) for cell in pattern] if pattern else []
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell.value, str) and any(name in values for name in _MARK.findall(cell.value)):
                _put(cell, _value(cell.value, values))
    if pattern:
        _repeat_row(sheet, pattern[0].row, taken, values, rows)


def _repeat_row(
    sheet: Any,
    at: int,
    pattern: Sequence[tuple[Any, tuple[Any, ...]]],
    values: Mapping[str, Value],
    rows: Sequence[Mapping[str, Value]],
) -> None:
    """Put one copy of the pattern row for each row of data in its place, and push what lies below down."""
    height, count = sheet.row_dimensions[at].height, max(len(rows), 1)
    _insert_below(sheet, at, count - 1)
    for offset in range(count):
        row = rows[offset] if rows else {}
        named = {**values, **{_ROWS + key: value for key, value in row.items()}}
        sheet.row_dimensions[at + offset].height = height
        for index, (text, look) in enumerate(pattern):
            cell = sheet.cell(at + offset, index + 1)
            _set_look(cell, look)
            if isinstance(text, str) and _MARK.search(text):
                _put(cell, _value(text, named))
            elif isinstance(text, str) and text.startswith("="):
                origin = f"{cell.column_letter}{at}"
                cell.value = Translator(text, origin).translate_formula(cell.coordinate)
            else:
                cell.value = text


def _insert_below(sheet: Any, at: int, count: int) -> None:
    """Insert rows; openpyxl moves cells but neither merged ranges nor heights, so these are moved here."""
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


def _is_row_mark(value: object) -> bool:
    return isinstance(value, str) and any(name.startswith(_ROWS) for name in _MARK.findall(value))


def _look(cell: Any) -> tuple[Any, ...]:
    return tuple(copy(getattr(cell, name)) for name in _LOOKS)


_LOOKS = ("font", "border", "fill", "number_format", "protection", "alignment")


def _set_look(cell: Any, look: tuple[Any, ...]) -> None:
    for name, value in zip(_LOOKS, look, strict=True):
        setattr(cell, name, value)


def _value(text: str, named: Mapping[str, Value]) -> Value:
    """A text that is one mark becomes its value as it is; marks within a text become text. A row's missing: blank."""
    whole = _MARK.fullmatch(text.strip())
    if whole and (whole[1] in named or whole[1].startswith(_ROWS)):
        return named.get(whole[1])
    return _MARK.sub(lambda mark: _text(mark, named), text)


def _text(mark: re.Match[str], named: Mapping[str, Value]) -> str:
    if mark[1] not in named and not mark[1].startswith(_ROWS):
        return mark[0]
    value = named.get(mark[1])
    return "" if value is None else str(value)


def _put(cell: Any, value: Value) -> None:
    """Set a cell to data; a text stays a text, also when it begins with '='."""
    cell.value = clean(value) if isinstance(value, str) else value
    if isinstance(value, str):
        cell.data_type = "s"
