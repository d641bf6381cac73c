"""What a plan adds within the standard: the only writer of additions. Which of them fit is drawn (docs/adr/0023).

Faults that a person can mend come back as Fault; ValidationError comes from the models' own constraints.
"""

from django.utils.translation import gettext as _

from inventory.models import AssetClass, Department
from inventory.services import write
from inventory.services.write import Actor
from reports.faults import Fault
from reports.models import PlanAddition, RefreshPlan
from reports.plans import scope_of


def add(
    plan: RefreshPlan,
    year: int,
    department: Department,
    asset_class: AssetClass,
    quantity: int,
    *,
    reason: str,
    author: str,
    actor: Actor,
) -> PlanAddition | Fault:
    """Have a draft add so many of a class in a department in a year, in place of what it added there before.

    Faults: 'not_in_scope'. ValidationError: an approved plan, a year that it does not reach, no reason.
    """
    if not scope_of(plan).departments().filter(pk=department.pk).exists():
        return Fault("not_in_scope", _("%s is not in the scope of this plan.") % department)
    with write.unit(actor, reason=reason) as unit:
        unit.renew(plan)
        about = {"year": year, "department": department, "asset_class": asset_class}
        row = plan.additions.filter(**about).first() or PlanAddition(plan=plan, **about)
        row.quantity, row.reason, row.author = quantity, reason.strip(), author
        unit.update(row) if row.pk else unit.create(row)
    return row


def take_back(row: PlanAddition, actor: Actor) -> None:
    """Add it no more. ValidationError: an approved plan."""
    with write.unit(actor, reason=_("addition taken back")) as unit:
        unit.renew(row.plan)
        row.clean()
        unit.delete(row)
