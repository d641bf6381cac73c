"""The refresh plan (更新计划): when each device is due by its class's service life, and what replacing it costs."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal

import pandas as pd

from inventory.rules.lifecycle import Bucket
from inventory.sheets.columns import Chart, Column, Kind, Row, Sheet
from reports.books import words
from reports.books.frames import (
    Frames,
    Params,
    Unjudged,
    by_row,
    class_name,
    head,
    notes,
    table,
    translated,
    unjudged,
)
from reports.books.lives import DATES, prices_by_class, with_due
from reports.books.standards import standards_of

TITLE = ("设备更新计划", "Refresh plan")
COLUMNS = (
    Column("asset_tag", "资产编号", "Asset tag"),
    Column("class", "类别", "Class"),
    Column("type", "品牌型号", "Type", wrap=True, width=24),
    Column("serial", "序列号", "Serial number"),
    Column("town", "乡镇", "Town"),
    Column("department", "使用单位", "Department", wrap=True, width=18),
    Column("holder", "使用人", "Holder"),
    Column("status", "状态", "Status"),
    Column("base_on", "起算日期", "Counted from", Kind.DATE),
    Column("basis", "起算依据", "Which date"),
    Column("in_service", "启用日期", "In service", Kind.DATE),
    Column("warranty", "保修截止", "Warranty end", Kind.DATE),
    Column("accounting", "折旧期满", "Accounting end", Kind.DATE),
    Column("life", "使用年限期满", "End of planned life", Kind.DATE),
    Column("support", "厂家支持截止", "End of support", Kind.DATE),
    Column("pages", "印量", "Pages", Kind.INT),
    Column("pages_end", "印量期满", "End of life in pages", Kind.DATE),
    Column("due_on", "到期日期", "Due", Kind.DATE),
    Column("due_by", "到期依据", "Due by", wrap=True, width=16),
    Column("override", "人工确定", "Set by hand", wrap=True, width=18),
    Column("bucket", "到期情况", "State"),
    Column("cost_yuan", "更新单价", "Replacement", Kind.MONEY, total=True),
)
_COUNTS = (
    Column("devices", "设备数", "Devices", Kind.INT, total=True),
    Column("past_due", "已超期", "Past due", Kind.INT, total=True),
    Column("within_year", "一年内到期", "Due within the year", Kind.INT, total=True),
    Column("later", "一年后到期", "Later", Kind.INT, total=True),
    Column("unknown", "日期不详", "Date unknown", Kind.INT, total=True),
    Column("no_life", "未定年限", "No service life", Kind.INT, total=True),
    Column("past_due_yuan", "已超期更新费", "Cost of past due", Kind.MONEY, total=True),
    Column("within_year_yuan", "一年内更新费", "Cost within the year", Kind.MONEY, total=True),
    Column("no_price", "其中无单价", "Of these without a price", Kind.INT, total=True),
)
_YEAR_COLUMNS = (
    Column("year", "到期年份", "Year due", width=16),
    Column("devices", "设备数", "Devices", Kind.INT, total=True),
    Column("cost_yuan", "更新费", "Replacement", Kind.MONEY, total=True),
    Column("no_price", "其中无单价", "Of these without a price", Kind.INT, total=True),
)
RULES = (
    (
        "计划中与已报废的设备不计入。",
        "Devices planned or scrapped are left out.",
    ),
    (
        "起算日期为启用日期，没有则为购置日期，再没有则为网络首次发现日期；使用年限期满＝起算日期＋使用年限（类别年限与标准"
        "最低年限中较长者），月末无此日则取当月最后一日。",
        "Counted from the in-service date, else the purchase date, else the day the network first saw it; end of "
        "planned life = that date + the service life (the class's, but not less than the standard's least); where the "
        "month has no such day, its last day.",
    ),
    (
        "五个日期分别列出，互不合并；到期日期为类别更新政策所选日期中最早的，人工确定的优先，并注明理由和确定人。",
        "Five dates stand apart, never merged; due is the earliest of those that the refresh policy of the class "
        "chooses; a date set by hand counts in its place, with reason and author.",
    ),
    (
        "印量期满＝按启用（或购置）至读数之日的平均印量，达到标准规定印量的日期；没有读数为“不详”，不因此到期。",
        "End of the life in pages = the day on which the standard's number of pages is reached at the pace from the "
        "in-service (or purchase) date to the reading; without a reading 'unknown', and not due by it.",
    ),
    (
        "“已超期”：到期日期早于数据日期；“一年内到期”：自数据日期起十二个月以内；其余为“一年后到期”。",
        "'Past due': the due date lies before the data date; 'due within the year': within twelve months from the "
        "data date on; the rest 'later'.",
    ),
    (
        "没有日期的设备为“日期不详”，不算到期；类别没有使用年限的永不因年限到期。到期并不等于必须更新。",
        "Without a date a device is 'date unknown', never due; a class without a service life is never due by age. "
        "Due does not mean that it must be replaced.",
    ),
    (
        "更新单价为数据日期当日有效的单价表价格，不高于标准的单价上限；没有单价的留空并计数。",
        "Replacement cost is the price list's price in force on the data date, not above the standard's cap; without "
        "one it is blank and counted.",
    ),
)
_PAGES = ["pages", "life_pages", "pages_on"]
_DUE = (Bucket.PAST_DUE.value, Bucket.WITHIN_YEAR.value)


def build(frames: Frames, params: Params) -> list[Sheet]:
    """Needs devices, departments, standard_rules, prices."""
    devices = _devices(frames, params)
    say, title = params.say, params.say(*TITLE)
    empty = say("此范围内没有应计入的设备。", "No device counts in this scope.")
    shown = translated(translated(devices, "bucket", words.BUCKET, params), "basis", words.BASIS, params)
    shown = translated(shown, "status", words.STATUS, params)
    detail = table(say("明细", "Devices"), title, COLUMNS, shown, params, empty)
    summaries = [
        _summary(devices, "class", say("按类别", "By class"), say("类别", "Class"), params, empty),
        _summary(devices, "town", say("按乡镇", "By town"), say("乡镇", "Town"), params, empty),
        _summary(devices, "department", say("按单位", "By department"), say("单位", "Department"), params, empty),
        _by_year(devices, params, empty),
        _by_age(devices, params, empty),
    ]
    return [*summaries, detail, notes(params, title, RULES, _missing(devices), len(devices))]


def _devices(frames: Frames, params: Params) -> pd.DataFrame:
    devices = with_due(frames, params.as_of)
    prices = prices_by_class(frames["prices"])
    devices = devices.assign(
        **{key: by_row(devices, [key], words.date_or_state(key, params)) for key in DATES},
        due_by=by_row(devices, ["due_by", *_PAGES], lambda by, *read: words.due_by(by, words.counted(*read), params)),
    )
    costs = list(_costs(devices, frames, prices))
    return devices.assign(
        **{"class": class_name(devices, params.lang)},
        cost_yuan=pd.Series(costs, index=devices.index, dtype=object),
        department=devices["department"].replace("", params.say(*words.NO_DEPARTMENT)),
        town=devices["town"].replace("", params.say(*words.NO_TOWN)),
    )


def _costs(devices: pd.DataFrame, frames: Frames, prices: Mapping[str, Decimal]) -> Iterator[Decimal | None]:
    """The list's price of each device's class, not above the cap of its department's standard."""
    standards = standards_of(frames["standard_rules"])
    departments = frames["departments"]
    judged_by = dict(zip(departments["name"], departments["standard"], strict=True))
    for code, department in zip(devices["class_code"], devices["department"], strict=True):
        price, cap = prices.get(code), standards.cap(code, judged_by.get(department, standards.default))
        yield price if price is None or cap is None else min(price, cap)


