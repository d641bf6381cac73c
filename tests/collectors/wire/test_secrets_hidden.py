"""A bug anywhere in a visit is logged with the device's name, and neither the log nor the snapshot has a secret."""

import json
import logging
import traceback
from collections.abc import Callable
from typing import Any

import pytest

import collectors.collect as visit
from collectors.collect import Target
from collectors.facts import Snapshot, to_json
from collectors.identify import default_vendors
from collectors.polling.poller import poll_many
from collectors.snmp.credentials import Credential
from collectors.snmp.engine_pysnmp import PysnmpEngine
from collectors.snmp.engine_udp import UdpEngine, UdpSession
from collectors.snmp.recording import load_recording
from tests.collectors.test_probe import FIXTURES
from tests.collectors.wire import faulty_agent as agents
from tests.collectors.wire.conftest import serving

COMMUNITY, KEY = "kunlun-7788", "qilian-mountains-5566"
"""Neither is in any fixture."""


def _bug(*_arguments: object) -> Any:
    raise RuntimeError("a bug")


def _in_a_table(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(visit.arp, "arp", _bug)


def _in_the_visit(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(visit, "has_restarted", _bug)


def _in_sending(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(UdpEngine, "_send", _bug)


def _in_waiting(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(UdpSession, "wait_s", _bug)


def _polled(engine: Callable[[], Any], *ways: Credential) -> Snapshot:
    name = "huawei-access"
    recording = load_recording(FIXTURES / f"{name}.snmprec")
    with serving({name: recording}, {name: agents.none}) as ports:
        target = Target(name, "127.0.0.1", ports[name], ways, timeout_s=0.1, retries=0)
        ((_target, snapshot),) = poll_many([target], vendors=default_vendors(), engine=engine)
    return snapshot


def _written(records: list[logging.LogRecord]) -> str:
    """All that any handler could write of them, with the local variables of every frame."""
    lines = [record.getMessage() for record in records]
    for record in records:
        if record.exc_info and record.exc_info[0] is not None:
            lines += traceback.TracebackException(*record.exc_info, capture_locals=True).format()  # type: ignore[arg-type]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("break_it", "fault"),
    [
        (_in_a_table, ""),
        (_in_the_visit, "bug"),
        (_in_sending, "bug"),
        (_in_waiting, "bug"),
    ],
)
def test_a_bug_is_logged_without_the_community(
    break_it: Callable[[pytest.MonkeyPatch], None],
    fault: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    break_it(monkeypatch)
    snapshot = _polled(UdpEngine, Credential(community=COMMUNITY))
    assert snapshot.fault == fault
    written = _written(caplog.records)
    assert "RuntimeError: a bug" in written
    assert COMMUNITY not in written
    assert COMMUNITY not in json.dumps(to_json(snapshot), ensure_ascii=False)


def test_a_bug_in_taking_an_answer_is_logged_without_the_community(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(UdpSession, "took", _bug)
    assert _polled(UdpEngine, Credential(community=COMMUNITY)).fault == "no_answer"
    assert "RuntimeError: a bug" in caplog.text
    assert COMMUNITY not in caplog.text


@pytest.mark.parametrize(
    "way",
    [
        Credential(community=COMMUNITY + "\udcff"),
        Credential(community=COMMUNITY * 7000),
        Credential(version="3", user="u" * 40, auth_key=KEY, privacy_key=KEY),
        Credential(version="3", user="reader", auth_key=KEY + "\udcff", privacy_key=KEY),
        Credential(version="3", user="reader", auth_key=KEY, privacy_key=KEY, context="c" * 300),
        Credential(version="3", user="reader", auth_key=KEY, privacy_key="short"),
    ],
    ids=["no text", "too long", "long user", "no key", "long context", "short key"],
)
@pytest.mark.parametrize("engine", [UdpEngine, PysnmpEngine])
def test_a_credential_that_cannot_be_sent_is_told_without_its_secret(
    engine: Callable[[], Any], way: Credential, caplog: pytest.LogCaptureFixture
) -> None:
    snapshot = _polled(engine, way)
    assert snapshot.fault
    written = _written(caplog.records) + repr(snapshot) + json.dumps(to_json(snapshot), ensure_ascii=False)
    assert COMMUNITY not in written
    assert KEY not in written
