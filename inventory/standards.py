"""The allocation standard in force, as the values that inventory.rules.standards reckons with.

Read by pages and by reports. Knows no page.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from inventory.models import AllocationRule, AllocationStandard, AssetClass, Department
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


@dataclass(frozen=True)
class InForce:
    """A rule, and the standard that it belongs to."""

    rule: Rule
    code: str
    """Of its standard."""
    standard: str
    valid_from: date | None
    default: bool
    """Whether that is the standard of departments that have none of their own."""


def standards_in_force(day: date) -> tuple[dict[str, str], str]:
    """({series: code of its version in force on the day}, the code of the default one; '' when none is in force)."""
    rows = list(AllocationStandard.objects.values_list("code", "series", "valid_from", "valid_to", "default"))
    versions = [Version(*row[:4]) for row in rows]
    found = {series: in_force(versions, series, day) for series in sorted({one.series for one in versions})}
    codes = {series: version.code for series, version in found.items() if version is not None}
    return codes, next((codes.get(series, "") for _, series, _, _, default in rows if default), "")


def rules_in_force(as_of: date, series: Iterable[str] = ()) -> list[InForce]:
    """The rules in force on a day, in their order: of the default standard, and of those of the named series.

    A rule that lists a class lists the classes below it too. Five queries.
    """
    codes, default = standards_in_force(as_of)
    wanted = {default} | {codes.get(one, "") for one in series if one}
    rules = (
        AllocationRule.objects.filter(standard__code__in=wanted)
        .order_by("pk")
        .select_related("standard", "as_many_as")
        .prefetch_related("classes__asset_class")
    )
    below = classes_below()
    return [
        InForce(_rule(rule, below), of.code, of.name, of.valid_from, of.code == default)
        for rule in rules
        for of in (rule.standard,)
    ]


def rules_of(department: Department, as_of: date) -> list[InForce]:
    """The rules that a department is judged by on a day: of its own standard, else of the default one."""
    own = department.standard.series if department.standard is not None else ""
    codes, default = standards_in_force(as_of)
    code = codes.get(own, "") if own else default
    return [one for one in rules_in_force(as_of, [own]) if one.code == code]


def classes_below() -> dict[str, tuple[str, ...]]:
    """{class: itself and all classes below it}, by code. One query."""
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
    return rule_of(rule, [link.asset_class.code for link in links], below)


def rule_of(rule: AllocationRule, listed: Iterable[str], below: dict[str, tuple[str, ...]]) -> Rule:
    """A rule, saved or only typed, with the codes of the classes that it lists. `below` is of `classes_below`."""
    return Rule(
        code=rule.code,
        quantity=_quantity(rule, below),
        classes=_all(listed, below),
        name=rule.name,
        mark=rule.mark,
        within=rule.within,
        instead_of=rule.instead_of,
        limited_by=rule.limited_by,
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
