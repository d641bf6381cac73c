"""Coverage (覆盖率): how far departments are equipped and connected, and how far register and network agree."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pandas as pd

from inventory.rules.lifecycle import add_months
from inventory.rules.names import is_junk_serial
from inventory.rules.standards import allowed
from inventory.sheets.columns import Chart, Column, Kind, Ratio, Shade, Sheet
from reports.books import coverage_lists as lists
from reports.books import indicators, words
from reports.books.asking import departments_of
from reports.books.frames import Frames, Params, Unjudged, by_row, notes, table, unjudged, values
from reports.books.lives import held, seen_since
from reports.books.standards import standards_of

TITLE = ("信息化设备覆盖情况", "Coverage of equipment and network")
NEEDS = ("devices", "departments", "classes", "unregistered", "standard_rules", "segment_macs", "coverage_before")
SEEN_DAYS = 30
_INT, _RATIO, _PART = Kind.INT, Kind.RATIO, Kind.PERCENT
_COUNTS = (
    Column("staff", "实有人数", "Staff in post", _INT, total=True),
    Column("computers", "在用计算机", "Computers in use", _INT, total=True),
    Column("per_person", "人均计算机", "Computers per person", _RATIO, total=True, calc=Ratio("computers", "staff")),
    Column("standard", "计算机标准数", "Computers allowed", _INT, total=True),
    Column("standard_share", "占标准比例", "Of the standard", _PART, total=True, calc=Ratio("computers", "standard")),
    Column("seen", "已登记且发现", "Registered and seen", _INT, total=True),
    Column("not_seen", "已登记未发现", "Registered, not seen", _INT, total=True),
    Column("seen_share", "发现率", "Share seen", _PART, total=True, calc=Ratio("seen", "computers"), shade=Shade.LOW),
    Column("unregistered", "发现未登记", "Seen, not registered", _INT, total=True),
    Column("managed", "应采集设备", "Devices to poll", _INT, total=True),
    Column("polled_well", "采集正常", "Polled well", _INT, total=True),
    Column("polled_share", "采集率", "Share polled well", _PART, total=True, calc=Ratio("polled_well", "managed")),
)
_COMPLETE = Ratio("complete", "records")
_QUALITY = (
    Column("records", "登记数", "Records", _INT, total=True),
    Column("no_serial", "缺序列号", "No serial", _INT, total=True),
    Column("no_date", "缺购置日期", "No purchase date", _INT, total=True),
    Column("no_place", "缺存放地点", "No place", _INT, total=True),
    Column("no_holder", "缺使用人", "No holder", _INT, total=True),
    Column("complete", "四项齐全", "All four", _INT, total=True),
    Column("complete_share", "齐全率", "Share complete", _PART, total=True, calc=_COMPLETE, shade=Shade.LOW),
    Column("verified", "一年内核实", "Verified within a year", _INT, total=True),
    Column("verified_share", "核实率", "Share verified", _PART, total=True, calc=Ratio("verified", "records")),
)
_SUMMED = tuple(c.key for c in (*_COUNTS, *_QUALITY) if c.calc is None)
_TOWN = Column("town", "乡镇", "Town")
_DEPARTMENT = Column("name", "单位", "Department", wrap=True, width=22)
_TOWN_COLUMNS = (
    _TOWN,
    Column("departments", "单位数", "Departments", _INT, total=True),
    Column("segment", "有网段单位", "With a LAN segment", _INT, total=True),
    Column(
        "segment_share", "网段覆盖率", "Share with a segment", _PART, total=True, calc=Ratio("segment", "departments")
    ),
    Column("fiber", "通光纤单位", "With fiber", _INT, total=True),
    Column("fiber_share", "光纤覆盖率", "Share with fiber", _PART, total=True, calc=Ratio("fiber", "departments")),
    *_COUNTS,
)
_DEPARTMENT_COLUMNS = (
    _TOWN,
    _DEPARTMENT,
    Column("has_segment", "网段", "LAN segment"),
    Column("has_fiber", "光纤", "Fiber"),
    *_COUNTS,
)
RULES = (
    (
        "计算机指在用状态、类别属计算机的设备；人均＝在用计算机÷实有人数，人数为 0 的留空。",
        "Computers are devices in use whose class counts as a computer; per person = computers in use ÷ staff in post, "
        "blank where there is no staff.",
    ),
    (
        "有网段：该单位登记有局域网网段。通光纤：该单位某台设备所在地点是一条在用光纤链路的一端。",
        "LAN segment: one is registered for the department. Fiber: a fiber link in use ends at the site of one of its "
        "devices.",
    ),
    (
        f"发现：数据日期前 {SEEN_DAYS} 天内设备应答采集，或其网卡出现在交换机上。",
        f"Seen: within {SEEN_DAYS} days before the data date the device answered, or its MAC stood on a switch.",
    ),
    (
        "发现未登记：同一期间出现在交换机上而不属于任何登记设备的网卡；按所在网段归单位（网段只属一个单位时），"
        "否则只归交换机所在乡镇。",
        "Seen, not registered: MACs on a switch in that time that belong to no registered device; put down to the "
        "department of the LAN segment when it serves only one, else to the town of the switch alone.",
    ),
    (
        "应采集：启用了采集的设备；采集正常：最近一次采集有应答且没有表格中断。",
        "To poll: devices with polling enabled; polled well: the last poll was answered and no table was cut short.",
    ),
    (
        "登记质量统计在账设备（计划与已报废除外）；无意义的序列号（如厂家占位符）算缺；只有在用计算机须有使用人。",
        "Quality counts devices on the books (neither planned nor scrapped); a serial that says nothing is none; a "
        "holder is wanted of computers in use alone.",
    ),
    (
        "计算机标准数：单位的标准中列计算机类别的条目之和（包含在其他条目内的不重复计）；一年内核实：数据日期前十二个月内。",
        "Computers allowed: the rules of the department's standard that list classes of computers, added up (not those "
        "within another of them). Verified within a year: in the twelve months before the data date.",
    ),
    (
        "变化与数据日期前最近一次（指定日期的，该日或之前最近一次）保存的每日数据比较；每日数据只存各单位的计数。",
        "Change: against the latest daily counts kept before the data date, or up to a day that was asked for; only "
        "counts by department are kept.",
    ),
)


def build(frames: Frames, params: Params) -> list[Sheet]:
    """Needs the frames NEEDS."""
    say, title = params.say, params.say(*TITLE)
    units = _by_department(frames, params)
    towns = _by_town(units)
    quality = (_TOWN, _DEPARTMENT, *_QUALITY)
    empty = say("此范围内没有单位和设备。", "There is neither a department nor a device in this scope.")
    chart = Chart(say("各乡镇覆盖率", "Coverage by town"), "town", _CHARTED, number="0%")
    parts = (
        (say("按乡镇", "By town"), _TOWN_COLUMNS, towns, (chart,)),
        (say("按单位", "By department"), _DEPARTMENT_COLUMNS, units, ()),
        (say("登记质量", "Quality of records"), quality, units, ()),
    )
    by_town, by_department, records = (
        replace(
            table(name, f"{title} · {name}", columns, frame, params, empty),
            charts=charts,
        )
        for name, columns, frame, charts in parts
    )
    since = params.as_of - timedelta(days=SEEN_DAYS)
    found = lists.build(_judged(frames["devices"], params), frames["unregistered"], since, params, title)
    return [
        by_town,
        indicators.build(totals(units), frames["coverage_before"], params, title),
        by_department,
        lists.by_segment(frames["segment_macs"], since, params, title),
        records,
        *found,
        notes(params, title, RULES, _missing(frames, units, params), len(frames["devices"])),
    ]


_CHARTED = ("segment_share", "fiber_share", "seen_share", "polled_share")


def counts(frames: Frames, params: Params) -> list[tuple[str, str, dict[str, int]]]:
    """(town, department or '', counts) of the day: what a daily snapshot keeps. Needs as build does."""
    found = []
    for row in _by_department(frames, params).to_dict("records"):
        is_department = bool(row["is_department"])
        numbers = {key: int(row[key]) for key in ("segment", "fiber", *_SUMMED) if row[key]}
        name = str(row["name"]) if is_department else ""
        found.append((str(row["town"]), name, numbers | ({"departments": 1} if is_department else {})))
    return found


def totals(units: pd.DataFrame) -> dict[str, int]:
    """All counts of the scope together."""
    sums = {key: int(units[key].sum()) for key in ("segment", "fiber", *_SUMMED)}
    return sums | {"departments": int(units["is_department"].sum())}


def _by_department(frames: Frames, params: Params) -> pd.DataFrame:
    """One row for each department, and one for each town's devices or MACs that belong to none."""
    counts = _counts(frames, params)
    allowed_ = _allowed(frames)
    rows = []
    for unit in frames["departments"].to_dict("records"):
        found = counts.pop((unit["town"], unit["name"]), {})
        rows.append(
            {
                "town": unit["town"],
                "name": unit["name"],
                "is_department": 1,
                "staff": unit["staff"],
                "segment": int(unit["has_segment"]),
                "fiber": int(unit["has_fiber"]),
                "standard": allowed_.get(unit["name"], 0),
                **found,
            }
        )
    for (town, _), found in sorted(counts.items()):
        rows.append({"town": town, "name": params.say(*words.NO_DEPARTMENT), "is_department": 0, **found})
    return _finished(pd.DataFrame(rows, columns=_UNIT_KEYS), params)


