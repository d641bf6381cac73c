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
RULES = Path(__file__).parents[2] / "collectors" / "vendors"

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


@pytest.mark.parametrize(("field", "least"), [("hardware", 0.93), ("version", 0.96), ("serial", 0.95)])
def test_text_facts_agree_with_the_reference(devices: Any, field: str, least: float) -> None:
    expected, ours = devices
    score = _score()
    known = {name: row[field] for name, row in expected.items() if row[field]}
    same = [
        name for name, want in known.items() if ours[name][field] and score.same_text(field, want, ours[name][field])
    ]
    assert len(same) / len(known) >= least


@pytest.mark.parametrize(
    ("field", "least"),
    [("interfaces", 0.98), ("ipv4", 0.98), ("vlans", 0.95), ("neighbours", 0.9), ("chassis_serials", 0.95)],
)
def test_tables_agree_with_the_reference(devices: Any, field: str, least: float) -> None:
    expected, ours = devices
    score = _score()
    shares = [score.share(field, row[field], ours[name][field]) for name, row in expected.items()]
    counted = [share for share in shares if share is not None]
    assert sum(counted) / len(counted) >= least


@pytest.mark.parametrize("field", ["hardware", "version", "serial"])
def test_few_text_facts_differ_from_the_reference(devices: Any, field: str) -> None:
    expected, ours = devices
    score = _score()
    known = {name: row[field] for name, row in expected.items() if row[field]}
    other = [n for n, want in known.items() if ours[n][field] and not score.same_text(field, want, ours[n][field])]
    assert len(other) / len(known) < 0.06


def test_no_rule_names_the_serial_of_a_recorded_device(devices: Any) -> None:
    expected, _ = devices
    rules = "\n".join(path.read_text(encoding="utf-8") for path in RULES.glob("*.toml"))
    serials = {row["serial"] for row in expected.values() if row["serial"] and len(row["serial"]) >= 6}
    assert [serial for serial in sorted(serials) if serial in rules] == []


def test_every_recorded_device_answers_and_no_table_is_misunderstood(devices: Any) -> None:
    _, ours = devices
    for name, found in ours.items():
        assert "fault" not in found, name
        assert not [end for end in found["tables"].values() if "understood" in end.get("reason", "")], name


# (walk, manufacturer, kind, model, version, serial), read by hand from each walk; None: it is not told there.
WHOLE_WALKS = [
    ("XP", None, "workstation", "Generic x86", "XP (NT 5.1)", None),
    ("apc-7902b", "APC", "power", "AP7902B", "AOS v6.7.2 / App v6.7.2", "5A1551F39430"),
    ("cisco-c3560", "Cisco", "network", "WS-C3560G-48TS-E", "12.2(55)SE3", "FOC1408Z61U"),
    ("dcs-3726c", "DCN", "network", "DCS-3726S", "2.2.3.44", "A308023010"),
    ("dlink-des3038", "D-Link", "network", "DES-3028", "1.00-B32", None),
    ("dptech-dpx800-a5", "DPtech", "network", "DPX8000-A5", "S111C011D007P02PATCH03", "02010037P183000022"),
    ("h3c-e528-2", "H3C", "network", "E528", "5.20, Release 1513P62", "210235A0GKC158000929"),
    ("hikvision", "Hikvision", "camera", "DS-2CD4C36FWD-AP", "V5.5.80 build 190131", None),
    ("huawei-gse200m", "Huawei", "power", "UPS5000-E", "V100R001C10SPC600", "2102310NYJ10EB000045"),
    ("huawei-s12704", "Huawei", "network", "S12704", "V200R012C00SPC500", "2102114480P0J7000105"),
    ("huawei-s5720", "Huawei", "network", "S5720-36C-EI-AC", "V200R007C00SPC500", "210235956210F7000410"),
    ("ibm-x3550-m3", "IBM", "management", "System x3250 M3", "YUOO91K", "0622254"),
    ("maipu-sm4200-16gef8ge-ac", "Maipu", "network", "SM4200-16GEF8GE-AC", "6.0.222.39", None),
    (
        "ruijie-s5750-24gt12sfp",
        "Ruijie",
        "network",
        "S5750-24GT/12SFP",
        "RGOS 10.4(3)p4 Release(161753)",
        "9017EHC410215",
    ),
    ("sangfor-ad1800-fp2", "Sangfor", "loadbalancer", "AD-1800-FP2", None, None),
    ("topsec-ngfw4000-uf", "Topsec", "firewall", "NGFW4000-UF(TG-72282)", "V3.2073N.2060N_NGFW.1", "Q1610474303"),
    ("unknown-004", "Inspur", "server", "Generic x86 64-bit", "3.0.36-cos", None),
    ("zte-zrx10", "ZTE", "network", "ZXR10 9908", "V1.01.10.B19P06", None),
]


@pytest.mark.parametrize("known", WHOLE_WALKS, ids=lambda known: str(known[0]))
def test_whole_walks_are_named_as_a_person_reads_them(known: tuple[str | None, ...]) -> None:
    name = str(known[0])
    found = asyncio.run(_describe_all([WALKS / f"{name}.snmprec.xz"]))[name]
    facts = ("manufacturer", "kind", "hardware", "version", "serial")
    assert (name, *(found[fact] for fact in facts)) == known
