"""Recorded devices as files and as sessions."""

import asyncio
import bz2
import lzma
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.snmp import oid as oids
from collectors.snmp.recording import RecordedSession, Recording, load_recording, parse_recording
from collectors.snmp.session import END_OF_MIB_VIEW, NO_SUCH_INSTANCE, NO_SUCH_OBJECT, Raw

SNMPREC = b"""# a small switch
1.3.6.1.2.1.1.1.0|4|Example switch, release 2
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999.7
1.3.6.1.2.1.1.3.0|67|123456
1.3.6.1.2.1.2.2.1.2.10|4x|65746831
1.3.6.1.2.1.2.2.1.2.9|4|eth|0
1.3.6.1.2.1.2.2.1.5.9|66|4294967295
1.3.6.1.2.1.4.20.1.1.10.0.0.1|64|10.0.0.1
1.3.6.1.2.1.4.20.1.1.10.0.0.2|64x|0a000002
1.3.6.1.2.1.31.1.1.1.6.9|70|18446744073709551615
"""

WALK = b"""SNMPv2-banner
.1.3.6.1.2.1.1.1.0 = STRING: "Example \\"printer\\"
with two lines"
.1.3.6.1.2.1.1.2.0 = OID: .1.3.6.1.4.1.99999.8
.1.3.6.1.2.1.1.3.0 = Timeticks: (123456) 0:20:34.56
.1.3.6.1.2.1.1.6.0 = ""
.1.3.6.1.2.1.2.2.1.3.1 = INTEGER: ethernetCsmacd(6)
.1.3.6.1.2.1.2.2.1.5.1 = Gauge32: 1000000000
.1.3.6.1.2.1.2.2.1.6.1 = Hex-STRING: 00 E0 FC 01
02 03
.1.3.6.1.2.1.2.2.1.10.1 = Counter32: 7
.1.3.6.1.2.1.4.20.1.1.10.0.0.1 = IpAddress: 10.0.0.1
.1.3.6.1.2.1.99.1.0 = No Such Object available on this agent at this OID
"""


def _parse(text: bytes) -> Recording:
    return parse_recording("device", iter(text.splitlines()))


def _value(recording: Recording, oid: str) -> Raw | None:
    return recording.find(oids.parse(oid))


def test_each_tag_gives_the_octets_an_agent_would_send() -> None:
    read = _parse(SNMPREC)
    assert (len(read), read.broken) == (9, 0)
    assert _value(read, "1.3.6.1.2.1.1.2.0") == (6, oids.parse("1.3.6.1.4.1.99999.7"))
    assert _value(read, "1.3.6.1.2.1.1.3.0") == (67, b"\x01\xe2\x40")
    assert _value(read, "1.3.6.1.2.1.2.2.1.2.10") == (4, b"eth1")
    assert _value(read, "1.3.6.1.2.1.2.2.1.2.9") == (4, b"eth|0")
    assert _value(read, "1.3.6.1.2.1.2.2.1.5.9") == (66, b"\x00\xff\xff\xff\xff")
    assert _value(read, "1.3.6.1.2.1.4.20.1.1.10.0.0.2") == (64, b"\x0a\x00\x00\x02")
    assert _value(read, "1.3.6.1.2.1.31.1.1.1.6.9") == (70, b"\x00" + b"\xff" * 8)


def test_objects_are_in_the_order_of_a_walk_whatever_the_file_has() -> None:
    lines = [b"1.3.6.1.9.%d|2|1" % arc for arc in (16384, 2, 128, 16383, 127)]
    read = parse_recording("device", iter(lines))
    assert [oids.arcs(oid)[-1] for oid in read.oids] == [2, 127, 128, 16383, 16384]


def test_the_text_of_snmpwalk_is_read_too() -> None:
    read = _parse(WALK)
    assert read.broken == 1
    assert _value(read, "1.3.6.1.2.1.1.1.0") == (4, b'Example "printer"\nwith two lines')
    assert _value(read, "1.3.6.1.2.1.1.2.0") == (6, oids.parse("1.3.6.1.4.1.99999.8"))
    assert _value(read, "1.3.6.1.2.1.1.3.0") == (67, b"\x01\xe2\x40")
    assert _value(read, "1.3.6.1.2.1.1.6.0") == (4, b"")
    assert _value(read, "1.3.6.1.2.1.2.2.1.3.1") == (2, b"\x06")
    assert _value(read, "1.3.6.1.2.1.2.2.1.6.1") == (4, b"\x00\xe0\xfc\x01\x02\x03")
    assert _value(read, "1.3.6.1.2.1.4.20.1.1.10.0.0.1") == (64, b"\x0a\x00\x00\x01")
    assert _value(read, "1.3.6.1.2.1.99.1.0") is None


