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
    about = formulas.properties
    lines = [f"properties {about.title!r} {about.subject!r} {about.creator!r} {about.description!r}"]
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
        f"print {sheet.print_area} tables {' '.join(f'{one.name}={one.ref}' for one in sheet.tables.values())}",
        *_beside(sheet),
    ]


def _beside(sheet: Any) -> list[str]:
    """Marks, what may be filled in, charts: one a line."""
    lines = []
    for area in sheet.conditional_formatting:
        lines += [f"mark {area.sqref} {rule.type} {rule.operator or ''}".rstrip() for rule in area.rules]
    for one in sheet.data_validations.dataValidation:
        lines.append(f"fill in {one.sqref} {one.type} {one.operator or ''} {one.formula1}")
    for chart in sheet._charts:
        series = " ".join(one.val.numRef.f for one in chart.series)
        lines.append(f"chart {type(chart).__name__} at row {chart.anchor._from.row + 1}: {series}")
    return lines


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
            note = f" ({cell.comment.text!r})" if cell.comment else ""
            lines.append(f"{cell.coordinate} [{cell.number_format}{bold}] {shown}{note}")
    return lines


def _shown(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat(sep=" ")[:16] if isinstance(value, datetime) else value.isoformat()
    return repr(value)
