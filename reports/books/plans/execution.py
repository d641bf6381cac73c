"""What came of an approved plan (预算执行情况表): asked for and bought by year, department and class; money used.

Built from the plan as it was approved and from what was noted since; unlike the plan's other books it changes.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from inventory.sheets.columns import Chart, Column, Difference, Gathered, Kind, Ratio, Row, Shade, Sheet
from reports.books import words
from reports.books.frames import BUDGET_CODE, Params, coded
from reports.books.plans import reasons
from reports.books.plans.outcomes import Followed, Group, Outcome
from reports.books.plans.overview import money_of
from reports.books.plans.parts import (
    WHICH_COLUMNS,
    assumptions,
    class_name,
    funds,
    head_line,
    items_sheet,
    signs,
    unit_name,
    which,
)
from reports.books.plans.planned import Drawn

TITLE = ("预算执行情况表", "Execution of the plan")
_INT, _MONEY = Kind.INT, Kind.MONEY
Groups = dict[str, list[Followed]]
RULES = (
    (
        "申请数量、计划金额为批准时的数，不再改变；年度为计划安排的年度，不论哪一年付款。",
        "Asked for and planned are as approved and do not change; the year is that of the plan, whenever it was paid.",
    ),
    (
        "已购＝已购置或已启用；未完成＝已计划、已申请、已批复；未批准的另列。",
        "Bought = bought or in service; open = planned, requested or granted; what was refused stands apart.",
    ),
    (
        "实付金额为执行中登记的金额，没有登记的取新设备在台账中的价格，两者都没有的不计入，表末写明台数。"
        "较计划增减＝实付金额－其计划金额，正数为超出；资金使用率＝实付金额÷可用资金。",
        "Paid is what was noted; else the price of the new device in the register; with neither it is not counted, and "
        "the foot says how many. More or less than planned = paid less planned of the same, above 0 is more. Used = "
        "paid ÷ money.",
    ),
    (
        "资金来源为新设备登记的来源，没有登记的为计划的来源。",
        "Funds are those of the new device in the register, else those of the plan.",
    ),
)


def build(drawn: Drawn, outcomes: Mapping[str, Outcome], params: Params) -> list[Sheet]:
    """The sheets; `outcomes` by asset tag, as of `params.as_of`."""
    say = params.say
    found = _followed(drawn, outcomes)
    table = _table(drawn, found, params)
    left = sorted((one for one in drawn.items if one.year is None), key=lambda one: (one.due_year, one.tag))
    undone = items_sheet(
        say("未安排", "Left out"), left, drawn, params, empty=say("没有遗留。", "Nothing is left undone.")
    )
    sheets = [
        table,
        _years(drawn, table, found, params),
        _money(drawn, found, params),
        _gathered(drawn, table, "department", _by_unit(drawn, found, params), say("按单位", "By department"), params),
        _gathered(drawn, table, "class", _by_class(drawn, found, params), say("按类别", "By class"), params),
        _devices(drawn, found, params),
        undone,
        assumptions(drawn, params, RULES),
    ]
    return coded(sheets, _codes(drawn).values())


def _followed(drawn: Drawn, outcomes: Mapping[str, Outcome]) -> list[Followed]:
    """By year, department in the register's order, class and asset tag."""
    places = {unit.name: at for at, unit in enumerate(drawn.units)}
    chosen = [one for one in drawn.items if one.year is not None]
    chosen.sort(key=lambda one: (one.year or 0, places.get(one.department, len(places)), one.asset_class, one.tag))
    return [Followed(one, outcomes.get(one.tag, Outcome())) for one in chosen]


def _by_unit(drawn: Drawn, found: Sequence[Followed], params: Params) -> Groups:
    """By department, in the register's order."""
    groups: Groups = {unit.name: [] for unit in drawn.units}
    for one in found:
        groups.setdefault(unit_name(one.item, params), []).append(one)
    return {name: ones for name, ones in groups.items() if ones}


