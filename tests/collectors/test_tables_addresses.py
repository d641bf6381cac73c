"""Own addresses and ARP from literal rows, in the index forms that agents use."""

import pytest

from collectors.facts import AddressFact, ArpFact
from collectors.tables import addresses, arp
from collectors.tables.index import inet, mac_of
from tests.collectors.rows import ip_value, oid_value, table

V6 = "253.0.0.32.0.0.0.0.0.0.0.0.0.0.0.1"


@pytest.mark.parametrize(
    ("dotted", "expected"),
    [
        ("1.4.10.20.1.1", ("10.20.1.1", 6)),
        ("1.10.20.1.1", ("10.20.1.1", 5)),
        (f"2.16.{V6}", ("fd00:20::1", 18)),
        (f"2.{V6}", ("fd00:20::1", 17)),
        (f"4.20.{V6}.0.0.0.3", ("fd00:20::1", 22)),
        (f"2.{V6}.0.0.0.0", ("fd00:20::1", 17)),
        ("2.9.49.48.46.50.48.46.49.46.49", ("10.20.1.1", 11)),
        ("9.4.10.20.1.1", None),
        ("1.4.10.20.1.300", None),
        ("", None),
    ],
)
def test_an_address_is_read_from_an_index_with_or_without_its_length(
    dotted: str, expected: tuple[str, int] | None
) -> None:
    assert inet(tuple(int(part) for part in dotted.split(".") if part)) == expected


def test_a_mac_in_an_index_may_carry_its_length() -> None:
    assert mac_of((0, 17, 34, 51, 68, 85)) == mac_of((6, 0, 17, 34, 51, 68, 85)) == "001122334455"
    assert mac_of((0, 17, 34, 51, 68)) is None
    assert mac_of((0, 17, 34, 51, 68, 999)) is None


def test_the_new_table_gives_the_length_by_its_pointer() -> None:
    pointer = oid_value("1.3.6.1.2.1.4.32.1.5.680.1.4.10.20.1.0.24")
    new = table(if_index={"1.4.10.20.1.1": 680}, type={"1.4.10.20.1.1": 1}, prefix={"1.4.10.20.1.1": pointer})
    assert addresses.addresses(new, table(), table()) == (AddressFact("10.20.1.1", 24, 680),)


def test_a_broadcast_address_is_not_the_devices_own() -> None:
    new = table(if_index={"1.4.10.20.1.255": 2}, type={"1.4.10.20.1.255": 3})
    assert addresses.addresses(new, table(), table()) == ()


def test_the_old_mask_wins_where_the_new_table_tells_none() -> None:
    new = table(if_index={"1.4.10.20.1.1": 5}, prefix={"1.4.10.20.1.1": oid_value("0.0")})
    old = table(
        address={"10.20.1.1": ip_value("10.20.1.1")},
        if_index={"10.20.1.1": 5},
        mask={"10.20.1.1": ip_value("255.255.252.0")},
    )
    assert addresses.addresses(new, old, table()) == (AddressFact("10.20.1.1", 22, 5),)


def test_the_value_counts_where_the_old_index_is_no_address() -> None:
    old = table(address={"1": ip_value("10.1.1.9")}, if_index={"1": 4}, mask={"1": ip_value("255.255.255.0")})
    assert addresses.addresses(table(), old, table()) == (AddressFact("10.1.1.9", 24, 4),)


def test_an_index_with_the_interface_in_front_or_a_count_behind_is_read() -> None:
    old = table(if_index={"3.192.168.7.1": 3, "10.0.0.1.1": 18})
    found = addresses.addresses(table(), old, table())
    assert {(fact.address, fact.if_index) for fact in found} == {("192.168.7.1", 3), ("10.0.0.1", 18)}


def test_a_mask_with_holes_or_of_zeros_is_no_length() -> None:
    assert addresses.mask_length("255.0.255.0") is None
    assert addresses.mask_length("0.0.0.0") is None
    assert addresses.mask_length("junk") is None
    assert addresses.mask_length("255.255.255.255") == 32


def test_loopback_has_its_length_by_definition() -> None:
    found = addresses.addresses(table(), table(if_index={"127.0.0.1": 1, "10.0.0.1": 2}), table())
    assert found == (AddressFact("10.0.0.1", None, 2), AddressFact("127.0.0.1", 8, 1))


def test_ipv6_lengths_come_from_the_oldest_table_as_a_last_resort() -> None:
    new = table(if_index={f"2.16.{V6}": 680}, prefix={f"2.16.{V6}": oid_value("0.0")})
    old = table(length={f"680.16.{V6}": 64})
    assert addresses.addresses(new, table(), old) == (AddressFact("fd00:20::1", 64, 680),)


def test_arp_is_read_from_both_tables_once_each() -> None:
    mac = bytes.fromhex("001122334455")
    new = table(mac={"5.1.4.10.20.1.77": mac}, type={"5.1.4.10.20.1.77": 3}, state={"5.1.4.10.20.1.77": 1})
    old = table(mac={"5.10.20.1.77": mac, "5.10.20.1.78": mac}, type={"5.10.20.1.77": 3, "5.10.20.1.78": 3})
    assert arp.arp(new, old) == (
        ArpFact("001122334455", "10.20.1.77", 5),
        ArpFact("001122334455", "10.20.1.78", 5),
    )


def test_invalid_incomplete_and_empty_arp_rows_are_dropped() -> None:
    mac = bytes.fromhex("001122334455")
    new = table(mac={"5.1.4.10.0.0.1": mac, "5.1.4.10.0.0.2": mac}, state={"5.1.4.10.0.0.1": 5, "5.1.4.10.0.0.2": 7})
    old = table(
        mac={"5.10.0.0.3": mac, "5.10.0.0.4": b"", "5.10.0.0.5": bytes(6), "5.10.0.0.6": b"\xff" * 6},
        type={"5.10.0.0.3": 2, "5.10.0.0.4": 3},
    )
    assert arp.arp(new, old) == ()
