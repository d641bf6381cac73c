"""An SNMP agent for one Recording: octets of a request in, octets of a response out. Pure but for the clock.

Answers GET, GETNEXT and GETBULK of v1 and v2c (RFC 1157, RFC 3416) to those who know the community, and nothing
to others, as agents do. Varbinds are encoded once, at the start.
"""

import copy
import re
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator

from collectors.snmp import codec, oid
from collectors.snmp.codec import V1, Request
from collectors.snmp.faults import BadAnswer
from collectors.snmp.recording import Recording
from collectors.snmp.session import (
    COUNTER64,
    END_OF_MIB_VIEW,
    NO_SUCH_INSTANCE,
    NO_SUCH_NAME,
    NO_SUCH_OBJECT,
    TIME_TICKS,
    TOO_BIG,
)

MOST_OCTETS = 1340
"""Of varbinds in a response with several of them: with its head it stays within 1,400 octets, one Ethernet frame."""
MOST_VARBINDS = 128
"""That a request may name."""
_VLANS = oid.parse("1.3.6.1.4.1.9.9.46.1.3.1.1.2")
"""vtpVlanState: who lists VLANs here keeps a bridge for each of them, asked by `community@VLAN`."""
_FIRST_VLAN = 1
MOST_KEPT = 4_096
"""Answers kept for questions that come again: an agent of a large table is asked some thousand different ones."""
_LARGEST = 60_000
_NO_ACCESS, _READ_ONLY = 6, 4
_UPTIME = oid.parse("1.3.6.1.2.1.1.3.0")
_NAME = oid.parse("1.3.6.1.2.1.1.5.0")
_MACS = tuple(map(oid.parse, ("1.3.6.1.2.1.2.2.1.6", "1.3.6.1.2.1.17.1.1", "1.0.8802.1.1.2.1.3.2")))
"""Where a device tells MACs of its own: ifPhysAddress, dot1dBaseBridgeAddress, lldpLocChassisId."""
_WRITTEN_MAC = re.compile(rb"[0-9A-Fa-f]{2}([-:])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}")
_OF_THE_DEVICE = b"\0"
"""How the name of a single object ends: a MAC that one holds in writing is the device's own, too."""
_NULL = b"\x05\x00"


