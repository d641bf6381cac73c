"""What people come to the pages for, from beginning to end: in Chinese, in English, and on a phone."""

import csv
import re
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Locator, Route, expect

from tests.browser.conftest import Visit, Visitor
from tests.conftest import ROOT

LANGUAGES = pytest.mark.parametrize("language", ["zh-hans", "en"])
OTHER_DEPARTMENT = "教育局"


def computers(**held: str) -> list[dict[str, str]]:
    """Computers of the demo county in use that have a MAC."""
    with (ROOT / "fixtures/county/devices-computers.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row for row in rows if row["mac"] and row["status"] == "in_use" and held.items() <= row.items()]


def count_of(visitor: Visitor) -> int:
    """How many rows the list has, as it says above itself."""
    return int(visitor.page.locator(".tz-total strong").inner_text().replace(",", ""))


def choose(visitor: Visitor, field: str, text: str) -> Locator:
    """Choose in a select with search: type, and take what is offered."""
    page = visitor.page
    page.locator(f"#id_{field}-ts-control").click()
    page.keyboard.type(text)
    page.locator(f"#id_{field}-ts-dropdown [role=option]", has_text=text).first.click()
    page.keyboard.press("Tab")
    expect(page.locator(f"#id_{field}-ts-dropdown")).to_be_hidden()
    return page.locator(f"#id_{field}")


def find_by_mac(visitor: Visitor, mac: str) -> None:
    """By the key for it, in the notation of a switch of another make."""
    page = visitor.page
    visitor.go("/")
    digits = re.sub("[^0-9a-f]", "", mac.lower())
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type(".".join(digits[at : at + 4] for at in (0, 4, 8)))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/devices/\d+/$"))


@LANGUAGES
def test_a_technician_finds_a_computer_by_its_mac(visit: Visit, language: str) -> None:
    visitor, computer = visit("technician", language=language), computers()[7]
    find_by_mac(visitor, computer["mac"])
    expect(visitor.page.locator("h1")).to_contain_text(computer["asset_tag"])
    expect(visitor.page.locator("html")).to_have_attribute("lang", "zh-CN" if language == "zh-hans" else "en")
    visitor.check()


@LANGUAGES
def test_a_technician_accepts_a_difference_by_keyboard_and_takes_it_back(visit: Visit, language: str) -> None:
    visitor = visit("technician", language=language)
    page = visitor.page
    visitor.go("/differences/?kind=serial")
    before = count_of(visitor)
    card = page.locator("[data-diff=open]").first
    seen = card.locator(".net-seen dd").inner_text()
    url, key = card.locator(".net-title").get_attribute("href") or "", card.get_attribute("id")
    page.keyboard.press("a")
    decided = page.locator(f"#{key}[data-diff=accepted]")
    expect(decided).to_be_visible()
    visitor.check()
    visitor.go(url)
    expect(page.locator(".tz-fields", has_text=seen)).to_be_visible()
    visitor.go("/differences/?kind=serial")
    assert count_of(visitor) == before - 1


@LANGUAGES
def test_a_technician_moves_three_computers(visit: Visit, language: str) -> None:
    visitor = visit("technician", language=language)
    page = visitor.page
    found = computers(department="财政局") if language == "en" else computers(department="农牧局")
    names = [row["asset_tag"] for row in found[:3]]
    visitor.go("/devices/")
    for number, name in enumerate(names, start=1):
        page.locator("#q").fill(name)
        expect(page.locator(".tz-total strong")).to_have_text("1")
        page.get_by_role("row", name=re.compile(name)).get_by_role("checkbox").check()
        expect(page.locator("[data-count]")).to_have_text(str(number))
    page.get_by_role("button", name=visitor.say("Move"), exact=True).click()
    for name in names:
        expect(page.locator("main")).to_contain_text(name)
    choose(visitor, "department", OTHER_DEPARTMENT)
    visitor.check()
    page.get_by_role("button", name=visitor.say("Change (%(count)s)", count=3)).click()
    expect(page.locator("#messages")).to_contain_text(visitor.say("Rows changed: %d.").replace("%d", "3"))
    for name in names:
        visitor.go(f"/search/?q={name}")
        expect(page.locator(".tz-fields", has_text=OTHER_DEPARTMENT).first).to_be_visible()
    expect(page.locator("main")).to_contain_text("王强")


@LANGUAGES
def test_a_planner_saves_a_filter_and_exports_it(visit: Visit, language: str, tmp_path: Path) -> None:
    visitor = visit("planner", language=language)
    page = visitor.page
    visitor.go("/devices/")
    whole = count_of(visitor)
    page.get_by_role("link", name=re.compile(visitor.say("Filters"))).click()
    choose(visitor, "department", "财政局")
    visitor.check()
    page.locator("#panel form button.btn-primary").click()
    expect(page.locator(".tz-chip")).to_contain_text("财政局")
    shown = count_of(visitor)
    assert 0 < shown < whole
    page.get_by_role("button", name=re.compile(visitor.say("Saved"))).click()
    page.locator("#saved-name").fill(f"finance {language}")
    page.locator(".tz-saved").get_by_role("button", name=visitor.say("Save"), exact=True).click()
    visitor.go("/devices/")
    page.get_by_role("button", name=re.compile(visitor.say("Saved"))).click()
    page.get_by_role("link", name=f"finance {language}").click()
    expect(page.locator(".tz-chip")).to_contain_text("财政局")
    page.get_by_role("button", name=re.compile(visitor.say("Export"))).click()
    with page.expect_download() as download:
        page.get_by_role("link", name=visitor.say("Excel workbook")).click()
    file = tmp_path / "devices.xlsx"
    download.value.save_as(file)
    sheet = openpyxl.load_workbook(file, read_only=True).worksheets[0]
    tags = [row[0] for row in sheet.iter_rows(values_only=True) if str(row[0]).startswith("TZ-")]
    assert len(tags) == shown


@LANGUAGES
def test_a_planner_makes_a_report_looks_at_it_and_takes_it_along(visit: Visit, language: str, tmp_path: Path) -> None:
    visitor = visit("planner", language=language)
    page = visitor.page
    visitor.go("/reports/coverage/")
    page.get_by_role("button", name=visitor.say("Make the report")).click()
    expect(page.locator("#progress")).to_be_visible()
    visitor.check()
    expect(page.locator("#sheet")).to_be_visible(timeout=30_000)
    expect(page.locator(".rp-chart svg").first).to_be_visible()
    visitor.check()
    names = page.locator("#rp-sheet option").all_inner_texts()
    page.locator("#rp-sheet").select_option(index=1)
    expect(page.locator(".rp-title")).to_contain_text(names[1])
    with page.expect_download() as download:
        page.get_by_role("link", name=visitor.say("Download")).click()
    file = tmp_path / "coverage.xlsx"
    download.value.save_as(file)
    assert openpyxl.load_workbook(file, read_only=True).sheetnames == names


@LANGUAGES
def test_a_department_administrator_sees_only_their_own(visit: Visit, language: str) -> None:
    visitor = visit("caizheng", language=language)
    page = visitor.page
    visitor.go("/devices/?size=250")
    departments = page.locator("#list tbody tr")
    expect(departments.first).to_be_visible()
    assert departments.count() == count_of(visitor) > 10
    for row in departments.all_inner_texts():
        assert "财政局" in row
    visitor.check()
    foreign = computers(department="公安局")[0]
    visitor.go(f"/search/?q={foreign['serial']}")
    expect(page.locator("main")).not_to_contain_text(foreign["asset_tag"])
    expect(page.locator(".empty-title")).to_be_visible()
    for path in ("/reports/", "/users/", "/report-runs/"):
        assert page.request.get(visitor.site.url + path).status == 403, path
    assert page.locator("#menu a[href='/reports/']").count() == 0


def test_on_a_phone_a_technician_finds_a_computer_and_decides_a_difference_with_the_thumb(visit: Visit) -> None:
    visitor, computer = visit("technician", phone=True), computers()[9]
    page = visitor.page
    visitor.go("/")
    visitor.check()
    page.locator("#search").tap()
    page.keyboard.type(computer["mac"].upper().replace(":", "-"))
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text(computer["asset_tag"])
    visitor.check()
    page.locator(".shell-top [data-bs-target='#menu']").tap()
    page.locator("#menu a[href='/differences/']").tap()
    card = page.locator("[data-diff=open]").first
    key = card.get_attribute("id")
    button = card.locator("button[value=reject]")
    box = button.bounding_box()
    assert box is not None and box["height"] >= 36 and box["width"] >= 44, "too small for a thumb"
    button.tap()
    expect(page.locator(f"#{key}[data-diff=rejected]")).to_be_visible()
    visitor.check()
    page.locator(f"#{key} [data-undo]").tap()
    expect(page.locator(f"#{key}[data-diff=open]")).to_be_visible()


@LANGUAGES
def test_a_technician_registers_a_computer_with_its_mac_address_and_holder_in_one_form(
    visit: Visit, language: str
) -> None:
    visitor = visit("technician", language=language)
    page = visitor.page
    mac = "02:aa:bb:cc:dd:01" if language == "en" else "02:aa:bb:cc:dd:02"
    visitor.go("/")
    page.get_by_role("link", name=visitor.say("New computer")).first.click()
    tag = page.locator("#id_asset_tag").input_value()
    choose(visitor, "device_type", "ThinkPad")
    choose(visitor, "department", "财政局")
    page.locator("#id_mac").fill(mac.upper().replace(":", "-"))
    free = page.locator("#free button").first
    address = free.inner_text().strip()
    free.click()
    expect(page.locator("#id_address")).to_have_value(address)
    visitor.check()
    page.get_by_role("button", name=visitor.say("Save"), exact=True).click()
    expect(page.locator("h1")).to_contain_text(tag)
    expect(page.locator("main")).to_contain_text(address)
    expect(page.locator("main")).to_contain_text(mac)
    visitor.check()
    find_by_mac(visitor, mac)
    expect(page.locator("h1")).to_contain_text(tag)


def test_a_second_tap_on_a_slow_line_sends_nothing(visit: Visit) -> None:
    visitor = visit("technician")
    page = visitor.page
    visitor.go("/devices/new-computer/")
    tag = page.locator("#id_asset_tag").input_value()
    choose(visitor, "device_type", "ThinkPad")
    held: list[Route] = []
    page.route(re.compile("/new-computer/$"), lambda route: held.append(route))
    button = page.get_by_role("button", name=visitor.say("Save"), exact=True)
    button.evaluate("button => { button.click(); setTimeout(() => button.click(), 100); }")
    page.wait_for_timeout(500)
    [sent] = held
    sent.continue_()
    expect(page.locator("h1")).to_contain_text(tag)
    visitor.check()


def test_on_a_phone_a_technician_takes_stock_of_a_room(visit: Visit) -> None:
    visitor, computer = visit("technician", phone=True), computers()[11]
    page = visitor.page
    visitor.go("/rounds/")
    visitor.check()
    page.locator("main a", has_text=computer["site"]).first.tap()
    page.locator("#code").fill(computer["asset_tag"].lower().replace("-", ""))
    page.locator("#code").press("Enter")
    expect(page.locator("#messages")).to_contain_text(computer["asset_tag"])
    visitor.check()
    page.get_by_role("button", name=re.compile(visitor.say("Undo %(name)s", name=computer["asset_tag"]))).tap()
    expect(page.locator("#messages")).to_contain_text(computer["asset_tag"])
    visitor.check()


def test_a_list_that_was_chosen_from_stays_closed(visit: Visit) -> None:
    """The person takes an option that is shown already, before the typed letters are looked up."""
    visitor = visit("technician")
    page = visitor.page
    visitor.go("/devices/new-computer/")
    page.locator("#id_device_type-ts-control").click()
    option = page.locator("#id_device_type-ts-dropdown [role=option]", has_text="ThinkPad E430")
    expect(option).to_be_visible()
    page.keyboard.type("Thi")
    option.dispatch_event("click")
    page.keyboard.press("Tab")
    page.wait_for_timeout(1000)
    expect(page.locator("#id_device_type-ts-dropdown")).to_be_hidden()
    expect(page.locator("#id_device_type-ts-control")).not_to_be_focused()
    expect(page.locator("#id_device_type + .ts-wrapper .item")).to_contain_text("ThinkPad E430")
    visitor.check()


def test_an_answer_that_comes_after_the_choice_does_not_open_the_list_again(visit: Visit) -> None:
    visitor = visit("administrator")
    page = visitor.page
    held: list[Route] = []
    page.route(re.compile(r"q=S"), lambda route: held.append(route))
    visitor.go("/cables/add/")
    page.locator("#id_end_a-ts-control").click()
    option = page.locator("#id_end_a-ts-dropdown [role=option]").nth(3)
    chosen = option.inner_text()
    with page.expect_request(re.compile(r"q=S")):
        page.keyboard.type("S")
    option.dispatch_event("click")
    [asked] = held
    asked.continue_()
    page.wait_for_timeout(1000)
    expect(page.locator("#id_end_a-ts-dropdown")).to_be_hidden()
    expect(page.locator("#id_end_a + .ts-wrapper .item")).to_have_text(chosen)
    expect(page.locator("#id_end_a + .ts-wrapper")).not_to_have_class(re.compile("loading"))
    visitor.check()


def test_a_planner_schedules_a_report_and_finds_it_made(visit: Visit) -> None:
    visitor = visit("planner")
    page = visitor.page
    visitor.go("/report-schedules/add/")
    page.locator("#id_name").fill("每日覆盖情况")
    page.locator("#id_report").select_option("coverage")
    page.locator("#id_cadence").select_option("daily")
    page.locator("#id_hour").fill("0")
    page.locator("#id_folder").fill("../elsewhere")
    page.get_by_role("button", name=visitor.say("Save"), exact=True).click()
    expect(page.locator(".invalid-feedback")).to_be_visible()
    page.locator("#id_folder").fill("daily")
    page.get_by_role("button", name=visitor.say("Save"), exact=True).click()
    expect(page.locator("h1")).to_contain_text("每日覆盖情况")
    assert "每日覆盖情况: coverage-" in visitor.site.manage("report", "--due")
    assert visitor.site.manage("report", "--due") == ""
    page.reload()
    page.get_by_role("link", name=re.compile(r"^coverage-.*\.xlsx$")).click()
    expect(page.locator("#sheet")).to_be_visible()
    visitor.check()
