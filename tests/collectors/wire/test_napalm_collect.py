"""`collect` itself over real SSH and UDP on loopback: SNMP that is poor is completed by the log-in of the profile."""

import json
import logging
import os
import socket
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.core.management import call_command

from collectors.models import DeviceState, Difference, KeptSnapshot, Run
from collectors.napalm import source as napalm_source
from collectors.profiles import ManagementProfile
from collectors.selectors import load_snapshot
from collectors.snmp.recording import Recording, parse_recording
from inventory.models import Device, Interface
from inventory.services import write
from tests.collectors.wire import faulty_agent as agents
from tests.collectors.wire.conftest import serving
from tests.factories import TESTER, make_switch

try:
    import napalm_h3c_comware  # noqa: F401
    import napalm_huawei_vrp  # noqa: F401

    from tests.collectors.wire import switch_texts
    from tests.collectors.wire.ssh_server import PASSWORD, USER, SshSwitch, Switch
except ImportError as missing:
    if os.environ.get("CI") == "true":
        raise
    pytest.skip(f"{missing.name} is not installed: make install brings it", allow_module_level=True)

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
ENABLE_SECRET = "Enable'd \\ sécret"
HARMLESS = ("display ", "show ", "terminal ", "screen-length ")


def _poor(object_id: str, descr: str, ports: dict[int, str]) -> Recording:
    """An agent that knows its system group and the names of its ports, and nothing else."""
    lines = [f"1.3.6.1.2.1.1.1.0|4|{descr}", f"1.3.6.1.2.1.1.2.0|6|{object_id}", "1.3.6.1.2.1.1.3.0|67|4711"]
    lines += [f"1.3.6.1.2.1.2.2.1.1.{index}|2|{index}" for index in ports]
    lines += [f"1.3.6.1.2.1.2.2.1.2.{index}|4|{name}" for index, name in ports.items()]
    return parse_recording("poor", iter([line.encode() for line in lines]))


VRP = _poor(
    "1.3.6.1.4.1.2011.2.23.553",
    "Huawei Versatile Routing Platform Software VRP (R) software,Version 5.170 (S5720 V200R019C10SPC500)",
    {6: "GigabitEthernet0/0/1", 7: "GigabitEthernet0/0/2", 30: "Vlanif10"},
)
PRINTER = _poor("1.3.6.1.4.1.11.2.3.9.1", "HP ETHERNET MULTI-ENVIRONMENT", {1: "eth0"})


@contextmanager
def _county(switch: "Switch", recording: Recording | None, **login: Any) -> Iterator[Device]:
    """A registered switch on loopback with a command line and, given its recording, an SNMP agent."""
    device = make_switch("town-sw2", serial="2102350DLQ0000000011", address="127.0.0.1")
    agent = {"sw": recording} if recording is not None else {}
    with SshSwitch(switch) as ssh, serving(agent, dict.fromkeys(agent, agents.none)) as ports:
        values = {"login_user": USER, "login_password": PASSWORD, "login_port": ssh.port, "timeout_s": 0.5}
        with write.unit(TESTER) as unit:
            profile = device.management.get().profile
            for name, value in {"port": ports.get("sw", _closed()), **values, **login}.items():
                setattr(profile, name, value)
            unit.update(profile)
        yield device


