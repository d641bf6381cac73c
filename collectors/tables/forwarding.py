"""Which MAC was learned on which port: the forwarding tables of Q-BRIDGE-MIB and BRIDGE-MIB, and makers' own ways.

Some agents fill only one of the two, some fill one with ports that do not exist: the better mapped one is taken.
Cisco keeps a bridge for each VLAN, reached by a community or context of its own; Huawei has a table by ifIndex.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from collectors import decode
from collectors.facts import ForwardingFact
from collectors.snmp import oid
from collectors.snmp.session import Raw
from collectors.snmp.table import Scalars, Table, TableRead
from collectors.tables.index import is_station, mac_of

BASE = Scalars("bridge", {"base_mac": "1.3.6.1.2.1.17.1.1.0"})  # dot1dBaseBridgeAddress
PORTS = Table("forwarding", {"if_index": "1.3.6.1.2.1.17.1.4.1.2"})  # dot1dBasePortIfIndex
QBRIDGE = Table(
    "forwarding",
    {
        "port": "1.3.6.1.2.1.17.7.1.2.2.1.2",  # dot1qTpFdbPort, index FDB id and MAC
        "status": "1.3.6.1.2.1.17.7.1.2.2.1.3",
    },
    readings=("port", "status"),
)
BRIDGE = Table(
    "forwarding",
    {
        "port": "1.3.6.1.2.1.17.4.3.1.2",  # dot1dTpFdbPort, index MAC
        "status": "1.3.6.1.2.1.17.4.3.1.3",
    },
    readings=("port", "status"),
)
HUAWEI_ENTERPRISE = "1.3.6.1.4.1.2011"
HUAWEI = Table("forwarding", {"port": "1.3.6.1.4.1.2011.5.25.42.2.1.3.1.4"}, readings=("port",))  # hwDynFdbPort
"""An ifIndex. Index: MAC, VLAN, then the name of a virtual switch with its length ('0' for none)."""

_LAST_VLAN = 4094
_LEARNED = 3
"""dot1dTpFdbStatus and dot1qTpFdbStatus: invalid 2, learned 3, self 4, mgmt 5."""


@dataclass(frozen=True, slots=True)
class Bridge:
    """What is needed to read ports and FDB ids: bridge port → ifIndex, FDB id → VLAN, VLANs and ifIndexes there are."""

    if_index_of: Mapping[int, int]
    vlan_of: Mapping[int, int]
    vlans: Collection[int]
    interfaces: Collection[int]

    def interface(self, port: int) -> int | None:
        """The ifIndex of a bridge port. Where the agent maps none at all, a port that is an ifIndex stands for it."""
        if self.if_index_of:
            return self.if_index_of.get(port)
        return port if port in self.interfaces else None

    def vlan(self, fdb_id: int) -> int | None:
        """The VLAN of an FDB id: as mapped; with no map, the id itself where such a VLAN exists."""
        if self.vlan_of:
            return self.vlan_of.get(fdb_id)
        return fdb_id if fdb_id in self.vlans or (not self.vlans and 1 <= fdb_id <= 4094) else None


def base_ports(read: TableRead) -> dict[int, int]:
    """Bridge port → ifIndex. The table may have holes, and 0 for a port without an interface."""
    found = {}
    for index, raw in read.columns.get("if_index", {}).items():
        arcs, if_index = oid.index_arcs(index), decode.integer(raw)
        if len(arcs) == 1 and if_index:
            found[arcs[0]] = if_index
    return found


def forwarding(
    qbridge: TableRead, bridge: TableRead, known: Bridge, others: Iterable[ForwardingFact] = ()
) -> tuple[ForwardingFact, ...]:
    """Learned MACs, each (MAC, VLAN, port) once, from the table whose ports are known best.

    `others`: what a maker's own way gave. It tells the VLAN, so its rows go before those of the same MACs.
    """
    per_vlan = dict.fromkeys(qbridge_rows(qbridge, known))
    plain = dict.fromkeys(bridge_rows(bridge, known))
    best = per_vlan if _mapped(per_vlan) >= _mapped(plain) else plain
    own = dict.fromkeys(fact for fact in others if fact.if_index is not None)
    macs = {fact.mac for fact in own}
    return (*own, *(fact for fact in best if fact.mac not in macs))


def vlan_rows(vlan: int, ports: TableRead, bridge: TableRead) -> Iterator[ForwardingFact]:
    """The bridge of one VLAN: its ports have numbers of their own in each."""
    known = Bridge(base_ports(ports), {}, (), ())
    for fact in bridge_rows(bridge, known):
        yield ForwardingFact(fact.mac, vlan, fact.if_index)


def huawei_rows(read: TableRead, interfaces: Collection[int]) -> Iterator[ForwardingFact]:
    """Rows of hwDynFdbTable. In a virtual switch (VPLS) the VLAN is not one of the network's."""
    for index, raw in read.columns.get("port", {}).items():
        arcs, port = oid.index_arcs(index), decode.integer(raw)
        mac = mac_of(arcs[:6]) if len(arcs) >= 7 else None
        if mac is not None and is_station(mac) and port:
            vlan = arcs[6] if 1 <= arcs[6] <= _LAST_VLAN else None
            yield ForwardingFact(mac, vlan, port if port in interfaces else None)


def _mapped(facts: Collection[ForwardingFact]) -> int:
    """MACs on a known interface."""
    return len({fact.mac for fact in facts if fact.if_index is not None})


def qbridge_rows(read: TableRead, known: Bridge) -> Iterator[ForwardingFact]:
    for arcs, port in _learned(read):
        mac = mac_of(arcs[1:]) if len(arcs) in (7, 8) else None
        if mac is not None and is_station(mac):
            yield ForwardingFact(mac, known.vlan(arcs[0]), known.interface(port))


def bridge_rows(read: TableRead, known: Bridge) -> Iterator[ForwardingFact]:
    for arcs, port in _learned(read):
        mac = mac_of(arcs)
        if mac is not None and is_station(mac):
            yield ForwardingFact(mac, None, known.interface(port))


def _learned(read: TableRead) -> Iterator[tuple[tuple[int, ...], int]]:
    """(index arcs, port) of rows that are learned on a port; port 0 means that the port is not known."""
    statuses: Mapping[bytes, Raw] = read.columns.get("status", {})
    for index, raw in read.columns.get("port", {}).items():
        status = statuses.get(index)
        if status is not None and decode.integer(status) not in (_LEARNED, None):
            continue
        port = decode.integer(raw)
        if port:
            yield oid.index_arcs(index), port
