"""Applies one device's snapshot to the register: one transaction, all of it or nothing.

The same snapshot twice changes nothing the second time but the time of the last poll.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from collectors import matching
from collectors.facts import Snapshot
from collectors.judging import Key, Seen
from collectors.matching import Match, Verdict
from collectors.models import DeviceState, DifferenceKind, Run
from collectors.reconcile import Action, Change, Policy, RegisterView, reconcile
from collectors.selectors import Held, KnownDevices, ReadAhead, hold, others_like, register_view, states_of
from collectors.services import rows, states
from collectors.services.differences import Ledger
from inventory.models import Device
from inventory.rules import names
from inventory.services import write
from inventory.services.write import Actor, Unit

ENOUGH_ALONE = frozenset({"serial", "mac"})
"""Evidence of the polled device after which no other needs to be looked for."""


@dataclass(slots=True)
class Applied:
    """What came of one snapshot. `device` is the one it was applied to; None when another device answered."""

    device: int | None = None
    changes: int = 0
    opened: int = 0
    match: Match | None = None
    held: list[Change] = field(default_factory=list)
    """Tables that shrank: what they no longer show stays until another run confirms it."""
    said: Snapshot = field(default_factory=lambda: Snapshot(""))
    """The snapshot; of one that only tells that all was the same, at least how its tables ended."""


TOUCHED_AT_ONCE = 200
"""Devices with nothing new whose times are written together."""


@dataclass(slots=True)
class Context:
    """What one run needs for every device, and what it has not written yet."""

    run: Run
    actor: Actor
    ahead: ReadAhead
    policy: Policy = field(default_factory=Policy)
    recognise: KnownDevices = field(default_factory=KnownDevices)
    unchanged: list[int] = field(default_factory=list)
    """States of devices that said nothing new; `flush` writes when they were seen."""
    fresher: list[states.Fresh] = field(default_factory=list)
    """Their snapshots, where the kept one is old: see states.keep_again."""

    def flush(self, now: datetime) -> None:
        if self.unchanged:
            with write.unit(self.actor) as unit:
                states.touch_answers(unit, self.unchanged, self.run, now)
                states.keep_again(unit, self.fresher, now)
            self.unchanged.clear()
            self.fresher.clear()


@dataclass(frozen=True, slots=True)
class _Work:
    """One snapshot, and the device that it is applied to, in an open unit."""

    unit: Unit
    context: Context
    device: Device
    state: DeviceState | None
    ledger: Ledger
    snapshot: Snapshot
    now: datetime

    def record(self, seen: Iterable[Seen], settled: Iterable[Key]) -> int:
        return self.ledger.record(self.unit, self.context.run, seen, settled, self.now)


def apply(snapshot: Snapshot, device_pk: int, context: Context, *, now: datetime) -> Applied:
    """Bring the register to what the snapshot shows, or open differences. `now` is stored as the time seen.

    A device that says nothing new, of which the register says nothing else, costs no transaction of its own.
    """
    held = context.ahead.take(device_pk)
    if snapshot.same:
        snapshot = _retold(snapshot, held, now)
    if _is_unchanged(snapshot, held, context, now) and held.state is not None:
        _note_unchanged(snapshot, held, held.state, context, now)
        return Applied(device_pk, said=snapshot)
    try:
        applied = _apply(snapshot, device_pk, held, context, now)
    except IntegrityError:
        # Something else wrote of the device since it was read ahead: its transaction is undone, it is read anew.
        applied = _apply(snapshot, device_pk, None, context, now)
    applied.said = snapshot
    return applied


def _retold(snapshot: Snapshot, held: Held, now: datetime) -> Snapshot:
    """One that is only the same: whole where it may have to be looked at, else with how its tables ended."""
    quiet = held.view is None and not held.has_open and states.is_old_news(snapshot, held.state, now)
    if quiet and held.state is not None:
        return states.with_tables(snapshot, held.state)
    return states.told_in_full(snapshot, held.device)


def _note_unchanged(snapshot: Snapshot, held: Held, state: DeviceState, context: Context, now: datetime) -> None:
    context.unchanged.append(state.pk)
    if held.kept is not None and states.is_fresher(snapshot, held.kept, now):
        kept = states.kept_values(snapshot)
        context.fresher.append((held.kept.pk, kept, state.pk, states.pages_read(snapshot, now)))
    if len(context.unchanged) >= TOUCHED_AT_ONCE:
        context.flush(now)


def _is_unchanged(snapshot: Snapshot, held: Held, context: Context, now: datetime) -> bool:
    """Whether applying would write nothing but times. Read ahead, so a person's edit of this minute may wait a run."""
    if snapshot.fault or held.has_open or not states.is_old_news(snapshot, held.state, now):
        return False
    if held.view is None:
        return True
    known = context.recognise.known(held.device, held.view, held.state)
    match = matching.score(snapshot, known, polled=True)
    if match.verdict is not Verdict.SAME or not ENOUGH_ALONE & set(match.evidence):
        return False
    return all(change.action is Action.AGREE for change in reconcile(snapshot, held.view, context.policy))


