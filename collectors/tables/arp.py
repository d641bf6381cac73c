"""Who answered to which MAC: ARP and IPv6 neighbour discovery, in the new table of IP-MIB and the old one."""

from collections.abc import Iterable, Iterator

from collectors import decode
from collectors.facts import AddressFact, ArpFact
from collectors.snmp import oid
from collectors.snmp.table import Table, TableRead
from collectors.tables.index import address_of, inet, is_station

OLD = Table(
    "arp",
    {
        "mac": "1.3.6.1.2.1.4.22.1.2",  # ipNetToMediaPhysAddress
        "type": "1.3.6.1.2.1.4.22.1.4",
    },
    readings=("mac", "type"),
)
NEW = Table(
    "arp",
    {
        "mac": "1.3.6.1.2.1.4.35.1.4",  # ipNetToPhysicalPhysAddress
        "type": "1.3.6.1.2.1.4.35.1.6",
        "state": "1.3.6.1.2.1.4.35.1.7",
    },
    readings=("mac", "type", "state"),
)

IPV6 = Table("arp", {"mac": "1.3.6.1.2.1.55.1.12.1.2"}, readings=("mac",))
"""ipv6NetToMediaPhysAddress, index ifIndex.address: IPv6 neighbours of devices that are too old for the new table."""
CISCO = Table("arp", {"mac": "1.3.6.1.4.1.9.10.86.1.1.3.1.3"}, readings=("mac",))
"""cInetNetToMediaPhysAddress, as NEW without type: those of Cisco's."""

_INVALID = 2
"""ipNetToMediaType and ipNetToPhysicalType: a row that no longer holds."""
_DEAD_STATES = frozenset({5, 7})
"""ipNetToPhysicalState: invalid, incomplete."""


def arp(new: TableRead, old: TableRead, ipv6: TableRead | None = None) -> tuple[ArpFact, ...]:
    """Each (interface, address) once; the new table speaks first. `ipv6`: IPV6 or CISCO of an old device."""
    merged: dict[tuple[int, str], ArpFact] = {}
    for fact in (*new_rows(new), *old_rows(old), *older_rows(ipv6)):
        merged.setdefault((fact.if_index, fact.address), fact)
    return tuple(merged.values())


def old_rows(read: TableRead) -> Iterator[ArpFact]:
    """ipNetToMediaTable (RFC 1213): the index is ifIndex and four octets."""
    types = read.columns.get("type", {})
    for index, raw in read.columns.get("mac", {}).items():
        mac = decode.mac(raw)
        if not is_station(mac):
            continue
        kind = types.get(index)
        if kind is not None and decode.integer(kind) == _INVALID:
            continue
        arcs = oid.index_arcs(index)
        address = address_of(arcs[-4:]) if len(arcs) in (5, 6) else None
        if address is not None:
            yield ArpFact(mac, address, arcs[0])


def new_rows(read: TableRead) -> Iterator[ArpFact]:
    """ipNetToPhysicalTable (RFC 4293): the index is ifIndex and an InetAddress."""
    types, states = read.columns.get("type", {}), read.columns.get("state", {})
    for index, raw in read.columns.get("mac", {}).items():
        mac = decode.mac(raw)
        if not is_station(mac):
            continue
        kind, state = types.get(index), states.get(index)
        if kind is not None and decode.integer(kind) == _INVALID:
            continue
        if state is not None and decode.integer(state) in _DEAD_STATES:
            continue
        arcs = oid.index_arcs(index)
        found = inet(arcs[1:])
        if found is not None:
            yield ArpFact(mac, found[0], arcs[0])


def speaks_ipv6(own: Iterable[AddressFact]) -> bool:
    """Whether a device has an IPv6 address beyond its link: only then is it worth asking for IPv6 neighbours."""
    return any(":" in a.address and a.address != "::1" and not a.address.startswith("fe80:") for a in own)


def older_rows(read: TableRead | None) -> Iterator[ArpFact]:
    """ipv6NetToMediaTable (RFC 2465): ifIndex and sixteen octets, with or without their length; or Cisco's.

    Cisco's index is ifIndex and an InetAddress, as in the new table, so its last sixteen arcs are the address too.
    """
    for index, raw in read.columns.get("mac", {}).items() if read is not None else ():
        mac, arcs = decode.mac(raw), oid.index_arcs(index)
        address = address_of(arcs[-16:]) if 17 <= len(arcs) <= 19 else None
        if is_station(mac) and address is not None:
            yield ArpFact(mac, address, arcs[0])
