"""An SNMP agent on loopback that misbehaves on purpose, each fault a small function.

A fault takes the agent, the request and the honest answer's varbinds, and gives the datagrams to send. No fault
waits: what must come late comes when the next request does.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from collectors.snmp import codec
from collectors.snmp import oid as oids
from collectors.snmp.codec import Request
from collectors.snmp.faults import BadAnswer
from collectors.snmp.recording import RecordedSession, Recording, parse_recording
from collectors.snmp.session import (
    COUNTER32,
    END_OF_MIB_VIEW,
    GEN_ERR,
    NO_SUCH_NAME,
    NO_SUCH_OBJECT,
    NULL,
    TOO_BIG,
    VarBind,
)

BASE = "1.3.6.1.4.1.99999.1.1"
ROWS = 60

Fault = Callable[["FaultyAgent", Request, list[VarBind]], Iterable[bytes]]


def device(rows: int = ROWS) -> Recording:
    """sysUpTime, a table of two columns, and an object behind it."""
    lines = ["1.3.6.1.2.1.1.3.0|67|4711"]
    lines += [f"{BASE}.1.{row}|4|port {row}" for row in range(1, rows + 1)]
    lines += [f"{BASE}.2.{row}|2|{row * 10}" for row in range(1, rows + 1)]
    lines.append("1.3.6.1.4.1.99999.2.0|2|1")
    return parse_recording("faulty", iter([line.encode() for line in lines]))


@dataclass
class FaultyAgent(asyncio.DatagramProtocol):
    """Answers from its recording, through its fault."""

    fault: Fault
    recording: Recording = field(default_factory=device)
    requests: int = 0
    held: list[bytes] = field(default_factory=list)
    order: list[bytes] = field(default_factory=list)
    """Of its objects, where it is not that of their names."""
    caller: tuple[str, int] = ("", 0)
    port: int = 0
    transport: asyncio.DatagramTransport | None = None
    other: asyncio.DatagramTransport | None = None
    """A second socket: another sender."""

    async def start(self, host: str = "127.0.0.1") -> "FaultyAgent":
        loop = asyncio.get_running_loop()
        self.transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(host, 0))
        self.other, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=(host, 0))
        self.port = self.transport.get_extra_info("sockname")[1]
        return self

    def stop(self) -> None:
        for transport in (self.transport, self.other):
            if transport is not None:
                transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Kept by start()."""

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        try:
            request = codec.decode_request(data)
        except BadAnswer:
            return
        self.requests += 1
        self.caller = addr
        for datagram in self.fault(self, request, self.honest(request)):
            assert self.transport is not None
            self.transport.sendto(datagram, addr)

    def honest(self, request: Request) -> list[VarBind]:
        session = RecordedSession(self.recording)
        if request.kind == codec.GET:
            asked = session.get(request.oids)
        elif request.kind == codec.GET_BULK:
            asked = session.get_bulk(request.oids, request.second)
        else:
            asked = session.get_next(request.oids)
        try:
            asked.send(None)
        except StopIteration as done:
            return list(done.value.varbinds)
        raise AssertionError("a recorded session does not wait")


def answer(
    request: Request, varbinds: list[VarBind], status: int = 0, index: int = 0, request_id: int | None = None
) -> bytes:
    known = request.request_id if request_id is None else request_id
    return codec.encode_response(request.version, request.community, known, status, index, varbinds)


def refuse(request: Request, status: int, index: int) -> bytes:
    """An error-status with the question's names, as RFC 3416 has it."""
    return answer(request, [(oid, NULL, b"") for oid in request.oids], status, index)


def _row(oid: bytes) -> int:
    return oids.arcs(oid)[-1] if oid.startswith(oids.parse(BASE)) else 0


def _asks_beyond(request: Request, row: int) -> bool:
    """Whether the honest answer of a GETNEXT or GETBULK would start or pass over this row."""
    steps = request.second if request.kind == codec.GET_BULK else 1
    return request.kind != codec.GET and any(
        _row(oid) < row <= _row(oid) + steps for oid in request.oids if oid.startswith(oids.parse(BASE))
    )


# -- faults --------------------------------------------------------------------------------------------------


