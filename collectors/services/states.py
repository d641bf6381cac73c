"""What is kept of a device's last poll, and whether a new poll says anything new."""

import json
import zlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from collectors.facts import Snapshot, tables_from_json, tables_to_json, to_json
from collectors.models import DeviceState, KeptSnapshot, Run
from collectors.reconcile import Change, RegisterView
from collectors.selectors import KEPT_FOR, Kept, edition, load_snapshot
from inventory.models import Device
from inventory.services.write import Unit

CLOCK_DRIFT = timedelta(minutes=5)
"""How far the time of a device's last start may wander before it counts as another start."""

PAGES = frozenset({"impressions", "sheets"})
"""What a count of pages counts; hours or metres are none."""

HELD = "held"
"""The key, in how a table ended, of the rows whose closing waits for another run."""


Fresh = tuple[int, dict[str, Any], int, dict[str, Any]]
"""Key and new fields of a kept snapshot, key of its device's state, and what `pages_read` gives for that."""


def booted_at(snapshot: Snapshot, now: datetime) -> datetime | None:
    """When the device started, by its sysUpTime."""
    uptime_s = snapshot.system.uptime_s
    return None if uptime_s is None else now - timedelta(seconds=uptime_s)


def said(snapshot: Snapshot) -> dict[str, Any]:
    """What a device says of itself, as its DeviceState keeps it."""
    who, system = snapshot.identity, snapshot.system
    return {
        "kind": (who.kind or "")[:30],
        "manufacturer_seen": (who.manufacturer or "")[:100],
        "hardware_seen": (who.hardware or "")[:200],
        "serial_seen": (who.serial or "")[:100],
        "software_version": (who.version or "")[:200],
        "sys_name": system.name[:255],
        "base_mac": who.base_mac or "",
        "engine_id": system.engine_id[:64],
        "restarted": snapshot.restarted,
        "rule": who.rule[:200],
    }


def pages_read(snapshot: Snapshot, now: datetime) -> dict[str, Any]:
    """The count of pages as its DeviceState keeps it; nothing where none was read, so that the last one stays."""
    printer = snapshot.printer
    if printer is None or printer.pages is None or printer.unit not in PAGES:
        return {}
    return {"pages": printer.pages, "pages_at": now}


def is_old_news(snapshot: Snapshot, state: DeviceState | None, now: datetime) -> bool:
    """Whether the last poll already said all this: the same answers, or words and content of tables; no new start.

    Never while a table waits for a second run: then the same again is the confirmation, and has to be applied.
    """
    if state is None or not state.answered or any(HELD in end for end in state.tables.values()):
        return False
    if (snapshot.system.uptime_s is None) != (state.booted_at is None) or _started_anew(snapshot, state, now):
        return False
    if snapshot.same:
        return True
    if any(getattr(state, name) != value for name, value in said(snapshot).items()):
        return False
    seen = {name: (end.state, end.reason, end.checksum) for name, end in snapshot.tables.items()}
    return seen == {name: (end["state"], end["reason"], end.get("checksum")) for name, end in state.tables.items()}


def _started_anew(snapshot: Snapshot, state: DeviceState, now: datetime) -> bool:
    """Whether the device started since its last poll; False where either poll could not tell."""
    started = booted_at(snapshot, now)
    return started is not None and state.booted_at is not None and abs(started - state.booted_at) > CLOCK_DRIFT


def after_last_poll(
    view: RegisterView, state: DeviceState | None, snapshot: Snapshot, run: Run, now: datetime
) -> RegisterView:
    """The register's view with what the last poll left: tables that wait, and whether the device started anew since.

    A run does not confirm itself: what this same run held back goes on waiting.
    """
    if state is None:
        return view
    waiting = {name: end[HELD] for name, end in state.tables.items() if HELD in end}
    held = {name: int(one["seen"]) for name, one in waiting.items() if one["run"] != run.pk}
    return replace(view, held=held, restarted=_started_anew(snapshot, state, now))


def _tables(snapshot: Snapshot, held: Iterable[Change], run: Run) -> dict[str, Any]:
    """How each table ended; one whose closing is held back also says how many rows it had of how many, and since
    which run."""
    tables = tables_to_json(snapshot)
    for change in held:
        end = tables.setdefault(change.values["table"], {})
        end[HELD] = {"seen": change.values["seen"], "of": change.values["of"], "run": run.pk}
    return tables


