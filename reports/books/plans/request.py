"""The budget request of a year of a plan (新增资产配置预算表): table, summaries, justification, standard beside stock.

Built from a plan as it was drawn, and from nothing else.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from decimal import Decimal

from inventory.rules.money import capital, total
from inventory.rules.status import TO_BE_SCRAPPED
from inventory.sheets.columns import Column, Counted, Filling, Gathered, Kind, Row, Sheet
from reports.books import budget
from reports.books.frames import Params, coded
from reports.books.plans.doubts import of_year
from reports.books.plans.lines import Line, lines_of, reason, rules_of, sources
from reports.books.plans.parts import (
    assumptions,
    class_name,
    funds,
    head_line,
    items_sheet,
    prices_sheet,
    signs,
    unjudged_sheet,
)
from reports.books.plans.planned import Drawn, Item

TITLE = budget.TITLE
MOST_SHEETS = 40
"""With more departments that ask, their own sheets are left out: the request names them all."""
_INT, _MONEY = Kind.INT, Kind.MONEY
RULES = (
    (
        "申请数量为计划安排在该年更新及标准内增配的台数，逐台列于“更新理由清单”；金额＝申请数量×单价，逐行取到分后相加。",
        "Asked for = what the plan renews in the year or adds within the standard, listed one by one; amount = "
        "quantity × price, rounded to fen line by line, then added.",
    ),
    (
        "其中超期服役与拟报废按该年初尚未更新的计，两者兼有的在两列各计一次；按需配备的不设配置标准数。",
        "Past life and to be scrapped: what is not yet renewed at the year's beginning; a device that is both counts "
        "in both columns. By need: no number.",
    ),
    (
        "超标准、超单价上限的行在“申请理由”首部注明并附例外理由，表末写明台数，不能隐去。",
        "A line above the standard or the price cap says so first in its reason, with the exception's reason; the foot "
        "says how many.",
    ),
    (
        "大写金额按生成时的合计写成；改动数量或单价后须重写。",
        "The total in capital characters is written from the total as made; after a change it must be written anew.",
    ),
)


def build(drawn: Drawn, params: Params) -> list[Sheet]:
    """The sheets of the request of `params.year`, or of the plan's first year."""
    year = params.year if params.year in drawn.head.all_years else drawn.head.first_year
    say = params.say
    lines = lines_of(drawn, year)
    asked = [one for line in lines for one in line.asked]
    asking = table(drawn, lines, year, params)
    empty = say("没有申请。", "Nothing is asked for.")
    reasons_sheet = items_sheet(say("更新理由清单", "Justification"), asked, drawn, params, empty=empty)
    sheets = [
        asking,
        _by_class(asking, params),
        _by_source(asking, reasons_sheet, asked, params),
        _by_department(asking, params),
        reasons_sheet,
        _standing(drawn, lines, year, params),
        *_departments(drawn, lines, year, params),
        unjudged_sheet(drawn, params),
        prices_sheet(drawn, params),
        assumptions(drawn, params, RULES),
    ]
    return coded(sheets, (unit.code for unit in drawn.units))


def _table(
    drawn: Drawn, lines: Sequence[Line], year: int, name: str, params: Params, units: Collection[str] = ()
) -> Sheet:
    """The request of all departments, or of those named."""
    say = params.say
    amount = total(line.amount_yuan for line in lines)
    title = say(f"{year} 年{TITLE[0]}", f"{TITLE[1]}, {year}")
    year_text = say(f"预算年度：{year}", f"Budget year: {year}")
    return Sheet(
        name,
        title,
        _columns(drawn, params),
        [_row(line, drawn, params) for line in lines],
        head_line(drawn, params, year_text),
        (
            capital_line(amount, params),
            _beyond(lines, params),
            *_carried(drawn, units, year, params),
            *(say(*doubt) for doubt in of_year(drawn, year) if not units),
            signs(drawn, params),
        ),
        empty=say("此范围内没有需要申请的资产。", "Nothing needs to be asked for in this scope."),
        frozen=3,
    )


def table(drawn: Drawn, lines: Sequence[Line], year: int, params: Params) -> Sheet:
    """The request alone."""
    return _table(drawn, lines, year, params.say("预算申请", "Request"), params)


