"""Allocation standards (通用办公设备配置标准): how many things of a class a department may hold. Pure.

A standard is a list of rules, and every figure in it is data. `staff` is the staff in post within the authorised
posts. Counts of things are dictionaries from the code of an asset class to a number.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_FLOOR, Decimal

Step = tuple[int | None, int]
"""(staff up to and including, a number); None: no upper end."""


@dataclass(frozen=True)
class Share:
    """A share of staff, rounded down; `least` lifts it where there is any staff, `at_most` ends it."""

    percent: Decimal
    least: int | None = None
    at_most: int | None = None

    def number(self, staff: int, held: Mapping[str, int]) -> int | None:
        whole = int((self.percent * staff / 100).to_integral_value(ROUND_FLOOR))
        if self.least is not None and staff > 0:
            whole = max(whole, self.least)
        return whole if self.at_most is None else min(whole, self.at_most)


@dataclass(frozen=True)
class Tiers:
    """One for every so many staff, a part counting as a whole; each tier counts the staff that lie in it."""

    steps: tuple[Step, ...]

    def number(self, staff: int, held: Mapping[str, int]) -> int | None:
        count, below = 0, 0
        for upper, one_for in self.steps:
            in_tier = (staff if upper is None else min(staff, upper)) - below
            if in_tier <= 0:
                break
            count += -(-in_tier // one_for)
            below += in_tier
        return count


@dataclass(frozen=True)
class BySize:
    """A fixed number by the size of the department: the first step whose upper end is not below the staff."""

    steps: tuple[Step, ...]

    def number(self, staff: int, held: Mapping[str, int]) -> int | None:
        return next((number for upper, number in self.steps if upper is None or staff <= upper), 0)


@dataclass(frozen=True)
class AtMost:
    """At most so many in any department."""

    count: int

    def number(self, staff: int, held: Mapping[str, int]) -> int | None:
        return self.count


@dataclass(frozen=True)
class AsManyAs:
    """As many as the department holds of other classes (software for each computer)."""

    classes: tuple[str, ...]

    def number(self, staff: int, held: Mapping[str, int]) -> int | None:
        return sum(held.get(code, 0) for code in self.classes)


@dataclass(frozen=True)
class ByNeed:
    """No number: every one is argued case by case."""

    def number(self, staff: int, held: Mapping[str, int]) -> int | None:
        return None


Quantity = Share | Tiers | BySize | AtMost | AsManyAs | ByNeed


@dataclass(frozen=True)
class Rule:
    """One line of a standard, for some classes together. A class obeys every rule that lists it.

    A rule with a `mark` stands in for the rule of the same code where the department bears the mark. `within` is
    the code of a wider rule whose number this one cannot pass. `instead_of` is the code of a rule: what is held
    here above the number may be held in place of what is not held there. `limited_by` names a count of rooms that
    the number cannot pass.
    """

    code: str
    quantity: Quantity
    classes: tuple[str, ...]
    name: str = ""
    mark: str = ""
    within: str = ""
    instead_of: str = ""
    limited_by: str = ""
    price_cap_yuan: Decimal | None = None
    service_life_years: int | None = None
    life_pages: int | None = None
    needs_approval: bool = False


@dataclass(frozen=True)
class Allowance:
    """What a rule comes to in one department: `number` things at most, or None: by need."""

    rule: Rule
    number: int | None


@dataclass(frozen=True)
class Holding:
    """What a department holds of one class. `worn` counts once what is past its life, to be scrapped, or both."""

    held: int = 0
    past_life: int = 0
    to_be_scrapped: int = 0
    worn: int = 0

    @property
    def serving(self) -> int:
        return self.held - self.worn


@dataclass(frozen=True)
class Ask:
    """What may be asked for of one class: `replacing` worn things, and `adding` up to the standard.

    `allowed` is the least number of the rules that list the class (None: by need), `room` what they left free
    before this ask. `caps` names the rules that held the ask below what is worn.
    """

    asset_class: str
    allowed: int | None
    room: int | None
    holding: Holding
    replacing: int
    adding: int
    caps: tuple[str, ...] = ()
    needs_approval: bool = False

    @property
    def quantity(self) -> int:
        return self.replacing + self.adding


def applying(rules: Sequence[Rule], marks: Collection[str]) -> list[Rule]:
    """The rules for a department that bears these marks, one for each code, in the order of the standard.

    Of several rules of one code whose marks it bears the first counts.
    """
    chosen: dict[str, Rule] = {}
    for rule in rules:
        if rule.mark and rule.mark not in marks:
            continue
        before = chosen.get(rule.code)
        if before is None or (rule.mark and not before.mark):
            chosen[rule.code] = rule
    return list(chosen.values())


def allowed(
    rules: Sequence[Rule],
    staff: int,
    marks: Collection[str] = (),
    held: Mapping[str, int] | None = None,
    rooms: Mapping[str, int] | None = None,
) -> dict[str, Allowance]:
    """The number of each rule, by its code, for a department of so many staff that bears the marks.

    `held` counts what is held by class; without it nothing is exchanged and 'as many as' comes to nothing. `rooms`
    counts the department's rooms by the name that rules are limited by; without it those come to nothing.
    """
    held, rooms = held or {}, rooms or {}
    chosen = {rule.code: rule for rule in applying(rules, marks)}
    numbers = {code: _limited(rule, rule.quantity.number(max(staff, 0), held), rooms) for code, rule in chosen.items()}
    numbers = {code: _within(chosen, numbers, code) for code in chosen}
    for code, moved, other in _exchanges(chosen, numbers, held):
        numbers[code], numbers[other] = (numbers[code] or 0) + moved, (numbers[other] or 0) - moved
    return {code: Allowance(rule, numbers[code]) for code, rule in chosen.items()}


@dataclass(frozen=True)
class Balance:
    """A rule beside what is held under it: held + room − over = number. By need (number None): neither."""

    allowance: Allowance
    held: int
    room: int = 0
    over: int = 0


def balances(allowances: Mapping[str, Allowance], held: Mapping[str, int]) -> list[Balance]:
    """How each rule stands against what is held, in the order of the rules."""
    found = []
    for allowance in allowances.values():
        count, number = _count(allowance.rule, held), allowance.number
        room, over = (0, 0) if number is None else (max(number - count, 0), max(count - number, 0))
        found.append(Balance(allowance, count, room, over))
    return found


@dataclass(frozen=True)
class Version:
    """One version of a standard: its code, the series it belongs to, and the days from and to which it holds."""

    code: str
    series: str
    valid_from: date | None = None
    valid_to: date | None = None

    def holds(self, day: date) -> bool:
        return (self.valid_from or day) <= day <= (self.valid_to or day)


def in_force(versions: Sequence[Version], series: str, day: date) -> Version | None:
    """The version of a series in force on a day: of those that hold, the one that began last."""
    held = [one for one in versions if one.series == series and one.holds(day)]
    return max(held, key=lambda one: (one.valid_from or date.min, one.code), default=None)


def _limited(rule: Rule, number: int | None, rooms: Mapping[str, int]) -> int | None:
    return min(number, rooms.get(rule.limited_by, 0)) if rule.limited_by and number is not None else number


def _within(rules: Mapping[str, Rule], numbers: Mapping[str, int | None], code: str) -> int | None:
    """The rule's own number, not above those of the wider rules; a ring of rules ends where it began."""
    number, seen = numbers[code], {code}
    wider = rules[code].within
    while number is not None and wider in rules and wider not in seen:
        seen.add(wider)
        above = numbers[wider]
        number = number if above is None else min(number, above)
        wider = rules[wider].within
    return number


