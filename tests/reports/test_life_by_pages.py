"""Copiers that are due by what they printed, worked by hand; the central standard gives them 6 years or 300,000 copies.

As of 24 November 2026; the counts were read on 20 November. The shipped policy counts both.

| tag | bought | read | six years | 300,000 copies | due | by |
|---|---|---|---|---|---|---|
| F1 | 2022-11-20 | 400,000 | 2028-11-20 | 1,461 days × 3/4 = 1,095: 2025-11-19 | 2025-11-19 | pages |
| F2 | 2022-11-20 | none | 2028-11-20 | unknown | 2028-11-20 | life, pages unknown |
| F3 | 2022-11-20 | 200,000 | 2028-11-20 | 1,461 × 3/2 = 2,191: 2028-11-19 | 2028-11-19 | pages |
| F4 | 2016-01-01 | 1,000 | 2022-01-01 | never: at its pace some 3,000 years | 2022-01-01 | life |
| F5 | no date | 350,000 | unknown | reached by the reading | 2026-11-20 | pages |
| F6 | no date | 250,000 | unknown | unknown | unknown | |

甲局 has 4 staff and so one copier; they stand in departments of their own here. 2027: F4 is due since 2022, F1 since
2025, F5 since 2026; 2028: F2 and F3.
"""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.urls import reverse

from collectors.models import DeviceState
from inventory.models import (
    AssetClass,
    Department,
    Device,
    DeviceType,
    Manufacturer,
    PriceList,
    RefreshPolicy,
    Role,
    Town,
)
from inventory.services import write
from reports import plans
from reports.books.lives import with_due
from reports.books.plans import request
from reports.models import RefreshPlan
from reports.queries import devices, planning
from reports.queries.scope import Scope
from reports.services import Fault, Request, find_scope, make_report
from reports.standing import standings
from tests.factories import TESTER
from tests.pages.conftest import client_of, make_user
from tests.reports.hand_county import AS_OF, SEEN, create, make_county, make_plan
from tests.reports.test_hand_county import cells, items, params, sheets

pytestmark = pytest.mark.django_db
BOUGHT = date(2022, 11, 20)
COPIERS: dict[str, tuple[date | None, int | None]] = {
    "F1": (BOUGHT, 400_000),
    "F2": (BOUGHT, None),
    "F3": (BOUGHT, 200_000),
    "F4": (date(2016, 1, 1), 1_000),
    "F5": (None, 350_000),
    "F6": (None, 250_000),
}


@pytest.fixture
def copiers() -> dict[str, Device]:
    make_county()
    kind = AssetClass.objects.get(code="copier")
    create(PriceList(asset_class=kind, price_yuan=Decimal(20000), valid_from=date(2026, 1, 1)))
    model = create(DeviceType(manufacturer=create(Manufacturer(name="Ricoh")), model="MP 2555SP", asset_class=kind))
    town, made = Town.objects.first(), {}
    for tag, (bought, pages) in COPIERS.items():
        of = create(Department(name=f"{tag}局", kind="bureau", town=town, posts=4, staff=4))
        made[tag] = create(
            Device(asset_tag=tag, device_type=model, department=of, purchased_on=bought, serial=f"SN{tag}X1")
        )
        create(DeviceState(device=made[tag], pages=pages, pages_at=None if pages is None else SEEN, last_seen_at=SEEN))
    return made


def test_when_each_copier_is_due_and_why(copiers: dict[str, Device]) -> None:
    scope = Scope()
    frames = {
        "devices": devices.devices(scope, AS_OF),
        "departments": planning.departments(scope, AS_OF),
        "standard_rules": planning.standard_rules(scope, AS_OF),
    }
    found = with_due(frames, AS_OF).set_index("asset_tag")
    shown = {tag: tuple(found.loc[tag, ["pages_end", "due_on", "due_by", "missing", "bucket"]]) for tag in COPIERS}
    assert shown == {
        "F1": (date(2025, 11, 19), date(2025, 11, 19), ("pages",), (), "past_due"),
        "F2": ("unknown", date(2028, 11, 20), ("life",), ("pages",), "later"),
        "F3": (date(2028, 11, 19), date(2028, 11, 19), ("pages",), (), "later"),
        "F4": ("never", date(2022, 1, 1), ("life",), (), "past_due"),
        "F5": (date(2026, 11, 20), date(2026, 11, 20), ("pages",), ("life",), "past_due"),
        "F6": ("unknown", None, (), ("life", "pages"), "unknown"),
    }
    assert found.loc["A4", "pages_end"] == "never", "the standard gives printers no life in pages"


