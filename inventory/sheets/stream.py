"""A long list as a workbook that goes out while it is made, in flat memory, with its first octets at once.

XlsxWriter keeps rows in a file until it knows the whole workbook. Here it makes the workbook of two rows, which has
all the looks that cells can have, and everything around the rows; the rows are put in their place one by one, and the
zip is written to a stream that goes no octet back. What comes out is what `write.fill` would have made.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from io import BytesIO
from itertools import chain, islice
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from inventory.sheets import names, style
from inventory.sheets.columns import Book, Row, Sheet, Value
from inventory.sheets.formulas import Layout, column_letters
from inventory.sheets.write import FIRST_DAY, TABLE_ROWS, fill_file

_PART = "xl/worksheets/sheet1.xml"
_OCTETS = 32 * 1024
"""So many at least go out at once."""
_ROWS_AT_ONCE = 100
_EPOCH, _DAY = datetime(1899, 12, 30), timedelta(days=1)
_CODE = re.compile("(_x[0-9a-fA-F]{4}_)")
"""What Excel would read as the code of a character."""
_EDGE = re.compile(r"^\s|\s$")


def is_long(book: Book) -> bool:
    """Whether a book is written row by row anyway, and so need not be whole before it goes out."""
    return book.row_count > TABLE_ROWS


def stream(book: Book) -> Iterator[bytes]:
    """The octets of a long book of one sheet of plain rows. ValueError for what wants to know all rows first.

    Some rows are read before the first octet comes: those that widths are measured on.
    """
    sheet = book.sheets[0]
    plain = not (sheet.has_total or sheet.charts or any(one.calc or one.wrap or one.shade for one in sheet.columns))
    if len(book.sheets) > 1 or not plain or not is_long(book):
        raise ValueError(f"{sheet.name} is no long, plain list")
    rows = iter(sheet.rows)
    sample = list(islice(rows, style.SAMPLED_ROWS))
    yield from _packed(_frame(book, sheet, sample), chain(sample, rows))


@dataclass(frozen=True)
class _Look:
    """The cells of one column: its letters, and what says how a value and how a text looks."""

    letters: str
    value: str
    text: str


@dataclass(frozen=True)
class _Frame:
    """A workbook without its rows: the other parts, and what stands before and behind the rows of the sheet."""

    others: list[tuple[str, bytes]]
    before: str
    behind: str
    first: int
    """The number of the first row, from 1."""
    looks: list[_Look]


class _Two:
    """Two rows that stand for many: one without values, one of texts."""

    def __init__(self, count: int, columns: int) -> None:
        self._count, self._rows = count, ((None,) * columns, ("-",) * columns)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)


def _frame(book: Book, sheet: Sheet, sample: list[Row]) -> _Frame:
    """What XlsxWriter makes of the sheet with two rows, told that there are as many as there will be."""
    columns = tuple(
        replace(column, width=style.column_width(column, column.title(book.lang), (row[index] for row in sample)))
        for index, column in enumerate(sheet.columns)
    )
    framed, made = replace(sheet, columns=columns, rows=_Two(len(sheet.rows), len(columns))), BytesIO()
    fill_file(replace(book, sheets=[framed]), made)
    with ZipFile(made) as parts:
        others = [(name, parts.read(name)) for name in parts.namelist() if name != _PART]
        text = parts.read(_PART).decode()
    layout = Layout.of(framed, "")
    first, last = layout.first_row + 1, f"{column_letters(len(columns) - 1)}{layout.last_row + 1}"
    before, _begins, rest = text.partition(f'<row r="{first}"')
    rows, ends, behind = rest.partition("</sheetData>")
    before = re.sub(r'(<dimension ref="A1:)[^"]*', rf"\g<1>{last}", before, count=1)
    looks = [
        _Look(column_letters(index), *_styles(rows, column_letters(index), first))
        for index, column in enumerate(columns)
    ]
    return _Frame(others, before, ends + behind, first, looks)


def _styles(rows: str, letters: str, first: int) -> tuple[str, str]:
    """What the cells of a column say of their looks in the row without values, and in that of texts."""
    value, text = (re.search(rf'<c r="{letters}{at}"( s="\d+")?', rows) for at in (first, first + 1))
    assert value is not None and text is not None
    return value.group(1) or "", text.group(1) or ""


def _packed(frame: _Frame, rows: Iterator[Row]) -> Iterator[bytes]:
    """The zip, part by part."""
    sink = _Sink()
    with ZipFile(sink, "w", ZIP_DEFLATED) as target:  # type: ignore[call-overload]  # a file that only takes
        for name, octets in frame.others:
            target.writestr(_info(name), octets)
        yield sink.taken()
        with target.open(_info(_PART), "w", force_zip64=True) as part:
            part.write(frame.before.encode())
            at = frame.first
            while some := list(islice(rows, _ROWS_AT_ONCE)):
                part.write("".join(_row(frame.looks, number, row) for number, row in enumerate(some, at)).encode())
                at += len(some)
                if sink.size >= _OCTETS:
                    yield sink.taken()
            part.write(frame.behind.encode())
    yield sink.taken()


def _row(looks: list[_Look], at: int, row: Row) -> str:
    cells = "".join([_cell(look, at, value) for look, value in zip(looks, row, strict=True)])
    return f'<row r="{at}">{cells}</row>'


def _cell(look: _Look, at: int, value: Value) -> str:
    """As write.py writes it: a text is a text whatever it begins with, a day before Excel's calendar is one too."""
    if value is None or value == "":
        return f'<c r="{look.letters}{at}"{look.value}/>'
    if isinstance(value, str):
        return _string(f'<c r="{look.letters}{at}"{look.text}', names.clean(value))
    begun = f'<c r="{look.letters}{at}"{look.value}'
    if not isinstance(value, date):
        return f"{begun}><v>{float(value):.16G}</v></c>"
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
    if moment.date() < FIRST_DAY:
        return _string(begun, value.isoformat())
    return f"{begun}><v>{(moment - _EPOCH) / _DAY:.16G}</v></c>"


def _string(begun: str, text: str) -> str:
    text = _CODE.sub(r"_x005F\1", text)
    space = ' xml:space="preserve"' if _EDGE.search(text) else ""
    return f'{begun} t="inlineStr"><is><t{space}>{escape(text)}</t></is></c>'


def _info(name: str) -> ZipInfo:
    info = ZipInfo(name)
    info.compress_type = ZIP_DEFLATED
    return info


class _Sink:
    """A file that takes octets, and gives what it took; it has no place to go back to."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.size = 0

    def write(self, octets: bytes) -> int:
        self._parts.append(bytes(octets))
        self.size += len(octets)
        return len(octets)

    def flush(self) -> None: ...

    def taken(self) -> bytes:
        found = b"".join(self._parts)
        self._parts, self.size = [], 0
        return found
