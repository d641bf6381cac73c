"""The rules of an allocation standard as a table of inputs, and what they come to in departments of some sizes."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.forms.models import construct_instance
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory import standards
from inventory.models import AllocationRule, AllocationStandard, AssetClass
from inventory.models.money import Mark, Rooms, RuleKind
from inventory.pages.standard_words import told
from inventory.rules.standards import Rule, allowed, applying, problems
from inventory.services.importing.cells import BadCell, steps
from inventory.services.standards import Line
from inventory.ui.forms import PlainForm

SIZES = (23, 100, 131)
ROOMS = dict.fromkeys(Rooms.values, 2)
"""How many rooms the departments are thought to have for which rules are reckoned."""
MARKS = ((), *((mark.value,) for mark in Mark))
_NUMBER = {"class": "form-control", "inputmode": "numeric", "step": "any"}
_TEXT = {"class": "form-control"}
_SELECT = {"class": "form-select"}


def _number(label: Any, *, whole: bool = True) -> forms.Field:
    kind = forms.IntegerField if whole else forms.DecimalField
    return kind(label=label, required=False, min_value=0, widget=forms.NumberInput(_NUMBER))


class RuleForm(PlainForm):
    """One rule. What the database forbids is told when it is written."""

    key = forms.IntegerField(required=False, widget=forms.HiddenInput)
    code = forms.SlugField(label=gettext_lazy("code"), max_length=60, widget=forms.TextInput(_TEXT))
    name = forms.CharField(label=gettext_lazy("name"), max_length=100, widget=forms.TextInput(_TEXT))
    mark = forms.ChoiceField(
        label=gettext_lazy("only where"),
        required=False,
        choices=[("", gettext_lazy("everywhere")), *Mark.choices],
        widget=forms.Select(_SELECT),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("kind"), choices=RuleKind, widget=forms.Select(_SELECT | {"data-kind": ""})
    )
    share_percent = _number(gettext_lazy("percent of staff"), whole=False)
    least = _number(gettext_lazy("at least"))
    at_most = _number(gettext_lazy("at most"))
    steps = forms.CharField(
        label=gettext_lazy("steps"), required=False, widget=forms.TextInput(_TEXT | {"placeholder": "100:20; :30"})
    )
    within = forms.CharField(
        label=gettext_lazy("within rule"),
        required=False,
        max_length=60,
        widget=forms.TextInput(_TEXT | {"list": "codes"}),
    )
    instead_of = forms.CharField(
        label=gettext_lazy("may be held instead of"),
        required=False,
        max_length=60,
        widget=forms.TextInput(_TEXT | {"list": "codes"}),
    )
    limited_by = forms.ChoiceField(
        label=gettext_lazy("not above the number of"),
        required=False,
        choices=[("", "–"), *Rooms.choices],
        widget=forms.Select(_SELECT),
    )
    price_cap_yuan = _number(gettext_lazy("price cap in yuan"), whole=False)
    service_life_years = _number(gettext_lazy("least service life in years"))
    life_pages = _number(gettext_lazy("life in pages"))
    needs_approval = forms.BooleanField(
        label=gettext_lazy("needs approval"), required=False, widget=forms.CheckboxInput({"class": "form-check-input"})
    )

    def __init__(self, *args: Any, kinds: Sequence[AssetClass] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = {kind.code: kind for kind in kinds}
        choices = [(kind.code, str(kind)) for kind in kinds]
        several = forms.SelectMultiple(_SELECT | {"data-select": ""})
        self.fields["classes"] = forms.MultipleChoiceField(label=_("asset classes"), choices=choices, widget=several)
        self.fields["as_many_as"] = forms.ChoiceField(
            label=_("as many as"), choices=[("", ""), *choices], required=False, widget=forms.Select(_SELECT)
        )

    def clean_steps(self) -> list[list[int | None]]:
        text = self.cleaned_data["steps"]
        try:
            return steps(text) if text.strip() else []
        except BadCell as fault:
            raise forms.ValidationError(str(fault)) from fault

    def line(self, rules: dict[int, AllocationRule]) -> Line:
        """The rule with what was typed, and its classes. Only of a valid form."""
        given = dict(self.cleaned_data)
        rule = rules.get(given["key"]) or AllocationRule()
        as_many_as = given.pop("as_many_as")
        construct_instance(self, rule, [name for name in self.fields if name not in ("key", "classes", "as_many_as")])
        rule.steps, rule.as_many_as = given["steps"], self.kinds.get(as_many_as)
        return Line(rule, [self.kinds[code] for code in given["classes"]])


RuleFormSet = forms.formset_factory(RuleForm, extra=0, can_delete=True, max_num=200, absolute_max=200)


def formset(standard: AllocationStandard, data: Any = None) -> Any:
    """The rules of a standard as forms; with `data` as they were typed."""
    kinds = list(AssetClass.objects.order_by("code"))
    initial = None if data is not None else [_initial(rule) for rule in _rules(standard)]
    return RuleFormSet(data, initial=initial, prefix="rule", form_kwargs={"kinds": kinds})


def _rules(standard: AllocationStandard) -> Any:
    found = standard.rules.order_by("pk").select_related("as_many_as")
    return found.prefetch_related("classes__asset_class")


def mark_of(standard: AllocationStandard, initial: Any = None) -> str:
    """Another one as soon as any of the standard's rules is another. `initial`: of a formset just made."""
    rules = initial or [_initial(rule) for rule in _rules(standard)]
    return hashlib.sha256(repr(rules).encode()).hexdigest()[:16]


