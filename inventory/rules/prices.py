"""What a thing of a class costs in a year of a plan: dated price list, yearly change, price cap. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from inventory.rules.lifecycle import fiscal_start, fiscal_year
from inventory.rules.money import to_fen


@dataclass(frozen=True, slots=True)
class Priced:
    """A price in yuan, the list's price before the cap, and the cap that applies."""

    yuan: Decimal
    listed_yuan: Decimal
    cap_yuan: Decimal | None = None

    @property
    def capped(self) -> bool:
        return self.cap_yuan is not None and self.listed_yuan > self.cap_yuan


@dataclass
class Tariff:
    """The price list ({class: [(valid from, yuan), …]}) with the yearly change that a plan reckons with."""

    entries: Mapping[str, Sequence[tuple[date, Decimal]]]
    as_of: date
    change_percent: Decimal = Decimal(0)
    first_month: int = 1
    _known: dict[tuple[str, int], Decimal | None] = field(default_factory=dict)

    def listed(self, asset_class: str, year: int) -> Decimal | None:
        """The price in a fiscal year; None when the list has none that has begun by then.

        The entry in force on the year's first day (or on the plan's date, whichever is later) counts. It rises by
        the yearly change for each fiscal year from the plan's date, or from its own beginning if that is later.
        """
        key = asset_class, year
        if key not in self._known:
            self._known[key] = self._listed(asset_class, year)
        return self._known[key]

    def _listed(self, asset_class: str, year: int) -> Decimal | None:
        day = max(fiscal_start(year, self.first_month), self.as_of)
        begun = [entry for entry in self.entries.get(asset_class, ()) if entry[0] <= day]
        if not begun:
            return None
        since, yuan = max(begun)
        years = year - fiscal_year(max(since, self.as_of), self.first_month)
        return to_fen(yuan * (1 + self.change_percent / 100) ** max(years, 0))

    def price(self, asset_class: str, year: int, cap_yuan: Decimal | None) -> Priced | None:
        """The price, not above the cap. None without a listed price."""
        listed = self.listed(asset_class, year)
        if listed is None:
            return None
        return Priced(listed if cap_yuan is None else min(listed, cap_yuan), listed, cap_yuan)
