"""A drawn plan as its page reads it: a file from which the few rows that are shown are taken without reading the rest.

An SQLite file for each drawing, written once and then only read: tables of figures by name, and the devices in their
order with the columns by which they are narrowed. What is told of a device is JSON. Knows neither Django nor pandas.
"""

import json
import secrets
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

KINDS = ("chosen", "undone", "unjudged")
MARKS = ("over_standard", "above_cap", "over_money", "below_life", "needs_approval", "by_hand", "decided", "new")
COLUMNS = ("kind", "tag", "year", "asset_class", "town", "department", "words", "choice", *MARKS)
NARROWING = ("year", "asset_class", "town", "department")
_SCHEMA = f"""
CREATE TABLE head (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE items (place INTEGER PRIMARY KEY, {", ".join(COLUMNS)});
CREATE TABLE facts (place INTEGER PRIMARY KEY, facts TEXT NOT NULL);
"""
_INDEXES = """
CREATE INDEX items_kind ON items (kind, place);
CREATE INDEX items_tag ON items (tag, choice) WHERE kind <> 'unjudged';
"""


@dataclass(frozen=True)
class Row:
    """A device of a drawing: values of COLUMNS, and what is told of it."""

    columns: tuple[Any, ...]
    facts: Mapping[str, Any]


def write(target: Path, head: Mapping[str, Any], rows: Iterable[Row]) -> None:
    """Write a drawing; the file appears whole."""
    staged = target.with_suffix(f".{secrets.token_hex(4)}")
    try:
        with closing(sqlite3.connect(staged)) as made:
            made.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _SCHEMA)
            made.executemany("INSERT INTO head VALUES (?, ?)", [(key, json.dumps(one)) for key, one in head.items()])
            marks = ", ".join("?" * (len(COLUMNS) + 1))
            for place, row in enumerate(rows):
                made.execute(f"INSERT INTO items VALUES ({marks})", (place, *row.columns))
                made.execute("INSERT INTO facts VALUES (?, ?)", (place, json.dumps(row.facts)))
            made.commit()
            made.executescript(_INDEXES)
        staged.replace(target)
    finally:
        staged.unlink(missing_ok=True)


class Drawing:
    """A drawing as it was written, open for reading. `stale`: the register has changed since."""

    def __init__(self, file: Path, *, stale: bool = False) -> None:
        """FileNotFoundError where there is none."""
        if not file.is_file():
            raise FileNotFoundError(file)
        self.file, self.stale = file, stale
        self._rows = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_fault: object) -> None:
        self.close()

    def close(self) -> None:
        self._rows.close()

    def told(self, name: str) -> Any:
        """A part of its head. KeyError when it has none of that name."""
        found = self._rows.execute("SELECT value FROM head WHERE name = ?", (name,)).fetchone()
        if found is None:
            raise KeyError(name)
        return json.loads(found[0])

    def count(self, kind: str = "", mark: str = "", **narrowed: str) -> int:
        """How many devices of a kind, or of all, fit."""
        where, values = _where(kind, mark, narrowed)
        number: int = self._rows.execute(f"SELECT count(*) FROM items{where}", values).fetchone()[0]
        return number

    def tags(self, kind: str = "", mark: str = "", **narrowed: str) -> list[str]:
        """The tags of the devices that fit, in their order."""
        where, values = _where(kind, mark, narrowed)
        return [tag for (tag,) in self._rows.execute(f"SELECT tag FROM items{where} ORDER BY place", values)]

    def page(self, start: int, size: int, kind: str, mark: str = "", **narrowed: str) -> list[dict[str, Any]]:
        """What is told of some of the devices that fit, in their order."""
        where, values = _where(kind, mark, narrowed)
        places = f"SELECT place FROM items{where} ORDER BY place LIMIT ? OFFSET ?"
        found = self._rows.execute(
            f"SELECT facts FROM facts WHERE place IN ({places}) ORDER BY place", (*values, size, start)
        )
        return [json.loads(facts) for (facts,) in found]

    def differing(self, other: "Drawing", size: int) -> tuple[int, list[tuple[str, Any, Any]]]:
        """How many devices another drawing treats differently or only one has, and (tag, this, that) of the first."""
        self._rows.execute("ATTACH ? AS other", (f"{other.file.absolute().as_uri()}?mode=ro&immutable=1",))
        count: int = self._rows.execute(f"SELECT count(*) FROM ({_DIFFERING})").fetchone()[0]
        found = self._rows.execute(f"{_DIFFERING} ORDER BY tag LIMIT ?", (size,)).fetchall()
        self._rows.execute("DETACH other")
        return count, [(tag, self._facts(mine), other._facts(theirs)) for tag, mine, theirs in found]

    def _facts(self, place: int | None) -> Any:
        if place is None:
            return None
        return json.loads(self._rows.execute("SELECT facts FROM facts WHERE place = ?", (place,)).fetchone()[0])


_DIFFERING = """
SELECT a.tag AS tag, a.place, b.place FROM main.items AS a LEFT JOIN other.items AS b
    ON b.tag = a.tag AND b.kind <> 'unjudged' WHERE a.kind <> 'unjudged' AND b.choice IS NOT a.choice
UNION ALL
SELECT b.tag, NULL, b.place FROM other.items AS b LEFT JOIN main.items AS a
    ON a.tag = b.tag AND a.kind <> 'unjudged' WHERE b.kind <> 'unjudged' AND a.place IS NULL
"""


def _where(kind: str, mark: str, narrowed: Mapping[str, str]) -> tuple[str, list[str]]:
    """The condition in SQL and its values: a kind, a mark, columns by name, and `words` that occur."""
    parts, values = [], []
    if kind:
        parts.append("kind = ?")
        values.append(kind)
    if mark in MARKS:
        parts.append(mark)
    elif mark:
        parts.append("0")
    for name in NARROWING:
        if value := narrowed.get(name, ""):
            parts.append(f"CAST({name} AS TEXT) = ?")
            values.append(value)
    if words := narrowed.get("words", ""):
        parts.append("instr(words, ?)")
        values.append(words.lower())
    return (" WHERE " + " AND ".join(parts) if parts else ""), values
