"""Forms of pages: fields and widgets from the model, faults from the service that writes. Knows no model.

A form reads what was typed; what the register allows is said by the unit of work, and stands beside the field. The
form of a row that exists carries what it began from, so that of two people who edit one row neither overwrites the
other unseen.
"""

import json
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.forms.fields import InvalidJSONInput
from django.forms.models import construct_instance, model_to_dict, modelform_factory
from django.utils.translation import gettext_lazy as _

from inventory.ui.filters import choice_widget, with_labels


class PlainForm(forms.Form):
    """A form of no model, whose faults the service that writes tells."""

    def refuse(self, fault: ValidationError) -> None:
        """Put the service's faults beside their fields; what has no field here stands above."""
        if not hasattr(fault, "error_dict"):
            self.add_error(None, fault)
            return
        for name, errors in fault.error_dict.items():
            self.add_error(name if name in self.fields else None, errors)


class KitForm(forms.ModelForm):  # type: ignore[type-arg]
    """A model's form without rules of its own. `began` is what its template sends back in a hidden input."""

    user: Any = None
    """Who writes; given by form_class."""

    exact = False
    """Whether what is blank is meant so: a program names what it changes, a browser sends every field."""

    overtaken = False
    """Whether somebody else changed meanwhile what was edited here; saving once more then overwrites it."""

    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=200,
        widget=forms.TextInput({"class": "form-control", "placeholder": _("for the change log, optional")}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.began = str(self.data.get("began", "")) if self.is_bound else json.dumps(self._texts(self.instance))

    def _texts(self, row: Any) -> dict[str, Any]:
        """The fields' values of a row that exists, as text; secrets are left out."""
        if not row.pk:
            return {}
        names = [name for name in self._meta.fields or () if name not in getattr(row, "secret", ())]
        return {
            name: _text(self.fields[name], value) for name, value in model_to_dict(row, names).items() if name in names
        }

    def rebase(self, saved: Any) -> list[str]:
        """Take over from the row as it is saved now all that was not edited here.

        Returns the fields that were edited here and, otherwise, by somebody else meanwhile: then nothing may be
        written, and the form goes on from what is saved now. A form without `began` edited all its fields.
        """
        began, now = _began(self.began), self._texts(saved)
        edited = {name for name in self._meta.fields or () if self._differs(name, began.get(name))}
        both = [
            name
            for name in now
            if name in edited and name in began and began[name] != now[name]
            if self._differs(name, now[name])
        ]
        for field in saved._meta.concrete_fields:
            if field.name not in edited:
                setattr(self.instance, field.attname, getattr(saved, field.attname))
        for field in saved._meta.many_to_many:
            if field.name not in edited:
                self.cleaned_data.pop(field.name, None)
        if both:
            self.began, self.overtaken = json.dumps(now), True
        return both

    def _differs(self, name: str, text: Any) -> bool:
        """Whether what was typed is another value than a text of `_texts`; None stands for an unknown one."""
        field, typed = self.fields[name], self[name].data
        if name in getattr(self.instance, "secret", ()):
            return bool(typed)
        if isinstance(typed, str):
            typed = typed.replace("\r\n", "\n")
        if text is None or typed == text:
            return text is None
        try:
            return field.has_changed(field.to_python(text), typed)
        except ValidationError:
            # A row that this user may not see: its select stood empty.
            return bool(typed)

    def _post_clean(self) -> None:
        """Only set the values: the service validates the row."""
        self.instance = construct_instance(self, self.instance, self._meta.fields, self._meta.exclude)

    @property
    def own_reason(self) -> bool:
        """Whether the reason is one of the row's own fields, which stands among them."""
        return "reason" in (self._meta.fields or ())

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


def _text(field: forms.Field, value: Any) -> Any:
    """A value as its input holds it; several as a list."""
    value = field.prepare_value(value)
    if isinstance(value, list):
        return sorted(map(str, value))
    return "" if value is None else str(value)


def _began(text: str) -> dict[str, Any]:
    """What a form began from, as `_texts` gives it; nothing where the text is none of ours."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: value for name, value in found.items() if isinstance(value, str) or _is_texts(value)}


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def form_class(page: Any, user: Any, fields: Sequence[str]) -> type[KitForm]:
    """The form of some fields for one user: selects offer what the user may see."""

    def field_for(found: Any, **kwargs: Any) -> Any:
        return make_field(page, user, found)

    base = page.form_class or KitForm
    made: Any = modelform_factory(page.model, form=base, fields=list(fields), formfield_callback=field_for)
    if "reason" in fields:
        # A row with a reason of its own is asked for that one alone; the change log takes it over.
        made.base_fields["reason"] = make_field(page, user, page.model._meta.get_field("reason"))
    for name in {*made.declared_fields} - {*fields, "reason"}:
        del made.base_fields[name]
    form: type[KitForm] = made
    form.user = user
    return form


def make_field(page: Any, user: Any, found: Any) -> forms.Field | None:
    """A form field with its widget, from a model's field."""
    if found.is_relation:
        other = page.kit.page_of(found.related_model)
        rows = with_labels(page.kit.visible(user, found.related_model), other)
        widget = choice_widget(other, multiple=found.many_to_many)
        made: forms.Field = found.formfield(queryset=rows, widget=widget)
        if not found.many_to_many:
            made.empty_label = ""  # type: ignore[attr-defined]  # a choice of one row has it
        if other is not None:
            made.label_from_instance = other.choice_text  # type: ignore[attr-defined]  # both kinds of choice have it
    else:
        made = found.formfield(**_options(found))
        if "class" not in made.widget.attrs:
            made.widget.attrs["class"] = "form-select" if found.choices else "form-control"
    if isinstance(made.widget, forms.CheckboxInput):
        made.widget.attrs["class"] = "form-check-input"
    return made


class LineField(forms.CharField):
    """A text of one line, also where no browser's input of one line saw to it: names stand in headers and logs."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return " ".join(text.splitlines()) if isinstance(text, str) else text


class JSONField(forms.JSONField):
    """JSON that every database takes: no NaN, no NUL, and nested no deeper than Python reads."""

    def to_python(self, value: Any) -> Any:
        try:
            found = super().to_python(value)
            if "\\u0000" not in json.dumps(found, allow_nan=False):
                return found
        except (RecursionError, ValueError):
            pass
        raise ValidationError(self.error_messages["invalid"], code="invalid", params={"value": str(value)[:50]})

    def bound_data(self, data: Any, initial: Any) -> Any:
        try:
            return super().bound_data(data, initial)
        except RecursionError:
            return InvalidJSONInput(data)


def _options(found: Any) -> dict[str, Any]:
    if isinstance(found, models.DateTimeField):
        return {"widget": forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")}
    if isinstance(found, models.DateField):
        return {"widget": forms.DateInput({"type": "date"}, format="%Y-%m-%d")}
    if isinstance(found, models.JSONField):
        return {"widget": forms.Textarea({"rows": 3}), "form_class": JSONField}
    if isinstance(found, models.CharField) and not found.choices and (found.max_length or 0) > 300:
        return {"widget": forms.Textarea({"rows": 2})}
    if type(found) is models.CharField and not found.choices:
        return {"form_class": LineField}
    if isinstance(found, models.DecimalField):
        return {"widget": forms.NumberInput({"step": "any", "inputmode": "decimal"})}
    return {}