def _closed() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _collect(*words: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("collect", *words, stdout=out, stderr=out)
    except SystemExit as left:
        return int(str(left.code)), out.getvalue()
    return 0, out.getvalue()


def _kept() -> str:
    """Everything that a run leaves behind where somebody may read it."""
    said = [
        json.dumps([list(model.objects.values()) for model in (DeviceState, Run, Difference)], default=str),
        json.dumps(
            [[e.changes, e.object_repr, e.additional_data, e.changes_text] for e in LogEntry.objects.all()], default=str
        ),
        *(repr(load_snapshot(kept.device)) for kept in KeptSnapshot.objects.all()),
    ]
    return "\n".join(said)


def test_poor_snmp_is_completed_by_the_driver_for_what_it_said_and_no_secret_is_left(caplog):
    caplog.set_level(logging.DEBUG)
    switch = switch_texts.vrp()
    with _county(switch, VRP, enable_secret=ENABLE_SECRET) as device:
        code, said = _collect("--json")
    row = json.loads(said.splitlines()[0])
    assert (code, row["fault"]) == (0, None)
    assert {name: row["tables"][name]["state"] for name in ("interfaces", "forwarding")} == {
        "interfaces": "complete",
        "forwarding": "cut short",
    }
    found = load_snapshot(device)
    assert found is not None
    assert [(fact.mac, fact.if_index) for fact in found.forwarding[:2]] == [("3c5282aa0050", 6), ("3c5282aa0051", 7)]
    assert set(Interface.objects.filter(device=device, if_index__isnull=False).values_list("name", "if_index")) == {
        ("GigabitEthernet0/0/1", 6),
        ("GigabitEthernet0/0/2", 7),
        ("Vlanif10", 30),
    }
    assert DeviceState.objects.get().serial_seen == "2102350DLQ0000000011"
    assert [one for one in switch.asked if not one.startswith(HARMLESS) and one not in ("quit", "exit")] == []
    left = said + caplog.text + _kept()
    assert [secret for secret in (PASSWORD, ENABLE_SECRET, repr(ENABLE_SECRET)[1:-1]) if secret in left] == []


def test_a_second_run_changes_nothing_and_says_nothing_of_tables_that_are_never_whole():
    with _county(switch_texts.vrp(), VRP):
        _collect()
        _code, said = _collect()
    assert said.splitlines()[-1].endswith("0 changes, 0 differences opened.")
    assert "cut short" not in said


def test_two_processes_poll_and_this_one_logs_in():
    with _county(switch_texts.vrp(), VRP) as device:
        other = make_switch("town-sw9", address="127.0.0.2")
        code, said = _collect("--processes", "2")
    assert (code, DeviceState.objects.get(device=other).answered) == (3, False)
    found = load_snapshot(device)
    assert found is not None
    assert len(found.forwarding) == 4, said


def test_a_device_without_snmp_is_read_by_its_command_line_alone():
    with _county(switch_texts.vrp(), None, version="none", driver="huawei_vrp") as device:
        code, said = _collect()
    assert (code, said.splitlines()[-1].split(" devices")[0]) == (0, "1 of 1")
    assert DeviceState.objects.get().hardware_seen == "S5720-28X-LI-AC"
    assert Interface.objects.filter(device=device, name="GigabitEthernet0/0/2").exists()
    assert set(DeviceState.objects.get().tables) == {
        "system",
        "interfaces",
        "addresses",
        "arp",
        "forwarding",
        "neighbours",
    }


def test_where_snmp_is_silent_the_driver_of_the_profile_is_used_and_the_silence_is_told():
    with _county(switch_texts.vrp(), None, driver="huawei_vrp", retries=0, timeout_s=0.1):
        code, said = _collect()
    assert code == 0
    assert "table snmp was cut short: " in said
    assert not Difference.objects.filter(kind="no_answer").exists()


@pytest.mark.parametrize("recording", [None, PRINTER])
def test_without_a_driver_by_name_nothing_is_tried_where_snmp_does_not_name_one(recording):
    switch = switch_texts.vrp()
    with _county(switch, recording, retries=0, timeout_s=0.1):
        code, _said = _collect()
    assert (code, switch.asked) == (3 if recording is None else 0, [])


def test_a_refused_log_in_costs_what_snmp_said_nothing_and_is_told():
    with _county(switch_texts.vrp(), VRP, login_password="Wr0ng-one-of-mine") as device:
        code, said = _collect()
    assert code == 0
    assert (
        f"table napalm was cut short: 127.0.0.1:{ManagementProfile.objects.get().login_port} refuses the log-in" in said
    )
    assert Interface.objects.filter(device=device, name="GigabitEthernet0/0/1").exists()
    assert "Wr0ng-one-of-mine" not in said + _kept()


def test_two_faults_are_both_told():
    words = {"driver": "huawei_vrp", "login_password": "Wr0ng-one-of-mine", "retries": 0, "timeout_s": 0.1}
    with _county(switch_texts.vrp(), None, **words):
        code, said = _collect()
    assert code == 3
    assert "no SNMP agent at" in said
    assert f"refuses the log-in of {USER}" in said


def test_an_enable_secret_is_used_where_the_driver_has_such_a_thing():
    switch = switch_texts.ios()
    switch.enable_secret = "Cisco-enable-1"
    with _county(switch, None, version="none", driver="ios", enable_secret="Cisco-enable-1"):
        _collect()
    assert next(one for one in switch.asked if not one.startswith(HARMLESS)) == "enable"


def test_a_device_that_shows_another_host_key_gets_no_password(tmp_path):
    switch = switch_texts.vrp()
    known = tmp_path / "known_hosts"
    with _county(switch, VRP), SshSwitch(switch_texts.ios()) as other:
        known.write_text(f"[127.0.0.1]:{ManagementProfile.objects.get().login_port} {other.key}\n")
        code, said = _collect("--known-hosts", str(known))
    assert (code, switch.asked) == (0, [])
    assert "host key" in said


def test_the_lab_is_never_logged_in_to(monkeypatch):
    from collectors.lab.book import write_book

    switch = switch_texts.vrp()
    with _county(switch, None, driver="huawei_vrp", retries=0, timeout_s=0.1):
        write_book({"127.0.0.1": ("127.0.0.1", _closed())})
        code, _said = _collect("--lab")
    assert (code, switch.asked) == (3, [])


class Careless:
    """A driver whose every word holds what it was given."""

    fails_at = ""

    def __init__(self, host: str, user: str, password: str, timeout: int, optional_args: dict[str, Any]) -> None:
        self.told = f"{user}:{password} {password!r} {optional_args['secret']!r}"
        self._fail("made")

    def _fail(self, at: str) -> None:
        if self.fails_at == at:
            try:
                raise RuntimeError(self.told)
            except RuntimeError as first:
                raise (SystemExit if at == "is_alive" else ValueError)(self.told) from first

    def open(self) -> None:
        self._fail("open")

    def close(self) -> None:
        raise ValueError(self.told)

    def cli(self, _commands: list[str]) -> dict[str, str]:
        raise ValueError(self.told)

    def is_alive(self) -> dict[str, bool]:
        self._fail("is_alive")
        return {"is_alive": True}

    def __getattr__(self, _getter: str) -> Any:
        def get() -> Any:
            raise ValueError(self.told)

        return get


@pytest.mark.parametrize(
    ("at", "code", "words"),
    [
        ("made", 3, "ValueError"),
        ("open", 3, "ValueError"),
        ("getters", 0, "get_interfaces: ValueError"),
        ("is_alive", 3, "SystemExit"),
    ],
)
def test_a_driver_that_tells_its_password_is_not_listened_to(at, code, words, monkeypatch, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    password = "P'ass \\ wörd"
    monkeypatch.setattr(Careless, "fails_at", at)
    monkeypatch.setattr(napalm_source, "_maker", lambda _name: Careless)
    values = {"version": "none", "driver": "ios", "login_password": password, "enable_secret": ENABLE_SECRET}
    with _county(switch_texts.ios(), None, **values):
        left, said = _collect("--json")
    assert left == code
    printed = capsys.readouterr()
    logged = "".join("".join(traceback.format_exception(*one.exc_info)) for one in caplog.records if one.exc_info)
    everything = said + printed.out + printed.err + caplog.text + logged + _kept()
    assert words in everything
    forms = {form for one in (password, ENABLE_SECRET) for form in (one, repr(one)[1:-1], json.dumps(one)[1:-1])}
    assert [form for form in forms if form in everything] == []


def test_a_profile_is_probed_as_collect_asks_it(tmp_path: Path):
    out = StringIO()
    with _county(switch_texts.vrp(), VRP):
        call_command("probe", "127.0.0.1", "--profile", "public", "--json", stdout=out)
    said = json.loads(out.getvalue())
    assert (said["serial"], said["tables"]["interfaces"]["state"]) == ("2102350DLQ0000000011", "complete")
    assert said["tables"]["forwarding"]["rows"] == 4
    assert PASSWORD not in out.getvalue()
