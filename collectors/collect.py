"""One device → one Snapshot, in a fixed order, over any Session. No database, no Django, no sockets.

The system group decides: a device that does not answer it is asked nothing else. After that one bad table never
stops the rest; each tells how it ended, and one that was lost on the way is read once more at the end.
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial

from collectors.equipment import STEPS
from collectors.facts import ForwardingFact, NeighbourFact, Snapshot, SystemFact, TableEnd, TableState
from collectors.features import InventoryFact
from collectors.identify import COMMON, Answers, choose, identify
from collectors.rulebook import Rule, Vendors, Wanted, covers
from collectors.snmp.credentials import PUBLIC, Credential
from collectors.snmp.faults import BadAnswer, Fault, NoAnswer
from collectors.snmp.pace import Limits
from collectors.snmp.session import Session
from collectors.snmp.table import Table, TableRead
from collectors.tables import (
    addresses,
    arp,
    forwarding,
    hardware,
    interfaces,
    med,
    neighbours,
    relatives,
    system,
    vlans,
)
from collectors.visit import PATIENCE, Facts, Visit, combined

__all__ = ["SUBJECTS", "Target", "again", "collect", "combined", "has_restarted"]

SUBJECTS = (
    "system",
    "hardware",
    "interfaces",
    "addresses",
    "arp",
    "vlans",
    "forwarding",
    "neighbours",
    *STEPS,
)
"""The names under which a Snapshot tells how its tables ended, in the order of reading."""

_WRAP_S = 0xFFFFFFFF / 100
"""sysUpTime starts again from 0 after this many seconds."""

_VENDOR_LIMITS = Limits(rows=2000, requests=200)
"""A maker's column is read for one value; some list every process or package of a computer."""

_CISCO = "1.3.6.1.4.1.9"
_SILENT_VLANS = 2
"""After so many VLANs in a row whose bridge does not answer, the others are not asked: the device has no such way."""


@dataclass(frozen=True, slots=True)
class Target:
    """A device to ask, and the ways to ask it in the order of trying."""

    name: str
    host: str
    port: int = 161
    credentials: tuple[Credential, ...] = (PUBLIC,)
    timeout_s: float = 1.0
    retries: int = 3
    was_silent: bool = False
    """Whether it did not answer last time."""
    last: bytes | None = field(default=None, repr=False)
    """The conversation of its last visit, to be held again; b"" where there is none, None where none is to be kept."""


async def collect(target: Target, session: Session, *, vendors: Vendors) -> Snapshot:
    """Everything the device says. Never raises for a device's fault.

    No answer to the first request gives a Snapshot with fault 'no_answer' and nothing in it.
    """
    run = _Run(session, vendors)
    run.memory.repetitions = target.credentials[0].repetitions
    started = time.perf_counter()
    taken_at = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        await run.everything()
        fault, fault_text = "", ""
    except Fault as dead:
        fault, fault_text = dead.code, str(dead) or "no answer"
    return replace(
        run.found,
        name=target.name,
        asked_with=target.credentials[0].name,
        taken_at=taken_at,
        tables={name: run.tables[name] for name in SUBJECTS if name in run.tables},
        restarted=run.restarted,
        fault=fault,
        fault_text=fault_text,
        requests=run.requests,
        varbinds=run.varbinds,
        seconds=round(time.perf_counter() - started, 6),
    )


