"""The budget request (新增资产配置预算表): what departments ask for within the standard in force, to be signed."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from inventory.rules.lifecycle import Bucket
from inventory.rules.money import capital, total
from inventory.rules.standards import problems
from inventory.sheets.columns import Column, Gathered, Kind, Product, Row, Shade, Sheet
from reports.books.asking import Line, Requests, Standing, reason, requests, worn_outside
from reports.books.frames import BUDGET_CODE, Frames, Params, Unjudged, class_name, coded, notes, unjudged
from reports.books.lives import with_due
from reports.books.standards import Standards, standards_of

TITLE = ("新增资产配置预算表", "Request for new assets")
_INT, _MONEY = Kind.INT, Kind.MONEY
COLUMNS = (
    Column("department", "单位", "Department", wrap=True, width=15),
    BUDGET_CODE,
    Column("class", "资产名称", "Asset", wrap=True, width=14),
    Column("code", "分类代码", "Code GB/T 14885", width=12),
    Column("measure", "计量单位", "Unit", width=6),
    Column("posts", "编制人数", "Posts", _INT, width=6),
    Column("staff", "实有人数", "Staff", _INT, width=6),
    Column("allowed", "配置标准数", "Standard", _INT, width=9),
    Column("held", "存量", "Held", _INT, width=6, total=True),
    Column("past_life", "其中超期服役", "Past life", _INT, width=11, total=True),
    Column("to_be_scrapped", "拟报废", "To be scrapped", _INT, width=8, total=True),
    Column("quantity", "申请数量", "Asked for", _INT, width=7, total=True),
    Column("cap_yuan", "单价上限", "Price cap", _MONEY, width=10.5),
    Column("price_yuan", "单价", "Price", _MONEY, width=10.5),
    Column("amount_yuan", "金额", "Amount", _MONEY, width=14, total=True, calc=Product("quantity", "price_yuan")),
    Column("source", "资金来源", "Funds", wrap=True, width=25),
    Column("reason", "申请理由", "Reason", wrap=True, width=48),
    Column("note", "备注", "Note", wrap=True, width=8),
)
STANDING_COLUMNS = (
    Column("department", "单位", "Department", wrap=True, width=20),
    BUDGET_CODE,
    Column("rule", "标准条目", "Rule", wrap=True, width=26),
    Column("counted", "计算人数", "Staff counted", _INT),
    Column("allowed", "配置标准数", "Standard", _INT),
    Column("held", "存量", "Held", _INT),
    Column("past_life", "其中超期服役", "Past life", _INT),
    Column("to_be_scrapped", "拟报废", "To be scrapped", _INT),
    Column("serving", "尚可使用", "Still serve", _INT),
    Column("asked", "申请数量", "Asked for", _INT),
    Column("room", "申请后余量", "Left free after", _INT),
    Column("over", "超标准", "Over", _INT, shade=Shade.POSITIVE),
)
RULES = (
    (
        "申请数量＝更新超期服役或拟报废的，且不超过“配置标准数－尚可使用数”；未到年限的不更新。",
        "Asked for = what is past its life or to be scrapped, and never more than the standard less what is held and "
        "still serves; what is within its life is not replaced.",
    ),
    (
        "尚可使用＝存量－超期服役－拟报废（两者兼有的只减一次）。存量为在账设备，计划与已报废除外。",
        "Still serves = held less past life less to be scrapped (both at once counts once). Held: on the books, "
        "neither planned nor scrapped.",
    ),
    (
        "一类设备受所有列出它的标准条目约束（如打印机合计、A3、彩色），各类申请之和不超过合计限额，按条目顺序分配。",
        "A class obeys every rule that lists it (printers in all, A3, colour): its classes together never ask for "
        "more than the rule leaves, shared out in the order of the standard.",
    ),
    (
        "人数＝编制内实有人数（取编制与实有的较小者；未登记编制的取实有）。按比例向下取整，按档不足一档按一档。",
        "Staff counted = staff in post within the authorised posts (the smaller; without posts entered, staff in "
        "post). Shares round down, a part of a tier counts as a whole one.",
    ),
    (
        "按需配备的（网络设备、服务器、不间断电源等）只申请更新超期或拟报废的，逐项论证，不设配置标准数。",
        "Classes by need (network, servers, UPS) are asked for only to replace what is past life or to be scrapped, "
        "argued case by case, without a number.",
    ),
    (
        "到期按类别的更新政策在数据日期判断；使用年限取类别年限与标准最低年限中较长者；按印量计的，没有读数时不因此到期。",
        "Due by the refresh policy of the class, as of the data date; the service life is the class's, but not less "
        "than the standard's least life; by a life in pages only where the pages were read.",
    ),
    (
        "单价为数据日期有效的单价表价格，高于标准上限的取上限；金额＝申请数量×单价，逐行取到分后相加。",
        "Price = price list in force on the data date, not above the standard's cap; amount = quantity × price, "
        "rounded to fen line by line, then added.",
    ),
    (
        "大写金额按生成时的合计写成；改动数量或单价后须重写。",
        "The total in capital characters is written from the total as made; after a change it must be written anew.",
    ),
)
FILL_RULE = (
    "本表按“配到标准”生成：在更新之外，另按标准余量增配；需批准的条目不增配。",
    "This request fills up to the standard: beyond replacing it adds what the standard leaves, except where a rule "
    "needs approval.",
)


def build(frames: Frames, params: Params) -> list[Sheet]:
    """Needs devices, departments, classes, prices, standard_rules, funding."""
    standards = standards_of(frames["standard_rules"])
    devices = with_due(frames, params.as_of)
    asked = requests(frames["departments"], devices, standards, frames["prices"], params)
    source, source_amount = _source(frames["funding"], params.year)
    over = _over_source(asked.lines, source, source_amount)
    table = _table(asked.lines, frames, source, over, params)
    gathered = [
        _gathered(table, ["class"], params.say("按类别汇总", "By class"), params),
        _gathered(table, BY_DEPARTMENT, params.say("按单位汇总", "By department"), params),
    ]
    title = params.say(*TITLE)
    used = [*standard_lines(standards), *RULES, *([FILL_RULE] if params.fill else [])]
    used += over
    missing = _missing(devices, frames, standards, asked, bool(source))
    sheets = [table, *gathered, _standing(asked.standings, params)]
    codes = frames["departments"]["budget_code"]
    return [*coded(sheets, codes), notes(params, title, used, missing, len(table.rows))]


def standard_lines(standards: Standards) -> list[tuple[str, str]]:
    """A sentence for each standard in use: its name and since when; the default one first."""
    if not standards.rules:
        return [("没有默认的配置标准，不能计算配置标准数。", "No allocation standard applies by default.")]
    lines = []
    for code, (name, since) in sorted(standards.names.items(), key=lambda one: one[0] != standards.default):
        when = f"{since:%Y-%m-%d}" if since is not None else "-"
        own = code != standards.default
        zh = "部分单位另用的配置标准" if own else "配置标准"
        en = "Standard of some departments" if own else "Allocation standard"
        lines.append((f"{zh}：{name}，自 {when} 施行。", f"{en}: {name}, in force from {when}."))
    return lines


def _source(funding: pd.DataFrame, year: int) -> tuple[str, Decimal | None]:
    """The yearly lines that run in the year: their names, and their amount together where each has one."""
    running = [
        row
        for row in funding.to_dict("records")
        if row["kind"] == "yearly" and (row["from_year"] or 0) <= year <= (row["to_year"] or 9999)
    ]
    amounts = [row["amount_yuan"] for row in running]
    known = bool(amounts) and None not in amounts
    return "、".join(str(row["name"]) for row in running), total(amounts) if known else None


def _over_source(lines: Sequence[Line], source: str, amount: Decimal | None) -> list[tuple[str, str]]:
    asked = total(line.amount_yuan for line in lines)
    if amount is None or asked <= amount:
        return []
    zh = f"申请合计 {asked:,.2f} 元，超出{source} {amount:,.2f} 元，差额 {asked - amount:,.2f} 元须另列资金来源。"
    en = f"{asked:,.2f} yuan are asked for, {source} holds {amount:,.2f}; {asked - amount:,.2f} need another source."
    return [(zh, en)]


def _table(
    lines: Sequence[Line], frames: Frames, source: str, over: Sequence[tuple[str, str]], params: Params
) -> Sheet:
    classes = frames["classes"].assign(shown=class_name(frames["classes"], params.lang)).set_index("class_code")
    known = classes[["shown", "classification_code", "unit"]].to_dict("index")
    rows = [_row(line, known.get(line.asset_class, {}), source, params) for line in lines]
    say = params.say
    sum_yuan = total(line.amount_yuan for line in lines)
    blank = "＿" * 8
    foot = (
        say("合计（大写）：人民币", "Total in words: RMB ") + capital(sum_yuan),
        *(say(*pair) for pair in over),
        say(
            f"编制人：{params.preparer or blank}    审核人：{params.reviewer or blank}    "
            f"单位负责人（签章）：{blank}    日期：＿＿＿＿年＿＿月＿＿日",
            f"Prepared by: {params.preparer or blank}    Reviewed by: {params.reviewer or blank}    "
            f"Head of unit (signature, seal): {blank}    Date: {blank}",
        ),
    )
    return Sheet(
        say("预算申请", "Request"),
        say(f"{params.year} 年{TITLE[0]}", f"{TITLE[1]}, {params.year}"),
        COLUMNS,
        rows,
        _head(params, blank),
        foot,
        empty=say("此范围内没有需要申请的资产。", "Nothing needs to be asked for in this scope."),
        frozen=3,
    )


def _head(params: Params, blank: str) -> tuple[str, ...]:
    say = params.say
    return (
        say(
            f"填报单位：{params.unit or blank}    预算年度：{params.year}    范围：{params.scope_text()}    "
            f"数据日期：{params.as_of:%Y-%m-%d}    金额单位：元",
            f"Reporting unit: {params.unit or blank}    Budget year: {params.year}    Scope: {params.scope_text()}    "
            f"Data date: {params.as_of:%Y-%m-%d}    Amounts in yuan",
        ),
    )


def _row(line: Line, known: Mapping[Any, Any], source: str, params: Params) -> Row:
    unit, ask = line.department, line.ask
    return (
        unit.name,
        unit.code,
        known.get("shown", line.asset_class),
        known.get("classification_code", ""),
        known.get("unit", ""),
        unit.posts,
        unit.staff,
        params.say("按需", "by need") if ask.allowed is None else ask.allowed,
        ask.holding.held,
        ask.holding.past_life,
        ask.holding.to_be_scrapped,
        ask.quantity,
        line.price_cap_yuan,
        line.price_yuan,
        line.amount_yuan,
        source,
        reason(line, params),
        "",
    )


BY_DEPARTMENT = ("department", BUDGET_CODE.key)


def _gathered(table: Sheet, keys: Sequence[str], name: str, params: Params) -> Sheet:
    """Quantity and amount of the request by class or by department, gathered by formulas from its sheet."""
    columns, rows = gathered(table, keys, 30)
    return Sheet(name, f"{table.title} · {name}", columns, rows, _head(params, "＿" * 8), empty=table.empty)


def gathered(table: Sheet, keys: Sequence[str], width: float) -> tuple[tuple[Column, ...], list[Row]]:
    """Quantity and amount of a request by the first of some of its columns; the others say more of the same thing."""
    quantity, amount = table.place("quantity"), table.place("amount_yuan")
    places = [table.place(key) for key in keys]
    sums: dict[Row, tuple[int, Decimal]] = {}
    for row in table.rows:
        what = tuple(row[place] for place in places)
        count, money = sums.get(what, (0, Decimal(0)))
        asked, cost = row[quantity], row[amount]
        assert isinstance(asked, int)
        sums[what] = (count + asked, money + (cost if isinstance(cost, Decimal) else 0))
    asked_of, cost_of = (Gathered(table.name, keys[0], keys[0], column) for column in ("quantity", "amount_yuan"))
    first, *more = (table.columns[place] for place in places)
    columns = (
        Column(first.key, first.zh, first.en, width=width),
        *more,
        Column("quantity", "申请数量", "Asked for", _INT, total=True, calc=asked_of),
        Column("amount_yuan", "金额", "Amount", _MONEY, width=16, total=True, calc=cost_of),
    )
    return columns, [(*what, *both) for what, both in sums.items()]


def _standing(standings: Sequence[Standing], params: Params) -> Sheet:
    """Every rule in every department where something is held or asked, or the standard leaves something free."""
    name = params.say("标准核对", "Standard and stock")
    rows: list[Row] = []
    for one in standings:
        number = one.allowance.number
        if not (one.held or one.asked or number):
            continue
        need = params.say("按需", "by need")
        rule = one.allowance.rule
        rows.append(
            (
                one.department.name,
                one.department.code,
                rule.name or rule.code,
                one.department.counted,
                need if number is None else number,
                one.held,
                one.past_life,
                one.to_be_scrapped,
                one.serving,
                one.asked,
                need if one.room is None else one.room,
                one.over,
            )
        )
    empty = params.say("没有可核对的标准条目。", "There is no rule to check against.")
    return Sheet(name, f"{params.say(*TITLE)} · {name}", STANDING_COLUMNS, rows, _head(params, "＿" * 8), empty=empty)


def _missing(
    devices: pd.DataFrame, frames: Frames, standards: Standards, asked: Requests, has_source: bool
) -> list[Unjudged]:
    return [*_missing_rows(devices, frames["departments"], standards), *_missing_figures(standards, asked, has_source)]


def _missing_rows(devices: pd.DataFrame, departments: pd.DataFrame, standards: Standards) -> list[Unjudged]:
    return [
        unjudged(
            devices, devices["department"] == "", "设备没有登记单位，未计入任何单位", "device without a department"
        ),
        unjudged(
            devices,
            devices["bucket"] == Bucket.UNKNOWN.value,
            "设备没有日期，是否超期不详，按尚可使用计",
            "device without a date: counted as still serving",
        ),
        unjudged(
            devices,
            worn_outside(devices, standards),
            "超期或拟报废，但标准没有此类别，未申请",
            "past life or to be scrapped, but no rule lists the class: not asked for",
        ),
        unjudged(
            departments,
            departments["posts"] == 0,
            "单位没有登记编制人数，按实有人数计",
            "department without authorised posts: staff in post counted",
            key="name",
        ),
        unjudged(
            departments,
            departments["standard"] == "",
            "单位在数据日期没有施行中的配置标准，未申请",
            "department without a standard in force on the data date: nothing asked for",
            key="name",
        ),
    ]


def _missing_figures(standards: Standards, asked: Requests, has_source: bool) -> list[Unjudged]:
    no_price = [line for line in asked.lines if line.price_yuan is None]
    wrong = [problem for rules in standards.rules.values() for problem in problems(rules)]
    return [
        Unjudged(
            len(no_price),
            "申请行没有单价，金额留空，未计入合计",
            "line without a price: no amount, not in the total",
            tuple(line.department.name for line in no_price[:5]),
        ),
        Unjudged(
            len(wrong),
            "标准条目引用了不存在的条目或没有类别，该部分未生效",
            "rule that names an unknown rule or no class: that part has no effect",
            tuple(code for code, _ in wrong[:5]),
        ),
        Unjudged(
            0 if has_source else 1, "该年度没有年度专款，资金来源留空", "no yearly line runs in that year: no source"
        ),
    ]
