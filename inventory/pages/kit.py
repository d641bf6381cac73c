"""The project's one Kit. Other packages add pages, panels, columns and buttons to it from their apps.py."""

from typing import Any, cast

from django.db.models import Model, QuerySet

from inventory import scope, selectors
from inventory.models.base import RegisterModel
from inventory.pages import importing, writing
from inventory.services import preferences
from inventory.ui.kit import Kit


def history(user: Any, obj: Model) -> QuerySet[Any]:
    """The change log of a row, as far as the user may read it."""
    entries = selectors.changes_of(cast(RegisterModel, obj)).select_related("actor")
    return entries if scope.may(user, "view", entries.model) else entries.none()


kit = Kit(
    visible=scope.visible,
    may=scope.may,
    writer=writing,
    preferences=preferences,
    history=history,
    importer=importing,
)


def page_url(obj: Model) -> str:
    """The address of a row's page; '' where its model has none."""
    return kit.url_of(obj)
