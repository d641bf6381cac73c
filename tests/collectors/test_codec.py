"""BER of SNMPv1 and v2c."""

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.snmp import codec
from collectors.snmp import oid as oids
from collectors.snmp.faults import BadAnswer
from collectors.snmp.session import VarBind

HEAD = codec.message_head(codec.V2C, b"public")
SYS_DESCR = oids.parse("1.3.6.1.2.1.1.1.0")

OIDS = st.lists(st.integers(0, 2**32 - 1), max_size=40).map(lambda rest: oids.encode((1, 3, *rest)))
VARBINDS = st.lists(st.tuples(OIDS, st.sampled_from([2, 4, 6, 64, 65, 70, 128]), st.binary(max_size=300)), max_size=30)


def test_a_get_is_the_octets_of_the_standard() -> None:
    asked = codec.encode_request(HEAD, codec.GET, 1, [SYS_DESCR])
    assert asked.hex() == (
        "3026020101" + "04067075626c6963" + "a019020101020100020100" + "300e300c06082b060102010101000500"
    )


def test_a_response_of_the_standard_is_read() -> None:
    came = bytes.fromhex(
        "302a020101" + "04067075626c6963" + "a21d020101020100020100" + "3012301006082b06010201010100" + "0404486f7374"
    )
    read = codec.decode_response(came)
    assert (read.request_id, read.error_status, read.error_index) == (1, 0, 0)
    assert read.varbinds == [(SYS_DESCR, 4, b"Host")]


@pytest.mark.parametrize(
    ("number", "octets"), [(0, "00"), (127, "7f"), (128, "0080"), (-1, "ff"), (-128, "80"), (-129, "ff7f")]
)
def test_integers_are_as_short_as_can_be(number: int, octets: str) -> None:
    assert codec.encode_integer(number).hex() == octets


def test_addresses_are_four_octets() -> None:
    assert codec.encode_ip("10.0.0.255") == b"\x0a\x00\x00\xff"
    for wrong in ("10.0.0", "10.0.0.256", "ten"):
        with pytest.raises(ValueError):
            codec.encode_ip(wrong)


@given(VARBINDS, st.integers(0, 2**31 - 1), st.integers(0, 18), st.integers(0, 100))
def test_a_response_comes_back_as_it_was(varbinds: list[VarBind], request_id: int, status: int, index: int) -> None:
    sent = codec.encode_response(codec.V2C, b"public", request_id, status, index, varbinds)
    assert codec.decode_response(sent) == codec.Response(request_id, status, index, varbinds)


@given(st.lists(OIDS, max_size=30), st.integers(0, 2**31 - 1), st.integers(0, 1000))
def test_a_request_comes_back_as_it_was(names: list[bytes], request_id: int, repetitions: int) -> None:
    sent = codec.encode_request(HEAD, codec.GET_BULK, request_id, names, 0, repetitions)
    read = codec.decode_request(sent)
    assert read == codec.Request(codec.V2C, b"public", codec.GET_BULK, request_id, 0, repetitions, names)


def _read_or_refused(data: bytes) -> None:
    for decode in (codec.decode_response, codec.decode_request, codec.content):
        try:
            decode(data)
        except BadAnswer as fault:
            assert str(fault)


@given(st.binary(max_size=400))
def test_any_octets_are_read_or_refused(data: bytes) -> None:
    _read_or_refused(data)


@given(VARBINDS, st.data())
def test_a_spoilt_response_is_read_or_refused(varbinds: list[VarBind], data: st.DataObject) -> None:
    spoilt = bytearray(codec.encode_response(codec.V2C, b"public", 7, 0, 0, varbinds))
    for _ in range(data.draw(st.integers(1, 4))):
        spoilt[data.draw(st.integers(0, len(spoilt) - 1))] = data.draw(st.integers(0, 255))
    _read_or_refused(bytes(spoilt))
    _read_or_refused(bytes(spoilt[: data.draw(st.integers(0, len(spoilt)))]))


def test_a_cut_response_is_still_known_by_its_id() -> None:
    whole = codec.encode_response(codec.V2C, b"public", 4711, 0, 0, [(SYS_DESCR, 4, b"x" * 50)])
    assert codec.decode_head(whole[:60])[0] == 4711
    with pytest.raises(BadAnswer, match="cut off"):
        codec.decode_response(whole[:60])


