"""Coverage (覆盖率): how far departments are equipped and connected, and how far register and network agree."""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pandas as pd

from inventory.rules.names import is_junk_serial
from inventory.sheets.columns import Column, Kind, Ratio, Sheet
from reports.books import words
from reports.books.frames import Frames, Params, Unjudged, head, notes, sheet_rows, unjudged, values
from reports.books.lives import held, seen_since

TITLE = ("信息化设备覆盖情况", "Coverage of equipment and network")
SEEN_DAYS = 30
_INT, _RATIO, _PART = Kind.INT, Kind.RATIO, Kind.PERCENT
_COUNTS = (
    Column("staff", "实有人数", "Staff in post", _INT, total=True),
    Column("computers", "在用计算机", "Computers in use", _INT, total=True),
    Column("per_person", "人均计算机", "Computers per person", _RATIO, total=True, calc=Ratio("computers", "staff")),
    Column("seen", "已登记且发现", "Registered and seen", _INT, total=True),
    Column("not_seen", "已登记未发现", "Registered, not seen", _INT, total=True),
    Column("seen_share", "发现率", "Share seen", _PART, total=True, calc=Ratio("seen", "computers")),
    Column("unregistered", "发现未登记", "Seen, not registered", _INT, total=True),
    Column("managed", "应采集设备", "Devices to poll", _INT, total=True),
    Column("polled_well", "采集正常", "Polled well", _INT, total=True),
    Column("polled_share", "采集率", "Share polled well", _PART, total=True, calc=Ratio("polled_well", "managed")),
)
_QUALITY = (
    Column("records", "登记数", "Records", _INT, total=True),
    Column("no_serial", "缺序列号", "No serial", _INT, total=True),
    Column("no_date", "缺购置日期", "No purchase date", _INT, total=True),
    Column("no_place", "缺存放地点", "No place", _INT, total=True),
    Column("no_holder", "缺使用人", "No holder", _INT, total=True),
    Column("complete", "四项齐全", "All four", _INT, total=True),
    Column("complete_share", "齐全率", "Share complete", _PART, total=True, calc=Ratio("complete", "records")),
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
        "登记质量统计在账设备（计划与已报废除外）；无意义的序列号（如厂家占位符）算缺。",
        "Quality counts devices on the books (neither planned nor scrapped); a serial that says nothing is none.",
    ),
)


def build(frames: Frames, params: Params) -> list[Sheet]:
    """Needs devices, departments, unregistered."""
    say, title = params.say, params.say(*TITLE)
    units = _by_department(frames, params)
    towns = _by_town(units)
    quality = (_TOWN, _DEPARTMENT, *_QUALITY)
    empty = say("此范围内没有单位和设备。", "There is neither a department nor a device in this scope.")
    parts = (
        (say("按乡镇", "By town"), _TOWN_COLUMNS, towns),
        (say("按单位", "By department"), _DEPARTMENT_COLUMNS, units),
        (say("登记质量", "Quality of records"), quality, units),
    )
    sheets = [
        Sheet(name, f"{title} · {name}", columns, sheet_rows(frame, columns), head(params), empty=empty, frozen=1)
        for name, columns, frame in parts
    ]
    return [*sheets, notes(params, title, RULES, _missing(frames, units, params), len(frames["devices"]))]


def _by_department(frames: Frames, params: Params) -> pd.DataFrame:
    """One row for each department, and one for each town's devices or MACs that belong to none."""
    counts = _counts(frames, params)
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


def _marked(devices: pd.DataFrame, params: Params) -> pd.DataFrame:
    """The devices with a 0 or 1 for everything that is counted."""
    on_books = devices["status"].isin(held(devices)["status"].unique())
    in_use = (devices["role"] == "computer") & (devices["status"] == "in_use")
    seen = seen_since(devices, params.as_of - timedelta(days=SEEN_DAYS))
    lacks = {
        "no_serial": devices["serial"].map(is_junk_serial).astype(bool),
        "no_date": devices["purchased_on"].isna(),
        "no_place": devices["site"] == "",
        "no_holder": devices["holder"] == "",
    }
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
