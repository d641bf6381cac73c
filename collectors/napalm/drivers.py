"""NAPALM's drivers as data: which one suits what SNMP said, and what each gets wrong. No napalm, no Django, no sockets.

A driver that is not listed may be used too, without corrections. Where a driver's own reading of a command loses or
mixes rows, the command is read here instead, into the same shape as the getter's. The shapes are those of NAPALM's
documented models (napalm.base.models); the commands' columns are those of the makers' command references.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from collectors.facts import Identity

_NETWORK_KINDS = frozenset({None, "network", "switch", "router", "firewall", "wireless"})


@dataclass(frozen=True, slots=True)
class Reading:
    """A command, and how its text becomes what the getter should give. `read` raises ValueError for an error text."""

    command: str
    read: Callable[[str], Any]
    gives: tuple[str, ...] = ()
    """Of a reading for get_facts: its keys."""


@dataclass(frozen=True, slots=True)
class Driver:
    """What our layer must know of a driver."""

    name: str
    os: str | None = None
    kind: str | None = None
    manufacturer: str | None = None
    netmiko: bool = True
    """Whether it speaks by netmiko and takes its limits of time and its host key options."""
    enabled_means_link: bool = False
    """It calls a port without a link disabled: only its yes can be believed."""
    speed_in_kbps: bool = False
    """It gives kbit/s where NAPALM's model has Mbit/s."""
    enable_option: str = ""
    """The optional argument that takes an enable secret. Empty: 'enable' is a configuration view or nothing at all."""
    version: str = ""
    """A pattern with one group: the version within the driver's longer text."""
    facts: tuple[Reading, ...] = ()
    """Beside get_facts: what they give goes before the driver's word, and stands alone when get_facts fails."""
    rescue: tuple[Reading, ...] = ()
    """For facts that are not known after that; asked only then."""
    readings: Mapping[str, Reading] = field(default_factory=dict)
    """Getters that are not to be used → what stands in for them."""


SSH_PORT = 22


@dataclass(frozen=True, slots=True)
class NapalmTarget:
    """A device to log in to. `driver` is NAPALM's name, or BY_SNMP of collectors.napalm.beside."""

    name: str
    host: str
    driver: str
    user: str = ""
    password: str = field(default="", repr=False)
    enable_secret: str = field(default="", repr=False)
    """With it, where the driver has such a thing, reading is done in the enabled mode."""
    port: int = SSH_PORT
    timeout_s: float = 15.0
    """For the connection and the log-in."""
    command_s: float = 60.0
    """For one command, from its line to the next prompt."""
    visit_s: float = 300.0
    """After so long no further table is asked for."""
    known_hosts: str = ""
    """A file of host keys. With it a device that shows another key is not logged in to; without it any key will do."""
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The driver's own optional arguments."""
    indexes: Mapping[str, int] = field(default_factory=dict, repr=False)
    """Interface name → ifIndex as SNMP told them, so that both ways mean the same port."""


def driver_for(identity: Identity) -> str | None:
    """The driver that suits what SNMP said of a device; None when there is none. No log-in is tried to find out."""
    return None if identity.kind not in _NETWORK_KINDS else BY_OS.get(identity.os or "")


def driver_named(name: str) -> Driver:
    """What is known of a driver; a plain Driver for one that is not listed."""
    return DRIVERS.get(name) or Driver(name)


_REFUSED = re.compile(r"^\s*(?:Error\s*:|%\s?(?:Unrecognized|Wrong|Incomplete|Ambiguous|Too many|Invalid)).*", re.M)


def accepted(text: str) -> str:
    """The text of a command that the device took. Raises ValueError with the device's own sentence when it did not."""
    refusal = _REFUSED.search(text)
    if refusal:
        raise ValueError(refusal.group().strip())
    return text


_DETAILS = {
    "chassis id": "remote_chassis_id",
    "port id": "remote_port",
    "port description": "remote_port_description",
    "system name": "remote_system_name",
    "system description": "remote_system_description",
    "system capabilities enabled": "remote_system_enable_capab",
    "management address": "remote_management_address",
    "management address value": "remote_management_address",
}
"""Labels of `display lldp neighbor` → keys of get_lldp_neighbors_detail, and one of our own for the address."""


