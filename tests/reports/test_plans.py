"""Plans over time: approval freezes, reopening makes a version, execution is followed; and the `plan` command."""

from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from inventory.models import AllocationRule, Device, PriceList
from inventory.services import write
from inventory.sheets.dump import dump
from reports import following, plans
from reports.faults import Fault
from reports.models import PlanItem, PlanMoney, RefreshPlan, ReportRun
from reports.planbooks import compare_plans, make_plan_book
from reports.plans import ExceptionAsked, MoneyAsked
from tests.factories import TESTER
from tests.reports.hand_county import AS_OF, make_county, make_plan

pytestmark = pytest.mark.django_db
DAY = date(2026, 12, 1)


@pytest.fixture
def plan() -> RefreshPlan:
    make_county()
    return make_plan()


def approved(plan: RefreshPlan) -> RefreshPlan:
    found = plans.approve(plan, by="王主任", on=DAY, actor=TESTER)
    assert not isinstance(found, Fault), found
    return RefreshPlan.objects.get(pk=plan.pk)


def change_everything() -> None:
    """A year later: dearer, another standard, devices gone."""
    with write.unit(TESTER) as unit:
        for price in PriceList.objects.all():
            price.price_yuan *= 2
            unit.update(price)
        for rule in AllocationRule.objects.filter(standard__default=True, kind="share"):
            rule.share_percent = Decimal(10)
            unit.update(rule)
        unit.delete(Device.objects.get(asset_tag="A1"))
        other = Device.objects.get(asset_tag="B1")
        other.purchased_on = date(2026, 1, 1)
        unit.update(other)


def test_an_approved_plan_gives_the_same_workbooks_whatever_changed_since(plan: RefreshPlan, tmp_path: Path) -> None:
    kept = approved(plan)
    texts = []
    for folder in ("before", "after"):
        for name in ("plan", "budget"):
            made = make_plan_book(name, RefreshPlan.objects.get(pk=kept.pk), tmp_path / folder, TESTER, year=2027)
            assert not isinstance(made, Fault)
            texts.append(dump(made.path))
        if folder == "before":
            change_everything()
    assert texts[:2] == texts[2:]
    assert "王主任" in texts[0] and ReportRun.objects.filter(report="budget").count() == 2


def test_a_draft_follows_the_register(plan: RefreshPlan) -> None:
    before = plans.drawn(plan)
    change_everything()
    assert plans.drawn(plan) != before


def test_an_approved_plan_cannot_be_changed_nor_its_money_nor_what_it_says_of_a_device(plan: RefreshPlan) -> None:
    kept = approved(plan)
    kept.years = 9
    money = kept.money.first()
    assert money is not None
    money.amount_yuan = Decimal(1)
    item = kept.items.get(asset_tag="A1")
    item.year = 2029
    for row in (kept, money, item):
        with pytest.raises(ValidationError), write.unit(TESTER) as unit:
            unit.update(row)
    with pytest.raises(ValidationError), write.unit(TESTER) as unit:
        unit.create(PlanMoney(plan=kept, year=2028, position=9, source=money.source))
    again = plans.approve(RefreshPlan.objects.get(pk=kept.pk), by="x", on=DAY, actor=TESTER)
    assert isinstance(again, Fault) and again.code == "approved"


def test_a_plan_without_preparer_or_reviewer_is_not_approved(plan: RefreshPlan) -> None:
    fault = plans.approve(make_plan(name="草稿", reviewer=""), by="x", on=DAY, actor=TESTER)
    assert isinstance(fault, Fault) and fault.code == "no_preparer"


