"""Reports on pages: a form for each book, making in the background, preview, charts, file, history, who may what."""

import io
import json
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from inventory.models import Role, User
from inventory.pages.writing import actor_of
from reports import background, catalogue, history
from reports.models import RefreshPlan, ReportRun, RunState
from reports.pages.asking import PARAMETERS
from tests.conftest import ROOT
from tests.factories import DepartmentFactory, DeviceFactory, TownFactory
from tests.pages.conftest import client_of, make_user
from tests.reports.hand_county import make_county, make_plan

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def var(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[ReportRun]:
    """The reports whose process would have been started; none is."""
    runs: list[ReportRun] = []
    monkeypatch.setattr(history, "start", lambda run, _lock: runs.append(run))
    return runs


@pytest.fixture
def planner() -> User:
    return make_user("planner", Role.PLANNER)


@pytest.fixture
def browser(planner: User) -> Client:
    return client_of(planner)


def made_by(user: User, report: str = "register", **more: Any) -> ReportRun:
    asked = history.ask(report, as_of=DAY, actor=actor_of(user), **{"parameters": {"lang": "en"}, **more})
    with asked as (run, _lock):
        assert background.perform(run).state == RunState.DONE
    return run


def page_of(run: ReportRun) -> str:
    return reverse("report_run_detail", args=[run.pk])


def test_every_report_of_the_catalogue_has_its_form(browser: Client) -> None:
    shown = browser.get(reverse("reports")).content.decode()
    for book in catalogue.BOOKS:
        url = reverse("report_ask", args=[book.name])
        assert url in shown and book.title[1] in shown
        form = browser.get(url)
        of_plan = {"plan"} if book.name == "budget" else set()
        names = {"as_of", "town", "department", "lang", *book.params, *of_plan}
        assert set(form.context["form"].fields) == names
        for name in names:
            assert f'name="{name}"' in form.content.decode()


def test_every_parameter_of_a_book_has_a_field() -> None:
    assert {name for book in catalogue.BOOKS for name in book.params} <= PARAMETERS.keys()


def test_an_unknown_report_is_not_found(browser: Client) -> None:
    assert browser.get("/reports/nothing/").status_code == 404
    assert browser.post("/reports/nothing/", {}).status_code == 404


def test_asking_leads_to_a_page_that_tells_how_far_it_is(browser: Client, started: list[ReportRun]) -> None:
    department = DepartmentFactory(name="财政局")
    asked = {
        "as_of": "2026-11-24", "lang": "zh", "department": department.pk, "year": 2028, "fill": "on", "preparer": "某甲"
    }  # fmt: skip
    answer = browser.post(reverse("report_ask", args=["budget"]), asked)
    (run,) = started
    assert answer.headers["Location"] == page_of(run)
    assert (run.report, run.data_date, run.department, run.town) == ("budget", DAY, department, None)
    assert run.parameters == {
        "lang": "zh", "year": 2028, "unit": "", "preparer": "某甲", "reviewer": "", "fill": True
    }  # fmt: skip
    with history.held(run):
        history.tell(run, 45)
        page = browser.get(page_of(run)).content.decode()
        assert "45 %" in page and 'hx-trigger="every 1s"' in page
        part = browser.get(page_of(run), headers={"hx-request": "true", "hx-target": "progress"})
        assert part.content.decode().startswith('<section id="progress"')
        background.perform(run)
    part = browser.get(page_of(run), headers={"hx-request": "true", "hx-target": "progress"})
    assert part.headers["HX-Refresh"] == "true"
    assert "某甲" in browser.get(page_of(run)).content.decode()


def test_a_second_one_waits_until_the_first_is_made(browser: Client, started: list[ReportRun]) -> None:
    asked = {"as_of": "2026-11-24", "lang": "en"}
    browser.post(reverse("report_ask", args=["coverage"]), asked)
    with history.held(started[0]):
        answer = browser.post(reverse("report_ask", args=["coverage"]), asked, follow=True)
        assert len(started) == 1 and "still being made" in answer.content.decode()
    browser.post(reverse("report_ask", args=["coverage"]), asked)
    assert len(started) == 2, "a report that was stopped holds up nobody"


def test_what_another_has_asked_for_alike_is_joined(browser: Client, started: list[ReportRun]) -> None:
    asked = {"as_of": "2026-11-24", "lang": "en"}
    other = client_of(make_user("other", Role.PLANNER))
    address = other.post(reverse("report_ask", args=["coverage"]), asked).headers["Location"]
    with history.held(started[0]):
        answer = browser.post(reverse("report_ask", args=["coverage"]), asked, follow=True)
        assert answer.redirect_chain[-1][0] == address and len(started) == 1
        assert "has been in the making since" in answer.content.decode()
        browser.post(reverse("report_ask", args=["coverage"]), asked | {"lang": "zh"})
        assert len(started) == 2


def test_one_that_was_stopped_is_told_as_failed(browser: Client, started: list[ReportRun]) -> None:
    browser.post(reverse("report_ask", args=["coverage"]), {"as_of": "2026-11-24", "lang": "en"})
    page = browser.get(page_of(started[0])).content.decode()
    assert "The report was not made." in page and "It was stopped before it was done." in page
    assert "Download" not in page


def test_the_history_names_people_and_not_their_accounts(browser: Client, planner: User) -> None:
    User.objects.filter(pk=planner.pk).update(first_name="陈静")
    run = made_by(planner, "coverage")
    for name in ("reports", "report_run_list"):
        assert "陈静" in browser.get(reverse(name)).content.decode()
    browser.post(reverse("report_run_remove", args=[run.pk]))
    assert ReportRun.objects.get(pk=run.pk).removed_by == "陈静"


def test_the_history_tells_it_too(browser: Client, started: list[ReportRun]) -> None:
    browser.post(reverse("report_ask", args=["coverage"]), {"as_of": "2026-11-24", "lang": "en"})
    assert "failed" in browser.get(reverse("report_run_list")).content.decode()


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"as_of": ""}, "required"),
        ({"as_of": "1066-10-14"}, "outside 1990 to 2100"),
        ({"year": "99999"}, "less than or equal to 2100"),
        ({"town": "999999"}, "valid choice"),
        ({"lang": "fr"}, "valid choice"),
    ],
)
def test_what_cannot_be_asked_for_is_told_beside_its_field(
    browser: Client, started: list[ReportRun], asked: dict[str, str], told: str
) -> None:
    given = {"as_of": "2026-11-24", "lang": "en", "year": "2027"} | asked
    answer = browser.post(reverse("report_ask", args=["budget"]), given)
    assert answer.status_code == 200 and started == []
    assert told in str(answer.context["form"].errors)


