"""A Snapshot as tables for a person, a subject each. Pure but for the words: takes a Snapshot, reads nothing."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collectors import wording
from collectors.facts import Snapshot
from inventory.rules.addresses import show_mac

ROWS_SHOWN = 300
NOTHING = "–"
ABBREVIATIONS = ("arp", "poe", "stp", "ups")


@dataclass(frozen=True, slots=True)
class Subject:
    """One table. `facts` are (title, text) that stand above its rows; `rows` are cut at ROWS_SHOWN of `count`."""

    name: str
    title: str
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    count: int = 0
    facts: Sequence[tuple[str, str]] = ()


def subjects(snapshot: Snapshot) -> list[Subject]:
    """All that the device told, in a fixed order; nothing for what it did not tell."""
    ports = {fact.index: fact.label for fact in snapshot.interfaces}
    made = (make(snapshot, ports) for make in _MAKERS)
    return [one for one in made if one.rows or one.facts]


def _table(
    name: str, columns: Sequence[str], rows: Sequence[Any], row: Callable[[Any], Sequence[Any]], facts: Any = ()
) -> Subject:
    shown = [[_text(value) for value in row(one)] for one in rows[:ROWS_SHOWN]]
    told = [(title, _text(value)) for title, value in facts if value not in (None, "", ())]
    return Subject(name, heading(name), columns, shown, len(rows), told)


def heading(name: str) -> str:
    """A table's name as a title: abbreviations in capitals."""
    words = wording.table(name)
    return words.upper() if words in ABBREVIATIONS else words.replace("vlan", "VLAN")


def _text(value: Any) -> str:
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)


def _mac(text: str | None) -> str:
    return show_mac(text) if text and len(text) == 12 else text or ""


def _ago(seconds: float | None) -> str:
    """How long a device has been up: days and hours."""
    if seconds is None:
        return ""
    days, hours = int(seconds // 86400), int(seconds % 86400 // 3600)
    return " ".join(
        (
            ngettext("%(count)d day", "%(count)d days", days) % {"count": days},
            ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours},
        )
    )


def _system(snapshot: Snapshot, ports: dict[int, str]) -> Subject:
    who, system = snapshot.identity, snapshot.system
    facts = (
        (_("manufacturer"), who.manufacturer),
        (_("model"), who.hardware),
        (_("serial number"), who.serial or who.placeholder),
        (_("software version"), who.version),
        (_("operating system"), who.os),
        (_("name"), system.name),
        (_("place"), system.location),
        (_("contact"), system.contact),
        (_("up for"), _ago(system.uptime_s)),
        (_("base MAC"), _mac(who.base_mac)),
        (_("engine id"), system.engine_id),
        (_("object id"), system.object_id),
        (_("identified by"), who.rule),
        (_("description"), system.descr),
    )
    return _table("system", (), (), tuple, facts)


def _interfaces(snapshot: Snapshot, ports: dict[int, str]) -> Subject:
    bound = {one.member: ports.get(one.aggregate, str(one.aggregate)) for one in snapshot.aggregates}
    return _table(
        "interfaces",
        (_("index"), _("name"), _("description"), _("MAC"), _("Mbit/s"), _("enabled"), _("link up"), _("bound into")),
        snapshot.interfaces,
        lambda one: (
            one.index,
            one.label,
            one.alias,
            _mac(one.mac),
            one.speed_mbps,
            one.admin_up,
            one.oper_up,
            bound.get(one.index),
        ),
    )


def _addresses(snapshot: Snapshot, ports: dict[int, str]) -> Subject:
    return _table(
        "addresses",
        (_("address"), _("prefix length"), _("interface")),
        snapshot.addresses,
        lambda one: (one.address, one.prefix_length, ports.get(one.if_index, one.if_index)),
    )


def _neighbours(snapshot: Snapshot, ports: dict[int, str]) -> Subject:
    return _table(
        "neighbours",
        (_("port"), _("protocol"), _("neighbour"), _("its port"), _("chassis id"), _("address"), _("description")),
        snapshot.neighbours,
        lambda one: (
            one.local_port or ports.get(one.local_index, ""),
            one.protocol.upper(),
            one.name,
            one.port_descr or one.port,
            _mac(one.chassis),
            one.address,
            one.descr.splitlines()[0][:80] if one.descr else "",
        ),
    )


def _vlans(snapshot: Snapshot, ports: dict[int, str]) -> Subject:
    return _table("vlans", (), (), tuple, ((_("VLAN ids"), _ranges(snapshot.vlans)),))