_UNIT_KEYS = ["town", "name", "is_department", "segment", "fiber", *_SUMMED]


def _finished(units: pd.DataFrame, params: Params) -> pd.DataFrame:
    """Blanks become 0, marks become words, and each ratio gets its value."""
    numbers = [key for key in _UNIT_KEYS if key not in ("town", "name")]
    units[numbers] = units[numbers].astype("float").fillna(0).astype("int64")
    units["town"] = units["town"].replace("", params.say(*words.NO_TOWN))
    for key in ("segment", "fiber"):
        known = units["is_department"] == 1
        word = units[key].map({1: params.say(*words.YES), 0: params.say(*words.NO)}).astype(object)
        units[f"has_{key}"] = word.where(known, "")
    return _with_ratios(units, (*_COUNTS, *_QUALITY))


def _with_ratios(frame: pd.DataFrame, columns: tuple[Column, ...]) -> pd.DataFrame:
    for column in columns:
        if isinstance(column.calc, Ratio):
            pairs = zip(frame[column.calc.over], frame[column.calc.under], strict=True)
            values = [over / under if under else None for over, under in pairs]
            frame[column.key] = pd.Series(values, index=frame.index, dtype=object)
    return frame


def _counts(frames: Frames, params: Params) -> dict[tuple[str, str], dict[str, int]]:
    """{(town, department or ''): {key: how many}} of devices and of MACs that are not registered."""
    devices = _marked(frames["devices"], params)
    found: dict[tuple[str, str], dict[str, int]] = {}
    keys = [key for key in _SUMMED if key in devices.columns]
    sums = devices.groupby(["town", "department"], sort=False)[keys].sum()
    for place, row in zip(sums.index, sums.to_dict("records"), strict=True):
        found[place] = {str(key): int(value) for key, value in row.items()}
    since = params.as_of - timedelta(days=SEEN_DAYS)
    strange = (values(frames["unregistered"], key) for key in ("town", "department", "last_seen_at"))
    recent = Counter((town, name) for town, name, at in zip(*strange, strict=True) if at.date() >= since)
    for place, count in recent.items():
        found.setdefault(place, {})["unregistered"] = count
    return found


