"""ETags: which version of a row a client has read, and who wrote the one that is saved now.

A tag stands for what people write: what the network alone says of a row (whether a link is up) leaves it as it is.
"""

import hashlib
from collections.abc import Collection
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import parse_etags
from django.utils.translation import gettext as _

from inventory import selectors
from inventory.api.faults import Refused
from inventory.ui.history import changes_of
from inventory.ui.page import ModelPage


def tag_of(row: Any) -> str:
    """The row's ETag. Of secrets only when they changed last, as the change log knows it."""
    left_out = row.secret | row.unlogged | row.derived
    values = [
        (field.name, str(field.value_from_object(row)))
        for field in row._meta.concrete_fields
        if field.name not in left_out
    ]
    linked = [(field.name, sorted(one.pk for one in getattr(row, field.name).all())) for field in _many(row)]
    written = selectors.changes_of(row).values_list("pk", flat=True).first() if row.secret else None
    return f'"{hashlib.sha256(repr((values, linked, written)).encode()).hexdigest()[:24]}"'


def _many(row: Any) -> Any:
    """Many-to-many fields of our own: Django's groups and permissions of a user are not used."""
    return [field for field in row._meta.many_to_many if not field.remote_field.through._meta.auto_created]


def wanted(request: HttpRequest) -> Collection[str] | None:
    """The tags of If-Match, without the mark by which a compressed answer is a weak one; None where it is not sent."""
    header = request.headers.get("If-Match")
    if header is None:
        return None
    found = [tag.removeprefix("W/") for tag in parse_etags(header)]
    if not found:
        raise Refused(400, {"If-Match": [_("expected the ETag of a row, in its quotation marks")]})
    return found


def must_be(page: ModelPage, user: Any, row: Any, tags: Collection[str] | None) -> None:
    """Raise Refused (412), and say who wrote last, where a row is none of the versions."""
    if tags is None or "*" in tags or tag_of(row) in tags:
        return
    last = next(iter(changes_of(page, page.kit.history(user, row)[:1])), None)
    if last is None:
        raise Refused(412, _("It was changed meanwhile: read it again."))
    at = date_format(timezone.localtime(last.at), "DATETIME_FORMAT")
    raise Refused(412, _("%(by)s changed it at %(at)s: read it again.") % {"by": last.by, "at": at})
