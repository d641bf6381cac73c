"""What each department may ask for: devices, the standard and prices → lines of a request. Pure.

The arithmetic of the standard is in inventory.rules.standards; here frames become its counts, and its answers
become lines with a price, an amount and a reason in a sentence.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pandas as pd

from inventory.rules.lifecycle import Bucket
from inventory.rules.money import line_amount
from inventory.rules.standards import Allowance, Ask, Holding, allowed, asks, price_caps
from inventory.rules.status import TO_BE_SCRAPPED
from reports.books.frames import Params
from reports.books.lives import prices_by_class
from reports.books.standards import Standards

MARKS = ("handles_secrets", "field_work", "own_network")
ROOMS = ("meeting_rooms",)


@dataclass(frozen=True)
class Department:
    """A department as the standard sees it. `counted` is the staff in post within the authorised posts."""

    name: str
    town: str
    posts: int
    staff: int
    marks: tuple[str, ...]
    standard: str = ""
    """The code of the standard it is judged by; '' without one."""
    code: str = ""
    """Its budget code; '' without one."""
    rooms: Mapping[str, int] = field(default_factory=dict)
    """How many rooms it has, by the name that rules are limited by."""

    @property
    def counted(self) -> int:
        """Without authorised posts entered (0) the staff in post counts as it is."""
        return min(self.staff, self.posts) if self.posts else self.staff


@dataclass(frozen=True)
class Line:
    """One line of the request: a department and a class."""

    department: Department
    asset_class: str
    ask: Ask
    price_cap_yuan: Decimal | None
    price_yuan: Decimal | None
    capped: bool

    @property
    def amount_yuan(self) -> Decimal | None:
        return None if self.price_yuan is None else line_amount(self.ask.quantity, self.price_yuan)


@dataclass(frozen=True)
class Standing:
    """One rule in one department: what it allows, what is held and serves, what is asked for, what stays free."""

    department: Department
    allowance: Allowance
    held: int
    past_life: int
    to_be_scrapped: int
    serving: int
    asked: int

    @property
    def room(self) -> int | None:
        """What the rule leaves free after what is asked for; None: by need."""
        number = self.allowance.number
        return None if number is None else max(number - self.serving - self.asked, 0)

    @property
    def over(self) -> int:
        """How many are held above the number."""
        return max(self.held - self.allowance.number, 0) if self.allowance.number is not None else 0


@dataclass(frozen=True)
class Requests:
    """All lines asked for, and how every rule stands in every department."""

    lines: tuple[Line, ...]
    standings: tuple[Standing, ...]


def departments_of(frame: pd.DataFrame) -> list[Department]:
    """The frame 'departments' as values, in its order."""
    return [
        Department(
            str(row["name"]),
            str(row["town"]),
            int(row["posts"]),
            int(row["staff"]),
            tuple(mark for mark in MARKS if row[mark]),
            str(row["standard"]),
            str(row["budget_code"]),
            {name: int(row[name]) for name in ROOMS},
        )
        for row in frame.to_dict("records")
    ]


def holdings(devices: pd.DataFrame) -> dict[str, dict[str, Holding]]:
    """{department: {class: Holding}} of devices with buckets. A device without a department is left out."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    columns = (devices[key] for key in ("department", "class_code", "status", "bucket"))
    for name, code, status, bucket in zip(*columns, strict=True):
        past, scrap = int(bucket == Bucket.PAST_DUE.value), int(status == TO_BE_SCRAPPED)
        counts.setdefault((name, code), Counter()).update(held=1, past=past, scrap=scrap, worn=past or scrap)
    found: dict[str, dict[str, Holding]] = {}
    for (name, code), count in counts.items():
        if name:
            holding = Holding(count["held"], count["past"], count["scrap"], count["worn"])
            found.setdefault(name, {})[code] = holding
    return found


