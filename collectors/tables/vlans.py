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


def vlans(static: TableRead, more: TableRead) -> tuple[int, ...]:
    """VLAN ids, ascending. Ids outside 1 to 4094 (internal ones) are no VLANs of the network."""
    found = set(_last_arcs(static.columns.get("name", {})))
    found.update(_last_arcs(static.columns.get("untagged", {})))
    found.update(_last_arcs(more.columns.get("ieee", {})))
    states = more.columns.get("vtp", {})
    for index in states | more.columns.get("vtp_name", {}):
        vlan, state = oid.index_arcs(index)[-1:], decode.integer(states.get(index))
        if vlan and vlan[0] not in _VTP_RESERVED and state in (_VTP_OPERATIONAL, None):
            found.add(vlan[0])
    if not found:
        # An agent that lists no VLAN may still say to which each port belongs.
        found.update(decode.integer(raw) or 0 for raw in more.columns.get("pvid", {}).values())
    return tuple(sorted(vlan for vlan in found if 1 <= vlan <= _LAST))


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
