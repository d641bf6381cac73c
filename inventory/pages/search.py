"""The search box: one text, all that it may mean, each hit with the reason why. Who has one exact hit goes to it.

Each kind of thing has a finder; other packages add theirs with `register` from their apps.py. A finder sees only what
the user may see, and reads no more than CAP keys and SHOWN rows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.html import escape, format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from inventory import searching
from inventory.models import (
    Cable,
    Department,
    Device,
    DeviceType,
    FiberCable,
    FiberLink,
    Interface,
    IPAddress,
    Location,
    Person,
    Prefix,
    Segment,
    Site,
    Town,
)
from inventory.pages.kit import kit
from inventory.rules.addresses import containing_keys, show_mac
from inventory.rules.asked import Asked
from inventory.ui.columns import NOTHING
from inventory.ui.listing import load
from inventory.ui.listing import search as quick_search

CAP = 1000
"""Hits of a kind that are counted."""
SHOWN = 6
SUGGESTED = 8


@dataclass(frozen=True)
class Hit:
    """A thing found. `name` and the texts of `why` (field, text) are safe HTML with the match marked, `about` is safe
    HTML of what tells it apart, `devices` how many devices it holds and their list.

    `exact`: the text is its name; `code`: by a number that nothing else bears, so that one goes straight there.
    """

    url: str
    name: str
    why: Sequence[tuple[str, str]] = ()
    about: Sequence[str] = ()
    devices: tuple[int, str] | None = None
    exact: bool = False
    code: bool = False


@dataclass(frozen=True)
class Group:
    """Hits of one kind. `count` is of all of them, at most CAP + 1; `more` is the list behind it, which `widens` when
    it also shows rows found otherwise."""

    title: str
    icon: str
    hits: Sequence[Hit]
    count: int
    more: str = ""
    widens: bool = False

    @property
    def is_capped(self) -> bool:
        return self.count > CAP

    @property
    def rest(self) -> bool:
        return self.count > len(self.hits)


Finder = Callable[[HttpRequest, Asked], Group | None]
_finders: list[tuple[int, Finder]] = []


def register(finder: Finder, order: int = 100) -> None:
    """Add a finder; its hits stand by `order` among the others (devices 10, people and places 20, network 30)."""
    _finders.append((order, finder))


def marked(value: str, asked: Asked) -> str | None:
    """A value as HTML with the part that matches marked; None where nothing does."""
    parts = asked.parts(value)
    return None if parts is None else format_html("{}<mark>{}</mark>{}", *parts)


class PageFinder:
    """Finds rows of a model that has pages by its page's quick search.

    `names` are the fields by which a row may be meant exactly, those in `codes` are borne by one row alone. `why` are
    more fields that may hold the text, `about` columns that tell a row apart, `holds` a device's field by which the
    row holds devices. `search` is a look-up in place of the page's quick search; that of the list `widens` it where it
    finds more.
    """

    def __init__(
        self,
        model: type[Model],
        names: Sequence[str],
        *,
        codes: Sequence[str] = (),
        why: Sequence[str] = (),
        about: Sequence[str] = (),
        holds: str = "",
        search: Callable[[QuerySet[Any], Asked], QuerySet[Any]] | None = None,
        widens: bool = False,
    ) -> None:
        self.model, self.names, self.codes, self.about = model, tuple(names), frozenset(codes), tuple(about)
        self.why, self.holds = (*names, *why), holds
        self._search, self._widens = search, widens

    def __call__(self, request: HttpRequest, asked: Asked) -> Group | None:
        page = kit.pages[self.model]
        if not page.may(request.user, "view"):
            return None
        rows = page.rows(request.user)
        found = self._search(rows, asked) if self._search else quick_search(page, rows, asked.text)
        held = self.held(rows, found, asked)
        exact = {row[0] for row in held if any(asked.equals(str(value)) for value in row[1:] if value)}
        if len(held) > CAP:
            named = [Q(**{f"{name}__in": asked.spellings}) for name in self.names if name in self.codes]
            exact |= {pk for one in named for pk in rows.filter(one).values_list("pk", flat=True)[:SHOWN]}
        if not held:
            return None
        keys = [*sorted(exact), *(row[0] for row in held if row[0] not in exact)][:SHOWN]
        hits = self._hits(request.user, keys, asked, exact)
        more = f"{page.url('list')}?{urlencode({'q': asked.text})}"
        return Group(page.title, page.icon, hits, len(held), more, widens=self._widens)

    def held(self, rows: QuerySet[Any], found: QuerySet[Any], asked: Asked) -> list[Any]:
        """Keys and names of what was found, at most CAP + 1, what is shown first before the rest."""
        return list(found.order_by().values_list("pk", *self.names)[: CAP + 1])

    def _hits(self, user: Any, keys: Sequence[Any], asked: Asked, exact: set[Any]) -> list[Hit]:
        page = kit.pages[self.model]
        why, about = [page.cell(name) for name in self.why], page.cells(self.about)
        label = [page.cell(name) for name in page.label]
        rows = {row.pk: row for row in load(page.rows_by_key(keys), [*why, *about, *label])}
        more, held = self.reasons(list(rows), asked), self._devices(user, list(rows))
        found = []
        for row in (rows[key] for key in keys if key in rows):
            whole = any(one.names_it for one in more.get(row.pk, ()))
            reasons = _why(row, why, asked)
            told = {title for title, _html in reasons}
            hit = Hit(
                url=page.url_of(row.pk),
                name=marked(str(row), asked) or escape(str(row)),
                why=[*reasons, *((one.title, one.html) for one in more.get(row.pk, ()))],
                about=[shown for cell in about if cell.heading not in told and (shown := cell.show(row)) != NOTHING],
                devices=held.get(row.pk),
                exact=row.pk in exact or whole,
                code=whole or any(asked.equals(str(page.cell(name).raw(row) or "")) for name in self.codes),
            )
            found.append(hit)
        return found

    def _devices(self, user: Any, keys: Sequence[Any]) -> dict[Any, tuple[int, str]]:
        """(how many, their list) of the devices that each row holds."""
        if not self.holds or not keys:
            return {}
        page = kit.pages[Device]
        rows = page.rows(user).filter(**{f"{self.holds}__in": keys}).order_by()
        counts = rows.values_list(self.holds).annotate(n=Count("pk"))
        return {key: (count, f"{page.url('list')}?{self.holds}={key}") for key, count in counts}

    def reasons(self, keys: Sequence[Any], asked: Asked) -> Mapping[Any, list["Reason"]]:
        """Why else rows were found, by their keys."""
        return {}


@dataclass(frozen=True)
class Reason:
    """A field of something on a row. `names_it`: that alone says which row is meant."""

    title: str
    html: str
    names_it: bool = False


def _why(row: Any, cells: Sequence[Any], asked: Asked) -> list[tuple[str, str]]:
    """The fields that hold the text; not the one that is the row's name, in which it is marked anyway."""
    texts = [(cell.heading, str(cell.raw(row) or "")) for cell in cells]
    shown = [(title, marked(text, asked)) for title, text in texts if text != str(row)]
    return [(title, html) for title, html in shown if html is not None]


