"""Interfaces from literal rows of ifTable and ifXTable."""

import pytest

from collectors.facts import InterfaceFact
from collectors.tables.interfaces import interfaces, speed_mbps
from tests.collectors.rows import table


def test_a_row_of_both_tables_gives_one_whole_fact() -> None:
    read = table(
        descr={"3": "GigabitEthernet0/0/3"},
        type={"3": 6},
        mtu={"3": 1500},
        speed={"3": 1_000_000_000},
        mac={"3": bytes.fromhex("9c5a81000103")},
        admin={"3": 1},
        oper={"3": 2},
        name={"3": "GE0/0/3"},
        high_speed={"3": 1000},
        alias={"3": "财政局三楼".encode("gb18030")},
    )
    assert interfaces(read) == (
        InterfaceFact(3, "GE0/0/3", "GigabitEthernet0/0/3", "财政局三楼", 6, "9c5a81000103", 1000, 1500, True, False),
    )


def test_without_a_name_the_description_is_the_label() -> None:
    (fact,) = interfaces(table(descr={"1": "eth0\0"}))
    assert (fact.name, fact.label) == ("", "eth0")


def test_a_row_that_only_the_newer_table_has_is_an_interface_too() -> None:
    assert [fact.index for fact in interfaces(table(descr={"1": "a"}, name={"1": "a", "7": "b"}))] == [1, 7]


def test_an_alias_alone_makes_no_interface() -> None:
    assert [fact.index for fact in interfaces(table(descr={"1": "a"}, alias={"1": "", "900": "leftover"}))] == [1]


def test_a_mac_written_as_text_or_all_zero_is_understood() -> None:
    read = table(descr={"1": "a", "2": "b"}, mac={"1": "0:1a:2b:3c:4d:5e", "2": bytes(6)})
    assert [fact.mac for fact in interfaces(read)] == ["001a2b3c4d5e", ""]


def test_large_and_zero_indexes_are_kept_in_order() -> None:
    read = table(descr={"4294967295": "mgmt", "0": "cpu", "268435457": "x"})
    assert [fact.index for fact in interfaces(read)] == [0, 268435457, 4294967295]


@pytest.mark.parametrize(
    ("speed", "high", "expected"),
    [
        (100_000_000, None, 100),
        (4294967295, 10_000, 10_000),
        (4294967295, None, None),
        (1_000_000_000, 0, 1000),
        (1_000_000_000, 1_000_000_000, 1000),
        (0, 0, None),
        (64_000, None, None),
        (None, None, None),
    ],
)
def test_speed_is_told_in_megabits_however_the_agent_counts(
    speed: int | None, high: int | None, expected: int | None
) -> None:
    assert speed_mbps(speed, high) == expected
