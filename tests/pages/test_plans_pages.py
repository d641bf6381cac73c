"""Refresh plans on pages, over the county worked by hand: drawn, decided upon, approved, reopened, followed."""

import hashlib
import io
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from inventory.models import Department, Device, DueOverride, FundingSource, Role
from inventory.services import write
from reports import history, planjobs, plans, planwork
from reports.models import PlanItem, PlanState, RefreshPlan, ReportRun
from reports.pages.plan_forms import Grid
from reports.planrows import Drawing
from reports.plans import ExceptionAsked
from tests.factories import TESTER, TownFactory
from tests.pages.conftest import client_of, make_user
from tests.reports.hand_county import AS_OF, make_county, make_plan

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def var(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path


@pytest.fixture
def plan() -> RefreshPlan:
    make_county()
    return make_plan()


@pytest.fixture
def browser() -> Client:
    return client_of(make_user("planner", Role.PLANNER))


def page(plan: RefreshPlan) -> str:
    return reverse("refresh_plan_detail", args=[plan.pk])


def url(name: str, plan: RefreshPlan) -> str:
    return reverse(f"plan_{name}", args=[plan.pk])


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def approve(browser: Client, plan: RefreshPlan) -> RefreshPlan:
    given = {"by": "王主任", "on": "2026-12-01", "preparer": "某甲", "reviewer": "某乙"}
    answer = browser.post(url("approve", plan), given)
    assert answer.headers["Location"] == page(plan)
    return RefreshPlan.objects.get(pk=plan.pk)


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


def test_a_copy_begins_with_everything_of_the_plan_and_is_another_scenario(browser: Client) -> None:
    make_county()
    plan = make_plan(exceptions=(ExceptionAsked("乙局", "desktop", 1, "窗口"),))
    form = browser.get(reverse("refresh_plan_add"), {"copy": plan.pk})
    assert form.context["grid"].cells == Grid.of(plan).cells
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
    assert not RefreshPlan.objects.filter(name="x").exists()


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


def over(plan: RefreshPlan) -> Any:
    """A device that is undone since it lies above the standard: the bureau shrank."""
    with write.unit(TESTER) as unit:
        bureau = Department.objects.get(name="乙局")
        bureau.posts = bureau.staff = 1
        unit.update(bureau)
    return next(one for one in plans.drawn(plan).items if one.year is None and one.why[0][0] == "over_standard")


def test_a_device_above_the_standard_is_put_in_with_a_reason_and_marked(browser: Client, plan: RefreshPlan) -> None:
    one = over(plan)
    rows = browser.get(page(plan), {"kind": "undone"}).context["rows"]
    row = next(row for row in rows if row["one"]["tag"] == one.tag)
    (_words, _icon, address, opens) = next(one for one in row["actions"] if one[0] == "Put in above the standard")
    assert opens
    assert 'value="1"' in text_of(browser.get(address))
    refused = text_of(browser.post(address, {"quantity": "1", "reason": " "}))
    assert "required" in refused and not plan.exceptions.exists()
    browser.post(address, {"quantity": "1", "reason": "办事大厅窗口"})
    assert list(plan.exceptions.values_list("quantity", "reason")) == [(1, "办事大厅窗口")]
    marked = browser.get(page(plan), {"kind": "chosen", "mark": "over_standard"})
    assert len(marked.context["rows"]) == 1 and "办事大厅窗口" in text_of(marked)
    browser.post(address, {"remove": "1"})
    assert not plan.exceptions.exists()


def test_a_device_is_taken_out_by_a_due_date_with_reason_and_author(browser: Client, plan: RefreshPlan) -> None:
    one = next(one for one in plans.drawn(plan).items if one.year is not None and one.status != "to_be_scrapped")
    address = f"{url('due', plan)}?tag={one.tag}"
    end = plan.first_year + plan.years
    assert f'value="{end}-01-01"' in text_of(browser.get(address))
    browser.post(address, {"due_on": f"{end}-01-01", "reason": "年内拆除", "query": "kind=chosen"})
    override = DueOverride.objects.get(device__asset_tag=one.tag)
    assert (override.author, override.reason, override.due_on) == ("planner", "年内拆除", date(end, 1, 1))
    assert one.tag not in {row["one"]["tag"] for row in browser.get(page(plan)).context["rows"]}
    browser.post(address, {"remove": "1"})
    assert not DueOverride.objects.filter(device__asset_tag=one.tag).exists()


def rows_by_tag(browser: Client, plan: RefreshPlan, **asked: str) -> dict[str, Any]:
    return {row["one"]["tag"]: row for row in browser.get(page(plan), asked).context["rows"]}


def test_devices_are_left_out_of_one_plan_and_put_back(browser: Client, plan: RefreshPlan) -> None:
    tags = list(rows_by_tag(browser, plan))[:2]
    form = text_of(browser.get(url("decide", plan), {"tag": tags, "what": "out"}))
    assert all(f'name="tag" value="{tag}"' in form for tag in tags) and 'value="out" selected' in form
    refused = text_of(browser.post(url("decide", plan), {"tag": tags, "what": "out", "reason": " "}))
    assert "required" in refused and not plan.decisions.exists()
    given = {"tag": tags, "what": "out", "reason": "尚可使用", "query": "kind=chosen"}
    assert browser.post(url("decide", plan), given).headers["Location"] == f"{page(plan)}?kind=chosen#devices"
    undone = rows_by_tag(browser, plan, kind="undone", mark="decided")
    assert set(undone) == set(tags) and "尚可使用" in undone[tags[0]]["why"] and "planner" in undone[tags[0]]["why"]
    shown = browser.get(page(plan))
    (group,) = shown.context["decided"]
    assert (group["year"], group["count"], group["reason"], group["by"]) == (None, 2, "尚可使用", "planner")
    assert 'name="remove"' in text_of(browser.get(group["url"]))
    browser.post(url("decide", plan), {"tag": tags, "remove": "1"})
    assert not plan.decisions.exists() and set(tags) <= set(rows_by_tag(browser, plan))


def test_a_device_that_is_not_due_is_put_in_by_its_tag(browser: Client, plan: RefreshPlan) -> None:
    form = browser.get(url("decide", plan))
    assert 'name="tags"' in text_of(form)
    given = {"tags": "A3, NONE", "what": "2028", "reason": "窗口"}
    assert "NONE" in text_of(browser.post(url("decide", plan), given)) and not plan.decisions.exists()
    assert browser.post(url("decide", plan), {**given, "tags": "A3\nC3、A3"}).status_code == 302
    chosen = rows_by_tag(browser, plan, year="2028", mark="decided")
    assert set(chosen) == {"A3", "C3"} and "within its least life" in chosen["A3"]["marks"]
    moved = next(iter(rows_by_tag(browser, plan, year="2027")))
    browser.post(url("decide", plan), {"tag": moved, "what": "2028", "reason": "延后"})
    assert moved in rows_by_tag(browser, plan, year="2028")
    address = next(does[2] for does in rows_by_tag(browser, plan, q=moved)[moved]["actions"])
    assert 'value="2028" selected' in text_of(browser.get(address)) and "延后" in text_of(browser.get(address))
    assert "2031" in text_of(browser.post(url("decide", plan), {"tag": moved, "what": "2031", "reason": "x"}))


def test_a_copy_decides_the_same(browser: Client, plan: RefreshPlan) -> None:
    browser.post(url("decide", plan), {"tag": "A1", "what": "out", "reason": "尚可使用"})
    form = browser.get(reverse("refresh_plan_add"), {"copy": plan.pk}).context["form"]
    given = {field.name: field.value() or "" for field in form} | {"name": "方案二", "copy": plan.pk}
    assert browser.post(reverse("refresh_plan_add"), given).status_code == 302
    other = RefreshPlan.objects.get(name="方案二")
    assert list(other.decisions.values_list("device__asset_tag", "reason")) == [("A1", "尚可使用")]


def test_hostile_tags_and_who_may_not_decide_are_refused(browser: Client, plan: RefreshPlan) -> None:
    for tags in (["nothing"], ["A1", "' OR 1=1 --"], ["\x7f"]):
        assert browser.get(url("decide", plan), {"tag": tags}).status_code == 404
        given = {"tag": tags, "what": "out", "reason": "x"}
        assert browser.post(url("decide", plan), given).status_code == 404
    assert browser.get(reverse("plan_decide", args=[999])).status_code == 404
    for role in (Role.TECHNICIAN, Role.DIRECTOR):
        other = client_of(make_user(role, role))
        assert other.post(url("decide", plan), {"tag": "A1", "what": "out", "reason": "x"}).status_code == 403
    for asked in ({"year": "x'"}, {"mark": "place; DROP TABLE items"}, {"q": "%' OR '1"}, {"page": "999999"}):
        assert browser.get(page(plan), asked).context["rows"] == []
    assert not plan.decisions.exists()


def test_approval_freezes_what_the_page_shows(browser: Client, plan: RefreshPlan) -> None:
    before = browser.get(page(plan)).context["years"]
    assert "Renewed" in text_of(browser.get(url("approve", plan)))
    kept = approve(browser, plan)
    assert (kept.state, kept.approved_by, kept.reviewer) == (PlanState.APPROVED, "王主任", "某乙")
    with write.unit(TESTER) as unit:
        unit.delete(Device.objects.get(asset_tag="A1"))
    assert browser.get(page(plan)).context["years"] == before
    for name in ("exception", "due", "decide", "approve"):
        answer = browser.post(url(name, plan), {})
        assert answer.headers["Location"] == page(plan), name
    assert browser.get(reverse("refresh_plan_edit", args=[plan.pk])).status_code == 302
    assert browser.post(reverse("refresh_plan_delete", args=[plan.pk])).status_code == 403


def test_approval_without_a_reviewer_is_refused(browser: Client, plan: RefreshPlan) -> None:
    given = {"by": "王主任", "on": "2026-12-01", "preparer": "某甲", "reviewer": ""}
    assert "required" in text_of(browser.post(url("approve", plan), given))
    assert RefreshPlan.objects.get(pk=plan.pk).state == PlanState.DRAFT


def test_reopening_makes_a_version_that_tells_what_changed(browser: Client, plan: RefreshPlan) -> None:
    approve(browser, plan)
    answer = browser.post(url("reopen", plan), {"as_of": "2026-12-20"})
    new = RefreshPlan.objects.get(name=plan.name, version=2)
    assert answer.headers["Location"] == page(new) and new.as_of == date(2026, 12, 20)
    shown = browser.get(page(new))
    assert any("2026-12-20" in line for line in shown.context["changes"])
    assert browser.post(url("reopen", plan), {}, follow=True).status_code == 200
    assert RefreshPlan.objects.filter(name=plan.name).count() == 2


def test_execution_is_followed_for_the_ticked_devices_together(browser: Client, plan: RefreshPlan) -> None:
    approve(browser, plan)
    tags = list(PlanItem.objects.filter(plan=plan, year__isnull=False).values_list("asset_tag", flat=True))[:2]
    given = {"tag": tags, "stage": "requested", "on": "2027-01-10", "query": "kind=chosen"}
    answer = browser.post(url("follow", plan), given)
    assert answer.headers["Location"] == f"{page(plan)}?kind=chosen#devices"
    assert set(PlanItem.objects.filter(stage="requested").values_list("asset_tag", flat=True)) == set(tags)
    told = text_of(browser.post(url("follow", plan), {**given, "stage": "in_service"}, follow=True))
    assert "in one step" in told
    assert "Tick some devices first" in text_of(browser.post(url("follow", plan), {"stage": "granted"}, follow=True))
    progress = browser.get(page(plan)).context["progress"]
    assert sum(row["stages"][1] for row in progress) == len(tags)


@pytest.mark.parametrize("kind", ["plan", "budget"])
def test_workbooks_are_kept_in_the_history_for_who_may_see_it(browser: Client, plan: RefreshPlan, kind: str) -> None:
    answer = browser.post(url("make", plan), {"kind": kind, "year": "2027"})
    file = answer.headers["Location"]
    octets = b"".join(browser.get(file).streaming_content)
    assert openpyxl.load_workbook(io.BytesIO(octets)).sheetnames
    run = ReportRun.objects.get()
    assert (run.report, run.owner.username, run.sha256) == (kind, "planner", hashlib.sha256(octets).hexdigest())
    shown = text_of(browser.get(reverse("report_run_detail", args=[run.pk])))
    assert file in shown and page(plan) in shown and run.file_name in shown
    assert b"".join(client_of(make_user("other", Role.PLANNER)).get(file).streaming_content) == octets
    town = client_of(make_user("town", Role.TECHNICIAN, towns=(TownFactory(),)))
    assert town.get(file).status_code in (403, 404)


def template(cells: dict[str, str]) -> SimpleUploadedFile:
    book = openpyxl.Workbook()
    for place, text in cells.items():
        book.active[place] = text
    octets = io.BytesIO()
    book.save(octets)
    return SimpleUploadedFile("财政表.xlsx", octets.getvalue())


def test_the_finance_offices_form_is_filled_in(browser: Client, plan: RefreshPlan) -> None:
    sent = template({"A1": "{{year}}", "A3": "{{rows.单位}}", "B3": "{{rows.资产名称}}"})
    answer = browser.post(url("make", plan), {"kind": "template", "year": "2027", "template": sent})
    octets = b"".join(browser.get(answer.headers["Location"]).streaming_content)
    sheet = openpyxl.load_workbook(io.BytesIO(octets)).active
    assert str(sheet["A1"].value) == "2027" and sheet["A3"].value
    run = ReportRun.objects.get()
    assert (run.report, run.parameters["template"], run.rows) == ("template", "财政表.xlsx", 3)
    assert not history.template_of(run).exists(), "what was sent is not kept beside what was made of it"
    assert run.file_name in text_of(browser.get(reverse("report_run_detail", args=[run.pk])))


def test_a_fault_of_the_form_names_its_cell(browser: Client, plan: RefreshPlan) -> None:
    sent = template({"C7": "{{nothing_like_it}}"})
    answer = browser.post(url("make", plan), {"kind": "template", "year": "2027", "template": sent}, follow=True)
    assert "C7" in text_of(answer)
    for sent, words in ((SimpleUploadedFile("a.xls", b"x"), "a.xls"), (None, "Choose")):
        given = {"kind": "template", "year": "2027"} | ({"template": sent} if sent else {})
        assert words in text_of(browser.post(url("make", plan), given, follow=True))


def test_two_plans_stand_side_by_side(browser: Client, plan: RefreshPlan) -> None:
    other = RefreshPlan(name="及时", first_year=plan.first_year, years=plan.years, as_of=AS_OF)
    plans.make(other, [], [], TESTER)
    answer = browser.get(reverse("plan_compare"), {"one": plan.pk, "two": other.pk})
    differing = {row["tag"] for row in answer.context["differing"]}
    a, b = ({one.tag: one for one in plans.drawn(one).items} for one in (plan, other))
    keys = ("year", "source", "price_yuan")
    assert differing == {tag for tag in a if any(getattr(a[tag], key) != getattr(b[tag], key) for key in keys)}
    made = browser.post(url("make", plan), {"kind": "compare", "other": other.pk})
    assert b"".join(browser.get(made.headers["Location"]).streaming_content).startswith(b"PK")
    assert browser.get(reverse("plan_compare"), {"one": plan.pk, "two": 999}).status_code == 404


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[planjobs.Job]]:
    """A register too large to wait for; the work that a process would have been started for."""
    started: list[planjobs.Job] = []
    monkeypatch.setattr(planwork, "is_small", lambda: False)
    monkeypatch.setattr(planjobs, "start", started.append)
    yield started


