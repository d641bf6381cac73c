"""Reads of the collectors: whom to poll, and the register's view of one device, in few queries."""

import json
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib import metadata
from typing import Any, NamedTuple, TypeVar, cast

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext_noop

from collectors.collect import Target
from collectors.facts import Snapshot, from_json
from collectors.matching import Known
from collectors.models import (
    DevicePart,
    DeviceState,
    Difference,
    DifferenceState,
    KeptSnapshot,
    Neighbour,
    Run,
    RunState,
)
from collectors.profiles import DeviceProfile, ManagementProfile
from collectors.reconcile import AddressView, InterfaceView, NeighbourView, PartView, RegisterView
from inventory.models import Department, Device, Interface, IPAddress, Town
from inventory.models.hardware import AssetRole, DeviceStatus
from inventory.selectors import devices_changed_since, is_quiet_since, log_mark
from inventory.services.write import run_correlation

V = TypeVar("V")
READ_AT_ONCE = 200
NO_TOWN = gettext_noop("devices without a town")
KEPT_FOR = timedelta(hours=6)
"""So old a kept snapshot is replaced though nothing of it changed but readings, such as powers and page counts."""
INTERFACE_FIELDS = ("name", "kind", "mac", "speed_mbps", "enabled", "description", "if_index", "oper_up")


@dataclass(frozen=True, slots=True)
class Scope:
    """Which devices: all, or those of towns, departments or names; of these those without a town, if `townless`."""

    towns: Sequence[Town] = ()
    departments: Sequence[Department] = ()
    names: Sequence[str] = ()
    townless: bool = False

    def __str__(self) -> str:
        known = [*(t.name for t in self.towns), *(d.name for d in self.departments), *self.names]
        return ", ".join([NO_TOWN, *known] if self.townless else known)


@dataclass(slots=True)
class Managed:
    """A device to poll and its management, in the order of trying; at least one."""

    device: Device
    ways: list[DeviceProfile]

    @property
    def device_id(self) -> int:
        return self.device.pk


def devices_to_poll(scope: Scope) -> list[Managed]:
    """Devices in use with an address and an enabled profile: those that most was asked of last time begin."""
    largest = F("device__network_state__requests").desc(nulls_last=True)
    rows = _ways(scope).select_related("device__primary_address").order_by(largest, "device_id")
    known = ManagementProfile.objects.in_bulk()
    managed: dict[int, Managed] = {}
    for row in rows:
        row.profile = known[row.profile_id]
        managed.setdefault(row.device_id, Managed(row.device, [])).ways.append(row)
    for one in managed.values():
        one.ways.sort(key=DeviceProfile.order)
    return list(managed.values())


def towns_of(scope: Scope) -> list[Town | None]:
    """The towns of the devices to poll in a scope, in their order; None behind them for devices without one."""
    places = _ways(scope).order_by().values_list("device__site__town", "device__department__town").distinct()
    keys = {at_site or of_department for at_site, of_department in places}
    return [*Town.objects.filter(pk__in=keys), *([None] if None in keys else [])]


def _ways(scope: Scope) -> QuerySet[DeviceProfile]:
    found = DeviceProfile.objects.filter(
        enabled=True, device__status=DeviceStatus.IN_USE, device__primary_address__isnull=False
    )
    if scope.towns:
        in_towns = Q(device__site__town__in=scope.towns)
        found = found.filter(in_towns | Q(device__site__isnull=True, device__department__town__in=scope.towns))
    if scope.townless:
        found = found.filter(device__site__isnull=True, device__department__town__isnull=True)
    if scope.departments:
        found = found.filter(device__department__in=scope.departments)
    if scope.names:
        by_name = Q(device__name__in=scope.names) | Q(device__asset_tag__in=scope.names)
        found = found.filter(by_name | Q(device__primary_address__address__in=scope.names))
    return found


def target_of(managed: Managed) -> Target:
    """What the poller needs; the target's name is the device's asset tag, which no other device has."""
    address = managed.device.primary_address
    assert address is not None
    first = managed.ways[0].profile
    return Target(
        name=managed.device.asset_tag,
        host=address.address,
        port=first.port,
        credentials=tuple(way.profile.credential() for way in managed.ways if way.profile.asks_snmp),
        timeout_s=first.timeout_s,
        retries=first.retries,
    )


def register_view(device: Device) -> RegisterView:
    """The device as the register has it, for reconcile. Four queries; `device` with its type."""
    return register_views([device])[device.pk]


