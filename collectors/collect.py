"""One device → one Snapshot, in a fixed order, over any Session. No database, no Django, no sockets.

The system group decides: a device that does not answer it is asked nothing else. After that one bad table never
stops the rest; each tells how it ended, and one that was lost on the way is read once more at the end.
"""

import logging
import time
import zlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from collectors.facts import (
    AddressFact,
    ArpFact,
    ForwardingFact,
    HostFact,
    Identity,
    InterfaceFact,
    NeighbourFact,
    PartFact,
    Snapshot,
    SystemFact,
    TableEnd,
    TableState,
)
from collectors.identify import COMMON, Answers, choose, identify
from collectors.rulebook import Rule, Vendors, Wanted, covers
from collectors.snmp.faults import BadAnswer, Fault, NoAnswer
from collectors.snmp.pace import DEFAULT_LIMITS, DeviceMemory, Limits
from collectors.snmp.scalars import read_scalars
from collectors.snmp.session import Session
from collectors.snmp.table import Scalars, ScalarsRead, Table, TableRead
from collectors.snmp.walker import read_table, read_tables
from collectors.tables import addresses, arp, forwarding, hardware, host, interfaces, neighbours, system, vlans

log = logging.getLogger(__name__)

SUBJECTS = ("system", "hardware", "interfaces", "addresses", "arp", "vlans", "forwarding", "neighbours", "host")
"""The names under which a Snapshot tells how its tables ended, in the order of reading."""

_WRAP_S = 0xFFFFFFFF / 100
"""sysUpTime starts again from 0 after this many seconds."""

_PATIENCE = 2
"""After so many reads in a row without an answer the device is taken for gone and not asked on."""
_NOT_ASKED = TableEnd(TableState.CUT_SHORT, reason="not asked: the device no longer answered", notes=(NoAnswer.code,))

_VENDOR_LIMITS = Limits(rows=2000, requests=200)
"""A maker's column is read for one value; some list every process or package of a computer."""

_HOST_KINDS = frozenset({"server", "workstation", "storage"})


@dataclass(frozen=True, slots=True)
class Target:
    """A device to ask and how. `version` is '1' or '2c'."""

    name: str
    host: str
    port: int = 161
    version: str = "2c"
    community: str = field(default="public", repr=False)
    timeout_s: float = 1.0
    retries: int = 3


async def collect(target: Target, session: Session, *, vendors: Vendors) -> Snapshot:
    """Everything the device says. Never raises for a device's fault.

    No answer to the first request gives a Snapshot with fault 'no_answer' and nothing in it.
    """
    run = _Run(session, vendors)
    started = time.perf_counter()
    taken_at = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        await run.everything()
        fault, fault_text = "", ""
    except Fault as dead:
        fault, fault_text = dead.code, str(dead) or "no answer"
    return Snapshot(
        name=target.name,
        taken_at=taken_at,
        tables={name: run.tables[name] for name in SUBJECTS if name in run.tables},
        restarted=run.restarted,
        fault=fault,
        fault_text=fault_text,
        requests=run.requests,
        varbinds=run.varbinds,
        seconds=round(time.perf_counter() - started, 6),
        **run.found.__dict__,
    )


@dataclass
class _Found:
    """What the tables gave so far, under a Snapshot's names."""

    system: SystemFact = field(default_factory=SystemFact)
    identity: Identity = field(default_factory=Identity)
    interfaces: tuple[InterfaceFact, ...] = ()
    addresses: tuple[AddressFact, ...] = ()
    arp: tuple[ArpFact, ...] = ()
    forwarding: tuple[ForwardingFact, ...] = ()
    neighbours: tuple[NeighbourFact, ...] = ()
    vlans: tuple[int, ...] = ()
    parts: tuple[PartFact, ...] = ()
    host: HostFact | None = None


