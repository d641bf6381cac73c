"""Faults of devices' data that have no better place: each row as a device really gives it."""

import asyncio

import pytest

from collectors.facts import ArpFact, ForwardingFact, InterfaceFact, NeighbourFact, PartFact, SystemFact
from collectors.snmp.credentials import Credential
from collectors.snmp.engine_pysnmp import PysnmpEngine
from collectors.snmp.engine_udp import FLOOR_S, UdpEngine
from collectors.snmp.session import COUNTER32, TIME_TICKS
from collectors.tables import arp, forwarding, hardware, interfaces, neighbours, printer, system, vlans
from collectors.tables.forwarding import Bridge
from tests.collectors.rows import index, ip_value, scalars, table

# -- indexes -------------------------------------------------------------------------------------------------


def test_a_vlans_fdb_id_is_read_with_and_without_the_time_filter() -> None:
    assert vlans.fdb_ids(table(fdb_id={"0.10": 3, "4711.20": 4})) == {3: 10, 4: 20}
    assert vlans.fdb_ids(table(fdb_id={"10": 3, "20": 4})) == {3: 10, 4: 20}


def test_a_mac_of_seven_octets_and_an_index_with_one_more_are_the_same_mac() -> None:
    known = Bridge({1: 6}, {}, (10,), {6})
    mac = "0.17.34.51.68.85"
    for key in (f"10.{mac}", f"10.6.{mac}"):
        assert forwarding.forwarding(table(port={key: 1}), table(), known) == (ForwardingFact("001122334455", 10, 6),)


def test_an_arp_row_may_have_an_address_type_in_front_or_five_octets_behind() -> None:
    mac = bytes.fromhex("001122334455")
    found = arp.arp(table(), table(mac={"3.10.0.0.7": mac, "3.1.10.0.0.8": mac}))
    assert found == (ArpFact("001122334455", "10.0.0.7", 3), ArpFact("001122334455", "10.0.0.8", 3))


def test_an_ipv6_neighbour_of_an_old_device_is_read_with_and_without_its_length_and_as_ciscos() -> None:
    octets = "254.128.0.0.0.0.0.0.2.17.34.255.254.51.68.85"
    for key in (f"3.{octets}", f"3.16.{octets}", f"3.2.16.{octets}"):
        found = arp.arp(table(), table(), table(mac={key: bytes.fromhex("001122334455")}))
        assert found == (ArpFact("001122334455", "fe80::211:22ff:fe33:4455", 3),)


def test_an_ipv6_address_with_a_zone_is_the_address() -> None:
    octets = "254.128.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.0.0.3"
    found = arp.arp(table(mac={f"3.4.20.{octets}": bytes.fromhex("001122334455")}), table())
    assert found == (ArpFact("001122334455", "fe80::1", 3),)


@pytest.mark.parametrize("key", ["7.1", "0.7.1", "182733.7.1"])
def test_an_lldp_row_with_two_parts_or_a_changing_time_mark_is_the_same_neighbour(key: str) -> None:
    ports = neighbours.Ports((InterfaceFact(7, "Gi0/7"),), {})
    remote = table(name={key: "sw-2"}, chassis={key: bytes.fromhex("00e0fc000002")}, chassis_kind={key: 4})
    (fact,) = neighbours.lldp(remote, table(), table(), ports)
    assert (fact.local_index, fact.chassis, fact.name) == (7, "00e0fc000002", "sw-2")


# -- values --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("octets", "mac"),
    [
        (b"", ""),
        (bytes(6), ""),
        (b"0:1a:2b:3c:4d:5e", "001a2b3c4d5e"),
        (bytes.fromhex("001a2b3c4d5e0000"), "001a2b3c4d5e"),
        (bytes.fromhex("06001a2b3c4d5e"), "001a2b3c4d5e"),
    ],
)
def test_a_physical_address_is_a_mac_in_whatever_form(octets: bytes, mac: str) -> None:
    (fact,) = interfaces.interfaces(table(descr={"1": "eth0"}, mac={"1": octets}))
    assert fact.mac == mac


@pytest.mark.parametrize(
    ("speed", "high", "mbps"),
    [
        (1_000_000_000, 1_000_000_000, 1000),
        (4_294_967_295, 10_000, 10_000),
        (4_294_967_295, 0, None),
        (1_000_000_000, 0, 1000),
    ],
)
def test_a_speed_in_the_wrong_unit_at_its_ceiling_or_of_zero(speed: int, high: int, mbps: int | None) -> None:
    (fact,) = interfaces.interfaces(table(descr={"1": "eth0"}, speed={"1": speed}, high_speed={"1": high}))
    assert fact.speed_mbps == mbps


def test_names_with_nuls_and_in_gbk_are_text() -> None:
    read = table(descr={"1": b"Vlan10\x00\x00", "2": "财政局三楼".encode("gbk")}, alias={"1": "a\x00b"})
    first, second = interfaces.interfaces(read)
    assert (first.descr, first.alias, second.descr) == ("Vlan10", "ab", "财政局三楼")


def test_a_name_of_255_octets_cut_in_a_character_keeps_the_rest() -> None:
    name = ("机房" * 50).encode()[:255]
    assert system.system(scalars(location=name)).location == "机房" * 42 + "机"


def test_octets_that_are_no_text_are_shown_as_digits() -> None:
    assert system.system(scalars(name=bytes.fromhex("0102030405"))).name == "0102030405"


def test_a_page_count_that_is_a_counter_or_an_integer_is_the_same() -> None:
    for value in (22_934, (COUNTER32, (22_934).to_bytes(4, "big"))):
        found = printer.printer(table(count={"1.1": value}))
        assert found is not None
        assert found.pages == 22_934


