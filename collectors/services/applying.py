"""Applies one device's snapshot to the register: one transaction, all of it or nothing.

The same snapshot twice changes nothing the second time but the time of the last poll.
"""

import json
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError

from collectors import matching
from collectors.facts import Snapshot, to_json
from collectors.judging import Key, Seen
from collectors.matching import Match, Verdict
from collectors.models import DeviceState, DifferenceKind, Neighbour, Run
from collectors.reconcile import Action, Change, Policy, RegisterView, reconcile
from collectors.selectors import KnownDevices, others_like, register_view
from collectors.services.differences import Ledger
from inventory.models import Device, Interface, IPAddress
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


@dataclass(slots=True)
class Context:
    """What one run needs for every device."""

    run: Run
    actor: Actor
    policy: Policy = field(default_factory=Policy)
    recognise: KnownDevices = field(default_factory=KnownDevices)


def apply(snapshot: Snapshot, device_pk: int, context: Context, *, now: datetime) -> Applied:
    """Bring the register to what the snapshot shows, or open differences. `now` is stored as the time seen."""
    with write.unit(context.actor, run=str(context.run.pk)) as unit:
        device = Device.objects.select_related("device_type").get(pk=device_pk)
        state = DeviceState.objects.defer("snapshot", "sys_descr").filter(device=device).first()
        ledger = Ledger.read(device=device)
        if snapshot.fault:
            return _silent(unit, context, device, state, ledger, snapshot, now)
        view = register_view(device)
        own, best = _recognise(snapshot, device, view, state, context)
        if best.pk != device.pk and best.verdict is Verdict.SAME:
            return _elsewhere(unit, context, device, best, ledger, snapshot, now)
        if own.verdict is not Verdict.SAME:
            opened = _another_answers(unit, context, device, own, ledger, snapshot, now)
            return Applied(None, opened=opened, match=own)
        applied = Applied(device.pk, match=own)
        _write_device(unit, context, device, state, view, ledger, snapshot, applied, now)
        return applied


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
        held = DeviceState.objects.defer("snapshot", "sys_descr").filter(device=other).first()
        others.append(context.recognise.known(other, register_view(other), held))
    return matching.best(snapshot, known, others)


def _silent(
    unit: Unit,
    context: Context,
    device: Device,
    state: DeviceState | None,
    ledger: Ledger,
    snapshot: Snapshot,
    now: datetime,
) -> Applied:
    """The device did not answer: its state says so, and what is known of it stays."""
    values = {
        "answered": False,
        "fault": snapshot.fault[:30],
        "fault_text": snapshot.fault_text[:500],
        "last_polled_at": now,
        "tables": {},
        "run": context.run,
    }
    _write_state(unit, device, state, values)
    since = state.last_seen_at if state is not None else None
    seen = Seen(
        DifferenceKind.NO_ANSWER,
        device.get_status_display(),
        snapshot.fault,
        device=device.pk,
        field="answered",
        evidence={"fault": snapshot.fault_text, "last answer": since.isoformat() if since else ""},
    )
    return Applied(device.pk, opened=ledger.record(unit, context.run, [seen], [], now))


def _elsewhere(
    unit: Unit, context: Context, device: Device, best: Match, ledger: Ledger, snapshot: Snapshot, now: datetime
) -> Applied:
    """A device that is registered under another address answered: it is told of both."""
    opened = _another_answers(unit, context, device, best, ledger, snapshot, now)
    other = Device.objects.select_related("device_type").get(pk=best.pk)
    state = DeviceState.objects.defer("snapshot", "sys_descr").filter(device=other).first()
    applied = Applied(other.pk, opened=opened, match=best)
    _write_device(unit, context, other, state, register_view(other), Ledger.read(device=other), snapshot, applied, now)
    return applied


def _another_answers(
    unit: Unit, context: Context, device: Device, match: Match, ledger: Ledger, snapshot: Snapshot, now: datetime
) -> int:
    """Not the registered device: nothing of it is applied, a person is asked."""
    who = snapshot.identity
    said = " ".join(filter(None, (who.manufacturer, who.hardware, who.serial or "", who.base_mac or "")))
    seen = Seen(
        DifferenceKind.REPLACED,
        f"{device.device_type} {device.serial}".strip(),
        said or snapshot.system.name or snapshot.system.descr[:100],
        device=device.pk,
        field="device",
        evidence={
            "run": context.run.pk,
            "score": match.score,
            "evidence": list(match.evidence),
            "serial": who.serial or "",
            "base_mac": who.base_mac or "",
            "macs": sorted(matching.macs_of(snapshot))[:200],
            "name": snapshot.system.name,
            "rule": who.rule,
        },
    )
    return ledger.record(unit, context.run, [seen], [(DifferenceKind.NO_ANSWER, device.pk, "answered")], now)


