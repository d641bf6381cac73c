"""What was asked of a device and what it answered, kept so that the same questions can be put again.

A walk is led by the answers alone. So a device that answers last time's questions as it did then would lead it to
the same end, and nothing has to be walked to know that. Where an answer differs, the walk starts as ever, and what
was heard by then is not asked twice. Knows octets only.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple, cast

from collectors.snmp import codec
from collectors.snmp import oid as oids
from collectors.snmp.faults import Fault
from collectors.snmp.oid import Oid
from collectors.snmp.session import Reply, Session

CLOCK = oids.parse("1.3.6.1.2.1.1.3.0")
"""sysUpTime.0: it moves with every poll, and what it tells is looked at by itself."""
_STEP = struct.Struct("!BHHIIB")
_MOST_OCTETS = 16 * 1024 * 1024
"""A conversation is longer only with a device whose tables never end."""
_MOST_NAMES, _LONGEST_NAME = 255, 255
"""Of one question: what its counts and its names' sizes, of an octet each, can hold."""


class Step(NamedTuple):
    """A question, and the stamp of its answer."""

    vlan: int
    """Whose bridge was asked (Session.for_vlan); 0 for the device itself."""
    kind: int
    repetitions: int
    names: tuple[Oid, ...]
    columns: bytes
    """How many octets of each name are its column's. Empty for GET."""
    stamp: int
    """Checksum of what counts in the answer; 0 where the one of its octets is enough."""
    octets: int = 0
    """Checksum of the answer's very octets, by which it need not be read; 0 where it holds the clock."""


Heard = tuple[Step, Reply | Fault]
"""A question of last time, and what came of it now."""


def pack(steps: Sequence[Step]) -> bytes:
    """As it is kept."""
    parts = []
    for vlan, kind, repetitions, names, columns, stamp, octets in steps:
        head = _STEP.pack(kind, vlan, repetitions, stamp, octets, len(names))
        parts += [head, bytes(map(len, names)), columns, *names]
    return zlib.compress(b"".join(parts), 1)


def unpack(content: bytes) -> list[Step]:
    """The inverse of pack. Raises ValueError for anything else."""
    try:
        unpacker = zlib.decompressobj()
        data = unpacker.decompress(content, _MOST_OCTETS)
        if unpacker.eof:
            return list(_steps(data))
    except (zlib.error, struct.error) as fault:
        raise ValueError(f"not a conversation: {fault}") from None
    raise ValueError("not a conversation: it has no end")


def _steps(data: bytes) -> Iterator[Step]:
    at = 0
    while at < len(data):
        kind, vlan, repetitions, stamp, octets, count = _STEP.unpack_from(data, at)
        at += _STEP.size
        sizes = data[at : at + count]
        at += count
        columns = b"" if kind == codec.GET else data[at : at + count]
        at += len(columns)
        names = []
        for size in sizes:
            names.append(data[at : at + size])
            at += size
        yield Step(vlan, kind, repetitions, tuple(names), columns, stamp, octets)
    if at != len(data):
        raise ValueError("not a conversation: it is cut off")


def stamp(kind: int, names: Sequence[Oid], columns: bytes, reply: Reply) -> int:
    """CRC-32 of all that leads a walk on.

    Left out are the values of what follows a column, often a counter, and the clock among single objects.
    """
    found = zlib.crc32(b"%d %d" % (reply.error_status, reply.error_index))
    if not reply.varbinds:
        return found
    names_told, tags, told = zip(*reply.varbinds, strict=True)
    values = list(told)
    if kind == codec.GET:
        values = [value for oid, value in zip(names_told, told, strict=True) if oid != CLOCK]
    for at, size in enumerate(columns):
        column = names[at][:size]
        for place in _backwards(at, len(names), len(values)):
            if names_told[place].startswith(column):
                break
            values[place] = b""
    found = zlib.crc32(b"".join(names_told), found)
    found = zlib.crc32(bytes(tags), found)
    found = zlib.crc32(bytes([len(value) & 0xFF for value in values]), found)
    return zlib.crc32(b"".join(values), found)


def _backwards(at: int, count: int, total: int) -> range:
    """Where in an answer of so many values stand those of column `at` of `count`, from the last to the first."""
    return range(total - 1 - (total - 1 - at) % count, at - 1, -count)


async def ask(session: Session, kind: int, repetitions: int, names: Sequence[Oid], expected: int = 0) -> Reply:
    """A question by its kind of PDU. An answer with the expected checksum stays unread, where the session can do so."""
    if expected and (expect := getattr(session, "expect", None)):
        return cast(Reply, await expect(kind, repetitions, names, expected))
    if kind == codec.GET_BULK:
        return await session.get_bulk(names, repetitions)
    return await (session.get(names) if kind == codec.GET else session.get_next(names))