@pytest.fixture
def plan(copiers: dict[str, Device]) -> RefreshPlan:
    return make_plan(money=())


def test_a_plan_renews_by_pages_and_says_so(plan: RefreshPlan) -> None:
    drawn = plans.drawn(plan)
    found = {tag: one for tag, one in items(drawn).items() if tag in COPIERS}
    assert {tag: (one.due_year, one.year) for tag, one in found.items()} == {
        "F1": (2025, 2027), "F2": (2028, 2028), "F3": (2028, 2028), "F4": (2022, 2027), "F5": (2026, 2027)
    }  # fmt: skip
    assert "F6" in [one.tag for one in drawn.unjudged]
    assert not found["F1"].below_life, "its least life is over by copies, though not by years"
    rows = {row["tag"]: row for row in cells(sheets(request.build(drawn, params(drawn, 2027)))["更新理由清单"])}
    assert rows["F1"]["due_by"] == "印量：400,000 / 300,000, 2026-11-20" and rows["F4"]["due_by"] == "使用年限"


def test_a_plan_by_years_alone_where_the_policy_does_not_choose_pages(copiers: dict[str, Device]) -> None:
    policy = RefreshPolicy.objects.get(asset_class__code="copier")
    policy.by_pages = False
    with write.unit(TESTER) as unit:
        unit.update(policy)
    found = items(plans.drawn(make_plan(money=())))
    assert found["F1"].due_on == date(2028, 11, 20) and "F5" not in found


def test_the_refresh_report_shows_count_and_date(copiers: dict[str, Device], tmp_path: Path) -> None:
    scope = find_scope()
    assert not isinstance(scope, Fault)
    made = make_report("refresh", tmp_path, Request(AS_OF, scope), TESTER)
    assert not isinstance(made, Fault)
    sheet = openpyxl.load_workbook(made.path, data_only=True)["明细"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    head = next(row for row in rows if "资产编号" in row)
    found = {row[head.index("资产编号")]: dict(zip(head, row, strict=True)) for row in rows}
    assert (found["F1"]["印量"], found["F1"]["印量期满"].date()) == (400_000, date(2025, 11, 19))
    assert found["F1"]["到期依据"] == "印量：400,000 / 300,000, 2026-11-20"
    assert (found["F2"]["印量"], found["F2"]["印量期满"]) == (None, "不详")
    assert found["A1"]["印量期满"] == "无"


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("F1", "400,000 of 300,000 pages, read on 2026-11-20"),
        ("F2", "300,000 pages; no count is known"),
        ("F2", "Unknown, and could be earlier: end of the life in pages"),
    ],
)
def test_the_devices_page_shows_count_and_date(copiers: dict[str, Device], tag: str, words: str) -> None:
    browser = client_of(make_user("planner", Role.PLANNER))
    answer: Any = browser.get(reverse("device_detail", args=[copiers[tag].pk]))
    assert words in answer.content.decode()
    desktop = browser.get(reverse("device_detail", args=[Device.objects.get(asset_tag="A1").pk]))
    assert "life in pages" not in desktop.content.decode()


def test_a_departments_page_counts_what_its_budget_counts(copiers: dict[str, Device]) -> None:
    """By pages F1 is past its life, by years it would be two years short of it; four staff may have one copier."""
    with write.unit(TESTER) as unit:
        copiers["F3"].status = "to_be_scrapped"
        unit.update(copiers["F3"])
    found = {}
    for tag in ("F1", "F2", "F3"):
        name, lines = standings(Department.objects.get(name=f"{tag}局"), AS_OF)
        (line,) = (one for one in lines if "copier" in one.allowance.rule.classes)
        found[tag] = (line.allowance.number, line.held, line.past_life, line.to_be_scrapped)
        browser = client_of(make_user(f"planner-{tag}", Role.PLANNER))
        page = browser.get(reverse("department_detail", args=[line_department(tag)])).content.decode()
        assert name and name in page
    assert found == {"F1": (1, 1, 1, 0), "F2": (1, 1, 0, 0), "F3": (1, 1, 0, 1)}


def line_department(tag: str) -> int:
    return int(Department.objects.get(name=f"{tag}局").pk)
