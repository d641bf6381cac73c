"""A snapshot beside the register's view of the device: the changes that follow. Pure; no database.

The network owns what only it can know (interfaces' state, addresses seen, neighbours): such changes are set.
People own serial, type and name: a blank is filled, anything else becomes a difference for a person.
Nothing is closed on the word of a table that did not end well, and nothing on the first word of one that shrank.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from collectors.facts import COMPUTERS, InterfaceFact, NeighbourFact, PartFact, Snapshot
from collectors.tables import modules
from inventory.rules import names
from inventory.values import value


class Action(StrEnum):
    ADD = "add"
    SET = "set"
    CLOSE = "close"
    HOLD = "hold"
    """Rows of a table that shrank: closed only when another run shows the same. `values` is table, seen and of."""
    FILL = "fill"
    """A blank of the register, filled."""
    DIFFER = "differ"
    """Another value than the register's, for a person."""
    AGREE = "agree"
    """The register's value and the network's are one: an open difference is settled."""


@value
class Change:
    """One thing to do. `subject` is interface, address, neighbour, part or device; `key`: its row's, if it has one."""

    action: Action
    subject: str
    key: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    """New values by field."""
    old: Mapping[str, Any] = field(default_factory=dict)
    kind: str = ""
    """Of a difference: serial, type, name."""
    why: str = ""


@value
class InterfaceView:
    """An interface as the register has it."""

    pk: int
    name: str
    kind: str
    mac: str
    speed_mbps: int | None
    enabled: bool
    description: str
    if_index: int | None
    oper_up: bool | None
    gone: bool


@value
class AddressView:
    pk: int
    address: str
    prefix_length: int | None
    if_index: int | None
    """Of the interface that has it; None for one that no device has spoken of."""
    gone: bool
    interface: int | None = None
    """The key of that interface."""


@value
class NeighbourView:
    """An open neighbour row: its natural key, and what the neighbour said."""

    pk: int
    port: str
    protocol: str
    chassis: str
    remote_port: str
    remote_name: str
    remote_address: str
    bridge: bool | None


@value
class PartView:
    """A part of the device as it was last seen."""

    pk: int
    index: int | None
    name: str
    kind: str
    model: str
    serial: str
    maker: str
    position: int | None
    gone: bool


@dataclass(frozen=True, slots=True)
class RegisterView:
    """A device as the register has it, read once."""

    pk: int
    name: str
    serial: str
    type_names: tuple[str, ...]
    """The model and its aliases."""
    interfaces: tuple[InterfaceView, ...] = ()
    addresses: tuple[AddressView, ...] = ()
    neighbours: tuple[NeighbourView, ...] = ()
    parts: tuple[PartView, ...] = ()
    held: Mapping[str, int] = field(default_factory=dict)
    """Tables whose closing an earlier run held back → how many rows it saw."""
    restarted: bool = False
    """The device started anew since its last poll: a good reason for having less."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What a county may decide about collecting."""

    unseen_after_days: int = 30
    shrunk_share: float = 0.5
    """A table with at most this share of its rows left has shrunk, and waits for a second run."""
    settling_s: float = 600.0
    """So long after its start a device may not have filled its tables yet."""


def reconcile(snapshot: Snapshot, register: RegisterView, policy: Policy) -> list[Change]:
    """The changes that bring the register to what the snapshot shows, in order.

    An incomplete table may add, never close.
    """
    return [
        *_device(snapshot, register),
        *_interfaces(snapshot, register, policy),
        *_addresses(snapshot, register, policy),
        *_neighbours(snapshot, register, policy),
        *_parts(snapshot, register, policy),
    ]


def _closed(
    table: str, snapshot: Snapshot, register: RegisterView, policy: Policy, seen: int, of: int, gone: list[Change]
) -> Iterator[Change]:
    """Closes what a table no longer shows, unless it ended badly or has shrunk for the first time.

    `seen` rows came where the register has `of` open ones. A shrunk table is believed when the run before this one
    saw it shrunk too (and it has not shrunk once more since), or when the device started anew and has settled.
    """
    shrunk = bool(gone) and seen <= of * policy.shrunk_share
    believed = snapshot.complete(table)
    before = register.held.get(table)
    if shrunk and believed and not _explained(snapshot, register, policy):
        confirmed = before is not None and (seen == before or seen > before * policy.shrunk_share)
        before, believed = (before if confirmed else seen), confirmed
    if believed:
        yield from gone
    elif shrunk and before is not None:
        # Also a table that was cut short this time goes on waiting for the run that can tell.
        yield Change(Action.HOLD, gone[0].subject, values={"table": table, "seen": before, "of": of})


