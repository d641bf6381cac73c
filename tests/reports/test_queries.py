"""From the register to frames: types, scope, and as few queries for many devices as for one."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collectors.models import DeviceProfile, DeviceState, Difference, ManagementProfile, Sighting
from inventory.models import DueOverride, FiberLink, Interface, PriceList, RefreshPolicy, Segment, SegmentDepartment
from inventory.rules.lifecycle import Criterion
from inventory.services import write
from inventory.services.write import Actor
from reports.queries import devices, network, planning
from reports.queries.scope import Scope
from reports.services import QUERIES
from tests.factories import (
    AssetClassFactory,
    DepartmentFactory,
    DeviceFactory,
    DeviceTypeFactory,
    SiteFactory,
    TownFactory,
)

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 11, 24)
SEEN = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)
STANDARDS = Path(__file__).resolve().parents[2] / "fixtures" / "standards"


def create(obj: Any) -> Any:
    with write.unit(Actor("tester")) as unit:
        return unit.create(obj)


def test_every_frame_has_its_columns_and_types_also_when_empty() -> None:
    for name, query in QUERIES.items():
        frame = query(Scope(), AS_OF)
        assert len(frame) == 0 and len(frame.columns) > 2, name
    kinds = devices.devices(Scope(), AS_OF).dtypes.astype(str).to_dict()
    assert kinds == devices.DEVICE_COLUMNS


def test_a_device_comes_with_its_names_and_what_the_network_knows() -> None:
    device = DeviceFactory(price_yuan=Decimal("4990.00"), purchased_on=date(2024, 2, 29))
    switch = DeviceFactory(name="TK-SW-1")
    port = create(Interface(device=switch, name="GE0/0/3"))
    create(DeviceState(device=device, last_seen_at=SEEN))
    seen = {"first_seen_at": SEEN, "last_seen_at": SEEN}
    create(Sighting(mac="00e0fc000001", device=device, switch=switch, interface=port, **seen))
    create(Difference(kind="moved", device=device, field="site", opened_at=SEEN, last_seen_at=SEEN))
    create(Difference(kind="name", device=device, field="name", opened_at=SEEN, last_seen_at=SEEN, state="rejected"))
    row = devices.devices(Scope(), AS_OF).set_index("asset_tag").loc[device.asset_tag]
    assert row["department"] == device.department.name and row["town"] == device.department.town.name
    assert row["price_yuan"] == Decimal("4990.00") and row["purchased_on"] == date(2024, 2, 29)
    assert row["last_seen_at"] == datetime(2026, 11, 21, 2, 30) and row["last_seen_where"] == "TK-SW-1 GE0/0/3"
    assert row["differences"] == 1 and row["in_service_on"] is None and row["holder"] == ""


def test_a_policy_holds_for_the_classes_below_that_have_none_of_their_own() -> None:
    network = AssetClassFactory(code="network")
    switch, firewall = AssetClassFactory(code="switch", parent=network), AssetClassFactory(code="fw", parent=network)
    create(RefreshPolicy(asset_class=network, by_support=True))
    create(RefreshPolicy(asset_class=firewall, by_life=False, by_support=True))
    for tag, kind in (("A", switch), ("B", firewall), ("C", AssetClassFactory(code="desktop"))):
        DeviceFactory(asset_tag=tag, device_type=DeviceTypeFactory(asset_class=kind))
    found = devices.devices(Scope(), AS_OF).set_index("asset_tag")["criteria"]
    life, support = Criterion.LIFE, Criterion.SUPPORT
    assert [found[tag] for tag in "ABC"] == [(life, support), (support,), (life,)]


def test_a_device_without_dates_brings_the_day_it_was_first_seen_and_what_was_set_by_hand() -> None:
    dated, undated = DeviceFactory(purchased_on=date(2024, 1, 1)), DeviceFactory()
    for n, device in enumerate((dated, undated)):
        create(Sighting(mac=f"00e0fc00000{n}", device=device, first_seen_at=SEEN, last_seen_at=SEEN))
    create(
        DueOverride(
            device=undated, due_on=date(2027, 1, 1), reason="进水", author="样例甲", decided_on=date(2026, 5, 1)
        )
    )
    found = devices.devices(Scope(), AS_OF).set_index("asset_tag")
    assert found.loc[undated.asset_tag, "first_seen_on"] == date(2026, 11, 21)
    assert found.loc[dated.asset_tag, "first_seen_on"] is None
    assert found.loc[undated.asset_tag, "override_on"] == date(2027, 1, 1)
    assert found.loc[undated.asset_tag, "override"] == "进水 — 样例甲, 2026-05-01"


@pytest.mark.parametrize(
    ("state", "fault"),
    [
        ({"answered": True, "tables": {"system": {"state": "complete"}, "vlans": {"state": "unsupported"}}}, ""),
        ({"answered": True, "tables": {"system": {"state": "complete"}, "forwarding": {"state": "cut short"}}}, "1"),
        ({"answered": False, "fault": "refused"}, "refused"),
        ({"answered": False}, "never"),
        (None, "never"),
    ],
)
def test_a_poll_is_well_when_nothing_was_cut_short(state: dict[str, Any] | None, fault: str) -> None:
    device = DeviceFactory()
    create(DeviceProfile(device=device, profile=create(ManagementProfile(name="p"))))
    if state is not None:
        create(DeviceState(device=device, **state))
    row = devices.devices(Scope(), AS_OF).iloc[0]
    assert bool(row["managed"]) and (row["poll_fault"], bool(row["polled_well"])) == (fault, not fault)


def test_a_device_without_a_department_belongs_to_its_sites_town() -> None:
    town, other = TownFactory(), TownFactory()
    own = DepartmentFactory(town=town)
    DeviceFactory(department=own, site=SiteFactory(town=other), asset_tag="A")
    DeviceFactory(department=None, site=SiteFactory(town=town), asset_tag="B")
    DeviceFactory(department=None, site=SiteFactory(town=other), asset_tag="C")
    DeviceFactory(department=None, site=None, asset_tag="D")
    assert set(devices.devices(Scope(town=town), AS_OF)["asset_tag"]) == {"A", "B"}
    assert set(devices.devices(Scope(department=own), AS_OF)["asset_tag"]) == {"A"}
    assert len(devices.devices(Scope(), AS_OF)) == 4


def test_many_devices_take_no_more_queries_than_one() -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            for query in QUERIES.values():
                query(Scope(), AS_OF)
        return len(seen)

    DeviceFactory()
    first = queries()
    for _ in range(25):
        DeviceFactory()
    assert queries() == first <= 45


def test_the_price_in_force_is_the_latest_that_has_begun() -> None:
    desktops = AssetClassFactory(code="desktop")
    for price, since in ((4800, date(2024, 1, 1)), (4990, date(2026, 11, 24)), (5100, date(2026, 11, 25))):
        create(PriceList(asset_class=desktops, price_yuan=Decimal(price), valid_from=since))
    prices = planning.prices(Scope(), AS_OF)
    assert list(prices["price_yuan"]) == [Decimal(4990)]


def test_a_department_has_fiber_when_a_link_in_use_ends_at_a_site_of_its_devices() -> None:
    near, far = SiteFactory(), SiteFactory()
    lit, dark = DepartmentFactory(), DepartmentFactory()
    DeviceFactory(department=lit, site=near)
    DeviceFactory(department=dark, site=far)
    create(FiberLink(name="planned", site_a=far, site_b=near, status="planned"))
    assert not planning.departments(Scope(), AS_OF)["has_fiber"].any()
    create(FiberLink(name="in use", site_a=SiteFactory(), site_b=near))
    found = planning.departments(Scope(), AS_OF).set_index("name")["has_fiber"]
    assert found[lit.name] and not found[dark.name]


def test_a_strange_mac_is_put_down_to_the_one_department_of_its_segment() -> None:
    site = SiteFactory()
    switch = DeviceFactory(site=site)
    one, two, three = DepartmentFactory(), DepartmentFactory(), DepartmentFactory()
    for vlan, served in ((10, [one]), (20, [two, three])):
        segment = create(Segment(name=f"S{vlan}", vlan_id=vlan, site=site))
        for department in served:
            create(SegmentDepartment(segment=segment, department=department))
    for number, vlan in enumerate((10, 20, None)):
        mac = f"00e0fc00000{number}"
        create(Sighting(mac=mac, switch=switch, vlan_id=vlan, first_seen_at=SEEN, last_seen_at=SEEN))
    found = network.unregistered(Scope(), AS_OF)
    assert list(found["department"]) == [one.name, "", ""]
    assert set(found["town"]) == {site.town.name}
    assert len(network.unregistered(Scope(department=one), AS_OF)) == 1
    assert len(network.unregistered(Scope(town=TownFactory()), AS_OF)) == 0


def test_the_standard_is_read_with_the_classes_below_the_ones_it_names(tmp_path: Path) -> None:
    computer = AssetClassFactory(code="computer")
    AssetClassFactory(code="tablet", parent=computer)
    names = [
        "desktop",
        "laptop",
        "printer-a4-mono",
        "printer-a3-mono",
        "printer-a4-colour",
        "printer-a3-colour",
        "copier",
        "mfp",
        "fax",
    ]
    for code in (*names, "switch", "router", "firewall", "wireless-ap", "server", "ups"):
        AssetClassFactory(code=code, parent=computer if code == "desktop" else None)
    call_command("load", str(STANDARDS), verbosity=0)
    rules = {rule.code + rule.mark: rule for rule in planning.standard_rules(Scope(), AS_OF)["rule"]}
    assert rules["desktop"].quantity.number(23, {}) == 23
    assert rules["desktophandles_secrets"].quantity.number(23, {}) == 34
    assert rules["copier"].quantity.number(131, {}) == 7
    assert rules["printer-colour"].within == "printer" and rules["printer-colour"].needs_approval
    assert rules["network"].quantity.number(9, {}) is None
    assert len(planning.standard_rules(Scope(), date(2016, 6, 30))) == 0


def test_departments_stand_as_in_official_tables() -> None:
    town = TownFactory(position=1)
    listed = ("五申镇农技站", "station"), ("组织部", "bureau"), ("县委", "leading_body"), ("人大", "leading_body")
    for name, kind in listed:
        DeviceFactory(department=DepartmentFactory(name=name, kind=kind, town=town))
    expected = ["县委", "人大", "组织部", "五申镇农技站"]
    assert list(planning.departments(Scope(), AS_OF)["name"]) == expected
    assert list(devices.devices(Scope(), AS_OF)["department"]) == expected
