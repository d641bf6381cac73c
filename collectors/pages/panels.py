"""What the network says, on the pages of devices, segments and prefixes.

Each panel makes a few queries, however many rows there are.
"""

import json
import zlib
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collectors import finding, wording
from collectors.facts import Snapshot, from_json
from collectors.models import (
    DevicePart,
    DeviceState,
    Difference,
    DifferenceState,
    KeptSnapshot,
    Run,
    RunState,
    Sighting,
)
from collectors.pages.polling import may_poll
from collectors.pages.ports import PRESENT_FIRST
from collectors.pages.runs import table_states
from collectors.pages.shown import NEEDED, Shown, shown
from collectors.pages.tabular import subjects
from collectors.profiles import DeviceProfile
from collectors.services import starting
from inventory import scope
from inventory.models import Device
from inventory.pages.kit import kit
from inventory.rules import names
from inventory.ui.panels import Panel

OWNED = (
    ("serial", gettext_lazy("serial number"), "serial_seen"),
    ("type", gettext_lazy("device type"), "hardware_seen"),
    ("name", gettext_lazy("name"), "sys_name"),
)
"""Fields that people own: kind of difference, title, and what the last poll keeps of it."""
READINGS = ("optics", "printer", "ups", "poe")
STAYS = 12
SEEN_HERE = 20


def state_of(user: Any, device: Device) -> DeviceState | None:
    """What is kept of the last poll of a device that the user may see."""
    return scope.visible(user, DeviceState).filter(device=device).select_related("run").first()


class NetworkPanel(Panel):
    """Each field that people own, beside what the network says; what differs is decided in its place."""

    template = "collectors/panel_network.html"
    wide = True

    def __init__(self, fault: str = "") -> None:
        self.fault = fault

    def context(self, request: HttpRequest, page: Any, obj: Any) -> dict[str, Any] | None:
        user: Any = request.user
        state = state_of(user, obj)
        asked = (DifferenceState.OPEN, DifferenceState.REJECTED)
        found = scope.visible(user, Difference).filter(device=obj, state__in=asked).select_related(*NEEDED)
        rows = {one.difference.kind: one for one in shown(user, list(found.order_by("-state", "closed_at")))}
        told = [_owned(obj, state, rows, *one) for one in OWNED]
        others = [one for kind, one in rows.items() if kind not in dict.fromkeys(k for k, _t, _s in OWNED) and one.open]
        told = [one for one in told if one["seen"]]
        if not told and not others:
            return None
        return {
            "rows": told,
            "others": others,
            "may_decide": scope.may(user, "change", Difference),
            "next": page.url_of(obj.pk),
            "fault": self.fault,
            "when": state.last_polled_at if state is not None else None,
        }


def _owned(
    device: Device, state: DeviceState | None, rows: dict[str, Shown], kind: str, title: Any, column: str
) -> dict[str, Any]:
    register = {"serial": device.serial, "type": str(device.device_type), "name": device.name}[kind]
    seen = str(getattr(state, column)) if state is not None else ""
    found = rows.get(kind)
    return {
        "title": title,
        "register": register or wording.NOTHING,
        "seen": found.seen if found is not None and found.open else seen,
        "row": found if found is not None and found.open else None,
        "agrees": bool(seen) and _agrees(device, kind, seen),
        "rejected": found.difference if found is not None and not found.open else None,
    }


def _agrees(device: Device, kind: str, seen: str) -> bool:
    if kind == "type":
        return names.same_model(device.device_type.names(), seen)
    key = names.serial_key if kind == "serial" else names.name_key
    return key(getattr(device, kind)) == key(seen)