async def ask_again(session: Session, steps: Sequence[Step]) -> tuple[list[Heard], bool]:
    """Put last time's questions until an answer differs or is missing; whether all were the same. Raises nothing."""
    sessions: dict[int, Session | None] = {0: session}
    heard: list[Heard] = []
    for step in steps:
        vlan, kind, repetitions, names, columns, kept, octets = step
        if vlan not in sessions:
            sessions[vlan] = session.for_vlan(vlan)
        asked = sessions[vlan]
        if asked is None:
            return heard, False
        try:
            reply = await ask(asked, kind, repetitions, names, octets)
        except Fault as fault:
            heard.append((step, fault))
            return heard, False
        heard.append((step, reply))
        if not reply.unread and stamp(kind, names, columns, reply) != kept:
            return heard, False
    return heard, True


class Notes:
    """All that was asked in one visit."""

    def __init__(self, heard: Sequence[Heard] = ()) -> None:
        self.steps: list[Step] = []
        self.whole = True
        """Whether the steps are all that was asked, each was answered, and each name's column is known."""
        self._heard = list(reversed(heard))

    def told(self, vlan: int, kind: int, repetitions: int, names: Sequence[Oid]) -> Reply | None:
        """What was heard to this question; None where it was not asked, or was another one. Raises what it met."""
        if not self._heard:
            return None
        step, reply = self._heard.pop()
        if step[:4] != (vlan, kind, repetitions, names):
            self._heard.clear()
            return None
        if isinstance(reply, Fault):
            raise reply
        if reply.unread:
            reply.varbinds = codec.decode_varbinds(reply.unread, 0, len(reply.unread))
        return reply

    def note(self, step: Step) -> None:
        if self.whole and len(step.names) <= _MOST_NAMES and max(map(len, step.names), default=0) <= _LONGEST_NAME:
            self.steps.append(step)
        else:
            self.spoil()

    def spoil(self) -> None:
        self.whole = False
        self.steps.clear()


class Talk:
    """A session that notes what is asked and answered. What was heard already is not asked once more."""

    def __init__(self, session: Session, notes: Notes, vlan: int = 0) -> None:
        self.session = session
        self.name = session.name
        self.bulk = session.bulk
        self.notes = notes
        self._vlan = vlan
        self._sizes = b""

    def in_columns(self, sizes: Sequence[int]) -> None:
        """How many octets of each name of the next question are its column's."""
        self._sizes = bytes(sizes)

    async def get(self, oids: Sequence[Oid]) -> Reply:
        return await self._say(codec.GET, 0, tuple(oids))

    async def get_next(self, oids: Sequence[Oid]) -> Reply:
        return await self._say(codec.GET_NEXT, 0, tuple(oids))

    async def get_bulk(self, oids: Sequence[Oid], max_repetitions: int) -> Reply:
        """SNMPv1 has no GETBULK: there it is a GETNEXT."""
        if not self.bulk:
            return await self.get_next(oids)
        return await self._say(codec.GET_BULK, max_repetitions, tuple(oids))

    def for_vlan(self, vlan: int) -> "Talk | None":
        session = self.session.for_vlan(vlan)
        return None if session is None else Talk(session, self.notes, vlan)

    async def close(self) -> None:
        await self.session.close()

    async def _say(self, kind: int, repetitions: int, names: tuple[Oid, ...]) -> Reply:
        notes = self.notes
        try:
            reply = notes.told(self._vlan, kind, repetitions, names)
            if reply is None:
                reply = await ask(self.session, kind, repetitions, names)
        except Fault:
            notes.spoil()
            raise
        sizes, self._sizes = self._sizes, b""
        if notes.whole:
            if kind == codec.GET:
                notes.note(Step(self._vlan, kind, repetitions, names, b"", stamp(kind, names, b"", reply)))
                return reply
            # A name that no column was told of is one itself.
            columns = sizes if len(sizes) == len(names) else bytes(min(len(name), _LONGEST_NAME) for name in names)
            # Where all of an answer counts its octets tell enough.
            counts = reply.checksum and not reply.error_status and _inside(names, columns, reply)
            mark = 0 if counts else stamp(kind, names, columns, reply)
            notes.note(Step(self._vlan, kind, repetitions, names, columns, mark, reply.checksum))
        return reply


def _inside(names: Sequence[Oid], columns: bytes, reply: Reply) -> bool:
    """Whether the last row of an answer is one of its columns: then so are those before it."""
    last = reply.varbinds[-len(names) :]
    whole = len(reply.varbinds) % len(names) == 0
    return whole and all(
        oid.startswith(name[:size]) for (oid, _tag, _value), name, size in zip(last, names, columns, strict=False)
    )
