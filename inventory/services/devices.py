"""Verbs of devices: add a computer with what it is on the network, move, change the status. Each is one unit of work.

Knows no page. Faults are ValidationError, by the names of fields.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from inventory import scope, selectors
from inventory.models import Device, Interface, IPAddress, Location, Person, Site
from inventory.models.hardware import AssetRole
from inventory.rules import addresses, status
from inventory.services import write
from inventory.services.write import Actor

PORT = "eth0"
"""The interface of a computer that was not yet asked for its own names."""
_NUMBERED = re.compile(r"(.*?)(\d+)")


@dataclass(frozen=True)
class OnNetwork:
    """What a computer is on the network, as typed: a MAC in any notation and an address, each may be ''."""

    mac: str = ""
    address: str = ""


def add_computer(device: Device, on_network: OnNetwork, *, actor: Actor, reason: str = "") -> Device:
    """Write a new device with its interface and its address, which becomes the primary one; all or nothing.

    Raises ValidationError with the faults of all fields at once; those of the network by "mac" and "address".
    """
    with write.unit(actor, reason=reason) as unit:
        mac, address, faults = _read(on_network, actor)
        try:
            device.derive()
            device.full_clean()
        except ValidationError as fault:
            faults = fault.update_error_dict(faults)
        if faults:
            raise ValidationError(faults)
        unit.create(device)
        if mac or address:
            port = unit.create(Interface(device=device, name=PORT, kind="copper", mac=mac))
            if address:
                length = _length(address)
                device.primary_address = unit.create(IPAddress(address=address, prefix_length=length, interface=port))
                unit.update(device)
    return device


def network_faults(on_network: OnNetwork, *, actor: Actor) -> dict[str, Any]:
    """What is wrong with a MAC and an address as typed, by "mac" and "address": for a form with other faults too."""
    return _read(on_network, actor)[2]


def _read(on_network: OnNetwork, actor: Actor) -> tuple[str, str, dict[str, Any]]:
    """(MAC, address, faults by field) of what was typed; one that another device has is a fault."""
    faults: dict[str, Any] = {}
    mac = address = ""
    if on_network.mac.strip():
        try:
            mac = addresses.parse_mac(on_network.mac)
        except ValueError:
            faults["mac"] = [_("'%s' is not a MAC such as 00:1a:2b:3c:4d:5e.") % on_network.mac.strip()]
        else:
            if other := Interface.objects.filter(mac=mac).select_related("device").first():
                faults["mac"] = [_("%(device)s has this MAC already.") % {"device": _named(other.device, actor)}]
    if on_network.address.strip():
        try:
            address = str(addresses.parse_address(on_network.address))
        except ValueError:
            faults["address"] = [_("'%s' is not an IP address such as 10.1.2.3.") % on_network.address.strip()]
        else:
            if holder := _holder(address):
                faults["address"] = [_("%(device)s has this address already.") % {"device": _named(holder, actor)}]
    return mac, address, faults


def refuse_known_serial(device: Device) -> None:
    """Raises ValidationError that names the other device of that serial number, a scrapped one too."""
    device.derive()
    other = Device.objects.filter(serial_key=device.serial_key).exclude(pk=device.pk).first()
    if device.serial_key and other is not None:
        raise ValidationError(_("%(other)s already has that serial number.") % {"other": other})


def _named(device: Device, actor: Actor) -> str:
    """A device's name for who may see it."""
    seen = actor.user is None or scope.may(actor.user, "view", Device, device)
    return str(device) if seen else _("Another device")


def _holder(address: str) -> Device | None:
    """The device that has an address now, in the register."""
    key = addresses.address_key(addresses.parse_address(address))
    rows = IPAddress.objects.filter(key=key, interface__isnull=False, gone_since__isnull=True)
    found = rows.select_related("interface__device").first()
    return found.interface.device if found is not None and found.interface is not None else None