def write_answer(
    unit: Unit,
    device: Device,
    state: DeviceState | None,
    snapshot: Snapshot,
    run: Run,
    now: datetime,
    held: Iterable[Change] = (),
) -> None:
    """Keep what the device said, with the whole snapshot. `held` are the HOLD changes that came of it."""
    values = {
        **said(snapshot),
        "answered": True,
        "fault": "",
        "fault_text": "",
        "last_seen_at": now,
        "last_polled_at": now,
        "sys_descr": snapshot.system.descr,
        "booted_at": booted_at(snapshot, now),
        "tables": _tables(snapshot, held, run),
        "requests": snapshot.requests,
        "seconds": snapshot.seconds,
        "run_id": run.pk,
        **pages_read(snapshot, now),
    }
    _write(unit, device, state, values)
    _keep(unit, device, snapshot, now, first=state is None)


def _keep(unit: Unit, device: Device, snapshot: Snapshot, now: datetime, *, first: bool) -> None:
    if snapshot.same:
        return
    values = {**kept_values(snapshot), "taken_at": now}
    kept = [] if first else list(KeptSnapshot.objects.filter(device=device).values_list("pk", flat=True))
    if kept:
        unit.touch(KeptSnapshot, kept, **values)
    else:
        unit.create_rows(KeptSnapshot, [{"device_id": device.pk, **values}])


def kept_values(snapshot: Snapshot) -> dict[str, Any]:
    """Fields of a KeptSnapshot, but when it was taken."""
    spoken = snapshot.conversation
    return {"content": packed(snapshot), "conversation": spoken, "edition": edition() if spoken else ""}


def is_fresher(snapshot: Snapshot, kept: Kept, now: datetime) -> bool:
    """Whether one that says nothing new is kept all the same: for its readings, or to be asked the same again."""
    if snapshot.same:
        return False
    recent = now - KEPT_FOR < kept.taken_at <= now
    return not recent or bool(snapshot.conversation and kept.edition != edition())


def with_tables(snapshot: Snapshot, state: DeviceState) -> Snapshot:
    """One that is only the `same`, with how its tables ended."""
    return replace(snapshot, tables=tables_from_json(state.tables))


def told_in_full(snapshot: Snapshot, device: Device) -> Snapshot:
    """One that is only the `same`, with all that is kept; it is still the same."""
    kept = load_snapshot(device)
    assert kept is not None, "a conversation is kept with its snapshot"
    times = {name: getattr(snapshot, name) for name in ("taken_at", "requests", "seconds", "asked_with", "same")}
    return replace(kept, **times, system=replace(kept.system, uptime_s=snapshot.system.uptime_s))


def packed(snapshot: Snapshot) -> bytes:
    """As it is kept: compressed JSON."""
    text = json.dumps(to_json(snapshot), ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode(), 1)


def keep_again(unit: Unit, kept: Iterable[Fresh], now: datetime) -> None:
    """Snapshots of devices that said nothing new, in place of older ones."""
    for pk, values, state, read in kept:
        unit.touch(KeptSnapshot, [pk], taken_at=now, **values)
        if read:
            unit.touch(DeviceState, [state], **read)


def write_silence(
    unit: Unit, device: Device, state: DeviceState | None, snapshot: Snapshot, run: Run, now: datetime
) -> None:
    """The device did not answer: what is known of it stays."""
    values = {
        "answered": False,
        "fault": snapshot.fault[:30],
        "fault_text": snapshot.fault_text[:500],
        "last_polled_at": now,
        "run_id": run.pk,
    }
    _write(unit, device, state, values)


def _write(unit: Unit, device: Device, state: DeviceState | None, values: dict[str, Any]) -> None:
    if state is None:
        unit.create_rows(DeviceState, [{"device_id": device.pk, **values}])
    else:
        unit.touch(DeviceState, [state.pk], **values)


def touch_answers(unit: Unit, states: list[int], run: Run, now: datetime) -> None:
    """Devices that said nothing new: only when they were last seen."""
    unit.touch(DeviceState, states, last_seen_at=now, last_polled_at=now, run=run)
