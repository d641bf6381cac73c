"""NAPALM's getters as facts: literal getter outputs, and values that drivers are known to give wrongly."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.facts import (
    AddressFact,
    ArpFact,
    ForwardingFact,
    Identity,
    InterfaceFact,
    NeighbourFact,
    SystemFact,
)
from collectors.napalm import facts as nf
from collectors.napalm.drivers import driver_named

IOS, VRP, COMWARE = (driver_named(name) for name in ("ios", "huawei_vrp", "h3c_comware"))
KNOWN = {"GigabitEthernet0/0/1": 5, "XGigabitEthernet0/0/1": 6, "Vlanif10": 30, "Eth-Trunk1": 40}


# -- who it is -------------------------------------------------------------------------------------------------


def test_facts_become_an_identity_and_the_system() -> None:
    said = {
        "uptime": 7200.0,
        "vendor": "Cisco",
        "os_version": "C2960X Software (C2960X-UNIVERSALK9-M), Version 15.2(7)E3, RELEASE SOFTWARE (fc3)",
        "serial_number": "FOC1830X0AB",
        "model": "WS-C2960X-24TS-L",
        "hostname": "sw1",
        "fqdn": "Unknown",
        "interface_list": ["Vlan10"],
    }
    assert nf.system(said) == SystemFact(name="sw1", uptime_s=7200.0)
    assert nf.identity(said, IOS) == Identity(
        kind="network",
        os="ios",
        manufacturer="Cisco",
        hardware="WS-C2960X-24TS-L",
        version="15.2(7)E3",
        serial="FOC1830X0AB",
        chassis_serials=("FOC1830X0AB",),
        rule="NAPALM ios",
    )


def test_minus_one_and_unknown_are_not_known() -> None:
    said = {"uptime": -1, "vendor": "Comware", "os_version": "Unknown", "model": "unknown", "hostname": "Unknown"}
    found = nf.identity(said | {"serial_number": "Unknown"}, COMWARE)
    assert nf.system(said) == SystemFact()
    assert (found.manufacturer, found.hardware, found.version, found.serial) == ("H3C", None, None, None)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (["2102350DLQ01", "2102350DLQ02"], ("2102350DLQ01", "2102350DLQ02")),
        ("219801A01,219801A02", ("219801A01", "219801A02")),
        ([], ()),
        ("N/A", ()),
        (None, ()),
        (["0000000", 17, "A1B2"], ("A1B2",)),
    ],
)
def test_a_serial_may_be_a_list_or_a_text_with_commas(said: Any, found: tuple[str, ...]) -> None:
    assert nf.serials(said) == found


# -- ports -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "full"),
    [
        ("GE0/0/1", "GigabitEthernet0/0/1"),
        ("Gi0/0/1", "GigabitEthernet0/0/1"),
        ("gigabitethernet0/0/1", "GigabitEthernet0/0/1"),
        ("XGE0/0/1", "XGigabitEthernet0/0/1"),
        ("Eth-Trunk1", "Eth-Trunk1"),
        ("Vlanif10", "Vlanif10"),
    ],
)
def test_a_port_is_known_by_its_short_names(written: str, full: str) -> None:
    ports = nf.PortNames(KNOWN)
    assert (ports.full(written), ports.index(written)) == (full, KNOWN[full])


def test_a_short_name_that_two_ports_could_have_is_nobodys() -> None:
    ports = nf.PortNames({"TenGigabitEthernet1/1": 1, "TenGigE1/1": 2})
    assert (ports.full("Te1/1"), ports.index("Te1/1")) == ("Te1/1", None)


@pytest.mark.parametrize(
    ("written", "full"),
    [
        ("BAGG1", "Bridge-Aggregation1"),
        ("XGE1/0/1", "Ten-GigabitEthernet1/0/1"),
        ("Po1", "Port-channel1"),
        ("Vlan10", "Vlan-interface10"),
    ],
)
def test_comwares_and_ciscos_own_short_forms_are_known(written: str, full: str) -> None:
    assert nf.PortNames({full: 7}).index(written) == 7


def test_numbers_come_from_snmp_and_others_can_be_no_ifindex_and_stay_the_same() -> None:
    first = nf.PortNames(KNOWN, ["GigabitEthernet0/0/1", "GigabitEthernet0/0/2", "LoopBack0"])
    again = nf.PortNames(KNOWN, ["LoopBack0", "GigabitEthernet0/0/2"])
    assert first.index("GigabitEthernet0/0/1") == 5
    assert first.index("GigabitEthernet0/0/2") == again.index("GigabitEthernet0/0/2")
    assert (first.index("LoopBack0") or 0) > 2**31 - 1


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("GigabitEthernet0/0/1", 6),
        ("XGigabitEthernet0/0/1", 6),
        ("Ten-GigabitEthernet1/0/1", 6),
        ("M-GigabitEthernet0/0/0", 6),
        ("FortyGigE1/0/1", 6),
        ("Twenty-FiveGigE1/0/1", 6),
        ("10GE1/0/1", 6),
        ("MEth0/0/1", 6),
        ("FastEthernet0/1", 6),
        ("Ethernet0/0/1", 6),
        ("Eth-Trunk1", 161),
        ("Bridge-Aggregation1", 161),
        ("Port-channel1", 161),
        ("Vlanif10", 136),
        ("Vlan-interface10", 136),
        ("Vlan10", 136),
        ("LoopBack0", 24),
        ("NULL0", 53),
        ("Pos1/0", None),
    ],
)
def test_a_ports_name_tells_its_type(name: str, kind: int | None) -> None:
    assert nf.interface_type(name) == kind


# -- tables ----------------------------------------------------------------------------------------------------


def port(**changed: Any) -> dict[str, Any]:
    said = {"is_up": True, "is_enabled": True, "description": "", "last_flapped": -1.0, "mtu": 1500, "speed": 1000.0}
    return {"GigabitEthernet0/0/1": said | {"mac_address": "00:E0:FC:11:00:01"} | changed}


def test_interfaces_tell_speed_in_mbps_mac_and_states() -> None:
    said = port(description="Uplink")
    assert nf.interfaces(said, nf.PortNames(KNOWN, said), IOS) == (
        InterfaceFact(
            index=5,
            name="GigabitEthernet0/0/1",
            alias="Uplink",
            type=6,
            mac="00e0fc110001",
            speed_mbps=1000,
            mtu=1500,
            admin_up=True,
            oper_up=True,
        ),
    )


@pytest.mark.parametrize("speed", [-1, -1.0, 0, "AUTO", None, float("nan"), True])
def test_a_speed_that_is_none_is_left_out(speed: Any) -> None:
    (fact,) = nf.interfaces(port(speed=speed, mtu=-1, mac_address="unknown"), nf.PortNames(KNOWN), IOS)
    assert (fact.speed_mbps, fact.mtu, fact.mac) == (None, None, "")


def test_comwares_driver_gives_kilobits() -> None:
    (fact,) = nf.interfaces(port(speed=1_000_000), nf.PortNames(KNOWN), COMWARE)
    assert fact.speed_mbps == 1000


def test_a_driver_that_calls_a_port_without_a_link_disabled_is_not_believed() -> None:
    said = port(is_up=False, is_enabled=False)
    (cisco,), (huawei,) = (nf.interfaces(said, nf.PortNames(KNOWN), driver) for driver in (IOS, VRP))
    assert (cisco.admin_up, cisco.oper_up) == (False, False)
    assert (huawei.admin_up, huawei.oper_up) == (None, False)


def test_addresses_of_both_families_are_kept_once() -> None:
    said = {
        "Vlanif10": {"ipv4": {"10.1.0.1": {"prefix_length": 24}}, "ipv6": {"FC00::1": {"prefix_length": 64}}},
        "Vlanif99": {"ipv4": {"10.9.0.1": {"prefix_length": -1}, "10.1.0.1": {"prefix_length": 24}, "x": {}}},
    }
    assert nf.addresses(said, nf.PortNames(KNOWN)) == (
        AddressFact("10.1.0.1", 24, 30),
        AddressFact("fc00::1", 64, 30),
        AddressFact("10.9.0.1", None, None),
    )


def test_arp_rows_without_a_station_an_address_or_a_known_port_are_left_out() -> None:
    rows = [
        {"interface": "GE0/0/1", "mac": "3C:52:82:AA:00:50", "ip": "10.1.0.50", "age": -1.0},
        {"interface": "GE0/0/1", "mac": "Incomplete", "ip": "10.1.0.51"},
        {"interface": "GE0/0/1", "mac": "01:00:5E:00:00:01", "ip": "10.1.0.52"},
        {"interface": "", "mac": "3C:52:82:AA:00:53", "ip": "10.1.0.53"},
        {"interface": "GE0/0/1", "mac": "3C:52:82:AA:00:54", "ip": "10.1.0"},
        "no row",
    ]
    assert nf.arp(rows, nf.PortNames(KNOWN)) == (ArpFact("3c5282aa0050", "10.1.0.50", 5),)


def test_forwarding_takes_learned_macs_and_no_vlan_that_cannot_be() -> None:
    rows = [
        {"mac": "3C:52:82:AA:00:50", "interface": "GE0/0/1", "vlan": 10, "static": False},
        {"mac": "3C:52:82:AA:00:51", "interface": "GE0/0/9", "vlan": -1, "static": False},
        {"mac": "3C:52:82:AA:00:52", "interface": "GE0/0/1", "vlan": 9999, "static": False},
        {"mac": "00:E0:FC:11:00:01", "interface": "GE0/0/1", "vlan": 10, "static": True},
        {"mac": "01:00:0C:CC:CC:CC", "interface": "", "vlan": 0, "static": True},
    ]
    assert nf.forwarding(rows, nf.PortNames(KNOWN)) == (
        ForwardingFact("3c5282aa0050", 10, 5),
        ForwardingFact("3c5282aa0051", None, None),
        ForwardingFact("3c5282aa0052", None, 5),
    )


def test_neighbours_in_detail_and_in_brief() -> None:
    detail = {
        "GE0/0/1": [
            {
                "parent_interface": "",
                "remote_chassis_id": "00:E0:FC:00:00:01",
                "remote_port": "GigabitEthernet0/0/24",
                "remote_port_description": "to sw1",
                "remote_system_name": "core",
                "remote_system_description": "VRP",
                "remote_system_capab": ["bridge", "router"],
                "remote_system_enable_capab": ["bridge"],
            }
        ]
    }
    ports = nf.PortNames(KNOWN)
    assert nf.neighbours(detail, ports) == (
        NeighbourFact(
            "lldp",
            5,
            "GigabitEthernet0/0/1",
            "00e0fc000001",
            "GigabitEthernet0/0/24",
            port_descr="to sw1",
            name="core",
            descr="VRP",
            bridge=True,
        ),
    )
    assert nf.neighbours({"GE0/0/1": [{"hostname": "core", "port": "15"}, {"hostname": "", "port": ""}]}, ports) == (
        NeighbourFact("lldp", 5, "GigabitEthernet0/0/1", "", "15", name="core"),
    )


@pytest.mark.parametrize(
    ("enabled", "bridge"), [(["telephone"], False), ([""], None), (None, None), (["B", "R"], True)]
)
def test_whether_a_neighbour_forwards_is_told_by_its_enabled_capabilities(enabled: Any, bridge: bool | None) -> None:
    row = {"remote_chassis_id": "phone", "remote_port": "1", "remote_system_enable_capab": enabled}
    assert [fact.bridge for fact in nf.neighbours({"GE0/0/1": [row]}, nf.PortNames(KNOWN))] == [bridge]


@pytest.mark.parametrize("nothing", [None, {}, [], ""])
def test_nothing_at_all_is_no_rows_whatever_it_is(nothing: Any) -> None:
    ports = nf.PortNames({})
    assert nf.arp(nothing, ports) == nf.forwarding(nothing, ports) == nf.neighbours(nothing, ports) == ()


def test_another_container_is_an_error_with_its_name() -> None:
    with pytest.raises(ValueError, match="a str where a list belongs"):
        nf.arp("rows", nf.PortNames({}))


_KEYS = st.sampled_from(["mac", "ip", "interface", "vlan", "ipv4", "10.0.0.1", "GE0/0/1", "serial_number", "uptime"])
_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=12,
)


@given(_ANYTHING)
def test_whatever_a_driver_gives_becomes_facts_or_a_value_error(said: Any) -> None:
    ports = nf.PortNames(KNOWN, said if isinstance(said, dict) else ())
    for read in (
        nf.system,
        lambda value: nf.identity(value, VRP),
        lambda value: nf.interfaces(value, ports, COMWARE),
        lambda value: nf.addresses(value, ports),
        lambda value: nf.arp(value, ports),
        lambda value: nf.forwarding(value, ports),
        lambda value: nf.neighbours(value, ports),
    ):
        try:
            read(said)
        except ValueError as fault:
            assert "belongs" in str(fault)
