"""Frames and what a planner set → a plan drawn. Pure.

Candidates come from the due dates of `lives`, numbers from the standard of each department, prices from the dated list
below the cap; the choice itself is made by inventory.rules.choosing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from inventory.rules.choosing import choose
from inventory.rules.lifecycle import Bucket, add_years, age_years, fiscal_start, fiscal_year
from inventory.rules.planning import Candidate, Choice, Decision, Extra, Order, Purse, Terms, Unit
from inventory.rules.prices import Priced, Tariff
from inventory.rules.standards import allowed, price_caps
from inventory.rules.status import TO_BE_SCRAPPED
from reports.books import words
from reports.books.asking import Department, departments_of
from reports.books.frames import Frames, values
from reports.books.lives import with_due
from reports.books.plans.planned import (
    ClassFacts,
    Drawn,
    Head,
    Item,
    PriceFacts,
    RuleFacts,
    StandardFacts,
    UnitFacts,
    Unjudged,
)
from reports.books.standards import Standards, standards_of

NEEDS = ("devices", "departments", "classes", "price_list", "standard_rules")
Row = Mapping[str, Any]


def draw(frames: Frames, head: Head) -> Drawn:
    """Draw a plan. Needs the frames NEEDS, of the plan's scope and date."""
    standards = standards_of(frames["standard_rules"])
    devices = with_due(frames, head.as_of)
    departments = departments_of(frames["departments"])
    units, facts = _units(departments, devices, standards)
    tariff = _tariff(frames["price_list"], head)
    pricing = _Pricing(tariff, standards, departments, head)
    found = [*_found(devices, head), *_added(head, facts)]
    candidates = [_candidate(row) for row in found]
    choices = {one.tag: one for one in choose(candidates, units, terms_of(head), pricing.yuan)}
    approved = {name: _by_approval(unit) for name, unit in units.items()}
    items = tuple(_item(row, choices[row["asset_tag"]], pricing, approved, head) for row in found)
    return Drawn(
        head,
        items,
        facts,
        _standards(standards),
        _prices(frames["price_list"], head),
        _classes(frames["classes"], devices),
        tuple(_unjudged(devices, head)),
        len(devices),
    )


def terms_of(head: Head) -> Terms:
    """What the planner set, as the rules of planning take it."""
    money: dict[int, list[Purse]] = {}
    for one in head.money:
        money.setdefault(one.year, []).append(Purse(one.source, one.amount_yuan))
    extras = {
        (one.department, one.asset_class): Extra(one.quantity, one.reason, one.price_yuan) for one in head.exceeding
    }
    order = [Order(one) for one in head.order]
    decisions = {one.tag: Decision(one.year, one.reason, one.author) for one in head.decided}
    additions = {tag: Decision(one.year, one.reason, one.author) for one in head.adding for tag in one.tags}
    return Terms(head.first_year, head.years, order, head.first_month, money, extras, decisions, additions)


def _units(
    departments: Iterable[Department], devices: pd.DataFrame, standards: Standards
) -> tuple[dict[str, Unit], tuple[UnitFacts, ...]]:
    held: dict[str, Counter[str]] = {}
    for name, code in zip(devices["department"], devices["class_code"], strict=True):
        held.setdefault(name, Counter())[code] += 1
    places = {code: {id(rule): at for at, rule in enumerate(rules)} for code, rules in standards.rules.items()}
    units: dict[str, Unit] = {}
    facts = []
    for one in departments:
        mine = dict(held.get(one.name, {}))
        numbers = allowed(standards.of(one.standard), one.counted, one.marks, mine, one.rooms)
        units[one.name] = Unit(one.name, frozenset(one.marks), numbers, mine)
        kept = tuple((places[one.standard][id(two.rule)], two.number) for two in numbers.values())
        facts.append(
            UnitFacts(one.name, one.town, one.posts, one.staff, one.counted, one.standard, mine, kept, one.code)
        )
    return units, tuple(facts)