class _Run:
    """One visit: what is read, how it ended, and what it gave."""

    def __init__(self, session: Session, vendors: Vendors) -> None:
        self.session = session
        self.vendors = vendors
        self.memory = DeviceMemory()
        self.found = _Found()
        self.tables: dict[str, TableEnd] = {}
        self.restarted = False
        self.requests = 0
        self.varbinds = 0
        self.rule: Rule | None = None
        self.answers = Answers(SystemFact())
        self.vlan_of: dict[int, int] = {}
        self.if_index_of: dict[int, int] = {}
        self._ends: list[TableEnd] = []
        self._ahead: dict[int, TableRead] = {}
        """Tables that were read with others and not yet asked for."""
        self._silences = 0
        """Reads in a row that ended because nothing came."""

    async def everything(self) -> None:
        """All subjects. Raises NoAnswer when the device does not answer at all."""
        await self.subject("system", self.read_system)
        end = self.tables["system"]
        if not end.rows and NoAnswer.code in end.notes:
            raise NoAnswer(end.reason)
        if not end.rows and BadAnswer.code in end.notes:
            raise BadAnswer(end.reason)
        works: Mapping[str, Callable[[], Awaitable[dict[str, Any]]]] = {
            "hardware": self.read_hardware,
            "interfaces": self.read_interfaces,
            "addresses": self.read_addresses,
            "arp": self.read_arp,
            "vlans": self.read_vlans,
            "forwarding": self.read_forwarding,
            "neighbours": self.read_neighbours,
            "host": self.read_host,
        }
        for name, work in works.items():
            await self.subject(name, work)
        if self._silences >= _PATIENCE:
            # One more question tells whether the rest is worth asking.
            self._silences = _PATIENCE - 1
            await self.uptime()
        for name in again(self.tables):
            await self.subject(name, works[name])
        self.restarted = has_restarted(self.found.system.uptime_s, await self.uptime())

    async def subject(self, name: str, work: Callable[[], Awaitable[dict[str, Any]]]) -> None:
        """One subject's reading and facts. What it gives is taken when it ended better than before."""
        self._ends = []
        try:
            facts = await work()
            end = combined(self._ends)
        except Exception as fault:  # the edge of a device's run: a bug in one table must not cost the others
            log.exception("%s: %s could not be read", self.session.name, name)
            facts = {}
            end = TableEnd(TableState.CUT_SHORT, reason=f"it could not be understood: {type(fault).__name__}: {fault}")
        before = self.tables.get(name)
        if before is None or end.ended_well or end.rows >= before.rows:
            self.tables[name] = end
            for key, value in facts.items():
                setattr(self.found, key, value)

    async def table(self, table: Table, limits: Limits = DEFAULT_LIMITS) -> TableRead:
        if self._silences >= _PATIENCE:
            self._ends.append(_NOT_ASKED)
            return TableRead(_NOT_ASKED, {name: {} for name in table.columns})
        read = self._ahead.pop(id(table), None) or await read_table(self.session, table, self.memory, limits)
        self._count(read.end)
        self.varbinds += sum(map(len, read.columns.values()))
        return read

    async def together(self, *tables: Table) -> None:
        """Read several small tables in the same requests; table() then gives each, with its own end."""
        if self._silences < _PATIENCE:
            reads = await read_tables(self.session, tables, self.memory)
            self._ahead.update(zip(map(id, tables), reads, strict=True))

    async def scalars(self, scalars: Scalars) -> ScalarsRead:
        if self._silences >= _PATIENCE:
            self._ends.append(_NOT_ASKED)
            return ScalarsRead(_NOT_ASKED)
        read = await read_scalars(self.session, scalars, self.memory)
        self._count(read.end)
        self.varbinds += len(read.values)
        return read

    def _count(self, end: TableEnd) -> None:
        self._ends.append(end)
        self.requests += end.requests
        self._silences = self._silences + 1 if NoAnswer.code in end.notes else 0

    # -- subjects --------------------------------------------------------------------------------------------

    async def read_system(self) -> dict[str, Any]:
        found = system.system(await self.scalars(system.SYSTEM))
        self.answers = Answers(found)
        return {"system": found}

    async def read_hardware(self) -> dict[str, Any]:
        parts = hardware.parts(await self.table(hardware.ENTITY))
        self.answers = Answers(self.answers.system, parts)
        ends = list(self._ends)
        await self._ask(COMMON)
        await self._ask(self.vendors.extra_objects(self.answers.system))
        self.rule = choose(self.answers, self.vendors)
        if self.rule is not None:
            await self._ask(self.rule.wanted())
        # Objects of a vendor that are not there say nothing of the parts; objects that were lost do.
        self._ends = ends + [end for end in self._ends[len(ends) :] if NoAnswer.code in end.notes]
        return {"parts": parts, "identity": identify(self.answers, self.vendors)}

    async def _ask(self, wanted: Wanted) -> None:
        """Objects and columns into the answers; what is already there is not asked again."""
        objects = tuple(text for text in wanted.objects if text not in self.answers.objects)
        if objects:
            self.answers.objects.update((await self.scalars(Wanted(objects).scalars())).values)
        for table in wanted.tables():
            if table.name not in self.answers.columns:
                for name, column in (await self.table(table, _VENDOR_LIMITS)).columns.items():
                    self.answers.columns[name] = column

    async def read_interfaces(self) -> dict[str, Any]:
        return {"interfaces": interfaces.interfaces(await self.table(interfaces.INTERFACES))}

    async def read_addresses(self) -> dict[str, Any]:
        await self.together(addresses.NEW, addresses.OLD, addresses.IPV6, arp.NEW, arp.OLD)
        new, old = await self.table(addresses.NEW), await self.table(addresses.OLD)
        return {"addresses": addresses.addresses(new, old, await self.table(addresses.IPV6))}

    async def read_arp(self) -> dict[str, Any]:
        new = await self.table(arp.NEW)
        return {"arp": arp.arp(new, await self.table(arp.OLD))}

    async def read_vlans(self) -> dict[str, Any]:
        await self.together(vlans.STATIC, vlans.MORE, forwarding.PORTS, forwarding.QBRIDGE, forwarding.BRIDGE)
        static = await self.table(vlans.STATIC)
        found = vlans.vlans(static, await self.table(vlans.MORE))
        self.vlan_of = vlans.fdb_ids(static)
        for item in self.rule.vlans if self.rule is not None else ():
            own = await self.table(Table("vlans", {"id": item.column}))
            found = vlans.with_listed(found, item.arc, own.columns["id"])
        return {"vlans": found}

    async def read_forwarding(self) -> dict[str, Any]:
        self.if_index_of = forwarding.base_ports(await self.table(forwarding.PORTS))
        ports = self._ends.pop()
        qbridge = await self.table(forwarding.QBRIDGE)
        bridge = await self.table(forwarding.BRIDGE)
        if ports.state is TableState.CUT_SHORT:
            self._ends.append(ports)
        known = forwarding.Bridge(
            if_index_of=self.if_index_of,
            vlan_of=self.vlan_of,
            vlans=self.found.vlans,
            interfaces={fact.index for fact in self.found.interfaces},
        )
        return {"forwarding": forwarding.forwarding(qbridge, bridge, known)}

    async def read_neighbours(self) -> dict[str, Any]:
        ports = neighbours.Ports(self.found.interfaces, self.if_index_of)
        await self.together(neighbours.REMOTE, neighbours.CDP)
        remote = await self.table(neighbours.REMOTE)
        found: tuple[NeighbourFact, ...] = ()
        if any(remote.columns.values()):
            ends = list(self._ends)
            await self.together(neighbours.LOCAL, neighbours.MANAGEMENT)
            local, management = await self.table(neighbours.LOCAL), await self.table(neighbours.MANAGEMENT)
            # These two only explain the first: that they are missing does not make it incomplete.
            self._ends = ends
            found = neighbours.lldp(remote, local, management, ports)
        else:
            found = await self._lldp_elsewhere(ports)
        return {"neighbours": found + tuple(neighbours.cdp(await self.table(neighbours.CDP), ports))}

    async def _lldp_elsewhere(self, ports: neighbours.Ports) -> tuple[NeighbourFact, ...]:
        """LLDP neighbours where the usual table is empty: the second version's, or one of the maker's own."""
        for beginning, table, arc in neighbours.BY_INTERFACE:
            if not beginning or covers(beginning, self.found.system.object_id):
                found = neighbours.lldp_by_interface(await self.table(table), arc, ports)
                if found:
                    return found
        return ()

    async def read_host(self) -> dict[str, Any]:
        if self.found.identity.kind not in _HOST_KINDS:
            self._ends.append(TableEnd(TableState.UNSUPPORTED, reason="not asked: not a computer"))
            return {"host": None}
        memory = await self.scalars(host.MEMORY)
        processors = await self.table(host.PROCESSORS)
        return {"host": host.host(memory, processors, await self.table(host.STORAGE))}

    async def uptime(self) -> float | None:
        return system.uptime_s(await self.scalars(system.UPTIME))


