"""Devices that the network shows and the register lacks: proposing them, and a person's decision.

Only `accept` and `accept_as` write to the register. A proposal that was rejected stays so for the same device,
wherever it answers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from collectors.facts import SystemFact
from collectors.identify import Answers, default_vendors, identify
from collectors.matching import macs_of
from collectors.models import Difference, DifferenceKind, DifferenceState, Proposal, ProposalState
from collectors.polling.discovery import Found
from collectors.profiles import DeviceProfile, ManagementProfile
from collectors.recognising import OWN, SeenDevice, Sign, all_types, recognise, seen_then, type_called
from inventory.models import (
    AssetClass,
    Department,
    Device,
    DeviceType,
    Interface,
    IPAddress,
    Location,
    Manufacturer,
    Site,
)
from inventory.models.hardware import AssetRole, DeviceStatus
from inventory.models.network import InterfaceKind
from inventory.services import devices, write
from inventory.services.write import Actor, Unit

_MAC_DIGITS = 12


@dataclass(slots=True)
class Outcome:
    """What became of what was seen, each list in its order."""

    known: list[tuple[SeenDevice, Device]] = field(default_factory=list)
    new: list[Proposal] = field(default_factory=list)
    again: list[Proposal] = field(default_factory=list)
    rejected: list[Proposal] = field(default_factory=list)


def seen_from(found: Found) -> SeenDevice:
    """A discovered device as what may be proposed."""
    snapshot = found.snapshot
    identity = snapshot.identity
    return SeenDevice(
        addresses=tuple(found.addresses),
        name=snapshot.system.name,
        manufacturer=identity.manufacturer or "",
        model=identity.hardware or "",
        serial=identity.serial or "",
        mac=identity.base_mac or min(macs_of(snapshot), default=""),
        engine_id=snapshot.system.engine_id,
        macs=frozenset(macs_of(snapshot)),
        profile=found.target.credentials[0].name,
        evidence={
            "description": snapshot.system.descr[:300],
            "object id": snapshot.system.object_id,
            "engine id": snapshot.system.engine_id,
            "kind": identity.kind or "",
            "version": identity.version or "",
        },
    )


def propose(everything: Iterable[SeenDevice], *, actor: Actor, by_address: bool = True) -> Outcome:
    """Write a proposal for each device that the register lacks, in one transaction. Known ones are told as known.

    Without `by_address` a device is not known by having the address of one. Asks and writes a few times for all.
    """
    outcome, seen_now = Outcome(), list(everything)
    now = timezone.now()
    profiles = {profile.name: profile for profile in ManagementProfile.objects.all()}
    with write.unit(actor) as unit:
        kept = _Kept()
        for seen, signs in zip(seen_now, recognise(seen_now, (*OWN, Sign.ADDRESS) if by_address else OWN), strict=True):
            old = kept.find(seen)
            device = next(iter(signs.values()), None) or _entered_from(old)
            if device is not None:
                outcome.known.append((seen, device))
            elif old is None:
                new = Proposal(key=seen.keys()[0], first_seen_at=now, profile=profiles.get(seen.profile))
                _fill(new, seen, now)
                kept.add(new)
                outcome.new.append(new)
            elif old.state == ProposalState.REJECTED:
                outcome.rejected.append(old)
            else:
                _fill(old, seen, now)
                old.profile = profiles.get(seen.profile, old.profile)
                old.state = ProposalState.OPEN
                kept.add(old)
                outcome.again.append(old)
        kept.write(unit, outcome)
    return outcome


def _entered_from(proposal: Proposal | None) -> Device | None:
    """The device that a person entered from it, or said that it is."""
    if proposal is None or proposal.state != ProposalState.ACCEPTED or proposal.device is None:
        return None
    return proposal.device if proposal.device.status != DeviceStatus.SCRAPPED else None


class _Kept:
    """The proposals there are, by each identity under which their devices may be seen."""

    def __init__(self) -> None:
        self._by_identity: dict[str, Proposal] = {}
        self._before: dict[int, Mapping[str, Any]] = {}
        for proposal in Proposal.objects.select_related("device"):
            self._before[proposal.pk] = _values(proposal)
            self.add(proposal)

    def add(self, proposal: Proposal) -> None:
        """A new one, or one of which more is known now."""
        for identity in (proposal.key, *seen_then(proposal).keys()):
            self._by_identity.setdefault(identity, proposal)

    def find(self, seen: SeenDevice) -> Proposal | None:
        """The proposal of the same device, by whichever identity it was known then."""
        identities = [*seen.keys(), *(f"mac:{mac}" for mac in sorted(seen.macs))]
        return next((self._by_identity[one] for one in identities if one in self._by_identity), None)

    def write(self, unit: Unit, outcome: Outcome) -> None:
        for new in outcome.new:
            new.clean_fields(exclude=("profile",))
        unit.create_many(Proposal, outcome.new)
        unit.update_many(Proposal, [(old, self._changes(old)) for old in outcome.again if old.pk in self._before])

    def _changes(self, proposal: Proposal) -> dict[str, tuple[Any, Any]]:
        before, after = self._before[proposal.pk], _values(proposal)
        return {name: (before[name], after[name]) for name in after if before[name] != after[name]}


def _values(proposal: Proposal) -> dict[str, Any]:
    return {f.name: f.value_from_object(proposal) for f in Proposal._meta.concrete_fields}


def _fill(proposal: Proposal, seen: SeenDevice, now: datetime) -> None:
    """What is seen replaces what was known; what is not seen this time stays."""
    proposal.addresses = list(dict.fromkeys([*seen.addresses, *proposal.addresses]))
    for name in ("name", "manufacturer", "model", "serial", "mac"):
        value = getattr(seen, name)
        if value:
            longest = Proposal._meta.get_field(name).max_length  # type: ignore[union-attr]
            setattr(proposal, name, value[:longest])
    proposal.evidence = proposal.evidence | {key: value for key, value in seen.evidence.items() if value}
    proposal.last_seen_at = now


def propose_neighbours(*, actor: Actor) -> Outcome:
    """Propose the neighbours (LLDP, CDP) that are open as 'not in the register'.

    Open proposals of devices that were registered since, by serial, MAC or engine id, are closed as accepted.
    """
    rows = Difference.objects.filter(kind=DifferenceKind.UNREGISTERED, state=DifferenceState.OPEN).order_by("pk")
    with write.unit(actor) as unit:
        still_open = list(Proposal.objects.filter(state=ProposalState.OPEN))
        for proposal, signs in zip(still_open, recognise(list(map(seen_then, still_open))), strict=True):
            for device in list(signs.values())[:1]:
                _decide(unit, proposal, ProposalState.ACCEPTED, device, _("registered since"))
        return propose(map(_neighbour, rows), actor=actor)


def _neighbour(difference: Difference) -> SeenDevice:
    """What a neighbour said of itself; its description tells what the description of a device that was asked tells."""
    said, name = difference.evidence, difference.seen_value
    description, address = said.get("description") or "", said.get("address", "")
    mac = difference.key if len(difference.key) == _MAC_DIGITS else ""
    nameless = name == difference.key or (mac and [name] == [line[:100] for line in description.splitlines()[:1]])
    identity = identify(Answers(SystemFact(descr=description)), default_vendors())
    return SeenDevice(
        addresses=(address,) if address else (),
        name="" if nameless else name,
        manufacturer=identity.manufacturer or "",
        model=identity.hardware or "",
        mac=mac,
        evidence={"heard at": said.get("at"), "description": description, "kind": identity.kind or ""},
    )


def reject(proposal: Proposal, *, actor: Actor, reason: str = "") -> Proposal:
    """Not a device for the register. Raises ValidationError when it is already decided."""
    with write.unit(actor, reason=reason) as unit:
        _require_undecided(unit, proposal, or_rejected=False)
        return _decide(unit, proposal, ProposalState.REJECTED, None, reason)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a person adds to a proposal for the register. Without a device type: the model below, known or new."""

    asset_tag: str
    status: str = DeviceStatus.IN_USE
    device_type: DeviceType | None = None
    asset_class: AssetClass | None = None
    """Needed for a model that the register does not have."""
    manufacturer: str = ""
    """As it was seen where it is empty; so the model."""
    model: str = ""
    name: str | None = None
    """As it was seen where it is None."""
    site: Site | None = None
    location: Location | None = None
    department: Department | None = None


