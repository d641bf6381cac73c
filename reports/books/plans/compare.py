"""Two plans side by side (方案对照): by year, the devices that they treat differently, what each rests on. Pure."""

from collections.abc import Sequence
from decimal import Decimal

from inventory.rules.money import total
from inventory.sheets.columns import Column, Difference, Kind, Row, Sheet
from reports.books.frames import Params
from reports.books.plans import reasons
from reports.books.plans.overview import money_of
from reports.books.plans.parts import assumptions, class_name
from reports.books.plans.planned import Drawn, Item

TITLE = ("更新规划对照", "Plans side by side")
_INT, _MONEY = Kind.INT, Kind.MONEY


def build(one: Drawn, two: Drawn, params: Params) -> list[Sheet]:
    """The two plans are called A and B, in the order in which they were given."""
    say = params.say
    zh, en = (f"A：{label(one)}    B：{label(two)}    金额单位：元", f"A: {label(one)}    B: {label(two)}    In yuan")
    head = (say(zh, en),)
    basis = [
        _named(assumptions(drawn, params, ()), f"{letter} {say('说明', 'Assumptions')}")
        for letter, drawn in (("A", one), ("B", two))
    ]
    return [_years(one, two, head, params), _devices(one, two, head, params), *basis]


def label(drawn: Drawn) -> str:
    return f"{drawn.head.name} v{drawn.head.version}"


def _named(sheet: Sheet, name: str) -> Sheet:
    return Sheet(name, sheet.title, sheet.columns, sheet.rows, sheet.head, filtered=False)


def _years(one: Drawn, two: Drawn, head: tuple[str, ...], params: Params) -> Sheet:
    columns = (
        Column("year", "年度", "Year", Kind.YEAR, width=10),
        Column("renewed_a", "A 更新", "A renewed", _INT, total=True),
        Column("renewed_b", "B 更新", "B renewed", _INT, total=True),
        Column("renewed", "A－B", "A less B, devices", _INT, total=True, calc=Difference("renewed_a", "renewed_b")),
        Column("cost_a", "A 费用", "A cost", _MONEY, width=15, total=True),
        Column("cost_b", "B 费用", "B cost", _MONEY, width=15, total=True),
        Column("cost", "费用差", "A less B, yuan", _MONEY, width=15, total=True, calc=Difference("cost_a", "cost_b")),
        Column("money_a", "A 资金", "A money", _MONEY, width=15),
        Column("money_b", "B 资金", "B money", _MONEY, width=15),
        Column("undone_a", "A 年末未更新", "A left at the end", _INT),
        Column("undone_b", "B 年末未更新", "B left at the end", _INT),
    )
    rows: list[Row] = []
    for year in sorted({*one.head.all_years, *two.head.all_years}):
        (count_a, cost_a, left_a), (count_b, cost_b, left_b) = (_of_year(drawn, year) for drawn in (one, two))
        money = (money_of(one, year), money_of(two, year))
        rows.append(
            (year, count_a, count_b, count_a - count_b, cost_a, cost_b, cost_a - cost_b, *money, left_a, left_b)
        )
    name = params.say("按年度对照", "By year")
    return Sheet(name, f"{params.say(*TITLE)} · {name}", columns, rows, head)


def _of_year(drawn: Drawn, year: int) -> tuple[int, Decimal, int]:
    """Devices renewed, the cost with what is added, devices left at the end."""
    renewed = [item for item in drawn.renewals if item.year == year]
    left = sum(item.due_year <= year and (item.year is None or item.year > year) for item in drawn.renewals)
    return len(renewed), total(item.price_yuan for item in drawn.items if item.year == year), left


def _devices(one: Drawn, two: Drawn, head: tuple[str, ...], params: Params) -> Sheet:
    """Devices that the plans renew in different years, at different prices, that only one leaves out, or knows."""
    columns = (
        Column("tag", "资产编号", "Asset tag"),
        Column("department", "单位", "Department", wrap=True, width=18),
        Column("class", "类别", "Class", wrap=True, width=14),
        Column("year_a", "A 年度", "A year", Kind.YEAR, width=9),
        Column("year_b", "B 年度", "B year", Kind.YEAR, width=9),
        Column("price_a", "A 金额", "A amount", _MONEY),
        Column("price_b", "B 金额", "B amount", _MONEY),
        Column("why_a", "A 理由", "A why", wrap=True, width=40),
        Column("why_b", "B 理由", "B why", wrap=True, width=40),
    )
    first, second = ({item.tag: item for item in drawn.items} for drawn in (one, two))
    rows: list[Row] = []
    for tag in sorted({*first, *second}):
        pair = first.get(tag), second.get(tag)
        if _same(pair):
            continue
        known = pair[0] or pair[1]
        assert known is not None
        name = class_name(one if pair[0] else two, known.asset_class, params)
        (year_a, price_a, why_a), (year_b, price_b, why_b) = (_told(item, params) for item in pair)
        rows.append((tag, known.department, name, year_a, year_b, price_a, price_b, why_a, why_b))
    sheet = params.say("不同的设备", "Devices that differ")
    empty = params.say("两个方案对每台设备的安排相同。", "Both plans treat every device alike.")
    return Sheet(sheet, f"{params.say(*TITLE)} · {sheet}", columns, rows, head, empty=empty, frozen=1)


def _same(pair: Sequence[Item | None]) -> bool:
    one, two = pair
    return one is not None and two is not None and _choice(one) == _choice(two)


def _choice(item: Item) -> tuple[int | None, Decimal | None, bool]:
    return item.year, item.price_yuan, item.left_out


def _told(item: Item | None, params: Params) -> tuple[int | None, Decimal | None, str]:
    if item is None:
        return None, None, params.say("不在计划内", "not due in this plan")
    return item.year, item.price_yuan, reasons.told(item.why, params)
