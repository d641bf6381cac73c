"""The form of a new computer, the move form and the steps of a device's page."""

import pytest
from django.test import Client

from inventory.models import Device, IPAddress, Person, Prefix, Role, Segment, SegmentDepartment
from inventory.services import write
from tests.factories import (
    TESTER,
    DepartmentFactory,
    DeviceFactory,
    DeviceTypeFactory,
    InterfaceFactory,
    SiteFactory,
    TownFactory,
)
from tests.pages.conftest import client_of, make_user

FORM = "/devices/new-computer/"


def test_one_post_writes_device_interface_and_address(admin: Client, db: None) -> None:
    kind, department = DeviceTypeFactory(), DepartmentFactory()
    values = {"asset_tag": "TZ-7", "device_type": kind.pk, "department": department.pk}
    answer = admin.post(FORM, {**values, "mac": "AA-BB-CC-DD-EE-FF", "address": "10.1.2.3", "reason": "new"})
    made = Device.objects.get(asset_tag="TZ-7")
    assert answer["Location"] == f"/devices/{made.pk}/"
    assert made.interfaces.get().mac == "aabbccddeeff"
    assert str(made.primary_address) == "10.1.2.3"


def test_faults_stand_beside_their_fields_and_what_was_typed_stays(admin: Client, db: None) -> None:
    InterfaceFactory(mac="aabbccddeeff")
    DeviceFactory(asset_tag="TZ-7")
    values = {"asset_tag": "TZ-7", "device_type": DeviceTypeFactory().pk}
    answer = admin.post(FORM, {**values, "mac": "aabb.ccdd.eeff", "address": "10.1.2"})
    assert answer.status_code == 200
    assert set(answer.context["form"].errors) == {"asset_tag", "mac", "address"}
    assert 'value="aabb.ccdd.eeff"' in answer.content.decode()
    assert Device.objects.filter(asset_tag="TZ-7").count() == 1


def test_faults_of_the_network_are_told_beside_those_of_the_form(admin: Client, db: None) -> None:
    answer = admin.post(FORM, {"asset_tag": "TZ-7", "mac": "zz:11", "address": "10.1.2"})
    assert set(answer.context["form"].errors) == {"device_type", "mac", "address"}


def test_the_next_tag_and_only_types_of_computers_are_proposed(admin: Client, db: None) -> None:
    DeviceFactory(asset_tag="TZ-PC-0041")
    printer = DeviceTypeFactory(asset_class__role="printer", model="LaserJet")
    html = admin.get(FORM).content.decode()
    assert 'value="TZ-PC-0042"' in html
    assert printer.model not in html


def test_the_list_of_devices_leads_to_the_form(admin: Client, db: None) -> None:
    assert f'href="{FORM}"' in admin.get("/devices/").content.decode()
    reader = client_of(make_user("director", Role.DIRECTOR))
    assert f'href="{FORM}"' not in reader.get("/devices/").content.decode()


def test_free_addresses_of_the_departments_segment_are_proposed(admin: Client, db: None) -> None:
    department, port = DepartmentFactory(), InterfaceFactory()
    with write.unit(TESTER) as unit:
        segment = unit.create(Segment(name="s"))
        unit.create(SegmentDepartment(segment=segment, department=department))
        unit.create(Prefix(prefix="10.1.2.0/24", segment=segment))
        chosen = unit.create(Prefix(prefix="10.9.0.0/24"))
        unit.create(IPAddress(address="10.1.2.1", interface=port))
    html = admin.get(FORM + "free/", {"department": department.pk}).content.decode()
    assert "10.1.2.0/24" in html
    assert ">10.1.2.1<" not in html
    assert ">10.1.2.2<" in html
    assert (
        ">10.9.0.1<"
        in admin.get(FORM + "free/", {"department": department.pk, "in_prefix": chosen.pk}).content.decode()
    )
    assert admin.get(FORM + "free/").content.strip() == b""


def test_who_may_not_add_devices_has_no_form(db: None) -> None:
    for role in (Role.DIRECTOR, Role.PLANNER):
        client = client_of(make_user(role, role))
        assert client.get(FORM).status_code == 403
        assert client.post(FORM, {}).status_code == 403
        assert client.get(FORM + "free/").status_code == 403


def test_a_technician_of_a_town_adds_computers_there_alone(db: None) -> None:
    own, foreign = SiteFactory(), SiteFactory()
    client = client_of(make_user("tech", Role.TECHNICIAN, towns=(own.town,)))
    values = {"device_type": DeviceTypeFactory().pk}
    assert client.post(FORM, {**values, "asset_tag": "A-1", "site": own.pk}).status_code == 302
    assert client.post(FORM, {**values, "asset_tag": "A-2", "site": foreign.pk}).status_code == 200
    # Without any place it would be out of its writer's sight.
    answer = client.post(FORM, {**values, "asset_tag": "A-3"})
    assert "outside what you may see" in answer.content.decode()
    assert list(Device.objects.values_list("asset_tag", flat=True)) == ["A-1"]


def test_a_taken_mac_does_not_name_a_device_out_of_sight(db: None) -> None:
    other = InterfaceFactory(mac="aabbccddeeff").device
    site = SiteFactory()
    client = client_of(make_user("tech", Role.TECHNICIAN, towns=(site.town,)))
    values = {"asset_tag": "A-1", "device_type": DeviceTypeFactory().pk, "site": site.pk, "mac": "aabbccddeeff"}
    html = client.post(FORM, values).content.decode()
    assert "Another device has this MAC already." in html
    assert other.asset_tag not in html