def register_views(devices: Sequence[Device]) -> dict[int, RegisterView]:
    """Views of several devices, in four queries for all of them."""
    keys = [device.pk for device in devices]
    interfaces = _by_device(
        InterfaceView,
        Interface.objects.filter(device__in=keys)
        .annotate(gone=Q(gone_since__isnull=False))
        .values_list("device_id", "pk", *INTERFACE_FIELDS, "gone"),
    )
    addresses = _addresses(keys)
    neighbours = _by_device(
        NeighbourView,
        Neighbour.objects.filter(device__in=keys, ended_at__isnull=True).values_list(
            "device_id", "pk", "port", "protocol", "chassis", "remote_port", "remote_name", "remote_address", "bridge"
        ),
    )
    parts = _by_device(
        PartView,
        DevicePart.objects.filter(device__in=keys)
        .annotate(gone=Q(gone_since__isnull=False))
        .values_list("device_id", "pk", "index", "name", "kind", "model", "serial", "maker", "position", "gone"),
    )
    return {
        device.pk: RegisterView(
            pk=device.pk,
            name=device.name,
            serial=device.serial,
            type_names=device.device_type.names(),
            interfaces=tuple(interfaces.get(device.pk, ())),
            addresses=tuple(addresses.get(device.pk, ())),
            neighbours=tuple(neighbours.get(device.pk, ())),
            parts=tuple(parts.get(device.pk, ())),
        )
        for device in devices
    }


def _addresses(devices: Sequence[int]) -> dict[int, list[AddressView]]:
    rows = IPAddress.objects.filter(interface__device__in=devices).annotate(gone=Q(gone_since__isnull=False))
    return _by_device(
        AddressView,
        rows.values_list(
            "interface__device_id", "pk", "address", "prefix_length", "interface__if_index", "gone", "interface_id"
        ),
    )


def _by_device(view: Callable[..., V], rows: Iterable[tuple[Any, ...]]) -> dict[int, list[V]]:
    """Rows as views, by the device key that stands first in each."""
    found: dict[int, list[V]] = {}
    for device, *values in rows:
        found.setdefault(device, []).append(view(*values))
    return found


class Kept(NamedTuple):
    """A kept snapshot, without its content."""

    pk: int
    taken_at: datetime
    edition: str
    """Of the program that asked; empty where the conversation is not kept."""


@dataclass(frozen=True, slots=True)
class Held:
    """What the register holds of a device: itself, its last poll, its view, its open and rejected differences."""

    device: Device
    state: DeviceState | None
    view: RegisterView | None
    """None when nothing of it was changed since its last poll, which left nothing to do."""
    differences: Sequence[Difference]
    mark: int
    """The place in the change log when this was read."""
    kept: Kept | None = None
    """The snapshot that is kept; None where it was not looked up."""

    @property
    def has_open(self) -> bool:
        return any(one.state == DifferenceState.OPEN for one in self.differences)


def hold(device: int) -> Held:
    """What is held of a device now, with its view."""
    mark = log_mark()
    found = Device.objects.select_related("device_type").get(pk=device)
    return Held(found, states_of([device]).first(), register_view(found), _differences([device]).get(device, ()), mark)


def _differences(devices: Sequence[int]) -> dict[int, list[Difference]]:
    """Open and rejected differences, by device."""
    found: dict[int, list[Difference]] = {}
    states = (DifferenceState.OPEN, DifferenceState.REJECTED)
    for one in Difference.objects.filter(device__in=devices, state__in=states):
        found.setdefault(one.device_id or 0, []).append(one)
    return found


class ReadAhead:
    """Reads what is held of many devices at a time, in the order in which they will be asked for.

    What the run itself writes of a device that is not the one it applies has to be told by `spoil`.
    """

    def __init__(self, order: Sequence[int], run: Run) -> None:
        self._order = list(reversed(order))
        self._mine = run_correlation(str(run.pk))
        self._held: dict[int, Held] = {}
        self._read: set[int] = set()
        self._spoilt: set[int] = set()
        self._changed: dict[int, frozenset[int] | None] = {}
        """Run → devices changed since it began."""

    def take(self, device: int) -> Held:
        """What is held of a device, as of some moments ago. Given out once, then forgotten."""
        if device in self._spoilt:
            return hold(device)
        if device not in self._held:
            self._read_more(device)
        return self._held.pop(device)

    def spoil(self, device: int) -> None:
        self._spoilt.add(device)

    def still_holds(self, held: Held) -> bool:
        """Whether the change log tells of nothing that others did to the device since it was read."""
        if is_quiet_since(held.mark, but_not_by=self._mine):
            return True
        changed = devices_changed_since(held.mark, but_not_by=self._mine)
        return changed is not None and held.device.pk not in changed

    def _was_changed(self, device: Device, state: DeviceState | None) -> bool:
        """Whether a person or an import changed anything of it since its last poll, as far as can be told."""
        if state is None or not state.answered or state.run_id is None:
            return True
        if state.run_id not in self._changed:
            run = Run.objects.get(pk=state.run_id)
            known = run.edition == edition() and run.state in (RunState.DONE, RunState.PARTIAL)
            mine = run_correlation(str(run.pk))
            self._changed[run.pk] = devices_changed_since(run.log_mark, but_not_by=mine) if known else None
        changed = self._changed[state.run_id]
        return changed is None or device.pk in changed

    def _read_more(self, device: int) -> None:
        wanted = [device]
        while self._order and len(wanted) < READ_AT_ONCE:
            following = self._order.pop()
            if following not in self._read and following != device:
                wanted.append(following)
        self._read.update(wanted)
        mark = log_mark()
        devices = list(Device.objects.filter(pk__in=wanted).select_related("device_type"))
        states = {state.device_id: state for state in states_of(wanted)}
        views = register_views([one for one in devices if self._was_changed(one, states.get(one.pk))])
        differences = _differences(wanted)
        found = KeptSnapshot.objects.filter(device__in=wanted).values_list("device_id", "pk", "taken_at", "edition")
        kept = {device: Kept(pk, taken_at, edition) for device, pk, taken_at, edition in found}
        for one in devices:
            self._held[one.pk] = Held(
                one, states.get(one.pk), views.get(one.pk), differences.get(one.pk, ()), mark, kept.get(one.pk)
            )


