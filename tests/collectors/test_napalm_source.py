"""NAPALM as a source of snapshots: beside SNMP, and by NAPALM's own mock driver. Real SSH: tests/collectors/wire."""

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from collectors.collect import Target
from collectors.facts import (
    AddressFact,
    ArpFact,
    ForwardingFact,
    Identity,
    InterfaceFact,
    NeighbourFact,
    Snapshot,
    SystemFact,
    TableEnd,
    TableState,
    from_json,
    to_json,
)
from collectors.napalm import source as napalm_source
from collectors.napalm.beside import (
    BY_SNMP,
    NO_SNMP,
    complete,
    complete_by_napalm,
    completed,
    completing,
    indexes_of,
    lacking,
    poll_by_napalm,
)
from collectors.napalm.drivers import NapalmTarget
from collectors.napalm.source import NOT_WHOLE, collect_by_napalm, napalm_snapshot
from collectors.reconcile import Action, InterfaceView, Policy, RegisterView, reconcile

# -- beside SNMP -----------------------------------------------------------------------------------------------

SNMP = Snapshot(
    "sw1",
    identity=Identity(os="vrp", manufacturer="Huawei", hardware="S5720", rule="huawei.toml:1 vrp"),
    interfaces=(InterfaceFact(5, name="GigabitEthernet0/0/1"),),
    tables={
        "interfaces": TableEnd(TableState.COMPLETE, 1),
        "forwarding": TableEnd(TableState.EMPTY),
        "neighbours": TableEnd(TableState.UNSUPPORTED),
    },
)
CLI = Snapshot(
    "sw1",
    identity=Identity(hardware="S5720-28X", serial="2102350DLQ01", rule="NAPALM huawei_vrp"),
    interfaces=(InterfaceFact(5, name="GigabitEthernet0/0/1", alias="Uplink"),),
    forwarding=(ForwardingFact("3c5282aa0050", 10, 5),),
    tables={
        "interfaces": TableEnd(TableState.CUT_SHORT, 1, reason=NOT_WHOLE),
        "forwarding": TableEnd(TableState.CUT_SHORT, 1, reason=NOT_WHOLE),
        "neighbours": TableEnd(TableState.CUT_SHORT, 0, reason=NOT_WHOLE),
    },
)


def test_snmps_word_is_completed_where_it_is_silent() -> None:
    both = completed(SNMP, CLI)
    assert (both.identity.hardware, both.identity.serial, both.identity.os) == ("S5720", "2102350DLQ01", "vrp")
    assert (both.interfaces, both.tables["interfaces"]) == (SNMP.interfaces, SNMP.tables["interfaces"])
    assert both.forwarding == CLI.forwarding
    assert both.tables["neighbours"].state is TableState.UNSUPPORTED


def test_a_table_that_snmp_called_empty_and_the_command_line_fills_closes_nothing() -> None:
    assert not completed(SNMP, CLI).complete("forwarding")


def test_a_fault_of_one_way_leaves_the_others_word() -> None:
    refused = completed(SNMP, Snapshot("sw1", fault="refused", fault_text="it refuses the log-in of reader"))
    assert replace(refused, tables=SNMP.tables) == SNMP
    assert refused.tables["napalm"] == TableEnd(TableState.CUT_SHORT, reason="it refuses the log-in of reader")
    alone = completed(Snapshot("sw1", fault="no_answer", fault_text="no answer, asked 4 times"), CLI)
    assert replace(alone, tables=CLI.tables) == CLI
    assert alone.tables["snmp"] == TableEnd(TableState.CUT_SHORT, reason="no answer, asked 4 times")
    assert indexes_of(SNMP) == {"GigabitEthernet0/0/1": 5}


def test_of_two_faults_snmps_is_the_fault_and_both_are_told() -> None:
    cli = Snapshot("sw1", fault="refused", fault_text="10.1.1.1:22 refuses the log-in of reader")
    both = completed(Snapshot("sw1", fault="no_answer", fault_text="no answer"), cli)
    assert (both.fault, both.fault_text) == ("no_answer", "no answer; 10.1.1.1:22 refuses the log-in of reader")
    assert completed(Snapshot("sw1", fault=NO_SNMP), cli) is cli


