"""The form that asks for a report: date, place and language for all, and what its book heeds beyond."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory.models import Department, Town
from inventory.pages.kit import kit
from inventory.ui.filters import choice_widget, with_labels
from reports.models import RefreshPlan, ReportRun
from reports.pages.books import Book, language

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


def _before() -> forms.Field:
    return forms.DateField(
        label=_("Compare with"),
        required=False,
        help_text=_("That day's counts, or the last kept before it. Blank: the last before the data date."),
        widget=_day_input(),
    )


PARAMETERS: Mapping[str, Callable[[], forms.Field]] = {
    "year": _year,
    "unit": _text(gettext_lazy("Reporting unit"), gettext_lazy("Blank: a line to write on.")),
    "preparer": _text(gettext_lazy("Prepared by")),
    "reviewer": _text(gettext_lazy("Reviewed by")),
    "fill": _fill,
    "before": _before,
}
"""A field for each parameter that a book may heed."""


class AskForm(forms.Form):
    """What a report is asked with: date and place or a plan that has both, the language, and what its book heeds."""

    def __init__(self, book: Book, user: Any, run: ReportRun | None = None, data: Any = None) -> None:
        super().__init__(data, initial=_initial(run))
        if book.of_plan:
            self.fields["plan"] = _choice(user, RefreshPlan, _("Plan"), required=not book.of_register)
        if book.of_register:
            self.fields["as_of"] = _day()
            self.fields["town"] = _choice(user, Town, _("Town"))
            self.fields["department"] = _choice(user, Department, _("Department"))
        if book.of_plan and book.of_register:
            self.fields["plan"].help_text = _("Its date and place then stand for those below.")
        self.fields["lang"] = _language()
        for name in book.params:
            self.fields[name] = PARAMETERS[name]()

    def clean_as_of(self) -> Any:
        day = self.cleaned_data["as_of"]
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise forms.ValidationError(_("'%s' lies outside 1990 to 2100.") % day)
        return day

    def clean_before(self) -> str:
        """As it is kept."""
        before, as_of = self.cleaned_data["before"], self.cleaned_data.get("as_of")
        if before and as_of and before >= as_of:
            raise forms.ValidationError(_("Only a day before the data date can be compared with."))
        return before.isoformat() if before else ""

    def clean(self) -> dict[str, Any]:
        found = self.cleaned_data
        town, department, plan = found.get("town"), found.get("department"), found.get("plan")
        if town and department and department.town_id != town.pk:
            words = {"department": department, "town": department.town}
            self.add_error("department", _("Department '%(department)s' lies in %(town)s.") % words)
        year = found.get("year")
        if plan and year and not plan.first_year <= year < plan.first_year + plan.years:
            self.add_error("year", _("%(plan)s does not reach to %(year)d.") % {"plan": plan, "year": year})
        return found

    def asked(self) -> dict[str, Any]:
        """What history.ask takes."""
        found = dict(self.cleaned_data)
        as_of, town, department, plan = (found.pop(name, None) for name in ("as_of", "town", "department", "plan"))
        if plan is not None:
            found = {"lang": found["lang"], "plan": plan.pk, "year": found.get("year", 0)}
            as_of, town, department = plan.as_of, plan.town, plan.department
        return {
            "as_of": as_of,
            "town": None if department else town,
            "department": department,
            "parameters": found,
        }


def _day() -> forms.Field:
    return forms.DateField(label=_("Data date"), widget=_day_input())


def _day_input() -> forms.DateInput:
    return forms.DateInput(_TEXT | {"type": "date"}, format="%Y-%m-%d")


def _language() -> forms.Field:
    choices = (("zh", _("Chinese")), ("en", _("English")))
    return forms.ChoiceField(label=_("Language"), choices=choices, widget=forms.Select({"class": "form-select"}))


def _initial(run: ReportRun | None) -> dict[str, Any]:
    """Today's county in the current language, or what an earlier report was asked with, of today's data."""
    today = {"as_of": timezone.localdate(), "lang": language()}
    if run is None:
        return today
    places = {"town": run.town_id, "department": run.department_id}
    return {**today, **run.parameters, **places}


def _choice(user: Any, model: Any, label: str, *, required: bool = False) -> Any:
    page = kit.page_of(model)
    field: Any = forms.ModelChoiceField(
        with_labels(kit.visible(user, model), page),
        label=label,
        required=required,
        empty_label="" if required else _("none") if model is RefreshPlan else _("all"),
        widget=choice_widget(page, multiple=False),
    )
    if page is not None:
        field.label_from_instance = page.choice_text
    return field


def told(run: ReportRun) -> list[tuple[str, str]]:
    """The parameters of a report as words, beside its date and place."""
    found = []
    if key := run.parameters.get("plan"):
        plan = RefreshPlan.objects.filter(pk=key).first()
        found.append((_("Plan"), str(plan or f"#{key}")))
    for name, make in PARAMETERS.items():
        value = run.parameters.get(name)
        if value not in (None, "", False, 0):
            found.append((str(make().label), _("yes") if value is True else str(value)))
    languages = {"zh": _("Chinese"), "en": _("English")}
    return [*found, (_("Language"), languages.get(run.parameters.get("lang", ""), ""))]
