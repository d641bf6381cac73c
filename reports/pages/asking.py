"""The form that asks for a report: date, place and language for all, and what its book heeds beyond."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory.models import Department, Town
from inventory.pages.kit import kit
from inventory.ui.filters import choice_widget, with_labels
from reports.models import ReportRun
from reports.pages.books import language

if TYPE_CHECKING:
    from reports.catalogue import Book

FIRST_YEAR, LAST_YEAR = 1990, 2100
_TEXT = {"class": "form-control"}


def _text(label: Any, hint: Any = "") -> Callable[[], forms.Field]:
    return lambda: forms.CharField(
        label=label, required=False, max_length=100, help_text=hint, widget=forms.TextInput(_TEXT)
    )


def _year() -> forms.Field:
    return forms.IntegerField(
        label=_("Budget year"),
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
        initial=timezone.localdate().year + 1,
        widget=forms.NumberInput(_TEXT),
    )


def _fill() -> forms.Field:
    return forms.BooleanField(
        label=_("Ask up to the standard"),
        required=False,
        help_text=_("Not only for what is to be replaced."),
        widget=forms.CheckboxInput({"class": "form-check-input"}),
    )


PARAMETERS: Mapping[str, Callable[[], forms.Field]] = {
    "year": _year,
    "unit": _text(gettext_lazy("Reporting unit"), gettext_lazy("Blank: a line to write on.")),
    "preparer": _text(gettext_lazy("Prepared by")),
    "reviewer": _text(gettext_lazy("Reviewed by")),
    "fill": _fill,
}
"""A field for each parameter that a book may heed."""


class AskForm(forms.Form):
    """What every report is asked with; `for_book` adds a book's own parameters."""

    as_of = forms.DateField(
        label=gettext_lazy("Data date"), widget=forms.DateInput(_TEXT | {"type": "date"}, format="%Y-%m-%d")
    )
    lang = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=(("zh", gettext_lazy("Chinese")), ("en", gettext_lazy("English"))),
        widget=forms.Select({"class": "form-select"}),
    )

    def __init__(self, book: "Book", user: Any, run: ReportRun | None = None, data: Any = None) -> None:
        super().__init__(data, initial=_initial(run))
        self.fields["town"] = _place(user, Town, _("Town"))
        self.fields["department"] = _place(user, Department, _("Department"))
        self.order_fields(["as_of", "town", "department", "lang"])
        for name in book.params:
            self.fields[name] = PARAMETERS[name]()

    def clean_as_of(self) -> Any:
        day = self.cleaned_data["as_of"]
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise forms.ValidationError(_("'%s' lies outside 1990 to 2100.") % day)
        return day

    def clean(self) -> dict[str, Any]:
        found = self.cleaned_data
        town, department = found.get("town"), found.get("department")
        if town and department and department.town_id != town.pk:
            words = {"department": department, "town": department.town}
            self.add_error("department", _("Department '%(department)s' lies in %(town)s.") % words)
        return found

    def asked(self) -> dict[str, Any]:
        """What history.ask takes."""
        found = dict(self.cleaned_data)
        as_of, town, department = (found.pop(name) for name in ("as_of", "town", "department"))
        return {
            "as_of": as_of,
            "town": None if department else town,
            "department": department,
            "parameters": found,
        }


def _initial(run: ReportRun | None) -> dict[str, Any]:
    """Today's county in the current language, or what an earlier report was asked with, of today's data."""
    today = {"as_of": timezone.localdate(), "lang": language()}
    if run is None:
        return today
    places = {"town": run.town_id, "department": run.department_id}
    return {**today, **run.parameters, **places}


def _place(user: Any, model: Any, label: str) -> Any:
    page = kit.page_of(model)
    field: Any = forms.ModelChoiceField(
        with_labels(kit.visible(user, model), page),
        label=label,
        required=False,
        empty_label=_("all"),
        widget=choice_widget(page, multiple=False),
    )
    if page is not None:
        field.label_from_instance = page.choice_text
    return field


def told(run: ReportRun) -> list[tuple[str, str]]:
    """The parameters of a report as words, beside its date and place."""
    found = []
    for name, make in PARAMETERS.items():
        value = run.parameters.get(name)
        if value not in (None, "", False):
            found.append((str(make().label), _("yes") if value is True else str(value)))
    languages = {"zh": _("Chinese"), "en": _("English")}
    return [*found, (_("Language"), languages.get(run.parameters.get("lang", ""), ""))]