def requests(
    departments: pd.DataFrame, devices: pd.DataFrame, standards: Standards, prices: pd.DataFrame, params: Params
) -> Requests:
    """The request of every department. `devices` with buckets (see lives.with_due)."""
    by_department, price_list = holdings(devices), prices_by_class(prices)
    caps = {code: price_caps(rules) for code, rules in standards.rules.items()}
    lines: list[Line] = []
    standings: list[Standing] = []
    for department in departments_of(departments):
        mine = by_department.get(department.name, {})
        counts = {code: holding.held for code, holding in mine.items()}
        rules = standards.of(department.standard)
        allowances = allowed(rules, department.counted, department.marks, counts, department.rooms)
        wanted = asks(allowances, mine, fill=params.fill)
        own_caps = caps.get(department.standard, {})
        lines += [_line(department, ask, price_list, own_caps) for ask in wanted if ask.quantity]
        standings += _standings(department, allowances, mine, wanted)
    return Requests(tuple(lines), tuple(standings))


def _line(department: Department, ask: Ask, prices: Mapping[str, Decimal], caps: Mapping[str, Decimal]) -> Line:
    price, cap = prices.get(ask.asset_class), caps.get(ask.asset_class)
    capped = price is not None and cap is not None and price > cap
    return Line(department, ask.asset_class, ask, cap, cap if capped else price, capped)


def _standings(
    department: Department, allowances: Mapping[str, Allowance], mine: Mapping[str, Holding], wanted: Sequence[Ask]
) -> Iterator[Standing]:
    quantity = {ask.asset_class: ask.quantity for ask in wanted}
    for allowance in allowances.values():
        codes = allowance.rule.classes
        holding = [mine[code] for code in codes if code in mine]
        yield Standing(
            department,
            allowance,
            sum(one.held for one in holding),
            sum(one.past_life for one in holding),
            sum(one.to_be_scrapped for one in holding),
            sum(one.serving for one in holding),
            sum(quantity.get(code, 0) for code in codes),
        )


def reason(line: Line, params: Params) -> str:
    """Why the line is asked for, in one sentence with its figures."""
    ask, say = line.ask, params.say
    held_, worn = ask.holding, _worn(ask.holding, params)
    if ask.allowed is None:
        first = say(
            f"按需配备，逐项论证：存量{held_.held}，{worn}，更新{ask.replacing}",
            f"By need, argued case by case: {held_.held} held, {worn}; replaces {ask.replacing}",
        )
    else:
        first = say(
            f"标准{ask.allowed}，存量{held_.held}，{worn}，尚可使用{held_.serving}；更新{ask.replacing}",
            f"Standard {ask.allowed}, {held_.held} held, {worn}, {held_.serving} still serve; replaces {ask.replacing}",
        )
    parts = [first, *_more(line, params)]
    return say("；", "; ").join(parts) + say("。", ".")


def _worn(holding: Holding, params: Params) -> str:
    both = holding.past_life + holding.to_be_scrapped - holding.worn
    overlap = params.say(f"（两者兼有{both}）", f" ({both} both)") if both else ""
    return params.say(
        f"超期{holding.past_life}、拟报废{holding.to_be_scrapped}{overlap}",
        f"{holding.past_life} past life, {holding.to_be_scrapped} to be scrapped{overlap}",
    )


def _more(line: Line, params: Params) -> Iterator[str]:
    ask, say = line.ask, params.say
    if ask.adding:
        yield say(f"按标准增配{ask.adding}", f"adds {ask.adding} up to the standard")
    if ask.caps:
        listed = say("、", ", ").join(ask.caps)
        yield say(f"受“{listed}”限额所限，未全部更新", f"held down by '{listed}'")
    if ask.needs_approval:
        yield say("需经批准", "needs approval")
    if line.capped:
        yield say("单价按标准上限", "price at the standard's cap")
    if line.price_yuan is None:
        yield say("单价表无价格，待询价", "no price on the list, to be quoted")


def worn_outside(devices: pd.DataFrame, standards: Standards) -> "pd.Series[Any]":
    """Whether each device is worn and of a class that no rule lists, so that nothing can be asked for it."""
    listed = {code for rule in standards.all_rules() for code in rule.classes}
    worn = (devices["bucket"] == Bucket.PAST_DUE.value) | (devices["status"] == TO_BE_SCRAPPED)
    return worn & ~devices["class_code"].isin(listed)