def _by_class(drawn: Drawn, found: Sequence[Followed], params: Params) -> Groups:
    """By class, in the order of their codes."""
    groups: Groups = {}
    for one in sorted(found, key=lambda one: one.item.asset_class):
        groups.setdefault(class_name(drawn, one.item.asset_class, params), []).append(one)
    return groups


_FIGURES = (
    Column("asked", "申请数量", "Asked for", _INT, width=7, total=True),
    Column("planned_yuan", "计划金额", "Planned, yuan", _MONEY, width=13, total=True),
    Column("bought", "已购数量", "Bought", _INT, width=7, total=True),
    Column("paid_yuan", "实付金额", "Paid, yuan", _MONEY, width=13, total=True),
    Column("paid_planned_yuan", "其计划金额", "Planned of these", _MONEY, width=13, total=True),
    Column(
        "difference_yuan",
        "较计划增减",
        "More or less",
        _MONEY,
        width=12,
        total=True,
        calc=Difference("paid_yuan", "paid_planned_yuan"),
        shade=Shade.POSITIVE,
    ),
    Column("open", "未完成", "Open", _INT, width=7, total=True),
    Column("refused", "未批准", "Refused", _INT, width=7, total=True),
    Column("done", "完成率", "Done", Kind.PERCENT, width=8, total=True, calc=Ratio("bought", "asked")),
)


def _figures(group: Group, *, blank: bool = False) -> Row:
    """Values of _FIGURES; if so wished without amounts where nothing was paid."""
    money: Row = (group.paid_yuan, group.paid_planned_yuan, group.paid_yuan - group.paid_planned_yuan)
    if blank and not group.paid:
        money = (None, None, None)
    return (
        len(group.ones), group.planned_yuan, len(group.bought), *money, group.open, group.refused, group.done
    )  # fmt: skip


def _table(drawn: Drawn, found: Sequence[Followed], params: Params) -> Sheet:
    """By year, department and class, to be signed."""
    say = params.say
    groups: dict[tuple[int, str, str], list[Followed]] = {}
    for one in found:
        groups.setdefault((one.item.year or 0, unit_name(one.item, params), one.item.asset_class), []).append(one)
    columns = (
        Column("year", "年度", "Year", Kind.YEAR, width=7),
        Column("department", "单位", "Department", wrap=True, width=15),
        BUDGET_CODE,
        Column("class", "资产名称", "Asset", wrap=True, width=18),
        *_FIGURES,
        Column("bought_on", "最近购置", "Last bought", Kind.DATE, width=11),
        Column("source", "资金来源", "Funds", wrap=True, width=27),
        Column("remark", "备注", "Remark", wrap=True, width=27),
    )
    codes = _codes(drawn)
    rows: list[Row] = []
    for (year, unit, code), ones in groups.items():
        shown = year, unit, codes.get(unit, ""), class_name(drawn, code, params)
        rows.append((*shown, *_figures(Group(ones), blank=True), *_told(Group(ones), params)))
    unknown = len(Group(found).bought) - len(Group(found).paid)
    foot = [
        say(
            f"已购而没有实付金额的 {unknown} 台，未计入金额。", f"{unknown} bought without a price: not in the amounts."
        )
    ]
    name, empty = say("执行情况", "Execution"), say("计划没有安排更新。", "The plan renews nothing.")
    foot = [*(foot if unknown else []), signs(drawn, params)]
    title = f"{drawn.head.name} · {say(*TITLE)}"
    return Sheet(
        name, title, columns, rows, head_line(drawn, params, executed=True), tuple(foot), empty=empty, frozen=4
    )


def _codes(drawn: Drawn) -> dict[str, str]:
    """The budget codes of the departments by name."""
    return {unit.name: unit.code for unit in drawn.units}


