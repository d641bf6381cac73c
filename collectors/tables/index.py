"""Reading row indexes: addresses and MACs that stand in an index, in the forms agents really use.

Pure functions on arcs. Nothing here raises for any arcs; what cannot be read is None.
"""

import ipaddress
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from collectors.snmp.session import Raw

T = TypeVar("T")

IPV4, IPV6, IPV4Z, IPV6Z = 1, 2, 3, 4
"""InetAddressType of INET-ADDRESS-MIB."""

_SIZES = {IPV4: 4, IPV6: 16, IPV4Z: 8, IPV6Z: 20}
_ZONED = {IPV4Z: 4, IPV6Z: 16}


def address_of(octets: Sequence[int]) -> str | None:
    """4 or 16 octets as the address's usual text, an IPv4-mapped one as IPv4."""
    if len(octets) == 4:
        return None if max(octets) > 255 else ".".join(map(str, octets))
    if len(octets) != 16 or max(octets) > 255:
        return None
    return ipaddress.IPv6Address(bytes(octets)).compressed


def inet(arcs: Sequence[int]) -> tuple[str, int] | None:
    """(address, arcs used) of an InetAddressType and InetAddress at the start of `arcs`.

    The length arc is left out by some agents, the zone's four octets by others, and a few write the address
    as characters ('10.1.2.3' after the length). A zone is cut off.
    """
    if len(arcs) < 5 or arcs[0] not in _SIZES:
        return None
    kind, size = arcs[0], _SIZES[arcs[0]]
    for lead in (2, 1):
        if lead == 2 and arcs[1] not in (4, 8, 16, 20):
            continue
        length = arcs[1] if lead == 2 else size
        body = arcs[lead : lead + length]
        if len(body) < length:
            continue
        found = address_of(body[: _ZONED.get(kind, 4 if length < 16 else 16)])
        return None if found is None else (found, lead + length)
    return _written_out(arcs)


def _written_out(arcs: Sequence[int]) -> tuple[str, int] | None:
    """An address given as its characters behind a length arc."""
    body = arcs[2 : 2 + arcs[1]]
    if len(body) != arcs[1] or not body or not all(0x2E <= arc < 0x7F for arc in body):
        return None
    try:
        return ipaddress.ip_address(bytes(body).decode("ascii")).compressed, 2 + len(body)
    except ValueError:
        return None


def mac_of(arcs: Sequence[int]) -> str | None:
    """Six arcs as 12 hexadecimal digits; a seventh in front that counts them (6) is passed over."""
    if len(arcs) == 7 and arcs[0] == 6:
        arcs = arcs[1:]
    if len(arcs) != 6 or max(arcs) > 255:
        return None
    return bytes(arcs).hex()


def is_station(mac: str) -> bool:
    """Whether a MAC can be one device's own: not all zeros and not a group address."""
    return len(mac) == 12 and mac != "000000000000" and not int(mac[1], 16) & 1


def decoded(column: Mapping[bytes, Raw], decode_value: Callable[[Raw], T]) -> dict[bytes, T]:
    """A column with its values decoded."""
    return {octets: decode_value(raw) for octets, raw in column.items()}