def again(tables: Mapping[str, TableEnd]) -> tuple[str, ...]:
    """Subjects to read once more: those cut short because nothing came, and those that were made with their help."""
    lost = {name for name, end in tables.items() if end.state is TableState.CUT_SHORT and NoAnswer.code in end.notes}
    if lost & {"interfaces", "vlans"}:
        lost.add("forwarding")
    if lost & {"interfaces", "forwarding"}:
        lost.add("neighbours")
    return tuple(name for name in SUBJECTS[1:] if name in lost)


def combined(ends: Sequence[TableEnd]) -> TableEnd:
    """How several reads ended as one subject: cut short if one was, else complete if one was, else empty."""
    if not ends:
        return TableEnd(TableState.UNSUPPORTED)
    order = (TableState.CUT_SHORT, TableState.COMPLETE, TableState.EMPTY, TableState.UNSUPPORTED)
    state = next(state for state in order if any(end.state is state for end in ends))
    return TableEnd(
        state=state,
        rows=sum(end.rows for end in ends),
        requests=sum(end.requests for end in ends),
        reason="; ".join(dict.fromkeys(end.reason for end in ends if end.reason and end.state is state)),
        notes=tuple(dict.fromkeys(note for end in ends for note in end.notes)),
        checksum=zlib.crc32(",".join(str(end.checksum) for end in ends).encode()),
    )


def has_restarted(first_s: float | None, last_s: float | None) -> bool:
    """Whether sysUpTime fell in between, other than by running over after 497 days."""
    if first_s is None or last_s is None or last_s >= first_s:
        return False
    return first_s < _WRAP_S - 3600
