"""Which devices to renew in which year with the money there is. Pure: values in, a choice for each device out.

Year by year: what is due joins what was carried over; both are put into the planner's order and taken one by one
while the standard leaves room and a source holds the price. What cannot be taken is carried over; what is left after
the last year is undone. What a person decided about a single device comes first: left out, or renewed in a year.
Additions come last in their year: with the money that renewals left, and in the room that the standard leaves beside
all that is held, so that what waits to be renewed keeps its place.
Every choice says why, as codes that `reports.books.plans.reasons` puts into words. The same input gives the same
choices: ties end at the asset tag.
"""

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import reduce
from itertools import groupby
from operator import itemgetter
from typing import Any

from inventory.rules.planning import Candidate, Choice, Order, Terms, Unit, Why
from inventory.rules.status import TO_BE_SCRAPPED, UNDER_REPAIR

_CONDITIONS = {"poor": 0, "worn": 1}
_FAILED = {TO_BE_SCRAPPED: 0, UNDER_REPAIR: 1}
_PLACES = 100_000
"""More than any criterion has; the year of the oldest is the longest."""

PriceOf = Callable[[Candidate, int], Decimal | None]
"""The price of renewing a candidate in a year; None when there is none."""

Waiting = tuple[int, int, str, Candidate]
"""A candidate in its order: its places in what goes before fairness and in what goes behind it, and its tag."""


def choose(candidates: Sequence[Candidate], units: Mapping[str, Unit], terms: Terms, price_of: PriceOf) -> list[Choice]:
    """A choice for each candidate that is due by the end of the last year, in the order of the candidates."""
    draw = _Draw(units, terms, price_of)
    added: dict[int | None, list[Candidate]] = {}
    for one in candidates:
        if one.tag in terms.additions:
            added.setdefault(terms.decided(one.tag), []).append(one)
    due = [one for one in candidates if one.tag not in terms.additions]
    waiting = sorted(((terms.counts_in(one), one.tag, one) for one in due), key=lambda item: item[:2])
    pool: list[Waiting] = []
    at = 0
    for year in terms.all_years:
        while at < len(waiting) and waiting[at][0] <= year:
            counts_in, _tag, one = waiting[at]
            if draw.becomes_due(one, counts_in):
                pool.append(draw.placed(one, year))
            at += 1
        pool = draw.year(year, pool)
        draw.add(added.get(year, []), pool, year)
    vain = [one for ones in added.values() for one in ones if one.tag in draw.refused]
    found = {**draw.chosen, **{one.tag: draw.undone(one) for one in (*(one for *_, one in pool), *vain)}}
    return [found[one.tag] for one in candidates if one.tag in found]


