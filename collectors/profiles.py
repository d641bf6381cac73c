"""How devices are asked: named management profiles, and which device is asked by which, in what order.

Communities, keys and passwords are encrypted in the database (inventory.models.secrets) and never shown or logged.
"""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from collectors.napalm.beside import BY_SNMP
from collectors.napalm.drivers import DRIVERS, SSH_PORT, NapalmTarget
from collectors.snmp.credentials import Credential
from inventory.models import Device
from inventory.models.base import RegisterModel
from inventory.models.secrets import SecretField


class SnmpVersion(models.TextChoices):
    V1 = "1", "SNMPv1"
    V2C = "2c", "SNMPv2c"
    V3 = "3", "SNMPv3"
    NONE = "none", _("command line only")


class AuthProtocol(models.TextChoices):
    MD5 = "md5", "MD5"
    SHA = "sha", "SHA-1"
    SHA224 = "sha224", "SHA-224"
    SHA256 = "sha256", "SHA-256"
    SHA384 = "sha384", "SHA-384"
    SHA512 = "sha512", "SHA-512"


class PrivacyProtocol(models.TextChoices):
    DES = "des", "DES"
    AES = "aes", "AES-128"
    AES192 = "aes192", "AES-192"
    AES256 = "aes256", "AES-256"


class ManagementProfile(RegisterModel):
    """One way to ask under a name (NAV: management profile): by SNMP, by a command line beside it, or by that alone."""

    secret: ClassVar[frozenset[str]] = frozenset(
        {"community", "auth_key", "privacy_key", "login_password", "enable_secret"}
    )

    name = models.CharField(_("name"), max_length=100, unique=True)
    version = models.CharField(_("SNMP version"), max_length=4, choices=SnmpVersion, default=SnmpVersion.V2C)
    community = SecretField(_("community"), blank=True, default="public")
    user = models.CharField(_("SNMPv3 user"), max_length=32, blank=True)
    auth = models.CharField(_("authentication"), max_length=10, choices=AuthProtocol, default=AuthProtocol.SHA256)
    auth_key = SecretField(_("authentication key"), blank=True, default="")
    privacy = models.CharField(_("privacy"), max_length=10, choices=PrivacyProtocol, default=PrivacyProtocol.AES)
    privacy_key = SecretField(_("privacy key"), blank=True, default="")
    context = models.CharField(_("SNMPv3 context"), max_length=32, blank=True)
    port = models.PositiveIntegerField(
        _("port"), default=161, validators=[MinValueValidator(1), MaxValueValidator(65535)]
    )
    timeout_s = models.FloatField(
        _("timeout in seconds"), default=1.5, validators=[MinValueValidator(0.1), MaxValueValidator(60)]
    )
    retries = models.PositiveSmallIntegerField(_("retries"), default=3, validators=[MaxValueValidator(10)])
    repetitions = models.PositiveSmallIntegerField(
        _("rows for each request"), default=25, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    bulk = models.BooleanField(_("GETBULK"), default=True)
    login_user = models.CharField(_("user to log in as"), max_length=64, blank=True)
    login_password = SecretField(_("password to log in with"), blank=True, default="")
    enable_secret = SecretField(_("enable secret"), blank=True, default="")
    driver = models.CharField(_("NAPALM driver"), max_length=40, blank=True, choices=[(name, name) for name in DRIVERS])
    """Blank: the one for what SNMP says."""
    login_port = models.PositiveIntegerField(
        _("port to log in at"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(65535)]
    )
    """Blank: the driver's own."""

    class Meta:
        verbose_name = _("management profile")
        verbose_name_plural = _("management profiles")
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                condition=Q(port__range=(1, 65535)),
                name="managementprofile_port_in_range",
                violation_error_message=_("A port lies between 1 and 65535."),
            ),
            models.CheckConstraint(
                condition=Q(login_port__isnull=True) | Q(login_port__range=(1, 65535)),
                name="managementprofile_login_port_in_range",
                violation_error_message=_("A port lies between 1 and 65535."),
            ),
            models.CheckConstraint(
                condition=~Q(version="none") | (~Q(login_user="") & ~Q(driver="")),
                name="managementprofile_command_line_has_driver",
                violation_error_message=_("Without SNMP a user to log in as and a driver are needed."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.asks_snmp and (words := self.credential().problem()):
            raise ValidationError(_("A device cannot be asked like this: %(why)s"), params={"why": words})
        if not self.login_user and (self.login_password or self.enable_secret or self.driver):
            raise ValidationError(_("A password or a driver needs a user to log in as."))

    @property
    def asks_snmp(self) -> bool:
        return self.version != SnmpVersion.NONE

    def credential(self) -> Credential:
        return Credential(
            name=self.name,
            version=self.version,
            community=self.community,
            user=self.user,
            auth=self.auth,
            auth_key=self.auth_key,
            privacy=self.privacy,
            privacy_key=self.privacy_key,
            context=self.context,
            port=self.port,
            timeout_s=self.timeout_s,
            retries=self.retries,
            repetitions=self.repetitions,
            bulk=self.bulk,
        )

    def login(self, name: str, host: str, known_hosts: str = "") -> NapalmTarget | None:
        """Where and how to log in to a device; None where the profile has no log-in.

        With `known_hosts`, a file of host keys, a device that shows another key is not logged in to.
        """
        if not self.login_user:
            return None
        return NapalmTarget(
            name,
            host,
            self.driver or BY_SNMP,
            self.login_user,
            self.login_password,
            self.enable_secret,
            port=self.login_port or SSH_PORT,
            known_hosts=known_hosts,
            # Not every driver speaks SSH: only a port that was given is one for all of them.
            options={"port": self.login_port} if self.login_port else {},
        )


class DeviceProfile(RegisterModel):
    """A device is asked by a profile. Of several, the one that worked last is tried first, then by position."""

    unlogged: ClassVar[frozenset[str]] = frozenset({"worked_at"})

    device = models.ForeignKey(Device, models.CASCADE, related_name="management", verbose_name=_("device"))
    profile = models.ForeignKey(
        ManagementProfile, models.PROTECT, related_name="devices", verbose_name=_("management profile")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    enabled = models.BooleanField(_("enabled"), default=True)
    worked_at = models.DateTimeField(_("last worked"), null=True, blank=True)

    class Meta:
        verbose_name = _("management of a device")
        verbose_name_plural = _("management of devices")
        ordering = ("device", "position", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("device", "profile"),
                name="deviceprofile_profile_once",
                violation_error_message=_("This device already has that management profile."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.device}: {self.profile}"

    def order(self) -> tuple[Any, ...]:
        """Sorts in the order of trying."""
        return (-self.worked_at.timestamp() if self.worked_at else 0.0, self.position, self.pk)
