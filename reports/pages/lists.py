"""The lists of what was made and of what is made by itself, by the page kit."""

from typing import Any

import django_filters
from django import forms
from django.utils.html import escape, format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory.pages.kit import kit
from inventory.ui.columns import Column
from inventory.ui.filters import Filter, OneOf
from inventory.ui.forms import KitForm
from inventory.ui.page import ModelPage, Section
from reports.models import ReportRun, ReportSchedule
from reports.pages.books import choices, scheduled_choices, title_of
from reports.pages.views import RunList, RunView, maker_of, place_of

MAKER = ("made_by", "owner__username", "owner__first_name")
STATES = {"running": "blue", "done": "green", "failed": "red"}


def _title(row: Any) -> str:
    return title_of(row.report)


def _fault(row: Any) -> str:
    if not row.last_fault:
        return format_html('<span class="text-secondary">{}</span>', _("none"))
    return f'<span class="text-danger">{escape(row.last_fault)}</span>'


def _report_filter() -> django_filters.Filter:
    widget = forms.SelectMultiple({"class": "form-select", "data-select": ""})
    return OneOf(label=gettext_lazy("report"), paths=("report",), choices=choices, widget=widget)


class ScheduleForm(KitForm):
    """Offers the reports of the catalogue."""

    report = forms.ChoiceField(
        label=gettext_lazy("report"), choices=scheduled_choices, widget=forms.Select({"class": "form-select"})
    )


kit.register(
    ModelPage(
        ReportRun,
        columns=(
            Column(name="report", html=lambda row: escape(_title(row)), value=_title),
            "made_at",
            Column(name="made_by", needs=MAKER, html=lambda row: escape(maker_of(row)), value=maker_of),
            "data_date",
            Column(
                name="place",
                path="parameters",
                title=gettext_lazy("scope"),
                order=(),
                needs=("town__name", "town__name_en", "department__name", "parameters"),
                html=lambda row: escape(place_of(row)),
                value=place_of,
            ),
            Column(name="state", colors=STATES),
            "rows",
            "file_name",
            "sha256",
            "removed_at",
            "removed_by",
        ),
        default_columns=("made_at", "report", "place", "data_date", "made_by", "state", "rows", "file_name"),
        phone=("made_at", "report", "state"),
        filters=(
            Filter("report", made=_report_filter()),
            "state",
            "made_by",
            "made_at",
            "data_date",
            "town",
            "department",
        ),
        search=("file_name", "made_by"),
        label=("file_name", "report", "data_date"),
        icon="history",
        empty=gettext_lazy("No report was made yet. Choose one under Reports."),
        actions=frozenset({"report"}),
        views={"list": RunList, "detail": RunView},
    )
)
kit.register(
    ModelPage(
        ReportSchedule,
        columns=(
            "name",
            Column(name="report", html=lambda row: escape(_title(row)), value=_title),
            "cadence",
            "day",
            "hour",
            "town",
            "department",
            "lang",
            "folder",
            "recipients",
            "enabled",
            "last_at",
            "last_run",
            Column(name="last_fault", html=_fault),
        ),
        default_columns=("name", "report", "cadence", "day", "hour", "folder", "recipients", "enabled", "last_at"),
        phone=("name", "cadence", "last_at"),
        filters=(Filter("report", made=_report_filter()), "cadence", "enabled", "town", "department"),
        form=(
            Section(gettext_lazy("What is made"), ("name", "report", "town", "department", "lang", "enabled")),
            Section(gettext_lazy("When"), ("cadence", "day", "hour")),
            Section(gettext_lazy("Where it goes"), ("folder", "recipients")),
        ),
        details=(
            Section(gettext_lazy("What is made"), ("name", "report", "town", "department", "lang", "enabled")),
            Section(gettext_lazy("When"), ("cadence", "day", "hour")),
            Section(gettext_lazy("Where it goes"), ("folder", "recipients")),
            Section(gettext_lazy("Last time"), ("last_at", "last_run", "last_fault")),
        ),
        search=("name", "folder", "recipients"),
        icon="calendar-repeat",
        empty=gettext_lazy("No report is made by itself yet. Add one: weekly coverage to a folder, say."),
        form_class=ScheduleForm,
        actions=frozenset({"add", "change", "delete"}),
    )
)
