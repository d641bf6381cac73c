"""Which device, and which device type, of the register it is that the network shows. Reads only, a few queries for all.

`matching` judges the device that answers at an address; here the whole register is asked.
"""

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from django.db.models import CharField, F, Q, Value
from django.db.models.functions import Lower, StrIndex, Substr

from collectors.models import DeviceState, Proposal
from inventory.models import Device, DeviceType, Interface, IPAddress
from inventory.models.hardware import DeviceStatus
from inventory.rules import addresses, names

AT_ONCE = 10_000
"""Values that one query asks for."""
SHORTEST_NAME = 4
"""Characters of a model that may be looked for inside a longer one."""


@dataclass(frozen=True, slots=True)
class SeenDevice:
    """What is known of a device that may be new. `macs`: its own, the base MAC among them."""

    addresses: tuple[str, ...] = ()
    name: str = ""
    manufacturer: str = ""
    model: str = ""
    serial: str = ""
    mac: str = ""
    engine_id: str = ""
    macs: frozenset[str] = frozenset()
    profile: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)

    def keys(self) -> list[str]:
        """Its identities, the surest first; at least one."""
        found = []
        if serial := names.serial_key(self.serial):
            found.append(f"serial:{self.manufacturer.lower()}:{serial}")
        found += [f"mac:{self.mac}"] if self.mac else []
        found += [f"engine:{self.engine_id}:{self.name.lower()}"] if self.engine_id and self.name else []
        if not found:
            found += [f"name:{self.name.lower()}"] if names.name_key(self.name) else []
            found += [f"address:{self.addresses[0]}"] if self.addresses and not found else []
        return [key[:255] for key in found or ["address:"]]


def seen_then(proposal: Proposal) -> SeenDevice:
    """What was known when it was proposed, or seen last."""
    return SeenDevice(
        addresses=tuple(proposal.addresses),
        name=proposal.name,
        manufacturer=proposal.manufacturer,
        serial=proposal.serial,
        mac=proposal.mac,
        engine_id=proposal.evidence.get("engine id", ""),
    )


class Sign(StrEnum):
    """By what a device is known again."""

    SERIAL = "serial"
    MAC = "mac"
    ENGINE = "engine"
    ADDRESS = "address"
    NAME = "name"


OWN = (Sign.SERIAL, Sign.MAC, Sign.ENGINE)
"""What a device bears itself, the surest first; each is enough to know it by."""


def recognise(everything: Sequence[SeenDevice], signs: Sequence[Sign] = OWN) -> list[dict[Sign, Device]]:
    """For each of them the registered device that each sign points to, in the order of `signs`.

    Scrapped devices are left out. Of a device's many MACs most decide.
    """
    keys: list[dict[Sign, int]] = [{} for _one in everything]
    for sign in signs:
        way = _WAYS[sign]
        told = [way.told(seen) for seen in everything]
        owners = dict(reversed(list(way.owners({value for values in told for value in values}))))
        for found, values in zip(keys, told, strict=True):
            counted = Counter(owners[value] for value in sorted(values) if value in owners)
            if counted:
                found[sign] = counted.most_common(1)[0][0]
    devices = Device.objects.select_related("device_type__manufacturer").in_bulk(
        {pk for found in keys for pk in found.values()}
    )
    return [{sign: devices[pk] for sign, pk in found.items()} for found in keys]


class _Way(NamedTuple):
    """One sign: what a device tells of it, and whose it is in the register, by asset tag."""

    told: Callable[[SeenDevice], set[Any]]
    owners: Callable[[Collection[Any]], Iterable[tuple[Hashable, int]]]


def _parts(values: Collection[Any]) -> Iterator[list[Any]]:
    listed = sorted(values)
    return (listed[start : start + AT_ONCE] for start in range(0, len(listed), AT_ONCE))


def _kept(path: str) -> Q:
    """Rows of devices that are not scrapped."""
    return ~Q(**{f"{path}status": DeviceStatus.SCRAPPED})


def _serials(seen: SeenDevice) -> set[str]:
    return {names.serial_key(seen.serial)} - {""}


