"""What was noted of the devices of an approved plan: by year and stage for pages, one by one for the book of it."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count

from reports.books.plans.outcomes import Outcome
from reports.models import PlanItem, RefreshPlan
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
