"""Every address of the resolver as everybody: what a stranger asks for shows nothing of others and changes nothing."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import path, reverse

from inventory import scope
from inventory.models import Attachment, Device, FundingSource, JournalEntry, Role, SavedFilter, User
from inventory.pages.kit import kit
from inventory.services import tokens, write
from inventory.ui.page import ModelPage
from reports.models import RefreshPlan, ReportRun, ReportSchedule
from tests.factories import TESTER, DepartmentFactory, TownFactory
from tests.pages import walk
from tests.pages.conftest import Register, client_of, make_user
from tests.pages.walk import MARK, addresses, furnish, sent, state, text_of

OPEN = {"healthz", "set_language", "login", "logout"}
"""Answered to who is not signed in."""
API = "/api/"
"""Says 401 where a page leads to the sign-in, and writes for tokens alone."""
MARKS = (MARK, "aabbccddeeff", "aa:bb:cc:dd:ee:ff", "10.1.2.3", "s3cret")
REFUSED = (403, 404, 405)


@pytest.fixture(autouse=True)
def var(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "files"


@pytest.fixture
def foreign(register: Register, monkeypatch: pytest.MonkeyPatch) -> Register:
    """The register with a mark in all that its town and its department alone may see, and what others left there."""

    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise AssertionError("a stranger started a process")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    device, person = register.device, register.rows[2]
    with write.unit(TESTER) as unit:
        device.name, device.serial, device.note = f"{MARK}-NAME", f"{MARK}-SERIAL", f"{MARK}-NOTE"
        unit.update(device)
        device.department.name, device.site.name = f"{MARK}-DEPARTMENT", f"{MARK}-SITE"
        unit.update(device.department)
        unit.update(device.site)
        person = next(row for row in register.rows if row._meta.model_name == "person")
        person.name = f"{MARK}-PERSON"
        unit.update(person)
        fund = FundingSource.objects.get()
    furnish(register, fund)
    return register


def get_user(client: Client) -> User:
    return User.objects.get(pk=client.session["_auth_user_id"])


def strangers() -> dict[str, Client]:
    other = DepartmentFactory()
    return {
        "without a role": client_of(make_user("none", "")),
        "collector": client_of(make_user("machine", Role.COLLECTOR)),
        "department": client_of(make_user("dep", Role.DEPARTMENT, department=other)),
        "technician of one town": client_of(make_user("tech", Role.TECHNICIAN, towns=(TownFactory(),))),
    }


def test_who_is_not_signed_in_gets_no_page(foreign: Register) -> None:
    client, before = Client(), state()
    for one in addresses():
        for answer in (client.get(one.url), client.post(one.url, {})):
            if one.url.startswith(API):
                assert answer.status_code == 401, one.url
            else:
                assert one.name in OPEN or answer.status_code == 302, (one.url, answer.status_code)
                assert one.name in OPEN or answer["Location"].startswith("/login/"), one.url
            assert not any(mark in text_of(answer) for mark in MARKS), one.url
    assert state() == before


def theirs_to(who: str, one: walk.Address) -> bool:
    """The catalogue is public, and every technician adds to it."""
    return who.startswith("technician") and one.page is not None and one.page.name in ("manufacturer", "device_type")


def program_of(user: User) -> Client:
    """A client of the API with a token that writes."""
    token = tokens.make(user, "script", expires_on=None, actor=TESTER, writes=True)
    client = Client(headers={"Authorization": f"Bearer {token}"})
    client.get(API)  # the first use of a day is noted
    return client


def writes_by(client: Client, theirs: Callable[[walk.Address], bool]) -> Iterator[tuple[walk.Address, Any]]:
    """(address, answer) of writes by the API, as whole as they can be, but those to what is theirs."""
    for one in addresses():
        if one.page is None or not one.url.startswith(API) or theirs(one):
            continue
        row = one.row or one.page.model._default_manager.first()
        assert row is not None
        for method in ("post", "patch", "delete"):
            for given in ({}, whole(one.page, row), [whole(one.page, row) | {"id": row.pk}]):
                told = json.dumps(given, default=str)
                yield one, getattr(client, method)(one.url, told, content_type="application/json")


def whole(page: ModelPage, row: Any) -> dict[str, Any]:
    """The fields of a page's form as a row has them, some of them forged, related rows by their keys."""
    names = [name for section in page.form for name in section.fields if name not in row.secret]
    values = {name: getattr(row, name) for name in names if not row._meta.get_field(name).many_to_many}
    given = {name: getattr(value, "pk", value) for name, value in values.items()}
    return given | {name: "forged" for name in ("note", "name", "reason", "description") if name in given}