def _columns(drawn: Drawn, params: Params) -> tuple[Column, ...]:
    """The request's own columns, with what the finance office may fill in and where figures come from."""
    sources = tuple(dict.fromkeys(one.source for one in drawn.head.money if one.source))
    filled = {
        "quantity": Filling(whole=True),
        "price_yuan": Filling(),
        "source": Filling(choices=sources) if sources else None,
    }
    told = {
        "allowed": params.say("标准与人数见“标准核对”和“说明”", "Standard and staff: see 'Standard and stock'"),
        "quantity": params.say("逐台见“更新理由清单”", "One by one in 'Justification'"),
        "price_yuan": params.say("见“单价”表", "See 'Prices'"),
    }
    return tuple(replace(one, source=told.get(one.key, ""), filling=filled.get(one.key)) for one in budget.COLUMNS)


def _row(line: Line, drawn: Drawn, params: Params) -> Row:
    known = drawn.classes.get(line.asset_class)
    unit = line.unit
    return (
        unit.name,
        unit.code,
        class_name(drawn, line.asset_class, params),
        known.classification_code if known else "",
        known.measure if known else "",
        unit.posts,
        unit.staff,
        params.say("按需", "by need") if line.allowed is None else line.allowed,
        line.held,
        line.past_life,
        line.to_be_scrapped,
        len(line.asked),
        line.asked[0].cap_yuan,
        line.price_yuan,
        line.amount_yuan,
        sources(line.asked, params),
        reason(line, params),
        "",
    )


def capital_line(amount: Decimal, params: Params) -> str:
    return params.say("合计（大写）：人民币", "Total in words: RMB ") + capital(amount)


def _beyond(lines: Sequence[Line], params: Params) -> str:
    """How many are beyond the rules; said also when none is."""
    asked = [one for line in lines for one in line.asked]
    over, dear = sum(one.over_standard for one in asked), sum(one.above_cap for one in asked)
    poor = sum(one.over_money for one in asked)
    more = params.say(f"，超资金 {poor} 台", f", {poor} above the money") if poor else ""
    return params.say(
        f"其中：超配置标准 {over} 台，超单价上限 {dear} 台{more}。",
        f"Of these: {over} above the standard, {dear} above the price cap{more}.",
    )


def _carried(drawn: Drawn, units: Collection[str], year: int, params: Params) -> list[str]:
    """What is due and not asked for that year: what the money or the standard does not reach, and what is left out."""
    waiting = [one for one in drawn.items if one.waits_in(year) and one.year != year]
    refused = [one for one in drawn.additions if one.due_year == year and one.year is None]
    vain = sum(not units or one.department in units for one in refused)
    mine = [one for one in waiting if not units or one.department in units]
    out = sum(one.left_out for one in mine)
    left, found = len(mine) - out, []
    if left:
        zh, en = f"该年另有 {left} 台到期设备未安排，结转下年。", f"{left} more devices are due and carried over."
        found.append(params.say(zh, en))
    if out:
        zh, en = f"另有 {out} 台到期设备经人工决定不列入计划。", f"{out} more are due and left out of the plan by hand."
        found.append(params.say(zh, en))
    if vain:
        zh, en = (
            f"另有 {vain} 台拟增配的未列入，原因见规划。",
            f"{vain} to be added are not asked for: the plan says why.",
        )
        found.append(params.say(zh, en))
    return found


def _by_class(table: Sheet, params: Params) -> Sheet:
    """By class, with what the finance office decides."""
    say = params.say
    choices = (say("同意", "granted"), say("调减", "reduced"), say("不同意", "refused"))
    more = (
        Column("verdict", "审核意见", "Verdict", width=12, filling=Filling(choices)),
        Column("granted", "核定数量", "Granted", _INT, width=10, total=True, filling=Filling(whole=True)),
        Column("granted_yuan", "核定金额", "Granted, yuan", _MONEY, width=16, total=True, filling=Filling()),
        Column("remark", "审核说明", "Remark", wrap=True, width=24),
    )
    return _gathered(table, ["class"], say("按类别汇总", "By class"), params, more)


def _by_department(table: Sheet, params: Params) -> Sheet:
    return _gathered(table, budget.BY_DEPARTMENT, params.say("按单位汇总", "By department"), params, ())


