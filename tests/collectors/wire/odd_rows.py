"""What a device can say in well-formed messages and should not: odd values, names, orders and sizes.

Devices to serve, and faults in the manner of faulty_agent.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from collectors.snmp import codec
from collectors.snmp import oid as oids
from collectors.snmp.codec import Request
from collectors.snmp.recording import Recording, parse_recording
from collectors.snmp.session import COUNTER32, GAUGE32, NO_SUCH_INSTANCE, NO_SUCH_OBJECT, OCTETS, VarBind
from tests.collectors.wire.faulty_agent import BASE, Fault, FaultyAgent, answer

ODD_ROW = 7
OVERSIZED = b"x" * 60_000
FOUR_GIGABYTES = b"\x01\x00\x00\x00\x00"
"""2 to the power of 32: one more than a Counter32 can be."""
LONG_INDEX = ".".join(["65535"] * 116)
"""With its column's twelve arcs before it: an OID of 128, the most that RFC 2578 section 7.1.3 allows."""


def _row(oid: bytes) -> int:
    return oids.arcs(oid)[-1] if oid.startswith(oids.parse(BASE)) else 0


def _valued(name: str, tag: int, content: bytes) -> Fault:
    """A fault that gives ODD_ROW this value in both columns."""

    def fault(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
        yield answer(
            request, [(oid, tag, content) if _row(oid) == ODD_ROW else (oid, t, value) for oid, t, value in honest]
        )

    fault.__name__ = name
    return fault


wide_counter = _valued("wide_counter", COUNTER32, FOUR_GIGABYTES)
largest_counter = _valued("largest_counter", COUNTER32, b"\x00\xff\xff\xff\xff")
negative_gauge = _valued("negative_gauge", GAUGE32, b"\xff")


def oversized_string(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    """A value of 60,000 octets fills a datagram of its own; the answer ends behind it."""
    for at, (oid, _tag, _value) in enumerate(honest):
        if _row(oid) == ODD_ROW and oid.startswith(oids.parse(f"{BASE}.1")) and request.kind != codec.GET:
            honest = [*honest[:at], (oid, OCTETS, OVERSIZED)]
            break
    yield answer(request, honest)


def with_long_names() -> Recording:
    """Three usual rows and one whose OID has 128 parts, in both columns."""
    lines = ["1.3.6.1.2.1.1.3.0|67|4711"]
    for column in (1, 2):
        lines += [f"{BASE}.{column}.{row}|2|{row}" for row in (1, 2, 3)]
        lines.append(f"{BASE}.{column}.4.{LONG_INDEX}|2|4")
    lines.append("1.3.6.1.4.1.99999.2.0|2|1")
    return parse_recording("long names", iter([line.encode() for line in lines]))


def _walks_from(row: int) -> Callable[[Request], bool]:
    def asks(request: Request) -> bool:
        """Whether any answer of a walk would hold what follows `row`."""
        steps = request.second if request.kind == codec.GET_BULK else 1
        return request.kind != codec.GET and any(_row(oid) <= row < _row(oid) + steps for oid in request.oids)

    return asks


_past_thirty = _walks_from(30)


def goes_back_to_an_earlier_row(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    """What follows row 30 is row 20, and then 21 again."""
    turned = [
        (oids.parse(f"{BASE}.{oids.arcs(oid)[9]}.{_row(oid) - 11}"), tag, value)
        if 30 < _row(oid) <= 41
        else (oid, tag, value)
        for oid, tag, value in honest
    ]
    yield answer(request, turned)


def goes_back_before_the_table(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    """What follows row 30 is the first object of all."""
    first = (agent.recording.oids[0], *agent.recording.values[0])
    yield answer(request, [first] * len(request.oids) if _past_thirty(request) else honest)


def begins_again_at_its_end(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    """Instead of endOfMibView: the first object of all."""
    first = (agent.recording.oids[0], *agent.recording.values[0])
    yield answer(request, [first if tag == 0x82 else (oid, tag, value) for oid, tag, value in honest])


def denies_a_row(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    """noSuchInstance where row 31 should be."""
    yield answer(request, [(oid, NO_SUCH_INSTANCE, b"") for oid in request.oids] if _past_thirty(request) else honest)


def denies_at_its_end(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    """noSuchObject instead of endOfMibView."""
    yield answer(request, [(oid, NO_SUCH_OBJECT if tag == 0x82 else tag, value) for oid, tag, value in honest])


def never_ends(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    """Behind each row there is one more."""
    if request.kind == codec.GET:
        yield answer(request, honest)
        return
    steps = request.second if request.kind == codec.GET_BULK else 1
    found: list[VarBind] = []
    for step in range(1, steps + 1):
        for oid in request.oids:
            start = _row(oid) if len(oids.arcs(oid)) > 10 else 0
            found.append((oids.parse(".".join(map(str, (*oids.arcs(oid)[:10], start + step)))), 2, b"\x01"))
    yield answer(request, found)


def without_anything_behind() -> Recording:
    """The usual table as the last thing of the MIB."""
    lines = ["1.3.6.1.2.1.1.3.0|67|4711"]
    lines += [f"{BASE}.{column}.{row}|2|{row}" for column in (1, 2) for row in range(1, 61)]
    return parse_recording("last", iter([line.encode() for line in lines]))


@dataclass
class OneAtATime(FaultyAgent):
    """Busy until the loop comes round: a request that comes while another is in its hands costs both."""

    in_hand: int = 0
    overlaps: int = 0

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.in_hand += 1
        asyncio.get_running_loop().call_soon(self._finish, data, addr)

    def _finish(self, data: bytes, addr: tuple[str, int]) -> None:
        together, self.in_hand = self.in_hand, 0
        if together == 1:
            super().datagram_received(data, addr)
        elif together:
            self.overlaps += 1
