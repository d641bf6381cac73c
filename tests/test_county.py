"""The demo county's files, read with nothing but csv: every reference resolves, every figure is what a county has."""

import csv
import ipaddress
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from collectors.lab.styles import port_names
from inventory.rules.names import is_junk_serial
from inventory.rules.status import MOVES

COUNTY = Path(__file__).resolve().parent.parent / "fixtures" / "county"
STANDARDS = COUNTY.parent / "standards"
TODAY = date(2026, 11, 24)
CENTRE = "信息中心"

Row = dict[str, str]


@cache
def rows(name: str) -> list[Row]:
    """The rows of NAME.csv and of every NAME-anything.csv; classes of assets are shipped with the standards."""
    found: list[Row] = []
    for file in sorted((STANDARDS if name == "asset_classes" else COUNTY).glob("*.csv")):
        if file.stem.split("-")[0] == name:
            with file.open(encoding="utf-8", newline="") as stream:
                found += csv.DictReader(stream)
    assert found, name
    return found


def values(name: str, *columns: str) -> set[tuple[str, ...]]:
    return {tuple(row[column] for column in columns) for row in rows(name)}


def given(name: str, *columns: str) -> Iterator[tuple[str, ...]]:
    """The columns' values of rows that have them all."""
    for row in rows(name):
        if all(row[column] for column in columns):
            yield tuple(row[column] for column in columns)


def device(tag: str) -> Row:
    return {row["asset_tag"]: row for row in rows("devices")}[tag]


@cache
def class_of() -> dict[tuple[str, str], str]:
    return {(row["manufacturer"], row["model"]): row["asset_class"] for row in rows("device_types")}


def asset_class(row: Row) -> str:
    return class_of()[row["manufacturer"], row["model"]]


@cache
def role_of() -> dict[str, str]:
    return {row["code"]: row["role"] for row in rows("asset_classes")}


def of_role(role: str, *states: str) -> list[Row]:
    return [
        row
        for row in rows("devices")
        if role_of()[asset_class(row)] == role and (not states or row["status"] in states)
    ]


def repeated(items: Iterable[object]) -> list[object]:
    return [item for item, count in Counter(items).items() if count > 1]


# -- references ----------------------------------------------------------------------------------------------

REFERENCES = [
    ("sites", ("town",), "towns", ("name",)),
    ("locations", ("site",), "sites", ("name",)),
    ("departments", ("town",), "towns", ("name",)),
    ("departments", ("parent",), "departments", ("name",)),
    ("persons", ("department",), "departments", ("name",)),
    ("asset_classes", ("parent",), "asset_classes", ("code",)),
    ("device_types", ("manufacturer",), "manufacturers", ("name",)),
    ("device_types", ("asset_class",), "asset_classes", ("code",)),
    ("prices", ("asset_class",), "asset_classes", ("code",)),
    ("devices", ("manufacturer", "model"), "device_types", ("manufacturer", "model")),
    ("devices", ("department",), "departments", ("name",)),
    ("devices", ("department", "holder"), "persons", ("department", "name")),
    ("devices", ("site",), "sites", ("name",)),
    ("devices", ("site", "location"), "locations", ("site", "path")),
    ("devices", ("funding_source",), "funding_sources", ("name",)),
    ("management", ("device",), "devices", ("asset_tag",)),
    ("interfaces", ("device",), "devices", ("asset_tag",)),
    ("cables", ("device_a", "interface_a"), "interfaces", ("device", "name")),
    ("cables", ("device_b", "interface_b"), "interfaces", ("device", "name")),
    ("segments", ("site",), "sites", ("name",)),
    ("segments", ("gateway_device", "gateway_interface"), "interfaces", ("device", "name")),
    ("prefixes", ("segment",), "segments", ("name",)),
    ("addresses", ("device", "interface"), "interfaces", ("device", "name")),
    ("fiber_cables", ("site_a",), "sites", ("name",)),
    ("fiber_cables", ("site_b",), "sites", ("name",)),
    ("fiber_links", ("site_a",), "sites", ("name",)),
    ("fiber_links", ("site_b",), "sites", ("name",)),
    ("fiber_links", ("device_a", "interface_a"), "interfaces", ("device", "name")),
    ("fiber_links", ("device_b", "interface_b"), "interfaces", ("device", "name")),
]


@pytest.mark.parametrize(("name", "columns", "target", "keys"), REFERENCES)
def test_every_reference_resolves(name: str, columns: tuple[str, ...], target: str, keys: tuple[str, ...]) -> None:
    assert set(given(name, *columns)) <= values(target, *keys)


def test_each_level_of_a_location_has_its_row() -> None:
    known = values("locations", "site", "path")
    above = {(site, path.rpartition("/")[0]) for site, path in known if "/" in path}
    assert above <= known


