"""A refresh plan (更新规划) as a workbook: by year, by class, town and department, what is renewed when, what is left.

Built from a plan as it was drawn, and from nothing else.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from inventory.rules.money import total
from inventory.sheets.columns import Chart, Column, Counted, Difference, Gathered, Kind, Row, Shade, Sheet
from reports.books import words
from reports.books.frames import Params, lacking
from reports.books.plans.parts import (
    assumptions,
    class_name,
    funds,
    head_line,
    items_sheet,
    prices_sheet,
    unjudged_sheet,
)
from reports.books.plans.planned import Drawn, Item

TITLE = ("设备更新规划", "Refresh plan by years")
_INT, _MONEY = Kind.INT, Kind.MONEY
RULES = (
    (
        "到期日期为类别更新政策所选日期中最早的，人工确定的优先；拟报废的自数据日期起到期。日期不详的不算到期，另表列出。",
        "Due is the earliest of the dates that the class's policy chooses, one set by hand in its place; what is to be "
        "scrapped is due from the data date. What is not known is not due, and is listed.",
    ),
    (
        "每年把到期的与上年结转的按所列顺序排队，逐台安排：标准有余量、某笔资金余额够的即安排，不够的结转下年。",
        "Each year what is due joins what was carried over, in the order stated; each is taken while the standard "
        "leaves room and a source holds the price, else carried over.",
    ),
    (
        "标准余量＝标准数－存量中尚未到期的－当年已安排的。超标准或超单价上限的只凭所列例外安排，并在“标记”中注明。",
        "Room = the standard's number less what is held and not yet due, less what was taken. Above the standard or "
        "the price cap only by the exceptions stated, and marked so.",
    ),
    (
        "人工决定优先：不列入的继续使用，仍占标准数（拟报废的除外）；列入某年的先于其他设备，同样计入标准和资金，超出的在"
        "“标记”中注明；未到期而列入的自该年起算到期。",
        "What is decided about a device comes first: left out, it goes on serving and keeps its place under the "
        "standard (unless it is to be scrapped); put in, it comes before the others, counts against standard and "
        "money, is marked when above, and counts as due from that year if it is not yet.",
    ),
    (
        "当年结余不转下年；一台设备只由一笔资金支付；较贵的不够时，较便宜的仍可安排。",
        "What is left of a year's money is not carried over; one source pays a device whole; a cheaper device may be "
        "taken where a dearer one does not fit.",
    ),
)


def build(drawn: Drawn, params: Params) -> list[Sheet]:
    """The sheets of a plan."""
    say = params.say
    chosen = sorted((one for one in drawn.items if one.year is not None), key=_by_year)
    left = sorted((one for one in drawn.items if one.year is None), key=lambda one: (one.due_on or date.max, one.tag))
    renewed = items_sheet(
        say("更新安排", "Renewals"),
        [one for one in chosen if not one.new],
        drawn,
        params,
        empty=say("没有安排更新。", "Nothing is renewed."),
    )
    added = items_sheet(
        say("增配安排", "Additions"),
        [one for one in chosen if one.new],
        drawn,
        params,
        empty=say("没有安排增配。", "Nothing is added."),
    )
    undone = items_sheet(
        say("未安排", "Left undone"), left, drawn, params, empty=say("没有遗留。", "Nothing is left undone.")
    )
    classes = _matrix(drawn, params, say("按类别", "By class"), ("类别", "Class"), lambda one: one.asset_class)
    return [
        _years(drawn, renewed, added, params),
        _money(drawn, params),
        classes,
        _matrix(drawn, params, say("按乡镇", "By town"), ("乡镇", "Town"), lambda one: one.town),
        _matrix(drawn, params, say("按单位", "By department"), ("单位", "Department"), lambda one: one.department),
        renewed,
        *([lacking(added, OF_DEVICES)] if drawn.head.adding else []),
        undone,
        unjudged_sheet(drawn, params),
        prices_sheet(drawn, params),
        assumptions(drawn, params, RULES),
    ]


OF_DEVICES = ("type", "bought_on", "age_years", "due_on", "due_by", "basis", "past_due", "last_seen_on", "status",
              "condition")  # fmt: skip
"""Columns of the list of devices that say nothing of what is added."""


def _by_year(item: Item) -> tuple[int, bool, int, str]:
    """Year, then the place in that year's order, additions behind."""
    return item.year or 0, bool(item.new), int(item.why[0][1]), item.tag


