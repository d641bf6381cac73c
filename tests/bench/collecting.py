"""Collecting 1,200 simulated switches, beside the bare engine, pysnmp and net-snmp reading the same tables.

The lab runs in a process of its own, and so does each reader: only the reader's own processor time counts.
"""

import asyncio
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from collectors.snmp import oid as oids
from collectors.snmp.engine_pysnmp import PysnmpEngine
from collectors.snmp.engine_udp import UdpEngine
from collectors.snmp.session import EXCEPTIONS, Session
from collectors.snmp.table import Table
from collectors.tables import (
    addresses,
    aggregation,
    arp,
    forwarding,
    hardware,
    interfaces,
    med,
    neighbours,
    poe,
    stp,
    system,
    vlans,
)

ROOT = Path(__file__).resolve().parents[2]
TABLES: tuple[Table, ...] = (
    hardware.ENTITY,
    interfaces.INTERFACES,
    addresses.NEW,
    addresses.OLD,
    addresses.IPV6,
    arp.NEW,
    arp.OLD,
    vlans.STATIC,
    vlans.MORE,
    forwarding.PORTS,
    forwarding.QBRIDGE,
    forwarding.BRIDGE,
    neighbours.REMOTE,
    neighbours.LOCAL,
    neighbours.MANAGEMENT,
    med.INVENTORY,
    neighbours.CDP,
    aggregation.TRUNKS,
    stp.SPANNING_TREE,
    poe.POE,
)
"""What `collect` reads of a switch, besides single objects."""

VARBINDS_A_REPLY = 50
AT_ONCE = 100
COMMUNITY = "bench"
Place = tuple[str, int]
Read = Callable[[Any], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Measured:
    """One reader's work: devices, values read (0 where it does not count them), seconds, peak memory."""

    name: str
    devices: int
    varbinds: int
    wall_s: float
    cpu_s: float
    peak_mb: float

    @property
    def cpu_ms_a_device(self) -> float:
        return self.cpu_s / self.devices * 1000

    def __str__(self) -> str:
        rate = f"{self.varbinds / self.cpu_s:9,.0f} varbinds" if self.varbinds else " " * 18
        return (
            f"{self.name:34} {self.devices:5} devices {self.wall_s:7.1f} s wall {self.cpu_s:7.1f} s CPU "
            f"{self.peak_mb:6.0f} MB {self.devices / self.cpu_s:7.1f} devices {rate} a CPU second"
        )


@contextmanager
def lab(var: Path, *options: str) -> Iterator[dict[str, Place]]:
    """The register's simulated network in a process of its own; address → where it answers."""
    environment = os.environ | {"TAIZHANG_VAR": str(var)}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "lab", *options], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        print(process.stdout.readline().strip())
        agents = json.loads((var / "lab.json").read_text(encoding="utf-8"))["agents"]
        yield {name: (host, port) for name, (host, port) in agents.items()}
    finally:
        process.terminate()
        process.wait(timeout=30)


