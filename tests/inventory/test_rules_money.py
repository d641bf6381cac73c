"""Rounding, sums and capital characters."""

from decimal import Decimal

import pytest

from inventory.rules.money import capital, line_amount, to_fen, total


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("1200000", "壹佰贰拾万元整"),
        ("10010.10", "壹万零壹拾元壹角"),
        ("100000000.01", "壹亿元零壹分"),
        ("2160800", "贰佰壹拾陆万零捌佰元整"),
        ("-5.5", "负伍元伍角"),
    ],
)
def test_an_amount_in_capital_characters(amount: str, words: str) -> None:
    assert capital(Decimal(amount)) == words


def test_a_third_decimal_is_rounded_and_not_cut() -> None:
    assert capital(Decimal("1.005")) == "壹元零壹分"
    assert to_fen(Decimal("1.005")) == Decimal("1.01")


def test_lines_are_rounded_before_they_are_added() -> None:
    lines = [line_amount(1, Decimal("0.335")), line_amount(1, Decimal("0.335")), None]
    assert total(lines) == Decimal("0.68")


def test_an_amount_that_cannot_be_written_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        capital(Decimal(10) ** 16)
