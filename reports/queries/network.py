"""The network of a scope: LAN segments, fiber links and cables, and what is seen there and not registered."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import pandas as pd
from django.db.models import Count, Q

from collectors.models import Sighting
from inventory.models import FiberCable, FiberLink, FiberLinkHop, Interface, Prefix, Segment, SegmentDepartment, Site
from inventory.rules.addresses import show_mac
from reports.queries.scope import CHUNK, Scope, frame, local

SEGMENT_COLUMNS = {
    "name": "object",
    "vlan_id": "object",
    "town": "object",
    "site": "object",
    "gateway": "object",
    "prefixes": "object",
    "departments": "object",
}
"""Texts as str (lists joined by '、'); vlan_id int or None."""


def segments(scope: Scope, as_of: date) -> pd.DataFrame:
    """LAN segments of the town's sites, or of the department. Columns: SEGMENT_COLUMNS."""
    found = Segment.objects.all()
    if scope.department is not None:
        found = found.filter(departments=scope.department)
    elif scope.town is not None:
        found = found.filter(site__town=scope.town)
    prefixes = _joined(Prefix.objects.filter(segment__isnull=False).values_list("segment_id", "prefix"))
    serves = SegmentDepartment.objects.order_by("department__name").values_list("segment_id", "department__name")
    departments = _joined(serves)
    rows = found.order_by("site__town__position", "site__name", "vlan_id", "name").values_list(
        "pk", "name", "vlan_id", "site__town__name", "site__name", "gateway__device__name", "gateway__name"
    )
    return frame(
        [
            (
                name,
                vlan,
                town or "",
                site or "",
                f"{device or ''} {port or ''}".strip(),
                prefixes.get(pk, ""),
                departments.get(pk, ""),
            )
            for pk, name, vlan, town, site, device, port in rows
        ],
        SEGMENT_COLUMNS,
    )


def _joined(pairs: Iterable[tuple[int | None, str]]) -> dict[int | None, str]:
    found: dict[int | None, list[str]] = defaultdict(list)
    for key, text in pairs:
        found[key].append(text)
    return {key: "、".join(texts) for key, texts in found.items()}


LINK_COLUMNS = {
    "name": "object",
    "site_a": "object",
    "site_b": "object",
    "end_a": "object",
    "end_b": "object",
    "status": "object",
    "length_m": "object",
    "strands": "object",
    "purpose": "object",
}
"""Texts as str; length_m Decimal, None when a cable of the link has no known length."""


def fiber_links(scope: Scope, as_of: date) -> pd.DataFrame:
    """Fiber links with an end at a site of the scope. Columns: LINK_COLUMNS."""
    lengths: dict[int, list[Decimal | None]] = defaultdict(list)
    strands: dict[int, list[str]] = defaultdict(list)
    hops = FiberLinkHop.objects.order_by("link_id", "position")
    for link, cable, strand, length in hops.values_list("link_id", "cable__name", "strand", "cable__length_m"):
        lengths[link].append(length)
        strands[link].append(f"{cable}#{strand}")
    rows = (
        FiberLink.objects.filter(scope.sites("site_a__") | scope.sites("site_b__"))
        .order_by("name")
        .values_list(
            "pk", "name", "site_a__name", "site_b__name", "interface_a_id", "interface_b_id", "status", "purpose"
        )
    )
    ends = _ends()
    found = []
    for pk, name, a, b, end_a, end_b, status, use in rows:
        way = (_sum(lengths[pk]), "；".join(strands[pk]))
        found.append((name, a, b, ends.get(end_a, ""), ends.get(end_b, ""), status, *way, use))
    return frame(found, LINK_COLUMNS)


def _ends() -> dict[int | None, str]:
    """{interface: device and port} of the interfaces at which fiber links end."""
    at_ends = Interface.objects.filter(Q(links_a__isnull=False) | Q(links_b__isnull=False))
    rows = at_ends.values_list("pk", "device__name", "device__asset_tag", "name")
    return {pk: f"{name or tag} {port}" for pk, name, tag, port in rows}


