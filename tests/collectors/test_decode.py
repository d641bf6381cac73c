"""Values of devices to text, numbers and addresses."""

import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import decode
from collectors.snmp import oid as oids
from collectors.snmp.session import (
    COUNTER32,
    COUNTER64,
    GAUGE32,
    INTEGER,
    IP_ADDRESS,
    NO_SUCH_INSTANCE,
    NULL,
    OBJECT_ID,
    OCTETS,
    OPAQUE,
    TIME_TICKS,
    Raw,
)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ((INTEGER, b"\xff"), -1),
        ((INTEGER, b"\x00\x80"), 128),
        ((GAUGE32, b"\x00\xff\xff\xff\xff"), 4294967295),
        ((GAUGE32, b"\xff\xff\xff\xff"), 4294967295),
        ((COUNTER64, b"\x00" + b"\xff" * 8), 2**64 - 1),
        ((TIME_TICKS, b"\x12\x67"), 4711),
        ((COUNTER32, b"\x01" * 11), None),
        ((INTEGER, b""), None),
        ((OCTETS, b" 42\x00"), 42),
        ((OCTETS, b"42 pages"), None),
        ((NULL, b""), None),
        ((NO_SUCH_INSTANCE, b""), None),
        (None, None),
    ],
)
def test_integers_are_signed_and_counters_are_not(raw: Raw | None, value: int | None) -> None:
    assert decode.integer(raw) == value


def test_numbers_with_a_fraction_come_as_opaque_or_as_text() -> None:
    assert decode.number((OPAQUE, b"\x9f\x78\x04\x3f\x80\x00\x00")) == 1.0
    assert decode.number((OCTETS, b"-7.25")) == -7.25
    assert decode.number((INTEGER, b"\x07")) == 7
    assert decode.number((OCTETS, b"none")) is None


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"core-sw-01", "core-sw-01"),
        (b"  CN12345678 \x00\x00", "CN12345678"),
        (b"line one\r\nline two\r\n", "line one\r\nline two"),
        ("三楼机房".encode(), "三楼机房"),
        ("三楼机房".encode()[:-1], "三楼机"),
        ("三楼机房".encode("gb18030"), "三楼机房"),
        ("上联核心".encode("gb18030")[:-1], "上联核"),
        ("Büro Süd".encode("latin-1"), "Büro Süd"),
        ("Café".encode("latin-1"), "Café"),
        ("Intel® Core™".encode("cp1252"), "Intel® Core™"),
        (b"S\x00w\x00itch", "Switch"),
        (b"\x00\x1b\x21\x0a\x0b\x0c", "001b210a0b0c"),
        (b"Gigabit Ethernet 1\x07", "Gigabit Ethernet 1"),
        (b"", ""),
    ],
)
def test_text_is_read_in_the_charset_it_was_written_in(octets: bytes, text: str) -> None:
    assert decode.text((OCTETS, octets)) == text


def test_a_long_text_cut_in_a_character_keeps_the_rest() -> None:
    whole = ("x" * 62 + "é").encode()
    assert decode.text((OCTETS, whole[:63])) == "x" * 62


def test_other_types_have_a_text_too() -> None:
    assert decode.text((INTEGER, b"\x05")) == "5"
    assert decode.text((IP_ADDRESS, b"\x0a\x01\x02\x03")) == "10.1.2.3"
    assert decode.text((OBJECT_ID, oids.parse("1.3.6.1.4.1.9"))) == "1.3.6.1.4.1.9"
    assert decode.text((NULL, b"")) == ""
    assert decode.text(None) == ""


@pytest.mark.parametrize(
    ("octets", "mac"),
    [
        (b"\x00\xe0\xfc\x01\x02\x03", "00e0fc010203"),
        (b"\x06\x00\xe0\xfc\x01\x02\x03", "00e0fc010203"),
        (b"\x00\xe0\xfc\xff\xfe\x01\x02\x03", "00e0fc010203"),
        (b"\x00\xe0\xfc\x01\x02\x03\x00\x00", "00e0fc010203"),
        (b"00:E0:FC:01:02:03", "00e0fc010203"),
        (b"0:e0:fc:1:2:3", "00e0fc010203"),
        (b"00-e0-fc-01-02-03\x00", "00e0fc010203"),
        (b"00e0-fc01-0203", "00e0fc010203"),
        (b"00e0.fc01.0203", "00e0fc010203"),
        (b"00E0FC010203", "00e0fc010203"),
        (b"00 e0 fc 01 02 03", "00e0fc010203"),
        (b"00e0fc-010203", "00e0fc010203"),
        (b"\x00" * 6, ""),
        (b"00:00:00:00:00:00", ""),
        (b"", ""),
        (b"\x01\x02\x03", ""),
        (b"not a mac at all", ""),
        (b"\x50\x06\x01\x60\x3c\xe0\x11\x22", ""),
    ],
)
def test_a_mac_is_read_in_all_its_forms(octets: bytes, mac: str) -> None:
    assert decode.mac((OCTETS, octets)) == mac


