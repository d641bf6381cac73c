"""Devices that the network shows and the register lacks: proposing them, and a person's decision.

Only `accept` writes to the register. A proposal that was rejected stays so for the same device, wherever it answers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from collectors.matching import macs_of
from collectors.models import DeviceState, Difference, DifferenceKind, DifferenceState, Proposal, ProposalState
from collectors.polling.discovery import Found
from collectors.profiles import DeviceProfile, ManagementProfile
from inventory.models import (
    AssetClass,
    Department,
    Device,
    DeviceType,
    Interface,
    IPAddress,
    Manufacturer,
    Site,
)
from inventory.models.hardware import AssetRole, DeviceStatus
from inventory.models.network import InterfaceKind
from inventory.rules import addresses, names
from inventory.services import write
from inventory.services.write import Actor, Unit

_MAC_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Seen:
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


@dataclass(slots=True)
class Outcome:
    """What became of what was seen, each list in its order."""

    known: list[tuple[Seen, Device]] = field(default_factory=list)
    new: list[Proposal] = field(default_factory=list)
    again: list[Proposal] = field(default_factory=list)
    rejected: list[Proposal] = field(default_factory=list)


def seen_from(found: Found) -> Seen:
    """A discovered device as what may be proposed."""
    snapshot = found.snapshot
    identity = snapshot.identity
    return Seen(
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


def registered(seen: Seen, *, by_address: bool = True) -> Device | None:
    """The device of the register that this is: by serial, MAC or engine id, else by an address it was asked at."""
    devices = Device.objects.exclude(status=DeviceStatus.SCRAPPED)
    ways: list[Q] = []
    if serial := names.serial_key(seen.serial):
        ways.append(Q(serial_key__endswith=f":{serial}"))
    if macs := sorted(seen.macs | ({seen.mac} - {""}))[:400]:
        own = Interface.objects.filter(mac__in=macs).values("device")
        ways.append(Q(pk__in=own) | Q(pk__in=DeviceState.objects.filter(base_mac__in=macs).values("device")))
    if seen.engine_id:
        same = DeviceState.objects.filter(engine_id=seen.engine_id, sys_name__iexact=seen.name)
        ways.append(Q(pk__in=same.values("device")))
    if seen.addresses and by_address:
        keys = [addresses.address_key(addresses.parse_address(one)) for one in seen.addresses]
        at = IPAddress.objects.filter(key__in=keys, gone_since__isnull=True, interface__isnull=False)
        ways.append(Q(pk__in=at.values("interface__device")))
    for way in ways:
        if (device := devices.filter(way).first()) is not None:
            return device
    return None


def propose(everything: Iterable[Seen], *, actor: Actor, by_address: bool = True) -> Outcome:
    """Write a proposal for each device that the register lacks, in one transaction. Known ones are told as known.

    Without `by_address` a device is not known by having the address of one.
    """
    outcome = Outcome()
    now = timezone.now()
    profiles = {profile.name: profile for profile in ManagementProfile.objects.all()}
    with write.unit(actor) as unit:
        held = list(Proposal.objects.all())
        for seen in everything:
            device = registered(seen, by_address=by_address)
            if device is not None:
                outcome.known.append((seen, device))
                continue
            old = _held(seen, held)
            if old is None:
                new = Proposal(key=seen.keys()[0], first_seen_at=now, profile=profiles.get(seen.profile))
                _fill(new, seen, now)
                outcome.new.append(unit.create(new))
                held.append(new)
            elif old.state == ProposalState.REJECTED:
                outcome.rejected.append(old)
            else:
                _fill(old, seen, now)
                old.profile = profiles.get(seen.profile, old.profile)
                old.state = ProposalState.OPEN
                unit.update(old)
                outcome.again.append(old)
    return outcome


def _held(seen: Seen, held: Sequence[Proposal]) -> Proposal | None:
    """The proposal of the same device, by whichever identity it was known then."""
    keys = set(seen.keys())
    for proposal in held:
        same_mac = bool(proposal.mac) and proposal.mac in seen.macs
        if same_mac or proposal.key in keys or keys & set(_then(proposal).keys()):
            return proposal
    return None


def _then(proposal: Proposal) -> Seen:
    """What was known when it was proposed, or seen last."""
    return Seen(
        addresses=tuple(proposal.addresses),
        name=proposal.name,
        manufacturer=proposal.manufacturer,
        serial=proposal.serial,
        mac=proposal.mac,
        engine_id=proposal.evidence.get("engine id", ""),
    )


def _fill(proposal: Proposal, seen: Seen, now: datetime) -> None:
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
        for proposal in Proposal.objects.filter(state=ProposalState.OPEN):
            device = registered(_then(proposal), by_address=False)
            if device is not None:
                _decide(unit, proposal, ProposalState.ACCEPTED, device, _("registered since"))
        return propose(map(_neighbour, rows), actor=actor)


def _neighbour(difference: Difference) -> Seen:
    mac = difference.key if len(difference.key) == _MAC_DIGITS else ""
    address = difference.evidence.get("address", "")
    return Seen(
        addresses=(address,) if address else (),
        name=difference.seen_value if difference.seen_value != difference.key else "",
        mac=mac,
        evidence={"heard at": difference.evidence.get("at"), "description": difference.evidence.get("description")},
    )


def reject(proposal: Proposal, *, actor: Actor, reason: str = "") -> Proposal:
    """Not a device for the register. Raises ValidationError when it is already decided."""
    with write.unit(actor, reason=reason) as unit:
        _require_undecided(unit, proposal, or_rejected=False)
        return _decide(unit, proposal, ProposalState.REJECTED, None, reason)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a person adds to a proposal for the register. Empty texts: as it was seen."""

    asset_tag: str
    status: str = DeviceStatus.IN_USE
    asset_class: AssetClass | None = None
    """Needed for a model that the register does not have."""
    manufacturer: str = ""
    model: str = ""
    site: Site | None = None
    department: Department | None = None