def test_a_large_register_is_drawn_in_the_background(browser: Client, plan: RefreshPlan, large: list[Any]) -> None:
    waiting = text_of(browser.get(page(plan)))
    assert 'id="drawing"' in waiting and 'hx-trigger="every 1s"' in waiting
    (job,) = large
    part = {"hx-request": "true", "hx-target": "drawing"}
    with planjobs.held(job.token):
        assert text_of(browser.get(page(plan), headers=part)).startswith('<section id="drawing"')
        assert len(large) == 1, "one draws it, however many look"
        assert planwork.perform(job).state == planjobs.DONE
    assert browser.get(page(plan), headers=part).headers["HX-Redirect"] == page(plan)
    with write.unit(TESTER) as unit:
        unit.delete(Device.objects.get(asset_tag="A1"))
    assert browser.get(page(plan)).context["stale"] and len(large) == 1
    assert 'id="drawing"' in text_of(browser.get(page(plan), {"anew": "1"})) and len(large) == 2


def test_a_drawing_that_failed_says_so_and_is_not_begun_again_by_itself(
    browser: Client, plan: RefreshPlan, large: list[Any]
) -> None:
    browser.get(page(plan))
    part = {"hx-request": "true", "hx-target": "drawing"}
    for _look in range(3):
        told = text_of(browser.get(page(plan), headers=part))
        assert "could not be drawn" in told and "hx-trigger" not in told
    assert len(large) == 1
    browser.get(page(plan), {"anew": "1"})
    assert len(large) == 2


