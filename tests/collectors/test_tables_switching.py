"""What switches have from literal rows: trunks, spanning tree, power over Ethernet, endpoints, makers' tables."""

from collectors.facts import ForwardingFact, InterfaceFact
from collectors.features import AggregateFact, InventoryFact, PoeFact, PoePortFact, SpanningPortFact, SpanningTreeFact
from collectors.tables import aggregation, forwarding, med, poe, stp
from tests.collectors.rows import table

PORTS = (
    InterfaceFact(1, "Gi0/1", type=6),
    InterfaceFact(2, "Gi0/2", type=6),
    InterfaceFact(3, "Vlan1", type=136),
    InterfaceFact(50, "Eth-Trunk1", type=161),
)
MAC_A, MAC_B = "0.17.34.51.68.85", "12.17.34.51.68.102"


# -- trunks --------------------------------------------------------------------------------------------------


def test_ports_bound_by_lacp_name_their_trunk() -> None:
    read = table(attached={"1": 50, "2": 50})
    assert aggregation.aggregates(read, table(), PORTS) == (AggregateFact(1, 50), AggregateFact(2, 50))


def test_a_port_that_is_bound_to_nothing_itself_or_no_interface_is_in_no_trunk() -> None:
    read = table(attached={"1": 0, "2": 2, "3": 1_879_081_088}, pagp={"1": 0})
    assert aggregation.aggregates(read, table(), PORTS) == ()


def test_ciscos_older_protocol_counts_where_lacp_tells_nothing() -> None:
    read = table(attached={"1": 0}, pagp={"1": 50})
    assert aggregation.aggregates(read, table(), PORTS) == (AggregateFact(1, 50),)


def test_layers_of_interfaces_tell_members_only_below_a_trunk() -> None:
    stack = table(status={"50.1": 1, "50.2": 2, "50.0": 1, "0.50": 1, "3.2": 1})
    assert aggregation.aggregates(table(), stack, PORTS) == (AggregateFact(1, 50),)


def test_a_trunk_of_another_interface_type_is_known_by_its_name() -> None:
    named = (InterfaceFact(7, "Port-channel3", type=53), InterfaceFact(8, "Po12"), InterfaceFact(9, "Pool"))
    assert aggregation.trunks(named) == {7, 8}


# -- spanning tree -------------------------------------------------------------------------------------------


def test_a_bridge_tells_its_root_and_the_state_of_its_ports() -> None:
    read = table(
        root={"0": bytes.fromhex("8000001122334455")},
        root_port={"0": 29},
        state={"29": 5, "3": 2},
        designated={"29": bytes.fromhex("8000001122334455"), "3": bytes.fromhex("10000c1122334466")},
    )
    ports = (
        SpanningPortFact(3, None, "blocking", "0c1122334466"),
        SpanningPortFact(29, 34, "forwarding", "001122334455"),
    )
    assert stp.spanning_tree(read, {29: 34}) == SpanningTreeFact("001122334455", 32768, 29, ports)


def test_the_root_itself_has_no_root_port() -> None:
    found = stp.spanning_tree(
        table(root={"0": bytes.fromhex("1000001122334455")}, root_port={"0": 0}, state={"1": 5}), {}
    )
    assert found is not None
    assert (found.root_priority, found.root_port) == (4096, None)


def test_a_root_of_zeros_or_without_ports_is_no_spanning_tree() -> None:
    assert stp.spanning_tree(table(root={"0": bytes(8)}, state={"1": 5}), {}) is None
    assert stp.spanning_tree(table(root={"0": bytes.fromhex("8000001122334455")}), {}) is None
    assert stp.spanning_tree(table(root={"0": b"\x80\x00"}, state={"1": 9}), {}) is None


# -- power over Ethernet -------------------------------------------------------------------------------------


def test_a_port_that_gives_power_tells_its_class_and_interface() -> None:
    read = table(enabled={"1.1": 1, "1.2": 2}, state={"1.1": 3, "1.2": 1}, klass={"1.1": 4, "1.2": 1})
    ports = (PoePortFact(1, 1, 6, True, "delivering", 3), PoePortFact(1, 2, 7, False, "disabled"))
    assert poe.poe(read, {1: 6, 2: 7}, {6, 7}) == PoeFact(ports)


def test_in_a_stack_of_groups_only_an_ifindex_tells_the_port() -> None:
    read = table(enabled={"1.1": 1, "2.1": 1, "2.1002": 1}, state={})
    found = poe.poe(read, {1: 6}, {6, 1002})
    assert found is not None
    assert [(fact.group, fact.port, fact.if_index) for fact in found.ports] == [
        (1, 1, None),
        (2, 1, None),
        (2, 1002, 1002),
    ]


def test_watts_of_all_groups_are_added_and_impossible_ones_left_out() -> None:
    read = table(power={"1": 370, "2": 370, "3": 4_294_967_295}, used={"1": 12, "2": 0})
    assert poe.poe(read, {}, ()) == PoeFact((), 740, 12)


def test_a_switch_without_power_over_ethernet_has_no_such_fact() -> None:
    assert poe.poe(table(), {1: 6}, {6}) is None


# -- LLDP-MED ------------------------------------------------------------------------------------------------


def test_a_phone_tells_maker_model_and_serial_whatever_its_time_mark() -> None:
    read = table(
        serial={"1500.7.2": "FCH1234ABCD", "9900.7.2": "FCH1234ABCD"},
        maker={"1500.7.2": "Yealink", "9900.7.2": "Yealink"},
        model={"1500.7.2": "SIP-T46U\x00", "9900.7.2": "SIP-T46U"},
    )
    found = med.inventories(read, lambda number: (number + 100, f"Gi0/{number}"))
    assert found == (InventoryFact(107, "Gi0/7", serial="FCH1234ABCD", maker="Yealink", model="SIP-T46U"),)


def test_an_endpoint_that_tells_nothing_is_left_out_and_a_missing_time_mark_does_no_harm() -> None:
    read = table(serial={"1.7.2": "", "7.2": "SN1"}, model={"1.7.2": " "})
    assert [fact.local_index for fact in med.inventories(read, lambda number: (number, ""))] == [7]


# -- forwarding in makers' ways ------------------------------------------------------------------------------


def test_the_bridge_of_one_vlan_has_port_numbers_of_its_own() -> None:
    ports = table(if_index={"25": 10125})
    bridge = table(port={MAC_A: 25, MAC_B: 26}, status={MAC_A: 3, MAC_B: 3})
    found = list(forwarding.vlan_rows(20, ports, bridge))
    assert found == [ForwardingFact("001122334455", 20, 10125), ForwardingFact("0c1122334466", 20, None)]


def test_huaweis_table_tells_vlan_and_interface_of_a_mac() -> None:
    read = table(port={f"{MAC_A}.200.1.48": 34, f"{MAC_B}.0.3.97.98.99": 34, "1.0.94.0.0.1.5.1.48": 34})
    assert list(forwarding.huawei_rows(read, {34})) == [
        ForwardingFact("001122334455", 200, 34),
        ForwardingFact("0c1122334466", None, 34),
    ]


def test_a_makers_rows_tell_the_vlan_and_the_usual_table_adds_the_macs_they_lack() -> None:
    known = forwarding.Bridge({1: 34}, {}, (200,), {34})
    own = forwarding.huawei_rows(table(port={f"{MAC_A}.200.1.48": 34}), {34})
    found = forwarding.forwarding(table(), table(port={MAC_A: 1, MAC_B: 1}), known, own)
    assert found == (ForwardingFact("001122334455", 200, 34), ForwardingFact("0c1122334466", None, 34))
