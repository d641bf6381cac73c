"""Look-ups that a search makes across models: devices by what is on them, segments, prefixes. Knows no page.

Each narrows the rows it is given, which the caller has taken from what the user may see.
"""

from typing import Any

from django.db.models import Q, QuerySet

from inventory.models import Interface, IPAddress, Person
from inventory.rules import addresses
from inventory.rules.asked import LEAST_SERIAL, Asked


def find_devices(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Devices by tag, name or holder; by serial, whatever its punctuation; by a MAC or an address, whole or in part."""
    asked = Asked(text)
    found = Q(asset_tag__icontains=text) | Q(name__icontains=text)
    if len(asked.squeezed) >= LEAST_SERIAL:
        found |= Q(serial_key__contains=asked.squeezed)
    else:
        found |= Q(serial__icontains=text)
    macs, within = interfaces_of(asked), addresses_of(asked)
    if macs is not None:
        found |= Q(pk__in=macs.values("device"))
    if within is not None:
        found |= Q(pk__in=within.filter(interface__isnull=False).values("interface__device"))
    elif not asked.mac:
        found |= Q(holder__in=Person.objects.filter(name__icontains=text).values("pk"))
    return rows.filter(found)


def interfaces_of(asked: Asked) -> QuerySet[Interface] | None:
    """Interfaces by a MAC or a part of one; None where the text is neither."""
    if asked.mac:
        return Interface.objects.filter(mac=asked.mac)
    return Interface.objects.filter(mac__contains=asked.mac_part) if asked.mac_part else None


def addresses_of(asked: Asked) -> QuerySet[IPAddress] | None:
    """Addresses by an address, the beginning of one, or a prefix; None where the text is none of them."""
    return None if asked.address_keys is None else IPAddress.objects.filter(key__range=asked.address_keys)


def find_addresses(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Addresses that are the text, begin with it, or lie in it; none for any other text."""
    keys = Asked(text).address_keys
    return rows.filter(key__range=keys) if keys else rows.none()


def find_segments(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Segments by name or VLAN id."""
    found, vlan_id = Q(name__icontains=text), Asked(text).vlan_id
    return rows.filter(found | Q(vlan_id=vlan_id) if vlan_id else found)


def find_prefixes(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Prefixes by what they are called, and those that hold an address."""
    found = Q(prefix__icontains=text) | Q(description__icontains=text) | Q(segment__name__icontains=text)
    address = Asked(text).address
    if address is not None:
        found |= Q(key__in=addresses.containing_keys(address))
    return rows.filter(found)


def find_described(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Interfaces by their description; by a MAC it is their device that is found."""
    return rows.filter(description__icontains=text)