class PollPanel(Panel):
    """The last poll, and a button for another."""

    template = "collectors/panel_poll.html"

    def context(self, request: HttpRequest, page: Any, obj: Any) -> dict[str, Any] | None:
        user: Any = request.user
        state = state_of(user, obj)
        managed = DeviceProfile.objects.filter(device=obj, enabled=True).exists()
        if not managed and (state is None or state.last_polled_at is None) and not may_poll(user):
            return None
        assign = kit.page_of(DeviceProfile)
        run = state.run if state is not None and state.run is not None else None
        return {
            "state": state if state is not None and state.last_polled_at else None,
            "seen_at": state.last_seen_at if state is not None else None,
            "fault": _silence(obj, state),
            "tables": table_states(state.tables) if state is not None else [],
            "run": run if run is not None and scope.visible(user, Run).filter(pk=run.pk).exists() else None,
            "kept": scope.visible(user, KeptSnapshot).filter(device=obj).exists(),
            "managed": managed,
            "may_poll": managed and obj.primary_address_id and obj.status == "in_use" and may_poll(user, obj),
            "going": _going(obj),
            "assign": f"{assign.url('add')}?device={obj.pk}"
            if assign is not None and not managed and assign.may(user, "add")
            else "",
        }


def _silence(device: Device, state: DeviceState | None) -> str:
    """Why it did not answer the last time; '' where it did."""
    if state is None or not state.fault:
        return ""
    return wording.fault(state.fault, state.fault_text.removeprefix(f"{device.asset_tag}: "))


def _going(device: Device) -> Run | None:
    """A collection of this very device that goes on, or waits to."""
    for run in Run.objects.filter(scope=device.asset_tag, state__in=(RunState.WAITING, RunState.RUNNING)):
        if run.state == RunState.WAITING or starting.is_going(run):
            return run
    return None


class SightingsPanel(Panel):
    """Where a device was seen: a timeline."""

    template = "collectors/panel_sightings.html"
    wide = True

    def context(self, request: HttpRequest, page: Any, obj: Any) -> dict[str, Any] | None:
        stays = finding.hits(request.user, Sighting.objects.filter(device=obj), STAYS + 1)
        return {"stays": stays[:STAYS], "more": len(stays) > STAYS} if stays else None


class PartsPanel(Panel):
    """Stack members, modules and transceivers, by their serials."""

    template = "collectors/panel_parts.html"
    wide = True

    def context(self, request: HttpRequest, page: Any, obj: Any) -> dict[str, Any] | None:
        parts = list(scope.visible(request.user, DevicePart).filter(device=obj).order_by(PRESENT_FIRST, "index"))
        return {"parts": parts} if parts else None


class ReadingsPanel(Panel):
    """Optical powers, supplies of a printer, a UPS: as of the last snapshot."""

    template = "collectors/panel_readings.html"
    wide = True

    def context(self, request: HttpRequest, page: Any, obj: Any) -> dict[str, Any] | None:
        state = state_of(request.user, obj)
        if state is None or not any(state.tables.get(name, {}).get("rows") for name in READINGS):
            return None
        found = scope.visible(request.user, KeptSnapshot).filter(device=obj).first()
        if found is None:
            return None
        told = [one for one in subjects(_readings(bytes(found.content))) if one.name in READINGS]
        return {"subjects": told, "taken_at": found.taken_at} if told else None


def _readings(content: bytes) -> Snapshot:
    """A kept snapshot without its two long tables."""
    data = json.loads(zlib.decompress(content))
    return from_json({**data, "forwarding": [], "arp": []})


class SeenInPanel(Panel):
    """Who is seen now in a segment or a prefix."""

    template = "collectors/panel_seen.html"
    wide = True

    def context(self, request: HttpRequest, page: Any, obj: Any) -> dict[str, Any] | None:
        user: Any = request.user
        if hasattr(obj, "prefix"):
            rows = finding.seen_in([obj.prefix])
        else:
            prefixes = obj.prefixes.values_list("prefix", flat=True)
            rows = finding.seen_in(prefixes, vlan=obj.vlan_id, site=obj.site_id)
        visible = scope.visible(user, Sighting).filter(pk__in=rows.values("pk"))
        count = visible.count()
        seen = visible.select_related("device", "switch", "interface").order_by("address", "mac")[:SEEN_HERE]
        return {"count": count, "hits": finding.shown(user, list(seen)), "title": _("Seen here now")}