def vrp_neighbours(text: str) -> dict[str, list[dict[str, Any]]]:
    """`display lldp neighbor` in the shape of get_lldp_neighbors_detail, which the driver does not have."""
    found: dict[str, list[dict[str, Any]]] = {}
    local = ""
    row: dict[str, Any] = {}
    for line in accepted(text).splitlines():
        port = re.match(r"(\S+)\s+has\s+\d+\s+neighbor", line)
        label, colon, said = line.partition(":")
        key = _DETAILS.get(" ".join(label.lower().split()))
        if port:
            local, row = port.group(1), {}
        elif colon and label.strip().lower() == "neighbor index":
            row = {}
            found.setdefault(local, []).append(row)
        elif colon and key == "remote_system_enable_capab":
            row[key] = re.split(r"[\s,]+", said.strip())
        elif colon and key:
            # The first of a description's lines, and the first of several addresses.
            row.setdefault(key, said.strip())
    return found


_LOCAL, _DEVICE, _REMOTE = "local", "device", "remote"
_HEADS = (
    (re.compile(r"local\s+int\w*", re.I), _LOCAL),
    (re.compile(r"neighbou?r\s+dev\w*", re.I), _DEVICE),
    (re.compile(r"neighbou?r\s+int\w*", re.I), _REMOTE),
    (re.compile(r"exptime(?:\s*\(\w+\))?", re.I), ""),
)


def vrp_neighbours_brief(text: str) -> dict[str, list[dict[str, str]]]:
    """`display lldp neighbor brief` in the shape of get_lldp_neighbors, by the order of its head's columns.

    The driver knows one order and loses a last row without a blank behind it; in the other order, that of newer
    releases, it takes pieces of two rows for one.
    """
    order: list[str] = []
    found: dict[str, list[dict[str, str]]] = {}
    for line in accepted(text).splitlines():
        heads = sorted((m.start(), name) for pattern, name in _HEADS if (m := pattern.search(line)))
        if len(heads) == len(_HEADS):
            order = [name for _, name in heads]
            continue
        words = line.split()
        if not order or len(words) < len(order) or set(line.strip()) <= {"-"}:
            continue
        row = dict(zip(order, _with_spaces(words, order), strict=True))
        found.setdefault(row[_LOCAL], []).append({"hostname": row[_DEVICE], "port": row[_REMOTE]})
    return found


def _with_spaces(words: list[str], order: list[str]) -> list[str]:
    """As many words as columns: blanks too many belong to the neighbour's name, the one column people fill in."""
    extra = len(words) - len(order)
    at = order.index(_DEVICE)
    return [*words[:at], " ".join(words[at : at + extra + 1]), *words[at + extra + 1 :]]


_VRP_MAC = re.compile(r"^\s*([0-9a-fA-F]{4}(?:-[0-9a-fA-F]{4}){2})\s+(\S+)\s+(.*)$", re.M)
_VRP_KINDS = frozenset({"dynamic", "static", "blackhole", "security", "sec-config", "sticky", "mux", "snooping"}) | {
    "authen",
    "pre-authen",
    "evpn",
    "guest",
}
_NOT_LEARNED = frozenset({"static", "blackhole", "evpn"})


def vrp_macs(text: str) -> list[dict[str, Any]]:
    """`display mac-address` in the shape of get_mac_address_table: the port stands before the row's kind.

    The driver knows only the table of newer releases, fails on a row of a virtual switch (VLAN '-') and loses the
    last row where nothing stands behind its kind.
    """
    return list(_vrp_mac_rows(accepted(text)))


def _vrp_mac_rows(text: str) -> Iterator[dict[str, Any]]:
    for mac, vlan, rest in _VRP_MAC.findall(text):
        words = rest.split()
        at = next((i for i, word in enumerate(words) if i and word.lower() in _VRP_KINDS), None)
        if at is None:
            continue
        number = re.match(r"\d+", vlan)
        kind = words[at].lower()
        yield {
            "mac": mac,
            "interface": words[at - 1],
            "vlan": int(number.group()) if number else -1,
            "static": kind in _NOT_LEARNED,
        }


def _first(pattern: str, text: str) -> str | None:
    found = re.search(pattern, text, re.M)
    return found.group(1).strip() if found else None


_VRP_MODEL = r"^(?:HUAWEI|Huawei|Quidway)\s+(\S.*?)(?:\s+(?:Terabit )?(?:Routing Switch|Switch|Router))?\s+uptime is"
"""'HUAWEI S5720-28X-LI-AC Routing Switch uptime is 5 weeks', 'HUAWEI NE40E-X8A uptime is 10 days'."""


