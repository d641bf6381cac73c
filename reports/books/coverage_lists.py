"""The lists behind the numbers of the coverage report, and coverage by LAN segment. Pure."""

from datetime import date

import pandas as pd

from inventory.sheets.columns import Column, Kind, Ratio, Row, Shade, Sheet
from reports.books import words
from reports.books.frames import Params, by_row, head, table, values

_DEVICE = (
    Column("asset_tag", "资产编号", "Asset tag"),
    Column("type", "品牌型号", "Type", wrap=True, width=24),
    Column("town", "乡镇", "Town"),
    Column("department", "单位", "Department", wrap=True, width=20),
    Column("holder", "使用人", "Holder"),
    Column("place", "存放地点", "Place", wrap=True, width=28),
)
_SEEN = (
    Column("last_seen_at", "最近发现", "Last seen", Kind.TIME),
    Column("last_seen_where", "发现位置", "Where", wrap=True, width=24),
)
_FAULT = Column("fault", "采集情况", "What went wrong", wrap=True, width=22)
_LACKS = Column("lacks", "缺项", "Lacks", wrap=True, width=30, shade=Shade.FILLED)
_VERIFIED = Column("verified_on", "核实日期", "Verified", Kind.DATE)
_STRANGE = (
    Column("mac", "MAC", "MAC"),
    Column("town", "乡镇", "Town"),
    Column("department", "单位", "Department", wrap=True, width=20),
    Column("last_seen_at", "最近发现", "Last seen", Kind.TIME),
)
_WORDS = {
    "no_serial": ("序列号", "serial number"),
    "no_date": ("购置日期", "purchase date"),
    "no_place": ("存放地点", "place"),
    "no_holder": ("使用人", "holder"),
    "not_verified": ("一年内未核实", "verification within a year"),
}


def build(devices: pd.DataFrame, unregistered: pd.DataFrame, since: date, params: Params, title: str) -> list[Sheet]:
    """Registered and not seen, seen and not registered, polled badly, incomplete. `devices` bear coverage's marks."""
    say = params.say
    lacking = [
        say("、", ", ").join(say(*_WORDS[key]) for key, lacks in zip(_WORDS, row, strict=True) if lacks)
        for row in zip(*(devices[key] for key in _WORDS), strict=True)
    ]
    devices = devices.assign(lacks=lacking, fault=[_fault(code, params) for code in values(devices, "poll_fault")])
    recent = unregistered[by_row(unregistered, ["last_seen_at"], lambda at: at.date() >= since).astype(bool)]
    parts = (
        (("登记未发现", "Registered, not seen"), (*_DEVICE, *_SEEN), devices[devices["not_seen"] == 1]),
        (("发现未登记", "Seen, not registered"), _STRANGE, recent),
        (
            ("采集异常", "Polled badly"),
            (*_DEVICE, _FAULT, *_SEEN),
            devices[devices["managed"] & ~devices["polled_well"]],
        ),
        (("登记不全", "Incomplete records"), (*_DEVICE, _LACKS, _VERIFIED), _incomplete(devices)),
    )
    empty = say("没有。", "None.")
    return [
        table(name, f"{title} · {name}", columns, frame, params, empty)
        for (zh, en), columns, frame in parts
        for name in (say(zh, en),)
    ]


def _fault(code: str, params: Params) -> str:
    if code.isdecimal():
        return params.say(f"{code}类信息未读全", f"{code} tables were cut short")
    return params.say(*words.POLL_FAULT.get(code, (f"故障：{code}", f"fault: {code}"))) if code else ""


def _incomplete(devices: pd.DataFrame) -> pd.DataFrame:
    """On the books, and lacking something or not verified within a year."""
    return devices[(devices["records"] == 1) & ((devices["complete"] == 0) | (devices["verified"] == 0))]


_SEGMENT_COLUMNS = (
    Column("town", "乡镇", "Town"),
    Column("segment", "网段", "LAN segment", wrap=True, width=22),
    Column("site", "院落", "Site", wrap=True, width=18),
    Column("departments", "单位", "Departments", wrap=True, width=26),
    Column("registered", "已登记", "Registered", Kind.INT, total=True),
    Column("unregistered", "未登记", "Not registered", Kind.INT, total=True, shade=Shade.POSITIVE),
    Column("seen", "发现合计", "Seen in all", Kind.INT, total=True),
    Column("share", "登记率", "Share registered", Kind.PERCENT, total=True, calc=Ratio("registered", "seen")),
)


def by_segment(macs: pd.DataFrame, since: date, params: Params, title: str) -> Sheet:
    """MACs seen lately in each LAN segment: of registered devices, and of others. Segments without any stay listed."""
    counts: dict[tuple[str, str, str, str], list[int]] = {}
    keys = ("town", "segment", "site", "departments", "registered", "last_seen_at")
    for town, segment, site, served, registered, at in zip(*(values(macs, key) for key in keys), strict=True):
        found = counts.setdefault((town, segment, site, served), [0, 0])
        if at is not None and at.date() >= since:
            found[0 if registered else 1] += 1
    rows: list[Row] = [
        (
            town or params.say(*words.NO_TOWN),
            segment,
            site,
            served,
            known,
            strange,
            known + strange,
            known / (known + strange) if known + strange else None,
        )
        for (town, segment, site, served), (known, strange) in counts.items()
    ]
    name = params.say("按网段", "By LAN segment")
    empty = params.say("没有登记网段。", "No LAN segment is registered.")
    return Sheet(
        name, f"{title} · {name}", _SEGMENT_COLUMNS, rows, head(params, _SEGMENT_COLUMNS), empty=empty, frozen=2
    )
