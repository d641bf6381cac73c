"""The demo county's files, read with nothing but csv: every reference resolves, every figure is what a county has."""

import ipaddress
import re
from collections import Counter, defaultdict
from datetime import date

import pytest

from collectors.lab.styles import port_names
from inventory.rules.names import is_junk_serial
from inventory.rules.status import MOVES
from tests.county import asset_class, given, of_role, repeated, rows, values

TODAY = date(2026, 11, 24)
CENTRE = "信息中心"

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