def _apply(snapshot: Snapshot, device_pk: int, held: Held | None, context: Context, now: datetime) -> Applied:
    """Everything that one snapshot brings, in one transaction, on what the register holds now."""
    with write.unit(context.actor, run=str(context.run.pk)) as unit:
        if held is None or not context.ahead.still_holds(held):
            held = hold(device_pk)
        work = _Work(unit, context, held.device, held.state, Ledger.of(held.differences), snapshot, now)
        if snapshot.fault:
            return _silent(work)
        view = held.view or register_view(held.device)
        own, best = _recognise(snapshot, held.device, view, held.state, context)
        if best.pk != held.device.pk and best.verdict is Verdict.SAME:
            return _elsewhere(work, best)
        if own.verdict is not Verdict.SAME:
            opened = _another_answers(work, own)
            return Applied(None, opened=opened, match=own)
        return _write_device(work, view, own)


def _recognise(
    snapshot: Snapshot, device: Device, view: RegisterView, state: DeviceState | None, context: Context
) -> tuple[Match, Match]:
    known = context.recognise.known(device, view, state)
    own = matching.score(snapshot, known, polled=True)
    if own.verdict is Verdict.SAME and ENOUGH_ALONE & set(own.evidence):
        return own, own
    serials = {names.serial_key(snapshot.identity.serial or "")} - {""}
    others = []
    for other in Device.objects.select_related("device_type").filter(
        pk__in=others_like(matching.macs_of(snapshot), serials, device)
    ):
        held = states_of([other.pk]).first()
        others.append(context.recognise.known(other, register_view(other), held))
    return matching.best(snapshot, known, others)


def _silent(work: _Work) -> Applied:
    """The device did not answer: its state says so, and what is known of it stays."""
    device, state, snapshot = work.device, work.state, work.snapshot
    states.write_silence(work.unit, device, state, snapshot, work.context.run, work.now)
    since = state.last_seen_at if state is not None else None
    # With the day of the last answer: who rejects one silence has not rejected the next.
    day = timezone.localdate(since).isoformat() if since else ""
    seen = Seen(
        DifferenceKind.NO_ANSWER,
        device.status,
        f"{snapshot.fault} {day}".strip(),
        device=device.pk,
        field="answered",
        evidence={"fault": snapshot.fault_text, "last answer": since.isoformat() if since else ""},
    )
    return Applied(device.pk, opened=work.record([seen], []))


def _elsewhere(work: _Work, best: Match) -> Applied:
    """A device that is registered under another address answered: it is told of both."""
    opened = _another_answers(work, best)
    work.context.ahead.spoil(best.pk)
    held = hold(best.pk)
    # What was kept is of the polled device; of this one it is new.
    snapshot = replace(work.snapshot, same=False)
    other = replace(work, device=held.device, state=held.state, ledger=Ledger.of(held.differences), snapshot=snapshot)
    applied = _write_device(other, register_view(held.device), best)
    applied.opened += opened
    return applied