@pytest.mark.parametrize(
    ("raw", "address"),
    [
        ((IP_ADDRESS, b"\xc0\xa8\x01\xfe"), "192.168.1.254"),
        ((OCTETS, b"\x0a\x00\x00\x01"), "10.0.0.1"),
        ((OCTETS, b"\xfe\x80" + b"\x00" * 13 + b"\x01"), "fe80::1"),
        ((OCTETS, b"\xfe\x80" + b"\x00" * 13 + b"\x01" + b"\x00\x00\x00\x02"), "fe80::1"),
        ((OCTETS, b"\xc0\xa8\x01\xfe\x00\x00\x00\x07"), "192.168.1.254"),
        ((OCTETS, b"10.0.0.1"), "10.0.0.1"),
        ((OCTETS, b"2001:db8::1:2:34"), "2001:db8::1:2:34"),
        ((OCTETS, b""), ""),
        ((OCTETS, b"nowhere"), ""),
        ((INTEGER, b"\x0a\x00\x00\x01"), ""),
        (None, ""),
    ],
)
def test_an_address_is_read_from_octets_and_from_text(raw: Raw | None, address: str) -> None:
    assert decode.address(raw) == address


def test_bits_count_from_zero_and_ports_from_one() -> None:
    assert decode.bits((OCTETS, b"\xa0\x01")) == {0, 2, 15}
    assert decode.ports((OCTETS, b"\xa0\x01")) == (1, 3, 16)
    assert decode.ports((INTEGER, b"\xa0")) == ()


def test_an_object_identifier_has_a_dotted_form() -> None:
    assert decode.oid_text((OBJECT_ID, oids.parse("1.3.6.1.4.1.25506.1"))) == "1.3.6.1.4.1.25506.1"
    assert decode.oid_text((OCTETS, b"1.3")) == ""


@given(st.none() | st.tuples(st.integers(0, 255), st.binary(max_size=80)))
def test_nothing_ever_raises(raw: Raw | None) -> None:
    assert isinstance(decode.text(raw), str)
    assert decode.integer(raw) is None or isinstance(decode.integer(raw), int)
    assert decode.number(raw) is None or isinstance(decode.number(raw), int | float)
    assert len(decode.mac(raw)) in (0, 12)
    assert isinstance(decode.address(raw) + decode.oid_text(raw) + decode.hex_text(raw), str)
    assert len(decode.bits(raw)) == len(decode.ports(raw))


# -- what is kept --------------------------------------------------------------------------------------------

REMEMBERING = [decode.text, decode.integer, decode.oid_text]


@pytest.mark.parametrize("function", REMEMBERING, ids=["text", "integer", "oid_text"])
def test_large_values_of_a_hostile_device_are_not_kept(function: Callable[[Raw], object]) -> None:
    tracemalloc.start()
    try:
        for number in range(60):
            for tag in (INTEGER, OCTETS, OBJECT_ID, COUNTER64, OPAQUE):
                function((tag, b"%06d" % number * 10_000))
        assert tracemalloc.get_traced_memory()[0] < 1_000_000
    finally:
        tracemalloc.stop()


@given(
    st.lists(
        st.tuples(
            st.sampled_from([INTEGER, OCTETS, OBJECT_ID, IP_ADDRESS, COUNTER32, OPAQUE, NULL]), st.binary(max_size=100)
        ),
        max_size=20,
    )
)
def test_what_is_remembered_is_what_would_be_decoded(raws: list[Raw]) -> None:
    for raw in [*raws, *raws]:
        anew = (raw[0], bytes(bytearray(raw[1])))
        assert decode.text(raw) == decode.text.__self__.decode(anew)  # type: ignore[attr-defined]
        assert decode.integer(raw) == decode.integer.__self__.decode(anew)  # type: ignore[attr-defined]


def test_however_many_different_values_come_no_more_than_a_bound_are_kept() -> None:
    kept = decode.integer.__self__  # type: ignore[attr-defined]
    assert all(decode.integer((INTEGER, number.to_bytes(4, "big"))) == number for number in range(20_000))
    assert 0 < len(kept) <= 16384
