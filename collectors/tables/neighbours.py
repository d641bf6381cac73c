"""What neighbours say of themselves: LLDP, its second version or a maker's own table where the first is empty, and CDP.

LLDP identifiers are binary by their subtype, so the subtype is looked at before anything is decoded.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from collectors import decode
from collectors.facts import InterfaceFact, NeighbourFact
from collectors.snmp import oid
from collectors.snmp.session import OCTETS, Raw
from collectors.snmp.table import Table, TableRead
from collectors.tables.index import address_of

REMOTE = Table(
    "neighbours",
    {
        "chassis_kind": "1.0.8802.1.1.2.1.4.1.1.4",  # lldpRemChassisIdSubtype, index TimeMark.LocalPort.RemIndex
        "chassis": "1.0.8802.1.1.2.1.4.1.1.5",
        "port_kind": "1.0.8802.1.1.2.1.4.1.1.6",
        "port": "1.0.8802.1.1.2.1.4.1.1.7",
        "port_descr": "1.0.8802.1.1.2.1.4.1.1.8",
        "name": "1.0.8802.1.1.2.1.4.1.1.9",
        "descr": "1.0.8802.1.1.2.1.4.1.1.10",
        "enabled": "1.0.8802.1.1.2.1.4.1.1.12",  # lldpRemSysCapEnabled
    },
)
REMOTE_V2 = Table(
    "neighbours",
    {
        "chassis_kind": "1.3.111.2.802.1.1.13.1.4.1.1.5",  # index TimeMark.ifIndex.destination.RemIndex
        "chassis": "1.3.111.2.802.1.1.13.1.4.1.1.6",
        "port_kind": "1.3.111.2.802.1.1.13.1.4.1.1.7",
        "port": "1.3.111.2.802.1.1.13.1.4.1.1.8",
        "port_descr": "1.3.111.2.802.1.1.13.1.4.1.1.9",
        "name": "1.3.111.2.802.1.1.13.1.4.1.1.10",
        "descr": "1.3.111.2.802.1.1.13.1.4.1.1.11",
        "enabled": "1.3.111.2.802.1.1.13.1.4.1.1.13",
    },
)
_OWN = {"chassis_kind": 3, "chassis": 4, "port_kind": 5, "port": 6, "port_descr": 8, "name": 9, "descr": 10}
TPLINK = Table("neighbours", {name: f"1.3.6.1.4.1.11863.6.35.1.2.2.1.{n}" for name, n in _OWN.items()})
_SAME = ("chassis_kind", "chassis", "port_kind", "port", "port_descr", "name", "descr")
NOKIA = Table("neighbours", {name: f"1.3.6.1.4.1.6527.3.1.2.59.4.1.1.{n}" for n, name in enumerate(_SAME, 4)})
BY_INTERFACE = (("", REMOTE_V2, 1), ("1.3.6.1.4.1.6527", NOKIA, 1), ("1.3.6.1.4.1.11863", TPLINK, 0))
"""Where neighbours stand when the usual table is empty: (sysObjectID's beginning, table, arc of the ifIndex)."""
ELSEWHERE = "elsewhere"
"""Origin of neighbours that were read from one of these."""

MANAGEMENT = Table("neighbours", {"if_id": "1.0.8802.1.1.2.1.4.2.1.4"})  # lldpRemManAddrIfId: address in the index
LOCAL = Table(
    "neighbours",
    {
        "kind": "1.0.8802.1.1.2.1.3.7.1.2",  # lldpLocPortIdSubtype
        "id": "1.0.8802.1.1.2.1.3.7.1.3",
        "descr": "1.0.8802.1.1.2.1.3.7.1.4",
    },
)
CDP = Table(
    "neighbours",
    {
        "address": "1.3.6.1.4.1.9.9.23.1.2.1.1.4",  # index ifIndex.n
        "descr": "1.3.6.1.4.1.9.9.23.1.2.1.1.5",
        "name": "1.3.6.1.4.1.9.9.23.1.2.1.1.6",
        "port": "1.3.6.1.4.1.9.9.23.1.2.1.1.7",
        "capabilities": "1.3.6.1.4.1.9.9.23.1.2.1.1.9",
    },
)

_CHASSIS_MAC, _CHASSIS_ADDRESS = 4, 5
_PORT_MAC, _PORT_ADDRESS = 3, 4
_PORT_IF_ALIAS, _PORT_IF_NAME, _PORT_LOCAL = 1, 5, 7
_LLDP_FORWARDS = 0x28
"""First octet of the capability bits: bridge (bit 2) or router (bit 4)."""
_CDP_FORWARDS = 0x0F
"""Last octet of CDP's capabilities: router, transparent or source-route bridge, switch."""


@dataclass(slots=True)
class Ports:
    """Our own ports as needed to name the local end of a neighbour: interfaces, and bridge port → ifIndex."""

    interfaces: Iterable[InterfaceFact]
    if_index_of: Mapping[int, int]
    by_index: dict[int, InterfaceFact] = field(default_factory=dict)
    by_word: dict[str, int | None] = field(default_factory=dict)
    """Name, description, alias or MAC → ifIndex; None where several interfaces share it."""

    def __post_init__(self) -> None:
        for fact in self.interfaces:
            self.by_index[fact.index] = fact
            for word in {fact.name, fact.descr, fact.alias, fact.mac} - {""}:
                self.by_word[word] = None if word in self.by_word else fact.index

    def label(self, index: int | None) -> str:
        fact = None if index is None else self.by_index.get(index)
        return "" if fact is None else fact.label


def lldp(remote: TableRead, local: TableRead, management: TableRead, ports: Ports) -> tuple[NeighbourFact, ...]:
    """LLDP neighbours. TimeMark changes with every learning, so it is no part of the identity."""
    addresses = management_addresses(management)
    found = []
    for index, row in remote.rows():
        arcs = oid.index_arcs(index)
        if not arcs:
            continue
        number = arcs[1] if len(arcs) >= 3 else arcs[0]
        if_index, word = local_port(number, local, ports)
        found.append(_lldp_fact(row, if_index, ports.label(if_index) or word, addresses.get(arcs[:3], "")))
    return tuple(dict.fromkeys(fact for fact in found if fact.chassis or fact.name or fact.port))


def lldp_by_interface(remote: TableRead, arc: int, ports: Ports) -> tuple[NeighbourFact, ...]:
    """Neighbours of a table that has the ifIndex itself as an arc of its index."""
    found = []
    for index, row in remote.rows():
        arcs = oid.index_arcs(index)
        if len(arcs) >= arc + 2:
            fact = _lldp_fact(row, arcs[arc], ports.label(arcs[arc]) or str(arcs[arc]), "")
            found.append(replace(fact, origin=ELSEWHERE))
    return tuple(dict.fromkeys(fact for fact in found if fact.chassis or fact.name or fact.port))


def _lldp_fact(row: Mapping[str, Raw], if_index: int | None, label: str, address: str) -> NeighbourFact:
    def text(name: str) -> str:
        return decode.text(row[name]).strip() if name in row else ""

    enabled = row.get("enabled")
    return NeighbourFact(
        protocol="lldp",
        local_index=if_index,
        local_port=label,
        chassis=_identifier(row.get("chassis"), row.get("chassis_kind"), _CHASSIS_MAC, _CHASSIS_ADDRESS),
        port=_identifier(row.get("port"), row.get("port_kind"), _PORT_MAC, _PORT_ADDRESS),
        port_descr=text("port_descr"),
        name=text("name"),
        descr=text("descr"),
        address=address,
        bridge=bool(enabled[1][0] & _LLDP_FORWARDS) if enabled and enabled[1] else None,
    )


def _identifier(raw: Raw | None, kind_raw: Raw | None, mac_kind: int, address_kind: int) -> str:
    """A chassis or port identifier as text: a MAC as 12 digits, an address, else its characters."""
    if raw is None:
        return ""
    kind = None if kind_raw is None else decode.integer(kind_raw)
    if kind == mac_kind or (kind is None and (len(raw[1]) != 6 or not raw[1].isascii())):
        return decode.mac(raw) or decode.text(raw).strip()
    if kind == address_kind and len(raw[1]) in (5, 17):
        return address_of(raw[1][1:]) or ""
    return decode.text(raw).strip()


def local_port(number: int, local: TableRead, ports: Ports) -> tuple[int | None, str]:
    """(ifIndex, name) of LLDP's local port number: by what the local port table says of it, else by the number.

    The number is the ifIndex with some agents, the bridge port with others, or a count of its own.
    """
    index = oid.encode_index((number,))
    kind_raw = local.columns.get("kind", {}).get(index)
    descr_raw = local.columns.get("descr", {}).get(index)
    word = _identifier(local.columns.get("id", {}).get(index), kind_raw, _PORT_MAC, _PORT_ADDRESS)
    descr = "" if descr_raw is None else decode.text(descr_raw).strip()
    kind = None if kind_raw is None else decode.integer(kind_raw)
    words = (descr, word) if kind in (_PORT_MAC, _PORT_LOCAL, _PORT_IF_ALIAS) else (word, descr)
    for candidate in words:
        found = ports.by_word.get(candidate)
        if found is not None:
            return found, candidate
    name = words[0] or words[1] or str(number)
    if kind == _PORT_LOCAL and word.isdecimal() and int(word) in ports.by_index:
        return int(word), name
    if number in ports.if_index_of:
        return ports.if_index_of[number], name
    return (number if number in ports.by_index else None), name


def management_addresses(read: TableRead) -> dict[tuple[int, ...], str]:
    """(TimeMark, local port, remote index) → first management address, IPv4 before IPv6."""
    found: dict[tuple[int, ...], str] = {}
    for index in read.columns.get("if_id", {}):
        arcs = oid.index_arcs(index)
        body = arcs[5 : 5 + arcs[4]] if len(arcs) > 5 else ()
        address = address_of(body) or address_of(arcs[4:])
        if address and (arcs[:3] not in found or ":" in found[arcs[:3]]):
            found[arcs[:3]] = address
    return found


def cdp(read: TableRead, ports: Ports) -> Iterator[NeighbourFact]:
    """CDP neighbours; the first arc of the index is the ifIndex."""
    for index, row in read.rows():
        arcs = oid.index_arcs(index)

        def text(name: str, row: Mapping[str, Raw] = row) -> str:
            return decode.text(row[name]).strip() if name in row else ""

        capabilities, address = row.get("capabilities"), row.get("address")
        if not arcs or not (text("name") or text("port")):
            continue
        yield NeighbourFact(
            protocol="cdp",
            local_index=arcs[0],
            local_port=ports.label(arcs[0]) or str(arcs[0]),
            chassis="",
            port=text("port"),
            name=text("name"),
            descr=text("descr"),
            address=(address_of(address[1]) or "") if address and address[0] == OCTETS and address[1] else "",
            bridge=bool(capabilities[1][-1] & _CDP_FORWARDS) if capabilities and capabilities[1] else None,
        )
