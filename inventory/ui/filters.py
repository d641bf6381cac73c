"""Filters of lists, made from declarations as a django-filter FilterSet, and the chips that say what is active.

A filter on a related model takes several values and includes what lies below them: a department its children, a town
all that is in it. No DISTINCT and no join to many rows: both are slow on a long list. Knows no model.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory.ui.columns import EMPTY, Kind, field_at, kind_of, text_of
from inventory.ui.keys import keys_of

NULL = "null"
FIRST_YEAR, LAST_YEAR = 1990, 2100
MOST_DIGITS, DECIMALS = 18, 4
"""Of a number that a filter takes: 1e999999999 would be worked out digit by digit."""
AT_ONCE = 300
"""Choices that are written into a page; more are looked up while typing."""


@dataclass(frozen=True)
class Filter:
    """One filter. `paths`: a row passes when any of them leads to a chosen value; `name` where none is given.

    `made` is a django-filter Filter of one's own in place of the one that follows from the field. With `first`, only
    the first path that begins anywhere counts: a device stands in the town of its site, and only without a site in
    that of its department.
    """

    name: str
    paths: tuple[str, ...] = ()
    title: Any = None
    made: django_filters.Filter | None = None
    first: bool = False

    def all_paths(self) -> tuple[str, ...]:
        return self.paths or (self.name,)


@dataclass(frozen=True)
class Chip:
    """An active filter: what it says, and the parameters to drop to lose it."""

    title: str
    text: str
    params: tuple[str, ...]
    without: str = ""


class OneOf(django_filters.MultipleChoiceFilter):  # type: ignore[misc]  # it has no stubs
    """Any of several fixed choices."""

    def __init__(self, *args: Any, paths: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.paths = paths

    def filter(self, qs: Any, value: Any) -> Any:
        return qs.filter(_any(self.paths, list(value))) if value else qs


class Related(django_filters.ModelMultipleChoiceFilter):  # type: ignore[misc]  # it has no stubs
    """Any of several related rows, with all that lies below them."""

    def __init__(
        self,
        *args: Any,
        paths: Sequence[str],
        model: type[models.Model],
        text: Callable[[Any], str],
        first: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.paths, self.related, self.text, self.first = paths, model, text, first

    @property
    def field(self) -> Any:
        field = super().field
        field.label_from_instance = self.text
        return field

    def filter(self, qs: Any, value: Any) -> Any:
        if not value:
            return qs
        keys = [one.pk for one in value if one != NULL]
        condition = related_condition(qs.model, self.paths, below(self.related, keys), first=self.first)
        if NULL in list(value):
            condition |= Q(**{f"{path}__isnull": True for path in self.paths})
        return qs.filter(condition)


class Days(django_filters.fields.DateRangeField):  # type: ignore[misc]  # it has no stubs
    """Two days, of years whose midnight every zone can tell."""

    def compress(self, data_list: Any) -> Any:
        for day in data_list or ():
            if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
                raise ValidationError(_("'%s' lies outside 1990 to 2100.") % day)
        return super().compress(data_list)


class DayRange(django_filters.DateFromToRangeFilter):  # type: ignore[misc]  # it has no stubs
    """From a day to a day."""

    field_class = Days


class PartOf(django_filters.CharFilter):  # type: ignore[misc]  # it has no stubs
    """A part of a text that people write in several ways; its field says how it is kept."""

    def filter(self, qs: Any, value: Any) -> Any:
        if value:
            lookup, part = field_at(qs.model, self.field_name).part(value)
            qs = qs.filter(**{f"{self.field_name}__{lookup}": part})
        return qs


def _any(paths: Sequence[str], values: Sequence[Any]) -> Q:
    condition = Q()
    for path in paths:
        condition |= Q(**{f"{path}__in": values})
    return condition


def related_condition(
    model: type[models.Model], paths: Sequence[str], keys: Sequence[Any], *, first: bool = False
) -> Q:
    """Rows of `model` from which a path leads to one of the keys, as sub-selects that an index serves."""
    condition, before = Q(), Q()
    for path in paths:
        condition |= before & _leads_to(model, path, keys)
        if first:
            before &= Q(**{f"{path.partition('__')[0]}__isnull": True})
    return condition


def _leads_to(model: type[models.Model], path: str, keys: Sequence[Any]) -> Q:
    head, _mark, tail = path.partition("__")
    begins = model._meta.get_field(head)
    if not tail and not begins.one_to_many and not begins.many_to_many:
        return Q(**{f"{head}__in": keys})
    if begins.one_to_many or begins.many_to_many:
        return Q(pk__in=model._default_manager.filter(**{f"{path}__in": keys}).values("pk"))
    between: Any = begins.related_model
    return Q(**{f"{head}__in": between._default_manager.filter(**{f"{tail}__in": keys}).values("pk")})


def below(model: type[models.Model], keys: Sequence[Any]) -> list[Any]:
    """The keys, and those of all rows below them where the model is a tree by `parent`."""
    found = list(keys)
    if any(f.name == "parent" and f.related_model is model for f in model._meta.concrete_fields):
        level = found
        while level:
            rows = model._default_manager.filter(parent__in=level).exclude(pk__in=found)
            level = list(rows.values_list("pk", flat=True))
            found += level
    return found


class Choices:
    """A select of related rows: all of them where they are few, else those asked for while typing."""

    choices: Any
    url = ""
    near = ""
    """The relation by which rows stand together: those that share it with the form come first."""
    text: Callable[[Any], str] = str
    remote = False

    def get_context(self, name: str, value: Any, attrs: Any) -> Any:
        """As Django's; a long list is told by its address instead."""
        self.remote = bool(self.url) and self.choices.queryset.order_by()[: AT_ONCE + 1].count() > AT_ONCE
        more = {"data-remote": self.url, "data-near": self.near} if self.remote else {}
        return super().get_context(name, value, {**(attrs or {}), **more})  # type: ignore[misc]

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> Any:
        """As Django's; of a long list the chosen alone."""
        if self.remote:
            rows = self.choices.queryset.filter(pk__in=keys_of(map(str, value)))
            none = [(NULL, str(EMPTY))] if NULL in value else []
            blank = getattr(self.choices.field, "empty_label", None) or ""
            self.choices = [("", blank), *((row.pk, self.text(row)) for row in rows), *none]
        return super().optgroups(name, value, attrs)  # type: ignore[misc]