class DeviceFinder(PageFinder):
    """Devices, also by the MACs and addresses on them; behind those, devices of a model or a maker."""

    def held(self, rows: QuerySet[Any], found: QuerySet[Any], asked: Asked) -> list[Any]:
        own = super().held(rows, found, asked)
        if len(own) > CAP:
            return own
        seen = {row[0] for row in own}
        more = super().held(rows, rows.filter(searching.typed(asked)), asked)
        return [*own, *(row for row in more if row[0] not in seen)][: CAP + 1]

    def reasons(self, keys: Sequence[Any], asked: Asked) -> Mapping[Any, list[Reason]]:
        found: dict[Any, list[Reason]] = {}
        macs, within = searching.interfaces_of(asked), searching.addresses_of(asked)
        if macs is not None:
            part = Asked(asked.mac or asked.mac_part)
            for device, name, mac in macs.filter(device__in=keys).values_list("device_id", "name", "mac")[:CAP]:
                shown = format_html("{} {}", marked(show_mac(mac), part) or show_mac(mac), name)
                found.setdefault(device, []).append(Reason(_("MAC"), shown, names_it=bool(asked.mac)))
        if within is not None:
            rows = within.filter(interface__device__in=keys).values_list("interface__device_id", "address")[:CAP]
            for device, address in rows:
                found.setdefault(device, []).append(Reason(_("IP address"), marked(address, asked) or address))
        return {key: some[:3] for key, some in found.items()}


