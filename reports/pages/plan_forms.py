"""The forms of plans: a plan with its order and its money, exceptions, due dates by hand, approval, execution."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from inventory.models import AssetClass, Department, FundingSource
from inventory.models.money import FundingKind
from inventory.rules.planning import DEFAULT_ORDER, Order
from inventory.ui.forms import KitForm
from inventory.ui.keys import key_of
from reports.models import PlanItem, PlanStage, RefreshPlan
from reports.models.plans import MOST_ADDED
from reports.pages.books import language

AS_NEEDED = "*"
"""Typed in the place of an amount: as much as is needed."""
MOST_YEARS = 20
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2100, 12, 31)
_TEXT = {"class": "form-control"}
_DATE = forms.DateInput(_TEXT | {"type": "date"}, format="%Y-%m-%d")

ORDER_WORDS = {
    Order.PAST_DUE: gettext_lazy("years past due"),
    Order.SUPPORT: gettext_lazy("the vendor's support has ended"),
    Order.FAILED: gettext_lazy("failed: to be scrapped, then under repair"),
    Order.CONDITION: gettext_lazy("condition: poor, then worn"),
    Order.SECRETS: gettext_lazy("departments that handle secrets"),
    Order.FIELD_WORK: gettext_lazy("departments with field work"),
    Order.OWN_NETWORK: gettext_lazy("departments with a network of their own"),
    Order.FAIRNESS: gettext_lazy("fairness: the department of which least was renewed"),
}


class PlanForm(KitForm):
    """A plan's settings; the order and the money stand beside it."""

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("first_year", "years", "first_month", "change_percent"):
            self._check(name, found.get(name))
        if found.get("as_of") and not is_near(found["as_of"]):
            self.add_error("as_of", _("'%s' lies outside 1990 to 2100.") % found["as_of"])
        town, department = found.get("town"), found.get("department")
        if town and department and department.town_id != town.pk:
            words = {"department": department, "town": department.town}
            self.add_error("department", _("Department '%(department)s' lies in %(town)s.") % words)
        return found

    def _check(self, name: str, value: Any) -> None:
        """What lies outside its limits is told together with all other faults, not only when all else is well."""
        try:
            if value is not None:
                RefreshPlan._meta.get_field(name).run_validators(value)  # type: ignore[union-attr]  # no relation
        except ValidationError as fault:
            self.add_error(name, fault)


def order_choices(chosen: Sequence[str]) -> list[tuple[str, Any, bool]]:
    """(value, words, chosen) of all criteria: those chosen first, in their order."""
    rest = [one.value for one in Order if one.value not in chosen]
    return [(one, ORDER_WORDS[Order(one)], one in chosen) for one in (*chosen, *rest)]


def asked_order(data: Any) -> list[str]:
    known = set(Order)
    return list(dict.fromkeys(one for one in data.getlist("order") if one in known))


def is_near(day: date) -> bool:
    """Whether a day is one that a plan may be made for; anything else is a typing error."""
    return FIRST_DAY <= day <= LAST_DAY


def check_near(day: date) -> None:
    """Raises ValidationError for a day that no plan may be made for."""
    if not is_near(day):
        raise ValidationError(_("'%s' lies outside 1990 to 2100.") % day)


def default_order() -> list[str]:
    return [one.value for one in DEFAULT_ORDER]


