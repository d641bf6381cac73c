"""Recorded devices: a file of objects as a MIB in memory, and that MIB as a Session.

Reads `.snmprec` (OID|TAG|VALUE lines; plain, .xz or .bz2) and the text of `snmpwalk -On`. Files come from
anywhere: a line that cannot be read is counted and told, a file without any is refused, sizes are bounded.
Knows no device and no table; the simulated network serves the same Recording over UDP.
"""

import lzma
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from collectors.snmp import codec
from collectors.snmp import oid as oids
from collectors.snmp.oid import Oid
from collectors.snmp.packed import lines_of
from collectors.snmp.session import (
    COUNTER32,
    COUNTER64,
    END_OF_MIB_VIEW,
    GAUGE32,
    INTEGER,
    IP_ADDRESS,
    NO_SUCH_INSTANCE,
    NO_SUCH_OBJECT,
    NULL,
    OBJECT_ID,
    OCTETS,
    OPAQUE,
    TIME_TICKS,
    Raw,
    Reply,
)

MAX_OBJECTS = 3_000_000
"""Four times the largest chassis known."""
MAX_NAME = 2000
"""Characters of an OID: its 128 parts (RFC 2578 section 3.5) have 1,400 at most."""
MAX_UNSAID = 100_000
"""Lines in a row that hold nothing at all, after which the file is no recording."""
_TELL = 10
"""How many broken lines are described; the rest are only counted."""
_PATIENCE = 50
"""A file whose first lines, this many, are all unreadable is no recording."""

_TAGS = frozenset({INTEGER, OCTETS, NULL, OBJECT_ID, IP_ADDRESS, COUNTER32, GAUGE32, TIME_TICKS, OPAQUE, COUNTER64})
_NUMBERS = frozenset({INTEGER, COUNTER32, GAUGE32, TIME_TICKS, COUNTER64})


@dataclass(slots=True)
class Recording:
    """The objects of one device in the order of an agent's walk (numeric by arc, each OID once)."""

    name: str
    keys: list[bytes] = field(default_factory=list)
    """oid.order of each object: sorts like the arcs."""
    oids: list[Oid] = field(default_factory=list)
    values: list[Raw] = field(default_factory=list)
    broken: int = 0
    """Lines that could not be read."""
    problems: tuple[str, ...] = ()
    """The first of them: line number and why."""

    def __len__(self) -> int:
        return len(self.oids)

    def find(self, oid: Oid) -> Raw | None:
        """The value of exactly this object."""
        key = oids.order(oid)
        at = bisect_left(self.keys, key)
        return self.values[at] if at < len(self.keys) and self.keys[at] == key else None

    def after(self, oid: Oid) -> int:
        """Position of the first object that follows `oid`; len(self) when there is none."""
        return bisect_right(self.keys, oids.order(oid))


class RecordedSession:
    """A Recording that answers like an agent of SNMPv2c. Never fails."""

    bulk = True

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.name = recording.name

    async def get(self, oids: Sequence[Oid]) -> Reply:
        return Reply(varbinds=[(oid, *self._value(oid)) for oid in oids])

    async def get_next(self, oids: Sequence[Oid]) -> Reply:
        return await self.get_bulk(oids, 1)

    async def get_bulk(self, oids: Sequence[Oid], max_repetitions: int) -> Reply:
        """Repetition by repetition; stops early when every column has come to the end of the MIB."""
        names, values = self.recording.oids, self.recording.values
        starts = [self.recording.after(oid) for oid in oids]
        last = list(oids)
        reply = Reply()
        for step in range(max_repetitions):
            alive = False
            for column, start in enumerate(starts):
                at = start + step
                if at < len(names):
                    alive = True
                    last[column] = names[at]
                    reply.varbinds.append((names[at], *values[at]))
                else:
                    reply.varbinds.append((last[column], END_OF_MIB_VIEW, b""))
            if not alive:
                break
        return reply

    def for_vlan(self, vlan: int) -> None:
        """A recording holds what one community saw."""

    async def close(self) -> None:
        """Nothing is open."""

    def _value(self, oid: Oid) -> Raw:
        found = self.recording.find(oid)
        if found is not None:
            return found
        # An agent says noSuchInstance for objects it implements (RFC 3416 section 4.2.1).
        parent = oids.parent(oid)
        at = self.recording.after(parent)
        implemented = at < len(self.recording) and self.recording.oids[at].startswith(parent)
        return (NO_SUCH_INSTANCE if implemented else NO_SUCH_OBJECT), b""


def load_recording(path: str | Path) -> Recording:
    """The recording in a file, named by the file up to `.snmprec`.

    Raises ValueError, naming the file (and the line), when it cannot be read or is no recording.
    """
    path = Path(path)
    name = path.name.partition(".snmprec")[0]
    try:
        with path.open("rb") as stream:
            return parse_recording(name, lines_of(stream, path))
    except ValueError as fault:
        raise ValueError(f"{path}: {fault}") from None
    except (OSError, EOFError, lzma.LZMAError) as fault:
        raise ValueError(f"{path}: cannot be read: {getattr(fault, 'strerror', None) or fault}") from None