def test_reopening_makes_a_new_version_that_says_what_changed(plan: RefreshPlan) -> None:
    refused = plans.reopen(plan, as_of=DAY, actor=TESTER)
    assert isinstance(refused, Fault) and refused.code == "not_approved"
    new = plans.reopen(approved(plan), as_of=AS_OF, actor=TESTER)
    assert not isinstance(new, Fault) and (new.version, new.previous_id) == (2, plan.pk)
    assert plans.drawn(new).head.changes == ()
    more = [MoneyAsked(2027, "专款", Decimal(50000))]
    changed = plans.change(new, more, [], TESTER)
    assert not isinstance(changed, Fault)
    told = [zh for zh, _ in plans.drawn(new).head.changes]
    assert "2027年资金“专款”：11,100.00 → 50,000.00" in told and "2028年资金“资金”：5,000.00 → 无" in told
    assert "更新年度改变5台" in told
    newer = plans.reopen(RefreshPlan.objects.get(pk=plan.pk), as_of=DAY, actor=TESTER)
    assert isinstance(newer, Fault) and newer.code == "newer"


def test_execution_is_followed_step_by_step(plan: RefreshPlan) -> None:
    kept = approved(plan)
    assert kept.items.count() == 10

    def step(stage: str, *tags: str, **more: object) -> int | Fault:
        return following.follow(kept, tags, stage, on=DAY, actor=TESTER, **more)  # type: ignore[arg-type]

    assert step("requested", "A1", "B1", "A4") == 3
    assert step("granted", "A1", "B1") == 2
    new = Device.objects.get(asset_tag="A3")
    assert step("bought", "A1", replaced_by=new, paid_yuan=Decimal(4900)) == 1
    shown = [(one.year, one.stage, one.devices, one.paid_yuan) for one in following.progress(kept)]
    assert shown == [
        (2027, "bought", 1, Decimal(4900)),
        (2027, "granted", 1, Decimal(0)),
        (2027, "requested", 1, Decimal(0)),
        (2028, "planned", 3, Decimal(0)),
    ]
    for fault, code in (
        (step("in_service", "B1"), "no_such_step"),
        (step("requested", "A2"), "not_renewed"),
        (step("requested", "A3"), "not_in_plan"),
    ):
        assert isinstance(fault, Fault) and fault.code == code
    assert isinstance(step("requested", "B6", "A2"), Fault)
    assert kept.items.get(asset_tag="B6").stage == "planned", "all or none"


def test_names_that_do_not_exist_are_told(plan: RefreshPlan) -> None:
    def refused(money: list[MoneyAsked], exceptions: list[ExceptionAsked]) -> str:
        values = {"name": "x", "first_year": 2027, "as_of": AS_OF}
        fault = plans.make(RefreshPlan(**values), money, exceptions, TESTER)
        assert isinstance(fault, Fault)
        return fault.code

    assert refused([MoneyAsked(2027, "没有的")], []) == "unknown_source"
    assert refused([], [ExceptionAsked("甲局", "boat", 1, "r")]) == "unknown_class"
    assert refused([], [ExceptionAsked("丁局", "台式计算机", 1, "r")]) == "unknown_department", "a class by its name"
    assert refused([], [ExceptionAsked("丁局", "desktop", 1, "r")]) == "unknown_department"
    assert RefreshPlan.objects.count() == 1


def test_money_for_a_year_outside_the_plan_is_refused(plan: RefreshPlan) -> None:
    for year in (2026, 2029):
        with pytest.raises(ValidationError):
            make_plan(name="年份", money=(MoneyAsked(year, "专款", Decimal(1)),))
    assert RefreshPlan.objects.count() == 1


def test_an_order_with_an_unknown_or_doubled_criterion_is_refused(plan: RefreshPlan) -> None:
    for order in (["age"], ["past_due", "past_due"]):
        with pytest.raises(ValidationError):
            make_plan(name="顺序", order=order)


def device(tag: str) -> Device:
    return Device.objects.get(asset_tag=tag)


def decide(plan: RefreshPlan, year: int | None, *tags: str, reason: str = "领导决定") -> int | Fault:
    devices = [device(tag) for tag in tags]
    return plans.decide(plan, devices, year, reason=reason, author="张三", on=DAY, actor=TESTER)


def years_of(plan: RefreshPlan) -> dict[str, int | None]:
    return {one.tag: one.year for one in plans.drawn(plan).items}


