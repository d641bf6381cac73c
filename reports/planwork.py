"""Drawing plans for pages, and approving them: at once where the register is small, else in the background.

What was drawn is kept as a file until the plan's settings or the register change. Writes no plan.
"""

import hashlib
import json
import logging
from dataclasses import replace
from datetime import date
from pathlib import Path

from django.apps import apps
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from inventory.models import Device, User
from inventory.services.write import SYSTEM, Actor
from reports import planfigures, planjobs, planrows, plans
from reports.books.plans.kept import pack
from reports.faults import Fault
from reports.models import PlanState, RefreshPlan
from reports.planjobs import DONE, FAILED, Job
from reports.planrows import Drawing

log = logging.getLogger(__name__)
FORM = 4
"""Of the kept values: files of another one are not read."""
AT_ONCE = 5_000
"""With more devices than that a plan is drawn in the background."""


def drawing(plan: RefreshPlan, *, anew: bool = False) -> Drawing | Job:
    """What the page of a plan shows; the job that draws it where that takes longer.

    Of a large register an older drawing of the same settings is given, marked 'stale', unless it is asked for `anew`.
    A job that failed is given as it is, and begun again only when it is asked for anew.
    """
    try:
        found = Drawing(_file(plan))
    except FileNotFoundError:
        return _begin(plan, anew=anew)
    found.stale = found.told("stamp") != _stamp(plan)
    if not found.stale or not (anew or is_small()):
        return found
    found.close()
    return _begin(plan, anew=anew)


def _begin(plan: RefreshPlan, *, anew: bool) -> Drawing | Job:
    """Draw it, or begin to in the background."""
    if is_small():
        return draw(plan)
    token = f"draw-{plan.pk}-{key_of(plan)}"
    job = planjobs.find(token)
    if job is None or job.state == DONE or (job.state == FAILED and anew):
        job = planjobs.ask("draw", plan.pk, None, token)
        planjobs.start(job)
    return job


def is_small() -> bool:
    return Device.objects.count() <= AT_ONCE


def draw(plan: RefreshPlan) -> Drawing:
    """Draw a plan and keep what its page shows."""
    with transaction.atomic():
        stamp = _stamp(plan)
        found = plans.drawn(plan)
    head = {**planfigures.head(found), "stamp": stamp, "drawn_at": timezone.now().isoformat()}
    target = _file(plan)
    planrows.write(target, head, planfigures.rows(found))
    for old in planjobs.folder().glob(f"plan-{plan.pk}-*.sqlite"):
        if old != target:
            old.unlink(missing_ok=True)
    return Drawing(target)


def key_of(plan: RefreshPlan) -> str:
    """Of what the planner set: another key, another drawing."""
    head = pack(plans.head_of(plan))
    return hashlib.sha256(json.dumps([FORM, plan.state, plan.previous_id, head]).encode()).hexdigest()[:16]


def _file(plan: RefreshPlan) -> Path:
    return planjobs.folder() / f"plan-{plan.pk}-{key_of(plan)}.sqlite"


def _stamp(plan: RefreshPlan) -> int:
    """The last change of the register, which an approved plan does not heed."""
    if plan.state == PlanState.APPROVED:
        return 0
    entries = apps.get_model("auditlog", "LogEntry").objects
    last: int = entries.order_by("-pk").values_list("pk", flat=True).first() or 0
    return last


def perform(job: Job) -> Job:
    """Do what a job asks for; it ends as done or as failed, and a fault of the program reaches the log too."""
    try:
        fault = _perform(job)
    except Exception as error:
        log.exception("work on plan %s (%s)", job.plan, job.kind)
        told = _("An error in the program: %s") % f"{type(error).__name__}: {error}"
        return planjobs.keep(replace(job, state=FAILED, fault=told))
    if fault is not None:
        return planjobs.keep(replace(job, state=FAILED, fault=fault.text))
    return planjobs.keep(replace(job, state=DONE))


def _perform(job: Job) -> Fault | None:
    plan = RefreshPlan.objects.get(pk=job.plan)
    if job.kind == "approve":
        user = User.objects.filter(pk=job.user).first() if job.user is not None else None
        actor = SYSTEM if user is None else Actor(user.get_username(), user=user)
        found = plans.approve(plan, by=job.params["by"], on=date.fromisoformat(job.params["on"]), actor=actor)
        if isinstance(found, Fault):
            return found
        plan = found
    draw(plan).close()
    return None
