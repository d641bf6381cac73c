"""`probe` asks agents that misbehave in every way of this folder: always words and an exit code, never a traceback."""

import inspect
import json

import pytest

from collectors.management import telling
from collectors.polling.probing import ALL_ANSWERED, SOME_SILENT, as_json, probe_targets
from collectors.snmp.recording import Recording, load_recording
from tests.collectors.test_probe import FIXTURES
from tests.collectors.wire import faulty_agent as agents
from tests.collectors.wire import odd_rows as odd
from tests.collectors.wire.conftest import serving

_PARAMETERS = ["agent", "request", "honest"]
FAULTS: dict[str, agents.Fault] = {
    fault.__name__: fault
    for module in (agents, odd)
    for _name, fault in inspect.getmembers(module, inspect.isfunction)
    if list(inspect.signature(fault).parameters) == _PARAMETERS
}
SILENT = {"silence", "only_rubbish", "always_empty_list"}
"""Those whose first request tells nothing."""
WAITED_FOR = {
    "falls_silent",
    "every_third_lost",
    "three_of_ten_lost",
    "late",
    "late_from_elsewhere",
    "rubbish_instead_of_tables",
}
"""Their silences cost seconds; the engines' tests play them."""


@pytest.fixture(scope="module")
def recording() -> Recording:
    return load_recording(FIXTURES / "huawei-access.snmprec")


@pytest.mark.parametrize("name", sorted(set(FAULTS) - WAITED_FOR))
def test_a_hostile_agent_gets_words_and_an_exit_code(
    name: str, recording: Recording, caplog: pytest.LogCaptureFixture
) -> None:
    said: list[str] = []
    with serving({name: recording}, {name: FAULTS[name]}) as ports:
        for show in (as_json, telling.text):
            code = probe_targets([f"127.0.0.1:{ports[name]}"], show=show, say=said.append)
            assert code == (SOME_SILENT if name in SILENT else ALL_ANSWERED)
    found = json.loads(said[0])
    assert bool(found.get("fault")) == (name in SILENT)
    assert "Traceback" not in said[1]
    assert not caplog.records
