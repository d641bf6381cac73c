"""Which ports are bound into one: IEEE 802.3ad, Cisco's PAgP, and ifStackTable where neither tells.

Agents fill the 802.3ad table for every port, with 0, the port itself or a number of no interface for "not bound".
"""

from collections.abc import Collection, Iterator

from collectors import decode
from collectors.facts import InterfaceFact
from collectors.features import AggregateFact
from collectors.snmp import oid
from collectors.snmp.table import Table, TableRead

TRUNKS = Table(
    "aggregation",
    {
        "attached": "1.2.840.10006.300.43.1.2.1.1.13",  # dot3adAggPortAttachedAggID, index ifIndex
        "pagp": "1.3.6.1.4.1.9.9.98.1.1.1.1.8",  # pagpGroupIfIndex, index ifIndex
    },
)
STACK = Table("aggregation", {"status": "1.3.6.1.2.1.31.1.2.1.3"})  # ifStackStatus, index higher.lower

_TRUNK = 161
"""IANAifType ieee8023adLag."""
_NAMES = ("port-channel", "po", "eth-trunk", "bridge-aggregation", "route-aggregation", "ae", "lag", "trk", "bond")
_ACTIVE = 1


def trunks(interfaces: Collection[InterfaceFact]) -> frozenset[int]:
    """Interfaces that are a bundle of ports, by type; where a maker gives another type, by a usual name and number."""
    return frozenset(fact.index for fact in interfaces if fact.type == _TRUNK or _named_as_trunk(fact))


def _named_as_trunk(fact: InterfaceFact) -> bool:
    word = (fact.name or fact.descr).lower()
    name = word.rstrip("0123456789")
    return name != word and name.strip("- ") in _NAMES


def aggregates(read: TableRead, stack: TableRead, interfaces: Collection[InterfaceFact]) -> tuple[AggregateFact, ...]:
    """Members with their trunk, by member. ifStackTable counts only where the protocols' tables bind no port."""
    known = {fact.index for fact in interfaces}
    bound = dict(_bound(read, "pagp", known))
    bound.update(_bound(read, "attached", known))
    if not bound:
        bound = dict(_stacked(stack, trunks(interfaces), known))
    return tuple(AggregateFact(member, bound[member]) for member in sorted(bound))


def _bound(read: TableRead, column: str, known: Collection[int]) -> Iterator[tuple[int, int]]:
    for index, raw in read.columns.get(column, {}).items():
        arcs, aggregate = oid.index_arcs(index), decode.integer(raw)
        if len(arcs) == 1 and aggregate in known and aggregate != arcs[0] and aggregate is not None:
            yield arcs[0], aggregate


def _stacked(stack: TableRead, higher: Collection[int], known: Collection[int]) -> Iterator[tuple[int, int]]:
    """Rows (trunk, member). An agent lists each layer above another, so only trunks on top count; 0 means none."""
    for index, raw in stack.columns.get("status", {}).items():
        arcs = oid.index_arcs(index)
        if len(arcs) == 2 and arcs[0] in higher and arcs[1] in known and decode.integer(raw) == _ACTIVE:
            yield arcs[1], arcs[0]