def test_decisions_about_devices_hold_in_one_plan_alone_and_are_taken_back(plan: RefreshPlan) -> None:
    """2027 has 11,100 yuan: A1 and B1 at 5,000 and A4 at 1,020. Without A1 its money goes to the switch B6.

    A3 (bought in 2023) is due in 2029, after the plan; C3, a printer of 2025, in 2031: put in, they go before all.
    """
    other, before = make_plan(name="另一方案"), years_of(plan)
    assert before["A1"] == 2027 and "A3" not in before and before["B6"] == 2028
    assert decide(plan, None, "A1") == 1 and decide(plan, 2028, "A3", "C3") == 2
    after = years_of(plan)
    assert (after["A1"], after["A3"], after["C3"], after["B6"]) == (None, 2028, 2028, 2027)
    assert years_of(other) == before
    facts = {one.tag: one for one in plans.drawn(plan).items}
    assert (
        facts["A3"].below_life and facts["A3"].early and not facts["A3"].past_life and facts["A3"].reason == "领导决定"
    )
    assert facts["A1"].left_out and facts["A1"].serves_on
    assert decide(plan, 2027, "A1", reason="改主意") == 1, "in place of what was decided before"
    assert years_of(plan)["A1"] == 2027 and plan.decisions.count() == 3
    assert plans.take_back(plan, [device(tag) for tag in ("A1", "A3", "C3", "B1")], TESTER) == 3
    assert years_of(plan) == before


def test_what_is_to_be_scrapped_and_what_has_no_date_are_decided_about_too(plan: RefreshPlan) -> None:
    assert {one.tag for one in plans.drawn(plan).unjudged} == {"B2"}
    decide(plan, None, "B3")
    decide(plan, 2028, "B2")
    found = plans.drawn(plan)
    items = {one.tag: one for one in found.items}
    assert items["B3"].left_out and not items["B3"].serves_on, "it does not serve on: it is to be scrapped"
    assert items["B2"].year == 2028 and items["B2"].due_on is None and not found.unjudged


def test_a_decision_about_what_is_gone_is_told(plan: RefreshPlan) -> None:
    decide(plan, 2028, "A3")
    with write.unit(TESTER) as unit:
        gone = device("A3")
        for status in ("to_be_scrapped", "scrapped"):
            gone.status = status
            unit.update(gone)
    assert ("A3", "decided_gone") in {(one.tag, one.why) for one in plans.drawn(plan).unjudged}


def test_who_may_not_be_put_in_is_told(plan: RefreshPlan) -> None:
    small = make_plan(name="丙", department=device("C1").department)
    assert isinstance(fault := decide(small, 2027, "A1"), Fault) and fault.code == "not_in_scope"
    with write.unit(TESTER) as unit:
        lone = device("A2")
        lone.department = None
        unit.update(lone)
    assert isinstance(fault := decide(plan, 2027, "A2"), Fault) and fault.code == "no_department"
    assert decide(plan, None, "A2") == 1
    for year, reason in ((2029, "x"), (2027, " "), (2027, "")):
        with pytest.raises(ValidationError):
            decide(plan, year, "A1", reason=reason)
    assert plan.decisions.count() == 1


def test_decisions_are_frozen_with_the_plan_and_go_on_in_its_next_version(plan: RefreshPlan) -> None:
    decide(plan, None, "A1")
    decide(plan, 2028, "A3")
    kept, before = approved(plan), years_of(plan)
    with pytest.raises(ValidationError):
        decide(kept, 2027, "B6")
    with pytest.raises(ValidationError):
        plans.take_back(kept, [device("A1")], TESTER)
    with write.unit(TESTER) as unit:
        unit.delete(device("A3"))
    assert years_of(kept) == before and len(plans.drawn(kept).head.decided) == 2
    new = plans.reopen(kept, as_of=AS_OF, actor=TESTER)
    assert not isinstance(new, Fault) and {one.device.asset_tag for one in new.decisions.all()} == {"A1"}
    decide(new, 2028, "A1", reason="年底到货")
    told = [zh for zh, _ in plans.drawn(new).head.changes]
    assert "新的人工决定：A1 列入2028年：年底到货" in told and "取消人工决定：A3 列入2028年：领导决定" in told


