"""A planner draws a plan in the browser, decides, approves, follows; and enters a rule that shows what it gives."""

from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit, Visitor

LANGUAGES = pytest.mark.parametrize(
    ("language", "phone", "dark"),
    [pytest.param("zh-hans", False, False, id="zh-light-wide"), pytest.param("en", True, True, id="en-dark-phone")],
)


@LANGUAGES
def test_a_planner_draws_decides_approves_and_follows_a_plan(
    visit: Visit, tmp_path: Path, language: str, phone: bool, dark: bool
) -> None:
    visitor = visit("planner", language=language, phone=phone, dark=dark)
    page = visitor.page
    visitor.go("/refresh-plans/add/")
    visitor.check()
    page.fill("#id_name", f"规划 {language}")
    page.fill("#id_years", "2")
    page.press("#id_years", "Tab")
    expect(page.locator("#money-table thead th")).to_have_count(3)
    page.locator(".pl-order li").nth(1).locator("[data-up]").click()
    page.fill("#id_reviewer", "某乙")
    page.get_by_role("button", name=visitor.say("Save and draw")).click()
    expect(page.locator("#devices tbody tr").first).to_be_visible()
    expect(page.locator(".rp-chart svg").first).to_be_visible()
    visitor.check()

    _leave_one_out(visitor)
    _approve_and_follow(visitor)
    _take_the_workbook(visitor, tmp_path / "plan.xlsx")


def _leave_one_out(visitor: Visitor) -> None:
    page = visitor.page
    out = page.get_by_title(visitor.say("Leave out of this plan")).first
    tag = (out.get_attribute("aria-label") or "").rpartition(" ")[2]
    out.click()
    form = page.locator("#decide .pl-decide")
    expect(form).to_be_visible()
    visitor.check()
    form.locator("input[name=reason]").fill("年内拆除")
    form.get_by_role("button", name=visitor.say("Save"), exact=True).click()
    expect(page.locator("#decide")).to_be_hidden()
    expect(page.locator("#devices tbody tr").first).to_be_visible()
    expect(page.get_by_role("link", name=tag, exact=True)).to_have_count(0)


def _approve_and_follow(visitor: Visitor) -> None:
    page = visitor.page
    page.get_by_role("link", name=visitor.say("Approve"), exact=True).click()
    approve = page.get_by_role("button", name=visitor.say("Approve"), exact=True)
    expect(approve).to_be_visible()
    visitor.check()
    approve.click()
    expect(page.locator("#follow")).to_be_visible()
    visitor.check()
    page.locator("#devices input[name=tag]").first.check()
    page.get_by_role("button", name=visitor.say("Note down for the ticked")).click()
    expect(page.locator("#devices .badge.bg-blue-lt").first).to_be_visible()


def _take_the_workbook(visitor: Visitor, file: Path) -> None:
    page = visitor.page
    page.get_by_role("button", name=visitor.say("Workbooks")).click()
    with page.expect_download() as download:
        page.get_by_role("button", name=visitor.say("The plan"), exact=True).click()
    download.value.save_as(file)
    assert len(openpyxl.load_workbook(file, read_only=True).sheetnames) > 5


@LANGUAGES
def test_a_rule_shows_what_it_gives_while_it_is_typed(visit: Visit, language: str, phone: bool, dark: bool) -> None:
    visitor = visit("planner", language=language, phone=phone, dark=dark)
    page = visitor.page
    visitor.go("/allocation-standards/2/rules/")
    visitor.check()
    page.locator("#id_rule-0-share_percent").fill("10")
    expect(page.locator("#gives-0")).to_have_text("21013")
    page.locator("#add-rule").click()
    row = page.locator("#rule-rows tr").last
    row.locator("input[name$='-code']").fill("extra")
    row.locator("input[name$='-name']").fill("增加")
    row.locator("select[data-kind]").select_option("at_most")
    expect(row.locator("input[name$='-share_percent']")).to_be_hidden()
    row.locator("input[name$='-at_most']").fill("4")
    row.locator(".ts-control").click()
    page.locator(".ts-dropdown .option:visible").first.click()
    page.keyboard.press("Escape")
    expect(row.locator(".st-told")).to_have_text("444")
    visitor.check()
