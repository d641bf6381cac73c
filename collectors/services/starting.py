"""Collections that a person starts from a page: each a process of its own, never two of one scope at a time.

The scope is held by a lock on a file, which the process inherits and which ends with it, however it ends.
"""

import fcntl
import hashlib
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from collectors.models import Run, RunState
from collectors.selectors import Scope, devices_to_poll
from collectors.services import running
from inventory.models import Town, User
from inventory.scope import may
from inventory.services.write import Actor

LONGEST = timedelta(hours=6)
"""A run from elsewhere (a timer, a shell) that did not end by then has died."""
NOTE_DIED = gettext_noop("ended without a word")


def start(scope: Scope, *, actor: Actor) -> Run:
    """Begin a collection of a scope in a process of its own; its record, at once.

    Raises ValidationError when there is nothing to ask, or the scope is being asked already.
    """
    if not devices_to_poll(scope):
        raise ValidationError(_("No device in this scope has a management profile, an address and the state 'in use'."))
    with alone(scope, actor=actor) as lock:
        run = running.begin(scope, actor)
        _spawn(scope, run, lock)
    return run


@contextmanager
def alone(scope: Scope, *, actor: Actor) -> Iterator[int]:
    """Hold the lock of a scope; gives its open file. Raises ValidationError when another has it.

    Runs of the scope whose process died are closed first.
    """
    lock = _lock(str(scope))
    if lock is None:
        what = str(scope) or _("Everything")
        raise ValidationError(_("%(scope)s is being asked already.") % {"scope": what})
    try:
        _bury(str(scope), actor)
        yield lock
    finally:
        os.close(lock)


def is_going(run: Run) -> bool:
    """Whether a run still goes on; one whose process died does not, though its record says so."""
    if run.state != RunState.RUNNING:
        return False
    if not _path(run.scope).exists():
        return abs(timezone.now() - run.started_at) < LONGEST
    lock = _lock(run.scope)
    if lock is None:
        return True
    os.close(lock)
    return False


def _bury(scope: str, actor: Actor) -> None:
    """Close the records of runs of this scope whose process died."""
    for run in Run.objects.filter(scope=scope[:300], state=RunState.RUNNING):
        running.finish(run, RunState.FAILED, actor, note=NOTE_DIED)


def _path(scope: str) -> Path:
    return Path(settings.VAR_DIR) / "runs" / f"{hashlib.sha256(scope[:300].encode()).hexdigest()[:16]}.lock"


def _lock(scope: str) -> int | None:
    """An open file with the lock of a scope; None when another has it."""
    path = _path(scope)
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return None
    return file


def command(scope: Scope, run: Run) -> Sequence[str]:
    """The command that collects a scope for a run that was begun."""
    words = [*settings.PROGRAM, "collect", "--run", str(run.pk)]
    # With "=", so that a name that begins with a dash stays a name.
    words += [f"--town={town.name}" for town in scope.towns]
    words += [f"--department={department.name}" for department in scope.departments]
    words += [f"--device={name}" for name in scope.names]
    return [*words, "--lab"] if settings.LAB else words


def _spawn(scope: Scope, run: Run, lock: int) -> None:
    with (_path(str(scope)).with_suffix(".log")).open("wb") as log:
        subprocess.Popen(
            command(scope, run),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(lock,),
            start_new_session=True,
        )


def towns_for(user: User) -> QuerySet[Town]:
    """The towns whose devices a user may have asked: none for who may not start a collection."""
    if not may(user, "change", Run):
        return Town.objects.none()
    return Town.objects.filter(pk__in=user.town_keys) if user.town_keys else Town.objects.all()