@pytest.mark.parametrize("who", ["without a role", "collector", "department", "technician of one town"])
def test_a_stranger_with_a_token_sees_and_writes_nothing_of_others(foreign: Register, who: str) -> None:
    client = program_of(get_user(strangers()[who]))
    before, found, tried = state(), [], 0
    for one, answer in writes_by(client, lambda one: theirs_to(who, one)):
        tried += 1
        assert answer.status_code in (400, *REFUSED), (one.url, answer.content)
        found += [f"{one.url}: {mark}" for mark in MARKS if mark in text_of(answer)]
    assert not found, "\n".join(found)
    assert tried > 300
    assert state() == before


HIDDEN = {Device, RefreshPlan, ReportRun, ReportSchedule, JournalEntry, Attachment}
"""Some of the rows that every stranger must be refused."""


@pytest.mark.parametrize("who", ["without a role", "collector", "department", "technician of one town"])
def test_a_stranger_sees_nothing_of_others_and_changes_nothing(foreign: Register, who: str) -> None:
    """What names a row of others is answered by 403 or 404, and no other page says a word of it."""
    client, before, key = strangers()[who], state(), str(foreign.device.pk)
    user = get_user(client)
    faults, refused = [], set()
    for one in addresses():
        if one.name in ("run_start", "logout"):
            continue
        answers = [client.get(one.url)]
        if one.part == "list":
            by_htmx = {"hx-request": "true", "hx-target": "panel"}
            answers.append(client.get(one.url, {"panel": "filters", "device": key}, headers=by_htmx))
            answers.append(client.get(one.url, {"q": MARK[1:]}))
        if one.part not in ("columns", "saved") and not theirs_to(who, one):
            answers.append(client.post(one.url, sent(one, foreign)))
        theirs = one.row is not None and not scope.visible(user, type(one.row)).filter(pk=one.row.pk).exists()
        if theirs or "token" in one.arguments:
            refused.add(type(one.row))
            faults += [f"{one.url}: {a.status_code}" for a in answers if a.status_code not in REFUSED]
        for answer in answers:
            assert answer.status_code in (200, 302, 400, *REFUSED), (one.url, answer.status_code)
            text = text_of(answer)
            faults += [f"{one.url}: {mark}" for mark in MARKS if mark in text]
    assert not faults, "\n".join(faults)
    assert refused >= HIDDEN
    assert state() == before


def test_a_filter_on_a_row_of_others_is_no_oracle(foreign: Register) -> None:
    """Neither by a related row that is not on offer, nor by a look-up that nobody declared."""
    client, device = strangers()["technician of one town"], foreign.device
    page = kit.pages[Device]
    queries = (
        f"holder={device.holder_id}", f"department={device.department_id}", "holder__name__startswith=F",
        "serial__contains=F", "sort=holder__user__password", "sort=serial__length", "created_by__password__regex=.",
    )  # fmt: skip
    for query in queries:
        answer = client.get(f"{page.url('list')}?{query}")
        assert answer.status_code == 200
        assert MARK not in text_of(answer), query


def test_a_deletion_names_no_row_of_others(foreign: Register) -> None:
    """A type of device is everybody's; the devices of that type are not."""
    client, kind = strangers()["technician of one town"], foreign.device.device_type
    page = kit.pages[type(kind)]
    for answer in (client.get(page.url("delete", kind.pk)), client.post(page.url("delete", kind.pk))):
        assert answer.status_code == 200
        assert not any(mark in text_of(answer) for mark in (*MARKS, "TZ-1", "TZ-2"))
    answer = client.post(page.url("bulk"), {"do": "delete", "pk": str(kind.pk), "confirm": "1"})
    assert not any(mark in text_of(answer) for mark in (*MARKS, "TZ-1", "TZ-2"))