class ChooseOne(Choices, forms.Select):
    """One related row."""


class ChooseSeveral(Choices, forms.SelectMultiple):
    """Several related rows."""


def choice_widget(page: Any, *, multiple: bool) -> forms.Widget:
    """The select for rows of a page's model."""
    widget = (ChooseSeveral if multiple else ChooseOne)({"class": "form-select", "data-select": ""})
    if page is not None:
        widget.url, widget.near, widget.text = page.url("choices"), page.within, page.choice_text
    return widget


def filterset_for(page: Any) -> type[django_filters.FilterSet]:
    """The FilterSet of a page's declared filters."""
    made = {spec.name: _make(page, spec) for spec in page.filters.values()}
    for number, one in enumerate(made.values()):
        one.creation_counter = number  # by which a FilterSet orders them
    base = page.filterset_class or django_filters.FilterSet
    return type(f"{page.model.__name__}Filters", (base,), made)


def _make(page: Any, spec: Filter) -> django_filters.Filter:
    if spec.made is not None:
        return spec.made
    paths = spec.all_paths()
    found = field_at(page.model, paths[0])
    label = spec.title or found.verbose_name
    kind = kind_of(found)
    if kind is Kind.RELATED:
        return _related(page, found, label, paths, first=spec.first)
    if kind is Kind.BADGE:
        widget = forms.SelectMultiple({"class": "form-select", "data-select": ""})
        return OneOf(label=label, paths=paths, choices=found.flatchoices, widget=widget)
    if kind is Kind.BOOLEAN:
        choices = [("", ""), ("true", gettext_lazy("yes")), ("false", gettext_lazy("no"))]
        return django_filters.BooleanFilter(
            field_name=paths[0], label=label, widget=forms.Select({"class": "form-select"}, choices=choices)
        )
    if kind in (Kind.DATE, Kind.TIME):
        widget = django_filters.widgets.DateRangeWidget({"class": "form-control", "type": "date"})
        return DayRange(field_name=paths[0], label=label, widget=_ends(widget, label))
    if kind in (Kind.NUMBER, Kind.MONEY):
        widget = django_filters.widgets.RangeWidget({"class": "form-control", "inputmode": "decimal"})
        ends = [forms.DecimalField(max_digits=MOST_DIGITS, decimal_places=DECIMALS) for _end in ("from", "to")]
        return django_filters.RangeFilter(field_name=paths[0], label=label, widget=_ends(widget, label), fields=ends)
    text = forms.TextInput({"class": "form-control"})
    part = PartOf if hasattr(found, "part") else django_filters.CharFilter
    return part(field_name=paths[0], lookup_expr="icontains", label=label, widget=text)