class Agent:
    """Serves `recording` to those who say `community`. `clock` gives seconds; sysUpTime runs with it."""

    def __init__(self, recording: Recording, community: bytes, clock: Callable[[], float] = time.monotonic) -> None:
        self.community = community
        self._keys = recording.keys
        self._varbinds = [
            codec.encode_varbind(name, *value) for name, value in zip(recording.oids, recording.values, strict=True)
        ]
        self._written = [at for at, (_, value) in enumerate(recording.values) if _WRITTEN_MAC.fullmatch(value)]
        self._last_name = recording.oids[-1] if recording.oids else b""
        self._wide = {at for at, (tag, _) in enumerate(recording.values) if tag == COUNTER64}
        self._heads = {version: codec.message_head(version, community) for version in (0, 1)}
        self._clock = clock
        self._started = clock()
        uptime = recording.find(_UPTIME)
        ticks = uptime is not None and uptime[0] == TIME_TICKS
        self._uptime_at = bisect_left(self._keys, oid.order(_UPTIME)) if ticks else -1
        self._ticks = int.from_bytes(uptime[1], "big") if uptime is not None and ticks else 0
        self._own: dict[int, bytes] = {}
        """Position → the varbind that this copy says there."""
        self._kept: dict[bytes, bytes] = {}
        """Question → answer, both without their request id; but none in which sysUpTime runs."""
        self._moves = False
        """Whether the answer being made holds sysUpTime."""
        self._bridges: dict[bytes, Agent] = {}

    def copy(self, number: int) -> "Agent":
        """The same device with a name and MACs of its own; for 0 the device itself. Shares all other objects."""
        if not number:
            return self
        other = copy.copy(self)
        other._own = dict(self._renamed(number))
        other._kept, other._bridges = {}, {}
        return other

    def _bridge(self, community: bytes) -> "Agent | None":
        """Who answers for a VLAN's bridge: of the first VLAN the device itself, of others one that learned nothing."""
        name, _, vlan = community.rpartition(b"@")
        row = self._after(_VLANS)
        lists = row < len(self._varbinds) and _name_of(self._varbinds[row]).startswith(_VLANS)
        if name != self.community or not lists or not vlan.isdigit():
            return None
        if community not in self._bridges:
            bridge = copy.copy(self) if int(vlan) == _FIRST_VLAN else Agent(Recording("vlan"), b"", self._clock)
            bridge.community, bridge._kept = community, {}
            bridge._heads = {version: codec.message_head(version, community) for version in (0, 1)}
            self._bridges[community] = bridge
        return self._bridges[community]

    def _renamed(self, number: int) -> Iterator[tuple[int, bytes]]:
        at = self._find(_NAME)
        if at is not None:
            ((name, tag, value),) = codec.decode_varbinds(self._varbinds[at], 0, len(self._varbinds[at]))
            yield at, codec.encode_varbind(name, tag, b"%b-%d" % (value, number))
        for column in _MACS:
            at = self._after(column)
            while at < len(self._varbinds) and _name_of(self._varbinds[at]).startswith(column):
                ((name, tag, value),) = codec.decode_varbinds(self._varbinds[at], 0, len(self._varbinds[at]))
                yield at, codec.encode_varbind(name, tag, copied_mac(value, number))
                at += 1
        for at in self._written:
            ((name, tag, value),) = codec.decode_varbinds(self._varbinds[at], 0, len(self._varbinds[at]))
            if name.endswith(_OF_THE_DEVICE):
                yield at, codec.encode_varbind(name, tag, _written_mac(value, number))

    def __len__(self) -> int:
        return len(self._varbinds)

    def answer(self, data: bytes) -> bytes | None:
        """The response to the octets of a request; None where an agent keeps silent."""
        question, request_id = _without_id(data, self._heads[codec.V2C])
        kept = self._kept.get(question)
        if kept is not None:
            return self._packed(codec.V2C, request_id + kept)
        self._moves = False
        reply = self._made(data)
        if question and reply is not None and not self._moves and len(self._kept) < MOST_KEPT:
            at = _id_at(reply, self._heads[codec.V2C])
            self._kept[question] = reply[at + 2 + reply[at + 1] :]
        return reply

    def _made(self, data: bytes) -> bytes | None:
        try:
            request = codec.decode_request(data)
        except BadAnswer:
            return None
        if request.community != self.community or request.version not in self._heads:
            bridge = self._bridge(request.community)
            return bridge.answer(data) if bridge is not None else None
        if not request.oids or len(request.oids) > MOST_VARBINDS:
            return self._error(request, TOO_BIG, 0) if request.oids else self._reply(request, 0, 0, b"")
        match request.kind:
            case codec.GET:
                return self._get(request)
            case codec.GET_NEXT:
                return self._get_next(request)
            case codec.GET_BULK if request.version != V1:
                return self._get_bulk(request)
            case codec.SET:
                return self._error(request, _READ_ONLY if request.version == V1 else _NO_ACCESS, 1)
        return None

    # -- the three questions ---------------------------------------------------------------------------------

    def _get(self, request: Request) -> bytes:
        found = []
        for number, name in enumerate(request.oids, 1):
            at = self._find(name)
            if at is not None and not (request.version == V1 and at in self._wide):
                found.append(self._varbind(at))
            elif request.version == V1:
                return self._error(request, NO_SUCH_NAME, number)
            else:
                found.append(codec.encode_varbind(name, self._why_not(name), b""))
        return self._whole(request, found)

    def _get_next(self, request: Request) -> bytes:
        found = []
        for number, name in enumerate(request.oids, 1):
            at = self._after(name)
            while request.version == V1 and at in self._wide:
                at += 1
            if at < len(self._varbinds):
                found.append(self._varbind(at))
            elif request.version == V1:
                return self._error(request, NO_SUCH_NAME, number)
            else:
                found.append(codec.encode_varbind(name, END_OF_MIB_VIEW, b""))
        return self._whole(request, found)

    def _get_bulk(self, request: Request) -> bytes:
        """As many whole varbinds, in their order, as fit (RFC 3416 section 4.2.3)."""
        once = max(0, min(request.first, len(request.oids)))
        starts = [self._after(name) for name in request.oids]
        found = [self._next_or_end(start, 0, name) for start, name in zip(starts[:once], request.oids, strict=False)]
        size = sum(map(len, found))
        if size > MOST_OCTETS and len(found) > 1:
            return self._error(request, TOO_BIG, 0)
        columns = list(zip(starts[once:], request.oids[once:], strict=True))
        nearest = min(starts[once:], default=len(self._varbinds))
        for step in range(max(0, request.second)):
            for start, name in columns:
                varbind = self._next_or_end(start, step, name)
                size += len(varbind)
                if size > MOST_OCTETS and found:
                    return self._reply(request, 0, 0, b"".join(found))
                found.append(varbind)
            if nearest + step >= len(self._varbinds):
                break
        return self._whole(request, found)

    # -- objects ---------------------------------------------------------------------------------------------

    def _find(self, name: bytes) -> int | None:
        key = oid.order(name)
        at = bisect_left(self._keys, key)
        return at if at < len(self._keys) and self._keys[at] == key else None

    def _after(self, name: bytes) -> int:
        return bisect_right(self._keys, oid.order(name))

    def _varbind(self, at: int) -> bytes:
        if at == self._uptime_at:
            self._moves = True
            ticks = (self._ticks + int((self._clock() - self._started) * 100)) & 0xFFFFFFFF
            return codec.encode_varbind(_UPTIME, TIME_TICKS, codec.encode_integer(ticks))
        return self._own.get(at) or self._varbinds[at]

    def _next_or_end(self, start: int, step: int, name: bytes) -> bytes:
        """The object `step` after position `start`; past the last one, the end of the MIB.

        The end bears the name that the column last gave: that of the last object, or the one asked for.
        """
        at = start + step
        if at < len(self._varbinds):
            return self._varbind(at)
        last = self._last_name if start < len(self._varbinds) else name
        return codec.encode_varbind(last, END_OF_MIB_VIEW, b"")

    def _why_not(self, name: bytes) -> int:
        """noSuchInstance for an object that has other instances, else noSuchObject (RFC 3416 section 4.2.1)."""
        parent = oid.parent(name)
        at = self._after(parent)
        beside = at < len(self._varbinds) and _name_of(self._varbinds[at]).startswith(parent)
        return NO_SUCH_INSTANCE if beside else NO_SUCH_OBJECT

    # -- responses -------------------------------------------------------------------------------------------

    def _whole(self, request: Request, found: list[bytes]) -> bytes:
        """All of `found`, or tooBig. A single varbind may fill a datagram: it cannot be asked for in parts."""
        body = b"".join(found)
        if len(body) > (_LARGEST if len(found) == 1 else MOST_OCTETS):
            return self._error(request, TOO_BIG, 0)
        return self._reply(request, 0, 0, body)

    def _error(self, request: Request, status: int, number: int) -> bytes:
        """v1 repeats the question; v2c's tooBig has no varbinds (RFC 3416 section 4.2.1)."""
        if status == TOO_BIG and request.version != V1:
            return self._reply(request, status, 0, b"")
        names = [codec.encode_value(0x06, name) + _NULL for name in request.oids]
        return self._reply(request, status, number, b"".join(codec.encode_value(0x30, name) for name in names))

    def _reply(self, request: Request, status: int, number: int, body: bytes) -> bytes:
        pdu = b"".join(
            codec.encode_value(0x02, codec.encode_integer(value)) for value in (request.request_id, status, number)
        )
        return self._packed(request.version, pdu + codec.encode_value(0x30, body))

    def _packed(self, version: int, pdu: bytes) -> bytes:
        return codec.encode_value(0x30, self._heads[version] + codec.encode_value(codec.RESPONSE, pdu))