class PrefixFinder(PageFinder):
    """Prefixes, also those that hold an address."""

    def reasons(self, keys: Sequence[Any], asked: Asked) -> Mapping[Any, list[Reason]]:
        if asked.address is None:
            return {}
        holding = Prefix.objects.filter(pk__in=keys, key__in=containing_keys(asked.address)).values_list(
            "pk", flat=True
        )
        return {key: [Reason(_("holds"), format_html("<mark>{}</mark>", asked.address))] for key in holding}


CODES = ("asset_tag", "serial")
OF_DEVICES: dict[str, Any] = {
    "why": ("holder", "device_type"),
    "about": ("device_type", "status", "department", "site", "location"),
    "search": searching.devices_of,
}
BY_LABEL: dict[str, Any] = {"search": searching.labelled, "widens": True}
OF_PERSONS: dict[str, Any] = {
    "why": ("phone",),
    "about": ("department",),
    "holds": "holder",
    "search": searching.persons_of,
}
OF_DEPARTMENTS: dict[str, Any] = {"about": ("kind", "town"), "holds": "department"}
OF_TYPES: dict[str, Any] = {
    "why": ("aliases",),
    "about": ("manufacturer", "asset_class"),
    "search": searching.types_of,
}
OWN: tuple[tuple[int, Finder], ...] = (
    (10, DeviceFinder(Device, ("asset_tag", "name", "serial"), codes=CODES, **OF_DEVICES)),
    (20, PageFinder(Person, ("name", "number"), **OF_PERSONS)),
    (21, PageFinder(Department, ("name", "budget_code"), codes=("budget_code",), **OF_DEPARTMENTS)),
    (22, PageFinder(Site, ("name",), why=("address",), about=("town",), holds="site")),
    (23, PageFinder(Location, ("name",), about=("kind", "site"), holds="location")),
    (24, PageFinder(Town, ("name", "name_en"))),
    (30, PageFinder(IPAddress, ("address",), about=("device", "interface"), search=searching.within, widens=True)),
    (31, PrefixFinder(Prefix, ("prefix",), codes=("prefix",), why=("description",), about=("segment", "site"))),
    (32, PageFinder(Segment, ("name",), codes=("name",), why=("vlan_id",), about=("site",))),
    (33, PageFinder(Cable, ("label",), codes=("label",), about=("device_a", "device_b"), **BY_LABEL)),
    (34, PageFinder(FiberCable, ("name",), codes=("name",), about=("site_a", "site_b", "status"))),
    (35, PageFinder(FiberLink, ("name",), codes=("name",), why=("purpose",), about=("site_a", "site_b", "status"))),
    (36, PageFinder(Interface, ("description",), about=("device",), search=searching.described, widens=True)),
    (40, PageFinder(DeviceType, ("model",), holds="device_type", **OF_TYPES)),
)  # fmt: skip
for _order, _finder in OWN:
    register(_finder, _order)


def find(request: HttpRequest, asked: Asked) -> list[Group]:
    """What all finders give, in their order; groups with an exact hit first."""
    found = [finder(request, asked) for _order, finder in sorted(_finders, key=lambda item: item[0])]
    groups = [group for group in found if group is not None and group.hits]
    return sorted(groups, key=lambda group: not any(hit.exact for hit in group.hits))


def straight(groups: Sequence[Group]) -> str:
    """The address of the one thing that was meant, or ''.

    A code that one thing alone bears, or a name that is the only hit of all. An address on the network is no such
    code: who has it now, and who had it before, is answered beside it.
    """
    hits = [hit for group in groups for hit in group.hits]
    codes = {hit.url for hit in hits if hit.code and hit.url}
    if len(codes) == 1:
        return codes.pop()
    only = sum(group.count for group in groups) == 1 and hits[0].exact
    return hits[0].url if only else ""


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """The results; with `suggest`, a short list for below the box."""
    asked = Asked(" ".join(request.GET.get("q", "").split())[:100])
    suggests = "suggest" in request.GET
    # One letter is the beginning of too much to suggest anything; one character of Chinese is a name.
    groups = (
        find(request, asked) if asked.text and not (suggests and asked.text.isascii() and len(asked.text) < 2) else []
    )
    if suggests:
        hits = [(group, hit) for group in groups for hit in group.hits[:3]][:SUGGESTED]
        return render(request, "search/suggest.html", {"hits": hits, "asked": asked})
    if url := straight(groups):
        return redirect(url)
    title = _("Search: %s") % asked.text if asked.text else _("Search")
    return render(request, "search/results.html", {"title": title, "asked": asked, "groups": groups, "cap": CAP})


urlpatterns = [path("search/", search, name="search")]
