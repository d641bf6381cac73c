"""`probe` over files that were made to break it: a sentence and an exit code for each, in bounded memory and time."""

import asyncio
import bz2
import json
import lzma
import tracemalloc
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectors.collect import Target, collect
from collectors.describe import describe
from collectors.identify import default_vendors
from collectors.management import telling
from collectors.polling.probing import ALL_ANSWERED, FAILED, probe_targets
from collectors.snmp import oid as oids
from collectors.snmp.recording import RecordedSession, Recording, load_recording

FIXTURES = Path(__file__).parents[2] / "fixtures" / "devices"
MIB = 1024 * 1024
ONE = b"1.3.6.1.2.1.1.1.0|4|a device\n"
DEEP = ".".join(["1"] * 100_000).encode()
WIDE = b"9" * 4000
NUMBER = b"1.3.6.1.2.1.1.3.0|2|"


def _xz_of(size: int, beginning: bytes = b"") -> bytes:
    """An xz file of so many newlines, made without ever holding them."""
    packer = lzma.LZMACompressor(preset=0)
    return (
        packer.compress(beginning) + b"".join(packer.compress(b"\n" * MIB) for _ in range(size // MIB)) + packer.flush()
    )


def _bz2_of(size: int) -> bytes:
    return bz2.compress(b"x" * size, 1)


def _greedy_xz() -> bytes:
    """A sound file whose head asks for a dictionary of 1.5 GiB to unpack it."""
    small = lzma.compress(ONE, filters=[{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 4096}])
    at = small.index(b"\x21\x01", 12) + 2
    # The size of the dictionary is one octet of the block's head (39: 1.5 GiB); its checksum stands four octets on.
    head = bytearray(small[12 : 12 + (small[12] + 1) * 4])
    head[at - 12] = 39
    head[-4:] = zlib.crc32(head[:-4]).to_bytes(4, "little")
    return small[:12] + bytes(head) + small[12 + len(head) :]


REFUSED = {
    "empty.snmprec": (b"", "holds no object"),
    "zeros.snmprec": (b"\0" * 3 * MIB, "not a recording"),
    "one-line.snmprec": (b"x" * (5 * MIB), "a line of more than 4 MiB"),
    "picture.snmprec": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4096, "not a recording"),
    "deep.snmprec": (DEEP + b"|2|1\n", "an OID of more than 2000 characters"),
    "deep-walk.snmprec": (b"." + DEEP + b" = INTEGER: 1\n", "an OID of more than 2000 characters"),
    "wide-arc.snmprec": (b"1.3.6.1." + b"9" * 5000 + b"|2|1\n", "an OID of more than 2000 characters"),
    "half.snmprec.xz": (lzma.compress(ONE * 50_000)[:-40], "cannot be read"),
    "head-only.snmprec.xz": (lzma.compress(ONE)[:12], "cut off"),
    "no-xz.snmprec.xz": (b"\xfd7zXZ\x00" + b"\x11" * 5000, "cannot be read"),
    "nothing.snmprec.xz": (b"", "cut off"),
    "no-bz2.snmprec.bz2": (b"BZh9" + b"\x11" * 5000, "cannot be read"),
    "bomb.snmprec.bz2": (_bz2_of(64 * MIB), "MiB"),
    "greedy.snmprec.xz": (_greedy_xz(), "cannot be read"),
    "blank.snmprec": (b"\n" * 200_000, "nothing in 100000 lines"),
    "remarks.snmprec": (b"# remark\n" * 200_000, "nothing in 100000 lines"),
}

READ = {
    "latin.snmprec": ONE + b"1.3.6.1.2.1.1.5.0|4|\xe9\xff\x80\n",
    "controls.snmprec": b"1.3.6.1.2.1.1.1.0|4|\x1b[2J\x07\x9b31m\n" + b"1.3.6.1.2.1.1.5.0|4x|1b5d303b0007\n",
    "half-lines.snmprec": ONE + b"|||||\n|\n1.3|4\n1.3.6.1.2.1.1.5.0|4x|abc\n1.3.6.1.2.1.1.6.0|4e|\\x\n",
    "wide-numbers.snmprec": ONE + b"".join(NUMBER.replace(b"3.0", b"3.%d" % n) + WIDE + b"\n" for n in range(20)),
    "too-wide-number.snmprec": ONE + NUMBER + b"9" * 50_000 + b"\n",
    "wide-walk-number.snmprec": ONE + b".1.3.6.1.2.1.1.3.0 = Timeticks: " + b"a" * 4 * MIB + b"\n",
    "open-quote.snmprec": ONE + b'.1.3.6.1.2.1.1.4.0 = STRING: "' + b'\n\\"' * 100_000 + b"\n",
    "endless-hex.snmprec": ONE + b".1.3.6.1.2.1.1.4.0 = Hex-STRING: " + b"00 11 22\n" * 20_000,
    "odd-tags.snmprec": ONE + b"".join(b"1.3.6.1.2.1.1.%d.0|%d|1\n" % (n, n) for n in range(2, 300)),
    "odd-arcs.snmprec": ONE
    + b"1.3.6.1.2.1.1.-5.0|2|1\n9.9.9|2|1\n1|2|1\n1..3|2|1\n1.3.6.1.99999999999999999999.0|2|1\n",
    "twice.snmprec": ONE * 1000,
    "two-streams.snmprec.xz": lzma.compress(ONE) + b"\0" * 8 + lzma.compress(b"1.3.6.1.2.1.1.5.0|4|sw\n"),
    "two-streams.snmprec.bz2": bz2.compress(ONE) + bz2.compress(b"1.3.6.1.2.1.1.5.0|4|sw\n"),
    "long-values.snmprec": b"".join(b"1.3.6.1.2.1.1.%d.0|4|%b\n" % (n, b"\xb0\xa1" * MIB) for n in (1, 4, 5, 6)),
}


def _probed(path: Path, caplog: pytest.LogCaptureFixture) -> tuple[int, dict[str, object]]:
    """Exit code and JSON; also as lines for a person, and nothing in the log, where a traceback would be."""
    said: list[str] = []
    code = probe_targets([str(path)], say=said.append)
    assert probe_targets([str(path)], show=telling.text, say=said.append) == code
    assert not caplog.records
    assert "Traceback" not in said[1]
    assert all(character.isprintable() or character == "\n" for character in said[1])
    found: dict[str, object] = json.loads(said[0])
    return code, found


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_no_recording_gets_a_sentence(
    name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    octets, wanted = REFUSED[name]
    (tmp_path / name).write_bytes(octets)
    code, found = _probed(tmp_path / name, caplog)
    assert (code, found["fault"]) == (FAILED, "bad_file")
    assert name in str(found["fault_text"])
    assert wanted in str(found["fault_text"])


@pytest.mark.parametrize("name", READ)
def test_a_file_with_odd_lines_is_read_as_far_as_it_can_be(
    name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / name).write_bytes(READ[name])
    code, found = _probed(tmp_path / name, caplog)
    assert (code, found.get("fault")) == (ALL_ANSWERED, None)


def test_two_packed_streams_are_one_file(tmp_path: Path) -> None:
    for name in ("two-streams.snmprec.xz", "two-streams.snmprec.bz2"):
        (tmp_path / name).write_bytes(READ[name])
        assert len(load_recording(tmp_path / name)) == 2


def test_a_bomb_is_left_before_it_fills_the_memory(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.snmprec.xz"
    bomb.write_bytes(_xz_of(256 * MIB, ONE))
    assert bomb.stat().st_size < MIB
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=r"MiB|nothing in"):
            load_recording(bomb)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 64 * MIB


TAGS = st.sampled_from([0x02, 0x04, 0x05, 0x06, 0x40, 0x41, 0x42, 0x43, 0x44, 0x46, 0x47, 0x30])
CONTENTS = st.one_of(
    st.binary(max_size=12),
    st.sampled_from([b"", b"\xff" * 9, b"\x00" * 6, b"\x80" * 200, b"x" * 5000, b"-1", b"\xd6\xd0\xce", b"1\x00"]),
)


@st.composite
def spoilt(draw: st.DrawFn) -> Recording:
    """One of the recorded devices, some of its values and row indexes replaced."""
    recording = load_recording(draw(st.sampled_from(sorted(FIXTURES.glob("*.snmprec")))))
    objects = dict(zip(recording.oids, recording.values, strict=True))
    for _ in range(draw(st.integers(1, 25))):
        oid = draw(st.sampled_from(recording.oids))
        value = (draw(TAGS), draw(CONTENTS))
        if draw(st.booleans()):
            objects[oid] = value
        else:
            objects[oids.parent(oid) + oids.encode_index(draw(st.lists(st.integers(0, 2**33), max_size=8)))] = value
    ranked = sorted(objects, key=oids.order)
    return Recording(recording.name, list(map(oids.order, ranked)), ranked, [objects[oid] for oid in ranked])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spoilt())
def test_a_recorded_device_with_spoilt_values_is_still_described(
    caplog: pytest.LogCaptureFixture, recording: Recording
) -> None:
    snapshot = asyncio.run(collect(Target("spoilt", ""), RecordedSession(recording), vendors=default_vendors()))
    assert not snapshot.fault
    assert not caplog.records, caplog.text
    json.dumps(describe(snapshot))
    assert telling.text(snapshot)