class _Draw:
    """The state of one drawing: what rules and purses still leave, and what was chosen so far."""

    def __init__(self, units: Mapping[str, Unit], terms: Terms, price_of: PriceOf) -> None:
        self.units, self.terms, self.price_of = units, terms, price_of
        self.chosen: dict[str, Choice] = {}
        self.refused: dict[str, tuple[Why, ...]] = {}
        self.counts_in: dict[str, int] = {}
        """Of each candidate by its tag: asked for again and again, and always the same."""
        self.due: Counter[str] = Counter()
        self.renewed: Counter[str] = Counter()
        self.room = {name: _room(unit) for name, unit in units.items()}
        self.rules = {name: _rules_by_class(unit) for name, unit in units.items()}
        self.extras = {key: extra.quantity for key, extra in terms.extras.items()}
        self.purses: list[list[Any]] = []
        self.most = Decimal(0)
        """What the fullest purse of the year held at its beginning."""
        split = list(terms.order).index(Order.FAIRNESS) if Order.FAIRNESS in terms.order else len(terms.order)
        self.before, self.after = terms.order[:split], terms.order[split + 1 :]
        self.fair = Order.FAIRNESS in terms.order

    def becomes_due(self, one: Candidate, year: int) -> bool:
        """Whether it waits to be renewed. It no longer serves then, and leaves room under the rules of its class.

        `year`: in which it counts as due.
        """
        self.counts_in[one.tag] = year
        decision = self.terms.decisions.get(one.tag)
        out = decision is not None and decision.year is None
        if decision is not None and out:
            why: tuple[Why, ...] = (("left_out", decision.reason, decision.author),)
            self.chosen[one.tag] = Choice(one.tag, year, None, why)
        if not out or one.status == TO_BE_SCRAPPED:
            for code in self.rules.get(one.department, {}).get(one.asset_class, ()):
                self.room[one.department][code] += 1
        self.due[one.department] += not out
        return not out

    def placed(self, one: Candidate, year: int) -> Waiting:
        """A candidate with its place in the planner's order, which moves only in the year after its support ends."""
        before, after = (
            reduce(lambda place, criterion: place * _PLACES + self._place(one, year, criterion), order, 0)
            for order in (self.before, self.after)
        )
        return before, after, one.tag, one

    def year(self, year: int, pool: Sequence[Waiting]) -> list[Waiting]:
        """Take what can be taken in a year, what is decided for it first; gives what is carried over, in order."""
        self.purses = [[purse.source, purse.amount_yuan] for purse in self.terms.purses(year)]
        self.most = max((amount or Decimal(0) for _, amount in self.purses), default=Decimal(0))
        # What was carried over stands in order already, so that sorting costs little.
        pool = sorted(one if one[3].support_ends_on is None else self.placed(one[3], year) for one in pool)
        decided, free = self._by_decision(pool, year)
        of = len(decided) + len(free)
        for rank, one in enumerate(self._in_order(decided), 1):
            self._take(one, year, rank, of)
        passed: set[str] = set()
        cheapest = self._cheapest(year, free)
        for rank, one in enumerate(self._in_order(free), len(decided) + 1):
            if self._is_spent(cheapest):
                break
            passed.add(one.tag)
            self._take(one, year, rank, of)
        if year == self.terms.all_years[-1]:
            self._take_in_vain([one for *_, tag, one in free if tag not in passed], year, of)
        return [one for one in pool if one[2] not in self.chosen]

    def add(self, ones: Sequence[Candidate], waiting: Sequence[Waiting], year: int) -> None:
        """Take the additions of a year that the standard leaves room for beside all that is held, `waiting` included,
        and for which renewals have left the money."""
        kept: Counter[tuple[str, str]] = Counter()
        for *_, one in waiting if ones else ():
            kept.update((one.department, code) for code in self.rules.get(one.department, {}).get(one.asset_class, ()))
        for rank, one in enumerate(ones, 1):
            self.counts_in[one.tag] = year
            self._add(one, kept, ("added_as", str(rank), str(len(ones)), str(year)))

    def _add(self, one: Candidate, kept: Mapping[tuple[str, str], int], rank: Why) -> bool:
        year, decision = self.counts_in[one.tag], self.terms.additions[one.tag]
        if one.department not in self.units:
            return self._refuse(one, ("no_department",))
        codes = self.rules[one.department].get(one.asset_class)
        if codes is None:
            return self._refuse(one, ("no_rule",))
        unit, room = self.units[one.department], self.room[one.department]
        left = {code: room[code] - kept.get((one.department, code), 0) for code in codes}
        tightest = min(left, key=left.__getitem__, default="")
        rule = unit.allowances[tightest].rule if tightest else None
        limit = (rule.name or rule.code, str(unit.allowances[tightest].number)) if rule else ()
        if limit and left[tightest] < 1:
            return self._refuse(one, ("no_room", *limit))
        price = self.price_of(one, year)
        purse = self._purse(price)
        if price is None and self.terms.money:
            return self._refuse(one, ("no_price",))
        if purse is None:
            return self._refuse(one, *self._too_dear(price or Decimal(0), year))
        if purse[1] is not None and price is not None:
            purse[1] -= price
        for code in codes:
            room[code] -= 1
        within: Why = ("within", *limit, str(left[tightest])) if limit else ("by_need",)
        why = (rank, ("added", decision.reason, decision.author), within, *self._exception(one, over=False))
        self.chosen[one.tag] = Choice(one.tag, year, year, why, purse[0], price, False, False)
        return True

    def _by_decision(self, pool: list[Waiting], year: int) -> tuple[list[Waiting], list[Waiting]]:
        """Those that a person decided for the year, and those that nobody decided about."""
        if not self.terms.decisions:
            return [], pool
        years = [(self.terms.decided(one[2]), one) for one in pool]
        return [one for wanted, one in years if wanted == year], [one for wanted, one in years if wanted is None]

    def _take_in_vain(self, rest: Iterable[Candidate], year: int, of: int) -> None:
        """Say why they are undone, now that the money is spent: it is the same for all of a class in a department."""
        told: dict[tuple[str, str], tuple[Why, ...]] = {}
        for one in rest:
            kind = one.department, one.asset_class
            if kind not in told:
                self._take(one, year, of, of)
                told[kind] = self.refused[one.tag]
            self.refused[one.tag] = told[kind]

    def _cheapest(self, year: int, pool: Sequence[Waiting]) -> Decimal | None:
        """The least price of anything in the pool; None where nothing has a price."""
        kinds = {(one.department, one.asset_class): one for *_, one in pool}
        prices = (self.price_of(one, year) for one in kinds.values())
        return min((price for price in prices if price is not None), default=None)

    def _is_spent(self, cheapest: Decimal | None) -> bool:
        """Whether no purse of the year holds the least price any more: no order changes what is carried over."""
        if not self.terms.money:
            return False
        return all(left is not None and (cheapest is None or left < cheapest) for _source, left in self.purses)

    def _in_order(self, pool: Sequence[Waiting]) -> Iterator[Candidate]:
        """The sorted pool in the planner's order. Lazily: fairness heeds what was taken meanwhile."""
        if not self.fair:
            yield from (one for *_, one in pool)
            return
        for _, group in groupby(pool, key=itemgetter(0)):
            yield from self._in_turns([one for *_, one in group])

    def _in_turns(self, group: Sequence[Candidate]) -> Iterator[Candidate]:
        """One after another from the department of which the smallest part is renewed; its own in their order."""
        queues: dict[str, list[Candidate]] = {}
        for one in reversed(group):
            queues.setdefault(one.department, []).append(one)
        heap = [(self._share(name), name) for name in queues]
        heapq.heapify(heap)
        while heap:
            _, name = heapq.heappop(heap)
            yield queues[name].pop()
            if queues[name]:
                heapq.heappush(heap, (self._share(name), name))

    def _share(self, department: str) -> float:
        return self.renewed[department] / max(self.due[department], 1)

    def _place(self, one: Candidate, year: int, criterion: Order) -> int:
        """Smaller comes first."""
        if criterion is Order.PAST_DUE:
            return self.counts_in[one.tag]
        if criterion is Order.SUPPORT:
            return 0 if self._unsupported(one, year) else 1
        if criterion is Order.FAILED:
            return _FAILED.get(one.status, 2)
        if criterion is Order.CONDITION:
            return _CONDITIONS.get(one.condition, 2)
        unit = self.units.get(one.department)
        return 0 if unit is not None and criterion.value in unit.marks else 1

    def _unsupported(self, one: Candidate, year: int) -> bool:
        start = date(year, self.terms.first_month, 1)
        return one.support_ends_on is not None and one.support_ends_on < start

    def _take(self, one: Candidate, year: int, rank: int, of: int) -> bool:
        """Renew what the rules and the money allow; what is decided for the year also above them, and says so."""
        decision = self.terms.decisions.get(one.tag)
        full = self._full(one)
        excepted = self._is_excepted(one, full)
        if full and not excepted and (decision is None or full[0][0] == "no_department"):
            return self._refuse(one, *full)
        price = self.price_of(one, year)
        purse = self._purse(price)
        if decision is None and price is None and self.terms.money:
            return self._refuse(one, ("no_price",))
        if decision is None and purse is None:
            return self._refuse(one, *self._too_dear(price or Decimal(0), year))
        why: list[Why] = [("rank", str(rank), str(of), str(year))]
        if decision is not None:
            why.append(("by_hand", decision.reason, decision.author))
        if full and not excepted:
            why.append(("above", *full[0][1:]) if full[0][0] == "over_standard" else full[0])
        paid: list[Any] = purse or max(self.purses, key=lambda purse: purse[1], default=["", Decimal(0)])
        if purse is None:
            why.append(("over_money", str(price or 0), str(paid[1]), str(year)))
        why += self._reasons(one, year)
        above = bool(full) and full[0][0] == "over_standard"
        self._pay(one, paid, price, excepted=excepted)
        why += self._exception(one, over=excepted)
        due_year = self.counts_in[one.tag]
        self.chosen[one.tag] = Choice(one.tag, due_year, year, tuple(why), paid[0], price, above, purse is None)
        return True

    def _is_excepted(self, one: Candidate, full: tuple[Why, ...]) -> bool:
        """Whether it lies above the standard and an exception is left for it."""
        left = self.extras.get((one.department, one.asset_class), 0)
        return bool(full) and full[0][0] == "over_standard" and left > 0

    def _exception(self, one: Candidate, *, over: bool) -> Iterator[Why]:
        extra = self.terms.extras.get((one.department, one.asset_class))
        if extra is not None and (over or extra.price_yuan is not None):
            yield "exception", extra.reason

    def _full(self, one: Candidate) -> tuple[Why, ...]:
        """Why no rule lets it be renewed; () when they do."""
        if one.department not in self.units:
            return (("no_department",),)
        codes = self.rules[one.department].get(one.asset_class)
        if codes is None:
            return (("no_rule",),)
        room, allowances = self.room[one.department], self.units[one.department].allowances
        for code in codes:
            if room[code] < 1:
                rule = allowances[code].rule
                return (("over_standard", rule.name or rule.code, str(allowances[code].number)),)
        return ()

    def _purse(self, price: Decimal | None) -> list[Any] | None:
        needed = price or Decimal(0)
        return next((purse for purse in self.purses if purse[1] is None or purse[1] >= needed), None)

    def _pay(self, one: Candidate, purse: list[Any], price: Decimal | None, *, excepted: bool) -> None:
        if purse[1] is not None and price is not None:
            purse[1] -= price
        self.renewed[one.department] += 1
        for code in self.rules[one.department].get(one.asset_class, ()):
            self.room[one.department][code] -= 1
        if excepted:
            self.extras[one.department, one.asset_class] -= 1

    def _too_dear(self, price: Decimal, year: int) -> Iterator[Why]:
        if price > self.most:
            yield "too_dear", str(price), str(self.most), str(year)
        else:
            left = max((purse[1] for purse in self.purses), default=Decimal(0))
            yield "no_money", str(price), str(left), str(year)

    def _reasons(self, one: Candidate, year: int) -> Iterator[Why]:
        """What of the order speaks for it, in that order; that it is not due yet goes before all."""
        early = one.due_on is None or self.terms.due_year(one.due_on) > year
        if early:
            yield ("not_due", one.due_on.isoformat()) if one.due_on else ("no_due_date",)
        for criterion in self.terms.order:
            if criterion is Order.PAST_DUE:
                years = year - self.counts_in[one.tag]
                if not early:
                    yield ("past_due", str(years)) if years else ("due_this_year",)
            elif criterion is Order.FAIRNESS:
                yield "fairness", str(self.renewed[one.department]), str(self.due[one.department])
            elif self._place(one, year, criterion) < (2 if criterion in (Order.FAILED, Order.CONDITION) else 1):
                yield criterion.value, *self._told(one, criterion)

    @staticmethod
    def _told(one: Candidate, criterion: Order) -> Iterator[str]:
        if criterion is Order.SUPPORT and one.support_ends_on is not None:
            yield one.support_ends_on.isoformat()
        if criterion is Order.FAILED:
            yield one.status
        if criterion is Order.CONDITION:
            yield one.condition

    def _refuse(self, one: Candidate, *why: Why) -> bool:
        self.refused[one.tag] = why
        return False

    def undone(self, one: Candidate) -> Choice:
        return Choice(one.tag, self.counts_in[one.tag], None, self.refused[one.tag])


def _room(unit: Unit) -> dict[str, int]:
    """What each rule with a number leaves before anything is due: its number less what is held."""
    return {
        code: allowance.number - sum(unit.held.get(one, 0) for one in allowance.rule.classes)
        for code, allowance in unit.allowances.items()
        if allowance.number is not None
    }


def _rules_by_class(unit: Unit) -> dict[str, list[str]]:
    """{class: codes of the rules with a number that list it}; [] where all that list it are by need."""
    found: dict[str, list[str]] = {}
    for code, allowance in unit.allowances.items():
        for asset_class in allowance.rule.classes:
            codes = found.setdefault(asset_class, [])
            if allowance.number is not None:
                codes.append(code)
    return found
