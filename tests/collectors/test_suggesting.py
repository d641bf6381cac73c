"""What is suggested for a proposed device, each with its reason: from what it told and from where it was seen."""

from typing import Any

import pytest
from django.utils import timezone

from collectors.models import DeviceState, Neighbour, Proposal, Sighting
from collectors.suggesting import suggestions
from inventory.models import Device, Interface, Location, Prefix, Segment, SegmentDepartment
from inventory.services import write
from tests.factories import (
    TESTER,
    DepartmentFactory,
    DeviceFactory,
    DeviceTypeFactory,
    InterfaceFactory,
    ManufacturerFactory,
    SiteFactory,
    make_computer,
    make_switch,
)

pytestmark = pytest.mark.django_db
MAC = "ac84c6012a00"
"""Of TP-Link's."""


def create(row: Any) -> Any:
    with write.unit(TESTER) as unit:
        return unit.create(row)


def propose(**values: Any) -> Proposal:
    now = timezone.now()
    return create(Proposal(**{"key": "mac:x", "mac": MAC, "first_seen_at": now, "last_seen_at": now, **values}))


def values(proposal: Proposal) -> dict[str, Any]:
    return {name: one.value for name, one in suggestions(proposal).items()}


def sight(mac: str, port: Interface | None, device: Device | None = None, **more: Any) -> Sighting:
    now = timezone.now()
    switch = port.device if port is not None else None
    return create(
        Sighting(mac=mac, interface=port, switch=switch, device=device, first_seen_at=now, last_seen_at=now, **more)
    )


@pytest.fixture
def port() -> Interface:
    """A copper port of a switch in a room of a floor."""
    switch = make_switch("SW 1")
    floor = create(Location(site=switch.site, name="2F", kind="floor"))
    with write.unit(TESTER) as unit:
        switch.location = unit.create(Location(site=switch.site, parent=floor, name="rack"))
        switch.department = DepartmentFactory()
        unit.update(switch)
    return InterfaceFactory(device=switch, name="GE 1", kind="copper")


def test_what_tells_nothing_gets_no_suggestion():
    assert suggestions(propose(mac="")) == {}


def test_the_words_of_the_evidence_lead_to_switch_and_port_although_their_names_have_blanks(port):
    found = values(propose(mac="", evidence={"heard at": "SW 1 GE 1"}))
    switch = port.device
    assert found["site"] == switch.site_id
    assert found["location"] == switch.location.parent_id, "the floor; which room is not known"
    assert found["department"] == switch.department_id


def test_a_line_of_fiber_tells_nothing_of_the_floor(port):
    with write.unit(TESTER) as unit:
        port.kind = "fiber"
        unit.update(port)
    found = values(propose(evidence={"heard at": "SW 1 GE 1"}))
    assert "location" not in found and found["site"] == port.device.site_id


def test_a_neighbour_that_is_heard_now_counts_before_the_words_and_a_sighting_after_them(port):
    other = make_switch("SW-2")
    sight(MAC, InterfaceFactory(device=other, name="GE2"))
    assert values(propose())["site"] == other.site_id
    heard = {"protocol": "lldp", "chassis": MAC, "first_seen_at": timezone.now()}
    create(Neighbour(device=port.device, port="GE 1", **heard))
    found = suggestions(propose(key="mac:y", evidence={"heard at": "SW-2 GE2"}))
    assert found["site"].value == port.device.site_id
    assert found["site"].why == "It was seen at SW 1 GE 1, which is there."


def test_what_most_devices_behind_the_port_say_counts_before_the_switch(port):
    room, department = create(Location(site=port.device.site, name="204")), DepartmentFactory()
    for number in range(3):
        known = {"location": room, "department": department} if number else {}
        sight(f"aa000000000{number}", port, make_computer(f"pc{number}", "", site=port.device.site, **known))
    found = suggestions(propose(evidence={"heard at": "SW 1 GE 1"}))
    assert (found["location"].value, found["department"].value) == (room.pk, department.pk)
    assert found["location"].why == "Of the 3 registered devices seen behind SW 1 GE 1, 2 stand here."


