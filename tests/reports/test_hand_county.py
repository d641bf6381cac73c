"""Each figure of refresh, plan and budget for a county of three departments, worked by hand.

| tag | what | counted from | due | by |
|---|---|---|---|---|
| A1 | desktop | bought 2018-03-01 | 2024-03-01 | life, 6 years |
| A2 | desktop | in service 2021-06-30 | 2027-06-30 | life |
| A3 | desktop | bought 2023-01-31 | 2029-01-31 | life: after the plan |
| A4 | A4 printer | bought 2020-02-29 | 2026-02-28 | life, no 29 February in 2026 |
| B1 | desktop | bought 2019-01-01 | 2025-01-01 | life |
| B2 | desktop | no date at all | unknown | never due, listed |
| B3 | desktop, to be scrapped | bought 2024-05-01 | 2026-11-24 | scrap: due on the plan's date |
| B4, B5 | desktop | bought 2022-10-01 | 2028-10-01 | life |
| B6 | switch | bought 2022-01-01 | 2025-12-31 | support ended before its life did |
| C1 | desktop | bought 2020-01-01 | 2026-01-01 | life |
| C2 | desktop | bought 2023-01-01 | 2027-01-01 | set by hand |
| C3 | A4 printer | bought 2025-01-01 | 2031-01-01 | life: after the plan |

Allowed desktops: 甲局 100 % of 4 = 4; 乙局 handles secrets: 150 % of the 3 of 5 staff that have a post = 4; 丙所 2.
Prices: desktop 5,000 rises to 5,100 and 5,202, and is cut to the cap of 5,000; printer 1,020 and 1,040.40; switch
3,060 and 3,121.20.

2027, money 11,100. Due: A1 (3 years past due), B1 and B6 (2), B3, A4, C1 (1), A2, C2. A1 costs 5,000, 6,100 are left.
B1: 乙局 may hold 4, holds 5, of these B1 and B3 no longer serve: room for 1; 1,100 are left. B6 costs 3,060: no money.
B3 comes first of its year because it failed, but there is no room any more. Then fairness: 丙所 has had none of its 2,
甲局 1 of 3; C1 costs 5,000: no money; A4 costs 1,020: 80 are left. C2 and A2: no money. Renewed A1, B1, A4: 11,020.

2028, money 11,000 and 5,000. B4 and B5 are due: room for 2 in 乙局. B6 costs 3,121.20 (7,878.80 left), B3 5,000
(2,878.80 left, room for 1), C1 5,000 from the other source. C2, A2, B4, B5: no money. Renewed: 13,121.20.
"""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from inventory.sheets.columns import Sheet
from inventory.sheets.dump import dump
from reports import plans
from reports.books.frames import Params
from reports.books.plans import overview, request
from reports.books.plans.planned import Drawn, Item
from reports.models import RefreshPlan
from reports.planbooks import compare_plans, make_plan_book
from reports.plans import ExceptionAsked
from reports.services import Fault, Request, find_scope, make_report
from tests.factories import TESTER
from tests.reports.hand_county import AS_OF, make_county, make_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan() -> RefreshPlan:
    make_county()
    return make_plan()


def params(drawn: Drawn, year: int = 0) -> Params:
    return Params(drawn.head.as_of, datetime(2026, 11, 24), "zh", year)


def items(drawn: Drawn) -> dict[str, Item]:
    return {one.tag: one for one in drawn.items}


def cells(sheet: Sheet) -> list[dict[str, Any]]:
    keys = [column.key for column in sheet.columns]
    return [dict(zip(keys, row, strict=True)) for row in sheet.rows]


def sheets(made: list[Sheet]) -> dict[str, Sheet]:
    return {sheet.name: sheet for sheet in made}


def test_when_each_device_is_due_and_why(plan: RefreshPlan) -> None:
    found = items(plans.drawn(plan))
    assert {tag: (str(one.due_on), one.due_by) for tag, one in found.items()} == {
        "A1": ("2024-03-01", ("life",)),
        "A2": ("2027-06-30", ("life",)),
        "A4": ("2026-02-28", ("life",)),
        "B1": ("2025-01-01", ("life",)),
        "B3": ("2026-11-24", ("scrap",)),
        "B4": ("2028-10-01", ("life",)),
        "B5": ("2028-10-01", ("life",)),
        "B6": ("2025-12-31", ("support",)),
        "C1": ("2026-01-01", ("life",)),
        "C2": ("2027-01-01", ("override",)),
    }
    assert (found["A2"].basis, found["A1"].basis) == ("in_service", "purchase")
    assert found["C2"].override == "进水 — 样例甲, 2026-09-01" and found["A1"].age_years == 8.6
    assert [one.tag for one in plans.drawn(plan).unjudged] == ["B2"] and plans.drawn(plan).devices == 13


