"""What was typed is not lost with the session: it waits in the tab for whoever typed it, and for nobody else."""

import re

import pytest
from playwright.sync_api import Page, expect

from reports.management.accounts import PASSWORD
from tests.browser.conftest import Visit, Visitor
from tests.browser.test_stories import LANGUAGES, choose, computers

TOLD = ".alert-warning[role=alert]"
FORM = "Nothing was saved, since the session had ended. The form stands here as you left it: send it once more."
FILES = "Files and passwords are to be given again."
NOTHING = "Nothing was saved, since the session had ended. Please do it once more."


def end_session(visitor: Visitor) -> None:
    visitor.page.context.clear_cookies(name="sessionid")


def sign_in(page: Page, username: str = "technician") -> None:
    page.wait_for_url("**/login/**")
    page.fill("#id_username", username)
    page.fill("#id_password", PASSWORD)
    page.press("#id_password", "Enter")


def save(visitor: Visitor) -> None:
    visitor.page.get_by_role("button", name=visitor.say("Save"), exact=True).click()


def kept(page: Page) -> str:
    """All that this browser holds for the site beside cookies."""
    found: str = page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")
    return found


def expect_back(visitor: Visitor, sentence: str = FORM) -> None:
    expect(visitor.page.locator(TOLD)).to_contain_text(visitor.say(sentence))
    assert "taizhang-typed" not in kept(visitor.page)


def open_device(visitor: Visitor, place: int) -> str:
    visitor.go(f"/search/?q={computers()[place]['asset_tag']}")
    expect(visitor.page).to_have_url(re.compile(r"/devices/\d+/$"))
    return visitor.path()


@LANGUAGES
def test_a_computer_that_was_typed_while_the_session_ended_is_saved_after_the_log_in(
    visit: Visit, language: str
) -> None:
    visitor = visit("technician", language=language)
    page = visitor.page
    visitor.go("/devices/new-computer/")
    choose(visitor, "device_type", "ThinkPad")
    chosen = page.locator("#id_device_type + .ts-wrapper .item").inner_text()
    page.locator("#id_serial").fill(f"TYPED-{language}")
    end_session(visitor)
    save(visitor)
    expect(page.locator("[data-unsaved]")).to_be_visible()
    visitor.check()
    page.fill("#id_username", "technician")
    page.fill("#id_password", "wrong")
    page.press("#id_password", "Enter")
    expect(page.locator(".alert-danger")).to_be_visible()
    sign_in(page)
    expect(page).to_have_url(re.compile("/devices/new-computer/$"))
    expect_back(visitor)
    visitor.check()
    expect(page.locator("#id_serial")).to_have_value(f"TYPED-{language}")
    expect(page.locator("#id_device_type + .ts-wrapper .item")).to_have_text(chosen)
    save(visitor)
    expect(page.locator("main")).to_contain_text(f"TYPED-{language}")
    expect(page.locator(TOLD)).to_have_count(0)
    visitor.go(f"/devices/?q=TYPED-{language}")
    expect(page.locator(".tz-total strong")).to_have_text("1")


@pytest.mark.parametrize("leaves", [False, True], ids=["another account", "the same after a log-out"])
def test_who_comes_after_finds_nothing(visit: Visit, leaves: bool) -> None:
    visitor = visit("")
    page = visitor.page
    visitor.go("/login/?next=/persons/add/")
    sign_in(page)
    page.locator("#id_name").fill("不给别人看")
    end_session(visitor)
    save(visitor)
    expect(page.locator("[data-unsaved]")).to_be_visible()
    assert "不给别人看" in kept(page)
    if leaves:
        other = page.context.new_page()
        other.goto(f"{visitor.site.url}/login/")
        sign_in(other)
        other.wait_for_selector("#menu")
        other.evaluate("document.querySelector('[data-leaves]').requestSubmit()")
        other.wait_for_url("**/login/")
    if leaves:
        sign_in(page)
        expect(page.get_by_text(visitor.say("This page had become too old. Please log in once more."))).to_be_visible()
    sign_in(page, "technician" if leaves else "administrator")
    expect(page).to_have_url(re.compile("/persons/add/$"))
    expect(page.locator("#id_name")).to_have_value("")
    expect(page.locator(TOLD)).to_have_count(0)
    assert "不给别人看" not in kept(page)


