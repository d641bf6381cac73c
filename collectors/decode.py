"""Octets to text, numbers, addresses: the one place where values are decoded.

Every function takes a Raw (tag, content octets), or None for a value that is not there, and never raises:
devices send what they like. Knows nothing of MIBs; what a value means is for the tables to say.
"""

import codecs
import ipaddress
import re
import struct
from collections.abc import Callable
from typing import TypeVar

from collectors.snmp import oid as oids
from collectors.snmp.session import (
    COUNTER32,
    COUNTER64,
    EXCEPTIONS,
    GAUGE32,
    INTEGER,
    IP_ADDRESS,
    NULL,
    OBJECT_ID,
    OCTETS,
    OPAQUE,
    TIME_TICKS,
    Raw,
)

T = TypeVar("T")

_LONGEST_NUMBER = 9
"""Octets: a Counter64 with the sign octet in front. Longer ones are no number a device can mean."""

_REMEMBERED = 16384
"""Values kept decoded: names, types and states are the same on many ports and devices."""
_LONGEST_REMEMBERED = 64
"""Octets: longer ones are seldom said twice, and a hostile device's would fill the memory."""
_UNSIGNED = frozenset({COUNTER32, GAUGE32, TIME_TICKS, COUNTER64, 0x47})
"""0x47 is the Unsigned32 of RFC 1442, which some agents still send."""
_UNTYPED = EXCEPTIONS | {NULL}
_FREE = frozenset({OCTETS, OPAQUE})


class _Decoded(dict[Raw | None, T]):
    """Short values as `decode` gives them, by what was decoded; all are forgotten when they are too many."""

    def __init__(self, decode: Callable[[Raw | None], T]) -> None:
        self.decode = decode

    def __missing__(self, raw: Raw | None) -> T:
        found = self.decode(raw)
        if raw is None or len(raw[1]) <= _LONGEST_REMEMBERED:
            if len(self) >= _REMEMBERED:
                self.clear()
            self[raw] = found
        return found


def _remembering(decode: Callable[[Raw | None], T]) -> Callable[[Raw | None], T]:
    # The look-up itself stands for the function: nothing is called for what is known.
    return _Decoded(decode).__getitem__


@_remembering
def integer(raw: Raw | None) -> int | None:
    """INTEGER as signed, counters, gauges and ticks as unsigned, octets that are decimal digits as their number.

    Counters that lack the leading zero octet are read as they are meant; more than nine octets give None.
    """
    if raw is None:
        return None
    tag, octets = raw
    if tag == INTEGER:
        return int.from_bytes(octets, "big", signed=True) if 0 < len(octets) <= _LONGEST_NUMBER else None
    if tag in _UNSIGNED:
        return int.from_bytes(octets, "big") if 0 < len(octets) <= _LONGEST_NUMBER else None
    if tag == OCTETS:
        digits = octets.strip(b"\x00 \r\n")
        return int(digits) if re.fullmatch(rb"-?[0-9]{1,20}", digits) else None
    return None


def number(raw: Raw | None) -> float | None:
    """As integer(); also the float or double that net-snmp agents wrap in an Opaque, and decimal text."""
    whole = integer(raw)
    if whole is not None or raw is None:
        return whole
    tag, octets = raw
    if tag == OPAQUE and len(octets) in (7, 11) and octets[:2] in (b"\x9f\x78", b"\x9f\x79"):
        wrapped = octets[3:]
        return float(struct.unpack(">f" if len(wrapped) == 4 else ">d", wrapped)[0])
    if tag == OCTETS and re.fullmatch(rb"\s*-?[0-9]{1,18}\.[0-9]{1,18}\s*", octets):
        return float(octets)
    return None


# -- text ----------------------------------------------------------------------------------------------------

_HIGH_PAIR = re.compile(rb"[\xa1-\xfe]{2}")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_OFTEN_CUT_FROM = 31
"""Devices cut text at 32, 64 or 255 octets; a shorter one that ends in a lone high octet is latin-1."""


@_remembering
def text(raw: Raw | None) -> str:
    """A value as text without blanks and NULs around it; "" when there is none.

    Octets: UTF-8, UTF-8 whose last character was cut, GB18030, then CP1252 and latin-1; hexadecimal digits when
    more than one character in ten is a control. GB18030 takes nearly any octets, so it must show a pair of high
    octets as GB 2312 has them; a lone accented letter stays Latin. Numbers, addresses and OIDs give their text.
    """
    if raw is None:
        return ""
    tag, octets = raw
    if tag in _FREE:
        if octets.isascii():
            plain = octets.decode("ascii")
            if plain.isprintable():
                return plain.strip()
        return _free_text(octets)
    if tag in _UNTYPED:
        return ""
    if tag == OBJECT_ID:
        return oid_text(raw)
    if tag == IP_ADDRESS:
        return address(raw)
    value = integer(raw)
    return hex_text(raw) if value is None else str(value)


def hex_text(raw: Raw | None) -> str:
    """The content octets as lower-case hexadecimal digits."""
    return "" if raw is None else raw[1].hex()


def _free_text(octets: bytes) -> str:
    decoded = _decoded(octets.replace(b"\x00", b""))
    controls = len(_CONTROL.findall(decoded))
    if controls:
        if controls * 10 > len(decoded):
            return octets.hex()
        decoded = _CONTROL.sub("", decoded)
    return decoded.strip()


