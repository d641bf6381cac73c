"""What came of the devices that an approved plan renews, as plain values, one by one and reckoned together. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from inventory.rules.money import total
from inventory.rules.planning import BOUGHT
from reports.books.plans.planned import Item


@dataclass(frozen=True)
class Outcome:
    """What was noted of one device of an approved plan: how far it has come, and what replaced it."""

    stage: str = "planned"
    since: date | None = None
    noted_yuan: Decimal | None = None
    new_tag: str = ""
    purchased_on: date | None = None
    new_price_yuan: Decimal | None = None
    new_source: str = ""
    contract: str = ""
    note: str = ""

    @property
    def is_bought(self) -> bool:
        return self.stage in BOUGHT

    @property
    def paid_yuan(self) -> Decimal | None:
        """What was paid; of what is not bought nothing is."""
        if not self.is_bought:
            return None
        return self.noted_yuan if self.noted_yuan is not None else self.new_price_yuan

    @property
    def bought_on(self) -> date | None:
        return self.purchased_on or (self.since if self.stage == "bought" else None)


@dataclass(frozen=True)
class Followed:
    """A device that the plan renews, and what came of it."""

    item: Item
    outcome: Outcome

    @property
    def source(self) -> str:
        return (self.outcome.new_source if self.outcome.is_bought else "") or self.item.source


@dataclass(frozen=True)
class Group:
    """Some of the devices, reckoned together."""

    ones: Sequence[Followed]

    @property
    def bought(self) -> list[Followed]:
        return [one for one in self.ones if one.outcome.is_bought]

    @property
    def refused(self) -> int:
        return sum(one.outcome.stage == "refused" for one in self.ones)

    @property
    def open(self) -> int:
        return len(self.ones) - len(self.bought) - self.refused

    @property
    def planned_yuan(self) -> Decimal:
        return total(one.item.price_yuan for one in self.ones)

    @property
    def paid(self) -> list[Followed]:
        return [one for one in self.bought if one.outcome.paid_yuan is not None]

    @property
    def paid_yuan(self) -> Decimal:
        return total(one.outcome.paid_yuan for one in self.paid)

    @property
    def paid_planned_yuan(self) -> Decimal:
        """What the plan reckoned with for those that were paid."""
        return total(one.item.price_yuan for one in self.paid)

    @property
    def done(self) -> float | None:
        return len(self.bought) / len(self.ones) if self.ones else None
