"""Collections in the queues of their towns: put there, taken back, and put there again when a poller was lost.

A Run and its job are written in one transaction. Imported only where the queue is on: the package may be missing.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Status
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

from collectors.models import Run, RunState
from collectors.pollers import queue_of
from collectors.selectors import Scope, towns_of
from collectors.services import locks, running, starting
from inventory.models import Department, Town
from inventory.services import write
from inventory.services.write import Actor

COLLECT = "collect"
UPKEEP = "upkeep"
"""Names of jobs; of the second also that of its queue, on which every poller works."""
SILENT = timedelta(seconds=30)
"""A poller whose job's worker showed no sign of life for so long is lost."""
MOST_DEATHS = 3
NOTE_DIED = gettext_noop("its poller died; it is tried again")
NOTE_GAVE_UP = gettext_noop("its poller died three times; it is not tried again")
NOTE_LOST = gettext_noop("its job is no longer in the queue")
NOTE_TAKEN_BACK = gettext_noop("taken back before a poller began")


def put(scope: Scope, *, actor: Actor) -> tuple[list[Run], list[str]]:
    """A job and a Run for each town of a scope; those that begin to wait, and the scopes that were asked already."""
    begun, already = [], []
    for part in parts(scope):
        try:
            begun.append(_put_one(part, actor))
        except (AlreadyEnqueued, starting.AskedAlready):
            already.append(str(part))
    return begun, already


def parts(scope: Scope) -> list[Scope]:
    """A scope by towns. Named devices and departments of one town stay as they were named."""
    towns = towns_of(scope)
    if len(towns) == 1 and (scope.names or scope.departments):
        return [scope]
    return [replace(scope, towns=(town,) if town else (), townless=town is None) for town in towns]


def _put_one(scope: Scope, actor: Actor) -> Run:
    if locks.is_held_in_database(str(scope)):
        raise starting.AskedAlready(str(scope))
    with write.unit(actor) as unit:
        run = running.begin(scope, actor, RunState.WAITING)
        run.job = _defer(run, to_json(scope))
        unit.update(run)
    return run


def _defer(run: Run, scope: dict[str, Any], *, deaths: int = 0, in_s: float = 0) -> int:
    """Put a job into the queue by the open transaction; its key."""
    name = f"{COLLECT} {run.scope}"
    job = configure_task(
        name=COLLECT,
        job_manager=JobManager(DjangoConnector()),
        queue=queue_of(run.town_id),
        lock=name,
        queueing_lock=name,
        schedule_in={"seconds": in_s} if in_s else None,
    )
    key: int = job.defer(run=run.pk, scope=scope, deaths=deaths)
    return key


def again(run: Run, scope: dict[str, Any], actor: Actor, *, deaths: int = 0, note: str = "", in_s: float = 0) -> None:
    """A run that was begun waits anew, with a new job. Another of its scope may wait already: then it is closed."""
    try:
        with write.unit(actor) as unit, transaction.atomic():
            run.state, run.note, run.poller, run.ended_at = RunState.WAITING, note, "", None
            run.job = _defer(run, scope, deaths=deaths, in_s=in_s)
            unit.update(run)
    except AlreadyEnqueued:
        running.finish(run, RunState.FAILED, actor, note=starting.NOTE_DIED)


def take_back(run: Run, *, actor: Actor) -> None:
    """Take a run out of its queue. Raises ValidationError when a poller was faster."""
    with write.unit(actor) as unit:
        unit.renew(run)
        manager = JobManager(DjangoConnector())
        if run.state != RunState.WAITING or not manager.cancel_job_by_id(run.job, delete_job=True):
            raise ValidationError(_("It no longer waits: a poller has begun."))
        running.finish(run, RunState.WITHDRAWN, actor, note=NOTE_TAKEN_BACK)


def look_after(actor: Actor) -> None:
    """Jobs whose poller was lost wait anew, or are given up after the third; runs that wait without a job end."""
    for key in _lost().values_list("pk", flat=True):
        with write.unit(actor):
            job = ProcrastinateJob.objects.select_for_update().filter(pk=key, status="doing").first()
            if job is not None:
                _look_after(job, actor)
    jobs = ProcrastinateJob.objects.filter(status__in=("todo", "doing")).values("pk")
    for run in Run.objects.filter(state=RunState.WAITING).exclude(job__in=jobs):
        running.finish(run, RunState.FAILED, actor, note=NOTE_LOST)


def _lost() -> Any:
    silent = Q(worker__isnull=True) | Q(worker__last_heartbeat__lt=timezone.now() - SILENT)
    return ProcrastinateJob.objects.filter(silent, status="doing").order_by("pk")


def _look_after(job: Any, actor: Actor) -> None:
    run = Run.objects.filter(pk=job.args.get("run"), ended_at__isnull=True).first()
    if run is not None and locks.is_held_in_database(run.scope):
        return  # it polls on; only its sign of life is late
    DjangoConnector().execute_query(
        "SELECT procrastinate_finish_job_v1(%(job)s, %(status)s, true)", job=job.pk, status=Status.FAILED.value
    )
    if run is None:
        return
    deaths = job.args["deaths"] + 1
    if deaths < MOST_DEATHS:
        again(run, job.args["scope"], actor, deaths=deaths, note=NOTE_DIED)
    else:
        running.finish(run, RunState.FAILED, actor, note=NOTE_GAVE_UP)


def to_json(scope: Scope) -> dict[str, Any]:
    return {
        "towns": [town.pk for town in scope.towns],
        "departments": [department.pk for department in scope.departments],
        "names": list(scope.names),
        "townless": scope.townless,
    }


def from_json(data: dict[str, Any]) -> Scope:
    """The scope of a job; raises ValidationError when its town or department was deleted meanwhile."""
    towns: Iterable[Town] = Town.objects.filter(pk__in=data["towns"])
    departments: Iterable[Department] = Department.objects.filter(pk__in=data["departments"])
    scope = Scope(tuple(towns), tuple(departments), tuple(data["names"]), data["townless"])
    if len(scope.towns) < len(data["towns"]) or len(scope.departments) < len(data["departments"]):
        raise ValidationError(_("The town or the department was deleted meanwhile."))
    return scope