def test_what_is_renewed_when_at_what_price_from_which_source(plan: RefreshPlan) -> None:
    found = items(plans.drawn(plan))
    assert {tag: (one.year, one.source, one.price_yuan) for tag, one in found.items() if one.year} == {
        "A1": (2027, "专款", Decimal(5000)),
        "B1": (2027, "专款", Decimal(5000)),
        "A4": (2027, "专款", Decimal("1020.00")),
        "B6": (2028, "专款", Decimal("3121.20")),
        "B3": (2028, "专款", Decimal(5000)),
        "C1": (2028, "资金", Decimal(5000)),
    }
    assert (found["A1"].listed_yuan, found["A1"].cap_yuan) == (Decimal("5100.00"), Decimal(5000))
    assert {tag for tag, one in found.items() if one.year is None} == {"A2", "C2", "B4", "B5"}


def test_each_choice_is_explained_in_words(plan: RefreshPlan) -> None:
    drawn = plans.drawn(plan)
    made = sheets(overview.build(drawn, params(drawn)))
    why = {row["tag"]: row["why"] for name in ("更新安排", "未安排") for row in cells(made[name])}
    assert why["A1"] == "2027年排第1（共8台）；已超期3年；本单位此前已更新0/3"
    assert why["B3"] == "2028年排第2（共7台）；已超期2年；待报废；本单位此前已更新2/5"
    assert why["A2"] == "2028年余额2878.80元，不足5000.00元"


def test_the_plan_by_year_source_class_town_and_department(plan: RefreshPlan) -> None:
    drawn = plans.drawn(plan)
    made = sheets(overview.build(drawn, params(drawn)))
    # Before 2027 six were due; two more in 2027; two in 2028.
    assert [tuple(row.values()) for row in cells(made["按年度"])] == [
        (2027, 6, 2, 3, 5, Decimal("11020.00"), Decimal("11100.00"), Decimal("80.00")),
        (2028, 5, 2, 3, 4, Decimal("13121.20"), Decimal("16000.00"), Decimal("2878.80")),
    ]
    assert [tuple(row.values()) for row in cells(made["按资金来源"])] == [
        (2027, "专款", 3, Decimal("11100.00"), Decimal("11020.00"), Decimal("80.00")),
        (2028, "专款", 2, Decimal("11000.00"), Decimal("8121.20"), Decimal("2878.80")),
        (2028, "资金", 1, Decimal("5000.00"), Decimal("5000.00"), Decimal("0.00")),
    ]
    # Key, due before, due 2027, due 2028, renewed 2027, renewed 2028, left, cost.
    assert [tuple(row.values()) for row in cells(made["按类别"])] == [
        ("台式计算机", 4, 2, 2, 2, 2, 4, Decimal("20000.00")),
        ("A4黑白打印机", 1, 0, 0, 1, 0, 0, Decimal("1020.00")),
        ("交换机", 1, 0, 0, 0, 1, 0, Decimal("3121.20")),
    ]
    assert [tuple(row.values())[:7] for row in cells(made["按单位"])] == [
        ("甲局", 2, 1, 0, 2, 0, 1),
        ("乙局", 3, 0, 2, 1, 2, 2),
        ("丙所", 1, 1, 0, 0, 1, 1),
    ]
    assert [tuple(row.values())[:4] for row in cells(made["按乡镇"])] == [("双河镇", 5, 1, 2), ("五申镇", 1, 1, 0)]


def test_the_budget_request_of_2027(plan: RefreshPlan) -> None:
    drawn = plans.drawn(plan)
    made = sheets(request.build(drawn, params(drawn, 2027)))
    keys = ("department", "class", "posts", "staff", "allowed", "held", "past_life", "to_be_scrapped", "quantity")
    table = made["预算申请"]
    assert [tuple(row[key] for key in keys) for row in cells(table)] == [
        ("甲局", "台式计算机", 4, 4, 4, 3, 2, 0, 1),
        ("甲局", "A4黑白打印机", 4, 4, 3, 1, 1, 0, 1),
        # Of the two desktops of 乙局 that wait, B1 is past its life and B3 is to be scrapped.
        ("乙局", "台式计算机", 3, 5, 4, 5, 1, 1, 1),
    ]
    assert [row["amount_yuan"] for row in cells(table)] == [Decimal("5000.00"), Decimal("1020.00"), Decimal("5000.00")]
    assert table.foot[0] == "合计（大写）：人民币壹万壹仟零贰拾元整"
    assert table.foot[1] == "其中：超配置标准 0 台，超单价上限 0 台。"
    assert table.foot[2] == "该年另有 5 台到期设备未安排，结转下年。"
    assert "编制人：样例甲" in table.foot[3] and "审核人：示范乙" in table.foot[3]
    assert [tuple(row.values())[:3] for row in cells(made["按类别汇总"])] == [
        ("台式计算机", 2, Decimal("10000.00")),
        ("A4黑白打印机", 1, Decimal("1020.00")),
    ]
    assert [tuple(row.values()) for row in cells(made["按资金来源汇总"])] == [("专款", 3, Decimal("11020.00"))]
    assert made["乙局"].foot[0] == "合计（大写）：人民币伍仟元整"
    assert made["甲局"].foot[0] == "合计（大写）：人民币陆仟零贰拾元整"


