"""Each device's base date, due date, bucket and replacement price, as columns of the frame of devices."""

from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from inventory.rules.depreciation import book_value
from inventory.rules.lifecycle import age_years, base_date, judge
from inventory.rules.status import HELD
from reports.books.frames import by_row

_DATES = ["in_service_on", "purchased_on"]


def held(devices: pd.DataFrame) -> pd.DataFrame:
    """The devices that are on the books: neither planned nor scrapped."""
    return devices[devices["status"].isin(HELD)]


def with_due(devices: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Adds base_on, basis, due_on and bucket (see inventory.rules.lifecycle) from the class's service life."""
    found = by_row(
        devices, [*_DATES, "service_life_years"], lambda start, bought, life: judge(start, bought, life, as_of)
    )
    return devices.assign(
        base_on=found.map(lambda due: due.base_on),
        basis=found.map(lambda due: due.basis.value),
        due_on=found.map(lambda due: due.due_on),
        bucket=found.map(lambda due: due.bucket.value),
    ).astype({"base_on": object, "due_on": object, "basis": object, "bucket": object})


def with_value(devices: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Adds age_years and net_yuan (book value; None where price, date or depreciation life is not known)."""
    ages = by_row(devices, _DATES, lambda start, bought: age_years(base_date(start, bought)[0], as_of))
    values = by_row(devices, ["price_yuan", *_DATES, "depreciation_years"], lambda *row: _net(*row, as_of=as_of))
    return devices.assign(age_years=ages, net_yuan=values)


def _net(
    price: Decimal | None, start: date | None, bought: date | None, years: int | None, *, as_of: date
) -> Decimal | None:
    base_on, _ = base_date(start, bought)
    if price is None or base_on is None or not years:
        return None
    return book_value(price, base_on, years, as_of)


def prices_by_class(prices: pd.DataFrame) -> dict[str, Decimal]:
    """The price in yuan of each class of the frame 'prices' (one row a class)."""
    return dict(zip(prices["class_code"], prices["price_yuan"], strict=True))


def seen_since(devices: pd.DataFrame, day: date) -> "pd.Series[Any]":
    """Whether the network saw each device on or after a day."""
    return by_row(devices, ["last_seen_at"], lambda at: at is not None and at.date() >= day).astype(bool)
