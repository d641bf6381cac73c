"""JSON values as a page's form takes them: the type of each is checked here, everything else by the form.

What GET gives may come back: a choice as {"value": …}, a related row as {"id": …}. A related row is also found by
its own fields, {"asset_tag": "TZ-PC-0017"}, among those that the user may see.
"""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory.api.rows import BRIEF, cells
from inventory.ui.page import ModelPage

KINDS: tuple[tuple[type[Any], tuple[type, ...], Any], ...] = (
    (models.BooleanField, (bool,), gettext_lazy("expected true or false")),
    (models.IntegerField, (int,), gettext_lazy("expected a whole number")),
    (models.DecimalField, (int, float, str), gettext_lazy("expected a number, or its text")),
    (models.FloatField, (int, float), gettext_lazy("expected a number")),
    (models.DateTimeField, (str,), gettext_lazy("expected a time such as 2026-11-02T08:30:00+08:00")),
    (models.DateField, (str,), gettext_lazy("expected a day such as 2026-11-02")),
    (models.Field, (str,), gettext_lazy("expected a text")),
)


def as_typed(page: ModelPage, user: Any, name: str, value: Any) -> Any:
    """What a form's data hold for a field of the page's model. Raises ValidationError."""
    found: Any = page.model._meta.get_field(name)
    if found.many_to_many:
        if not isinstance(value, list):
            raise ValidationError(_("expected a list of ids"))
        return [_key(page.kit, user, found.related_model, one) for one in value]
    if value is None and not isinstance(found, models.BooleanField) and (found.null or found.empty_strings_allowed):
        return ""
    if found.is_relation:
        return _key(page.kit, user, found.related_model, value)
    if isinstance(found, models.JSONField):
        return value if isinstance(value, str) else json.dumps(value)
    if found.choices and isinstance(value, Mapping) and "value" in value:
        value = value["value"]
    return _plain(found, value)


def _plain(found: Any, value: Any) -> Any:
    kinds, words = next((types, words) for kind, types, words in KINDS if isinstance(found, kind))
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise ValidationError(words)
    return _day(str(value), words) if type(found) is models.DateField else value


def _day(text: str, words: Any) -> date:
    """A day as it stands in JSON; the form would take what people type, too."""
    try:
        if len(text) == len("2026-11-02"):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ValidationError(words)


def _key(kit: Any, user: Any, model: type[models.Model], value: Any) -> Any:
    """The key of a related row, given by it or by fields of the row; whether it may be chosen says the form."""
    if isinstance(value, Mapping) and "id" in value and value.keys() <= BRIEF:
        value = value["id"]
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, Mapping) or not value:
        raise ValidationError(_('expected an id, or fields that name one row, such as {"name": "…"}'))
    page = kit.page_of(model)
    asked = {name: _look_up(page, user, name, one) for name, one in value.items()}
    keys = list(kit.visible(user, model).filter(**asked).values_list("pk", flat=True)[:2])
    if len(keys) != 1:
        words = _("several rows are so: name one by its id") if keys else _("there is no such row")
        raise ValidationError(f"{', '.join(value)}: {words}")
    return keys[0]


def _look_up(page: ModelPage | None, user: Any, name: str, value: Any) -> Any:
    """A value to find a row by: of its texts, whole numbers and related rows that its pages show."""
    cell = cells(page).get(name) if page is not None else None
    found = cell.field if cell is not None and cell.path == name and not cell.many else None
    if page is None or found is None:
        raise ValidationError(_("a row is not found by %(name)s") % {"name": name})
    if found.is_relation:
        return _key(page.kit, user, found.related_model, value)
    if not isinstance(found, models.CharField | models.IntegerField):
        raise ValidationError(_("a row is not found by %(name)s") % {"name": name})
    try:
        return _plain(found, value)
    except ValidationError as fault:
        raise ValidationError(f"{name}: {fault.messages[0]}") from None