def _years(drawn: Drawn, renewed: Sheet, added: Sheet, params: Params) -> Sheet:
    name = params.say("按年度", "By year")
    source = params.say("由“更新安排”表按公式汇总", "Gathered by formula from 'Renewals'")
    by_year = Counted(renewed.name, "year", "year")
    cost = Gathered(renewed.name, "year", "year", "price_yuan")
    columns: tuple[Column, ...] = (
        Column("year", "年度", "Year", Kind.YEAR, width=10),
        Column("carried", "上年结转", "Carried in", _INT),
        Column("became_due", "当年到期", "Became due", _INT, total=True),
        Column("renewed", "安排更新", "Renewed", _INT, total=True, calc=by_year, source=source),
        Column("undone", "年末未更新", "Left at the end", _INT, shade=Shade.BAR),
        Column("cost_yuan", "更新费用", "Cost", _MONEY, width=16, total=True, calc=cost, source=source),
        Column("money_yuan", "可用资金", "Money", _MONEY, width=16, total=True),
        Column("left_yuan", "结余", "Left over", _MONEY, width=16, calc=Difference("money_yuan", "cost_yuan")),
    )
    rows = [_year_row(drawn, year) for year in drawn.head.all_years]
    money: tuple[str, ...] = ("cost_yuan", "money_yuan")
    devices = ("became_due", "renewed", "undone")
    if drawn.head.adding:
        columns, money = _with_additions(columns, added, params), ("cost_yuan", "added_yuan", "money_yuan")
    charts = (
        Chart(params.say("各年更新费用与可用资金（元）", "Cost and money by year, yuan"), "year", money),
        Chart(params.say("各年到期与更新（台）", "Devices due and renewed by year"), "year", devices),
    )
    title = f"{params.say(*TITLE)} · {drawn.head.name}"
    return Sheet(name, title, columns, rows, head_line(drawn, params), charts=charts)


def _with_additions(columns: tuple[Column, ...], added: Sheet, params: Params) -> tuple[Column, ...]:
    """The columns of the years with what is added and its cost."""
    source = params.say("由“增配安排”表按公式汇总", "Gathered by formula from 'Additions'")
    count, cost = Counted(added.name, "year", "year"), Gathered(added.name, "year", "year", "price_yuan")
    *due, renewals, money, left = columns
    return (
        *due,
        Column("added", "安排增配", "Added", _INT, total=True, calc=count, source=source),
        replace(renewals, en="Cost of renewals"),
        Column("added_yuan", "增配费用", "Cost of additions", _MONEY, width=16, total=True, calc=cost, source=source),
        money,
        replace(left, calc=Difference("money_yuan", "cost_yuan", "added_yuan")),
    )


def _year_row(drawn: Drawn, year: int) -> Row:
    """What was due before the plan is carried into its first year."""
    carried = sum(one.due_year < year and one.waits_in(year) for one in drawn.items)
    became = sum(one.due_year == year for one in drawn.renewals)
    renewed = [one for one in drawn.renewals if one.year == year]
    cost = total(one.price_yuan for one in renewed)
    money = money_of(drawn, year)
    due = year, carried, became, len(renewed), carried + became - len(renewed)
    if not drawn.head.adding:
        return *due, cost, money, None if money is None else money - cost
    added = [one for one in drawn.additions if one.year == year]
    more = total(one.price_yuan for one in added)
    return *due, len(added), cost, more, money, None if money is None else money - cost - more


def money_of(drawn: Drawn, year: int) -> Decimal | None:
    """The money of a year; None when it is not limited."""
    amounts = [one.amount_yuan for one in drawn.head.money if one.year == year]
    if not drawn.head.money or None in amounts:
        return None
    return total(amounts)


