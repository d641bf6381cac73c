"""Keeps what users want of lists: columns, sizes, named filters. Knows no page."""

from collections.abc import Sequence

from django.db.models import Q

from inventory.models import User
from inventory.models.preferences import ListPreference, SavedFilter
from inventory.services import write


def _actor(user: User) -> write.Actor:
    return write.Actor(user.get_username(), user=user)


def of(user: User, page: str) -> ListPreference:
    """What the user wants of a list; an unsaved row of defaults where nothing is kept."""
    return ListPreference.objects.filter(user=user, page=page).first() or ListPreference(user=user, page=page)


def keep(user: User, page: str, columns: Sequence[str], size: int | None) -> None:
    """Keep columns, in order (none: the default ones), and the size of a page (None: the default one)."""
    row = of(user, page)
    row.columns, row.size = list(columns), size
    with write.unit(_actor(user)) as unit:
        if row.pk is None:
            unit.create(row)
        else:
            unit.update(row)


def filters(user: User, page: str) -> list[SavedFilter]:
    """The user's own and all shared filters of a list, by name."""
    return list(SavedFilter.objects.filter(Q(owner=user) | Q(shared=True), page=page).select_related("owner"))


def save_filter(user: User, page: str, *, name: str, query: str, shared: bool) -> None:
    """Keep a filter under a name; an own one of that name is replaced."""
    row = SavedFilter.objects.filter(owner=user, page=page, name=name).first()
    with write.unit(_actor(user)) as unit:
        if row is None:
            unit.create(SavedFilter(owner=user, page=page, name=name, query=query, shared=shared))
        else:
            row.query, row.shared = query, shared
            unit.update(row)


def drop_filter(user: User, key: int) -> None:
    """Forget one of the user's own filters; another's stays."""
    with write.unit(_actor(user)) as unit:
        for row in SavedFilter.objects.filter(owner=user, pk=key):
            unit.delete(row)