class _Pricing:
    """Prices by class, department and year: the list's, not above the cap; or what the planner asks for instead."""

    def __init__(self, tariff: Tariff, standards: Standards, departments: Iterable[Department], head: Head) -> None:
        self.tariff = tariff
        self.caps = {code: price_caps(rules) for code, rules in standards.rules.items()}
        self.judged_by = {one.name: one.standard for one in departments}
        self.asked = {
            (one.department, one.asset_class): one.price_yuan for one in head.exceeding if one.price_yuan is not None
        }
        self._known: dict[tuple[str, str, int], Priced | None] = {}

    def cap(self, department: str, asset_class: str) -> Decimal | None:
        return self.caps.get(self.judged_by.get(department, ""), {}).get(asset_class)

    def priced(self, department: str, asset_class: str, year: int) -> Priced | None:
        key = department, asset_class, year
        if key not in self._known:
            self._known[key] = self._priced(*key)
        return self._known[key]

    def _priced(self, department: str, asset_class: str, year: int) -> Priced | None:
        cap = self.cap(department, asset_class)
        asked = self.asked.get((department, asset_class))
        if asked is not None:
            return Priced(asked, asked, cap)
        return self.tariff.price(asset_class, year, cap)

    def yuan(self, one: Candidate, year: int) -> Decimal | None:
        priced = self.priced(one.department, one.asset_class, year)
        return None if priced is None else priced.yuan


def _tariff(prices: pd.DataFrame, head: Head) -> Tariff:
    entries: dict[str, list[tuple[date, Decimal]]] = {}
    for code, yuan, since in zip(prices["class_code"], prices["price_yuan"], prices["valid_from"], strict=True):
        entries.setdefault(code, []).append((since, yuan))
    return Tariff(entries, head.as_of, head.change_percent, head.first_month)


_ITEM_KEYS = (
    "asset_tag",
    "class_code",
    "type",
    "serial",
    "town",
    "department",
    "holder",
    "status",
    "condition",
    "purchased_on",
    "base_on",
    "basis",
    "due_on",
    "due_by",
    "missing",
    "override",
    "last_seen_at",
    "support_ends_on",
    "least_years",
    "pages",
    "life_pages",
    "pages_on",
    "pages_end",
)


def _found(devices: pd.DataFrame, head: Head) -> list[dict[str, Any]]:
    """The devices that are due by the end of the plan, and those put in by hand.

    What is to be scrapped is due on the plan's date at latest.
    """
    put_in = {one.tag for one in head.decided if one.year is not None}
    end = fiscal_start(head.first_year + head.years, head.first_month)
    found = []
    for row in zip(*(values(devices, key) for key in _ITEM_KEYS), strict=True):
        one: dict[str, Any] = dict(zip(_ITEM_KEYS, row, strict=True))
        due_on = one["due_on"]
        if one["status"] == TO_BE_SCRAPPED and (due_on is None or due_on > head.as_of):
            one.update(due_on=head.as_of, due_by=("scrap",))
        is_due = one["due_on"] is not None and one["due_on"] < end
        if is_due or one["asset_tag"] in put_in:
            found.append(one)
    return found


def _added(head: Head, units: Iterable[UnitFacts]) -> list[dict[str, Any]]:
    """What is to be added in the years of the plan, as rows that resemble those of devices."""
    towns = {one.name: one.town for one in units}
    found = []
    for one in head.adding:
        for number, tag in enumerate(one.tags if one.year in head.all_years else (), 1):
            row: dict[str, Any] = dict.fromkeys(_ITEM_KEYS)
            row |= dict.fromkeys(("type", "serial", "holder", "condition", "override"), "")
            row |= {"asset_tag": tag, "class_code": one.asset_class, "department": one.department, "new": number}
            row |= {"town": towns.get(one.department, ""), "status": "planned", "basis": "none"}
            found.append({**row, "due_by": (), "missing": ()})
    return found


def _candidate(row: Row) -> Candidate:
    return Candidate(
        row["asset_tag"],
        row["class_code"],
        row["department"],
        row["due_on"],
        row["status"],
        row["condition"],
        row["support_ends_on"],
    )


