"""Collects objects and sorts them into a Recording; the small encodings that all tables share. Pure."""

import ipaddress
from collections.abc import Iterable, Sequence
from functools import lru_cache

from collectors.snmp import codec, oid
from collectors.snmp.oid import Oid
from collectors.snmp.recording import Recording
from collectors.snmp.session import GAUGE32, INTEGER, IP_ADDRESS, OBJECT_ID, OCTETS, Raw

Row = tuple[bytes, Raw]
"""Index octets and a value."""


@lru_cache(maxsize=65536)
def integer(number: int) -> Raw:
    return INTEGER, codec.encode_integer(number)


@lru_cache(maxsize=4096)
def gauge(number: int) -> Raw:
    return GAUGE32, codec.encode_integer(number)


@lru_cache(maxsize=65536)
def text(value: str) -> Raw:
    return OCTETS, value.encode("utf-8")


@lru_cache(maxsize=65536)
def mac(digits: str) -> Raw:
    """A MAC, or no octets for none."""
    return OCTETS, bytes.fromhex(digits)


@lru_cache(maxsize=4096)
def object_id(dotted: str) -> Raw:
    return OBJECT_ID, oid.parse(dotted)


def ip_address(address: str) -> Raw:
    return IP_ADDRESS, codec.encode_ip(address)


@lru_cache(maxsize=65536)
def index(*arcs: int) -> bytes:
    """A row index of small arcs."""
    return oid.encode_index(arcs)


@lru_cache(maxsize=65536)
def mac_index(digits: str) -> bytes:
    """A MAC as six arcs of an index."""
    return oid.encode_index(bytes.fromhex(digits))


@lru_cache(maxsize=65536)
def address_index(address: str) -> bytes:
    """An IPv4 address as four arcs of an index. Raises ValueError for anything else."""
    return oid.encode_index(ipaddress.IPv4Address(address).packed)


class Objects:
    """The objects of one device, in any order."""

    def __init__(self) -> None:
        self._rows: list[tuple[Oid, Raw]] = []

    def scalar(self, dotted: str, value: Raw) -> None:
        """One object; `dotted` ends in its instance."""
        self._rows.append((oid.parse(dotted), value))

    def column(self, dotted: str, indexes: Sequence[bytes], values: Iterable[Raw]) -> None:
        """A column: one value for each index."""
        prefix = oid.parse(dotted)
        self._rows.extend([(prefix + at, value) for at, value in zip(indexes, values, strict=True)])

    def constant(self, dotted: str, indexes: Sequence[bytes], value: Raw) -> None:
        """A column with the same value in each row."""
        prefix = oid.parse(dotted)
        self._rows.extend([(prefix + at, value) for at in indexes])

    def recording(self, name: str) -> Recording:
        """Sorted as an agent walks; a second value for an OID is dropped."""
        ranked = {oid.order(name): (name, value) for name, value in reversed(self._rows)}
        keys = sorted(ranked)
        rows = [ranked[key] for key in keys]
        return Recording(name=name, keys=keys, oids=[row[0] for row in rows], values=[row[1] for row in rows])
