"""The scope of a report, and rows as frames with stated types.

Every query of this package takes a few SQL queries whatever its length: rows as tuples, names of related things from
small tables read once. Texts are never null ('' instead); dates, amounts and numbers that may be missing are None in
object columns. The scope is applied in these queries and nowhere else.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
from django.db.models import Case, Q, QuerySet, Value, When
from django.utils import timezone

from inventory.models import Department, Site, Town
from inventory.models.places import DepartmentKind

CHUNK = 5000
_RANK = Case(*(When(kind=kind, then=Value(place)) for place, kind in enumerate(DepartmentKind.values)))


@dataclass(frozen=True)
class Scope:
    """What part of the county a report covers: all of it, one town, or one department (itself, not those below)."""

    town: Town | None = None
    department: Department | None = None

    def devices(self, at: str = "") -> Q:
        """Devices of the scope; `at` is the way to the device from another model ('device__').

        A device belongs to its department's town, and without a department to its site's.
        """
        if self.department is not None:
            return Q(**{f"{at}department": self.department})
        if self.town is not None:
            without = Q(**{f"{at}department__isnull": True, f"{at}site__town": self.town})
            return Q(**{f"{at}department__town": self.town}) | without
        return Q()

    def departments(self) -> QuerySet[Department]:
        """In the order of official tables: by town, leading bodies first, then as the county's own list has them."""
        found = Department.objects.order_by("town__position", _RANK, "pk")
        if self.department is not None:
            return found.filter(pk=self.department.pk)
        return found.filter(town=self.town) if self.town is not None else found

    def sites(self, at: str = "") -> Q:
        """Sites of the scope: of the town, or those where the department has a device or a LAN segment."""
        if self.department is not None:
            own = Site.objects.filter(Q(devices__department=self.department) | Q(segments__departments=self.department))
            return Q(**{f"{at}in": own.values("pk")}) if at else Q(pk__in=own.values("pk"))
        if self.town is not None:
            return Q(**{f"{at}town": self.town})
        return Q()

    def words(self, lang: str) -> str:
        """The scope as a report names it; '' is the county."""
        if self.department is not None:
            return str(self.department)
        if self.town is not None:
            return str(self.town.name_en or self.town) if lang == "en" else str(self.town)
        return ""


def frame(rows: Sequence[Sequence[Any]], columns: Mapping[str, str]) -> pd.DataFrame:
    """Rows as a frame with the stated types, also when there are none."""
    turned = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    named = zip(columns.items(), turned, strict=True)
    return pd.DataFrame({key: pd.Series(list(cells), dtype=kind) for (key, kind), cells in named})


def local(moment: datetime | None) -> datetime | None:
    """A moment in local time without its zone, as a sheet shows it."""
    return None if moment is None else timezone.localtime(moment).replace(tzinfo=None, microsecond=0)


Query = Callable[[Scope, date], pd.DataFrame]
"""A scope and the data date give a frame."""
