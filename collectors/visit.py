"""One visit to a device: reading tables and objects, how each subject ended, and when to stop asking.

A subject is what belongs together, such as a device's addresses. One that fails never costs the others. Knows no
subject; collectors.collect and collectors.equipment say what is read.
"""

import logging
import zlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from collectors.facts import Snapshot, TableEnd, TableState
from collectors.snmp.faults import BadAnswer, NoAnswer
from collectors.snmp.pace import DEFAULT_LIMITS, DeviceMemory, Limits
from collectors.snmp.scalars import read_scalars
from collectors.snmp.session import Session
from collectors.snmp.table import Scalars, ScalarsRead, Table, TableRead
from collectors.snmp.walker import read_table, read_tables

log = logging.getLogger(__name__)

PATIENCE = 2
"""After so many reads in a row without an answer, or without one that can be read, the device is not asked on."""
_SILENT = TableEnd(TableState.CUT_SHORT, reason="not asked: the device no longer answered", notes=(NoAnswer.code,))
_SENSELESS = TableEnd(
    TableState.CUT_SHORT, reason="not asked: what the device answers cannot be read", notes=(BadAnswer.code,)
)

Facts = dict[str, Any]
"""Fields of a Snapshot, and their new values."""


class Visit:
    """What is read, how it ended, and what it gave."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.memory = DeviceMemory()
        self.found = Snapshot(session.name)
        self.tables: dict[str, TableEnd] = {}
        self.if_index_of: dict[int, int] = {}
        """Bridge port → ifIndex."""
        self.requests = 0
        self.varbinds = 0
        self.ends: list[TableEnd] = []
        """Of the reads of the subject that is being read."""
        self.silences = 0
        """Reads in a row that ended because nothing came."""
        self.senseless = 0
        """Reads in a row to which only came what cannot be read."""
        self._ahead: dict[int, TableRead] = {}
        """Tables that were read with others and not yet asked for."""

    async def subject(self, name: str, work: Callable[[], Awaitable[Facts | None]]) -> None:
        """One subject's reading and facts. What it gives is taken when it ended better than before.

        `work` gives None when the device has no such thing: then nothing is told of it.
        """
        self.ends = []
        try:
            facts = await work()
            if facts is None:
                return
            end = combined(self.ends)
        except Exception as fault:  # the edge of a device's run: a bug in one table must not cost the others
            log.exception("%s: %s could not be read", self.session.name, name)
            facts = {}
            end = TableEnd(TableState.CUT_SHORT, reason=f"it could not be understood: {type(fault).__name__}: {fault}")
        before = self.tables.get(name)
        if before is None or end.ended_well or end.rows >= before.rows:
            self.tables[name] = end
            self.found = replace(self.found, **facts)

    async def table(self, table: Table, limits: Limits = DEFAULT_LIMITS) -> TableRead:
        if left := self.left():
            self.ends.append(left)
            return TableRead(left, {name: {} for name in table.columns})
        read = self._ahead.pop(id(table), None) or await read_table(self.session, table, self.memory, limits)
        self._count(read.end)
        self.varbinds += sum(map(len, read.columns.values()))
        return read

    async def together(self, *tables: Table) -> None:
        """Read several small tables in the same requests; table() then gives each, with its own end."""
        if not self.left():
            reads = await read_tables(self.session, tables, self.memory)
            self._ahead.update(zip(map(id, tables), reads, strict=True))

    async def aside(self, session: Session, *tables: Table) -> list[TableRead]:
        """Tables by another session with the same device, such as a VLAN's: silence there says nothing of the device.

        The caller adds to `ends` what counts.
        """
        reads = await read_tables(session, tables, DeviceMemory())
        self.requests += sum(read.end.requests for read in reads)
        self.varbinds += sum(len(column) for read in reads for column in read.columns.values())
        return reads

    async def scalars(self, scalars: Scalars) -> ScalarsRead:
        if left := self.left():
            self.ends.append(left)
            return ScalarsRead(left)
        read = await read_scalars(self.session, scalars, self.memory)
        self._count(read.end)
        self.varbinds += len(read.values)
        return read

    def left(self) -> TableEnd | None:
        """How a read ends that is not made, once the device is not asked on."""
        if self.silences >= PATIENCE:
            return _SILENT
        return _SENSELESS if self.senseless >= PATIENCE else None

    def _count(self, end: TableEnd) -> None:
        self.ends.append(end)
        self.requests += end.requests
        self.silences = self.silences + 1 if NoAnswer.code in end.notes else 0
        self.senseless = self.senseless + 1 if BadAnswer.code in end.notes and not end.rows else 0


def combined(ends: Sequence[TableEnd]) -> TableEnd:
    """How several reads ended as one subject: cut short if one was, else complete if one was, else empty."""
    if not ends:
        return TableEnd(TableState.UNSUPPORTED)
    order = (TableState.CUT_SHORT, TableState.COMPLETE, TableState.EMPTY, TableState.UNSUPPORTED)
    state = next(state for state in order if any(end.state is state for end in ends))
    return TableEnd(
        state=state,
        rows=sum(end.rows for end in ends),
        requests=sum(end.requests for end in ends),
        reason="; ".join(dict.fromkeys(end.reason for end in ends if end.reason and end.state is state)),
        notes=tuple(dict.fromkeys(note for end in ends for note in end.notes)),
        checksum=zlib.crc32(",".join(str(end.checksum) for end in ends).encode()),
    )
