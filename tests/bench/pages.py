"""The pages by real HTTP over a large register, beside what NetBox needs for the same pages (see REFERENCE).

Serves a register with `manage.py serve`, signs in, and asks for each page as a browser does. Run as
`python -m tests.bench.pages VAR`; the register in VAR is loaded. TAIZHANG_DATABASE may name a PostgreSQL.
"""

import http.cookiejar
import os
import re
import resource
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parents[2]
TIMES = 15
EDITED = 1_000
NAME, PASSWORD = "bench", "bench-of-the-pages"


@dataclass(frozen=True, slots=True)
class Page:
    """A page, and the most milliseconds that it may take: a share of NetBox's best (0: without a bar)."""

    name: str
    path: str
    netbox_ms: float = 0
    share: float = 0

    @property
    def bar_ms(self) -> float:
        return self.netbox_ms * self.share


# NetBox 4.6.8 at 120,000 devices on two cores with PostgreSQL, the shortest of its requests, measured in 2026-11.
REFERENCE = "NetBox 4.6.8's shortest"


def pages(device: int, department: int, tag: str) -> list[Page]:
    """What is asked for; a tag's last digits stand in few others."""
    return [
        Page("home", "/", 148, 2 / 3),
        Page("list", "/devices/", 813, 1 / 3),
        Page("list, last page", "/devices/?page=2400", 864, 1 / 3),
        Page("list of a department", f"/devices/?department={department}", 793, 1 / 3),
        Page("list, quick search", f"/devices/?q={tag[-5:]}", 601, 1 / 3),
        Page("device", f"/devices/{device}/", 143, 2 / 3),
        Page("search, several hits", f"/search/?q={tag[-5:]}", 470, 1 / 5),
        Page("search, no hit", "/search/?q=nothing-is-called-so", 470, 1 / 5),
        Page("search, an address", "/search/?q=10.0.0.9", 470, 1 / 5),
    ]


class Browser:
    """Asks with cookies, like a browser; gzip is not asked for, as in the reference."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def get(self, path: str) -> str:
        with self.opener.open(self.base + path, timeout=300) as answer:
            return str(answer.read().decode())

    def post(self, path: str, **values: str) -> str:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get("/password/"))
        values["csrfmiddlewaretoken"] = token.group(1) if token else ""
        data = urllib.parse.urlencode(values).encode()
        with self.opener.open(self.base + path, data=data, timeout=300) as answer:
            return str(answer.read().decode())

    def sign_in(self) -> None:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get("/login/"))
        assert token is not None
        data = {"csrfmiddlewaretoken": token.group(1), "username": NAME, "password": PASSWORD}
        with self.opener.open(self.base + "/login/", data=urllib.parse.urlencode(data).encode(), timeout=60) as answer:
            if "/login/" in answer.url:
                raise SystemExit("signing in failed")

    def download(self, path: str) -> tuple[int, float]:
        """Octets, and seconds until the first of them."""
        started = time.perf_counter()
        with self.opener.open(self.base + path, timeout=600) as answer:
            size = len(answer.read(1))
            first_s = time.perf_counter() - started
            while part := answer.read(1 << 20):
                size += len(part)
        return size, first_s


@contextmanager
def served(var: Path) -> Iterator[tuple[str, int]]:
    """`manage.py serve` with one worker; its address and process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "manage.py", "serve", "--bind", f"127.0.0.1:{port}", "--workers", "1"]
    environment = os.environ | {"TAIZHANG_VAR": str(var)}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait(f"http://127.0.0.1:{port}/healthz", process)
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(url: str, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            if process.poll() is not None:
                raise SystemExit("the server did not start") from None
            time.sleep(0.2)
    raise SystemExit("the server did not answer")


def peak_mb(pid: int) -> float:
    """The most memory that a process and its children had; Linux only, else 0."""
    found = [Path(f"/proc/{pid}/status")]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [Path(f"/proc/{child}/status") for child in task.read_text().split()]
    peaks = [re.search(r"VmHWM:\s+(\d+) kB", file.read_text()) for file in found if file.exists()]
    return max((int(peak.group(1)) / 1024 for peak in peaks if peak), default=0.0)


def timed(work: Callable[[], object], times: int = TIMES) -> tuple[float, float]:
    """(median, shortest) in milliseconds, after one that does not count."""
    work()
    spans = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        spans.append((time.perf_counter() - started) * 1000)
    return sorted(spans)[len(spans) // 2], min(spans)


def prepare() -> tuple[int, int, str]:
    """An administrator, and (device, department, tag) in the middle of the register."""
    from inventory.models import Department, Device, Role, User
    from inventory.services import write

    if not User.objects.filter(username=NAME).exists():
        user = User(username=NAME, role=Role.ADMINISTRATOR)
        user.set_password(PASSWORD)
        with write.unit(write.SYSTEM) as unit:
            unit.create(user)  # type: ignore[type-var]  # written like a RegisterModel
    device = Device.objects.order_by("pk")[Device.objects.count() // 2]
    return device.pk, Department.objects.order_by("pk")[Department.objects.count() // 2].pk, device.asset_tag


def measure(browser: Browser, pid: int) -> None:
    from inventory.models import Device

    device, department, tag = prepare()
    browser.sign_in()
    print(f"{Device.objects.count():,} devices; milliseconds of {TIMES} requests each, one worker")
    print(f"{'page':24} {'median':>8} {'shortest':>9} {'bar':>7}  ({REFERENCE})")
    for page in pages(device, department, tag):
        median, shortest = timed(lambda path=page.path: browser.get(path))  # type: ignore[misc]
        bar = f"{page.bar_ms:7.0f}  ({page.netbox_ms:.0f})" if page.bar_ms else ""
        print(f"{page.name:24} {median:8.1f} {shortest:9.1f} {bar} {'' if shortest <= page.bar_ms else 'OVER'}")
    for kind in ("xlsx", "csv"):
        before = peak_mb(pid)
        started = time.perf_counter()
        size, first_s = browser.download(f"/devices/export.{kind}")
        print(
            f"export of all as {kind}: {time.perf_counter() - started:.1f} s, {size / 2**20:.1f} MB, first octet after "
            f"{first_s:.2f} s, the server's memory {before:.0f} -> {peak_mb(pid):.0f} MB"
        )
    keys = ",".join(map(str, Device.objects.order_by("pk").values_list("pk", flat=True)[5_000 : 5_000 + EDITED]))
    started = time.perf_counter()
    browser.post("/devices/bulk/", do="edit", pk=keys, confirm="1", note=f"bench {time.time():.0f}", reason="bench")
    print(f"bulk edit of {EDITED:,} with its change log: {time.perf_counter() - started:.2f} s (bar: 3)")
    changed = Device.objects.filter(note__startswith="bench ").count()
    if changed < EDITED:
        raise SystemExit(f"only {changed} devices were changed")


def main(var: Path) -> None:
    django.setup()
    with served(var) as (base, pid):
        measure(Browser(base), pid)
    print(f"this bench's own peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