def test_the_justification_names_each_device(plan: RefreshPlan) -> None:
    drawn = plans.drawn(plan)
    rows = {row["tag"]: row for row in cells(sheets(request.build(drawn, params(drawn, 2027)))["更新理由清单"])}
    assert set(rows) == {"A1", "B1", "A4"}
    shown = [rows["B1"][key] for key in ("type", "bought_on", "age_years", "past_due", "last_seen_on", "condition")]
    assert shown == ["Lenovo M428", date(2019, 1, 1), 7.8, 2, date(2026, 11, 20), ""]


def test_what_the_standard_allows_stands_beside_what_is_held(plan: RefreshPlan) -> None:
    drawn = plans.drawn(plan)
    made = sheets(request.build(drawn, params(drawn, 2027)))
    rows = {(row["department"], row["rule"]): row for row in cells(made["标准核对"])}
    keys = ("counted", "allowed", "held", "past_life", "to_be_scrapped", "serving", "asked", "room", "over")
    assert [rows["乙局", "台式计算机（涉密单位）"][key] for key in keys] == [3, 4, 5, 1, 1, 3, 1, 0, 1]
    assert [rows["甲局", "台式计算机"][key] for key in keys] == [4, 4, 3, 2, 0, 1, 1, 2, 0]
    assert [rows["丙所", "台式计算机"][key] for key in keys] == [2, 2, 2, 2, 0, 0, 0, 2, 0]
    assert [rows["乙局", "网络设备"][key] for key in keys] == [3, "按需", 1, 1, 0, 0, 0, "按需", 0]


def test_above_the_standard_or_the_cap_is_marked_with_its_reason(plan: RefreshPlan) -> None:
    beyond = ExceptionAsked("乙局", "desktop", 1, "涉密专机须专用", Decimal(5800))
    drawn = plans.drawn(make_plan(name="例外", money=(), exceptions=(beyond,)))
    table = sheets(request.build(drawn, params(drawn, 2027)))["预算申请"]
    row = next(row for row in cells(table) if (row["department"], row["class"]) == ("乙局", "台式计算机"))
    assert (row["quantity"], row["cap_yuan"], row["price_yuan"]) == (2, Decimal(5000), Decimal(5800))
    assert row["reason"].startswith("【超标准1台】【超单价上限2台】涉密专机须专用。")
    assert table.foot[1] == "其中：超配置标准 1 台，超单价上限 2 台。"


def test_the_refresh_report_agrees(plan: RefreshPlan, tmp_path: Path) -> None:
    scope = find_scope()
    assert not isinstance(scope, Fault)
    made = make_report("refresh", tmp_path, Request(AS_OF, scope), TESTER)
    assert not isinstance(made, Fault)
    book = openpyxl.load_workbook(made.path, data_only=True)
    totals = [cell.value for cell in book["按单位"][book["按单位"].max_row]]
    # Devices, past due (A1 A4 B1 B6 C1), within the year (A2 C2), later (A3 B3 B4 B5 C3), unknown (B2), no life.
    assert totals[1:7] == [13, 5, 2, 5, 1, 0]
    # Past due: three desktops, a printer, a switch at list price.
    assert totals[7:9] == [3 * 5000 + 1000 + 3000, 2 * 5000]


def test_the_same_plan_made_twice_gives_the_same_workbooks(plan: RefreshPlan, tmp_path: Path) -> None:
    texts = []
    for folder in ("one", "two"):
        for name in ("plan", "budget"):
            made = make_plan_book(name, plan, tmp_path / folder, TESTER, year=2027)
            assert not isinstance(made, Fault)
            texts.append(dump(made.path))
    assert texts[:2] == texts[2:]


def test_two_plans_side_by_side(plan: RefreshPlan, tmp_path: Path) -> None:
    made = compare_plans(plan, make_plan(name="不限资金", money=()), tmp_path, TESTER)
    assert not isinstance(made, Fault)
    book = openpyxl.load_workbook(made.path, data_only=True)
    rows = list(book["按年度对照"].iter_rows(min_row=4, values_only=True))
    assert [row[:4] for row in rows[:3]] == [(2027, 3, 7, -4), (2028, 3, 2, 1), ("合计", 6, 9, -3)]
    differing = {row[0] for row in book["不同的设备"].iter_rows(min_row=4, values_only=True) if row[0]}
    assert differing == {"A2", "B4", "B6", "C1", "C2"}
