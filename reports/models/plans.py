"""Plans with what they froze, and daily counts. Knows no report.

Plans live here and not in the register: they are made from frames that know both the register and the network, and
nothing below reads them (docs/adr/0016).
"""

from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from inventory.models import AssetClass, Department, Device, FundingSource, Town
from inventory.models.base import RegisterModel
from inventory.rules.planning import BOUGHT, DEFAULT_ORDER, Order

MOST_ADDED = 999


class PlanState(models.TextChoices):
    DRAFT = "draft", _("draft")
    APPROVED = "approved", _("approved")


def default_order() -> list[str]:
    return [one.value for one in DEFAULT_ORDER]


class RefreshPlan(RegisterModel):
    """A plan of what to renew in which year. A draft is drawn anew each time; approval keeps what was drawn.

    `order` lists inventory.rules.planning.Order values. `kept` holds the plan as drawn at approval, but for its
    items, which are rows. An approved plan never changes: what comes after is a new version.
    """

    unlogged: ClassVar[frozenset[str]] = frozenset({"kept"})

    name = models.CharField(_("name"), max_length=100)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    previous = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="next", verbose_name=_("version before")
    )
    first_year = models.PositiveSmallIntegerField(
        _("first year"), validators=[MinValueValidator(1990), MaxValueValidator(2100)]
    )
    years = models.PositiveSmallIntegerField(
        _("number of years"), default=5, validators=[MinValueValidator(1), MaxValueValidator(20)]
    )
    first_month = models.PositiveSmallIntegerField(
        _("first month of the fiscal year"), default=1, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    as_of = models.DateField(_("data date"))
    town = models.ForeignKey(Town, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("town"))
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("department")
    )
    change_percent = models.DecimalField(
        _("yearly change of prices in percent"),
        max_digits=5,
        decimal_places=2,
        default=0,
        validators=[MinValueValidator(-50), MaxValueValidator(100)],
    )
    order = models.JSONField(_("order"), default=default_order)
    unit = models.CharField(_("reporting unit"), max_length=100, blank=True)
    preparer = models.CharField(_("prepared by"), max_length=100, blank=True)
    reviewer = models.CharField(_("reviewed by"), max_length=100, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=PlanState, default=PlanState.DRAFT)
    approved_by = models.CharField(_("approved by"), max_length=150, blank=True)
    approved_on = models.DateField(_("approved on"), null=True, blank=True)
    kept = models.JSONField(_("kept at approval"), null=True, blank=True, editable=False)
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("refresh plan")
        verbose_name_plural = _("refresh plans")
        ordering = ("name", "version")
        constraints = (
            models.UniqueConstraint(
                fields=("name", "version"),
                name="refreshplan_unique_version",
                violation_error_message=_("There is already a plan of that name and version."),
            ),
            models.CheckConstraint(
                condition=Q(state="draft", approved_on__isnull=True, kept__isnull=True)
                | Q(state="approved", approved_on__isnull=False, kept__isnull=False),
                name="refreshplan_approved_is_kept",
                violation_error_message=_("A plan is approved together with what it keeps."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"

    def clean(self) -> None:
        known = {one.value for one in Order}
        if not isinstance(self.order, list) or not set(self.order) <= known or len(set(self.order)) < len(self.order):
            names = ", ".join(sorted(known))
            raise ValidationError({"order": _("Give each criterion once, of: %(names)s") % {"names": names}})

    def check_year(self, year: int | None) -> None:
        """Raises ValidationError for a year that the plan does not reach."""
        if year is not None and not 0 <= year - self.first_year < self.years:
            words = {"plan": self, "year": year}
            raise ValidationError({"year": _("%(plan)s does not reach to %(year)d.") % words})

    def check_change(self, before: Self) -> None:
        if before.state == PlanState.APPROVED:
            raise ValidationError(_("An approved plan does not change: reopen it as a new version."))


class OfDraft(RegisterModel):
    """A row that belongs to a plan's settings and so is fixed with it."""

    class Meta:
        abstract = True

    def clean(self) -> None:
        plan: RefreshPlan = self.plan  # type: ignore[attr-defined]
        if plan.state == PlanState.APPROVED:
            raise ValidationError(_("An approved plan does not change: reopen it as a new version."))


class PlanMoney(OfDraft):
    """Money of one source for one year of a plan; without an amount as much as is needed."""

    plan = models.ForeignKey(RefreshPlan, models.CASCADE, related_name="money", verbose_name=_("refresh plan"))
    year = models.PositiveSmallIntegerField(_("year"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    source = models.ForeignKey(FundingSource, models.PROTECT, related_name="+", verbose_name=_("funding source"))
    amount_yuan = models.DecimalField(
        _("amount in yuan"), max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )

    class Meta:
        verbose_name = _("money of a plan")
        verbose_name_plural = _("money of plans")
        ordering = ("plan", "year", "position")
        constraints = (
            models.UniqueConstraint(
                fields=("plan", "year", "source"),
                name="planmoney_once_a_year",
                violation_error_message=_("This source already stands in that year of the plan."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.plan} {self.year} {self.source}"

    def clean(self) -> None:
        super().clean()
        self.plan.check_year(self.year)


class PlanException(OfDraft):
    """What a planner asks for beyond the standard, or at a price of its own; never without a reason."""

    plan = models.ForeignKey(RefreshPlan, models.CASCADE, related_name="exceptions", verbose_name=_("refresh plan"))
    department = models.ForeignKey(Department, models.PROTECT, related_name="+", verbose_name=_("department"))
    asset_class = models.ForeignKey(AssetClass, models.PROTECT, related_name="+", verbose_name=_("asset class"))
    quantity = models.PositiveIntegerField(_("so many above the standard"), default=0)
    price_yuan = models.DecimalField(
        _("price in yuan"), max_digits=12, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    reason = models.CharField(_("reason"), max_length=300)

    class Meta:
        verbose_name = _("exception of a plan")
        verbose_name_plural = _("exceptions of plans")
        ordering = ("plan", "department", "asset_class")
        constraints = (
            models.UniqueConstraint(
                fields=("plan", "department", "asset_class"),
                name="planexception_once",
                violation_error_message=_("The plan already has an exception for this class in this department."),
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="planexception_has_reason",
                violation_error_message=_("An exception needs a reason."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.plan} {self.department} {self.asset_class}"


class PlanDecision(OfDraft):
    """What a planner decided about one device in one plan: renewed in `year` whatever its turn, or left out (None)."""

    plan = models.ForeignKey(RefreshPlan, models.CASCADE, related_name="decisions", verbose_name=_("refresh plan"))
    device = models.ForeignKey(Device, models.CASCADE, related_name="+", verbose_name=_("device"))
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    author = models.CharField(_("author"), max_length=150)
    decided_on = models.DateField(_("decided on"))

    class Meta:
        verbose_name = _("decision about a device")
        verbose_name_plural = _("decisions about devices")
        ordering = ("plan", "device__asset_tag")
        constraints = (
            models.UniqueConstraint(
                fields=("plan", "device"),
                name="plandecision_once",
                violation_error_message=_("The plan already has a decision about this device."),
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(author=""),
                name="plandecision_says_why_and_who",
                violation_error_message=_("A decision about a device needs a reason and an author."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.plan} {self.device}"

    def clean(self) -> None:
        super().clean()
        self.plan.check_year(self.year)


class PlanAddition(OfDraft):
    """What a department is to have beside what it holds, within its standard, in a year of a plan; with a reason."""

    plan = models.ForeignKey(RefreshPlan, models.CASCADE, related_name="additions", verbose_name=_("refresh plan"))
    year = models.PositiveSmallIntegerField(_("year"))
    department = models.ForeignKey(Department, models.PROTECT, related_name="+", verbose_name=_("department"))
    asset_class = models.ForeignKey(AssetClass, models.PROTECT, related_name="+", verbose_name=_("asset class"))
    quantity = models.PositiveSmallIntegerField(
        _("how many"), validators=[MinValueValidator(1), MaxValueValidator(MOST_ADDED)]
    )
    reason = models.CharField(_("reason"), max_length=300)
    author = models.CharField(_("author"), max_length=150)

    class Meta:
        verbose_name = _("addition of a plan")
        verbose_name_plural = _("additions of plans")
        ordering = ("plan", "year", "department", "asset_class")
        constraints = (
            models.UniqueConstraint(
                fields=("plan", "year", "department", "asset_class"),
                name="planaddition_once",
                violation_error_message=_("The plan already adds this class in this department in that year."),
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(author=""),
                name="planaddition_says_why_and_who",
                violation_error_message=_("An addition needs a reason and an author."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.plan} {self.year} {self.department} {self.asset_class}"

    def clean(self) -> None:
        super().clean()
        self.plan.check_year(self.year)


class PlanStage(models.TextChoices):
    PLANNED = "planned", _("planned")
    REQUESTED = "requested", _("requested")
    GRANTED = "granted", _("granted")
    REFUSED = "refused", _("refused")
    BOUGHT = "bought", _("bought")
    IN_SERVICE = "in_service", _("in service")


class PlanItem(RegisterModel):
    """A device of an approved plan as it was drawn (`facts`), and how far its replacement has come since."""

    plan = models.ForeignKey(RefreshPlan, models.CASCADE, related_name="items", verbose_name=_("refresh plan"))
    position = models.PositiveIntegerField(_("position"))
    asset_tag = models.CharField(_("asset tag"), max_length=60, db_index=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    facts = models.JSONField(_("as it was drawn"))
    stage = models.CharField(_("stage"), max_length=12, choices=PlanStage, default=PlanStage.PLANNED)
    stage_on = models.DateField(_("since"), null=True, blank=True)
    paid_yuan = models.DecimalField(_("paid in yuan"), max_digits=12, decimal_places=2, null=True, blank=True)
    replaced_by = models.ForeignKey(
        Device, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("replaced by")
    )
    contract = models.CharField(_("contract number"), max_length=60, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    NOTED: ClassVar[tuple[str, ...]] = ("paid_yuan", "replaced_by", "contract", "note")
    """What is noted of a replacement beside its stage."""
    PAID: ClassVar[Sum] = Sum(Coalesce("paid_yuan", "replaced_by__price_yuan"), filter=Q(stage__in=BOUGHT))
    """What was paid for some of them: of those bought what was noted, else what the register says of the new one."""

    class Meta:
        verbose_name = _("device of a plan")
        verbose_name_plural = _("devices of plans")
        ordering = ("plan", "position")
        constraints = (
            models.UniqueConstraint(fields=("plan", "asset_tag"), name="planitem_once"),
            models.UniqueConstraint(fields=("plan", "position"), name="planitem_position"),
        )
        indexes = (models.Index(fields=("plan", "year", "stage")),)

    def __str__(self) -> str:
        return f"{self.plan} {self.asset_tag}"

    def check_change(self, before: Self) -> None:
        if (before.facts, before.year, before.asset_tag) != (self.facts, self.year, self.asset_tag):
            raise ValidationError(_("What was approved does not change: reopen the plan as a new version."))

    @classmethod
    def noted(cls) -> "list[models.Field[Any, Any]]":
        """The fields of NOTED."""
        return [field for field in cls._meta.concrete_fields if field.name in cls.NOTED]


class CoverageSnapshot(RegisterModel):
    """The counts of one department (or of a town's devices without one) on one day: small, for comparing later."""

    logged: ClassVar[bool] = False

    day = models.DateField(_("day"))
    town = models.CharField(_("town"), max_length=100, blank=True)
    department = models.CharField(_("department"), max_length=100, blank=True)
    counts = models.JSONField(_("counts"))

    class Meta:
        verbose_name = _("coverage of a day")
        verbose_name_plural = _("coverage of days")
        ordering = ("day", "town", "department")
        constraints = (models.UniqueConstraint(fields=("day", "town", "department"), name="coveragesnapshot_once"),)

    def __str__(self) -> str:
        return f"{self.day} {self.town} {self.department}".strip()
