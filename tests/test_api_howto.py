"""The commands of docs/howto/use-the-api.md, typed as they stand there, against a served register."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

HOWTO = ROOT / "docs" / "howto" / "use-the-api.md"
ADDRESS = "127.0.0.1:8000"
ACCOUNTS = ("reader", "script")


def lines() -> list[str]:
    """The lines of all shell blocks, in order."""
    blocks = re.findall(r"```sh\n(.*?)```", HOWTO.read_text(encoding="utf-8"), re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def shell(line: str, environment: dict[str, str]) -> str:
    """What a line prints, typed in bash. AssertionError where it fails."""
    done = subprocess.run(
        ["bash", "-c", line], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, (line, done.stdout + done.stderr)
    return done.stdout


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """The address of a server of the demo county with two accounts, and an environment for commands."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    environment = os.environ | {"TAIZHANG_VAR": str(tmp_path), "TAIZHANG_LANGUAGE": "en"}
    manage = f"{sys.executable} manage.py"
    shell(f"{manage} migrate -v 0 && {manage} load fixtures/standards fixtures/county", environment)
    for name in ACCOUNTS:
        shell(f"{manage} createsuperuser --noinput --username {name} --email {name}@example.org", environment)
    with subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--bind", address],
        cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as server:  # fmt: skip
        try:
            shell(f"curl -sf --retry 60 --retry-delay 1 --retry-connrefused http://{address}/healthz", environment)
            yield address, environment
        finally:
            server.terminate()


def test_the_how_to_works_as_it_is_written(served: tuple[str, dict[str, str]]) -> None:
    address, environment = served
    before = ""
    told: list[str] = []
    for line in lines():
        typed = line.replace(ADDRESS, address).replace("python manage.py", f"{sys.executable} manage.py")
        if line.startswith("ETAG="):
            before = f"{typed}; "
            assert '"' in shell(f'{before}echo "$ETAG"', environment)
            continue
        told.append(shell(before + typed.replace("curl -H", "curl -sS --fail-with-body -H"), environment))
        if "--writes" in line:
            environment["TOKEN"] = told[-1].strip()
    assert "rollout" in told[2] and "reads and writes" in told[2]
    assert '"asset_tag": "TZ-PC-9001"' in "".join(told) and '"note": "disk replaced"' in "".join(told)
    assert '"value": "worn"' in told[-1]
    program = "\n".join(re.findall(r"```python\n(.*?)```", HOWTO.read_text(encoding="utf-8"), re.DOTALL))
    typed = program.replace(ADDRESS, address).replace("'", "'\\''")
    port, states = shell(f"{sys.executable} -c '{typed}'", environment).splitlines()
    assert port == "eth0 001a2b3c4d5e" and "'in stock'" in states
