"""A browser before the demo county: loaded and served once, as `make run` does it, on a database of its own.

A test fails on any error in the console, any request to another host and any fault of the server. Pages are checked by
axe-core for what keeps people out.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from django.utils.translation import gettext, ngettext, pgettext
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from inventory.locale import extract
from inventory.locale.compile import compile_all
from inventory.ui import assets
from reports.management.accounts import PASSWORD
from tests.conftest import ROOT

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
TIMEOUT_MS = 30_000
expect.set_options(timeout=TIMEOUT_MS)
IN_CI = os.environ.get("CI") == "true"


@dataclass(frozen=True)
class Site:
    """The served county: its address, and the environment of commands on its database."""

    url: str
    environment: dict[str, str]

    def manage(self, *words: str) -> str:
        command = [sys.executable, "manage.py", *words]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def _missing(what: str) -> None:
    if IN_CI:
        pytest.fail(f"CI must have {what}")
    pytest.skip(f"{what} is not on this machine")


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demo county with a collection behind it, behind the real application server."""
    if not CHROMIUM.exists():
        _missing(f"Debian's chromium ({CHROMIUM})")
    if not assets.is_fresh(assets.ROOT, assets.VENDOR):
        _missing("the front-end files (python -m inventory.ui.assets)")
    compile_all(extract.LOCALE)
    folder = tmp_path_factory.mktemp("browser")
    environment = os.environ | {"TAIZHANG_VAR": str(folder / "var"), "TAIZHANG_LANGUAGE": "en"}
    # The server is given the socket itself: what is asked before it is ready waits there.
    with socket.create_server(("127.0.0.1", 0)) as listening:
        site = Site(f"http://127.0.0.1:{listening.getsockname()[1]}", environment)
        site.manage("demo", "--out", str(folder / "out"), "--port", str(_free_udp_port()))
        served = [sys.executable, "manage.py", "serve", "--bind", f"fd://{listening.fileno()}", "--workers", "1"]
        server = subprocess.Popen(
            served, cwd=ROOT, env=environment, pass_fds=(listening.fileno(),), stdout=subprocess.DEVNULL
        )
        try:
            yield site
        finally:
            server.terminate()
            server.wait(timeout=30)


def _free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@pytest.fixture(scope="package")
def browser(site: Site) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def signed_in(browser: Browser, site: Site) -> Callable[[str], Any]:
    """Who signed in once need not do so again: username → the session's cookies."""
    kept: dict[str, Any] = {}

    def state_of(username: str) -> Any:
        if username not in kept:
            context = browser.new_context(locale="en-US")
            page = context.new_page()
            page.goto(f"{site.url}/login/")
            page.fill("#id_username", username)
            page.fill("#id_password", PASSWORD)
            page.click("main button[type=submit]")
            page.wait_for_selector("#menu")
            kept[username] = context.storage_state()
            context.close()
        return kept[username]

    return state_of


@dataclass
class Visitor:
    """A person before a page: what they read, and what went wrong meanwhile."""

    page: Page
    site: Site
    language: str
    faults: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(self.site.url + path)

    def say(self, message: str, **words: Any) -> str:
        """A sentence of the program in the language of this visitor."""
        with translation.override(self.language):
            return gettext(message) % words if words else gettext(message)

    def say_of(self, context: str, message: str) -> str:
        with translation.override(self.language):
            return pgettext(context, message)

    def say_count(self, one: str, many: str, count: int) -> str:
        with translation.override(self.language):
            return ngettext(one, many, count) % {"count": count}

    def path(self) -> str:
        return self.page.url.removeprefix(self.site.url)

    def check(self) -> None:
        """No serious or critical fault by axe-core, and nothing wider than the window.

        Where a click led to another page, something of that page has to be expected first.
        """
        self.page.wait_for_load_state()
        name = f"{self.path()} ({self.language})"
        self.page.evaluate(AXE)
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        for one in found["violations"]:
            if one["impact"] in ("serious", "critical"):
                places = [node["target"] for node in one["nodes"][:3]]
                self.faults.append(f"{name}: axe {one['id']} {places}")
        wide, window = self.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        if wide > window:
            self.faults.append(f"{name}: {wide} px wide in a window of {window}")


AXE = (ROOT / "inventory/static/vendor/axe.min.js").read_text(encoding="utf-8") if assets.VENDOR.is_dir() else ""
Visit = Callable[..., Visitor]


@pytest.fixture
def visit(browser: Browser, site: Site, signed_in: Callable[[str], Any]) -> Iterator[Visit]:
    """Opens a page as an account of the demo; the test fails at its end on all that went wrong in the browser."""
    opened: list[tuple[BrowserContext, Visitor]] = []

    def open_page(username: str, *, language: str = "zh-hans", phone: bool = False, dark: bool = False) -> Visitor:
        context = browser.new_context(
            storage_state=signed_in(username) if username else None,
            locale="zh-CN" if language == "zh-hans" else "en-US",
            viewport=PHONE if phone else WIDE,  # type: ignore[arg-type]
            has_touch=phone,
            color_scheme="dark" if dark else "light",
        )
        context.set_default_timeout(TIMEOUT_MS)
        visitor = Visitor(context.new_page(), site, language)
        _watch(visitor)
        opened.append((context, visitor))
        return visitor

    yield open_page
    faults = [fault for _context, visitor in opened for fault in visitor.faults]
    for context, _visitor in opened:
        context.close()
    assert not faults, "\n".join(faults)


def _watch(visitor: Visitor) -> None:
    page, faults, own = visitor.page, visitor.faults, visitor.site.url
    page.on("console", lambda m: faults.append(f"{page.url}: console: {m.text}") if m.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(f"{page.url}: script: {error}"))
    page.on(
        "request",
        lambda r: None if r.url.startswith((own, "data:", "blob:")) else faults.append(f"{page.url}: asks {r.url}"),
    )
    page.on("response", lambda r: faults.append(f"{r.status} at {r.url}") if r.status >= 500 else None)
