"""`make bench`: what collecting, reporting and loading cost on this machine, beside references in the same run.

Registers are made up and kept in a temporary folder; traffic goes to loopback only. Takes about a quarter of an hour.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench import fuzz

ROOT = Path(__file__).resolve().parents[2]
COLLECTED_SWITCHES, COLLECTED_COMPUTERS = 1_200, 24_000
SIZES = (1_200, 12_000, 120_000)
REPORTS = ("-m", "tests.bench.reports")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="taizhang-bench-") as folder:
        print("\n# Engines")
        _run(Path(folder), "-m", "tests.bench.engine")
        if fuzz.is_installed():
            print("\n# The codec, fuzzed")
            _run(Path(folder), "-m", "tests.bench.fuzz")
        print(f"\n# Collecting {COLLECTED_SWITCHES:,} switches with {COLLECTED_COMPUTERS:,} computers behind them")
        network = Path(folder) / "network"
        _load(network, COLLECTED_SWITCHES, COLLECTED_COMPUTERS)
        _run(network, "-m", "tests.bench.collecting", str(network))
        if os.environ.get("TAIZHANG_WALKS"):
            print("\n# Collecting 1,200 devices that replay recorded ones")
            _run(Path(folder) / "walks", "-m", "tests.bench.walks", str(Path(folder) / "walks"))
        else:
            print("\n# No recorded devices: set TAIZHANG_WALKS to a folder of walks to replay them")
        for devices in SIZES:
            print(f"\n# Loading and reporting {devices:,} devices")
            register = Path(folder) / str(devices)
            _load(register, devices // 50, devices - devices // 50)
            _run(register, *REPORTS, str(devices))
        print(f"\n# Pages over {SIZES[-1]:,} devices")
        _run(register, "-m", "tests.bench.pages", str(register))


def _load(var: Path, switches: int, computers: int) -> None:
    """Load a made-up register in a process of its own, and print what it cost."""
    started = time.monotonic()
    _run(var, "-m", "tests.bench.register", str(switches), str(computers), str(var / "csv"))
    count = switches + computers
    print(f"loading {count:,} devices and as many persons: {time.monotonic() - started:.1f} s", flush=True)


def _run(var: Path, *arguments: str) -> None:
    environment = os.environ | {"TAIZHANG_VAR": str(var), "DJANGO_SETTINGS_MODULE": "inventory.config.settings"}
    subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, check=True)


if __name__ == "__main__":
    main()
