"""What planners work with: departments, classes, prices in force, sources of funds, the standard."""

from datetime import date

import pandas as pd
from django.db.models import Q

from inventory.models import AssetClass, Device, FundingSource, PriceList, SegmentDepartment, Site
from inventory.rules.status import HELD
from inventory.standards import rules_in_force, standards_in_force
from reports.queries.scope import Scope, frame

DEPARTMENT_COLUMNS = {
    "name": "object",
    "budget_code": "object",
    "town": "object",
    "posts": "int64",
    "staff": "int64",
    "handles_secrets": "bool",
    "field_work": "bool",
    "own_network": "bool",
    "meeting_rooms": "int64",
    "has_segment": "bool",
    "has_fiber": "bool",
    "standard": "object",
}
"""Texts; 'standard' is the code of the standard in force for the department on the data date, '' without one."""


def departments(scope: Scope, as_of: date) -> pd.DataFrame:
    """The departments of the scope, in its order. Columns: DEPARTMENT_COLUMNS.

    has_fiber: a fiber link in use ends at the site of one of its devices on the books.
    """
    lit = Site.objects.filter(Q(links_from__status="in_use") | Q(links_to__status="in_use"))
    with_fiber = Device.objects.filter(status__in=HELD, department__isnull=False, site__in=lit.values("pk"))
    fiber = set(with_fiber.order_by().values_list("department_id", flat=True).distinct())
    segment = set(SegmentDepartment.objects.values_list("department_id", flat=True))
    rows = scope.departments().values_list("pk", "standard__series", *_DEPARTMENT_FIELDS)
    codes, default = standards_in_force(as_of)
    return frame(
        [(*row, pk in segment, pk in fiber, codes.get(series, "") if series else default) for pk, series, *row in rows],
        DEPARTMENT_COLUMNS,
    )


_DEPARTMENT_FIELDS = (
    "name",
    "budget_code",
    "town__name",
    "posts",
    "staff",
    "handles_secrets",
    "field_work",
    "own_network",
    "meeting_rooms",
)


CLASS_COLUMNS = {
    "class_code": "object",
    "class_name": "object",
    "class_name_en": "object",
    "classification_code": "object",
    "unit": "object",
    "role": "object",
}


def classes(scope: Scope, as_of: date) -> pd.DataFrame:
    """All asset classes. Columns: CLASS_COLUMNS, texts."""
    fields = ("code", "name", "name_en", "classification_code", "unit", "role")
    return frame(list(AssetClass.objects.order_by("code").values_list(*fields)), CLASS_COLUMNS)


PRICE_COLUMNS = {"class_code": "object", "price_yuan": "object", "valid_from": "object"}
"""price_yuan Decimal, valid_from date."""


def prices(scope: Scope, as_of: date) -> pd.DataFrame:
    """The price in force on the data date of each class that has one: the latest that began by then."""
    rows = (
        PriceList.objects.filter(valid_from__lte=as_of)
        .order_by("valid_from")
        .values_list("asset_class__code", "price_yuan", "valid_from")
    )
    latest = {code: (code, price, since) for code, price, since in rows}
    return frame(sorted(latest.values(), key=lambda row: row[0]), PRICE_COLUMNS)


def price_list(scope: Scope, as_of: date) -> pd.DataFrame:
    """All prices of the list, also those that begin later. Columns: PRICE_COLUMNS."""
    rows = PriceList.objects.order_by("asset_class__code", "valid_from")
    return frame(list(rows.values_list("asset_class__code", "price_yuan", "valid_from")), PRICE_COLUMNS)


FUNDING_COLUMNS = {
    "name": "object",
    "kind": "object",
    "amount_yuan": "object",
    "from_year": "object",
    "to_year": "object",
}
"""amount_yuan Decimal or None, years int or None."""


def funding(scope: Scope, as_of: date) -> pd.DataFrame:
    """All sources of funds. Columns: FUNDING_COLUMNS."""
    rows = FundingSource.objects.order_by("name").values_list("name", "kind", "amount_yuan", "from_year", "to_year")
    return frame(list(rows), FUNDING_COLUMNS)


RULE_COLUMNS = {
    "rule": "object",
    "standard": "object",
    "standard_name": "object",
    "valid_from": "object",
    "default": "bool",
}
"""'rule' holds inventory.rules.standards.Rule; 'standard' the code of its standard; valid_from date or None;
'default' is true for the standard that holds where a department has none of its own."""


def standard_rules(scope: Scope, as_of: date) -> pd.DataFrame:
    """The rules, in their order, of the default standard in force on the data date, and of departments' own ones.

    A rule that lists a class lists the classes below it too.
    """
    own = scope.departments().order_by().values_list("standard__series", flat=True).distinct()
    found = rules_in_force(as_of, [series for series in own if series])
    return frame([(one.rule, one.code, one.standard, one.valid_from, one.default) for one in found], RULE_COLUMNS)
