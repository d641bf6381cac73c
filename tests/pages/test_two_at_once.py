"""Two people at once: whoever comes second is told so, and undoes nothing of the first unseen."""

import html
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from collectors.models import Difference, Proposal
from collectors.services import differences, proposals
from inventory.models import AllocationStandard, Device, FundingSource, Role
from inventory.services import write
from inventory.services.write import Actor
from reports import plans
from reports.faults import Fault
from reports.models import PlanMoney, RefreshPlan
from tests.factories import TESTER, DeviceFactory
from tests.pages.conftest import Register, client_of, make_user
from tests.pages.test_network_differences import differ

pytestmark = pytest.mark.django_db
LI, WANG = Actor("li"), Actor("wang")
DAY = date(2026, 12, 1)
PLAN = {
    "name": "plan", "first_year": "2027", "years": "2", "first_month": "1", "as_of": "2026-11-02",
    "change_percent": "0", "preparer": "a", "reviewer": "b",
}  # fmt: skip


@pytest.fixture
def planner(settings: Any, tmp_path: Path) -> Client:
    settings.VAR_DIR = tmp_path
    return client_of(make_user("planner", Role.PLANNER))


def twice(model: Any) -> tuple[Any, Any]:
    """The only row as two people have read it."""
    return model.objects.get(), model.objects.get()


@pytest.mark.parametrize("second", [differences.reject, differences.accept])
def test_a_difference_that_one_accepted_is_not_decided_by_the_other(second: differences.Verb) -> None:
    device = DeviceFactory(asset_tag="TZ-7", serial="SN-OLD")
    differ("serial", device, "SN-NEW", register_value="SN-OLD")
    mine, theirs = twice(Difference)
    differences.accept(mine, actor=LI)
    with pytest.raises(ValidationError, match="already accepted"):
        second(theirs, actor=WANG)
    kept = Difference.objects.get()
    assert (kept.state, kept.closed_by, kept.written["serial"]) == ("accepted", "li", ["SN-OLD", "SN-NEW"])
    differences.reopen(theirs, actor=WANG)
    assert Device.objects.get().serial == "SN-OLD"
    with pytest.raises(ValidationError, match="not decided"):
        differences.reopen(mine, actor=LI)


def test_a_difference_that_is_gone_is_told() -> None:
    differ("serial", DeviceFactory(), "SN-NEW")
    mine, theirs = twice(Difference)
    with write.unit(TESTER) as unit:
        unit.delete(mine)
    with pytest.raises(ValidationError, match="deleted meanwhile"):
        differences.reject(theirs, actor=WANG)


def test_a_proposal_is_entered_once(register: Register) -> None:
    mine, theirs = twice(Proposal)
    proposals.reject(mine, actor=LI)
    entry = proposals.Entry("TZ-99", manufacturer="maker", model="model")
    for again in (
        lambda: proposals.accept(theirs, entry, actor=WANG),
        lambda: proposals.reject(theirs, actor=WANG),
    ):
        with pytest.raises(ValidationError, match="already rejected"):
            again()
    assert Proposal.objects.get().closed_by == "li"


def opened(browser: Client, plan: RefreshPlan) -> dict[str, Any]:
    """What the form of a plan sends back when nothing is typed."""
    text = browser.get(f"/refresh-plans/{plan.pk}/edit/").content.decode()
    hidden = {name: html.unescape(value) for name, value in re.findall(r'name="(began|beside)" value="([^"]*)"', text)}
    money = dict(re.findall(r'name="(money-[^"]*)" value="([^"]*)"', text))
    order = re.findall(r'name="order" value="([^"]*)" checked', text)
    return {**PLAN, **hidden, **money, "order": order}


def test_who_edits_a_plan_does_not_take_back_the_money_of_another(planner: Client, register: Register) -> None:
    plan, fund = RefreshPlan.objects.get(), FundingSource.objects.get()
    mine, theirs, third = (opened(planner, plan) for _person in range(3))
    cell = f"money-{fund.pk}-2027"
    url = f"/refresh-plans/{plan.pk}/edit/"
    assert planner.post(url, mine | {cell: "5000", "order": ["failed"]}).status_code == 302
    assert planner.post(url, theirs | {"note": "only the note"}).status_code == 302
    plan.refresh_from_db()
    assert (plan.note, plan.order, PlanMoney.objects.get().amount_yuan) == ("only the note", ["failed"], 5000)
    answer = planner.post(url, third | {cell: "7000", "order": ["condition"]})
    told = html.unescape(answer.content.decode())
    assert "somebody else wrote '5000' meanwhile" in told and "Somebody else changed the order meanwhile." in told
    assert "Save anyway" in told and PlanMoney.objects.get().amount_yuan == 5000
    again = third | {cell: "7000", "order": ["condition"]}
    again |= dict(re.findall(r'name="(began|beside)" value="([^"]*)"', answer.content.decode()))
    planner.post(url, {name: html.unescape(v) if isinstance(v, str) else v for name, v in again.items()})
    assert PlanMoney.objects.get().amount_yuan == 7000


