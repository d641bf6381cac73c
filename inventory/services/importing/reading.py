"""A CSV file as rows of text with their line numbers. Pure; refuses what is not a table."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

MAX_BYTES = 512 * 1024 * 1024
MAX_CELL = 100_000
MAX_COLUMNS = 200


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a cell, a line or a file, for the person who will mend it."""

    file: str
    line: int | None
    column: str
    message: str

    def __str__(self) -> str:
        place = self.file
        if self.line is not None:
            place += ":" + str(self.line)
        if self.column:
            place += ": " + self.column
        return f"{place}: {self.message}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """Header and rows; a row is (line number, {column: text without blanks around it})."""

    header: list[str]
    rows: list[tuple[int, dict[str, str]]]
    encoding: str = "utf-8"


def read_csv(path: Path) -> tuple[Sheet, list[Problem]]:
    """Read a file as UTF-8, else as GB18030 (what Excel in China saves). Wholly blank lines are passed over."""
    try:
        if path.stat().st_size > MAX_BYTES:
            return Sheet([], []), [Problem(path.name, None, "", _("larger than 512 MiB"))]
        octets = path.read_bytes()
    except OSError as fault:
        return Sheet([], []), [Problem(path.name, None, "", _("cannot be read: %s") % fault.strerror)]
    decoded, encoding = _decode(octets)
    if decoded is None:
        return Sheet([], []), [Problem(path.name, None, "", _("is neither UTF-8 nor GB18030 text"))]
    return _rows(path.name, decoded, encoding)


def _decode(octets: bytes) -> tuple[str | None, str]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            decoded = octets.decode(encoding)
        except UnicodeDecodeError:
            continue
        return (None, "") if "\0" in decoded else (decoded, encoding)
    return None, ""


def _rows(name: str, decoded: str, encoding: str) -> tuple[Sheet, list[Problem]]:
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(io.StringIO(decoded, newline=""), strict=True)
    rows: list[tuple[int, dict[str, str]]] = []
    problems: list[Problem] = []
    header: list[str] = []
    line = 1
    try:
        for cells in reader:
            line, began = reader.line_num + 1, line
            if not any(cell.strip() for cell in cells):
                continue
            if not header:
                if len(cells) > MAX_COLUMNS:
                    told = _("has %(found)d columns, more than %(most)d") % {"found": len(cells), "most": MAX_COLUMNS}
                    return Sheet([], [], encoding), [Problem(name, began, "", told)]
                header = [cell.strip() for cell in cells]
                problems += _check_header(name, began, header)
            elif len(cells) > len(header):
                problems.append(
                    Problem(
                        name,
                        began,
                        "",
                        _("has %(found)d cells; the header has %(header)d")
                        % {"found": len(cells), "header": len(header)},
                    )
                )
            else:
                rows.append((began, {key: cell.strip() for key, cell in zip(header, cells, strict=False)}))
    except csv.Error as fault:
        problems.append(Problem(name, reader.line_num, "", _("is not CSV: %s") % fault))
    if not header and not problems:
        problems.append(Problem(name, None, "", _("is empty; the first line must name the columns")))
    return Sheet(header, rows, encoding), problems


def _check_header(name: str, line: int, header: list[str]) -> list[Problem]:
    return [
        Problem(name, line, title, _("this column stands twice"))
        for position, title in enumerate(header)
        if title in header[:position]
    ]