def _another_answers(work: _Work, match: Match) -> int:
    """Not the registered device: nothing of it is applied, a person is asked."""
    device, snapshot = work.device, work.snapshot
    who = snapshot.identity
    said = " ".join(filter(None, (who.manufacturer, who.hardware, who.serial or "", who.base_mac or "")))
    seen = Seen(
        DifferenceKind.REPLACED,
        f"{device.device_type} {device.serial}".strip(),
        said or snapshot.system.name or snapshot.system.descr[:100],
        device=device.pk,
        field="device",
        evidence={
            "run": work.context.run.pk,
            "score": match.score,
            "evidence": list(match.evidence),
            "serial": who.serial or "",
            "manufacturer": who.manufacturer or "",
            "model": who.hardware or "",
            "base_mac": who.base_mac or "",
            "macs": sorted(matching.macs_of(snapshot))[:200],
            "name": snapshot.system.name,
            "rule": who.rule,
        },
    )
    return work.record([seen], [(DifferenceKind.NO_ANSWER, device.pk, "answered")])


def _write_device(work: _Work, view: RegisterView, match: Match) -> Applied:
    """What the device says of itself and what it has."""
    unit, device, snapshot, now = work.unit, work.device, work.snapshot, work.now
    applied = Applied(device.pk, match=match)
    by_subject: defaultdict[str, list[Change]] = defaultdict(list)
    view = states.after_last_poll(view, work.state, snapshot, work.context.run, now)
    for change in reconcile(snapshot, view, work.context.policy):
        if change.action is Action.HOLD:
            applied.held.append(change)
            continue
        by_subject[change.subject].append(change)
    applied.changes += rows.write_interfaces(unit, device, view, by_subject["interface"], now)
    applied.changes += rows.write_addresses(unit, device, view, by_subject["address"], now)
    applied.changes += rows.write_neighbours(unit, device, by_subject["neighbour"], now)
    applied.changes += rows.write_parts(unit, device, by_subject["part"], now)
    seen, agreed, filled = _decide_owned(unit, work.context, device, snapshot, by_subject["device"])
    applied.changes += filled
    agreed += [(DifferenceKind.NO_ANSWER, device.pk, "answered"), (DifferenceKind.REPLACED, device.pk, "device")]
    agreed.append((DifferenceKind.UNSEEN, device.pk, "last_seen"))
    applied.opened += work.record(seen, agreed)
    states.write_answer(unit, device, work.state, snapshot, work.context.run, now, applied.held)
    return applied


def _decide_owned(
    unit: Unit, context: Context, device: Device, snapshot: Snapshot, changes: Iterable[Change]
) -> tuple[list[Seen], list[Key], int]:
    """(differences, settled ones, blanks filled) of the fields that people own."""
    seen: list[Seen] = []
    settled: list[Key] = []
    filled = 0
    for change in changes:
        if change.action is Action.AGREE:
            settled.append((change.kind, device.pk, change.kind))
            continue
        name, value = next(iter(change.values.items()))
        if change.action is Action.FILL and _fill(unit, device, name, str(value)):
            filled += 1
            continue
        evidence = {"run": context.run.pk, "rule": snapshot.identity.rule, "table": _table_of(name)}
        seen.append(Seen(name, str(change.old[name]), str(value), device=device.pk, field=name, evidence=evidence))
    return seen, settled, filled


def _table_of(name: str) -> str:
    return {"serial": "hardware", "type": "hardware", "name": "system"}[name]


def _fill(unit: Unit, device: Device, name: str, value: str) -> bool:
    """Fill a blank; False when the register refuses the value (another device has the serial)."""
    before = getattr(device, name)
    setattr(device, name, value)
    try:
        return bool(unit.update(device, fields=(name, "serial_key")))
    except ValidationError:
        setattr(device, name, before)
        device.derive()
        return False
