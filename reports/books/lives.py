"""Each device's base date, due date, bucket and replacement price, as columns of the frame of devices."""

from datetime import date
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any

import pandas as pd

from inventory.rules.depreciation import book_value
from inventory.rules.lifecycle import Counted, Criterion, age_years, base_date, dates, decide, planned_life
from inventory.rules.status import HELD
from reports.books.frames import Frames, by_row, values
from reports.books.standards import standards_of

_DATES = ["in_service_on", "purchased_on"]


def held(devices: pd.DataFrame) -> pd.DataFrame:
    """The devices that are on the books: neither planned nor scrapped."""
    return devices[devices["status"].isin(HELD)]


_DUE_KEYS = (
    "department",
    "class_code",
    "service_life_years",
    "depreciation_years",
    "in_service_on",
    "purchased_on",
    "first_seen_on",
    "warranty_ends_on",
    "support_state",
    "support_ends_on",
    "criteria",
    "override_on",
    "pages",
    "pages_on",
)


def with_due(frames: Frames, as_of: date) -> pd.DataFrame:
    """The devices on the books with their dates and when they are due (see inventory.rules.lifecycle).

    Adds base_on, basis; the dates in_service, warranty, accounting, life, support, pages_end (a date, or 'never' or
    'unknown'); least_years, life_pages, due_on, due_by and missing (tuples of criteria), bucket. Needs devices,
    departments, standard_rules.
    """
    devices = held(frames["devices"])
    lives = standards_of(frames["standard_rules"]).lives(frames["departments"])
    given = zip(*(values(devices, key) for key in _DUE_KEYS), strict=True)
    # Devices are bought in waves: what holds for one of them holds for all that are alike.
    due = lru_cache(maxsize=10_000)(partial(_due, as_of=as_of))
    rows = [due(lives.least(name, code), lives.pages(name, code), *row) for name, code, *row in given]
    columns = zip(*rows, strict=True) if rows else [()] * len(_DUE)
    added = {key: pd.Series(list(cells), devices.index, object) for key, cells in zip(_DUE, columns, strict=True)}
    return devices.assign(**added)


DATES = ("in_service", "warranty", "accounting", "life", "support", "pages_end")
_DUE = ("base_on", "basis", *DATES, "least_years", "life_pages", "due_on", "due_by", "missing", "bucket")


def _due(
    least: int | None, life_pages: int | None, class_years: int | None, depreciation_years: int | None,
    in_service_on: date | None, purchased_on: date | None, first_seen_on: date | None,
    warranty_ends_on: date | None, support_state: str, support_ends_on: date | None,
    criteria: tuple[Criterion, ...], override_on: date | None, pages: int | None, pages_on: date | None,
    *, as_of: date,
) -> tuple[Any, ...]:  # fmt: skip
    found = dates(
        in_service_on=in_service_on,
        purchased_on=purchased_on,
        first_seen_on=first_seen_on,
        warranty_ends_on=warranty_ends_on,
        depreciation_years=depreciation_years,
        life_years=planned_life(class_years, least),
        support_state=support_state,
        support_ends_on=support_ends_on,
        life_pages=life_pages,
        count=None if pages is None or pages_on is None else Counted(pages, pages_on),
    )
    decision = decide(found, criteria, override_on)
    return (
        found.base_on,
        found.basis.value,
        *(when.on or when.state.value for when in (found.in_service, found.warranty, found.accounting, found.life)),
        *(when.on or when.state.value for when in (found.support, found.pages)),
        least,
        life_pages,
        decision.when.on,
        decision.by,
        decision.missing,
        decision.bucket(as_of).value,
    )


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
