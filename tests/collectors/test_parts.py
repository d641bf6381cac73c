"""Stack members and modules in the register: kept by serial, closed only by a hardware table that ended well."""

import zlib
from dataclasses import replace

import pytest

from collectors.collect import Target
from collectors.facts import Identity, PartFact, Snapshot, SystemFact, TableEnd, TableState
from collectors.models import DevicePart, DeviceState, PartKind
from collectors.reconcile import Action, Change, PartView, Policy, RegisterView, reconcile
from collectors.selectors import Scope
from collectors.services import running
from collectors.tables.modules import KINDS
from inventory.models import Device
from inventory.services.write import Actor
from tests.factories import make_switch

COMPLETE, EMPTY = TableEnd(TableState.COMPLETE), TableEnd(TableState.EMPTY)
CUT = TableEnd(TableState.CUT_SHORT, reason="loop")
CHASSIS = PartFact(1, 3, 0, 1, name="chassis", serial="SN1", model="S5720-28P")
POWER = PartFact(67, 6, 1, 5, name="POWER Card 0/5", serial="2102310JFA10F7001997", maker="Huawei")
OPTIC = PartFact(70, 10, 1, 25, name="XGE0/0/1", serial="AGT1105U10Z", model="SFP-GE-LX")
FAN = PartFact(71, 7, 1, 2, name="FAN 1", serial="F7001")
MAC = "00e0fc000001"


def _views(*facts: PartFact, gone: bool = False) -> tuple[PartView, ...]:
    kinds = {6: "power supply", 7: "fan", 10: "transceiver"}
    return tuple(
        PartView(f.index + 1000, f.index, f.name, kinds[f.klass or 0], f.model, f.serial, f.maker, f.position, gone)
        for f in facts
    )


def _changes(parts: tuple[PartFact, ...], views: tuple[PartView, ...], end: TableEnd = COMPLETE) -> list[Change]:
    register = RegisterView(1, "SW-1", "SN1", ("S5720-28P",), parts=views)
    found = reconcile(Snapshot("1", parts=parts, tables={"hardware": end}), register, Policy())
    return [change for change in found if change.subject == "part"]


def test_a_new_part_is_added_and_the_device_itself_is_none():
    (change,) = _changes((CHASSIS, POWER), ())
    assert (change.action, change.values["serial"], change.values["kind"]) == (Action.ADD, POWER.serial, "power supply")


def test_the_same_parts_change_nothing():
    assert _changes((CHASSIS, POWER, OPTIC), _views(POWER, OPTIC)) == []


def test_indexes_shuffled_by_a_restart_and_another_slot_are_the_same_part():
    moved = replace(OPTIC, index=12, name="XGE0/0/2", position=26)
    (change,) = _changes((CHASSIS, moved), _views(OPTIC))
    assert (change.action, change.key) == (Action.SET, 1070)
    assert dict(change.values) == {"index": 12, "name": "XGE0/0/2", "position": 26}


def test_a_part_that_is_no_longer_there_is_closed():
    (change,) = _changes((CHASSIS, POWER, FAN), _views(POWER, FAN, OPTIC))
    assert (change.action, change.key) == (Action.CLOSE, 1070)


def test_a_hardware_table_that_was_cut_short_closes_nothing():
    assert _changes((CHASSIS,), _views(POWER, OPTIC), CUT) == []
    assert _changes((CHASSIS, POWER, FAN), _views(POWER, FAN, OPTIC), CUT) == []


def test_a_hardware_table_that_falls_to_nothing_waits_for_a_second_run():
    (change,) = _changes((), _views(POWER, OPTIC), EMPTY)
    assert change.action is Action.HOLD


def test_a_part_that_comes_back_is_open_again():
    (change,) = _changes((CHASSIS, POWER), _views(POWER, gone=True))
    assert (change.action, dict(change.values)) == (Action.SET, {"gone_since": None})


@pytest.fixture
def switch() -> Device:
    return make_switch("SW-1", serial="SN1", mac=MAC)


def _run(device: Device, *parts: PartFact, end: TableEnd = COMPLETE) -> None:
    snapshot = Snapshot(
        device.asset_tag,
        system=SystemFact(name=device.name),
        identity=Identity(serial="SN1", base_mac=MAC),
        parts=parts,
        tables={"hardware": replace(end, checksum=zlib.crc32(repr(parts).encode()))},
    )
    polled = [(Target(snapshot.name, "127.0.0.1"), snapshot)]
    running.run(
        [target for target, _ in polled],
        Scope(),
        poll=lambda _targets: iter(polled),
        actor=Actor("collect", source="collector"),
        progress=lambda *_: None,
    )


@pytest.mark.django_db
def test_parts_are_written_once_and_closed_when_a_whole_table_lacks_them(switch):
    _run(switch, CHASSIS, POWER, FAN, OPTIC)
    _run(switch, CHASSIS, POWER, FAN, OPTIC)
    assert list(switch.parts.values_list("serial", "kind", "gone_since")) == [
        (POWER.serial, "power supply", None),
        (OPTIC.serial, "transceiver", None),
        (FAN.serial, "fan", None),
    ]
    _run(switch, CHASSIS, POWER, FAN, end=CUT)
    assert not DevicePart.objects.filter(gone_since__isnull=False).exists()
    _run(switch, CHASSIS, POWER, FAN)
    assert DevicePart.objects.get(gone_since__isnull=False).serial == OPTIC.serial
    assert DeviceState.objects.get(device=switch).last_seen_at == DevicePart.objects.get(serial=OPTIC.serial).gone_since


@pytest.mark.django_db
def test_a_part_that_went_and_came_back_is_the_same_row(switch):
    _run(switch, CHASSIS, POWER, FAN, OPTIC)
    first = DevicePart.objects.get(serial=OPTIC.serial)
    _run(switch, CHASSIS, POWER, FAN)
    _run(switch, CHASSIS, POWER, FAN, replace(OPTIC, index=99))
    again = DevicePart.objects.get(serial=OPTIC.serial)
    assert (again.pk, again.index, again.gone_since) == (first.pk, 99, None)
    assert again.first_seen_at == first.first_seen_at


def test_every_kind_that_a_part_can_have_is_a_choice_of_the_register():
    assert {*KINDS.values(), "other"} == set(PartKind.values)
