"""A simulated device as the objects its agent serves. Pure."""

from collectors.lab.mib.bridge import add_bridge, add_lldp, add_vlans
from collectors.lab.mib.equipment import add_equipment, face_of
from collectors.lab.mib.interfaces import add_addresses, add_interfaces, add_resolved, add_system
from collectors.lab.mib.objects import Objects
from collectors.lab.spec import LabDevice
from collectors.lab.styles import style_of
from collectors.snmp.recording import Recording

_NETWORK_ROLES_WITHOUT_BRIDGE = frozenset({"router", "firewall", "wireless-ap"})


def build_mib(device: LabDevice) -> Recording:
    """All objects of the device, in the order of a walk, under its address as name."""
    objects = Objects()
    face = face_of(device)
    add_system(objects, device, face.descr, face.object_id, face.services)
    add_interfaces(objects, device)
    add_addresses(objects, device)
    add_resolved(objects, device)
    add_equipment(objects, device)
    if any(port.bridge_port for port in device.ports):
        add_bridge(objects, device)
        add_vlans(objects, device)
    if _speaks_lldp(device):
        add_lldp(objects, device)
    return objects.recording(device.address)


def _speaks_lldp(device: LabDevice) -> bool:
    network = any(port.bridge_port for port in device.ports) or device.role in _NETWORK_ROLES_WITHOUT_BRIDGE
    return network and style_of(device.manufacturer).lldp
