"""Addresses of a device's own interfaces: IP-MIB's new table, the old one, and IPV6-MIB for prefix lengths.

Agents fill one, the other or both; the old table's mask wins where the new one tells none or only a host's.
"""

import ipaddress
from collections.abc import Iterable, Mapping

from collectors import decode
from collectors.facts import AddressFact
from collectors.snmp import oid
from collectors.snmp.session import Raw
from collectors.snmp.table import Table, TableRead
from collectors.tables.index import address_of, inet

NEW = Table(
    "addresses",
    {
        "if_index": "1.3.6.1.2.1.4.34.1.3",  # ipAddressIfIndex
        "type": "1.3.6.1.2.1.4.34.1.4",
        "prefix": "1.3.6.1.2.1.4.34.1.5",  # RowPointer into ipAddressPrefixTable
    },
)
OLD = Table(
    "addresses",
    {
        "address": "1.3.6.1.2.1.4.20.1.1",  # ipAdEntAddr
        "if_index": "1.3.6.1.2.1.4.20.1.2",
        "mask": "1.3.6.1.2.1.4.20.1.3",
    },
)
IPV6 = Table("addresses", {"length": "1.3.6.1.2.1.55.1.8.1.2"})  # ipv6AddrPfxLength

_UNICAST = 1
_DEFINED = (("127.", 8), ("169.254.", 16))
"""RFC 1122 section 3.2.1.3 and RFC 3927 section 2.1."""
_UNSPECIFIED = frozenset({"0.0.0.0", "::"})


def addresses(new: TableRead, old: TableRead, ipv6: TableRead) -> tuple[AddressFact, ...]:
    """Each address once, IPv4 first; a length or ifIndex that one table lacks is taken from another."""
    merged: dict[str, AddressFact] = {}
    for fact in (*new_addresses(new), *old_addresses(old), *ipv6_addresses(ipv6)):
        if fact.address in _UNSPECIFIED:
            continue
        seen = merged.get(fact.address)
        merged[fact.address] = fact if seen is None else _better(seen, fact)
    return tuple(sorted(map(_by_definition, merged.values()), key=lambda fact: (":" in fact.address, fact.address)))


def _by_definition(fact: AddressFact) -> AddressFact:
    """Loopback and link-local addresses have their length by definition, whatever the agent leaves out."""
    if fact.prefix_length is not None:
        return fact
    for start, length in _DEFINED:
        if fact.address.startswith(start):
            return AddressFact(fact.address, length, fact.if_index)
    return fact


def _better(first: AddressFact, second: AddressFact) -> AddressFact:
    """The first, with what it lacks from the second."""
    length = first.prefix_length
    if second.prefix_length is not None and length in (None, _host_length(first.address)):
        length = second.prefix_length
    if_index = second.if_index if first.if_index is None else first.if_index
    return AddressFact(first.address, length, if_index)


def _host_length(address: str) -> int:
    return 128 if ":" in address else 32


def new_addresses(read: TableRead) -> Iterable[AddressFact]:
    """Unicast rows of ipAddressTable (RFC 4293)."""
    types, prefixes = read.columns.get("type", {}), read.columns.get("prefix", {})
    for index, raw in read.columns.get("if_index", {}).items():
        kind = types.get(index)
        if kind is not None and decode.integer(kind) not in (_UNICAST, None):
            continue
        found = inet(oid.index_arcs(index))
        if found is None:
            continue
        yield AddressFact(found[0], _pointed_length(prefixes.get(index), found[0]), decode.integer(raw))


def _pointed_length(raw: Raw | None, address: str) -> int | None:
    """The last arc of the pointer is the prefix length; zeroDotZero (0.0) or a length out of range is none."""
    if raw is None or len(raw[1]) < 10:
        return None
    length = (oid.index_arcs(raw[1]) or (0,))[-1]
    return length if 0 < length <= _host_length(address) else None


def old_addresses(read: TableRead) -> Iterable[AddressFact]:
    """Rows of ipAddrTable (RFC 1213). The index is the address, but not with every agent: the value goes first."""
    values, masks = read.columns.get("address", {}), read.columns.get("mask", {})
    for index, raw in read.columns.get("if_index", {}).items():
        if_index = decode.integer(raw)
        address = _value(values.get(index)) or _indexed(oid.index_arcs(index), if_index)
        if address:
            yield AddressFact(address, mask_length(_value(masks.get(index))), if_index)


def _indexed(arcs: tuple[int, ...], if_index: int | None) -> str | None:
    """The address in an index of ipAddrTable; some agents put the ifIndex in front of it, some a count behind."""
    if len(arcs) == 5 and arcs[0] == if_index:
        return address_of(arcs[1:])
    return address_of(arcs[:4]) if len(arcs) in (4, 5, 6) else None


def _value(raw: Raw | None) -> str:
    return "" if raw is None else decode.address(raw)


def mask_length(mask: str) -> int | None:
    """'255.255.255.0' → 24; a mask with holes, 0.0.0.0 or no mask is None."""
    try:
        bits = int(ipaddress.IPv4Address(mask))
    except ValueError:
        return None
    length = bits.bit_count()
    return length if bits and bits == (0xFFFFFFFF << (32 - length)) & 0xFFFFFFFF else None


def ipv6_addresses(read: TableRead) -> Iterable[AddressFact]:
    """Rows of ipv6AddrTable (RFC 2465): ifIndex, then the address with or without its length arc."""
    column: Mapping[bytes, Raw] = read.columns.get("length", {})
    for index, raw in column.items():
        arcs = oid.index_arcs(index)
        body = arcs[2:] if len(arcs) == 18 and arcs[1] == 16 else arcs[1:]
        address, length = address_of(body) if len(body) == 16 else None, decode.integer(raw)
        if address is not None:
            yield AddressFact(address, length if length is not None and 0 < length <= 128 else None, arcs[0])
