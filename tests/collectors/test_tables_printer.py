"""Printers from literal rows."""

import pytest

from collectors.features import PrinterFact, SupplyFact
from collectors.tables import printer
from tests.collectors.rows import raw, table


def test_a_printer_tells_its_pages_and_what_is_left_of_its_supplies() -> None:
    read = table(
        unit={"1.1": 7},
        count={"1.1": (0x41, (580_249).to_bytes(4, "big"))},
        colorant={"1.1": 1, "1.2": 0},
        type={"1.1": 3, "1.2": 4},
        descr={"1.1": "黑色碳粉", "1.2": "废粉盒"},
        max={"1.1": 5300, "1.2": 100},
        level={"1.1": 1060, "1.2": 95},
        color={"1.1": "black"},
    )
    supplies = (SupplyFact("黑色碳粉", "toner", "black", 20), SupplyFact("废粉盒", "waste toner", "", 95))
    assert printer.printer(read) == PrinterFact(580_249, "impressions", supplies)


def test_a_colour_that_is_named_by_a_number_below_zero_is_none() -> None:
    read = table(colorant={"1.1": -128}, descr={"1.1": "toner"}, type={"1.1": 3}, color={"1.1": "black"})
    (supply,) = printer.printer(read).supplies  # type: ignore[union-attr]
    assert (supply.name, supply.color) == ("toner", "")


@pytest.mark.parametrize(("value", "state"), [(-1, "unlimited"), (-2, "unknown"), (-3, "some left"), (-7, "unknown")])
def test_levels_below_zero_are_states_and_no_percentages(value: int, state: str) -> None:
    assert printer.level(value, 100) == (None, state)
    assert printer.level(value, -2) == (None, state)


@pytest.mark.parametrize("capacity", [-1, -2, 0, None])
def test_a_level_without_a_capacity_is_a_percentage_only_where_the_unit_says_so(capacity: int | None) -> None:
    assert printer.level(40, capacity) == (None, "unknown")
    assert printer.level(40, capacity, unit=19) == (40, "")
    assert printer.level(4000, capacity, unit=19) == (None, "unknown")


def test_a_level_above_its_capacity_is_full() -> None:
    assert printer.level(5400, 5300) == (100, "")
    assert printer.level(0, 5300) == (0, "")


def test_a_page_count_sent_as_integer_counts_and_one_below_zero_does_not() -> None:
    assert printer.printer(table(count={"1.1": -2, "1.2": 22_934})) == PrinterFact(22_934)
    assert printer.printer(table(count={"1.1": -2})) is None


def test_a_page_count_that_fell_is_told_as_it_is() -> None:
    before, after = (printer.printer(table(count={"1.1": count})) for count in (580_249, 12))
    assert before is not None
    assert after is not None
    assert (before.pages, after.pages) == (580_249, 12)


def test_names_in_cp1252_and_names_cut_in_the_middle_are_text() -> None:
    read = table(
        descr={"1.1": raw(b"Bac de r\xe9cup\xe9ration"), "1.2": raw("黑色碳粉盒（大容量）原装耗材".encode()[:32])},
        level={"1.1": -3},
    )
    found = printer.printer(read)
    assert found is not None
    assert found.supplies[0].name == "Bac de récupération"
    assert found.supplies[1].name == "黑色碳粉盒（大容量）"


def test_what_says_nothing_of_printing_has_no_such_fact() -> None:
    assert printer.printer(table()) is None
