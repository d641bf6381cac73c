"""What each report costs on a populated database: seconds, processor seconds, peak memory; each in its own process."""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from reports import catalogue

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Cost:
    """One report made by `manage.py report`; memory in MiB, the file in octets."""

    name: str
    seconds: float
    cpu_seconds: float
    peak_mib: float
    file_size: int

    def __str__(self) -> str:
        return (
            f"{self.name:9} {self.seconds:7.1f} s  {self.cpu_seconds:7.1f} s CPU  {self.peak_mib:7.0f} MiB  "
            f"{self.file_size / 1024**2:6.1f} MiB file"
        )


def measure_reports(names: list[str] | None = None, as_of: str = "2026-11-24") -> list[Cost]:
    """Make each report of the database that the settings name, and print what it cost. Raises when one fails."""
    costs = []
    with tempfile.TemporaryDirectory() as folder:
        for name in names or catalogue.names():
            costs.append(_measure(name, Path(folder) / name, as_of))
            print(costs[-1], flush=True)
    return costs


def _measure(name: str, out: Path, as_of: str) -> Cost:
    command = [sys.executable, "manage.py", "report", name, "--out", str(out), "--as-of", as_of]
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if os.waitstatus_to_exitcode(status):
        raise RuntimeError(f"report {name} failed")
    size = sum(path.stat().st_size for path in out.iterdir())
    # Linux counts ru_maxrss in KiB, macOS in octets.
    peak = usage.ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)
    return Cost(name, seconds, usage.ru_utime + usage.ru_stime, peak, size)


if __name__ == "__main__":
    measure_reports(sys.argv[1:] or None)