def test_what_was_saved_or_refused_is_not_kept(visit: Visit) -> None:
    visitor = visit("technician")
    page = visitor.page
    visitor.go("/persons/add/")
    page.locator("#id_number").fill("T-1")
    save(visitor)
    expect(page.locator(".invalid-feedback").first).to_be_visible()
    assert "T-1" not in kept(page)
    end_session(visitor)
    save(visitor)
    sign_in(page)
    expect_back(visitor)
    expect(page.locator("#id_number")).to_have_value("T-1")
    page.locator("#id_name").fill("打字员")
    choose(visitor, "department", "教育局")
    save(visitor)
    expect(page.locator("h1")).to_contain_text("打字员")
    assert "打字员" not in kept(page)


def test_secrets_are_never_kept(visit: Visit) -> None:
    visitor = visit("administrator")
    page = visitor.page
    visitor.go("/management-profiles/add/")
    page.locator("#id_name").fill("a profile")
    page.locator("#id_community").fill("quite-secret")
    page.locator("#id_login_password").fill("quite-secret")
    end_session(visitor)
    save(visitor)
    expect(page.locator("[data-unsaved]")).to_be_visible()
    assert "a profile" in kept(page)
    assert "quite-secret" not in kept(page)
    sign_in(page, "administrator")
    expect_back(visitor)
    expect_back(visitor, FILES)
    expect(page.locator("#id_name")).to_have_value("a profile")
    expect(page.locator("#id_community")).to_have_value("")


def test_lines_pasted_beside_a_file_come_back_and_the_file_is_asked_for_again(visit: Visit) -> None:
    visitor = visit("technician")
    page = visitor.page
    visitor.go("/persons/import/")
    page.locator("#file").set_input_files({"name": "p.csv", "mimeType": "text/csv", "buffer": b"number,name\n"})
    page.locator("#text").fill("number,name\nT-2,某人\n")
    end_session(visitor)
    page.get_by_role("button", name=visitor.say("Preview")).click()
    sign_in(page)
    expect_back(visitor, FILES)
    expect(page.locator("#text")).to_have_value("number,name\nT-2,某人\n")
    page.locator("#text").fill("x" * 600_000)
    end_session(visitor)
    page.get_by_role("button", name=visitor.say("Preview")).click()
    sign_in(page)
    expect_back(visitor, NOTHING)


def test_a_line_of_the_journal_comes_back_on_the_devices_page(visit: Visit) -> None:
    """Its own address knows no reading."""
    visitor = visit("technician", phone=True)
    page = visitor.page
    path = open_device(visitor, 23)
    page.locator("#journal textarea").fill("风扇很响")
    end_session(visitor)
    page.locator("#journal form.hs-write button").last.click()
    sign_in(page)
    assert visitor.path() == path
    expect_back(visitor)
    expect(page.locator("#journal " + TOLD)).to_be_in_viewport()
    expect(page.locator("#journal textarea")).to_have_value("风扇很响")
    visitor.check()
    page.locator("#journal form.hs-write button").last.click()
    expect(page.locator("#journal").get_by_text("风扇很响")).to_have_count(1)


def test_a_field_that_is_edited_in_its_place_opens_again(visit: Visit) -> None:
    visitor = visit("technician")
    page = visitor.page
    open_device(visitor, 24)
    pencil = page.locator(".tz-pencil[href$='/name/']")
    pencil.focus()
    pencil.press("Enter")
    page.locator(".tz-editing #id_name").fill("TYPED-NAME")
    end_session(visitor)
    page.locator(".tz-editing button.btn-primary").click()
    expect(page.locator("[data-unsaved]")).to_be_visible()
    sign_in(page)
    expect_back(visitor)
    expect(page.locator(".tz-editing #id_name")).to_have_value("TYPED-NAME")
    page.locator(".tz-editing button.btn-primary").click()
    expect(page.locator(".tz-editing")).to_have_count(0)
    expect(page.locator(".tz-fields").get_by_text("TYPED-NAME", exact=True)).to_be_visible()