def _summary(devices: pd.DataFrame, key: str, name: str, word: str, params: Params, empty: str) -> Sheet:
    columns = (Column(key, word, word), *_COUNTS)
    ordered = devices.sort_values("class_code", kind="stable") if key == "class" else devices
    tallies: dict[str, _Tally] = defaultdict(_Tally)
    for value, bucket, cost in zip(ordered[key], ordered["bucket"], ordered["cost_yuan"], strict=True):
        tallies[value].add(bucket, cost)
    rows = [(str(value), *tally.row()) for value, tally in tallies.items()]
    title = f"{params.say(*TITLE)} · {name}"
    return Sheet(name, title, columns, rows, head(params, columns), empty=empty, frozen=1)


class _Tally:
    """The devices of one row of a summary, by bucket, and what replacing those due costs."""

    def __init__(self) -> None:
        self.devices: Counter[str] = Counter()
        self.yuan: dict[str, Decimal] = dict.fromkeys(_DUE, Decimal(0))
        self.no_price = 0

    def add(self, bucket: str, cost: Decimal | None) -> None:
        self.devices[bucket] += 1
        if bucket in self.yuan:
            if cost is None:
                self.no_price += 1
            else:
                self.yuan[bucket] += cost

    def row(self) -> Row:
        by_bucket = (self.devices[bucket.value] for bucket in Bucket)
        return (self.devices.total(), *by_bucket, *self.yuan.values(), self.no_price)


