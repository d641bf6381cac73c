"""Base dates, due dates and buckets."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.rules.lifecycle import Basis, Bucket, add_months, add_years, age_years, base_date, judge

AS_OF = date(2026, 11, 24)


def bucket(start: date | None, life: int | None = 6) -> Bucket:
    return judge(start, None, life, AS_OF).bucket


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
    ],
)
def test_a_month_without_the_day_gives_its_last_day(day: date, months: int, later: date) -> None:
    assert add_months(day, months) == later


def test_the_twenty_ninth_of_february_becomes_the_twenty_eighth() -> None:
    assert add_years(date(2020, 2, 29), 6) == date(2026, 2, 28)
    assert add_years(date(2020, 2, 29), 4) == date(2024, 2, 29)


def test_a_mistyped_year_does_not_stop_a_report() -> None:
    assert add_years(date(9999, 5, 1), 6).year == 9999


def test_the_in_service_date_comes_before_the_purchase_date() -> None:
    assert base_date(date(2020, 3, 1), date(2019, 12, 1)) == (date(2020, 3, 1), Basis.IN_SERVICE)
    assert base_date(None, date(2019, 12, 1)) == (date(2019, 12, 1), Basis.PURCHASE)
    assert base_date(None, None) == (None, Basis.NONE)


def test_the_buckets_meet_without_gap_or_overlap() -> None:
    assert bucket(date(2020, 11, 23)) is Bucket.PAST_DUE
    assert bucket(date(2020, 11, 24)) is Bucket.WITHIN_YEAR
    assert bucket(date(2021, 11, 23)) is Bucket.WITHIN_YEAR
    assert bucket(date(2021, 11, 24)) is Bucket.LATER


def test_without_a_date_a_device_is_unknown_and_never_due() -> None:
    due = judge(None, None, 6, AS_OF)
    assert due.bucket is Bucket.UNKNOWN and due.due_on is None and due.basis is Basis.NONE


def test_a_class_without_a_life_is_never_due_by_age() -> None:
    assert bucket(date(1999, 1, 1), None) is Bucket.NO_LIFE
    assert judge(None, None, None, AS_OF).bucket is Bucket.NO_LIFE


@given(st.dates(date(1990, 1, 1), date(2060, 1, 1)), st.integers(0, 30), st.dates(date(2000, 1, 1), date(2050, 1, 1)))
def test_what_is_due_stays_due(base: date, life: int, as_of: date) -> None:
    if judge(base, None, life, as_of).bucket is Bucket.PAST_DUE:
        assert judge(base, None, life, add_months(as_of, 1)).bucket is Bucket.PAST_DUE


def test_age_counts_whole_months() -> None:
    assert age_years(date(2020, 11, 24), AS_OF) == 6.0
    assert age_years(date(2020, 11, 25), AS_OF) == 5.9
    assert age_years(date(2026, 12, 1), AS_OF) == 0.0
    assert age_years(None, AS_OF) is None