def accept(proposal: Proposal, entry: Entry, *, actor: Actor, reason: str = "") -> Device:
    """Enter the device, with its address and the profile it answered to; one rejected by mistake too.

    Raises ValidationError.
    """
    if entry.status not in (DeviceStatus.PLANNED, DeviceStatus.IN_STOCK, DeviceStatus.IN_USE):
        raise ValidationError(_("A new device is planned, in stock or in use."))
    with write.unit(actor, reason=reason or _("proposal accepted")) as unit:
        _require_undecided(unit, proposal, or_rejected=True)
        device = unit.create(
            Device(
                asset_tag=entry.asset_tag,
                name=proposal.name[:100],
                serial=proposal.serial,
                device_type=_device_type(unit, proposal, entry),
                status=entry.status,
                site=entry.site,
                department=entry.department,
            )
        )
        _enter_address(unit, proposal, device)
        if proposal.profile is not None:
            unit.create(DeviceProfile(device=device, profile=proposal.profile, worked_at=proposal.last_seen_at))
        _decide(unit, proposal, ProposalState.ACCEPTED, device, reason)
    return device


def _device_type(unit: Unit, proposal: Proposal, entry: Entry) -> DeviceType:
    maker_name, model = entry.manufacturer or proposal.manufacturer, entry.model or proposal.model
    if not maker_name or not model:
        raise ValidationError(_("Its manufacturer or model is not known: give both."))
    maker = Manufacturer.objects.filter(Q(name__iexact=maker_name) | Q(name_zh=maker_name)).first()
    if maker is not None:
        for kind in maker.types.all():
            if model.casefold() in {name.casefold() for name in kind.names()}:
                return kind
    if entry.asset_class is None:
        raise ValidationError(
            _("The model %(model)s is new: give its asset class.") % {"model": f"{maker_name} {model}"}
        )
    maker = maker or unit.create(Manufacturer(name=maker_name))
    return unit.create(DeviceType(manufacturer=maker, model=model, asset_class=entry.asset_class))


def _enter_address(unit: Unit, proposal: Proposal, device: Device) -> None:
    if not proposal.mac and not proposal.addresses:
        return
    network = device.device_type.asset_class.role == AssetRole.NETWORK
    port = unit.create(
        Interface(
            device=device,
            name="mgmt" if network else "eth0",
            kind=InterfaceKind.VIRTUAL if network else InterfaceKind.COPPER,
            mac=proposal.mac,
        )
    )
    for number, address in enumerate(proposal.addresses):
        made = unit.create(IPAddress(address=address, interface=port))
        if number == 0:
            device.primary_address = made
            unit.update(device)


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
