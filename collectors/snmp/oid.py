"""Object identifiers, kept as the content octets of their BER form.

An Oid is `bytes`: cheap to compare, to cut and to use as a key. A row's index is the octets that follow
its column's. Arcs are decoded only when somebody needs numbers.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

Oid = bytes

_WIDEST_ARC = (1 << 57) - 1
"""Seven more bits make 64."""

_LONGEST_REMEMBERED = 128
"""Octets: what a device gives as an OID may have 60,000."""

_LONG_ARC = re.compile(rb"[\x80-\xff]{2,}[\x00-\x7f]?")
"""An arc of three or more octets: 16384 and above."""


def _arc(number: int) -> bytes:
    if number < 0x80:
        return bytes((number,))
    out = [number & 0x7F]
    number >>= 7
    while number:
        out.append(0x80 | (number & 0x7F))
        number >>= 7
    return bytes(reversed(out))


def encode_index(arcs: Iterable[int]) -> bytes:
    """Arcs of a row index (not the first two of a whole OID) as octets."""
    return b"".join(map(_arc, arcs))


def encode(arcs: tuple[int, ...]) -> Oid:
    """A whole OID from its arcs. Raises ValueError for fewer than two or impossible first arcs."""
    if len(arcs) < 2 or arcs[0] > 2 or (arcs[0] < 2 and arcs[1] > 39):
        raise ValueError(f"not an object identifier: {'.'.join(map(str, arcs))}")
    return _arc(arcs[0] * 40 + arcs[1]) + encode_index(arcs[2:])


@lru_cache(maxsize=4096)
def parse(text: str) -> Oid:
    """'1.3.6.1.2.1.1.1.0', with or without a leading dot. Raises ValueError for anything else."""
    return encode(tuple(int(part) for part in text.strip().lstrip(".").split(".")))


def index_arcs(octets: bytes) -> tuple[int, ...]:
    """The arcs of a row index. Octets that end in the middle of an arc give what is whole.

    An arc has 32 bits; of one that claims more than 64 the last 64 count, or its length squared would be its cost.
    """
    if octets.isascii():
        return tuple(octets)
    arcs = []
    number = 0
    for octet in octets:
        number = (number << 7) | (octet & 0x7F)
        if octet < 0x80:
            arcs.append(number)
            number = 0
        elif number > _WIDEST_ARC:
            number &= _WIDEST_ARC
    return tuple(arcs)


def arcs(oid: Oid) -> tuple[int, ...]:
    """All arcs of a whole OID."""
    found = index_arcs(oid)
    if not found:
        return ()
    first = min(found[0] // 40, 2)
    return (first, found[0] - first * 40, *found[1:])


def text(oid: Oid) -> str:
    """In dotted form."""
    return _short_text(oid) if len(oid) <= _LONGEST_REMEMBERED else ".".join(map(str, arcs(oid)))


@lru_cache(maxsize=4096)
def _short_text(oid: Oid) -> str:
    return ".".join(map(str, arcs(oid)))


def _marked(arc: re.Match[bytes]) -> bytes:
    octets = arc.group().lstrip(b"\x80")
    return octets if len(octets) < 3 else b"\xff" + bytes((min(0x80 + len(octets), 0xFF),)) + octets


def order(oid: Oid) -> bytes:
    """Octets that sort like the arcs of `oid`, which its own octets do not where long arcs differ in length.

    Arcs of one and two octets sort as they are; longer ones get a mark above all those, and their length.
    """
    return oid if oid.isascii() else _LONG_ARC.sub(_marked, oid)


def parent(oid: Oid) -> Oid:
    """The OID without its last arc."""
    end = len(oid) - 1
    while end > 0 and oid[end - 1] >= 0x80:
        end -= 1
    return oid[: max(end, 0)]


def rises(before: Oid, after: Oid) -> bool:
    """Whether `after` follows `before` in the order of arcs."""
    if before.isascii() and after.isascii():
        return before < after
    return order(before) < order(after)
