"""A county of three departments, small enough to work by hand; its figures stand in tests/reports/test_hand_county.py.

甲局 (first town): 4 posts, 4 staff. 乙局 (first town): 3 posts, 5 staff, handles secrets. 丙所 (second town): no posts
entered, 2 staff. Standard: the central one. As of 24 November 2026.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management import call_command

from collectors.models import DeviceProfile, DeviceState, ManagementProfile, Sighting
from inventory.models import (
    AssetClass,
    Department,
    Device,
    DeviceType,
    DueOverride,
    FundingSource,
    Manufacturer,
    Person,
    PriceList,
    RefreshPolicy,
    Segment,
    SegmentDepartment,
    Site,
    Town,
)
from inventory.services import write
from reports import plans
from reports.faults import Fault
from reports.models import RefreshPlan
from reports.plans import ExceptionAsked, MoneyAsked
from tests.factories import TESTER

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
AS_OF = date(2026, 11, 24)
SEEN = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
MONEY = (
    MoneyAsked(2027, "专款", Decimal(11100)),
    MoneyAsked(2028, "专款", Decimal(11000)),
    MoneyAsked(2028, "资金", Decimal(5000)),
)
ORDER = ["past_due", "failed", "fairness"]


def create(obj: Any) -> Any:
    with write.unit(TESTER) as unit:
        return unit.create(obj)


def make_county() -> None:
    """Loads classes and standards, and creates everything else."""
    call_command("load", str(FIXTURES / "standards"), verbosity=0)
    seat, far = (create(Town(name=name, name_en=en, position=n)) for n, (name, en) in enumerate(TOWNS))
    site = create(Site(name="政府院", town=seat))
    a = create(Department(name="甲局", kind="bureau", town=seat, posts=4, staff=4))
    b = create(Department(name="乙局", kind="bureau", town=seat, posts=3, staff=5, handles_secrets=True))
    c = create(Department(name="丙所", kind="station", town=far, posts=0, staff=2))
    for code, yuan in (("desktop", 5000), ("printer-a4-mono", 1000), ("switch", 3000)):
        create(PriceList(asset_class=_class(code), price_yuan=Decimal(yuan), valid_from=date(2026, 1, 1)))
    create(RefreshPolicy(asset_class=_class("network"), by_life=True, by_support=True))
    for name in ("专款", "资金"):
        create(FundingSource(name=name, kind="yearly" if name == "专款" else "capital"))
    maker = create(Manufacturer(name="Lenovo"))
    desktop = create(DeviceType(manufacturer=maker, model="M428", asset_class=_class("desktop")))
    printer = create(DeviceType(manufacturer=maker, model="L100", asset_class=_class("printer-a4-mono")))
    ended = {"end_of_support_state": "date", "end_of_support": date(2025, 12, 31)}
    switch = create(DeviceType(manufacturer=maker, model="S1", asset_class=_class("switch"), **ended))
    holder = create(Person(name="样例甲", department=a))

    def device(tag: str, kind: DeviceType, of: Department, bought: date | None, **more: Any) -> Device:
        values = {"serial": f"SN{tag}X1", "site": site if of != c else None, "purchased_on": bought, **more}
        return create(Device(asset_tag=tag, device_type=kind, department=of, **values))

    device("A1", desktop, a, date(2018, 3, 1), holder=holder, verified_on=date(2026, 3, 1))
    device("A2", desktop, a, date(2021, 5, 5), in_service_on=date(2021, 6, 30), holder=holder)
    device("A3", desktop, a, date(2023, 1, 31), serial="", verified_on=date(2025, 11, 23))
    device("A4", printer, a, date(2020, 2, 29), verified_on=date(2025, 11, 24))
    b1 = device("B1", desktop, b, date(2019, 1, 1))
    device("B2", desktop, b, None)
    device("B3", desktop, b, date(2024, 5, 1), status="to_be_scrapped", condition="poor")
    device("B4", desktop, b, date(2022, 10, 1))
    device("B5", desktop, b, date(2022, 10, 1))
    b6 = device("B6", switch, b, date(2022, 1, 1))
    device("C1", desktop, c, date(2020, 1, 1))
    c2 = device("C2", desktop, c, date(2023, 1, 1))
    device("C3", printer, c, date(2025, 1, 1))
    by_hand = {"due_on": date(2027, 1, 1), "reason": "进水", "author": "样例甲", "decided_on": date(2026, 9, 1)}
    create(DueOverride(device=c2, **by_hand))
    _network(site, b, b1, b6)


TOWNS = (("双河镇", "Shuanghe"), ("五申镇", "Wushen"))


def _network(site: Site, b: Department, b1: Device, b6: Device) -> None:
    """B1 was seen lately; the switch B6 is polled well; a strange MAC stands on it, in the segment of 乙局."""
    create(DeviceState(device=b1, last_seen_at=SEEN))
    create(DeviceProfile(device=b6, profile=create(ManagementProfile(name="public"))))
    create(DeviceState(device=b6, last_seen_at=SEEN, answered=True, tables={"system": {"state": "complete"}}))
    segment = create(Segment(name="乙局网段", vlan_id=20, site=site))
    create(SegmentDepartment(segment=segment, department=b))
    create(Sighting(mac="00e0fc000001", switch=b6, vlan_id=20, first_seen_at=SEEN, last_seen_at=SEEN))


def _class(code: str) -> AssetClass:
    return AssetClass.objects.get(code=code)


def make_plan(
    *, money: tuple[MoneyAsked, ...] = MONEY, exceptions: tuple[ExceptionAsked, ...] = (), **more: Any
) -> RefreshPlan:
    """The plan of 2027 and 2028, prices rising by 2 % a year."""
    span = {"name": "更新规划", "first_year": 2027, "years": 2, "as_of": AS_OF}
    values = {**span, "change_percent": Decimal(2), "order": ORDER}
    people = {"unit": "信息中心", "preparer": "样例甲", "reviewer": "示范乙"}
    made = plans.make(RefreshPlan(**{**values, **people, **more}), money, exceptions, TESTER)
    assert not isinstance(made, Fault), made
    return made
