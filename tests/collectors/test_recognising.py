"""Knowing a seen device again: by which sign, in how many queries, and what it is proposed as the next time."""

from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from collectors.models import DeviceState, Difference, Proposal
from collectors.recognising import OWN, SeenDevice, Sign, recognise, type_called, type_inside
from collectors.services.proposals import Entry, accept, accept_as, propose, propose_neighbours
from inventory.models import Device
from inventory.services import write
from inventory.services.write import Actor
from tests.factories import TESTER, DeviceFactory, DeviceTypeFactory, InterfaceFactory, make_switch

pytestmark = pytest.mark.django_db
ACTOR = Actor("test")
FEW, MANY = 5, 500


def many(count: int) -> list[SeenDevice]:
    return [
        SeenDevice(
            addresses=(f"10.{n // 250}.{n % 250}.9",),
            name=f"sw-{n}",
            serial=f"SN-{n}",
            mac=f"00e0fc{n:06x}",
            engine_id=f"80{n:06x}",
        )
        for n in range(1, count + 1)
    ]


def queries(work) -> tuple[int, int]:
    """How often it read, and how often it wrote. Rows are written in batches."""
    with CaptureQueriesContext(connection) as asked:
        work()
    words = [one["sql"].split(" ", 1)[0] for one in asked]
    return words.count("SELECT"), words.count("INSERT") + words.count("UPDATE")


@pytest.mark.parametrize("by_address", [True, False])
def test_proposing_asks_as_often_for_five_hundred_as_for_five(by_address):
    def work(count: int) -> tuple[int, int]:
        return queries(lambda: propose(many(count), actor=ACTOR, by_address=by_address))

    work(1)
    few_new, many_new = work(FEW), work(MANY)
    assert few_new[0] == many_new[0]
    assert Proposal.objects.count() == MANY
    assert work(MANY) == work(FEW)


def differ(count: int) -> None:
    values = {"kind": "unregistered", "opened_at": timezone.now(), "last_seen_at": timezone.now()}
    with write.unit(TESTER) as unit:
        unit.create_many(Difference, [Difference(key=one.mac, seen_value=one.name, **values) for one in many(count)])


def test_proposing_neighbours_asks_as_often_for_five_hundred_open_ones_as_for_five():
    differ(FEW)
    propose_neighbours(actor=ACTOR)
    few = queries(lambda: propose_neighbours(actor=ACTOR))
    Difference.objects.all()._raw_delete("default")
    differ(MANY)
    propose_neighbours(actor=ACTOR)
    assert Proposal.objects.filter(state="open").count() == MANY
    assert queries(lambda: propose_neighbours(actor=ACTOR)) == few


def test_each_sign_finds_its_device_and_the_surest_stands_first():
    by_serial = DeviceFactory(serial="SN 1")
    by_mac = InterfaceFactory(mac="00e0fc000001").device
    by_engine, by_name = DeviceFactory(), DeviceFactory(name="SW-1")
    by_address = make_switch("x", address="10.0.1.9")
    with write.unit(TESTER) as unit:
        unit.create(DeviceState(device=by_engine, engine_id="80000001", sys_name="SW-1"))
    (found,) = recognise(many(1), tuple(Sign))
    assert list(found.items()) == [
        (Sign.SERIAL, by_serial), (Sign.MAC, by_mac), (Sign.ENGINE, by_engine),
        (Sign.ADDRESS, by_address), (Sign.NAME, by_name),
    ]  # fmt: skip
    assert list(recognise(many(1))[0]) == list(OWN)


def test_the_device_with_most_of_the_macs_is_meant_and_a_shared_name_tells_nothing():
    own, other = DeviceFactory(name="twin"), DeviceFactory(name="TWIN")
    for device, macs in ((other, ("aa0000000001",)), (own, ("aa0000000002", "aa0000000003"))):
        for mac in macs:
            InterfaceFactory(device=device, mac=mac)
    seen = SeenDevice(name="twin", macs=frozenset({"aa0000000001", "aa0000000002", "aa0000000003"}))
    assert recognise([seen], (Sign.MAC, Sign.NAME)) == [{Sign.MAC: own}]


def test_a_scrapped_device_is_not_known_again():
    scrapped = InterfaceFactory(mac="00e0fc000001", device__status="scrapped", device__serial="SN-1").device
    assert recognise(many(1), tuple(Sign)) == [{}]
    (new,) = propose([replace(many(1)[0], serial="")], actor=ACTOR).new
    device = accept(new, Entry("TZ-1", device_type=scrapped.device_type), actor=ACTOR)
    assert device.interfaces.get().mac == "00e0fc000001"


def test_the_serial_of_a_scrapped_device_is_not_entered_again_and_the_device_is_named():
    scrapped = DeviceFactory(serial="SN-1", status="scrapped")
    (new,) = propose(many(1), actor=ACTOR).new
    with pytest.raises(ValidationError, match=f"{scrapped} already has that serial number"):
        accept(new, Entry("TZ-1", device_type=scrapped.device_type), actor=ACTOR)


def test_what_a_person_said_that_it_is_is_not_proposed_again():
    known, seen = DeviceFactory(), SeenDevice(name="only a name")
    (new,) = propose([seen], actor=ACTOR).new
    accept_as(new, known, actor=ACTOR)
    assert propose([seen], actor=ACTOR).known == [(seen, known)]
    assert Proposal.objects.get().state == "accepted"


def test_a_device_keeps_what_the_register_says_otherwise():
    known = make_switch("SW-9", serial="OWN", mac="00e0fc00ffff", address="10.0.1.1")
    (new,) = propose(many(1), actor=ACTOR).new
    accept_as(new, known, actor=ACTOR)
    device = Device.objects.get()
    assert (device.serial, device.name, device.primary_address.address) == ("OWN", "SW-9", "10.0.1.1")
    port = device.interfaces.get()
    assert port.mac == "00e0fc00ffff"
    assert {one.address for one in port.addresses.all()} == {"10.0.1.1", "10.0.1.9"}


def test_a_type_is_found_by_its_model_or_alias_of_its_own_maker_first_and_by_part_of_the_name():
    plain = DeviceTypeFactory(model="S5735-L24T4S-A1")
    twin = DeviceTypeFactory(model="s5735 l24t4s a1")
    alias = DeviceTypeFactory(model="RG-S2928G-E V3", aliases="S2928G-E V3; S2928G-E")
    types = [plain, twin, alias]
    assert type_called("S5735-L24T4S-A1", types) is None
    assert type_called("S5735-L24T4S-A1", types, twin.manufacturer_id) == twin
    assert type_called("s2928g-e", types) == alias
    assert type_called("", types) is None
    assert type_inside("Ruijie Gigabit Switch (S2928G-E)", types) == alias
    assert type_inside("S5735-L24T4S", types) is None
    assert type_inside("S5735-L24T4S", types, plain.manufacturer_id) == plain
    assert type_inside("", types) is None
