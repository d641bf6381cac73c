"""A Snapshot as one JSON object for people and tools: what `probe` prints.

Only what was found, flat and short; facts.to_json is the whole of it.
"""

from typing import Any

from collectors.facts import Snapshot, TableEnd


def describe(snapshot: Snapshot) -> dict[str, Any]:
    """JSON types only. What is not known is None; a table that gave nothing is an empty list."""
    identity = snapshot.identity
    found: dict[str, Any] = {
        "name": snapshot.name,
        "kind": identity.kind,
        "os": identity.os,
        "manufacturer": identity.manufacturer,
        "hardware": identity.hardware,
        "version": identity.version,
        "serial": identity.serial,
        "asset_tag": identity.asset_tag,
        "sys_name": snapshot.system.name or None,
        "interfaces": [[fact.index, fact.name, fact.descr, fact.mac or None] for fact in snapshot.interfaces],
        "ipv4": [[a.address, a.prefix_length, a.if_index] for a in snapshot.addresses if ":" not in a.address],
        "ipv6": [[a.address, a.prefix_length, a.if_index] for a in snapshot.addresses if ":" in a.address],
        "vlans": list(snapshot.vlans),
        "neighbours": [[n.protocol, n.local_port, n.name or n.chassis, n.port] for n in snapshot.neighbours],
        "chassis_serials": list(identity.chassis_serials),
        "tables": {name: _ending(end) for name, end in snapshot.tables.items()},
        "rule": identity.rule or None,
        "requests": snapshot.requests,
        "seconds": round(snapshot.seconds, 3),
    }
    if snapshot.restarted:
        found["restarted"] = True
    if snapshot.fault:
        found["fault"], found["fault_text"] = snapshot.fault, snapshot.fault_text
    return found


def _ending(end: TableEnd) -> dict[str, Any]:
    told: dict[str, Any] = {"state": end.state.value, "rows": end.rows}
    if end.reason:
        told["reason"] = end.reason
    if end.notes:
        told["notes"] = list(end.notes)
    return told


def as_lines(snapshot: Snapshot) -> list[str]:
    """The same for reading: a head line, then one line a subject."""
    identity = snapshot.identity
    if snapshot.fault:
        told = snapshot.fault_text
        return [told if told.startswith(snapshot.name) else f"{snapshot.name}: {told}"]
    what = " ".join(filter(None, (identity.manufacturer, identity.hardware))) or "a device no rule knows"
    known = (
        ("kind", identity.kind),
        ("name", snapshot.system.name),
        ("version", identity.version),
        ("serial", identity.serial),
        ("asset tag", identity.asset_tag),
        ("members", ", ".join(identity.chassis_serials) if len(identity.chassis_serials) > 1 else ""),
        ("rule", identity.rule),
    )
    lines = [f"{snapshot.name}: {what}"]
    lines += [f"  {label}: {text}" for label, text in known if text]
    lines += [f"  {name}: {_line(end)}" for name, end in snapshot.tables.items()]
    if snapshot.restarted:
        lines.append("  it restarted while it was read: nothing here means that a thing is gone")
    return lines


def _line(end: TableEnd) -> str:
    extra = "; ".join(filter(None, (end.reason, *end.notes)))
    return f"{end.rows} rows, {end.state.value}" + (f" ({extra})" if extra else "")
