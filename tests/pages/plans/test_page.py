"""Refresh plans on pages, over the county worked by hand: drawn, written, shown to whom they are for."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from inventory.models import Department, Device, FundingSource, Role
from inventory.services import write
from reports import plans
from reports.models import PlanState, RefreshPlan
from reports.pages.plan_forms import Grid
from reports.pages.plan_view import side_by_side
from reports.plans import ExceptionAsked
from tests.factories import TESTER, TownFactory
from tests.pages.conftest import client_of, make_user
from tests.pages.plans.asked import approve, page, text_of, url
from tests.reports.hand_county import AS_OF, make_county, make_plan

pytestmark = pytest.mark.django_db


def test_the_page_shows_the_figures_of_the_workbook(browser: Client, plan: RefreshPlan) -> None:
    answer = browser.get(page(plan))
    drawn = plans.drawn(plan)
    years = {row["key"]: row["cells"] for row in answer.context["years"]["rows"]}
    for at, year in enumerate(drawn.head.all_years):
        renewed = [one for one in drawn.items if one.year == year]
        assert years["renewed"][at] == str(len(renewed))
        cost = sum((one.price_yuan or Decimal(0) for one in renewed), Decimal(0))
        assert years["cost_yuan"][at] == f"{cost:,.2f}"
    assert answer.context["undone_count"] == sum(one.year is None for one in drawn.items)
    for row in answer.context["rows"]:
        assert row["one"]["tag"] in text_of(answer) and row["why"]


def test_every_device_says_in_words_why_it_is_renewed_then_or_not(browser: Client, plan: RefreshPlan) -> None:
    drawn = plans.drawn(plan)
    for kind, undone in (("chosen", False), ("undone", True)):
        rows = browser.get(page(plan), {"kind": kind}).context["rows"]
        assert {row["one"]["tag"] for row in rows} == {one.tag for one in drawn.items if (one.year is None) == undone}
        assert all(row["why"] for row in rows)
    told = text_of(browser.get(page(plan), {"kind": "unjudged"}))
    assert all(one.tag in told for one in drawn.unjudged)


def test_a_narrowed_list_comes_alone(browser: Client, plan: RefreshPlan) -> None:
    one = next(one for one in plans.drawn(plan).items if one.year is not None)
    asked = {"kind": "chosen", "year": one.year, "department": one.department, "q": one.tag}
    answer = browser.get(page(plan), asked, headers={"hx-request": "true", "hx-target": "devices"})
    assert text_of(answer).startswith('<section id="devices"')
    assert answer["HX-Replace-Url"].startswith(f"{page(plan)}?kind=chosen&year=")
    assert answer["Cache-Control"] == "no-store", "a browser that goes back asks for the whole page"
    assert [row["one"]["tag"] for row in answer.context["rows"]] == [one.tag]
    table = browser.get(page(plan), {"by": "department"}, headers={"hx-request": "true", "hx-target": "table"})
    assert text_of(table).startswith('<section id="table"') and one.department in text_of(table)


def test_a_new_plan_is_one_form(browser: Client, plan: RefreshPlan) -> None:
    source = FundingSource.objects.get(name="专款")
    given = {
        "name": "新规划", "first_year": "2027", "years": "2", "first_month": "4", "as_of": "2026-11-24",
        "change_percent": "2.5", "order": ["failed", "past_due"], f"money-{source.pk}-2027": "40,000",
        f"money-{source.pk}-2028": "*", f"money-{source.pk}-2031": "7",
    }  # fmt: skip
    answer = browser.post(reverse("refresh_plan_add"), given)
    made = RefreshPlan.objects.get(name="新规划")
    assert answer.headers["Location"] == page(made)
    assert (made.first_month, made.change_percent, made.order) == (4, Decimal("2.5"), ["failed", "past_due"])
    assert list(made.money.values_list("year", "amount_yuan")) == [(2027, Decimal(40000)), (2028, None)]
    assert made.order == ["failed", "past_due"]


def test_the_form_begins_with_the_yearly_lines(browser: Client, plan: RefreshPlan) -> None:
    source = FundingSource.objects.get(name="专款")
    with write.unit(TESTER) as unit:
        source.amount_yuan, source.to_year = Decimal(40000), 2028
        unit.update(source)
    assert Grid.begun(2027, 3).cells == {(source.pk, 2027): "40000", (source.pk, 2028): "40000"}
    shown = text_of(browser.get(reverse("refresh_plan_add")))
    assert 'name="order" value="past_due" checked' in shown
    money = browser.get(reverse("plan_money"), {"first_year": "2030", "years": "2", f"money-{source.pk}-2030": "5"})
    assert f'name="money-{source.pk}-2030" value="5"' in text_of(money)
    assert f'name="money-{source.pk}-2031" value=""' in text_of(money)


def test_money_that_its_source_does_not_hold_is_told_before_approval(browser: Client) -> None:
    make_county()
    source = FundingSource.objects.get(name="专款")
    with write.unit(TESTER) as unit:
        source.amount_yuan, source.from_year, source.to_year = Decimal(100), 2000, 2026
        unit.update(source)
    plan = make_plan()
    assert "2000–2026" in text_of(browser.get(reverse("refresh_plan_edit", args=[plan.pk])))
    for address in (page(plan), url("approve", plan)):
        told = text_of(browser.get(address))
        assert "stands in 2027; it is registered for 2000–2026" in told
        assert "it is registered with 100.00" in told


def test_years_that_are_added_begin_with_the_yearly_lines_unless_all_is_left_blank(
    browser: Client, plan: RefreshPlan
) -> None:
    source = FundingSource.objects.get(name="专款")
    with write.unit(TESTER) as unit:
        source.amount_yuan = Decimal(40000)
        unit.update(source)
    name = f"money-{source.pk}"
    for typed, wanted in (
        ({f"{name}-2027": "5", f"{name}-2028": ""}, ["5", "", "40000"]),
        ({f"{name}-2027": ""}, [""] * 3),
    ):
        money = text_of(browser.get(reverse("plan_money"), {"first_year": "2027", "years": "3", **typed}))
        assert [f'name="{name}-{year}" value="{text}"' in money for year, text in enumerate(wanted, 2027)] == [True] * 3


def test_amounts_of_years_that_are_typed_away_come_back_with_the_years(browser: Client, plan: RefreshPlan) -> None:
    cell = f"money-{FundingSource.objects.get(name='专款').pk}-2027"
    for years in ({"first_year": "2027", "years": ""}, {"first_year": "2028", "years": "1"}):
        away = text_of(browser.get(reverse("plan_money"), {**years, cell: "70"}))
        assert f'<input type="hidden" name="{cell}" value="70">' in away
    back = text_of(browser.get(reverse("plan_money"), {"first_year": "2027", "years": "1", cell: "70"}))
    assert f'<input class="form-control text-end" name="{cell}" value="70"' in back and "hidden" not in back


def test_a_copy_begins_with_everything_of_the_plan_and_is_another_scenario(browser: Client) -> None:
    make_county()
    plan = make_plan(exceptions=(ExceptionAsked("乙局", "desktop", 1, "窗口"),))
    form = browser.get(reverse("refresh_plan_add"), {"copy": plan.pk})
    assert form.context["grid"].cells == Grid.of(plan).cells
    assert form.context["form"]["name"].value() == f"{plan.name} 2", "no two drafts bear one name"
    given = {field.name: field.value() or "" for field in form.context["form"]} | {"name": "方案二", "copy": plan.pk}
    given |= {"order": plan.order, **{f"money-{key}-{year}": v for (key, year), v in Grid.of(plan).cells.items()}}
    assert browser.post(reverse("refresh_plan_add"), given).status_code == 302
    other = RefreshPlan.objects.get(name="方案二")
    assert plans.drawn(other).items == plans.drawn(plan).items
    assert list(other.exceptions.values_list("reason", flat=True)) == ["窗口"]


def test_a_bad_amount_is_told_with_its_source_and_year_and_nothing_is_saved(browser: Client, plan: RefreshPlan) -> None:
    source = FundingSource.objects.get(name="专款")
    given = {"name": "x", "first_year": "2027", "years": "1", "first_month": "1", "as_of": "2026-11-24",
             "change_percent": "0", f"money-{source.pk}-2027": "四万"}  # fmt: skip
    shown = text_of(browser.post(reverse("refresh_plan_add"), given))
    assert "专款" in shown and "四万" in shown and "2027" in shown
    assert shown.count('inputmode="decimal" aria-invalid="true"') == 1, "the cell itself is marked"
    assert not RefreshPlan.objects.filter(name="x").exists()


def test_all_faults_are_told_at_once(browser: Client, plan: RefreshPlan) -> None:
    given = {"name": "", "first_year": "1850", "years": "0", "first_month": "13", "as_of": "1980-01-01",
             "change_percent": "-300"}  # fmt: skip
    form = browser.post(reverse("refresh_plan_add"), given).context["form"]
    assert set(form.errors) == set(given)


def test_where_a_year_takes_what_is_needed_no_total_of_money_is_claimed() -> None:
    columns = [{"key": key, "title": key} for key in ("year", "cost_yuan", "money_yuan")]
    table = {"columns": columns, "rows": [["2027", "9", ""], ["2028", "4", "5"]], "total": ["", "13", "5"]}
    money = side_by_side(table)["rows"][1]
    assert (money["cells"], money["total"]) == (["as needed", "5"], "as needed")


def test_editing_keeps_the_exceptions_and_draws_anew(browser: Client) -> None:
    make_county()
    plan = make_plan(exceptions=(ExceptionAsked("乙局", "desktop", 1, "窗口"),))
    before, exceptions = plans.drawn(plan), plan.exceptions.count()
    assert exceptions
    form = browser.get(reverse("refresh_plan_edit", args=[plan.pk])).context["form"]
    given = {"name": plan.name, "first_year": plan.first_year, "years": plan.years, "first_month": 1,
             "as_of": AS_OF.isoformat(), "change_percent": "0", "order": plan.order, "began": form.began}  # fmt: skip
    assert browser.post(reverse("refresh_plan_edit", args=[plan.pk]), given).status_code == 302
    changed = RefreshPlan.objects.get(pk=plan.pk)
    assert not changed.money.exists() and changed.exceptions.count() == exceptions
    renewed = sum(one.year is not None for one in plans.drawn(changed).items)
    assert renewed > sum(one.year is not None for one in before.items)
    assert browser.get(page(plan)).context["kinds"][0][2] == renewed


def test_the_centre_reads_plans_and_planners_write_them(plan: RefreshPlan) -> None:
    technician = client_of(make_user("tech", Role.TECHNICIAN))
    director = client_of(make_user("director", Role.DIRECTOR))
    for client in (technician, director):
        shown = text_of(client.get(page(plan), {"kind": "undone"}))
        assert reverse("plan_approve", args=[plan.pk]) not in shown and url("exception", plan) not in shown
        for name in ("exception", "due", "decide", "approve", "reopen", "follow"):
            assert client.post(url(name, plan), {}).status_code == 403, name
        assert client.get(reverse("refresh_plan_add")).status_code == 403
    assert RefreshPlan.objects.get(pk=plan.pk).state == PlanState.DRAFT


def test_a_department_and_a_technician_of_one_town_see_no_plan(plan: RefreshPlan) -> None:
    department = Department.objects.get(name="甲局")
    bureau = client_of(make_user("dep", Role.DEPARTMENT, department=department))
    town = client_of(make_user("town", Role.TECHNICIAN, towns=(TownFactory(),)))
    for client in (bureau, town):
        for address in (page(plan), *(url(name, plan) for name in ("approve", "due", "decide", "exception"))):
            assert client.get(address).status_code in (403, 404), address
        for name in ("make", "follow", "reopen"):
            assert client.post(url(name, plan), {"kind": "plan"}).status_code in (403, 404)
        assert client.get(reverse("plan_compare"), {"one": plan.pk, "two": plan.pk}).status_code in (403, 404)
        assert plan.name not in client.get("/").content.decode()
    device = Device.objects.filter(department=department).first()
    assert plan.name not in bureau.get(reverse("device_detail", args=[device.pk])).content.decode()


def test_a_device_shows_its_five_dates_apart_and_its_place_in_the_plan(browser: Client, plan: RefreshPlan) -> None:
    approve(browser, plan)
    for item in plans.drawn(RefreshPlan.objects.get(pk=plan.pk)).items:
        device = Device.objects.get(asset_tag=item.tag)
        shown = text_of(browser.get(reverse("device_detail", args=[device.pk])))
        for words in (
            "In service",
            "Warranty end",
            "Accounting end",
            "End of planned life",
            "Vendor&#x27;s end of support",
        ):
            assert words in shown
        assert str(plan) in shown
        if item.due_by != ("scrap",):
            assert item.due_on.strftime("%Y") in shown


def test_a_department_sees_on_its_page_what_the_plan_gives_it(browser: Client, plan: RefreshPlan) -> None:
    department = Department.objects.get(name="甲局")
    address = reverse("department_detail", args=[department.pk])
    assert "By the approved plan" not in text_of(browser.get(address))
    approve(browser, plan)
    assert "By the approved plan" in text_of(browser.get(address))


def test_a_draft_with_a_reviewer_waits_on_the_start_page_of_planners(browser: Client, plan: RefreshPlan) -> None:
    words = "Plans to approve"
    with write.unit(TESTER) as unit:
        plan.preparer, plan.reviewer = "某甲", "某乙"
        unit.update(plan)
    assert words in text_of(browser.get("/"))
    assert words not in text_of(client_of(make_user("tech", Role.TECHNICIAN)).get("/"))
    approve(browser, plan)
    assert words not in text_of(browser.get("/"))


def test_the_page_asks_as_much_however_many_devices_there_are(browser: Client, plan: RefreshPlan) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert browser.get(page(plan)).status_code == 200
        return len(caught)

    browser.get(page(plan))
    few = queries()
    some = Device.objects.filter(asset_tag__startswith="A").first()
    with write.unit(TESTER) as unit:
        for number in range(60):
            some.pk, some._state.adding, some.asset_tag, some.serial = None, True, f"N{number}", f"S{number}"
            unit.create(some)
    browser.get(page(plan))
    assert queries() == few and few <= 25
