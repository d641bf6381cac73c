"""What planners decide about due dates: which dates count for a class, and exceptions for single devices.

Plans themselves are made from what the network knows too, and so live in reports.models.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inventory.models.base import RegisterModel
from inventory.models.hardware import AssetClass, Device
from inventory.rules.lifecycle import Criterion


class RefreshPolicy(RegisterModel):
    """Which dates make a device of a class due: the earliest of those chosen.

    It holds for the classes below too, as far as they have none of their own. Without any policy the planned life
    counts alone.
    """

    asset_class = models.OneToOneField(
        AssetClass, models.CASCADE, related_name="refresh_policy", verbose_name=_("asset class")
    )
    by_life = models.BooleanField(_("end of planned life"), default=True)
    by_pages = models.BooleanField(
        _("end of the life in pages"),
        default=False,
        help_text=_("As the standard gives it, by the count that the network reads, at the pace so far."),
    )
    by_support = models.BooleanField(_("vendor's end of support"), default=False)
    by_accounting = models.BooleanField(_("accounting end"), default=False)
    by_warranty = models.BooleanField(_("warranty end"), default=False)

    class Meta:
        verbose_name = _("refresh policy")
        verbose_name_plural = _("refresh policies")
        ordering = ("asset_class",)

    def __str__(self) -> str:
        return str(self.asset_class)

    def criteria(self) -> tuple[Criterion, ...]:
        """The chosen ones; none means that the class is never due."""
        return tuple(criterion for criterion in Criterion if getattr(self, f"by_{criterion.value}"))


class DueOverride(RegisterModel):
    """A due date that a person set for one device, whatever the policy says, with the reason and the person."""

    device = models.OneToOneField(Device, models.CASCADE, related_name="due_override", verbose_name=_("device"))
    due_on = models.DateField(_("due"))
    reason = models.CharField(_("reason"), max_length=300)
    author = models.CharField(_("author"), max_length=100)
    decided_on = models.DateField(_("decided on"))

    class Meta:
        verbose_name = _("due date set by hand")
        verbose_name_plural = _("due dates set by hand")
        ordering = ("device",)
        constraints = (
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(author=""),
                name="dueoverride_says_why_and_who",
                violation_error_message=_("A due date set by hand needs a reason and an author."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.device} {self.due_on}"