def _ends(widget: Any, label: Any) -> Any:
    """Say to a screen reader which end of a range each of the two inputs is."""
    for part, end in zip(widget.widgets, (gettext_lazy("from"), gettext_lazy("to")), strict=True):
        part.attrs["aria-label"] = format_lazy("{} {}", label, end)
    return widget


def _related(page: Any, found: Any, label: Any, paths: Sequence[str], *, first: bool) -> django_filters.Filter:
    model = found.related_model
    other = page.kit.page_of(model)

    def rows(request: Any) -> QuerySet[Any]:
        visible: QuerySet[Any] = page.kit.visible(request.user, model)
        return with_labels(visible, other)

    return Related(
        label=label,
        paths=paths,
        first=first,
        model=model,
        text=other.choice_text if other else str,
        queryset=rows,
        null_label=EMPTY if getattr(found, "null", False) else None,
        widget=choice_widget(other, multiple=True),
    )


def with_labels(rows: QuerySet[Any], page: Any) -> QuerySet[Any]:
    """The rows with what their names need, so that naming them asks nothing more."""
    through = {name.rpartition("__")[0] for name in page.choice_paths if "__" in name} if page else ()
    return rows.select_related(*through) if through else rows


def chips(filterset: Any) -> Iterator[Chip]:
    """One chip for each active filter."""
    if not filterset.is_bound or not filterset.form.is_valid():
        return
    for name, value in filterset.form.cleaned_data.items():
        found = filterset.filters.get(name)
        if found is None or value in (None, "", []) or (isinstance(value, QuerySet) and not value):
            continue
        text, params = _said(filterset.form, name, value)
        yield Chip(str(found.label), text, params)


def _said(form: Any, name: str, value: Any) -> tuple[str, tuple[str, ...]]:
    if isinstance(value, slice):
        widget = form.fields[name].widget
        params = tuple(f"{name}_{suffix}" for suffix in widget.suffixes)
        ends = [_end(end) for end in (value.start, value.stop)]
        return f"{ends[0]} – {ends[1]}", params
    if isinstance(value, bool):
        return (_("yes") if value else _("no")), (name,)
    if isinstance(value, str):
        return value, (name,)
    if isinstance(value, date):
        return text_of(value, Kind.DATE), (name,)
    named = any(isinstance(one, str) and one != NULL for one in value)
    choices = dict(form.fields[name].choices) if named else {}
    chosen = [str(EMPTY) if one == NULL else str(choices.get(one, one)) for one in value]
    return ", ".join(chosen[:3]) + (f" +{len(chosen) - 3}" if len(chosen) > 3 else ""), (name,)


def _end(value: Any) -> str:
    """An end of a range; a day's end is the day."""
    if value is None:
        return "…"
    if hasattr(value, "hour"):
        value = value.date()
    return text_of(value, Kind.NUMBER)
