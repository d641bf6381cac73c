"""Money and the standards that planners are bound by: sources, prices, allocation rules. All figures are data."""

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from inventory.models.base import RegisterModel

if TYPE_CHECKING:
    from inventory.models.hardware import AssetClass


class FundingKind(models.TextChoices):
    YEARLY = "yearly", _("yearly line")
    CAPITAL = "capital", _("capital")
    OTHER = "other", _("other")


class FundingSource(RegisterModel):
    """Where money comes from, e.g. the yearly line of 40,000 yuan."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=FundingKind, default=FundingKind.OTHER)
    amount_yuan = models.DecimalField(
        _("amount in yuan"), max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    from_year = models.PositiveSmallIntegerField(_("from year"), null=True, blank=True)
    to_year = models.PositiveSmallIntegerField(_("to year"), null=True, blank=True)

    class Meta:
        verbose_name = _("funding source")
        verbose_name_plural = _("funding sources")
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                condition=Q(to_year__isnull=True) | Q(from_year__isnull=True) | Q(to_year__gte=F("from_year")),
                name="fundingsource_years_in_order",
                violation_error_message=_("A source of funds cannot end before it begins."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class PriceList(RegisterModel):
    """What one thing of a class costs from a date on."""

    asset_class = models.ForeignKey("AssetClass", models.CASCADE, related_name="prices", verbose_name=_("asset class"))
    price_yuan = models.DecimalField(
        _("price in yuan"), max_digits=12, decimal_places=2, validators=[MinValueValidator(0)]
    )
    valid_from = models.DateField(_("valid from"))

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("price list")
        ordering = ("asset_class", "valid_from")
        constraints = (
            models.UniqueConstraint(
                fields=("asset_class", "valid_from"),
                name="pricelist_one_price_a_day",
                violation_error_message=_("This class already has a price from that date."),
            ),
            models.CheckConstraint(
                condition=Q(price_yuan__gte=0),
                name="pricelist_not_negative",
                violation_error_message=_("A price cannot be negative."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.asset_class} {self.price_yuan}"


class AllocationStandard(RegisterModel):
    """One version of a published allocation standard (配置标准); versions of one standard share their `series`.

    Of a series the version in force on the day asked about counts. The series of the one marked as default holds for
    every department that has no standard of its own.
    """

    code = models.SlugField(_("code"), max_length=60, unique=True)
    series = models.SlugField(
        _("series"), max_length=60, blank=True, help_text=_("The same in all versions; without one its own code.")
    )
    name = models.CharField(_("name"), max_length=200)
    valid_from = models.DateField(_("in force from"), null=True, blank=True)
    valid_to = models.DateField(_("in force to"), null=True, blank=True)
    default = models.BooleanField(_("applies by default"), default=False)

    class Meta:
        verbose_name = _("allocation standard")
        verbose_name_plural = _("allocation standards")
        ordering = ("code",)
        constraints = (
            models.UniqueConstraint(
                fields=("default",),
                condition=Q(default=True),
                name="allocationstandard_one_default",
                violation_error_message=_("Another standard already applies by default."),
            ),
            models.UniqueConstraint(
                fields=("series", "valid_from"),
                name="allocationstandard_one_version_a_day",
                violation_error_message=_("This standard already has a version from that date."),
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="allocationstandard_dates_in_order",
                violation_error_message=_("A standard cannot end before it begins."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def derive(self) -> None:
        self.series = self.series or self.code


class RuleKind(models.TextChoices):
    SHARE = "share", _("share of staff")
    TIERS = "tiers", _("one for every so many staff, by tiers")
    SIZE = "size", _("a number by size of department")
    AT_MOST = "at_most", _("at most so many")
    AS_MANY_AS = "as_many_as", _("as many as another class")
    BY_NEED = "by_need", _("by need")


class Mark(models.TextChoices):
    SECRETS = "handles_secrets", _("handles secrets")
    FIELD_WORK = "field_work", _("field work")
    OWN_NETWORK = "own_network", _("network of its own")


class Rooms(models.TextChoices):
    """A count that a department has of its rooms; the value is the field's name."""

    MEETING = "meeting_rooms", _("meeting rooms of 60 m² or more")