def accept(proposal: Proposal, entry: Entry, *, actor: Actor, reason: str = "") -> Device:
    """Enter the device, with its address and the profile it answered to; one rejected by mistake too.

    Raises ValidationError, also where the register has the device already.
    """
    if entry.status not in (DeviceStatus.PLANNED, DeviceStatus.IN_STOCK, DeviceStatus.IN_USE):
        raise ValidationError(_("A new device is planned, in stock or in use."))
    with write.unit(actor, reason=reason or _("proposal accepted")) as unit:
        _require_undecided(unit, proposal, or_rejected=True)
        for known in recognise([seen_then(proposal)])[0].values():
            raise ValidationError(_("It is in the register already: %(device)s.") % {"device": known})
        device = Device(
            asset_tag=entry.asset_tag,
            name=proposal.name[:100] if entry.name is None else entry.name,
            serial=proposal.serial,
            device_type=entry.device_type or _device_type(unit, proposal, entry),
            status=entry.status,
            site=entry.site,
            location=entry.location,
            department=entry.department,
        )
        devices.refuse_known_serial(device)
        unit.create(device)
        _enter_reach(unit, proposal, device)
        _decide(unit, proposal, ProposalState.ACCEPTED, device, reason)
    return device


def accept_as(proposal: Proposal, device: Device, *, actor: Actor, reason: str = "") -> Device:
    """It is a device of the register, which takes over what it lacks: serial, name, MAC, addresses, profile.

    What the register says otherwise stays; the next collection shows it as a difference. Raises ValidationError.
    """
    with write.unit(actor, reason=reason or _("proposal accepted")) as unit:
        _require_undecided(unit, proposal, or_rejected=True)
        unit.renew(device)
        device.serial = device.serial or proposal.serial
        device.name = device.name or proposal.name[:100]
        devices.refuse_known_serial(device)
        unit.update(device)
        _enter_reach(unit, proposal, device)
        _decide(unit, proposal, ProposalState.ACCEPTED, device, reason)
    return device


