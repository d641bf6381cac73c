"""What a refresh plan goes by and what becomes of its devices, as plain values; inventory.rules.choosing chooses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from inventory.rules.lifecycle import fiscal_year
from inventory.rules.standards import Allowance
from inventory.values import value


class Order(StrEnum):
    """By what devices are put into an order; the first criterion that tells two apart decides."""

    PAST_DUE = "past_due"
    """Whole fiscal years since the one in which it became due; more first."""
    SUPPORT = "support"
    """The vendor's support has ended by the year's first day."""
    FAILED = "failed"
    """To be scrapped first, then under repair."""
    CONDITION = "condition"
    """Poor, worn, then the rest."""
    SECRETS = "handles_secrets"
    FIELD_WORK = "field_work"
    OWN_NETWORK = "own_network"
    FAIRNESS = "fairness"
    """The department of whose due devices the smallest part has been renewed so far."""


DEFAULT_ORDER = (Order.PAST_DUE, Order.SUPPORT, Order.FAILED, Order.CONDITION, Order.SECRETS, Order.FAIRNESS)
MARKS = (Order.SECRETS, Order.FIELD_WORK, Order.OWN_NETWORK)

STAGES: dict[str, tuple[str, ...]] = {
    "planned": ("requested",),
    "requested": ("granted", "refused", "planned"),
    "granted": ("bought", "requested"),
    "refused": ("requested",),
    "bought": ("in_service", "granted"),
    "in_service": ("bought",),
}
"""The steps of a replacement after approval, each forward and one back."""
BOUGHT = ("bought", "in_service")
"""Those at which something was paid."""

Why = tuple[str, ...]
"""A code and its values as texts, such as ('past_due', '3')."""


@value
class Candidate:
    """A device that is due on a day of the plan or before it, or for which a year is decided; or an addition."""

    tag: str
    asset_class: str
    department: str
    due_on: date | None
    status: str = "in_use"
    condition: str = ""
    support_ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """A department: its marks, what each rule allows it, what it holds of each class."""

    name: str
    marks: frozenset[str]
    allowances: Mapping[str, Allowance]
    held: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Purse:
    """Money of one source for one year. Without an amount it holds whatever is needed."""

    source: str
    amount_yuan: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Extra:
    """What a planner asks for beyond the rules, for a reason: so many above the standard, or at a price of its own."""

    quantity: int
    reason: str
    price_yuan: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about one device, and why: renewed in `year` before all others, or left out (None).

    What is left out goes on serving and keeps its place under the standard, unless it is to be scrapped.
    """

    year: int | None
    reason: str
    author: str


@dataclass(frozen=True)
class Terms:
    """What a plan goes by. `money` names the purses of each year in the order in which they are used up.

    Without any money stated at all (an empty mapping) every year has what it needs.
    """

    first_year: int
    years: int
    order: Sequence[Order] = DEFAULT_ORDER
    first_month: int = 1
    money: Mapping[int, Sequence[Purse]] = field(default_factory=dict)
    extras: Mapping[tuple[str, str], Extra] = field(default_factory=dict)
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    """By asset tag."""
    additions: Mapping[str, Decision] = field(default_factory=dict)
    """What is asked for beside what is held, by the tag that stands for it in the plan."""

    @property
    def all_years(self) -> range:
        return range(self.first_year, self.first_year + self.years)

    def due_year(self, due_on: date) -> int:
        """The fiscal year of a due date; what was due before the plan counts in the year in which it was."""
        return fiscal_year(due_on, self.first_month)

    def decided(self, tag: str) -> int | None:
        """The year that a person decided for a device."""
        decision = self.decisions.get(tag) or self.additions.get(tag)
        return None if decision is None else decision.year

    def counts_in(self, one: Candidate) -> int:
        """The year in which it counts as due: its own, at the latest the one decided. ValueError without either."""
        own = None if one.due_on is None else self.due_year(one.due_on)
        return min(year for year in (own, self.decided(one.tag)) if year is not None)

    def purses(self, year: int) -> list[Purse]:
        return list(self.money.get(year, ())) if self.money else [Purse("")]


@value
class Choice:
    """What became of one candidate: renewed in `year` from `source` at that price, or undone (no year), and why."""

    tag: str
    due_year: int
    year: int | None
    why: tuple[Why, ...]
    source: str = ""
    price_yuan: Decimal | None = None
    over_standard: bool = False
    over_money: bool = False
