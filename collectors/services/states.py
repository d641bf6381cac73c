"""What is kept of a device's last poll, and whether a new poll says anything new."""

import json
import zlib
from datetime import datetime, timedelta
from typing import Any

from collectors.facts import Snapshot, tables_to_json, to_json
from collectors.models import DeviceState, KeptSnapshot, Run
from inventory.models import Device
from inventory.services.write import Unit

CLOCK_DRIFT = timedelta(minutes=5)
"""How far the time of a device's last start may wander before it counts as another start."""


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


def is_old_news(snapshot: Snapshot, state: DeviceState | None, now: datetime) -> bool:
    """Whether the last poll already said all this: the same words, the same content of every table, no new start."""
    if state is None or not state.answered:
        return False
    if any(getattr(state, name) != value for name, value in said(snapshot).items()):
        return False
    started = booted_at(snapshot, now)
    if (started is None) != (state.booted_at is None):
        return False
    if started is not None and state.booted_at is not None and abs(started - state.booted_at) > CLOCK_DRIFT:
        return False
    seen = {name: (end.state, end.reason, end.checksum) for name, end in snapshot.tables.items()}
    return seen == {name: (end["state"], end["reason"], end.get("checksum")) for name, end in state.tables.items()}


def write_answer(
    unit: Unit, device: Device, state: DeviceState | None, snapshot: Snapshot, run: Run, now: datetime
) -> None:
    """Keep what the device said, with the whole snapshot."""
    values = {
        **said(snapshot),
        "answered": True,
        "fault": "",
        "fault_text": "",
        "last_seen_at": now,
        "last_polled_at": now,
        "sys_descr": snapshot.system.descr,
        "booted_at": booted_at(snapshot, now),
        "tables": tables_to_json(snapshot),
        "requests": snapshot.requests,
        "seconds": snapshot.seconds,
        "run": run,
    }
    _write(unit, device, state, values)
    _keep(unit, device, snapshot, now)


def _keep(unit: Unit, device: Device, snapshot: Snapshot, now: datetime) -> None:
    text = json.dumps(to_json(snapshot), ensure_ascii=False, separators=(",", ":"))
    content = zlib.compress(text.encode(), 1)
    kept = list(KeptSnapshot.objects.filter(device=device).values_list("pk", flat=True))
    if kept:
        unit.touch(KeptSnapshot, kept, taken_at=now, content=content)
    else:
        unit.create_many(KeptSnapshot, [KeptSnapshot(device=device, taken_at=now, content=content)])


def write_silence(
    unit: Unit, device: Device, state: DeviceState | None, snapshot: Snapshot, run: Run, now: datetime
) -> None:
    """The device did not answer: what is known of it stays."""
    values = {
        "answered": False,
        "fault": snapshot.fault[:30],
        "fault_text": snapshot.fault_text[:500],
        "last_polled_at": now,
        "run": run,
    }
    _write(unit, device, state, values)


def _write(unit: Unit, device: Device, state: DeviceState | None, values: dict[str, Any]) -> None:
    if state is None:
        unit.create_many(DeviceState, [DeviceState(device=device, **values)])
    else:
        unit.touch(DeviceState, [state.pk], **values)


def touch_answers(unit: Unit, states: list[int], run: Run, now: datetime) -> None:
    """Devices that said nothing new: only when they were last seen."""
    unit.touch(DeviceState, states, last_seen_at=now, last_polled_at=now, run=run)
