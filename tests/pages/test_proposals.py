"""The pages of proposed devices: what is suggested for one and why, entering it, and knowing it again."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.test import Client

from collectors.models import Proposal
from collectors.profiles import ManagementProfile
from inventory.models import Device, Location, Role
from inventory.services import write
from tests.factories import (
    TESTER,
    AssetClassFactory,
    DepartmentFactory,
    DeviceFactory,
    DeviceTypeFactory,
    TownFactory,
    make_switch,
)
from tests.pages.conftest import client_of, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
MAC = "ac84c6012a00"


def create(row: Any) -> Any:
    with write.unit(TESTER) as unit:
        return unit.create(row)


@pytest.fixture
def technician() -> Client:
    return client_of(make_user("tech", Role.TECHNICIAN))


@pytest.fixture
def switch() -> Device:
    return make_switch("SW-1", serial="SN1", mac="00e0fc000001")


def propose(**values: Any) -> Proposal:
    plain = {"key": "mac:ac84c6012a00", "mac": "ac84c6012a00", "name": "HY-SW", "first_seen_at": NOW}
    return create(Proposal(**{**plain, "last_seen_at": NOW, **values}))


def test_a_proposal_is_taken_over_with_the_site_of_the_switch_that_heard_it(technician, switch):
    create(ManagementProfile(name="v2"))
    kind = DeviceTypeFactory(model="TL-SG2008D")
    found = propose(evidence={"heard at": "SW-1 Gi0/47"}, addresses=["10.9.9.9"], model="TL-SG2008D")
    text = technician.get(f"/proposals/{found.pk}/").content.decode()
    assert f'<option value="{switch.site_id}" selected>' in text and "SW-1 Gi0/47" in text
    data = {
        "do": "accept",
        "asset_tag": "TZ-SW-900",
        "status": "in_use",
        "manufacturer": kind.manufacturer.name,
        "model": "TL-SG2008D",
        "site": switch.site_id,
        "reason": "found on the floor",
    }
    answer = technician.post(f"/proposals/{found.pk}/", data)
    device = Device.objects.get(asset_tag="TZ-SW-900")
    found.refresh_from_db()
    assert answer.url == f"/devices/{device.pk}/"
    assert (device.device_type, device.site, device.primary_address.address) == (kind, switch.site, "10.9.9.9")
    assert (found.state, found.device, found.closed_by) == ("accepted", device, "tech")
    assert LogEntry.objects.get_for_object(device).last().additional_data["reason"] == "found on the floor"


def test_the_faults_of_a_proposal_stand_in_its_form_and_nothing_is_written(technician):
    found = propose()
    DeviceFactory(asset_tag="TZ-1")
    data = {"do": "accept", "asset_tag": "TZ-2", "status": "in_use", "manufacturer": "New", "model": "One"}
    text = technician.post(f"/proposals/{found.pk}/", data).content.decode()
    assert "give its asset class" in text
    data |= {"asset_class": AssetClassFactory(role="network").pk, "asset_tag": "TZ-1"}
    text = technician.post(f"/proposals/{found.pk}/", data).content.decode()
    assert "invalid-feedback" in text
    found.refresh_from_db()
    assert found.state == "open" and Device.objects.count() == 1


def test_a_rejected_proposal_leaves_the_list(technician):
    found = propose()
    assert "HY-SW" in technician.get("/proposals/").content.decode()
    technician.post(f"/proposals/{found.pk}/", {"do": "reject", "reason": "private"})
    found.refresh_from_db()
    assert (found.state, found.reason) == ("rejected", "private")
    listed = technician.get("/proposals/").content.decode()
    assert f"/proposals/{found.pk}/" not in listed
    assert f"/proposals/{found.pk}/" in technician.get("/proposals/?state=rejected").content.decode()


def test_a_proposal_rejected_by_mistake_can_still_be_entered_and_not_be_rejected_again(technician):
    kind, found = DeviceTypeFactory(), propose()
    url = f"/proposals/{found.pk}/"
    technician.post(url, {"do": "reject"})
    page = technician.get(url).content.decode()
    assert 'value="accept"' in page and 'value="reject"' not in page
    data = {"asset_tag": "TZ-SW-901", "status": "in_use", "manufacturer": kind.manufacturer.name, "model": kind.model}
    technician.post(url, {"do": "accept", **data})
    found.refresh_from_db()
    assert (found.state, str(found.device)[:9]) == ("accepted", "TZ-SW-901")
    assert 'value="accept"' not in technician.get(url).content.decode()


def test_who_may_not_decide_a_proposal_is_refused():
    found = propose()
    director = client_of(make_user("boss", Role.DIRECTOR))
    assert "Accept into the register" not in director.get(f"/proposals/{found.pk}/").content.decode()
    assert director.post(f"/proposals/{found.pk}/", {"do": "reject"}).status_code == 403
    for user in (
        make_user("far", Role.TECHNICIAN, towns=(TownFactory(),)),
        make_user("bureau", Role.DEPARTMENT, department=DepartmentFactory()),
    ):
        assert client_of(user).get(f"/proposals/{found.pk}/").status_code in (403, 404)


def fields(text: str) -> dict[str, str]:
    """What stands in the text inputs of the form, by name."""
    found = re.findall(r'<input type="text" name="(\w+)" value="([^"]*)"', text)
    return dict(found)


def test_what_is_suggested_stands_in_the_form_with_its_reason(technician, switch):
    kind = DeviceTypeFactory(model="TL-SG2008D", asset_class=switch.device_type.asset_class, aliases="SG2008D v4")
    DeviceFactory(asset_tag="TZ-SW-041", device_type=kind)
    found = propose(evidence={"heard at": "SW-1 mgmt"}, model="SG2008D V4")
    text = technician.get(f"/proposals/{found.pk}/").content.decode()
    assert f'<option value="{kind.pk}" selected>' in text
    assert fields(text) | {"asset_tag": "TZ-SW-042", "name": "HY-SW"} == fields(text)
    assert "&#x27;SG2008D V4&#x27;, as it says it is, is an alias of this type." in text
    assert "It was seen at SW-1 mgmt, which is there." in text
    assert '<details class="net-new"><summary>' in text


def test_a_model_that_the_register_lacks_is_asked_for_and_prefilled(technician):
    found = propose(model="TL-SG2008D", evidence={"description": "TL-SG2008D"})
    text = technician.get(f"/proposals/{found.pk}/").content.decode()
    assert '<details class="net-new" open>' in text
    assert fields(text)["model"] == "TL-SG2008D"
    assert fields(text)["manufacturer"].startswith("TP-LINK") and "The first half of its MAC belongs to TP-LINK" in text


def test_what_was_changed_in_the_form_is_entered(technician, switch):
    found = propose(evidence={"heard at": "SW-1 mgmt"}, model="S5720-28P")
    room = create(Location(site=switch.site, name="204"))
    data = {"asset_tag": "TZ-9", "name": "other", "status": "in_stock", "device_type": switch.device_type_id}
    data |= {"site": switch.site_id, "location": room.pk, "do": "accept", "model": "not this one"}
    technician.post(f"/proposals/{found.pk}/", data)
    device = Device.objects.get(asset_tag="TZ-9")
    assert (device.name, device.status, device.location) == ("other", "in_stock", room)
    assert device.device_type == switch.device_type


def test_a_registered_device_is_shown_and_takes_over_what_it_lacks(technician):
    known = DeviceFactory(name="hy-sw", serial="")
    found = propose(serial="SN-77", addresses=["10.9.9.9"])
    url = f"/proposals/{found.pk}/"
    text = technician.get(url).content.decode()
    assert "It may be in the register already" in text and "It has this name" in text
    answer = technician.post(url, {"do": "same", "device": known.pk})
    known.refresh_from_db()
    found.refresh_from_db()
    assert answer.url == f"/devices/{known.pk}/"
    assert (known.serial, known.name, known.primary_address.address) == ("SN-77", "hy-sw", "10.9.9.9")
    assert known.interfaces.get().mac == MAC
    assert (found.state, found.device) == ("accepted", known)
    assert Device.objects.count() == 1


def test_a_device_of_another_serial_number_is_told_to_be_doubtful(technician):
    DeviceFactory(name="HY-SW", serial="SN-1")
    text = technician.get(f"/proposals/{propose(serial='SN-2').pk}/").content.decode()
    assert "But its serial number is another." in text


def test_only_what_it_may_be_can_be_named_and_only_by_who_may_change_it(technician):
    found, other = propose(), DeviceFactory(name="another")
    assert technician.post(f"/proposals/{found.pk}/", {"do": "same", "device": other.pk}).status_code == 404
    assert technician.post(f"/proposals/{found.pk}/", {"do": "same", "device": "x"}).status_code == 404
    director = client_of(make_user("boss", Role.DIRECTOR))
    assert director.post(f"/proposals/{found.pk}/", {"do": "same", "device": other.pk}).status_code == 403
    found.refresh_from_db()
    assert found.state == "open"


def test_what_the_register_has_by_its_mac_cannot_be_entered_twice(technician, switch):
    found = propose(mac="00e0fc000001", key="mac:00e0fc000001")
    data = {"do": "accept", "asset_tag": "TZ-9", "status": "in_use", "device_type": switch.device_type_id}
    text = technician.post(f"/proposals/{found.pk}/", data).content.decode()
    assert f"It is in the register already: {switch}." in text
    assert Device.objects.count() == 1


def test_the_device_in_whose_place_it_answers_is_not_taken_for_it(technician, switch):
    found = propose(name="SW-1", evidence={"in place of": str(switch)})
    text = technician.get(f"/proposals/{found.pk}/").content.decode()
    assert "It may be in the register already" not in text
    assert f"It answers in place of {switch}." in text
