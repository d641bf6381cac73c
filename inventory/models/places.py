"""Places and people: towns, departments, sites, locations, persons."""

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from inventory.models.base import RegisterModel
from inventory.rules import names


class Town(RegisterModel):
    """A town of the county (NetBox: Region). The county seat is one of them."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    name_en = models.CharField(_("English name"), max_length=100, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("town")
        verbose_name_plural = _("towns")
        ordering = ("position", "name")

    def __str__(self) -> str:
        return self.name


class DepartmentKind(models.TextChoices):
    LEADING_BODY = "leading_body", _("leading body")
    BUREAU = "bureau", _("bureau")
    TOWN_GOVERNMENT = "town_government", _("town government")
    STATION = "station", _("station")


class Department(RegisterModel):
    """A unit that holds equipment (NetBox: Tenant). `posts` are authorised, `staff` is in post.

    `name_key` sorts by pinyin (see rules.names).
    """

    derived: ClassVar[frozenset[str]] = frozenset({"name_key"})

    name = models.CharField(_("name"), max_length=100, unique=True)
    name_key = models.CharField(max_length=800, editable=False, default="", db_index=True)
    budget_code = models.CharField(
        _("budget code"),
        max_length=12,
        blank=True,
        validators=[RegexValidator(r"\A[0-9]{3,12}\Z", _("Give the budget code as 3 to 12 digits, such as 101001."))],
        help_text=_("The code under which the finance office keeps the department, such as 101001."),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=DepartmentKind)
    town = models.ForeignKey(Town, models.PROTECT, related_name="departments", verbose_name=_("town"))
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent department")
    )
    posts = models.PositiveIntegerField(_("authorised posts"), default=0)
    staff = models.PositiveIntegerField(_("staff in post"), default=0)
    handles_secrets = models.BooleanField(_("handles secrets"), default=False)
    field_work = models.BooleanField(_("field work"), default=False)
    own_network = models.BooleanField(_("network of its own"), default=False)
    meeting_rooms = models.PositiveIntegerField(_("meeting rooms of 60 m² or more"), default=0)
    standard = models.ForeignKey(
        "AllocationStandard",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="departments",
        verbose_name=_("allocation standard"),
        help_text=_("In place of the default one. Of its versions the one in force counts."),
    )

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ("town__position", "name_key")
        constraints = (
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("pk")),
                name="department_not_its_own_parent",
                violation_error_message=_("A department cannot be its own parent."),
            ),
            models.UniqueConstraint(
                fields=("budget_code",),
                condition=~Q(budget_code=""),
                name="department_unique_budget_code",
                violation_error_message=_("Another department already has this budget code."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def derive(self) -> None:
        self.name_key = names.pinyin_key(self.name)

    def clean(self) -> None:
        seen, above = {self.pk}, self.parent
        while above is not None:
            if above.pk in seen and above.pk is not None:
                raise ValidationError({"parent": _("%(name)s lies below this department.") % {"name": self.parent}})
            seen.add(above.pk)
            above = above.parent


class Site(RegisterModel):
    """A compound or a building, in a town (NetBox: Site)."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    town = models.ForeignKey(Town, models.PROTECT, related_name="sites", verbose_name=_("town"))
    address = models.CharField(_("street address"), max_length=200, blank=True)
    latitude = models.DecimalField(
        _("latitude"),
        max_digits=8,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
    )
    longitude = models.DecimalField(
        _("longitude"),
        max_digits=9,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
    )

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        ordering = ("town__position", "name")
        constraints = (
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="site_position_whole",
                violation_error_message=_("Give both latitude (-90 to 90) and longitude (-180 to 180), or neither."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class LocationKind(models.TextChoices):
    FLOOR = "floor", _("floor")
    ROOM = "room", _("room")


class Location(RegisterModel):
    """A floor or a room: a tree inside one site (NetBox: Location)."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="locations", verbose_name=_("site"))
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent location")
    )
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=10, choices=LocationKind, default=LocationKind.ROOM)

    class Meta:
        verbose_name = _("location")
        verbose_name_plural = _("locations")
        ordering = ("site", "name")
        constraints = (
            models.UniqueConstraint(
                fields=("site", "parent", "name"),
                condition=Q(parent__isnull=False),
                name="location_unique_in_parent",
                violation_error_message=_("This place already has a location of that name."),
            ),
            models.UniqueConstraint(
                fields=("site", "name"),
                condition=Q(parent__isnull=True),
                name="location_unique_in_site",
                violation_error_message=_("This site already has a location of that name."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.parent} / {self.name}" if self.parent_id else self.name

    def clean(self) -> None:
        if self.parent is not None and self.parent.site_id != self.site_id:
            raise ValidationError({"parent": _("The parent location lies in another site.")})
        seen, above = {self.pk}, self.parent
        while above is not None:
            if above.pk in seen and above.pk is not None:
                raise ValidationError({"parent": _("%(name)s lies inside this location.") % {"name": self.parent}})
            seen.add(above.pk)
            above = above.parent


class Person(RegisterModel):
    """Somebody who holds equipment, or a department's network administrator. `name_key` sorts by pinyin."""

    derived: ClassVar[frozenset[str]] = frozenset({"name_key"})

    name = models.CharField(pgettext_lazy("person", "name"), max_length=100)
    name_key = models.CharField(max_length=800, editable=False, default="", db_index=True)
    department = models.ForeignKey(Department, models.PROTECT, related_name="persons", verbose_name=_("department"))
    number = models.CharField(_("staff number"), max_length=40, blank=True)
    network_administrator = models.BooleanField(_("network administrator"), default=False)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("persons")
        ordering = ("department", "name_key")
        constraints = (
            models.UniqueConstraint(
                fields=("department", "name", "number"),
                name="person_unique_in_department",
                violation_error_message=_(
                    "This department already has a person of that name; give a staff number to tell them apart."
                ),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def derive(self) -> None:
        self.name_key = names.pinyin_key(self.name)
