"""Forwarding tables and VLANs from literal rows."""

from collectors.facts import ForwardingFact
from collectors.tables import forwarding, vlans
from collectors.tables.forwarding import Bridge
from tests.collectors.rows import table

MAC_A, MAC_B = "0.17.34.51.68.85", "12.17.34.51.68.102"


def bridge(
    if_index_of: dict[int, int] | None = None,
    vlan_of: dict[int, int] | None = None,
    known: tuple[int, ...] = (),
    interfaces: tuple[int, ...] = (),
) -> Bridge:
    return Bridge(if_index_of or {}, vlan_of or {}, known, interfaces)


def test_fdb_ids_are_translated_to_vlans_and_ports_to_interfaces() -> None:
    read = table(port={f"3.{MAC_A}": 1, f"4.{MAC_B}": 4}, status={f"3.{MAC_A}": 3, f"4.{MAC_B}": 3})
    found = forwarding.forwarding(read, table(), bridge({1: 6, 4: 9}, {3: 10, 4: 20}))
    assert found == (ForwardingFact("001122334455", 10, 6), ForwardingFact("0c1122334466", 20, 9))


def test_a_port_that_falls_in_a_hole_of_the_map_has_no_interface() -> None:
    read = table(port={f"3.{MAC_A}": 3}, status={f"3.{MAC_A}": 3})
    assert forwarding.forwarding(read, table(), bridge({1: 6}, {3: 10}))[0].if_index is None


def test_own_addresses_and_unknown_ports_are_not_learned() -> None:
    read = table(port={f"1.{MAC_A}": 1, f"1.{MAC_B}": 0}, status={f"1.{MAC_A}": 4, f"1.{MAC_B}": 3})
    assert forwarding.forwarding(read, table(), bridge({1: 6})) == ()


def test_group_addresses_and_zeros_are_no_station() -> None:
    read = table(port={"1.1.0.94.0.0.1": 1, "1.0.0.0.0.0.0": 1})
    assert forwarding.forwarding(read, table(), bridge({1: 6})) == ()


def test_an_extra_length_in_the_index_is_passed_over() -> None:
    read = table(port={f"1.6.{MAC_A}": 1}, status={f"1.6.{MAC_A}": 3})
    assert forwarding.forwarding(read, table(), bridge({1: 6}, {}, (1,)))[0].mac == "001122334455"


def test_without_a_map_an_fdb_id_is_a_vlan_only_where_that_vlan_exists() -> None:
    read = table(port={f"10.{MAC_A}": 1, f"77.{MAC_B}": 1})
    found = forwarding.forwarding(read, table(), bridge({1: 6}, {}, (10, 20)))
    assert [fact.vlan for fact in found] == [10, None]


def test_the_table_whose_ports_are_known_is_taken() -> None:
    wrong = table(port={f"1.{MAC_A}": 900, f"1.{MAC_B}": 901})
    right = table(port={MAC_A: 1, MAC_B: 2})
    found = forwarding.forwarding(wrong, right, bridge({1: 6, 2: 7}))
    assert [fact.if_index for fact in found] == [6, 7]


def test_without_any_port_map_ports_that_are_interfaces_stand_for_them() -> None:
    read = table(port={MAC_A: 5, MAC_B: 99})
    found = forwarding.forwarding(table(), read, bridge(interfaces=(5,)))
    assert [fact.if_index for fact in found] == [5, None]


def test_port_maps_leave_out_ports_without_an_interface() -> None:
    assert forwarding.base_ports(table(if_index={"1": 6, "2": 0, "4": 9})) == {1: 6, 4: 9}


def test_vlans_are_listed_once_and_within_their_range() -> None:
    static = table(name={"1": "default", "10": "office", "4095": "internal"}, untagged={"0.20": b"", "0.10": b""})
    assert vlans.vlans(static, table()) == (1, 10, 20)


def test_vtp_vlans_count_where_they_are_not_reserved_and_have_a_bridge_where_operational() -> None:
    more = table(vtp={"1.1": 1, "1.30": 1, "1.40": 2, "1.1002": 1})
    assert vlans.vlans(table(), more) == (1, 30, 40)
    assert vlans.without_bridge(more) == {40}


def test_vtp_names_stand_in_where_states_are_missing() -> None:
    assert vlans.vlans(table(), table(vtp_name={"1.1": "default", "1.50": "x", "1.1003": "trnet"})) == (1, 50)


def test_port_vlans_are_used_only_where_no_vlan_is_listed() -> None:
    more = table(pvid={"1": 200, "2": 0})
    assert vlans.vlans(table(), more) == (200,)
    assert vlans.vlans(table(name={"5": "x"}), more) == (5,)


def test_vlans_of_learned_macs_are_added_where_ports_show_that_an_fdb_id_is_a_vlan() -> None:
    fdb = table(port={f"{vlan}.0.17.34.51.68.85": 1 for vlan in (1, 30, 99, 5000)}).columns["port"]
    assert vlans.with_learned((1, 30, 40), fdb) == (1, 30, 40, 99)
    assert vlans.with_learned((1, 40), fdb) == (1, 40)
    assert not vlans.are_listed(table(), table(pvid={"1": 200}))
    assert vlans.are_listed(table(), table(ieee={"1.5": "x"}))


def test_an_fdb_id_shared_by_vlans_names_none_of_them() -> None:
    static = table(fdb_id={"0.10": 1, "0.20": 1, "0.30": 2, "40": 3})
    assert vlans.fdb_ids(static) == {2: 30, 3: 40}


def test_a_vendors_own_columns_add_vlans_by_value_or_index() -> None:
    assert vlans.with_listed((1,), None, table(x={"7": 70}).columns["x"]) == (1, 70)
    assert vlans.with_listed((1,), -1, table(x={"1.80": "cameras", "1.5000": "no"}).columns["x"]) == (1, 80)