def vrp_facts(text: str) -> dict[str, Any]:
    """`display version` of VRP 5 and 8. The driver knows a model and a version only where they begin with S."""
    shown = accepted(text)
    return {
        "model": _first(
            r"^(?:HUAWEI|Huawei|Quidway)\s+(.+?)(?:\s+(?:Routing Switch|Terabit Routing Switch|Router))?\s+uptime is",
            shown,
        ),
        "os_version": _first(r"\((?:[^()]*\s)?(V\d{3}R\d{3}\w*)\)", shown),
    }


def comware_facts(text: str) -> dict[str, Any]:
    """`display version` of Comware 5 and 7. The driver fails where a model has two words or the maker is not named.

    The version is written as SNMP's sysDescr writes it, so that both ways say the same.
    """
    shown = accepted(text)
    version = re.search(r"Comware.*?Version\s+(\d[\w.]*)(?:,\s*((?:ESS|Feature|Release|Beta|Test|Demo)\s+\w+))?", shown)
    return {
        "vendor": _first(r"^(H3C|HPE?)\s+\S.*?\s+uptime is", shown),
        "model": _first(r"^(?:H3C|HPE?)\s+(\S.*?)\s+uptime is", shown),
        "os_version": ", ".join(filter(None, version.groups())) if version else None,
    }


def sysname(text: str) -> dict[str, Any]:
    """The device's name in a configuration of VRP or Comware, where it has no prompt or several such lines."""
    return {"hostname": _first(r"^\s*sysname\s+(\S+)", accepted(text))}


def vrp_serials(text: str) -> dict[str, Any]:
    """`display esn`: 'ESN of slot 0: X', 'ESN of device: X', 'ESN of master:X'. The driver knows the first form."""
    return {"serial_number": re.findall(r"^\s*ESN of [^:\n]+:\s*(\w+)", accepted(text), re.M)}


def comware_serials(text: str) -> dict[str, Any]:
    """`display device manuinfo`: of chassis, or of slots where no chassis has one; not of fans and power supplies."""
    found: dict[str, list[str]] = {"chassis": [], "slot": []}
    part = ""
    for line in accepted(text).splitlines():
        head = re.match(r"\s*(Chassis|Slot|Subslot|Fan|Power)\b.*", line)
        serial = re.match(r"\s*DEVICE_SERIAL_NUMBER\s*:\s*(\S+)", line)
        if head:
            part = head.group(1).lower()
        elif serial and part in found:
            found[part].append(serial.group(1))
    return {"serial_number": found["chassis"] or found["slot"]}


_SYSNAME = Reading("display current-configuration | include sysname", sysname, ("hostname",))

DRIVERS: Mapping[str, Driver] = {
    driver.name: driver
    for driver in (
        Driver("ios", "ios", "network", "Cisco", enable_option="secret", version=r"Version (\d[^,\s]*)"),
        Driver("nxos_ssh", "nxos", "network", "Cisco"),
        Driver("iosxr", "iosxr", "network", "Cisco", netmiko=False),
        Driver("eos", "eos", "network", "Arista", netmiko=False, enable_option="enable_password"),
        Driver("junos", "junos", "network", "Juniper", netmiko=False),
        Driver(
            "huawei_vrp",
            "vrp",
            "network",
            "Huawei",
            enabled_means_link=True,
            facts=(Reading("display version", vrp_facts),),
            rescue=(_SYSNAME, Reading("display esn", vrp_serials, ("serial_number",))),
            readings={
                # The driver's own get_lldp_neighbors_detail gives nothing at all.
                "get_lldp_neighbors_detail": Reading("display lldp neighbor", vrp_neighbours),
                "get_lldp_neighbors": Reading("display lldp neighbor brief", vrp_neighbours_brief),
                "get_mac_address_table": Reading("display mac-address", vrp_macs),
            },
        ),
        Driver(
            "h3c_comware",
            "comware",
            "network",
            "H3C",
            enabled_means_link=True,
            speed_in_kbps=True,
            facts=(Reading("display version", comware_facts),),
            rescue=(_SYSNAME, Reading("display device manuinfo", comware_serials, ("serial_number",))),
        ),
    )
}
BY_OS: Mapping[str, str] = {
    "ios": "ios",
    "iosxe": "ios",
    "nxos": "nxos_ssh",
    "iosxr": "iosxr",
    "eos": "eos",
    "junos": "junos",
    "vrp": "huawei_vrp",
    "comware": "h3c_comware",
}
"""`os` of a vendor rule → driver."""