def parse_recording(name: str, lines: Iterator[bytes]) -> Recording:
    """The recording in lines of either form. Raises ValueError when no line holds an object."""
    found: dict[Oid, Raw] = {}
    problems: list[str] = []
    broken = 0
    reader = _Reader()
    for number, line in _joined(lines):
        try:
            read = reader.line(line)
        except ValueError as fault:
            broken += 1
            if len(problems) < _TELL:
                problems.append(f"line {number}: {fault}")
            if broken >= _PATIENCE and not found:
                break
            continue
        if read is not None:
            # A second value for an OID cannot be reached by a walk; the first stands.
            found.setdefault(*read)
            if len(found) > MAX_OBJECTS:
                raise ValueError(f"holds more than {MAX_OBJECTS} objects")
    if not found:
        raise ValueError(f"not a recording: {problems[0] if problems else 'it holds no object'}")
    return _sorted(name, found, broken, tuple(problems))


def _sorted(name: str, found: dict[Oid, Raw], broken: int, problems: tuple[str, ...]) -> Recording:
    ranked = sorted((oids.order(oid), oid) for oid in found)
    return Recording(
        name=name,
        keys=[key for key, _ in ranked],
        oids=[oid for _, oid in ranked],
        values=[found[oid] for _, oid in ranked],
        broken=broken,
        problems=problems,
    )


# -- lines that belong together ------------------------------------------------------------------------------


_WALK_START = re.compile(rb"\.?(?:iso|\d+)(?:\.\d+)+ = ")
_WALK_QUOTE = re.compile(rb'[.\w]+ = STRING: "')
_WALK_HEX = re.compile(rb"[.\w]+ = (?:Hex-STRING|BITS):")
_CLOSED = re.compile(rb'(?<!\\)(?:\\\\)*"$')
_HEX_MORE = re.compile(rb"(?:[0-9A-Fa-f]{2} )*[0-9A-Fa-f]{2} ?$")
_MAX_PIECES = 5000


