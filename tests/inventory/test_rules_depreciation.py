"""Straight line, by the month, no residual value."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.rules.depreciation import book_value, depreciated, months_charged

PRICE = Decimal("7200.00")


def test_the_month_of_acquisition_is_charged() -> None:
    assert months_charged(date(2024, 1, 31), date(2024, 1, 1)) == 1
    assert book_value(PRICE, date(2024, 1, 31), 6, date(2024, 1, 31)) == Decimal("7100.00")


def test_half_the_life_leaves_half_the_price() -> None:
    assert book_value(PRICE, date(2021, 1, 10), 6, date(2023, 12, 31)) == Decimal("3600.00")


def test_after_the_life_nothing_is_left_and_no_more_is_charged() -> None:
    assert book_value(PRICE, date(2014, 5, 1), 6, date(2026, 1, 1)) == Decimal("0.00")
    assert depreciated(PRICE, date(2014, 5, 1), 6, date(2026, 1, 1)) == PRICE


def test_before_it_is_bought_it_is_worth_its_price() -> None:
    assert book_value(PRICE, date(2027, 1, 1), 6, date(2026, 11, 24)) == PRICE


def test_a_life_of_no_years_is_charged_at_once() -> None:
    assert book_value(PRICE, date(2026, 1, 1), 0, date(2026, 1, 1)) == Decimal("0.00")


def test_a_negative_price_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        book_value(Decimal(-1), date(2026, 1, 1), 6, date(2026, 1, 1))


@given(
    st.decimals(0, 10_000_000, places=2),
    st.dates(date(1990, 1, 1), date(2040, 1, 1)),
    st.integers(0, 30),
    st.dates(date(1990, 1, 1), date(2060, 1, 1)),
)
def test_a_book_value_lies_between_nothing_and_the_price(price: Decimal, base: date, life: int, as_of: date) -> None:
    value = book_value(price, base, life, as_of)
    assert 0 <= value <= price
    assert value + depreciated(price, base, life, as_of) == price
