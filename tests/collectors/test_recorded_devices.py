"""How much of several hundred recorded devices is understood, where such recordings lie beside the project.

The reference is one JSON object a device: what another collector made of the same recording. The thresholds are
what must not be lost again; the recordings are not part of the project.
"""

import asyncio
import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collectors.collect import Target, collect
from collectors.describe import describe
from collectors.identify import default_vendors
from collectors.snmp.recording import RecordedSession, load_recording
from tests.conftest import SHARED

RECORDINGS, WALKS = SHARED / "recordings", SHARED / "walks"

pytestmark = pytest.mark.usefixtures("shared")


async def _describe_all(paths: list[Path]) -> dict[str, dict[str, Any]]:
    found = {}
    for path in paths:
        recording = load_recording(path)
        snapshot = await collect(Target(recording.name, ""), RecordedSession(recording), vendors=default_vendors())
        found[recording.name] = describe(snapshot)
    return found


@pytest.fixture(scope="module")
def devices(shared: Path) -> Iterator[tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]]:
    """(reference, ours) by name, for every recorded device."""
    lines = (RECORDINGS / "expected.jsonl").read_text(encoding="utf-8").splitlines()
    expected = {row["name"]: row for row in map(json.loads, lines)}
    yield expected, asyncio.run(_describe_all(sorted(RECORDINGS.glob("*.snmprec.xz"))))


def _score() -> Any:
    spec = importlib.util.spec_from_file_location("score", SHARED / "tools" / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("field", "least"), [("hardware", 0.93), ("version", 0.96), ("serial", 0.89)])
def test_text_facts_agree_with_the_reference(devices: Any, field: str, least: float) -> None:
    expected, ours = devices
    score = _score()
    known = {name: row[field] for name, row in expected.items() if row[field]}
    same = [
        name for name, want in known.items() if ours[name][field] and score.same_text(field, want, ours[name][field])
    ]
    assert len(same) / len(known) >= least


@pytest.mark.parametrize(("field", "least"), [("interfaces", 0.98), ("ipv4", 0.95), ("vlans", 0.94)])
def test_tables_agree_with_the_reference(devices: Any, field: str, least: float) -> None:
    expected, ours = devices
    score = _score()
    shares = [score.share(field, row[field], ours[name][field]) for name, row in expected.items()]
    counted = [share for share in shares if share is not None]
    assert sum(counted) / len(counted) >= least


def test_every_recorded_device_answers_and_no_table_is_misunderstood(devices: Any) -> None:
    _, ours = devices
    for name, found in ours.items():
        assert "fault" not in found, name
        assert not [end for end in found["tables"].values() if "understood" in end.get("reason", "")], name


@pytest.mark.parametrize(
    ("name", "manufacturer", "kind", "model"),
    [
        ("apc-7902b", "APC", "power", "AP7902B"),
        ("cisco-c3560", "Cisco", "network", "WS-C3560G-48TS-E"),
        ("dcs-3726c", "DCN", "network", "DCS-3726S"),
        ("dlink-des3038", "D-Link", "network", "DES-3028"),
        ("dptech-dpx800-a5", "DPtech", "network", "DPX8000-A5"),
        ("h3c-e528-2", "H3C", "network", "E528"),
        ("hikvision", "Hikvision", "camera", "DS-2CD4C36FWD-AP"),
        ("huawei-gse200m", "Huawei", "power", "UPS5000-E"),
        ("huawei-s5720", "Huawei", "network", "S5720-36C-EI-AC"),
        ("ibm-x3550-m3", "IBM", "management", "System x3250 M3"),
        ("maipu-sm4200-16gef8ge-ac", "Maipu", "network", "SM4200-16GEF8GE-AC"),
        ("ruijie-s5750-24gt12sfp", "Ruijie", "network", "S5750-24GT/12SFP"),
        ("sangfor-ad1800-fp2", "Sangfor", "loadbalancer", "AD-1800-FP2"),
        ("topsec-ngfw4000-uf", "Topsec", "firewall", "NGFW4000-UF(TG-72282)"),
        ("zte-zrx10", "ZTE", "network", "ZXR10 9908"),
    ],
)
def test_whole_walks_of_the_countys_makers_are_named(name: str, manufacturer: str, kind: str, model: str) -> None:
    found = asyncio.run(_describe_all([WALKS / f"{name}.snmprec.xz"]))[name]
    assert (found["manufacturer"], found["kind"], found["hardware"]) == (manufacturer, kind, model)
