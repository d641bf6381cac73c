"""Collecting 1,200 devices that replay recorded ones, beside the bare engine and net-snmp reading the same tables.

The recordings are a folder of walks of real devices (TAIZHANG_WALKS); the largest is left out. The register's
devices are made from what each walk says, with a maker for each copy, so that equal serials do not clash.
Run as `python -m tests.bench.walks VAR`. Loopback only.
"""

import asyncio
import csv
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django

from collectors.collect import Target
from collectors.collect import collect as visit
from collectors.facts import Snapshot, TableState
from collectors.identify import default_vendors
from collectors.lab.agent import copied_mac
from collectors.lab.walks import copy_address
from collectors.snmp import codec
from collectors.snmp.engine_udp import UdpEngine
from collectors.snmp.oid import Oid
from collectors.snmp.recording import RecordedSession, load_recording
from collectors.snmp.session import Reply, Session
from tests.bench import collecting
from tests.bench.collecting import ROOT, Measured, Place, bare
from tests.bench.register import load_register

DEVICES = 1_200
ROUNDS = 3
"""Runs of each kind; the best one counts, for other work on the machine only ever makes it worse."""
_COLUMNS = (
    "asset_tag", "name", "manufacturer", "model", "serial", "site", "department", "in_service_on", "mac", "address",
)  # fmt: skip
DELAY_MS, LOSS_PERCENT, DEAD_PERCENT = 20, 2, 10


def recordings(folder: Path) -> list[Path]:
    """The walks of a folder without the largest, by name."""
    files = sorted(folder.glob("*.snmprec*"))
    if len(files) < 2:
        raise SystemExit(f"{folder}: no walks here; name their folder in TAIZHANG_WALKS")
    largest = max(files, key=lambda file: file.stat().st_size)
    return [file for file in files if file != largest]


def seen(file: Path) -> Snapshot:
    """What a recorded device says, read from the file itself."""
    recording = load_recording(file)
    target = Target(recording.name, "127.0.0.1")
    return asyncio.run(visit(target, RecordedSession(recording), vendors=default_vendors()))