def _cost(group: pd.DataFrame) -> Decimal:
    return sum(group["cost_yuan"].dropna(), Decimal(0))


def _by_year(devices: pd.DataFrame, params: Params, empty: str) -> Sheet:
    """Year of the due date; what is past due stands in the year it fell due."""
    name = params.say("按到期年份", "By year due")
    years = devices["due_on"].map(lambda day: str(day.year), na_action="ignore")
    rows: list[Row] = []
    for year, group in devices.groupby(years, sort=True):
        rows.append((str(year), len(group), _cost(group), int(group["cost_yuan"].isna().sum())))
    without = devices[years.isna()]
    if len(without):
        rows.append((params.say("无到期日期", "no due date"), len(without), None, None))
    title = f"{params.say(*TITLE)} · {name}"
    charts = (
        Chart(params.say("各年到期设备（台）", "Devices by year due"), "year", ("devices",)),
        Chart(params.say("各年更新费（元）", "Replacement by year due, yuan"), "year", ("cost_yuan",)),
    )
    return Sheet(name, title, _YEAR_COLUMNS, rows, head(params, _YEAR_COLUMNS), empty=empty, charts=charts)


def _by_age(devices: pd.DataFrame, params: Params, empty: str) -> Sheet:
    """How old the devices are: by the year from which each is counted."""
    name = params.say("按起算年份", "By year counted from")
    columns = (
        Column("year", "起算年份", "Counted from", width=16),
        Column("devices", "设备数", "Devices", Kind.INT, total=True),
        Column("share", "比例", "Share", Kind.PERCENT),
    )
    years = devices["base_on"].map(lambda day: str(day.year), na_action="ignore")
    counts = years.value_counts().sort_index()
    rows: list[Row] = [(str(year), int(count), int(count) / len(devices)) for year, count in counts.items()]
    if unknown := int(years.isna().sum()):
        rows.append((params.say("不详", "unknown"), unknown, unknown / len(devices)))
    title = f"{params.say(*TITLE)} · {name}"
    chart = Chart(params.say("各年起用的设备（台）", "Devices by year counted from"), "year", ("devices",))
    return Sheet(name, title, columns, rows, head(params, columns), empty=empty, charts=(chart,))


def _missing(devices: pd.DataFrame) -> list[Unjudged]:
    bucket = devices["bucket"]
    due = bucket.isin(_DUE)
    return [
        unjudged(
            devices,
            bucket == Bucket.UNKNOWN.value,
            "政策所选的日期都不详，无法判断是否到期",
            "none of the dates that the policy chooses is known: cannot say when due",
        ),
        unjudged(
            devices,
            bucket == Bucket.NO_LIFE.value,
            "政策所选的日期都没有（如类别没有使用年限），不会到期",
            "none of the dates that the policy chooses exists (a class without a service life): never due",
        ),
        unjudged(
            devices,
            due & devices["cost_yuan"].isna(),
            "已到期或一年内到期，但单价表没有价格",
            "due, but the price list has no price",
        ),
    ]
