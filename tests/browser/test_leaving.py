"""What a hurried hand sends twice, and what a browser keeps of pages when somebody logs out."""

from playwright.sync_api import Browser, Page, Route

from reports.management.accounts import PASSWORD
from tests.browser.conftest import CHROMIUM, FLAGS, Site, Visit


def test_a_form_that_is_clicked_twice_is_sent_once(visit: Visit) -> None:
    visitor = visit("technician")
    visitor.go("/devices/?status=in_use")
    page: Page = visitor.page
    page.click("#rows tbody a")
    held: list[Route] = []
    page.route("**/journal/**", lambda route: held.append(route))
    page.fill("#journal textarea", "once")
    button = page.locator("#journal form button").last
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box is not None
    for _click in range(2):
        page.mouse.click(box["x"] + 5, box["y"] + 5)
        page.wait_for_timeout(300)
    assert len(held) == 1


def test_who_goes_back_after_a_log_out_sees_nothing(browser: Browser, site: Site) -> None:
    """Also where the browser keeps whole pages for going back, which tests usually switch off."""
    keeping = browser.browser_type.launch(
        executable_path=str(CHROMIUM), args=list(FLAGS), ignore_default_args=["--disable-back-forward-cache"]
    )
    page = keeping.new_page()
    page.goto(f"{site.url}/login/?next=/devices/")
    page.fill("#id_username", "director")
    page.fill("#id_password", PASSWORD)
    page.press("#id_password", "Enter")
    page.wait_for_selector("#rows")
    page.evaluate("document.querySelector('[data-leaves]').requestSubmit()")
    page.wait_for_url("**/login/")
    page.evaluate("history.back()")
    page.wait_for_url("**/login/?next=/devices/")
    assert page.locator("#rows").count() == 0
    keeping.close()
