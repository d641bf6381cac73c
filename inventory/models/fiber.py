"""Fiber: cables between sites, and links, which are light paths over strands of cables.

Strands one by one, splices and loss budgets hang from FiberCable and FiberLinkHop.
"""

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from inventory.models.base import RegisterModel
from inventory.models.network import Interface
from inventory.models.places import Site


class LengthSource(models.TextChoices):
    """How a length is known, least trusted first."""

    UNKNOWN = "unknown", _("unknown")
    DESIGN = "design", _("design drawing")
    MAP = "map", _("map")
    MARKER = "marker", _("sheath markers")
    OTDR = "otdr", _("OTDR")


class Ownership(models.TextChoices):
    OWN = "own", _("own")
    LEASED = "leased", _("leased")


class FiberStatus(models.TextChoices):
    PLANNED = "planned", pgettext_lazy("fiber", "planned")
    IN_USE = "in_use", _("in use")
    RETIRED = "retired", _("retired")


class FiberCable(RegisterModel):
    """A cable of optical fiber between two sites."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    site_a = models.ForeignKey(Site, models.PROTECT, related_name="fiber_from", verbose_name=_("from site"))
    site_b = models.ForeignKey(Site, models.PROTECT, related_name="fiber_to", verbose_name=_("to site"))
    strands = models.PositiveSmallIntegerField(_("strands"), validators=[MinValueValidator(1)])
    fiber_kind = models.CharField(_("kind of fiber"), max_length=20, default="G.652D")
    length_m = models.DecimalField(
        _("length in metres"),
        max_digits=9,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    length_source = models.CharField(
        _("length known from"), max_length=10, choices=LengthSource, default=LengthSource.UNKNOWN
    )
    ownership = models.CharField(_("owner"), max_length=10, choices=Ownership, default=Ownership.OWN)
    status = models.CharField(_("status"), max_length=10, choices=FiberStatus, default=FiberStatus.IN_USE)
    built_on = models.DateField(_("built on"), null=True, blank=True)
    cost_yuan = models.DecimalField(
        _("cost in yuan"), max_digits=12, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    route = models.JSONField(_("route"), null=True, blank=True, help_text=_("A GeoJSON LineString in WGS 84."))

    class Meta:
        verbose_name = _("fiber cable")
        verbose_name_plural = _("fiber cables")
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                condition=Q(strands__gte=1),
                name="fibercable_has_strands",
                violation_error_message=_("A fiber cable has at least one strand."),
            ),
            models.CheckConstraint(
                condition=Q(length_m__isnull=False) | Q(length_source="unknown"),
                name="fibercable_length_has_source",
                violation_error_message=_("A cable without a length cannot say how the length is known."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.route is not None and not _is_line(self.route):
            raise ValidationError({"route": _("Give a GeoJSON LineString: two or more [longitude, latitude] points.")})


def _is_line(route: object) -> bool:
    if not isinstance(route, dict) or route.get("type") != "LineString":
        return False
    points = route.get("coordinates")
    return isinstance(points, list) and len(points) >= 2 and all(map(_is_point, points))


def _is_point(point: object) -> bool:
    return (
        isinstance(point, list)
        and len(point) in (2, 3)
        and all(isinstance(number, int | float) for number in point)
        and -180 <= point[0] <= 180
        and -90 <= point[1] <= 90
    )


class FiberLink(RegisterModel):
    """A light path from end to end: between two sites, and between two interfaces where they are known."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    site_a = models.ForeignKey(Site, models.PROTECT, related_name="links_from", verbose_name=_("from site"))
    site_b = models.ForeignKey(Site, models.PROTECT, related_name="links_to", verbose_name=_("to site"))
    interface_a = models.ForeignKey(
        Interface, models.SET_NULL, null=True, blank=True, related_name="links_a", verbose_name=_("from interface")
    )
    interface_b = models.ForeignKey(
        Interface, models.SET_NULL, null=True, blank=True, related_name="links_b", verbose_name=_("to interface")
    )
    status = models.CharField(_("status"), max_length=10, choices=FiberStatus, default=FiberStatus.IN_USE)
    purpose = models.CharField(_("purpose"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("fiber link")
        verbose_name_plural = _("fiber links")
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                condition=Q(interface_a__isnull=True) | Q(interface_b__isnull=True) | ~Q(interface_a=F("interface_b")),
                name="fiberlink_has_two_ends",
                violation_error_message=_("A fiber link goes between two different interfaces."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class FiberLinkHop(RegisterModel):
    """One strand of one cable, in its place along a link."""

    link = models.ForeignKey(FiberLink, models.CASCADE, related_name="hops", verbose_name=_("fiber link"))
    position = models.PositiveSmallIntegerField(_("position"))
    cable = models.ForeignKey(FiberCable, models.PROTECT, related_name="hops", verbose_name=_("fiber cable"))
    strand = models.PositiveSmallIntegerField(_("strand"), validators=[MinValueValidator(1)])

    class Meta:
        verbose_name = _("strand of a link")
        verbose_name_plural = _("strands of links")
        ordering = ("link", "position")
        constraints = (
            models.UniqueConstraint(
                fields=("cable", "strand"),
                name="fiberlinkhop_strand_used_once",
                violation_error_message=_("Another link already uses this strand."),
            ),
            models.UniqueConstraint(fields=("link", "position"), name="fiberlinkhop_position_once"),
        )

    def __str__(self) -> str:
        return f"{self.cable} #{self.strand}"

    def clean(self) -> None:
        if self.strand is not None and self.strand > self.cable.strands:
            raise ValidationError(
                {"strand": _("%(cable)s has %(count)d strands.") % {"cable": self.cable, "count": self.cable.strands}}
            )