def test_lists_in_a_cell_resolve() -> None:
    departments = values("departments", "name")
    assert {(name,) for row in rows("segments") for name in row["departments"].split(";") if name} <= departments
    verifiers = {tuple(text.split("/")) for (text,) in given("devices", "verified_by")}
    assert verifiers <= values("persons", "department", "name")


def test_a_device_is_verified_by_its_own_department_or_the_centre() -> None:
    for department, verifier in given("devices", "department", "verified_by"):
        assert verifier.split("/")[0] in (department, CENTRE)


# -- uniqueness and form -------------------------------------------------------------------------------------

KEYS = [
    ("towns", ("name",)),
    ("sites", ("name",)),
    ("locations", ("site", "path")),
    ("departments", ("name",)),
    ("persons", ("department", "name")),
    ("persons", ("number",)),
    ("manufacturers", ("name",)),
    ("asset_classes", ("code",)),
    ("asset_classes", ("name",)),
    ("device_types", ("manufacturer", "model")),
    ("prices", ("asset_class", "valid_from")),
    ("devices", ("asset_tag",)),
    ("devices", ("name",)),
    ("devices", ("mac",)),
    ("devices", ("address",)),
    ("management", ("device",)),
    ("interfaces", ("device", "name")),
    ("segments", ("name",)),
    ("segments", ("site", "vlan_id")),
    ("prefixes", ("prefix",)),
    ("addresses", ("address",)),
    ("fiber_cables", ("name",)),
    ("fiber_links", ("name",)),
]


@pytest.mark.parametrize(("name", "columns"), KEYS)
def test_no_key_stands_twice(name: str, columns: tuple[str, ...]) -> None:
    assert repeated(given(name, *columns)) == []


def test_serials_are_unique_but_for_the_junk_that_a_register_has() -> None:
    good = [row["serial"] for row in rows("devices") if not is_junk_serial(row["serial"])]
    assert repeated(good) == []
    junk = Counter(row["serial"] for row in rows("devices") if is_junk_serial(row["serial"]))
    assert set(junk) == {"", "To be filled by O.E.M."}
    assert 10 <= sum(junk.values()) <= 60


def test_each_port_has_one_cable() -> None:
    ends = [(row[f"device_{end}"], row[f"interface_{end}"]) for row in rows("cables") for end in "ab"]
    assert repeated(ends) == []


def test_addresses_of_devices_and_gateways_are_different_and_lie_in_a_prefix() -> None:
    addresses = [row["address"] for row in (*rows("devices"), *rows("addresses")) if row["address"]]
    assert repeated(addresses) == []
    networks = [ipaddress.ip_network(row["prefix"]) for row in rows("prefixes")]
    for text in addresses:
        assert any(ipaddress.ip_address(text) in network for network in networks), text


def test_a_device_in_use_is_addressed_out_of_a_segment_of_its_department_or_site() -> None:
    networks = {ipaddress.ip_network(row["prefix"]): row["segment"] for row in rows("prefixes") if row["segment"]}
    segments = {row["name"]: row for row in rows("segments")}
    for row in of_role("computer", "in_use"):
        address = ipaddress.ip_address(row["address"])
        segment = segments[next(name for network, name in networks.items() if address in network)]
        assert row["department"] in segment["departments"].split(";")
        assert row["site"] == segment["site"]


def test_dates_states_and_marks_are_in_their_forms() -> None:
    for row in rows("devices"):
        assert row["status"] in MOVES
        for column in ("purchased_on", "in_service_on", "warranty_ends_on", "verified_on"):
            if row[column]:
                date.fromisoformat(row[column])
        if row["purchased_on"] and row["in_service_on"]:
            assert row["purchased_on"] <= row["in_service_on"] <= TODAY.isoformat()
        if row["mac"]:
            assert re.fullmatch(r"[0-9a-f]{12}", row["mac"])
            assert not int(row["mac"][1], 16) & 1
    for row in rows("departments"):
        assert {row[mark] for mark in ("handles_secrets", "field_work", "own_network")} <= {"true", "false"}


# -- the county ----------------------------------------------------------------------------------------------


def test_the_county_has_its_towns_units_and_bounds() -> None:
    assert [row["name"] for row in rows("towns")] == ["双河镇", "新营子镇", "五申镇", "伍什家镇", "古城镇"]
    assert len(rows("departments")) >= 60
    kinds = Counter(row["kind"] for row in rows("departments"))
    assert (kinds["leading_body"], kinds["town_government"]) == (4, 5)
    for row in rows("sites"):
        assert 40.083 <= float(row["latitude"]) <= 40.584
        assert 111.033 <= float(row["longitude"]) <= 111.534


