"""The spanning tree as a bridge sees it: BRIDGE-MIB dot1dStp, its root and the state of each port."""

from collections.abc import Mapping

from collectors import decode
from collectors.features import SpanningPortFact, SpanningTreeFact
from collectors.snmp import oid
from collectors.snmp.session import Raw
from collectors.snmp.table import Table, TableRead

SPANNING_TREE = Table(
    "stp",
    {
        # Two single objects, read as columns with the one row 0: this saves a request of their own.
        "root": "1.3.6.1.2.1.17.2.5",  # dot1dStpDesignatedRoot
        "root_port": "1.3.6.1.2.1.17.2.7",
        "state": "1.3.6.1.2.1.17.2.15.1.3",  # dot1dStpPortState, index bridge port
        "designated": "1.3.6.1.2.1.17.2.15.1.8",  # dot1dStpPortDesignatedBridge
    },
)

_STATES = {1: "disabled", 2: "blocking", 3: "listening", 4: "learning", 5: "forwarding", 6: "broken"}
_ZERO = bytes((0,))


def spanning_tree(read: TableRead, if_index_of: Mapping[int, int]) -> SpanningTreeFact | None:
    """The fact, or None for a bridge without a spanning tree: no port, or a root of zeros.

    `if_index_of`: bridge port → ifIndex.
    """
    priority, root = _bridge_id(read.columns.get("root", {}).get(_ZERO))
    states, designated = read.columns.get("state", {}), read.columns.get("designated", {})
    ports = []
    for index, raw in states.items():
        arcs, state = oid.index_arcs(index), _STATES.get(decode.integer(raw) or 0)
        if len(arcs) == 1 and state:
            ports.append(
                SpanningPortFact(
                    arcs[0], if_index_of.get(arcs[0]), state, designated=_bridge_id(designated.get(index))[1]
                )
            )
    if not root or not ports:
        return None
    root_port = decode.integer(read.columns.get("root_port", {}).get(_ZERO))
    ports.sort(key=lambda fact: fact.port)
    return SpanningTreeFact(root, priority, root_port or None, tuple(ports))


def _bridge_id(raw: Raw | None) -> tuple[int | None, str]:
    """(priority, MAC) of a BridgeId: two octets and six. Anything else, or a MAC of zeros, is (None, "")."""
    if raw is None or len(raw[1]) != 8:
        return None, ""
    mac = raw[1][2:].hex()
    return (None, "") if not any(raw[1][2:]) else (int.from_bytes(raw[1][:2], "big"), mac)