def _money(drawn: Drawn, params: Params) -> Sheet:
    """Each source in each year: what it holds, what is spent of it, what is left."""
    name = params.say("按资金来源", "By source of funds")
    columns = (
        Column("year", "年度", "Year", Kind.YEAR, width=10),
        Column("source", "资金来源", "Funds", wrap=True, width=26),
        Column("renewed", "安排台数", "Devices", _INT, total=True),
        Column("money_yuan", "可用资金", "Money", _MONEY, width=16, total=True),
        Column("cost_yuan", "费用", "Cost", _MONEY, width=16, total=True),
        Column("left_yuan", "结余", "Left over", _MONEY, width=16, calc=Difference("money_yuan", "cost_yuan")),
    )
    amounts = {(one.year, one.source): one.amount_yuan for one in drawn.head.money}
    spent: dict[tuple[int, str], list[Decimal | None]] = {}
    for one in drawn.items:
        if one.year is not None:
            spent.setdefault((one.year, one.source), []).append(one.price_yuan)
    rows: list[Row] = []
    places = {key: at for at, key in enumerate(amounts)}
    for year, source in sorted({*amounts, *spent}, key=lambda key: (key[0], places.get(key, -1))):
        prices = spent.get((year, source), [])
        money, cost = amounts.get((year, source)), total(prices)
        rows.append((year, funds(source, params), len(prices), money, cost, None if money is None else money - cost))
    empty = params.say("没有资金，也没有更新。", "No money and no renewals.")
    return Sheet(name, f"{drawn.head.name} · {name}", columns, rows, head_line(drawn, params), empty=empty)


def _matrix(drawn: Drawn, params: Params, name: str, word: tuple[str, str], key_of: Callable[[Item], str]) -> Sheet:
    """What becomes due in each year and what is renewed, by one trait of the devices."""
    years = list(drawn.head.all_years)
    columns = (
        Column("key", *word, wrap=True, width=18),
        Column("backlog", "此前已到期", "Due before", _INT, total=True),
        *(Column(f"due{year}", f"{year}到期", f"Due {year}", _INT, total=True) for year in years),
        *(Column(f"new{year}", f"{year}更新", f"Renewed {year}", _INT, total=True) for year in years),
        Column("undone", "未更新", "Left undone", _INT, total=True, shade=Shade.BAR),
        *([Column("added", "增配", "Added", _INT, total=True)] if drawn.head.adding else []),
        Column("cost_yuan", "费用", "Cost", _MONEY, width=16, total=True),
    )
    counts: dict[str, Counter[str]] = {}
    costs: dict[str, Decimal] = {}
    for one in drawn.items:
        key = key_of(one)
        due = f"due{one.due_year}" if one.due_year >= years[0] else "backlog"
        told = [due, "undone" if one.year is None else f"new{one.year}"]
        if one.new:
            told = [] if one.year is None else ["added"]
        counts.setdefault(key, Counter()).update(told)
        costs[key] = costs.get(key, Decimal(0)) + (one.price_yuan or 0)
    keys = [column.key for column in columns[1:-1]]
    rows: list[Row] = [
        (_shown(key, drawn, params), *(counts[key][one] for one in keys), costs[key]) for key in _ordered(counts, drawn)
    ]
    empty = params.say("此范围内没有到期的设备。", "Nothing is due in this scope.")
    title = f"{drawn.head.name} · {name}"
    return Sheet(name, title, columns, rows, head_line(drawn, params), empty=empty, frozen=1)


def _ordered(found: Iterable[str], drawn: Drawn) -> Sequence[str]:
    """Departments and towns in the order of the register, all else by name."""
    places: dict[str, int] = {}
    for at, unit in enumerate(drawn.units):
        places[unit.name] = at
        places.setdefault(unit.town, at)
    return sorted(found, key=lambda key: (places.get(key, len(places)), key))


def _shown(key: str, drawn: Drawn, params: Params) -> str:
    return class_name(drawn, key, params) if key else params.say(*words.NO_DEPARTMENT)