def test_a_department_of_another_town_is_refused(browser: Client, started: list[ReportRun]) -> None:
    department, town = DepartmentFactory(), TownFactory()
    asked = {"as_of": "2026-11-24", "lang": "en", "town": town.pk, "department": department.pk}
    answer = browser.post(reverse("report_ask", args=["coverage"]), asked)
    assert started == [] and "lies in" in answer.content.decode()


def test_the_page_shows_what_the_workbook_holds(browser: Client, planner: User) -> None:
    DeviceFactory(asset_tag="PC-<1>", serial="=1+1", price_yuan=4850, purchased_on=date(2020, 1, 2))
    DeviceFactory(asset_tag="PC-2", price_yuan=150, purchased_on=date(2024, 1, 2))
    run = made_by(planner)
    answer = browser.get(page_of(run))
    page = answer.content.decode()
    assert "PC-&lt;1&gt;" in page and "5,000.00" in page
    assert '<td class="rp-text"><div>' in page, "a long text is as wide as it is read, no wider"
    chart = json.loads(re.search(r'<script id="report-charts"[^>]*>(.*?)</script>', page, re.S)[1])[0]  # type: ignore[index]
    assert chart["categories"] == ["2020", "2021", "2022", "2023", "2024"]
    file = browser.get(reverse("report_run_file", args=[run.pk]))
    assert file.headers["Content-Disposition"] == f'attachment; filename="{run.file_name}"'
    book = openpyxl.load_workbook(io.BytesIO(b"".join(file.streaming_content)))
    assert [name for _index, name in answer.context["names"]] == book.sheetnames
    titles = [column["title"] for column in answer.context["sheet"]["columns"]]
    assert [cell.value for cell in book.worksheets[0][3]] == titles


def test_each_sheet_can_be_chosen_and_a_part_alone_be_asked_for(browser: Client, planner: User) -> None:
    DeviceFactory()
    run = made_by(planner, "coverage")
    for number, name in browser.get(page_of(run)).context["names"]:
        whole = browser.get(page_of(run) + f"?sheet={number}")
        part = browser.get(page_of(run) + f"?sheet={number}", headers={"hx-request": "true", "hx-target": "sheet"})
        assert whole.context["sheet"]["name"] == part.context["sheet"]["name"] == name
        assert part.content.decode().startswith('<section id="sheet"')
    for odd in ("99", "-1", "x", "²"):
        assert browser.get(page_of(run), {"sheet": odd}).status_code == 200


