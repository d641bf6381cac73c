"""BER for SNMPv1 and v2c: requests and responses to and from octets, values left undecoded.

Plain Python, written for speed where it pays (the varbinds of a bulk reply) and for bounds everywhere: any
octets give a message or faults.BadAnswer, nothing else, in time proportional to their number.
Knows nothing of sockets, tables or what a value means. Sources: ITU-T X.690, RFC 1157, RFC 3416, RFC 3417.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from collectors.snmp.faults import BadAnswer
from collectors.snmp.oid import Oid
from collectors.snmp.session import VarBind

# PDU types as they stand on the wire
GET, GET_NEXT, RESPONSE, SET, GET_BULK = 0xA0, 0xA1, 0xA2, 0xA3, 0xA5

V1, V2C = 0, 1
"""The version numbers on the wire."""

_SEQUENCE, _INTEGER, _OCTETS, _NULL, _OID = 0x30, 0x02, 0x04, 0x05, 0x06

LONGEST_NAME = 2048
"""Octets of an OID. 128 parts (RFC 2578 section 3.5) have 640 at most; a longer one would not fit into a request."""

_EMPTY_VALUE = b"\x05\x00"


@dataclass(slots=True)
class Response:
    """A response as it came: varbinds are (oid octets, tag, content octets)."""

    request_id: int
    error_status: int
    error_index: int
    varbinds: list[VarBind]


@dataclass(slots=True)
class Request:
    """A request as an agent sees it. For GETBULK `first` and `second` are non-repeaters and max-repetitions."""

    version: int
    community: bytes
    kind: int
    request_id: int
    first: int
    second: int
    oids: list[Oid]


# -- values and messages to octets ---------------------------------------------------------------------------


def encode_integer(number: int) -> bytes:
    """Content octets of an INTEGER, or of a non-negative counter, gauge or ticks: two's complement, shortest."""
    return number.to_bytes((number + (number < 0)).bit_length() // 8 + 1, "big", signed=True)


def encode_ip(text: str) -> bytes:
    """Content octets of an IpAddress. Raises ValueError for anything but four numbers below 256."""
    octets = bytes(int(part) for part in text.split("."))
    if len(octets) != 4:
        raise ValueError(f"not an IPv4 address: {text}")
    return octets


def encode_length(length: int) -> bytes:
    if length < 0x80:
        return bytes((length,))
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((0x80 | len(octets),)) + octets


def encode_value(tag: int, content: bytes) -> bytes:
    """Tag, length, content."""
    return bytes((tag,)) + encode_length(len(content)) + content


def encode_varbind(oid: Oid, tag: int, content: bytes) -> bytes:
    """One varbind as a SEQUENCE of its name and its value."""
    return encode_value(_SEQUENCE, encode_value(_OID, oid) + encode_value(tag, content))


def message_head(version: int, community: bytes) -> bytes:
    """Version and community, which stay the same for all messages of a session."""
    return encode_value(_INTEGER, bytes((version,))) + encode_value(_OCTETS, community)


def encode_request(
    head: bytes, kind: int, request_id: int, oids: Iterable[Oid], first: int = 0, second: int = 0
) -> bytes:
    """A request for `oids`. `head` comes from message_head; `request_id` is 0 to 2**31 - 1.

    For GETBULK `first` is non-repeaters and `second` max-repetitions; for others both are 0.
    """
    names = []
    for oid in oids:
        size = len(oid)
        if size < 0x70:
            names.append(b"\x30%c\x06%c%b\x05\x00" % (size + 4, size, oid))
        else:
            names.append(encode_value(_SEQUENCE, encode_value(_OID, oid) + _EMPTY_VALUE))
    return _message(head, kind, request_id, first, second, b"".join(names))


def encode_response(
    version: int, community: bytes, request_id: int, error_status: int, error_index: int, varbinds: Sequence[VarBind]
) -> bytes:
    """An agent's response (also for v1)."""
    body = b"".join([encode_varbind(oid, tag, content) for oid, tag, content in varbinds])
    return _message(message_head(version, community), RESPONSE, request_id, error_status, error_index, body)


def _message(head: bytes, kind: int, request_id: int, first: int, second: int, body: bytes) -> bytes:
    pdu = b"".join(
        (
            encode_value(_INTEGER, encode_integer(request_id)),
            encode_value(_INTEGER, encode_integer(first)),
            encode_value(_INTEGER, encode_integer(second)),
            encode_value(_SEQUENCE, body),
        )
    )
    return encode_value(_SEQUENCE, head + encode_value(kind, pdu))


# -- octets to messages --------------------------------------------------------------------------------------


def decode_response(data: bytes) -> Response:
    """A whole response. Raises BadAnswer when the octets are no v1 or v2c response."""
    request_id, error_status, error_index, start, end = decode_head(data)
    return Response(request_id, error_status, error_index, decode_varbinds(data, start, end))


def decode_head(data: bytes) -> tuple[int, int, int, int, int]:
    """(request id, error-status, error-index, start and end of the varbinds) of a response.

    Apart from decode_varbinds, so that an engine can tell whose answer it is before it reads the rest, and
    so that a cut answer is still known by its id: `end` may lie beyond the octets that came.
    """
    try:
        start, _ = _enter(data, 0, _SEQUENCE)
        _, start = _integer(data, start)
        _, end = _enter(data, start, _OCTETS)
        start, _ = _enter(data, end, RESPONSE)
        request_id, start = _integer(data, start)
        error_status, start = _integer(data, start)
        error_index, start = _integer(data, start)
        start, end = _enter(data, start, _SEQUENCE)
    except IndexError:
        raise BadAnswer("the answer is cut off in its head") from None
    return request_id, error_status, error_index, start, end


def decode_varbinds(data: bytes, start: int, end: int) -> list[VarBind]:
    """The varbinds between two offsets. Raises BadAnswer when they do not fill that space exactly."""
    found: list[VarBind] = []
    if end > len(data):
        raise BadAnswer("the answer is cut off")
    append = found.append
    try:
        while start < end:
            # The common shape, all four lengths in one octet each, is read in one go.
            after_name = start + 4 + data[start + 3]
            value = after_name + 2
            after = value + data[after_name + 1]
            if (
                data[start] == 0x30
                and data[start + 2] == 0x06
                and data[start + 1] == after - start - 2 < 0x80
                and data[start + 3] < 0x80
            ):
                append((data[start + 4 : after_name], data[after_name], data[value:after]))
                start = after
            else:
                start = _long_varbind(data, start, found)
    except IndexError:
        raise BadAnswer("a varbind of the answer is cut off") from None
    if start != end:
        raise BadAnswer("the varbinds of the answer do not fit their length")
    return found


def content(element: bytes) -> bytes:
    """The content octets of one whole element. Raises BadAnswer when it is none."""
    try:
        start, end = _enter(element, 0, element[0])
    except IndexError:
        raise BadAnswer("a value is cut off") from None
    if end != len(element):
        raise BadAnswer("a value does not fit its length")
    return element[start:end]


def decode_request(data: bytes) -> Request:
    """A request, for an agent. Raises BadAnswer when the octets are no v1 or v2c request."""
    try:
        start, _ = _enter(data, 0, _SEQUENCE)
        version, start = _integer(data, start)
        body, end = _enter(data, start, _OCTETS)
        community = data[body:end]
        kind = data[end]
        start, _ = _enter(data, end, kind)
        request_id, start = _integer(data, start)
        first, start = _integer(data, start)
        second, start = _integer(data, start)
        start, end = _enter(data, start, _SEQUENCE)
    except IndexError:
        raise BadAnswer("the request is cut off in its head") from None
    names = [oid for oid, _, _ in decode_varbinds(data, start, end)]
    return Request(version, community, kind, request_id, first, second, names)


def _enter(data: bytes, at: int, tag: int) -> tuple[int, int]:
    """Where the content of the element at `at` starts and ends. The end is not checked against the data."""
    if data[at] != tag:
        raise BadAnswer(f"octet {at} is {data[at]:#04x} where {tag:#04x} must be")
    length = data[at + 1]
    if length < 0x80:
        return at + 2, at + 2 + length
    count = length & 0x7F
    if not 1 <= count <= 4:
        raise BadAnswer(f"octet {at + 1}: a length of {count} octets")
    start = at + 2 + count
    if start > len(data):
        raise IndexError
    return start, start + int.from_bytes(data[at + 2 : start], "big")


def _integer(data: bytes, at: int) -> tuple[int, int]:
    """The INTEGER at `at` and where the next element starts."""
    start, end = _enter(data, at, _INTEGER)
    if not 1 <= end - start <= 5:
        raise BadAnswer(f"octet {at}: an integer of {end - start} octets")
    if end > len(data):
        raise IndexError
    return int.from_bytes(data[start:end], "big", signed=True), end


def _long_varbind(data: bytes, at: int, found: list[VarBind]) -> int:
    """A varbind with long lengths, appended to `found`; gives where the next one starts."""
    start, end = _enter(data, at, _SEQUENCE)
    name, after_name = _enter(data, start, _OID)
    tag = data[after_name]
    value, after = _enter(data, after_name, tag)
    if after != end or end > len(data):
        raise BadAnswer(f"octet {at}: a varbind whose parts do not fit its length")
    if after_name - name > LONGEST_NAME:
        raise BadAnswer(f"octet {at}: a name of {after_name - name} octets")
    found.append((data[name:after_name], tag, data[value:after]))
    return end
