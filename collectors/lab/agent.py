"""An SNMP agent for one Recording: octets of a request in, octets of a response out. Pure but for the clock.

Answers GET, GETNEXT and GETBULK of v1 and v2c (RFC 1157, RFC 3416) to those who know the community, and nothing
to others, as agents do. Varbinds are encoded once, at the start.
"""

import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable

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
_LARGEST = 60_000
_NO_ACCESS, _READ_ONLY = 6, 4
_UPTIME = oid.parse("1.3.6.1.2.1.1.3.0")
_NULL = b"\x05\x00"


class Agent:
    """Serves `recording` to those who say `community`. `clock` gives seconds; sysUpTime runs with it."""

    def __init__(self, recording: Recording, community: bytes, clock: Callable[[], float] = time.monotonic) -> None:
        self.community = community
        self._keys = recording.keys
        self._varbinds = [
            codec.encode_varbind(name, *value) for name, value in zip(recording.oids, recording.values, strict=True)
        ]
        self._last_name = recording.oids[-1] if recording.oids else b""
        self._wide = {at for at, (tag, _) in enumerate(recording.values) if tag == COUNTER64}
        self._heads = {version: codec.message_head(version, community) for version in (0, 1)}
        self._clock = clock
        self._started = clock()
        uptime = recording.find(_UPTIME)
        ticks = uptime is not None and uptime[0] == TIME_TICKS
        self._uptime_at = bisect_left(self._keys, oid.order(_UPTIME)) if ticks else -1
        self._ticks = int.from_bytes(uptime[1], "big") if uptime is not None and ticks else 0

    def __len__(self) -> int:
        return len(self._varbinds)

    def answer(self, data: bytes) -> bytes | None:
        """The response to the octets of a request; None where an agent keeps silent."""
        try:
            request = codec.decode_request(data)
        except BadAnswer:
            return None
        if request.community != self.community or request.version not in self._heads:
            return None
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
            ticks = (self._ticks + int((self._clock() - self._started) * 100)) & 0xFFFFFFFF
            return codec.encode_varbind(_UPTIME, TIME_TICKS, codec.encode_integer(ticks))
        return self._varbinds[at]

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
        response = codec.encode_value(codec.RESPONSE, pdu + codec.encode_value(0x30, body))
        return codec.encode_value(0x30, self._heads[request.version] + response)


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
