"""What OPTIONS tells of a model's address, as Django REST framework does: NetBox's clients read choices there."""

from collections.abc import Iterable
from typing import Any

from django.db import models

from inventory.api.writing import names_of, needed
from inventory.ui.forms import form_class
from inventory.ui.page import ModelPage

TYPES: tuple[tuple[type[Any], str], ...] = (
    (models.ManyToManyField, "list"),
    (models.ForeignKey, "field"),
    (models.BooleanField, "boolean"),
    (models.IntegerField, "integer"),
    (models.DecimalField, "decimal"),
    (models.FloatField, "float"),
    (models.DateTimeField, "datetime"),
    (models.DateField, "date"),
    (models.EmailField, "email"),
    (models.JSONField, "json"),
    (models.Field, "string"),
)


def told(page: ModelPage, user: Any, methods: Iterable[str]) -> dict[str, Any]:
    """The model's name, and of each of the methods the fields that it takes, with their choices."""
    form = form_class(page, user, names_of(page)) if page.form else None
    fields = {name: _field(page, name, form.base_fields[name]) for name in names_of(page)} if form else {}
    wanted = set(needed(page))
    return {
        "name": str(page.title),
        "renders": ["application/json"],
        "parses": ["application/json"],
        "actions": {
            method: {name: {**one, "required": method == "POST" and name in wanted} for name, one in fields.items()}
            for method in methods
        },
    }


def _field(page: ModelPage, name: str, field: Any) -> dict[str, Any]:
    found: Any = page.model._meta.get_field(name)
    choices = None if found.is_relation else getattr(field, "choices", None)
    one = {"type": "choice" if choices else _type(found), "read_only": False, "label": page.cell(name).heading}
    if field.help_text:
        one["help_text"] = str(field.help_text)
    if getattr(field, "max_length", None) and not choices:
        one["max_length"] = field.max_length
    if choices:
        one["choices"] = [
            {"value": value, "display_name": str(words)} for value, words in choices if value or found.blank
        ]
    return one


def _type(found: Any) -> str:
    return next(name for kind, name in TYPES if isinstance(found, kind))