def write_register(folder: Path, snapshots: Sequence[Snapshot], count: int) -> None:
    """CSV files of a register in which device n is copy n of the walks, as lab --copies serves them."""
    folder.mkdir(parents=True, exist_ok=True)
    kinds = len(snapshots)
    makers = [_maker(copy) for copy in range(-(-count // kinds))]
    models = sorted({_model(one) for one in snapshots})
    tables: dict[str, Iterable[Sequence[Any]]] = {
        "towns": [("name",), ("镇",)],
        "sites": [("name", "town"), ("院", "镇")],
        "departments": [("name", "kind", "town", "posts", "staff"), ("局", "bureau", "镇", 8, 8)],
        "manufacturers": [("name",), *((maker,) for maker in makers)],
        "device_types": [
            ("manufacturer", "model", "asset_class"),
            *((maker, model, "switch") for maker in makers for model in models),
        ],
        "devices-walks": [
            _COLUMNS,
            *(_device(number, number // kinds, snapshots[number % kinds]) for number in range(count)),
        ],
        "management": [("device", "community"), *((_tag(number), collecting.COMMUNITY) for number in range(count))],
    }
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows(rows)


def _tag(number: int) -> str:
    return f"W-{number:05d}"


def _maker(copy: int) -> str:
    return f"Maker {copy}"


def _model(snapshot: Snapshot) -> str:
    return snapshot.identity.hardware or "unknown"


def _device(number: int, copy: int, snapshot: Snapshot) -> Sequence[Any]:
    """The network fills the blank names. A MAC stands for a serial that the walk does not tell."""
    serial = snapshot.identity.serial or ""
    told = (*(fact.mac for fact in snapshot.interfaces), snapshot.identity.base_mac or "")
    macs = [mac for mac in told if mac.strip("0")]
    mac = "" if serial or not macs else copied_mac(bytes.fromhex(macs[0]), copy).hex()
    place = copy_address(number)
    return _tag(number), "", _maker(copy), _model(snapshot), serial, "院", "局", "2021-05-01", mac, place


# -- measuring -----------------------------------------------------------------------------------------------

Question = tuple[int, Sequence[Oid], int]
"""Kind of PDU, names, repetitions."""


class Noted:
    """A session that notes what is asked through it."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.name = session.name
        self.bulk = session.bulk
        self.questions: list[Question] = []

    async def get(self, oids: Sequence[Oid]) -> Reply:
        self.questions.append((codec.GET, oids, 0))
        return await self.session.get(oids)

    async def get_next(self, oids: Sequence[Oid]) -> Reply:
        self.questions.append((codec.GET_NEXT, oids, 0))
        return await self.session.get_next(oids)

    async def get_bulk(self, oids: Sequence[Oid], max_repetitions: int) -> Reply:
        self.questions.append((codec.GET_BULK, oids, max_repetitions))
        return await self.session.get_bulk(oids, max_repetitions)

    def for_vlan(self, vlan: int) -> None:
        """The bridges of VLANs are left out: the engine alone would need their sessions."""

    async def close(self) -> None:
        await self.session.close()


def questions(places: Sequence[Place]) -> list[list[Question]]:
    """What `collect` asks each of these devices, over the wire."""

    async def ask_all() -> list[list[Question]]:
        engine = UdpEngine()
        found = []
        try:
            for host, port in places:
                noted = Noted(engine.session(host, host, port, community=collecting.COMMUNITY))
                await visit(Target(host, host, port), noted, vendors=default_vendors())
                found.append(noted.questions)
        finally:
            engine.close()
        return found

    return asyncio.run(ask_all())


async def ask_again(session: Session, asked: Sequence[Question]) -> int:
    """The same questions by the engine alone; all values are kept as they came. Returns how many."""
    kept: list[Any] = []
    for kind, names, repetitions in asked:
        if kind == codec.GET:
            reply = await session.get(names)
        elif kind == codec.GET_NEXT:
            reply = await session.get_next(names)
        else:
            reply = await session.get_bulk(names, repetitions)
        kept += reply.varbinds
    return len(kept)


@dataclass(frozen=True, slots=True)
class Bench:
    """The register's folder, the walks, and how many devices replay them."""

    var: Path
    files: Sequence[Path]
    count: int

    def lab(self, *options: str) -> AbstractContextManager[dict[str, Place]]:
        copies = -(-self.count // len(self.files))
        walks = [str(file) for file in self.files]
        community = ("--community", collecting.COMMUNITY)
        return collecting.lab(self.var, *community, "--copies", str(copies), *options, "--walk", *walks)

    def collect(self, name: str, *options: str) -> Measured:
        one = collecting.collect(self.var, name, self.count, *options)
        print(one, flush=True)
        return one

    def places(self, agents: dict[str, Place]) -> list[Place]:
        return [agents[copy_address(number)] for number in range(self.count)]

    def first(self, agents: dict[str, Place]) -> list[Place]:
        """One device of each walk."""
        return [agents[copy_address(number)] for number in range(len(self.files))]

    def bare(self, places: Sequence[Place], asked: Sequence[Sequence[Question]]) -> Measured:
        """The engine alone with the questions of `collect`."""
        by_place = {place: asked[number % len(asked)] for number, place in enumerate(places)}
        one = bare("bare engine, same questions", UdpEngine, places, lambda s: ask_again(s, by_place[s.target]))
        print(one, flush=True)
        return one

    def short_tables(self) -> int:
        """Tables that ended cut short in the last run."""
        from collectors.models import DeviceState

        tables = DeviceState.objects.values_list("tables", flat=True)
        return sum(end["state"] == TableState.CUT_SHORT for ends in tables for end in ends.values())


def net_snmp(places: Sequence[Place]) -> Measured | None:
    """snmpbulkwalk of the same tables, two processes at a time, one for each table of a device."""
    entries = sorted({text.rpartition(".")[0] for table in collecting.TABLES for text in table.columns.values()})
    return collecting.bulk_walks(places, entries)


def at_rest(bench: Bench, agents: dict[str, Place]) -> tuple[float, int]:
    """Clean runs beside the references. Returns the best wall time, and the questions of the longest device."""
    places = bench.places(agents)
    asked = questions(bench.first(agents))
    longest = max(map(len, asked))
    print(f"{sum(map(len, asked)) / len(asked):.0f} questions a device, {longest} to the longest")
    bench.collect("collect, first run")
    ones, twos = [], []
    for _ in range(ROUNDS):
        ones.append(bench.collect("collect, nothing new"))
        twos.append(bench.collect("collect, two processes", "--processes", "2"))
    engine = min((bench.bare(places, asked) for _ in range(ROUNDS)), key=lambda one: one.cpu_s)
    walks = net_snmp(bench.first(agents))
    best = min(ones, key=lambda one: one.cpu_s)
    print(f"collect, nothing new : bare engine = {best.cpu_s / engine.cpu_s:.2f} times its CPU (bar: 2)")
    if walks is not None:
        ratio = best.cpu_ms_a_device / walks.cpu_ms_a_device
        print(f"{walks}\ncollect, nothing new : snmpbulkwalk = {ratio:.3f} times its CPU a device (bar: 1)")
    clean_s = in_two("nothing new", ones, twos)
    whole = [[bench.collect(f"collect afresh, {n} at once", "--afresh", "--processes", n) for n in "12"] for _ in "ab"]
    in_two("afresh", *zip(*whole, strict=True))
    return clean_s, longest


def in_two(what: str, ones: Sequence[Measured], twos: Sequence[Measured]) -> float:
    """How much sooner two processes are done than one; gives the best wall time of one."""
    one, two = (min(run.wall_s for run in runs) for runs in (ones, twos))
    print(f"{what}, one process : two = {one / two:.2f} times, agents on the same {os.cpu_count()} cores (bar: 1.7)")
    return one


def troubled(bench: Bench, clean_s: float, longest: int) -> None:
    """Dead devices, lost answers, a long line; each beside the clean run.

    Agents that were just started make each answer for the first time, so only a second run tells of the collector.
    """
    with bench.lab("--dead", str(DEAD_PERCENT)):
        bench.collect("collect, 10 % dead, first")
        dead = bench.collect("collect, 10 % dead")
    print(f"10 % dead : clean = {dead.wall_s / clean_s:.2f} times the wall time (bar: 1.2)")
    with bench.lab():
        bench.collect("collect, clean again")
    with bench.lab("--loss", str(LOSS_PERCENT)):
        bench.collect("collect, 2 % lost, first")
        lossy = bench.collect("collect, 2 % lost")
    print(f"2 % lost : clean = {lossy.wall_s / clean_s:.2f} times the wall time (bar: 1.6)")
    print(f"tables cut short: {bench.short_tables()}")
    with bench.lab("--delay", str(DELAY_MS)):
        bench.collect("collect, 20 ms away, first")
        far = bench.collect("collect, 20 ms away")
    need = longest * DELAY_MS / 1000
    print(f"20 ms away : round trips of the longest device = {far.wall_s / need:.2f} times {need:.1f} s (bar: 1.3)")


def probing(place: Place, times: int = 5) -> None:
    """What `manage.py probe` of one device costs when nothing else runs, its start included."""
    host, port = place
    command = [sys.executable, "manage.py", "probe", f"{host}:{port}", "--community", collecting.COMMUNITY]
    walls, cpus = [], []
    for _ in range(times):
        started = time.monotonic()
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
        _pid, status, used = os.wait4(process.pid, 0)
        if os.waitstatus_to_exitcode(status):
            raise SystemExit(f"{' '.join(command)} failed")
        walls.append(time.monotonic() - started)
        cpus.append(used.ru_utime + used.ru_stime)
    print(f"probe of one device: {min(walls):.2f} s wall, {min(cpus):.2f} s CPU, its start included")


def main(var: Path) -> None:
    django.setup()
    files = recordings(Path(os.environ.get("TAIZHANG_WALKS", "walks")))
    write_register(var / "csv", [seen(file) for file in files], DEVICES)
    load_register(var / "csv")
    bench = Bench(var, files, DEVICES)
    with bench.lab() as agents:
        clean_s, longest = at_rest(bench, agents)
        probing(bench.first(agents)[-1])
    troubled(bench, clean_s, longest)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
