"""What a plan adds within the standard: room, money, reasons, in every workbook; frozen, followed, reopened."""

from dataclasses import replace
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from inventory.models import AssetClass, Department
from inventory.sheets.columns import Book, Sheet
from inventory.sheets.dump import dump
from inventory.sheets.write import write
from reports import adding, plans
from reports.books.plans import compare, execution, filling, overview, request
from reports.books.plans.changes import changes
from reports.books.plans.planned import MOST_OF_A_TAG, Adding, Drawn
from reports.faults import Fault
from reports.models import PlanAddition, RefreshPlan
from reports.plans import MoneyAsked
from tests.factories import TESTER
from tests.reports.hand_county import make_county, make_plan
from tests.reports.literal import AS_OF, HEAD, PARAMS, drawn
from tests.reports.test_plans import approved, run

ADDING = (
    Adding(2027, "财政局", "printer-a4-mono", 2, "新设窗口", "某甲"),
    Adding(2028, "审计局", "desktop", 30, "新进人员", "某甲"),
    Adding(2029, "五申镇政府", "desktop", 1, "便民大厅", "某甲"),
)


def with_additions() -> Drawn:
    return drawn(replace(HEAD, adding=ADDING))


def rows_of(sheet: Sheet) -> list[dict[str, Any]]:
    keys = [column.key for column in sheet.columns]
    return [dict(zip(keys, row, strict=True)) for row in sheet.rows]


def named(sheets: list[Sheet], name: str) -> Sheet:
    return next(sheet for sheet in sheets if sheet.name == name)


def test_additions_leave_renewals_as_they_are_and_each_says_why() -> None:
    found, before = with_additions(), drawn()
    assert found.renewals == list(before.items) and found.units == before.units
    told = {one.tag: (one.year, one.why[0][0]) for one in found.additions}
    assert len(told) == 33
    # 2027: 7,000 less 5,000 and 1,200 leave 800, and a printer costs its cap, 1,200.
    assert told["NEW-2027-财政局-printer-a4-mono-1"] == (None, "no_money")
    # 2028: 8,300 less two switches at 3,200 leave 1,900 in two purses, and a computer costs 5,000.
    assert told["NEW-2028-审计局-desktop-1"] == (None, "no_money")
    # 2 staff and one desktop held; the exception's price holds for it too, and says why.
    assert told["NEW-2029-五申镇政府-desktop-1"] == (2029, "added_as")
    (last,) = [one for one in found.additions if one.year is not None]
    assert last.price_yuan == 5600 and last.above_cap and last.why[-1] == ("exception", "窗口增设")
    (line,) = [one for one in request.build(found, replace(PARAMS, year=2029))[0].rows if one[0] == "五申镇政府"]
    assert "【超单价上限2台】窗口增设。" in str(line)


def test_years_and_sources_add_up_with_what_is_added() -> None:
    found = with_additions()
    years, money = overview.build(found, PARAMS)[:2]
    bare = rows_of(overview.build(drawn(), PARAMS)[0])
    for row, before in zip(rows_of(years), bare, strict=True):
        assert {key: row[key] for key in ("carried", "became_due", "renewed", "undone", "cost_yuan")} == {
            key: before[key] for key in ("carried", "became_due", "renewed", "undone", "cost_yuan")
        }
        assert row["money_yuan"] is None or row["left_yuan"] == row["money_yuan"] - row["cost_yuan"] - row["added_yuan"]
    added = [one for one in found.additions if one.year is not None]
    assert sum(row["added"] for row in rows_of(years)) == len(added) > 0
    cost = sum(row["cost_yuan"] + row["added_yuan"] for row in rows_of(years))
    assert sum(row["cost_yuan"] for row in rows_of(money)) == cost
    for name in ("按类别", "按乡镇", "按单位"):
        table = rows_of(named(overview.build(found, PARAMS), name))
        assert sum(row["cost_yuan"] for row in table) == cost
        assert sum(row["added"] for row in table) == len(added)