def collect(var: Path, name: str, devices: int, *options: str) -> Measured:
    """`manage.py collect --lab` as a user runs it, its start included."""
    command = [sys.executable, "manage.py", "collect", "--lab", "--json", *options]
    started = time.monotonic()
    with subprocess.Popen(
        command, cwd=ROOT, env=os.environ | {"TAIZHANG_VAR": str(var)}, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        lines = [json.loads(line) for line in process.stdout]
        _pid, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - started
    run = lines[-1]
    print(
        f"  answered {run['answered']} of {run['polled']}, {run['changes']} changes, {run['differences']} differences"
    )
    return Measured(name, devices, 0, wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


async def _tables_of(session: Session) -> int:
    """The tables of one device by get_bulk alone: nothing is checked, everything is kept as it came."""
    kept: list[Any] = [*(await session.get([oids.parse(text) for text in system.SYSTEM.objects.values()])).varbinds]
    for table in TABLES:
        left = [(base, base) for base in map(oids.parse, table.columns.values())]
        while left:
            repetitions = max(1, min(25, VARBINDS_A_REPLY // len(left)))
            reply = (await session.get_bulk([cursor for _base, cursor in left], repetitions)).varbinds
            kept += reply
            whole = len(reply) // len(left) * len(left)
            last = reply[whole - len(left) : whole]
            left = [
                (base, oid)
                for (base, _), (oid, tag, _value) in zip(left, last, strict=False)
                if tag not in EXCEPTIONS and oid.startswith(base)
            ]
    return len(kept)


async def _bare_all(engine: Any, places: Sequence[Place], read: Read) -> int:
    gate = asyncio.Semaphore(AT_ONCE)
    total = 0

    async def one(place: Place) -> None:
        nonlocal total
        async with gate:
            session = engine.session(place[0], place[0], place[1], community=COMMUNITY, timeout_s=5.0)
            count = await read(session)
            total += count

    try:
        await asyncio.gather(*map(one, places))
    finally:
        engine.close()
    return total


def bare(name: str, engine: Callable[[], Any], places: Sequence[Place], read: Read = _tables_of) -> Measured:
    """A bare engine in a forked process of its own; `read` gives the number of values of a device."""
    hear, tell = os.pipe()
    started = time.monotonic()
    pid = os.fork()
    if pid == 0:
        before = resource.getrusage(resource.RUSAGE_SELF)
        varbinds = asyncio.run(_make_and_read(engine, places, read))
        after = resource.getrusage(resource.RUSAGE_SELF)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        os.write(tell, json.dumps([varbinds, cpu, after.ru_maxrss / 1024]).encode())
        os._exit(0)
    # Closed here first: a child that fails is then read as an end, and not waited for.
    os.close(tell)
    varbinds, cpu, peak = json.loads(os.read(hear, 4096))
    os.waitpid(pid, 0)
    os.close(hear)
    return Measured(name, len(places), varbinds, time.monotonic() - started, cpu, peak)


async def _make_and_read(engine: Callable[[], Any], places: Sequence[Place], read: Read) -> int:
    return await _bare_all(engine(), places, read)


def net_snmp(places: Sequence[Place]) -> Measured | None:
    """snmpbulkwalk of the same columns, two processes at a time; None where it is not installed."""
    return bulk_walks(places, [text for table in TABLES for text in table.columns.values()])


def bulk_walks(places: Sequence[Place], subtrees: Iterable[str]) -> Measured | None:
    """snmpbulkwalk of each subtree, two processes at a time; None where it is not installed."""
    tool = shutil.which("snmpbulkwalk")
    if tool is None:
        return None
    subtrees = list(subtrees)
    calls = "\n".join(f"{host}:{port} {subtree}" for host, port in places for subtree in subtrees)
    command = ["xargs", "-P", "2", "-L", "1", tool, "-v2c", "-c", COMMUNITY, "-On", "-Cr25", "-m", ""]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    done = subprocess.run(command, input=calls, text=True, stdout=subprocess.PIPE, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    lines = done.stdout.count("\n")
    return Measured("net-snmp snmpbulkwalk, 2 at once", len(places), lines, time.monotonic() - started, cpu, 0.0)


def same_questions(places: Sequence[Place]) -> Measured:
    """The bare engine, given the very questions that `collect` asks of each device."""
    from tests.bench.walks import ask_again, questions

    asked = dict(zip(places, questions(places), strict=True))
    return bare(
        "bare engine, same questions", UdpEngine, places, lambda session: ask_again(session, asked[session.target])
    )


def differing(var: Path, name: str, devices: int, row: str, *, runs: int = 1) -> list[Measured]:
    """Some runs in which every tenth device differs; `row` tells how, with its tag and number."""
    file = var / "deviations.csv"
    rows = [row.format(tag=f"SW-{number:05d}", number=number) for number in range(5, devices, 10)]
    file.write_text("\n".join(["kind,device,value,where,note", *rows, ""]), encoding="utf-8")
    with lab(var, "--deviations", str(file)):
        measured = [collect(var, name, devices) for _ in range(runs)]
    print(*measured, sep="\n")
    return measured


def changed_devices(var: Path, devices: int, engine: Measured) -> None:
    """Every tenth says something new: it is read whole, reconciled, and a difference is opened."""
    (some,) = differing(var, "collect, every tenth changed", devices, "serial,{tag},21023NEW{number:06d},,")
    print(f"collect, every tenth changed : bare engine = {some.cpu_s / engine.cpu_s:.2f} times its CPU")


def dead_devices(var: Path, devices: int, alive_s: float) -> None:
    """Every tenth device dead, beside a run without: the run in which they die opens differences, the next does not.

    Agents that were just started make each answer for the first time, with and without dead ones among them.
    """
    for name in ("collect, every tenth as it was", "collect, agents just started"):
        with lab(var):
            begun = collect(var, name, devices)
        print(begun)
    for some, when, without_s in zip(
        differing(var, "collect, every tenth dead", devices, "no_answer,{tag},,,", runs=2),
        ("dies", "is dead"),
        (begun.wall_s, alive_s),
        strict=True,
    ):
        print(f"every tenth {when} : without = {some.wall_s / without_s:.2f} times its wall time")


def measure(var: Path) -> None:
    """Print all readers and their ratios; the register in `var` is loaded and was never polled."""
    with lab(var) as agents:
        places = list(agents.values())
        first = collect(var, "collect, first run", len(places))
        second = collect(var, "collect, nothing changed", len(places))
        again = collect(var, "collect, nothing changed, again", len(places))
        engine = same_questions(places)
        few = bare("pysnmp, same tables", PysnmpEngine, places[:12])
        walks = net_snmp(places[:20])
        for one in filter(None, (first, second, again, engine, few, walks)):
            print(one)
    print(f"collect, first run : bare engine = {first.cpu_s / engine.cpu_s:.2f} times its CPU")
    best = min(second.cpu_s, again.cpu_s)
    print(f"collect, unchanged : bare engine = {best / engine.cpu_s:.2f} times its CPU")
    changed_devices(var, first.devices, engine)
    dead_devices(var, first.devices, min(second.wall_s, again.wall_s))
    rate = (engine.varbinds / engine.cpu_s) / (few.varbinds / few.cpu_s)
    print(f"bare engine : pysnmp = {rate:.0f} times the varbinds for each CPU second")
    if walks is not None:
        ratio = walks.cpu_ms_a_device / second.cpu_ms_a_device
        print(f"snmpbulkwalk : collect, unchanged = {ratio:.1f} times its CPU a device")


if __name__ == "__main__":
    measure(Path(sys.argv[1]))
