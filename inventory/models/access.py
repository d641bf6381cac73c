"""Who may sign in, in which role, and for which towns or department. What follows from it is inventory.scope's."""

from functools import cached_property
from typing import ClassVar, Self

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from inventory.models.base import RegisterModel
from inventory.models.places import Department, Town


class Role(models.TextChoices):
    DIRECTOR = "director", _("director")
    TECHNICIAN = "technician", _("technician")
    PLANNER = "planner", _("planner")
    DEPARTMENT = "department", _("department administrator")
    COLLECTOR = "collector", _("collector")
    ADMINISTRATOR = "administrator", _("administrator")


class User(AbstractUser):
    """An account. Without a role it sees nothing; a superuser is an administrator.

    Django itself writes it too (the last login), so that it is no RegisterModel; a unit of work can write it as one.
    """

    unlogged: ClassVar[frozenset[str]] = frozenset({"last_login"})
    derived: ClassVar[frozenset[str]] = frozenset()
    secret: ClassVar[frozenset[str]] = frozenset({"password"})
    logged: ClassVar[bool] = True

    first_name = models.CharField(pgettext_lazy("person", "name"), max_length=100, blank=True)
    """The whole name: family and given names are not told apart."""
    last_name = None  # type: ignore[assignment]  # takes away Django's field
    role = models.CharField(_("role"), max_length=20, choices=Role, blank=True)
    towns: "models.ManyToManyField[Town, UserTown]" = models.ManyToManyField(
        Town,
        through="UserTown",
        blank=True,
        related_name="technicians",
        verbose_name=_("towns"),
        help_text=_("Where a technician works; none named: in all of them."),
    )
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="administrators",
        verbose_name=_("department"),
        help_text=_("Of a department administrator."),
    )

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = (
            models.CheckConstraint(
                condition=Q(role=Role.DEPARTMENT, department__isnull=False)
                | (~Q(role=Role.DEPARTMENT) & Q(department__isnull=True)),
                name="user_department_goes_with_its_role",
                violation_error_message=_("Name a department exactly for a department administrator."),
            ),
        )

    def __str__(self) -> str:
        return self.get_full_name() or self.get_username()

    def get_full_name(self) -> str:
        return self.first_name

    def derive(self) -> None:
        """Nothing follows from other fields; see RegisterModel."""

    def check_change(self, before: Self) -> None:
        """Somebody must be left who makes accounts; see RegisterModel. Raises ValidationError."""
        if before.acts_as != Role.ADMINISTRATOR or self.acts_as == Role.ADMINISTRATOR:
            return
        others = User.objects.filter(Q(role=Role.ADMINISTRATOR) | Q(is_superuser=True), is_active=True)
        if not others.exclude(pk=self.pk).exists():
            raise ValidationError(_("This is the only administrator: make another one first."))

    @property
    def acts_as(self) -> str:
        """The role that counts: a superuser's is administrator; "" for who is not active."""
        if not self.is_active:
            return ""
        return Role.ADMINISTRATOR if self.is_superuser else self.role

    @property
    def acts_as_label(self) -> str:
        """The name of that role, for people."""
        return str(Role(self.acts_as).label) if self.acts_as else ""

    @cached_property
    def town_keys(self) -> tuple[int, ...]:
        """Keys of the towns named; read once for each request."""
        return tuple(self.towns.values_list("pk", flat=True))


class UserTown(RegisterModel):
    """A town in which a technician works."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("user"))
    town = models.ForeignKey(Town, models.CASCADE, related_name="+", verbose_name=_("town"))

    class Meta:
        verbose_name = _("town of a user")
        verbose_name_plural = _("towns of users")
        constraints = (models.UniqueConstraint(fields=("user", "town"), name="usertown_once"),)

    def __str__(self) -> str:
        return f"{self.user}: {self.town}"