def _explained(snapshot: Snapshot, register: RegisterView, policy: Policy) -> bool:
    return register.restarted and (snapshot.system.uptime_s or 0.0) >= policy.settling_s


def _device(snapshot: Snapshot, register: RegisterView) -> Iterator[Change]:
    seen = snapshot.identity
    if seen.serial and not names.is_junk_serial(seen.serial):
        same = names.serial_key(seen.serial) == names.serial_key(register.serial)
        yield _owned("serial", register.serial, seen.serial, same, blank=names.is_junk_serial(register.serial))
    if seen.hardware and _says_model(snapshot):
        same = names.same_model(register.type_names, seen.hardware)
        yield _owned("type", register.type_names[0], seen.hardware, same)
    if names.name_key(snapshot.system.name):
        same = names.name_key(register.name) == names.name_key(snapshot.system.name)
        yield _owned("name", register.name, snapshot.system.name, same, blank=not register.name)


def _says_model(snapshot: Snapshot) -> bool:
    """Whether what was seen is a product's name. An operating system only knows its processor, such as 'Intel x64'."""
    if snapshot.identity.kind not in COMPUTERS:
        return True
    return any(part.model == snapshot.identity.hardware for part in snapshot.parts)


def _owned(kind: str, held: str, seen: str, same: bool, *, blank: bool = False) -> Change:
    if same:
        return Change(Action.AGREE, "device", kind=kind)
    if blank:
        return Change(Action.FILL, "device", values={kind: seen}, old={kind: held}, why="blank in the register")
    return Change(Action.DIFFER, "device", values={kind: seen}, old={kind: held}, kind=kind)


def _interfaces(snapshot: Snapshot, register: RegisterView, policy: Policy) -> Iterator[Change]:
    by_name = {view.name: view for view in register.interfaces}
    labels: set[str] = set()
    for fact in snapshot.interfaces:
        label = _unique_label(fact, labels)
        view = by_name.get(label) or by_name.get(fact.descr[:255])
        values = _interface_values(fact, label if view is None else view.name)
        if view is None:
            yield Change(Action.ADD, "interface", values=values)
            continue
        labels.add(view.name)
        # What the device does not say stays: a port without a link tells no speed.
        for name in ("mac", "description", "speed_mbps"):
            values[name] = values[name] or getattr(view, name)
        if view.kind != "other":
            values["kind"] = view.kind
        old = {name: getattr(view, name) for name, value in values.items() if getattr(view, name) != value}
        if view.gone:
            old["gone_since"], values["gone_since"] = True, None
        if old:
            yield Change(Action.SET, "interface", view.pk, {name: values[name] for name in old}, old)
    held = [view for view in register.interfaces if view.if_index is not None and not view.gone]
    gone = [
        Change(Action.CLOSE, "interface", view.pk, why="no longer in the interface table")
        for view in held
        if view.name not in labels
    ]
    yield from _closed("interfaces", snapshot, register, policy, len(snapshot.interfaces), len(held), gone)


def _unique_label(fact: InterfaceFact, taken: set[str]) -> str:
    """ifName, else ifDescr, else the index; the index behind it where two interfaces share a name."""
    label = fact.label[:255]
    if label in taken:
        label = f"{label[:240]} #{fact.index}"
    taken.add(label)
    return label


_COPPER, _VIRTUAL, _WIRELESS, _LAG = {6, 26, 62, 69, 117}, {1, 24, 53, 131, 135, 136, 150, 209}, {71}, {161}


def interface_kind(if_type: int | None, speed_mbps: int | None = None) -> str:
    """IANAifType as the register's kind. Ethernet does not say its medium: copper up to 1 Gbit/s, fiber above."""
    if if_type in _COPPER:
        return "fiber" if (speed_mbps or 0) >= 10_000 else "copper"
    if if_type in _VIRTUAL:
        return "virtual"
    if if_type in _WIRELESS:
        return "wireless"
    return "lag" if if_type in _LAG else "other"


def _interface_values(fact: InterfaceFact, name: str) -> dict[str, Any]:
    speed = fact.speed_mbps if fact.speed_mbps and fact.speed_mbps < 2**31 else None
    return {
        "name": name,
        "kind": interface_kind(fact.type, speed),
        "mac": fact.mac,
        "speed_mbps": speed,
        "enabled": fact.admin_up is not False,
        "description": fact.alias[:255],
        "if_index": fact.index,
        "oper_up": fact.oper_up,
    }


