"""The search box: what is found by what, why, where one exact hit leads, and who finds nothing."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from inventory.models import Device, IPAddress, Role
from inventory.pages import search
from inventory.services import write
from tests.factories import (
    TESTER,
    DepartmentFactory,
    DeviceFactory,
    DeviceTypeFactory,
    InterfaceFactory,
    ManufacturerFactory,
    TownFactory,
)
from tests.pages.conftest import Register, client_of, make_user


def page(client: Client, text: str) -> str:
    answer = client.get("/search/", {"q": text})
    assert answer.status_code == 200, answer
    return str(answer.content.decode())


@pytest.fixture
def lone(register: Register) -> Register:
    """The device TZ-1 with a serial, a MAC, an address and a holder, and others that resemble it."""
    device = register.device
    with write.unit(TESTER) as unit:
        device.serial = "PF-3K/7781"
        unit.update(device)
    for number in range(3):
        InterfaceFactory(device=DeviceFactory(asset_tag=f"TZ-1{number}"), mac=f"aabbccddee0{number}")
    return register


@pytest.mark.parametrize(
    "text",
    ["TZ-1", "tz-1", "PF-3K/7781", "pf3k7781", "PF 3K 7781", "aa:bb:cc:dd:ee:ff", "AABB-CCDD-EEFF", "aabb.ccdd.eeff"],
)
def test_a_tag_a_serial_and_a_mac_go_straight_to_their_device(admin: Client, lone: Register, text: str) -> None:
    answer = admin.get("/search/", {"q": text})
    assert (answer.status_code, answer["Location"]) == (302, f"/devices/{lone.device.pk}/")


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("F-3K", "P<mark>F-3K</mark>/7781"),
        ("f3k77", "P<mark>F-3K/77</mark>81"),
        ("dd:ee:f", "aa:bb:cc:<mark>dd:ee:f</mark>f"),
        ("某甲", "<mark>某甲</mark>"),
        ("10.1.2.", "<mark>10.1.2.</mark>3"),
        ("10.1", "<mark>10.1</mark>.2.3"),
    ],
)
def test_a_part_finds_the_device_and_is_marked_in_what_held_it(
    admin: Client, lone: Register, text: str, marked: str
) -> None:
    html = page(admin, text)
    assert marked in html
    assert f'href="/devices/{lone.device.pk}/"' in html


def test_an_address_tells_its_device_and_the_prefix_that_holds_it(admin: Client, lone: Register) -> None:
    html = page(admin, "10.1.2.3")
    assert f'href="/devices/{lone.device.pk}/"' in html
    assert "10.1.0.0/16" in html
    assert "holds" in html
    assert "10.1.0.0/16" in page(admin, "10.1.9.9")


@pytest.mark.parametrize(
    ("text", "path", "model"),
    [
        ("1楼", "/locations/", "location"),
        ("网段", "/segments/", "segment"),
        ("VLAN 7", "/segments/", "segment"),
        ("F1", "/fiber-cables/", "cable"),
        ("L1", "/fiber-links/", "link"),
        ("C1", "/cables/", "cable"),
    ],
)
def test_places_segments_cables_and_fibers_are_found(
    admin: Client, register: Register, text: str, path: str, model: str
) -> None:
    answer = admin.get("/search/", {"q": text})
    shown = answer["Location"] if answer.status_code == 302 else answer.content.decode()
    assert path in shown


def test_a_name_that_others_hold_too_is_listed_first_and_not_jumped_to(admin: Client, db: None) -> None:
    department = DepartmentFactory(name="财政局")
    DepartmentFactory(name="县财政局服务中心")
    DeviceFactory(name="cz", department=department)
    html = page(admin, "财政局")
    assert html.index("exact") < html.index("服务中心")
    assert f'href="/devices/?department={department.pk}"' in html


def test_the_list_behind_a_group_shows_as_many_as_the_group_counts(admin: Client, lone: Register) -> None:
    for number in range(4):
        DeviceFactory(asset_tag=f"TZ-2{number}")
    html = page(admin, "TZ-")
    assert "/devices/?q=TZ-" in html
    assert "All 9" in html
    assert "<strong>9</strong>" in admin.get("/devices/", {"q": "TZ-"}).content.decode()


def test_nothing_found_says_what_can_be_searched(admin: Client, register: Register) -> None:
    assert "Nothing holds “zzzq”" in page(admin, "zzzq")
    assert "What are you looking for?" in page(admin, "  ")


def test_markup_in_names_and_in_the_text_is_shown_as_text(admin: Client, db: None) -> None:
    DeviceFactory(name="<script>alert(1)</script>")
    html = page(admin, "<script>")
    assert "<script>alert" not in html
    assert "<mark>&lt;script&gt;</mark>alert(1)" in html


def test_who_may_not_see_a_device_does_not_find_it_by_anything(lone: Register) -> None:
    strangers = (
        make_user("dep", Role.DEPARTMENT, department=DepartmentFactory()),
        make_user("tech", Role.TECHNICIAN, towns=(TownFactory(),)),
        make_user("none", ""),
    )
    texts = (
        "TZ-1",
        "PF-3K/7781",
        "aa:bb:cc:dd:ee:ff",
        "10.1.2.3",
        "10.1.2.",
        "某甲",
        "ee:f",
        "网段",
        "10.1.0.0/16",
    )
    for user in strangers:
        client = client_of(user)
        for text in texts:
            answer = client.get("/search/", {"q": text})
            assert answer.status_code == 200, (user, text)
            html = answer.content.decode()
            assert "/devices/" not in html.partition("<main")[2].partition("</main>")[0], (user, text)
            assert "7781" not in html.partition("<main")[2] or "7781" in text


def test_an_administrator_of_a_department_finds_its_own(lone: Register) -> None:
    client = client_of(make_user("own", Role.DEPARTMENT, department=lone.device.department))
    assert client.get("/search/", {"q": "TZ-1"})["Location"] == f"/devices/{lone.device.pk}/"


def test_the_number_of_queries_does_not_grow_with_hits(admin: Client, db: None) -> None:
    def fill(first: int, last: int) -> int:
        for number in range(first, last):
            device = DeviceFactory(name=f"mass-{number}")
            port = InterfaceFactory(device=device, mac=f"0000000a{number:04x}")
            with write.unit(TESTER) as unit:
                unit.create(IPAddress(address=f"10.77.0.{number + 1}", interface=port))
        with CaptureQueriesContext(connection) as seen:
            page(admin, "10.77.")
        return len(seen)

    assert fill(0, 8) == fill(8, 30)


def test_suggestions_are_short_and_lead_to_the_hits(admin: Client, lone: Register) -> None:
    answer = admin.get("/search/", {"q": "TZ-1", "suggest": "1"})
    html = answer.content.decode()
    assert html.count('role="option"') <= search.SUGGESTED
    assert f'href="/devices/{lone.device.pk}/"' in html
    assert admin.get("/search/", {"q": "T", "suggest": "1"}).content.strip() == b""


def test_another_package_adds_its_finder(admin: Client, register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "_finders", list(search._finders))

    def sightings(request: object, asked: object) -> search.Group:
        hit = search.Hit(url="", name="aa:bb at port 7", why=(("MAC", "aa"),))
        return search.Group("Seen on the network", "eye", [hit], 1)

    search.register(sightings, 31)
    assert "aa:bb at port 7" in page(admin, "aa:bb")


def test_a_budget_code_goes_straight_to_its_department(admin: Client, register: Register) -> None:
    department = DepartmentFactory(budget_code="101001")
    answer = admin.get("/search/", {"q": "101001"})
    assert (answer.status_code, answer["Location"]) == (302, f"/departments/{department.pk}/")
    assert "<mark>1010</mark>01" in page(admin, "1010")


@pytest.fixture
def thinkpads(db: None) -> list[str]:
    """Tags of three computers of one model; a fourth one of another maker bears the model's name as its own."""
    maker = ManufacturerFactory(name="Lenovo", name_zh="联想")
    model = DeviceTypeFactory(manufacturer=maker, model="ThinkPad X13", aliases="20T2; 20T3")
    DeviceFactory(asset_tag="TZ-40", name="old-thinkpad")
    return [DeviceFactory(asset_tag=f"TZ-3{number}", device_type=model).asset_tag for number in range(3)]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("ThinkPad", True),
        ("thinkpad", True),
        ("20T3", False),
        ("Lenovo", False),
        ("联想", False),
        ("lenovo think", False),
        ("联想 ThinkPad", False),
        ("X13", False),
    ],
)
def test_devices_are_found_by_model_and_maker_in_order_and_counted(
    admin: Client, thinkpads: list[str], text: str, named: bool
) -> None:
    wanted = [*thinkpads, "TZ-40"] if named else thinkpads
    html = admin.get("/devices/", {"q": text}).content.decode()
    assert f"<strong>{len(wanted)}</strong>" in html
    assert re.findall(r'class="fw-medium">(TZ-\d+)<', html) == wanted
    turned = admin.get("/devices/", {"q": text, "sort": "-asset_tag"}).content.decode()
    assert re.findall(r'class="fw-medium">(TZ-\d+)<', turned) == wanted[::-1]


