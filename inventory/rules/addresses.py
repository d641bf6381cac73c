"""Addresses and prefixes as sortable text keys, so that look-ups are indexed on any database. Pure (netaddr).

A key is the family digit (4 or 6) and the number in hexadecimal of fixed width: text order is address order.
A prefix's key is its first address's key, a slash and the length in two or three digits.
"""

from collections.abc import Iterable

import netaddr
from netaddr.core import AddrFormatError, NotRegisteredError

Address, Network = netaddr.IPAddress, netaddr.IPNetwork
"""What the functions take and give, for those who name it: the library is known here alone."""


def parse_address(text: str) -> netaddr.IPAddress:
    """One address, IPv4 or IPv6. Raises ValueError with a sentence for anything else (octal or short forms too)."""
    try:
        return netaddr.IPAddress(text.strip(), flags=netaddr.INET_PTON)
    except (AddrFormatError, ValueError) as fault:
        raise ValueError(f"'{text}' is not an IPv4 or IPv6 address") from fault


def parse_prefix(text: str) -> netaddr.IPNetwork:
    """A network with its length, no host bits set. Raises ValueError with a sentence for anything else."""
    bare = text.strip()
    if "/" not in bare:
        raise ValueError(f"'{text}' is not a prefix such as 10.1.2.0/24")
    try:
        network = netaddr.IPNetwork(bare)
    except (AddrFormatError, ValueError) as fault:
        raise ValueError(f"'{text}' is not a prefix such as 10.1.2.0/24") from fault
    if network.cidr != network or network.ip != network.network:
        raise ValueError(f"'{text}' has host bits set; the prefix is {network.cidr}")
    return network


def parse_network(text: str) -> netaddr.IPNetwork:
    """An address or a prefix, host bits left out. Raises ValueError with a sentence."""
    try:
        return netaddr.IPNetwork(text.strip()).cidr
    except (AddrFormatError, ValueError) as fault:
        raise ValueError(f"'{text}' is neither an address nor a prefix such as 10.1.0.0/24") from fault


def address_key(address: netaddr.IPAddress) -> str:
    width = 8 if address.version == 4 else 32
    return f"{address.version}{int(address):0{width}x}"


def prefix_key(network: netaddr.IPNetwork) -> str:
    return f"{address_key(netaddr.IPAddress(network.first, network.version))}/{network.prefixlen:03d}"


def containing_keys(address: netaddr.IPAddress) -> list[str]:
    """The keys of all prefixes that could hold the address: 33 for IPv4, 129 for IPv6, shortest first."""
    width = 32 if address.version == 4 else 128
    keys = []
    for length in range(width + 1):
        host_bits = width - length
        first = netaddr.IPAddress((int(address) >> host_bits) << host_bits, address.version)
        keys.append(f"{address_key(first)}/{length:03d}")
    return keys


def key_range(network: netaddr.IPNetwork) -> tuple[str, str]:
    """The keys of the first and last address of a prefix."""
    return (
        address_key(netaddr.IPAddress(network.first, network.version)),
        address_key(netaddr.IPAddress(network.last, network.version)),
    )


def first_free(network: netaddr.IPNetwork, taken: Iterable[str], count: int) -> list[netaddr.IPAddress]:
    """The first `count` free host addresses of a network, in order.

    `taken` are the keys of addresses in use, in order. Network and broadcast address of IPv4 are no hosts' (but of /31
    and /32 all are), nor is the first address of an IPv6 network.
    """
    first, last = host_ends(network)
    keys, found = iter(taken), []
    busy = next(keys, "")
    for value in range(first, last + 1):
        address = netaddr.IPAddress(value, network.version)
        key = address_key(address)
        while busy and busy < key:
            busy = next(keys, "")
        if busy != key:
            found.append(address)
            if len(found) == count:
                break
    return found


def host_ends(network: netaddr.IPNetwork) -> tuple[int, int]:
    """The first and the last address that a host may have, as numbers."""
    first, last = int(network.first), int(network.last)
    if network.version == 4:
        return (first, last) if network.prefixlen >= 31 else (first + 1, last - 1)
    return (first, last) if network.prefixlen >= 127 else (first + 1, last)


def free_ranges(network: netaddr.IPNetwork, taken: Iterable[str]) -> list[tuple[netaddr.IPAddress, netaddr.IPAddress]]:
    """(first, last) of each run of free host addresses. `taken` are keys in order."""
    first, last = host_ends(network)
    found, begin = [], first
    for value in sorted({int(key[1:], 16) for key in taken}):
        if first <= value <= last:
            if value > begin:
                found.append((begin, value - 1))
            begin = value + 1
    if begin <= last:
        found.append((begin, last))
    version = network.version
    return [(netaddr.IPAddress(a, version), netaddr.IPAddress(b, version)) for a, b in found]


def parse_mac(text: str) -> str:
    """A MAC in any usual notation as 12 lower-case hexadecimal digits. Raises ValueError with a sentence."""
    bare = text.strip().lower()
    if not netaddr.valid_mac(bare):
        raise ValueError(f"'{text}' is not a MAC address such as 00:1a:2b:3c:4d:5e")
    return f"{int(netaddr.EUI(bare)):012x}"


def show_mac(mac: str) -> str:
    """12 hexadecimal digits as 00:1a:2b:3c:4d:5e."""
    return ":".join(mac[i : i + 2] for i in range(0, 12, 2))


def mac_owner(mac: str) -> str:
    """The organisation that the IEEE gave the first half of a MAC to; '' where none is known, or for no MAC."""
    try:
        return str(netaddr.EUI(mac).oui.registration().org)
    except (AddrFormatError, NotRegisteredError):
        return ""


def parse_ranges(texts: Iterable[str]) -> netaddr.IPSet:
    """Addresses of '10.1.0.0/22' (without network and broadcast address), '10.1.2.3' and '10.1.2.3-10.1.2.9'.

    Nothing is enumerated: `size` tells how many they are. Raises ValueError with a sentence.
    """
    found = netaddr.IPSet()
    for text in texts:
        first, dash, last = text.partition("-")
        if dash:
            ends = parse_address(first), parse_address(last)
            if ends[0].version != ends[1].version or ends[0] > ends[1]:
                raise ValueError(f"'{text}' does not begin before it ends")
            found.add(netaddr.IPRange(*ends))
        elif "/" in text:
            network = parse_prefix(text)
            found.add(network)
            if network.version == 4 and network.prefixlen < 31:
                found.remove(netaddr.IPAddress(network.first))
                found.remove(netaddr.IPAddress(network.last))
        else:
            found.add(parse_address(text))
    return found
