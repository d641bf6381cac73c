"""Panels of prefixes and segments: how much is in use, which addresses, what is free."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy

from inventory import scope, selectors
from inventory.models import Device, IPAddress, Prefix, Segment
from inventory.pages.kit import kit
from inventory.rules import addresses
from inventory.ui.panels import Panel

RANGES_SHOWN = 12
ADDRESSES_SHOWN = 30


class UsagePanel(Panel):
    """The bar of a prefix, its free ranges, and the next free address; of a segment, for each of its prefixes."""

    title = gettext_lazy("Usage")
    icon = "chart-bar"
    template = "panels/usage.html"

    def context(self, request: HttpRequest, page: Any, obj: Any) -> dict[str, Any] | None:
        user: Any = request.user
        prefixes = [obj] if isinstance(obj, Prefix) else list(scope.visible(user, Prefix).filter(segment=obj))
        if not prefixes:
            return None
        may_add = kit.pages[Device].may(user, "add")
        return {"rows": [_usage(prefix, may_add) for prefix in prefixes], "alone": isinstance(obj, Prefix)}


def _usage(prefix: Prefix, may_add: bool) -> dict[str, Any]:
    """Counts of a prefix: all that the register knows of it, as a number; addresses are shown to who may see them."""
    network = addresses.parse_prefix(prefix.prefix)
    taken = list(selectors.addresses_in(prefix).order_by("key").values_list("key", flat=True).distinct())
    first, last = addresses.host_ends(network)
    size = last - first + 1
    free = addresses.free_ranges(network, taken)
    percent = 100 * len(taken) / size
    new = f"{reverse('new_computer')}?in_prefix={prefix.pk}" if may_add and free else ""
    return {
        "prefix": prefix,
        "url": kit.pages[Prefix].url_of(prefix.pk),
        "used": len(taken),
        "size": size if network.version == 4 else None,
        "percent": percent,
        "tone": "red" if percent >= 90 else "orange" if percent >= 75 else "green",
        "free": [str(a) if a == b else f"{a} – {b}" for a, b in free[:RANGES_SHOWN]],
        "more": max(len(free) - RANGES_SHOWN, 0),
        "next": str(free[0][0]) if free else "",
        "new": f"{new}&address={free[0][0]}" if new else "",
    }


class AddressesPanel(Panel):
    """The addresses of a prefix and what they are on, in order."""

    title = gettext_lazy("Addresses in use")
    icon = "map-pin-code"
    template = "panels/addresses.html"
    wide = True

    def context(self, request: HttpRequest, page: Any, obj: Any) -> dict[str, Any] | None:
        user: Any = request.user
        keys = addresses.key_range(addresses.parse_prefix(obj.prefix))
        rows = scope.visible(user, IPAddress).filter(key__range=keys).order_by("key")
        found = list(
            rows.select_related("interface__device__department", "interface__device__holder")[:ADDRESSES_SHOWN]
        )
        count = rows.count()
        more = f"{kit.pages[IPAddress].url('list')}?q={obj.prefix}" if count > ADDRESSES_SHOWN else ""
        devices = kit.pages[Device]
        told = []
        for row in found:
            device = row.interface.device if row.interface is not None else None
            told.append((row, kit.url_of(row), device, devices.url_of(device.pk) if device is not None else ""))
        return {"rows": told, "count": count, "more": more}


kit.add_panel(Prefix, UsagePanel(), order=10)
kit.add_panel(Segment, UsagePanel(), order=10)
kit.add_panel(Prefix, AddressesPanel(), order=20)
