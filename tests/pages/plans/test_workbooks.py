"""Workbooks of plans, two plans side by side, and work in the background."""

import hashlib
import io
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from inventory.models import Device, Role
from inventory.services import write
from reports import history, planjobs, plans, planwork
from reports.models import RefreshPlan, ReportRun
from reports.planrows import Drawing
from tests.factories import TESTER, TownFactory
from tests.pages.conftest import client_of, make_user
from tests.pages.plans.asked import page, text_of, url
from tests.reports.hand_county import AS_OF

pytestmark = pytest.mark.django_db


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


def test_the_execution_is_offered_and_made_once_the_plan_is_approved(browser: Client, plan: RefreshPlan) -> None:
    offer = 'value="execution"'
    assert offer not in text_of(browser.get(page(plan)))
    told = text_of(browser.post(url("make", plan), {"kind": "execution"}, follow=True))
    assert "only an approved plan is followed" in told
    plans.approve(plan, by="王主任", on=AS_OF, actor=TESTER)
    assert offer in text_of(browser.get(page(plan)))
    file = browser.post(url("make", plan), {"kind": "execution"}).headers["Location"]
    octets = b"".join(browser.get(file).streaming_content)
    assert openpyxl.load_workbook(io.BytesIO(octets)).sheetnames[0] == "Execution"
    run = ReportRun.objects.get(state="done")
    assert (run.report, run.data_date) == ("execution", timezone.localdate())
    assert "Execution of the plan" in text_of(browser.get(reverse("report_run_detail", args=[run.pk])))


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
    monkeypatch.setattr(history, "start", lambda run, _lock: started.append(run))
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