def _told(group: Group, params: Params) -> Row:
    """When the last was bought, of which funds, by which contracts, how many cost more or less than planned, notes."""
    days = [one.outcome.bought_on for one in group.bought if one.outcome.bought_on is not None]
    dearer = sum(_more(one) > 0 for one in group.paid)
    cheaper = sum(_more(one) < 0 for one in group.paid)
    parts = (
        (dearer, "高于计划单价{}台", "{} above the planned price"),
        (cheaper, "低于计划单价{}台", "{} below the planned price"),
    )
    contracts = list(dict.fromkeys(one.outcome.contract for one in group.ones if one.outcome.contract))
    signed = [params.say("合同", "contract ") + params.say("、", ", ").join(contracts)] if contracts else []
    notes = dict.fromkeys(one.outcome.note for one in group.ones if one.outcome.note)
    told = [params.say(zh, en).format(count) for count, zh, en in parts if count]
    sources = dict.fromkeys(funds(one.source, params) for one in group.ones)
    return (
        max(days, default=None),
        params.say("、", ", ").join(sources),
        params.say("；", "; ").join([*told, *signed, *notes]),
    )


def _more(one: Followed) -> Decimal:
    """What was paid above the planned price."""
    paid, planned = one.outcome.paid_yuan, one.item.price_yuan
    return Decimal(0) if paid is None or planned is None else paid - planned


def _years(drawn: Drawn, table: Sheet, found: Sequence[Followed], params: Params) -> Sheet:
    """Each year, with its money and how much of it is used."""
    say, name = params.say, params.say("按年度", "By year")
    money = {year: money_of(drawn, year) for year in drawn.head.all_years}
    limited = None not in money.values()
    columns = (
        Column("year", "年度", "Year", Kind.YEAR, width=10),
        *_sums(table, "year"),
        *_money_columns(limited),
    )
    rows = []
    for year in drawn.head.all_years:
        group = Group([one for one in found if one.item.year == year])
        rows.append((year, *_figures(group), *_used(money[year], group.paid_yuan)))
    chart = Chart(
        say("各年计划、实付与可用资金（元）", "Planned, paid and money by year, yuan"),
        "year",
        ("planned_yuan", "paid_yuan", "money_yuan"),
    )
    title = f"{drawn.head.name} · {say(*TITLE)} · {name}"
    return Sheet(
        name, title, columns, rows, head_line(drawn, params, executed=True), (signs(drawn, params),), charts=(chart,)
    )


def _money_columns(limited: bool) -> tuple[Column, ...]:
    """Money, what is left of it, and its share that is used; added up only where no part of it is without a limit."""
    return (
        Column("money_yuan", "可用资金", "Money", _MONEY, width=15, total=limited),
        Column(
            "left_yuan",
            "结余",
            "Left over",
            _MONEY,
            width=15,
            total=limited,
            calc=Difference("money_yuan", "paid_yuan"),
        ),
        Column(
            "used", "资金使用率", "Used", Kind.PERCENT, width=9, total=limited, calc=Ratio("paid_yuan", "money_yuan")
        ),
    )


def _used(money: Decimal | None, paid: Decimal) -> Row:
    """Values of _money_columns."""
    return money, None if money is None else money - paid, float(paid / money) if money else None


def _money(drawn: Drawn, found: Sequence[Followed], params: Params) -> Sheet:
    """Each source in each year. What was paid from another source than planned stands with the one that paid."""
    say, name = params.say, params.say("按资金来源", "By source of funds")
    amounts = {(one.year, one.source): one.amount_yuan for one in drawn.head.money}
    planned: dict[tuple[int, str], list[Followed]] = {}
    paid: dict[tuple[int, str], list[Followed]] = {}
    for one in found:
        planned.setdefault((one.item.year or 0, one.item.source), []).append(one)
        if one.outcome.is_bought:
            paid.setdefault((one.item.year or 0, one.source), []).append(one)
    places = {key: at for at, key in enumerate(amounts)}
    keys = sorted({*amounts, *planned, *paid}, key=lambda key: (key[0], places.get(key, len(places)), key[1]))
    limited = all(amounts.get(key) is not None for key in keys)
    columns = (
        Column("year", "年度", "Year", Kind.YEAR, width=10),
        Column("source", "资金来源", "Funds", wrap=True, width=26),
        *(one for one in _FIGURES if one.key in ("asked", "planned_yuan", "bought", "paid_yuan")),
        *_money_columns(limited),
    )
    rows: list[Row] = []
    for key in keys:
        asked, bought = Group(planned.get(key, [])), Group(paid.get(key, []))
        counts = (len(asked.ones), asked.planned_yuan, len(bought.ones), bought.paid_yuan)
        rows.append((key[0], funds(key[1], params), *counts, *_used(amounts.get(key), bought.paid_yuan)))
    empty = say("没有资金，也没有更新。", "No money and no renewals.")
    return Sheet(
        name,
        f"{drawn.head.name} · {name}",
        columns,
        rows,
        head_line(drawn, params, executed=True),
        empty=empty,
        frozen=2,
    )


