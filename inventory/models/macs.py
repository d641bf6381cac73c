"""A MAC in the register: 12 hexadecimal digits, however people and programs write it."""

import re
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from inventory.rules import addresses

_LONGEST_TYPED = 40
_KEPT = re.compile(r"[0-9a-f]{12}")
_MARKS = str.maketrans("", "", ":-. ")


class MacInput(forms.CharField):
    """Takes any usual notation; what is none stays as it was typed, for the field's own sentence."""

    def to_python(self, value: Any) -> Any:
        return _digits(super().to_python(value))

    def prepare_value(self, value: Any) -> Any:
        return addresses.show_mac(value) if isinstance(value, str) and _KEPT.fullmatch(value) else value


class MacField(models.CharField):  # type: ignore[type-arg]  # the stubs' parameters are not there at run time
    """Kept as 12 lower-case hexadecimal digits; found in any usual notation."""

    default_validators = [RegexValidator(r"\A[0-9a-f]{12}\Z", _("Give a MAC such as 00:1a:2b:3c:4d:5e."))]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": 12, **kwargs})

    def get_prep_value(self, value: Any) -> Any:
        return _digits(super().get_prep_value(value))

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{**kwargs, "form_class": MacInput, "max_length": _LONGEST_TYPED})

    def part(self, text: str, lookup: str = "icontains") -> tuple[str, str]:
        """The lookup, and its value, that finds MACs by a part; written with marks it is one of whole octets."""
        typed = text.strip().lower()
        digits = typed.translate(_MARKS)
        whole = lookup == "icontains" and digits != typed
        return ("regex", f"^(..)*{re.escape(digits)}") if whole else (lookup, digits)


def _digits(text: Any) -> Any:
    if not text or _KEPT.fullmatch(text):
        return text
    try:
        return addresses.parse_mac(text)
    except ValueError:
        return text