def _allowed(frames: Frames) -> dict[str, int]:
    """{department: computers that its standard allows}: rules for classes of computers, none within another."""
    standards, devices = standards_of(frames["standard_rules"]), held(frames["devices"])
    classes = frames["classes"]
    computers = set(classes.loc[classes["role"] == "computer", "class_code"])
    counted: dict[str, Counter[str]] = {}
    for name, code in zip(devices["department"], devices["class_code"], strict=True):
        counted.setdefault(name, Counter())[code] += 1
    found = {}
    for one in departments_of(frames["departments"]):
        rules = allowed(standards.of(one.standard), one.counted, one.marks, counted.get(one.name), one.rooms)
        mine = {code: two for code, two in rules.items() if computers & set(two.rule.classes)}
        numbers = [two.number for two in mine.values() if two.rule.within not in mine and two.number is not None]
        found[one.name] = sum(numbers)
    return found


def _judged(devices: pd.DataFrame, params: Params) -> pd.DataFrame:
    """The devices with their marks beside what names them."""
    return devices.join(_marked(devices, params).drop(columns=["town", "department", "managed", "polled_well"]))


def _marked(devices: pd.DataFrame, params: Params) -> pd.DataFrame:
    """The devices with a 0 or 1 for everything that is counted."""
    on_books = devices["status"].isin(held(devices)["status"].unique())
    in_use = (devices["role"] == "computer") & (devices["status"] == "in_use")
    seen = seen_since(devices, params.as_of - timedelta(days=SEEN_DAYS))
    lacks = {
        "no_serial": devices["serial"].map(is_junk_serial).astype(bool),
        "no_date": devices["purchased_on"].isna(),
        "no_place": devices["site"] == "",
        "no_holder": in_use & (devices["holder"] == ""),
    }
    year_ago = add_months(params.as_of, -12)
    verified = by_row(devices, ["verified_on"], lambda on: on is not None and year_ago <= on).astype(bool)
    complete = ~pd.concat(lacks.values(), axis=1).any(axis=1) if len(devices) else on_books
    marks: Mapping[str, Any] = {
        "computers": in_use,
        "seen": in_use & seen,
        "not_seen": in_use & ~seen,
        "managed": devices["managed"],
        "polled_well": devices["managed"] & devices["polled_well"],
        "records": on_books,
        **{key: on_books & lack for key, lack in lacks.items()},
        "complete": on_books & complete,
        "verified": on_books & verified,
        "not_verified": on_books & ~verified,
    }
    return devices[["town", "department"]].assign(**{key: mark.astype("int64") for key, mark in marks.items()})


def _by_town(units: pd.DataFrame) -> pd.DataFrame:
    towns = units.rename(columns={"is_department": "departments"})
    keys = ["departments", "segment", "fiber", *_SUMMED]
    sums = towns.groupby("town", sort=False)[keys].sum().reset_index()
    return _with_ratios(sums, _TOWN_COLUMNS)


def _missing(frames: Frames, units: pd.DataFrame, params: Params) -> list[Unjudged]:
    devices, departments, strange = held(frames["devices"]), frames["departments"], frames["unregistered"]
    return [
        unjudged(
            departments,
            departments["staff"] == 0,
            "单位没有登记实有人数，算不出人均",
            "department without staff in post: nothing per person",
            key="name",
        ),
        unjudged(
            devices,
            devices["department"] == "",
            "设备没有登记单位，只计入乡镇",
            "device without a department: counted in its town alone",
        ),
        unjudged(devices, devices["town"] == "", "设备没有登记单位和地点", "device with neither department nor site"),
        unjudged(
            strange,
            strange["department"] == "",
            "未登记网卡不能归到一个单位",
            "unregistered MAC that no one department can be named for",
            key="mac",
        ),
    ]
