"""The demo county's network: all is managed and reached, fiber leads where it says, deviations hide none another."""

import json
import re
from collections import Counter, defaultdict
from itertools import pairwise

from collectors.lab.styles import port_names
from tests.county import Row, asset_class, device, of_role, repeated, role_of, rows, values


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