def test_units_have_staff_within_their_posts_and_a_network_administrator_each() -> None:
    persons = defaultdict(list)
    for row in rows("persons"):
        persons[row["department"]].append(row["network_administrator"] == "true")
    for row in rows("departments"):
        assert 0 < int(row["staff"]) <= int(row["posts"])
        assert len(persons[row["name"]]) == int(row["staff"])
        assert any(persons[row["name"]])
    assert next(row["posts"] for row in rows("departments") if row["name"] == CENTRE) == "8"


def test_persons_are_plainly_made_up() -> None:
    assert all(
        re.fullmatch(r"(测试|样例|示范|演示|假设|模拟|范例|试用)[\u4e00-\u9fff]", row["name"])
        for row in rows("persons")
    )


def test_there_are_about_1200_computers_150_printers_and_90_network_devices() -> None:
    assert len(of_role("computer")) == 1200
    assert 1100 <= len(of_role("computer", "in_use")) <= 1200
    assert len(of_role("printer")) + len(of_role("other")) >= 150
    assert len(of_role("network", "in_use")) >= 90
    assert of_role("server")
    assert of_role("power")
    makers = {row["manufacturer"] for row in of_role("network")}
    assert {"Huawei", "H3C", "Ruijie", "ZTE", "TP-Link", "Maipu", "Topsec", "Sangfor"} <= makers


def test_a_third_or_more_of_the_computers_in_use_is_past_six_years() -> None:
    limit = TODAY.replace(year=TODAY.year - 6).isoformat()
    known = [row["in_service_on"] or row["purchased_on"] for row in of_role("computer", "in_use")]
    assert sum(bool(day) and day <= limit for day in known) * 3 >= len(known)


def test_every_computer_in_use_has_a_mac_an_address_and_a_port_to_hang_on() -> None:
    ports: Counter[str] = Counter()
    taken = {(row[f"device_{end}"], row[f"interface_{end}"]) for row in rows("cables") for end in "ab"}
    gateways = {row["gateway_device"] for row in rows("segments")}
    for row in of_role("network", "in_use"):
        if asset_class(row) == "switch" and row["asset_tag"] not in gateways:
            names, copper = port_names(row["manufacturer"], row["model"], "switch")
            ports[row["site"]] += sum((row["asset_tag"], name) not in taken for name in names[:copper])
    desks: Counter[str] = Counter()
    for row in of_role("computer", "in_use"):
        assert row["mac"]
        assert row["address"]
        desks[row["site"]] += 1
    assert not {site for site in desks if desks[site] >= ports[site]}


def test_every_network_device_is_managed_and_reaches_the_core() -> None:
    managed = {row["device"] for row in rows("management")}
    near = defaultdict(set)
    for row in rows("cables"):
        near[row["device_a"]].add(row["device_b"])
        near[row["device_b"]].add(row["device_a"])
    reached, edge = {"TZ-SW-001"}, ["TZ-SW-001"]
    while edge:
        found = near[edge.pop()] - reached
        reached |= found
        edge += found
    for row in of_role("network", "in_use"):
        assert row["asset_tag"] in managed
        assert row["asset_tag"] in reached


def test_managed_devices_have_an_address() -> None:
    assert all(device(row["device"])["address"] for row in rows("management"))
    roles = Counter(role_of()[asset_class(device(row["device"]))] for row in rows("management"))
    assert roles["printer"] >= 40
    assert roles["computer"] == 20


def test_the_government_lan_of_1999_is_3000_m_within_its_capital() -> None:
    first = [row for row in rows("fiber_cables") if row["built_on"].startswith("1999") and row["status"] == "in_use"]
    assert sum(float(row["length_m"]) for row in first) == 3000
    assert sum(float(row["cost_yuan"]) for row in first) < 1_000_000
    funds = {row["name"]: row for row in rows("funding_sources")}
    amounts = sorted((row["from_year"], row["amount_yuan"]) for row in funds.values() if row["from_year"])
    assert amounts[:3] == [("1999", "1000000"), ("2000", "40000"), ("2006", "500000")]


def test_fiber_reaches_all_towns_and_some_is_planned() -> None:
    towns = {row["name"]: row["town"] for row in rows("sites")}
    ends = {towns[row["site_b"]] for row in rows("fiber_cables") if row["status"] == "in_use"}
    assert ends == {row["name"] for row in rows("towns")}
    assert any(row["status"] == "planned" for row in rows("fiber_cables"))
    assert any(row["status"] == "planned" for row in rows("fiber_links"))


