"""The register as a network of devices that answer, with what the deviations say otherwise. Pure."""

import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from collectors.lab import styles
from collectors.lab.deviations import Deviations
from collectors.lab.hosts import host_of
from collectors.lab.spec import LabAddress, LabDevice, LabNeighbour, LabPort
from collectors.lab.traffic import Traffic, run_traffic, vlan_of
from collectors.lab.view import NetworkView, ViewAddress, ViewDevice, ViewSegment
from collectors.lab.wiring import LOOPBACK_NAME, Prefixes, Wiring, is_switch, network_ports, wire

_DAY_S = 86400
_BRIDGE, _ACCESS_POINT, _ROUTER = 0x20, 0x10, 0x08
"""Bits of the first octet of LldpSystemCapabilitiesMap."""


@dataclass(frozen=True, slots=True)
class Network:
    """The devices that answer, the addresses of dead ones, and the tags of end devices for which no port was free."""

    devices: tuple[LabDevice, ...]
    silent: tuple[str, ...] = ()
    unplaced: tuple[str, ...] = ()


def build_network(view: NetworkView, deviations: Deviations | None = None) -> Network:
    """All managed devices in use that answer.

    Raises ValueError, with the deviation's line, when one names a device or a site that the register lacks.
    """
    deviations = deviations or Deviations()
    deviations.check((d.tag for d in view.devices if d.in_use), {d.site for d in view.devices})
    wiring = wire(view, deviations)
    prefixes = Prefixes(view.prefixes, view.segments)
    traffic = run_traffic(view, wiring, prefixes, deviations)
    maker = _Maker(view, deviations, wiring, prefixes, traffic)
    silent = deviations.dead | deviations.unseen
    managed = [d for d in wiring.devices.values() if d.management and d.address]
    return Network(
        devices=tuple(maker.device(d) for d in managed if d.tag not in silent),
        silent=tuple(d.address for d in managed if d.tag in silent),
        unplaced=tuple(traffic.unplaced),
    )