def test_an_uptime_over_its_ceiling_starts_anew_and_is_no_fault() -> None:
    read = scalars(uptime=(TIME_TICKS, b"\xff\xff\xff\xff"))
    assert system.system(read) == SystemFact(uptime_s=42_949_672.95)


# -- parts ---------------------------------------------------------------------------------------------------


def test_chassis_that_all_have_the_same_place_are_told_apart_by_their_serials() -> None:
    members = tuple(PartFact(n, 3, 0, -1, serial=f"210235A{n}") for n in (1, 2, 3))
    assert hardware.chassis_serials(hardware.chassis(members)) == ("210235A1", "210235A2", "210235A3")


def test_a_serial_padded_with_blanks_and_nuls_is_bare() -> None:
    (part,) = hardware.parts(table(serial={"1": b"FOC1234X5YZ     \x00\x00"}, klass={"1": 3}))
    assert part.serial == "FOC1234X5YZ"


# -- neighbours ----------------------------------------------------------------------------------------------


def test_a_telephone_and_the_computer_behind_it_are_two_neighbours_of_one_port() -> None:
    ports = neighbours.Ports((InterfaceFact(7, "Gi0/7"),), {})
    remote = table(
        chassis={"0.7.1": bytes.fromhex("805ec0000001"), "0.7.2": bytes.fromhex("8c1645000001")},
        chassis_kind={"0.7.1": 4, "0.7.2": 4},
        enabled={"0.7.1": b"\x24", "0.7.2": b"\x01"},
    )
    found = neighbours.lldp(remote, table(), table(), ports)
    assert [(fact.chassis, fact.bridge) for fact in found] == [("805ec0000001", True), ("8c1645000001", False)]


def test_one_management_address_of_many_boxes_does_not_make_them_one() -> None:
    ports = neighbours.Ports((InterfaceFact(7, "Gi0/7"), InterfaceFact(8, "Gi0/8")), {})
    remote = table(
        chassis={"0.7.1": bytes.fromhex("00e0fc000001"), "0.8.1": bytes.fromhex("00e0fc000002")},
        chassis_kind={"0.7.1": 4, "0.8.1": 4},
    )
    management = table(if_id={"0.7.1.1.4.192.168.1.1": 1, "0.8.1.1.4.192.168.1.1": 1})
    found = neighbours.lldp(remote, table(), management, ports)
    assert [(fact.chassis, fact.address) for fact in found] == [
        ("00e0fc000001", "192.168.1.1"),
        ("00e0fc000002", "192.168.1.1"),
    ]


def test_ciscos_addresses_of_neighbours_that_are_none_are_left_out() -> None:
    ports = neighbours.Ports((InterfaceFact(7, "Gi0/7"),), {})
    read = table(name={"7.1": "ap"}, port={"7.1": "eth0"}, address={"7.1": b""})
    assert list(neighbours.cdp(read, ports)) == [NeighbourFact("cdp", 7, "Gi0/7", "", "eth0", name="ap")]


# -- contexts ------------------------------------------------------------------------------------------------


def test_a_vlans_bridge_is_asked_for_by_its_own_community_and_with_less_patience() -> None:
    device = UdpEngine().session("sw", "192.0.2.1", community="county", timeout_s=2.0, retries=3)
    device.took(0.01)
    session = device.for_vlan(20)
    assert b"county@20" in session.head
    assert (session.retries, session.bulk) == (1, True)
    assert [session.wait_s(tries) for tries in (1, 2)] == [0.01 + FLOOR_S, 2.0]


def test_a_lost_answer_is_waited_for_a_round_trip_and_what_it_varies_by():
    session = UdpEngine().session("far", "192.0.2.1", timeout_s=9.0, retries=3)
    for _ in range(100):
        session.took(0.1)
    assert [round(session.wait_s(tries), 2) for tries in (1, 2, 3, 4)] == [0.2, 0.4, 0.8, 9.0]
    for number in range(100):
        session.took(0.1 if number % 2 else 0.5)
    assert 0.8 < session.wait_s(1) < 1.2


def test_a_device_slower_than_the_first_wait_is_not_asked_twice_for_ever():
    session = UdpEngine().session("slow", "192.0.2.1", timeout_s=9.0, retries=3)
    assert session.wait_s(1) == FLOOR_S
    session.waited(3)
    # The next question waits as long as that one did at last, until an answer to a single try tells the round trip.
    assert session.wait_s(1) == 4 * FLOOR_S
    session.took(0.35)
    assert round(session.wait_s(1), 2) == 1.05


def test_a_vlans_bridge_is_asked_for_by_a_context_of_version_3() -> None:
    async def ask() -> tuple[bytes, str]:
        engine = PysnmpEngine()
        user = Credential(version="3", user="reader", auth_key="authentication", privacy_key="privacy words")
        by_user = engine.v3_session("sw", "192.0.2.1", 161, user).for_vlan(20)
        by_community = engine.session("sw", "192.0.2.1", community="county").for_vlan(20)
        engine.close()
        return bytes(by_user._context.contextName), by_community._auth.communityName

    assert asyncio.run(ask()) == (b"vlan-20", "county@20")


def test_rows_with_an_index_that_breaks_off_are_read_as_far_as_they_go() -> None:
    read = table(mac={"3.10.0.0.7": bytes.fromhex("001122334455")})
    read.columns["mac"][index("3.10") + b"\x81"] = ip_value("10.0.0.1")
    assert len(arp.arp(table(), read)) == 1
