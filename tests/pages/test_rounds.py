"""Stock-taking: a round through a room, with one box for whatever stands on a label."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from inventory.models import Device, Location, Person, Role
from inventory.services import write
from tests.factories import TESTER, DeviceFactory, SiteFactory, TownFactory
from tests.pages.conftest import Register, client_of, make_user


@pytest.fixture
def here(register: Register) -> str:
    """The round through the room of the register's device TZ-1 (aabbccddeeff, 10.1.2.3)."""
    return f"/rounds/locations/{register.device.location_id}/"


def again(device: Device) -> Device:
    return Device.objects.get(pk=device.pk)


@pytest.mark.parametrize(
    "code", ["TZ-0001", "tz0001", "one", "AABB.CCDD.EEFF", "aa-bb-cc-dd-ee-ff", "10.1.2.3", "ab/12 34"]
)
def test_a_device_is_found_by_whatever_stands_on_it(admin: Client, register: Register, here: str, code: str) -> None:
    with write.unit(TESTER) as unit:
        register.device.serial, register.device.asset_tag = "AB1234", "TZ-0001"
        unit.update(register.device)
    answer = admin.post(here, {"code": code}, follow=True)
    assert "is found." in answer.content.decode()
    assert again(register.device).verified_on == timezone.localdate()


def test_who_found_it_is_the_person_of_that_name(register: Register, here: str) -> None:
    user = make_user("wang", Role.TECHNICIAN)
    with write.unit(TESTER) as unit:
        person = unit.create(Person(name="王强", department=register.device.department))
        user.first_name = "王强"
        unit.update(user)
    client_of(user).post(here, {"code": "TZ-1"})
    assert again(register.device).verified_by == person


def test_what_belongs_elsewhere_is_asked_about_moved_here_and_taken_back(
    admin: Client, register: Register, here: str
) -> None:
    other = DeviceFactory(asset_tag="TZ-77", verified_on=datetime.date(2026, 1, 2))
    answer = admin.post(here, {"code": "TZ-77"}, follow=True)
    assert "Move here" in answer.content.decode()
    assert again(other).verified_on == datetime.date(2026, 1, 2)
    admin.post(here, {"device": other.pk})
    moved = again(other)
    assert (moved.location_id, moved.site_id) == (register.device.location_id, register.device.site_id)
    assert moved.verified_on == timezone.localdate()
    assert f"Undo {other}" in admin.get(here).content.decode()
    admin.post(here, {"do": "undo"})
    back = again(other)
    assert (back.location_id, back.site_id, back.verified_on) == (None, other.site_id, datetime.date(2026, 1, 2))
    assert "Undo" not in admin.get(here).content.decode()


def test_what_nobody_has_leads_to_the_form_of_a_new_computer_in_this_room(
    admin: Client, register: Register, here: str
) -> None:
    html = admin.post(here, {"code": "02-00-00-00-00-09"}, follow=True).content.decode()
    room = register.device.location_id
    assert f"/devices/new-computer/?mac=02-00-00-00-00-09&amp;location={room}&amp;site=" in html


def test_what_does_not_turn_up_is_missing_and_in_use_again_when_it_does(
    admin: Client, register: Register, here: str
) -> None:
    admin.post(here, {"lost": register.device.pk})
    assert again(register.device).status == "missing"
    admin.post(here, {"code": "TZ-1"})
    assert again(register.device).status == "in_use"


def test_a_floor_holds_its_rooms_and_the_list_of_sites_counts_what_was_found(
    admin: Client, register: Register, here: str
) -> None:
    room = Location.objects.get(pk=register.device.location_id)
    floor = f"/rounds/locations/{room.parent_id}/"
    assert here in admin.get(floor).content.decode()
    assert ">0/1<" in admin.get("/rounds/").content.decode()
    admin.post(floor, {"code": "TZ-1"})
    assert again(register.device).location == room
    assert ">1/1<" in admin.get("/rounds/").content.decode()


def test_a_round_ends_where_the_towns_of_its_technician_end(register: Register) -> None:
    town: Any = TownFactory()
    mine, other = SiteFactory(town=town), DeviceFactory(asset_tag="TZ-88")
    client = client_of(make_user("t", Role.TECHNICIAN, towns=(town,)))
    own = f"/rounds/sites/{mine.pk}/"
    assert "TZ-88 " not in client.post(own, {"code": "TZ-88"}, follow=True).content.decode()
    assert client.post(own, {"device": other.pk}).status_code == 404
    assert client.get(f"/rounds/sites/{other.site_id}/").status_code == 404
    assert client.get("/rounds/towns/1/").status_code == 404
    assert client_of(make_user("d", Role.DIRECTOR)).get(own).status_code == 403
