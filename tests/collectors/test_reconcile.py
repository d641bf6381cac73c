"""Snapshot and register's view → changes, with literal values."""

from dataclasses import replace

from collectors.facts import (
    AddressFact,
    Identity,
    InterfaceFact,
    NeighbourFact,
    Snapshot,
    SystemFact,
    TableEnd,
    TableState,
)
from collectors.reconcile import (
    Action,
    AddressView,
    Change,
    InterfaceView,
    NeighbourView,
    Policy,
    RegisterView,
    reconcile,
)

COMPLETE = TableEnd(TableState.COMPLETE)
CUT = TableEnd(TableState.CUT_SHORT, reason="loop")
PORT = InterfaceFact(1, "Gi0/1", "GigabitEthernet0/1", type=6, mac="001a2b3c4d01", speed_mbps=1000, admin_up=True)
PORT_VIEW = InterfaceView(11, "Gi0/1", "copper", "001a2b3c4d01", 1000, True, "", 1, None, gone=False)
REGISTER = RegisterView(1, "SW-1", "SN1", ("S5720-28P",))


def _snapshot(**values) -> Snapshot:
    tables = values.pop("tables", dict.fromkeys(("interfaces", "addresses", "neighbours"), COMPLETE))
    return Snapshot("1", tables=tables, **values)


def _changes(snapshot: Snapshot, register: RegisterView, subject: str) -> list[Change]:
    return [change for change in reconcile(snapshot, register, Policy()) if change.subject == subject]


def test_an_unchanged_device_changes_nothing():
    snapshot = _snapshot(
        interfaces=(PORT,),
        addresses=(AddressFact("10.0.0.1", 24, 1),),
        identity=Identity(serial="sn-1", hardware="S5720-28P"),
        system=SystemFact(name="sw-1.local"),
    )
    register = replace(REGISTER, interfaces=(PORT_VIEW,), addresses=(AddressView(21, "10.0.0.1", 24, 1, gone=False),))
    assert {change.action for change in reconcile(snapshot, register, Policy())} == {Action.AGREE}


def test_a_new_interface_is_added_with_what_the_network_says():
    (change,) = _changes(_snapshot(interfaces=(PORT,)), REGISTER, "interface")
    assert change.action is Action.ADD
    assert change.values["name"] == "Gi0/1"
    assert change.values["kind"] == "copper"


def test_an_interface_is_found_again_by_name_when_its_index_moved():
    moved = replace(PORT, index=7)
    (change,) = _changes(_snapshot(interfaces=(moved,)), replace(REGISTER, interfaces=(PORT_VIEW,)), "interface")
    assert (change.action, change.key, change.values) == (Action.SET, 11, {"if_index": 7})


def test_when_the_table_is_cut_short_nothing_is_closed():
    register = replace(REGISTER, interfaces=(PORT_VIEW,))
    assert not _changes(_snapshot(tables={"interfaces": CUT}), register, "interface")


def test_when_the_device_restarted_meanwhile_nothing_is_closed():
    register = replace(REGISTER, interfaces=(PORT_VIEW,))
    assert not _changes(_snapshot(restarted=True), register, "interface")


def test_what_a_complete_table_no_longer_shows_is_closed_once():
    register = replace(REGISTER, interfaces=(PORT_VIEW,), held={"interfaces": 0})
    (change,) = _changes(_snapshot(), register, "interface")
    assert (change.action, change.key) == (Action.CLOSE, 11)
    assert not _changes(_snapshot(), replace(register, interfaces=(replace(PORT_VIEW, gone=True),)), "interface")


def test_an_interface_that_only_people_entered_is_never_closed():
    register = replace(REGISTER, interfaces=(replace(PORT_VIEW, if_index=None),))
    assert not _changes(_snapshot(), register, "interface")


def test_an_interface_that_came_back_is_open_again():
    register = replace(REGISTER, interfaces=(replace(PORT_VIEW, gone=True),))
    (change,) = _changes(_snapshot(interfaces=(PORT,)), register, "interface")
    assert change.values == {"gone_since": None}