def _ranges(numbers: Iterable[int]) -> str:
    """1, 3–5."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in runs)


def _parts(snapshot: Snapshot, ports: dict[int, str]) -> Subject:
    told = [one for one in snapshot.parts if one.model or one.serial or one.software]
    return _table(
        "hardware",
        (_("index"), _("name"), _("model"), _("serial number"), _("hardware"), _("software version")),
        told,
        lambda one: (one.index, one.name or one.descr, one.model, one.serial, one.hardware, one.software),
    )


def _optics(snapshot: Snapshot, ports: dict[int, str]) -> Subject:
    return _table(
        "optics",
        (_("port"), _("transmitted dBm"), _("received dBm"), _("nm"), _("model"), _("serial number")),
        snapshot.optics,
        lambda one: (one.port, one.tx_dbm, one.rx_dbm, one.wavelength_nm, one.model, one.serial),
    )


def _poe(snapshot: Snapshot, ports: dict[int, str]) -> Subject:
    poe = snapshot.poe
    facts = ((_("power in W"), poe.power_w), (_("used W"), poe.used_w)) if poe else ()
    return _table(
        "poe",
        (_("port"), _("enabled"), _("state"), _("class")),
        poe.ports if poe else (),
        lambda one: (ports.get(one.if_index, f"{one.group}/{one.port}"), one.enabled, one.state, one.device_class),
        facts,
    )


def _spanning(snapshot: Snapshot, ports: dict[int, str]) -> Subject:
    tree = snapshot.spanning_tree
    facts = ((_("root bridge"), _mac(tree.root)), (_("priority"), tree.root_priority)) if tree else ()
    return _table(
        "stp",
        (_("port"), _("state"), _("designated bridge")),
        tree.ports if tree else (),
        lambda one: (ports.get(one.if_index, one.port), one.state, _mac(one.designated)),
        facts,
    )


def _printer(snapshot: Snapshot, ports: dict[int, str]) -> Subject:
    printer = snapshot.printer
    facts = ((_("pages printed"), printer.pages),) if printer else ()
    return _table(
        "printer",
        (_("supply"), _("kind"), _("colour"), _("left")),
        printer.supplies if printer else (),
        lambda one: (one.name, one.kind, one.color, f"{one.percent} %" if one.percent is not None else one.state),
        facts,
    )


def _ups(snapshot: Snapshot, ports: dict[int, str]) -> Subject:
    ups = snapshot.ups
    if ups is None:
        return _table("ups", (), (), tuple)
    facts = (
        (_("model"), f"{ups.maker} {ups.model}".strip()),
        (_("battery"), ups.battery),
        (_("on battery"), ups.on_battery),
        (_("charge %"), ups.charge_percent),
        (_("minutes left"), ups.minutes_left),
        (_("load %"), ups.load_percent),
        (_("battery °C"), ups.temperature_c),
        (_("battery since"), ups.battery_since),
        (_("replace the battery"), ups.replace_battery),
    )
    return _table("ups", (), (), tuple, facts)


def _host(snapshot: Snapshot, ports: dict[int, str]) -> Subject:
    host = snapshot.host
    if host is None:
        return _table("host", (), (), tuple)
    disks = ", ".join(f"{name} {kib / 1048576:.0f} GiB" for name, kib in host.disks_kib)
    facts = (
        (_("memory"), f"{host.memory_kib / 1048576:.1f} GiB" if host.memory_kib else ""),
        (_("processors"), host.processors),
        (_("disks"), disks),
    )
    columns = (_("software"), _("installed on"))
    return _table("host", columns, host.software, lambda one: (one.name, one.installed_on), facts)


def _arp(snapshot: Snapshot, ports: dict[int, str]) -> Subject:
    return _table(
        "arp",
        (_("address"), _("MAC"), _("interface")),
        snapshot.arp,
        lambda one: (one.address, _mac(one.mac), ports.get(one.if_index, one.if_index)),
    )


def _forwarding(snapshot: Snapshot, ports: dict[int, str]) -> Subject:
    return _table(
        "forwarding",
        (_("MAC"), _("VLAN"), _("port")),
        snapshot.forwarding,
        lambda one: (_mac(one.mac), one.vlan, ports.get(one.if_index, one.if_index)),
    )


_MAKERS: tuple[Callable[[Snapshot, dict[int, str]], Subject], ...] = (
    _system,
    _interfaces,
    _addresses,
    _neighbours,
    _vlans,
    _parts,
    _optics,
    _poe,
    _printer,
    _ups,
    _host,
    _spanning,
    _arp,
    _forwarding,
)
