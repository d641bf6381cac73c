"""A Book written as an Excel workbook, by XlsxWriter.

A book of many rows goes out row by row (constant memory), so that a long sheet needs no more memory than a short one;
tables cannot be written that way, so such a book has filters instead. Texts are written as texts, whatever they begin
with; formulas come only from declared columns and carry what they come to, since viewers that do not calculate show
the stored value. The file appears under its name whole, or not at all.
"""

import filecmp
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from itertools import count, islice
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.worksheet import Worksheet

from inventory.sheets import extras, names, style
from inventory.sheets.columns import Book, Column, Kind, Ratio, Row, Value
from inventory.sheets.formulas import Layout, cell_formula, column_letters, total_formula, total_value
from inventory.sheets.longsheet import LongSheet

_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
TABLE_ROWS = 20_000
"""A book of more rows is written row by row, with filters in place of tables."""
MOST_ROWS = 1_048_000
"""Of one sheet: Excel's end soon after."""
FIRST_DAY = date(1900, 3, 1)
"""Before it Excel's calendar is wrong (29 February 1900) or ends; such a date is written as text."""
_DAY_0 = date(1899, 12, 30).toordinal()
"""From which Excel counts days, for dates from FIRST_DAY on."""
_TITLE_HEIGHT, _LINE_HEIGHT, _TEXT_HEIGHT = 28.0, 18.0, 16.0
"""In points. _TEXT_HEIGHT is for one line of a wrapped text: Chinese fonts differ, the tallest needs about 15."""


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """A path in the target's folder to write to, gone when the block ends. OSError when it cannot be written."""
    temporary = target.with_name(f".{target.stem}-{secrets.token_hex(4)}{target.suffix}")
    # For whoever may read what this process makes, where tempfile makes files for their owner alone.
    os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    try:
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def staged(target: Path) -> Iterator[Path]:
    """As `beside`; it takes the target's name when the block ends well. On any fault what bore the name stays."""
    with beside(target) as temporary:
        yield temporary
        temporary.replace(target)


