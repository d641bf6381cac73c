"""What planners work with: departments, classes, prices in force, sources of funds, the standard."""

from collections.abc import Iterable
from datetime import date

import pandas as pd
from django.db.models import Q

from inventory.models import (
    AllocationRule,
    AllocationStandard,
    AssetClass,
    Device,
    FundingSource,
    PriceList,
    SegmentDepartment,
    Site,
)
from inventory.models.money import RuleKind
from inventory.rules.standards import (
    AsManyAs,
    AtMost,
    ByNeed,
    BySize,
    Quantity,
    Rule,
    Share,
    Tiers,
    Version,
    in_force,
)
from inventory.rules.status import HELD
from reports.queries.scope import Scope, frame

DEPARTMENT_COLUMNS = {
    "name": "object",
    "town": "object",
    "posts": "int64",
    "staff": "int64",
    "handles_secrets": "bool",
    "field_work": "bool",
    "own_network": "bool",
    "has_segment": "bool",
    "has_fiber": "bool",
    "standard": "object",
}
"""Texts; 'standard' is the code of the standard in force for the department on the data date, '' without one."""


def departments(scope: Scope, as_of: date) -> pd.DataFrame:
    """The departments of the scope, by town and name. Columns: DEPARTMENT_COLUMNS.

    has_fiber: a fiber link in use ends at the site of one of its devices on the books.
    """
    lit = Site.objects.filter(Q(links_from__status="in_use") | Q(links_to__status="in_use"))
    with_fiber = Device.objects.filter(status__in=HELD, department__isnull=False, site__in=lit.values("pk"))
    fiber = set(with_fiber.order_by().values_list("department_id", flat=True).distinct())
    segment = set(SegmentDepartment.objects.values_list("department_id", flat=True))
    rows = (
        scope.departments()
        .order_by("town__position", "name")
        .values_list("pk", "standard__series", *_DEPARTMENT_FIELDS)
    )
    codes, default = standards_in_force(as_of)
    return frame(
        [(*row, pk in segment, pk in fiber, codes.get(series, "") if series else default) for pk, series, *row in rows],
        DEPARTMENT_COLUMNS,
    )


_DEPARTMENT_FIELDS = ("name", "town__name", "posts", "staff", "handles_secrets", "field_work", "own_network")


def standards_in_force(day: date) -> tuple[dict[str, str], str]:
    """({series: code of its version in force on the day}, the code of the default one; '' when none is in force)."""
    rows = list(AllocationStandard.objects.values_list("code", "series", "valid_from", "valid_to", "default"))
    versions = [Version(*row[:4]) for row in rows]
    found = {series: in_force(versions, series, day) for series in sorted({one.series for one in versions})}
    codes = {series: version.code for series, version in found.items() if version is not None}
    return codes, next((codes.get(series, "") for _, series, _, _, default in rows if default), "")


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
    codes, default = standards_in_force(as_of)
    own = set(scope.departments().order_by().values_list("standard__series", flat=True).distinct())
    wanted = {default} | {codes.get(series, "") for series in own if series}
    rules = (
        AllocationRule.objects.filter(standard__code__in=wanted)
        .order_by("pk")
        .select_related("standard", "as_many_as")
        .prefetch_related("classes__asset_class")
    )
    below = _classes_below()
    rows = [
        (_rule(rule, below), of.code, of.name, of.valid_from, of.code == default)
        for rule in rules
        for of in (rule.standard,)
    ]
    return frame(rows, RULE_COLUMNS)


def _classes_below() -> dict[str, tuple[str, ...]]:
    """{class: itself and all classes below it}, by code."""
    parents = dict(AssetClass.objects.values_list("code", "parent__code"))
    below: dict[str, list[str]] = {code: [] for code in parents}
    for code in sorted(parents):
        at, seen = code, set()
        while at and at not in seen:
            seen.add(at)
            below[at].append(code)
            at = parents[at]
    return {code: (code, *(other for other in found if other != code)) for code, found in below.items()}


def _rule(rule: AllocationRule, below: dict[str, tuple[str, ...]]) -> Rule:
    # The link rows keep the order of the standard's own list.
    links = sorted(rule.classes.all(), key=lambda link: link.pk)
    listed = [link.asset_class.code for link in links]
    return Rule(
        code=rule.code,
        quantity=_quantity(rule, below),
        classes=_all(listed, below),
        name=rule.name,
        mark=rule.mark,
        within=rule.within,
        instead_of=rule.instead_of,
        price_cap_yuan=rule.price_cap_yuan,
        service_life_years=rule.service_life_years,
        life_pages=rule.life_pages,
        needs_approval=rule.needs_approval,
    )


def _all(codes: Iterable[str], below: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(other for code in codes for other in below[code]))


def _quantity(rule: AllocationRule, below: dict[str, tuple[str, ...]]) -> Quantity:
    steps = tuple((limit, number) for limit, number in rule.steps)
    if rule.kind == RuleKind.SHARE and rule.share_percent is not None:
        return Share(rule.share_percent, rule.least, rule.at_most)
    if rule.kind == RuleKind.TIERS:
        return Tiers(steps)
    if rule.kind == RuleKind.SIZE:
        return BySize(steps)
    if rule.kind == RuleKind.AT_MOST and rule.at_most is not None:
        return AtMost(rule.at_most)
    if rule.kind == RuleKind.AS_MANY_AS and rule.as_many_as is not None:
        return AsManyAs(below[rule.as_many_as.code])
    return ByNeed()