class _Run(Visit):
    """One visit to one device, all subjects."""

    def __init__(self, session: Session, vendors: Vendors) -> None:
        super().__init__(session)
        self.vendors = vendors
        self.restarted = False
        self.rule: Rule | None = None
        self.answers = Answers(SystemFact())
        self.vlan_of: dict[int, int] = {}
        """FDB id → VLAN."""
        self.has_vtp = False
        self.without_bridge: frozenset[int] = frozenset()
        self.lists_vlans = True

    async def everything(self) -> None:
        """All subjects. Raises NoAnswer when the device does not answer at all."""
        await self.subject("system", self.read_system)
        end = self.tables["system"]
        if not end.rows and NoAnswer.code in end.notes:
            raise NoAnswer(end.reason)
        if not end.rows and BadAnswer.code in end.notes:
            raise BadAnswer(end.reason)
        works: dict[str, Callable[[], Awaitable[Facts | None]]] = {
            "hardware": self.read_hardware,
            "interfaces": self.read_interfaces,
            "addresses": self.read_addresses,
            "arp": self.read_arp,
            "vlans": self.read_vlans,
            "forwarding": self.read_forwarding,
            "neighbours": self.read_neighbours,
            **{name: partial(step, self) for name, step in STEPS.items()},
        }
        for name, work in works.items():
            await self.subject(name, work)
        if self.silences >= PATIENCE:
            # One more question tells whether the rest is worth asking.
            self.silences = PATIENCE - 1
            await self.uptime()
        for name in again(self.tables):
            await self.subject(name, works[name])
        self.restarted = has_restarted(self.found.system.uptime_s, await self.uptime())

    # -- subjects --------------------------------------------------------------------------------------------

    async def read_system(self) -> Facts:
        found = system.system(await self.scalars(system.SYSTEM))
        self.answers = Answers(found)
        return {"system": found}

    async def read_hardware(self) -> Facts:
        parts = hardware.parts(await self.table(hardware.ENTITY))
        self.answers = Answers(self.answers.system, parts)
        ends = list(self.ends)
        await self._ask(COMMON)
        await self._ask(self.vendors.extra_objects(self.answers.system))
        self.rule = choose(self.answers, self.vendors)
        if self.rule is not None:
            await self._ask(self.rule.wanted())
        # Objects of a vendor that are not there say nothing of the parts; objects that were lost do.
        self.ends = ends + [end for end in self.ends[len(ends) :] if NoAnswer.code in end.notes]
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

    async def read_interfaces(self) -> Facts:
        return {"interfaces": interfaces.interfaces(await self.table(interfaces.INTERFACES))}

    async def read_addresses(self) -> Facts:
        await self.together(addresses.NEW, addresses.OLD, addresses.IPV6, arp.NEW, arp.OLD)
        new, old = await self.table(addresses.NEW), await self.table(addresses.OLD)
        return {"addresses": addresses.addresses(new, old, await self.table(addresses.IPV6))}

    async def read_arp(self) -> Facts:
        new, old = await self.table(arp.NEW), await self.table(arp.OLD)
        older = None
        if not new.columns["mac"] and arp.speaks_ipv6(self.found.addresses):
            cisco = covers(_CISCO, self.found.system.object_id)
            older = await self.table(arp.CISCO if cisco else arp.IPV6)
        return {"arp": arp.arp(new, old, older)}

    async def read_vlans(self) -> Facts:
        await self.together(vlans.STATIC, vlans.MORE, forwarding.PORTS, forwarding.QBRIDGE, forwarding.BRIDGE)
        static = await self.table(vlans.STATIC)
        more = await self.table(vlans.MORE)
        self.has_vtp = bool(more.columns["vtp"])
        self.without_bridge = vlans.without_bridge(more)
        found = vlans.vlans(static, more)
        self.vlan_of = vlans.fdb_ids(static)
        self.lists_vlans = vlans.are_listed(static, more)
        for item in self.rule.vlans if self.rule is not None else ():
            own = await self.table(Table("vlans", {"id": item.column}))
            found = vlans.with_listed(found, item.arc, own.columns["id"])
            self.lists_vlans = self.lists_vlans or bool(own.columns["id"])
        return {"vlans": found}

    async def read_forwarding(self) -> Facts:
        self.if_index_of = forwarding.base_ports(await self.table(forwarding.PORTS))
        ports = self.ends.pop()
        qbridge = await self.table(forwarding.QBRIDGE)
        bridge = await self.table(forwarding.BRIDGE)
        if ports.state is TableState.CUT_SHORT:
            self.ends.append(ports)
        ids = self.found.vlans
        if not self.lists_vlans and not self.vlan_of:
            ids = vlans.with_learned(ids, qbridge.columns["port"])
        known = forwarding.Bridge(
            if_index_of=self.if_index_of,
            vlan_of=self.vlan_of,
            vlans=ids,
            interfaces={fact.index for fact in self.found.interfaces},
        )
        own = () if qbridge.columns["port"] else await self._makers_forwarding(known)
        return {"vlans": ids, "forwarding": forwarding.forwarding(qbridge, bridge, known, own)}

    async def _makers_forwarding(self, known: forwarding.Bridge) -> list[ForwardingFact]:
        """What a maker's own way gives, where the table with VLANs is empty."""
        object_id = self.found.system.object_id
        if covers(forwarding.HUAWEI_ENTERPRISE, object_id):
            return list(forwarding.huawei_rows(await self.table(forwarding.HUAWEI), known.interfaces))
        if self.has_vtp and covers(_CISCO, object_id):
            return [fact async for fact in self._vlan_bridges()]
        return []

    async def _vlan_bridges(self) -> AsyncIterator[ForwardingFact]:
        """The bridges of Cisco's VLANs one by one. One that is silent makes forwarding incomplete, not the device."""
        silent, heard = 0, False
        for vlan in (vlan for vlan in self.found.vlans if vlan not in self.without_bridge):
            session = self.session.for_vlan(vlan)
            if session is None or self.silences >= PATIENCE:
                return
            ports, bridge = await self.aside(session, forwarding.PORTS, forwarding.BRIDGE)
            if heard and NoAnswer.code in bridge.end.notes:
                # Others answered: the request may have been lost.
                ports, bridge = await self.aside(session, forwarding.PORTS, forwarding.BRIDGE)
            if bridge.end.state is TableState.CUT_SHORT:
                self.ends.append(replace(bridge.end, reason=f"VLAN {vlan}: {bridge.end.reason}", notes=("vlan",)))
            else:
                self.ends.append(bridge.end)
            for fact in forwarding.vlan_rows(vlan, ports, bridge):
                yield fact
            silent = silent + 1 if NoAnswer.code in bridge.end.notes else 0
            heard = heard or not silent
            if silent >= _SILENT_VLANS:
                return

    async def read_neighbours(self) -> Facts:
        ports = neighbours.Ports(self.found.interfaces, self.if_index_of)
        await self.together(neighbours.REMOTE, neighbours.CDP)
        remote, cdp = await self.table(neighbours.REMOTE), await self.table(neighbours.CDP)
        relative = relatives.relative_of(self.found.system.object_id)
        own = await self.table(relative.table) if relative is not None else None
        if own is not None and relative is relatives.MNDP:
            remote, own = relatives.numbered_by_interface(remote, own), relatives.without(own, remote)
            ports = neighbours.Ports(self.found.interfaces, {})
        told: tuple[InventoryFact, ...] = ()
        if any(remote.columns.values()):
            found, told = await self._lldp(remote, ports)
        else:
            found = await self._lldp_elsewhere(ports)
        found += tuple(neighbours.cdp(cdp, ports))
        if own is not None and relative is not None:
            found += tuple(relatives.relatives(relative, own, ports))
        return {"neighbours": found, "inventories": told}

    async def _lldp(
        self, remote: TableRead, ports: neighbours.Ports
    ) -> tuple[tuple[NeighbourFact, ...], tuple[InventoryFact, ...]]:
        """LLDP neighbours, and what endpoints among them tell of themselves."""
        ends = list(self.ends)
        await self.together(neighbours.LOCAL, neighbours.MANAGEMENT, med.INVENTORY)
        local, management = await self.table(neighbours.LOCAL), await self.table(neighbours.MANAGEMENT)
        inventory = await self.table(med.INVENTORY)
        # These only explain the first: that they are missing does not make it incomplete.
        self.ends = ends
        told = med.inventories(inventory, lambda number: neighbours.local_port(number, local, ports))
        return neighbours.lldp(remote, local, management, ports), told

    async def _lldp_elsewhere(self, ports: neighbours.Ports) -> tuple[NeighbourFact, ...]:
        """LLDP neighbours where the usual table is empty: the second version's, or one of the maker's own."""
        for beginning, table, arc in neighbours.BY_INTERFACE:
            if not beginning or covers(beginning, self.found.system.object_id):
                found = neighbours.lldp_by_interface(await self.table(table), arc, ports)
                if found:
                    return found
        return ()

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


def has_restarted(first_s: float | None, last_s: float | None) -> bool:
    """Whether sysUpTime fell in between, other than by running over after 497 days."""
    if first_s is None or last_s is None or last_s >= first_s:
        return False
    return first_s < _WRAP_S - 3600