def test_the_search_box_shows_what_bears_a_name_before_what_is_of_that_model(
    admin: Client, thinkpads: list[str]
) -> None:
    html = page(admin, "thinkpad")
    assert html.index("old-<mark>thinkpad</mark>") < html.index("TZ-30")
    assert "Lenovo <mark>ThinkPad</mark> X13" in html
    assert html.count("3 devices") == 1
    assert html.count("X13</dd>") == 4
    assert html.count("X13") == 4 + 1
    for number in range(4):
        DeviceFactory(asset_tag=f"TZ-5{number}", device_type=Device.objects.get(asset_tag="TZ-30").device_type)
    assert "All 8" in page(admin, "thinkpad")
    assert "<strong>8</strong>" in admin.get("/devices/", {"q": "thinkpad"}).content.decode()


def test_one_letter_an_address_and_a_mac_are_looked_for_in_no_model(admin: Client, thinkpads: list[str]) -> None:
    for text in ("X", "10.1.", "20:20:20:20:20:20"):
        assert "TZ-30" not in admin.get("/devices/", {"q": text}).content.decode(), text


def test_who_sees_some_devices_finds_no_others_by_their_model(thinkpads: list[str]) -> None:
    department = Device.objects.get(asset_tag="TZ-31").department
    head = client_of(make_user("head", Role.DEPARTMENT, department=department))
    html = head.get("/devices/", {"q": "ThinkPad"}).content.decode()
    assert re.findall(r'class="fw-medium">(TZ-\d+)<', html) == ["TZ-31"]


def test_devices_of_a_model_are_found_in_one_pass_and_by_keys_of_types(admin: Client, thinkpads: list[str]) -> None:
    with CaptureQueriesContext(connection) as queries:
        admin.get("/devices/", {"q": "ThinkPad"})
    asked = [one["sql"] for one in queries if "asset_tag" in one["sql"] and "LIKE" in one["sql"].upper()]
    assert len(asked) == 1
    assert "manufacturer" not in asked[0]