def test_where_snmp_lacks_nothing_no_log_in_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    def logged_in(_target: NapalmTarget) -> Snapshot:
        raise AssertionError("logged in")

    monkeypatch.setattr("collectors.napalm.beside.napalm_snapshot", logged_in)
    whole = replace(
        SNMP,
        identity=replace(SNMP.identity, version="V200R019", serial="2102350DLQ01", chassis_serials=("2102350DLQ01",)),
        system=SystemFact(name="sw1"),
        addresses=(AddressFact("10.1.1.1", 24, 5),),
        arp=(ArpFact("3c5282aa0050", "10.1.1.2", 5),),
        forwarding=CLI.forwarding,
        neighbours=(NeighbourFact("lldp", 5, "GigabitEthernet0/0/1", "00e0fc000001", "1"),),
    )
    login = NapalmTarget("sw1", "127.0.0.1", "huawei_vrp")
    assert complete(whole, login) is whole
    assert lacking(SNMP) == (
        "addresses",
        "arp",
        "forwarding",
        "neighbours",
        "version",
        "serial",
        "chassis_serials",
        "name",
    )
    for poor in (replace(whole, neighbours=()), replace(whole, identity=SNMP.identity)):
        with pytest.raises(AssertionError, match="logged in"):
            complete(poor, login)


@pytest.mark.parametrize(
    ("snmp", "tables"),
    [
        (Snapshot("sw1", fault="no_answer"), {}),
        (Snapshot("p1", identity=Identity(kind="printer")), {"napalm": TableState.UNSUPPORTED}),
    ],
)
def test_where_snmp_does_not_say_what_it_is_no_log_in_is_tried(snmp: Snapshot, tables: dict[str, TableState]) -> None:
    found = asyncio.run(complete_by_napalm(snmp, NapalmTarget("x", "127.0.0.1", BY_SNMP)))
    assert {name: end.state for name, end in found.tables.items()} == tables


def test_nothing_is_closed_on_napalms_word() -> None:
    gone = InterfaceView(9, "GigabitEthernet0/0/9", "copper", "", None, True, "", 9, True, False)
    register = RegisterView(pk=1, name="sw1", serial="", type_names=("S5720-28X",), interfaces=(gone,))
    assert Action.CLOSE not in {change.action for change in reconcile(CLI, register, Policy())}


# -- NAPALM's mock driver --------------------------------------------------------------------------------------


@pytest.fixture
def napalm() -> Iterator[None]:
    try:
        __import__("napalm")
    except ImportError:
        if os.environ.get("CI") == "true":
            pytest.fail("CI must have the extra 'napalm'")
        pytest.skip("NAPALM is not installed: install the extra 'napalm' (docs/howto/install.md)")
    yield


def port(**changed: Any) -> dict[str, Any]:
    said = {"is_up": True, "is_enabled": True, "description": "", "last_flapped": -1.0, "mtu": 1500, "speed": 1000.0}
    return {"GigabitEthernet0/0/1": said | {"mac_address": "00:E0:FC:11:00:01"} | changed}


def mocked(folder: Path, **getters: Any) -> NapalmTarget:
    for name, value in getters.items():
        (folder / f"{name}.1").write_text(json.dumps(value), encoding="utf-8")
    options = {"path": str(folder), "profile": ["mock"]}
    return NapalmTarget("sw1", "127.0.0.1", "mock", "u", "hunter2-secret", options=options)


FACTS = {
    "uptime": 60,
    "vendor": "Acme",
    "os_version": "1.2",
    "serial_number": "AC123",
    "model": "X1",
    "hostname": "sw1",
}


@pytest.mark.usefixtures("napalm")
def test_a_getter_that_is_missing_or_fails_costs_its_table_only(tmp_path: Path) -> None:
    fails = {"exception": "napalm.base.exceptions.CommandErrorException", "args": ["refused for hunter2-secret"]}
    found = napalm_snapshot(mocked(tmp_path, get_facts=FACTS, get_interfaces=port(), get_interfaces_ip=fails))
    ends = {name: (end.state, end.rows, end.reason) for name, end in found.tables.items()}
    assert ends == {
        "system": (TableState.CUT_SHORT, 1, NOT_WHOLE),
        "interfaces": (TableState.CUT_SHORT, 1, NOT_WHOLE),
        "addresses": (TableState.CUT_SHORT, 0, "get_interfaces_ip: CommandErrorException: refused for ***"),
        "arp": (TableState.UNSUPPORTED, 0, ""),
        "forwarding": (TableState.UNSUPPORTED, 0, ""),
        "neighbours": (TableState.UNSUPPORTED, 0, ""),
    }
    assert (found.fault, found.identity.hardware, found.identity.serial) == ("", "X1", "AC123")


