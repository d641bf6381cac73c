"""What a whole run shows that no single device can: things moved, unknown, unregistered, not seen. Pure.

Says only what it can know: a computer is 'not seen' only where every switch of its site was read to the end.
"""

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from collectors.links import Place, is_own, is_random
from inventory.rules import names

MOVED, UNKNOWN_MAC, UNREGISTERED, UNSEEN = "moved", "unknown_mac", "unregistered", "unseen"

BEYOND = "beyond"
"""The key, in a difference's evidence, that says: not at that port itself, but somewhere behind it."""

Key = tuple[str, int | None, str]
"""Kind, device, and what tells two apart: the field, or without a device the key."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A difference that a run shows: the register's value and the network's."""

    kind: str
    register_value: str
    seen_value: str
    device: int | None = None
    field: str = ""
    key: str = ""
    evidence: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def ident(self) -> Key:
        return (self.kind, self.device, self.field if self.device is not None else self.key)


@dataclass(frozen=True, slots=True)
class Registered:
    """A device that has a MAC but is no network device: a computer, a printer, a server."""

    pk: int
    site: int | None
    in_use: bool
    polled: bool
    """It was asked itself in this run: its own answer or silence speaks for it."""


@dataclass(frozen=True, slots=True)
class Switch:
    pk: int
    name: str
    site: int | None


@dataclass(frozen=True, slots=True)
class Heard:
    """What a neighbour said on a port of a switch."""

    switch: int
    port: str
    chassis: str
    name: str
    descr: str
    address: str
    bridge: bool | None


@dataclass(slots=True)
class Verdicts:
    """Differences shown, and those that are settled."""

    seen: list[Seen] = dataclasses.field(default_factory=list)
    settled: list[Key] = dataclasses.field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Ground:
    """What the judgement stands on: names for people, and what the register has."""

    sites: Mapping[int, str]
    switches: Mapping[int, Switch]
    ports: Mapping[int, str]
    """Interface key → name."""
    owners: Mapping[str, Registered]
    """MAC → the device that has it in the register."""


def judge_places(places: Iterable[Place], ground: Ground, *, silent: Collection[str] = ()) -> Verdicts:
    """Moved and unknown MACs. `silent` are MACs spoken of elsewhere (neighbours that are not registered)."""
    verdicts = Verdicts()
    for place in places:
        owner = ground.owners.get(place.mac)
        if owner is not None:
            verdicts.settled.append((UNKNOWN_MAC, None, place.mac))
            _judge_site(verdicts, place, owner, ground)
        elif place.switch is not None and is_own(place.mac) and not is_random(place.mac) and place.mac not in silent:
            where = _where(place, ground)
            evidence: dict[str, Any] = {"at": where, "address": place.address}
            if not place.direct:
                evidence[BEYOND] = True
            verdicts.seen.append(Seen(UNKNOWN_MAC, "", place.mac, key=place.mac, evidence=evidence))
    return verdicts


def _judge_site(verdicts: Verdicts, place: Place, owner: Registered, ground: Ground) -> None:
    switch = ground.switches.get(place.switch) if place.switch is not None else None
    if not place.direct or switch is None or switch.site is None or owner.site is None:
        return
    if switch.site == owner.site:
        verdicts.settled.append((MOVED, owner.pk, "site"))
        return
    verdicts.seen.append(
        Seen(
            MOVED,
            ground.sites[owner.site],
            ground.sites[switch.site],
            device=owner.pk,
            field="site",
            evidence={"at": _where(place, ground), "mac": place.mac, "vlan": place.vlan, "address": place.address},
        )
    )


def _where(place: Place, ground: Ground) -> str:
    """'switch port' in the register's names."""
    switch = ground.switches.get(place.switch) if place.switch is not None else None
    return f"{switch.name if switch else '?'} {ground.ports.get(place.port or 0, '')}".strip()


def accounted_for(ground: Ground, places: Collection[str]) -> set[int]:
    """Devices that a table shows, that were asked themselves, or that need not be there."""
    return {device.pk for mac, device in ground.owners.items() if mac in places or device.polled or not device.in_use}


def missing(ground: Ground, accounted: Collection[int], whole_sites: Collection[int]) -> dict[int, list[str]]:
    """Other devices with their MACs, at sites whose switches were all read."""
    absent: dict[int, list[str]] = {}
    for mac, device in ground.owners.items():
        if device.pk not in accounted and device.site in whole_sites:
            absent.setdefault(device.pk, []).append(mac)
    return absent


def judge_unseen(
    absent: Mapping[int, list[str]],
    evidence: Mapping[int, date | None],
    accounted: Iterable[int],
    *,
    today: date,
    after_days: int,
) -> Verdicts:
    """Missing devices without evidence for so many days; those accounted for are settled.

    `evidence` gives the latest day on which anything shows that a missing device was there.
    """
    verdicts = Verdicts(settled=[(UNSEEN, pk, "last_seen") for pk in accounted])
    limit = today - timedelta(days=after_days)
    for pk, macs in absent.items():
        day = evidence.get(pk)
        if day is None or day < limit:
            last = day.isoformat() if day else ""
            verdicts.seen.append(
                Seen(
                    UNSEEN,
                    "in_use",
                    last,
                    device=pk,
                    field="last_seen",
                    evidence={"macs": macs, "last evidence": last},
                )
            )
    return verdicts


def judge_neighbours(
    heard: Iterable[Heard], known_macs: Collection[str], known_names: Collection[str], switches: Mapping[int, Switch]
) -> Verdicts:
    """Neighbours that forward frames and are not in the register, once for each chassis."""
    verdicts = Verdicts()
    done: set[str] = set()
    for one in heard:
        if not one.bridge or not one.chassis or one.chassis in done:
            continue
        done.add(one.chassis)
        if one.chassis in known_macs or names.name_key(one.name) in known_names:
            verdicts.settled.append((UNREGISTERED, None, one.chassis))
            continue
        switch = switches.get(one.switch)
        at = f"{switch.name if switch else '?'} {one.port}"
        said = one.name or one.descr.splitlines()[0][:100] if one.name or one.descr else one.chassis
        verdicts.seen.append(
            Seen(
                UNREGISTERED,
                "",
                said,
                key=one.chassis,
                evidence={"at": at, "description": one.descr[:300], "address": one.address},
            )
        )
    return verdicts


def unregistered_macs(heard: Iterable[Heard], known_macs: Collection[str]) -> Iterator[str]:
    """Chassis MACs of neighbours, which need no second difference as unknown MACs."""
    for one in heard:
        if one.bridge and one.chassis not in known_macs and len(one.chassis) == 12:
            yield one.chassis