@dataclass
class Grid:
    """Money by source and year, as typed: {(key of the source, year): text}."""

    years: list[int]
    cells: dict[tuple[int, int], str]
    faults: dict[tuple[int, int], str] = field(default_factory=dict)

    @classmethod
    def typed(cls, data: Mapping[str, str]) -> "Grid":
        cells = {}
        for name, text in data.items():
            key, year = map(key_of, name.removeprefix("money-").partition("-")[::2])
            if name.startswith("money-") and key is not None and year is not None and text.strip():
                cells[key, year] = text.strip()
        return cls(years_of(data.get("first_year", ""), data.get("years", "")), cells)

    @classmethod
    def widened(cls, data: Mapping[str, str]) -> "Grid":
        """As typed; years that were not shown yet begin with what the yearly lines hold, unless all is left blank."""
        grid = cls.typed(data)
        shown = {name.rpartition("-")[2] for name in data if name.startswith("money-")}
        for year in grid.years if grid.cells else ():
            if str(year) not in shown:
                grid.cells |= cls.begun(year, 1).cells
        return grid

    @classmethod
    def of(cls, plan: RefreshPlan) -> "Grid":
        years = list(range(plan.first_year, plan.first_year + plan.years))
        cells = {
            (one.source_id, one.year): AS_NEEDED if one.amount_yuan is None else f"{one.amount_yuan.normalize():f}"
            for one in plan.money.all()
        }
        return cls(years, cells)

    @classmethod
    def begun(cls, first_year: int, years: int) -> "Grid":
        """What the yearly lines hold in each year."""
        found = list(range(first_year, first_year + years))
        cells = {
            (source.pk, year): f"{source.amount_yuan.normalize():f}"
            for source in FundingSource.objects.filter(kind=FundingKind.YEARLY, amount_yuan__isnull=False)
            for year in found
            if source.amount_yuan is not None and (source.from_year or year) <= year <= (source.to_year or year)
        }
        return cls(found, cells)

    def rebase(self, began: Mapping[str, str], saved: "Grid") -> list[tuple[int, int]]:
        """Take over from what is saved now all that was not typed here; the cells that somebody else changed as well.

        `began` is what the form began from (`texts`).
        """
        texts, both = saved.texts(), []
        for key in {*self.cells, *saved.cells}:
            name = _cell_name(*key)
            before, now, typed = began.get(name, ""), texts.get(name, ""), self.cells.get(key, "")
            if typed == before and now:
                self.cells[key] = now
            elif typed == before:
                self.cells.pop(key, None)
            elif now not in (before, typed):
                both.append(key)
        return sorted(both)

    def texts(self) -> dict[str, str]:
        """Its cells by the names of their inputs."""
        return {_cell_name(*key): text for key, text in self.cells.items()}

    def rows(self) -> list[dict[str, Any]]:
        """A row for each source, yearly lines first and what does not run in these years last; a cell for each year."""
        sources = sorted(FundingSource.objects.all(), key=self._place)
        return [
            {
                "source": source,
                "kind": source.get_kind_display(),
                "amount": "" if source.amount_yuan is None else f"{source.amount_yuan:,.0f}",
                "span": "–".join(dict.fromkeys(str(year or "") for year in (source.from_year, source.to_year))),
                "cells": [
                    (_cell_name(key, year), year, self.cells.get((key, year), ""), (key, year) in self.faults)
                    for key in (source.pk,)
                    for year in self.years
                ],
            }
            for source in sources
        ]

    def _place(self, source: FundingSource) -> tuple[bool, bool, str]:
        runs = any((source.from_year or year) <= year <= (source.to_year or year) for year in self.years)
        return not runs, source.kind != FundingKind.YEARLY, source.name

    def aside(self) -> list[tuple[str, str]]:
        """What was typed for years that the plan does not reach: kept until it is saved, as years may change back."""
        return [(_cell_name(*key), text) for key, text in self.cells.items() if key[1] not in self.years]

    def asked(self, make: Any) -> list[Any]:
        """MoneyAsked (`make`) of each cell within the years; what is no amount is told in `faults`."""
        found, names = [], {one["source"].pk: one["source"].name for one in self.rows()}
        for year in self.years:
            for key, name in names.items():
                text = self.cells.get((key, year), "")
                if text == AS_NEEDED:
                    found.append(make(year, name))
                elif text and (amount := _amount(text)) is not None:
                    found.append(make(year, name, amount))
                elif text:
                    words = {"source": name, "year": year, "text": text}
                    self.faults[key, year] = _("%(source)s, %(year)s: '%(text)s' is no amount.") % words
        return found


def _cell_name(key: int, year: int) -> str:
    return f"money-{key}-{year}"


def _amount(text: str) -> Decimal | None:
    try:
        found = Decimal(text.replace(",", "").replace("，", ""))
    except InvalidOperation:
        return None
    return found if found.is_finite() and 0 <= found < 10**12 else None


def years_of(first: str, count: str) -> list[int]:
    """The years of a plan from what was typed; none where that is no number."""
    if not (first.isdecimal() and count.isdecimal() and len(first) == 4 and len(count) < 3):
        return []
    return list(range(int(first), int(first) + min(int(count), MOST_YEARS)))


class ReasonForm(forms.Form):
    """Something that is never without a reason."""

    reason = forms.CharField(label=pgettext_lazy("plan", "Reason"), max_length=300, widget=forms.TextInput(_TEXT))


class ExceptionForm(ReasonForm):
    """What is asked for beyond the standard or the price cap, for one class of one department."""

    quantity = forms.IntegerField(
        label=gettext_lazy("So many above the standard"), min_value=0, max_value=9999, widget=forms.NumberInput(_TEXT)
    )
    price_yuan = forms.DecimalField(
        label=gettext_lazy("Price in yuan"),
        min_value=0,
        max_digits=12,
        decimal_places=2,
        required=False,
        help_text=gettext_lazy(
            "Only where it differs from the price list, or lies above the cap. It holds for every device of this class "
            "that the plan renews or adds in this department."
        ),
        widget=forms.NumberInput(_TEXT | {"step": "any"}),
    )
    field_order = ("quantity", "price_yuan", "reason")

    def clean(self) -> dict[str, Any]:
        found = self.cleaned_data
        if found.get("quantity") == 0 and found.get("price_yuan") is None and "price_yuan" not in self.errors:
            raise forms.ValidationError(_("Give a number above the standard, or a price of its own."))
        return found


