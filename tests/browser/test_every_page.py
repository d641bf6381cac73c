"""Every page of the menu, its first row and its form: no fault in the console, none that keeps people out."""

from collections.abc import Iterator

import pytest

from tests.browser.conftest import Visit, Visitor

FIRST_ROW, FORM = "#list tbody a[href^='/']", ".shell-actions a[href$='/add/']"


def menu(visitor: Visitor) -> Iterator[str]:
    """Goes to each page of the menu; 25 rows of a list are as good as 50, and read in half the time."""
    visitor.go("/")
    found = visitor.page.locator("#menu li > a:first-child").evaluate_all("all => all.map((one) => one.pathname)")
    assert len(found) > 10
    for path in found:
        visitor.go(f"{path}?size=25")
        yield path


@pytest.mark.parametrize(
    ("leads_to", "language", "dark", "phone"),
    [
        pytest.param(FIRST_ROW, "zh-hans", False, False, id="rows-zh-light-wide"),
        pytest.param(FORM, "en", True, True, id="forms-en-dark-phone"),
    ],
)
def test_every_page_can_be_read_by_everybody(
    visit: Visit, leads_to: str, language: str, dark: bool, phone: bool
) -> None:
    visitor = visit("administrator", language=language, dark=dark, phone=phone)
    for path in menu(visitor):
        visitor.check()
        link = visitor.page.locator(leads_to).first
        onward = link.get_attribute("href") if link.count() else None
        if onward and onward != path:
            visitor.go(onward)
            visitor.check()


def test_who_is_not_signed_in_reads_the_login(visit: Visit) -> None:
    visitor = visit("", language="zh-hans")
    visitor.go("/devices/")
    assert visitor.path() == "/login/?next=/devices/"
    visitor.check()