def _owners_of_serials(serials: Collection[str]) -> Iterator[tuple[str, int]]:
    bare = Substr("serial_key", StrIndex(F("serial_key"), Value(":")) + 1, output_field=CharField())
    for part in _parts(serials):
        yield from Device.objects.filter(_kept("")).annotate(bare=bare).filter(bare__in=part).values_list("bare", "pk")


def _macs(seen: SeenDevice) -> set[str]:
    return set(seen.macs | {seen.mac}) - {""}


def _owners_of_macs(macs: Collection[str]) -> Iterator[tuple[str, int]]:
    for part in _parts(macs):
        ports = Interface.objects.filter(_kept("device__"), mac__in=part).order_by("device__asset_tag")
        yield from ports.values_list("mac", "device_id")
        states = DeviceState.objects.filter(_kept("device__"), base_mac__in=part).order_by("device__asset_tag")
        yield from states.values_list("base_mac", "device_id")


def _engines(seen: SeenDevice) -> set[tuple[str, str]]:
    return {(seen.engine_id, seen.name.lower())} if seen.engine_id else set()


def _owners_of_engines(engines: Collection[tuple[str, str]]) -> Iterator[tuple[tuple[str, str], int]]:
    for part in _parts({engine for engine, _name in engines}):
        states = DeviceState.objects.filter(_kept("device__"), engine_id__in=part).order_by("device__asset_tag")
        for engine, name, device in states.values_list("engine_id", "sys_name", "device_id"):
            yield (engine, name.lower()), device


def _addresses(seen: SeenDevice) -> set[str]:
    return {addresses.address_key(addresses.parse_address(one)) for one in seen.addresses}


def _owners_of_addresses(keys: Collection[str]) -> Iterator[tuple[str, int]]:
    for part in _parts(keys):
        held = IPAddress.objects.filter(_kept("interface__device__"), key__in=part, gone_since__isnull=True)
        rows = held.filter(interface__isnull=False).order_by("interface__device__asset_tag")
        yield from rows.values_list("key", "interface__device_id")


def _names(seen: SeenDevice) -> set[str]:
    return {names.name_key(seen.name)} - {""}


def _owners_of_names(wanted: Collection[str]) -> Iterator[tuple[str, int]]:
    """A name that two devices have tells nothing."""
    for part in _parts(wanted):
        rows = Device.objects.filter(_kept("")).annotate(key=Lower("name")).filter(key__in=part)
        found = list(rows.values_list("key", "pk"))
        counted = Counter(key for key, _pk in found)
        yield from ((key, pk) for key, pk in found if counted[key] == 1)


_WAYS = {
    Sign.SERIAL: _Way(_serials, _owners_of_serials),
    Sign.MAC: _Way(_macs, _owners_of_macs),
    Sign.ENGINE: _Way(_engines, _owners_of_engines),
    Sign.ADDRESS: _Way(_addresses, _owners_of_addresses),
    Sign.NAME: _Way(_names, _owners_of_names),
}


def all_types() -> list[DeviceType]:
    """The device types with their manufacturers, for the two look-ups below."""
    return list(DeviceType.objects.select_related("manufacturer"))


def type_called(model: str, types: Iterable[DeviceType], maker: int | None = None) -> DeviceType | None:
    """The one type whose model or alias this is, of that manufacturer before others; None for none or several."""
    wanted = names.squeeze(model)
    found = [one for one in types if wanted and wanted in map(names.squeeze, one.names())]
    own = [one for one in found if one.manufacturer_id == maker]
    chosen = own or found
    return chosen[0] if len(chosen) == 1 else None


def type_inside(model: str, types: Iterable[DeviceType], maker: int | None = None) -> DeviceType | None:
    """The one type whose name stands longest in what was seen, or the one that holds it; of a known maker its own."""
    wanted = names.squeeze(model)
    found: dict[int, set[int]] = {}
    known = {one.pk: one for one in types if maker is None or one.manufacturer_id == maker}
    for one in known.values():
        for name in map(names.squeeze, one.names()):
            short, long = sorted((name, wanted), key=len)
            if len(short) >= SHORTEST_NAME and short in long:
                found.setdefault(len(short), set()).add(one.pk)
    longest = found.get(max(found, default=0), set())
    return known[longest.pop()] if len(longest) == 1 else None
