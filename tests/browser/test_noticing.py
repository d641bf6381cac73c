"""That the harness notices: what it would not see, no test of a page could fail on."""

from tests.browser.conftest import Visit


def test_a_fault_in_the_browser_would_be_noticed(visit: Visit) -> None:
    visitor = visit("technician")
    page, faults = visitor.page, visitor.faults
    visitor.go("/devices/")
    assert faults == []
    page.evaluate("console.error('odd')")
    page.evaluate("setTimeout(() => { throw new Error('broken') })")
    page.evaluate("new Promise((done) => setTimeout(done))")
    page.evaluate("fetch('http://elsewhere.invalid/').catch(() => {})")
    page.evaluate("document.getElementById('q').removeAttribute('aria-label')")
    page.evaluate("document.getElementById('q').removeAttribute('placeholder')")
    page.evaluate("document.querySelector('main').style.minWidth = '3000px'")
    visitor.check()
    noticed = "\n".join(faults)
    for told in ("console: odd", "script: broken", "elsewhere.invalid", "axe label", "px wide"):
        assert told in noticed, (told, noticed)
    faults.clear()
