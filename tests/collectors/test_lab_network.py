"""The register as a network: literal views in, what each switch and gateway sees out."""

from collectors.lab.deviations import Deviations, Place, Stranger
from collectors.lab.network import Network, build_network
from collectors.lab.spec import LabDevice
from collectors.lab.traffic import spread
from collectors.lab.view import (
    Management,
    NetworkView,
    ViewAddress,
    ViewDevice,
    ViewLink,
    ViewPrefix,
    ViewSegment,
)

ASK = Management("secret", 161)
CORE, EAST, WEST = 1, 2, 3
PC_EAST, PC_WEST, SERVER = 11, 12, 13
EAST_MAC, WEST_MAC, SERVER_MAC = "0a0000000011", "0a0000000012", "0a0000000013"


def switch(pk: int, tag: str, site: str, address: str, model: str = "S5735-L24T4S-A1") -> ViewDevice:
    return ViewDevice(
        pk,
        tag,
        tag.lower(),
        "Huawei",
        model,
        "switch",
        f"S{pk}",
        True,
        True,
        site,
        f"0a000000{pk:02d}00",
        address,
        ASK,
    )


DEVICES = (
    switch(CORE, "CORE", "centre", "10.0.255.1", "S7706"),
    switch(EAST, "EAST", "east", "10.0.254.2"),
    switch(WEST, "WEST", "west", "10.0.254.3"),
    ViewDevice(PC_EAST, "PC-E", "pc-e", "Lenovo", "M428", "desktop", site="east", mac=EAST_MAC, address="10.0.1.9"),
    ViewDevice(PC_WEST, "PC-W", "pc-w", "Lenovo", "M428", "desktop", site="west", mac=WEST_MAC, address="10.0.2.9"),
    ViewDevice(
        SERVER,
        "SRV",
        "srv",
        "Dell",
        "R730",
        "server",
        site="centre",
        mac=SERVER_MAC,
        address="10.0.3.9",
        management=ASK,
    ),
)
LINKS = (
    ViewLink(CORE, "GigabitEthernet1/0/0", EAST, "GigabitEthernet0/0/25"),
    ViewLink(CORE, "GigabitEthernet1/0/1", WEST, "GigabitEthernet0/0/25"),
    ViewLink(CORE, "GigabitEthernet2/0/0", SERVER, "eth0"),
)
SEGMENTS = (
    ViewSegment("east", 101, "east", CORE, "Vlanif101"),
    ViewSegment("west", 102, "west", CORE, "Vlanif102"),
    ViewSegment("servers", 200, "centre", CORE, "Vlanif200"),
    ViewSegment("devices", 254, "centre", CORE, "Vlanif254"),
)


def view(*more: ViewDevice) -> NetworkView:
    """A core with two access switches at two sites, a computer at each, a server on the core."""
    return NetworkView(
        devices=(*DEVICES, *more),
        links=LINKS,
        segments=SEGMENTS,
        prefixes=tuple(
            ViewPrefix(f"10.0.{n}.0/24", name)
            for n, name in ((1, "east"), (2, "west"), (3, "servers"), (254, "devices"), (255, ""))
        ),
        addresses=tuple(ViewAddress(CORE, f"Vlanif{vlan}", f"10.0.{n}.1", 24) for n, vlan in ((1, 101), (2, 102))),
    )


def find(network: Network, tag: str) -> LabDevice:
    return next(device for device in network.devices if device.tag == tag)


def learned(device: LabDevice) -> dict[tuple[str, int], str]:
    """(MAC, VLAN) → name of the port."""
    names = {port.index: port.name for port in device.ports}
    return {(mac, vlan): names[index] for mac, vlan, index in device.learned}


def test_a_computer_is_learned_on_one_desk_port_and_on_the_way_to_its_gateway() -> None:
    network = build_network(view())
    at = learned(find(network, "EAST"))[EAST_MAC, 101]
    assert 1 <= int(at.removeprefix("GigabitEthernet0/0/")) <= 24
    assert learned(find(network, "CORE"))[EAST_MAC, 101] == "GigabitEthernet1/0/0"
    assert (EAST_MAC, 101) not in learned(find(network, "WEST"))


def test_an_uplink_sees_the_gateway() -> None:
    east = find(build_network(view()), "EAST")
    core_mac = find(build_network(view()), "CORE").mac
    assert learned(east)[core_mac, 101] == "GigabitEthernet0/0/25"
    assert learned(east)[core_mac, 254] == "GigabitEthernet0/0/25"


def test_the_gateway_resolves_each_address_on_its_vlan_interface() -> None:
    core = find(build_network(view()), "CORE")
    names = {port.index: port.name for port in core.ports}
    resolved = {address: (names[index], mac) for index, address, mac in core.resolved}
    assert resolved["10.0.1.9"] == ("Vlanif101", EAST_MAC)
    assert resolved["10.0.3.9"] == ("Vlanif200", SERVER_MAC)
    assert resolved["10.0.254.2"][0] == "Vlanif254"


def test_a_cabled_server_is_on_its_cables_port() -> None:
    assert learned(find(build_network(view()), "CORE"))[SERVER_MAC, 200] == "GigabitEthernet2/0/0"


def test_neighbours_follow_from_cables_between_network_devices() -> None:
    core = find(build_network(view()), "CORE")
    assert {(near.name, near.port) for near in core.neighbours} == {
        ("east", "GigabitEthernet0/0/25"),
        ("west", "GigabitEthernet0/0/25"),
    }