def test_a_route_begins_and_ends_at_its_sites_and_is_no_longer_than_its_cable() -> None:
    places = {row["name"]: (float(row["longitude"]), float(row["latitude"])) for row in rows("sites")}
    for row in rows("fiber_cables"):
        route = json.loads(row["route"])
        assert route["type"] == "LineString"
        points = [tuple(point) for point in route["coordinates"]]
        assert (points[0], points[-1]) == (places[row["site_a"]], places[row["site_b"]])
        if row["length_m"]:
            run = sum(_metres(*pair) for pair in pairwise(points))
            assert run * 0.8 <= float(row["length_m"]) <= run * 1.6 + 50, row["name"]


def _metres(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    return float((((a[0] - b[0]) * 84_850) ** 2 + ((a[1] - b[1]) * 111_200) ** 2) ** 0.5)


def test_the_strands_of_a_link_lead_from_its_one_site_to_the_other_and_are_used_once() -> None:
    cables = {row["name"]: row for row in rows("fiber_cables")}
    used: list[tuple[str, int]] = []
    for row in rows("fiber_links"):
        at = row["site_a"]
        for hop in row["strands"].split("; "):
            name, _, number = hop.rpartition("#")
            cable = cables[name]
            assert 1 <= int(number) <= int(cable["strands"])
            used.append((name, int(number)))
            assert at in (cable["site_a"], cable["site_b"])
            at = cable["site_b"] if at == cable["site_a"] else cable["site_a"]
        assert at == row["site_b"], row["name"]
    assert repeated(used) == []


# -- deviations ----------------------------------------------------------------------------------------------


def deviations(*kinds: str) -> list[Row]:
    return [row for row in rows("deviations") if row["kind"] in kinds]


def test_every_kind_of_deviation_is_there_and_none_hides_another() -> None:
    kinds = {"serial", "moved", "replaced", "no_answer", "unregistered", "unknown_mac", "unseen"}
    assert {row["kind"] for row in rows("deviations")} == kinds
    assert 25 <= len(rows("deviations")) <= 30
    assert repeated(row["device"] for row in rows("deviations") if row["device"]) == []
    assert all(device(row["device"])["status"] == "in_use" for row in rows("deviations") if row["device"])
    assert repeated(row["where"] for row in rows("deviations") if row["where"]) == []


def _degree() -> Counter[str]:
    return Counter(row[f"device_{end}"] for row in rows("cables") for end in "ab")


def test_a_dead_or_replaced_switch_is_a_leaf_and_managed() -> None:
    managed = {row["device"] for row in rows("management")}
    for row in deviations("no_answer", "replaced", "serial"):
        assert row["device"] in managed
        if asset_class(device(row["device"])) == "switch" and row["kind"] != "serial":
            assert _degree()[row["device"]] == 1


def test_no_dead_switch_covers_what_is_moved_or_unseen() -> None:
    dark = {
        device(row["device"])["site"]
        for row in deviations("no_answer")
        if asset_class(device(row["device"])) == "switch"
    }
    for row in deviations("moved", "unseen"):
        assert device(row["device"])["site"] not in dark
        assert row["value"] not in dark
    for row in deviations("moved"):
        assert (row["value"],) in values("sites", "name")
        assert row["value"] != device(row["device"])["site"]
    for row in deviations("unseen"):
        assert device(row["device"])["verified_on"] < "2024"


def test_what_is_not_registered_hangs_on_a_free_port_of_a_living_switch() -> None:
    taken = {(row[f"device_{end}"], row[f"interface_{end}"]) for row in rows("cables") for end in "ab"}
    dead = {row["device"] for row in deviations("no_answer")}
    known = {row["mac"] for row in rows("devices")}
    for row in deviations("unregistered", "unknown_mac"):
        tag, _, port = row["where"].partition(":")
        switch = device(tag)
        assert port in port_names(switch["manufacturer"], switch["model"], "switch")[0]
        assert (tag, port) not in taken
        assert tag not in dead
        mac = row["value"] if row["kind"] == "unknown_mac" else row["value"].split(";")[1]
        assert mac not in known


def test_other_serials_are_nobodys() -> None:
    known = {row["serial"] for row in rows("devices")}
    others = [row["value"].split(";")[0] for row in deviations("serial", "replaced")]
    assert not known & set(others)
    assert repeated(others) == []


def test_classification_codes_are_those_of_the_edition_of_2022() -> None:
    """GB/T 14885-2022; in the one of 2010 a desktop bore what is now a server's code."""
    codes = {row["code"]: row["classification_code"] for row in rows("asset_classes") if row["classification_code"]}
    assert all(re.fullmatch(r"A0\d{7}", code) for code in codes.values())
    wanted = {"desktop": "A02010105", "laptop": "A02010108", "server": "A02010104", "copier": "A02020100"}
    assert {code: codes[code] for code in wanted} == wanted