def test_a_preview_that_an_earlier_version_made_is_not_read(browser: Client, planner: User) -> None:
    run = made_by(planner)
    history.preview_file(run).write_text(json.dumps({"version": 0}))
    page = browser.get(page_of(run)).content.decode()
    assert "An earlier version" in page and reverse("report_run_file", args=[run.pk]) in page


def test_it_can_be_asked_for_again_with_the_same_parameters(browser: Client, planner: User) -> None:
    department = DepartmentFactory()
    run = made_by(planner, "budget", department=department, parameters={"lang": "zh", "year": 2031})
    again = reverse("report_ask", args=["budget"]) + f"?run={run.pk}"
    assert again in browser.get(page_of(run)).content.decode()
    form = browser.get(again).context["form"]
    assert form["year"].value() == 2031 and form["department"].value() == department.pk and form["lang"].value() == "zh"


@pytest.fixture
def plan() -> RefreshPlan:
    make_county()
    return make_plan()


def test_a_plan_has_its_books_with_its_own_date(browser: Client, started: list[ReportRun], plan: RefreshPlan) -> None:
    assert set(browser.get("/reports/plan/").context["form"].fields) == {"plan", "lang"}
    assert browser.post("/reports/plan/", {"lang": "en"}).status_code == 200, "without a plan there is nothing to show"
    browser.post("/reports/plan/", {"lang": "en", "plan": plan.pk})
    year = plan.first_year + 1
    browser.post("/reports/budget/", {"lang": "en", "as_of": "2020-01-01", "plan": plan.pk, "year": year})
    for run, name in zip(started, ("plan", f"budget-{year}"), strict=True):
        background.perform(run)
        run.refresh_from_db()
        assert (run.state, run.fault, run.data_date) == (RunState.DONE, "", plan.as_of)
        assert run.file_name.startswith(f"{name}-") and run.parameters["plan"] == plan.pk
        assert str(plan) in browser.get(page_of(run)).content.decode()
        again = browser.get(reverse("report_ask", args=[run.report]) + f"?run={run.pk}")
        assert again.context["form"]["plan"].value() == plan.pk


def test_a_year_beyond_the_plan_is_refused(browser: Client, started: list[ReportRun], plan: RefreshPlan) -> None:
    asked = {"lang": "en", "as_of": "2026-11-24", "plan": plan.pk, "year": plan.first_year + plan.years}
    assert "does not reach to" in browser.post("/reports/budget/", asked).content.decode()
    assert started == []


def test_a_removed_file_is_told_and_cannot_be_had(browser: Client, planner: User) -> None:
    run = made_by(planner)
    answer = browser.post(reverse("report_run_remove", args=[run.pk]), follow=True)
    assert "Its file was removed on" in answer.content.decode()
    assert browser.get(reverse("report_run_file", args=[run.pk])).status_code == 404
    assert browser.post(reverse("report_run_remove", args=[run.pk])).status_code == 403
    assert ReportRun.objects.get(pk=run.pk).removed_by == "planner"


def test_another_persons_file_can_be_read_but_not_removed(planner: User) -> None:
    run = made_by(planner)
    other = client_of(make_user("director", Role.DIRECTOR))
    assert other.get(reverse("report_run_file", args=[run.pk])).status_code == 200
    assert other.post(reverse("report_run_remove", args=[run.pk])).status_code == 403
    admin = client_of(make_user("admin", Role.ADMINISTRATOR))
    assert admin.post(reverse("report_run_remove", args=[run.pk])).status_code == 302