def test_what_the_device_does_not_say_of_an_interface_stays():
    register = replace(REGISTER, interfaces=(replace(PORT_VIEW, kind="fiber", description="to the core"),))
    down = replace(PORT, mac="", speed_mbps=None, alias="")
    assert not _changes(_snapshot(interfaces=(down,)), register, "interface")


def test_two_interfaces_of_one_name_are_told_apart_by_index():
    twins = (PORT, replace(PORT, index=2))
    assert [c.values["name"] for c in _changes(_snapshot(interfaces=twins), REGISTER, "interface")] == [
        "Gi0/1",
        "Gi0/1 #2",
    ]


def test_people_own_the_serial_a_blank_is_filled_and_another_value_is_a_difference():
    snapshot = _snapshot(identity=Identity(serial="NEW9"))
    (fill,) = _changes(snapshot, replace(REGISTER, serial="To be filled by O.E.M."), "device")
    assert (fill.action, fill.values) == (Action.FILL, {"serial": "NEW9"})
    (differ,) = _changes(snapshot, REGISTER, "device")
    assert (differ.action, differ.old, differ.values) == (Action.DIFFER, {"serial": "SN1"}, {"serial": "NEW9"})


def test_a_junk_serial_says_nothing():
    assert not _changes(_snapshot(identity=Identity(serial="BUILTIN")), REGISTER, "device")


def test_a_model_is_the_same_under_an_alias_or_inside_a_longer_name():
    register = replace(REGISTER, type_names=("S5735-L24T4S-A1", "S5735"))
    for seen in ("s5735 l24t4s a1", "Huawei S5735-L24T4S-A1", "S5735"):
        (change,) = _changes(_snapshot(identity=Identity(hardware=seen)), register, "device")
        assert change.action is Action.AGREE, seen
    (change,) = _changes(_snapshot(identity=Identity(hardware="S6720-54C")), register, "device")
    assert change.action is Action.DIFFER


def test_a_default_name_is_no_difference():
    assert not _changes(_snapshot(system=SystemFact(name="HUAWEI")), REGISTER, "device")


def test_loopback_and_link_local_addresses_are_left_out():
    facts = tuple(AddressFact(a, 8, 1) for a in ("127.0.0.1", "169.254.0.3", "::1", "fe80::1", "10.0.0.1"))
    changes = _changes(_snapshot(addresses=facts), REGISTER, "address")
    assert [change.values["address"] for change in changes] == ["10.0.0.1"]


def test_a_registered_address_is_moved_to_the_interface_that_has_it():
    register = replace(REGISTER, addresses=(AddressView(21, "10.0.0.1", None, None, gone=False),))
    (change,) = _changes(_snapshot(addresses=(AddressFact("10.0.0.1", 24, 5),)), register, "address")
    assert (change.action, change.values) == (Action.SET, {"prefix_length": 24, "if_index": 5})


def test_a_neighbour_is_opened_kept_and_ended():
    fact = NeighbourFact("lldp", 1, "port 1", "aabbccddeeff", "Gi0/24", name="SW-2", bridge=True)
    snapshot = _snapshot(interfaces=(PORT,), neighbours=(fact, fact))
    (added,) = _changes(snapshot, REGISTER, "neighbour")
    assert added.values["port"] == "Gi0/1"
    held = NeighbourView(31, "Gi0/1", "lldp", "aabbccddeeff", "Gi0/24", "SW-2", "", True)
    register = replace(REGISTER, neighbours=(held,))
    assert not _changes(snapshot, register, "neighbour")
    (ended,) = _changes(_snapshot(), replace(register, held={"neighbours": 0}), "neighbour")
    assert (ended.action, ended.key) == (Action.CLOSE, 31)
    assert not _changes(_snapshot(tables={"neighbours": CUT}), register, "neighbour")
