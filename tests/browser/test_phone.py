"""What a technician reads of lists on a phone, without turning it and without opening rows."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
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
