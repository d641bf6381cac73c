"""Each number of the coverage report with numerator, denominator, the list behind it, and its change. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from inventory.sheets.columns import Column, Difference, Kind, Ratio, Row, Sheet
from reports.books.frames import Params, head

_INT, _PART = Kind.INT, Kind.PERCENT


@dataclass(frozen=True)
class Indicator:
    """A share: `over` ÷ the counts of `under` added up. `found_in` names the sheet that lists what is behind it."""

    name: tuple[str, str]
    over: str
    under: tuple[str, ...]
    found_in: tuple[str, str]


_UNITS, _QUALITY = ("按单位", "By department"), ("登记不全", "Incomplete records")
_UNSEEN, _STRANGE = ("登记未发现", "Registered, not seen"), ("发现未登记", "Seen, not registered")
INDICATORS = (
    Indicator(("计算机÷实有人数", "computers ÷ staff"), "computers", ("staff",), _UNITS),
    Indicator(("计算机÷标准数", "computers ÷ allowed"), "computers", ("standard",), _UNITS),
    Indicator(("有网段单位", "departments with a LAN segment"), "segment", ("departments",), _UNITS),
    Indicator(("通光纤单位", "departments with fiber"), "fiber", ("departments",), _UNITS),
    Indicator(("登记的计算机被发现", "registered computers seen"), "seen", ("computers",), _UNSEEN),
    Indicator(
        ("账网一致（发现÷登记或发现）", "register and network agree"), "seen", ("computers", "unregistered"), _STRANGE
    ),
    Indicator(("采集正常", "polled well"), "polled_well", ("managed",), ("采集异常", "Polled badly")),
    Indicator(("有序列号", "with a serial number"), "has_serial", ("records",), _QUALITY),
    Indicator(("有购置日期", "with a purchase date"), "has_date", ("records",), _QUALITY),
    Indicator(("有存放地点", "with a place"), "has_place", ("records",), _QUALITY),
    Indicator(("在用计算机有使用人", "computers in use with a holder"), "has_holder", ("computers",), _QUALITY),
    Indicator(("四项齐全", "with all four"), "complete", ("records",), _QUALITY),
    Indicator(("一年内核实", "verified within a year"), "verified", ("records",), _QUALITY),
)
COLUMNS = (
    Column("indicator", "指标", "Indicator", wrap=True, width=30),
    Column("over", "分子", "Numerator", _INT),
    Column("under", "分母", "Denominator", _INT),
    Column("share", "比率", "Share", _PART, calc=Ratio("over", "under")),
    Column("found_in", "明细所在", "Listed in", width=22),
    Column("over_before", "上次分子", "Numerator before", _INT),
    Column("under_before", "上次分母", "Denominator before", _INT),
    Column("share_before", "上次比率", "Share before", _PART, calc=Ratio("over_before", "under_before")),
    Column("change", "变化", "Change", _PART, calc=Difference("share", "share_before")),
)


def build(now: Mapping[str, int], before: pd.DataFrame, params: Params, title: str) -> Sheet:
    """Every indicator of the scope, beside that of the earlier day of the frame 'coverage_before' (if it has rows)."""
    then = _sums(before)
    rows: list[Row] = [_row(one, _with_quality(now), _with_quality(then) if then else {}, params) for one in INDICATORS]
    name = params.say("指标与变化", "Indicators")
    day = (
        before["day"].iloc[0].isoformat() if len(before) else params.say("没有更早的每日数据", "no earlier day is kept")
    )
    return Sheet(
        name,
        f"{title} · {name}",
        COLUMNS,
        rows,
        (*head(params, COLUMNS), params.say(f"上次：{day}", f"Before: {day}")),
        frozen=1,
    )


def _sums(before: pd.DataFrame) -> dict[str, int]:
    sums: dict[str, int] = {}
    for counts in before["counts"]:
        for key, number in counts.items():
            sums[key] = sums.get(key, 0) + number
    return sums


def _with_quality(counts: Mapping[str, int]) -> dict[str, int]:
    """The counts, and what records have instead of what they lack."""
    of = {"serial": "records", "date": "records", "place": "records", "holder": "computers"}
    return {**counts, **{f"has_{key}": counts.get(all_, 0) - counts.get(f"no_{key}", 0) for key, all_ in of.items()}}


def _row(one: Indicator, now: Mapping[str, int], then: Mapping[str, int], params: Params) -> Row:
    over, under = now.get(one.over, 0), sum(now.get(key, 0) for key in one.under)
    share = over / under if under else None
    first = (params.say(*one.name), over, under, share, params.say(*one.found_in))
    if not then:
        return (*first, None, None, None, None)
    over_before, under_before = then.get(one.over, 0), sum(then.get(key, 0) for key in one.under)
    before = over_before / under_before if under_before else None
    change = None if share is None or before is None else share - before
    return (*first, over_before, under_before, before, change)
