"""The lines of a year's request from a plan: a department and a class with their devices, and the reason in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from inventory.rules.money import line_amount
from inventory.rules.status import TO_BE_SCRAPPED
from reports.books.frames import Params
from reports.books.plans.parts import funds
from reports.books.plans.planned import Drawn, Item, RuleFacts, UnitFacts


@dataclass(frozen=True)
class Line:
    """A department and a class: what is asked for in the year, to renew and to add; all that wait at its beginning."""

    unit: UnitFacts
    asset_class: str
    asked: tuple[Item, ...]
    waiting: tuple[Item, ...]
    rules: tuple[tuple[RuleFacts, int | None], ...]

    @property
    def allowed(self) -> int | None:
        return min((number for _, number in self.rules if number is not None), default=None)

    @property
    def held(self) -> int:
        return self.unit.held.get(self.asset_class, 0)

    @property
    def past_life(self) -> int:
        return sum(one.past_life for one in self.waiting)

    @property
    def to_be_scrapped(self) -> int:
        return sum(one.status == TO_BE_SCRAPPED for one in self.waiting)

    @property
    def renewed(self) -> list[Item]:
        return [one for one in self.asked if not one.new]

    @property
    def price_yuan(self) -> Decimal | None:
        return self.asked[0].price_yuan

    @property
    def amount_yuan(self) -> Decimal | None:
        return None if self.price_yuan is None else line_amount(len(self.asked), self.price_yuan)


def lines_of(drawn: Drawn, year: int) -> list[Line]:
    """The lines of a year, by department in the register's order and by class."""
    asked: dict[tuple[str, str], list[Item]] = {}
    waiting: dict[tuple[str, str], list[Item]] = {}
    for one in drawn.items:
        key = one.department, one.asset_class
        if one.waits_in(year):
            waiting.setdefault(key, []).append(one)
        if one.year == year:
            asked.setdefault(key, []).append(one)
    lines = []
    for unit in drawn.units:
        for code in sorted({*unit.held, *(code for name, code in asked if name == unit.name)}):
            if (unit.name, code) in asked:
                key = unit.name, code
                rules = tuple((rule, number) for rule, number in rules_of(drawn, unit) if code in rule.classes)
                lines.append(Line(unit, code, tuple(asked[key]), tuple(waiting.get(key, ())), rules))
    return lines


def rules_of(drawn: Drawn, unit: UnitFacts) -> Iterable[tuple[RuleFacts, int | None]]:
    """The rules that hold for a department, each with its number there."""
    for place, number in unit.numbers:
        yield drawn.standards[unit.standard].rules[place], number


def sources(asked: Sequence[Item], params: Params) -> str:
    """'专款', or '专款 3；资金 2' when several sources pay."""
    counts: dict[str, int] = {}
    for one in asked:
        counts[funds(one.source, params)] = counts.get(funds(one.source, params), 0) + 1
    if len(counts) == 1:
        return next(iter(counts))
    return params.say("；", "; ").join(f"{source} {count}" for source, count in counts.items())


def reason(line: Line, params: Params) -> str:
    say, asked = params.say, line.asked
    over, dear = sum(one.over_standard for one in asked), sum(one.above_cap for one in asked)
    young, poor = sum(one.below_life for one in asked), sum(one.over_money for one in asked)
    parts = []
    if over:
        parts.append(say(f"【超标准{over}台】", f"[{over} ABOVE THE STANDARD] "))
    if dear:
        parts.append(say(f"【超单价上限{dear}台】", f"[{dear} ABOVE THE PRICE CAP] "))
    if young:
        parts.append(say(f"【未满最低年限{young}台】", f"[{young} WITHIN THEIR LEAST LIFE] "))
    if poor:
        parts.append(say(f"【超资金{poor}台】", f"[{poor} ABOVE THE MONEY] "))
    excepted = (why[1] for one in asked if one.new for why in one.why if why[0] == "exception")
    given = "；".join(dict.fromkeys((*(one.reason for one in line.renewed if one.reason), *excepted)))
    parts.append(f"{given}。" if given else "")
    number = (
        say("按需，逐项论证", "By need")
        if line.allowed is None
        else say(f"标准{line.allowed}", f"Standard {line.allowed}")
    )
    oldest = max((one.age_years for one in asked if one.age_years is not None), default=None)
    early = sum(one.early for one in asked)
    due = len(line.waiting) - sum(one.early for one in line.waiting)
    age = "" if oldest is None else say(f"，最长已用{oldest}年", f", the oldest {oldest} years")
    parts.append(
        say(
            f"{number}，存量{line.held}，到期或拟报废{due}；本年更新{len(line.renewed)}{age}",
            f"{number}, {line.held} held, {due} due or to be scrapped; {len(line.renewed)} renewed{age}",
        )
    )
    parts.append(_added(line, params))
    if early:
        parts.append(say(f"；其中{early}台未到期", f"; {early} of them not due yet"))
    if any(one.needs_approval for one in asked):
        parts.append(say("；需经批准", "; needs approval"))
    if line.price_yuan is None:
        parts.append(say("；单价表无价格，待询价", "; no price on the list, to be quoted"))
    return "".join(parts) + say("。", ".")


def _added(line: Line, params: Params) -> str:
    """What is added within the standard, and why."""
    added = [one for one in line.asked if one.new]
    if not added:
        return ""
    why = "、".join(dict.fromkeys(one.reason for one in added))
    return params.say(f"；标准内增配{len(added)}：{why}", f"; {len(added)} added within the standard: {why}")
