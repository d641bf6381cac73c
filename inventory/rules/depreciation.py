"""Book value by straight line. Pure.

Source: Government Accounting Standard No. 3 (政府会计准则第3号——固定资产) and its application guide: by the month,
no residual value, from the month in which the asset came in, that month included.
"""

from datetime import date
from decimal import Decimal

from inventory.rules.money import ZERO, to_fen


def months_charged(base_on: date, as_of: date) -> int:
    """How many months are charged by the end of the month of `as_of`, that of `base_on` being the first; never < 0."""
    return max((as_of.year - base_on.year) * 12 + as_of.month - base_on.month + 1, 0)


def depreciated(price_yuan: Decimal, base_on: date, life_years: int, as_of: date) -> Decimal:
    """Depreciation in yuan added up to the end of the month of `as_of`: never negative, never above the price.

    A life of 0 years is charged at once. A negative price is a fault of the caller: ValueError.
    """
    if price_yuan < 0:
        raise ValueError(f"a price cannot be negative: {price_yuan}")
    months, life = months_charged(base_on, as_of), life_years * 12
    if months >= life:
        return to_fen(price_yuan) if months else ZERO
    return to_fen(price_yuan * months / life)


def book_value(price_yuan: Decimal, base_on: date, life_years: int, as_of: date) -> Decimal:
    """What is left of the price in yuan (净值) at the end of the month of `as_of`: between 0 and the price."""
    return to_fen(price_yuan) - depreciated(price_yuan, base_on, life_years, as_of)
