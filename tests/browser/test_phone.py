"""What a technician reads of lists on a phone, without turning it and without opening rows."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.test_every_page import FIRST_ROW, menu
from tests.browser.test_stories import LANGUAGES, computers


@LANGUAGES
def test_a_device_in_a_list_says_who_holds_it_and_where_it_stands(visit: Visit, language: str) -> None:
    visitor = visit("technician", language=language, phone=True)
    computer = next(row for row in computers() if row["holder"] and row["location"])
    visitor.go(f"/devices/?q={computer['asset_tag']}")
    row = visitor.page.locator("#list tbody tr")
    expect(row).to_have_count(1)
    below = row.locator(".tz-below")
    expect(below).to_be_visible()
    for part in (computer["department"], computer["site"], computer["holder"].rpartition("/")[2]):
        expect(below).to_contain_text(part)
    visitor.check()


@pytest.mark.parametrize(
    "path", ["/persons/", "/interfaces/", "/ip-addresses/", "/proposals/", "/segments/", "/fiber-links/"]
)
def test_a_wide_screen_keeps_its_columns_and_a_phone_loses_none_of_what_they_say(visit: Visit, path: str) -> None:
    wide, phone = visit("administrator"), visit("administrator", phone=True)
    for visitor in (wide, phone):
        visitor.go(path)
    expect(wide.page.locator("#list .tz-below").first).to_be_hidden()
    expect(phone.page.locator("#list .tz-below").first).to_be_visible()
    phone.check()


LINES = """(names) => [...document.querySelectorAll(names)].filter((one) => one.offsetHeight > 0).filter((one) => {
  const middles = [...one.children].filter((part) => part.offsetHeight > 0).map((part) => {
    const box = part.getBoundingClientRect();
    return (box.top + box.bottom) / 2;
  });
  return Math.max(...middles) - Math.min(...middles) > 16;
}).map((one) => one.innerText)"""
SMALL = """() => [...document.querySelectorAll("main :is(.btn, .page-link, .tz-pencil, .tz-chip)")].filter((one) => {
  const box = one.getBoundingClientRect();
  return box.height > 0 && (box.height < 39.5 || box.width < 39.5);
}).map((one) => one.outerHTML.slice(0, 120))"""

OVERLAPPING = """() => {
  const shown = [...document.querySelectorAll("main :is(.hs-task, .tz-chip)")].filter((one) => one.offsetHeight > 0);
  const boxes = shown.map((one) => [one.innerText, one.getBoundingClientRect()]);
  return boxes.flatMap(([text, a], at) => boxes.slice(at + 1)
    .filter(([_, b]) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1)
    .map(([other]) => `${text} / ${other}`));
}"""


def test_in_english_too_a_lists_tools_stand_in_one_line_and_a_thumb_hits_every_button(visit: Visit) -> None:
    visitor = visit("administrator", language="en", phone=True)
    page, faults = visitor.page, []
    for path in menu(visitor):
        if page.locator("#list").count():
            faults += [f"{path}: {words}" for words in page.evaluate(LINES, "main > .shell-heading, .tz-tools")]
        faults += [f"{path}: {one}" for one in page.evaluate(SMALL) + page.evaluate(OVERLAPPING)]
        row = page.locator(FIRST_ROW).first
        if row.count():
            visitor.go(row.get_attribute("href") or "")
            faults += [f"{visitor.path()}: {one}" for one in page.evaluate(SMALL)]
    assert faults == []


def test_a_phone_finds_the_import_among_the_files_of_a_list(visit: Visit) -> None:
    visitor = visit("technician", language="en", phone=True)
    visitor.go("/devices/")
    visitor.page.locator("#export").tap()
    visitor.page.locator(".dropdown-menu.show").get_by_role("link", name=visitor.say("Import"), exact=True).tap()
    expect(visitor.page).to_have_url(f"{visitor.site.url}/devices/import/")


def test_a_thumb_beside_the_box_of_a_row_ticks_it_and_a_link_is_hit_beside_its_letters(visit: Visit) -> None:
    visitor = visit("technician", phone=True)
    page = visitor.page
    visitor.go("/devices/")
    cell = page.locator("#rows tbody td.w-1").nth(2)
    cell.tap(position={"x": 3, "y": 5})
    expect(cell.locator("input")).to_be_checked()
    expect(page.locator("[data-count]")).to_have_text("1")
    cell.tap(position={"x": 3, "y": 5})
    expect(cell.locator("input")).not_to_be_checked()
    link = page.locator("#rows tbody a").nth(1)
    box = link.bounding_box()
    assert box is not None and box["height"] >= 40
    page.touchscreen.tap(box["x"] + 5, box["y"] + 3)
    expect(page.locator("h1")).to_contain_text(re.compile("TZ-"))


def test_what_was_filtered_on_a_phone_comes_into_sight(visit: Visit) -> None:
    visitor = visit("technician", phone=True)
    page = visitor.page
    visitor.go("/devices/?panel=filters")
    apply = page.locator("#filters .card-footer button")
    expect(apply).to_be_in_viewport()
    page.locator("#filters [name=serial]").fill("PF")
    apply.tap()
    expect(page.locator("#rows")).to_be_in_viewport()
    expect(page.locator(".tz-chip", has_text="PF")).to_be_in_viewport()


def test_on_a_phone_a_fault_is_reported_right_below_the_next_steps(visit: Visit) -> None:
    visitor = visit("technician", phone=True)
    page = visitor.page
    visitor.go(f"/search/?q={computers()[26]['asset_tag']}")
    tops = [
        page.locator(f"main {one}").first.evaluate("one => one.getBoundingClientRect().top")
        for one in (".tz-sections", ".hs-steps", "#files", "#journal", ".tz-related", ".tz-history")
    ]
    assert tops == sorted(tops)
    expect(page.locator(".hs-camera")).to_be_visible()