def _addresses(snapshot: Snapshot, register: RegisterView, policy: Policy) -> Iterator[Change]:
    """Addresses of the device; loopback and link-local ones tell an inventory nothing."""
    held = {view.address: view for view in register.addresses}
    seen: set[str] = set()
    for fact in snapshot.addresses:
        if (
            fact.address in seen
            or fact.address.startswith(("127.", "0.", "169.254.", "fe80:"))
            or fact.address == "::1"
        ):
            continue
        seen.add(fact.address)
        view = held.get(fact.address)
        values = {"prefix_length": fact.prefix_length, "if_index": fact.if_index}
        if view is None:
            yield Change(Action.ADD, "address", values={"address": fact.address, **values})
            continue
        if fact.if_index is None or view.if_index is not None:
            del values["if_index"]
        old = {k: getattr(view, k) for k, v in values.items() if v is not None and getattr(view, k) != v}
        if view.gone:
            old["gone_since"], values["gone_since"] = True, None
        if old:
            yield Change(Action.SET, "address", view.pk, {name: values[name] for name in old}, old)
    ours = [view for view in register.addresses if view.if_index is not None and not view.gone]
    gone = [
        Change(Action.CLOSE, "address", view.pk, why="no longer in the address table")
        for view in ours
        if view.address not in seen
    ]
    yield from _closed("addresses", snapshot, register, policy, len(seen), len(ours), gone)


def _neighbour_key(fact: NeighbourFact, labels: Mapping[int, str]) -> tuple[str, str, str, str]:
    """Our port under its interface's name where that can be told, protocol, chassis, remote port."""
    port = labels.get(fact.local_index, fact.local_port) if fact.local_index is not None else fact.local_port
    return (port[:255], fact.protocol, fact.chassis[:255], fact.port[:255])


def _neighbours(snapshot: Snapshot, register: RegisterView, policy: Policy) -> Iterator[Change]:
    held = {(v.port, v.protocol, v.chassis, v.remote_port): v for v in register.neighbours}
    labels = {fact.index: fact.label for fact in snapshot.interfaces}
    seen: set[tuple[str, str, str, str]] = set()
    for fact in snapshot.neighbours:
        key = _neighbour_key(fact, labels)
        if key in seen:
            continue
        seen.add(key)
        said = {"remote_name": fact.name[:255], "remote_address": fact.address[:45], "bridge": fact.bridge}
        view = held.get(key)
        if view is None:
            first = dict(zip(("port", "protocol", "chassis", "remote_port"), key, strict=True))
            yield Change(Action.ADD, "neighbour", values={**first, **said, "remote_descr": fact.descr})
            continue
        changed = {name: value for name, value in said.items() if getattr(view, name) != value}
        if changed:
            yield Change(Action.SET, "neighbour", view.pk, changed)
    gone = [
        Change(Action.CLOSE, "neighbour", view.pk, why="no longer said by the port")
        for key, view in held.items()
        if key not in seen
    ]
    yield from _closed("neighbours", snapshot, register, policy, len(seen), len(held), gone)


def _parts(snapshot: Snapshot, register: RegisterView, policy: Policy) -> Iterator[Change]:
    """Stack members and modules, by serial and model: a part that moved to another slot is the same part."""
    held = {modules.key(view.serial, view.model): view for view in register.parts}
    seen = modules.modules(snapshot.parts)
    for key, fact in seen.items():
        values, view = _part_values(fact), held.get(key)
        if view is None:
            yield Change(Action.ADD, "part", values=values)
            continue
        old = {name: getattr(view, name) for name, value in values.items() if getattr(view, name) != value}
        if view.gone:
            old["gone_since"], values["gone_since"] = True, None
        if old:
            yield Change(Action.SET, "part", view.pk, {name: values[name] for name in old}, old)
    ours = {key: view for key, view in held.items() if not view.gone}
    gone = [
        Change(Action.CLOSE, "part", view.pk, why="no longer in the hardware table")
        for key, view in ours.items()
        if key not in seen
    ]
    yield from _closed("hardware", snapshot, register, policy, len(seen), len(ours), gone)


def _part_values(fact: PartFact) -> dict[str, Any]:
    return {
        "index": fact.index if fact.index < 2**31 else None,
        "name": (fact.name or fact.descr)[:255],
        "kind": modules.kind(fact),
        "model": fact.model[:200],
        "serial": fact.serial[:100],
        "maker": fact.maker[:100],
        "position": fact.position if fact.position is not None and abs(fact.position) < 2**31 else None,
    }
