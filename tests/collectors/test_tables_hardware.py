"""Parts and whole devices from literal rows of ENTITY-MIB."""

from collectors.facts import PartFact
from collectors.tables.hardware import CHASSIS, MODULE, STACK, chassis, chassis_serials, parts
from tests.collectors.rows import oid_value, table


def part(index: int, klass: int | None, parent: int | None, serial: str = "", model: str = "") -> PartFact:
    return PartFact(index=index, klass=klass, parent=parent, position=None, serial=serial, model=model)


def test_a_row_is_read_with_its_texts_cleaned() -> None:
    read = table(
        descr={"1": "Chassis\0"},
        vendor_type={"1": oid_value("1.3.6.1.4.1.9.12.3.1.3.1")},
        parent={"1": 0},
        klass={"1": 3},
        position={"1": -1},
        serial={"1": "FOC1234ZZZZ   "},
        model={"1": "WS-C1"},
        asset_tag={"1": "TK-1"},
    )
    (fact,) = parts(read)
    assert (fact.descr, fact.serial, fact.model, fact.asset_tag) == ("Chassis", "FOC1234ZZZZ", "WS-C1", "TK-1")
    assert (fact.klass, fact.parent, fact.position, fact.vendor_type) == (3, 0, -1, "1.3.6.1.4.1.9.12.3.1.3.1")


def test_a_unit_attached_to_a_port_of_another_is_a_device_of_its_own() -> None:
    rows = [part(1, CHASSIS, 0, "A1"), part(4, 10, 1), part(1000, CHASSIS, 4, "B7")]
    assert [row.serial for row in chassis(rows)] == ["A1", "B7"]


def test_a_chassis_at_the_top_is_the_device() -> None:
    rows = [part(1, CHASSIS, 0, "A1"), part(2, MODULE, 1, "M1"), part(3, CHASSIS, 2, "line card cage")]
    assert [row.serial for row in chassis(rows)] == ["A1"]


def test_each_chassis_in_a_stack_is_a_device_and_the_stacks_repeated_serial_is_none() -> None:
    rows = [part(1, STACK, 0, "A1"), part(2, CHASSIS, 1, "A1"), part(3, CHASSIS, 1, "A2"), part(4, CHASSIS, 1, "")]
    found = chassis(rows)
    assert found[0].index == 2
    assert chassis_serials(found) == ("A1", "A2")


def test_a_chassis_whose_parent_does_not_exist_is_at_the_top() -> None:
    assert [row.index for row in chassis([part(5, CHASSIS, 99, "A5")])] == [5]


def test_rows_that_contain_each_other_end() -> None:
    rows = [part(1, CHASSIS, 2, "A1"), part(2, MODULE, 1, "B")]
    assert [row.index for row in chassis(rows)] == [1]


def test_without_a_chassis_a_stack_or_a_module_with_a_serial_stands_in() -> None:
    assert chassis([part(1, STACK, 0), part(201, MODULE, 101, "B7")])[0].serial == "B7"
    assert chassis([part(1, STACK, 0, "S1"), part(2, MODULE, 1, "B7")])[0].serial == "S1"


def test_a_chassis_without_a_serial_does_not_take_a_modules() -> None:
    found = chassis([part(1, CHASSIS, 0, "", "9900"), part(2, MODULE, 0, "4294967307")])
    assert (found[0].index, chassis_serials(found)) == (1, ())


def test_filler_serials_do_not_count() -> None:
    rows = [part(1, CHASSIS, 0, "N/A"), part(2, CHASSIS, 0, "To be filled by O.E.M."), part(3, CHASSIS, 0, "REAL77")]
    found = chassis(rows)
    assert (found[0].index, chassis_serials(found)) == (3, ("REAL77",))


def test_no_rows_give_no_device() -> None:
    assert chassis([]) == ()
    assert parts(table()) == ()
