"""From forwarding tables to places: behind which port each MAC sits. Pure; graph in, places out.

A port that leads to another switch is not where a computer sits: its neighbour says that it forwards frames, a
registered cable goes to a network device, or a network device's own MAC is learned on it. Among the ports left,
a MAC sits at the one with the fewest MACs. A MAC learned only on ports towards switches is seen, without a place.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from inventory.values import value

PROTOCOL_MACS = ("00005e0001", "00005e0002", "00000c07ac", "00000c9ff", "0180c2", "01005e", "3333")
"""VRRP, HSRP and group addresses: nobody's own."""


@value
class Learned:
    """A MAC in the forwarding table of a switch. `port` is an interface's key."""

    mac: str
    switch: int
    port: int
    vlan: int | None = None


@value
class Resolved:
    """A MAC in an ARP or neighbour-discovery table."""

    mac: str
    address: str


@dataclass(slots=True)
class Evidence:
    """What one run saw, beside what tells ports towards switches."""

    learned: list[Learned] = field(default_factory=list)
    resolved: list[Resolved] = field(default_factory=list)
    towards_switches: set[int] = field(default_factory=set)
    """Ports with a neighbour that forwards frames, or with a registered cable to a network device."""
    network_macs: set[str] = field(default_factory=set)
    """MACs of network devices themselves."""


@value
class Place:
    """Where a MAC is. `direct` when the port is one where a computer can sit; else only that it was seen there."""

    mac: str
    switch: int | None
    port: int | None
    vlan: int | None
    address: str
    direct: bool


def is_own(mac: str) -> bool:
    """Whether a MAC can be one thing's own: not zero, not a group address, not a protocol's."""
    return len(mac) == 12 and mac.strip("0f") != "" and not int(mac[1], 16) & 1 and not mac.startswith(PROTOCOL_MACS)


def is_random(mac: str) -> bool:
    """Locally administered: telephones and virtual machines make these up."""
    return bool(int(mac[1], 16) & 2)


def ports_towards_switches(evidence: Evidence) -> set[int]:
    """Ports behind which another switch forwards."""
    return evidence.towards_switches | {
        learned.port for learned in evidence.learned if learned.mac in evidence.network_macs
    }


def place(evidence: Evidence) -> dict[str, Place]:
    """The place of each MAC that is not a network device's own."""
    trunks = ports_towards_switches(evidence)
    crowd = Counter(learned.port for learned in evidence.learned)
    seen: defaultdict[str, list[Learned]] = defaultdict(list)
    for learned in evidence.learned:
        if is_own(learned.mac) and learned.mac not in evidence.network_macs:
            seen[learned.mac].append(learned)
    addresses = _addresses(evidence.resolved)
    places = {mac: _best(mac, rows, trunks, crowd, addresses.get(mac, "")) for mac, rows in seen.items()}
    for mac, address in addresses.items():
        if mac not in places and is_own(mac) and mac not in evidence.network_macs:
            places[mac] = Place(mac, None, None, None, address, direct=False)
    return places


def _best(mac: str, rows: list[Learned], trunks: set[int], crowd: Mapping[int, int], address: str) -> Place:
    edge = [row for row in rows if row.port not in trunks]
    chosen = min(edge or rows, key=lambda row: (crowd[row.port], row.switch, row.port, row.vlan or 0))
    return Place(mac, chosen.switch, chosen.port, chosen.vlan, address, direct=bool(edge))


def _addresses(resolved: Iterable[Resolved]) -> dict[str, str]:
    """MAC → its first IPv4 address, else its first IPv6 address, in address text order for the same answer twice."""
    found: dict[str, tuple[bool, str]] = {}
    for row in resolved:
        one = ":" in row.address, row.address
        if row.mac not in found or one < found[row.mac]:
            found[row.mac] = one
    return {mac: address for mac, (_ipv6, address) in sorted(found.items())}
