"""How the simulated devices hang together: ports, links, the way from each switch to a gateway. Pure."""

import ipaddress
import zlib
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from collectors.lab import styles
from collectors.lab.deviations import Deviations
from collectors.lab.spec import LOOPBACK, VLAN_INTERFACE, LabPort
from collectors.lab.view import NetworkView, ViewDevice, ViewPrefix, ViewSegment

LOOPBACK_NAME, _LOOPBACK_INDEX = "LoopBack0", 40001
_EXTRA_INDEX = 9001
_NO_TRANSIT = frozenset({"router", "firewall", "wireless-ap"})

End = tuple[int, str]
"""A device's key and the name of its port."""


def is_switch(device: ViewDevice) -> bool:
    return device.network and device.role not in _NO_TRANSIT


def base_mac(device: ViewDevice, deviations: Deviations) -> str:
    """The MAC that the device really has. One without any in the register gets a locally administered one."""
    if device.tag in deviations.replaced:
        return deviations.replaced[device.tag][1]
    return device.mac or f"0200{zlib.crc32(device.tag.encode()):08x}"


@dataclass(slots=True)
class Wiring:
    """The devices in use, by key, and what connects them."""

    devices: dict[int, ViewDevice]
    dead: set[int]
    links: dict[int, dict[str, End]] = field(default_factory=lambda: defaultdict(dict))
    """Device → own port → the other end."""
    _trees: dict[int, dict[int, tuple[str, int, str]]] = field(default_factory=dict)

    def way_to(self, gateway: int) -> dict[int, tuple[str, int, str]]:
        """Switch → its port towards the gateway, the next device and that one's port. Breadth first, kept."""
        if gateway not in self._trees:
            self._trees[gateway] = self._tree(gateway)
        return self._trees[gateway]

    def _tree(self, gateway: int) -> dict[int, tuple[str, int, str]]:
        found: dict[int, tuple[str, int, str]] = {}
        queue = deque([gateway])
        while queue:
            above = queue.popleft()
            for port, (below, below_port) in self.links[above].items():
                if below in found or below == gateway or below in self.dead or not is_switch(self.devices[below]):
                    continue
                found[below] = below_port, above, port
                queue.append(below)
        return found


def wire(view: NetworkView, deviations: Deviations) -> Wiring:
    """The wiring of all devices in use. A link with an end that is not in use, or already taken, is left out."""
    devices = {device.pk: device for device in view.devices if device.in_use}
    dead = {pk for pk, device in devices.items() if device.tag in deviations.dead}
    wiring = Wiring(devices, dead)
    for link in view.links:
        if link.a not in devices or link.b not in devices:
            continue
        if link.a_port in wiring.links[link.a] or link.b_port in wiring.links[link.b]:
            continue
        wiring.links[link.a][link.a_port] = link.b, link.b_port
        wiring.links[link.b][link.b_port] = link.a, link.a_port
    return wiring


class Prefixes:
    """Finds the longest prefix that holds an IPv4 address."""

    def __init__(self, prefixes: Iterable[ViewPrefix], segments: Iterable[ViewSegment]) -> None:
        self.segments = {segment.name: segment for segment in segments}
        self._by_length: dict[int, dict[int, str]] = defaultdict(dict)
        for prefix in prefixes:
            network = ipaddress.ip_network(prefix.prefix)
            if network.version == 4:
                self._by_length[network.prefixlen][int(network.network_address)] = prefix.segment
        self._lengths = sorted(self._by_length, reverse=True)

    def find(self, address: str) -> tuple[ViewSegment | None, int]:
        """(segment, prefix length) of an address; (None, 32) where no prefix holds it."""
        try:
            number = int(ipaddress.IPv4Address(address))
        except ValueError:
            return None, 32
        for length in self._lengths:
            network = number >> (32 - length) << (32 - length)
            name = self._by_length[length].get(network)
            if name is not None:
                return self.segments.get(name), length
        return None, 32


def network_ports(
    device: ViewDevice, mac: str, linked: Iterable[str], vlan_interfaces: Mapping[str, int], *, loopback: bool
) -> dict[str, LabPort]:
    """A network device's interfaces by name: the ports of its model, linked ones beyond these, VLAN interfaces."""
    style = styles.style_of(device.manufacturer)
    names, _ = styles.port_names(device.manufacturer, device.model, device.role)
    bridge = is_switch(device)
    ports = {}
    for n, name in enumerate(names, 1):
        ports[name] = LabPort(style.first_index + n - 1, name, mac, bridge_port=n if bridge else 0)
    for k, name in enumerate(sorted(set(linked) - ports.keys() - vlan_interfaces.keys())):
        ports[name] = LabPort(_EXTRA_INDEX + k, name, mac, bridge_port=len(names) + k + 1 if bridge else 0)
    for name, vlan in vlan_interfaces.items():
        # A router's gateway interface may be one of its ports.
        if name not in ports:
            ports[name] = LabPort(style.svi_base + vlan, name, mac, type=VLAN_INTERFACE, up=True)
    if loopback:
        ports[LOOPBACK_NAME] = LabPort(_LOOPBACK_INDEX, LOOPBACK_NAME, type=LOOPBACK, speed_mbps=0, up=True)
    return ports


def desk_ports(device: ViewDevice) -> list[str]:
    """The ports of an access switch that desks can hang on: its copper ones."""
    names, copper = styles.port_names(device.manufacturer, device.model, device.role)
    return names[:copper]
