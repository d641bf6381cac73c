"""NAPALM through real SSH on loopback: three makers' switches, what they are asked, and logging in that fails."""

import asyncio
import json
import logging
import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from collectors.facts import AddressFact, ArpFact, Identity, InterfaceFact, Snapshot, TableEnd, TableState
from collectors.napalm.beside import BY_SNMP, complete_by_napalm, poll_by_napalm
from collectors.napalm.drivers import NapalmTarget
from collectors.napalm.source import NOT_ASKED, NOT_WHOLE, napalm_snapshot

try:
    import napalm_h3c_comware  # noqa: F401
    import napalm_huawei_vrp  # noqa: F401

    from tests.collectors.wire import switch_texts
    from tests.collectors.wire.ssh_server import PASSWORD, USER, SshSwitch, Switch
except ImportError as missing:
    if os.environ.get("CI") == "true":
        raise
    pytest.skip(f"{missing.name} is not installed: make install brings it", allow_module_level=True)

pytestmark = pytest.mark.slow

INDEXES = {
    "ios": {"Vlan10": 10, "GigabitEthernet1/0/1": 10101, "GigabitEthernet1/0/2": 10102},
    "huawei_vrp": {"GigabitEthernet0/0/1": 6, "GigabitEthernet0/0/2": 7, "Vlanif10": 30},
    "h3c_comware": {"GigabitEthernet1/0/1": 1, "GigabitEthernet1/0/2": 2, "Vlan-interface10": 30},
}
SWITCHES: dict[str, Callable[[], "Switch"]] = {
    "ios": switch_texts.ios,
    "huawei_vrp": switch_texts.vrp,
    "h3c_comware": switch_texts.comware,
}


def target(port: int, driver: str, **changed: Any) -> NapalmTarget:
    plain = NapalmTarget("sw", "127.0.0.1", driver, USER, PASSWORD, port=port, indexes=INDEXES[driver])
    return replace(plain, **changed)


def visited(switch: "Switch", driver: str, **changed: Any) -> Snapshot:
    with SshSwitch(switch) as server:
        return napalm_snapshot(target(server.port, driver, **changed))


@pytest.fixture(scope="module")
def seen() -> Iterator[dict[str, tuple[Snapshot, list[str]]]]:
    """Each maker's switch once: its snapshot, and what it was asked."""
    found = {}
    for driver, make in SWITCHES.items():
        switch = make()
        found[driver] = visited(switch, driver), switch.asked
    yield found


Seen = dict[str, tuple[Snapshot, list[str]]]


def test_each_says_who_it_is(seen: Seen) -> None:
    said: dict[str, Identity] = {driver: snapshot.identity for driver, (snapshot, _asked) in seen.items()}
    who = {name: (i.manufacturer, i.hardware, i.version, i.chassis_serials) for name, i in said.items()}
    assert who == {
        "ios": ("Cisco", "WS-C2960X-24TS-L", "15.2(7)E3", ("FOC1830X0AB",)),
        "huawei_vrp": (
            "Huawei",
            "S5720-28X-LI-AC",
            "V200R019C10SPC500",
            ("2102350DLQ0000000011", "2102350DLQ0000000022"),
        ),
        "h3c_comware": ("H3C", "S5130S-28S-EI", "7.1.070, Release 6328P03", ("219801A1B2C3D4E00001",)),
    }
    assert [snapshot.system.name for snapshot, _asked in seen.values()] == ["town-sw1", "town-sw2", "town-sw3"]


def test_each_tells_its_ports_addresses_and_arp(seen: Seen) -> None:
    ports = {
        d: [(f.index, f.admin_up, f.oper_up, f.speed_mbps) for f in s.interfaces[:3]] for d, (s, _) in seen.items()
    }
    assert ports == {
        "ios": [(10, True, True, 1000), (10101, True, True, 1000), (10102, True, False, 10)],
        "huawei_vrp": [(6, True, True, 1000), (7, None, False, 1000), (30, True, True, None)],
        "h3c_comware": [(1, True, True, 1000), (2, None, False, 1000), (30, True, True, 1000)],
    }
    assert seen["huawei_vrp"][0].addresses == (AddressFact("10.9.1.2", 24, 30),)
    assert seen["huawei_vrp"][0].arp == (ArpFact("3c5282aa0050", "10.9.1.50", 6),)
    assert seen["h3c_comware"][0].arp == (ArpFact("3c5282aa0150", "10.9.2.50", 2),)