def _decoded(octets: bytes) -> str:
    utf8 = _by_charset(octets, "utf-8")
    if utf8 is not None:
        return utf8
    if _HIGH_PAIR.search(octets):
        chinese = _by_charset(octets, "gb18030")
        if chinese is not None:
            return chinese
    try:
        return octets.decode("cp1252")
    except UnicodeDecodeError:
        return octets.decode("latin-1")


def _by_charset(octets: bytes, charset: str) -> str | None:
    """Decoded whole, or without a last character that was cut in the middle; None when it is not this charset."""
    try:
        # An incremental decoder keeps back an unfinished character and raises for a wrong one.
        found = codecs.getincrementaldecoder(charset)().decode(octets, final=False)
        if len(found.encode(charset)) == len(octets):
            return found
    except UnicodeError:
        return None
    return found if not found.isascii() or len(octets) >= _OFTEN_CUT_FROM else None


# -- addresses -----------------------------------------------------------------------------------------------

_MAC_TEXT = re.compile(r"[0-9a-f]{1,2}([:-])[0-9a-f]{1,2}(?:\1[0-9a-f]{1,2}){4}")
_MAC_GROUPS = re.compile(r"(?:0x)?([0-9a-f]{4}[.:-]?[0-9a-f]{4}[.:-]?[0-9a-f]{4}|[0-9a-f]{6}[:-][0-9a-f]{6})")
_MAC_SPACED = re.compile(r"[0-9a-f]{2}(?: [0-9a-f]{2}){5}")


def mac(raw: Raw | None) -> str:
    """A MAC as 12 lower-case hexadecimal digits; "" for none, for all zeros and for what is no MAC.

    Six octets; seven with their length in front; eight as EUI-64 of a MAC or padded with two zeros; text
    with colons, dashes, dots, blanks or nothing between the digits.
    """
    if raw is None or raw[0] != OCTETS:
        return ""
    octets = raw[1]
    if len(octets) != 6:
        octets = _six(octets)
    digits = octets.hex()
    return "" if digits == "000000000000" else digits


def _six(octets: bytes) -> bytes:
    """Six octets out of another form of a MAC; none when it is no MAC."""
    size = len(octets)
    if size == 7:
        return octets[1:] if octets[0] == 6 else octets[:6] if octets[6] == 0 else b""
    if size == 8:
        if octets[3:5] == b"\xff\xfe":
            return octets[:3] + octets[5:]
        if octets[:2] == b"\x00\x00" or octets[6:] == b"\x00\x00":
            return octets[2:] if octets[:2] == b"\x00\x00" else octets[:6]
        return b""
    if not 11 <= size <= 24 or not octets.isascii():
        return b""
    written = octets.decode("ascii").strip("\x00 \"'\r\n").lower()
    if _MAC_TEXT.fullmatch(written):
        return bytes(int(part, 16) for part in re.split("[:-]", written))
    if _MAC_SPACED.fullmatch(written):
        return bytes.fromhex(written)
    groups = _MAC_GROUPS.fullmatch(written)
    return bytes.fromhex(re.sub("[.:-]", "", groups.group(1))) if groups else b""


def address(raw: Raw | None) -> str:
    """An IPv4 or IPv6 address as text; "" when it is none. A zone index behind the address is dropped."""
    if raw is None or raw[0] not in (IP_ADDRESS, OCTETS):
        return ""
    return octets_address(raw[1])


def octets_address(octets: bytes) -> str:
    """Four or sixteen octets, either with four of zone behind (RFC 4001), or the address written as text."""
    size = len(octets)
    if size == 4:
        return "{}.{}.{}.{}".format(*octets)
    if octets.isascii():
        # Before the sizes: eight and sixteen octets may as well be text.
        written = octets.decode("ascii").strip("\x00 \r\n").partition("%")[0]
        try:
            return str(ipaddress.ip_address(written))
        except ValueError:
            pass
    if size == 8:
        return octets_address(octets[:4])
    if size in (16, 20):
        return str(ipaddress.IPv6Address(octets[:16]))
    return ""


def oid_text(raw: Raw | None) -> str:
    """An object identifier in dotted form; "" when the value is none."""
    return oids.text(raw[1]) if raw is not None and raw[0] == OBJECT_ID else ""


# -- sets of bits --------------------------------------------------------------------------------------------


def bits(raw: Raw | None) -> frozenset[int]:
    """BITS: the numbers of the bits set; bit 0 is the highest of the first octet (RFC 2578 section 7.1.4)."""
    if raw is None or raw[0] != OCTETS:
        return frozenset()
    return frozenset(_set_bits(raw[1]))


def ports(raw: Raw | None) -> tuple[int, ...]:
    """PortList: the bridge ports set, rising; port 1 is the highest bit of the first octet (RFC 4188)."""
    if raw is None or raw[0] != OCTETS:
        return ()
    return tuple(bit + 1 for bit in _set_bits(raw[1]))


def _set_bits(octets: bytes) -> list[int]:
    return [at * 8 + bit for at, octet in enumerate(octets) if octet for bit in range(8) if octet & (0x80 >> bit)]
