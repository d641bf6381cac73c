"""Collections that a person starts from a page: each a process of its own, or a job in the queue of its town; never
two of one scope at a time (see locks).
"""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from collectors.models import Run, RunState
from collectors.selectors import Scope, devices_to_poll
from collectors.services import locks, running
from inventory.models import Town, User
from inventory.scope import may
from inventory.services.write import Actor

LONGEST = timedelta(hours=6)
"""A run from elsewhere (a timer, a shell) that did not end by then has died."""
NOTE_DIED = gettext_noop("ended without a word")


class AskedAlready(ValidationError):
    """The scope is being asked, or waits to be."""

    def __init__(self, scope: str) -> None:
        super().__init__(_("%(scope)s is being asked already.") % {"scope": scope or _("Everything")})


def start(scope: Scope, *, actor: Actor) -> list[Run]:
    """Begin a collection of a scope in a process of its own; its record, at once. With the queue: a record for each
    town, which waits for a poller.

    Raises ValidationError when there is nothing to ask, or all of the scope is being asked already.
    """
    if not devices_to_poll(scope):
        raise ValidationError(_("No device in this scope has a management profile, an address and the state 'in use'."))
    if settings.QUEUE:
        from collectors.services import queueing  # without the queue its package need not be there

        begun, _waiting = queueing.put(scope, actor=actor)
        if not begun:
            raise AskedAlready(str(scope))
        return begun
    with alone(scope, actor=actor) as lock:
        run = running.begin(scope, actor)
        _spawn(scope, run, lock)
    return [run]


@contextmanager
def alone(scope: Scope, *, actor: Actor) -> Iterator[int]:
    """Hold the lock of a scope; gives its open file. Raises AskedAlready when another has it.

    Runs of the scope whose process died are closed first.
    """
    with ExitStack() as held:
        lock = locks.lock_file(str(scope))
        if lock is None:
            raise AskedAlready(str(scope))
        held.callback(os.close, lock)
        if settings.QUEUE and not held.enter_context(locks.held_in_database(str(scope))):
            raise AskedAlready(str(scope))
        _bury(str(scope), actor)
        yield lock


def is_going(run: Run) -> bool:
    """Whether a run still goes on; one whose process died does not, though its record says so."""
    if run.state != RunState.RUNNING:
        return False
    if settings.QUEUE:
        return locks.is_held_in_database(run.scope)
    if not locks.path_of(run.scope).exists():
        return abs(timezone.now() - run.started_at) < LONGEST
    lock = locks.lock_file(run.scope)
    if lock is None:
        return True
    os.close(lock)
    return False


def _bury(scope: str, actor: Actor) -> None:
    """Close the records of runs of this scope whose process died."""
    for run in Run.objects.filter(scope=scope[:300], state=RunState.RUNNING):
        running.finish(run, RunState.FAILED, actor, note=NOTE_DIED)


def command(scope: Scope, run: Run) -> Sequence[str]:
    """The command that collects a scope for a run that was begun."""
    words = [*settings.PROGRAM, "collect", "--run", str(run.pk)]
    # With "=", so that a name that begins with a dash stays a name.
    words += [f"--town={town.name}" for town in scope.towns]
    words += [f"--department={department.name}" for department in scope.departments]
    words += [f"--device={name}" for name in scope.names]
    return [*words, "--lab"] if settings.LAB else words


def _spawn(scope: Scope, run: Run, lock: int) -> None:
    with locks.path_of(str(scope)).with_suffix(".log").open("wb") as log:
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
