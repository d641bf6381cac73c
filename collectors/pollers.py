"""Who works on which queue of collections: a queue for each town, one for devices without a town."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inventory.models.base import RegisterModel

CENTRE = "centre"
"""The queue of devices without a town."""
EVERY = ""
"""In place of a queue's name: all of them."""
SEEN_EVERY_S = 10.0
GONE = timedelta(seconds=60)
"""A poller that was not seen for so long does not work."""


def queue_of(town_id: int | None) -> str:
    """The name of a town's queue, that its own name may change."""
    return CENTRE if town_id is None else f"town-{town_id}"


def pollers_at(town_id: int | None) -> "models.QuerySet[Poller]":
    """Who works, or worked, on a town's queue; seen last first."""
    return Poller.objects.filter(queue__in=(queue_of(town_id), EVERY))


class Poller(RegisterModel):
    """A machine that works on a queue, and when it was last seen there. One that ended in order has an end."""

    logged: ClassVar[bool] = False

    host = models.CharField(_("machine"), max_length=150)
    queue = models.CharField(_("queue"), max_length=50, blank=True)
    started_at = models.DateTimeField(_("started"))
    last_seen_at = models.DateTimeField(_("last seen"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("poller")
        verbose_name_plural = _("pollers")
        ordering = ("-last_seen_at",)
        constraints = (models.UniqueConstraint(fields=("host", "queue"), name="poller_once_for_a_queue"),)

    def __str__(self) -> str:
        return self.host

    @property
    def works(self) -> bool:
        return self.ended_at is None and timezone.now() - self.last_seen_at < GONE
