"""The devices of a scope, with what the network knows of them."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import pandas as pd
from django.db.models import Count, Min, Q
from django.utils import timezone

from collectors.models import DeviceState, Difference, Sighting
from inventory.models import (
    AssetClass,
    Device,
    DeviceType,
    DueOverride,
    Location,
    Person,
    RefreshPolicy,
    Site,
    Town,
)
from inventory.rules.lifecycle import Criterion
from reports.queries.scope import CHUNK, Scope, frame, local

ENDED_WELL = frozenset({"complete", "empty", "unsupported"})
"""How a table ends when nothing was cut short: what a device does not have is no fault of the poll."""

DEVICE_COLUMNS = {
    "asset_tag": "object",
    "class_code": "object",
    "class_name": "object",
    "class_name_en": "object",
    "role": "object",
    "service_life_years": "object",
    "depreciation_years": "object",
    "type": "object",
    "support_state": "object",
    "support_ends_on": "object",
    "serial": "object",
    "status": "object",
    "condition": "object",
    "town": "object",
    "department": "object",
    "holder": "object",
    "site": "object",
    "place": "object",
    "purchased_on": "object",
    "in_service_on": "object",
    "warranty_ends_on": "object",
    "first_seen_on": "object",
    "verified_on": "object",
    "price_yuan": "object",
    "criteria": "object",
    "override_on": "object",
    "override": "object",
    "pages": "object",
    "pages_on": "object",
    "last_seen_at": "object",
    "last_seen_where": "object",
    "managed": "bool",
    "polled_well": "bool",
    "poll_fault": "object",
    "differences": "int64",
}
"""Texts as str; service_life_years, depreciation_years int or None; dates date or None; price_yuan Decimal or None;
poll_fault is '' when the last poll was well, 'never' without one, a fault's code, or how many tables were cut short;
last_seen_at local datetime or None; pages int or None, as the network read it on pages_on. 'place' is site and
location, 'type' maker and model; 'support_state' and support_ends_on are the type's. first_seen_on is given only where
neither in-service nor purchase date is known. 'criteria' is the tuple of inventory.rules.lifecycle.Criterion that the
class's policy chooses; 'override' says why and by
whom a due date was set by hand."""


def devices(scope: Scope, as_of: date) -> pd.DataFrame:
    """Every device of the scope, whatever its status, by town, department and tag. Columns: DEVICE_COLUMNS."""
    names, network, decided = _Names(scope), _Network(scope), _Decided(scope)
    order = names.department_order()
    last = len(order)
    found = Device.objects.filter(scope.devices()).values_list(
        "pk",
        "asset_tag",
        "device_type_id",
        "serial",
        "status",
        "condition",
        "department_id",
        "holder_id",
        "site_id",
        "location_id",
        "purchased_on",
        "in_service_on",
        "warranty_ends_on",
        "verified_on",
        "price_yuan",
    )
    rows = sorted(found.iterator(CHUNK), key=lambda row: (order.get(row[6], last), row[1]))
    return frame([_device_row(row, names, network, decided) for row in rows], DEVICE_COLUMNS)


def _device_row(row: tuple[Any, ...], names: "_Names", network: "_Network", decided: "_Decided") -> tuple[Any, ...]:
    pk, tag, type_id, serial, status, condition, department_id, holder_id, site_id, location_id, *dates, price = row
    bought, start, warranty, verified = dates
    type_name, class_id, support, of_class = names.types[type_id]
    department, town = names.departments.get(department_id, ("", ""))
    site, site_town = names.sites.get(site_id, ("", ""))
    location = names.locations.get(location_id, "")
    return (
        tag,
        *of_class,
        type_name,
        *support,
        serial,
        status,
        condition,
        town if department_id else site_town,
        department,
        names.persons.get(holder_id, ""),
        site,
        f"{site} {location}".strip(),
        bought,
        start,
        warranty,
        decided.first_seen.get(pk),
        verified,
        price,
        decided.criteria[class_id],
        *decided.overrides.get(pk, (None, "")),
        *network.pages.get(pk, (None, None)),
        local(network.seen.get(pk)),
        network.where.get(pk, ""),
        pk in network.poll_faults,
        network.poll_faults.get(pk) == "",
        network.poll_faults.get(pk, ""),
        network.differences.get(pk, 0),
    )


class _Names:
    """The small tables that devices refer to, by key; those that grow with the county, only of the scope."""

    def __init__(self, scope: Scope) -> None:
        towns = {pk: (name, place) for pk, name, place in Town.objects.values_list("pk", "name", "position")}
        found = scope.departments().values_list("pk", "town_id", "name")
        self.departments = {pk: (name, towns[town][0]) for pk, town, name in found}
        self.sites = {
            pk: (name, towns[town][0]) for pk, name, town in Site.objects.values_list("pk", "name", "town_id")
        }
        self.persons = dict(self._of(scope, Person, "holder").values_list("pk", "name"))
        classes = {row[0]: row[1:] for row in AssetClass.objects.values_list("pk", *_CLASS_FIELDS)}
        fields = ("pk", "manufacturer__name", "model", "asset_class_id", "end_of_support_state", "end_of_support")
        self.types = {
            pk: (f"{maker} {model}", of, tuple(support), classes[of])
            for pk, maker, model, of, *support in DeviceType.objects.values_list(*fields)
        }
        # A location's parents lie in its own site.
        self.locations = _paths(
            self._of(scope, Location, "location__site", by="site").values_list("pk", "parent_id", "name")
        )

    @staticmethod
    def _of(scope: Scope, model: Any, field: str, *, by: str = "pk") -> Any:
        """Rows that the devices of a narrow scope refer to by a field; all of them for the county."""
        if scope == Scope():
            return model.objects.all()
        return model.objects.filter(**{f"{by}__in": Device.objects.filter(scope.devices()).values(field)})

    def department_order(self) -> dict[int, int]:
        """{department: its place}, in the order of the scope."""
        return {pk: place for place, pk in enumerate(self.departments)}


_CLASS_FIELDS = ("code", "name", "name_en", "role", "service_life_years", "depreciation_years")


def _paths(rows: Iterable[tuple[int, int | None, str]]) -> dict[int, str]:
    """{location: its names from the top down, with '/' between}; a ring of parents ends where it began."""
    parents = {pk: (parent, name) for pk, parent, name in rows}
    paths: dict[int, str] = {}
    for pk in parents:
        steps, at, seen = [], pk, set()
        while at in parents and at not in seen:
            seen.add(at)
            above, name = parents[at]
            steps.append(name)
            at = above if above is not None else 0
        paths[pk] = "/".join(reversed(steps))
    return paths


class _Decided:
    """What bears on due dates: policies by class, dates set by hand and days first seen by device."""

    def __init__(self, scope: Scope) -> None:
        parents = dict(AssetClass.objects.values_list("pk", "parent_id"))
        own = {policy.asset_class_id: policy.criteria() for policy in RefreshPolicy.objects.all()}
        self.criteria = {pk: inherited(pk, parents, own) for pk in parents}
        by_hand = DueOverride.objects.filter(scope.devices("device__"))
        self.overrides: dict[int, tuple[date, str]] = {
            pk: (day, f"{reason} — {author}, {on}")
            for pk, day, reason, author, on in by_hand.values_list(
                "device_id", "due_on", "reason", "author", "decided_on"
            )
        }
        undated = Sighting.objects.filter(
            scope.devices("device__"), device__in_service_on__isnull=True, device__purchased_on__isnull=True
        )
        firsts = (
            undated.filter(device__isnull=False).order_by().values("device_id").annotate(first=Min("first_seen_at"))
        )
        self.first_seen = {row["device_id"]: timezone.localtime(row["first"]).date() for row in firsts}


def inherited(
    pk: int, parents: Mapping[int, int | None], own: Mapping[int, tuple[Criterion, ...]]
) -> tuple[Criterion, ...]:
    """The criteria of the nearest class upwards that has a policy; the planned life alone without any."""
    at, seen = pk, set()
    while at in parents and at not in seen:
        if at in own:
            return own[at]
        seen.add(at)
        at = parents[at] or 0
    return (Criterion.LIFE,)


class _Network:
    """What the collectors know of the devices of a scope, by device."""

    def __init__(self, scope: Scope) -> None:
        of_device = scope.devices("device__")
        states = DeviceState.objects.filter(of_device)
        self.seen: dict[int, datetime | None] = dict(states.values_list("device_id", "last_seen_at").iterator(CHUNK))
        counted = states.filter(pages__isnull=False).values_list("device_id", "pages", "pages_at")
        self.pages: dict[int, tuple[int | None, date]] = {
            pk: (count, timezone.localtime(at).date()) for pk, count, at in counted
        }
        polled = states.filter(device__management__enabled=True)
        ended = {pk: _fault(*of) for pk, *of in polled.values_list("device_id", "answered", "fault", "tables")}
        managed = Device.objects.filter(scope.devices(), management__enabled=True).values_list("pk", flat=True)
        self.poll_faults: dict[int, str] = {pk: ended.get(pk, NEVER_POLLED) for pk in managed}
        self.where = self._places(of_device)
        counts = Difference.objects.filter(of_device, state="open", device__isnull=False)
        self.differences: dict[int, int] = dict(
            counts.values("device_id").order_by("device_id").annotate(n=Count("pk")).values_list("device_id", "n")
        )

    @staticmethod
    def _places(of_device: Q) -> dict[int, str]:
        """{device: switch and port of its latest sighting}; the latest comes last and so stays."""
        sightings = (
            Sighting.objects.filter(of_device, device__isnull=False, switch__isnull=False)
            .order_by("last_seen_at")
            .values_list("device_id", "switch__name", "switch__asset_tag", "interface__name")
        )
        return {pk: f"{name or tag} {port or ''}".strip() for pk, name, tag, port in sightings.iterator(CHUNK)}


NEVER_POLLED = "never"


def _fault(answered: bool, fault: str, tables: object) -> str:
    """What was wrong with the last poll: its fault's code, or how many tables were cut short; '' when nothing was."""
    if not answered:
        return fault or NEVER_POLLED
    ends = tables.values() if isinstance(tables, dict) else ()
    cut = sum(not isinstance(end, dict) or end.get("state") not in ENDED_WELL for end in ends)
    return str(cut) if cut else ""
