"""Panels of towns, departments and sites: what is held, its age; a site's locations."""

from collections import Counter
from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy

from inventory import scope
from inventory.models import AssetClass, Department, Device, DeviceType, Location, Person, Segment, Site, Town
from inventory.models.hardware import AssetRole, DeviceStatus
from inventory.overview import computer_years, held_kinds
from inventory.pages.home import bought_in, devices_url
from inventory.pages.kit import kit
from inventory.rules.status import HELD
from inventory.ui.panels import Panel

PATHS = {
    Town: "town",
    Department: "department",
    Site: "site",
    Location: "location",
    Person: "holder",
    DeviceType: "device_type",
}
"""The filter of the list of devices that narrows it to one row of a model."""


def devices_of(request: HttpRequest, obj: Any) -> QuerySet[Device]:
    """The devices behind the filter, of those that the user may see."""
    user: Any = request.user
    rows = scope.visible(user, Device).order_by()
    if isinstance(obj, Town):
        in_town = rows.filter(site__in=Site.objects.filter(town=obj).values("pk"))
        placeless = rows.filter(site__isnull=True, department__in=Department.objects.filter(town=obj).values("pk"))
        return in_town | placeless
    return rows.filter(**{PATHS[type(obj)]: obj})


class HoldingsPanel(Panel):
    """What is on the books here, by asset class."""

    title = gettext_lazy("What it holds")
    icon = "devices"
    template = "panels/holdings.html"

    def context(self, request: HttpRequest, page: Any, obj: Any) -> dict[str, Any] | None:
        kinds = held_kinds(devices_of(request, obj))
        chinese = (get_language() or "").startswith("zh")
        path, most = PATHS[type(obj)], max((kind.held for kind in kinds), default=1)
        rows = [
            {
                "name": kind.name if chinese or not kind.name_en else kind.name_en,
                "count": kind.held,
                "share": round(100 * kind.held / most),
                "url": devices_url(**{path: obj.pk, "asset_class": kind.key, "status": sorted(HELD)}),
            }
            for kind in kinds
        ]
        url = devices_url(**{path: obj.pk, "status": sorted(HELD)})
        return {"rows": rows, "total": sum(kind.held for kind in kinds), "url": url}


class StatesPanel(Panel):
    """How many devices of a type are in each state."""

    title = gettext_lazy("By status")
    icon = "list-check"
    template = "panels/holdings.html"

    def context(self, request: HttpRequest, page: Any, obj: Any) -> dict[str, Any] | None:
        counts = dict(devices_of(request, obj).values_list("status").annotate(n=Count("pk")))
        most, path = max(counts.values(), default=1), PATHS[type(obj)]
        rows = [
            {
                "name": state.label,
                "count": counts[state.value],
                "share": round(100 * counts[state.value] / most),
                "url": devices_url(**{path: obj.pk, "status": state.value}),
            }
            for state in DeviceStatus
            if state.value in counts
        ]
        return {"rows": rows, "total": sum(counts.values())}


class AgePanel(Panel):
    """Its computers in use by the year of purchase, those past their service life apart."""

    title = gettext_lazy("Age of its computers")
    icon = "calendar-time"
    template = "panels/age.html"

    def context(self, request: HttpRequest, page: Any, obj: Any) -> dict[str, Any] | None:
        found = computer_years(devices_of(request, obj), timezone.localdate())
        if not found:
            return None
        most = max(year.count for year in found) or 1
        narrowed = {PATHS[type(obj)]: obj.pk, "status": "in_use", "asset_class": _computer_classes()}
        rows = [
            {
                "year": year,
                "late": round(100 * year.late / most),
                "serving": round(100 * (year.count - year.late) / most),
                "url": devices_url(**narrowed, **bought_in(year.year)),
            }
            for year in found
            if year.count
        ]
        late = sum(year.late for year in found)
        url = devices_url(**narrowed, past_life="true")
        return {"rows": rows, "late": late, "total": sum(year.count for year in found), "url": url}


def _computer_classes() -> list[int]:
    return list(AssetClass.objects.filter(role=AssetRole.COMPUTER).values_list("pk", flat=True))


class LocationsPanel(Panel):
    """The floors and rooms of a site as a tree, each with what stands in it."""

    title = gettext_lazy("Locations")
    icon = "door"
    template = "panels/locations.html"

    def context(self, request: HttpRequest, page: Any, obj: Any) -> dict[str, Any] | None:
        user: Any = request.user
        rows = list(scope.visible(user, Location).filter(site=obj).order_by("name"))
        here = scope.visible(user, Device).filter(site=obj, status__in=HELD).order_by()
        counts = Counter(dict(here.exclude(location=None).values_list("location").annotate(n=Count("pk"))))
        page = kit.pages[Location]
        add = f"{page.url('add')}?site={obj.pk}" if page.may(user, "add") else ""
        return {"tree": _tree(rows, counts), "add": add}


def _tree(rows: list[Location], counts: Counter[int]) -> list[dict[str, Any]]:
    """The locations in the order of a tree, with their depth; one whose parent is out of sight stands at the top."""
    keys = {row.pk for row in rows}
    below: dict[int | None, list[Location]] = {}
    for row in rows:
        below.setdefault(row.parent_id if row.parent_id in keys else None, []).append(row)
    found: list[dict[str, Any]] = []

    def add(parent: int | None, depth: int) -> None:
        for row in below.get(parent, []):
            url = devices_url(location=row.pk, status=sorted(HELD))
            page = kit.pages[Location].url_of(row.pk)
            found.append({"name": row.name, "depth": depth, "count": counts[row.pk], "page": page, "url": url})
            add(row.pk, depth + 1)

    add(None, 0)
    return found


class SegmentsPanel(Panel):
    """The LAN segments that serve a department."""

    title = gettext_lazy("Its LAN segments")
    icon = "network"
    template = "panels/segments.html"

    def context(self, request: HttpRequest, page: Any, obj: Any) -> dict[str, Any] | None:
        user: Any = request.user
        rows = scope.visible(user, Segment).filter(pk__in=obj.segments.values("pk"))
        found = [
            (row, kit.pages[Segment].url_of(row.pk), [str(prefix) for prefix in row.prefixes.all()])
            for row in rows.prefetch_related("prefixes").order_by("name")
        ]
        return {"rows": found} if found else None


for _model in (Town, Department, Site, Location, Person):
    kit.add_panel(_model, HoldingsPanel(), order=20)
kit.add_panel(DeviceType, StatesPanel(), order=20)
for _aging in (Town, Department, Site, DeviceType):
    kit.add_panel(_aging, AgePanel(), order=25)
kit.add_panel(Department, SegmentsPanel(), order=15)
kit.add_panel(Site, LocationsPanel(), order=10)
