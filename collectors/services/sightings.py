"""Where each MAC is, after a run: sightings kept from when to when, and the differences that only a run can show."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import starmap
from typing import NamedTuple

from django.db.models import Q
from django.utils import timezone

from collectors import judging, links
from collectors.facts import Snapshot, TableState, rows_from_json
from collectors.judging import Ground, Heard, Registered, Switch, Verdicts
from collectors.links import Evidence, Learned, Place, Resolved
from collectors.models import DeviceState, Difference, DifferenceKind, DifferenceState, Neighbour, Sighting, address_key
from collectors.selectors import READ_AT_ONCE, kept_facts, network_macs
from collectors.services.applying import Context
from collectors.services.differences import Ledger
from inventory.models import Cable, Device, Interface, Site
from inventory.models.hardware import AssetRole, DeviceStatus
from inventory.rules import names
from inventory.services import write
from inventory.services.write import Unit

RUN_KINDS = (DifferenceKind.MOVED, DifferenceKind.UNKNOWN_MAC, DifferenceKind.UNREGISTERED, DifferenceKind.UNSEEN)


@dataclass(slots=True)
class Gathered:
    """What the snapshots of one run say about MACs, kept small: no facts, only rows."""

    learned: list[tuple[str, int, int, int | None]] = field(default_factory=list)
    """(mac, switch, ifIndex, VLAN)."""
    resolved: list[Resolved] = field(default_factory=list)
    asked: set[int] = field(default_factory=set)
    """Devices that were polled themselves, whether they answered or not."""
    answered: set[int] = field(default_factory=set)
    whole: set[int] = field(default_factory=set)
    """Devices whose forwarding table was read to its end, or that have none."""
    again: list[int] = field(default_factory=list)
    """Devices that said what they said last time, and so see what they saw: their rows are read together."""

    def add(self, device: int, snapshot: Snapshot) -> None:
        """Take over the rows of a snapshot that was applied to a device."""
        self.answered.add(device)
        end = snapshot.tables.get("forwarding")
        if end is not None and end.state is not TableState.CUT_SHORT and not snapshot.restarted:
            self.whole.add(device)
        if snapshot.same:
            if any(snapshot.tables[name].rows for name in ("forwarding", "arp") if name in snapshot.tables):
                self.again.append(device)
            if len(self.again) >= READ_AT_ONCE:
                self.tell_again()
            return
        self._take(device, ((row.mac, row.if_index, row.vlan) for row in snapshot.forwarding))
        self.resolved += [Resolved(row.mac, row.address) for row in snapshot.arp]

    def tell_again(self) -> None:
        """Take over the rows of the devices that said what they said last time."""
        for device, kept in kept_facts(self.again):
            self._take(device, rows_from_json(kept, "forwarding", "mac", "if_index", "vlan"))
            self.resolved += starmap(Resolved, rows_from_json(kept, "arp", "mac", "address"))
        self.again.clear()

    def _take(self, switch: int, rows: Iterable[tuple[str, int | None, int | None]]) -> None:
        self.learned += [(mac, switch, index, vlan) for mac, index, vlan in rows if index is not None]


def record(gathered: Gathered, context: Context, *, now: datetime) -> int:
    """Write sightings and run-wide differences in one transaction. Returns how many differences were opened."""
    gathered.tell_again()
    with write.unit(context.actor, run=str(context.run.pk)) as unit:
        ports = _ports(gathered)
        evidence = _evidence(gathered, ports)
        places = links.place(evidence)
        ground = _ground(gathered, ports, evidence)
        _write_sightings(unit, places.values(), ground, now)
        ledger = Ledger.read(kind__in=RUN_KINDS)
        verdicts = _judge(gathered, places, ground, evidence, ledger, context, timezone.localdate(now))
        seen = [one for verdict in verdicts for one in verdict.seen]
        settled = [key for verdict in verdicts for key in verdict.settled]
        return ledger.record(unit, context.run, seen, settled, now)


def _ports(gathered: Gathered) -> dict[tuple[int, int], tuple[int, str]]:
    """(device, ifIndex) → (interface, its name) of the devices that answered."""
    rows = Interface.objects.filter(gone_since__isnull=True, if_index__isnull=False).values_list(
        "device_id", "if_index", "pk", "name"
    )
    return {
        (device, index): (pk, name)
        for device, index, pk, name in rows.iterator(chunk_size=5000)
        if device in gathered.answered and index is not None
    }


def _evidence(gathered: Gathered, ports: dict[tuple[int, int], tuple[int, str]]) -> Evidence:
    learned = [
        Learned(mac, switch, ports[switch, index][0], vlan)
        for mac, switch, index, vlan in gathered.learned
        if (switch, index) in ports
    ]
    macs = network_macs() | _replaced_macs()
    evidence = Evidence(learned, gathered.resolved, set(), macs)
    by_name = {(device, name): pk for (device, _index), (pk, name) in ports.items()}
    heard = Neighbour.objects.filter(ended_at__isnull=True).filter(Q(bridge=True) | Q(chassis__in=_some(macs)))
    for device, port in heard.values_list("device_id", "port"):
        if (device, port) in by_name:
            evidence.towards_switches.add(by_name[device, port])
    role = "device__device_type__asset_class__role"
    for a, b in (("end_a", "end_b"), ("end_b", "end_a")):
        towards = Cable.objects.filter(**{f"{b}__{role}": AssetRole.NETWORK}).values_list(f"{a}_id", flat=True)
        evidence.towards_switches.update(towards)
    return evidence


def _some(macs: Iterable[str]) -> list[str]:
    """As many MACs as one query takes on any database."""
    return sorted(macs)[:900]


def _replaced_macs() -> set[str]:
    """MACs of devices that answered in another's place: known, though not registered."""
    open_ones = Difference.objects.filter(kind=DifferenceKind.REPLACED, state=DifferenceState.OPEN)
    return {mac for evidence in open_ones.values_list("evidence", flat=True) for mac in evidence.get("macs", ())}


