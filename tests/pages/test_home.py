"""The start page: what waits, the figures, and the lists behind them."""

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from inventory.models import Device, DeviceType, Role
from inventory.overview import overview
from inventory.pages import home
from inventory.services import write
from tests.factories import TESTER, DepartmentFactory, DeviceFactory, DeviceTypeFactory, SiteFactory, TownFactory
from tests.pages.conftest import client_of, make_user

TODAY = date(2026, 11, 24)


@pytest.fixture
def county(db: None) -> dict[str, Any]:
    """Two towns; computers of a class with a life of six years, and a printer."""
    towns = TownFactory(name="东镇"), TownFactory(name="西镇")
    departments = [DepartmentFactory(name=f"{town}局", town=town, staff=4) for town in towns]
    sites = [SiteFactory(town=town) for town in towns]
    computer, printer = DeviceTypeFactory(), DeviceTypeFactory(asset_class__role="printer")
    east: dict[str, Any] = {"device_type": computer, "department": departments[0], "site": sites[0]}
    DeviceFactory(purchased_on=date(2015, 5, 1), **east)
    DeviceFactory(purchased_on=date(2020, 11, 23), **east)
    DeviceFactory(purchased_on=date(2020, 11, 24), **east)
    DeviceFactory(purchased_on=date(2015, 5, 1), in_service_on=date(2024, 1, 1), **east)
    DeviceFactory(status="to_be_scrapped", **east)
    DeviceFactory(status="scrapped", **east)
    west: dict[str, Any] = {"department": departments[1]}
    DeviceFactory(device_type=computer, site=None, **west)
    # It stands in the east, whoever owns it.
    DeviceFactory(device_type=computer, site=sites[0], purchased_on=date(2026, 1, 1), **west)
    DeviceFactory(device_type=printer, site=sites[1], **west)
    return {"towns": towns, "departments": departments, "computer": computer, "printer": printer}


def main_of(client: Client) -> str:
    answer = client.get("/")
    assert answer.status_code == 200
    return str(answer.content.decode().partition("<main")[2].partition("</main>")[0])


def total(client: Client, url: str) -> int:
    """How many rows a list counts."""
    found = re.search(r'tz-total"><strong>([\d,]+)', client.get(url.replace("&amp;", "&")).content.decode())
    assert found is not None, url
    return int(found[1].replace(",", ""))


def test_computers_are_counted_by_year_and_by_whether_their_life_is_over(county: dict[str, Any]) -> None:
    found = overview(make_user("a", Role.ADMINISTRATOR), TODAY)
    years = {year.year: (year.count, year.late) for year in found.years}
    assert years[2015] == (2, 1)
    assert years[2020] == (2, 1)
    assert years[2017] == (0, 0)
    assert years[0] == (1, 0)
    assert (found.computers, found.late) == (6, 2)


def test_a_mistyped_year_does_not_stretch_the_picture(county: dict[str, Any]) -> None:
    DeviceFactory(device_type=county["computer"], purchased_on=date(1015, 1, 1))
    found = overview(make_user("a", Role.ADMINISTRATOR), TODAY)
    assert [year.year for year in found.years] == [1015, 2015, 2020, 2026, 0]


def test_a_device_counts_in_the_town_of_its_site_else_of_its_department(county: dict[str, Any]) -> None:
    found = overview(make_user("a", Role.ADMINISTRATOR), TODAY)
    towns = {one.town.name: (one.computers, one.staff, one.departments, one.connected) for one in found.towns}
    assert towns == {"东镇": (5, 4, 1, 0), "西镇": (1, 4, 1, 0)}


def test_what_is_on_the_books_is_counted_by_class_without_the_scrapped(county: dict[str, Any]) -> None:
    found = overview(make_user("a", Role.ADMINISTRATOR), TODAY)
    assert {kind.role: (kind.held, kind.in_use) for kind in found.kinds} == {"computer": (7, 6), "printer": (1, 1)}
    assert found.held == 8


def test_every_number_is_the_count_of_the_list_behind_it(admin: Client, county: dict[str, Any]) -> None:
    html = main_of(admin)
    links = re.findall(r'<a[^>]*href="(/[a-z-]+/\?[^"]+)"[^>]*>(?:<[^>]+>)*(\d+)<', html)
    links += re.findall(r'<a class="hs-task" href="([^"]+)".*?<strong[^>]*>(\d+)</strong>', html, re.DOTALL)
    assert len(links) >= 8
    for url, number in links:
        assert total(admin, url) == int(number), url


def test_the_bars_of_the_chart_lead_to_as_many_computers(admin: Client, county: dict[str, Any]) -> None:
    chart = admin.get("/").context["chart"]
    for index, urls in enumerate(chart["urls"]):
        for key in ("late", "serving"):
            if urls[key]:
                assert total(admin, urls[key]) == chart[key][index], (chart["years"][index], key)


def test_states_that_somebody_has_to_end_are_tasks(admin: Client, county: dict[str, Any]) -> None:
    html = main_of(admin)
    assert "To be scrapped" in html
    assert "Missing devices" not in html


def test_another_package_adds_what_waits(
    admin: Client, county: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "_finders", [])
    assert "Nothing waits for you" in main_of(admin)
    home.register_task(lambda request: [home.Task("Open differences", 12, "/differences/", "git-compare")])
    home.register_task(lambda request: [home.Task("Failed runs", 0, "/runs/", "alert")])
    html = main_of(admin)
    assert "Open differences" in html
    assert "Failed runs" not in html


def test_a_department_sees_its_own_numbers(county: dict[str, Any]) -> None:
    east = county["departments"][0]
    found = overview(make_user("east", Role.DEPARTMENT, department=east), TODAY)
    assert found.held == 5
    assert [one.town.name for one in found.towns] == ["东镇"]
    stranger = make_user("else", Role.DEPARTMENT, department=DepartmentFactory(staff=1))
    assert overview(stranger, TODAY).held == 0
    html = main_of(client_of(stranger))
    assert "东镇" not in html
    assert "New computer" not in html


def test_who_has_no_role_sees_an_empty_page(county: dict[str, Any]) -> None:
    html = main_of(client_of(make_user("none", "")))
    assert "东镇" not in html
    assert "hs-count" not in html


def test_the_number_of_queries_does_not_grow_with_rows(admin: Client, county: dict[str, Any]) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as seen:
            main_of(admin)
        return len(seen)

    before = count()
    for number in range(20):
        site = SiteFactory(town=TownFactory())
        DeviceFactory(device_type=DeviceTypeFactory(), site=site, purchased_on=date(2001 + number, 1, 1))
    assert count() == before


def test_an_empty_register_has_its_start_page(admin: Client, db: None) -> None:
    assert not Device.objects.exists()
    html = main_of(admin)
    assert "Nothing is registered yet." in html
    assert "No computers in use yet." in html


def test_the_past_life_filter_divides_all_devices(admin: Client, county: dict[str, Any]) -> None:
    with write.unit(TESTER) as unit:
        kind = DeviceType.objects.get(pk=county["printer"].pk).asset_class
        kind.service_life_years = None
        unit.update(kind)
    late, serving = total(admin, "/devices/?past_life=true"), total(admin, "/devices/?past_life=false")
    assert (late, serving) == (3, 6)
