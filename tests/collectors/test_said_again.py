"""A device that answered as last time: only times are written, unless something else wants to be looked at."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from collectors import selectors
from collectors.collect import Target
from collectors.facts import ArpFact, ForwardingFact, Snapshot, SystemFact, TableEnd, TableState
from collectors.models import DeviceState, Difference, KeptSnapshot, Run, RunPart, Sighting
from collectors.napalm.drivers import NapalmTarget
from collectors.selectors import Scope, load_snapshot
from collectors.services import applying, results, running, states
from collectors.services.running import Outcome
from inventory.models import Device, Interface
from inventory.services import write
from tests.collectors.test_applying import ACTOR, MAC, PC, TABLES, _snapshot
from tests.factories import TESTER, make_computer, make_switch

pytestmark = pytest.mark.django_db

TALK = b"what was asked"
LEARNED = {name: TableEnd(TableState.COMPLETE, 1, checksum=7) for name in TABLES}


def _whole(device: Device, **values) -> Snapshot:
    learned = (ForwardingFact(PC, 10, 2), ForwardingFact("8c1645000002", None, None))
    return _snapshot(
        device,
        **{
            "system": SystemFact(name=device.name, uptime_s=1000.0),
            "tables": LEARNED,
            "forwarding": learned,
            "arp": (ArpFact(PC, "10.0.0.9", 1),),
            "conversation": TALK,
            **values,
        },
    )


def _again(device: Device, uptime_s: float | None = 1000.0) -> Snapshot:
    return Snapshot(device.asset_tag, same=True, system=SystemFact(uptime_s=uptime_s), requests=9, seconds=0.5)


def _run(*snapshots: Snapshot, asked: list[Target] | None = None, afresh: bool = False) -> Outcome:
    def poll(targets) -> Iterator[tuple[Target, Snapshot]]:
        if asked is not None:
            asked[:] = targets
        said = {snapshot.name: snapshot for snapshot in snapshots}
        yield from ((target, said[target.name]) for target in targets)

    targets = [Target(snapshot.name, "127.0.0.1") for snapshot in snapshots]
    return running.run(targets, Scope(), poll=poll, actor=ACTOR, progress=lambda *_: None, afresh=afresh)


def _conversations(device: Device) -> list[bytes | None]:
    """What the poller is given for the device in the next run."""
    asked: list[Target] = []
    _run(_again(device), asked=asked)
    return [target.last for target in asked]


@pytest.fixture
def switch() -> Device:
    return make_switch("SW-1", serial="SN1", mac=MAC)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From its call on nothing may be applied, nor what is kept of a device be built up."""

    def begin() -> None:
        monkeypatch.setattr(applying, "_apply", lambda *_: pytest.fail("applied the slow way"))
        monkeypatch.setattr(states, "load_snapshot", lambda *_: pytest.fail("what was kept was read"))

    return begin


def test_only_the_times_are_written_and_the_run_shows_what_the_last_one_showed(switch, quick):
    pc = make_computer("PC-1", mac=PC)
    first = _run(_whole(switch, seconds=0.5))
    rows = list(Interface.objects.values())
    before = DeviceState.objects.get(device=switch)
    sighting = Sighting.objects.get(mac=PC)
    kept = KeptSnapshot.objects.values().get()
    quick()
    asked: list[Target] = []
    told: list[Snapshot] = []
    second = running.run(
        [Target(switch.asset_tag, "127.0.0.1")],
        Scope(),
        poll=lambda targets: asked.extend(targets) or [(targets[0], _again(switch))],
        actor=ACTOR,
        progress=lambda _target, snapshot, _applied: told.append(snapshot),
    )
    assert [target.last for target in asked] == [TALK]
    assert rows == list(Interface.objects.values())
    after = DeviceState.objects.get(device=switch)
    assert after.last_seen_at > before.last_seen_at
    assert (after.tables, after.booted_at, after.run_id) == (before.tables, before.booted_at, second.run.pk)
    seen = Sighting.objects.get(mac=PC)
    assert (seen.pk, seen.address, seen.device_id) == (sighting.pk, "10.0.0.9", pc.pk)
    assert seen.last_seen_at > sighting.last_seen_at
    assert DeviceState.objects.get(device=pc).last_seen_at == seen.last_seen_at
    assert KeptSnapshot.objects.values().get() == kept
    (before_told,), (after_told,) = (results.read(outcome.run) for outcome in (first, second))
    assert after_told["tables"] == before_told["tables"]
    assert told[0].tables == LEARNED
    assert Sighting.objects.count() == 1
    assert RunPart.objects.count() == 2