class AllocationRule(RegisterModel):
    """One line of a standard: how many of some classes together a department may hold, and at what price.

    A rule with a `mark` replaces the rule of the same code in departments that bear the mark. `within` names a
    wider rule whose number this one divides (colour printers within printers). `steps` holds tiers as
    [[staff up to or null, one for every], …] and sizes as [[staff up to or null, number], …].
    """

    standard = models.ForeignKey(
        AllocationStandard, models.CASCADE, related_name="rules", verbose_name=_("allocation standard")
    )
    code = models.SlugField(_("code"), max_length=60)
    name = models.CharField(_("name"), max_length=100)
    mark = models.CharField(_("only where"), max_length=20, choices=Mark, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=RuleKind)
    share_percent = models.DecimalField(
        _("percent of staff"), max_digits=6, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    least = models.PositiveIntegerField(_("at least"), null=True, blank=True)
    at_most = models.PositiveIntegerField(_("at most"), null=True, blank=True)
    steps = models.JSONField(
        _("steps"),
        default=list,
        blank=True,
        help_text=_("For each tier the staff up to which it goes and its number, such as [[100, 20], [null, 30]]."),
    )
    as_many_as = models.ForeignKey(
        "AssetClass", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("as many as")
    )
    within = models.CharField(_("within rule"), max_length=60, blank=True)
    instead_of = models.CharField(
        _("may be held instead of"),
        max_length=60,
        blank=True,
        help_text=_("Code of a rule: more of this one means as many fewer of that one."),
    )
    limited_by = models.CharField(
        _("not above the number of"),
        max_length=20,
        choices=Rooms,
        blank=True,
        help_text=_("One for each room at most, however many the staff."),
    )
    price_cap_yuan = models.DecimalField(
        _("price cap in yuan"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    service_life_years = models.PositiveSmallIntegerField(_("least service life in years"), null=True, blank=True)
    life_pages = models.PositiveIntegerField(_("life in pages"), null=True, blank=True)
    needs_approval = models.BooleanField(_("needs approval"), default=False)
    asset_classes: "models.ManyToManyField[AssetClass, AllocationRuleClass]" = models.ManyToManyField(
        "AssetClass",
        through="AllocationRuleClass",
        related_name="allocation_rules",
        blank=True,
        verbose_name=_("asset classes"),
    )

    class Meta:
        verbose_name = _("allocation rule")
        verbose_name_plural = _("allocation rules")
        ordering = ("standard", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("standard", "code", "mark"),
                name="allocationrule_unique_code",
                violation_error_message=_("The standard already has a rule of that code for that mark."),
            ),
            models.CheckConstraint(
                condition=~Q(kind="share") | Q(share_percent__isnull=False),
                name="allocationrule_share_has_percent",
                violation_error_message=_("A share of staff needs its percentage."),
            ),
            models.CheckConstraint(
                condition=~Q(kind="at_most") | Q(at_most__isnull=False),
                name="allocationrule_at_most_has_number",
                violation_error_message=_("'At most' needs its number."),
            ),
            models.CheckConstraint(
                condition=~Q(kind="as_many_as") | Q(as_many_as__isnull=False),
                name="allocationrule_as_many_as_has_class",
                violation_error_message=_("'As many as' needs a class."),
            ),
            models.CheckConstraint(
                condition=~Q(kind="by_need") | Q(limited_by=""),
                name="allocationrule_limit_has_number",
                violation_error_message=_("'By need' has no number that rooms could limit."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.kind in (RuleKind.TIERS, RuleKind.SIZE) and not _are_steps(self.steps):
            raise ValidationError({"steps": _("Give steps such as 100:20, then :30 for all above.")})


def _are_steps(steps: object) -> bool:
    """[[limit or None, number], …] with rising limits, the last one open."""
    if not isinstance(steps, list) or not steps:
        return False
    limits = [step[0] for step in steps if isinstance(step, list) and len(step) == 2 and isinstance(step[1], int)]
    closed = limits[:-1]
    return (
        len(limits) == len(steps)
        and limits[-1] is None
        and all(isinstance(limit, int) for limit in closed)
        and closed == sorted(set(closed))
        and all(step[1] > 0 for step in steps)
    )


class AllocationRuleClass(RegisterModel):
    """A class that counts under a rule."""

    rule = models.ForeignKey(AllocationRule, models.CASCADE, related_name="classes", verbose_name=_("allocation rule"))
    asset_class = models.ForeignKey(
        "AssetClass", models.PROTECT, related_name="rule_classes", verbose_name=_("asset class")
    )

    class Meta:
        verbose_name = _("class of a rule")
        verbose_name_plural = _("classes of rules")
        constraints = (models.UniqueConstraint(fields=("rule", "asset_class"), name="allocationruleclass_once"),)

    def __str__(self) -> str:
        return f"{self.rule}: {self.asset_class}"
