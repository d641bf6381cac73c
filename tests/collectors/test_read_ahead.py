"""Devices are read ahead of their turn: what others write in between is not overlooked, and not overwritten."""

from collections.abc import Iterator

import pytest
from auditlog.models import LogEntry

from collectors.collect import Target
from collectors.facts import Identity, InterfaceFact, Snapshot, SystemFact, TableEnd, TableState
from collectors.models import Difference
from collectors.selectors import Scope
from collectors.services import running
from inventory.models import Device, Interface
from inventory.services import write
from inventory.services.write import Actor
from tests.factories import TESTER, make_switch

pytestmark = pytest.mark.django_db

MACS = "00e0fc000001", "00e0fc000002"


def _snapshot(device: Device, mac: str) -> Snapshot:
    return Snapshot(
        name=device.asset_tag,
        system=SystemFact(name=device.name),
        identity=Identity(serial=device.serial, base_mac=mac),
        interfaces=(InterfaceFact(1, "Gi0/1", type=6, mac=mac), InterfaceFact(2, "Gi0/2", type=6)),
        tables={"interfaces": TableEnd(TableState.COMPLETE)},
    )


def _run(first: Device, second: Device, in_between) -> None:
    """Both are read ahead when the first has its turn; `in_between` happens before the second has its own."""
    said = [_snapshot(first, MACS[0]), _snapshot(second, MACS[1])]

    def polled(_targets) -> Iterator[tuple[Target, Snapshot]]:
        yield Target(first.asset_tag, "127.0.0.1"), said[0]
        in_between()
        yield Target(second.asset_tag, "127.0.0.1"), said[1]

    targets = [Target(snapshot.name, "127.0.0.1") for snapshot in said]
    actor = Actor("collect", source="collector")
    running.run(targets, Scope(), poll=polled, actor=actor, progress=lambda *_: None)


@pytest.fixture
def switches() -> tuple[Device, Device]:
    return make_switch("SW-1", serial="SN1", mac=MACS[0]), make_switch("SW-2", serial="SN2", mac=MACS[1])


def test_what_a_person_changes_in_between_is_seen(switches):
    first, second = switches

    def in_between() -> None:
        with write.unit(TESTER) as unit:
            device = Device.objects.get(pk=second.pk)
            device.serial = "SN3"
            unit.update(device)

    _run(first, second, in_between)
    found = Difference.objects.get()
    assert (found.kind, found.register_value, found.seen_value) == ("serial", "SN3", "SN2")


def test_an_interface_that_appears_in_between_is_taken_over_and_not_made_twice(switches):
    first, second = switches

    def in_between() -> None:
        with write.unit(TESTER) as unit:
            unit.create(Interface(device=second, name="Gi0/1"))
        # As if the log did not tell: then the database's own constraint does.
        LogEntry.objects.filter(object_repr="Gi0/1").delete()

    _run(first, second, in_between)
    assert sorted(Interface.objects.filter(device=second).values_list("name", "if_index", "mac")) == [
        ("Gi0/1", 1, MACS[1]),
        ("Gi0/2", 2, ""),
        ("mgmt", None, MACS[1]),
    ]


def test_who_did_not_answer_last_time_is_asked_first_and_told_apart(switches):
    first, second = (device.asset_tag for device in switches)
    said = {first: _snapshot(switches[0], MACS[0]), second: Snapshot(second, fault="no_answer", fault_text="no answer")}
    asked: list[list[tuple[str, bool]]] = []

    def polled(targets) -> Iterator[tuple[Target, Snapshot]]:
        asked.append([(target.name, target.was_silent) for target in targets])
        yield from ((target, said[target.name]) for target in targets)

    actor = Actor("collect", source="collector")
    for _run_number in range(2):
        targets = [Target(name, "127.0.0.1") for name in said]
        running.run(targets, Scope(), poll=polled, actor=actor, progress=lambda *_: None)
    assert asked == [[(first, False), (second, False)], [(second, True), (first, False)]]