class AdditionForm(ReasonForm):
    """What one department is to have beside what it holds, of one class, in a year. `fixed`: how many and why alone."""

    year = forms.TypedChoiceField(label=gettext_lazy("Year"), coerce=int, widget=forms.Select({"class": "form-select"}))
    department = forms.ModelChoiceField(
        Department.objects.none(),
        label=gettext_lazy("Department"),
        empty_label="",
        widget=forms.Select({"class": "form-select"}),
    )
    asset_class = forms.ModelChoiceField(
        AssetClass.objects.none(),
        label=gettext_lazy("Class"),
        empty_label="",
        widget=forms.Select({"class": "form-select"}),
    )
    quantity = forms.IntegerField(
        label=gettext_lazy("How many"), min_value=1, max_value=MOST_ADDED, widget=forms.NumberInput(_TEXT)
    )
    field_order = ("year", "department", "asset_class", "quantity", "reason")

    def __init__(self, plan: RefreshPlan, departments: Any, *args: Any, fixed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if fixed:
            for name in ("year", "department", "asset_class"):
                del self.fields[name]
            return
        years = range(plan.first_year, plan.first_year + plan.years)
        self.fields["year"].choices = [(year, str(year)) for year in years]  # type: ignore[attr-defined]
        self.fields["department"].queryset = departments  # type: ignore[attr-defined]
        kinds: Any = self.fields["asset_class"]
        kinds.queryset = AssetClass.objects.order_by("code")
        kinds.label_from_instance = class_name


class DecideForm(ReasonForm):
    """What is decided about devices in a plan. Their tags are typed unless they were ticked (`tagged`)."""

    tags = forms.CharField(
        label=gettext_lazy("Asset tags"),
        max_length=5000,
        help_text=gettext_lazy("One or more, with spaces or commas between."),
        widget=forms.Textarea(_TEXT | {"rows": 2}),
    )
    what = forms.ChoiceField(label=gettext_lazy("What is decided"), widget=forms.Select({"class": "form-select"}))
    field_order = ("tags", "what", "reason")

    def __init__(self, plan: RefreshPlan, *args: Any, tagged: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tagged = tagged
        years = range(plan.first_year, plan.first_year + plan.years)
        in_years = [(str(year), _("Renew in %(year)s") % {"year": year}) for year in years]
        self.fields["what"].choices = [("", ""), *in_years, ("out", _("Leave out of this plan"))]  # type: ignore[attr-defined]
        if tagged:
            del self.fields["tags"]

    def clean_tags(self) -> list[str]:
        return list(dict.fromkeys(re.split(r"[\s,，、;；]+", self.cleaned_data["tags"].strip())))

    @property
    def year(self) -> int | None:
        """The year that was chosen; None: left out."""
        what: str = self.cleaned_data["what"]
        return None if what == "out" else int(what)


class DueForm(ReasonForm):
    """A due date that a person sets for one device."""

    due_on = forms.DateField(label=gettext_lazy("Due"), widget=_DATE, validators=[check_near])
    field_order = ("due_on", "reason")


class ApproveForm(forms.Form):
    """Who approves a plan, and who answers for it."""

    by = forms.CharField(label=gettext_lazy("Approved by"), max_length=150, widget=forms.TextInput(_TEXT))
    on = forms.DateField(label=gettext_lazy("Approved on"), widget=_DATE, validators=[check_near])
    preparer = forms.CharField(label=gettext_lazy("prepared by"), max_length=100, widget=forms.TextInput(_TEXT))
    reviewer = forms.CharField(label=gettext_lazy("reviewed by"), max_length=100, widget=forms.TextInput(_TEXT))
    field_order = ("preparer", "reviewer", "by", "on")


def noted_words() -> list[tuple[str, Any]]:
    """What can be emptied again, with its name."""
    return [(field.name, capfirst(field.verbose_name)) for field in PlanItem.noted()]


class FollowForm(forms.Form):
    """How far some devices' replacements have come."""

    stage = forms.ChoiceField(label=gettext_lazy("stage"), choices=PlanStage)
    on = forms.DateField(label=gettext_lazy("Since"), validators=[check_near])
    paid_yuan = forms.DecimalField(label=gettext_lazy("paid in yuan"), required=False, min_value=0, max_digits=12)
    replaced_by = forms.CharField(label=gettext_lazy("replaced by"), required=False, max_length=60)
    contract = forms.CharField(label=gettext_lazy("contract number"), required=False, max_length=60)
    note = forms.CharField(label=gettext_lazy("note"), required=False, max_length=300)
    emptied = forms.ChoiceField(label=gettext_lazy("emptied"), required=False, choices=noted_words)

    def clean_emptied(self) -> list[str]:
        found = self.cleaned_data["emptied"]
        return [found] if found else []


def today() -> Any:
    return timezone.localdate()


def class_name(kind: AssetClass) -> str:
    """In the language of the page, as the tables have it."""
    return kind.name if language() == "zh" else kind.name_en or kind.name