def _sum(lengths: list[Decimal | None]) -> Decimal | None:
    known = [length for length in lengths if length is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(lengths) else None


CABLE_COLUMNS = {
    "name": "object",
    "site_a": "object",
    "site_b": "object",
    "strands": "int64",
    "used": "int64",
    "fiber_kind": "object",
    "length_m": "object",
    "length_source": "object",
    "ownership": "object",
    "status": "object",
    "built_on": "object",
    "cost_yuan": "object",
}
"""Texts as str, codes as stored; length_m and cost_yuan Decimal or None, built_on date or None."""


def fiber_cables(scope: Scope, as_of: date) -> pd.DataFrame:
    """Fiber cables with an end at a site of the scope; 'used' counts strands that links run over."""
    rows = (
        FiberCable.objects.filter(scope.sites("site_a__") | scope.sites("site_b__"))
        .annotate(used=Count("hops", distinct=True))
        .order_by("name")
        .values_list(
            "name",
            "site_a__name",
            "site_b__name",
            "strands",
            "used",
            "fiber_kind",
            "length_m",
            "length_source",
            "ownership",
            "status",
            "built_on",
            "cost_yuan",
        )
    )
    return frame(list(rows), CABLE_COLUMNS)


UNREGISTERED_COLUMNS = {"mac": "object", "town": "object", "department": "object", "last_seen_at": "object"}
"""Texts as str; last_seen_at local datetime. 'town' and 'department' are '' where none can be named."""


def unregistered(scope: Scope, as_of: date) -> pd.DataFrame:
    """MACs that stand on a switch now and belong to no device of the register.

    Town: that of the switch's site. Department: the one that the LAN segment of that VLAN at the site serves, when
    it serves one; where the site has no such segment, the only one of that VLAN in the town counts.
    """
    towns = dict(Site.objects.values_list("pk", "town__name"))
    served = _departments_by_vlan()
    found = Sighting.objects.filter(device__isnull=True, ended_at__isnull=True).values_list(
        "mac", "switch__site_id", "vlan_id", "last_seen_at"
    )
    rows = []
    for mac, site_id, vlan_id, at in found.iterator(CHUNK):
        town = towns.get(site_id, "")
        department = served.get((site_id, vlan_id)) or served.get((town, vlan_id)) or ""
        if scope.department is not None and department != scope.department.name:
            continue
        if scope.town is not None and town != scope.town.name:
            continue
        rows.append((show_mac(mac), town, department, local(at)))
    return frame(sorted(rows), UNREGISTERED_COLUMNS)


SEGMENT_MAC_COLUMNS = {
    "town": "object",
    "segment": "object",
    "site": "object",
    "departments": "object",
    "registered": "bool",
    "last_seen_at": "object",
}
"""Texts as str; a segment without any MAC has one row whose last_seen_at is None."""


def segment_macs(scope: Scope, as_of: date) -> pd.DataFrame:
    """MACs that stand on a switch now, by the LAN segment of their VLAN at the switch's site, else in its town alone.

    Columns: SEGMENT_MAC_COLUMNS. What stands in no known segment is left out.
    """
    listed = segments(scope, as_of)
    by_place: dict[tuple[str, int | None], list[int]] = defaultdict(list)
    for index, (town, site, vlan) in enumerate(zip(listed["town"], listed["site"], listed["vlan_id"], strict=True)):
        for place in {site, f"town {town}"} if vlan is not None else set():
            by_place[place, vlan].append(index)
    only = {key: found[0] for key, found in by_place.items() if len(found) == 1}
    facts = [tuple(row) for row in listed[["town", "name", "site", "departments"]].itertuples(index=False)]
    rows: list[tuple[object, ...]] = []
    with_any = set()
    found_macs = Sighting.objects.filter(ended_at__isnull=True, vlan_id__isnull=False).values_list(
        "switch__site__name", "switch__site__town__name", "vlan_id", "device_id", "last_seen_at"
    )
    for site, town, vlan, device_id, at in found_macs.iterator(CHUNK):
        found = only.get((site or "", vlan), only.get((f"town {town}", vlan)))
        if found is not None:
            with_any.add(found)
            rows.append((*facts[found], device_id is not None, local(at)))
    rows += [(*facts[index], False, None) for index in range(len(facts)) if index not in with_any]
    return frame(sorted(rows, key=lambda row: tuple(map(str, row[:3]))), SEGMENT_MAC_COLUMNS)


def _departments_by_vlan() -> dict[tuple[int | str, int | None], str]:
    """{(site or town's name, VLAN): department} for segments that serve one department alone."""
    served: dict[tuple[int | str, int | None], set[str]] = {}
    rows = SegmentDepartment.objects.filter(segment__site__isnull=False, segment__vlan_id__isnull=False)
    for site, town, vlan, name in rows.values_list(
        "segment__site_id", "segment__site__town__name", "segment__vlan_id", "department__name"
    ):
        served.setdefault((site, vlan), set()).add(name)
        served.setdefault((town, vlan), set()).add(name)
    return {place: next(iter(names)) for place, names in served.items() if len(names) == 1}
