"""Frames in the simulated network: which switch learns which MAC on which port, which gateway resolves what. Pure.

Every device in use that has a MAC sends frames to its segment's gateway; each switch on the way learns it. What
has no cable in the register hangs on a free port of an access switch of its site, always on the same one while
register and deviations stay the same.
"""

import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from collectors.lab import styles
from collectors.lab.deviations import Deviations, Stranger
from collectors.lab.view import NetworkView, ViewDevice, ViewSegment
from collectors.lab.wiring import End, Prefixes, Wiring, base_mac, desk_ports, is_switch


@dataclass(slots=True)
class Traffic:
    """What frames leave behind. Devices by key, ports by name."""

    learned: dict[int, dict[tuple[str, int], str]] = field(default_factory=lambda: defaultdict(dict))
    """Switch → (MAC, VLAN) → port."""
    resolved: dict[int, list[tuple[str, str, str]]] = field(default_factory=lambda: defaultdict(list))
    """Gateway → (name of its interface, address, MAC)."""
    desks: dict[int, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    """Switch → port that an end device hangs on → VLAN."""
    macs: dict[int, str] = field(default_factory=dict)
    """Device → the MAC it really has."""
    unplaced: list[str] = field(default_factory=list)
    """Asset tags of end devices for which no port was free."""


def vlan_of(segment: ViewSegment | None) -> int:
    """VLAN 1 where there is no segment, or one without an id."""
    return segment.vlan or 1 if segment else 1


def run_traffic(view: NetworkView, wiring: Wiring, prefixes: Prefixes, deviations: Deviations) -> Traffic:
    """Let every device send its frames."""
    return _Run(view, wiring, prefixes, deviations).run()


class _Run:
    def __init__(self, view: NetworkView, wiring: Wiring, prefixes: Prefixes, deviations: Deviations) -> None:
        self.wiring = wiring
        self.prefixes = prefixes
        self.deviations = deviations
        self.silent = deviations.dead | deviations.unseen
        self.gateways = {segment.gateway for segment in view.segments if segment.gateway is not None}
        self.segments_at: dict[str, list[ViewSegment]] = defaultdict(list)
        for segment in sorted(view.segments, key=lambda s: (s.vlan or 0, s.name)):
            self.segments_at[segment.site].append(segment)
        self.traffic = Traffic(macs={pk: base_mac(device, deviations) for pk, device in wiring.devices.items()})

    def run(self) -> Traffic:
        for device, end in self._places():
            self._send(device, end)
        for device in self.wiring.devices.values():
            if device.network and device.pk not in self.wiring.dead:
                self._send_own(device)
        by_tag = {device.tag: device for device in self.wiring.devices.values()}
        for stranger in self.deviations.strangers:
            self._send_stranger(stranger, by_tag[stranger.place.tag])
        return self.traffic

    # -- where end devices hang ------------------------------------------------------------------------------

    def _places(self) -> Iterator[tuple[ViewDevice, End]]:
        """Each end device that sends, and the port it hangs on."""
        waiting: dict[str, list[ViewDevice]] = defaultdict(list)
        for device in self.wiring.devices.values():
            if device.network or not device.mac:
                continue
            plugged = next(iter(self.wiring.links[device.pk].values()), None)
            if plugged is None:
                waiting[self.deviations.moved.get(device.tag, device.site)].append(device)
            elif device.tag not in self.silent:
                yield device, plugged
        free = self._free_ports()
        for site, devices in waiting.items():
            for device, end in spread(devices, free.get(site, [])):
                if device.tag in self.silent:
                    continue
                if end is None:
                    self.traffic.unplaced.append(device.tag)
                else:
                    yield device, end

    def _free_ports(self) -> dict[str, list[End]]:
        """Site → free ports of its access switches: not cores, and gateways only where there is no other."""
        reserved = {(stranger.place.tag, stranger.place.port) for stranger in self.deviations.strangers}
        switches: dict[str, list[ViewDevice]] = defaultdict(list)
        for device in sorted(self.wiring.devices.values(), key=lambda device: device.tag):
            if is_switch(device):
                switches[device.site].append(device)
        free: dict[str, list[End]] = {}
        for site, found in switches.items():
            access = [device for device in found if not styles.is_chassis(device.manufacturer, device.model)]
            access = [device for device in access if device.pk not in self.gateways] or access or found
            free[site] = [
                (device.pk, port)
                for device in access
                for port in desk_ports(device)
                if port not in self.wiring.links[device.pk] and (device.tag, port) not in reserved
            ]
        return free

    # -- frames ----------------------------------------------------------------------------------------------

    def _site_segment(self, site: str) -> ViewSegment | None:
        return next(iter(self.segments_at.get(site, ())), None)

    def _send(self, device: ViewDevice, end: End) -> None:
        moved_to = self.deviations.moved.get(device.tag)
        segment = None if moved_to else self.prefixes.find(device.address)[0]
        segment = segment or self._site_segment(moved_to or device.site)
        self.traffic.desks[end[0]][end[1]] = vlan_of(segment)
        # An address of another site's prefix reaches no gateway, so nobody resolves it.
        if self._climb(device.mac, segment, end) and not moved_to:
            self._resolve(segment, device.address, device.mac)

    def _send_own(self, device: ViewDevice) -> None:
        """A network device's own frames, from its management address."""
        segment, _ = self.prefixes.find(device.address)
        if segment is None or segment.gateway is None or segment.gateway == device.pk:
            return
        if is_switch(device):
            way = self.wiring.way_to(segment.gateway).get(device.pk)
            if way is None:
                return
            self._learn(device.pk, self.traffic.macs.get(segment.gateway, ""), vlan_of(segment), way[0])
            end = way[1], way[2]
        else:
            ends = self.wiring.links[device.pk].values()
            found = next((end for end in ends if is_switch(self.wiring.devices[end[0]])), None)
            if found is None:
                return
            end = found
        if self._climb(self.traffic.macs[device.pk], segment, end):
            self._resolve(segment, device.address, self.traffic.macs[device.pk])

    def _send_stranger(self, stranger: Stranger, switch: ViewDevice) -> None:
        segment = self._site_segment(switch.site)
        self.traffic.desks[switch.pk][stranger.place.port] = vlan_of(segment)
        self._climb(stranger.mac, segment, (switch.pk, stranger.place.port))

    def _climb(self, mac: str, segment: ViewSegment | None, end: End) -> bool:
        """Learn `mac` from port to port up to the gateway, and the gateway's on the way back. Whether it arrived."""
        vlan, gateway = vlan_of(segment), segment.gateway if segment else None
        if gateway not in self.wiring.devices:
            gateway = None
        way = self.wiring.way_to(gateway) if gateway is not None else {}
        switch, port = end
        while switch not in self.wiring.dead:
            self._learn(switch, mac, vlan, port)
            if switch == gateway:
                return True
            if gateway is None or switch not in way:
                return False
            own, above, above_port = way[switch]
            self._learn(switch, self.traffic.macs[gateway], vlan, own)
            switch, port = above, above_port
        return False

    def _learn(self, switch: int, mac: str, vlan: int, port: str) -> None:
        if mac and is_switch(self.wiring.devices[switch]):
            self.traffic.learned[switch].setdefault((mac, vlan), port)

    def _resolve(self, segment: ViewSegment | None, address: str, mac: str) -> None:
        if address and segment is not None and segment.gateway is not None:
            self.traffic.resolved[segment.gateway].append((segment.gateway_port, address, mac))


def spread(devices: Sequence[ViewDevice], ports: Sequence[End]) -> Iterator[tuple[ViewDevice, End | None]]:
    """Each device on a port of its own, chosen by its MAC, so that one more or less moves few others.

    Where there are more devices than ports, None for those that come last by asset tag.
    """
    taken: set[int] = set()
    for device in sorted(devices, key=lambda device: device.tag):
        if len(taken) == len(ports):
            yield device, None
            continue
        at = zlib.crc32(device.mac.encode()) % len(ports)
        while at in taken:
            at = (at + 1) % len(ports)
        taken.add(at)
        yield device, ports[at]