def _item(row: Row, choice: Choice, pricing: _Pricing, approved: Mapping[str, frozenset[str]], head: Head) -> Item:
    department, code = row["department"], row["class_code"]
    priced = None if choice.year is None else pricing.priced(department, code, choice.year)
    return Item(
        tag=row["asset_tag"],
        asset_class=code,
        type=row["type"],
        serial=row["serial"],
        town=row["town"],
        department=department,
        holder=row["holder"],
        status=row["status"],
        condition=row["condition"],
        bought_on=row["purchased_on"],
        base_on=row["base_on"],
        basis=row["basis"],
        age_years=age_years(row["base_on"], head.as_of),
        due_on=row["due_on"],
        due_by=row["due_by"],
        counted=words.counted(row["pages"], row["life_pages"], row["pages_on"]),
        missing=row["missing"],
        override=row["override"],
        last_seen_on=None if row["last_seen_at"] is None else row["last_seen_at"].date(),
        due_year=choice.due_year,
        year=choice.year,
        why=choice.why,
        source=choice.source,
        price_yuan=choice.price_yuan,
        listed_yuan=None if priced is None else priced.listed_yuan,
        cap_yuan=pricing.cap(department, code),
        over_standard=choice.over_standard,
        below_life=choice.year is not None and _below_life(row, choice.year, head),
        needs_approval=code in approved.get(department, ()),
        reason=next((why[1] for why in choice.why if why[0] in ("exception", "by_hand", "added")), ""),
        over_money=choice.over_money,
        new=row.get("new", 0),
    )


def _below_life(row: Row, year: int, head: Head) -> bool:
    """Whether it would be renewed in a year in which the standard's least life, in years or pages, is not yet over."""
    if row["base_on"] is None or row["least_years"] is None or row["status"] == TO_BE_SCRAPPED:
        return False
    if isinstance(row["pages_end"], date) and fiscal_year(row["pages_end"], head.first_month) <= year:
        return False
    return fiscal_year(add_years(row["base_on"], row["least_years"]), head.first_month) > year


def _by_approval(unit: Unit) -> frozenset[str]:
    """The classes that the unit gets with an approval alone."""
    rules = (one.rule for one in unit.allowances.values())
    return frozenset(code for rule in rules if rule.needs_approval for code in rule.classes)


def _unjudged(devices: pd.DataFrame, head: Head) -> Iterable[Unjudged]:
    """Devices of which it is not known when they are due, but for those put in and those to be scrapped anyway; and
    devices that were decided about and are no longer there."""
    decided = {one.tag: one.year for one in head.decided}
    chosen = devices[(devices["bucket"] == Bucket.UNKNOWN.value) & (devices["status"] != TO_BE_SCRAPPED)]
    keys = ("asset_tag", "class_code", "town", "department")
    for tag, code, town, department in zip(*(chosen[key] for key in keys), strict=True):
        if decided.get(tag) is None:
            yield Unjudged(tag, code, town, department, "date_unknown")
    for tag in sorted(decided.keys() - set(devices["asset_tag"])) if decided else ():
        yield Unjudged(tag, "", "", "", "decided_gone")


def _standards(standards: Standards) -> dict[str, StandardFacts]:
    return {
        code: StandardFacts(
            *standards.names[code],
            tuple(
                RuleFacts(one.code, one.name or one.code, one.classes, one.price_cap_yuan, one.needs_approval)
                for one in rules
            ),
        )
        for code, rules in standards.rules.items()
    }


def _prices(prices: pd.DataFrame, head: Head) -> tuple[PriceFacts, ...]:
    """The entries that the plan may reckon with: of those that began by its date the last, and all later ones."""
    found = []
    columns = (prices[key] for key in ("class_code", "price_yuan", "valid_from"))
    entries = [PriceFacts(*row) for row in zip(*columns, strict=True)]
    for one in entries:
        newer = [two for two in entries if two.asset_class == one.asset_class and one.valid_from < two.valid_from]
        if not any(two.valid_from <= head.as_of for two in newer):
            found.append(one)
    return tuple(sorted(found, key=lambda one: (one.asset_class, one.valid_from)))


def _classes(classes: pd.DataFrame, devices: pd.DataFrame) -> dict[str, ClassFacts]:
    """The classes with the criteria of their policies, as the devices bring them."""
    criteria = dict(zip(devices["class_code"], devices["criteria"], strict=True))
    keys = ("class_code", "class_name", "class_name_en", "classification_code", "unit")
    return {
        code: ClassFacts(zh, en or zh, number, unit, tuple(one.value for one in criteria.get(code, ())))
        for code, zh, en, number, unit in zip(*(classes[key] for key in keys), strict=True)
    }