def test_the_reason_typed_with_a_plan_is_in_the_change_log(planner: Client, register: Register) -> None:
    plan = RefreshPlan.objects.get()
    planner.post(
        f"/refresh-plans/{plan.pk}/edit/", opened(planner, plan) | {"note": "n", "reason": "the director asked"}
    )
    assert "the director asked" in planner.get(f"/refresh-plans/{plan.pk}/changes/").content.decode()


def ready() -> RefreshPlan:
    """A draft with money that may be approved."""
    plan = RefreshPlan.objects.get()
    plan.preparer, plan.reviewer, plan.years = "a", "b", 2
    money = [plans.MoneyAsked(2027, FundingSource.objects.get().name)]
    assert isinstance(plans.change(plan, money, [], TESTER), RefreshPlan)
    return plan


def test_an_approved_plan_keeps_its_money_whoever_has_its_form_open(planner: Client, register: Register) -> None:
    form = opened(planner, ready()) | {"preparer": "a", "reviewer": "b"}
    plan = RefreshPlan.objects.get()
    plans.approve(plan, by="c", on=DAY, actor=LI)
    blank = {name: value for name, value in form.items() if not name.startswith(("money", "beside"))}
    answer = planner.post(f"/refresh-plans/{plan.pk}/edit/", blank)
    assert PlanMoney.objects.count() == 1 and "An approved plan does not change" in answer.content.decode()


def test_a_plan_is_approved_once_and_only_as_it_was_drawn(
    planner: Client, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready()
    mine, theirs = twice(RefreshPlan)
    draw = plans.drawn

    def slow(plan: RefreshPlan) -> Any:
        found = draw(plan)
        assert isinstance(plans.change(RefreshPlan.objects.get(), [], [], WANG), RefreshPlan)
        return found

    monkeypatch.setattr(plans, "drawn", slow)
    refused = plans.approve(mine, by="c", on=DAY, actor=LI)
    assert isinstance(refused, Fault) and refused.code == "changed"
    monkeypatch.setattr(plans, "drawn", draw)
    assert isinstance(plans.approve(RefreshPlan.objects.get(), by="c", on=DAY, actor=LI), RefreshPlan)
    again = plans.approve(theirs, by="d", on=DAY, actor=WANG)
    assert isinstance(again, Fault) and again.code == "approved"
    assert RefreshPlan.objects.get().approved_by == "c"


def test_nothing_is_decided_in_a_plan_that_somebody_has_just_approved(register: Register) -> None:
    stale = ready()
    plans.approve(RefreshPlan.objects.get(), by="c", on=DAY, actor=LI)
    how = {"reason": "r", "author": "a", "on": DAY, "actor": WANG}
    with pytest.raises(ValidationError, match="An approved plan does not change"):
        plans.decide(stale, [register.device], 2027, **how)  # type: ignore[arg-type]


def test_a_standard_keeps_the_rule_that_another_added_meanwhile(planner: Client, register: Register) -> None:
    standard = AllocationStandard.objects.get()
    url = f"/allocation-standards/{standard.pk}/rules/"
    rule = standard.rules.get()
    code = register.device.device_type.asset_class.code
    first = {
        "rule-TOTAL_FORMS": "1", "rule-INITIAL_FORMS": "1", "rule-0-key": rule.pk, "rule-0-code": "r",
        "rule-0-name": "rule", "rule-0-kind": "by_need", "rule-0-classes": code,
    }  # fmt: skip
    more = {name.replace("-0-", "-1-"): value for name, value in first.items() if "-0-" in name}
    both = first | more | {"rule-TOTAL_FORMS": "2", "rule-1-key": "", "rule-1-code": "new"}
    began = re.search(r'name="began" value="([^"]*)"', planner.get(url).content.decode())
    assert began is not None
    assert planner.post(url, both | {"began": began[1]}).status_code == 302
    answer = planner.post(url, first | {"began": began[1], "rule-0-name": "mine"})
    assert "Somebody else changed these rules meanwhile" in answer.content.decode()
    assert sorted(standard.rules.values_list("code", "name")) == [("new", "rule"), ("r", "rule")]
    began = re.search(r'name="began" value="([^"]*)"', answer.content.decode())
    assert began is not None
    assert planner.post(url, first | {"began": began[1], "rule-0-name": "mine"}).status_code == 302
    assert list(standard.rules.values_list("code", "name")) == [("r", "mine")]


def test_who_opened_the_form_of_a_move_does_not_move_a_device_back(register: Register) -> None:
    technician = client_of(make_user("tech", Role.TECHNICIAN))
    device, other = register.device, DeviceFactory().department
    url = f"/devices/{device.pk}/move/"
    shown = {"department": device.department_id, "holder": device.holder_id, "site": device.site_id}

    def began(answer: Any) -> str:
        found = re.search(r'name="began" value="([^"]*)"', answer.content.decode())
        assert found is not None
        return found[1]

    form = shown | {"began": began(technician.get(url))}
    assert technician.post(url, {"department": other.pk, "site": device.site_id}).status_code == 302
    answer = technician.post(url, form)
    told = html.unescape(answer.content.decode())
    assert "Somebody else moved this device meanwhile" in told and str(other) in told
    device.refresh_from_db()
    assert device.department == other
    assert technician.post(url, form | {"began": began(answer)}).status_code == 302
    device.refresh_from_db()
    assert device.department_id == shown["department"]
