"""Allocation standards on pages: rules as a table that shows what they give, versions by date, workbooks, policies."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from inventory import standards
from inventory.models import (
    AllocationRule,
    AllocationStandard,
    AssetClass,
    DueOverride,
    PriceList,
    RefreshPolicy,
    Role,
)
from inventory.pages.standard_forms import ROOMS, SIZES
from inventory.rules.standards import allowed
from inventory.services import write
from reports.pages.plan_panels import StandardPanel
from tests.factories import TESTER, DepartmentFactory, DeviceFactory
from tests.pages.conftest import client_of, make_user
from tests.reports.hand_county import FIXTURES

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def var(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path


@pytest.fixture
def shipped() -> AllocationStandard:
    """The four shipped standards; the central one, which applies by default."""
    call_command("load", str(FIXTURES / "standards"), verbosity=0)
    return AllocationStandard.objects.get(default=True)


@pytest.fixture
def browser() -> Client:
    return client_of(make_user("planner", Role.PLANNER))


def at(name: str, standard: AllocationStandard) -> str:
    return reverse(f"standard_{name}", args=[standard.pk])


def typed(answer: Any) -> dict[str, Any]:
    """What the browser sends of the table as it is shown."""
    forms = answer.context["forms"]
    sent: dict[str, Any] = {f"rule-{key}": value for key, value in forms.management_form.initial.items()}
    for form in forms:
        for field in form:
            value = field.value()
            if value not in (None, "", False):
                sent[field.html_name] = "on" if value is True else value
    return sent


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def facts(standard: AllocationStandard) -> list[Any]:
    skipped = ("id", "standard")
    return [
        (
            [getattr(rule, f.name) for f in rule._meta.concrete_fields if f.name not in skipped],
            [link.asset_class.code for link in rule.classes.order_by("pk")],
        )
        for rule in standard.rules.order_by("pk")
    ]


def test_the_table_gives_what_the_rules_give_for_the_three_sizes(browser: Client, shipped: AllocationStandard) -> None:
    for standard in AllocationStandard.objects.all():
        answer = browser.get(at("rules", standard))
        rules = [
            standards.rule_of(
                rule, [link.asset_class.code for link in rule.classes.order_by("pk")], standards.classes_below()
            )
            for rule in standard.rules.order_by("pk")
        ]
        shown = [numbers for _form, numbers in answer.context["rows"]]
        for rule, numbers in zip(rules, shown, strict=True):
            marks = (rule.mark,) if rule.mark else ()
            given = [allowed(rules, size, marks, rooms=ROOMS)[rule.code].number for size in SIZES]
            assert numbers == ["by need" if one is None else str(one) for one in given], rule.code


def test_saving_what_is_shown_changes_nothing(browser: Client, shipped: AllocationStandard) -> None:
    for standard in AllocationStandard.objects.all():
        before, keys = facts(standard), list(standard.rules.values_list("pk", flat=True))
        answer = browser.post(at("rules", standard), typed(browser.get(at("rules", standard))))
        assert answer.status_code == 302, answer.context["forms"].errors
        assert facts(standard) == before and list(standard.rules.values_list("pk", flat=True)) == keys


def test_while_one_types_the_numbers_follow_and_nothing_is_saved(browser: Client, shipped: AllocationStandard) -> None:
    sent, before = typed(browser.get(at("rules", shipped))), facts(shipped)
    place = next(
        i for i in range(len(before)) if sent.get(f"rule-{i}-kind") == "share" and not sent.get(f"rule-{i}-within")
    )
    sent |= {
        f"rule-{place}-share_percent": "50",
        f"rule-{place}-at_most": "60",
        f"rule-{place}-least": "",
        "staff": "7",
    }
    told = text_of(browser.post(at("gives", shipped), sent, headers={"hx-request": "true"}))
    found = re.search(rf'id="gives-{place}"[^>]*>(.*?)</span>', told)
    assert found is not None and re.findall(r"<b>(\d+)</b>", found[1]) == ["11", "50", "60", "3"]
    heads = re.search(r'id="sizes" hx-swap-oob="true">(.*?)</span>', told)
    assert heads is not None and heads[1] == "23 / 100 / 131 / 7"
    assert facts(shipped) == before
    sent[f"rule-{place}-share_percent"], sent[f"rule-{place}-within"] = "x", ""
    assert "text-danger" in text_of(browser.post(at("gives", shipped), sent))


@pytest.mark.parametrize(
    ("kind", "more", "expected"),
    [
        ("share", {"share_percent": "30", "least": "8"}, ["8", "30", "39"]),
        ("tiers", {"steps": "100:20; :30"}, ["2", "5", "7"]),
        ("size", {"steps": "50:1; 100:2; :3"}, ["1", "2", "3"]),
        ("size", {"steps": "50:1; 100:2; :3", "limited_by": "meeting_rooms"}, ["1", "2", "2"]),
        ("at_most", {"at_most": "4"}, ["4", "4", "4"]),
        ("as_many_as", {"as_many_as": "desktop"}, ["0", "0", "0"]),
        ("by_need", {}, ["by need"] * 3),
    ],
)
def test_every_kind_of_rule_can_be_entered(
    browser: Client, shipped: AllocationStandard, kind: str, more: dict[str, str], expected: list[str]
) -> None:
    with write.unit(TESTER) as unit:
        new = unit.create(AllocationStandard(code="own", name="own"))
    rule = {"code": "r", "name": "规则", "kind": kind, "classes": ["desktop", "laptop"], "mark": "field_work", **more}
    sent = {f"rule-0-{name}": value for name, value in rule.items()}
    sent |= {"rule-TOTAL_FORMS": "1", "rule-INITIAL_FORMS": "0"}
    assert browser.post(at("rules", new), sent).status_code == 302
    made = new.rules.get()
    assert (made.kind, made.mark, [link.asset_class.code for link in made.classes.order_by("pk")]) == (
        kind, "field_work", ["desktop", "laptop"]
    )  # fmt: skip
    ((_form, numbers),) = browser.get(at("rules", new)).context["rows"]
    assert numbers == expected


def test_the_numbers_follow_the_meeting_rooms_that_are_typed(browser: Client, shipped: AllocationStandard) -> None:
    city = AllocationStandard.objects.get(code="city")
    sent = typed(browser.get(at("rules", city)))
    place = list(city.rules.order_by("pk").values_list("code", flat=True)).index("projector")
    for rooms, expected in (
        ("0", ["0", "0", "0"]),
        ("1", ["1", "1", "1"]),
        ("3", ["1", "2", "2"]),
        ("", ["1", "2", "2"]),
    ):
        told = text_of(browser.post(at("gives", city), {**sent, "meeting_rooms": rooms}))
        found = re.search(rf'id="gives-{place}"[^>]*>(.*?)</span>', told)
        assert found is not None and re.findall(r"<b>(\d+)</b>", found[1]) == expected, rooms
    sent |= {f"rule-{place}-kind": "by_need"}
    assert "no number that rooms could limit" in text_of(browser.post(at("rules", city), sent))


def test_a_standards_page_says_its_rules_in_words(browser: Client, shipped: AllocationStandard) -> None:
    wanted = {
        "city": "up to 29 staff 1; with more staff 2; not above the number of meeting rooms of 60 m² or more",
        "central-2016": "up to 100 staff one for every 20; one for every 30 of the staff above",
        "province": "1 % of staff; at least 1",
        "city-2020": "100 % of staff; more of it means as many fewer of &#x27;便携式计算机&#x27;",
    }
    for code, words in wanted.items():
        standard = AllocationStandard.objects.get(code=code)
        assert words in text_of(browser.get(reverse("allocation_standard_detail", args=[standard.pk]))), code


def test_a_department_is_judged_by_its_meeting_rooms(browser: Client, shipped: AllocationStandard) -> None:
    city, kind = AllocationStandard.objects.get(code="city"), AssetClass.objects.get(code="projector")
    for rooms, allowed_ in ((1, 1), (2, 2)):
        department = DepartmentFactory(standard=city, staff=40, posts=40, meeting_rooms=rooms)
        DeviceFactory(department=department, device_type__asset_class=kind)
        answer = browser.get(reverse("department_detail", args=[department.pk]))
        shown = StandardPanel().context(answer.wsgi_request, None, department)
        assert shown is not None and {row["name"]: row["allowed"] for row in shown["rows"]}["投影仪"] == allowed_


def test_a_bad_rule_is_told_beside_its_input_and_none_is_saved(browser: Client, shipped: AllocationStandard) -> None:
    before = facts(shipped)
    for name, value, words in (
        ("share_percent", "", "percentage"),
        ("code", "two words", "slug"),
        ("steps", "many", "100:20"),
    ):
        sent = typed(browser.get(at("rules", shipped)))
        place = next(i for i in range(len(before)) if sent.get(f"rule-{i}-kind") == "share")
        sent |= {f"rule-{place}-{name}": value, f"rule-{place + 1}-name": "changed"}
        told = text_of(browser.post(at("rules", shipped), {**sent, "staff": "57"}))
        assert words in told and "Nothing was saved" in told and 'value="57"' in told, name
        assert facts(shipped) == before


def test_a_rule_that_is_ticked_for_removal_goes(browser: Client, shipped: AllocationStandard) -> None:
    sent, count = typed(browser.get(at("rules", shipped))), shipped.rules.count()
    browser.post(at("rules", shipped), {**sent, "rule-0-DELETE": "on"})
    assert shipped.rules.count() == count - 1


def test_names_that_lead_nowhere_are_told(browser: Client, shipped: AllocationStandard) -> None:
    sent = typed(browser.get(at("rules", shipped)))
    told = text_of(browser.post(at("gives", shipped), {**sent, "rule-0-within": "nowhere"}))
    assert "lies within a rule that the standard does not have" in told


def test_a_new_version_copies_the_rules_and_holds_from_its_day(browser: Client, shipped: AllocationStandard) -> None:
    form = browser.get(at("version", shipped)).context["form"]
    sent = {"code": form["code"].value(), "valid_from": form["valid_from"].value()}
    answer = browser.post(at("version", shipped), sent)
    new = AllocationStandard.objects.get(code=sent["code"])
    assert answer.headers["Location"] == at("rules", new)
    assert facts(new) == facts(shipped) and new.series == shipped.series
    day = date.fromisoformat(sent["valid_from"])
    for on, code in ((date(2026, 11, 24), shipped.code), (day, new.code)):
        assert {one.code for one in standards.rules_in_force(on)} == {code}
    again = text_of(browser.post(at("version", new), {"code": "other", "valid_from": sent["valid_from"]}))
    assert "begins after the one before" in again


def test_the_rules_go_out_as_a_workbook_and_come_in_again(browser: Client, shipped: AllocationStandard) -> None:
    admin = client_of(make_user("admin", Role.ADMINISTRATOR))
    before = facts(shipped)
    octets = b"".join(browser.get(at("file", shipped)).streaming_content)
    with write.unit(TESTER) as unit:
        for rule in shipped.rules.all():
            unit.delete(rule)
    sent = {"file": SimpleUploadedFile("rules.xlsx", octets)}
    page = admin.post(reverse("allocation_rule_import"), sent)
    assert not page.context["problems"], page.context["problems"]
    admin.post(reverse("allocation_rule_import"), {"token": page.context["token"]})
    assert facts(shipped) == before


def test_a_standards_page_names_the_departments_that_have_it_of_their_own(
    browser: Client, shipped: AllocationStandard
) -> None:
    other = AllocationStandard.objects.exclude(pk=shipped.pk).first()
    assert other is not None
    department = DepartmentFactory(name="水务局", standard=other)
    address = reverse("allocation_standard_detail", args=[other.pk])
    assert department.name in text_of(browser.get(address))
    assert department.name not in text_of(browser.get(reverse("allocation_standard_detail", args=[shipped.pk])))


def test_only_planners_write_standards(shipped: AllocationStandard) -> None:
    for role in (Role.TECHNICIAN, Role.DIRECTOR):
        client = client_of(make_user(role, role))
        shown = text_of(client.get(reverse("allocation_standard_detail", args=[shipped.pk])))
        assert at("rules", shipped) not in shown and at("file", shipped) in shown
        for name in ("rules", "version"):
            assert client.get(at(name, shipped)).status_code == 403
            assert client.post(at(name, shipped), {}).status_code == 403


def test_the_table_asks_as_much_however_many_rules_there_are(browser: Client, shipped: AllocationStandard) -> None:
    def queries(standard: AllocationStandard) -> int:
        with CaptureQueriesContext(connection) as caught:
            assert browser.get(at("rules", standard)).status_code == 200
        return len(caught)

    counts = {queries(standard) for standard in AllocationStandard.objects.all()}
    assert len(counts) == 1 and counts.pop() <= 12


def test_a_due_date_by_hand_is_signed_by_who_sets_it(browser: Client) -> None:
    device = DeviceFactory()
    shown = text_of(browser.get(reverse("device_detail", args=[device.pk])))
    add = f"{reverse('due_override_add')}?device={device.pk}"
    assert add in shown
    form = text_of(browser.get(add))
    assert form.count('name="reason"') == 1, "its own reason, and no second input that would overwrite it"
    assert "reason" in browser.post(add, {"device": device.pk, "due_on": "2027-05-01"}).context["form"].errors
    browser.post(add, {"device": device.pk, "due_on": "2027-05-01", "reason": "进水", "author": "别人"})
    override = DueOverride.objects.get(device=device)
    assert (override.author, override.reason) == ("planner", "进水")
    other = client_of(make_user("second", Role.PLANNER))
    edit = reverse("due_override_edit", args=[override.pk])
    began = other.get(edit).context["form"].began
    other.post(edit, {"device": device.pk, "due_on": "2028-05-01", "reason": "进水", "began": began})
    override.refresh_from_db()
    assert (override.author, override.due_on) == ("second", date(2028, 5, 1))
    field = reverse("due_override_field", args=[override.pk, "reason"])
    assert text_of(browser.get(field)).count('name="reason"') == 1
    browser.post(field, {"reason": "烧毁"})
    override.refresh_from_db()
    assert (override.author, override.reason) == ("planner", "烧毁")
    assert edit in text_of(browser.get(reverse("device_detail", args=[device.pk])))


def test_a_policy_is_reached_by_the_name_of_its_class(browser: Client, shipped: AllocationStandard) -> None:
    browser.post(reverse("refresh_policy_add"), {"asset_class": AssetClass.objects.get(code="switch").pk})
    assert re.search(
        r'<a href="/refresh-policies/\d+/"[^>]*>[^<]*(交换机|Switch)', text_of(browser.get("/refresh-policies/"))
    )


def test_a_policy_holds_for_the_classes_below_on_the_devices_page(browser: Client, shipped: AllocationStandard) -> None:
    above = AssetClass.objects.get(code="network")
    below = AssetClass.objects.get(code="switch")
    assert below.parent_id == above.pk
    device = DeviceFactory(
        device_type__asset_class=below, device_type__end_of_support=date(2026, 1, 1),
        device_type__end_of_support_state="date", in_service_on=date(2025, 1, 1),
    )  # fmt: skip
    address = reverse("device_detail", args=[device.pk])
    assert "past due" not in text_of(browser.get(address)).partition("Due for renewal")[2][:400]
    browser.post(reverse("refresh_policy_add"), {"asset_class": above.pk, "by_life": "on", "by_support": "on"})
    assert RefreshPolicy.objects.get(asset_class=above).by_support
    assert "past due" in text_of(browser.get(address)).partition("Due for renewal")[2][:400]


def test_a_price_is_added_and_never_hides_the_one_before(browser: Client, shipped: AllocationStandard) -> None:
    kind = AssetClass.objects.get(code="desktop")
    for day, yuan in (("2026-01-01", "5000"), ("2027-01-01", "5200")):
        browser.post(reverse("price_list_add"), {"asset_class": kind.pk, "price_yuan": yuan, "valid_from": day})
    assert PriceList.objects.filter(asset_class=kind).count() == 2
    assert AllocationRule.objects.exists()
