"""Yuan and fen: rounding for each line, sums, and amounts in capital characters (大写金额). Pure."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

import cn2an

ZERO = Decimal("0.00")
_FEN = Decimal("0.01")
_MOST = Decimal(10) ** 16
"""cn2an writes amounts below 10^16."""


def to_fen(amount_yuan: Decimal | int) -> Decimal:
    """The amount with two decimals, half a fen rounded away from zero."""
    return Decimal(amount_yuan).quantize(_FEN, ROUND_HALF_UP)


def line_amount(quantity: int, price_yuan: Decimal) -> Decimal:
    """Quantity × price in yuan, rounded to fen: lines are rounded first and then added."""
    return to_fen(quantity * price_yuan)


def total(amounts_yuan: Iterable[Decimal | None]) -> Decimal:
    """The sum of rounded lines in yuan; None counts as nothing."""
    return sum((to_fen(amount) for amount in amounts_yuan if amount is not None), ZERO)


def capital(amount_yuan: Decimal | int) -> str:
    """The amount in capital characters, 1200000 → 壹佰贰拾万元整.

    Rounded to fen first, since cn2an cuts what comes after. ValueError at 10^16 yuan and above.
    """
    amount = to_fen(amount_yuan)
    if abs(amount) >= _MOST:
        raise ValueError(f"too large for capital characters: {amount}")
    return str(cn2an.an2cn(str(amount), "rmb"))