def _id_at(message: bytes, head: bytes) -> int:
    """Where the request id of a message with this head starts; 0 for other octets."""
    try:
        start = _content_at(message, 0)
        if not message.startswith(head, start):
            return 0
        return _content_at(message, start + len(head))
    except IndexError:
        return 0


def _content_at(message: bytes, at: int) -> int:
    return at + 2 + (message[at + 1] & 0x7F if message[at + 1] > 0x7F else 0)


def _without_id(message: bytes, head: bytes) -> tuple[bytes, bytes]:
    """(what a request asks without its id, the id as it stands there); both empty where it cannot be told."""
    at = _id_at(message, head)
    if not at or at + 1 >= len(message) or message[at] != 0x02 or message[at + 1] > 4:
        return b"", b""
    end = at + 2 + message[at + 1]
    return message[:at] + message[end:], message[at:end]


def copied_mac(mac: bytes, number: int) -> bytes:
    """The MAC that copy `number` has in the place of `mac`; what is no MAC, or all zero, stays as it is."""
    if len(mac) != 6 or not any(mac):
        return mac
    return mac[:1] + (int.from_bytes(mac[1:3], "big") ^ number).to_bytes(2, "big") + mac[3:]


def _written_mac(text: bytes, number: int) -> bytes:
    mark = text[2:3]
    mac = copied_mac(bytes.fromhex(text.replace(mark, b"").decode()), number).hex(mark.decode()).encode()
    return mac.upper() if text.isupper() else mac


def _name_of(varbind: bytes) -> bytes:
    """The OID of an encoded varbind of our own."""
    at = 2 if varbind[1] < 0x80 else 2 + (varbind[1] & 0x7F)
    length = varbind[at + 1]
    if length < 0x80:
        return varbind[at + 2 : at + 2 + length]
    count = length & 0x7F
    start = at + 2 + count
    return varbind[start : start + int.from_bytes(varbind[at + 2 : start], "big")]


class SilentAgent(Agent):
    """A dead device: what is sent to it is lost."""

    def __init__(self) -> None:
        super().__init__(Recording("silent"), b"")

    def answer(self, data: bytes) -> bytes | None:
        return None