def test_a_room_in_another_site_is_not_suggested_beside_the_site(port):
    elsewhere = create(Location(site=SiteFactory(), name="1"))
    sight("aa0000000001", port, make_computer("pc", "", site=elsewhere.site, location=elsewhere))
    replaced = DeviceFactory(asset_tag="OLD 1", site=SiteFactory())
    found = values(propose(evidence={"heard at": "SW 1 GE 1", "in place of": str(replaced)}))
    assert found["site"] == replaced.site_id
    assert "location" not in found


def test_what_is_replaced_tells_the_place():
    room = create(Location(site=SiteFactory(), name="1"))
    old = DeviceFactory(asset_tag="TZ 7", name="name", site=room.site, location=room, department=DepartmentFactory())
    found = suggestions(propose(evidence={"in place of": str(old)}))
    assert [found[name].value for name in ("site", "location", "department")] == [
        room.site_id, room.pk, old.department_id,
    ]  # fmt: skip
    assert found["site"].why == "It answers in place of TZ 7 name."


@pytest.mark.parametrize("departments", [1, 2])
def test_the_segment_of_its_address_tells_the_site_and_the_department_where_it_serves_one(departments):
    segment = create(Segment(name="office", site=SiteFactory()))
    create(Prefix(prefix="10.1.2.0/24", segment=segment))
    served = [DepartmentFactory() for _number in range(departments)]
    for one in served:
        create(SegmentDepartment(segment=segment, department=one))
    found = values(propose(mac="", addresses=["10.1.2.9"]))
    assert found["site"] == segment.site_id
    assert found.get("department") == (served[0].pk if departments == 1 else None)


def test_the_vlan_in_which_it_was_seen_tells_the_segment_of_the_site(port):
    segment, department = create(Segment(name="office", site=port.device.site, vlan_id=101)), DepartmentFactory()
    create(SegmentDepartment(segment=segment, department=department))
    sight(MAC, None, vlan_id=101)
    assert values(propose(evidence={"heard at": "SW 1 GE 1"}))["department"] == department.pk


def test_the_model_seen_gives_the_type_and_the_next_tag_of_its_class():
    kind = DeviceTypeFactory(model="RG-S2928G-E V3", aliases="S2928G-E")
    DeviceFactory(asset_tag="TZ-SW-9", device_type=kind)
    found = suggestions(propose(model="s2928g-e", name="edge"))
    assert found["device_type"].value == kind.pk and "alias" in found["device_type"].why
    assert (found["asset_tag"].value, found["name"].value) == ("TZ-SW-10", "edge")
    assert "asset_class" not in found and "model" not in found
    exact = suggestions(propose(key="k", model="RG-S2928G-E V3"))["device_type"]
    assert exact.why == "It says that it is a RG-S2928G-E V3."


def test_a_name_inside_the_description_is_told_to_be_near_only():
    kind = DeviceTypeFactory(model="S5735-L24T4S-A1")
    near = suggestions(propose(model="", evidence={"description": "Huawei S5735-L24T4S-A1 Switch\nVRP"}))["device_type"]
    assert near.value == kind.pk and "compare with the label" in near.why


def test_a_new_model_gets_the_maker_of_its_mac_by_the_registers_name_and_the_class_of_its_like():
    maker = ManufacturerFactory(name="TP-Link")
    switch = make_switch("SW-1")
    with write.unit(TESTER) as unit:
        unit.create(DeviceState(device=switch, kind="network"))
    found = suggestions(propose(model="TL-SG2008D", evidence={"kind": "network"}))
    assert found["manufacturer"].value == maker.name
    assert found["manufacturer"].why == "The first half of its MAC belongs to TP-LINK TECHNOLOGIES CO.,LTD."
    assert found["asset_class"].value == switch.device_type.asset_class_id
    assert found["model"].value == "TL-SG2008D"


def test_the_maker_that_it_names_counts_before_that_of_its_mac():
    maker = ManufacturerFactory(name="Huawei", name_zh="华为")
    assert values(propose(manufacturer="华为", model="new"))["manufacturer"] == maker.name
    assert values(propose(key="k", manufacturer="Nobody's", model="new"))["manufacturer"] == "Nobody's"
