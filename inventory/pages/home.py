"""The start page: what needs a person today, and the county at a glance. Each number leads to the list behind it.

Other packages add what waits for a person with `register_task` from their apps.py.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

import django_filters
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from inventory.models import Department, Device, Person, Segment, Site
from inventory.models.hardware import DeviceStatus
from inventory.overview import Overview, Year, is_past_life, overview
from inventory.pages.kit import kit
from inventory.rules.status import HELD
from inventory.ui.filters import Filter

CLASSES_SHOWN = 10


@dataclass(frozen=True)
class Task:
    """Something that waits for a person. A `count` of 0 is not shown. `parts` are (words, number, address)."""

    title: str
    count: int
    url: str
    icon: str
    tone: str = "orange"
    detail: str = ""
    parts: Sequence[tuple[str, int, str]] = ()


class PastLife(django_filters.BooleanFilter):  # type: ignore[misc]  # it has no stubs
    """Whether the service life of a device's class is over."""

    def filter(self, qs: Any, value: Any) -> Any:
        return qs if value is None else is_past_life(qs, timezone.localdate(), value)


def yes_or_no() -> forms.Select:
    """The choice of a filter that asks yes, no or nothing."""
    choices = [("", ""), ("true", gettext_lazy("yes")), ("false", gettext_lazy("no"))]
    return forms.Select({"class": "form-select"}, choices=choices)


class HasPurchaseDate(django_filters.BooleanFilter):  # type: ignore[misc]  # it has no stubs
    """Whether it is known when a device was bought."""

    def filter(self, qs: Any, value: Any) -> Any:
        return qs if value is None else qs.filter(purchased_on__isnull=not value)


_bought = HasPurchaseDate(label=gettext_lazy("has a purchase date"), widget=yes_or_no())
kit.add_filter(Device, Filter("has_purchase_date", made=_bought))
kit.add_filter(Device, Filter("past_life", made=PastLife(label=gettext_lazy("past service life"), widget=yes_or_no())))

TaskFinder = Callable[[HttpRequest], Iterable[Task]]
_finders: list[tuple[int, TaskFinder]] = []


def register_task(finder: TaskFinder, order: int = 100) -> None:
    """Add what waits for a person: called for each start page, few queries, within what the user may see."""
    _finders.append((order, finder))


def tasks(request: HttpRequest) -> list[Task]:
    """What waits now, in the order of registration."""
    found = [finder(request) for _order, finder in sorted(_finders, key=lambda item: item[0])]
    return [task for some in found for task in some if task.count]


def devices_url(**params: Any) -> str:
    """The list of devices narrowed by filters; a sequence gives several values of one."""
    return kit.pages[Device].url("list") + "?" + urlencode(params, doseq=True)


def bought_in(year: int) -> dict[str, str]:
    """The filter of the list of devices that leaves those bought in a year."""
    return {"purchased_on_after": f"{year:04d}-01-01", "purchased_on_before": f"{year:04d}-12-31"}


def _of_states(request: HttpRequest) -> Iterable[Task]:
    """Devices in a state that somebody has to end; counted with the overview, so without a query."""
    states = glance(request).states
    told = (
        (DeviceStatus.MISSING, _("Missing devices"), "zoom-question", "red"),
        (DeviceStatus.UNDER_REPAIR, _("Under repair"), "tool", "yellow"),
        (DeviceStatus.TO_BE_SCRAPPED, _("To be scrapped"), "trash", "secondary"),
    )
    for status, title, icon, tone in told:
        yield Task(title, states.get(status, 0), devices_url(status=status.value), icon, tone)


register_task(_of_states, 200)


def glance(request: HttpRequest) -> Overview:
    """The overview of one request; made once."""
    held: Any = request
    if not hasattr(held, "_overview"):
        held._overview = overview(request.user, timezone.localdate())
    found: Overview = held._overview
    return found


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The start page."""
    found, today = glance(request), timezone.localdate()
    context = {
        "title": _("Start page"),
        "tasks": tasks(request) if kit.pages[Device].may(request.user, "view") else [],
        "today": today,
        "may_add": kit.pages[Device].may(request.user, "add"),
        "found": found,
        "figures": _figures(request.user, found),
        "kinds": _kinds(found),
        "towns": _towns(found),
        "years": [(year, _year_url(found, year), _year_url(found, year, past_life="true")) for year in found.years],
        "chart": _chart(found, today),
        "late_url": devices_url(status="in_use", asset_class=found.computer_classes, past_life="true"),
    }
    return render(request, "home/home.html", context)


def _figures(user: Any, found: Overview) -> list[tuple[str, int, str, str]]:
    """(words, number, icon, address) of the row of numbers."""
    figures = [(_("Devices on the books"), found.held, "devices", devices_url(status=sorted(_held(found))))]
    for model, icon in (
        (Department, "building"),
        (Person, "users"),
        (Site, "building-community"),
        (Segment, "network"),
    ):
        page = kit.pages[model]
        if page.may(user, "view"):
            figures.append((page.title, page.rows(user).count(), icon, page.url("list")))
    return figures


def _held(found: Overview) -> list[str]:
    return [status for status in HELD if found.states.get(status)]


def _kinds(found: Overview) -> list[dict[str, Any]]:
    """Classes with most devices first, each with its share of the greatest for its bar."""
    most = max((kind.held for kind in found.kinds), default=0)
    chinese = (get_language() or "").startswith("zh")
    return [
        {
            "name": kind.name if chinese or not kind.name_en else kind.name_en,
            "count": kind.held,
            "in_use": kind.in_use,
            "share": round(100 * kind.held / most),
            "url": devices_url(asset_class=kind.key, status=sorted(_held(found))),
        }
        for kind in found.kinds[:CLASSES_SHOWN]
    ]


def _towns(found: Overview) -> list[dict[str, Any]]:
    most = max((town.per_person or 0 for town in found.towns), default=0)
    return [
        {
            "one": one,
            "bar": round(100 * (one.per_person or 0) / most) if most else 0,
            "devices": devices_url(town=one.town.pk, status="in_use", asset_class=found.computer_classes),
            "departments": f"{kit.pages[Department].url('list')}?town={one.town.pk}",
            "connected": round(100 * one.connected / one.departments) if one.departments else 0,
        }
        for one in found.towns
    ]


def _year_url(found: Overview, year: Year, **more: str) -> str:
    """The computers bought in a year, or without a date of it."""
    bought = bought_in(year.year) if year.year else {"has_purchase_date": "false"}
    return devices_url(status="in_use", asset_class=found.computer_classes, **bought, **more)


def _chart(found: Overview, today: date) -> dict[str, Any]:
    """What home.js draws: bars of years in two colours, and where each leads."""
    return {
        "years": [str(year.year) if year.year else _("no date") for year in found.years],
        "late": [year.late for year in found.years],
        "serving": [year.count - year.late for year in found.years],
        "urls": [
            {"serving": _year_url(found, year, past_life="false"), "late": _year_url(found, year, past_life="true")}
            for year in found.years
        ],
        "words": {"late": _("past service life"), "serving": _("within service life")},
        "language": get_language() or "",
        "told": ngettext(
            "%(late)d of %(count)d computer is past its service life.",
            "%(late)d of %(count)d computers are past their service life.",
            found.computers,
        )
        % {"late": found.late, "count": found.computers},
    }


urlpatterns = [path("", home, name="home")]
