"""What was counted on earlier days, for comparing."""

from datetime import date

import pandas as pd

from reports.models import CoverageSnapshot
from reports.queries.scope import Scope, frame

BEFORE_COLUMNS = {"day": "object", "town": "object", "department": "object", "counts": "object"}
"""day date, texts as str, counts a dictionary of numbers."""


def coverage_before(scope: Scope, as_of: date) -> pd.DataFrame:
    """The counts of the latest day kept before the data date, for the scope. Columns: BEFORE_COLUMNS."""
    return coverage_of(scope, CoverageSnapshot.objects.filter(day__lt=as_of).order_by("-day").first())


def coverage_of(scope: Scope, latest: CoverageSnapshot | None) -> pd.DataFrame:
    """The counts of the day of a snapshot, for the scope."""
    found = CoverageSnapshot.objects.filter(day=latest.day) if latest else CoverageSnapshot.objects.none()
    if scope.department is not None:
        found = found.filter(department=scope.department.name)
    elif scope.town is not None:
        found = found.filter(town=scope.town.name)
    return frame(list(found.values_list("day", "town", "department", "counts")), BEFORE_COLUMNS)
