"""Neighbours by the makers' own relatives of LLDP: Foundry's FDP, Extreme's EDP and MikroTik's MNDP.

Each is asked only of its maker. Whether a neighbour forwards frames is known where only switches speak the protocol
or where it says so.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from collectors import decode
from collectors.facts import NeighbourFact
from collectors.snmp import oid
from collectors.snmp.session import OCTETS, Raw
from collectors.snmp.table import Table, TableRead
from collectors.tables.neighbours import Ports


@dataclass(frozen=True, slots=True)
class Relative:
    """A protocol: who has it, its table, and the arc of the row index that is our port's ifIndex."""

    under: str
    protocol: str
    table: Table
    arc: int | None
    """None where the column `if_index` tells it."""
    only_switches: bool = False


def _columns(base: str, **columns: int) -> Table:
    return Table("neighbours", {name: f"{base}.{number}" for name, number in columns.items()})


RELATIVES = FDP, EDP, MNDP = (
    Relative(  # snFdpCacheTable, index ifIndex.n
        "1.3.6.1.4.1.1991",
        "fdp",
        _columns("1.3.6.1.4.1.1991.1.1.3.20.1.2.1.1", name=3, address=5, descr=6, port=7, capabilities=9),
        0,
    ),
    Relative(  # extremeEdpTable, index ifIndex.eight octets of neighbour id
        "1.3.6.1.4.1.1916",
        "edp",
        _columns("1.3.6.1.4.1.1916.1.13.2.1", name=3, descr=4, slot=5, port=6),
        0,
        only_switches=True,
    ),
    Relative(  # mtxrNeighborTable, index n
        "1.3.6.1.4.1.14988",
        "mndp",
        _columns("1.3.6.1.4.1.14988.1.1.11.1.1", address=2, mac=3, descr=5, name=6, if_index=8),
        None,
    ),
)
_FORWARDS = ("switch", "router", "bridge")


def relative_of(object_id: str) -> Relative | None:
    """The protocol of a device's maker, by its sysObjectID."""
    return next((one for one in RELATIVES if f"{object_id}.".startswith(f"{one.under}.")), None)


def numbered_by_interface(remote: TableRead, own: TableRead) -> TableRead:
    """LLDP's rows of a MikroTik with our port's ifIndex in the index, where others have LLDP's local port.

    RouterOS numbers all neighbours in one row and leaves the port out, or 0; its own table tells the interface of
    each number.
    """
    if_index_of = {oid.index_arcs(index)[-1:]: decode.integer(raw) for index, raw in own.columns["if_index"].items()}
    columns: dict[str, dict[bytes, Raw]] = {}
    for name, column in remote.columns.items():
        renumbered = columns[name] = {}
        for index, raw in column.items():
            number = oid.index_arcs(index)[-1:]
            renumbered[oid.encode_index((0, max(if_index_of.get(number) or 0, 0), *number))] = raw
    return TableRead(remote.end, columns)


def without(read: TableRead, told: TableRead) -> TableRead:
    """A MikroTik's own rows but those that `told` (LLDP's rows) has under the same number."""
    numbers = {oid.index_arcs(index)[-1:] for index, _row in told.rows()}
    left = {
        name: {index: raw for index, raw in column.items() if oid.index_arcs(index)[-1:] not in numbers}
        for name, column in read.columns.items()
    }
    return TableRead(read.end, left)


def relatives(one: Relative, read: TableRead, ports: Ports) -> Iterator[NeighbourFact]:
    """Neighbours that give a name or a MAC; a row without our port's number is none of ours."""
    for index, row in read.rows():
        arcs = oid.index_arcs(index)
        if_index = decode.integer(row.get("if_index")) if one.arc is None else arcs[one.arc] if arcs else None
        name, mac = decode.text(row.get("name")).strip(), decode.mac(row.get("mac")) or _edp_mac(arcs, one)
        if if_index is None or not (name or mac):
            continue
        yield NeighbourFact(
            protocol=one.protocol,
            local_index=if_index,
            local_port=ports.label(if_index) or str(if_index),
            chassis=mac,
            port=_port(row),
            name=name,
            descr=decode.text(row.get("descr")).strip(),
            address=_address(row.get("address")),
            bridge=True if one.only_switches else _forwards(row.get("capabilities")),
            origin=one.protocol,
        )


def _edp_mac(arcs: tuple[int, ...], one: Relative) -> str:
    """EDP's neighbour id is two octets and the MAC of the neighbour."""
    octets = arcs[-6:]
    return bytes(octets).hex() if one.protocol == "edp" and len(arcs) == 9 and max(octets) < 256 else ""


def _port(row: Mapping[str, Raw]) -> str:
    """'slot:port' where the device has slots, else the port as it is told."""
    port, slot = decode.text(row.get("port")).strip(), decode.integer(row.get("slot"))
    return f"{slot}:{port}" if slot and port else port


def _address(raw: Raw | None) -> str:
    found = decode.address(raw) if raw is not None and (raw[0] != OCTETS or raw[1]) else ""
    return "" if found in ("0.0.0.0", "::") else found


def _forwards(raw: Raw | None) -> bool | None:
    text = decode.text(raw).lower()
    return any(word in text for word in _FORWARDS) if text else None
