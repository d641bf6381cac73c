"""Reading tables and scalars from any Session, however the device behind it misbehaves.

Every read ends, and says how: complete, empty, unsupported or cut short. EMPTY: the agent went past the place
and so has nothing there. UNSUPPORTED: the same, but it said so with noSuchObject, noSuchInstance or (SNMPv1)
noSuchName, or went back to where its objects begin. CUT_SHORT: something is or may be missing; `reason` says what
happened and `notes` holds its code.
Columns are read beside each other by GETBULK. Knows octets only; nothing here decodes a value.
"""

from collections.abc import Callable, Sequence

from collectors.facts import TableEnd, TableState
from collectors.snmp import oid as oids
from collectors.snmp.column import BEHIND_EVERYTHING, Column, impossible, places_beyond
from collectors.snmp.faults import BadAnswer, NoAnswer
from collectors.snmp.oid import Oid
from collectors.snmp.pace import DEFAULT_LIMITS, DeviceMemory, Limits, Pace
from collectors.snmp.scalars import read_scalars
from collectors.snmp.session import (
    END_OF_MIB_VIEW,
    NO_SUCH_NAME,
    STATUS_NAMES,
    TOO_BIG,
    Reply,
    Session,
    VarBind,
)
from collectors.snmp.table import Table, TableRead, standing

__all__ = ["DEFAULT_LIMITS", "DeviceMemory", "Limits", "read_scalars", "read_table", "read_tables"]

_VARBINDS = 50
"""Values asked for in one request: with usual names and values this fills about one datagram of 1,400 octets."""
_CAREFUL = 30
"""After a fault a column is read row by row for as many rows: past any bulk that would meet the fault again."""
_SELDOM = 7
"""A mask: the number of rows is looked at with every eighth request."""
_SYS_UP_TIME = oids.parse("1.3.6.1.2.1.1.3.0")


async def read_table(
    session: Session, table: Table, memory: DeviceMemory | None = None, limits: Limits = DEFAULT_LIMITS
) -> TableRead:
    """All columns of a table; never raises for a device's fault, which is told in `end`.

    `end.rows` is the length of the longest column. `end.notes` holds codes: loop, unordered, went_back, no_answer,
    bad_answer, empty_answer, stepped_over, limit, or an error-status (tooBig, genErr, noSuchName ...).
    """
    return (await read_tables(session, (table,), memory, limits))[0]


async def read_tables(
    session: Session, tables: Sequence[Table], memory: DeviceMemory | None = None, limits: Limits = DEFAULT_LIMITS
) -> list[TableRead]:
    """Several tables beside each other in the same requests, each with an end of its own; else as read_table.

    Small tables read together cost fewer requests. The requests are counted at the first of them.
    """
    return await _Walk(session, tables, memory or DeviceMemory(), limits).run()