@cache
def edition() -> str:
    """The program's version."""
    try:
        return metadata.version("taizhang")
    except metadata.PackageNotFoundError:
        return ""


def states_of(devices: Sequence[int]) -> QuerySet[DeviceState]:
    """What is kept of their last polls."""
    return DeviceState.objects.defer("sys_descr").filter(device__in=devices)


@dataclass(slots=True)
class KnownDevices:
    """How to recognise devices: names that two devices share tell nothing."""

    shared_names: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def read(cls) -> "KnownDevices":
        shared = (
            Device.objects.exclude(name="")
            .annotate(key=Lower("name"))
            .values("key")
            .annotate(count=Count("pk"))
            .filter(count__gt=1)
        )
        return cls(frozenset(row["key"] for row in shared))

    def known(self, device: Device, view: RegisterView, state: DeviceState | None) -> Known:
        macs = {interface.mac for interface in view.interfaces if interface.mac}
        if state is not None and state.base_mac:
            macs.add(state.base_mac)
        return Known(
            pk=device.pk,
            name=device.name,
            serial=device.serial,
            macs=frozenset(macs),
            engine_id=state.engine_id if state is not None else "",
            name_is_unique=device.name.lower() not in self.shared_names,
            models=view.type_names,
            last_model=state.hardware_seen if state is not None else "",
            told=_told(state) if state is not None else frozenset(),
        )


def _told(state: DeviceState) -> frozenset[str]:
    """What the device told of itself when it was last polled, in the words of collectors.matching."""
    said = {"serial": state.serial_seen, "mac": state.base_mac, "engine": state.engine_id, "name": state.sys_name}
    return frozenset(word for word, value in said.items() if value)


def others_like(macs: Collection[str], serial_keys: Collection[str], device: Device) -> list[int]:
    """Keys of other devices that own one of the MACs or serials."""
    some = list(macs)[:400]
    found = set(Interface.objects.filter(mac__in=some).exclude(device=device).values_list("device_id", flat=True)[:20])
    found |= set(
        DeviceState.objects.filter(base_mac__in=some).exclude(device=device).values_list("device_id", flat=True)[:20]
    )
    if serial_keys:
        ends = Q()
        for key in serial_keys:
            ends |= Q(serial_key__endswith=f":{key}")
        found |= set(Device.objects.filter(ends).exclude(pk=device.pk).values_list("pk", flat=True)[:20])
    return sorted(found)


def network_macs() -> set[str]:
    """MACs of network devices: of their interfaces, and the base MACs of their last polls."""
    network = {"device__device_type__asset_class__role": AssetRole.NETWORK}
    found = set(Interface.objects.filter(**network).exclude(mac="").values_list("mac", flat=True))
    return found | set(DeviceState.objects.filter(**network).exclude(base_mac="").values_list("base_mac", flat=True))


def load_snapshot(device: Device) -> Snapshot | None:
    """The last snapshot kept of a device; None when it never answered."""
    content = KeptSnapshot.objects.filter(device=device).values_list("content", flat=True).first()
    return None if content is None else from_json(_unpacked(content))


def _unpacked(content: bytes | memoryview) -> dict[str, Any]:
    return cast(dict[str, Any], json.loads(zlib.decompress(content)))


def conversations(tags: Sequence[str], now: datetime) -> dict[str, bytes]:
    """Of the devices' last visits, by asset tag: those that this edition held, and not long ago.

    What a clock that was ahead has dated into the future is none of them.
    """
    kept = KeptSnapshot.objects.filter(edition=edition(), taken_at__gt=now - KEPT_FOR, taken_at__lte=now)
    return {
        tag: bytes(content)
        for part in _parts(tags)
        for tag, content in kept.filter(device__asset_tag__in=part).values_list("device__asset_tag", "conversation")
    }


def _parts(devices: Sequence[V]) -> Iterator[Sequence[V]]:
    return (devices[start : start + READ_AT_ONCE] for start in range(0, len(devices), READ_AT_ONCE))


def kept_facts(devices: Sequence[int]) -> Iterator[tuple[int, dict[str, Any]]]:
    """(device, its last snapshot as JSON)."""
    for part in _parts(devices):
        rows = KeptSnapshot.objects.filter(device__in=part).values_list("device_id", "content")
        yield from ((device, _unpacked(content)) for device, content in rows.iterator())
