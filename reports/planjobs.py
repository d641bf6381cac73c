"""Drawing and approving plans where that takes longer than a page may: notes of it as small files, and its process.

Work that no process holds and that did not end was stopped. Knows not how a plan is drawn.
"""

import json
import secrets
import time
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _

from reports import processes

KEPT_S = 24 * 3600
"""How long a note tells of work that is done."""
RUNNING, DONE, FAILED = "running", "done", "failed"


@dataclass(frozen=True)
class Job:
    """What is asked for: `kind` 'draw' or 'approve' of plan `plan`."""

    token: str
    kind: str
    plan: int
    user: int | None = None
    params: dict[str, Any] = field(default_factory=dict)
    state: str = RUNNING
    fault: str = ""
    started_at: float = 0.0

    @property
    def seconds(self) -> int:
        return int(time.time() - self.started_at)


def folder() -> Path:
    """Where drawings and notes lie. They show the whole county: for this account alone."""
    path: Path = settings.VAR_DIR / "plans"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


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
        if job.state != RUNNING or processes.is_held(_lock(token)):
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
    """Do it in a process of its own. Nothing where one does it already."""
    try:
        processes.start(_lock(job.token), "plan_work", job.token)
    except BlockingIOError:
        return


def held(token: str) -> AbstractContextManager[IO[str]]:
    """Hold the lock of a job. BlockingIOError when another process does."""
    return processes.held(_lock(token))


def _lock(token: str) -> Path:
    return folder() / f"{token}.lock"


def _forget() -> None:
    """Remove old notes; drawings stay."""
    before = time.time() - KEPT_S
    for note in folder().glob("*.job"):
        if note.stat().st_mtime < before and not processes.is_held(_lock(note.stem)):
            note.unlink(missing_ok=True)
            _lock(note.stem).unlink(missing_ok=True)