@pytest.mark.parametrize(
    "octets",
    [
        "",
        "30",
        "3080",
        "3084ffffffff",
        "30890000000000000000ff",
        "300302010104",
        "3026020101" + "04067075626c6963" + "a019020101020100020100" + "300e300c06082b060102010101000500",
    ],
)
def test_what_is_no_response_is_refused(octets: str) -> None:
    with pytest.raises(BadAnswer):
        codec.decode_response(bytes.fromhex(octets))


# -- hostile octets ------------------------------------------------------------------------------------------

LARGEST = 65_507
"""Octets of the largest UDP datagram."""
SMALLEST_VARBIND = b"\x30\x04\x06\x00\x05\x00"
OCTETS = st.binary(max_size=300)
PIECES = st.lists(
    st.one_of(
        st.binary(max_size=8),
        st.just(SMALLEST_VARBIND),
        st.sampled_from([b"\x30\x80", b"\x30\x84\x7f\xff\xff\xff", b"\x30\x81\x04\x06\x00\x05\x00", b"\x30\x00"]),
        OCTETS.map(lambda content: codec.encode_varbind(b"\x2b\x06", 4, content)),
    ),
    max_size=30,
).map(b"".join)


@settings(max_examples=500, deadline=None)
@given(PIECES, st.integers(0, 400), st.integers(0, 2**32))
def test_varbinds_between_any_two_places_are_read_or_refused(data: bytes, start: int, end: int) -> None:
    for stop in (end, len(data)):
        try:
            found = codec.decode_varbinds(data, start, stop)
        except BadAnswer as fault:
            assert str(fault)
            continue
        assert sum(len(oid) + len(value) for oid, _tag, value in found) <= len(data)
        assert len(found) * len(SMALLEST_VARBIND) <= len(data)


@settings(max_examples=300, deadline=None)
@given(PIECES, st.integers(-(2**39), 2**39 - 1), st.integers(-(2**39), 2**39 - 1))
def test_any_varbinds_in_a_sound_message_are_read_or_refused(body: bytes, first: int, second: int) -> None:
    for kind in (codec.RESPONSE, codec.GET_BULK):
        numbers = b"".join(codec.encode_value(2, codec.encode_integer(number)) for number in (7, first, second))
        message = codec.encode_value(0x30, HEAD + codec.encode_value(kind, numbers + codec.encode_value(0x30, body)))
        _read_or_refused(message)


def test_a_datagram_full_of_the_smallest_varbinds_takes_memory_in_proportion() -> None:
    count = (LARGEST - 60) // len(SMALLEST_VARBIND)
    message = codec.encode_response(codec.V2C, b"public", 7, 0, 0, [(b"", 5, b"")] * count)
    assert len(message) <= LARGEST
    tracemalloc.start()
    try:
        found = codec.decode_response(message).varbinds
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(found) == count
    assert peak < 64 * LARGEST


def test_lengths_that_promise_gigabytes_cost_nothing() -> None:
    tracemalloc.start()
    try:
        for octets in (
            "3084ffffffff",
            "3084ffffffff020101",
            "308400000010020101048480000000",
            "30840000ffff0201010484",
        ):
            with pytest.raises(BadAnswer):
                codec.decode_response(bytes.fromhex(octets))
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 64 * 1024


def test_a_name_too_long_for_any_request_is_refused() -> None:
    longest = codec.encode_response(codec.V2C, b"public", 7, 0, 0, [(b"\x2b" * codec.LONGEST_NAME, 5, b"")])
    assert len(codec.decode_response(longest).varbinds[0][0]) == codec.LONGEST_NAME
    with pytest.raises(BadAnswer, match="a name of 2049 octets"):
        codec.decode_response(
            codec.encode_response(codec.V2C, b"public", 7, 0, 0, [(b"\x2b" * (codec.LONGEST_NAME + 1), 5, b"")])
        )


def test_an_arc_of_any_length_is_a_number_of_64_bits_at_most() -> None:
    hostile = b"\x2b" + b"\xff" * 60_000 + b"\x7f"
    assert oids.arcs(hostile) == (1, 3, 2**64 - 1)
    assert oids.text(hostile) == f"1.3.{2**64 - 1}"
    assert oids.arcs(oids.encode((1, 3, 2**32 - 1, 2**64 - 1))) == (1, 3, 2**32 - 1, 2**64 - 1)
