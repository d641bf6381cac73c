"""Declarations of what to read, and what came: the values between the walker and the tables.

A Table is columns that share a row index; Scalars are single objects. A read keeps octets as they came,
by column and by the octets of the row index, and how the reading ended.
"""

import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from collectors.facts import TableEnd
from collectors.snmp.session import Raw


@dataclass(frozen=True, slots=True)
class Table:
    """Columns (short name → dotted OID) that share a row index."""

    name: str
    columns: Mapping[str, str]
    readings: Collection[str] = ()
    """Columns that move with every poll and that nothing of the register follows: kept, and no news by themselves."""


@dataclass(frozen=True, slots=True)
class Scalars:
    """Single objects (short name → dotted OID with its .0)."""

    name: str
    objects: Mapping[str, str]


@dataclass(slots=True)
class TableRead:
    """Column → index octets → (tag, content octets), and how it ended. A column that gave nothing is an empty dict."""

    end: TableEnd
    columns: dict[str, dict[bytes, Raw]] = field(default_factory=dict)

    def rows(self) -> Iterator[tuple[bytes, dict[str, Raw]]]:
        """(index octets, column → raw) for each row that any column has, in order of first sight."""
        merged: dict[bytes, dict[str, Raw]] = {}
        for name, column in self.columns.items():
            for index, raw in column.items():
                merged.setdefault(index, {})[name] = raw
        yield from merged.items()


def checksum(columns: Iterable[Mapping[bytes, Raw]]) -> int:
    """CRC-32 of indexes and values, in the order in which they came."""
    found = 0
    for column in columns:
        found = zlib.crc32(b"".join(column), found)
        found = zlib.crc32(b"".join([value for _tag, value in column.values()]), found)
    return found


def standing(table: Table, columns: Mapping[str, Mapping[bytes, Raw]]) -> int:
    """The checksum of what stands: columns that are readings are left out, their rows too."""
    return checksum(column for name, column in columns.items() if name not in table.readings)


@dataclass(slots=True)
class ScalarsRead:
    """Name → raw for those objects that exist."""

    end: TableEnd
    values: dict[str, Raw] = field(default_factory=dict)
