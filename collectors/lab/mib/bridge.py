"""What a simulated switch tells of bridging: BRIDGE-MIB, Q-BRIDGE-MIB and LLDP-MIB. Pure."""

from collectors.lab.mib.objects import Objects, address_index, index, integer, mac, mac_index, text
from collectors.lab.spec import LabDevice
from collectors.snmp.session import OCTETS

_BASE, _FDB = "1.3.6.1.2.1.17.1", "1.3.6.1.2.1.17.4.3.1"
_QFDB, _PVID = "1.3.6.1.2.1.17.7.1.2.2.1", "1.3.6.1.2.1.17.7.1.4.5.1.1"
_CURRENT, _STATIC = "1.3.6.1.2.1.17.7.1.4.2.1", "1.3.6.1.2.1.17.7.1.4.3.1"
_LLDP = "1.0.8802.1.1.2.1"
_LEARNED, _SELF = 3, 4
_MAC_ADDRESS, _INTERFACE_NAME = 4, 5
"""LldpChassisIdSubtype and LldpPortIdSubtype."""


def add_bridge(objects: Objects, device: LabDevice) -> None:
    """dot1dBase and both forwarding tables. The bridge's own MAC stands in them as 'self'."""
    ports = [port for port in device.ports if port.bridge_port]
    rows = [index(port.bridge_port) for port in ports]
    objects.scalar(f"{_BASE}.1.0", mac(device.mac))
    objects.scalar(f"{_BASE}.2.0", integer(len(ports)))
    objects.scalar(f"{_BASE}.3.0", integer(2))
    objects.column(f"{_BASE}.4.1.2", rows, [integer(port.index) for port in ports])
    objects.column(_PVID, rows, [(0x42, integer(port.pvid)[1]) for port in ports])
    bridge_ports = {port.index: port.bridge_port for port in ports}
    learned = [(digits, vlan, bridge_ports.get(at, 0)) for digits, vlan, at in device.learned]
    own = [(device.mac, 1, 0)] if device.mac else []
    states = [integer(_LEARNED)] * len(learned) + [integer(_SELF)] * len(own)
    entries = learned + own
    per_vlan = [index(vlan) + mac_index(digits) for digits, vlan, _ in entries]
    plain = [mac_index(digits) for digits, _, _ in entries]
    numbers = [integer(port) for _, _, port in entries]
    for table, at in ((_QFDB, per_vlan), (_FDB, plain)):
        objects.column(f"{table}.2", at, numbers)
        objects.column(f"{table}.3", at, states)


def add_vlans(objects: Objects, device: LabDevice) -> None:
    """dot1qVlanStaticName, and dot1qVlanFdbId, which is the VLAN id itself."""
    rows = [index(vlan) for vlan, _ in device.vlans]
    objects.column(f"{_STATIC}.1", rows, [text(name) for _, name in device.vlans])
    objects.constant(f"{_STATIC}.5", rows, integer(1))
    current = [index(0, vlan) for vlan, _ in device.vlans]
    objects.column(f"{_CURRENT}.3", current, [(0x42, integer(vlan)[1]) for vlan, _ in device.vlans])


def add_lldp(objects: Objects, device: LabDevice) -> None:
    """lldpLocalSystemData and lldpRemoteSystemsData (IEEE 802.1AB-2005). The local port number is the bridge port."""
    local = {port.index: port.bridge_port or n for n, port in enumerate(device.ports, 1)}
    ports = [port for port in device.ports if port.bridge_port] or list(device.ports)
    objects.scalar(f"{_LLDP}.3.1.0", integer(_MAC_ADDRESS))
    objects.scalar(f"{_LLDP}.3.2.0", mac(device.mac))
    objects.scalar(f"{_LLDP}.3.3.0", text(device.name))
    rows = [index(local[port.index]) for port in ports]
    objects.constant(f"{_LLDP}.3.7.1.2", rows, integer(_INTERFACE_NAME))
    objects.column(f"{_LLDP}.3.7.1.3", rows, [text(port.name) for port in ports])
    objects.column(f"{_LLDP}.3.7.1.4", rows, [text(port.name) for port in ports])
    _add_remote(objects, device, local)


def _add_remote(objects: Objects, device: LabDevice, local: dict[int, int]) -> None:
    found = [near for near in device.neighbours if near.if_index in local]
    rows = [index(0, local[near.if_index], n) for n, near in enumerate(found, 1)]
    base = f"{_LLDP}.4.1.1"
    objects.constant(f"{base}.4", rows, integer(_MAC_ADDRESS))
    objects.column(f"{base}.5", rows, [mac(near.mac) for near in found])
    objects.constant(f"{base}.6", rows, integer(_INTERFACE_NAME))
    objects.column(f"{base}.7", rows, [text(near.port) for near in found])
    objects.column(f"{base}.8", rows, [text(near.port) for near in found])
    objects.column(f"{base}.9", rows, [text(near.name) for near in found])
    objects.column(f"{base}.10", rows, [text(near.descr) for near in found])
    for column in (11, 12):
        objects.column(f"{base}.{column}", rows, [(OCTETS, bytes((near.capabilities, 0))) for near in found])
    managed = [
        row + index(1, 4) + address_index(near.address)
        for row, near in zip(rows, found, strict=True)
        if near.address and ":" not in near.address
    ]
    objects.constant(f"{_LLDP}.4.2.1.3", managed, integer(2))
    objects.constant(f"{_LLDP}.4.2.1.4", managed, integer(1))
