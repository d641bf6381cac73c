"""Where a MAC or an address is, and when it was where before: sightings, as far as a user may see them.

A sighting is seen through its device or its switch; the one of the two that the user may not see is left out.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from collectors.models import Sighting
from inventory import scope
from inventory.models import Device
from inventory.rules import addresses

LIMIT = 50


@dataclass(frozen=True, slots=True)
class Hit:
    """One stay of a MAC at a place. `ended` is None while it is there."""

    mac: str
    address: str
    device: Device | None
    switch: Device | None
    port: str
    port_key: int | None
    vlan: int | None
    first: datetime
    last: datetime
    ended: datetime | None

    @property
    def shown_mac(self) -> str:
        return addresses.show_mac(self.mac)


def sightings_of_mac(user: Any, mac: str, limit: int = LIMIT) -> list[Hit]:
    """Where a MAC (any notation) is and was, the present place first. Nothing for what is no MAC. Two queries."""
    try:
        digits = addresses.parse_mac(mac)
    except ValueError:
        return []
    return hits(user, Sighting.objects.filter(mac=digits), limit)


def sightings_of_address(user: Any, ip: str, limit: int = LIMIT) -> list[Hit]:
    """What is at an address now, and what was before. Nothing for what is no address. Two queries."""
    try:
        key = addresses.address_key(addresses.parse_address(ip))
    except ValueError:
        return []
    return hits(user, Sighting.objects.filter(key=key), limit)


def hits(user: Any, rows: QuerySet[Sighting], limit: int = LIMIT) -> list[Hit]:
    """Sightings that a user may see, those that go on first, then the latest. Two queries."""
    # The keys of what is asked for are few: the scope is asked of them alone.
    found = scope.visible(user, Sighting).filter(pk__in=rows.values("pk"))
    ordered = found.select_related("device", "switch", "interface").order_by(
        F("ended_at").desc(nulls_first=True), "-last_seen_at", "pk"
    )
    return shown(user, list(ordered[:limit]))


def shown(user: Any, rows: Sequence[Sighting]) -> list[Hit]:
    """Sightings, loaded with their device, switch and interface, without what the user may not see. One query."""
    keys = {key for row in rows for key in (row.device_id, row.switch_id) if key is not None}
    visible = set(scope.visible(user, Device).filter(pk__in=keys).values_list("pk", flat=True)) if keys else set()
    return [_hit(row, visible) for row in rows]


def _hit(row: Sighting, visible: Collection[int]) -> Hit:
    switch = row.switch if row.switch_id in visible else None
    return Hit(
        mac=row.mac,
        address=row.address,
        device=row.device if row.device_id in visible else None,
        switch=switch,
        port=row.interface.name if row.interface is not None and switch is not None else "",
        port_key=row.interface_id if switch is not None else None,
        vlan=row.vlan_id,
        first=row.first_seen_at,
        last=row.last_seen_at,
        ended=row.ended_at,
    )


def seen_in(prefixes: Iterable[str], *, vlan: int | None = None, site: int | None = None) -> QuerySet[Sighting]:
    """Open sightings with an address in one of the prefixes, or in a VLAN at a site's switches."""
    condition = Q(pk__in=())
    for prefix in prefixes:
        condition |= _within(prefix)
    if vlan is not None and site is not None:
        condition |= Q(vlan_id=vlan, switch__site=site)
    return Sighting.objects.filter(condition, ended_at__isnull=True)


def _within(prefix: str) -> Q:
    first, last = addresses.key_range(addresses.parse_prefix(prefix))
    return Q(key__range=(first, last))