def _sums(table: Sheet, key: str) -> Iterable[Column]:
    """_FIGURES gathered by formula from the table."""
    for one in _FIGURES:
        calc = one.calc or Gathered(table.name, key, key, one.key)
        width = None if one.kind is _MONEY else one.width
        yield Column(one.key, one.zh, one.en, one.kind, width, total=True, calc=calc, shade=one.shade)


def _gathered(drawn: Drawn, table: Sheet, key: str, groups: Groups, name: str, params: Params) -> Sheet:
    """The table by one of its columns; `groups` by what stands there."""
    (head,) = (column for column in table.columns if column.key == key)
    beside, codes = (BUDGET_CODE,) if key == "department" else (), _codes(drawn)
    columns = (Column(key, head.zh, head.en, wrap=True, width=22), *beside, *_sums(table, key))
    rows: list[Row] = [
        (text, *(codes.get(text, "") for _ in beside), *_figures(Group(ones))) for text, ones in groups.items()
    ]
    return Sheet(
        name,
        f"{drawn.head.name} · {name}",
        columns,
        rows,
        head_line(drawn, params, executed=True),
        empty=table.empty,
        frozen=1,
    )


_DEVICE_COLUMNS = (
    Column("year", "年度", "Year", Kind.YEAR, width=7),
    *WHICH_COLUMNS,
    Column("planned_yuan", "计划金额", "Planned, yuan", _MONEY, width=12, total=True),
    Column("stage", "进度", "Stage", wrap=True, width=9),
    Column("since", "日期", "Since", Kind.DATE, width=11),
    Column("new_tag", "新资产编号", "Replaced by", width=15),
    Column("bought_on", "购置日期", "Bought", Kind.DATE, width=11),
    Column("paid_yuan", "实付金额", "Paid, yuan", _MONEY, width=12, total=True),
    Column(
        "difference_yuan",
        "较计划增减",
        "More or less",
        _MONEY,
        width=11,
        calc=Difference("paid_yuan", "planned_yuan"),
        shade=Shade.POSITIVE,
    ),
    Column("source", "资金来源", "Funds", wrap=True, width=27),
    Column("marks", "标记", "Marks", wrap=True, width=11, shade=Shade.FILLED),
    Column("contract", "合同编号", "Contract", wrap=True, width=14),
    Column("note", "备注", "Note", wrap=True, width=20),
)


def _devices(drawn: Drawn, found: Sequence[Followed], params: Params) -> Sheet:
    name = params.say("逐台执行", "Device by device")
    rows = [_device_row(one, drawn, params) for one in found]
    empty = params.say("计划没有安排更新。", "The plan renews nothing.")
    title = f"{drawn.head.name} · {name}"
    return Sheet(name, title, _DEVICE_COLUMNS, rows, head_line(drawn, params, executed=True), empty=empty, frozen=4)


def _device_row(one: Followed, drawn: Drawn, params: Params) -> Row:
    item, outcome = one.item, one.outcome
    paid, planned = outcome.paid_yuan, item.price_yuan
    return (
        item.year,
        *which(item, drawn, params),
        planned,
        params.say(*words.STAGE[outcome.stage]),
        outcome.since,
        outcome.new_tag,
        outcome.bought_on,
        paid,
        None if paid is None or planned is None else paid - planned,
        funds(one.source, params),
        reasons.marks(item, params),
        outcome.contract,
        outcome.note,
    )
