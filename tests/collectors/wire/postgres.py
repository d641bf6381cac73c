"""A PostgreSQL of the tests' own, on loopback, and commands of the program that work on it with the queue on."""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

READY_S = 60


def _missing(what: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI must have {what}")
    pytest.skip(f"{what} is not on this machine")


def programs() -> Path:
    """The folder of PostgreSQL's programs; skips the test where there is none, or no procrastinate."""
    for package in ("procrastinate", "psycopg"):
        if find_spec(package) is None:
            _missing(f"the package {package} (pip install taizhang[queue])")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda one: int(one.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path is None:
        _missing("PostgreSQL's server (initdb)")
    assert on_path is not None
    return Path(on_path).parent


@contextmanager
def serving() -> Iterator[str]:
    """The URL of a new, empty database. The server will not run as root, and so runs as Debian's own account."""
    binaries = programs()
    account: dict[str, Any] = {}
    folder = Path(tempfile.mkdtemp(prefix="taizhang-pg-"))
    try:
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            account = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            os.chown(folder, user.pw_uid, user.pw_gid)
        made = [str(binaries / "initdb"), "-D", str(folder / "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        subprocess.run([*made, "--locale=C.UTF-8", "--no-sync"], cwd=folder, check=True, capture_output=True, **account)
        port = _free_port()
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
        control = [str(binaries / "pg_ctl"), "-D", str(folder / "data"), "-w", "-t", str(READY_S)]
        log = ["-l", str(folder / "log")]
        subprocess.run(
            [*control, *log, "-o", options, "start"], cwd=folder, check=True, stdout=subprocess.DEVNULL, **account
        )
        try:
            yield f"postgres://postgres@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run(
                [*control, "-m", "immediate", "stop"], cwd=folder, check=True, capture_output=True, **account
            )
    finally:
        shutil.rmtree(folder)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


class Machine:
    """Something with the program on it: a folder of its own, and the database in common."""

    def __init__(self, folder: Path, database: str, **more: str) -> None:
        folder.mkdir(exist_ok=True)
        common = {"TAIZHANG_DATABASE": database, "TAIZHANG_QUEUE": "1", "TAIZHANG_LAB": "1", "TAIZHANG_LANGUAGE": "en"}
        self.environment = {**os.environ, **common, "TAIZHANG_VAR": str(folder), "PYTHONPATH": str(ROOT), **more}
        self.folder = folder

    def manage(self, *words: str) -> str:
        """What a command says that has to succeed."""
        done = self.run(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, str(ROOT / "manage.py"), *words]
        return subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)

    def script(self, text: str) -> str:
        """What a program says that knows the models."""
        return self.manage("shell", "--no-imports", "-c", text)

    def start(self, *words: str) -> "subprocess.Popen[str]":
        command = [sys.executable, str(ROOT / "manage.py"), *words]
        return subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
