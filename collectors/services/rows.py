"""Writes the changes of one device's interfaces, addresses, neighbours and parts, within the caller's unit of work."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from collectors.models import DevicePart, Neighbour
from collectors.reconcile import Action, Change, RegisterView
from inventory.models import Device, Interface, IPAddress
from inventory.services.write import Unit

Changed = tuple[Any, Mapping[str, tuple[Any, Any]]]


def write_interfaces(unit: Unit, device: Device, view: RegisterView, changes: Sequence[Change], now: datetime) -> int:
    """Returns how many rows were made or changed, as the other functions here do."""
    new = [{"device_id": device.pk, **change.values} for change in changes if change.action is Action.ADD]
    unit.create_rows(Interface, new, of=device)
    held = {row.pk: row for row in view.interfaces}
    changed = []
    for change in changes:
        if change.action is not Action.ADD and change.key is not None:
            row = Interface(pk=change.key, device_id=device.pk, name=held[change.key].name)
            changed.append(_changed(row, change.action, change.values, change.old, now))
    return len(new) + unit.update_many(Interface, changed)


def write_addresses(unit: Unit, device: Device, view: RegisterView, changes: Sequence[Change], now: datetime) -> int:
    """An address whose interface is not known is left out until the interface is."""
    if not changes:
        return 0
    wanted = {change.values["if_index"] for change in changes if change.values.get("if_index") is not None}
    found = Interface.objects.filter(device=device, if_index__in=wanted, gone_since__isnull=True)
    ports = dict(found.values_list("if_index", "pk")) if wanted else {}
    new, changed = [], []
    held = {one.pk: one for one in view.addresses}
    for change in changes:
        values = dict(change.values)
        port = ports.get(values.pop("if_index", None))
        if change.action is Action.ADD:
            new += [IPAddress(interface_id=port, **values)] if port is not None else []
            continue
        one = held[change.key or 0]
        if port is not None and port != one.interface:
            values["interface_id"] = port
        row = IPAddress(pk=one.pk, address=one.address, prefix_length=one.prefix_length, interface_id=one.interface)
        row.derive()
        row, told = _changed(row, change.action, values, {**change.old, "interface_id": one.interface}, now)
        if told:
            changed.append((row, {name.removesuffix("_id"): pair for name, pair in told.items()}))
    unit.create_many(IPAddress, new)
    return len(new) + unit.update_many(IPAddress, changed)


def write_neighbours(unit: Unit, device: Device, changes: Sequence[Change], now: datetime) -> int:
    new = [
        {"device_id": device.pk, "first_seen_at": now, **change.values}
        for change in changes
        if change.action is Action.ADD
    ]
    unit.create_rows(Neighbour, new)
    changed = []
    for change in changes:
        if change.action is not Action.ADD:
            values = {"ended_at": now} if change.action is Action.CLOSE else change.values
            changed.append(_changed(Neighbour(pk=change.key, device_id=device.pk), Action.SET, values, {}, now))
    return len(new) + unit.update_many(Neighbour, changed)


def write_parts(unit: Unit, device: Device, changes: Sequence[Change], now: datetime) -> int:
    new = [
        {"device_id": device.pk, "first_seen_at": now, **change.values}
        for change in changes
        if change.action is Action.ADD
    ]
    unit.create_rows(DevicePart, new)
    changed = [
        _changed(DevicePart(pk=change.key, device_id=device.pk), change.action, change.values, change.old, now)
        for change in changes
        if change.action is not Action.ADD
    ]
    return len(new) + unit.update_many(DevicePart, changed)


def _changed(row: Any, action: Action, values: Mapping[str, Any], old: Mapping[str, Any], now: datetime) -> Changed:
    """The row with its new values, and {field: (before, after)}; CLOSE sets since when it is gone."""
    if action is Action.CLOSE:
        values = {"gone_since": now}
    for name, value in values.items():
        setattr(row, name, value)
    return row, {name: (None if name == "gone_since" else old.get(name), value) for name, value in values.items()}
