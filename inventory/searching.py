"""Look-ups that a search makes across models: devices by what is on them or what they are, segments, prefixes. Knows
no page.

Each narrows the rows it is given, which the caller has taken from what the user may see.
"""

import re
from typing import Any

from django.db import connections, router
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Collate, Concat, Upper
from django.db.models.lookups import Contains

from inventory.models import DeviceType, Interface, IPAddress, Person
from inventory.rules import addresses
from inventory.rules.asked import LEAST_SERIAL, Asked

FEW = 500
"""Keys that are written into a query one by one."""
LEAST_TYPE = 2
"""Characters from which a text is looked for in models and makers: nearly all of them hold one."""


def holds(name: str, asked: Asked) -> Q:
    """Rows whose field holds the text, whatever the case.

    Where no case is to be minded a database compares three times as fast. PostgreSQL turns text into capitals by the
    rules of a language, which costs as much as all the rest; for ASCII those of the C collation do.
    """
    if not asked.has_case:
        return Q(**{f"{name}__contains": asked.text})
    if asked.text.isascii() and connections[router.db_for_read(Person)].vendor == "postgresql":
        return Q(Contains(Upper(Collate(name, "C")), asked.text.upper()))
    return Q(**{f"{name}__icontains": asked.text})


def find_devices(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Devices by what is their own, as devices_of finds them, or by their model or its maker."""
    asked = Asked(text)
    return rows.filter(_own(asked) | typed(asked))


def devices_of(rows: QuerySet[Any], asked: Asked) -> QuerySet[Any]:
    """Devices by tag, name or holder; by serial, whatever its punctuation; by a MAC or an address, whole or in part."""
    return rows.filter(_own(asked))


def _own(asked: Asked) -> Q:
    found = holds("asset_tag", asked) | holds("name", asked)
    if len(asked.squeezed) >= LEAST_SERIAL:
        found |= Q(serial_key__contains=asked.squeezed)
    else:
        found |= holds("serial", asked)
    macs, lying = interfaces_of(asked), addresses_of(asked)
    if macs is not None:
        found |= Q(pk__in=_few(macs.values_list("device", flat=True)))
    if lying is not None:
        found |= Q(pk__in=_few(lying.filter(interface__isnull=False).values_list("interface__device", flat=True)))
    elif not asked.mac:
        found |= Q(holder__in=_holders(asked))
    return found


def typed(asked: Asked) -> Q:
    """Devices whose model, another name of it, or its maker holds the text: by the keys of the few types that do."""
    if asked.mac or asked.address_keys is not None or len(asked.text) < LEAST_TYPE:
        return Q(pk__in=())
    return Q(device_type__in=_few(types_of(DeviceType.objects.all(), asked).values_list("pk", flat=True)))


def find_types(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Device types by model, another name, or maker in either language; also by maker and model together."""
    return types_of(rows, Asked(text))


def types_of(rows: QuerySet[Any], asked: Asked) -> QuerySet[Any]:
    """As find_types."""
    whole = Concat(
        "manufacturer__name", Value(" "), "model", Value(" / "), "manufacturer__name_zh", Value(" "), "model"
    )
    found: QuerySet[Any] = rows.alias(whole=whole).filter(holds("whole", asked) | holds("aliases", asked))
    return found


def meant(rows: QuerySet[Any], asked: Asked) -> QuerySet[Any]:
    """Devices that a text names whole: by tag, name or serial whatever the punctuation, by a MAC or by an address."""
    signs = "[^a-z0-9]*".join(map(re.escape, asked.squeezed))
    found = Q(asset_tag__in=asked.spellings) | Q(name__in=asked.spellings) | Q(serial__in=asked.spellings)
    if len(asked.squeezed) >= LEAST_SERIAL:
        found |= Q(asset_tag__iregex=f"^{signs}$") | Q(serial_key__endswith=f":{asked.squeezed}")
    if asked.mac:
        found |= Q(pk__in=Interface.objects.filter(mac=asked.mac).values("device"))
    if asked.address is not None:
        held = IPAddress.objects.filter(key=addresses.address_key(asked.address), gone_since__isnull=True)
        found |= Q(pk__in=held.filter(interface__isnull=False).values("interface__device"))
    return rows.filter(found)


def _few(keys: QuerySet[Any, Any]) -> Any:
    """Keys themselves where they are few: beside other conditions a sub-select is asked again and again."""
    found = list(keys.order_by()[: FEW + 1])
    return found if len(found) <= FEW else keys


def _holders(asked: Asked) -> Any:
    """Persons by name: their keys where they are few, since the search for persons asks for them too."""
    if "persons" not in asked.memo:
        named = Person.objects.filter(holds("name", asked)).order_by().values_list("pk", flat=True)
        asked.memo["persons"] = list(named[: FEW + 1])
    keys = asked.memo["persons"]
    return keys if len(keys) <= FEW else Person.objects.filter(holds("name", asked)).values("pk")


def find_persons(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Persons by name, staff number or telephone."""
    return persons_of(rows, Asked(text))


def persons_of(rows: QuerySet[Any], asked: Asked) -> QuerySet[Any]:
    """As find_persons."""
    keys = _holders(asked)
    found = Q(pk__in=keys) if isinstance(keys, list) else holds("name", asked)
    if any(sign.isdecimal() for sign in asked.text):
        found |= Q(number__contains=asked.text) | Q(number__contains=asked.text.upper())
        found |= Q() if asked.has_case else holds("phone", asked)
    return rows.filter(found)


def interfaces_of(asked: Asked) -> QuerySet[Interface] | None:
    """Interfaces by a MAC or a part of one; None where the text is neither."""
    if asked.mac:
        return Interface.objects.filter(mac=asked.mac)
    return Interface.objects.filter(mac__contains=asked.mac_part) if asked.mac_part else None


def addresses_of(asked: Asked) -> QuerySet[IPAddress] | None:
    """Addresses by an address, the beginning of one, or a prefix; None where the text is none of them."""
    return None if asked.address_keys is None else IPAddress.objects.filter(key__range=asked.address_keys)


def within(rows: QuerySet[Any], asked: Asked) -> QuerySet[Any]:
    """Addresses that are the text, begin with it, or lie in it; none for any other text."""
    return rows.filter(key__range=asked.address_keys) if asked.address_keys else rows.none()


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


def labelled(rows: QuerySet[Any], asked: Asked) -> QuerySet[Any]:
    """Cables by their label; by a device's name it is the device that is found."""
    return rows.exclude(label="").filter(holds("label", asked))


def described(rows: QuerySet[Any], asked: Asked) -> QuerySet[Any]:
    """Interfaces by their description; by a MAC it is their device that is found."""
    return rows.exclude(description="").filter(holds("description", asked))