def _device_type(unit: Unit, proposal: Proposal, entry: Entry) -> DeviceType:
    maker_name, model = entry.manufacturer or proposal.manufacturer, entry.model or proposal.model
    if not maker_name or not model:
        raise ValidationError(_("Its manufacturer or model is not known: give both."))
    maker = Manufacturer.objects.filter(Q(name__iexact=maker_name) | Q(name_zh=maker_name)).first()
    own = [kind for kind in all_types() if maker is not None and kind.manufacturer_id == maker.pk]
    if (kind := type_called(model, own)) is not None:
        return kind
    if entry.asset_class is None:
        raise ValidationError(
            _("The model %(model)s is new: give its asset class.") % {"model": f"{maker_name} {model}"}
        )
    maker = maker or unit.create(Manufacturer(name=maker_name))
    return unit.create(DeviceType(manufacturer=maker, model=model, asset_class=entry.asset_class))


def _enter_reach(unit: Unit, proposal: Proposal, device: Device) -> None:
    """How it is reached, as far as the register lacks it: MAC and addresses on one port, the profile it answered to."""
    held = set(IPAddress.objects.filter(interface__device=device).values_list("address", flat=True))
    missing = [address for address in proposal.addresses if address not in held]
    mac = "" if recognise([SeenDevice(mac=proposal.mac)], [Sign.MAC])[0] else proposal.mac
    if mac or missing:
        port = _port(unit, device, mac)
        made = [unit.create(IPAddress(address=address, interface=port)) for address in missing]
        if made and device.primary_address is None:
            device.primary_address = made[0]
            unit.update(device)
    if proposal.profile is not None and not DeviceProfile.objects.filter(device=device).exists():
        unit.create(DeviceProfile(device=device, profile=proposal.profile, worked_at=proposal.last_seen_at))


def _port(unit: Unit, device: Device, mac: str) -> Interface:
    """The port of a device that was not yet asked for its own."""
    network = device.device_type.asset_class.role == AssetRole.NETWORK
    kind = InterfaceKind.VIRTUAL if network else InterfaceKind.COPPER
    name = "mgmt" if network else "eth0"
    port = device.interfaces.filter(name=name).first()
    if port is None:
        return unit.create(Interface(device=device, name=name, kind=kind, mac=mac))
    port.mac = port.mac or mac
    unit.update(port)
    return port


def _decide(unit: Unit, proposal: Proposal, state: ProposalState, device: Device | None, reason: str) -> Proposal:
    proposal.state, proposal.device = state, device
    proposal.closed_at, proposal.closed_by, proposal.reason = timezone.now(), unit.actor.name, reason
    unit.update(proposal)
    return proposal


def _require_undecided(unit: Unit, proposal: Proposal, *, or_rejected: bool) -> None:
    """Read anew: of two people who decide at once the second is told what the first did."""
    known = proposal.state
    unit.renew(proposal)
    known_as_rejected = or_rejected and known == proposal.state == ProposalState.REJECTED
    if proposal.state != ProposalState.OPEN and not known_as_rejected:
        raise ValidationError(
            _("Proposal %(number)d is already %(state)s.")
            % {"number": proposal.pk, "state": proposal.get_state_display()}
        )