def test_work_that_was_stopped_says_so(browser: Client, plan: RefreshPlan, large: list[Any]) -> None:
    given = {"by": "王主任", "on": "2026-12-01", "preparer": "某甲", "reviewer": "某乙"}
    address = browser.post(url("approve", plan), given).headers["Location"]
    (job,) = large
    with planjobs.held(job.token):
        assert 'id="job"' in text_of(browser.get(address))
    assert "stopped before it was done" in text_of(browser.get(address, follow=True))
    assert client_of(make_user("other", Role.PLANNER)).get(address).status_code == 404


def test_of_a_large_register_a_workbook_is_made_in_the_background(
    browser: Client, plan: RefreshPlan, large: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[ReportRun] = []
    monkeypatch.setattr(history, "start", started.append)
    address = browser.post(url("make", plan), {"kind": "budget", "year": "2027"}).headers["Location"]
    (run,) = started
    with history.held(run):
        assert 'id="progress"' in text_of(browser.get(address))
        again = browser.post(url("make", plan), {"kind": "plan"})
        assert again.headers["Location"] == address and len(started) == 1, "one report at a time for each person"
        call_command("report", run=run.pk)
    assert reverse("report_run_file", args=[run.pk]) in text_of(browser.get(address))


def test_the_command_does_what_a_page_asked_for(plan: RefreshPlan) -> None:
    job = planjobs.ask("draw", plan.pk, None)
    with planjobs.held(job.token):
        call_command("plan_work", job.token)
    done = planjobs.find(job.token)
    assert done is not None and done.state == planjobs.DONE
    drawing = planwork.drawing(plan)
    assert isinstance(drawing, Drawing) and drawing.count(kind="chosen") == 6
    with pytest.raises(CommandError):
        call_command("plan_work", "nothing")


def test_an_error_of_the_program_ends_the_work_and_is_told(plan: RefreshPlan) -> None:
    done = planwork.perform(planjobs.ask("approve", plan.pk, None))
    assert done.state == planjobs.FAILED and "An error in the program" in done.fault


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
