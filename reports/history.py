"""Reports that are asked for on a page: their rows, the process that makes each, and the files that are kept.

A process holds a lock on a file for as long as it lives; a row that is being made while nobody holds its lock was
stopped. Knows no book and no frame: the pages start quickly.
"""

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _

from inventory import scope
from inventory.models import Department, Town, User
from inventory.services import write
from inventory.services.write import Actor
from reports import processes
from reports.models import ReportRun, RunState
from reports.preview import VERSION


def folder() -> Path:
    """Where files are kept. They show the whole county: for this account alone."""
    path: Path = settings.VAR_DIR / "reports"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def workbook_of(run: ReportRun) -> Path:
    return folder() / f"{run.kept}.xlsx"


def preview_file(run: ReportRun) -> Path:
    return folder() / f"{run.kept}.json"


def template_of(run: ReportRun) -> Path:
    """The finance office's form that is to be filled in."""
    return folder() / f"{run.kept}.template.xlsx"


def lock_file(run: ReportRun) -> Path:
    return folder() / f"{run.kept}.lock"


def preview_of(run: ReportRun) -> dict[str, Any] | None:
    """What reports.preview made of the workbook; None where nothing is kept, or what another version of it made."""
    if not run.kept:
        return None
    try:
        found: dict[str, Any] = json.loads(preview_file(run).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return found if found.get("version") == VERSION else None


@contextmanager
def ask(
    report: str,
    *,
    as_of: date,
    actor: Actor,
    town: Town | None = None,
    department: Department | None = None,
    parameters: Mapping[str, Any],
) -> Iterator[tuple[ReportRun, IO[str] | None]]:
    """The row of a report that is yet to be made, and its lock, held until the block ends; where the same is being
    made already, that row and no lock.

    The lock is held before anybody sees the row, or the row would be taken for one that was stopped.
    """
    run = ReportRun(
        report=report,
        made_at=timezone.now(),
        made_by=actor.name,
        owner=actor.user,
        data_date=as_of,
        town=town,
        department=department,
        parameters=dict(parameters),
        state=RunState.RUNNING,
        kept=secrets.token_hex(16),
    )
    run.asked = _asked(run)
    with held(run) as lock:
        going = _going(run.asked) or _created(run, actor)
        if going is None:
            yield run, lock
            return
        lock_file(run).unlink()
    yield going, None


def _asked(run: ReportRun) -> str:
    """What makes two askings the same: the report with its date, place and parameters, whoever asks."""
    told = [run.report, run.data_date.isoformat(), run.town_id, run.department_id, run.parameters]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _going(asked: str) -> ReportRun | None:
    """The report that is being made and was asked for alike."""
    run = ReportRun.objects.filter(asked=asked, state=RunState.RUNNING).first()
    return run if run is not None and settle(run).state == RunState.RUNNING else None


def _created(run: ReportRun, actor: Actor) -> ReportRun | None:
    """Insert the row; gives the row that somebody else inserted at the same moment, which the database lets stand."""
    try:
        with write.unit(actor, reason="report") as unit:
            unit.create(run)
    except (IntegrityError, ValidationError):
        first = _going(run.asked)
        if first is None:
            raise
        return first
    return None


def start(run: ReportRun, lock: IO[str]) -> None:
    """Make a report in a process of its own, which takes over its lock. It outlives the server that started it."""
    processes.hand_over(lock, "report", "--run", str(run.pk))


def held(run: ReportRun) -> AbstractContextManager[IO[str]]:
    """Hold the lock of a report that is being made. BlockingIOError when another process does."""
    return processes.held(lock_file(run))


def settle(run: ReportRun) -> ReportRun:
    """The row as it is now: one whose process is gone without a word has failed."""
    if run.state != RunState.RUNNING or processes.is_held(lock_file(run)):
        return run
    run.refresh_from_db()
    if run.state == RunState.RUNNING:
        fail(run, _("It was stopped before it was done."))
    return run


def running_of(user: User) -> ReportRun | None:
    """The report that is being made for a user, if there is one."""
    runs = ReportRun.objects.filter(owner=user, state=RunState.RUNNING)
    return next((run for run in runs if settle(run).state == RunState.RUNNING), None)


def tell(run: ReportRun, percent: int) -> None:
    """Keep how far the making is."""
    with write.unit(write.SYSTEM) as unit:
        unit.touch(ReportRun, [run.pk], progress=percent)


def fail(run: ReportRun, why: str) -> None:
    """The row ends as failed; nothing is kept of it."""
    _unlink(run)
    run.state, run.fault, run.kept = RunState.FAILED, why[:500], ""
    with write.unit(write.SYSTEM, reason="report") as unit:
        unit.update(run)


def finish(run: ReportRun) -> None:
    """The row ends as made, with what its maker set."""
    run.state, run.progress, run.made_at = RunState.DONE, 100, timezone.now()
    with write.unit(write.SYSTEM, reason="report") as unit:
        unit.update(run)
    for file in (lock_file(run), template_of(run)):
        file.unlink(missing_ok=True)


def may_remove(user: Any, run: ReportRun) -> bool:
    """A kept file goes by its owner's hand or an administrator's, and not while it is being made."""
    if not run.kept or run.state == RunState.RUNNING or not scope.may(user, "report", ReportRun, run):
        return False
    return run.owner_id == user.pk or scope.may(user, "delete", ReportRun, run)


def remove(run: ReportRun, user: User) -> None:
    """Remove the kept file. The line stays and says who removed it, and when."""
    _let_go(run, Actor(user.get_username(), user=user), str(user))


def let_go(now: datetime) -> int:
    """Remove files that were kept for as long as the settings say; gives how many. Their lines stay and say so."""
    days = settings.KEEP_REPORTS_DAYS
    if days <= 0:
        return 0
    old = ReportRun.objects.filter(state=RunState.DONE, made_at__lt=now - timedelta(days=days)).exclude(kept="")
    runs = list(old)
    for run in runs:
        _let_go(run, write.SYSTEM, "")
    return len(runs)


def _let_go(run: ReportRun, actor: Actor, by: str) -> None:
    _unlink(run)
    run.kept, run.removed_at, run.removed_by = "", timezone.now(), by
    with write.unit(actor, reason="report") as unit:
        unit.update(run)


def _unlink(run: ReportRun) -> None:
    """All files of it, and what was only begun when its process was killed."""
    begun = folder().glob(f".{run.kept}-*") if run.kept else ()
    for file in (workbook_of(run), preview_file(run), lock_file(run), template_of(run), *begun):
        file.unlink(missing_ok=True)