def test_broken_lines_are_counted_and_told_and_the_rest_stands() -> None:
    read = _parse(b"1.3.6.1.1.1|2|up\n1.3.6.1.1.2|2|5\nnonsense\n1.3.x|2|1\n1.3.6.1.1.3|4x|0g\n1.3.6.1.1.4|99|1\n")
    assert (len(read), read.broken) == (1, 5)
    assert read.problems[0] == "line 1: a value that does not fit tag 2"
    assert read.problems[1] == "line 3: not OID|TAG|VALUE"


def test_a_simulator_module_counts_when_its_value_is_plain() -> None:
    read = _parse(
        b"1.3.6.1.1.1|4:writecache|plain\n1.3.6.1.1.2|2:numeric|rate=100,initial=5\n1.3.6.1.1.3|2:numeric|7\n"
    )
    assert (len(read), read.broken) == (2, 0)
    assert _value(read, "1.3.6.1.1.3") == (2, b"\x07")


def test_the_first_of_two_values_for_one_object_stands() -> None:
    assert _value(_parse(b"1.3.6.1.1.1|2|1\n1.3.6.1.1.1|2|2\n"), "1.3.6.1.1.1") == (2, b"\x01")


@pytest.mark.parametrize(
    ("name", "pack"), [("a.snmprec", bytes), ("a.snmprec.xz", lzma.compress), ("a.snmprec.bz2", bz2.compress)]
)
def test_packed_files_are_read_like_plain_ones(name: str, pack: type[bytes], tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(pack(SNMPREC))
    read = load_recording(tmp_path / name)
    assert (read.name, len(read)) == ("a", 9)


@pytest.mark.parametrize(
    ("name", "octets", "said"),
    [
        ("empty.snmprec", b"", "holds no object"),
        ("letter.txt", b"Dear Sir,\nplease find\n", "line 1: not OID"),
        ("noise.snmprec", bytes(range(256)) * 40, "not a recording"),
        ("noise.snmprec.xz", b"no xz at all", "cannot be read"),
        ("cut.snmprec.xz", lzma.compress(SNMPREC)[:-20], "cannot be read"),
        ("cut.snmprec.bz2", bz2.compress(SNMPREC)[:-20], "cannot be read"),
    ],
)
def test_what_is_no_recording_is_refused_by_name(name: str, octets: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(octets)
    with pytest.raises(ValueError, match=said) as refused:
        load_recording(tmp_path / name)
    assert name in str(refused.value)


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"nothing\.snmprec: cannot be read: No such file"):
        load_recording(tmp_path / "nothing.snmprec")


def test_a_session_answers_like_an_agent() -> None:
    session = RecordedSession(_parse(SNMPREC))
    known, other, none = (oids.parse(f"1.3.6.1.2.1.1.{last}") for last in ("1.0", "1.5", "77.0"))

    got = asyncio.run(session.get([known, other, none])).varbinds
    assert [tag for _, tag, _ in got] == [4, NO_SUCH_INSTANCE, NO_SUCH_OBJECT]

    following = asyncio.run(session.get_next([known, oids.parse("1.3.6.1.9")])).varbinds
    assert following[0] == (oids.parse("1.3.6.1.2.1.1.2.0"), 6, oids.parse("1.3.6.1.4.1.99999.7"))
    assert following[1] == (oids.parse("1.3.6.1.9"), END_OF_MIB_VIEW, b"")


def test_a_bulk_answer_goes_round_the_columns() -> None:
    session = RecordedSession(_parse(SNMPREC))
    asked = [oids.parse("1.3.6.1.2.1.2.2.1.2"), oids.parse("1.3.6.1.2.1.31.1.1.1.6")]
    names = [oids.text(oid) for oid, _, _ in asyncio.run(session.get_bulk(asked, 2)).varbinds]
    assert names == [
        "1.3.6.1.2.1.2.2.1.2.9",
        "1.3.6.1.2.1.31.1.1.1.6.9",
        "1.3.6.1.2.1.2.2.1.2.10",
        "1.3.6.1.2.1.31.1.1.1.6.9",
    ]


@given(st.lists(st.binary(max_size=60) | st.sampled_from(SNMPREC.splitlines() + WALK.splitlines()), max_size=30))
def test_any_lines_are_a_recording_or_refused(lines: list[bytes]) -> None:
    try:
        read = parse_recording("device", iter(lines))
    except ValueError as fault:
        assert str(fault)
        return
    assert len(read) == len(read.values) == len(set(read.oids))