def _gathered(table: Sheet, keys: Sequence[str], name: str, params: Params, more: tuple[Column, ...]) -> Sheet:
    """Quantity and amount of the request by some of its columns, by formulas from its sheet."""
    columns, sums = budget.gathered(table, keys, 26)
    rows = [(*row, *("" for _ in more)) for row in sums]
    amount = total(row[-1] for row in sums if isinstance(row[-1], Decimal))
    return _summary(name, table, (*columns, *more), rows, amount, params)


def _by_source(table: Sheet, justified: Sheet, asked: Sequence[Item], params: Params) -> Sheet:
    """By source of funds, gathered from the list of devices: one line of the request may have several sources."""
    sums: dict[str, list[Decimal | None]] = {}
    for one in asked:
        sums.setdefault(funds(one.source, params), []).append(one.price_yuan)
    count = Counted(justified.name, "source", "source")
    cost = Gathered(justified.name, "source", "source", "price_yuan")
    columns = (
        Column("source", "资金来源", "Funds", wrap=True, width=26),
        Column("quantity", "申请数量", "Asked for", _INT, total=True, calc=count),
        Column("amount_yuan", "金额", "Amount", _MONEY, width=16, total=True, calc=cost),
    )
    rows: list[Row] = [(source, len(prices), total(prices)) for source, prices in sums.items()]
    name = params.say("按资金来源汇总", "By source of funds")
    return _summary(name, table, columns, rows, total(one.price_yuan for one in asked), params)


def _summary(
    name: str, of: Sheet, columns: tuple[Column, ...], rows: list[Row], amount: Decimal, params: Params
) -> Sheet:
    empty = params.say("没有申请。", "Nothing is asked for.")
    return Sheet(name, f"{of.title} · {name}", columns, rows, of.head, (capital_line(amount, params),), empty=empty)


def _standing(drawn: Drawn, lines: Sequence[Line], year: int, params: Params) -> Sheet:
    """What each rule allows in each department beside what is held, due and asked for.

    Over: what is held above the number. Room after: number less what is held and not due, less what is asked for.
    """
    waiting = [one for one in drawn.items if one.waits_in(year)]
    counts = [
        Counter((one.department, one.asset_class) for one in waiting if one.past_life),
        Counter((one.department, one.asset_class) for one in waiting if one.status == TO_BE_SCRAPPED),
        Counter((one.department, one.asset_class) for one in waiting if not one.serves_on),
        Counter({(line.unit.name, line.asset_class): len(line.asked) for line in lines}),
    ]
    rows: list[Row] = []
    for unit in drawn.units:
        for rule, number in rules_of(drawn, unit):
            held = sum(unit.held.get(code, 0) for code in rule.classes)
            if held or number:
                past, scrap, due, new = (sum(count[unit.name, code] for code in rule.classes) for count in counts)
                shown = (held, past, scrap, held - due, new)
                rows.append((unit.name, unit.code, rule.name, unit.counted, *_stands(number, shown, params)))
    name = params.say("标准核对", "Standard and stock")
    title = f"{drawn.head.name} · {name}"
    empty = params.say("没有可核对的标准条目。", "There is no rule to check against.")
    return Sheet(name, title, budget.STANDING_COLUMNS, rows, head_line(drawn, params), empty=empty, frozen=1)


def _stands(number: int | None, shown: tuple[int, int, int, int, int], params: Params) -> Row:
    """The number, what is held and asked for, what stays free, what is over."""
    held, _, _, serving, new = shown
    if number is None:
        need = params.say("按需", "by need")
        return need, *shown, need, 0
    return number, *shown, max(number - serving - new, 0), max(held - number, 0)


def _departments(drawn: Drawn, lines: Sequence[Line], year: int, params: Params) -> list[Sheet]:
    """A request for each department, to be signed there; left out when they are many or there is only one."""
    names = list(dict.fromkeys(line.unit.name for line in lines))
    if not 1 < len(names) <= MOST_SHEETS:
        return []
    own = {name: [one for one in lines if one.unit.name == name] for name in names}
    return [_table(drawn, own[name], year, name, params, [name]) for name in names]
