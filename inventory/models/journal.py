"""What people write and attach beside the register's fields: journal entries, photos and files.

Each belongs to exactly one thing, by a foreign key of its own, so that it is seen, and goes, with that thing.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inventory.models.base import RegisterModel
from inventory.models.fiber import FiberCable
from inventory.models.hardware import Device
from inventory.models.network import Cable, Segment
from inventory.models.places import Site

OWNERS = ("device", "site", "segment", "cable", "fiber_cable")


def _of_one_thing() -> Q:
    """Exactly one of the owners is set."""
    condition = Q()
    for owner in OWNERS:
        condition |= Q(**{f"{name}__isnull": name != owner for name in OWNERS})
    return condition


class OnThing(RegisterModel):
    """What belongs to a device, a site, a segment, a cable or a fiber cable."""

    device = models.ForeignKey(Device, models.CASCADE, null=True, blank=True, verbose_name=_("device"))
    site = models.ForeignKey(Site, models.CASCADE, null=True, blank=True, verbose_name=_("site"))
    segment = models.ForeignKey(Segment, models.CASCADE, null=True, blank=True, verbose_name=_("LAN segment"))
    cable = models.ForeignKey(Cable, models.CASCADE, null=True, blank=True, verbose_name=_("cable"))
    fiber_cable = models.ForeignKey(FiberCable, models.CASCADE, null=True, blank=True, verbose_name=_("fiber cable"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("author")
    )
    written_at = models.DateTimeField(_("written"), default=timezone.now)

    class Meta:
        abstract = True
        ordering = ("-written_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=_of_one_thing(),
                name="%(class)s_of_one_thing",
                violation_error_message=_("It belongs to exactly one thing."),
            ),
        )

    @property
    def owner(self) -> Any:
        """The thing that it belongs to."""
        return next(thing for name in OWNERS if (thing := getattr(self, name)) is not None)


class JournalKind(models.TextChoices):
    NOTE = "note", _("note")
    FAULT = "fault", _("fault")
    REPAIR = "repair", _("repair")
    CHECK = "check", _("inspection")


class JournalEntry(OnThing):
    """A note with its author and date (NetBox: JournalEntry)."""

    kind = models.CharField(_("kind"), max_length=10, choices=JournalKind, default=JournalKind.NOTE)
    text = models.CharField(_("text"), max_length=4000)

    class Meta(OnThing.Meta):
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal entries")

    def __str__(self) -> str:
        return self.text if len(self.text) <= 60 else f"{self.text[:59]}…"


class Attachment(OnThing):
    """A photo or a file (NetBox: ImageAttachment). Its content lies in VAR_DIR/files under a random name."""

    name = models.CharField(_("file name"), max_length=200)
    stored_as = models.CharField(max_length=64, unique=True, editable=False)
    kind = models.CharField(_("type of content"), max_length=100)
    size_octets = models.PositiveIntegerField(_("size in octets"))
    sha256 = models.CharField(max_length=64, editable=False)

    class Meta(OnThing.Meta):
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")

    def __str__(self) -> str:
        return self.name

    @property
    def is_image(self) -> bool:
        """Whether a browser shows it."""
        return self.kind in ("image/jpeg", "image/png", "image/webp", "image/gif")