def _write_device(
    unit: Unit,
    context: Context,
    device: Device,
    state: DeviceState | None,
    view: RegisterView,
    ledger: Ledger,
    snapshot: Snapshot,
    applied: Applied,
    now: datetime,
) -> None:
    by_subject: defaultdict[str, list[Change]] = defaultdict(list)
    for change in reconcile(snapshot, view, context.policy):
        by_subject[change.subject].append(change)
    applied.changes += _write_interfaces(unit, device, view, by_subject["interface"], now)
    applied.changes += _write_addresses(unit, device, by_subject["address"], now)
    applied.changes += _write_neighbours(unit, device, by_subject["neighbour"], now)
    seen, agreed, filled = _decide_owned(unit, context, device, snapshot, by_subject["device"])
    applied.changes += filled
    agreed += [(DifferenceKind.NO_ANSWER, device.pk, "answered"), (DifferenceKind.REPLACED, device.pk, "device")]
    agreed.append((DifferenceKind.UNSEEN, device.pk, "last_seen"))
    applied.opened += ledger.record(unit, context.run, seen, agreed, now)
    _write_state(unit, device, state, _state_values(snapshot, context.run, now))


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


def _write_interfaces(unit: Unit, device: Device, view: RegisterView, changes: list[Change], now: datetime) -> int:
    new = [Interface(device=device, **change.values) for change in changes if change.action is Action.ADD]
    unit.create_many(Interface, new)
    held = {row.pk: row for row in view.interfaces}
    changed = []
    for change in changes:
        if change.action is Action.ADD or change.key is None:
            continue
        row = Interface(pk=change.key, device_id=device.pk, name=held[change.key].name)
        changed.append(_changed(row, change, now))
    return len(new) + unit.update_many(Interface, changed)


def _changed(row: Any, change: Change, now: datetime) -> tuple[Any, Mapping[str, tuple[Any, Any]]]:
    """The row with its new values, and {field: (before, after)}; CLOSE sets when it went."""
    values = {"gone_since": now} if change.action is Action.CLOSE else dict(change.values)
    for name, value in values.items():
        setattr(row, name, value)
    return row, {name: (change.old.get(name) if name != "gone_since" else None, v) for name, v in values.items()}


def _write_addresses(unit: Unit, device: Device, changes: list[Change], now: datetime) -> int:
    if not changes:
        return 0
    ports = dict(
        Interface.objects.filter(device=device, if_index__isnull=False, gone_since__isnull=True).values_list(
            "if_index", "pk"
        )
    )
    new, changed = [], []
    held = IPAddress.objects.in_bulk([change.key for change in changes if change.key is not None])
    for change in changes:
        values = dict(change.values)
        port = ports.get(values.pop("if_index", None))
        if change.action is Action.ADD:
            if port is not None:
                new.append(IPAddress(interface_id=port, **values))
            continue
        row = held[change.key]
        moved = {"interface": (row.interface_id, port)} if port is not None and port != row.interface_id else {}
        if moved:
            row.interface_id = port
        row, told = _changed(row, Change(change.action, change.subject, change.key, values, change.old), now)
        if told or moved:
            changed.append((row, {**told, **moved}))
    unit.create_many(IPAddress, new)
    return len(new) + unit.update_many(IPAddress, changed)


def _write_neighbours(unit: Unit, device: Device, changes: list[Change], now: datetime) -> int:
    new = [
        Neighbour(device=device, first_seen_at=now, **change.values)
        for change in changes
        if change.action is Action.ADD
    ]
    unit.create_many(Neighbour, new)
    changed = []
    for change in changes:
        if change.action is Action.ADD:
            continue
        row = Neighbour(pk=change.key, device_id=device.pk)
        values = {"ended_at": now} if change.action is Action.CLOSE else dict(change.values)
        for name, value in values.items():
            setattr(row, name, value)
        changed.append((row, {name: (None, value) for name, value in values.items()}))
    return len(new) + unit.update_many(Neighbour, changed)


def _state_values(snapshot: Snapshot, run: Run, now: datetime) -> dict[str, Any]:
    who, system = snapshot.identity, snapshot.system
    text = json.dumps(to_json(snapshot), ensure_ascii=False, separators=(",", ":"))
    return {
        "answered": True,
        "fault": "",
        "fault_text": "",
        "last_seen_at": now,
        "last_polled_at": now,
        "kind": (who.kind or "")[:30],
        "manufacturer_seen": (who.manufacturer or "")[:100],
        "hardware_seen": (who.hardware or "")[:200],
        "serial_seen": (who.serial or "")[:100],
        "software_version": (who.version or "")[:200],
        "sys_name": system.name[:255],
        "sys_descr": system.descr,
        "base_mac": who.base_mac or "",
        "engine_id": system.engine_id[:64],
        "uptime_s": system.uptime_s,
        "restarted": snapshot.restarted,
        "rule": who.rule[:200],
        "tables": {name: asdict(end) for name, end in snapshot.tables.items()},
        "requests": snapshot.requests,
        "seconds": snapshot.seconds,
        "snapshot": zlib.compress(text.encode(), 1),
        "run": run,
    }


def _write_state(unit: Unit, device: Device, state: DeviceState | None, values: dict[str, Any]) -> None:
    if state is None:
        unit.create_many(DeviceState, [DeviceState(device=device, **values)])
        return
    unit.touch(DeviceState, [state.pk], **values)
