"""LLDP and CDP neighbours from literal rows."""

from collectors.facts import InterfaceFact
from collectors.tables import neighbours
from collectors.tables.neighbours import Ports
from tests.collectors.rows import Value, table

CORE = bytes.fromhex("a0b1c2d3e400")


def ports(if_index_of: dict[int, int] | None = None) -> Ports:
    facts = [
        InterfaceFact(9, "GE0/0/4", "GigabitEthernet0/0/4", "uplink", mac="9c5a81000104"),
        InterfaceFact(10, "GE0/0/5", "GigabitEthernet0/0/5", "same", mac="9c5a81000100"),
        InterfaceFact(11, "GE0/0/6", "GigabitEthernet0/0/6", "same", mac="9c5a81000100"),
    ]
    return Ports(facts, if_index_of or {})


def remote(index: str, **more: Value) -> dict[str, dict[str, Value]]:
    row: dict[str, Value] = {"chassis_kind": 4, "chassis": CORE, "port_kind": 5, "port": "Ten-Gig1/0/3"}
    return {name: {index: value} for name, value in (row | {"name": "core-1"} | more).items()}


def test_the_local_port_is_found_by_what_its_own_table_says() -> None:
    local = table(kind={"77": 5}, id={"77": "GE0/0/4"}, descr={"77": ""})
    (found,) = neighbours.lldp(table(**remote("0.77.1")), local, table(), ports())
    assert (found.local_index, found.local_port) == (9, "GE0/0/4")
    assert (found.chassis, found.port, found.name) == ("a0b1c2d3e400", "Ten-Gig1/0/3", "core-1")


def test_a_mac_shared_by_ports_does_not_name_one_but_the_description_does() -> None:
    local = table(kind={"3": 3}, id={"3": bytes.fromhex("9c5a81000100")}, descr={"3": "GigabitEthernet0/0/5"})
    (found,) = neighbours.lldp(table(**remote("0.3.1")), local, table(), ports())
    assert found.local_index == 10


def test_a_number_that_is_a_bridge_port_is_translated() -> None:
    (found,) = neighbours.lldp(table(**remote("0.2.1")), table(), table(), ports({2: 11}))
    assert (found.local_index, found.local_port) == (11, "GE0/0/6")


def test_a_number_that_nothing_explains_is_an_interface_only_if_there_is_one() -> None:
    (known,) = neighbours.lldp(table(**remote("0.9.1")), table(), table(), ports())
    (unknown,) = neighbours.lldp(table(**remote("0.500.1")), table(), table(), ports())
    assert (known.local_index, unknown.local_index, unknown.local_port) == (9, None, "500")


def test_two_neighbours_on_one_port_are_both_told() -> None:
    both = table(name={"0.9.1": "phone", "0.9.2": "pc"}, port={"0.9.1": "1", "0.9.2": "2"})
    assert [found.name for found in neighbours.lldp(both, table(), table(), ports())] == ["phone", "pc"]


def test_the_same_neighbour_under_two_time_marks_is_one() -> None:
    one, two = remote("5.9.1"), remote("6.9.1")
    both = table(**{name: one[name] | two[name] for name in one})
    assert len(neighbours.lldp(both, table(), table(), ports())) == 1


def test_the_management_address_stands_in_the_index_ipv4_first() -> None:
    v6 = "253.0.0.32.0.0.0.0.0.0.0.0.0.0.0.1"
    management = table(if_id={f"0.9.1.2.16.{v6}": 1, "0.9.1.1.4.10.20.1.1": 1})
    (found,) = neighbours.lldp(table(**remote("0.9.1")), table(), management, ports())
    assert found.address == "10.20.1.1"


def test_capabilities_tell_whether_it_forwards() -> None:
    def bridge(**more: Value) -> bool | None:
        return neighbours.lldp(table(**remote("0.9.1", **more)), table(), table(), ports())[0].bridge

    assert bridge(enabled=b"\x28\x00") is True
    assert bridge(enabled=b"\x01\x00") is False
    assert bridge() is None


def test_identifiers_are_read_by_their_subtype() -> None:
    row = remote("0.9.1", chassis_kind=5, chassis=b"\x01\x0a\x14\x01\x01", port_kind=3, port=CORE)
    (found,) = neighbours.lldp(table(**row), table(), table(), ports())
    assert (found.chassis, found.port) == ("10.20.1.1", "a0b1c2d3e400")


def test_the_second_version_has_the_interface_in_its_index() -> None:
    (found,) = neighbours.lldp_by_interface(table(**remote("0.9.1.1")), 1, ports())
    assert (found.local_index, found.local_port, found.origin) == (9, "GE0/0/4", "elsewhere")


def test_a_makers_table_with_everything_as_text_is_understood() -> None:
    row = remote("9.1", chassis_kind="MAC address", chassis="A0:B1:C2:D3:E4:00", port_kind="Interface name")
    (found,) = neighbours.lldp_by_interface(table(**row), 0, ports())
    assert (found.chassis, found.port, found.local_port) == ("a0b1c2d3e400", "Ten-Gig1/0/3", "GE0/0/4")


def test_cdp_gives_name_port_and_address() -> None:
    read = table(
        name={"9.1": "sw2.example"},
        port={"9.1": "GigabitEthernet0/1"},
        address={"9.1": b"\x0a\x14\x01\x02"},
        capabilities={"9.1": b"\x00\x00\x00\x28"},
    )
    (found,) = neighbours.cdp(read, ports())
    assert (found.protocol, found.local_port, found.name, found.port, found.address, found.bridge) == (
        "cdp",
        "GE0/0/4",
        "sw2.example",
        "GigabitEthernet0/1",
        "10.20.1.2",
        True,
    )


def test_empty_and_odd_rows_give_nothing_and_do_not_raise() -> None:
    assert neighbours.lldp(table(chassis={"1": b""}), table(), table(if_id={"1": 1}), ports()) == ()
    assert tuple(neighbours.cdp(table(address={"9.1": b""}), ports())) == ()