def test_each_tells_where_macs_were_learned_and_huaweis_last_row_is_there(seen: Seen) -> None:
    rows = {d: [(f.mac, f.vlan, f.if_index) for f in s.forwarding] for d, (s, _) in seen.items()}
    assert rows == {
        "ios": [("00e0fc000001", 10, 10101), ("3c5282aa0002", 10, 10102)],
        "huawei_vrp": [
            ("3c5282aa0050", 10, 6),
            ("3c5282aa0051", None, 7),
            ("3c5282aa0052", 100, 7),
            ("3c5282aa0053", 10, 7),
        ],
        "h3c_comware": [("3c5282aa0150", 10, 2)],
    }


def test_each_tells_its_neighbours(seen: Seen) -> None:
    rows = {
        d: [(f.local_index, f.chassis, f.port, f.name, f.bridge) for f in s.neighbours] for d, (s, _) in seen.items()
    }
    assert rows == {
        "ios": [(10101, "00e0fc000001", "GigabitEthernet0/0/24", "county-core", True)],
        "huawei_vrp": [
            (6, "00e0fc000001", "GigabitEthernet0/0/23", "county-core", True),
            (7, "10.9.1.60", "00e0fc550007", "Reception phone 7", False),
            (7, "3c5282aa0053", "3c5282aa0053", "", None),
        ],
        "h3c_comware": [(1, "00e0fc000001", "GigabitEthernet0/0/22", "county-core", True)],
    }


def test_no_table_is_called_whole(seen: Seen) -> None:
    for snapshot, _asked in seen.values():
        assert {(end.state, end.reason) for end in snapshot.tables.values()} == {(TableState.CUT_SHORT, NOT_WHOLE)}
        assert not snapshot.fault


def test_reading_enters_no_other_view_and_changes_nothing(seen: Seen) -> None:
    harmless = ("display ", "show ", "terminal ", "screen-length ")
    for _snapshot, asked in seen.values():
        assert [
            command for command in asked if not command.startswith(harmless) and command not in ("quit", "exit")
        ] == []


def test_a_command_that_the_device_refuses_costs_its_table_only() -> None:
    switch = switch_texts.vrp()
    switch.texts = {command: text for command, text in switch.texts.items() if "mac-address" not in command}
    found = visited(switch, "huawei_vrp")
    end = found.tables["forwarding"]
    assert end.reason == "get_mac_address_table: ValueError: Error: Unrecognized command found at '^' position."
    assert [len(rows) for rows in (found.forwarding, found.arp, found.neighbours)] == [0, 1, 3]


def test_where_the_comware_driver_does_not_understand_the_version_the_facts_are_read_all_the_same() -> None:
    switch = switch_texts.comware()
    version = """
H3C Comware Software, Version 7.1.064, Release 9345P24
H3C SecPath F1000-AI-25 uptime is 0 weeks, 1 day, 2 hours, 3 minutes
H3C Standby-board uptime is 0 weeks, 1 day, 2 hours, 3 minutes
H3C Standby-board uptime is 0 weeks, 1 day, 2 hours, 3 minutes
"""
    switch.texts = {
        **switch.texts,
        "display version": version,
        "display current-configuration | include sysname": " sysname town-fw1",
    }
    found = visited(switch, "h3c_comware")
    assert (found.identity.hardware, found.identity.version) == ("SecPath F1000-AI-25", "7.1.064, Release 9345P24")
    assert (found.identity.serial, found.system.name) == ("219801A1B2C3D4E00001", "town-fw1")
    assert [note.split(":")[1] for note in found.tables["system"].notes] == [" UnboundLocalError"]


def test_an_account_that_may_not_read_the_configuration_still_tells_the_name() -> None:
    switch = switch_texts.vrp()
    switch.texts = {command: text for command, text in switch.texts.items() if "sysname" not in command}
    assert visited(switch, "huawei_vrp").system.name == "town-sw2"


