"""A table as somebody brought it, made into the CSV that services.importing loads, each row on the line where it stood.

What the register's own lists export comes back too: lines above the header are passed over, and columns that no file
has are left out. Knows no model.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.utils import translation

LOOKED_THROUGH = 20
"""Rows among which the header is looked for."""
FORMULA = "=+-@＝＋－＠"


@dataclass(frozen=True)
class Titles:
    """What a header may say: title in small letters → the column's name; titles of what no file has; and the makers by
    any of their names, for a model that stands in one cell with its maker."""

    names: Mapping[str, str]
    others: frozenset[str] = frozenset()
    makers: Mapping[str, str] | None = None
    notes: frozenset[str] = frozenset()
    """What stands in the place of rows where there are none."""

    def name(self, cell: str) -> str:
        return self.names.get(cell.strip().casefold(), "")

    def knows(self, cell: str) -> bool:
        return bool(self.name(cell)) or cell.strip().casefold() in self.others


def to_csv(book: Path, text: Path) -> Sequence[str]:
    """A workbook's first sheet as CSV with the same line numbers; the sentences of what is wrong with it."""
    # Workbooks are seldom read, and what reads them takes a third of a second to load.
    from inventory.sheets import read

    table = read.read(book)
    if isinstance(table, read.Fault):
        return [table.text("zh" if (translation.get_language() or "").startswith("zh") else "en")]
    rows = ((number, [_cell(value) for value in row]) for number, row in table.rows)
    text.write_text(_written(rows), encoding="utf-8", newline="")
    return ()


def prepare(text: Path, titles: Titles) -> list[str]:
    """Put the columns' names in the place of their titles, and leave out what no file has: its titles."""
    decoded = _decoded(text.read_bytes())
    if decoded is None:
        return []
    rows, rest = _rows(decoded)
    at = _header(rows, titles)
    if at is None:
        return []
    header = [cell.strip() for cell in rows[at][1]]
    left_out = [cell for cell in header if cell.casefold() in titles.others and not titles.name(cell)]
    kept = [index for index, cell in enumerate(header) if cell not in left_out]
    names = [titles.name(header[index]) or header[index] for index in kept]
    split = titles.makers is not None and "model" in names and "manufacturer" not in names
    out = [(rows[at][0], [*names, "manufacturer"] if split else names)]
    for line, cells in rows[at + 1 :]:
        if "".join(cells).strip() in titles.notes:
            continue
        row = [_unguarded(cells[index]) if index < len(cells) else "" for index in kept] + cells[len(header) :]
        out.append((line, _split(row, names.index("model"), titles.makers) if split and titles.makers else row))
    text.write_text(_written(out) + rest, encoding="utf-8", newline="")
    return left_out


def _decoded(octets: bytes) -> str | None:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return octets.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _rows(decoded: str) -> tuple[list[tuple[int, list[str]]], str]:
    """The rows with the lines where they begin, and the text from where it is no CSV: the loader says what is wrong."""
    reader = csv.reader(io.StringIO(decoded, newline=""), strict=True)
    rows, line = [], 1
    try:
        for cells in reader:
            rows.append((line, cells))
            line = reader.line_num + 1
    except csv.Error:
        return rows, "".join(decoded.splitlines(keepends=True)[line - 1 :])
    return rows, ""


def _header(rows: Sequence[tuple[int, list[str]]], titles: Titles) -> int | None:
    """The first row that says two columns at least, else the first that is not blank."""
    filled = [at for at, (_line, cells) in enumerate(rows) if any(cell.strip() for cell in cells)]
    said = (at for at in filled[:LOOKED_THROUGH] if sum(map(titles.knows, rows[at][1])) > 1)
    return next(said, filled[0] if filled else None)


def _split(row: list[str], at: int, makers: Mapping[str, str]) -> list[str]:
    """The row with the maker, who stands before the model, in a cell of its own at the end."""
    cell = row[at].strip()
    known = (name for name in makers if cell.casefold().startswith(f"{name} "))
    maker = max(known, key=len, default="")
    return [*row[:at], cell[len(maker) :].strip(), *row[at + 1 :], makers.get(maker, "")]


def _unguarded(cell: str) -> str:
    """Without the mark by which an export keeps a spreadsheet from taking a text for a formula."""
    return cell[1:] if len(cell) > 2 and cell[0] == "'" and cell[1] in FORMULA else cell


def _written(rows: Iterable[tuple[int, Sequence[str]]]) -> str:
    """CSV with each row on its line."""
    out, line = io.StringIO(newline=""), 1
    writer = csv.writer(out)
    for number, cells in rows:
        out.write("\r\n" * (number - line))
        writer.writerow(cells)
        line = max(line, number) + 1 + sum(cell.count("\n") for cell in cells)
    return out.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.date().isoformat() if not (value.hour or value.minute) else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return " ".join(str(value).split("\n"))