def test_who_sees_a_part_of_the_county_reaches_no_report(planner: User, started: list[ReportRun]) -> None:
    """Not even one of their own town or department: it may count what they may not see."""
    town = TownFactory()
    department = DepartmentFactory(town=town)
    DeviceFactory(department=department)
    runs = [made_by(planner, town=town), made_by(planner, department=department)]
    strangers = [
        make_user("dep", Role.DEPARTMENT, department=department),
        make_user("tech", Role.TECHNICIAN, towns=(town,)),
        make_user("machine", Role.COLLECTOR),
        make_user("none", ""),
    ]
    for user in strangers:
        client = client_of(user)
        forms = [reverse("report_ask", args=[name]) for name in catalogue.names()]
        for url in (reverse("reports"), *forms, reverse("report_run_list")):
            assert client.get(url).status_code == 403, (user, url)
        assert client.post(forms[0], {"as_of": "2026-11-24", "lang": "en"}).status_code == 403
        for run in runs:
            for url in (page_of(run), reverse("report_run_file", args=[run.pk])):
                assert client.get(url).status_code in (403, 404), (user, url)
            assert client.post(reverse("report_run_remove", args=[run.pk])).status_code in (403, 404)
            listed = client.get(reverse("report_run_export", args=["csv"]))
            assert listed.status_code == 403 or run.file_name not in b"".join(listed.streaming_content).decode()
        assert "/reports/" not in client.get(reverse("password_change")).content.decode()
    assert started == [] and all(history.workbook_of(run).exists() for run in runs)


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.TECHNICIAN, Role.PLANNER, Role.ADMINISTRATOR])
def test_who_sees_the_whole_county_makes_reports(role: str, started: list[ReportRun]) -> None:
    client = client_of(make_user("someone", role))
    asked = {"as_of": "2026-11-24", "lang": "en"}
    assert client.post(reverse("report_ask", args=["coverage"]), asked).status_code == 302
    assert len(started) == 1 and started[0].owner is not None
    assert "/reports/" in client.get(reverse("password_change")).content.decode()


def test_nobody_signed_in_is_sent_to_sign_in(planner: User) -> None:
    run = made_by(planner)
    for url in (reverse("reports"), page_of(run), reverse("report_run_file", args=[run.pk])):
        assert Client().get(url).headers["Location"].startswith("/login/")


def test_a_workbook_that_a_command_wrote_says_so(browser: Client, tmp_path: Path) -> None:
    from django.core.management import call_command

    call_command("report", "coverage", out=tmp_path / "out", stdout=io.StringIO())
    page = browser.get(page_of(ReportRun.objects.get())).content.decode()
    assert "It was handed over when it was made" in page and "/file/" not in page


def test_the_number_of_queries_does_not_grow_with_the_history(browser: Client, planner: User) -> None:
    urls = [reverse("reports"), reverse("report_run_list"), reverse("report_ask", args=["coverage"])]
    made_by(planner, "coverage", department=DepartmentFactory())
    counts = []
    for _turn in range(2):
        for url in urls:
            browser.get(url)
        with CaptureQueriesContext(
            connection,
        ) as found:
            for url in urls:
                browser.get(url)
        counts.append(len(found))
        for _more in range(5):
            made_by(planner, "coverage", department=DepartmentFactory())
    assert counts[0] == counts[1]


def test_a_schedule_is_added_by_who_plans_and_read_by_the_centre() -> None:
    given = {
        "name": "weekly coverage", "report": "coverage", "lang": "zh", "cadence": "weekly", "day": 1, "hour": 7,
        "folder": "weekly", "enabled": "on",
    }  # fmt: skip
    planner = client_of(make_user("planner", Role.PLANNER))
    url = reverse("report_schedule_add")
    assert "Coverage of equipment and network" in planner.get(url).content.decode()
    refused = planner.post(url, given | {"folder": "../etc"})
    assert refused.status_code == 200 and "leading" in refused.content.decode()
    assert "valid choice" in planner.post(url, given | {"report": "nothing"}).content.decode()
    assert planner.post(url, given).status_code == 302
    director = client_of(make_user("director", Role.DIRECTOR))
    assert "weekly coverage" in director.get(reverse("report_schedule_list")).content.decode()
    assert director.post(url, given | {"name": "another"}).status_code == 403


def test_a_schedule_that_went_wrong_waits_on_the_start_page(planner: User, browser: Client) -> None:
    from tests.reports.test_scheduling import scheduled

    told = "Scheduled reports that went wrong"
    scheduled(last_fault="No mail server")
    assert told in browser.get(reverse("home")).content.decode()
    town = client_of(make_user("tech", Role.TECHNICIAN, towns=(TownFactory(),)))
    assert told not in town.get(reverse("home")).content.decode()


def test_pages_start_without_pandas() -> None:
    """Its import alone takes most of a second, of every command and of every process that serves pages."""
    script = "import sys, django; django.setup(); import inventory.config.urls; assert 'pandas' not in sys.modules"
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "inventory.config.settings"}
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment, check=True)