def _ground(gathered: Gathered, ports: dict[tuple[int, int], tuple[int, str]], evidence: Evidence) -> Ground:
    switches = {
        pk: Switch(pk, name or tag, site)
        for pk, name, tag, site in Device.objects.filter(pk__in=_switch_keys(evidence)).values_list(
            "pk", "name", "asset_tag", "site_id"
        )
    }
    rows = (
        Interface.objects.exclude(mac="")
        .exclude(device__device_type__asset_class__role=AssetRole.NETWORK)
        .values_list("mac", "device_id", "device__site_id", "device__status")
    )
    owners = {
        mac: Registered(pk, site, status == DeviceStatus.IN_USE, pk in gathered.asked)
        for mac, pk, site, status in rows.iterator(chunk_size=5000)
    }
    return Ground(
        sites=dict(Site.objects.values_list("pk", "name")),
        switches=switches,
        ports=dict(ports.values()),
        owners=owners,
    )


def _names_known() -> set[str]:
    """Names of registered devices that are their own."""
    return {names.name_key(name) for name in Device.objects.exclude(name="").values_list("name", flat=True)} - {""}


def _last_evidence(devices: Iterable[int]) -> dict[int, date | None]:
    """The latest day on which anything shows that a device was there: seen, verified, taken into service, bought."""
    rows = Device.objects.filter(pk__in=list(devices)).values_list(
        "pk", "network_state__last_seen_at", "verified_on", "in_service_on", "purchased_on"
    )
    return {
        pk: max(filter(None, [timezone.localdate(seen_at) if seen_at else None, *days]), default=None)
        for pk, seen_at, *days in rows
    }


def _switch_keys(evidence: Evidence) -> list[int]:
    """All network devices where there are more than one query takes; else those that learned something."""
    found = {row.switch for row in evidence.learned} | set(
        Neighbour.objects.filter(ended_at__isnull=True, bridge=True).values_list("device_id", flat=True)
    )
    return sorted(found)


