"""The catalogue (manufacturers, classes, types) and the devices themselves."""

from typing import ClassVar, Self

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from inventory.models.base import RegisterModel
from inventory.models.money import FundingSource
from inventory.models.places import Department, Location, Person, Site
from inventory.rules import names, status


class Manufacturer(RegisterModel):
    """A maker (NetBox: Manufacturer). `name` is the one its devices and netaddr's list use."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("manufacturer")
        verbose_name_plural = _("manufacturers")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class AssetRole(models.TextChoices):
    """What a class counts as, whatever a county calls it."""

    COMPUTER = "computer", _("computer")
    SERVER = "server", _("server")
    NETWORK = "network", _("network device")
    PRINTER = "printer", _("printer")
    POWER = "power", _("power supply")
    OTHER = "other", _("other")


class AssetClass(RegisterModel):
    """A class of assets: a tree, with the figures that planners are bound by as data.

    Without `service_life_years` a device of the class is never due by age.
    """

    code = models.SlugField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=100, unique=True)
    name_en = models.CharField(_("English name"), max_length=100, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent class")
    )
    role = models.CharField(_("counts as"), max_length=20, choices=AssetRole, default=AssetRole.OTHER)
    classification_code = models.CharField(_("classification code"), max_length=20, blank=True)
    unit = models.CharField(_("unit of measure"), max_length=10, default="台")
    service_life_years = models.PositiveSmallIntegerField(_("service life in years"), null=True, blank=True)
    depreciation_years = models.PositiveSmallIntegerField(_("depreciation life in years"), null=True, blank=True)

    class Meta:
        verbose_name = _("asset class")
        verbose_name_plural = _("asset classes")
        ordering = ("code",)
        constraints = (
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("pk")),
                name="assetclass_not_its_own_parent",
                violation_error_message=_("A class cannot be its own parent."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class SupportState(models.TextChoices):
    DATE = "date", _("date announced")
    NOT_ANNOUNCED = "not_announced", _("supported, no end announced")
    UNKNOWN = "unknown", _("unknown")


class DeviceType(RegisterModel):
    """A model of a maker (NetBox: DeviceType). `aliases` are other names under which its devices name themselves."""

    manufacturer = models.ForeignKey(Manufacturer, models.PROTECT, related_name="types", verbose_name=_("manufacturer"))
    model = models.CharField(_("model"), max_length=100)
    asset_class = models.ForeignKey(AssetClass, models.PROTECT, related_name="types", verbose_name=_("asset class"))
    aliases = models.CharField(
        _("aliases"), max_length=500, blank=True, help_text=_("Other names of the model, divided by semicolons.")
    )
    end_of_support_state = models.CharField(
        _("end of support known"), max_length=20, choices=SupportState, default=SupportState.UNKNOWN
    )
    end_of_support = models.DateField(_("end of support"), null=True, blank=True)

    class Meta:
        verbose_name = _("device type")
        verbose_name_plural = _("device types")
        ordering = ("manufacturer", "model")
        constraints = (
            models.UniqueConstraint(
                fields=("manufacturer", "model"),
                name="devicetype_unique_model",
                violation_error_message=_("This manufacturer already has a model of that name."),
            ),
            models.CheckConstraint(
                condition=Q(end_of_support_state="date", end_of_support__isnull=False)
                | (~Q(end_of_support_state="date") & Q(end_of_support__isnull=True)),
                name="devicetype_end_of_support_has_its_date",
                violation_error_message=_("Give a date of end of support exactly when its state is 'date announced'."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.manufacturer} {self.model}"

    def names(self) -> tuple[str, ...]:
        """The model and its aliases."""
        return (self.model, *(alias.strip() for alias in self.aliases.split(";") if alias.strip()))

    def check_change(self, before: Self) -> None:
        if before.manufacturer_id != self.manufacturer_id and self.devices.exists():
            raise ValidationError(
                {"manufacturer": _("Devices of this type exist: make a new type for the other manufacturer.")}
            )


class DeviceStatus(models.TextChoices):
    PLANNED = status.PLANNED, _("planned")
    IN_STOCK = status.IN_STOCK, _("in stock")
    IN_USE = status.IN_USE, _("in use")
    UNDER_REPAIR = status.UNDER_REPAIR, _("under repair")
    MISSING = status.MISSING, _("missing")
    TO_BE_SCRAPPED = status.TO_BE_SCRAPPED, _("to be scrapped")
    SCRAPPED = status.SCRAPPED, _("scrapped")


class Condition(models.TextChoices):
    GOOD = "good", _("good")
    WORN = "worn", _("worn")
    POOR = "poor", _("poor")


class Device(RegisterModel):
    """One physical thing, networked or not (NetBox: Device)."""

    derived: ClassVar[frozenset[str]] = frozenset({"serial_key"})

    asset_tag = models.CharField(_("asset tag"), max_length=60, unique=True)
    serial = models.CharField(_("serial number"), max_length=100, blank=True)
    serial_key = models.CharField(max_length=130, null=True, blank=True, unique=True, editable=False)
    """Manufacturer and squeezed serial: what makes a serial unique within its manufacturer. Null for junk."""
    name = models.CharField(_("name"), max_length=100, blank=True, db_index=True)
    device_type = models.ForeignKey(DeviceType, models.PROTECT, related_name="devices", verbose_name=_("device type"))
    status = models.CharField(_("status"), max_length=20, choices=DeviceStatus, default=DeviceStatus.IN_USE)
    condition = models.CharField(_("condition"), max_length=10, choices=Condition, blank=True)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="devices", verbose_name=_("department")
    )
    holder = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="devices", verbose_name=_("holder")
    )
    site = models.ForeignKey(
        Site, models.PROTECT, null=True, blank=True, related_name="devices", verbose_name=_("site")
    )
    location = models.ForeignKey(
        Location, models.PROTECT, null=True, blank=True, related_name="devices", verbose_name=_("location")
    )
    purchased_on = models.DateField(_("purchase date"), null=True, blank=True)
    in_service_on = models.DateField(_("in-service date"), null=True, blank=True)
    price_yuan = models.DecimalField(
        _("price in yuan"), max_digits=12, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    funding_source = models.ForeignKey(
        FundingSource, models.PROTECT, null=True, blank=True, related_name="devices", verbose_name=_("funding source")
    )
    warranty_ends_on = models.DateField(_("warranty end"), null=True, blank=True)
    primary_address = models.OneToOneField(
        "IPAddress",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="primary_of",
        verbose_name=_("primary address"),
    )
    verified_on = models.DateField(_("verified on"), null=True, blank=True)
    verified_by = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="verified", verbose_name=_("verified by")
    )
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        ordering = ("asset_tag",)
        constraints = (
            models.CheckConstraint(
                condition=~Q(asset_tag=""),
                name="device_has_asset_tag",
                violation_error_message=_("A device needs an asset tag."),
            ),
            models.CheckConstraint(
                condition=Q(price_yuan__isnull=True) | Q(price_yuan__gte=0),
                name="device_price_not_negative",
                violation_error_message=_("A price cannot be negative."),
            ),
            models.CheckConstraint(
                condition=Q(location__isnull=True) | Q(site__isnull=False),
                name="device_location_needs_site",
                violation_error_message=_("A device in a location is also in its site."),
            ),
        )
        indexes = (
            models.Index(fields=("serial",)),
            # The counts of the start page read this index alone.
            models.Index(fields=("status", "device_type", "site", "purchased_on", "in_service_on")),
        )

    def __str__(self) -> str:
        return f"{self.asset_tag} {self.name}".strip()

    def derive(self) -> None:
        key = names.serial_key(self.serial)
        self.serial_key = f"{self.device_type.manufacturer_id}:{key}" if key else None

    def clean(self) -> None:
        if self.location is not None and self.location.site_id != self.site_id:
            raise ValidationError({"location": _("%(name)s lies in another site.") % {"name": self.location}})

    def check_change(self, before: Self) -> None:
        if not status.may_move(before.status, self.status):
            raise ValidationError(
                {
                    "status": _("A device that is %(old)s cannot become %(new)s in one step.")
                    % {"old": before.get_status_display(), "new": self.get_status_display()}
                }
            )
