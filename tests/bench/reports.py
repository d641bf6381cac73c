"""What each report costs on a populated database: seconds, processor seconds, peak memory; each in its own process.

Also the books of a refresh plan, with money for a part of what is due. At 120,000 devices the bars of BARS count.
"""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from reports import catalogue

ROOT = Path(__file__).resolve().parents[2]
AS_OF, PLAN, YEARS = "2026-11-24", "bench", 5
SOURCE = "信息化年度专款"
YUAN_A_DEVICE = 500
"""Money a year for each device of the register: enough for a tenth of them."""
LARGE = 120_000
BARS = {"budget": (20, 800), "budget of a plan": (20, 800), "refresh": (45, 800)}
"""{report: seconds and MiB at LARGE}."""


@dataclass(frozen=True)
class Cost:
    """One command; memory in MiB, its files in octets."""

    name: str
    seconds: float
    cpu_seconds: float
    peak_mib: float
    file_size: int

    def __str__(self) -> str:
        return (
            f"{self.name:17} {self.seconds:7.1f} s  {self.cpu_seconds:7.1f} s CPU  {self.peak_mib:7.0f} MiB  "
            f"{self.file_size / 1024**2:6.1f} MiB file"
        )

    def bar(self) -> str:
        """Whether it holds its bar, as a sentence; '' without one."""
        if self.name not in BARS:
            return ""
        seconds, mib = BARS[self.name]
        holds = self.seconds < seconds and self.peak_mib < mib
        return f"  bar: under {seconds} s and {mib} MiB: {'holds' if holds else 'DOES NOT HOLD'}"


def measure_reports(devices: int, names: list[str] | None = None) -> list[Cost]:
    """Make each report, and the books of a plan, of the database that the settings name; print what each cost."""
    costs = []
    with tempfile.TemporaryDirectory() as folder:
        for name in names or [*catalogue.names(), "plan made", "plan", "budget of a plan"]:
            cost = _measure(name, _command(name, Path(folder) / name, devices), Path(folder) / name)
            print(cost, cost.bar() if devices >= LARGE else "", flush=True)
            costs.append(cost)
    return costs


def _command(name: str, out: Path, devices: int) -> list[str]:
    if name == "plan made":
        money = [f"{year}:{SOURCE}:{devices * YUAN_A_DEVICE}" for year in range(2027, 2027 + YEARS)]
        given = [word for one in money for word in ("--money", one)]
        return ["plan", "make", PLAN, "--first-year", "2027", "--as-of", AS_OF, "--change", "2", *given]
    if name in ("plan", "budget of a plan"):
        return ["report", name.split()[0], "--plan", PLAN, "--out", str(out)]
    return ["report", name, "--out", str(out), "--as-of", AS_OF]


def _measure(name: str, command: list[str], out: Path) -> Cost:
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "manage.py", *command], cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if os.waitstatus_to_exitcode(status):
        raise RuntimeError(f"{name} failed")
    size = sum(path.stat().st_size for path in out.iterdir()) if out.exists() else 0
    # Linux counts ru_maxrss in KiB, macOS in octets.
    peak = usage.ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)
    return Cost(name, seconds, usage.ru_utime + usage.ru_stime, peak, size)


if __name__ == "__main__":
    measure_reports(int(sys.argv[1]), sys.argv[2:] or None)
