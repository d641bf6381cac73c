"""What the simulated network needs to know of the register, as plain values. No Django.

Devices are named by the register's key (`pk`), interfaces by device and name.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Management:
    """How the register expects a device to be asked."""

    community: str
    port: int


@dataclass(frozen=True, slots=True)
class ViewDevice:
    pk: int
    tag: str
    name: str
    manufacturer: str
    model: str
    role: str
    """Code of its class: switch, router, desktop …"""
    serial: str = ""
    network: bool = False
    """Whether its class counts as a network device."""
    in_use: bool = True
    site: str = ""
    mac: str = ""
    address: str = ""
    management: Management | None = None


@dataclass(frozen=True, slots=True)
class ViewLink:
    """A cable or a light path between two interfaces."""

    a: int
    a_port: str
    b: int
    b_port: str


@dataclass(frozen=True, slots=True)
class ViewSegment:
    name: str
    vlan: int | None
    site: str = ""
    gateway: int | None = None
    gateway_port: str = ""


@dataclass(frozen=True, slots=True)
class ViewPrefix:
    prefix: str
    segment: str
    """'' where the prefix belongs to none."""


@dataclass(frozen=True, slots=True)
class ViewAddress:
    """An address on an interface that is not its device's main one: a gateway's."""

    device: int
    port: str
    address: str
    prefix_length: int | None


@dataclass(frozen=True, slots=True)
class NetworkView:
    devices: tuple[ViewDevice, ...] = ()
    links: tuple[ViewLink, ...] = ()
    segments: tuple[ViewSegment, ...] = ()
    prefixes: tuple[ViewPrefix, ...] = ()
    addresses: tuple[ViewAddress, ...] = ()
