"""What comes of an approved plan: noted of its devices, told by year and stage for pages, one by one for the book."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from inventory.models import Device
from inventory.rules.planning import STAGES
from inventory.services import write
from inventory.services.write import Actor
from reports.books.plans.outcomes import Outcome
from reports.faults import Fault
from reports.models import PlanItem, PlanStage, RefreshPlan
from reports.queries.scope import CHUNK

_FIELDS = (
    "stage",
    "stage_on",
    "paid_yuan",
    "replaced_by__asset_tag",
    "replaced_by__purchased_on",
    "replaced_by__price_yuan",
    "replaced_by__funding_source__name",
    "contract",
    "note",
)


def outcomes(plan: RefreshPlan) -> dict[str, Outcome]:
    """By asset tag, of the devices that the plan renews. One query."""
    rows = plan.items.filter(year__isnull=False).order_by("position").values_list("asset_tag", *_FIELDS)
    return {
        tag: Outcome(stage, since, paid, new or "", bought_on, price, source or "", contract, note)
        for tag, stage, since, paid, new, bought_on, price, source, contract, note in rows.iterator(CHUNK)
    }


@dataclass(frozen=True)
class Progress:
    """Devices of a year at one stage, and what was paid for them."""

    year: int
    stage: str
    devices: int
    paid_yuan: Decimal


def progress(plan: RefreshPlan) -> list[Progress]:
    """How far an approved plan has come, by year and stage."""
    rows = (
        plan.items.filter(year__isnull=False)
        .order_by("year", "stage")
        .values_list("year", "stage")
        .annotate(devices=Count("pk"), paid=PlanItem.PAID)
    )
    return [Progress(year or 0, stage, count, paid or Decimal(0)) for year, stage, count, paid in rows]


def follow(
    plan: RefreshPlan,
    tags: Iterable[str],
    stage: str,
    *,
    on: date,
    actor: Actor,
    replaced_by: Device | None = None,
    paid_yuan: Decimal | None = None,
    contract: str = "",
    note: str = "",
    emptied: Collection[str] = (),
) -> int | Fault:
    """Set how far the replacement of some devices of an approved plan has come; gives how many.

    At the stage that a device has already, what else is given is noted and the stage keeps its day. What is not given
    stays as it is; `emptied` names those of PlanItem.NOTED that are to be empty again.
    Faults: 'not_in_plan', 'no_such_step' (see inventory.rules.planning.STAGES), 'not_renewed', 'replaces_itself',
    'given_and_emptied'. All or none.
    """
    wanted = list(dict.fromkeys(tags))
    if replaced_by is not None and replaced_by.asset_tag in wanted:
        return Fault("replaces_itself", _("Device %s cannot be replaced by itself.") % replaced_by.asset_tag)
    given = {"replaced_by": replaced_by, "paid_yuan": paid_yuan, "contract": contract, "note": note}
    more = _noted({name: value for name, value in given.items() if value not in (None, "")}, emptied)
    if isinstance(more, Fault):
        return more
    with write.unit(actor, reason=_("execution of %s") % plan) as unit:
        items = {item.asset_tag: item for item in plan.items.select_for_update().filter(asset_tag__in=wanted)}
        for tag in wanted:
            fault = _step_fault(items.get(tag), tag, stage, more=bool(more))
            if fault is not None:
                return fault
        for item in items.values():
            if item.stage != stage:
                item.stage, item.stage_on = stage, on
            for name, value in more.items():
                setattr(item, name, value)
            unit.update(item)
    return len(items)


def _noted(given: dict[str, Any], emptied: Collection[str]) -> dict[str, Any] | Fault:
    """What is given, and nothing for what is emptied."""
    empty = [field for field in PlanItem.noted() if field.name in emptied]
    for field in empty:
        if field.name in given:
            return Fault("given_and_emptied", _("Either fill in '%s' or empty it.") % field.verbose_name)
    return given | {field.name: field.get_default() for field in empty}


def _step_fault(item: PlanItem | None, tag: str, stage: str, *, more: bool) -> Fault | None:
    if item is None:
        return Fault("not_in_plan", _("Device %s is not in this approved plan.") % tag)
    if item.year is None:
        return Fault("not_renewed", _("The plan does not renew device %s.") % tag)
    if stage not in STAGES[item.stage] and not (more and stage == item.stage):
        words = {"tag": tag, "old": item.get_stage_display(), "new": PlanStage(stage).label}
        return Fault("no_such_step", _("Device %(tag)s is %(old)s: it cannot become %(new)s in one step.") % words)
    return None
