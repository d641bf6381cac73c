"""Who may sign in."""

from django.contrib.auth.models import AbstractUser
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A technician, a planner or an administrator of the register."""

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