def test_the_request_asks_for_renewals_and_additions_in_one_line_with_both_reasons() -> None:
    head = replace(
        HEAD, money=(), exceeding=(), adding=(Adding(2027, "财政局", "printer-a4-mono", 9, "新设窗口", "甲"),)
    )
    found = drawn(head)
    sheets = request.build(found, replace(PARAMS, year=2027))
    line = next(row for row in rows_of(sheets[0]) if (row["department"], row["class"]) == ("财政局", "A4黑白打印机"))
    # Three printers are allowed; held are this one, which is due and renewed, and a colour one: one more.
    assert (line["allowed"], line["held"], line["quantity"], line["amount_yuan"]) == (3, 1, 2, Decimal(2400))
    assert "本年更新1" in line["reason"] and "标准内增配1：新设窗口" in line["reason"]
    assert any("另有 8 台拟增配的未列入" in foot for foot in sheets[0].foot)
    standing = next(
        row for row in rows_of(named(sheets, "标准核对")) if (row["department"], row["rule"]) == ("财政局", "打印机")
    )
    assert (standing["asked"], standing["room"], standing["over"]) == (2, 1, 0), (
        "the colour one is due, and keeps its place"
    )
    justified = [row for row in rows_of(named(sheets, "更新理由清单")) if "增配" in row["marks"]]
    assert [row["tag"] for row in justified] == ["新增第1台"]
    assert "增配理由：新设窗口（甲）；标准“打印机”限额3，此前余量1" in justified[0]["why"]
    _values, rows = filling.fields(found, 2027, PARAMS)
    assert any(row["申请数量"] == 2 and "新设窗口" in row["申请理由"] for row in rows)


