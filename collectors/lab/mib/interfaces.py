"""Interfaces, addresses and resolved addresses of a simulated device: IF-MIB and IP-MIB. Pure."""

import ipaddress

from collectors.lab.mib.objects import (
    Objects,
    address_index,
    gauge,
    index,
    integer,
    ip_address,
    mac,
    object_id,
    text,
)
from collectors.lab.spec import LabDevice
from collectors.snmp import oid
from collectors.snmp.session import OBJECT_ID

_IF, _IFX = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"
_OLD_ADDRESS, _NEW_ADDRESS = "1.3.6.1.2.1.4.20.1", "1.3.6.1.2.1.4.34.1"
_PREFIX_ORIGIN = "1.3.6.1.2.1.4.32.1.5"
_ARP = "1.3.6.1.2.1.4.22.1"
_MOST_GAUGE = 4294967295


def add_interfaces(objects: Objects, device: LabDevice) -> None:
    """ifTable and ifXTable (RFC 2863), the columns that collectors read."""
    ports = sorted(device.ports, key=lambda port: port.index)
    rows = [index(port.index) for port in ports]
    names = [text(port.name) for port in ports]
    bits = [min(port.speed_mbps * 1_000_000, _MOST_GAUGE) if port.up else 0 for port in ports]
    objects.scalar("1.3.6.1.2.1.2.1.0", integer(len(ports)))
    objects.column(f"{_IF}.1", rows, [integer(port.index) for port in ports])
    objects.column(f"{_IF}.2", rows, names)
    objects.column(f"{_IF}.3", rows, [integer(port.type) for port in ports])
    objects.constant(f"{_IF}.4", rows, integer(1500))
    objects.column(f"{_IF}.5", rows, map(gauge, bits))
    objects.column(f"{_IF}.6", rows, [mac(port.mac) for port in ports])
    objects.column(f"{_IF}.7", rows, [integer(1 if port.enabled else 2) for port in ports])
    objects.column(f"{_IF}.8", rows, [integer(1 if port.up else 2) for port in ports])
    objects.column(f"{_IFX}.1", rows, names)
    objects.column(f"{_IFX}.15", rows, [gauge(port.speed_mbps if port.up else 0) for port in ports])
    objects.column(f"{_IFX}.18", rows, [text(port.alias) for port in ports])


def add_addresses(objects: Objects, device: LabDevice) -> None:
    """ipAddrTable (RFC 1213) and ipAddressTable with its pointers to prefixes (RFC 4293). IPv4 alone."""
    addresses = [row for row in device.addresses if ":" not in row.address]
    old, new, masks, pointers = [], [], [], []
    for row in addresses:
        network = ipaddress.ip_network(f"{row.address}/{row.prefix_length}", strict=False)
        old.append(address_index(row.address))
        new.append(index(1, 4) + address_index(row.address))
        masks.append(ip_address(str(network.netmask)))
        tail = index(row.if_index, 1, 4) + address_index(str(network.network_address)) + index(row.prefix_length)
        pointers.append((OBJECT_ID, oid.parse(_PREFIX_ORIGIN) + tail))
    if_indexes = [integer(row.if_index) for row in addresses]
    objects.column(f"{_OLD_ADDRESS}.1", old, [ip_address(row.address) for row in addresses])
    objects.column(f"{_OLD_ADDRESS}.2", old, if_indexes)
    objects.column(f"{_OLD_ADDRESS}.3", old, masks)
    objects.column(f"{_NEW_ADDRESS}.3", new, if_indexes)
    objects.constant(f"{_NEW_ADDRESS}.4", new, integer(1))
    objects.column(f"{_NEW_ADDRESS}.5", new, pointers)


def add_resolved(objects: Objects, device: LabDevice) -> None:
    """ipNetToMediaTable (RFC 1213), which knows IPv4 alone: all rows dynamic."""
    resolved = [row for row in device.resolved if ":" not in row[1]]
    rows = [index(if_index) + address_index(address) for if_index, address, _ in resolved]
    objects.column(f"{_ARP}.1", rows, [integer(if_index) for if_index, _, _ in resolved])
    objects.column(f"{_ARP}.2", rows, [mac(digits) for _, _, digits in resolved])
    objects.column(f"{_ARP}.3", rows, [ip_address(address) for _, address, _ in resolved])
    objects.constant(f"{_ARP}.4", rows, integer(3))


def add_system(objects: Objects, device: LabDevice, descr: str, sys_object_id: str, services: int) -> None:
    """The system group (RFC 3418) and the engine id (RFC 3411), which is made from the MAC."""
    base = "1.3.6.1.2.1.1"
    objects.scalar(f"{base}.1.0", text(descr))
    objects.scalar(f"{base}.2.0", object_id(sys_object_id))
    objects.scalar(f"{base}.3.0", (0x43, integer(device.uptime_s * 100)[1]))
    objects.scalar(f"{base}.4.0", text(""))
    objects.scalar(f"{base}.5.0", text(device.name))
    objects.scalar(f"{base}.6.0", text(device.location))
    objects.scalar(f"{base}.7.0", integer(services))
    if device.mac:
        enterprise = int(sys_object_id.split(".")[6]) if sys_object_id.count(".") > 6 else 0
        head = (0x80000000 | enterprise).to_bytes(4, "big").hex()
        objects.scalar("1.3.6.1.6.3.10.2.1.1.0", mac(f"{head}03{device.mac}"))
