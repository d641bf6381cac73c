"""What accepting a difference does to the register, in words and as values; and what stays to be done by hand.

Reads only; `services.differences` writes what is said here, pages show it before anybody presses the button.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from collectors.models import Difference, DifferenceKind
from collectors.recognising import all_types, type_called
from inventory.models import Device, DeviceType, Site
from inventory.models.hardware import DeviceStatus


@dataclass(frozen=True, slots=True)
class Effect:
    """`values` are columns of the device that take a new value; without any, `words` say what is to be done by hand."""

    words: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def by_hand(self) -> bool:
        return not self.values


def effects(differences: Sequence[Difference]) -> dict[int, Effect]:
    """What accepting each would do, by key; `device` with its type. At most two queries."""
    types = all_types() if any(one.kind == DifferenceKind.TYPE for one in differences) else []
    moved = [one.seen_value for one in differences if one.kind == DifferenceKind.MOVED]
    sites = dict(Site.objects.filter(name__in=moved).values_list("name", "pk")) if moved else {}
    return {one.pk: _effect(one, types, sites) for one in differences}


def _effect(one: Difference, types: Iterable[DeviceType], sites: Mapping[str, int]) -> Effect:
    words = {"value": one.seen_value}
    if one.device is None or one.kind in (DifferenceKind.UNREGISTERED, DifferenceKind.UNKNOWN_MAC):
        return _stranger(one)
    if one.kind == DifferenceKind.SERIAL:
        return Effect(_("The register takes the serial number %(value)s.") % words, {"serial": one.seen_value})
    if one.kind == DifferenceKind.NAME:
        return Effect(_("The register takes the name %(value)s.") % words, {"name": one.seen_value})
    if one.kind == DifferenceKind.TYPE:
        return _type(one.device, one.seen_value, types)
    if one.kind == DifferenceKind.MOVED and one.seen_value in sites:
        values = {"site_id": sites[one.seen_value], "location_id": None}
        return Effect(_("The device moves to %(value)s, its room left blank.") % words, values)
    if one.kind == DifferenceKind.UNSEEN:
        return Effect(_("The device is marked as missing."), {"status": DeviceStatus.MISSING.value})
    if one.kind == DifferenceKind.REPLACED:
        told = _("The device is marked as missing, and what answers in its place is proposed as a new one.")
        return Effect(told, {"status": DeviceStatus.MISSING.value})
    return Effect(_("By hand: look at the device and its line. If it is broken or gone, change its status."))


def _stranger(one: Difference) -> Effect:
    if one.kind == DifferenceKind.UNREGISTERED:
        return Effect(_("By hand: take the device over from its proposal."))
    return Effect(_("By hand: find what is plugged in there, and enter it or add the MAC to its device."))


def _type(device: Device, seen: str, types: Iterable[DeviceType]) -> Effect:
    chosen = type_called(seen, types, device.device_type.manufacturer_id)
    if chosen is None:
        told = _("By hand: no device type is called %(value)s. Add it, or add the name to the aliases of one.")
        return Effect(told % {"value": seen})
    return Effect(_("The device becomes a %(type)s.") % {"type": chosen}, {"device_type_id": chosen.pk})
