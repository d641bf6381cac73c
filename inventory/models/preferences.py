"""What users keep about lists: the columns they chose, and filters under a name."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inventory.models.access import User
from inventory.models.base import RegisterModel


class ListPreference(RegisterModel):
    """The columns of one list as one user wants them, in order. Without columns: the default ones."""

    logged: ClassVar[bool] = False

    user = models.ForeignKey(User, models.CASCADE, related_name="list_preferences", verbose_name=_("user"))
    page = models.CharField(_("page"), max_length=60)
    columns = models.JSONField(_("columns"), default=list, blank=True)
    size = models.PositiveSmallIntegerField(_("rows on a page"), null=True, blank=True)

    class Meta:
        verbose_name = _("list preference")
        verbose_name_plural = _("list preferences")
        constraints = (models.UniqueConstraint(fields=("user", "page"), name="listpreference_once"),)

    def __str__(self) -> str:
        return f"{self.user}: {self.page}"


class SavedFilter(RegisterModel):
    """A list's filters, search and order under a name: for its owner, or for all when `shared`."""

    logged: ClassVar[bool] = False

    owner = models.ForeignKey(User, models.CASCADE, related_name="saved_filters", verbose_name=_("owner"))
    page = models.CharField(_("page"), max_length=60)
    name = models.CharField(_("name"), max_length=100)
    query = models.TextField(_("query"), blank=True)
    shared = models.BooleanField(_("shared"), default=False)

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("owner", "page", "name"),
                name="savedfilter_unique_name",
                violation_error_message=_("You already have a filter of that name."),
            ),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="savedfilter_has_name",
                violation_error_message=_("A saved filter needs a name."),
            ),
        )

    def __str__(self) -> str:
        return self.name
