"""When a device has served its life: base date, five dates kept apart, due date, bucket. Pure: dates in, values out.

Knows no model and no clock; every question is asked as of a given day.
"""

from calendar import monthrange
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache


class Basis(StrEnum):
    """Which date a life is counted from."""

    IN_SERVICE = "in_service"
    PURCHASE = "purchase"
    FIRST_SEEN = "first_seen"
    """The day the network first saw it: not before that day, perhaps long after."""
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


def base_date(
    in_service_on: date | None, purchased_on: date | None, first_seen_on: date | None = None
) -> tuple[date | None, Basis]:
    """The day a life is counted from: in service, else the purchase, else first seen, else none; and which it is."""
    if in_service_on is not None:
        return in_service_on, Basis.IN_SERVICE
    if purchased_on is not None:
        return purchased_on, Basis.PURCHASE
    if first_seen_on is not None:
        return first_seen_on, Basis.FIRST_SEEN
    return None, Basis.NONE


def due_date(base_on: date | None, life_years: int | None) -> date | None:
    """The day the service life is over; None when the date or the life is not known."""
    if base_on is None or life_years is None:
        return None
    return add_years(base_on, life_years)


def planned_life(class_years: int | None, least_years: int | None) -> int | None:
    """Years a device is planned to serve: the county's for its class, but not less than the standard's least life."""
    return max((years for years in (class_years, least_years) if years is not None), default=None)


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
    return Bucket.UNKNOWN if due_on is None else bucket(due_on, as_of)


def bucket(due_on: date, as_of: date) -> Bucket:
    """How a known due date lies to the day asked about (see judge)."""
    if due_on < as_of:
        return Bucket.PAST_DUE
    return Bucket.WITHIN_YEAR if due_on < add_months(as_of, 12) else Bucket.LATER


@lru_cache(maxsize=4096)
def age_years(base_on: date | None, as_of: date) -> float | None:
    """Age in years of twelve whole months, to a tenth, rounded down; None without a date, 0.0 before it."""
    if base_on is None:
        return None
    months = (as_of.year - base_on.year) * 12 + as_of.month - base_on.month
    if add_months(base_on, months) > as_of:
        months -= 1
    return max(months, 0) * 10 // 12 / 10


class Criterion(StrEnum):
    """The dates that may make a device due; a policy chooses among them."""

    LIFE = "life"
    PAGES = "pages"
    SUPPORT = "support"
    ACCOUNTING = "accounting"
    WARRANTY = "warranty"


class State(StrEnum):
    """What is known of a date."""

    KNOWN = "known"
    NEVER = "never"
    """Known that there is none: a class without a life, a vendor that supports on without an end announced."""
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class When:
    """A date, or why there is none. `on` is set exactly when the state is KNOWN."""

    state: State
    on: date | None = None


NEVER, UNKNOWN = When(State.NEVER), When(State.UNKNOWN)


@dataclass(frozen=True)
class Dates:
    """The five dates of a device and the end of its life in pages, never merged; the day its life is counted from."""

    base_on: date | None
    basis: Basis
    in_service: When
    warranty: When
    accounting: When
    life: When
    support: When
    pages: When = NEVER

    def of(self, criterion: Criterion) -> When:
        found: When = getattr(self, criterion.value)
        return found


def _known(day: date | None) -> When:
    return UNKNOWN if day is None else When(State.KNOWN, day)


def _after(base_on: date | None, years: int | None) -> When:
    """So many years after the base: NEVER without a number of years, UNKNOWN without a base."""
    return NEVER if years is None else _known(due_date(base_on, years))


def accounting_end(base_on: date, years: int) -> date:
    """The day the last part of the price is charged: the last of the month in which the life's months are full.

    Source: as inventory.rules.depreciation. A life of 0 years is charged in the month of the base.
    """
    last = add_months(base_on.replace(day=1), max(12 * years - 1, 0))
    return date(last.year, last.month, monthrange(last.year, last.month)[1])


