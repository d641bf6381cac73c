"""Agents in memory for the walker: literal rows, and a place to misbehave."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from collectors.facts import TableState
from collectors.snmp import oid as oids
from collectors.snmp.faults import NoAnswer
from collectors.snmp.oid import Oid
from collectors.snmp.recording import RecordedSession, parse_recording
from collectors.snmp.session import NULL, Reply
from collectors.snmp.table import Scalars

COMPLETE, EMPTY = TableState.COMPLETE, TableState.EMPTY
UNSUPPORTED, CUT_SHORT = TableState.UNSUPPORTED, TableState.CUT_SHORT

SYSTEM = Scalars("system", {"uptime": "1.3.6.1.2.1.1.3.0", "contact": "1.3.6.1.2.1.1.4.0", "last": "1.3.6.1.9.2.0"})


@dataclass
class Agent:
    """A device in memory. `fault` may give a Reply, or raise; None leaves the answer to the recording."""

    lines: Sequence[str]
    fault: Callable[["Agent", str, Sequence[Oid], int], Reply | None] = lambda *_: None
    bulk: bool = True
    name: str = "device"
    asked: list[tuple[str, int, int]] = field(default_factory=list)
    """Kind, number of names and repetitions of each request."""

    def __post_init__(self) -> None:
        encoded = [line.encode() for line in self.lines]
        self.recorded = RecordedSession(parse_recording("device", iter(encoded)))

    async def get(self, oids: Sequence[Oid]) -> Reply:
        return self._before("get", oids, 1) or await self.recorded.get(oids)

    async def get_next(self, oids: Sequence[Oid]) -> Reply:
        return self._before("next", oids, 1) or await self.recorded.get_next(oids)

    async def get_bulk(self, oids: Sequence[Oid], max_repetitions: int) -> Reply:
        return self._before("bulk", oids, max_repetitions) or await self.recorded.get_bulk(oids, max_repetitions)

    async def close(self) -> None: ...

    def _before(self, kind: str, oids: Sequence[Oid], repetitions: int) -> Reply | None:
        self.asked.append((kind, len(oids), repetitions))
        return self.fault(self, kind, oids, repetitions)


def rows(count: int) -> list[str]:
    return (
        ["1.3.6.1.2.1.1.3.0|67|100"]
        + [f"1.3.6.1.9.1.1.{row}|4|port {row}" for row in range(1, count + 1)]
        + [f"1.3.6.1.9.1.2.{row}|2|{row}" for row in range(1, count + 1)]
        + ["1.3.6.1.9.2.0|2|1"]
    )


def refuse(names: Sequence[Oid], status: int, index: int = 1) -> Reply:
    return Reply(status, index, [(oid, NULL, b"") for oid in names])


def last_arc(oid: Oid) -> int:
    return oids.arcs(oid)[-1]


def silent(agent: Agent, kind: str, names: Sequence[Oid], repetitions: int) -> Reply:
    raise NoAnswer("device: no answer, asked 4 times")
