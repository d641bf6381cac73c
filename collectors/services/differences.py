"""Differences between register and network: opening, settling, and a person's decision.

A rejected difference does not come back for the same seen value. One that the network no longer shows is settled.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from collectors.effects import effects
from collectors.judging import BEYOND, Key, Seen
from collectors.models import Difference, DifferenceKind, DifferenceState, Proposal, ProposalState, Run
from collectors.recognising import SeenDevice
from collectors.services import proposals
from inventory.models import Device
from inventory.services import devices, write
from inventory.services.write import Actor, Unit

Verb = Callable[..., Difference]


def ident(difference: Difference) -> Key:
    return (
        difference.kind,
        difference.device_id,
        difference.field if difference.device_id is not None else difference.key,
    )


@dataclass(slots=True)
class Ledger:
    """Open and rejected differences, read once for a device or for a run."""

    open: dict[Key, Difference] = field(default_factory=dict)
    rejected: set[tuple[Key, str]] = field(default_factory=set)

    @classmethod
    def read(cls, **filters: Any) -> "Ledger":
        """Those that match the filters of Difference."""
        return cls.of(Difference.objects.filter(state__in=(DifferenceState.OPEN, DifferenceState.REJECTED), **filters))

    @classmethod
    def of(cls, differences: Iterable[Difference]) -> "Ledger":
        """Open and rejected ones that were read already."""
        ledger = cls()
        for difference in differences:
            if difference.state == DifferenceState.OPEN:
                ledger.open[ident(difference)] = difference
            else:
                ledger.rejected.add((ident(difference), difference.seen_value))
        return ledger

    def record(self, unit: Unit, run: Run, seen: Iterable[Seen], settled: Iterable[Key], now: datetime) -> int:
        """Open what is new, keep what is seen again, settle what is no longer shown. Returns how many are new."""
        new: list[Difference] = []
        again: list[int] = []
        for one in seen:
            held = self.open.get(one.ident)
            if held is not None and held.seen_value == one.seen_value[:500]:
                again.append(held.pk)
                if held.evidence.get("at") != one.evidence.get("at") and not _is_vaguer(one, held):
                    before, held.evidence = held.evidence, dict(one.evidence)
                    unit.update_many(Difference, [(held, {"evidence": (before, held.evidence)})])
                continue
            if (one.ident, one.seen_value[:500]) in self.rejected:
                continue
            if held is not None:
                self._close(unit, held, now)
            difference = Difference(
                kind=one.kind,
                device_id=one.device,
                field=one.field,
                key=one.key[:255],
                register_value=one.register_value[:500],
                seen_value=one.seen_value[:500],
                evidence=dict(one.evidence),
                opened_at=now,
                last_seen_at=now,
                run=run,
            )
            self.open[one.ident] = difference
            new.append(difference)
        unit.create_many(Difference, new)
        unit.touch(Difference, again, last_seen_at=now)
        for key in settled:
            if (old := self.open.pop(key, None)) is not None:
                self._close(unit, old, now)
        return len(new)

    @staticmethod
    def _close(unit: Unit, difference: Difference, now: datetime) -> None:
        changes = {
            "state": (difference.state, DifferenceState.SETTLED.value),
            "closed_at": (None, now),
            "closed_by": ("", unit.actor.name),
        }
        for name, (_before, after) in changes.items():
            setattr(difference, name, after)
        unit.update_many(Difference, [(difference, changes)])


def _is_vaguer(seen: Seen, held: Difference) -> bool:
    """A run that asked only some switches sees a MAC behind one of them whose very port is known."""
    return BEYOND in seen.evidence and BEYOND not in held.evidence


def reject(difference: Difference, *, actor: Actor, reason: str = "") -> Difference:
    """The register is right. Raises ValidationError when it is already decided."""
    with write.unit(actor, reason=reason) as unit:
        _require_open(unit, difference)
        return _decide(unit, difference, DifferenceState.REJECTED, reason)


def accept(difference: Difference, *, actor: Actor, reason: str = "") -> Difference:
    """The network is right: the register takes what `effects` says. Raises ValidationError.

    Where that is nothing, it is marked as accepted, for what has to be done by hand.
    """
    with write.unit(actor, reason=reason or _("difference accepted")) as unit:
        _require_open(unit, difference)
        return _decide(unit, difference, DifferenceState.ACCEPTED, reason, _apply(unit, difference))


def reopen(difference: Difference, *, actor: Actor, reason: str = "") -> Difference:
    """Take a decision back, with what it wrote. Raises ValidationError when somebody changed that since."""
    with write.unit(actor, reason=reason or _("decision taken back")) as unit:
        unit.renew(difference)
        if difference.state not in (DifferenceState.ACCEPTED, DifferenceState.REJECTED):
            raise ValidationError(_("Difference %d was not decided by anybody.") % difference.pk)
        same = Ledger.read(kind=difference.kind, device=difference.device, key=difference.key)
        if same.open.get(ident(difference)):
            raise ValidationError(_("The same difference has come up again and is open."))
        _take_back(unit, difference)
        difference.state, difference.written = DifferenceState.OPEN, {}
        difference.closed_at, difference.closed_by, difference.reason = None, "", ""
        unit.update(difference)
    return difference


def decide_each(differences: Iterable[Difference], verb: Verb, *, actor: Actor, reason: str = "") -> dict[int, str]:
    """Do the verb (accept, reject, reopen) to each in its own transaction. Returns the faults, by key."""
    faults = {}
    for difference in differences:
        try:
            verb(difference, actor=actor, reason=reason)
        except ValidationError as fault:
            faults[difference.pk] = " ".join(fault.messages)
    return faults


def _apply(unit: Unit, difference: Difference) -> dict[str, Any]:
    """Write the effect of accepting; {column: [before, after]}."""
    if difference.device_id is None:
        return {}
    device = Device.objects.select_related("device_type", "location").get(pk=difference.device_id)
    difference.device = device
    values = effects([difference])[difference.pk].values
    written: dict[str, Any] = {name: [getattr(device, name), value] for name, value in values.items()}
    for name, value in values.items():
        setattr(device, name, value)
    if "serial" in values:
        devices.refuse_known_serial(device)
    unit.update(device)
    if difference.kind == DifferenceKind.REPLACED:
        written["proposal"] = [None, _propose(unit, difference)]
    return {name: pair for name, pair in written.items() if pair[0] != pair[1]}


def _propose(unit: Unit, difference: Difference) -> int | None:
    """Propose what answers in a device's place; None when the register knows it."""
    said = difference.evidence
    address = difference.device.primary_address if difference.device is not None else None
    seen = SeenDevice(
        addresses=(address.address,) if address is not None else (),
        name=said.get("name", ""),
        manufacturer=said.get("manufacturer", ""),
        model=said.get("model", ""),
        serial=said.get("serial", ""),
        mac=said.get("base_mac", ""),
        macs=frozenset(said.get("macs", ())),
        evidence={"in place of": str(difference.device)},
    )
    new = proposals.propose([seen], actor=unit.actor, by_address=False).new
    return new[0].pk if new else None


def _take_back(unit: Unit, difference: Difference) -> None:
    written = dict(difference.written)
    proposal = written.pop("proposal", (None, None))[1]
    for made in Proposal.objects.filter(pk=proposal, state=ProposalState.OPEN):
        unit.delete(made)
    if not written:
        return
    device = Device.objects.get(differences=difference)
    for name, (before, after) in written.items():
        if getattr(device, name) != after:
            raise ValidationError(_("%(device)s was changed since: edit it by hand.") % {"device": device})
        setattr(device, name, before)
    unit.update(device)


def _require_open(unit: Unit, difference: Difference) -> None:
    """Read anew, since of two people who decide at once the second must not undo the first unseen."""
    unit.renew(difference)
    if difference.state != DifferenceState.OPEN:
        raise ValidationError(
            _("Difference %(number)d is already %(state)s.")
            % {"number": difference.pk, "state": difference.get_state_display()}
        )


def _decide(
    unit: Unit, difference: Difference, state: DifferenceState, reason: str, written: Mapping[str, Any] | None = None
) -> Difference:
    difference.state = state
    difference.closed_at = timezone.now()
    difference.closed_by = unit.actor.name
    difference.reason, difference.written = reason, dict(written or {})
    unit.update(difference)
    return difference
