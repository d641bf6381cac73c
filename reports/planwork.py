"""Drawing plans for pages, and making their workbooks: at once where the register is small, else in the background.

What was drawn is kept as a file until the plan's settings or the register change. Writes no plan.
"""

import hashlib
import json
import logging
import secrets
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from inventory.models import Device, User
from inventory.services.write import SYSTEM, Actor
from reports import planbooks, planfigures, planjobs, plans
from reports.books.plans.kept import pack
from reports.faults import Fault
from reports.models import PlanState, RefreshPlan
from reports.planjobs import DONE, FAILED, Job
from reports.services import Made

log = logging.getLogger(__name__)
FORM = 1
"""Of the kept values: files of another one are not read."""
AT_ONCE = 5_000
"""With more devices than that a plan is drawn in the background."""


def drawing(plan: RefreshPlan, *, anew: bool = False) -> dict[str, Any] | Job:
    """What the page of a plan shows; the job that draws it where that takes longer.

    Of a large register an older drawing of the same settings is given, marked 'stale', unless it is asked for `anew`.
    A job that failed is given as it is, and begun again only when it is asked for anew.
    """
    found, stamp = _read(plan), _stamp(plan)
    if found is not None and found["stamp"] == stamp:
        return found
    if is_small():
        return draw(plan)
    if found is not None and not anew:
        return {**found, "stale": True}
    token = f"draw-{plan.pk}-{key_of(plan)}"
    job = planjobs.find(token)
    if job is None or job.state == DONE or (job.state == FAILED and anew):
        job = planjobs.ask("draw", plan.pk, None, token)
        planjobs.start(job)
    return job


def is_small() -> bool:
    return Device.objects.count() <= AT_ONCE


def draw(plan: RefreshPlan) -> dict[str, Any]:
    """Draw a plan and keep what its page shows."""
    with transaction.atomic():
        stamp = _stamp(plan)
        found = planfigures.figures(plans.drawn(plan))
    found |= {"form": FORM, "stamp": stamp, "drawn_at": timezone.now().isoformat()}
    target = _file(plan)
    staged = target.with_suffix(f".{secrets.token_hex(4)}")
    staged.write_text(json.dumps(found), encoding="utf-8")
    for old in planjobs.folder().glob(f"plan-{plan.pk}-*.json"):
        old.unlink(missing_ok=True)
    staged.replace(target)
    return found


def key_of(plan: RefreshPlan) -> str:
    """Of what the planner set: another key, another drawing."""
    head = pack(plans.head_of(plan))
    return hashlib.sha256(json.dumps([FORM, plan.state, plan.previous_id, head]).encode()).hexdigest()[:16]


def _file(plan: RefreshPlan) -> Path:
    return planjobs.folder() / f"plan-{plan.pk}-{key_of(plan)}.json"


def _read(plan: RefreshPlan) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(_file(plan).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return found


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
        with translation.override(language_of(job)):
            made = _perform(job)
    except Exception as fault:
        log.exception("work on plan %s (%s)", job.plan, job.kind)
        return planjobs.keep(
            replace(job, state=FAILED, fault=_("An error in the program: %s") % f"{type(fault).__name__}: {fault}")
        )
    if isinstance(made, Fault):
        return planjobs.keep(replace(job, state=FAILED, fault=made.text))
    return planjobs.keep(replace(job, state=DONE, file_name=made.path.name if made is not None else ""))


def language_of(job: Job) -> str:
    """The language of its workbook and of its faults; the current one where it says none."""
    known = {"zh": "zh-hans", "en": "en"}
    return known.get(job.params.get("lang", ""), translation.get_language() or "zh-hans")


def _perform(job: Job) -> Made | Fault | None:
    plan = RefreshPlan.objects.get(pk=job.plan)
    if job.kind == "draw":
        draw(plan)
        return None
    user = User.objects.filter(pk=job.user).first() if job.user is not None else None
    actor = SYSTEM if user is None else Actor(user.get_username(), user=user)
    if job.kind == "approve":
        return _approve(plan, job, actor)
    out, lang, year = planjobs.folder_of(job), job.params.get("lang", "zh"), int(job.params.get("year", 0))
    if job.kind == "template":
        template = out / "template" / job.params["template"]
        return planbooks.fill_plan_template(plan, template, out, actor, lang=lang, year=year)
    if job.kind == "compare":
        other = RefreshPlan.objects.get(pk=job.params["other"])
        return planbooks.compare_plans(plan, other, out, actor, lang=lang)
    return planbooks.make_plan_book(job.kind, plan, out, actor, lang=lang, year=year)


def _approve(plan: RefreshPlan, job: Job, actor: Actor) -> Fault | None:
    """Approve a plan and draw what its page shows from now on."""
    found = plans.approve(plan, by=job.params["by"], on=date.fromisoformat(job.params["on"]), actor=actor)
    if isinstance(found, Fault):
        return found
    draw(found)
    return None
