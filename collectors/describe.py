"""A Snapshot as one JSON object: what `probe --json` prints.

Only what was found, flat and short; facts.to_json is the whole of it.
"""

import re
from typing import Any

from collectors.facts import AddressFact, NeighbourFact, Snapshot, TableEnd

_MAC = re.compile(r"(?:[0-9A-Fa-f]{2}[:-]?){6}")


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
        "serial": identity.serial or identity.placeholder,
        "asset_tag": identity.asset_tag,
        "sys_name": snapshot.system.name or None,
        "interfaces": [[fact.index, fact.name, fact.descr, fact.mac or None] for fact in snapshot.interfaces],
        "ipv4": [[a.address, _length(a), a.if_index] for a in snapshot.addresses if ":" not in a.address],
        "ipv6": [[a.address, a.prefix_length, a.if_index] for a in snapshot.addresses if ":" in a.address],
        "vlans": list(snapshot.vlans),
        "neighbours": [[n.protocol, n.local_port, _called(n), _port(n)] for n in snapshot.neighbours],
        "chassis_serials": list(identity.chassis_serials) or ([identity.placeholder] if identity.placeholder else []),
        "tables": {name: _ending(end) for name, end in snapshot.tables.items()},
        "rule": identity.rule or None,
        "requests": snapshot.requests,
        "seconds": round(snapshot.seconds, 3),
    }
    if identity.placeholder:
        found["serial_is_placeholder"] = True
    unmasked = [a.address for a in snapshot.addresses if ":" not in a.address and a.prefix_length is None]
    if unmasked:
        found["natural_lengths"] = unmasked
    if snapshot.restarted:
        found["restarted"] = True
    if snapshot.fault:
        found["fault"], found["fault_text"] = snapshot.fault, snapshot.fault_text
    return found


def _length(fact: AddressFact) -> int:
    """The prefix length told, else the natural one of the address's class (RFC 950); "natural_lengths" lists those."""
    if fact.prefix_length is not None:
        return fact.prefix_length
    first = int(fact.address.partition(".")[0])
    return 8 if first < 128 else 16 if first < 192 else 24


def _called(fact: NeighbourFact) -> str:
    """A neighbour's name, else what it says it is, else its chassis id."""
    return fact.name or fact.descr.partition("\n")[0].strip() or fact.chassis


def _port(fact: NeighbourFact) -> str:
    """A neighbour's port with a MAC of it behind: the port's own where that is its name, else the chassis's."""
    mac = next((text for text in (fact.port, fact.chassis) if _MAC.fullmatch(text)), "")
    shown = f"{fact.port} ({re.sub('[:-]', '', mac)})"
    return shown if fact.protocol == "lldp" and mac and not fact.origin else fact.port


def _ending(end: TableEnd) -> dict[str, Any]:
    told: dict[str, Any] = {"state": end.state.value, "rows": end.rows}
    if end.reason:
        told["reason"] = end.reason
    if end.notes:
        told["notes"] = list(end.notes)
    return told