@dataclass(frozen=True)
class Counted:
    """A count of pages, and the day it was read."""

    pages: int
    read_on: date


CENTURY_DAYS = 36524


def pages_end(base_on: date | None, life_pages: int | None, count: Counted | None) -> When:
    """The day on which so many pages are printed, at the device's pace from its base to the reading.

    NEVER without a life in pages, or when the pace would take a century. UNKNOWN without a count, and when it is not
    reached and no pace is known. Reached without a known pace: the day of the reading, by which it was.
    """
    if life_pages is None:
        return NEVER
    if count is None:
        return UNKNOWN
    if base_on is None or base_on >= count.read_on or not count.pages:
        return _known(count.read_on if count.pages >= life_pages else None)
    days = (count.read_on - base_on).days * life_pages // count.pages
    return NEVER if days > CENTURY_DAYS else _known(base_on + timedelta(days=days))


def dates(
    *,
    in_service_on: date | None = None,
    purchased_on: date | None = None,
    first_seen_on: date | None = None,
    warranty_ends_on: date | None = None,
    depreciation_years: int | None = None,
    life_years: int | None = None,
    support_state: str = "unknown",
    support_ends_on: date | None = None,
    life_pages: int | None = None,
    count: Counted | None = None,
) -> Dates:
    """The dates. `support_state`: 'date', 'not_announced' or 'unknown'.

    Books count from in service or purchase alone: what the network saw first is no voucher. So does the pace of
    printing, which would seem too fast from a later day.
    """
    base_on, basis = base_date(in_service_on, purchased_on, first_seen_on)
    booked_on, _ = base_date(in_service_on, purchased_on)
    accounting = NEVER if depreciation_years is None else UNKNOWN
    if booked_on is not None and depreciation_years is not None:
        accounting = When(State.KNOWN, accounting_end(booked_on, depreciation_years))
    support = _known(support_ends_on) if support_state == "date" else UNKNOWN
    return Dates(
        base_on,
        basis,
        _known(in_service_on),
        _known(warranty_ends_on),
        accounting,
        _after(base_on, life_years),
        NEVER if support_state == "not_announced" else support,
        pages_end(booked_on, life_pages, count),
    )


OVERRIDE = "override"


@dataclass(frozen=True)
class Decision:
    """When a device is due and what says so.

    `by` names the criteria that give that day, or 'override'. `missing` names chosen criteria whose date is not
    known: the device may be due earlier. Without a due date the state is UNKNOWN (some chosen date is not known) or
    NEVER.
    """

    when: When
    by: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    def bucket(self, as_of: date) -> Bucket:
        """UNKNOWN and NO_LIFE stand for a due date that is not known and for one that never comes."""
        if self.when.on is not None:
            return bucket(self.when.on, as_of)
        return Bucket.UNKNOWN if self.when.state is State.UNKNOWN else Bucket.NO_LIFE


def decide(found: Dates, criteria: Collection[Criterion], override_on: date | None = None) -> Decision:
    """The earliest of the chosen dates; a date set by hand counts in place of all."""
    chosen = [criterion for criterion in Criterion if criterion in criteria]
    missing = tuple(one.value for one in chosen if found.of(one).state is State.UNKNOWN)
    if override_on is not None:
        return Decision(When(State.KNOWN, override_on), (OVERRIDE,), missing)
    days = {one.value: day for one in chosen if (day := found.of(one).on) is not None}
    if not days:
        return Decision(UNKNOWN if missing else NEVER, (), missing)
    first = min(days.values())
    return Decision(When(State.KNOWN, first), tuple(name for name, day in days.items() if day == first), missing)


def fiscal_year(day: date, first_month: int = 1) -> int:
    """The fiscal year of a day: it bears the number of the calendar year in which it begins."""
    return day.year if day.month >= first_month else day.year - 1


def fiscal_start(year: int, first_month: int = 1) -> date:
    """The first day of a fiscal year."""
    return date(year, first_month, 1)