def test_what_a_person_changed_since_is_compared_with_what_is_kept(switch):
    _run(_whole(switch))
    with write.unit(TESTER) as unit:
        switch.serial = "SN9"
        unit.update(switch)
    outcome = _run(_again(switch))
    found = Difference.objects.get(kind="serial")
    assert (found.register_value, found.seen_value) == ("SN9", "SN1")
    assert outcome.run.differences >= 1
    assert bytes(KeptSnapshot.objects.get().conversation) == TALK


def test_an_interface_that_a_person_deleted_comes_back(switch):
    _run(_whole(switch))
    with write.unit(TESTER) as unit:
        unit.delete(Interface.objects.get(name="Gi0/2"))
    _run(_again(switch))
    assert Interface.objects.filter(name="Gi0/2").exists()


def test_an_open_difference_that_the_same_answers_settle_is_settled(switch):
    _run(_whole(switch))
    _run(Snapshot(switch.asset_tag, fault="no_answer", fault_text="no answer"))
    assert Difference.objects.get(kind="no_answer").state == "open"
    outcome = _run(_again(switch))
    assert Difference.objects.get(kind="no_answer").state == "settled"
    assert DeviceState.objects.get(device=switch).answered
    assert outcome.all_answered


def test_a_table_that_shrank_is_closed_when_the_same_is_said_again(switch):
    ports = _snapshot(switch).interfaces
    many = tuple(replace(ports[1], index=n, name=f"Gi0/{n}") for n in range(3, 13))
    _run(_whole(switch, interfaces=(*ports, *many)))
    fewer = {**LEARNED, "interfaces": TableEnd(TableState.COMPLETE, 2, checksum=8)}
    [held] = results.read(_run(_whole(switch, tables=fewer)).run)
    assert "held" in held["tables"]["interfaces"]
    assert not Interface.objects.filter(gone_since__isnull=False).exists()
    [confirmed] = results.read(_run(_again(switch)).run)
    assert confirmed["changes"] >= 10
    assert Interface.objects.filter(device=switch, gone_since__isnull=False).count() == 10


def test_a_start_since_the_last_poll_is_written(switch):
    _run(_whole(switch))
    before = DeviceState.objects.get(device=switch).booted_at
    _run(_again(switch, uptime_s=5.0))
    after = DeviceState.objects.get(device=switch)
    assert after.booted_at - before > timedelta(minutes=10)
    assert load_snapshot(switch).interfaces


def test_after_some_hours_a_device_is_asked_for_all_and_then_again_for_the_same(switch):
    _run(_whole(switch))
    assert _conversations(switch) == [TALK]
    with write.unit(TESTER) as unit:
        old = timezone.now() - selectors.KEPT_FOR - timedelta(minutes=1)
        unit.touch(KeptSnapshot, [KeptSnapshot.objects.get().pk], taken_at=old)
    asked: list[Target] = []
    _run(_whole(switch, conversation=b"asked anew"), asked=asked)
    assert [target.last for target in asked] == [b""]
    assert _conversations(switch) == [b"asked anew"]


def test_what_a_clock_that_was_ahead_has_dated_is_not_recent_for_a_year(switch):
    _run(_whole(switch))
    with write.unit(TESTER) as unit:
        ahead = timezone.now() + timedelta(days=365)
        unit.touch(KeptSnapshot, [KeptSnapshot.objects.get().pk], taken_at=ahead)
    asked: list[Target] = []
    _run(_whole(switch, conversation=b"asked anew"), asked=asked)
    assert [target.last for target in asked] == [b""]
    assert _conversations(switch) == [b"asked anew"]


