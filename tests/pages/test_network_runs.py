"""Runs, snapshots and 'poll now': what went wrong stands first, who may start what, and never two of one scope."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command, load_command_class
from django.test import Client
from django.utils import timezone

from collectors.collect import Target
from collectors.facts import Identity, InterfaceFact, OpticFact, Snapshot, SystemFact, TableEnd, TableState
from collectors.models import DeviceState, Run, RunState
from collectors.selectors import Scope
from collectors.services import running, starting
from inventory.models import Device, Role
from inventory.services import write
from inventory.services.write import Actor
from tests.factories import TESTER, DepartmentFactory, SiteFactory, TownFactory, make_switch
from tests.pages.conftest import client_of, make_user

pytestmark = pytest.mark.django_db
ACTOR = Actor("collect", source="collector")
MAC = "00e0fc000001"
WHOLE = {"system": TableEnd(TableState.COMPLETE, 8), "interfaces": TableEnd(TableState.COMPLETE, 1)}


@pytest.fixture(autouse=True)
def var(settings: Any, tmp_path: Path) -> None:
    """Locks, keys and the lab's book in a folder of the test's own."""
    settings.VAR_DIR, settings.LAB = tmp_path, True


@pytest.fixture
def switch() -> Device:
    return make_switch("SW-1", serial="SN1", mac=MAC)


@pytest.fixture
def technician() -> Client:
    return client_of(make_user("tech", Role.TECHNICIAN))


@pytest.fixture
def spawned(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], int]]:
    """Commands that would have been started, each with a copy of the lock that it would hold."""
    found: list[tuple[list[str], int]] = []

    def popen(command: list[str], *, pass_fds: tuple[int], **_options: Any) -> None:
        found.append((command, os.dup(pass_fds[0])))

    monkeypatch.setattr(subprocess, "Popen", popen)
    return found


def snapshot_of(device: Device, **values: Any) -> Snapshot:
    plain: dict[str, Any] = {
        "name": device.asset_tag,
        "system": SystemFact(name=device.name, descr="Huawei VRP"),
        "identity": Identity(serial=device.serial, base_mac=MAC, manufacturer="Huawei", hardware="S5720-28P"),
        "interfaces": (InterfaceFact(1, "Gi0/1", mac=MAC, admin_up=True, oper_up=True),),
        "tables": WHOLE,
    }
    return Snapshot(**{**plain, **values})


def collect(*snapshots: Snapshot) -> Run:
    polled = [(Target(one.name, "127.0.0.1"), one) for one in snapshots]
    targets = [target for target, _snapshot in polled]
    outcome = running.run(targets, Scope(), poll=lambda _t: iter(polled), actor=ACTOR, progress=lambda *_: None)
    return outcome.run


def test_silent_devices_and_tables_cut_short_stand_first(technician, switch):
    silent, cut = make_switch("SW-2"), make_switch("SW-3", serial="SN3", mac="00e0fc000003")
    ended = {**WHOLE, "forwarding": TableEnd(TableState.CUT_SHORT, 3, reason="no answer after 3 rows")}
    identity = Identity(serial="SN3", base_mac="00e0fc000003", hardware="S5720-28P")
    run = collect(
        snapshot_of(switch),
        Snapshot(silent.asset_tag, fault="no_answer", fault_text=f"{silent.asset_tag}: no answer, asked 4 times"),
        snapshot_of(cut, identity=identity, tables=ended, interfaces=()),
    )
    text = technician.get(f"/runs/{run.pk}/").content.decode()
    _head, _sep, asked = text.partition("Devices asked")
    assert "no answer, asked 4 times" in asked and "no answer after 3 rows" in asked
    assert asked.index(str(silent)) < asked.index(str(cut)) < asked.index(str(switch))
    assert "2 / 3" in text and "2 silent, or read in part" in asked
    assert "interfaces 1" in asked
    assert f"/runs/{run.pk}/log/" in text


def test_an_older_run_still_tells_how_each_table_of_each_device_ended(technician, switch):
    ended = {**WHOLE, "forwarding": TableEnd(TableState.COMPLETE, 77)}
    older = collect(snapshot_of(switch, tables=ended))
    silent = collect(Snapshot(switch.asset_tag, fault="no_answer", fault_text="no answer, asked 4 times"))
    newest = collect(snapshot_of(switch))
    assert DeviceState.objects.get().run == newest
    assert "forwarding 77" in technician.get(f"/runs/{older.pk}/").content.decode()
    assert "no answer, asked 4 times" in technician.get(f"/runs/{silent.pk}/").content.decode()
    assert "forwarding 77" not in technician.get(f"/runs/{newest.pk}/").content.decode()


def test_one_device_is_found_among_those_of_a_run(technician, switch):
    run = collect(snapshot_of(switch))
    assert str(switch) in technician.get(f"/runs/{run.pk}/", {"q": switch.asset_tag.lower()}).content.decode()
    text = technician.get(f"/runs/{run.pk}/", {"q": "<b>"}).content.decode()
    assert "No device of this run" in text and "<b>" not in text.partition("Devices asked")[2]


def test_the_change_log_of_a_run_is_told_in_words(technician, switch):
    run = collect(snapshot_of(switch))
    text = technician.get(f"/runs/{run.pk}/log/").content.decode()
    assert str(switch) in text and "Gi0/1" in text


def test_a_run_is_for_who_sees_its_town(switch):
    run = collect(snapshot_of(switch))
    for user in (
        make_user("elsewhere", Role.TECHNICIAN, towns=(TownFactory(),)),
        make_user("bureau", Role.DEPARTMENT, department=DepartmentFactory()),
    ):
        client = client_of(user)
        for url in (f"/runs/{run.pk}/", f"/runs/{run.pk}/log/", f"/devices/{switch.pk}/snapshot/"):
            assert client.get(url).status_code in (403, 404), (user, url)
        assert client.get(f"/devices/{switch.pk}/snapshot.json").status_code == 404
        assert client.post("/runs/start/", {"device": switch.pk}).status_code in (403, 404)


def test_a_snapshot_is_read_as_tables_and_downloaded_as_json(technician, switch):
    optic = OpticFact(1, "Gi0/1", tx_dbm=-5.2, rx_dbm=-11.75, wavelength_nm=1310, serial="OPT-1")
    collect(snapshot_of(switch, optics=(optic,), vlans=(1, 10, 11, 12)))
    text = technician.get(f"/devices/{switch.pk}/snapshot/").content.decode()
    for told in ("Huawei VRP", "Gi0/1", "00:e0:fc:00:00:01", "-11.75", "OPT-1", "1, 10–12"):
        assert told in text, told
    answer = technician.get(f"/devices/{switch.pk}/snapshot.json")
    assert json.loads(answer.content)["identity"]["serial"] == "SN1"
    assert f"{switch.asset_tag}.json" in answer["Content-Disposition"]
    assert technician.get(f"/devices/{make_switch('SW-9').pk}/snapshot/").status_code == 404


def test_poll_now_starts_a_process_of_its_own_and_shows_its_run(technician, switch, spawned):
    page = technician.get(f"/devices/{switch.pk}/").content.decode()
    assert f'name="device" value="{switch.pk}"' in page
    answer = technician.post("/runs/start/", {"device": switch.pk})
    run = Run.objects.get()
    assert answer.url == f"/runs/{run.pk}/"
    assert (run.state, run.scope, run.by, run.town) == ("running", switch.asset_tag, "tech", switch.site.town)
    command, _lock = spawned[0]
    words = ["collect", "--run", str(run.pk), f"--device={switch.asset_tag}", "--lab"]
    assert command[0] == sys.executable and command[2:] == words
    text = technician.get(answer.url).content.decode()
    assert 'hx-trigger="every 2s"' in text
    part = technician.get(answer.url, headers={"hx-request": "true", "hx-target": "progress"})
    assert part.status_code == 200 and "every 2s" in part.content.decode() and "<html" not in part.content.decode()


def test_the_same_scope_is_not_started_twice_but_again_when_its_process_has_died(technician, switch, spawned):
    technician.post("/runs/start/", {"device": switch.pk})
    answer = technician.post("/runs/start/", {"device": switch.pk}, follow=True)
    assert "is being asked already" in answer.content.decode()
    first = Run.objects.get()
    assert starting.is_going(first)
    os.close(spawned[0][1])
    assert not starting.is_going(first)
    assert "ended without a word" in technician.get(f"/runs/{first.pk}/").content.decode()
    technician.post("/runs/start/", {"device": switch.pk})
    first.refresh_from_db()
    assert (first.state, first.note) == ("failed", "ended without a word")
    assert len(spawned) == 2


def test_a_finished_run_is_shown_whole(technician, switch):
    run = collect(snapshot_of(switch))
    answer = technician.get(f"/runs/{run.pk}/", headers={"hx-request": "true", "hx-target": "progress"})
    assert answer["HX-Refresh"] == "true"


def test_a_technician_of_a_town_starts_that_town_and_no_other_and_not_everything(switch, spawned):
    town = switch.site.town
    client = client_of(make_user("here", Role.TECHNICIAN, towns=(town,)))
    other = SiteFactory().town
    page = client.get("/runs/").content.decode()
    assert f'name="town" value="{town.pk}"' in page and f'name="town" value="{other.pk}"' not in page
    assert 'name="all"' not in page
    assert client.post("/runs/start/", {"town": other.pk}).status_code == 404
    assert client.post("/runs/start/", {"all": "1"}).status_code == 403
    assert client.post("/runs/start/", {"town": town.pk}).status_code == 302
    assert f"--town={town.name}" in spawned[0][0]


def test_who_only_reads_starts_nothing(switch, spawned):
    client = client_of(make_user("boss", Role.DIRECTOR))
    assert client.post("/runs/start/", {"device": switch.pk}).status_code == 403
    assert "Poll now" not in client.get("/runs/").content.decode()
    assert "Poll now" not in client.get(f"/devices/{switch.pk}/").content.decode()
    assert spawned == []


def test_what_cannot_be_asked_is_told_and_nothing_begins(switch, spawned):
    with write.unit(TESTER) as unit:
        switch.status = "in_stock"
        unit.update(switch)
    with pytest.raises(ValidationError, match="management profile"):
        starting.start(Scope(names=(switch.asset_tag,)), actor=TESTER)
    assert spawned == [] and not Run.objects.exists()


def test_a_run_begun_by_a_page_fails_with_the_words_of_the_command(switch):
    run = running.begin(Scope(names=(switch.asset_tag,)), TESTER)
    with pytest.raises(CommandError, match="no lab"):
        call_command("collect", run=run.pk, device=[switch.asset_tag], lab=True)
    run.refresh_from_db()
    assert run.state == RunState.FAILED and "no lab is running" in run.note


def test_the_command_does_not_ask_what_a_page_has_asked_already(technician, switch, spawned):
    technician.post("/runs/start/", {"device": switch.pk})
    with pytest.raises(CommandError, match="is being asked already"):
        call_command("collect", device=[switch.asset_tag], lab=True)


def test_a_run_of_elsewhere_is_going_until_it_is_too_old_to_be():
    assert starting.is_going(Run(state="running", scope="x", started_at=timezone.now()))
    assert not starting.is_going(Run(state="running", scope="x", started_at=timezone.now() - starting.LONGEST))
    assert not starting.is_going(Run(state="done", scope="x", started_at=timezone.now()))


def test_the_number_of_queries_of_a_run_does_not_grow_with_its_devices(technician, django_assert_max_num_queries):
    def queries(run: Run) -> int:
        with django_assert_max_num_queries(100) as asked:
            text = technician.get(f"/runs/{run.pk}/").content.decode()
        assert re.search(r"some devices did not answer", text)
        return len(asked)

    def silent(count: int) -> Run:
        devices = [make_switch(f"SW-{count}-{n}", address=f"10.8.{count}.{n + 1}") for n in range(count)]
        return collect(*(Snapshot(one.asset_tag, fault="no_answer", fault_text="no answer") for one in devices))

    assert queries(silent(2)) == queries(silent(12))


@pytest.mark.parametrize("name", ["collect", "probe"])
def test_what_a_page_starts_checks_the_sites_host_keys_too(settings: Any, name: str) -> None:
    """A page gives no options: a technician could lead a device's password to an address of their own."""
    settings.KNOWN_HOSTS = "/etc/taizhang/switch-keys"
    parser = load_command_class("collectors", name).create_parser("manage.py", name)
    assert parser.get_default("known_hosts") == settings.KNOWN_HOSTS
