"""A workbook as text, for comparing two of them line by line: cells, formats, widths, merges, print set-up."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter


def dump(path: Path) -> str:
    """Everything of a workbook that a reader sees or prints, one thing a line, in a fixed order.

    A formula is shown with the value stored for it: A9 =SUM(A3:A8) → 21.
    """
    formulas = openpyxl.load_workbook(path)
    values = openpyxl.load_workbook(path, data_only=True)
    lines: list[str] = []
    for sheet in formulas:
        lines += [f"== {sheet.title}", *_set_up(sheet), *_cells(sheet, values[sheet.title]), ""]
    return "\n".join(lines)


def _set_up(sheet: Any) -> list[str]:
    page, options = sheet.page_setup, sheet.sheet_properties.pageSetUpPr
    widths = dict(sorted(sheet.column_dimensions.items()))
    return [
        f"freeze {sheet.freeze_panes} filter {sheet.auto_filter.ref}",
        f"page {page.orientation} paper {page.paperSize} fit {bool(options and options.fitToPage)} "
        f"{page.fitToWidth}x{page.fitToHeight} repeat {sheet.print_title_rows}",
        f"header {sheet.oddHeader.left.text!r} {sheet.oddHeader.right.text!r} footer {sheet.oddFooter.center.text!r}",
        "widths " + " ".join(f"{_columns(dim)}={dim.width:.1f}" for dim in widths.values()),
        "merged " + " ".join(sorted(str(area) for area in sheet.merged_cells.ranges)),
    ]


def _columns(dim: Any) -> str:
    first, last = get_column_letter(dim.min), get_column_letter(dim.max)
    return first if first == last else f"{first}:{last}"


def _cells(sheet: Any, values: Any) -> list[str]:
    lines = []
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value is None:
                continue
            shown = _shown(cell.value)
            if cell.data_type == "f":
                shown = f"{cell.value} → {_shown(values[cell.coordinate].value)}"
            bold = " bold" if cell.font.b else ""
            lines.append(f"{cell.coordinate} [{cell.number_format}{bold}] {shown}")
    return lines


def _shown(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat(sep=" ")[:16] if isinstance(value, datetime) else value.isoformat()
    return repr(value)