class _Walk:
    """One reading of some tables."""

    def __init__(self, session: Session, tables: Sequence[Table], memory: DeviceMemory, limits: Limits) -> None:
        self.session = session
        self.tell_columns: Callable[[list[int]], None] | None = getattr(session, "in_columns", None)
        self.memory = memory
        self.limits = limits
        self.declared = tables
        self.tables = [
            [Column(name, base) for name, base in zip(table.columns, _bases(table), strict=True)] for table in tables
        ]
        self.columns = [column for columns in self.tables for column in columns]
        self.requests = 0
        self.octets = 0
        self.slowed = False
        self.silences = 0
        """Requests without an answer in a row."""
        self.until = memory.until(limits)
        self.pace = self._usual_pace()

    def _usual_pace(self) -> Pace:
        return Pace(self.memory.repetitions, self.memory.columns, self.memory.bulk and self.session.bulk)

    async def run(self) -> list[TableRead]:
        while batch := self._batch():
            if over := self._over_limit():
                self._cut_all("limit", over)
                break
            reply = await self._ask(batch)
            if reply is not None:
                self._take(batch, reply)
        requests = [self.requests] + [0] * len(self.tables)
        return [self._result(*of) for of in zip(self.declared, self.tables, requests, strict=False)]

    def _batch(self) -> list[Column]:
        """The columns of the next request."""
        running = [column for column in self.columns if column.running]
        for column in running:
            if column.careful or column.alone:
                return [column]
        return running[: self.pace.columns]

    def _over_limit(self) -> str:
        limits = self.limits
        if self.requests >= limits.requests:
            return f"stopped after {self.requests} requests"
        if self.octets > limits.octets:
            return f"stopped after {self.octets // 1024} KiB"
        if self.requests & _SELDOM == 0 and any(len(column.rows) >= limits.rows for column in self.columns):
            return f"stopped after {limits.rows} rows"
        if limits.clock() > self.until:
            return "stopped: its time is used up"
        return ""

    # -- one request -----------------------------------------------------------------------------------------

    async def _ask(self, batch: list[Column]) -> Reply | None:
        """The reply to take rows from; None when it was a fault, which is dealt with here."""
        names = [column.cursor for column in batch]
        count = len(names)
        repetitions = max(1, min(self.pace.repetitions, _VARBINDS // count))
        bulk = self.pace.bulk and not batch[0].careful
        self.requests += 1
        self.memory.requests += 1
        if self.tell_columns:
            self.tell_columns([len(column.base) for column in batch])
        try:
            if bulk:
                reply = await self.session.get_bulk(names, repetitions)
            else:
                repetitions = 1
                reply = await self.session.get_next(names)
        except NoAnswer as fault:
            await self._silent(batch, repetitions, str(fault))
            return None
        except BadAnswer as fault:
            self.memory.answered = True
            if self.memory.senseless():
                self._cut_all("bad_answer", str(fault))
            else:
                self._failed(batch, repetitions, "bad_answer", str(fault))
            return None
        self.silences = 0
        self.memory.answered = True
        self.octets += reply.octets
        if reply.error_status:
            self._refused(batch, repetitions, reply)
            return None
        if not reply.varbinds:
            self._failed(batch, repetitions, "empty_answer", "the device gave an answer without any value")
            return None
        return reply

    def _take(self, batch: list[Column], reply: Reply) -> None:
        """Rows of a reply: value i belongs to column i modulo their number (RFC 3416 section 4.2.3)."""
        varbinds = reply.varbinds
        self.memory.varbinds += len(varbinds)
        count = len(batch)
        if count == 1:
            self._take_column(batch[0], varbinds)
        else:
            before = [(column.cursor, len(column.rows)) for column in batch]
            for place, column in enumerate(batch):
                self._take_column(column, varbinds[place::count])
            if self._out_of_step(batch, len(varbinds)):
                self._undo(batch, before)
        for column in batch:
            if column.beyond:
                self._ended(column)
        if self.slowed:
            # What works now is where this device's next table starts.
            self.slowed = False
            self.memory.repetitions = self.pace.repetitions
            self.memory.columns = self.pace.columns
            self.memory.bulk = self.pace.bulk or not self.session.bulk

    def _take_column(self, column: Column, part: Sequence[VarBind]) -> None:
        """The rows of one column. This loop is what collecting costs: nothing in it that can be outside."""
        base, rows, last = column.base, column.rows, column.cursor
        size, rising = len(base), not column.unordered
        for oid, tag, value in part:
            if not oid.startswith(base) or 0x7F < tag < 0x83:
                column.cursor = last
                self._left(column, oid, tag)
                return
            index = oid[size:]
            # What rises as octets is new. They seldom order otherwise than arcs; only then arcs are compared.
            if not (rising and oid > last):
                # A row again, the column itself, or the question come back, of a name that is no row's.
                if index in rows or not index or oid == last:
                    column.cursor = last
                    self._repeated(column)
                    return
                if not oids.rises(last, oid):
                    column.unordered, rising = True, False
            rows[index] = (tag, value)
            last = oid
        if part:
            column.cursor = last
            if column.careful:
                self._got_past(column)

    def _got_past(self, column: Column) -> None:
        column.careful -= 1
        if column.stepping:
            column.stepping = column.denied = False
            column.careful = 0
            column.missed("rows at which the device fails were stepped over")
            self.pace = self._usual_pace()

    def _repeated(self, column: Column) -> None:
        """A row seen before. Some agents fill up a bulk so; a repeat in the answer to GETNEXT is a loop."""
        if column.careful or not self.pace.bulk:
            column.cut("loop", f"column {column.name}: the device goes round in a loop")
        else:
            column.careful = _CAREFUL

    def _left(self, column: Column, oid: Oid, tag: int) -> None:
        """The device gave something that is not a row of this column."""
        if not 0x7F < tag < 0x83:
            column.running = False
            column.beyond = oid
        elif tag == END_OF_MIB_VIEW:
            self._end(column)
        elif column.rows:
            # Nobody may say so to GETNEXT (RFC 3416 section 4.2.2): an agent's way to end, or a row it fails at.
            self._deny(column)
        else:
            column.unsupported = True
            self._end(column)

    def _ended(self, column: Column) -> None:
        """Outside the column: behind it is an end; before it, an agent that begins again, or has lost its way."""
        beyond, column.beyond = column.beyond, b""
        if beyond == column.cursor or oids.rises(column.cursor, beyond):
            # The question come back from behind everything is no denial either: it tells nothing.
            self._end(column)
        else:
            column.note("went_back")
            self._deny(column)

    def _end(self, column: Column) -> None:
        column.running = False
        if column.stepping:
            column.missed("its last rows could not be read")

    def _deny(self, column: Column) -> None:
        """No proper answer. An end only if the device says so at every place further on, also behind its last object.

        Without a row it is no end to believe, but a column that the device does not have.
        """
        if self.pace.bulk and not column.careful:
            # Said to a bulk it may be of any row; asked row by row it is said of one.
            column.careful = _CAREFUL
            column.running = True
            return
        begins = not column.stepping
        column.denied = column.denied or begins
        column.running = self._next_place(column)
        if begins:
            column.steps = [*column.steps, BEHIND_EVERYTHING]
        if not column.running:
            column.unsupported = not column.rows
            if not column.denied:
                column.missed("its last rows could not be read")

    def _out_of_step(self, batch: list[Column], values: int) -> bool:
        """Whether an agent left ended columns out of its answer, so that values stand in others' places.

        It shows where a column ends: fewer values than columns, or what follows the column is behind it, or in
        another column but not its first row. Believing it would end, or thin out, columns unnoticed.
        """
        left = [column for column in batch if column.beyond]
        if not left:
            return False
        filled = [column for column in self.columns if column.rows]
        return values < len(batch) or any(impossible(column, filled) for column in left)

    def _undo(self, batch: list[Column], before: list[tuple[Oid, int]]) -> None:
        """Forgets an answer; its columns are asked one at a time from here on."""
        for column, (cursor, count) in zip(batch, before, strict=True):
            while len(column.rows) > count:
                column.rows.popitem()
            column.cursor = cursor
            column.beyond = b""
            column.alone = True
            if column.stepping:
                column.stepping = column.denied = False
                column.places -= 1
                column.careful = 0
            column.running = column.running or not column.reason
            column.unsupported = False

    # -- faults ----------------------------------------------------------------------------------------------

    def _failed(self, batch: list[Column], repetitions: int, code: str, reason: str, *, hard: bool = False) -> None:
        """An answer that cannot be used: ask for less; where that is not possible, step over the row."""
        if not batch[0].careful and self.pace.slower(repetitions, len(batch), hard=hard):
            # A single unreadable row says nothing of the next table; the others do.
            self.slowed = self.slowed or code != "bad_answer"
            return
        self._step_over(batch[0], code, reason)

    async def _silent(self, batch: list[Column], repetitions: int, reason: str) -> None:
        """No answer: the device is gone, or cannot answer this question, or every try was lost on the way."""
        self.silences += 1
        if not (self.memory.answered and await self._alive()):
            self._cut_all("no_answer", reason)
        elif self.silences > 1:
            # Only the second time in a row: on a lossy line smaller questions would just be more of them.
            self._failed(batch, repetitions, "no_answer", reason, hard=True)

    async def _alive(self) -> bool:
        """Whether the device still answers the smallest question. Saves waiting for a dead one at each pace."""
        self.requests += 1
        self.memory.requests += 1
        try:
            await self.session.get([_SYS_UP_TIME])
        except NoAnswer:
            self.memory.answered = False
            return False
        except BadAnswer:
            return True
        return True

    def _refused(self, batch: list[Column], repetitions: int, reply: Reply) -> None:
        status = reply.error_status
        name = STATUS_NAMES.get(status, f"error {status}")
        reason = f"the device answered {name}"
        if status == TOO_BIG:
            self._failed(batch, repetitions, name, reason)
            return
        if len(batch) > 1 and not 1 <= reply.error_index <= len(batch):
            # It does not say which column: each is asked alone.
            for column in batch:
                column.careful = _CAREFUL
            return
        column = batch[reply.error_index - 1] if len(batch) > 1 else batch[0]
        if status == NO_SUCH_NAME and not (self.session.bulk and column.rows):
            # SNMPv1's way to say that nothing follows.
            column.running = False
            column.unsupported = not column.rows
            if column.stepping:
                column.missed("its last rows could not be read")
        elif not column.careful:
            column.careful = _CAREFUL
        else:
            self._step_over(column, name, reason)

    def _step_over(self, column: Column, code: str, reason: str) -> None:
        """Goes on behind the row that follows the cursor; gives the column up after a few attempts."""
        column.note(code)
        # It failed here: what it denies at other places is no end that it tells at every one.
        column.denied = False
        if not self._next_place(column):
            column.cut(code, f"column {column.name}: {reason}")

    def _next_place(self, column: Column) -> bool:
        """Sets the cursor behind the row that follows it; False when there is no further place to try."""
        if not column.stepping:
            column.stepping = True
            column.places += 1
            column.steps = places_beyond(column.cursor, column.base)
        if not column.steps or column.places > self.limits.steps:
            return False
        column.cursor, column.steps = column.steps[0], column.steps[1:]
        column.careful = max(column.careful, 1)
        return True

    def _cut_all(self, code: str, reason: str) -> None:
        for column in self.columns:
            if column.running:
                column.cut(code, reason)

    # -- the end ---------------------------------------------------------------------------------------------

    @staticmethod
    def _result(table: Table, columns: list[Column], requests: int) -> TableRead:
        rows = max((len(column.rows) for column in columns), default=0)
        notes = set[str]().union(*(column.notes for column in columns))
        if any(column.unordered for column in columns):
            notes.add("unordered")
        reason = next((column.reason for column in columns if column.reason), "")
        if reason:
            state = TableState.CUT_SHORT
        elif rows:
            state = TableState.COMPLETE
        elif any(column.unsupported for column in columns):
            state = TableState.UNSUPPORTED
        else:
            state = TableState.EMPTY
        read = {column.name: column.rows for column in columns}
        end = TableEnd(state, rows, requests, reason, tuple(sorted(notes)), standing(table, read))
        return TableRead(end, read)


def _bases(table: Table) -> list[Oid]:
    return [oids.parse(text) for text in table.columns.values()]
