"""What is decided about a plan and its devices, over the county worked by hand; approved, reopened, followed."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from inventory.models import AssetClass, Department, Device, DueOverride, Role
from inventory.services import write
from reports import plans
from reports.models import PlanItem, PlanState, RefreshPlan
from tests.factories import TESTER
from tests.pages.conftest import client_of, make_user
from tests.pages.plans.asked import approve, page, rows_by_tag, text_of, url

pytestmark = pytest.mark.django_db


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


def test_what_was_noted_of_the_execution_is_read_beside_the_device(browser: Client, plan: RefreshPlan) -> None:
    one, new = approve(browser, plan).items.filter(year__isnull=False).values_list("asset_tag", flat=True)[:2]
    given = {"tag": one, "stage": "requested", "on": "2027-01-10", "paid_yuan": "4800", "note": "中标价"}
    told = text_of(browser.post(url("follow", plan), {**given, "replaced_by": one}, follow=True))
    assert f"Device {one} cannot be replaced by itself." in told
    browser.post(url("follow", plan), {**given, "replaced_by": new})
    shown = text_of(browser.get(page(plan), {"q": one}))
    link = reverse("device_detail", args=[Device.objects.get(asset_tag=new).pk])
    assert "¥ 4,800.00" in shown and "中标价" in shown and f'<a href="{link}">{new}</a>' in shown


def test_no_plan_is_approved_or_followed_on_a_day_that_is_a_slip(browser: Client, plan: RefreshPlan) -> None:
    given = {"by": "王主任", "on": "1850-01-01", "preparer": "某甲", "reviewer": "某乙"}
    assert "lies outside 1990 to 2100" in text_of(browser.post(url("approve", plan), given))
    tag = approve(browser, plan).items.filter(year__isnull=False).values_list("asset_tag", flat=True)[0]
    asked = {"tag": tag, "stage": "requested", "on": "0207-01-10", "paid_yuan": "四千"}
    told = text_of(browser.post(url("follow", plan), asked, follow=True))
    assert "Since: " in told and "lies outside 1990 to 2100" in told and "Paid in yuan: Enter a number." in told
    assert not PlanItem.objects.filter(stage="requested").exists()


def test_a_version_that_changes_nothing_says_so(browser: Client, plan: RefreshPlan) -> None:
    approve(browser, plan)
    browser.post(url("reopen", plan), {"as_of": plan.as_of.isoformat()})
    assert "it does the same as the version before" in text_of(browser.get(page(RefreshPlan.objects.get(version=2))))


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
    browser.post(url("follow", plan), {**given, "contract": "HT-2027-01"})
    assert "HT-2027-01" in text_of(browser.get(page(plan) + "?kind=chosen"))
    browser.post(url("follow", plan), {**given, "emptied": "contract"})
    assert "HT-2027-01" not in text_of(browser.get(page(plan) + "?kind=chosen"))
    told = text_of(browser.post(url("follow", plan), {**given, "contract": "x" * 61}, follow=True))
    assert "Contract number: " in told and "60" in told


def test_a_refused_entry_stands_there_again_once(browser: Client, plan: RefreshPlan) -> None:
    chosen = approve(browser, plan).items.filter(year__isnull=False)
    one, other = chosen.values_list("asset_tag", flat=True)[:2]
    given = {"tag": [one], "stage": "granted", "on": "2026-12-01", "paid_yuan": "much", "note": "中标价"}
    shown = text_of(browser.post(url("follow", plan), given, follow=True))
    for typed in (
        'value="much"',
        'value="中标价"',
        'value="2026-12-01"',
        '"granted" selected',
        f'value="{one}" checked',
    ):
        assert typed in shown
    assert f'value="{other}" checked' not in shown
    again = text_of(browser.get(page(plan)))
    assert 'value="much"' not in again and '"requested" selected' in again


def test_execution_is_followed_for_all_that_the_list_is_narrowed_to(browser: Client, plan: RefreshPlan) -> None:
    browser.post(url("approve", plan), {"by": "王主任", "on": "2026-12-01", "preparer": "甲", "reviewer": "乙"})
    of_2027 = set(plan.items.filter(year=2027).values_list("asset_tag", flat=True))
    given = {"stage": "requested", "on": "2026-12-02", "every": "1", "query": "kind=chosen&year=2027"}
    assert browser.post(url("follow", plan), given).status_code == 302
    assert set(plan.items.filter(stage="requested").values_list("asset_tag", flat=True)) == of_2027
    refused = sorted(of_2027)[0]
    browser.post(url("follow", plan), {"stage": "refused", "on": "2026-12-03", "tag": refused})
    browser.post(url("follow", plan), {**given, "stage": "granted"})
    assert set(plan.items.filter(stage="granted").values_list("asset_tag", flat=True)) == of_2027 - {refused}
    told = text_of(browser.post(url("follow", plan), {**given, "stage": "in_service"}, follow=True))
    assert "No device of this list can take this step" in told


def test_a_new_version_is_offered_with_the_data_of_today(browser: Client, plan: RefreshPlan) -> None:
    approve(browser, plan)
    assert f'name="as_of" value="{timezone.localdate().isoformat()}"' in text_of(browser.get(page(plan)))


def test_a_planner_adds_within_the_standard_sees_what_fits_and_takes_it_back(
    browser: Client, plan: RefreshPlan
) -> None:
    plans.change(plan, [plans.MoneyAsked(2027, "专款"), plans.MoneyAsked(2028, "专款")], [], TESTER)
    bureau, kind = Department.objects.get(name="甲局"), AssetClass.objects.get(code="desktop")
    assert "None: the plan only renews." in text_of(browser.get(page(plan)))
    assert "甲局" in text_of(browser.get(url("addition", plan)))
    asked = {"year": "2027", "department": bureau.pk, "asset_class": kind.pk, "quantity": "2", "reason": "新进人员"}
    assert "required" in text_of(browser.post(url("addition", plan), asked | {"reason": " "}))
    browser.post(url("addition", plan), asked)
    (shown,) = browser.get(page(plan)).context["additions"]
    assert (shown["quantity"], shown["taken"], shown["author"]) == (2, 1, "planner")
    assert "leave no room" in shown["why"]
    rows = browser.get(page(plan), {"kind": "chosen", "mark": "new"}).context["rows"]
    assert [(row["tag"], row["url"], row["actions"]) for row in rows] == [("new, no. 1", "", [])]
    approval = text_of(browser.get(url("approve", plan)))
    assert "Added within the standard" in approval
    address = f"{url('addition', plan)}?key={plan.additions.get().pk}"
    assert 'value="新进人员"' in text_of(browser.get(address))
    browser.post(address, {"quantity": "1", "reason": "新进一人"})
    assert list(plan.additions.values_list("quantity", "reason")) == [(1, "新进一人")]
    other = RefreshPlan(name="另一", first_year=2027, years=2, as_of=plan.as_of)
    plans.make(other, [], [], TESTER)
    beside = text_of(browser.get(reverse("plan_compare"), {"one": plan.pk, "two": other.pk}))
    assert "Cost of additions" in beside
    assert browser.get(f"{url('addition', plan)}?key=999999").status_code == 404
    browser.post(address, {"remove": "1"})
    assert not plan.additions.exists()
    approve(browser, plan)
    browser.post(url("addition", plan), asked)
    assert not plan.additions.exists(), "an approved plan does not change"
