"""What a device said, as plain values: all that a visit to it gives.

A Snapshot is one device at one time. It is what `probe` prints, what a polling process sends to the one that writes,
what is kept of a device, and what a technician mails with a fault report. No Django, no sockets, no octets: text is
decoded, a MAC is 12 lower-case hexadecimal digits, an address is its netaddr text.
"""

import dataclasses
import operator
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any

from collectors.features import (
    AggregateFact,
    InventoryFact,
    OpticFact,
    PoeFact,
    PrinterFact,
    SoftwareFact,
    SpanningTreeFact,
    UpsFact,
)
from inventory.values import value

SCHEMA = 1

_OF_THE_VISIT: Mapping[str, bool] = {"in_json": False}
"""Metadata of fields that are no facts of the device, and not of its JSON."""

COMPUTERS = frozenset({"server", "workstation"})
"""Kinds whose operating system, as long as no part says more, takes its processor for the model ('Intel x64')."""


class TableState(StrEnum):
    """How reading a table ended. Only COMPLETE and EMPTY may mark anything as gone."""

    COMPLETE = "complete"
    EMPTY = "empty"
    UNSUPPORTED = "unsupported"
    CUT_SHORT = "cut short"


@dataclass(frozen=True, slots=True)
class TableEnd:
    """How one table ended: rows got, requests made, and for a cut-short table a word on why."""

    state: TableState
    rows: int = 0
    requests: int = 0
    reason: str = ""
    notes: tuple[str, ...] = ()
    checksum: int = 0
    """CRC-32 of what was read, as it came: the same twice means the same content."""

    @property
    def ended_well(self) -> bool:
        return self.state in (TableState.COMPLETE, TableState.EMPTY)


@dataclass(frozen=True, slots=True)
class SystemFact:
    """SNMPv2-MIB system group and the SNMP-FRAMEWORK engine."""

    descr: str = ""
    object_id: str = ""
    uptime_s: float | None = None
    contact: str = ""
    name: str = ""
    location: str = ""
    services: int | None = None
    engine_id: str = ""
    """snmpEngineID as hexadecimal digits."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the device says it is. Unknown is None. `rule` names the file and rule that spoke."""

    kind: str | None = None
    os: str | None = None
    manufacturer: str | None = None
    hardware: str | None = None
    version: str | None = None
    serial: str | None = None
    placeholder: str | None = None
    """What the device gives in place of a serial (0000, N/A …) when it has none: shown to people, never compared."""
    asset_tag: str | None = None
    chassis_serials: tuple[str, ...] = ()
    base_mac: str | None = None
    """The bridge's own MAC, or the LLDP chassis id when that is a MAC."""
    rule: str = ""


@value
class InterfaceFact:
    index: int
    name: str = ""
    descr: str = ""
    alias: str = ""
    type: int | None = None
    """IANAifType."""
    mac: str = ""
    speed_mbps: int | None = None
    mtu: int | None = None
    admin_up: bool | None = None
    oper_up: bool | None = None

    @property
    def label(self) -> str:
        """The name people know: ifName, else ifDescr, else the index."""
        return self.name or self.descr or str(self.index)


@value
class AddressFact:
    address: str
    prefix_length: int | None
    if_index: int | None


@value
class ArpFact:
    """An address that answered to a MAC (ARP or IPv6 neighbour discovery) on a layer-3 interface."""

    mac: str
    address: str
    if_index: int


@value
class ForwardingFact:
    """A MAC learned on a port (bridge FDB). `if_index` is None where the bridge port maps to no interface."""

    mac: str
    vlan: int | None
    if_index: int | None


@value
class NeighbourFact:
    """What a neighbour said of itself on a port of ours."""

    protocol: str
    """'lldp', 'cdp', 'fdp', 'edp' or 'mndp'."""
    local_index: int | None
    """ifIndex of our port, where it can be told."""
    local_port: str
    """Name of our port."""
    chassis: str
    """Chassis id: a MAC as 12 digits, else text."""
    port: str
    port_descr: str = ""
    name: str = ""
    descr: str = ""
    address: str = ""
    bridge: bool | None = None
    """Whether it says it forwards frames (bridge or router capability enabled); None when it does not say."""
    origin: str = ""
    """'' when it comes from the protocol's usual table, else a word for where it was found."""


@value
class PartFact:
    """A row of ENTITY-MIB entPhysicalTable."""

    index: int
    klass: int | None
    """entPhysicalClass: 3 chassis, 6 power supply, 7 fan, 9 module, 10 port, 11 stack."""
    parent: int | None
    position: int | None
    name: str = ""
    descr: str = ""
    vendor_type: str = ""
    hardware: str = ""
    firmware: str = ""
    software: str = ""
    serial: str = ""
    maker: str = ""
    model: str = ""
    asset_tag: str = ""


