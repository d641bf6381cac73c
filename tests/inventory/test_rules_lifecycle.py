"""Base dates, due dates and buckets."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.rules.lifecycle import (
    NEVER,
    UNKNOWN,
    Basis,
    Bucket,
    Counted,
    Criterion,
    State,
    When,
    accounting_end,
    add_months,
    add_years,
    age_years,
    base_date,
    dates,
    decide,
    fiscal_start,
    fiscal_year,
    judge,
    pages_end,
)

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


def test_five_dates_are_kept_apart() -> None:
    found = dates(
        in_service_on=date(2020, 2, 29),
        purchased_on=date(2019, 12, 5),
        warranty_ends_on=date(2023, 2, 28),
        depreciation_years=5,
        life_years=6,
        support_state="date",
        support_ends_on=date(2025, 10, 14),
    )
    assert (found.base_on, found.basis) == (date(2020, 2, 29), Basis.IN_SERVICE)
    assert [found.in_service.on, found.warranty.on, found.accounting.on, found.life.on, found.support.on] == [
        date(2020, 2, 29),
        date(2023, 2, 28),
        date(2025, 1, 31),
        date(2026, 2, 28),
        date(2025, 10, 14),
    ]


def test_unknown_and_never_are_values_of_their_own() -> None:
    blank = dates(life_years=6, depreciation_years=6)
    assert [blank.in_service, blank.warranty, blank.accounting, blank.life, blank.support] == [UNKNOWN] * 5
    without = dates(purchased_on=date(2020, 1, 1), support_state="not_announced")
    assert [without.accounting, without.life, without.support] == [NEVER] * 3
    assert without.basis is Basis.PURCHASE and without.in_service == UNKNOWN


def test_what_the_network_saw_first_counts_for_the_life_but_not_for_the_books() -> None:
    found = dates(first_seen_on=date(2021, 3, 31), life_years=6, depreciation_years=6)
    assert (found.basis, found.life.on, found.accounting) == (Basis.FIRST_SEEN, date(2027, 3, 31), UNKNOWN)


@pytest.mark.parametrize(
    ("base", "years", "end"),
    [
        (date(2020, 1, 1), 6, date(2025, 12, 31)),
        (date(2020, 1, 31), 6, date(2025, 12, 31)),
        (date(2020, 3, 31), 4, date(2024, 2, 29)),
        (date(2020, 3, 1), 5, date(2025, 2, 28)),
        (date(2020, 3, 5), 0, date(2020, 3, 31)),
    ],
)
def test_books_are_full_at_the_end_of_the_last_month_charged(base: date, years: int, end: date) -> None:
    assert accounting_end(base, years) == end


FOUND = dates(purchased_on=date(2020, 5, 10), life_years=6, support_state="date", support_ends_on=date(2025, 1, 14))


def test_the_earliest_of_the_chosen_dates_makes_a_device_due() -> None:
    by_life = decide(FOUND, [Criterion.LIFE])
    assert (by_life.when.on, by_life.by, by_life.missing) == (date(2026, 5, 10), ("life",), ())
    both = decide(FOUND, [Criterion.SUPPORT, Criterion.LIFE])
    assert (both.when.on, both.by) == (date(2025, 1, 14), ("support",))


def test_a_chosen_date_that_is_not_known_is_told_and_never_makes_due() -> None:
    found = decide(FOUND, [Criterion.LIFE, Criterion.WARRANTY])
    assert found.when.on == date(2026, 5, 10) and found.missing == ("warranty",)
    assert decide(FOUND, [Criterion.WARRANTY]).when.state is State.UNKNOWN
    assert decide(dates(purchased_on=date(2010, 1, 1)), [Criterion.LIFE]).when.state is State.NEVER
    assert decide(FOUND, []).when.state is State.NEVER


def test_dates_that_fall_on_one_day_are_all_named() -> None:
    found = dates(purchased_on=date(2020, 5, 10), life_years=6, warranty_ends_on=date(2026, 5, 10))
    assert decide(found, list(Criterion)).by == ("life", "warranty")


def test_a_date_set_by_hand_counts_in_place_of_all() -> None:
    found = decide(FOUND, [Criterion.LIFE, Criterion.SUPPORT], date(2029, 12, 31))
    assert (found.when, found.by) == (When(State.KNOWN, date(2029, 12, 31)), ("override",))


def test_a_fiscal_year_bears_the_number_of_the_year_in_which_it_begins() -> None:
    assert [fiscal_year(day, 4) for day in (date(2027, 3, 31), date(2027, 4, 1), date(2028, 3, 31))] == [
        2026,
        2027,
        2027,
    ]
    assert fiscal_year(date(2027, 12, 31)) == 2027 and fiscal_start(2027, 4) == date(2027, 4, 1)


@given(st.dates(date(1990, 1, 1), date(2060, 1, 1)), st.integers(1, 12))
def test_a_day_lies_in_its_fiscal_year(day: date, month: int) -> None:
    year = fiscal_year(day, month)
    assert fiscal_start(year, month) <= day < fiscal_start(year + 1, month)


READ = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("base_on", "pages", "expected"),
    [
        # 2022-11-20 to 2026-11-20 are 1,461 days. 400,000 pages: 300,000 after 1461 × 3/4 = 1095 days.
        (date(2022, 11, 20), 400_000, date(2025, 11, 19)),
        (date(2022, 11, 20), 300_000, READ),
        # 200,000 pages: 300,000 after 1461 × 3/2 = 2191 days.
        (date(2022, 11, 20), 200_000, date(2028, 11, 19)),
        # Reached, at no known pace: by the day of the reading. Not reached: nobody knows.
        (None, 300_001, READ),
        (None, 299_999, None),
        (date(2026, 11, 20), 299_999, None),
        (date(2027, 1, 1), 500_000, READ),
        (date(2022, 11, 20), 0, None),
    ],
)
def test_the_life_in_pages_ends_at_the_pace_so_far(base_on: date | None, pages: int, expected: date | None) -> None:
    found = pages_end(base_on, 300_000, Counted(pages, READ))
    assert found == (UNKNOWN if expected is None else When(State.KNOWN, expected))


def test_without_a_life_in_pages_or_within_a_century_it_never_ends_and_without_a_count_it_is_unknown() -> None:
    assert pages_end(date(2020, 1, 1), None, Counted(10**9, READ)) == NEVER
    assert pages_end(date(2020, 1, 1), 300_000, None) == UNKNOWN
    assert pages_end(date(2020, 1, 1), 300_000, Counted(3, READ)) == NEVER


@given(
    st.dates(date(1990, 1, 1), date(2026, 1, 1)), st.integers(1, 10**7), st.integers(0, 10**6), st.integers(1, 10**6)
)
def test_more_pages_never_end_a_life_later_and_are_over_exactly_when_reached(
    base_on: date, pages: int, more: int, life: int
) -> None:
    few, many = (pages_end(base_on, life, Counted(count, READ)) for count in (pages, pages + more))
    assert (many.on or date.max) <= (few.on or date.max)
    assert (few.on or date.max) <= READ or pages < life


def test_due_by_pages_where_the_policy_chooses_them_and_never_for_lack_of_a_count() -> None:
    old: dict[str, Any] = {"purchased_on": date(2022, 11, 20), "life_years": 6, "life_pages": 300_000}
    read = dates(**old, count=Counted(400_000, READ))
    both = (Criterion.LIFE, Criterion.PAGES)
    assert decide(read, both).when.on == date(2025, 11, 19) and decide(read, both).by == ("pages",)
    assert decide(read, [Criterion.LIFE]).when.on == date(2028, 11, 20)
    unread = decide(dates(**old), both)
    assert (unread.when.on, unread.by, unread.missing) == (date(2028, 11, 20), ("life",), ("pages",))
    assert decide(dates(**old), [Criterion.PAGES]).bucket(date(2040, 1, 1)) is Bucket.UNKNOWN


def test_the_pace_does_not_count_from_the_day_the_network_first_saw_a_device() -> None:
    seen = dates(first_seen_on=date(2026, 1, 1), life_pages=300_000, count=Counted(200_000, READ))
    assert seen.pages == UNKNOWN