def _exchanges(
    rules: Mapping[str, Rule], numbers: Mapping[str, int | None], held: Mapping[str, int]
) -> list[tuple[str, int, str]]:
    """(code, how many more, code of the rule that has as many fewer), where more is held than the number."""
    moves: list[tuple[str, int, str]] = []
    for code, rule in rules.items():
        mine, other = numbers[code], numbers.get(rule.instead_of)
        if rule.instead_of not in rules or rule.instead_of == code or mine is None or other is None:
            continue
        excess = _count(rule, held) - mine
        free = other - _count(rules[rule.instead_of], held)
        if (moved := min(excess, free)) > 0:
            moves.append((code, moved, rule.instead_of))
    return moves


def _count(rule: Rule, counts: Mapping[str, int]) -> int:
    return sum(counts.get(code, 0) for code in rule.classes)


@dataclass
class _Room:
    """How much each rule still leaves while a department's asks are shared out."""

    left: dict[str, int] = field(default_factory=dict)
    of_class: dict[str, list[str]] = field(default_factory=dict)

    def free(self, asset_class: str) -> int | None:
        limits = [self.left[code] for code in self.of_class[asset_class] if code in self.left]
        return max(min(limits), 0) if limits else None

    def take(self, asset_class: str, count: int) -> None:
        for code in self.of_class[asset_class]:
            if code in self.left:
                self.left[code] -= count