def place(written: Path, target: Path) -> Path:
    """Give a written file the target's name, or where others bear it the first free of name(2), name(3) …; gives which.

    Nothing is overwritten; a file that is octet for octet the same is given as it is. OSError as for any file.
    """
    for number in count(1):
        named = target if number == 1 else target.with_stem(f"{target.stem}({number})")
        try:
            os.close(os.open(named, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        except FileExistsError:
            if named.is_file() and filecmp.cmp(written, named, shallow=False):
                return named
            continue
        written.replace(named)
        return named
    raise AssertionError("numbers do not end")


def write(book: Book, target: Path) -> None:
    """Write the workbook whole, or not at all. OSError when the folder cannot be written."""
    with staged(target) as temporary:
        fill(book, temporary)


def fill(book: Book, path: Path) -> None:
    """Write the workbook straight to `path`; for callers that stage the file themselves."""
    fill_file(book, str(path))


def fill_file(book: Book, target: str | BytesIO) -> None:
    """Write the workbook to a file by name, or to one in memory.

    ValueError when a sheet has no room for its rows, OSError when the disk has none.
    """
    for one in book.sheets:
        if len(one.rows) > MOST_ROWS:
            raise ValueError(f"{one.name}: {len(one.rows)} rows, and a sheet holds {MOST_ROWS}")
    # Rows wait in files until the workbook is closed; a folder of its own takes them away also after a fault.
    with tempfile.TemporaryDirectory(prefix="taizhang-") as folder:
        long = book.row_count > TABLE_ROWS
        workbook = xlsxwriter.Workbook(target, {**_OPTIONS, "tmpdir": folder, "constant_memory": long})
        workbook.set_properties(_properties(book))
        formats = extras.Formats(workbook)
        sheet_names = names.sheet_names(sheet.name for sheet in book.sheets)
        layouts = [Layout.of(sheet, name) for sheet, name in zip(book.sheets, sheet_names, strict=True)]
        by_name = {layout.sheet.name: layout for layout in layouts}
        tables = names.table_names(sheet_names)
        for layout, table in zip(layouts, tables, strict=True):
            out = workbook.add_worksheet(layout.name, worksheet_class=LongSheet if long else None)
            sheet = _SheetWriter(out, layout, by_name, formats, book)
            sheet.write()
            extras.add(workbook, out, layout, formats, book, table="" if long else table, widths=sheet.widths)
        try:
            workbook.close()
        except FileCreateError as fault:
            # The library wraps what the system said of the file, a full disk too.
            raise fault.args[0] from None


def _properties(book: Book) -> dict[str, Any]:
    zh = book.lang == "zh"
    return {
        "title": book.title,
        "subject": book.subject,
        "author": book.author,
        "company": book.unit,
        "created": book.made_at,
        "comments": f"{'数据日期' if zh else 'Data of'} {book.data_date.isoformat()}",
    }


class _SheetWriter:
    """One sheet, top to bottom, as constant memory wants it."""

    def __init__(
        self,
        worksheet: Worksheet,
        layout: Layout,
        layouts: dict[str, Layout],
        formats: extras.Formats,
        book: Book,
    ) -> None:
        self.out, self.sheet, self.layout, self.layouts = worksheet, layout.sheet, layout, layouts
        self.formats, self.book = formats, book
        self.widths = self._widths()
        self.looks = [self.formats.get(style.cell_format(c.kind, wrap=c.wrap)) for c in self.sheet.columns]
        # What a number column shows when its value is a text ('by need').
        as_text = self.formats.get(style.cell_format(Kind.TEXT) | {"align": "center"})
        columns = zip(self.sheet.columns, self.looks, strict=True)
        self.text_looks = [look if column.kind is Kind.TEXT else as_text for column, look in columns]

    def write(self) -> None:
        self._set_up_page()
        self._set_up_print()
        self._head()
        if len(self.sheet.rows):
            self._rows()
        else:
            self.out.write_string(self.layout.first_row, 0, names.clean(self.sheet.empty), self._line())
        self._foot()

    def _widths(self) -> list[float]:
        sample = list(islice(iter(self.sheet.rows), style.SAMPLED_ROWS))
        return [
            style.column_width(
                column,
                column.title(self.book.lang),
                [*(row[index] for row in sample), *(self._foreseen(sample, index) if column.total else ())],
            )
            for index, column in enumerate(self.sheet.columns)
        ]

    def _foreseen(self, sample: list[Row], index: int) -> list[Value]:
        """About what a column's total comes to, not too little: the sum of the rows at hand, raised to all rows."""
        numbers = [Decimal(str(row[index])) for row in sample if isinstance(row[index], int | float | Decimal)]
        more = -(-len(self.sheet.rows) // len(sample)) if sample else 1
        return [sum(numbers) * more] if numbers else []

    def _set_up_page(self) -> None:
        out, layout, last = self.out, self.layout, len(self.sheet.columns) - 1
        for index, width in enumerate(self.widths):
            out.set_column(index, index, width)
        out.hide_gridlines(2)
        out.freeze_panes(layout.header_row + 1, self.sheet.frozen)
        # Serial numbers and asset tags are texts though they look like numbers; Excel need not mark each.
        out.ignore_errors({"number_stored_as_text": f"A1:{column_letters(last)}{layout.last_row + 1}"})

    def _set_up_print(self) -> None:
        out, zh = self.out, self.book.lang == "zh"
        out.set_landscape()
        out.set_paper(style.paper(self.widths))
        out.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.7)
        out.fit_to_pages(1, 0)
        out.repeat_rows(self.layout.header_row)
        out.center_horizontally()
        title, day = names.header_text(self.sheet.title), self.book.data_date.isoformat()
        unit = f"&C{names.header_text(self.book.unit)}" if self.book.unit else ""
        out.set_header(f"&L{title}{unit}&R{'数据日期：' if zh else 'Data of '}{day}")
        out.set_footer("&C第 &P 页  共 &N 页" if zh else "&CPage &P of &N")

    def _line(self) -> Any:
        return self.formats.get(style.line_format() | {"text_wrap": False})

    def _head(self) -> None:
        out, title, look = self.out, names.one_line(self.sheet.title), self.formats.get(style.title_format())
        out.set_row(0, _TITLE_HEIGHT)
        if style.is_wider(title, self.widths):
            look = self.formats.get(style.title_format("left"))
        else:
            out.merge_range(0, 0, 0, max(len(self.sheet.columns) - 1, 1), "", look)
        out.write_string(0, 0, title, look)
        for index, text in enumerate(self.sheet.head, start=1):
            out.set_row(index, _LINE_HEIGHT)
            out.write_string(index, 0, names.clean(text), self._line())
        header = self.formats.get(style.header_format())
        titles = [column.title(self.book.lang) for column in self.sheet.columns]
        lines = max(map(style.lines_needed, titles, self.widths))
        out.set_row(self.layout.header_row, 6 + _TEXT_HEIGHT * lines)
        for index, title in enumerate(titles):
            out.write_string(self.layout.header_row, index, title, header)
            # Here and not after the rows: constant memory goes no row back.
            if source := self.sheet.columns[index].source:
                out.write_comment(self.layout.header_row, index, source, {"x_scale": 2, "font_size": 9})

    def _rows(self) -> None:
        columns, at = self.sheet.columns, self.layout.first_row
        sums: list[Decimal] = [Decimal(0)] * len(columns)
        wrapped = [index for index, column in enumerate(columns) if column.wrap]
        summed = [index for index, column in enumerate(columns) if column.total and not isinstance(column.calc, Ratio)]
        plain = [column.calc is None for column in columns]
        for row in self.sheet.rows:
            if wrapped:
                self._set_height(at, row, wrapped)
            for index, value in enumerate(row):
                if plain[index]:
                    self._cell(at, index, value)
                else:
                    self._formula(at, index, columns[index], value)
            for index in summed:
                if isinstance(value := row[index], int | float | Decimal):
                    sums[index] += Decimal(str(value)) if isinstance(value, float) else value
            at += 1
        if self.sheet.has_total:
            self._total(at, sums)

    def _set_height(self, at: int, row: Row, wrapped: list[int]) -> None:
        lines = max(
            style.lines_needed(value, self.widths[index]) if isinstance(value := row[index], str) else 1
            for index in wrapped
        )
        if lines > 1:
            self.out.set_row(at, min(2 + _TEXT_HEIGHT * lines, 400))

    def _cell(self, at: int, index: int, value: Value) -> None:
        out, look = self.out, self.looks[index]
        if value is None or value == "":
            out.write_blank(at, index, None, look)
        elif isinstance(value, str):
            out.write_string(at, index, names.clean(value), self.text_looks[index])
        elif isinstance(value, date):
            self._date(at, index, value)
        else:
            out.write_number(at, index, float(value), look)

    def _date(self, at: int, index: int, value: date) -> None:
        day = value.date() if isinstance(value, datetime) else value
        if day < FIRST_DAY:
            self.out.write_string(at, index, value.isoformat(), self.looks[index])
        elif isinstance(value, datetime):
            self.out.write_datetime(at, index, value, self.looks[index])
        else:
            self.out.write_number(at, index, value.toordinal() - _DAY_0, self.looks[index])

    def _formula(self, at: int, index: int, column: Column, value: Value) -> None:
        assert column.calc is not None
        formula = cell_formula(column.calc, self.layout, self.layouts, at)
        self.out.write_formula(at, index, formula, self.looks[index], _cached(value))

    def _total(self, at: int, sums: list[Decimal]) -> None:
        word = "合计" if self.book.lang == "zh" else "Total"
        for index, column in enumerate(self.sheet.columns):
            look = self.formats.get(style.cell_format(column.kind, total=True))
            if column.total:
                formula = total_formula(column, self.layout, at)
                self.out.write_formula(at, index, formula, look, _cached(total_value(self.sheet, index, sums)))
            elif index == 0:
                self.out.write_string(at, index, word, self.formats.get(style.cell_format(Kind.TEXT, total=True)))
            else:
                self.out.write_blank(at, index, None, look)

    def _foot(self) -> None:
        for index, text in enumerate(self.sheet.foot):
            self.out.set_row(self.layout.foot_row + index, _LINE_HEIGHT + 4)
            self.out.write_string(self.layout.foot_row + index, 0, names.clean(text), self._line())


def _cached(value: Value) -> float | str:
    """What a formula's cell stores as its value: a number, or '' for a blank."""
    return "" if value is None or isinstance(value, str | date) else float(value)