class _Maker:
    """Makes each device's value from what was worked out for all."""

    def __init__(
        self, view: NetworkView, deviations: Deviations, wiring: Wiring, prefixes: Prefixes, traffic: Traffic
    ) -> None:
        self.deviations = deviations
        self.wiring = wiring
        self.prefixes = prefixes
        self.traffic = traffic
        self.addresses: dict[int, list[ViewAddress]] = defaultdict(list)
        for address in view.addresses:
            self.addresses[address.device].append(address)
        self.gates: dict[int, list[ViewSegment]] = defaultdict(list)
        for segment in view.segments:
            if segment.gateway is not None and segment.gateway_port:
                self.gates[segment.gateway].append(segment)

    def device(self, device: ViewDevice) -> LabDevice:
        assert device.management is not None
        ports = self._ports(device)
        serial = self.deviations.serials.get(device.tag, device.serial)
        return LabDevice(
            tag=device.tag,
            name=device.name,
            manufacturer=device.manufacturer,
            model=device.model,
            role=device.role,
            address=device.address,
            serial=self.deviations.replaced.get(device.tag, (serial, ""))[0],
            mac=self.traffic.macs[device.pk],
            location=device.site,
            community=device.management.community,
            udp_port=device.management.port,
            ports=tuple(ports.values()),
            addresses=tuple(self._addresses(device, ports)),
            learned=tuple(self._learned(device, ports)),
            resolved=tuple(
                (ports[port].index, address, mac)
                for port, address, mac in self.traffic.resolved[device.pk]
                if port in ports
            ),
            neighbours=tuple(self._neighbours(device, ports)),
            vlans=self._vlans(device),
            host=host_of(device),
            uptime_s=_DAY_S + zlib.crc32(device.tag.encode()) % (200 * _DAY_S),
        )

    def _ports(self, device: ViewDevice) -> dict[str, LabPort]:
        mac = self.traffic.macs[device.pk]
        if not device.network:
            return {"eth0": LabPort(1, "eth0", mac, up=True)}
        links = self.wiring.links[device.pk]
        segment, _ = self.prefixes.find(device.address)
        loopback = segment is None and bool(device.address) and not self._told(device)
        ports = network_ports(device, mac, links, dict(self._vlan_interfaces(device)), loopback=loopback)
        for port, (other, _) in links.items():
            peer = self.wiring.devices[other]
            up = other not in self.wiring.dead
            ports[port] = replace(ports[port], up=up, alias=f"to {peer.name or peer.tag}")
        for port, vlan in self.traffic.desks[device.pk].items():
            if port in ports:
                ports[port] = replace(ports[port], up=True, pvid=vlan)
        return ports

    def _told(self, device: ViewDevice) -> bool:
        """Whether its own address is among those on its interfaces, so that it needs no other place."""
        names = {segment.gateway_port for segment in self.gates[device.pk]}
        return any(a.address == device.address and a.port in names for a in self.addresses[device.pk])

    def _vlan_interfaces(self, device: ViewDevice) -> Iterator[tuple[str, int]]:
        """(name, VLAN) of the segments whose gateway it is, and of the one that its own address lies in."""
        for segment in self.gates[device.pk]:
            yield segment.gateway_port, vlan_of(segment)
        own, _ = self.prefixes.find(device.address)
        if own is not None and own.gateway != device.pk and is_switch(device):
            yield styles.style_of(device.manufacturer).svi.format(vlan=vlan_of(own)), vlan_of(own)

    def _addresses(self, device: ViewDevice, ports: dict[str, LabPort]) -> Iterator[LabAddress]:
        told = {}
        for row in self.addresses[device.pk]:
            if row.port in ports:
                length = row.prefix_length or self.prefixes.find(row.address)[1]
                told[row.address] = LabAddress(row.address, length, ports[row.port].index)
        yield from told.values()
        if device.address not in told:
            segment, length = self.prefixes.find(device.address)
            port = self._own_port(device, ports, segment)
            yield LabAddress(device.address, 32 if port.name == LOOPBACK_NAME else length, port.index)

    def _own_port(self, device: ViewDevice, ports: dict[str, LabPort], segment: ViewSegment | None) -> LabPort:
        """The interface that bears the device's own address."""
        name = LOOPBACK_NAME
        if segment is not None and is_switch(device):
            own_gate = segment.gateway_port if segment.gateway == device.pk else ""
            name = own_gate or styles.style_of(device.manufacturer).svi.format(vlan=vlan_of(segment))
        if name in ports:
            return ports[name]
        linked = [ports[port] for port in self.wiring.links[device.pk] if port in ports]
        return min(linked or ports.values(), key=lambda port: port.index)

    def _learned(self, device: ViewDevice, ports: dict[str, LabPort]) -> Iterator[tuple[str, int, int]]:
        for (mac, vlan), port in self.traffic.learned[device.pk].items():
            if port in ports:
                yield mac, vlan, ports[port].index

    def _vlans(self, device: ViewDevice) -> tuple[tuple[int, str], ...]:
        if not is_switch(device):
            return ()
        ids = {1} | {vlan for _, vlan in self.traffic.learned[device.pk]}
        ids |= {vlan_of(segment) for segment in self.gates[device.pk]}
        return tuple((vlan, f"VLAN {vlan:04d}") for vlan in sorted(ids))

    def _neighbours(self, device: ViewDevice, ports: dict[str, LabPort]) -> Iterator[LabNeighbour]:
        if not device.network or not styles.style_of(device.manufacturer).lldp:
            return
        for port, (other, other_port) in self.wiring.links[device.pk].items():
            peer = self.wiring.devices[other]
            if peer.network and other not in self.wiring.dead and styles.style_of(peer.manufacturer).lldp:
                yield self._neighbour(ports[port].index, peer, other_port)
        for stranger in self.deviations.strangers:
            if stranger.name and stranger.place.tag == device.tag and stranger.place.port in ports:
                index = ports[stranger.place.port].index
                yield LabNeighbour(index, stranger.mac, "Port 1", stranger.name, stranger.model)

    def _neighbour(self, if_index: int, peer: ViewDevice, port: str) -> LabNeighbour:
        style = styles.style_of(peer.manufacturer)
        capabilities = _BRIDGE if is_switch(peer) else _ROUTER
        if peer.role == "wireless-ap":
            capabilities = _BRIDGE | _ACCESS_POINT
        descr = styles.fill(style.descr, model=peer.model, version=style.version)
        return LabNeighbour(if_index, self.traffic.macs[peer.pk], port, peer.name, descr, peer.address, capabilities)