def _length(address: str) -> int | None:
    """The length of the prefix that holds an address, where the register has one."""
    prefix = selectors.prefix_of(address)
    return addresses.parse_prefix(prefix.prefix).prefixlen if prefix is not None else None


def next_asset_tag(asset_class: int | None = None) -> str:
    """The tag after the highest of the kind that the newest device of a class bears; '' for none.

    TZ-SW-104 → TZ-SW-105. Without a class: that the newest computer bears.
    """
    class_ = "device_type__asset_class"
    wanted = {f"{class_}__role": AssetRole.COMPUTER} if asset_class is None else {class_: asset_class}
    newest = Device.objects.filter(**wanted).order_by("-pk").values_list("asset_tag", flat=True).first()
    parts = _NUMBERED.fullmatch(newest or "")
    if parts is None:
        return ""
    # Of one length, so that the order of the texts is that of the numbers.
    alike = Device.objects.annotate(length=Length("asset_tag")).filter(
        asset_tag__startswith=parts[1], asset_tag__regex=rf"^{re.escape(parts[1])}[0-9]+$", length=len(newest or "")
    )
    highest = alike.aggregate(tag=Max("asset_tag"))["tag"]
    return f"{parts[1]}{int(highest[len(parts[1]) :]) + 1:0{len(parts[2])}d}"


PLACE = ("department", "holder", "site", "location")


def with_consequences(device: Device, to: Mapping[str, Any]) -> dict[str, Any]:
    """What else changes when a device goes to another department or place: {field: value}.

    A location brings its site; in another site the old location is none; who holds it for a department does not hold
    it for the next, and nobody holds what goes back into stock or is scrapped.
    """
    values = dict(to)
    if values.get("status") in (status.IN_STOCK, status.SCRAPPED) and values["status"] != device.status:
        values.setdefault("holder", None)
    if values.get("location") is not None and "site" not in values:
        values["site"] = values["location"].site
    if "site" in values and "location" not in values and _key(values["site"]) != device.site_id:
        values["location"] = None
    if "department" in values and "holder" not in values and _key(values["department"]) != device.department_id:
        values["holder"] = None
    return values


def _key(row: Any) -> Any:
    return row.pk if row is not None else None


def move(devices: Sequence[Device], *, to: Mapping[str, Any], actor: Actor, reason: str) -> int:
    """Move devices to a department, a holder, a site, a location (any of PLACE), or into a status with it.

    All or none; returns how many changed. Raises ValidationError.
    """
    changed = 0
    with write.unit(actor, reason=reason) as unit:
        for device in devices:
            for name, value in with_consequences(device, to).items():
                setattr(device, name, value)
            changed += bool(unit.update(device))
    return changed


def set_status(device: Device, to: str, *, actor: Actor, reason: str) -> Device:
    """Let a device go into another state: return, repair, scrap. Raises ValidationError where no step leads there."""
    move([device], to={"status": to}, actor=actor, reason=reason)
    return device


def verify(device: Device, place: Site | Location, *, on: date, actor: Actor, reason: str) -> Device:
    """Put down that a device was found at a place. One that stood elsewhere is moved there, a missing one is in use.

    Who found it is the person of that very name, where there is one alone; the change log knows the account anyway.
    Raises ValidationError.
    """
    to: dict[str, Any] = {"verified_on": on, "verified_by": _person(actor)}
    if not stands_at(device, place):
        to["location" if isinstance(place, Location) else "site"] = place
    if device.status == status.MISSING:
        to["status"] = status.IN_USE
    move([device], to=to, actor=actor, reason=reason)
    return device


def stands_at(device: Device, place: Site | Location) -> bool:
    """Whether a device stands at a site, or at a location or one within it."""
    if isinstance(place, Site):
        return device.site_id == place.pk
    above = device.location
    while above is not None and above != place:
        above = above.parent
    return above is not None


def _person(actor: Actor) -> Person | None:
    name = str(actor.user) if actor.user is not None else ""
    found = list(Person.objects.filter(name=name)[:2]) if name else []
    return found[0] if len(found) == 1 else None
