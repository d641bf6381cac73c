"""Keys by which other programs read the register, and may write in it, in the name of an account."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from inventory.models.access import User
from inventory.models.base import RegisterModel


class ApiToken(RegisterModel):
    """A key that was shown once; what is kept is its digest (SHA-256), by which it is found again."""

    unlogged: ClassVar[frozenset[str]] = frozenset({"last_used_on"})
    secret: ClassVar[frozenset[str]] = frozenset({"digest"})

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens", verbose_name=_("user"))
    name = models.CharField(_("name"), max_length=100)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    writes = models.BooleanField(_("may write"), default=False)
    expires_on = models.DateField(_("holds until"), null=True, blank=True)
    last_used_on = models.DateField(_("last used"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ("user", "name")
        constraints = (
            models.UniqueConstraint(
                fields=("user", "name"),
                name="apitoken_unique_name",
                violation_error_message=_("This account already has a token of that name."),
            ),
        )

    def __str__(self) -> str:
        return self.name
