"""Makes, finds and withdraws API tokens."""

import hashlib
import secrets
from datetime import date

from django.db.models import Q
from django.utils import timezone

from inventory.models import ApiToken, User
from inventory.services import write
from inventory.services.write import Actor

BEGIN = "tz_"
"""By which a scanner of repositories knows a token that somebody left in a file."""


def key() -> str:
    """A new token, which is kept nowhere."""
    return BEGIN + secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """A token has 256 random bits: nothing slower than one SHA-256 is needed to keep it."""
    return hashlib.sha256(token.encode()).hexdigest()


def make(user: User, name: str, *, expires_on: date | None, actor: Actor, writes: bool = False) -> str:
    """A new token, which is told here alone. Raises ValidationError for a name that the account uses already."""
    token = key()
    with write.unit(actor) as unit:
        unit.create(ApiToken(user=user, name=name, digest=digest(token), expires_on=expires_on, writes=writes))
    return token


def withdraw(token: ApiToken, *, actor: Actor) -> None:
    with write.unit(actor) as unit:
        unit.delete(token)


def find(token: str) -> ApiToken | None:
    """The token with its user; None for an unknown or expired one, and for an account that was closed."""
    today = timezone.localdate()
    holds = Q(expires_on=None) | Q(expires_on__gte=today)
    found = ApiToken.objects.filter(holds, digest=digest(token), user__is_active=True).select_related("user").first()
    if found is None:
        return None
    if found.last_used_on != today:
        # Once a day: reading is to stay reading.
        found.last_used_on = today
        with write.unit(write.SYSTEM) as unit:
            unit.update(found, fields=("last_used_on",))
    return found
