"""A planner's own workbook filled with our data, by openpyxl: its looks stay, only marked cells change.

A cell that holds {{name}} (alone or within a text), or bears a defined name that we know, takes the value of that name.
One row of a sheet may hold {{rows.key}} cells, or cells with defined names such as rows.key: it is the pattern of a
table, repeated with its looks for each row; formulas that reach over it grow with it. Charts and pictures of the
template are lost, since openpyxl cannot carry them.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from copy import copy
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.formula.translate import Translator

from inventory.sheets.columns import Value
from inventory.sheets.names import clean
from inventory.sheets.read import Fault, check
from inventory.sheets.shifting import insert_below
from inventory.sheets.write import staged

_MARK = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")
_ROWS = "rows."


def fill_template(
    template: Path, target: Path, values: Mapping[str, Value], rows: Sequence[Mapping[str, Value]] = ()
) -> Fault | None:
    """Fill a template and write it as `target`, whole or not at all.

    Faults name the cell: those of sheets.read.check; 'unknown_names' when the template asks for what is not there;
    'two_patterns'. OSError when the target's folder cannot be written.
    """
    fault = check(template)
    if fault is not None:
        return fault
    workbook = openpyxl.load_workbook(template)
    keys = {_ROWS + key for row in rows for key in row}
    _mark_named_cells(workbook, {*values, *keys})
    unknown = [(place, name) for place, name in _marks(workbook) if name not in values and name not in keys]
    if not rows:
        unknown = [(place, name) for place, name in unknown if not name.startswith(_ROWS)]
    if unknown:
        listed = "、".join(f"{place} {{{{{name}}}}}" for place, name in unknown)
        return Fault("unknown_names", f"模板中的名称没有数据：{listed}", f"The template names unknown data: {listed}")
    doubled = [place for sheet in workbook for place in _pattern_rows(sheet)[1:]]
    if doubled:
        listed = "、".join(doubled)
        zh, en = f"一张表只能有一行样板行，多出：{listed}", f"A sheet takes one pattern row; there is more: {listed}"
        return Fault("two_patterns", zh, en)
    for sheet in workbook:
        _fill_sheet(sheet, values, rows)
    with staged(target) as temporary:
        workbook.save(temporary)
    return None


def _mark_named_cells(workbook: Any, known: Collection[str]) -> None:
    """Cells that bear a defined name of ours are marked as if they held {{name}}; other names are the planner's own."""
    named = [(name, one) for name, one in workbook.defined_names.items()]
    named += [(name, one) for sheet in workbook for name, one in sheet.defined_names.items()]
    for name, one in named:
        if name not in known:
            continue
        for title, place in one.destinations:
            place = place.replace("$", "")
            if title in workbook.sheetnames and ":" not in place:
                workbook[title][place].value = f"{{{{{name}}}}}"


def _marks(workbook: Any) -> list[tuple[str, str]]:
    """(sheet!cell, name) of every mark."""
    return [
        (f"{sheet.title}!{cell.coordinate}", name)
        for sheet in workbook
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str)
        for name in _MARK.findall(cell.value)
    ]


def _pattern_rows(sheet: Any) -> list[str]:
    """The first marked cell of each row that holds marks of rows."""
    firsts = (next((cell for cell in row if _is_row_mark(cell.value)), None) for row in sheet.iter_rows())
    return [f"{sheet.title}!{cell.coordinate}" for cell in firsts if cell is not None]


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
    insert_below(sheet, at, count - 1)
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
