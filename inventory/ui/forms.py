"""Forms of pages: fields and widgets from the model, faults from the service that writes. Knows no model.

A form reads what was typed; what the register allows is said by the unit of work, and stands beside the field.
"""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.forms.models import construct_instance, modelform_factory
from django.utils.translation import gettext_lazy as _

from inventory.ui.filters import choice_widget, with_labels


class KitForm(forms.ModelForm):  # type: ignore[type-arg]
    """A model's form without rules of its own."""

    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=200,
        widget=forms.TextInput({"class": "form-control", "placeholder": _("for the change log, optional")}),
    )

    def _post_clean(self) -> None:
        """Only set the values: the service validates the row."""
        self.instance = construct_instance(self, self.instance, self._meta.fields, self._meta.exclude)

    def links(self) -> dict[str, list[Any]]:
        """Chosen rows of fields that hold several."""
        many = {f.name for f in self.instance._meta.many_to_many}
        return {name: list(value) for name, value in self.cleaned_data.items() if name in many}

    def refuse(self, fault: ValidationError) -> None:
        """Put the service's faults beside their fields; what has no field here stands above."""
        if not hasattr(fault, "error_dict"):
            self.add_error(None, fault)
            return
        for name, errors in fault.error_dict.items():
            if name in self.fields:
                self.add_error(name, errors)
            elif name == NON_FIELD_ERRORS:
                self.add_error(None, errors)
            else:
                title = self.instance._meta.get_field(name).verbose_name
                self.add_error(None, [f"{title}: {text}" for one in errors for text in one.messages])


def form_class(page: Any, user: Any, fields: Sequence[str]) -> type[KitForm]:
    """The form of some fields for one user: selects offer what the user may see."""

    def field_for(found: Any, **kwargs: Any) -> Any:
        return make_field(page, user, found)

    base = page.form_class or KitForm
    made: Any = modelform_factory(page.model, form=base, fields=list(fields), formfield_callback=field_for)
    form: type[KitForm] = made
    return form


def make_field(page: Any, user: Any, found: Any) -> forms.Field | None:
    """A form field with its widget, from a model's field."""
    if found.is_relation:
        other = page.kit.page_of(found.related_model)
        rows = with_labels(page.kit.visible(user, found.related_model), other)
        widget = choice_widget(other, multiple=found.many_to_many)
        made: forms.Field = found.formfield(queryset=rows, widget=widget)
        if other is not None:
            made.label_from_instance = other.choice_text  # type: ignore[attr-defined]  # both kinds of choice have it
    else:
        made = found.formfield(**_options(found))
        if "class" not in made.widget.attrs:
            made.widget.attrs["class"] = "form-select" if found.choices else "form-control"
    if isinstance(made.widget, forms.CheckboxInput):
        made.widget.attrs["class"] = "form-check-input"
    return made


def _options(found: Any) -> dict[str, Any]:
    if isinstance(found, models.DateTimeField):
        return {"widget": forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")}
    if isinstance(found, models.DateField):
        return {"widget": forms.DateInput({"type": "date"}, format="%Y-%m-%d")}
    if isinstance(found, models.JSONField):
        return {"widget": forms.Textarea({"rows": 3})}
    if isinstance(found, models.CharField) and not found.choices and (found.max_length or 0) > 300:
        return {"widget": forms.Textarea({"rows": 2})}
    if isinstance(found, models.DecimalField):
        return {"widget": forms.NumberInput({"step": "any", "inputmode": "decimal"})}
    return {}
