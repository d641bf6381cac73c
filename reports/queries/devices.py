"""The devices of a scope, with what the network knows of them."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import pandas as pd
from django.db.models import Count, Q

from collectors.models import DeviceState, Difference, Sighting
from inventory.models import AssetClass, Department, Device, DeviceType, Location, Person, Site, Town
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
    "serial": "object",
    "status": "object",
    "town": "object",
    "department": "object",
    "holder": "object",
    "site": "object",
    "place": "object",
    "purchased_on": "object",
    "in_service_on": "object",
    "price_yuan": "object",
    "last_seen_at": "object",
    "last_seen_where": "object",
    "managed": "bool",
    "polled_well": "bool",
    "differences": "int64",
}
"""Texts as str; service_life_years, depreciation_years int or None; dates date or None; price_yuan Decimal or None;
last_seen_at local datetime or None. 'place' is site and location, 'type' maker and model."""


def devices(scope: Scope, as_of: date) -> pd.DataFrame:
    """Every device of the scope, whatever its status, by town, department and tag. Columns: DEVICE_COLUMNS."""
    names, network = _Names(), _Network(scope)
    order = names.department_order()
    last = (len(order), "")
    found = Device.objects.filter(scope.devices()).values_list(
        "pk",
        "asset_tag",
        "device_type_id",
        "serial",
        "status",
        "department_id",
        "holder_id",
        "site_id",
        "location_id",
        "purchased_on",
        "in_service_on",
        "price_yuan",
    )
    rows = sorted(found.iterator(CHUNK), key=lambda row: (order.get(row[5], last), row[1]))
    return frame([_device_row(row, names, network) for row in rows], DEVICE_COLUMNS)


def _device_row(row: tuple[Any, ...], names: "_Names", network: "_Network") -> tuple[Any, ...]:
    pk, tag, type_id, serial, status, department_id, holder_id, site_id, location_id, bought, start, price = row
    type_name, of_class = names.types[type_id]
    department, town = names.departments.get(department_id, ("", ""))
    site, site_town = names.sites.get(site_id, ("", ""))
    location = names.locations.get(location_id, "")
    return (
        tag,
        *of_class,
        type_name,
        serial,
        status,
        town if department_id else site_town,
        department,
        names.persons.get(holder_id, ""),
        site,
        f"{site} {location}".strip(),
        bought,
        start,
        price,
        local(network.seen.get(pk)),
        network.where.get(pk, ""),
        pk in network.polled_well,
        network.polled_well.get(pk, False),
        network.differences.get(pk, 0),
    )


class _Names:
    """The small tables that devices refer to, by key."""

    def __init__(self) -> None:
        towns = {pk: (name, place) for pk, name, place in Town.objects.values_list("pk", "name", "position")}
        self._order = list(Department.objects.values_list("pk", "town_id", "name"))
        self._towns = towns
        self.departments = {pk: (name, towns[town][0]) for pk, town, name in self._order}
        self.sites = {
            pk: (name, towns[town][0]) for pk, name, town in Site.objects.values_list("pk", "name", "town_id")
        }
        self.persons = dict(Person.objects.values_list("pk", "name"))
        classes = {row[0]: row[1:] for row in AssetClass.objects.values_list("pk", *_CLASS_FIELDS)}
        types = DeviceType.objects.values_list("pk", "manufacturer__name", "model", "asset_class_id")
        self.types = {pk: (f"{maker} {model}", classes[of]) for pk, maker, model, of in types}
        self.locations = _paths(Location.objects.values_list("pk", "parent_id", "name"))

    def department_order(self) -> dict[int, tuple[int, str]]:
        """{department: its place}, by the town's position and the name."""
        ordered = sorted(self._order, key=lambda row: (self._towns[row[1]][1], row[2]))
        return {pk: (place, name) for place, (pk, _, name) in enumerate(ordered)}


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


class _Network:
    """What the collectors know of the devices of a scope, by device."""

    def __init__(self, scope: Scope) -> None:
        of_device = scope.devices("device__")
        states = DeviceState.objects.filter(of_device)
        self.seen: dict[int, datetime | None] = dict(states.values_list("device_id", "last_seen_at").iterator(CHUNK))
        polled = states.filter(device__management__enabled=True)
        ended = {pk: _well(answered, tables) for pk, answered, tables in polled.values_list("device_id", *_POLL)}
        managed = Device.objects.filter(scope.devices(), management__enabled=True).values_list("pk", flat=True)
        self.polled_well: dict[int, bool] = {pk: ended.get(pk, False) for pk in managed}
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


_POLL = ("answered", "tables")


def _well(answered: bool, tables: object) -> bool:
    """Whether the last poll was answered and no table was cut short."""
    ends = tables.values() if isinstance(tables, dict) else ()
    return answered and all(isinstance(end, dict) and end.get("state") in ENDED_WELL for end in ends)
