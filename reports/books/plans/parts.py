"""Sheets that the books of a plan share: list of items, devices not judged, prices, assumptions. Pure."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from inventory.rules.prices import Tariff
from inventory.sheets.columns import Column, Kind, Row, Shade, Sheet
from reports.books import words
from reports.books.frames import NOTE_COLUMNS, Params
from reports.books.plans import reasons
from reports.books.plans.doubts import doubts
from reports.books.plans.planned import Adding, Drawn, Exceeding, Head, Item, grouped, tags_told

_INT, _MONEY, _DATE = Kind.INT, Kind.MONEY, Kind.DATE
BLANK = "＿" * 8
WHICH_COLUMNS = (
    Column("department", "单位", "Department", wrap=True, width=15),
    Column("class", "类别", "Class", wrap=True, width=13),
    Column("tag", "资产编号", "Asset tag", width=15),
    Column("type", "品牌型号", "Model", wrap=True, width=18),
)
"""Which device it is."""
ITEM_COLUMNS = (
    Column("year", "更新年度", "Year", Kind.YEAR, width=8),
    *WHICH_COLUMNS,
    Column("bought_on", "购置日期", "Bought", _DATE, width=11),
    Column("age_years", "已用年数", "Age, years", Kind.NUMBER, width=7, shade=Shade.BAR),
    Column("due_on", "到期日期", "Due", _DATE, width=11),
    Column("due_by", "到期依据", "Due by", wrap=True, width=10),
    Column("basis", "起算依据", "Counted from", wrap=True, width=9),
    Column("past_due", "超期年数", "Years past due", _INT, width=7),
    Column("last_seen_on", "最近发现", "Last seen", _DATE, width=11),
    Column("status", "状态", "Status", wrap=True, width=8),
    Column("condition", "状况", "Condition", width=7),
    Column("quantity", "数量", "Count", _INT, width=6, total=True),
    Column("price_yuan", "金额", "Amount", _MONEY, width=12, total=True),
    Column("source", "资金来源", "Funds", wrap=True, width=14),
    Column("marks", "标记", "Marks", wrap=True, width=11, shade=Shade.FILLED),
    Column("why", "安排理由", "Why", wrap=True, width=38),
)


def head_line(drawn: Drawn, params: Params, *more: str, executed: bool = False) -> tuple[str, ...]:
    """The line under a title: unit, plan and version, scope, data date. No time of making: a plan is the same later.

    A book of its execution, which is not, tells its own day beside the plan's.
    """
    head, say = drawn.head, params.say
    unit = head.unit or BLANK
    state = say("已批准", "approved") if head.approved_on else say("草案", "draft")
    dates = [say(f"数据日期：{head.as_of}", f"Data date: {head.as_of}")]
    if executed:
        dates = [
            say(f"计划数据日期：{head.as_of}", f"Data date of the plan: {head.as_of}"),
            say(f"执行情况截至：{params.as_of}", f"Executed as of: {params.as_of}"),
        ]
    parts = (
        say(f"填报单位：{unit}", f"Reporting unit: {unit}"),
        say(f"计划：{head.name} 第{head.version}版（{state}）", f"Plan: {head.name}, version {head.version} ({state})"),
        say(f"范围：{scope(head, params)}", f"Scope: {scope(head, params)}"),
        *dates,
        *more,
        say("金额单位：元", "Amounts in yuan"),
    )
    return ("    ".join(parts),)


def signs(drawn: Drawn, params: Params) -> str:
    """The line to be signed."""
    head = drawn.head
    preparer, reviewer = params.preparer or head.preparer or BLANK, params.reviewer or head.reviewer or BLANK
    return params.say(
        f"编制人：{preparer}    审核人：{reviewer}    单位负责人（签章）：{BLANK}    日期：＿＿＿＿年＿＿月＿＿日",
        f"Prepared by: {preparer}    Reviewed by: {reviewer}    Head of unit (signature, seal): {BLANK}    "
        f"Date: {BLANK}",
    )


def scope(head: Head, params: Params) -> str:
    return params.say(*head.scope) or params.scope_text()


def unit_name(item: Item, params: Params) -> str:
    return item.department or params.say(*words.NO_DEPARTMENT)


def class_name(drawn: Drawn, code: str, params: Params) -> str:
    known = drawn.classes.get(code)
    return params.say(known.zh, known.en) if known else code


def funds(source: str, params: Params) -> str:
    """The name of a source; a word where none is stated."""
    return source or params.say("（未定）", "(not stated)")


def which(item: Item, drawn: Drawn, params: Params) -> Row:
    """Values of WHICH_COLUMNS."""
    tag = params.say(f"新增第{item.new}台", f"new, no. {item.new}") if item.new else item.tag
    return unit_name(item, params), class_name(drawn, item.asset_class, params), tag, item.type


def item_row(item: Item, drawn: Drawn, params: Params, year: int | None = None) -> Row:
    """A row of ITEM_COLUMNS; years past due are counted up to the year it is renewed in, else to the last year."""
    last = item.year if item.year is not None else drawn.head.all_years[-1]
    return (
        item.year,
        *which(item, drawn, params),
        item.bought_on,
        item.age_years,
        item.due_on,
        words.due_by(item.due_by, item.counted, params) + (f"：{item.override}" if item.override else ""),
        "" if item.new else params.say(*words.BASIS[item.basis]),
        None if item.new else max(last - item.due_year, 0),
        item.last_seen_on,
        params.say(*words.STATUS[item.status]),
        params.say(*words.CONDITION[item.condition]),
        1,
        item.price_yuan,
        "" if item.year is None else funds(item.source, params),
        reasons.marks(item, params),
        reasons.told(item.why, params),
    )


def items_sheet(name: str, items: Sequence[Item], drawn: Drawn, params: Params, *, empty: str) -> Sheet:
    """The list of devices to be replaced, or left."""
    rows = [item_row(one, drawn, params) for one in items]
    title = f"{drawn.head.name} · {name}"
    return Sheet(name, title, ITEM_COLUMNS, rows, head_line(drawn, params), empty=empty, frozen=4)


_UNJUDGED_COLUMNS = (
    Column("tag", "资产编号", "Asset tag"),
    Column("class", "类别", "Class"),
    Column("town", "乡镇", "Town"),
    Column("department", "单位", "Department", wrap=True),
    Column("why", "原因", "Why", wrap=True, width=48),
)


def unjudged_sheet(drawn: Drawn, params: Params) -> Sheet:
    name = params.say("无法判断", "Not judged")
    rows: list[Row] = [
        (
            one.tag,
            class_name(drawn, one.asset_class, params),
            one.town,
            one.department,
            reasons.told([(one.why,)], params),
        )
        for one in drawn.unjudged
    ]
    empty = params.say("每台设备都能判断。", "Every device could be judged.")
    return Sheet(
        name, f"{drawn.head.name} · {name}", _UNJUDGED_COLUMNS, rows, head_line(drawn, params), empty=empty, frozen=1
    )


def prices_sheet(drawn: Drawn, params: Params) -> Sheet:
    """The price list that the plan reckons with, and what it gives in each year before any cap."""
    head = drawn.head
    name = params.say("单价", "Prices")
    entries: dict[str, list[tuple[object, Decimal]]] = {}
    for one in drawn.prices:
        entries.setdefault(one.asset_class, []).append((one.valid_from, one.price_yuan))
    tariff = Tariff(entries, head.as_of, head.change_percent, head.first_month)  # type: ignore[arg-type]
    source = params.say(
        f"单价表中数据日期有效及以后生效的价格，每年变动 {head.change_percent}%",
        f"Price list in force on the data date or later, changed by {head.change_percent}% a year",
    )
    columns = (
        Column("class", "类别", "Class"),
        Column("valid_from", "价格生效", "From", Kind.DATE),
        Column("price_yuan", "单价", "Price", _MONEY, source=source),
        *(Column(f"y{year}", f"{year}年单价", f"Price {year}", _MONEY) for year in head.all_years),
    )
    rows: list[Row] = []
    for one in drawn.prices:
        by_year = (tariff.listed(one.asset_class, year) for year in head.all_years)
        rows.append((class_name(drawn, one.asset_class, params), one.valid_from, one.price_yuan, *by_year))
    return Sheet(name, f"{head.name} · {name}", columns, rows, head_line(drawn, params), empty=source)


def assumptions(drawn: Drawn, params: Params, rules: Iterable[tuple[str, str]]) -> Sheet:
    """All that the figures rest on: dates, filters, standards, prices, order, policies, what could not be judged."""
    head, say = drawn.head, params.say
    name = say("说明", "Assumptions")
    span = f"{head.first_year}—{head.all_years[-1]}"
    lines: list[Row] = [
        (say("计划", "Plan"), f"{head.name} v{head.version}", None),
        (say("年度", "Years"), _years(span, head, params), head.years),
        (say("数据日期", "Data date"), head.as_of.isoformat(), None),
        (say("范围", "Scope"), scope(head, params), drawn.devices),
        (say("编制 / 审核", "Prepared / reviewed"), f"{head.preparer or BLANK} / {head.reviewer or BLANK}", None),
        (say("批准", "Approval"), _approval(head, params), None),
        (say("排序", "Order"), reasons.order_told(head.order, params), len(head.order)),
        *_standard_lines(drawn, params),
        (say("单价", "Prices"), _price_line(head, params), len(drawn.prices)),
        *_money_lines(head, params),
        *_policy_lines(drawn, params),
        *((say("例外", "Exception"), _exceeding(drawn, one, params), one.quantity) for one in head.exceeding),
        *_decided_lines(head, params),
        *((say("增配", "Addition"), _adding(drawn, one, params), one.quantity) for one in head.adding),
        *((say("规则", "Rule"), say(*ADDING_RULE), None) for _ in head.adding[:1]),
        *((say("存疑", "Doubtful"), say(*doubt), None) for doubt in doubts(drawn)),
        *((say("与上一版相比", "Changed"), say(*change), None) for change in head.changes),
        *((say("规则", "Rule"), say(*rule), None) for rule in rules),
        *_unjudged_lines(drawn, params),
    ]
    return Sheet(name, f"{head.name} · {name}", NOTE_COLUMNS, lines, head_line(drawn, params), filtered=False)


def _years(span: str, head: Head, params: Params) -> str:
    if head.first_month == 1:
        return span
    return params.say(f"{span}，每年自{head.first_month}月起", f"{span}, each beginning in month {head.first_month}")


def _approval(head: Head, params: Params) -> str:
    if head.approved_on is None:
        return params.say("草案，未批准", "draft, not approved")
    return params.say(f"{head.approved_by}，{head.approved_on}", f"{head.approved_by}, {head.approved_on}")


def _standard_lines(drawn: Drawn, params: Params) -> Iterable[Row]:
    judged: dict[str, int] = {}
    for unit in drawn.units:
        judged[unit.standard] = judged.get(unit.standard, 0) + 1
    for code, count in judged.items():
        if code not in drawn.standards:
            yield params.say("标准", "Standard"), params.say("没有施行中的标准", "no standard in force"), count
            continue
        standard = drawn.standards[code]
        since = standard.valid_from or "-"
        text = params.say(f"{standard.name}，自 {since} 施行", f"{standard.name}, in force from {since}")
        yield params.say("标准（单位数）", "Standard (departments)"), text, count


def _price_line(head: Head, params: Params) -> str:
    return params.say(
        f"见“单价”表；每年变动 {head.change_percent}%，不超过标准的单价上限",
        f"see 'Prices'; changed by {head.change_percent}% a year, never above the standard's cap",
    )


def _money_lines(head: Head, params: Params) -> Iterable[Row]:
    word = params.say("资金", "Money")
    if not head.money:
        yield word, params.say("未限定，按需安排", "none stated: every year has what it needs"), None
    for one in head.money:
        amount = params.say("不限", "as needed") if one.amount_yuan is None else f"{one.amount_yuan:,.2f}"
        yield word, f"{one.year} {one.source} {amount}", None


def _policy_lines(drawn: Drawn, params: Params) -> Iterable[Row]:
    """Policies other than 'planned life alone', by what they choose."""
    by_criteria: dict[tuple[str, ...], list[str]] = {}
    for code, one in drawn.classes.items():
        if one.criteria and one.criteria != ("life",):
            by_criteria.setdefault(one.criteria, []).append(class_name(drawn, code, params))
    for criteria, names in by_criteria.items():
        text = f"{words.listed(criteria, words.CRITERION, params)}：{params.say('、', ', ').join(names)}"
        yield params.say("更新政策", "Refresh policy"), text, len(names)


def _exceeding(drawn: Drawn, one: Exceeding, params: Params) -> str:
    price = one.price_yuan
    at = "" if price is None else params.say(f"，单价 {price:,.2f}", f", at {price:,.2f}")
    name = class_name(drawn, one.asset_class, params)
    return f"{one.department} {name}{at}：{one.reason}"


def _adding(drawn: Drawn, one: Adding, params: Params) -> str:
    name = class_name(drawn, one.asset_class, params)
    return f"{one.year} {one.department} {name}：{one.reason}（{one.author}）"


ADDING_RULE = (
    "增配在当年更新之后安排：不超过“标准数－存量”（到期待更新的仍占标准数），用更新后余下的当年资金；安排不下的不结转，"
    "原因列于“未安排”。",
    "Additions come after the year's renewals: never above the standard's number less what is held (what waits to be "
    "renewed keeps its place), with the year's money that is left; what does not fit is not carried over and is listed "
    "with its reason.",
)


def _decided_lines(head: Head, params: Params) -> Iterable[Row]:
    """What was decided about single devices, those alike together."""
    for (year, reason), ones in grouped(head.decided):
        authors = params.say("、", ", ").join(dict.fromkeys(one.author for one in ones))
        tags = params.say(*tags_told(ones))
        word = params.say("不列入", "Left out") if year is None else params.say(f"列入{year}年", f"Put in for {year}")
        yield params.say("人工决定", "By hand"), f"{word}：{tags}。{reason}（{authors}）", len(ones)


def _unjudged_lines(drawn: Drawn, params: Params) -> Iterable[Row]:
    word = params.say("无法判断", "Not judged")
    counts: dict[str, int] = {}
    for one in drawn.unjudged:
        counts[one.why] = counts.get(one.why, 0) + 1
    for item in drawn.renewals:
        code = item.why[0][0]
        if item.year is None and code in ("no_department", "no_rule", "no_price"):
            counts[code] = counts.get(code, 0) + 1
    partly = sum(bool(item.missing) for item in drawn.items)
    for code, count in counts.items():
        yield word, reasons.told([(code,)], params), count
    if partly:
        text = params.say(
            "到期，但政策所选的另一日期不详，可能更早到期",
            "due; another chosen date is unknown: perhaps due earlier",
        )
        yield word, text, partly
    if not counts and not partly:
        yield word, params.say("无", "none"), 0
