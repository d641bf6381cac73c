"""The network: interfaces, cables, LAN segments, prefixes, addresses."""

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from inventory.models.base import RegisterModel
from inventory.models.hardware import Device
from inventory.models.macs import MacField
from inventory.models.places import Department, Site
from inventory.rules import addresses


class InterfaceKind(models.TextChoices):
    COPPER = "copper", _("copper")
    FIBER = "fiber", _("fiber")
    WIRELESS = "wireless", _("wireless")
    VIRTUAL = "virtual", _("virtual")
    LAG = "lag", _("link aggregation")
    OTHER = "other", _("other")


class Interface(RegisterModel):
    """A port of a device (NetBox: Interface). `if_index` and what follows is the network's to say.

    One that is not gone was seen when its device last answered.
    """

    unlogged: ClassVar[frozenset[str]] = frozenset({"if_index", "oper_up"})

    device = models.ForeignKey(Device, models.CASCADE, related_name="interfaces", verbose_name=_("device"))
    name = models.CharField(_("name"), max_length=255)
    kind = models.CharField(_("kind"), max_length=10, choices=InterfaceKind, default=InterfaceKind.OTHER)
    mac = MacField(_("MAC"), blank=True, db_index=True)
    speed_mbps = models.PositiveIntegerField(_("speed in Mbit/s"), null=True, blank=True)
    enabled = models.BooleanField(_("enabled"), default=True)
    description = models.CharField(_("description"), max_length=255, blank=True)
    if_index = models.PositiveBigIntegerField(_("interface index"), null=True, blank=True)
    oper_up = models.BooleanField(_("link up"), null=True, blank=True)
    gone_since = models.DateTimeField(_("gone since"), null=True, blank=True)

    class Meta:
        verbose_name = _("interface")
        verbose_name_plural = _("interfaces")
        ordering = ("device", "if_index", "name")
        constraints = (
            models.UniqueConstraint(
                fields=("device", "name"),
                name="interface_unique_in_device",
                violation_error_message=_("This device already has an interface of that name."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class Cable(RegisterModel):
    """A cable between two interfaces (NetBox: Cable)."""

    label = models.CharField(_("label"), max_length=100, blank=True)
    end_a = models.OneToOneField(Interface, models.CASCADE, related_name="cable_a", verbose_name=_("one end"))
    end_b = models.OneToOneField(Interface, models.CASCADE, related_name="cable_b", verbose_name=_("other end"))
    length_m = models.DecimalField(_("length in metres"), max_digits=9, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = _("cable")
        verbose_name_plural = _("cables")
        constraints = (
            models.CheckConstraint(
                condition=~Q(end_a=F("end_b")),
                name="cable_has_two_ends",
                violation_error_message=_("A cable goes between two different interfaces."),
            ),
        )

    def __str__(self) -> str:
        return self.label or f"{self.end_a} – {self.end_b}"

    def clean(self) -> None:
        taken = Cable.objects.exclude(pk=self.pk)
        if taken.filter(Q(end_b=self.end_a) | Q(end_a=self.end_b)).exists():
            raise ValidationError(_("Another cable is already plugged in at one of these interfaces."))


class Segment(RegisterModel):
    """A LAN segment (网段): a VLAN where it has an id, at a site, for some departments."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    vlan_id = models.PositiveSmallIntegerField(
        _("VLAN id"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(4094)]
    )
    site = models.ForeignKey(
        Site, models.PROTECT, null=True, blank=True, related_name="segments", verbose_name=_("site")
    )
    gateway = models.ForeignKey(
        Interface, models.SET_NULL, null=True, blank=True, related_name="gateway_of", verbose_name=_("gateway")
    )
    departments = models.ManyToManyField(
        Department, through="SegmentDepartment", related_name="segments", blank=True, verbose_name=_("departments")
    )

    class Meta:
        verbose_name = _("LAN segment")
        verbose_name_plural = _("LAN segments")
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                fields=("site", "vlan_id"),
                name="segment_unique_vlan_in_site",
                violation_error_message=_("This site already has a segment with that VLAN id."),
            ),
            models.CheckConstraint(
                condition=Q(vlan_id__isnull=True) | Q(vlan_id__range=(1, 4094)),
                name="segment_vlan_id_in_range",
                violation_error_message=_("A VLAN id lies between 1 and 4094."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class SegmentDepartment(RegisterModel):
    """A department served by a segment."""

    segment = models.ForeignKey(Segment, models.CASCADE, related_name="served", verbose_name=_("LAN segment"))
    department = models.ForeignKey(Department, models.CASCADE, related_name="served_by", verbose_name=_("department"))

    class Meta:
        verbose_name = _("department of a segment")
        verbose_name_plural = _("departments of segments")
        constraints = (models.UniqueConstraint(fields=("segment", "department"), name="segmentdepartment_once"),)

    def __str__(self) -> str:
        return f"{self.segment}: {self.department}"


class Prefix(RegisterModel):
    """An IP prefix, in a segment (NetBox: Prefix). `key` follows from `prefix` (see rules.addresses)."""

    derived: ClassVar[frozenset[str]] = frozenset({"key"})

    prefix = models.CharField(_("prefix"), max_length=50)
    key = models.CharField(max_length=40, unique=True, editable=False)
    segment = models.ForeignKey(
        Segment, models.PROTECT, null=True, blank=True, related_name="prefixes", verbose_name=_("LAN segment")
    )
    description = models.CharField(_("description"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("prefix")
        verbose_name_plural = _("prefixes")
        ordering = ("key",)

    def __str__(self) -> str:
        return self.prefix

    def derive(self) -> None:
        try:
            network = addresses.parse_prefix(self.prefix)
        except ValueError as fault:
            told = _("expected a prefix such as 10.1.2.0/24 without host bits, found '%s'") % self.prefix
            raise ValidationError({"prefix": told}) from fault
        self.prefix, self.key = str(network), addresses.prefix_key(network)


class IPAddress(RegisterModel):
    """An address, on an interface (NetBox: IPAddress). `key` follows from `address` (see rules.addresses)."""

    derived: ClassVar[frozenset[str]] = frozenset({"key"})

    address = models.CharField(_("address"), max_length=45)
    key = models.CharField(max_length=33, db_index=True, editable=False)
    prefix_length = models.PositiveSmallIntegerField(_("prefix length"), null=True, blank=True)
    interface = models.ForeignKey(
        Interface, models.CASCADE, null=True, blank=True, related_name="addresses", verbose_name=_("interface")
    )
    gone_since = models.DateTimeField(_("gone since"), null=True, blank=True)

    class Meta:
        verbose_name = _("IP address")
        verbose_name_plural = _("IP addresses")
        ordering = ("key",)
        constraints = (
            models.UniqueConstraint(
                fields=("key", "interface"),
                name="ipaddress_once_on_an_interface",
                violation_error_message=_("This interface already has that address."),
            ),
        )

    def __str__(self) -> str:
        return self.address

    def derive(self) -> None:
        try:
            address = addresses.parse_address(self.address)
        except ValueError as fault:
            raise ValidationError(
                {"address": _("'%s' is not an IP address such as 10.1.2.3.") % self.address}
            ) from fault
        self.address, self.key = str(address), addresses.address_key(address)
