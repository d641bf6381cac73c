"""Daily counts of coverage, kept small: one row a department, days thinned out as they grow old."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import pandas as pd

from inventory.services import write
from inventory.services.write import Actor
from reports.books import coverage
from reports.books.frames import Params
from reports.models import CoverageSnapshot

DAILY = 92
"""For so many days every day is kept; before that the first kept day of each month."""


def keep(frames: Mapping[str, pd.DataFrame], day: date, actor: Actor) -> int:
    """Keep the whole county's counts of a day in place of those kept before for it; gives how many rows.

    `frames` as the coverage report needs them, of the whole county on that day.
    """
    params = Params(day, datetime.combine(day, datetime.min.time()))
    rows = [
        CoverageSnapshot(day=day, town=town, department=department, counts=counts)
        for town, department, counts in coverage.counts(frames, params)
    ]
    with write.unit(actor, reason="coverage of the day") as unit:
        _drop(unit, {day, *_too_many(day)})
        unit.create_many(CoverageSnapshot, rows)
    return len(rows)


def _too_many(today: date) -> set[date]:
    """Days older than DAILY that are not the first kept one of their month."""
    days = CoverageSnapshot.objects.filter(day__lt=today - timedelta(days=DAILY)).order_by("day")
    firsts: dict[tuple[int, int], date] = {}
    drop = set()
    for day in days.values_list("day", flat=True).distinct():
        if firsts.setdefault((day.year, day.month), day) != day:
            drop.add(day)
    return drop


def _drop(unit: write.Unit, days: set[date]) -> None:
    unit.delete_all(list(CoverageSnapshot.objects.filter(day__in=days)))
