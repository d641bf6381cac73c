"""How much processor time reading costs: the bare engine, the walker on it, and pysnmp on the same work.

Run as `python -m tests.bench.engine`. An agent in another process serves one table to any number of devices;
only this process's time is counted. Loopback only.
"""

import asyncio
import multiprocessing
import socket
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from collectors.snmp import codec
from collectors.snmp import oid as oids
from collectors.snmp.engine_pysnmp import PysnmpEngine
from collectors.snmp.engine_udp import UdpEngine
from collectors.snmp.faults import BadAnswer
from collectors.snmp.recording import RecordedSession, parse_recording
from collectors.snmp.session import Session
from collectors.snmp.table import Table
from collectors.snmp.walker import read_table

BASE = "1.3.6.1.2.1.2.2.1"
COLUMNS = 10
TABLE = Table("interfaces", {str(column): f"{BASE}.{column}" for column in range(1, COLUMNS + 1)})


@dataclass(frozen=True)
class Measured:
    """One engine on one piece of work."""

    name: str
    varbinds: int
    cpu_s: float

    @property
    def per_cpu_second(self) -> float:
        return self.varbinds / self.cpu_s


def _lines(rows: int) -> list[bytes]:
    texts = {2: "4|GigabitEthernet0/0/{}", 6: "4x|00e0fc0{:05x}"}
    return [
        f"{BASE}.{column}.{row}|{texts.get(column, '2|{}').format(row)}".encode()
        for column in range(1, COLUMNS + 1)
        for row in range(1, rows + 1)
    ]


def _serve(rows: int, tell: Connection) -> None:
    """The agent's process: answers GETBULK and GETNEXT until it is ended. Keeps answers it has made."""
    session = RecordedSession(parse_recording("bench", iter(_lines(rows))))
    made: dict[tuple[Any, ...], list[Any]] = {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)
        opened.bind(("127.0.0.1", 0))
        tell.send(opened.getsockname()[1])
        while True:
            data, sender = opened.recvfrom(65535)
            try:
                request = codec.decode_request(data)
            except BadAnswer:
                continue
            key = (request.kind, request.second, *request.oids)
            if key not in made:
                steps = request.second if request.kind == codec.GET_BULK else 1
                made[key] = asyncio.run(session.get_bulk(request.oids, steps)).varbinds
            answer = codec.encode_response(1, b"public", request.request_id, 0, 0, made[key])
            opened.sendto(answer, sender)


async def _bare(session: Session, repetitions: int) -> int:
    """The whole table in one GETBULK loop, kept as it came."""
    base = oids.parse(BASE)
    cursor = base
    kept: list[Any] = []
    while True:
        reply = await session.get_bulk([cursor], repetitions)
        kept += reply.varbinds
        last, tag, _ = reply.varbinds[-1]
        if tag >= 0x80 or not last.startswith(base):
            return len(kept)
        cursor = last


async def _walked(session: Session) -> int:
    read = await read_table(session, TABLE)
    return sum(len(column) for column in read.columns.values())


async def _measure(
    name: str, engine: Any, port: int, devices: int, read: Callable[[Session], Awaitable[int]]
) -> Measured:
    sessions = [engine.session(str(number), "127.0.0.1", port, timeout_s=5.0) for number in range(devices)]
    try:
        started = time.process_time()
        counts = await asyncio.gather(*(read(session) for session in sessions))
        return Measured(name, sum(counts), time.process_time() - started)
    finally:
        engine.close()


def measure_engines(devices: int = 100, rows: int = 325) -> list[Measured]:
    """The table of `rows` rows and ten columns from each of `devices` devices at once; pysnmp reads from two.

    Printed and returned: bare engine at 25 and 50 repetitions, walker, pysnmp.
    """
    hear, tell = multiprocessing.Pipe(duplex=False)
    agent = multiprocessing.Process(target=_serve, args=(rows, tell), daemon=True)
    agent.start()
    try:
        port = hear.recv()
        plan: list[tuple[str, Callable[[], Any], int, Callable[[Session], Awaitable[int]]]] = [
            ("bare, 25 at once", UdpEngine, devices, lambda session: _bare(session, 25)),
            ("bare, 50 at once", UdpEngine, devices, lambda session: _bare(session, 50)),
            ("walker", UdpEngine, devices, _walked),
            ("pysnmp, 25 at once", PysnmpEngine, 2, lambda session: _bare(session, 25)),
        ]
        found = []
        for name, engine, count, read in plan:
            # Once unmeasured: caches of the agent and of this process are warm for all alike.
            asyncio.run(_measured(name, engine, port, 1, read))
            found.append(asyncio.run(_measured(name, engine, port, count, read)))
    finally:
        agent.terminate()
        agent.join()
    _print(found)
    return found


async def _measured(
    name: str, engine: Callable[[], Any], port: int, devices: int, read: Callable[[Session], Awaitable[int]]
) -> Measured:
    return await _measure(name, engine(), port, devices, read)


def _print(found: list[Measured]) -> None:
    for one in found:
        print(f"{one.name:20} {one.varbinds:8} varbinds {one.cpu_s:7.2f} s {one.per_cpu_second:10.0f} per CPU second")
    bare, _, walker, pysnmp = found
    print(f"bare : pysnmp {bare.per_cpu_second / pysnmp.per_cpu_second:.1f} times")
    print(f"walker costs {bare.per_cpu_second / walker.per_cpu_second:.2f} times the bare engine")


if __name__ == "__main__":
    measure_engines()