def asks(allowances: Mapping[str, Allowance], holdings: Mapping[str, Holding], *, fill: bool = False) -> list[Ask]:
    """What a department may ask for, class by class in the order of the rules; every class of a rule has its row.

    An ask replaces what is worn (past its life or to be scrapped), as far as each rule that lists the class leaves
    room: its number less what is held and still serves, less what was asked before it. With `fill` it then adds up
    to the standard, except where a rule needs approval. By need: what is worn is replaced, nothing is added.
    """
    room = _room(allowances, holdings)
    worn = [_replace(allowances, room, code, holdings.get(code, Holding())) for code in room.of_class]
    return [_add(room, ask) for ask in worn] if fill else worn


def _room(allowances: Mapping[str, Allowance], holdings: Mapping[str, Holding]) -> _Room:
    room = _Room()
    serving = {code: holding.serving for code, holding in holdings.items()}
    for code, allowance in allowances.items():
        if allowance.number is not None:
            room.left[code] = allowance.number - _count(allowance.rule, serving)
        for asset_class in allowance.rule.classes:
            room.of_class.setdefault(asset_class, []).append(code)
    return room


def _replace(allowances: Mapping[str, Allowance], room: _Room, asset_class: str, holding: Holding) -> Ask:
    mine = [allowances[code] for code in room.of_class[asset_class]]
    numbers = [allowance.number for allowance in mine if allowance.number is not None]
    free = room.free(asset_class)
    replacing = holding.worn if free is None else min(holding.worn, free)
    caps = tuple(
        allowance.rule.name or allowance.rule.code
        for allowance in mine
        if replacing < holding.worn and room.left.get(allowance.rule.code, holding.worn) <= replacing
    )
    approval = any(allowance.rule.needs_approval for allowance in mine)
    room.take(asset_class, replacing)
    return Ask(asset_class, min(numbers, default=None), free, holding, replacing, 0, caps, approval)


def _add(room: _Room, ask: Ask) -> Ask:
    free = room.free(ask.asset_class)
    if not free or ask.needs_approval:
        return ask
    room.take(ask.asset_class, free)
    return Ask(ask.asset_class, ask.allowed, ask.room, ask.holding, ask.replacing, free, ask.caps, ask.needs_approval)


def price_caps(rules: Sequence[Rule]) -> dict[str, Decimal]:
    """The price cap in yuan of each class that has one: the lowest of the rules that list it."""
    caps: dict[str, Decimal] = {}
    for rule in rules:
        for code in rule.classes:
            if rule.price_cap_yuan is not None:
                caps[code] = min(caps.get(code, rule.price_cap_yuan), rule.price_cap_yuan)
    return caps


def service_lives(rules: Sequence[Rule]) -> dict[str, int]:
    """The least service life in years of each class that has one in the standard: the longest of its rules."""
    lives: dict[str, int] = {}
    for rule in rules:
        for code in rule.classes:
            if rule.service_life_years is not None:
                lives[code] = max(lives.get(code, 0), rule.service_life_years)
    return lives


def page_lives(rules: Sequence[Rule]) -> dict[str, int]:
    """The least life in pages of each class that has one in the standard: the longest of its rules."""
    lives: dict[str, int] = {}
    for rule in rules:
        for code in rule.classes:
            if rule.life_pages is not None:
                lives[code] = max(lives.get(code, 0), rule.life_pages)
    return lives


def problems(rules: Sequence[Rule]) -> list[tuple[str, str]]:
    """(code of the rule, what is wrong) for names in a standard that lead nowhere or round in a ring.

    Kinds: 'within_unknown', 'instead_of_unknown', 'within_ring', 'no_classes'. Such rules still count, without
    the part that is wrong.
    """
    by_code = {rule.code: rule for rule in rules}
    found: list[tuple[str, str]] = []
    for rule in rules:
        if rule.within and rule.within not in by_code:
            found.append((rule.code, "within_unknown"))
        if rule.instead_of and rule.instead_of not in by_code:
            found.append((rule.code, "instead_of_unknown"))
        if not rule.classes:
            found.append((rule.code, "no_classes"))
        if _is_ring(by_code, rule):
            found.append((rule.code, "within_ring"))
    return found


def _is_ring(by_code: Mapping[str, Rule], rule: Rule) -> bool:
    seen, wider = {rule.code}, rule.within
    while wider in by_code:
        if wider in seen:
            return True
        seen.add(wider)
        wider = by_code[wider].within
    return False