def test_who_may_write_all_of_it_changes_nothing_by_looking(admin: Client, foreign: Register) -> None:
    before = state()
    for one in addresses():
        text_of(admin.get(one.url))
    assert state() == before


def test_no_address_takes_a_form_without_its_token(foreign: Register) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user("root", Role.ADMINISTRATOR))
    before = state()
    for one in addresses():
        answer = client.post(one.url, {"do": "delete", "all": "1"}, headers={"hx-request": "true"})
        assert answer.status_code == 403 or (one.url.startswith(API) and answer.status_code in (404, 405)), one.url
    assert state() == before


PLANNED = {
    "asset_class", "funding_source", "price_list", "allocation_standard", "allocation_rule", "refresh_policy",
    "due_override", "report_schedule", "refresh_plan",
}  # fmt: skip
GOVERNED = {"town", "user", "management_profile"}
"""What only planners write, and what only administrators do; everything else is the technicians'."""
MADE = {"report_run", "run", "difference", "proposal"}
"""Pages on which no row is written by hand."""
BY_HAND = {
    "plan_": Role.PLANNER, "standard_": Role.PLANNER, "difference_": Role.TECHNICIAN, "run_": Role.TECHNICIAN,
    "device_": Role.TECHNICIAN, "new_computer": Role.TECHNICIAN, "journal_add": Role.TECHNICIAN,
    "file_add": Role.TECHNICIAN, "round": Role.TECHNICIAN, "user_": Role.ADMINISTRATOR,
    "journal_delete": Role.ADMINISTRATOR, "file_delete": Role.ADMINISTRATOR, "report_run_remove": Role.ADMINISTRATOR,
}  # fmt: skip
"""Hand-made pages by the beginning of their name, and who writes there beside an administrator."""
EVERYBODY = {*OPEN, "password_change", "plan_make", "report_ask"}
"""What takes forms of everybody who reads all: one's own things, and workbooks, which write no row."""


def may_write(role: str, one: walk.Address) -> bool:
    """Told apart from the scope that is tested: by the lists above alone."""
    if one.part in ("columns", "saved") or one.name in EVERYBODY:
        return True
    if one.page is None:
        writer = next((who for start, who in BY_HAND.items() if one.name.startswith(start)), None)
        return writer is not None and role in (writer, Role.ADMINISTRATOR)
    if one.page.name in MADE:
        return False
    writer = Role.PLANNER if one.page.name in PLANNED else Role.TECHNICIAN
    return role == Role.ADMINISTRATOR or (role == writer and one.page.name not in GOVERNED)


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.PLANNER, Role.TECHNICIAN, Role.ADMINISTRATOR])
def test_who_reads_everything_is_refused_every_form_that_is_not_theirs(foreign: Register, role: str) -> None:
    """As whole as a form can be, so that it would be taken if the role were not asked for."""
    client, before = client_of(make_user("reader", role)), state()
    faults, refused = [], 0
    for one in addresses():
        if may_write(role, one):
            continue
        refused += 1
        answer = client.post(one.url, sent(one, foreign))
        if answer.status_code not in REFUSED:
            faults.append(f"{one.url}: {answer.status_code}")
    assert not faults, "\n".join(faults)
    assert refused > (20 if role == Role.ADMINISTRATOR else 100)
    assert state() == before


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.PLANNER, Role.TECHNICIAN, Role.ADMINISTRATOR])
def test_a_token_of_who_reads_everything_writes_only_what_is_theirs(foreign: Register, role: str) -> None:
    client = program_of(make_user("reader", role))
    before, refused = state(), set()
    for one, answer in writes_by(client, lambda one: may_write(role, one)):
        assert answer.status_code in REFUSED, (one.url, answer.content)
        refused.add(one.url)
    assert len(refused) > (5 if role == Role.ADMINISTRATOR else 20)
    assert state() == before


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.PLANNER, Role.TECHNICIAN, Role.ADMINISTRATOR])
def test_work_on_a_plan_is_given_to_nobody_but_who_asked_for_it(foreign: Register, role: str) -> None:
    client = client_of(make_user("reader", role))
    tokens = [one for one in addresses() if "token" in one.arguments]
    assert {one.name for one in tokens} == {"plan_job"}
    assert {client.get(one.url).status_code for one in tokens} == {404}


