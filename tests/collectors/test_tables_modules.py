"""Which parts of a device are kept: stack members and modules with serials of their own."""

from collectors.facts import PartFact
from collectors.tables import modules

CHASSIS, POWER, FAN, MODULE, PORT, STACK = 3, 6, 7, 9, 10, 11


def part(index: int, klass: int, parent: int, serial: str, model: str = "", name: str = "") -> PartFact:
    return PartFact(index, klass, parent, 1, name=name, serial=serial, model=model)


def kept(*parts: PartFact) -> list[tuple[str, str]]:
    return [(modules.kind(found), found.serial) for found in modules.modules(parts).values()]


def test_the_only_chassis_is_the_device_itself_and_no_part_of_it() -> None:
    assert kept(part(1, CHASSIS, 0, "FOC1"), part(2, POWER, 1, "PSU1"), part(3, PORT, 1, "SFP1")) == [
        ("power supply", "PSU1"),
        ("transceiver", "SFP1"),
    ]


def test_members_of_a_stack_are_parts_and_the_stack_that_repeats_a_serial_is_not() -> None:
    found = kept(part(1, STACK, 0, "A1"), part(2, CHASSIS, 1, "A1", "C9300"), part(3, CHASSIS, 1, "A2", "C9300"))
    assert found == [("member", "A1"), ("member", "A2")]


def test_a_main_board_that_repeats_the_serial_of_its_chassis_is_no_part() -> None:
    assert kept(part(1, CHASSIS, 0, "FOC1"), part(2, MODULE, 1, "FOC1 "), part(3, FAN, 1, "F-9")) == [("fan", "F-9")]


def test_junk_serials_make_no_part() -> None:
    junk = ("", "BUILTIN", "N/A", "0", "00000000", "To be filled by O.E.M.", "none")
    assert kept(part(1, CHASSIS, 0, "FOC1"), *(part(n, MODULE, 1, text) for n, text in enumerate(junk, 2))) == []


def test_padded_serials_are_the_same_part() -> None:
    found = modules.modules([part(1, CHASSIS, 0, "X"), part(2, PORT, 1, "AGT1105   "), part(9, PORT, 1, "agt-1105")])
    assert [fact.index for fact in found.values()] == [2]


def test_equal_serials_of_different_models_are_two_parts() -> None:
    assert len(kept(part(1, CHASSIS, 0, "X"), part(2, MODULE, 1, "701", "A"), part(3, MODULE, 1, "701", "B"))) == 2