def _initial(rule: AllocationRule) -> dict[str, Any]:
    names = [name for name in RuleForm.base_fields if name not in ("key", "steps")]
    links = sorted(rule.classes.all(), key=lambda link: link.pk)
    return {
        **{name: _plain(getattr(rule, name)) for name in names},
        "key": rule.pk,
        "steps": "; ".join(f"{'' if limit is None else limit}:{number}" for limit, number in rule.steps),
        "classes": [link.asset_class.code for link in links],
        "as_many_as": rule.as_many_as.code if rule.as_many_as else "",
    }


def _plain(value: Any) -> Any:
    """A Decimal without its idle zeros; anything else as it is."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def lines_of(standard: AllocationStandard, forms: Any) -> list[tuple[int, Line]]:
    """(place among the forms, rule) of each valid form that is not to be deleted."""
    rules = {rule.pk: rule for rule in standard.rules.all()}
    return [
        (place, form.line(rules))
        for place, form in enumerate(forms)
        if form.is_valid() and not form.cleaned_data.get("DELETE")
    ]


@dataclass(frozen=True)
class Gives:
    """What rules come to: by place of the form (words for each size), by mark, and what leads nowhere."""

    by_place: dict[int, list[str]]
    by_mark: list[tuple[str, "list[Row]"]]
    faults: list[str]
    rooms: list[tuple[str, str, int]]
    """(name, words, number) of each count of rooms that limits a rule."""


Row = tuple[str, str, list[str]]
"""A rule's name, what it says, and words for each size."""


def gives(lines: Sequence[tuple[int, Line]], sizes: Sequence[int], rooms: Mapping[str, int] = ROOMS) -> Gives:
    """Reckon the rules for departments of these sizes, without a mark and with each that some rule bears."""
    below = standards.classes_below()
    made = [(place, line, _made(line, below)) for place, line in lines]
    rules = [rule for _place, _line, rule in made]
    typed = [line.rule for _place, line in lines]
    # Of the rules of one code that without a mark gives the name.
    names = {rule.code: rule.name for rule in sorted(typed, key=lambda rule: not rule.mark)}
    reckon = _Reckoned(rules, sizes, rooms, {(rule.code, rule.mark): told(rule, names) for rule in typed})
    by_place = {place: reckon.numbers(rule.code, (rule.mark,) if rule.mark else ()) for place, _line, rule in made}
    used, limits = {rule.mark for rule in rules}, {rule.limited_by for rule in rules}
    labels = dict(Mark.choices)
    by_mark = [
        (str(labels[marks[0]]) if marks else _("no mark"), reckon.table(marks))
        for marks in MARKS
        if not marks or marks[0] in used
    ]
    counts = [(name, str(words), rooms.get(name, 0)) for name, words in Rooms.choices if name in limits]
    return Gives(by_place, by_mark, [_fault(code, kind) for code, kind in problems(rules)], counts)


def _made(line: Line, below: dict[str, tuple[str, ...]]) -> Rule:
    return standards.rule_of(line.rule, [kind.code for kind in line.classes], below)


@dataclass(frozen=True)
class _Reckoned:
    rules: Sequence[Rule]
    sizes: Sequence[int]
    rooms: Mapping[str, int]
    words: Mapping[tuple[str, str], str]

    def numbers(self, code: str, marks: tuple[str, ...]) -> list[str]:
        found = (allowed(self.rules, size, marks, rooms=self.rooms)[code].number for size in self.sizes)
        return [_("by need") if number is None else str(number) for number in found]

    def table(self, marks: tuple[str, ...]) -> list[Row]:
        return [
            (rule.name or rule.code, self.words[rule.code, rule.mark], self.numbers(rule.code, marks))
            for rule in applying(self.rules, marks)
        ]


def _fault(code: str, kind: str) -> str:
    words = {
        "within_unknown": _("Rule %(code)s lies within a rule that the standard does not have."),
        "instead_of_unknown": _("Rule %(code)s may be held instead of a rule that the standard does not have."),
        "within_ring": _("Rule %(code)s lies within itself, by way of others."),
        "no_classes": _("Rule %(code)s lists no class."),
    }
    return words[kind] % {"code": code}


class VersionForm(forms.Form):
    """A new version of a standard."""

    code = forms.SlugField(label=gettext_lazy("code"), max_length=60, widget=forms.TextInput(_TEXT))
    valid_from = forms.DateField(
        label=gettext_lazy("in force from"), widget=forms.DateInput(_TEXT | {"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), required=False, max_length=200, widget=forms.TextInput(_TEXT)
    )
