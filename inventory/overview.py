"""Counts of the register for the start page, within what one user may see. A fixed number of queries, no row loaded.

Knows no page.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Case, Count, Q, QuerySet, Sum, Value, When

from inventory import scope
from inventory.models import Department, Device, DeviceType, SegmentDepartment, Site, Town
from inventory.models.hardware import AssetRole, DeviceStatus
from inventory.rules.lifecycle import add_years
from inventory.rules.status import HELD

LONG_YEARS = 40
"""Between the first and the last year of purchase; beyond that only years with computers are told."""


@dataclass(frozen=True)
class Kind:
    """What is on the books of one class."""

    key: int
    name: str
    name_en: str
    role: str
    held: int
    in_use: int


@dataclass(frozen=True)
class TownCoverage:
    """How far a town is equipped: computers in use, staff, and departments with a LAN segment."""

    town: Town
    departments: int
    staff: int
    connected: int
    computers: int

    @property
    def per_person(self) -> float | None:
        return self.computers / self.staff if self.staff else None


@dataclass(frozen=True)
class Year:
    """Computers in use by the year of their purchase; of `late` ones the service life is over. 0: year not known."""

    year: int
    count: int
    late: int


@dataclass(frozen=True)
class Overview:
    kinds: list[Kind]
    states: dict[str, int]
    """Devices in each state, all classes together."""
    towns: list[TownCoverage]
    years: list[Year]
    computer_classes: list[int] = field(default_factory=list)

    @property
    def held(self) -> int:
        return sum(kind.held for kind in self.kinds)

    @property
    def computers(self) -> int:
        return sum(year.count for year in self.years)

    @property
    def late(self) -> int:
        return sum(year.late for year in self.years)


@dataclass(frozen=True)
class _Type:
    """A device type's class, as the counts need it."""

    key: int
    kind: int
    name: str
    name_en: str
    role: str
    life_years: int | None


def overview(user: Any, today: date) -> Overview:
    """The county, or the part of it that the user may see, at a glance. Seven queries."""
    devices, types = scope.visible(user, Device).order_by(), _types()
    states, kinds = _kinds(devices, types)
    computers = [one for one in types.values() if one.role == AssetRole.COMPUTER]
    in_use = devices.filter(status=DeviceStatus.IN_USE, device_type__in=[one.key for one in computers])
    return Overview(
        kinds=kinds,
        states=states,
        towns=_towns(user, in_use),
        years=years(in_use, computers, today),
        computer_classes=sorted({one.kind for one in computers}),
    )


def _types() -> dict[int, _Type]:
    fields = ("pk", "asset_class", "asset_class__name", "asset_class__name_en", "asset_class__role")
    rows = DeviceType.objects.order_by().values_list(*fields, "asset_class__service_life_years")
    return {row[0]: _Type(*row) for row in rows}


def _kinds(devices: QuerySet[Device], types: dict[int, _Type]) -> tuple[dict[str, int], list[Kind]]:
    """How many devices in each state, and of each class what is on the books; most first. One query of an index."""
    states: Counter[str] = Counter()
    held: Counter[int] = Counter()
    in_use: Counter[int] = Counter()
    for status, key, count in devices.values_list("status", "device_type").annotate(n=Count("pk")):
        states[status] += count
        if status in HELD:
            held[types[key].kind] += count
        if status == DeviceStatus.IN_USE:
            in_use[types[key].kind] += count
    named = {one.kind: one for one in types.values()}
    kinds = [
        Kind(key, named[key].name, named[key].name_en, named[key].role, count, in_use[key])
        for key, count in held.most_common()
    ]
    return dict(states), kinds


def _towns(user: Any, computers: QuerySet[Device]) -> list[TownCoverage]:
    """Each town that holds something the user may see; a device stands where its site is, else its department."""
    towns = {town.pk: town for town in scope.visible(user, Town)}
    town_of_site = dict(Site.objects.order_by().values_list("pk", "town"))
    count: Counter[int] = Counter()
    for site, n in computers.filter(site__isnull=False).values_list("site").annotate(n=Count("pk")):
        count[town_of_site[site]] += n
    placeless = computers.filter(site__isnull=True, department__isnull=False)
    for town, n in placeless.values_list("department__town").annotate(n=Count("pk")):
        count[town] += n
    departments = scope.visible(user, Department).order_by()
    figures = {
        pk: (n, staff) for pk, n, staff in departments.values_list("town").annotate(n=Count("pk"), s=Sum("staff"))
    }
    with_segment = departments.filter(pk__in=SegmentDepartment.objects.values("department"))
    connected = dict(with_segment.values_list("town").annotate(n=Count("pk")))
    return [
        TownCoverage(town, *figures.get(pk, (0, 0)), connected.get(pk, 0), count[pk])
        for pk, town in towns.items()
        if pk in figures or count[pk]
    ]


def years(computers: QuerySet[Device], types: Collection[_Type], today: date) -> list[Year]:
    """Computers by the year of purchase, with the empty years in between; those without a date come last."""
    late = past_life([(one.key, one.life_years) for one in types], today)
    # By day, of which there are not many: a year is dear to take from a date, for SQLite by far.
    rows = computers.values_list("purchased_on").annotate(n=Count("pk"), late=Count(Case(When(late, then=Value(1)))))
    count: Counter[int] = Counter()
    past: Counter[int] = Counter()
    for day, n, over in rows.order_by():
        year = day.year if day else 0
        count[year] += n
        past[year] += over
    known = sorted(year for year in count if year)
    # A mistyped year of long ago does not stretch the picture.
    is_long = bool(known) and known[-1] - known[0] > LONG_YEARS
    span = list(range(known[0], known[-1] + 1)) if known and not is_long else known
    return [Year(year, count[year], past[year]) for year in [*span, *([0] if 0 in count else [])]]


def held_kinds(devices: QuerySet[Device]) -> list[Kind]:
    """What is on the books among some devices, by class, most first. Two queries."""
    return _kinds(devices.order_by(), _types())[1]


def computer_years(devices: QuerySet[Device], today: date) -> list[Year]:
    """The computers in use among some devices, by the year of purchase. Two queries."""
    computers = [one for one in _types().values() if one.role == AssetRole.COMPUTER]
    in_use = devices.filter(status=DeviceStatus.IN_USE, device_type__in=[one.key for one in computers])
    return years(in_use.order_by(), computers, today)


def past_life(lives: Iterable[tuple[int, int | None]], today: date) -> Q:
    """Devices whose service life was over before `today`, counted from service, else from the purchase.

    `lives` are (key of a device type, years of its class or None).
    """
    by_life: dict[int, list[int]] = {}
    for key, years_ in lives:
        if years_ is not None:
            by_life.setdefault(years_, []).append(key)
    condition = Q(pk__in=())
    for years_, keys in by_life.items():
        day = add_years(today, -years_)
        began = Q(in_service_on__lt=day) | Q(in_service_on__isnull=True, purchased_on__lt=day)
        condition |= Q(device_type__in=keys) & began
    return condition


def is_past_life(rows: QuerySet[Device], today: date, wanted: bool) -> QuerySet[Device]:
    """Those of the devices whose service life is over, or the others."""
    over = past_life(DeviceType.objects.values_list("pk", "asset_class__service_life_years"), today)
    return rows.filter(over) if wanted else rows.exclude(pk__in=rows.filter(over).order_by().values("pk"))