@dataclass(frozen=True, slots=True)
class HostFact:
    """HOST-RESOURCES of a computer: memory in KiB, processors counted, fixed disks in KiB, installed software."""

    memory_kib: int | None = None
    processors: int | None = None
    disks_kib: tuple[tuple[str, int], ...] = ()
    software: tuple[SoftwareFact, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One device at one time.

    `fault` is "" when it answered; else a code of collectors.snmp.faults, and `fault_text` says it to a person.
    `tables` holds how each table that was asked for ended, also for those that gave nothing.
    """

    name: str
    """The target: an address, or a recorded file's name."""
    taken_at: str = ""
    """ISO 8601 with zone."""
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
    aggregates: tuple[AggregateFact, ...] = ()
    spanning_tree: SpanningTreeFact | None = None
    inventories: tuple[InventoryFact, ...] = ()
    optics: tuple[OpticFact, ...] = ()
    poe: PoeFact | None = None
    printer: PrinterFact | None = None
    ups: UpsFact | None = None
    tables: dict[str, TableEnd] = field(default_factory=dict)
    restarted: bool = False
    """sysUpTime fell while the tables were read: nothing here may close anything."""
    fault: str = ""
    fault_text: str = ""
    requests: int = 0
    varbinds: int = 0
    seconds: float = 0.0
    asked_with: str = ""
    """The name of the management profile that it answered to."""
    same: bool = field(default=False, metadata=_OF_THE_VISIT)
    """Every answer was that of the visit whose Snapshot is kept: only times are told here, the rest is there."""
    conversation: bytes = field(default=b"", metadata=_OF_THE_VISIT)
    """What was asked, and the stamps of the answers, as collectors.snmp.talk packs them; b"" where not to be kept."""
    schema: int = SCHEMA

    def complete(self, table: str) -> bool:
        """Whether absence in this table means that a thing is gone."""
        end = self.tables.get(table)
        return not self.restarted and end is not None and end.ended_well


def to_json(snapshot: Snapshot) -> dict[str, Any]:
    """A Snapshot as JSON types; `from_json` is its inverse.

    Many facts of one kind stand as a table: {"fields": [...], "rows": [[...], ...]}.
    """
    return typing.cast(dict[str, Any], _plain(snapshot))


def tables_to_json(snapshot: Snapshot) -> dict[str, Any]:
    """How each table ended, as JSON types."""
    return typing.cast(dict[str, Any], _plain(snapshot.tables))


def tables_from_json(data: Mapping[str, Mapping[str, Any]]) -> dict[str, TableEnd]:
    """The inverse of tables_to_json; what else is kept with a table is left aside."""
    return {
        name: TableEnd(
            TableState(end["state"]), end["rows"], end["requests"], end["reason"], tuple(end["notes"]), end["checksum"]
        )
        for name, end in data.items()
    }


def rows_from_json(data: Mapping[str, Any], kind: str, *names: str) -> list[tuple[Any, ...]]:
    """Some fields of all facts of a kind, without the facts: `data` is a Snapshot as JSON."""
    facts = data[kind]
    if not facts:
        return []
    values = operator.itemgetter(*map(facts["fields"].index, names))
    return [values(row) for row in facts["rows"]]


def from_json(data: dict[str, Any]) -> Snapshot:
    """Raises ValueError when the data is of another schema or misses what a Snapshot must have."""
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        found = data.get("schema") if isinstance(data, dict) else None
        raise ValueError(f"a snapshot of schema {found!r}; this version reads schema {SCHEMA}")
    try:
        return typing.cast(Snapshot, _build(Snapshot, data))
    except (TypeError, KeyError, AttributeError, IndexError) as fault:
        raise ValueError(f"not a snapshot: {fault}") from fault


@cache
def _reader(kind: type) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    """Field names of a dataclass, and a fast way to all their values (two fields or more)."""
    names = tuple(f.name for f in dataclasses.fields(kind) if f.metadata.get("in_json", True))
    return names, operator.attrgetter(*names)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        names, values = _reader(type(value))  # type: ignore[arg-type]
        return dict(zip(names, map(_plain, values(value)), strict=True))
    if isinstance(value, tuple):
        if value and dataclasses.is_dataclass(value[0]):
            names, values = _reader(type(value[0]))  # type: ignore[arg-type]
            return {"fields": list(names), "rows": [list(values(row)) for row in value]}
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _build(kind: Any, value: Any) -> Any:
    """`value` (JSON types) as `kind`: a dataclass, tuple, dict, enum, optional or plain type."""
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        inner = [part for part in typing.get_args(kind) if part is not type(None)]
        return None if value is None else _build(inner[0], value)
    if dataclasses.is_dataclass(kind):
        hints = _hints(kind)  # type: ignore[arg-type]
        return kind(**{key: _build(hints[key], item) for key, item in value.items()})  # type: ignore[operator]
    if origin is tuple:
        parts = typing.get_args(kind)
        if isinstance(value, dict):
            names = value["fields"]
            return tuple(_build(parts[0], dict(zip(names, row, strict=True))) for row in value["rows"])
        if parts[-1] is Ellipsis:
            return tuple(_build(parts[0], item) for item in value)
        return tuple(_build(part, item) for part, item in zip(parts, value, strict=True))
    if origin is dict:
        return {key: _build(typing.get_args(kind)[1], item) for key, item in value.items()}
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind(value)
    return value
