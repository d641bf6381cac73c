"""The register (台账): every device of the scope, a sheet for each department, LAN segments, fiber links and cables."""

from typing import Any

import pandas as pd

from inventory.sheets.columns import Column, Kind, Sheet
from reports.books import words
from reports.books.frames import Frames, Params, Unjudged, class_name, notes, table, translated, unjudged
from reports.books.frames import without as but
from reports.books.lives import with_value

TITLE = ("网络与信息设备台账", "Register of network and IT equipment")
COLUMNS = (
    Column("asset_tag", "资产编号", "Asset tag"),
    Column("class", "类别", "Class"),
    Column("type", "品牌型号", "Type", wrap=True, width=25),
    Column("serial", "序列号", "Serial number"),
    Column("status", "状态", "Status"),
    Column("town", "乡镇", "Town"),
    Column("department", "使用单位", "Department", wrap=True, width=14),
    Column("holder", "使用人", "Holder"),
    Column("place", "存放地点", "Place", wrap=True, width=23),
    Column("purchased_on", "购置日期", "Bought", Kind.DATE),
    Column("in_service_on", "启用日期", "In service", Kind.DATE),
    Column("age_years", "已用年数", "Age, years", Kind.NUMBER),
    Column("price_yuan", "原值", "Price", Kind.MONEY, total=True),
    Column("net_yuan", "净值", "Book value", Kind.MONEY, total=True),
    Column("last_seen_at", "网络最近发现", "Last seen", Kind.TIME),
    Column("last_seen_where", "发现位置", "Seen where", wrap=True, width=34),
    Column("differences", "未处理差异", "Open differences", Kind.INT, total=True),
)
SEGMENT_COLUMNS = (
    Column("name", "网段", "LAN segment"),
    Column("vlan_id", "VLAN", "VLAN", Kind.INT),
    Column("town", "乡镇", "Town"),
    Column("site", "地点", "Site"),
    Column("gateway", "网关设备", "Gateway"),
    Column("prefixes", "地址段", "Prefixes", wrap=True, width=26),
    Column("departments", "使用单位", "Departments", wrap=True, width=48),
)
LINK_COLUMNS = (
    Column("name", "光纤链路", "Fiber link"),
    Column("site_a", "起点", "From"),
    Column("site_b", "终点", "To"),
    Column("end_a", "起点端口", "From port"),
    Column("end_b", "终点端口", "To port"),
    Column("status", "状态", "Status"),
    Column("length_m", "长度（米）", "Length, m", Kind.NUMBER),
    Column("strands", "所用纤芯", "Strands", wrap=True, width=36),
    Column("purpose", "用途", "Purpose", wrap=True, width=24),
)
CABLE_COLUMNS = (
    Column("name", "光缆", "Fiber cable"),
    Column("site_a", "起点", "From"),
    Column("site_b", "终点", "To"),
    Column("strands", "芯数", "Strands", Kind.INT),
    Column("used", "已用芯数", "Used", Kind.INT),
    Column("fiber_kind", "类型", "Kind"),
    Column("length_m", "长度（米）", "Length, m", Kind.NUMBER, total=True),
    Column("length_source", "长度来源", "Length from"),
    Column("ownership", "产权", "Owner"),
    Column("status", "状态", "Status"),
    Column("built_on", "建成日期", "Built", Kind.DATE),
    Column("cost_yuan", "造价", "Cost", Kind.MONEY, total=True),
)
RULES = (
    (
        "净值按直线法、按月计提、不留残值（政府会计准则第3号），自启用（无则购置）当月起。",
        "Book value by straight line, by the month, without residual value (Government Accounting Standard No. 3), "
        "from the month in service, else of purchase.",
    ),
    (
        "已用年数自启用日期起算，没有启用日期的自购置日期起算。",
        "Age counts from the in-service date, else from the purchase date.",
    ),
    (
        "“网络最近发现”是设备应答采集或其网卡在交换机上出现的最近时间；“发现位置”是当时所在的交换机端口。",
        "'Last seen' is when the device last answered or its MAC last stood on a switch; 'seen where' is that port.",
    ),
    (
        "链路长度为所经光缆长度之和，任一段长度不详则为空。",
        "The length of a link adds up its cables; blank when one of them is not known.",
    ),
)


def build(frames: Frames, params: Params) -> list[Sheet]:
    """Needs devices, departments, segments, fiber_links, fiber_cables."""
    devices = _devices(frames["devices"], params)
    title = params.say(*TITLE)
    empty = params.say("此范围内没有登记设备。", "No device is registered in this scope.")
    county = table(params.say("全部设备", "All devices"), title, COLUMNS, devices, params, empty)
    after = [*_by_department(devices, frames["departments"], params), *_network(frames, params)]
    return [county, *after, notes(params, title, RULES, _missing(devices, frames), len(devices))]


def _devices(devices: pd.DataFrame, params: Params) -> pd.DataFrame:
    devices = with_value(devices, params.as_of)
    none_d, none_t = params.say(*words.NO_DEPARTMENT), params.say(*words.NO_TOWN)
    devices = devices.assign(
        **{"class": class_name(devices, params.lang)},
        department=devices["department"].replace("", none_d),
        town=devices["town"].replace("", none_t),
    )
    return translated(devices, "status", words.STATUS, params)


def _by_department(devices: pd.DataFrame, departments: pd.DataFrame, params: Params) -> list[Sheet]:
    """A sheet for each department of the scope, in its order, also where it holds nothing; and one for the rest."""
    columns = but(COLUMNS, "department", "town")
    groups: dict[Any, pd.DataFrame] = dict(iter(devices.groupby("department", sort=False)))
    names = [str(name) for name in departments["name"]]
    names += [str(name) for name in groups if name not in set(names)]
    nothing = devices.iloc[:0]
    empty = params.say("本单位没有登记设备。", "No device is registered for this department.")
    return [table(name, name, columns, groups.get(name, nothing), params, empty) for name in names]


def _network(frames: Frames, params: Params) -> list[Sheet]:
    say = params.say
    links = translated(frames["fiber_links"], "status", words.FIBER_STATUS, params)
    cables = translated(frames["fiber_cables"], "status", words.FIBER_STATUS, params)
    cables = translated(cables, "length_source", words.LENGTH_SOURCE, params)
    cables = translated(cables, "ownership", words.OWNERSHIP, params)
    parts = (
        (say("局域网网段", "LAN segments"), SEGMENT_COLUMNS, frames["segments"]),
        (say("光纤链路", "Fiber links"), LINK_COLUMNS, links),
        (say("光缆", "Fiber cables"), CABLE_COLUMNS, cables),
    )
    empty = say("此范围内没有登记。", "None is registered in this scope.")
    return [table(name, name, columns, frame, params, empty) for name, columns, frame in parts]


def _missing(devices: pd.DataFrame, frames: Frames) -> list[Unjudged]:
    no_date = devices["purchased_on"].isna() & devices["in_service_on"].isna()
    links = frames["fiber_links"]
    return [
        unjudged(devices, no_date, "没有购置和启用日期，算不出年数与净值", "no date: neither age nor book value"),
        unjudged(
            devices,
            devices["price_yuan"].isna() & ~no_date,
            "没有原值，算不出净值",
            "no price: no book value",
        ),
        unjudged(
            devices,
            devices["depreciation_years"].isna() & devices["price_yuan"].notna() & ~no_date,
            "类别没有折旧年限，算不出净值",
            "class without a depreciation life: no book value",
        ),
        unjudged(links, links["length_m"].isna(), "光纤链路长度不详", "fiber link of unknown length", key="name"),
    ]
