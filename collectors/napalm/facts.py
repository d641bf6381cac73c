"""What NAPALM's getters give, as the facts that SNMP gives. Pure: no napalm, no Django, no sockets.

Shapes are those of napalm.base.models. A driver may give anything: a container of another kind raises ValueError, a
single value that cannot be is left out. -1, 'Unknown' and their like are not known. NAPALM names interfaces and does
not number them; `PortNames` gives the ifIndex that SNMP told, else a number that no ifIndex can be.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from zlib import crc32

from collectors.facts import (
    AddressFact,
    ArpFact,
    ForwardingFact,
    Identity,
    InterfaceFact,
    NeighbourFact,
    SystemFact,
)
from collectors.identify import clean
from collectors.napalm.drivers import Driver
from collectors.tables.index import is_station
from inventory.rules import names
from inventory.rules.addresses import parse_address

_FIRST_MADE_UP = 2**31
"""InterfaceIndex of IF-MIB ends one below."""
_LAST_VLAN = 4094
_LONGEST = 255


# -- single values ---------------------------------------------------------------------------------------------


def _text(value: Any) -> str:
    """One line of text; '' for what is no text or means nothing."""
    return clean(value)[:_LONGEST] if isinstance(value, str) else ""


def _number(value: Any) -> float | None:
    """A number above 0; None for -1 and for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return value if value > 0 else None


def _whole(value: Any) -> int | None:
    number = _number(value)
    return None if number is None else int(number)


def mac_digits(value: Any) -> str:
    """A MAC in any usual notation as 12 lower-case digits; '' for what is none, for all zeros too."""
    digits = re.sub(r"[.:\-\s]", "", value).lower() if isinstance(value, str) else ""
    return digits if re.fullmatch(r"[0-9a-f]{12}", digits) and digits != "0" * 12 else ""


def _address(value: Any) -> str:
    """An address in its usual text, '' for what is none."""
    try:
        return str(parse_address(value.partition("%")[0])) if isinstance(value, str) else ""
    except ValueError:
        return ""


def _named(value: Any) -> Iterator[tuple[str, Any]]:
    """Items of a getter's dict. Nothing at all may be of any kind: some drivers give {} where a list belongs."""
    if not value:
        return
    if not isinstance(value, Mapping):
        raise ValueError(f"a {type(value).__name__} where a dict belongs")
    yield from ((str(key).strip(), item) for key, item in value.items())


def _inner(value: Any) -> Iterator[tuple[str, Any]]:
    """Items of a dict within a getter's; anything else is passed over."""
    return _named(value) if isinstance(value, Mapping) else iter(())


def _rows(value: Any) -> Iterator[Mapping[str, Any]]:
    """Rows of a getter's list; what is no row is passed over."""
    if not value:
        return
    if not isinstance(value, list | tuple):
        raise ValueError(f"a {type(value).__name__} where a list belongs")
    yield from (row for row in value if isinstance(row, Mapping))


# -- who it is -------------------------------------------------------------------------------------------------


def serials(value: Any) -> tuple[str, ...]:
    """Serials of the members, first first. Drivers give a text, a list of them, or one text with commas."""
    parts = re.split(r"[,;\s]+", value) if isinstance(value, str) else value if isinstance(value, list | tuple) else ()
    said = (_text(part) for part in parts)
    return tuple(dict.fromkeys(text for text in said if not names.is_junk_serial(text)))


def identity(facts: Any, driver: Driver) -> Identity:
    """get_facts → Identity. What the driver does not know is None, its maker is told by the driver itself."""
    said = dict(_named(facts))
    members = serials(said.get("serial_number"))
    version = _text(said.get("os_version"))
    inner = re.search(driver.version, version) if driver.version else None
    return Identity(
        kind=driver.kind,
        os=driver.os,
        manufacturer=_maker(_text(said.get("vendor"))) or driver.manufacturer,
        hardware=_text(said.get("model")) or None,
        version=(inner.group(1) if inner else version) or None,
        serial=members[0] if members else None,
        chassis_serials=members,
        rule=f"NAPALM {driver.name}",
    )


def _maker(said: str) -> str | None:
    """A driver's word for the maker; the name of a system is none."""
    return None if said.lower() == "comware" else said or None