def test_a_plan_is_not_shortened_under_its_decisions(plan: RefreshPlan) -> None:
    decide(plan, 2028, "A3")
    plan.years = 1
    fault = plans.change(plan, [], [], TESTER)
    assert isinstance(fault, Fault) and "A3" in fault.text
    assert RefreshPlan.objects.get(pk=plan.pk).years == 2


def test_the_workbooks_say_what_was_decided_by_whom_and_why(plan: RefreshPlan, tmp_path: Path) -> None:
    decide(plan, None, "A1", reason="尚可使用")
    decide(plan, 2027, "A3", "B4", "B5", reason="大厅窗口")
    for name in ("plan", "budget"):
        made = make_plan_book(name, plan, tmp_path, TESTER, year=2027)
        assert not isinstance(made, Fault)
        text = dump(made.path)
        assert "人工列入该年：大厅窗口（张三）" in text and "未满最低年限" in text
        assert "列入2027年：A3、B4、B5。大厅窗口（张三）" in text
        assert "超资金" in text, "three at 5,000 yuan are more than 11,100"
        if name == "plan":
            assert "人工决定不列入：尚可使用（张三）" in text
        else:
            assert "另有 1 台到期设备经人工决定不列入计划。" in text and "【超资金1台】" in text


def test_the_comparison_tells_what_only_one_plan_leaves_out(plan: RefreshPlan, tmp_path: Path) -> None:
    undone = next(one.tag for one in plans.drawn(plan).items if one.year is None and one.why[0][0] == "no_money")
    other = make_plan(name="另一方案")
    decide(other, None, undone, reason="不再更新")
    made = compare_plans(plan, other, tmp_path, TESTER)
    assert not isinstance(made, Fault) and "人工决定不列入：不再更新（张三）" in dump(made.path)


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("plan", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_makes_shows_approves_and_follows(plan: RefreshPlan, tmp_path: Path) -> None:
    people = ("--preparer", "样例甲", "--reviewer", "示范乙", "--unit", "信息中心")
    money = ("--money", "2027:专款:11100", "--money", "2028:专款:11000", "--money", "2028:资金:5000")
    said = run(
        *("make", "五年规划", "--first-year", "2027", "--years", "2", "--as-of", "2026-11-24", "--change", "2"),
        *("--order", "past_due,failed,fairness", *money, *people),
    )
    assert "11,020.00" in said and "13,121.20" in said
    made = RefreshPlan.objects.get(name="五年规划")
    assert "11,020.00" in run("show", "五年规划", "--out", str(tmp_path))
    assert {path.name for path in tmp_path.iterdir()} == {"plan-五年规划-v1.xlsx", "budget-2027-五年规划-v1.xlsx"}
    run("decide", "五年规划", "omit", "A1", "B1", "--reason", "留用")
    assert {one.device.asset_tag: one.reason for one in made.decisions.all()} == {"A1": "留用", "B1": "留用"}
    run("decide", "五年规划", "back", "A1", "B1")
    assert not made.decisions.exists()
    run("approve", str(made.pk), "--by", "王主任", "--on", "2026-12-01")
    assert PlanItem.objects.filter(plan=made).count() == 10
    run("follow", "五年规划 v1", "requested", "A1", "B1")
    run("reopen", "五年规划", "--as-of", "2026-12-20")
    assert "五年规划 v2" in run("list")
    run("compare", "五年规划 v1", "更新规划", "--out", str(tmp_path))
    budget = ("budget", "--plan", "五年规划 v1", "--year", "2028", "--out", str(tmp_path))
    call_command("report", *budget, stdout=StringIO())
    call_command("report", *budget, stdout=StringIO())
    call_command("report", *budget, "--lang", "en", stdout=StringIO())
    names = {path.name for path in tmp_path.iterdir()} - {"plan-五年规划-v1.xlsx", "budget-2027-五年规划-v1.xlsx"}
    compared = "compare-五年规划_v1-更新规划_v1.xlsx"
    assert names == {"budget-2028-五年规划-v1.xlsx", "budget-2028-五年规划-v1-en.xlsx", compared}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("show", "没有"), "更新规划 v1"),
        (("approve", "没有", "--by", "x"), "没有"),
        (("make", "更新规划", "--first-year", "2027"), ""),
        (("make", "新", "--first-year", "2027", "--money", "2027:没有:1"), "专款"),
        (("make", "新", "--first-year", "1"), "1990"),
        (("follow", "更新规划", "requested", "A1"), "A1"),
        (("decide", "更新规划", "2027", "A1", "ZZ", "--reason", "x"), "ZZ"),
        (("decide", "更新规划", "2031", "A1", "--reason", "x"), "2031"),
        (("decide", "更新规划", "soon", "A1"), "soon"),
    ],
)
def test_what_the_command_cannot_do_is_one_clear_line(plan: RefreshPlan, arguments: tuple[str, ...], told: str) -> None:
    with pytest.raises(CommandError) as fault:
        run(*arguments)
    assert told in str(fault.value) and "\n" not in str(fault.value)


