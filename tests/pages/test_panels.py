"""Panels of places, departments, prefixes and segments; what the collectors add to the start page and the search."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from collectors.models import DevicePart, Difference, Neighbour, Proposal, Run, Sighting
from inventory.models import (
    AllocationRule,
    AllocationRuleClass,
    AllocationStandard,
    FiberCable,
    FiberLink,
    IPAddress,
    Location,
    Prefix,
    Role,
    Segment,
    SegmentDepartment,
)
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
from tests.pages.conftest import Register, client_of, make_user


def shown(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode().partition("<main")[2].partition("</main>")[0])


def total(client: Client, url: str) -> int:
    found = re.search(r'tz-total"><strong>([\d,]+)', client.get(url.replace("&amp;", "&")).content.decode())
    assert found is not None
    return int(found[1].replace(",", ""))


@pytest.fixture
def bureau(db: None) -> Any:
    """A department of ten with eleven computers, one of them old, by a standard of one for each."""
    kind = DeviceTypeFactory(asset_class__service_life_years=6)
    department = DepartmentFactory(staff=10, posts=12)
    site = SiteFactory(town=department.town)
    for number in range(10):
        year = 2008 if number == 0 else 2025
        DeviceFactory(department=department, site=site, device_type=kind, purchased_on=date(year, 2, 1))
    DeviceFactory(department=department, site=None, device_type=kind)
    with write.unit(TESTER) as unit:
        standard = unit.create(AllocationStandard(code="s", name="标准", default=True))
        rule = unit.create(
            AllocationRule(standard=standard, code="c", name="台式计算机", kind="share", share_percent=100)
        )
        unit.create(AllocationRuleClass(rule=rule, asset_class=kind.asset_class))
    return department


def test_a_department_stands_beside_the_standard(admin: Client, bureau: Any) -> None:
    html = shown(admin, f"/departments/{bureau.pk}/")
    assert "标准 · 10 staff counted" in html
    numbers = re.search(r"<td>台式计算机</td>(.*?)</tr>", html)
    assert numbers is not None
    assert re.findall(r">(\d+)<", numbers[1]) == ["10", "11", "1", "0"], "allowed, held, past life, to scrap"
    assert "1 over" in numbers[1]


@pytest.mark.parametrize("place", ["department", "town", "site"])
def test_what_a_place_holds_and_its_age_lead_to_as_many_devices(admin: Client, bureau: Any, place: str) -> None:
    site = bureau.devices.exclude(site=None).first().site
    pk, count = {"department": (bureau.pk, 11), "town": (bureau.town.pk, 11), "site": (site.pk, 10)}[place]
    html = shown(admin, f"/{place}s/{pk}/")
    links = re.findall(r'<a href="(/devices/\?[^"]*(?:past_life|asset_class)[^"]*)">(\d+)', html)
    assert int(links[0][1]) == count
    assert len(links) >= 3
    for url, number in links:
        assert total(admin, url) == int(number), url


def test_a_type_tells_its_devices_by_status(admin: Client, bureau: Any) -> None:
    kind = bureau.devices.first().device_type
    DeviceFactory(device_type=kind, status="scrapped")
    html = shown(admin, f"/device-types/{kind.pk}/")
    links = re.findall(r'<a href="(/devices/\?device_type=\d+&amp;status=[a-z_]+)">(\d+)', html)
    assert sorted(int(number) for _url, number in links) == [1, 11]
    for url, number in links:
        assert total(admin, url) == int(number)


def test_a_site_shows_its_rooms_as_a_tree(admin: Client, db: None) -> None:
    site = SiteFactory()
    with write.unit(TESTER) as unit:
        floor = unit.create(Location(site=site, name="1楼", kind="floor"))
        room = unit.create(Location(site=site, name="101", parent=floor))
        unit.create(Location(site=site, name="机房"))
    DeviceFactory(site=site, location=room)
    html = shown(admin, f"/sites/{site.pk}/")
    tree = html[html.index("hs-tree") :]
    assert tree.index("1楼") < tree.index(">101<") < tree.index("机房")
    assert "--depth: 1" in tree
    assert "1 device" in tree


def test_a_prefix_tells_its_use_what_is_free_and_what_is_next(admin: Client, db: None) -> None:
    with write.unit(TESTER) as unit:
        segment = unit.create(Segment(name="s"))
        prefix = unit.create(Prefix(prefix="10.1.2.0/29", segment=segment))
        for last in (1, 2, 4):
            port = InterfaceFactory()
            unit.create(IPAddress(address=f"10.1.2.{last}", interface=port))
        # A second owner of one address does not use up two.
        unit.create(IPAddress(address="10.1.2.4", interface=InterfaceFactory()))
    for url in (f"/prefixes/{prefix.pk}/", f"/segments/{segment.pk}/"):
        html = shown(admin, url)
        assert "3 of 6 addresses in use" in html
        assert "50 %" in html
        assert f"in_prefix={prefix.pk}&amp;address=10.1.2.3" in html
        assert "10.1.2.5 – 10.1.2.6" in html
    assert port.device.asset_tag in shown(admin, f"/prefixes/{prefix.pk}/")


def test_a_full_prefix_says_so(admin: Client, db: None) -> None:
    with write.unit(TESTER) as unit:
        prefix = unit.create(Prefix(prefix="10.1.2.4/32"))
        unit.create(IPAddress(address="10.1.2.4", interface=InterfaceFactory()))
    assert "No address is free." in shown(admin, f"/prefixes/{prefix.pk}/")


def test_a_department_names_its_segments(admin: Client, bureau: Any) -> None:
    with write.unit(TESTER) as unit:
        segment = unit.create(Segment(name="网段甲", vlan_id=120))
        unit.create(SegmentDepartment(segment=segment, department=bureau))
        unit.create(Prefix(prefix="10.1.2.0/24", segment=segment))
    html = shown(admin, f"/departments/{bureau.pk}/")
    assert "VLAN 120" in html
    assert "10.1.2.0/24" in html


def test_panels_count_only_what_one_may_see(bureau: Any) -> None:
    """A technician of another town: the shared site of two towns' devices shows that town's alone."""
    stranger = client_of(make_user("tech", Role.TECHNICIAN, towns=(TownFactory(),)))
    site = bureau.devices.exclude(site=None).first().site
    for url in (f"/departments/{bureau.pk}/", f"/sites/{site.pk}/"):
        assert stranger.get(url).status_code == 404
    html = shown(stranger, f"/towns/{bureau.town.pk}/")
    assert "Nothing on the books." in html


def test_the_queries_of_a_department_do_not_grow_with_its_devices(admin: Client, bureau: Any) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as seen:
            shown(admin, f"/departments/{bureau.pk}/")
        return len(seen)

    before = count()
    kind = bureau.devices.first().device_type
    for _number in range(15):
        DeviceFactory(department=bureau, device_type=kind, purchased_on=date(2020, 1, 1))
    assert count() == before


@pytest.fixture
def seen(db: None) -> Any:
    """A computer seen at a switch and before elsewhere; a part, a neighbour, differences, a proposal, a failed run."""
    now = timezone.now()
    computer, switch = DeviceFactory(name="pc"), DeviceFactory(name="sw")
    port = InterfaceFactory(device=switch, name="Gi0/0/7")
    with write.unit(TESTER) as unit:
        place: dict[str, Any] = {"mac": "aabbccddeeff", "switch": switch, "interface": port, "vlan_id": 7}
        unit.create(Sighting(**place, device=computer, address="10.1.2.3", first_seen_at=now, last_seen_at=now))
        unit.create(
            Sighting(
                **{**place, "mac": "000000000001"}, address="10.1.2.3", first_seen_at=now - timedelta(days=9),
                last_seen_at=now - timedelta(days=8), ended_at=now - timedelta(days=8),
            )
        )  # fmt: skip
        unit.create(DevicePart(device=switch, kind="module", name="slot 1", serial="MOD-77/1", first_seen_at=now))
        unit.create(
            Neighbour(device=switch, port="Gi0/0/1", protocol="lldp", chassis="x", remote_port="1",
                      remote_name="UNKNOWN-SW9", first_seen_at=now)
        )  # fmt: skip
        for kind in ("moved", "no_answer"):
            unit.create(Difference(kind=kind, device=computer, field="site", opened_at=now, last_seen_at=now))
        unit.create(Proposal(key="mac:1", first_seen_at=now, last_seen_at=now))
        unit.create(Run(started_at=now - timedelta(days=3), state="failed"))
    return computer


def test_an_address_answers_what_is_on_it_and_what_was(admin: Client, seen: Any) -> None:
    html = shown(admin, "/search/?q=10.1.2.3")
    part = html[html.index("Seen on the network") :]
    assert part.index(str(seen)) < part.index("Not in the register")
    assert "Gi0/0/7" in part
    assert "00:00:00:00:00:01" in part


def test_a_mac_that_is_not_registered_is_found_where_it_was_seen(admin: Client, seen: Any) -> None:
    html = shown(admin, "/search/?q=0000.0000.0001")
    assert "Seen on the network" in html
    assert "Not in the register" in html
    assert "/devices/new-computer/?mac=000000000001" in html
    hint = admin.get("/search/?suggest=1&q=0000.0000.0001").content.decode()
    assert 'href="/search/?q=0000.0000.0001"' in hint


def test_what_is_there_now_is_said_in_chinese_too(admin: Client, seen: Any) -> None:
    admin.cookies["django_language"] = "zh-hans"
    assert ">现在</span>" in shown(admin, "/search/?q=10.1.2.3")


@pytest.mark.parametrize(("text", "marked"), [("MOD-77", "<mark>MOD-77</mark>/1"), ("sw9", "UNKNOWN-<mark>SW9</mark>")])
def test_parts_and_neighbours_are_found(admin: Client, seen: Any, text: str, marked: str) -> None:
    assert marked in shown(admin, f"/search/?q={text}")


def test_what_the_network_left_open_waits_on_the_start_page(admin: Client, seen: Any) -> None:
    html = shown(admin, "/")
    for words in ("Open differences", "Devices that do not answer", "Proposed devices", "Failed collections"):
        assert words in html
    assert "Days without a collection" in html


def test_who_may_not_see_a_device_finds_nothing_that_the_network_says_of_it(seen: Any) -> None:
    for user in (
        make_user("tech", Role.TECHNICIAN, towns=(TownFactory(),)),
        make_user("dep", Role.DEPARTMENT, department=DepartmentFactory()),
    ):
        client = client_of(user)
        for text in ("10.1.2.3", "aa:bb:cc:dd:ee:ff", "MOD-77", "UNKNOWN-SW9"):
            html = shown(client, f"/search/?q={text}")
            assert "Nothing holds" in html, (user, text)
        assert "Open differences" not in shown(client, "/")


def test_a_route_is_told_by_its_points(admin: Client, register: Register) -> None:
    with write.unit(TESTER) as unit:
        cable = FiberCable.objects.get(name="F1")
        cable.route = {"type": "LineString", "coordinates": [[111.1, 40.2], [111.2, 40.3]]}
        unit.update(cable)
    html = shown(admin, f"/fiber-cables/{cable.pk}/")
    assert "2 points" in html
    assert "&#x27;LineString&#x27;" not in html[: html.index("Changes")]


def test_a_fiber_link_says_on_which_devices_it_ends(admin: Client, register: Register) -> None:
    link = FiberLink.objects.get(name="L1")
    with write.unit(TESTER) as unit:
        link.interface_a = register.device.interfaces.get(name="eth0")
        unit.update(link)
    assert "TZ-1 one" in shown(admin, f"/fiber-links/{link.pk}/")


def test_what_is_blank_stands_in_no_heading(admin: Client, db: None) -> None:
    device = DeviceFactory(status="in_use", condition="")
    headings = [re.findall(r'tz-headbadge">(.*?)</span>', shown(admin, f"/devices/{device.pk}/"), re.DOTALL)]
    with write.unit(TESTER) as unit:
        device.condition = "poor"
        unit.update(device)
    headings.append(re.findall(r'tz-headbadge">(.*?)</span>', shown(admin, f"/devices/{device.pk}/"), re.DOTALL))
    assert list(map(len, headings)) == [1, 2]