def is_known(name: str, value: Any) -> bool:
    """Whether a value of get_facts tells anything."""
    return bool(serials(value)) if name == "serial_number" else bool(_text(value) or _number(value))


def system(facts: Any) -> SystemFact:
    said = dict(_named(facts))
    return SystemFact(name=_text(said.get("hostname")), uptime_s=_number(said.get("uptime")))


# -- ports -----------------------------------------------------------------------------------------------------

_SHORT = re.compile(r"([A-Za-z][A-Za-z-]*?)[-\s]?(\d[\d/.:]*)")
_OTHER_SHORTS = {
    "bagg": "bridge-aggregation",
    "ragg": "route-aggregation",
    "xge": "ten-gigabitethernet",
    "wge": "twenty-fivegige",
    "mge": "m-gigabitethernet",
    "po": "port-channel",
}
"""Short forms that are neither the beginning nor the capitals of the full one."""


class _Parts(NamedTuple):
    letters: str
    capitals: str
    number: str


def _parts(name: str) -> _Parts | None:
    found = _SHORT.fullmatch(name)
    if found is None:
        return None
    capitals = "".join(c for c in found.group(1) if c.isupper())
    return _Parts(found.group(1).lower(), capitals.lower(), found.group(2))


class PortNames:
    """The device's ports by every way a table may write them: 'GE0/0/1' is GigabitEthernet0/0/1.

    `known`: name → ifIndex as SNMP told them. `said`: the names that get_interfaces gave.
    """

    def __init__(self, known: Mapping[str, int], said: Iterable[str] = ()) -> None:
        self.indexes = dict(known)
        taken = set(known.values())
        for name in sorted(set(said) - self.indexes.keys()):
            self.indexes[name] = _made_up(name, taken)
            taken.add(self.indexes[name])
        self._exact = {name.lower(): name for name in self.indexes}
        self._by_number: dict[str, list[tuple[_Parts, str]]] = {}
        for name in self.indexes:
            parts = _parts(name)
            if parts is not None:
                self._by_number.setdefault(parts.number, []).append((parts, name))

    def full(self, name: str) -> str:
        """The name under which the port is known; as it is written, where none or more than one would do."""
        exact = self._exact.get(name.lower())
        short = _parts(name)
        if exact is not None or short is None:
            return exact or name
        fitting = [full for parts, full in self._by_number.get(short.number, ()) if _fits(short.letters, parts)]
        return fitting[0] if len(fitting) == 1 else name

    def index(self, name: str) -> int | None:
        """The port's number; None for a port that is not known."""
        return self.indexes.get(self.full(name))


def _fits(short: str, full: _Parts) -> bool:
    return short == full.capitals or full.letters.startswith(short) or _OTHER_SHORTS.get(short) == full.letters


def _made_up(name: str, taken: set[int]) -> int:
    """The same number for the same name in every run, and above all that IF-MIB allows."""
    number = _FIRST_MADE_UP + crc32(name.encode())
    while number in taken:
        number += 1
    return number


_TYPES = (
    (r"(?:eth-trunk|(?:bridge|route)-aggregation|port-channel|bundle-ether|bagg|ragg)\d", 161),
    (r"(?:loopback|inloopback|lo)\d", 24),
    (r"(?:vlanif|vlan-interface|vlan|vl|irb)[\d.]", 136),
    (r"(?:tunnel)[\d]", 131),
    (r"(?:null|register-tunnel|nve|vsi-interface|virtual-template)\d", 53),
    (r"(?:[\w-]*(?:eth|ethernet|gige)|\d*x?ge|mgmt)\d", 6),
)
"""IANAifType by what the makers call their ports; NAPALM does not tell it."""


def interface_type(name: str) -> int | None:
    return next((kind for pattern, kind in _TYPES if re.match(pattern, name, re.I)), None)


# -- tables ----------------------------------------------------------------------------------------------------


def interfaces(value: Any, ports: PortNames, driver: Driver) -> tuple[InterfaceFact, ...]:
    """get_interfaces → interfaces. Speed in Mbit/s."""
    found = []
    for name, said in _named(value):
        index = ports.index(name)
        if not isinstance(said, Mapping) or index is None:
            continue
        up = said.get("is_up")
        fact = InterfaceFact(
            index=index,
            name=ports.full(name),
            alias=_text(said.get("description")),
            type=interface_type(name),
            mac=mac_digits(said.get("mac_address")),
            speed_mbps=_speed(said.get("speed"), driver),
            mtu=_whole(said.get("mtu")),
            admin_up=_admin(said.get("is_enabled"), driver),
            oper_up=up if isinstance(up, bool) else None,
        )
        found.append(fact)
    return tuple(found)