def test_another_edition_of_the_program_asks_for_all(switch, monkeypatch):
    _run(_whole(switch))
    monkeypatch.setattr(selectors, "edition", lambda: "next")
    monkeypatch.setattr(states, "edition", lambda: "next")
    asked: list[Target] = []
    _run(_whole(switch, conversation=b"asked by the next"), asked=asked)
    assert [target.last for target in asked] == [b""]
    assert _conversations(switch) == [b"asked by the next"]


def test_a_device_of_which_no_conversation_is_kept_is_asked_for_all(switch):
    _run(_whole(switch, conversation=b""))
    asked: list[Target] = []
    _run(_whole(switch, conversation=b""), asked=asked)
    assert [target.last for target in asked] == [b""]


def test_a_run_afresh_asks_for_all(switch):
    _run(_whole(switch))
    asked: list[Target] = []
    _run(_whole(switch), asked=asked, afresh=True)
    assert [target.last for target in asked] == [b""]


def test_of_a_device_with_a_command_line_no_conversation_is_kept(switch, monkeypatch):
    other = make_switch("SW-2", serial="SN2", mac="00e0fc000002")
    asked: list[Target] = []
    monkeypatch.setattr(running, "poll_many", lambda targets, **_: asked.extend(targets) or [])
    poll = running.network_poll(None, logins={switch.asset_tag: NapalmTarget(switch.asset_tag, "127.0.0.1", "ios")})
    list(poll([Target(one.asset_tag, "127.0.0.1", last=TALK) for one in (switch, other)]))
    assert [target.last for target in asked] == [None, TALK]


def test_who_answers_in_anothers_place_is_looked_at_whole_and_kept_for_itself(switch):
    """Its serial was written to another device after the last poll: the same answers are now that one's."""
    other = make_switch("SW-2", serial="SN2", mac="")
    _run(_whole(switch))
    with write.unit(TESTER) as unit:
        for interface in Interface.objects.filter(device=switch):
            interface.mac = ""
            unit.update(interface)
        switch.serial, switch.name = "SN9", "SW-9"
        unit.update(switch)
        other.serial = "SN1"
        unit.update(other)
    _run(_again(switch))
    assert Difference.objects.filter(kind="replaced", device=switch, state="open").exists()
    assert load_snapshot(other).identity.serial == "SN1"
    assert DeviceState.objects.get(device=other).answered


def test_who_did_not_answer_last_time_is_asked_first(switch):
    other = make_switch("SW-2", serial="SN2", mac="00e0fc000002")
    silence = Snapshot(other.asset_tag, fault="no_answer", fault_text="no answer in 4 tries")
    asked: list[Target] = []
    _run(_whole(switch), silence, asked=asked)
    assert [target.name for target in asked] == [switch.asset_tag, other.asset_tag]
    _run(_again(switch), silence, asked=asked)
    assert [target.name for target in asked] == [other.asset_tag, switch.asset_tag]


def test_one_answer_that_cannot_be_written_stops_no_other_device(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault of the program is told of its device, in the run and in the log; what was half written of it is not."""
    ill, well = make_switch("ill", address="10.0.0.8"), make_switch("well", address="10.0.0.9")
    write_answer = states.write_answer

    def broken(unit, device, *rest) -> None:
        write_answer(unit, device, *rest)
        if device.pk == ill.pk:
            raise RuntimeError("a table of a kind that nobody thought of")

    monkeypatch.setattr(states, "write_answer", broken)
    outcome = _run(_whole(ill), _whole(well))
    assert list(DeviceState.objects.values_list("device", flat=True)) == [well.pk]
    assert (outcome.run.state, outcome.run.polled, outcome.run.answered) == ("partial", 2, 1)
    told = {one["device"]: one.get("fault", "") for one in results.read(outcome.run)}
    assert told == {ill.pk: "bug", well.pk: ""}
    assert ill.asset_tag in caplog.text and "nobody thought of" in caplog.text
    monkeypatch.undo()
    assert _run(_whole(ill), _whole(well)).all_answered


def test_a_database_that_fails_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would fail for every device, each after half a minute."""

    def full(*_args, **_kwargs) -> None:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(states, "write_answer", full)
    with pytest.raises(OperationalError):
        _run(_whole(make_switch("one", address="10.0.0.8")))
    assert Run.objects.get().note == "OperationalError: database or disk is full"