def test_a_change_of_many_rows_comes_back_with_its_rows(visit: Visit) -> None:
    visitor = visit("technician")
    page = visitor.page
    visitor.go("/devices/?per=25")
    for place in (0, 3):
        page.locator("#rows tbody input[name=pk]").nth(place).check()
    page.locator("#rows button[name=do][value=edit]").click()
    page.locator("#id_reason").fill("换了岗位")
    rows = page.locator("form.tz-form input[name=pk]").input_value()
    assert rows.count(",") == 1
    end_session(visitor)
    page.locator("form.tz-form button.btn-primary").click()
    sign_in(page)
    expect_back(visitor)
    assert page.locator("form.tz-form input[name=pk]").input_value() == rows
    expect(page.locator("#id_reason")).to_have_value("换了岗位")


def test_a_form_of_before_another_log_in_comes_back(visit: Visit) -> None:
    visitor = visit("technician")
    page = visitor.page
    visitor.go("/persons/add/")
    page.locator("#id_name").fill("晚到的人")
    end_session(visitor)
    other = page.context.new_page()
    other.goto(f"{visitor.site.url}/login/")
    sign_in(other)
    other.wait_for_selector("#menu")
    other.close()
    save(visitor)
    expect(page.get_by_role("link", name=visitor.say("Back to the form as you left it"))).to_be_visible()
    visitor.check()
    page.get_by_role("link", name=visitor.say("Back to the form as you left it")).click()
    expect_back(visitor)
    expect(page.locator("#id_name")).to_have_value("晚到的人")
    [refused] = visitor.faults
    assert "403" in refused
    visitor.faults.clear()


def test_what_others_changed_meanwhile_stays_theirs(visit: Visit) -> None:
    """The one field of both is told; the other keeps what is saved now."""
    visitor, other = visit("technician"), visit("administrator")
    page = visitor.page
    url = open_device(visitor, 21) + "edit/"
    for name, others, told in (("name", "RENAMED-1", False), ("note", "theirs", True)):
        visitor.go(url)
        page.locator("#id_note").fill("mine")
        other.go(url)
        other.page.locator(f"#id_{name}").fill(others)
        save(other)
        expect(other.page.locator("main")).to_contain_text(others)
        end_session(visitor)
        save(visitor)
        sign_in(page)
        expect_back(visitor)
        page.locator("button.btn-primary", has_text=visitor.say("Save")).click()
        if told:
            expect(page.locator("form > .alert-warning")).to_be_visible()
            expect(page.locator("#id_note")).to_have_value("mine")
        else:
            expect(page.locator("h1")).to_contain_text("RENAMED-1")
            expect(page.locator("main")).to_contain_text("mine")
            visitor.go(url)
            page.locator("#id_note").fill("")
            save(visitor)
            expect(page.locator("h1")).to_be_visible()


def test_rules_come_back_with_added_rows_where_typing_met_the_end_of_the_session(visit: Visit) -> None:
    visitor = visit("planner")
    page = visitor.page
    visitor.go("/allocation-standards/")
    page.locator("#list tbody a").first.click()
    page.locator("main a[href$='/rules/']").first.click()
    rows = page.locator(".st-rule")
    expect(rows.first).to_be_visible()
    count = rows.count()
    page.locator("#add-rule").click()
    end_session(visitor)
    page.locator(".st-rule input[name$='-name']").last.fill("打到一半")
    sign_in(page, "planner")
    expect_back(visitor)
    expect(rows).to_have_count(count + 1)
    expect(page.locator(".st-rule input[name$='-name']").last).to_have_value("打到一半")
    visitor.check()


def test_a_step_without_words_is_told_as_not_done(visit: Visit) -> None:
    visitor = visit("technician")
    page = visitor.page
    visitor.go("/search/?q=TZ-SW-001")
    path = visitor.path()
    end_session(visitor)
    page.get_by_role("button", name=visitor.say("Poll now")).click()
    sign_in(page)
    assert visitor.path() == path
    expect_back(visitor, NOTHING)
