"""Work on plans that takes longer than a page may: its notes as small files, and the process that does it.

As with reports made in the background, a process holds a lock for as long as it lives; work that nobody holds and that
did not end was stopped. Knows neither how a plan is drawn nor how a workbook is made.
"""

import fcntl
import json
import secrets
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _

KEPT_S = 24 * 3600
"""How long workbooks wait to be fetched."""
RUNNING, DONE, FAILED = "running", "done", "failed"


@dataclass(frozen=True)
class Job:
    """What is asked for: `kind` 'draw', or a workbook ('plan', 'budget', 'template', 'compare') of plan `plan`."""

    token: str
    kind: str
    plan: int
    user: int | None = None
    params: dict[str, Any] = field(default_factory=dict)
    state: str = RUNNING
    fault: str = ""
    file_name: str = ""
    started_at: float = 0.0

    @property
    def seconds(self) -> int:
        return int(time.time() - self.started_at)


def folder() -> Path:
    """Where drawings, notes and workbooks lie. They show the whole county: for this account alone."""
    path: Path = settings.VAR_DIR / "plans"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def folder_of(job: Job) -> Path:
    """Where a job's own files lie."""
    path = folder() / job.token
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def workbook_of(job: Job) -> Path:
    return folder_of(job) / job.file_name


def ask(kind: str, plan: int, user: int | None, token: str = "", **params: Any) -> Job:
    """Note down what is to be done."""
    _forget()
    return keep(Job(token or secrets.token_hex(16), kind, plan, user, params, started_at=time.time()))


def keep(job: Job) -> Job:
    target = folder() / f"{job.token}.job"
    staged = target.with_suffix(f".{secrets.token_hex(4)}")
    staged.write_text(json.dumps(asdict(job)), encoding="utf-8")
    staged.replace(target)
    return job


def find(token: str) -> Job | None:
    """The job as it stands now; one whose process is gone without a word has failed."""
    try:
        job = _read(token)
        if job.state != RUNNING or _is_held(token):
            return job
        job = _read(token)  # it may have ended between the two
    except FileNotFoundError:
        return None
    return (
        job if job.state != RUNNING else keep(replace(job, state=FAILED, fault=_("It was stopped before it was done.")))
    )


def _read(token: str) -> Job:
    return Job(**json.loads((folder() / f"{token}.job").read_text(encoding="utf-8")))


def start(job: Job) -> None:
    """Do it in a process of its own, which outlives the server that started it. Nothing where one does it already."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "plan_work", job.token]
    try:
        with held(job.token) as lock:
            # The lock goes with the open file, and the process keeps that open until it ends, however it ends.
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=(lock.fileno(),),
                start_new_session=True,
            )
    except BlockingIOError:
        return
    threading.Thread(target=child.wait, daemon=True).start()


@contextmanager
def held(token: str) -> Iterator[IO[str]]:
    """Hold the lock of a job. BlockingIOError when another process does."""
    with (folder() / f"{token}.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield lock


def _is_held(token: str) -> bool:
    try:
        with held(token):
            return False
    except BlockingIOError:
        return True


def _forget() -> None:
    """Remove what nobody fetched; drawings stay."""
    before = time.time() - KEPT_S
    for note in folder().glob("*.job"):
        if note.stat().st_mtime < before and not _is_held(note.stem):
            note.unlink(missing_ok=True)
            note.with_suffix(".lock").unlink(missing_ok=True)
            shutil.rmtree(folder() / note.stem, ignore_errors=True)
