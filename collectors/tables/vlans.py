"""VLANs a bridge knows: IEEE 802.1Q tables, the newer ieee8021 ones, and Cisco's VTP."""

from collections.abc import Iterable, Mapping

from collectors import decode
from collectors.snmp import oid
from collectors.snmp.session import Raw
from collectors.snmp.table import Table, TableRead

STATIC = Table(
    "vlans",
    {
        "name": "1.3.6.1.2.1.17.7.1.4.3.1.1",  # dot1qVlanStaticName
        "fdb_id": "1.3.6.1.2.1.17.7.1.4.2.1.3",  # dot1qVlanFdbId, index TimeFilter.vlan
        "untagged": "1.3.6.1.2.1.17.7.1.4.2.1.5",  # dot1qVlanCurrentUntaggedPorts: lists VLANs without an FDB id
    },
)
MORE = Table(
    "vlans",
    {
        "pvid": "1.3.6.1.2.1.17.7.1.4.5.1.1",  # dot1qPvid
        "vtp": "1.3.6.1.4.1.9.9.46.1.3.1.1.2",  # vtpVlanState, index domain.vlan
        "vtp_name": "1.3.6.1.4.1.9.9.46.1.3.1.1.4",
        "ieee": "1.3.111.2.802.1.1.4.1.4.3.1.3",  # ieee8021QBridgeVlanStaticName, index component.vlan
    },
)

_LAST = 4094
_VTP_RESERVED = range(1002, 1006)
"""VLANs of token ring and FDDI that every VTP switch lists."""
_VTP_OPERATIONAL = 1
_FDB_ARCS = 7
"""FDB id and MAC."""
_ALIKE = 2
"""FDB ids that are VLANs of ports before FDB ids are taken for VLANs."""


def are_listed(static: TableRead, more: TableRead) -> bool:
    """Whether the agent has a list of VLANs, not only those of ports."""
    lists = (static.columns, ("name", "untagged")), (more.columns, ("vtp", "vtp_name", "ieee"))
    return any(columns.get(name) for columns, names in lists for name in names)


def vlans(static: TableRead, more: TableRead) -> tuple[int, ...]:
    """VLAN ids, ascending. Ids outside 1 to 4094 (internal ones) are no VLANs of the network."""
    found = set(_last_arcs(static.columns.get("name", {})))
    found.update(_last_arcs(static.columns.get("untagged", {})))
    found.update(_last_arcs(more.columns.get("ieee", {})))
    # Every row of VTP's is a VLAN of the device's database, a suspended one too.
    vtp = _last_arcs(more.columns.get("vtp", {}) | more.columns.get("vtp_name", {}))
    found.update(vlan for vlan in vtp if vlan not in _VTP_RESERVED)
    if not found:
        # An agent that lists no VLAN may still say to which each port belongs.
        found.update(decode.integer(raw) or 0 for raw in more.columns.get("pvid", {}).values())
    return tuple(sorted(vlan for vlan in found if 1 <= vlan <= _LAST))


def without_bridge(more: TableRead) -> frozenset[int]:
    """VLANs that VTP says are not operational: no bridge of theirs answers."""
    states = {index: decode.integer(raw) for index, raw in more.columns.get("vtp", {}).items()}
    return frozenset(_last_arcs(index for index, state in states.items() if state != _VTP_OPERATIONAL))


def with_learned(found: tuple[int, ...], fdb: Iterable[bytes]) -> tuple[int, ...]:
    """`found`, which only ports told, with the VLANs in which MACs were learned: `fdb` is indexed FDB id and MAC.

    An FDB id may be any number. It is taken for the VLAN's where ports of two VLANs at least show that it is.
    """
    ids = {arcs[0] for arcs in map(oid.index_arcs, fdb) if len(arcs) == _FDB_ARCS and 1 <= arcs[0] <= _LAST}
    return tuple(sorted(ids.union(found))) if len(ids.intersection(found)) >= _ALIKE else found


def with_listed(found: Iterable[int], arc: int | None, column: Mapping[bytes, Raw]) -> tuple[int, ...]:
    """`found` with the VLANs of a maker's own column: its values, or arc `arc` of its index."""
    ids = set(found)
    for index, raw in column.items():
        vlan = decode.integer(raw) if arc is None else _arc(oid.index_arcs(index), arc)
        if vlan is not None and 1 <= vlan <= _LAST:
            ids.add(vlan)
    return tuple(sorted(ids))


def _arc(arcs: tuple[int, ...], number: int) -> int | None:
    return arcs[number] if -len(arcs) <= number < len(arcs) else None


def _last_arcs(indexes: Iterable[bytes]) -> Iterable[int]:
    return (arcs[-1] for arcs in map(oid.index_arcs, indexes) if arcs)


def fdb_ids(static: TableRead) -> dict[int, int]:
    """FDB id → VLAN by dot1qVlanFdbId. An id that several VLANs share (shared learning) names none of them.

    The index should be TimeFilter.vlan; some agents leave the TimeFilter out, so the last arc counts.
    """
    vlans_of: dict[int, set[int]] = {}
    for index, raw in static.columns.get("fdb_id", {}).items():
        arcs, fdb = oid.index_arcs(index), decode.integer(raw)
        if arcs and fdb is not None:
            vlans_of.setdefault(fdb, set()).add(arcs[-1])
    return {fdb: vlans.pop() for fdb, vlans in vlans_of.items() if len(vlans) == 1}
