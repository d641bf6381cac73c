"""Verbs of devices: a computer with its network in one unit, moves and what follows from them, the next tag."""

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import ValidationError

from inventory.models import Device, Interface, IPAddress, Location, Person, Prefix, Segment
from inventory.selectors import free_addresses
from inventory.services import devices, write
from inventory.services.devices import OnNetwork
from tests.factories import TESTER, DepartmentFactory, DeviceFactory, DeviceTypeFactory, InterfaceFactory, SiteFactory

pytestmark = pytest.mark.django_db


def new(tag: str = "TZ-9", **values: object) -> Device:
    return Device(asset_tag=tag, device_type=DeviceTypeFactory(), **values)


def prefix(text: str) -> Prefix:
    with write.unit(TESTER) as unit:
        return unit.create(Prefix(prefix=text, segment=unit.create(Segment(name=text))))


def test_a_computer_its_interface_and_its_address_are_one_unit() -> None:
    prefix("10.1.2.0/24")
    made = devices.add_computer(new(), OnNetwork("AABB-CCDD-EEFF", " 10.1.2.3 "), actor=TESTER, reason="delivery")
    port = made.interfaces.get()
    assert (port.name, port.mac) == ("eth0", "aabbccddeeff")
    address = port.addresses.get()
    assert (address.address, address.prefix_length, made.primary_address) == ("10.1.2.3", 24, address)
    entries = LogEntry.objects.filter(additional_data__reason="delivery")
    assert entries.count() == 4
    assert len(set(entries.values_list("cid", flat=True))) == 1


def test_a_computer_without_network_has_no_interface() -> None:
    made = devices.add_computer(new(), OnNetwork(), actor=TESTER)
    assert not made.interfaces.exists()


def test_all_faults_are_told_at_once_and_nothing_is_written() -> None:
    other = InterfaceFactory(mac="aabbccddeeff")
    with write.unit(TESTER) as unit:
        unit.create(IPAddress(address="10.1.2.3", interface=other))
    before = (Device.objects.count(), Interface.objects.count())
    with pytest.raises(ValidationError) as fault:
        devices.add_computer(new(tag=""), OnNetwork("aa:bb:cc:dd:ee:ff", "10.1.2.3"), actor=TESTER)
    assert set(fault.value.message_dict) == {"asset_tag", "mac", "address"}
    assert str(other.device) in fault.value.message_dict["mac"][0]
    assert (Device.objects.count(), Interface.objects.count()) == before


@pytest.mark.parametrize(("mac", "address", "field"), [("aa:bb", "", "mac"), ("", "10.1.2", "address")])
def test_what_is_no_mac_or_address_is_told_beside_its_field(mac: str, address: str, field: str) -> None:
    with pytest.raises(ValidationError) as fault:
        devices.add_computer(new(), OnNetwork(mac, address), actor=TESTER)
    assert set(fault.value.message_dict) == {field}


def test_an_address_that_is_gone_from_its_device_may_be_given_again() -> None:
    port = InterfaceFactory()
    with write.unit(TESTER) as unit:
        unit.create(IPAddress(address="10.1.2.3", interface=port, gone_since="2026-01-01T00:00:00Z"))
    assert devices.add_computer(new(), OnNetwork("", "10.1.2.3"), actor=TESTER).primary_address is not None


@pytest.mark.parametrize(
    ("tags", "following"),
    [
        (["TZ-PC-0009", "TZ-PC-0010"], "TZ-PC-0011"),
        (["TZ-PC-0099", "TZ-PC-0002"], "TZ-PC-0100"),
        (["X-999"], "X-1000"),
        (["TZ-PC-0009", "TZ-PC-0777-B", "TZ-PC-0010"], "TZ-PC-0011"),
        (["free text"], ""),
        ([], ""),
    ],
)
def test_the_next_tag_follows_the_highest_of_the_newest_kind(tags: list[str], following: str) -> None:
    for tag in tags:
        DeviceFactory(asset_tag=tag)
    assert devices.next_asset_tag() == following


def test_free_addresses_leave_out_what_is_taken_and_both_ends() -> None:
    held = prefix("10.1.2.0/29")
    with write.unit(TESTER) as unit:
        for last in (1, 3, 6):
            unit.create(IPAddress(address=f"10.1.2.{last}"))
    assert free_addresses(held, 10) == ["10.1.2.2", "10.1.2.4", "10.1.2.5"]
    assert free_addresses(held, 1) == ["10.1.2.2"]
    assert free_addresses(prefix("fd00::/64"), 2) == ["fd00::1", "fd00::2"]
    assert free_addresses(prefix("10.9.9.9/32"), 2) == ["10.9.9.9"]


def test_a_location_brings_its_site_and_another_site_leaves_the_location() -> None:
    device, site = DeviceFactory(), SiteFactory()
    with write.unit(TESTER) as unit:
        room = unit.create(Location(site=site, name="101"))
    devices.move([device], to={"location": room}, actor=TESTER, reason="")
    assert (device.site, device.location) == (site, room)
    devices.move([device], to={"site": SiteFactory()}, actor=TESTER, reason="")
    assert device.location is None


def test_who_held_it_for_a_department_does_not_hold_it_for_the_next() -> None:
    device = DeviceFactory()
    with write.unit(TESTER) as unit:
        device.holder = unit.create(Person(name="甲", department=device.department))
        unit.update(device)
        successor = unit.create(Person(name="乙", department=DepartmentFactory()))
    devices.move([device], to={"department": device.department}, actor=TESTER, reason="")
    assert device.holder is not None
    devices.move([device], to={"department": successor.department}, actor=TESTER, reason="")
    assert Device.objects.get(pk=device.pk).holder is None
    devices.move([device], to={"holder": successor}, actor=TESTER, reason="")
    assert Device.objects.get(pk=device.pk).holder == successor


@pytest.mark.parametrize("steps", [("in_stock",), ("to_be_scrapped", "scrapped")])
def test_nobody_holds_what_goes_back_into_stock_or_is_scrapped(steps: tuple[str, ...]) -> None:
    device = DeviceFactory(status="in_use")
    with write.unit(TESTER) as unit:
        holder = unit.create(Person(name="某甲", department=device.department))
    devices.move([device], to={"holder": holder}, actor=TESTER, reason="")
    devices.set_status(device, "under_repair", actor=TESTER, reason="")
    assert Device.objects.get(pk=device.pk).holder == holder
    for step in steps:
        devices.set_status(device, step, actor=TESTER, reason="")
    assert Device.objects.get(pk=device.pk).holder is None


def test_a_move_of_several_is_all_or_none() -> None:
    some = [DeviceFactory(), DeviceFactory(status="planned")]
    with pytest.raises(ValidationError):
        devices.move(some, to={"status": "under_repair"}, actor=TESTER, reason="")
    assert Device.objects.get(pk=some[0].pk).status == "in_use"


def test_a_state_that_does_not_follow_is_refused() -> None:
    device = DeviceFactory(status="in_use")
    with pytest.raises(ValidationError, match="in one step"):
        devices.set_status(device, "scrapped", actor=TESTER, reason="")
    device.refresh_from_db()
    devices.set_status(device, "to_be_scrapped", actor=TESTER, reason="worn")
    devices.set_status(device, "scrapped", actor=TESTER, reason="worn")
    assert Device.objects.get(pk=device.pk).status == "scrapped"
