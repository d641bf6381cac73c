"""Towns and departments by the names that a person types on the command line."""

import difflib
from collections.abc import Sequence
from typing import TypeVar

from django.core.management.base import CommandError
from django.db.models import Q
from django.utils.translation import gettext as _

from inventory.models import Department, Town

M = TypeVar("M", Town, Department)


def find_towns(names: Sequence[str]) -> list[Town]:
    """Towns by name or English name. Raises CommandError naming close ones for one that does not exist."""
    return [_find(Town, name, "--town", Q(name=name) | Q(name_en__iexact=name), ("name", "name_en")) for name in names]


def find_departments(names: Sequence[str]) -> list[Department]:
    """Departments by name. Raises CommandError naming close ones for one that does not exist."""
    return [_find(Department, name, "--department", Q(name=name), ("name",)) for name in names]


def _find(model: type[M], name: str, option: str, condition: Q, fields: tuple[str, ...]) -> M:
    found: M | None = model._default_manager.filter(condition).first()
    if found is not None:
        return found
    known = [text for row in model._default_manager.values_list(*fields) for text in row if text]
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.4) or known[:5]
    raise CommandError(
        _("%(option)s: there is no '%(name)s'; known are e.g. %(close)s")
        % {"option": option, "name": name, "close": ", ".join(close) or "–"}
    )