def test_a_report_of_a_plan_must_exist_and_its_year_lie_in_the_plan(plan: RefreshPlan, tmp_path: Path) -> None:
    for name, year in (("coverage", "2027"), ("budget", "2031")):
        with pytest.raises(CommandError):
            call_command("report", name, "--plan", "更新规划", "--year", year, "--out", str(tmp_path))


def test_a_finance_offices_own_template_is_filled_in(plan: RefreshPlan, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"], sheet["B1"], sheet["C1"] = "{{填报单位}}", "{{year}}", "{{大写金额}}"
    sheet["A3"], sheet["B3"], sheet["C3"], sheet["D3"] = "{{rows.单位}}", "{{rows.申请数量}}", "{{rows.单价}}", "=B3*C3"
    sheet["A4"], sheet["D4"], sheet["E3"] = "合计", "=SUM(D3:D3)", "{{rows.序号}}"
    book.save(tmp_path / "财政局表.xlsx")
    file = str(tmp_path / "财政局表.xlsx")
    words = ("--plan", "更新规划", "--template", file, "--out", str(tmp_path))
    for year in ("2027", "2028"):
        call_command("report", "budget", *words, "--year", year, stdout=StringIO())
    call_command("report", "budget", *words, "--year", "2027", "--lang", "en", stdout=StringIO())
    assert (tmp_path / "财政局表-2027-更新规划-v1-en.xlsx").is_file()
    made = openpyxl.load_workbook(tmp_path / "财政局表-2027-更新规划-v1.xlsx").active
    assert (tmp_path / "财政局表-2028-更新规划-v1.xlsx").is_file()
    assert [cell.value for cell in made[1][:3]] == ["信息中心", 2027, "壹万壹仟零贰拾元整"]
    assert [[cell.value for cell in row] for row in made["A3:D5"]] == [
        ["甲局", 1, 5000, "=B3*C3"],
        ["甲局", 1, 1020, "=B4*C4"],
        ["乙局", 1, 5000, "=B5*C5"],
    ]
    assert made["D6"].value == "=SUM(D3:D5)" and [made[f"E{row}"].value for row in (3, 4, 5)] == [1, 2, 3]
    assert [run.rows for run in ReportRun.objects.filter(report="template").order_by("pk")] == [3, 3, 3]


def test_a_template_that_asks_for_what_is_not_there_is_told_by_its_cell(plan: RefreshPlan, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["B7"] = "{{rows.颜色}}"
    book.save(tmp_path / "t.xlsx")
    for file, told in (("t.xlsx", "Sheet!B7"), ("t.xlsx", "rows.申请数量、"), ("none.xlsx", "none.xlsx")):
        words = ("--plan", "更新规划", "--template", str(tmp_path / file), "--out", str(tmp_path))
        with pytest.raises(CommandError) as fault:
            call_command("report", "budget", *words)
        assert told in str(fault.value)
