"""What a simulated device serves, read back by the collectors themselves: literal specs in, facts out."""

import asyncio
from dataclasses import replace

import pytest

from collectors.collect import Target, collect
from collectors.facts import Snapshot, TableState
from collectors.identify import default_vendors
from collectors.lab.mib.build import build_mib
from collectors.lab.spec import VLAN_INTERFACE, LabAddress, LabDevice, LabHost, LabNeighbour, LabPort
from collectors.snmp import oid
from collectors.snmp.recording import RecordedSession, Recording

VENDORS = default_vendors()
MAC = "0a0000000100"


def snapshot(device: LabDevice) -> Snapshot:
    session = RecordedSession(build_mib(device))
    return asyncio.run(collect(Target(device.address, device.address), session, vendors=VENDORS))


def switch(manufacturer: str = "Huawei", model: str = "S5735-L24T4S-A1", serial: str = "SER123456") -> LabDevice:
    ports = [
        LabPort(6, "GigabitEthernet0/0/1", MAC, up=True, bridge_port=1, pvid=101),
        LabPort(7, "GigabitEthernet0/0/2", MAC, bridge_port=2),
        LabPort(30, "GigabitEthernet0/0/25", MAC, up=True, alias="to core", bridge_port=25),
        LabPort(20254, "Vlanif254", MAC, VLAN_INTERFACE, up=True),
    ]
    return LabDevice(
        tag="TZ-SW-001",
        name="east-1",
        manufacturer=manufacturer,
        model=model,
        role="switch",
        address="10.0.254.2",
        serial=serial,
        mac=MAC,
        location="东院",
        ports=tuple(ports),
        addresses=(LabAddress("10.0.254.2", 24, 20254),),
        learned=(("0a00000000fe", 101, 6), ("0a0000000200", 254, 30)),
        resolved=((20254, "10.0.254.1", "0a0000000200"),),
        neighbours=(LabNeighbour(30, "0a0000000200", "GigabitEthernet1/0/0", "core", "S7706", "10.0.255.1"),),
        vlans=((1, "VLAN 0001"), (101, "VLAN 0101"), (254, "VLAN 0254")),
        uptime_s=1000,
    )


def end_device(role: str, manufacturer: str, model: str, host: LabHost | None = None) -> LabDevice:
    return LabDevice(
        tag="T-1",
        name="thing-1",
        manufacturer=manufacturer,
        model=model,
        role=role,
        address="10.0.1.9",
        serial="ABC12345",
        mac="0a00000000aa",
        ports=(LabPort(1, "eth0", "0a00000000aa", up=True),),
        addresses=(LabAddress("10.0.1.9", 24, 1),),
        host=host,
    )


@pytest.mark.parametrize(
    ("manufacturer", "model"),
    [
        ("Huawei", "S5735-L24T4S-A1"),
        ("Huawei", "S7706"),
        ("H3C", "S5130S-28S-SI"),
        ("H3C", "S7503E"),
        ("Ruijie", "RG-S2928G-E V3"),
        ("ZTE", "ZXR10 5250-28TM-H"),
        ("TP-Link", "TL-SG3428"),
        ("Maipu", "S3230-28TF"),
    ],
)
def test_a_switch_of_each_maker_is_identified_with_model_version_and_serial(manufacturer: str, model: str) -> None:
    who = snapshot(switch(manufacturer, model)).identity
    assert (who.manufacturer, who.kind, who.serial) == (manufacturer, "network", "SER123456")
    assert who.hardware is not None
    assert model in who.hardware
    assert who.version


@pytest.mark.parametrize(("manufacturer", "model"), [("Topsec", "NGFW4000-UF"), ("Sangfor", "AF-1320")])
def test_a_firewall_is_identified(manufacturer: str, model: str) -> None:
    device = LabDevice(
        "T", "fw-1", manufacturer, model, "firewall", "10.0.254.9", "Q1234567", MAC, ports=(LabPort(1, "eth0", MAC),)
    )
    who = snapshot(device).identity
    assert (who.manufacturer, who.hardware, who.kind) == (manufacturer, model, "firewall")


