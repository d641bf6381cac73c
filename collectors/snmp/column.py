"""One column of a table while it is walked: where the reading stands, and what is odd about it."""

from collections.abc import Sequence

from collectors.snmp import oid as oids
from collectors.snmp.oid import Oid
from collectors.snmp.session import Raw


class Column:
    """Where a column stands. What is seldom set has its default in the class: tables are many and often empty."""

    running: bool = True
    unsupported: bool = False
    unordered: bool = False
    beyond: Oid = b""
    """What the device gave instead of a further row."""
    alone: bool = False
    """Asked apart from the others, since its place in a common answer cannot be trusted."""
    careful: int = 0
    """Rows still to be read by GETNEXT, one by one."""
    stepping: bool = False
    """The device failed at the row after the cursor, and the cursor was set further on."""
    denied: bool = False
    """Stepping since the device said what neither is a row nor an end."""
    steps: Sequence[Oid] = ()
    """Places still to go on from, while stepping."""
    places: int = 0
    """At how many places it was stepped over rows."""
    notes: frozenset[str] = frozenset()
    reason: str = ""

    def __init__(self, name: str, base: Oid) -> None:
        self.name = name
        self.base = base
        self.cursor = base
        self.rows: dict[bytes, Raw] = {}

    def note(self, code: str) -> None:
        self.notes |= {code}

    def cut(self, code: str, reason: str) -> None:
        """Ends the column before its end."""
        self.running = False
        self.note(code)
        self.reason = self.reason or reason

    def missed(self, reason: str) -> None:
        """Something of the column could not be read."""
        self.note("stepped_over")
        self.reason = self.reason or f"column {self.name}: {reason}"


def impossible(column: Column, filled: list[Column]) -> bool:
    """Whether `column.beyond` cannot be what follows the column in the agent's order."""
    beyond = column.beyond
    if not oids.rises(column.cursor, beyond):
        return True
    for other in filled:
        if other is not column and beyond.startswith(other.base):
            return beyond[len(other.base) :] != next(iter(other.rows))
    return False


_LAST_ARC = 0xFFFFFFFF
BEHIND_EVERYTHING = oids.encode((2, 39, _LAST_ARC))
"""A place behind which no agent has an object: what it says there is how it says that nothing follows."""


def places_beyond(cursor: Oid, base: Oid) -> list[Oid]:
    """Places to ask for the next row from when the row after `cursor` cannot be read, from near to far.

    The failing row's name is not known: it may be the next number, something below it, or in the next group.
    """
    last = _LAST_ARC
    arcs = list(oids.index_arcs(cursor[len(base) :]))
    if not arcs:
        return [base + oids.encode_index(index) for index in ((1,), (1, last), (2, last), (16, last))]
    *group, number = arcs
    near = [(*group, number + 1), (*group, number + 1, last), (*group, number + 16, last)]
    if group:
        near.append((*group[:-1], group[-1] + 1, last))
    return [base + oids.encode_index(index) for index in near]
