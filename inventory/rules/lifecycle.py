"""When a device has served its life: base date, due date, bucket. Pure: dates in, values out.

Knows no model and no clock; every question is asked as of a given day.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Basis(StrEnum):
    """Which date a life is counted from."""

    IN_SERVICE = "in_service"
    PURCHASE = "purchase"
    NONE = "none"


class Bucket(StrEnum):
    """How a due date lies to the day asked about."""

    PAST_DUE = "past_due"
    WITHIN_YEAR = "within_year"
    LATER = "later"
    UNKNOWN = "unknown"
    """The class has a service life, but no date is known to count it from."""
    NO_LIFE = "no_life"
    """The class has no service life: never due by age."""


@dataclass(frozen=True)
class Due:
    """When a device is due, and what that rests on. `due_on` is None when the bucket is UNKNOWN or NO_LIFE."""

    base_on: date | None
    basis: Basis
    due_on: date | None
    bucket: Bucket


def add_months(day: date, months: int) -> date:
    """The same day so many months later; the month's last day where it has no such day (31 Jan + 1 = 28 Feb).

    Stops at the last month of the calendar: a typing error of a year must not stop a report.
    """
    at = min(max(day.year * 12 + day.month - 1 + months, 12), 9999 * 12 + 11)
    year, month = at // 12, at % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def add_years(day: date, years: int) -> date:
    """The same day so many years later; 29 February becomes 28 February in a common year."""
    return add_months(day, 12 * years)


def base_date(in_service_on: date | None, purchased_on: date | None) -> tuple[date | None, Basis]:
    """The day a life is counted from: in service where known, else the purchase, else none; and which it is."""
    if in_service_on is not None:
        return in_service_on, Basis.IN_SERVICE
    if purchased_on is not None:
        return purchased_on, Basis.PURCHASE
    return None, Basis.NONE


def due_date(base_on: date | None, life_years: int | None) -> date | None:
    """The day the service life is over; None when the date or the life is not known."""
    if base_on is None or life_years is None:
        return None
    return add_years(base_on, life_years)


def judge(in_service_on: date | None, purchased_on: date | None, life_years: int | None, as_of: date) -> Due:
    """Base date, due date and bucket of one device.

    PAST_DUE: the due date lies before `as_of`. WITHIN_YEAR: from `as_of` on, before the same day twelve months
    later (so that the years of two reports follow each other without a day in both). LATER: from then on.
    """
    base_on, basis = base_date(in_service_on, purchased_on)
    due_on = due_date(base_on, life_years)
    return Due(base_on, basis, due_on, _bucket(due_on, life_years, as_of))


def _bucket(due_on: date | None, life_years: int | None, as_of: date) -> Bucket:
    if life_years is None:
        return Bucket.NO_LIFE
    if due_on is None:
        return Bucket.UNKNOWN
    if due_on < as_of:
        return Bucket.PAST_DUE
    return Bucket.WITHIN_YEAR if due_on < add_months(as_of, 12) else Bucket.LATER


def age_years(base_on: date | None, as_of: date) -> float | None:
    """Age in years of twelve whole months, to a tenth, rounded down; None without a date, 0.0 before it."""
    if base_on is None:
        return None
    months = (as_of.year - base_on.year) * 12 + as_of.month - base_on.month
    if add_months(base_on, months) > as_of:
        months -= 1
    return max(months, 0) * 10 // 12 / 10