def test_all_tables_of_a_switch_come_back_as_they_were_put_in() -> None:
    seen = snapshot(switch())
    assert [fact.name for fact in seen.interfaces] == [
        "GigabitEthernet0/0/1",
        "GigabitEthernet0/0/2",
        "GigabitEthernet0/0/25",
        "Vlanif254",
    ]
    assert [fact.oper_up for fact in seen.interfaces] == [True, False, True, True]
    assert seen.interfaces[2].alias == "to core"
    assert [(fact.address, fact.prefix_length, fact.if_index) for fact in seen.addresses] == [("10.0.254.2", 24, 20254)]
    assert [(fact.mac, fact.address, fact.if_index) for fact in seen.arp] == [("0a0000000200", "10.0.254.1", 20254)]
    assert {(fact.mac, fact.vlan, fact.if_index) for fact in seen.forwarding} == {
        ("0a00000000fe", 101, 6),
        ("0a0000000200", 254, 30),
    }
    assert seen.vlans == (1, 101, 254)
    assert (seen.system.name, seen.system.location, seen.system.uptime_s) == ("east-1", "东院", 1000)
    assert seen.identity.base_mac == MAC
    assert not [name for name, end in seen.tables.items() if end.state is TableState.CUT_SHORT]


def test_a_neighbour_names_its_port_and_says_that_it_forwards() -> None:
    (near,) = snapshot(switch()).neighbours
    assert (near.local_index, near.local_port) == (30, "GigabitEthernet0/0/25")
    assert (near.chassis, near.name, near.port) == ("0a0000000200", "core", "GigabitEthernet1/0/0")
    assert (near.address, near.bridge) == ("10.0.255.1", True)


@pytest.mark.parametrize(
    ("manufacturer", "model", "role"),
    [
        ("HP", "LaserJet Pro M404dn", "printer-a4-mono"),
        ("Ricoh", "MP 2555SP", "copier"),
        ("Konica Minolta", "bizhub 287", "copier"),
    ],
)
def test_a_printer_tells_its_model_and_serial(manufacturer: str, model: str, role: str) -> None:
    who = snapshot(end_device(role, manufacturer, model)).identity
    assert (who.kind, who.manufacturer, who.serial) == ("printer", manufacturer, "ABC12345")
    assert who.hardware is not None
    assert model in who.hardware


@pytest.mark.parametrize(("manufacturer", "model"), [("APC", "Smart-UPS 3000"), ("Huawei", "UPS2000-G-6kVA")])
def test_a_ups_tells_its_own_serial_and_not_its_cards(manufacturer: str, model: str) -> None:
    who = snapshot(end_device("ups", manufacturer, model)).identity
    assert (who.kind, who.manufacturer, who.serial) == ("power", manufacturer, "ABC12345")


@pytest.mark.parametrize(("role", "model"), [("desktop", "OptiPlex 3060"), ("laptop", "擎云L410"), ("server", "R730")])
def test_a_computer_tells_memory_processors_and_disk(role: str, model: str) -> None:
    host = LabHost(memory_kib=8 * 1024 * 1024, processors=4, processor="Intel64", disk_kib=512 * 1024 * 1024)
    seen = snapshot(end_device(role, "Lenovo", model, host))
    assert seen.host is not None
    assert (seen.host.memory_kib, seen.host.processors) == (8 * 1024 * 1024, 4)
    assert [kib for _, kib in seen.host.disks_kib] == [512 * 1024 * 1024]


def test_objects_are_in_the_order_of_a_walk_each_once() -> None:
    device = switch()
    device_twice = LabDevice(
        "T", "n", "Huawei", "S5735-L24T4S-A1", "switch", "10.0.254.2", mac=MAC, ports=device.ports,
        learned=(("0a00000000fe", 101, 6), ("0a00000000fe", 102, 6)),
    )  # fmt: skip
    recording: Recording = build_mib(device_twice)
    arcs = [oid.arcs(name) for name in recording.oids]
    assert arcs == sorted(set(arcs))
    assert recording.keys == [oid.order(name) for name in recording.oids]


def test_an_ipv6_address_of_the_register_does_no_harm() -> None:
    device = switch()
    both = (*device.addresses, LabAddress("2001:db8::1", 64, 20254))
    seen = snapshot(replace(device, addresses=both, resolved=(*device.resolved, (20254, "2001:db8::2", MAC))))
    assert [fact.address for fact in seen.addresses] == ["10.0.254.2"]
    assert len(seen.arp) == 1
