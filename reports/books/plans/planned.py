"""A plan as it was drawn: every value that its workbooks show, and nothing that they must look up. Pure.

A draft is drawn anew from the register; an approved plan is this value, kept. Texts that differ by language are
pairs (Chinese, English); reasons are codes that `reasons` puts into words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha256

from inventory.rules.status import TO_BE_SCRAPPED
from inventory.values import value

Pair = tuple[str, str]
MOST_OF_A_TAG = 54
"""Characters before the number of what is added."""


@dataclass(frozen=True)
class Money:
    """Money of one source for one year; without an amount as much as is needed.

    What the source itself is registered with: how much it holds, each year or in all, and from when to when.
    """

    year: int
    source: str
    amount_yuan: Decimal | None = None
    holds_yuan: Decimal | None = None
    yearly: bool = False
    from_year: int | None = None
    to_year: int | None = None


@dataclass(frozen=True)
class Exceeding:
    """What is asked for beyond the standard or the price cap, and why."""

    department: str
    asset_class: str
    quantity: int
    price_yuan: Decimal | None
    reason: str


@dataclass(frozen=True)
class Decided:
    """What was decided about one device: renewed in `year` whatever its turn, or left out (None)."""

    tag: str
    year: int | None
    reason: str
    author: str
    decided_on: date


@dataclass(frozen=True)
class Adding:
    """What a department is to have beside what it holds, within the standard, in a year; and why."""

    year: int
    department: str
    asset_class: str
    quantity: int
    reason: str
    author: str

    @property
    def tags(self) -> list[str]:
        """What stands for each in the plan, where devices have asset tags. At most 60 characters."""
        what = f"NEW-{self.year}-{self.department}-{self.asset_class}"
        if len(what) > MOST_OF_A_TAG:
            what = f"NEW-{self.year}-{sha256(what.encode()).hexdigest()[:16]}"
        return [f"{what}-{number}" for number in range(1, self.quantity + 1)]


def grouped(decided: Iterable[Decided]) -> list[tuple[tuple[int | None, str], list[Decided]]]:
    """Decisions that say the same for the same reason, together: years in their order, what is left out first."""
    found: dict[tuple[int | None, str], list[Decided]] = {}
    for one in sorted(decided, key=lambda one: (one.year or 0, one.reason, one.tag)):
        found.setdefault((one.year, one.reason), []).append(one)
    return list(found.items())


NAMED = 10
"""So many devices are named where a sentence tells of more."""


def tags_told(ones: Sequence[Decided]) -> Pair:
    """The tags of some decisions in a sentence, their number where they are many."""
    zh, en = ("、".join(one.tag for one in ones[:NAMED]), ", ".join(one.tag for one in ones[:NAMED]))
    if len(ones) <= NAMED:
        return zh, en
    return f"{zh}等{len(ones)}台", f"{en} and {len(ones) - NAMED} more"


@dataclass(frozen=True)
class Head:
    """What the planner set, and who answers for it. `order` holds inventory.rules.planning.Order values."""

    name: str
    as_of: date
    first_year: int
    years: int
    version: int = 1
    first_month: int = 1
    change_percent: Decimal = Decimal(0)
    order: tuple[str, ...] = ()
    scope: Pair = ("", "")
    unit: str = ""
    preparer: str = ""
    reviewer: str = ""
    approved_by: str = ""
    approved_on: date | None = None
    money: tuple[Money, ...] = ()
    exceeding: tuple[Exceeding, ...] = ()
    decided: tuple[Decided, ...] = ()
    adding: tuple[Adding, ...] = ()
    changes: tuple[Pair, ...] = ()
    """What changed against the version before, in sentences."""

    @property
    def all_years(self) -> range:
        return range(self.first_year, self.first_year + self.years)


@dataclass(frozen=True)
class ClassFacts:
    zh: str
    en: str
    classification_code: str = ""
    measure: str = ""
    criteria: tuple[str, ...] = ()


@dataclass(frozen=True)
class RuleFacts:
    """A rule of a standard as it stood."""

    code: str
    name: str
    classes: tuple[str, ...]
    cap_yuan: Decimal | None = None
    needs_approval: bool = False


@dataclass(frozen=True)
class StandardFacts:
    name: str
    valid_from: date | None
    rules: tuple[RuleFacts, ...]


@dataclass(frozen=True)
class UnitFacts:
    """A department: staff, what it holds by class, and what each rule allows it: (place of the rule, number)."""

    name: str
    town: str
    posts: int
    staff: int
    counted: int
    standard: str
    held: dict[str, int]
    numbers: tuple[tuple[int, int | None], ...]
    code: str = ""
    """Its budget code; '' without one."""


@dataclass(frozen=True)
class PriceFacts:
    asset_class: str
    price_yuan: Decimal
    valid_from: date


@value
class Item:
    """A device that is due within the plan or put in by hand: renewed in `year`, or undone (None).

    `due_year` is the fiscal year in which it counts as due: of what is put in before it is due, the year it is put in.
    """

    tag: str
    asset_class: str
    type: str
    serial: str
    town: str
    department: str
    holder: str
    status: str
    condition: str
    bought_on: date | None
    base_on: date | None
    basis: str
    age_years: float | None
    due_on: date | None
    due_by: tuple[str, ...]
    missing: tuple[str, ...]
    override: str
    last_seen_on: date | None
    due_year: int
    year: int | None
    why: tuple[tuple[str, ...], ...]
    source: str = ""
    price_yuan: Decimal | None = None
    listed_yuan: Decimal | None = None
    cap_yuan: Decimal | None = None
    over_standard: bool = False
    below_life: bool = False
    needs_approval: bool = False
    counted: str = ""
    """Its count of pages beside the life in pages."""
    reason: str = ""
    """Why it is asked for although above the standard or the cap, or put in by hand."""
    over_money: bool = False
    new: int = 0
    """Of an addition its number among those alike, from 1; 0: a device."""

    @property
    def above_cap(self) -> bool:
        return self.price_yuan is not None and self.cap_yuan is not None and self.price_yuan > self.cap_yuan

    @property
    def past_life(self) -> bool:
        """Due by a date, and neither only because it is to be scrapped nor put in before it is due."""
        return self.due_by != ("scrap",) and not self.early and not self.new

    @property
    def early(self) -> bool:
        """Put in by hand for a year in which it is not due yet."""
        return any(code in ("not_due", "no_due_date") for code, *_ in self.why)

    @property
    def left_out(self) -> bool:
        return self.why[0][0] == "left_out"

    @property
    def by_hand(self) -> bool:
        """Whether a person decided about it in this plan."""
        return self.left_out or any(code == "by_hand" for code, *_ in self.why)

    @property
    def serves_on(self) -> bool:
        """Left out, and so still in its place under the standard."""
        return self.left_out and self.status != TO_BE_SCRAPPED

    def waits_in(self, year: int) -> bool:
        """Whether it is due by the year and not renewed before it. What is added never waits."""
        return not self.new and self.due_year <= year and (self.year is None or self.year >= year)


@dataclass(frozen=True)
class Unjudged:
    """A device that could not be judged, and why (a code of `reasons`)."""

    tag: str
    asset_class: str
    town: str
    department: str
    why: str


@dataclass(frozen=True)
class Drawn:
    """A plan drawn: its head, every device due within it, and all that was reckoned with."""

    head: Head
    items: tuple[Item, ...]
    units: tuple[UnitFacts, ...] = ()
    standards: dict[str, StandardFacts] = field(default_factory=dict)
    prices: tuple[PriceFacts, ...] = ()
    classes: dict[str, ClassFacts] = field(default_factory=dict)
    unjudged: tuple[Unjudged, ...] = ()
    devices: int = 0
    """Devices on the books in the scope."""

    @property
    def renewals(self) -> list[Item]:
        """The items that are devices."""
        return [one for one in self.items if not one.new]

    @property
    def additions(self) -> list[Item]:
        """The items that are asked for beside what is held, in the order in which they were asked for."""
        return [one for one in self.items if one.new]
