"""The menu of the pages: a registry that each application fills in its apps.py, by task and not by table.

An entry names an address; who may not see it, does not get it. Knows no model and no role.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

Words = str | Promise
Test = Callable[[Any], bool]
"""From a user to whether."""


def everyone(user: Any) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Section:
    """A task. `icon` is a name of Tabler's icons without its "ti-"."""

    key: str
    label: Words
    icon: str


@dataclass(frozen=True, slots=True)
class Entry:
    section: str
    label: Words
    url_name: str
    icon: str
    add_url_name: str
    import_url_name: str
    visible_to: Test
    writable_by: Test
    importable_by: Test
    order: int


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as one person gets it on one page; without the right to add or import, those addresses are empty."""

    label: Words
    icon: str
    url: str
    add_url: str
    import_url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Group:
    section: Section
    links: list[Link]

    @property
    def current(self) -> bool:
        return any(link.current for link in self.links)


SECTIONS = (
    Section("today", _("Today"), "checklist"),
    Section("equipment", _("Equipment"), "devices"),
    Section("people", _("Places and people"), "map-pin"),
    Section("network", _("Network"), "network"),
    Section("fiber", _("Fiber"), "line-dashed"),
    Section("planning", _("Planning"), "report-money"),
    Section("reports", _("Reports"), "report"),
    Section("administration", _("Administration"), "settings"),
)
_entries: list[Entry] = []


def register(
    section: str,
    label: Words,
    url_name: str,
    icon: str,
    add_url_name: str = "",
    import_url_name: str = "",
    visible_to: Test = everyone,
    writable_by: Test = everyone,
    importable_by: Test = everyone,
    order: int = 100,
) -> None:
    """Add an entry. Raises ValueError for a section that does not exist."""
    if section not in {one.key for one in SECTIONS}:
        raise ValueError(f"the menu has no section {section!r}")
    tests = (visible_to, writable_by, importable_by)
    _entries.append(Entry(section, label, url_name, icon, add_url_name, import_url_name, *tests, order))


def entries() -> tuple[Entry, ...]:
    """All that was registered, in its order."""
    return tuple(sorted(_entries, key=lambda entry: entry.order))


def for_user(user: Any, path: str) -> list[Group]:
    """The menu as a user gets it on the page at `path`; sections without an entry fall away."""
    shown = [(entry, reverse(entry.url_name)) for entry in entries() if entry.visible_to(user)]
    ways = [url for _entry, url in shown if path == url or (url != "/" and path.startswith(url))]
    here = max(ways, key=len, default="")
    groups = []
    for section in SECTIONS:
        links = [_link(entry, url, user, current=url == here) for entry, url in shown if entry.section == section.key]
        if links:
            groups.append(Group(section, links))
    return groups


def _link(entry: Entry, url: str, user: Any, *, current: bool) -> Link:
    add = reverse(entry.add_url_name) if entry.add_url_name and entry.writable_by(user) else ""
    load = reverse(entry.import_url_name) if entry.import_url_name and entry.importable_by(user) else ""
    return Link(entry.label, entry.icon, url, add, load, current)


def context(request: HttpRequest) -> dict[str, Any]:
    """For templates: `menu`, made when it is drawn; a swapped part of a page costs none."""
    return {"menu": SimpleLazyObject(lambda: for_user(request.user, request.path))}