def test_a_class_of_which_nothing_is_held_is_asked_for_too() -> None:
    head = replace(HEAD, money=(), adding=(Adding(2027, "审计局", "copier", 1, "合署办公", "甲"),))
    (line,) = [row for row in rows_of(request.build(drawn(head), PARAMS)[0]) if "合署办公" in str(row["reason"])]
    assert (line["held"], line["quantity"], line["past_life"]) == (0, 1, 0)
    assert "本年更新0" in line["reason"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_book_of_a_plan_with_additions_is_written(tmp_path: Path, lang: str) -> None:
    found, params = with_additions(), replace(PARAMS, lang=lang)
    books = {
        "plan": overview.build(found, params),
        "budget": request.build(found, replace(params, year=2029)),
        "execution": execution.build(found, {}, params),
        "compare": compare.build(drawn(), found, params),
    }
    for name, sheets in books.items():
        write(Book(name, sheets, lang, AS_OF, PARAMS.made_at), tmp_path / f"{name}.xlsx")
        assert ("便民大厅" in dump(tmp_path / f"{name}.xlsx")) is (name != "execution" or "便民大厅" in str(sheets))
    for sheets in (overview.build(drawn(), params), request.build(drawn(), params)):
        assert not any(word in str(one.columns) + one.name for one in sheets for word in ("增配", "Addition", "Added"))


def test_a_new_version_says_which_additions_changed() -> None:
    after = drawn(replace(HEAD, adding=(replace(ADDING[0], quantity=1), ADDING[2])))
    told = [zh for zh, _en in changes(with_additions(), after)]
    assert told == [
        "2027年增配 财政局 printer-a4-mono：2 → 1，新设窗口",
        "2028年增配 审计局 desktop：30 → 0，新进人员",
    ]


def test_a_tag_of_an_addition_fits_whatever_the_department_is_called() -> None:
    one = Adding(2027, "很长的单位名称" * 12, "desktop", 999, "r", "a")
    assert len(set(one.tags)) == 999 and max(map(len, one.tags)) <= MOST_OF_A_TAG + 4 <= 60


@pytest.fixture
def plan(db: None) -> RefreshPlan:
    make_county()
    return make_plan(money=(MoneyAsked(2027, "专款", Decimal(40000)), MoneyAsked(2028, "专款", Decimal(40000))))


def add(plan: RefreshPlan, quantity: int = 2, year: int = 2027, reason: str = "新进人员") -> PlanAddition | Fault:
    kind = AssetClass.objects.get(code="desktop")
    who = {"reason": reason, "author": "某甲", "actor": TESTER}
    return adding.add(plan, year, Department.objects.get(name="甲局"), kind, quantity, **who)  # type: ignore[arg-type]


def test_an_addition_is_frozen_followed_and_carried_into_a_new_version(plan: RefreshPlan, tmp_path: Path) -> None:
    assert isinstance(add(plan, 3), PlanAddition) and isinstance(add(plan, 2), PlanAddition)
    assert PlanAddition.objects.get().quantity == 2 and LogEntry.objects.filter(changes__has_key="quantity").exists()
    # Four staff and three desktops: one may be added.
    kept = approved(plan)
    chosen, refused = (f"NEW-2027-甲局-desktop-{number}" for number in (1, 2))
    assert dict(kept.items.filter(asset_tag__startswith="NEW").values_list("asset_tag", "year")) == {
        chosen: 2027, refused: None
    }  # fmt: skip
    for change in (lambda: add(plan, 1), lambda: adding.take_back(PlanAddition.objects.get(), TESTER)):
        with pytest.raises(ValidationError, match="An approved plan does not change"):
            change()
    with pytest.raises(CommandError, match="does not renew"):
        run("follow", "更新规划", "requested", refused)
    for stage in ("requested", "granted", "bought"):
        run("follow", "更新规划", stage, chosen, "--paid", "4900", "--contract", "HT-7")
    call_command("report", "execution", "--plan", "更新规划", "--out", str(tmp_path), stdout=StringIO())
    (path,) = tmp_path.glob("execution-*.xlsx")
    assert "新增第1台" in dump(path) and "HT-7" in dump(path)
    new = plans.reopen(kept, as_of=AS_OF, actor=TESTER)
    assert isinstance(new, RefreshPlan) and new.additions.get().reason == "新进人员"
    assert plans.drawn(new).head.changes == ()


def test_a_copy_takes_the_additions_of_its_own_years(plan: RefreshPlan) -> None:
    add(plan, 1, 2027)
    add(plan, 1, 2028)
    later = plans.make(RefreshPlan(name="后移", first_year=2028, years=2, as_of=AS_OF), [], [], TESTER, copied=plan)
    assert isinstance(later, RefreshPlan) and [one.year for one in later.additions.all()] == [2028]
    plan.years = 1
    refused = plans.change(plan, [], [], TESTER)
    assert isinstance(refused, Fault) and refused.code == "added" and "2028" in refused.text


def test_what_cannot_be_added_is_told(plan: RefreshPlan) -> None:
    for given in ({"year": 2029}, {"reason": ""}, {"quantity": 1000}):
        with pytest.raises(ValidationError):
            add(plan, **given)  # type: ignore[arg-type]
    plan.department = Department.objects.get(name="乙局")
    fault = add(plan)
    assert isinstance(fault, Fault) and fault.code == "not_in_scope"


def test_the_command_adds_tells_and_takes_back(plan: RefreshPlan) -> None:
    said = run("add", "更新规划", "2027", "甲局", "desktop", "2", "--reason", "新进人员")
    assert "2027: 甲局 desktop, 1 of 2 added" in said
    assert PlanAddition.objects.get().reason == "新进人员"
    for bad in (("没有", "desktop"), ("甲局", "nothing")):
        with pytest.raises(CommandError):
            run("add", "更新规划", "2027", *bad, "1", "--reason", "r")
    assert "added" not in run("add", "更新规划", "2027", "甲局", "desktop", "0")
    assert not PlanAddition.objects.exists()