def _speed(value: Any, driver: Driver) -> int | None:
    """Mbit/s; None below one."""
    number = _number(value) or 0
    return int(number / 1000 if driver.speed_in_kbps else number) or None


def _admin(enabled: Any, driver: Driver) -> bool | None:
    """Whether the port is enabled, where the driver's word means that."""
    if not isinstance(enabled, bool) or (driver.enabled_means_link and not enabled):
        return None
    return enabled


def addresses(value: Any, ports: PortNames) -> tuple[AddressFact, ...]:
    """get_interfaces_ip → addresses."""
    found: dict[str, AddressFact] = {}
    for name, families in _named(value):
        for _family, held in _inner(families):
            for text, said in _inner(held):
                address = _address(text)
                if address:
                    length = said.get("prefix_length") if isinstance(said, Mapping) else None
                    found.setdefault(address, AddressFact(address, _length(length, address), ports.index(name)))
    return tuple(found.values())


def _length(value: Any, address: str) -> int | None:
    """A prefix length that can be."""
    longest = 128 if ":" in address else 32
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= longest else None


def arp(value: Any, ports: PortNames) -> tuple[ArpFact, ...]:
    """get_arp_table → ARP rows on known ports."""
    found = []
    for row in _rows(value):
        mac, address, index = mac_digits(row.get("mac")), _address(row.get("ip")), ports.index(_port(row))
        if is_station(mac) and address and index is not None:
            found.append(ArpFact(mac, address, index))
    return tuple(dict.fromkeys(found))


def _port(row: Mapping[str, Any]) -> str:
    said = row.get("interface")
    return said.strip() if isinstance(said, str) else ""


def forwarding(value: Any, ports: PortNames) -> tuple[ForwardingFact, ...]:
    """get_mac_address_table → learned MACs. Static rows are the device's own or a person's; no port is no place."""
    found = []
    for row in _rows(value):
        mac, vlan, port = mac_digits(row.get("mac")), _whole(row.get("vlan")), _port(row)
        if is_station(mac) and port and row.get("static") is not True:
            known_vlan = vlan if vlan is not None and vlan <= _LAST_VLAN else None
            found.append(ForwardingFact(mac, known_vlan, ports.index(port)))
    return tuple(dict.fromkeys(found))


_FORWARDS = frozenset({"bridge", "router", "b", "r", "switch"})


def neighbours(value: Any, ports: PortNames) -> tuple[NeighbourFact, ...]:
    """get_lldp_neighbors_detail or get_lldp_neighbors → LLDP neighbours; the second tells name and port only."""
    found = []
    for local, held in _named(value):
        for row in _rows(held if isinstance(held, list | tuple) else ()):
            port = row.get("remote_port", row.get("port"))
            fact = NeighbourFact(
                protocol="lldp",
                local_index=ports.index(local),
                local_port=ports.full(local),
                chassis=_identifier(row.get("remote_chassis_id")),
                port=_identifier(port),
                port_descr=_text(row.get("remote_port_description")),
                name=_text(row.get("remote_system_name", row.get("hostname"))),
                descr=_text(row.get("remote_system_description")),
                address=_address(row.get("remote_management_address")),
                bridge=_forwards(row.get("remote_system_enable_capab", row.get("remote_system_enabled_capab"))),
            )
            found.append(fact)
    return tuple(dict.fromkeys(fact for fact in found if fact.chassis or fact.name or fact.port))


def _identifier(value: Any) -> str:
    """An LLDP identifier: a MAC as 12 digits where it is written as one, else the text."""
    text = _text(value)
    return mac_digits(text) if re.search(r"[.:\-]", text) and mac_digits(text) else text


def _forwards(value: Any) -> bool | None:
    """Whether bridge or router is among the enabled capabilities; None where none is told."""
    if not isinstance(value, list | tuple):
        return None
    words = {word.strip().lower() for word in value if isinstance(word, str)} - {""}
    return bool(words & _FORWARDS) if words else None