def _joined(lines: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
    """(number, line), with the further lines of one snmpwalk value joined to its first."""
    held: list[bytes] = []
    held_number = told = 0
    for number, line in enumerate(lines, 1):
        line = line.rstrip(b"\r")
        starts = _WALK_START.match(line)
        if held and not starts and _continues(held, line):
            held.append(line)
            continue
        if held:
            yield held_number, _whole(held)
            held = []
        if starts:
            held, held_number = [line], number
            told = number
        elif line and not line.startswith(b"#"):
            yield number, line
            told = number
        elif number - told > MAX_UNSAID:
            raise ValueError(f"not a recording: nothing in {MAX_UNSAID} lines")
    if held:
        yield held_number, _whole(held)


def _continues(held: list[bytes], line: bytes) -> bool:
    """Whether `line` belongs to the snmpwalk value before it: an open quote, or more hexadecimal octets."""
    if len(held) >= _MAX_PIECES:
        return False
    quote = _WALK_QUOTE.match(held[0])
    if quote:
        last = held[-1] if len(held) > 1 else held[0][quote.end() :]
        return not _CLOSED.search(last.rstrip()[-100:])
    return bool(_WALK_HEX.match(held[0]) and _HEX_MORE.match(line.strip()))


def _whole(held: list[bytes]) -> bytes:
    return (b" " if _WALK_HEX.match(held[0]) else b"\n").join(held)


# -- lines to objects ----------------------------------------------------------------------------------------


_MODULE_SETTING = re.compile(rb"\w+=")
"""The settings of a simulator's module, where a value should be."""


class _Reader:
    """Reads lines one after another; keeps what neighbouring lines share."""

    def __init__(self) -> None:
        self._head = b""
        self._prefix = b""
        self._short: dict[tuple[bytes, bytes], Raw] = {}

    def line(self, line: bytes) -> tuple[Oid, Raw] | None:
        """An object, or None for a line that means no object. Raises ValueError when it cannot be read."""
        if _WALK_START.match(line):
            name, _, text = line.partition(b" = ")
            value = _walk_value(text)
            return None if value is None else (self._oid(name.replace(b"iso", b"1")), value)
        parts = line.split(b"|", 2)
        if len(parts) != 3:
            raise ValueError("not OID|TAG|VALUE")
        name, tag, text = parts
        if b":" in tag and _MODULE_SETTING.match(text):
            return None
        raw = self._short.get((tag, text))
        return self._oid(name), (raw or self._value(tag, text))

    def _value(self, tag: bytes, text: bytes) -> Raw:
        try:
            raw = _tagged_value(tag, text)
        except ValueError:
            raise ValueError(f"a value that does not fit tag {tag.decode('latin-1')[:20]}") from None
        if len(text) < 12:
            # Short values repeat thousands of times in a large file: one object for all of them.
            self._short[tag, text] = raw
        return raw

    def _oid(self, text: bytes) -> Oid:
        if len(text) > MAX_NAME:
            raise ValueError(f"an OID of more than {MAX_NAME} characters")
        head, _, tail = text.strip().rpartition(b".")
        try:
            if head != self._head or not head:
                arcs = tuple(map(int, head.removeprefix(b".").split(b".")))
                if len(arcs) < 2:
                    return oids.encode((*arcs, int(tail)))
                self._prefix = oids.encode(arcs)
                self._head = head
            return self._prefix + oids.encode_index((int(tail),))
        except ValueError:
            raise ValueError("not an OID in front") from None


def _tagged_value(tag_text: bytes, text: bytes) -> Raw:
    """The value of a `.snmprec` line. The letter behind the tag: x hexadecimal, e backslash escapes."""
    tag_text = tag_text.partition(b":")[0]
    form = tag_text[-1:] if tag_text[-1:] in (b"x", b"e") else b""
    tag = int(tag_text.removesuffix(form) if form else tag_text)
    if tag not in _TAGS:
        raise ValueError(f"tag {tag}")
    if form == b"x":
        text = bytes.fromhex(text.decode("ascii"))
    elif form == b"e":
        text = text.decode("unicode_escape", "strict").encode("latin-1")
    if tag in _NUMBERS:
        return tag, (text if form else _number(tag, text))
    if tag == OBJECT_ID and not form:
        return tag, oids.parse(text.decode("ascii"))
    if tag == IP_ADDRESS and not form and len(text) != 4:
        return tag, codec.encode_ip(text.decode("ascii"))
    return (NULL, b"") if tag == NULL else (tag, text)


def _number(tag: int, text: bytes) -> bytes:
    number = int(text)
    if tag != INTEGER and number < 0:
        number %= 1 << (64 if tag == COUNTER64 else 32)
    return codec.encode_integer(number)


# -- the text of snmpwalk ------------------------------------------------------------------------------------

_WALK_TAGS = {
    b"INTEGER": INTEGER,
    b"Counter32": COUNTER32,
    b"Gauge32": GAUGE32,
    b"Unsigned32": GAUGE32,
    b"Timeticks": TIME_TICKS,
    b"Counter64": COUNTER64,
}
_WALK_TYPED = re.compile(rb"(?:Wrong Type \(should be [^)]*\): )?([A-Za-z][\w -]*?): ?(.*)\Z", re.DOTALL)
_NUMBER_WITHIN = 300
"""Octets of a value within which its number has to begin and end."""
_WALK_NUMBER = re.compile(rb"[^(\d-]*(?:[\w-]*\()?(-?\d+)")


def _walk_value(text: bytes) -> Raw | None:
    """The value behind ` = `; None where snmpwalk says that there is none. Raises ValueError for others."""
    if text.startswith((b"No Such ", b"No more variables")):
        return None
    if text.strip() in (b"NULL", b'""'):
        return (NULL if text.startswith(b"N") else OCTETS), b""
    typed = _WALK_TYPED.match(text)
    if typed is None:
        raise ValueError("a value without a type")
    kind, value = typed.groups()
    if kind in _WALK_TAGS:
        number = _WALK_NUMBER.match(value[:_NUMBER_WITHIN])
        if number is None:
            raise ValueError(f"{kind.decode()} without a number")
        return _WALK_TAGS[kind], _number(_WALK_TAGS[kind], number.group(1))
    return _walk_text(kind, value)


def _walk_text(kind: bytes, value: bytes) -> Raw:
    if kind == b"STRING":
        quoted = value.rstrip()
        if len(quoted) > 1 and quoted.startswith(b'"') and quoted.endswith(b'"'):
            return OCTETS, re.sub(rb'\\(["\\])', rb"\1", quoted[1:-1])
        return OCTETS, value
    if kind in (b"Hex-STRING", b"BITS"):
        digits = re.match(rb"(?:[0-9A-Fa-f]{2}(?:\s+|$))*", value)
        return OCTETS, bytes.fromhex(digits.group().decode()) if digits else b""
    if kind == b"OID":
        return OBJECT_ID, oids.parse(value.decode("ascii").replace("iso", "1").strip())
    if kind == b"IpAddress":
        return IP_ADDRESS, codec.encode_ip(value.decode("ascii").strip())
    if kind == b"Network Address":
        return IP_ADDRESS, bytes.fromhex(value.decode("ascii").replace(":", " "))
    if kind == b"Opaque":
        return OPAQUE, value
    raise ValueError(f"type {kind.decode('latin-1')}")
