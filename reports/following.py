"""What was noted of the devices of an approved plan, as the book of its execution takes it."""

from reports.books.plans.outcomes import Outcome
from reports.models import RefreshPlan
from reports.queries.scope import CHUNK

_FIELDS = (
    "stage",
    "stage_on",
    "paid_yuan",
    "replaced_by__asset_tag",
    "replaced_by__purchased_on",
    "replaced_by__price_yuan",
    "replaced_by__funding_source__name",
    "note",
)


def outcomes(plan: RefreshPlan) -> dict[str, Outcome]:
    """By asset tag, of the devices that the plan renews. One query."""
    rows = plan.items.filter(year__isnull=False).order_by("position").values_list("asset_tag", *_FIELDS)
    return {
        tag: Outcome(stage, since, paid, new or "", bought_on, price, source or "", note)
        for tag, stage, since, paid, new, bought_on, price, source, note in rows.iterator(CHUNK)
    }