@pytest.mark.usefixtures("napalm")
def test_no_table_ends_well_and_the_snapshot_is_a_snapshot(tmp_path: Path) -> None:
    lldp = {"GigabitEthernet0/0/1": [{"hostname": "core", "port": "1"}]}
    found = napalm_snapshot(mocked(tmp_path, get_facts=FACTS, get_interfaces=port(), get_lldp_neighbors=lldp))
    assert not any(end.ended_well for end in found.tables.values())
    assert [fact.name for fact in found.neighbours] == ["core"]
    assert from_json(json.loads(json.dumps(to_json(found)))) == found


@pytest.mark.usefixtures("napalm")
def test_the_same_answers_have_the_same_checksums_and_uptime_is_no_news(tmp_path: Path) -> None:
    first = napalm_snapshot(mocked(tmp_path, get_facts=FACTS, get_interfaces=port()))
    later = napalm_snapshot(mocked(tmp_path, get_facts=FACTS | {"uptime": 90}, get_interfaces=port()))
    other = napalm_snapshot(mocked(tmp_path, get_facts=FACTS | {"model": "X2"}, get_interfaces=port()))
    assert first.tables == later.tables
    assert first.tables["system"].checksum != other.tables["system"].checksum


@pytest.mark.usefixtures("napalm")
def test_when_the_time_is_over_the_rest_is_not_asked(tmp_path: Path) -> None:
    target = mocked(tmp_path, get_facts=FACTS)
    late = NapalmTarget("sw1", "127.0.0.1", "mock", options=target.options, visit_s=0)
    found = napalm_snapshot(late)
    assert {end.reason for end in found.tables.values()} == {napalm_source.NOT_ASKED}
    assert found.requests == 0


@pytest.mark.usefixtures("napalm")
def test_it_runs_in_threads_for_a_loop_and_for_an_ordinary_for(tmp_path: Path) -> None:
    target = mocked(tmp_path, get_facts=FACTS)
    assert asyncio.run(collect_by_napalm(target)).system.name == "sw1"
    targets = [replace(target, name=f"sw{number}") for number in range(5)]
    found = {told.name: snapshot.name for told, snapshot in poll_by_napalm(targets, threads=2)}
    assert found == {name: name for name in ("sw0", "sw1", "sw2", "sw3", "sw4")}
    assert list(poll_by_napalm([])) == []


@pytest.mark.usefixtures("napalm")
def test_a_pollers_stream_is_completed_where_there_is_a_login_and_passed_on_elsewhere(tmp_path: Path) -> None:
    login = mocked(tmp_path, get_facts=FACTS)
    said = [(Target(name, "127.0.0.1"), Snapshot(name)) for name in ("sw1", "pc1", "sw2", "sw3")]
    stream = completing(iter(said), {name: replace(login, name=name) for name in ("sw1", "sw2", "sw3")}, threads=1)
    found = {target.name: snapshot.identity.serial for target, snapshot in stream}
    assert found == {"sw1": "AC123", "pc1": None, "sw2": "AC123", "sw3": "AC123"}


@pytest.mark.usefixtures("napalm")
def test_a_caller_that_stops_ends_the_poller_too(tmp_path: Path) -> None:
    ended = []

    def poller() -> Iterator[tuple[Target, Snapshot]]:
        try:
            for number in range(100):
                yield Target(f"sw{number}", "127.0.0.1"), Snapshot(f"sw{number}")
        finally:
            ended.append(True)

    stream = completing(poller(), {"sw1": mocked(tmp_path, get_facts=FACTS)})
    assert next(stream)[0].name == "sw0"
    stream.close()
    assert ended == [True]


@pytest.mark.usefixtures("napalm")
@pytest.mark.parametrize("name", ["no_such_driver", "../../etc", "os; rm", ""])
def test_a_driver_that_is_not_there_is_one_clear_word(name: str) -> None:
    found = napalm_snapshot(NapalmTarget("sw1", "127.0.0.1", name))
    assert (found.fault, found.tables) == ("no_driver", {})


def test_without_napalm_it_is_said_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "napalm", None)
    found = napalm_snapshot(NapalmTarget("sw1", "127.0.0.1", "ios"))
    assert (found.fault, found.fault_text) == (
        "no_driver",
        "NAPALM is not installed: install the extra 'napalm' (docs/howto/install.md)",
    )


def test_the_password_is_in_no_representation() -> None:
    target = NapalmTarget("sw1", "127.0.0.1", "ios", "u", "hunter2-secret", options={"secret": "enable-secret"})
    assert "hunter2" not in repr(target)
    assert "enable-secret" not in repr(target)