def test_save_and_add_another_keeps_what_a_delivery_shares(admin: Client, db: None) -> None:
    values = {"asset_tag": "A-1", "device_type": DeviceTypeFactory().pk, "price_yuan": "4500", "another": "1"}
    answer = admin.post(FORM, values)
    assert answer["Location"].startswith(FORM + "?")
    html = admin.get(answer["Location"]).content.decode()
    assert 'value="4500"' in html
    assert 'value="A-2"' in html


def test_a_move_keeps_its_reason_and_what_follows(admin: Client, db: None) -> None:
    device, department = DeviceFactory(), DepartmentFactory()
    url = f"/devices/{device.pk}/move/"
    assert admin.get(url).status_code == 200
    assert admin.post(url, {"department": department.pk, "site": device.site.pk, "reason": "调拨"}).status_code == 302
    device.refresh_from_db()
    assert device.department == department
    assert "调拨" in admin.get(f"/devices/{device.pk}/").content.decode()


def test_a_device_is_issued_with_its_holder_in_one_step(admin: Client, db: None) -> None:
    device = DeviceFactory(status="in_stock")
    assert f"/devices/{device.pk}/move/?to=in_use" in admin.get(f"/devices/{device.pk}/").content.decode()
    values = {"department": device.department.pk, "site": device.site.pk}
    admin.post(f"/devices/{device.pk}/move/?to=in_use", values)
    device.refresh_from_db()
    assert device.status == "in_use"


def test_only_the_states_that_may_follow_are_offered(admin: Client, db: None) -> None:
    shown = {
        status: admin.get(f"/devices/{DeviceFactory(status=status).pk}/").content.decode()
        for status in ("in_use", "scrapped")
    }
    assert 'value="under_repair"' in shown["in_use"]
    assert 'name="to" value="scrapped"' not in shown["in_use"]
    assert 'name="to"' not in shown["scrapped"]


def test_a_step_is_one_post_with_its_reason(admin: Client, db: None) -> None:
    device = DeviceFactory()
    admin.post(f"/devices/{device.pk}/status/", {"to": "under_repair", "reason": "screen"})
    device.refresh_from_db()
    assert device.status == "under_repair"
    answer = admin.post(f"/devices/{device.pk}/status/", {"to": "scrapped"}, follow=True)
    assert "in one step" in answer.content.decode()
    assert admin.post(f"/devices/{device.pk}/status/", {"to": "lost"}).status_code == 404


def test_what_cannot_be_taken_back_is_asked_about_first(admin: Client, db: None) -> None:
    device = DeviceFactory(status="to_be_scrapped")
    answer = admin.post(f"/devices/{device.pk}/status/", {"to": "scrapped", "reason": "worn <out>"})
    device.refresh_from_db()
    assert device.status == "to_be_scrapped"
    assert "worn &lt;out&gt;" in answer.content.decode()
    admin.post(f"/devices/{device.pk}/status/", {"to": "scrapped", "sure": "1"})
    device.refresh_from_db()
    assert device.status == "scrapped"


def test_enter_in_the_reason_of_the_next_steps_takes_none(admin: Client, db: None) -> None:
    html = admin.get(f"/devices/{DeviceFactory().pk}/").content.decode()
    form = html[html.index('class="card-body hs-steps"') :]
    assert form.index("<button disabled hidden>") < form.index('name="reason"') < form.index('name="to"')


@pytest.mark.parametrize(
    ("status", "verb"), [("in_stock", "Issue"), ("missing", "Found again"), ("under_repair", "Return to use")]
)
def test_the_way_back_into_use_is_named_by_where_it_leads_from(admin: Client, db: None, status: str, verb: str) -> None:
    device = DeviceFactory(status=status)
    assert f"{verb}</a>" in admin.get(f"/devices/{device.pk}/").content.decode()
    assert f"{verb}: {device}" in admin.get(f"/devices/{device.pk}/move/?to=in_use").content.decode()


@pytest.mark.parametrize("view", ["move", "status"])
def test_a_foreign_device_is_not_moved(db: None, view: str) -> None:
    device = DeviceFactory()
    url = f"/devices/{device.pk}/{view}/"
    tech = client_of(make_user("tech", Role.TECHNICIAN, towns=(TownFactory(),)))
    assert tech.post(url, {"to": "missing"}).status_code == 404
    reader = client_of(make_user("dir", Role.DIRECTOR))
    assert reader.post(url, {"to": "missing"}).status_code == 403
    device.refresh_from_db()
    assert device.status == "in_use"


def test_a_bulk_move_to_another_department_leaves_no_foreign_holder(admin: Client, db: None) -> None:
    device, department = DeviceFactory(), DepartmentFactory()
    with write.unit(TESTER) as unit:
        device.holder = unit.create(Person(name="甲", department=device.department))
        unit.update(device)
    admin.post("/devices/bulk/", {"do": "move", "pk": str(device.pk), "department": department.pk, "confirm": "1"})
    device.refresh_from_db()
    assert (device.department, device.holder) == (department, None)
