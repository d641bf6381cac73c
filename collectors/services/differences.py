"""Differences between register and network: opening, settling, and a person's decision.

A rejected difference does not come back for the same seen value. One that the network no longer shows is settled.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from collectors.judging import Key, Seen
from collectors.models import Difference, DifferenceKind, DifferenceState, Run
from inventory.models import Device, Site
from inventory.services import write
from inventory.services.write import Actor, Unit


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
                if held.evidence.get("at") != one.evidence.get("at"):
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


def reject(difference: Difference, *, actor: Actor, reason: str = "") -> Difference:
    """The register is right. Raises ValidationError when it is already decided."""
    return _decide(difference, DifferenceState.REJECTED, actor, reason)


def accept(difference: Difference, *, actor: Actor, reason: str = "") -> Difference:
    """The network is right: the register takes the seen value where that is one field of one device.

    Other kinds are marked as accepted, for what has to be done by hand. Raises ValidationError.
    """
    with write.unit(actor, reason=reason or _("difference accepted")) as unit:
        if difference.device_id and difference.state == DifferenceState.OPEN:
            _apply(unit, difference)
        return _decide(difference, DifferenceState.ACCEPTED, actor, reason)


def _apply(unit: Unit, difference: Difference) -> None:
    device = Device.objects.select_related("device_type", "location").get(differences=difference)
    if difference.kind == DifferenceKind.SERIAL:
        device.serial = difference.seen_value
    elif difference.kind == DifferenceKind.NAME:
        device.name = difference.seen_value
    elif difference.kind == DifferenceKind.MOVED:
        device.site = Site.objects.get(name=difference.seen_value)
        device.location = None
    else:
        return
    unit.update(device)


def _decide(difference: Difference, state: DifferenceState, actor: Actor, reason: str) -> Difference:
    if difference.state != DifferenceState.OPEN:
        raise ValidationError(
            _("Difference %(number)d is already %(state)s.")
            % {"number": difference.pk, "state": difference.get_state_display()}
        )
    difference.state = state
    difference.closed_at = timezone.now()
    difference.closed_by = actor.name
    difference.reason = reason
    with write.unit(actor, reason=reason) as unit:
        unit.update(difference)
    return difference