def _judge(
    gathered: Gathered,
    places: dict[str, Place],
    ground: Ground,
    evidence: Evidence,
    ledger: Ledger,
    context: Context,
    today: date,
) -> list[Verdicts]:
    heard = [
        Heard(*row)
        for row in Neighbour.objects.filter(ended_at__isnull=True).values_list(
            "device_id", "port", "chassis", "remote_name", "remote_descr", "remote_address", "bridge"
        )
    ]
    known = set(ground.owners) | evidence.network_macs
    strangers = [one for one in heard if one.chassis not in known]
    named = _names_known() if strangers else set()
    accounted = judging.accounted_for(ground, places.keys())
    absent = judging.missing(ground, accounted, _whole_sites(gathered))
    told = [pk for kind, pk, _field in ledger.open if kind == judging.UNSEEN and pk in accounted]
    return [
        judging.judge_places(places.values(), ground, silent=set(judging.unregistered_macs(heard, known))),
        judging.judge_unseen(
            absent, _last_evidence(absent), told, today=today, after_days=context.policy.unseen_after_days
        ),
        judging.judge_neighbours(heard, known, named, ground.switches),
    ]


def _whole_sites(gathered: Gathered) -> set[int]:
    """Sites whose managed network devices in use were all read in this run, each forwarding table to its end."""
    at_site: defaultdict[int, list[bool]] = defaultdict(list)
    rows = Device.objects.filter(
        status=DeviceStatus.IN_USE,
        device_type__asset_class__role=AssetRole.NETWORK,
        site__isnull=False,
        management__enabled=True,
    ).values_list("pk", "site_id")
    for pk, site in rows:
        at_site[site].append(pk in gathered.whole)
    return {site for site, read in at_site.items() if all(read)}


def _write_sightings(unit: Unit, places: Iterable[Place], ground: Ground, now: datetime) -> None:
    """Extend, move or open. A MAC that is only seen towards a switch keeps the place it had."""
    rows = Sighting.objects.filter(ended_at__isnull=True).values_list(
        "pk", "mac", "interface_id", "vlan_id", "address", "device_id"
    )
    held = {row[1]: _Stay(*row) for row in rows.iterator(chunk_size=5000)}
    same: list[int] = []
    ended: list[int] = []
    new: list[dict[str, object]] = []
    readdressed = []
    for place in places:
        owner = ground.owners.get(place.mac)
        row = held.get(place.mac)
        if row is not None and (not place.direct or (row.port, row.vlan) == (place.port, place.vlan)):
            same.append(row.pk)
            changes = _later(row, place, owner)
            if changes:
                readdressed.append(changes)
            continue
        if row is not None:
            ended.append(row.pk)
        new.append(_sighting(place, owner, now))
    unit.touch(Sighting, ended, ended_at=now)
    unit.touch(Sighting, same, last_seen_at=now)
    unit.update_many(Sighting, readdressed)
    unit.create_rows(Sighting, new)
    _write_last_seen(unit, [ground.owners[p.mac].pk for p in places if p.mac in ground.owners], now)


class _Stay(NamedTuple):
    """An open sighting."""

    pk: int
    mac: str
    port: int | None
    vlan: int | None
    address: str
    device: int | None


def _later(
    stay: _Stay, place: Place, owner: Registered | None
) -> tuple[Sighting, dict[str, tuple[object, object]]] | None:
    """What the same sighting now says besides its time: a new address, an owner registered since."""
    if place.address in ("", stay.address) and (owner is None or owner.pk == stay.device):
        return None
    changes: dict[str, tuple[object, object]] = {}
    row = Sighting(pk=stay.pk)
    if place.address and place.address != stay.address:
        changes["address"] = (stay.address, place.address)
        changes["key"] = (None, address_key(place.address))
        row.address, row.key = place.address, address_key(place.address)
    if owner is not None and owner.pk != stay.device:
        changes["device"] = (stay.device, owner.pk)
        row.device_id = owner.pk
    return row, changes


def _sighting(place: Place, owner: Registered | None, now: datetime) -> dict[str, object]:
    return {
        "mac": place.mac,
        "device_id": owner.pk if owner is not None else None,
        "switch_id": place.switch if place.direct else None,
        "interface_id": place.port if place.direct else None,
        "vlan_id": place.vlan,
        "address": place.address,
        "key": address_key(place.address),
        "first_seen_at": now,
        "last_seen_at": now,
    }


def _write_last_seen(unit: Unit, devices: list[int], now: datetime) -> None:
    states = dict(DeviceState.objects.values_list("device_id", "pk"))
    new = sorted({pk for pk in devices if pk not in states})
    unit.create_rows(DeviceState, [{"device_id": pk, "last_seen_at": now} for pk in new])
    unit.touch(DeviceState, sorted({states[pk] for pk in devices if pk in states}), last_seen_at=now)