@pytest.mark.parametrize("role", [Role.PLANNER, Role.ADMINISTRATOR])
def test_an_approved_plan_is_changed_by_nobody(foreign: Register, role: str) -> None:
    client = client_of(make_user("reader", role))
    plan = RefreshPlan.objects.get(state="approved")
    before = state()
    for one in addresses():
        # Following it and reopening it are meant for it; a workbook leaves a line in the reports made.
        if one.row == plan and one.name not in ("plan_follow", "plan_reopen", "plan_make"):
            answer = client.post(one.url, sent(one, foreign))
            assert answer.status_code in (200, 302, *REFUSED), (one.url, answer.status_code)
            assert state() == before, one.url


@pytest.mark.parametrize("role", [role for role in Role if role != Role.COLLECTOR])
def test_a_filter_that_somebody_saved_is_theirs(foreign: Register, role: str) -> None:
    own = foreign.device.department if role == Role.DEPARTMENT else None
    client = client_of(make_user("reader", role, department=own))
    page, saved = kit.pages[Device], SavedFilter.objects.get()
    assert f"{MARK}-FILTER" not in text_of(client.get(page.url("list")))
    client.post(page.url("saved"), {"forget": str(saved.pk)})
    client.post(page.url("saved"), {"name": saved.name, "query": "forged", "shared": "1"})
    assert SavedFilter.objects.get(owner=saved.owner).query == "status=missing"


@pytest.mark.parametrize("role", [Role.PLANNER, Role.DIRECTOR, Role.TECHNICIAN])
def test_a_note_and_a_file_of_somebody_else_stay(foreign: Register, role: str) -> None:
    """A technician may delete their own; a kept report goes by its owner's hand or an administrator's."""
    client, before = client_of(make_user("reader", role)), state()
    asked = [one for one in addresses() if one.name in ("journal_delete", "file_delete", "report_run_remove")]
    assert {client.post(one.url).status_code for one in asked} == {403}
    assert (len(asked), state()) == (3, before)


def test_an_address_that_the_walk_cannot_fill_is_a_fault(monkeypatch: pytest.MonkeyPatch, register: Register) -> None:
    for route, name in (("new/<slug:word>/", "new_thing"), ("new/<int:pk>/", "new_thing")):
        more = [*walk.patterns(), path(route, lambda request: None, name=name)]
        monkeypatch.setattr(walk, "patterns", lambda found=more: iter(found[-1:]))
        with pytest.raises(LookupError, match="new_thing"):
            list(addresses())


def test_fields_that_are_not_in_a_form_are_not_written(foreign: Register) -> None:
    """A technician's own device with more than its form asks for; an account by who may not."""
    client = client_of(make_user("all towns", Role.TECHNICIAN))
    page, device = kit.pages[Device], foreign.device
    client.post(
        page.url("field", device.pk, "note"), {"note": "new", "serial": "forged", "asset_tag": "forged", "id": 9}
    )
    device.refresh_from_db()
    assert (device.note, device.serial, device.asset_tag) == ("new", f"{MARK}-SERIAL", "TZ-1")
    user = make_user("climber", Role.TECHNICIAN)
    climber, users = client_of(user), kit.pages[type(user)]
    for url in (
        users.url("edit", user.pk),
        users.url("field", user.pk, "role"),
        reverse("user_password", args=[user.pk]),
    ):
        assert climber.post(url, {"role": "administrator", "is_superuser": "1"}).status_code in (403, 404)
    answer = climber.post(reverse("password_change"), {"role": "administrator", "is_superuser": "1"})
    assert answer.status_code == 200
    user.refresh_from_db()
    assert (user.role, user.is_superuser) == (Role.TECHNICIAN, False)