def test_a_connection_that_ends_leaves_the_rest_unasked_and_what_came_stays() -> None:
    switch = switch_texts.ios()
    switch.hang_up_at = "show ip interface"
    found = visited(switch, "ios", command_s=1.0)
    assert (found.fault, len(found.interfaces)) == ("", 4)
    assert found.tables["addresses"].state is TableState.CUT_SHORT
    assert {found.tables[name].reason for name in ("arp", "forwarding", "neighbours")} == {NOT_ASKED}


def test_a_wrong_password_is_one_clear_word_and_is_in_no_text(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with SshSwitch(switch_texts.vrp()) as server:
        found = napalm_snapshot(target(server.port, "huawei_vrp", password="Wr0ng-one-of-mine"))
    assert (found.fault, found.fault_text) == ("refused", f"127.0.0.1:{server.port} refuses the log-in of {USER}")
    assert "Wr0ng-one-of-mine" not in repr(found) + caplog.text


def test_the_right_password_is_in_no_log_either(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    assert not visited(switch_texts.comware(), "h3c_comware").fault
    assert PASSWORD not in caplog.text


def test_a_device_that_is_not_there_does_not_answer() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found = napalm_snapshot(target(free.getsockname()[1], "ios", timeout_s=2.0))
    assert (found.fault, found.tables) == ("no_answer", {})


def test_with_known_host_keys_another_key_is_not_logged_in_to(tmp_path: Path) -> None:
    switch = switch_texts.ios()
    with SshSwitch(switch) as server, SshSwitch(switch_texts.ios()) as other:
        known = tmp_path / "known_hosts"
        known.write_text(f"[127.0.0.1]:{server.port} {server.key}\n[127.0.0.1]:{other.port} {server.key}\n")
        right = napalm_snapshot(target(server.port, "ios", known_hosts=str(known)))
        wrong = napalm_snapshot(target(other.port, "ios", known_hosts=str(known)))
    assert (right.fault, wrong.fault) == ("", "bad_answer")
    assert "host key" in wrong.fault_text


def test_many_are_asked_at_once_from_threads() -> None:
    switch = switch_texts.ios()
    with SshSwitch(switch) as server:
        targets = [target(server.port, "ios", name=f"sw{number}") for number in range(8)]
        found = {snapshot.name: len(snapshot.forwarding) for _target, snapshot in poll_by_napalm(targets, threads=8)}
    assert found == {f"sw{number}": 2 for number in range(8)}


def test_what_snmp_said_chooses_the_driver_and_gives_the_ports_their_numbers() -> None:
    snmp = Snapshot(
        "town-sw2",
        identity=Identity(kind="network", os="vrp", manufacturer="Huawei", rule="huawei.toml:1 vrp"),
        interfaces=(InterfaceFact(6, name="GigabitEthernet0/0/1"), InterfaceFact(7, name="GigabitEthernet0/0/2")),
        tables={"interfaces": TableEnd(TableState.COMPLETE, 2), "forwarding": TableEnd(TableState.EMPTY)},
    )
    with SshSwitch(switch_texts.vrp()) as server:
        login = NapalmTarget("town-sw2", "127.0.0.1", BY_SNMP, USER, PASSWORD, port=server.port)
        both = asyncio.run(complete_by_napalm(snmp, login))
    assert (both.identity.hardware, both.identity.rule) == ("S5720-28X-LI-AC", "huawei.toml:1 vrp")
    assert [(fact.mac, fact.if_index) for fact in both.forwarding[:2]] == [("3c5282aa0050", 6), ("3c5282aa0051", 7)]
    assert (both.complete("interfaces"), both.complete("forwarding")) == (True, False)


def test_probe_logs_in_with_a_password_from_a_file_and_does_not_show_it(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text(PASSWORD + "\n", encoding="utf-8")
    out = StringIO()
    with SshSwitch(switch_texts.comware()) as server:
        words = ("--napalm", "h3c_comware", "--user", USER, "--password-file", str(secret), "--json")
        call_command("probe", "127.0.0.1", *words, "--ssh-port", str(server.port), stdout=out)
    said = json.loads(out.getvalue())
    assert (said["hardware"], said["serial"], said["sys_name"]) == ("S5130S-28S-EI", "219801A1B2C3D4E00001", "town-sw3")
    assert said["tables"]["forwarding"] == {"state": "cut short", "rows": 1, "reason": NOT_WHOLE}
    assert PASSWORD not in out.getvalue()