def test_a_switchs_own_address_is_on_its_vlan_interface_and_a_routed_one_on_a_loopback() -> None:
    network = build_network(view())
    for tag, name, length in (("EAST", "Vlanif254", 24), ("CORE", "LoopBack0", 32)):
        device = find(network, tag)
        own = next(row for row in device.addresses if row.address == device.address)
        port = next(port for port in device.ports if port.index == own.if_index)
        assert (port.name, own.prefix_length) == (name, length)


def test_the_same_view_gives_the_same_network() -> None:
    assert build_network(view()) == build_network(view())


def test_only_managed_devices_in_use_answer() -> None:
    stored = ViewDevice(
        20, "OLD", "old", "Huawei", "S5735-L24T4S-A1", "switch", "S", True, False, "east", "", "10.0.254.9", ASK
    )
    tags = {device.tag for device in build_network(view(stored)).devices}
    assert tags == {"CORE", "EAST", "WEST", "SRV"}


def test_a_dead_switch_answers_nothing_forwards_nothing_and_has_no_neighbour() -> None:
    network = build_network(view(), Deviations(dead={"EAST"}))
    core = find(network, "CORE")
    assert "EAST" not in {device.tag for device in network.devices}
    assert not any(mac == EAST_MAC for mac, _, _ in core.learned)
    assert {near.name for near in core.neighbours} == {"west"}
    port = next(port for port in core.ports if port.name == "GigabitEthernet1/0/0")
    assert not port.up


def test_a_moved_computer_is_on_a_port_of_the_other_site_and_nobody_resolves_it() -> None:
    network = build_network(view(), Deviations(moved={"PC-E": "west"}, lines={"PC-E": 2}))
    assert (EAST_MAC, 102) in learned(find(network, "WEST"))
    assert not any(mac == EAST_MAC for mac, _, _ in find(network, "EAST").learned)
    assert EAST_MAC not in {mac for _, _, mac in find(network, "CORE").resolved}


def test_an_unseen_computer_is_nowhere() -> None:
    network = build_network(view(), Deviations(unseen={"PC-E"}))
    assert not any(mac == EAST_MAC for device in network.devices for mac, _, _ in device.learned)


def test_a_replaced_switch_has_another_serial_and_other_macs_under_the_same_name() -> None:
    network = build_network(view(), Deviations(replaced={"WEST": ("NEW", "0bffffffff00")}))
    west = find(network, "WEST")
    assert (west.name, west.serial, west.mac) == ("west", "NEW", "0bffffffff00")
    assert {port.mac for port in west.ports} == {"0bffffffff00"}
    near = next(near for near in find(network, "CORE").neighbours if near.name == "west")
    assert near.mac == "0bffffffff00"


def test_another_serial_changes_the_serial_alone() -> None:
    west = find(build_network(view(), Deviations(serials={"WEST": "OTHER"})), "WEST")
    assert (west.serial, west.mac) == ("OTHER", find(build_network(view()), "WEST").mac)


def test_an_unknown_mac_and_an_unregistered_switch_are_on_their_ports_and_no_computer_with_them() -> None:
    mac, camera = "0cffffffff01", "0cffffffff02"
    strangers = [
        Stranger(mac, Place("EAST", "GigabitEthernet0/0/7")),
        Stranger(camera, Place("EAST", "GigabitEthernet0/0/8"), "cam", "SG2008"),
    ]
    east = find(build_network(view(), Deviations(strangers=strangers)), "EAST")
    assert learned(east)[mac, 101] == "GigabitEthernet0/0/7"
    assert learned(east)[EAST_MAC, 101] not in ("GigabitEthernet0/0/7", "GigabitEthernet0/0/8")
    near = next(near for near in east.neighbours if near.name == "cam")
    assert (near.mac, near.capabilities & 0x20) == (camera, 0x20)


def test_more_computers_than_ports_are_told() -> None:
    many = tuple(
        ViewDevice(
            100 + n,
            f"PC-{n:03d}",
            "",
            "Lenovo",
            "M428",
            "desktop",
            site="east",
            mac=f"0d00000000{n:02x}",
            address=f"10.0.1.{20 + n}",
        )
        for n in range(30)
    )
    network = build_network(view(*many))
    assert len(network.unplaced) == 31 - 24


def test_spreading_gives_each_device_a_port_of_its_own_and_one_more_moves_few() -> None:
    ports = [(1, f"Port{n}") for n in range(48)]
    devices = [ViewDevice(n, f"T{n:02d}", "", "", "", "desktop", mac=f"0e000000{n:04x}") for n in range(30)]
    first = {device.tag: end for device, end in spread(devices, ports)}
    assert len(set(first.values())) == 30
    second = {device.tag: end for device, end in spread(devices[1:], ports)}
    assert sum(first[tag] != end for tag, end in second.items()) < 10


def test_a_ring_of_cables_and_a_cable_to_nothing_do_no_harm() -> None:
    plain = view()
    ringed = NetworkView(
        plain.devices,
        (
            *plain.links,
            ViewLink(EAST, "GigabitEthernet0/0/26", WEST, "GigabitEthernet0/0/26"),
            ViewLink(EAST, "x", 999, "y"),
        ),
        plain.segments,
        plain.prefixes,
        plain.addresses,
    )
    assert learned(find(build_network(ringed), "CORE"))[EAST_MAC, 101] == "GigabitEthernet1/0/0"


def test_a_gateway_that_is_no_device_in_use_stops_frames_at_the_first_switch() -> None:
    plain = view()
    segments = tuple(ViewSegment(s.name, s.vlan, s.site, 999, s.gateway_port) for s in plain.segments)
    network = build_network(NetworkView(plain.devices, plain.links, segments, plain.prefixes, plain.addresses))
    assert (EAST_MAC, 101) in learned(find(network, "EAST"))
    assert (EAST_MAC, 101) not in learned(find(network, "CORE"))
