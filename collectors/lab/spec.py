"""What a simulated device is: one frozen value that says all its agent will tell.

`network` makes these from the register, `mib` turns one into objects. Pure: knows neither of them.
MACs are 12 hexadecimal digits, addresses are text.
"""

from dataclasses import dataclass

ETHERNET, LOOPBACK, VIRTUAL, VLAN_INTERFACE = 6, 24, 53, 136
"""IANAifType."""


@dataclass(frozen=True, slots=True)
class LabPort:
    """An interface of the device."""

    index: int
    """ifIndex."""
    name: str
    mac: str = ""
    type: int = ETHERNET
    speed_mbps: int = 1000
    up: bool = False
    enabled: bool = True
    alias: str = ""
    bridge_port: int = 0
    """dot1dBasePort; 0 for an interface that is no bridge port."""
    pvid: int = 1


@dataclass(frozen=True, slots=True)
class LabAddress:
    address: str
    prefix_length: int
    if_index: int


@dataclass(frozen=True, slots=True)
class LabNeighbour:
    """What the device behind a port says of itself by LLDP."""

    if_index: int
    """Of our own port."""
    mac: str
    port: str
    name: str
    descr: str = ""
    address: str = ""
    capabilities: int = 0x20
    """First octet of LldpSystemCapabilitiesMap: 0x20 bridge, 0x10 access point, 0x08 router."""


@dataclass(frozen=True, slots=True)
class LabHost:
    """What HOST-RESOURCES tells of a computer."""

    memory_kib: int
    processors: int
    processor: str
    disk_kib: int


Learned = tuple[str, int, int]
"""A MAC that a switch has learned: MAC, VLAN, ifIndex."""

Resolved = tuple[int, str, str]
"""An address that has answered: ifIndex, address, MAC."""


@dataclass(frozen=True, slots=True)
class LabDevice:
    """One simulated device. `address` and `udp_port` are where the register expects it."""

    tag: str
    name: str
    manufacturer: str
    model: str
    role: str
    """The code of its class: switch, router, firewall, wireless-ap, server, ups, desktop, printer-a4-mono …"""
    address: str
    serial: str = ""
    mac: str = ""
    """Base MAC of a network device; of others the MAC of their one interface."""
    location: str = ""
    community: str = "public"
    udp_port: int = 161
    ports: tuple[LabPort, ...] = ()
    addresses: tuple[LabAddress, ...] = ()
    learned: tuple[Learned, ...] = ()
    resolved: tuple[Resolved, ...] = ()
    neighbours: tuple[LabNeighbour, ...] = ()
    vlans: tuple[tuple[int, str], ...] = ()
    """VLAN id and name, ascending."""
    host: LabHost | None = None
    uptime_s: int = 3600
