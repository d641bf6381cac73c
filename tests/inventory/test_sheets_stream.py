"""A long list that goes out while it is read is the workbook that XlsxWriter would have written."""

import datetime
import io
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from inventory.sheets import stream as streaming
from inventory.sheets import write as writing
from inventory.sheets.columns import Book, Column, Kind, Row, Sheet
from inventory.sheets.dump import dump
from inventory.sheets.stream import stream
from inventory.sheets.write import write

DAY = datetime.date(2026, 11, 2)
MOMENT = datetime.datetime(2026, 11, 2, 13, 4, 59)
COLUMNS = tuple(Column(kind.value, kind.value, kind.value, kind) for kind in (
    Kind.TEXT, Kind.INT, Kind.MONEY, Kind.DATE, Kind.TIME, Kind.PERCENT
))  # fmt: skip
TEXTS = (
    "=1+1", "+1", "-1", "@SUM(A1)", "<r><t>rich</t></r>", "</t></is></c>", "a & b", " ends ", "\tx", "one\ntwo",
    "_x0041_", "\x00\x07", "\ud800", "界", "😀" * 20_000, "http://example.org", "0012", "'", "",
)  # fmt: skip
HOSTILE: list[Row] = [
    *((text, 1, Decimal("4850.10"), DAY, MOMENT, 0.5) for text in TEXTS),
    (None, None, None, None, None, None),
    ("early", -3, 1e17, datetime.date(1899, 12, 31), datetime.datetime(1900, 2, 28), 1 / 3),
    ("words", "by need", "=2", "unknown", "-", "<&>"),
    ("first days", 0, 0.1 + 0.2, datetime.date(1900, 3, 1), datetime.datetime(9999, 12, 31, 23, 59, 59), 1),
]


def book(rows: Any) -> Book:
    sheet = Sheet("设备", "设备", COLUMNS, rows, head=("状态: 在用",), frozen=1)
    return Book("设备", [sheet], "zh", DAY, MOMENT, author="a")


@pytest.fixture
def plain() -> list[Row]:
    """As many ordinary rows as widths are measured on, then the others."""
    return [(f"TZ-{n}", n, Decimal(n), DAY, MOMENT, n / 100) for n in range(2000)] + HOSTILE


def test_it_is_the_workbook_that_is_written_otherwise(
    plain: list[Row], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (writing, streaming):
        monkeypatch.setattr(module, "TABLE_ROWS", 2000)
    write(book(plain), tmp_path / "whole.xlsx")
    (tmp_path / "sent.xlsx").write_bytes(b"".join(stream(book(plain))))
    whole, sent = ((tmp_path / f"{name}.xlsx") for name in ("whole", "sent"))
    assert dump(sent) == dump(whole)
    with zipfile.ZipFile(whole) as one, zipfile.ZipFile(sent) as other:
        assert sorted(one.namelist()) == sorted(other.namelist())
        assert other.testzip() is None
        for name in one.namelist():
            assert other.read(name) == one.read(name), name


def test_no_text_is_a_formula(plain: list[Row], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "TABLE_ROWS", 2000)
    monkeypatch.setattr(writing, "TABLE_ROWS", 2000)
    (sheet,) = openpyxl.load_workbook(io.BytesIO(b"".join(stream(book(plain)))))
    assert not [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


class Counting:
    """Many rows that tell how many of them were asked for."""

    asked = 0

    def __len__(self) -> int:
        return 50_000

    def __iter__(self) -> Iterator[Row]:
        for n in range(len(self)):
            self.asked += 1
            yield f"TZ-{n}", n, Decimal(n), DAY, MOMENT, 0.5


def test_its_first_octets_come_long_before_its_last_row() -> None:
    rows = Counting()
    pieces = stream(book(rows))
    begun = next(pieces)
    assert begun.startswith(b"PK")
    assert rows.asked <= 2000, "the rows that widths are measured on"
    sizes = [len(piece) for piece in pieces]
    assert len(sizes) > 20, "it goes out while the rows are read"
    assert max(sizes) < 200_000


def test_what_wants_all_rows_first_is_not_streamed() -> None:
    columns = (*COLUMNS[:-1], Column("sum", "sum", "sum", Kind.MONEY, total=True))
    with pytest.raises(ValueError, match="no long, plain list"):
        next(stream(Book("x", [Sheet("x", "x", columns, Counting())], "en", DAY, MOMENT)))
