"""Snapshots applied to the register: what is set, what is left to a person, and that twice is once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

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
)
from collectors.models import DeviceState, Difference, Neighbour, Run, Sighting
from collectors.selectors import Scope, load_snapshot
from collectors.services import results, running
from collectors.services.differences import accept, reject
from collectors.services.running import Outcome
from inventory.models import Device, Interface, IPAddress
from inventory.services import write
from inventory.services.write import Actor
from tests.factories import DeviceFactory, SiteFactory, make_computer, make_switch

pytestmark = pytest.mark.django_db

ACTOR = Actor("collect", source="collector")
MAC, PC, STRANGER = "00e0fc000001", "8c1645000001", "8c1645000099"
TABLES = dict.fromkeys(("interfaces", "addresses", "neighbours", "forwarding", "arp"), TableEnd(TableState.COMPLETE))


def _snapshot(device: Device, **values) -> Snapshot:
    return Snapshot(
        **{
            "name": device.asset_tag,
            "system": SystemFact(name=device.name),
            "identity": Identity(serial=device.serial, base_mac=MAC, hardware="S5720-28P", version="5.170"),
            "interfaces": (
                InterfaceFact(1, "Gi0/1", type=6, mac=MAC, admin_up=True, oper_up=True),
                InterfaceFact(2, "Gi0/2", type=6, mac=MAC, admin_up=True, oper_up=False),
            ),
            "addresses": (AddressFact(device.primary_address.address, 24, 1),),
            "tables": TABLES,
            **values,
        }
    )


def _run(*snapshots: Snapshot) -> Outcome:
    polled = [(Target(s.name, "127.0.0.1"), s) for s in snapshots]
    return running.run(
        [t for t, _s in polled], Scope(), poll=lambda _targets: iter(polled), actor=ACTOR, progress=lambda *_: None
    )


def _open() -> list[tuple[str, str, str]]:
    found = Difference.objects.filter(state="open").order_by("kind", "pk")
    return [(d.kind, d.register_value, d.seen_value) for d in found]


@pytest.fixture
def switch() -> Device:
    return make_switch("SW-1", serial="SN1", mac=MAC)


def test_a_first_run_brings_interfaces_address_and_state(switch):
    outcome = _run(_snapshot(switch))
    assert outcome.all_answered
    assert set(Interface.objects.filter(device=switch).values_list("name", flat=True)) == {"mgmt", "Gi0/1", "Gi0/2"}
    assert IPAddress.objects.get().interface.name == "Gi0/1"
    state = DeviceState.objects.get()
    assert (state.answered, state.software_version, state.base_mac) == (True, "5.170", MAC)
    assert load_snapshot(switch).identity.version == "5.170"
    assert not _open()


def test_a_second_run_on_an_unchanged_network_changes_nothing_but_the_run_and_the_times(switch):
    computer = make_computer("pc", PC, site=switch.site)
    forwarding = (ForwardingFact(PC, 10, 2), ForwardingFact(STRANGER, 10, 2))
    snapshot = _snapshot(switch, forwarding=forwarding, arp=(ArpFact(PC, "10.0.0.5", 1),))
    _run(snapshot)
    before = (LogEntry.objects.count(), list(Sighting.objects.values_list("pk", "interface_id")), _open())
    seen_before = DeviceState.objects.get(device=computer).last_seen_at
    second = _run(snapshot).run
    assert (second.changes, second.differences) == (0, 0)
    assert (LogEntry.objects.count(), list(Sighting.objects.values_list("pk", "interface_id")), _open()) == before
    assert DeviceState.objects.get(device=computer).last_seen_at > seen_before


def test_the_network_never_overwrites_what_people_own(switch):
    _run(_snapshot(switch, identity=Identity(serial="SN9", base_mac=MAC, hardware="S6720")))
    switch.refresh_from_db()
    assert switch.serial == "SN1"
    assert _open() == [("serial", "SN1", "SN9"), ("type", "S5720-28P", "S6720")]


def test_a_blank_serial_is_filled_but_not_with_one_that_another_device_has():
    blank = make_switch("SW-2", mac=MAC)
    _run(_snapshot(blank, identity=Identity(serial="SN5", base_mac=MAC)))
    blank.refresh_from_db()
    assert blank.serial == "SN5"
    third = make_switch("SW-3", mac="00e0fc000003")
    third_facts = (InterfaceFact(1, "Gi0/1", mac="00e0fc000003"),)
    _run(_snapshot(third, identity=Identity(serial="SN5", base_mac="00e0fc000003"), interfaces=third_facts))
    third.refresh_from_db()
    assert third.serial == ""


def test_a_rejected_difference_does_not_come_back_for_the_same_value_but_for_another(switch):
    wrong = Identity(serial="SN9", base_mac=MAC)
    _run(_snapshot(switch, identity=wrong))
    reject(Difference.objects.get(), actor=ACTOR, reason="label checked")
    assert _run(_snapshot(switch, identity=wrong)).run.differences == 0
    _run(_snapshot(switch, identity=replace(wrong, serial="SN8")))
    assert _open() == [("serial", "SN1", "SN8")]


def test_an_accepted_serial_goes_into_the_register_and_is_logged(switch):
    _run(_snapshot(switch, identity=Identity(serial="SN9", base_mac=MAC)))
    accept(Difference.objects.get(), actor=Actor("li"), reason="seen on the label")
    switch.refresh_from_db()
    assert switch.serial == "SN9"
    entry = LogEntry.objects.filter(changes__has_key="serial", action=LogEntry.Action.UPDATE).latest("pk")
    assert entry.additional_data["by"] == "li"
    with pytest.raises(ValidationError, match="already accepted"):
        reject(Difference.objects.get(), actor=ACTOR)


def test_a_difference_is_settled_when_register_and_network_agree_again(switch):
    _run(_snapshot(switch, identity=Identity(serial="SN9", base_mac=MAC)))
    _run(_snapshot(switch))
    assert Difference.objects.get().state == "settled"


def test_another_device_under_the_same_name_and_address_is_not_applied(switch):
    other = (InterfaceFact(1, "Gi0/1", mac="00e0fc0000ff"),)
    identity = Identity(serial="SN9", base_mac="00e0fc0000ff", hardware="S5720-28P")
    snapshot = _snapshot(switch, identity=identity, interfaces=other)
    _run(snapshot)
    _run(snapshot)
    assert [kind for kind, _r, _s in _open()] == ["replaced"]
    assert set(Interface.objects.filter(device=switch).values_list("name", flat=True)) == {"mgmt"}


def _only_its_model(device: Device, model: str = "S5720-28P") -> Snapshot:
    return Snapshot(device.asset_tag, identity=Identity(hardware=model), tables=TABLES)


def test_a_device_that_says_nothing_but_its_model_is_the_registered_one_and_told_as_no_other():
    bare = make_switch("CAM-1")
    _run(_only_its_model(bare))
    second = _run(_only_its_model(bare)).run
    assert (_open(), second.changes) == ([], 0)
    assert DeviceState.objects.get().hardware_seen == "S5720-28P"
    _run(_only_its_model(bare, "S5735-L24T4S-A1"))
    assert _open() == [("replaced", str(bare.device_type), "S5735-L24T4S-A1")]


def test_a_device_that_told_its_serial_and_now_only_its_model_is_another(switch):
    _run(_snapshot(switch))
    _run(_only_its_model(switch))
    assert [kind for kind, _r, _s in _open()] == ["replaced"]


def test_a_device_found_at_anothers_address_gets_its_own_facts(switch):
    other = make_switch("SW-2", serial="SN2", mac="00e0fc000002")
    facts = (InterfaceFact(1, "Gi0/9", mac="00e0fc000002"),)
    identity = Identity(serial="SN2", base_mac="00e0fc000002")
    _run(_snapshot(switch, system=SystemFact(name="SW-2"), identity=identity, interfaces=facts))
    assert [kind for kind, _r, _s in _open()] == ["replaced"]
    assert Interface.objects.filter(device=other, name="Gi0/9").exists()
    assert not Interface.objects.filter(device=switch, name="Gi0/9").exists()


def test_a_device_that_does_not_answer_keeps_what_was_known_and_is_told_until_it_answers(switch):
    _run(_snapshot(switch))
    dead = Snapshot(switch.asset_tag, fault="no_answer", fault_text="no answer in 4 tries")
    outcome = _run(dead)
    assert not outcome.all_answered
    assert Interface.objects.filter(device=switch, gone_since__isnull=True).count() == 3
    assert [kind for kind, _r, _s in _open()] == ["no_answer"]
    _run(_snapshot(switch))
    assert not _open()


def test_a_computer_that_moved_gets_a_new_sighting_and_the_old_one_ends(switch):
    make_computer("pc", PC, site=switch.site)
    far = make_switch("SW-2", serial="SN2", mac="00e0fc000002", site=SiteFactory())
    there = _snapshot(
        far,
        identity=Identity(serial="SN2", base_mac="00e0fc000002"),
        interfaces=(InterfaceFact(1, "Gi0/1", mac="00e0fc000002"),),
    )
    _run(_snapshot(switch, forwarding=(ForwardingFact(PC, 10, 2),)), there)
    _run(_snapshot(switch), replace(there, forwarding=(ForwardingFact(PC, 10, 1),)))
    assert [(s.switch.name, s.ended_at is None) for s in Sighting.objects.order_by("pk")] == [
        ("SW-1", False),
        ("SW-2", True),
    ]
    assert _open() == [("moved", switch.site.name, far.site.name)]


def test_accepting_a_move_moves_the_computer(switch):
    computer = make_computer("pc", PC)
    _run(_snapshot(switch, forwarding=(ForwardingFact(PC, 10, 2),)))
    accept(Difference.objects.get(), actor=ACTOR)
    computer.refresh_from_db()
    assert computer.site == switch.site


def test_an_unregistered_switch_is_told_once_and_its_mac_not_again_as_unknown(switch):
    heard = NeighbourFact("lldp", 2, "Gi0/2", STRANGER, "1", name="CAM-SW", bridge=True)
    _run(_snapshot(switch, neighbours=(heard,), forwarding=(ForwardingFact(STRANGER, 1, 2),)))
    assert _open() == [("unregistered", "", "CAM-SW")]
    assert Neighbour.objects.get().port == "Gi0/2"


def test_a_run_that_fails_in_the_middle_leaves_whole_devices_and_says_so(switch):
    second = make_switch("SW-2", serial="SN2", mac="00e0fc000002")

    def poll(_targets):
        yield Target(switch.asset_tag, ""), _snapshot(switch)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        running.run([], Scope(), poll=poll, actor=ACTOR, progress=lambda *_: None)
    assert Interface.objects.filter(device=switch).count() == 3
    assert Interface.objects.filter(device=second).count() == 1
    assert (Run.objects.get().state, Run.objects.get().note) == ("failed", running.NOTE_STOPPED)


def test_a_device_is_applied_wholly_or_not_at_all(switch, monkeypatch):
    monkeypatch.setattr("collectors.services.states.write_answer", lambda *_: 1 / 0)
    (_target, told) = _run(_snapshot(switch)).silent[0]
    assert told.fault == "bug" and told.fault_text.startswith("ZeroDivisionError")
    assert Interface.objects.filter(device=switch).count() == 1


def test_a_computer_long_without_evidence_is_unseen_only_when_its_site_was_read(switch):
    old = datetime.now(UTC).date() - timedelta(days=400)
    make_computer("pc", PC, site=switch.site, in_service_on=old)
    _run(_snapshot(switch, tables={**TABLES, "forwarding": TableEnd(TableState.CUT_SHORT, reason="loop")}))
    assert not _open()
    _run(_snapshot(switch))
    assert _open() == [("unseen", "in_use", old.isoformat())]
    _run(_snapshot(switch, forwarding=(ForwardingFact(PC, 10, 2),)))
    assert not _open()


def test_the_command_lists_and_decides(switch, capsys):
    _run(_snapshot(switch, identity=Identity(serial="SN9", base_mac=MAC)))
    call_command("differences")
    assert "SN1 → SN9" in capsys.readouterr().out
    pk = Difference.objects.get().pk
    call_command("differences", "--reject", str(pk), "--reason", "label", "--by", "li")
    assert Difference.objects.get().closed_by == "li"
    with pytest.raises(CommandError, match="already rejected"):
        call_command("differences", "--accept", str(pk))
    with pytest.raises(CommandError, match="no difference 999"):
        call_command("differences", "--accept", "999")


def test_collect_tells_unknown_names_towns_and_an_empty_scope(capsys):
    DeviceFactory(name="PC-1")
    for arguments, said in (
        (["--town", "nowhere"], "There is no town 'nowhere'"),
        (["--department", "x"], "There is no department 'x'"),
        (["--device", "x"], "no device is named 'x'"),
        (["--device", "PC-1"], "has no management profile"),
        ([], "No device in this scope"),
        (["--jobs", "0"], "--jobs: expected a number"),
    ):
        with pytest.raises(CommandError, match=said):
            call_command("collect", *arguments)


def test_who_rejects_one_silence_has_not_rejected_the_next(switch):
    dead = Snapshot(switch.asset_tag, fault="no_answer", fault_text="no answer in 4 tries")
    _run(dead)
    reject(Difference.objects.get(), actor=ACTOR, reason="switched off for the building work")
    assert _run(dead).run.differences == 0
    _run(_snapshot(switch))
    assert _run(dead).run.differences == 1


def test_an_ignored_stranger_stays_ignored_when_it_moves_to_another_port(switch):
    _run(_snapshot(switch, forwarding=(ForwardingFact(STRANGER, 10, 1),)))
    assert Difference.objects.get().evidence["at"] == "SW-1 Gi0/1"
    _run(_snapshot(switch, forwarding=(ForwardingFact(STRANGER, 10, 2),)))
    assert Difference.objects.get().evidence["at"] == "SW-1 Gi0/2"
    reject(Difference.objects.get(), actor=ACTOR, reason="the director's own")
    assert _run(_snapshot(switch, forwarding=(ForwardingFact(STRANGER, 10, 1),))).run.differences == 0


def test_who_asks_one_switch_does_not_lose_the_port_that_all_of_them_showed(switch):
    far = make_switch("SW-2", serial="SN2", mac="00e0fc000002", address="10.9.0.222", site=switch.site)
    heard = NeighbourFact("lldp", 2, "Gi0/2", "00e0fc000002", "Gi0/1", name="SW-2", bridge=True)
    core = _snapshot(switch, forwarding=(ForwardingFact(STRANGER, 10, 2),), neighbours=(heard,))
    access = _snapshot(
        far,
        identity=Identity(serial="SN2", base_mac="00e0fc000002", hardware="S5720-28P"),
        interfaces=(InterfaceFact(1, "Gi0/1", mac="00e0fc000002"), InterfaceFact(7, "Gi0/7", mac="00e0fc000002")),
        forwarding=(ForwardingFact(STRANGER, 10, 7),),
    )
    _run(core, access)
    assert Difference.objects.get(kind="unknown_mac").evidence["at"] == "SW-2 Gi0/7"
    _run(core)
    assert Difference.objects.get(kind="unknown_mac").evidence["at"] == "SW-2 Gi0/7"


def test_a_run_keeps_how_each_table_of_each_device_ended(switch):
    quiet = _snapshot(switch, seconds=1.234)
    first = _run(quiet).run
    assert [one["changes"] for one in results.read(first)] == [first.changes]
    same = {"device": switch.pk, "seconds": 1.23, "tables": {name: _end(end) for name, end in quiet.tables.items()}}
    assert list(results.read(_run(quiet).run)) == [same]
    cut = {**TABLES, "forwarding": TableEnd(TableState.CUT_SHORT, 3, reason="no answer after 3 rows")}
    [told] = results.read(_run(replace(quiet, tables=cut)).run)
    assert told["tables"]["forwarding"] == {"state": "cut short", "rows": 3, "reason": "no answer after 3 rows"}
    silent = Snapshot(switch.asset_tag, fault="no_answer", fault_text=f"{switch.asset_tag}: no answer")
    [told] = results.read(_run(silent).run)
    assert told == {
        "device": switch.pk, "seconds": 0.0, "tables": {}, "fault": "no_answer", "text": "no answer", "opened": 1,
    }  # fmt: skip


def _end(end: TableEnd) -> dict[str, object]:
    return {"state": end.state, "rows": end.rows}


def test_a_run_that_is_killed_has_told_of_the_devices_that_it_had_asked(switch, monkeypatch):
    monkeypatch.setattr(results, "DEVICES", 1)
    quiet = _snapshot(switch)

    def poll(targets):
        yield targets[0], quiet
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        running.run([Target(quiet.name, "127.0.0.1")], Scope(), poll=poll, actor=ACTOR, progress=lambda *_: None)
    assert [one["device"] for one in results.read(Run.objects.get())] == [switch.pk]


def test_what_is_kept_of_each_device_is_let_go_after_its_time_and_the_run_stays(switch):
    old = _run(_snapshot(switch)).run
    with write.unit(ACTOR) as unit:
        unit.touch(Run, [old.pk], started_at=old.started_at - results.KEPT_FOR - timedelta(days=1))
    new = _run(_snapshot(switch)).run
    assert list(results.read(old)) == [] and len(list(results.read(new))) == 1
    assert Run.objects.filter(pk=old.pk).exists()