def none(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    yield answer(request, honest)


def last_row_repeats(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    """Past row 20 the agent gives row 20 again and again."""
    stuck = [
        (oids.parse(f"{BASE}.{oids.arcs(oid)[9]}.20"), tag, value) if _row(oid) > 20 else (oid, tag, value)
        for oid, tag, value in honest
    ]
    yield answer(request, stuck)


def loop_of_three(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    turned = [
        (oids.parse(f"{BASE}.{oids.arcs(oid)[9]}.{18 + _row(oid) % 3}"), tag, value)
        if _row(oid) > 20
        else (oid, tag, value)
        for oid, tag, value in honest
    ]
    yield answer(request, turned)


def out_of_order(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    """The tenth and eleventh row of every column change places; each is still given once, in the agent's own order."""
    if request.kind == codec.GET:
        yield answer(request, honest)
        return
    order = agent.order or swapped(agent.recording.oids)
    agent.order = order
    found: list[VarBind] = []
    for step in range(request.second if request.kind == codec.GET_BULK else 1):
        for oid in request.oids:
            known = agent.recording.find(oid) is not None
            at = (order.index(oid) + 1 if known else agent.recording.after(oid)) + step
            behind = (oid, END_OF_MIB_VIEW, b"")
            found.append((order[at], *(agent.recording.find(order[at]) or (NULL, b""))) if at < len(order) else behind)
    yield answer(request, found)


def swapped(names: Sequence[bytes]) -> list[bytes]:
    """Objects in an order in which the tenth and eleventh below the same node have changed places."""
    order: list[bytes] = []
    for _, below in groupby(names, key=lambda oid: oids.arcs(oid)[:-1]):
        rows = list(below)
        rows[9:11] = reversed(rows[9:11])
        order += rows
    return order


def too_big(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    """No answer of more than eight values; the error comes with an empty list."""
    yield answer(request, honest) if len(honest) <= 8 else answer(request, [], TOO_BIG, 0)


def gen_err_at_a_row(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    yield refuse(request, GEN_ERR, 1) if _asks_beyond(request, 30) else answer(request, honest)


def no_such_name_in_the_middle(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    yield refuse(request, NO_SUCH_NAME, 1) if _asks_beyond(request, 30) else answer(request, honest)


def empty_list(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    """Large questions are answered without any value."""
    yield answer(request, honest if len(honest) <= 8 else [])


def always_empty_list(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    yield answer(request, [])


def no_such_object(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    yield answer(request, [(oid, NO_SUCH_OBJECT, b"") for oid in request.oids])


def null_inside(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    yield answer(request, [(oid, NULL, b"") if _row(oid) == 7 else (oid, tag, value) for oid, tag, value in honest])


def long_counter(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    """A Counter32 of eleven octets."""
    yield answer(
        request, [(oid, COUNTER32, b"\x01" * 11) if _row(oid) == 7 else (oid, tag, value) for oid, tag, value in honest]
    )


def cut_packet(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    """Answers of more than 10 values lose their last octets on the way."""
    whole = answer(request, honest)
    yield whole if len(honest) <= 10 else whole[:-9]


def short_bulk(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    """Never more than three values, also in the middle of a repetition: legal."""
    yield answer(request, honest[:3])


def every_third_lost(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    if agent.requests % 3:
        yield answer(request, honest)


def duplicates(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    yield from [answer(request, honest)] * 2


def late(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    """Every second answer comes only with the retry, just before that one's own."""
    if agent.requests % 2 and not agent.held:
        agent.held.append(answer(request, honest))
        return
    yield from [*agent.held, answer(request, honest)]
    agent.held.clear()


def wrong_request_id(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    """A wrong value under a wrong id comes before each right answer."""
    yield answer(request, [(oid, 4, b"forged") for oid, _, _ in honest], request_id=request.request_id ^ 1)
    yield answer(request, honest)


def wrong_sender(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    """A forged answer with the right id comes from another port first."""
    assert agent.other is not None
    agent.other.sendto(answer(request, [(oid, 4, b"forged") for oid, _, _ in honest]), agent.caller)
    yield answer(request, honest)


def rubbish_first(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    yield from [b"", b"\x00", b"\x30\x84\xff\xff\xff\xff", b"GET / HTTP/1.0\r\n\r\n", answer(request, honest)]


def only_rubbish(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    yield b"\x30\x03\x02\x01\x01"


def rubbish_instead_of_tables(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    """Single objects are answered well, and no walk."""
    yield answer(request, honest) if request.kind == codec.GET else b"\x30\x03\x02\x01\x01"


def one_rubbish_answer(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    """Rubbish comes to the first request, and nothing else; the next are answered."""
    yield answer(request, honest) if agent.requests > 1 else b"\x30\x03\x02\x01\x01"


def three_of_ten_lost(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    """Of ten requests the third, the sixth and the tenth get no answer."""
    if agent.requests % 10 not in (3, 6, 0):
        yield answer(request, honest)


def late_from_elsewhere(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    """The answer to a first try comes with the second only, from another port, and it is a lie."""
    if not agent.held:
        agent.held.append(answer(request, [(oid, 4, b"forged") for oid, _, _ in honest]))
        return
    assert agent.other is not None
    agent.other.sendto(agent.held.pop(), agent.caller)
    yield answer(request, honest)


def too_big_until_one_repetition(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    large = request.kind == codec.GET_BULK and request.second > 1
    yield refuse(request, TOO_BIG, 0) if large else answer(request, honest)


def silence(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    return ()


def falls_silent(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    """Dies in the middle of a walk: after its second answer."""
    if agent.requests <= 2:
        yield answer(request, honest)


def leaves_ended_columns_out(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    """Values outside the columns asked for are missing, so that the others move to their places."""
    kept = [varbind for varbind in honest if request.kind == codec.GET or varbind[0].startswith(oids.parse(BASE))]
    yield answer(request, kept or honest)
