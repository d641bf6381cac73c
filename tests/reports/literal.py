"""Literal frames for the tests of books: a county of three departments, small enough to reckon by hand."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd

from inventory.rules.lifecycle import Criterion
from inventory.rules.standards import ByNeed, Rule, Share, Tiers
from reports.books.frames import Frames, Params
from reports.books.plans.drawing import draw
from reports.books.plans.outcomes import Outcome
from reports.books.plans.planned import Drawn, Exceeding, Head, Money

AS_OF = date(2026, 11, 24)
PARAMS = Params(as_of=AS_OF, made_at=datetime(2026, 11, 24, 9, 30), year=2027)
ENGLISH = replace(PARAMS, lang="en")
OLD, NEW = date(2018, 5, 10), date(2023, 5, 10)
DESKTOP = ("desktop", "台式计算机", "Desktop computer", "computer", 6, 6)
PRINTER = ("printer-a4-mono", "A4黑白打印机", "A4 mono printer", "printer", 6, 6)
COLOUR = ("printer-a4-colour", "A4彩色打印机", "", "printer", 6, 6)
SWITCH = ("switch", "交换机", "Switch", "network", 6, 6)
KIOSK = ("kiosk", "信息亭", "Kiosk", "other", None, None)
CLASS_KEYS = ("class_code", "class_name", "class_name_en", "role", "service_life_years", "depreciation_years")


def device(tag: str, kind: tuple[Any, ...], department: str = "财政局", **changes: Any) -> dict[str, Any]:
    """One row of the frame 'devices', in use and complete unless told otherwise."""
    row = dict(
        zip(CLASS_KEYS, kind, strict=True),
        asset_tag=tag,
        type="Lenovo M4500",
        support_state="unknown",
        support_ends_on=None,
        serial=f"SN-{tag}",
        status="in_use",
        condition="",
        town="双河镇" if department != "五申镇政府" else "五申镇",
        department=department,
        holder="样例甲",
        site="财政楼",
        place="财政楼 2楼/203",
        purchased_on=OLD,
        in_service_on=None,
        warranty_ends_on=None,
        first_seen_on=None,
        verified_on=None,
        criteria=(Criterion.LIFE,),
        pages=None,
        pages_on=None,
        override_on=None,
        override="",
        price_yuan=Decimal("7200.00"),
        last_seen_at=datetime(2026, 11, 20, 8, 15),
        last_seen_where="TK-SW-1 GigabitEthernet0/0/3",
        managed=False,
        polled_well=False,
        poll_fault="",
        differences=0,
    )
    return row | changes


DEVICES = [
    device("PC-1", DESKTOP),
    device("PC-2", DESKTOP, in_service_on=NEW, price_yuan=None),
    device("PC-3", DESKTOP, purchased_on=None, holder="", last_seen_at=None, last_seen_where=""),
    device("PC-4", DESKTOP, status="to_be_scrapped", purchased_on=NEW, serial="To be filled by O.E.M."),
    device("PC-5", DESKTOP, status="scrapped"),
    device("PC-6", DESKTOP, status="planned", purchased_on=None),
    device("PR-1", PRINTER, type='=HYPERLINK("http://x")', pages=50_000, pages_on=date(2026, 11, 20)),
    device("PR-2", COLOUR, purchased_on=date(2021, 1, 31)),
    device("SW-1", SWITCH, "审计局", managed=True, polled_well=True, site="审计楼", differences=2),
    device("SW-2", SWITCH, "审计局", managed=True, poll_fault="no_answer", purchased_on=NEW),
    device("PC-7", DESKTOP, "五申镇政府", purchased_on=date(2020, 11, 24)),
    device("KI-1", KIOSK, "五申镇政府", status="in_stock", place="", site=""),
    device("PC-8", DESKTOP, "", town="五申镇", last_seen_at=datetime(2026, 9, 1)),
]
DEPARTMENT_KEYS = [
    "name",
    "budget_code",
    "town",
    "posts",
    "staff",
    "handles_secrets",
    "field_work",
    "own_network",
    "meeting_rooms",
    "has_segment",
    "has_fiber",
    "standard",
]
DEPARTMENTS = [
    ("审计局", "206001", "双河镇", 19, 18, False, True, True, 0, True, False, "central"),
    ("财政局", "205001", "双河镇", 4, 5, False, False, False, 0, True, True, "central"),
    ("五申镇政府", "", "五申镇", 0, 2, False, False, False, 0, False, False, "central"),
]
RULES = [
    Rule(
        "desktop", Share(Decimal(100)), ("desktop",), "台式计算机", price_cap_yuan=Decimal(5000), service_life_years=6
    ),
    Rule(
        "printer",
        Share(Decimal(80)),
        ("printer-a4-mono", "printer-a4-colour"),
        "打印机",
        price_cap_yuan=Decimal(1200),
        life_pages=100_000,
    ),
    Rule("colour", Share(Decimal(3)), ("printer-a4-colour",), "彩色打印机", within="printer", needs_approval=True),
    Rule("copier", Tiers(((100, 20), (None, 30))), ("copier",), "复印机"),
    Rule("network", ByNeed(), ("switch",), "网络设备"),
]


def table(rows: list[Any], keys: list[str]) -> pd.DataFrame:
    """Rows as a frame of object columns, with its columns also when there are no rows."""
    return pd.DataFrame(rows, columns=keys, dtype=object)


def devices(rows: list[dict[str, Any]] = DEVICES) -> pd.DataFrame:
    frame = table(rows, list(DEVICES[0]))
    return frame.astype({"managed": bool, "polled_well": bool, "differences": "int64"})


CABLE_KEYS = [
    "name",
    "site_a",
    "site_b",
    "strands",
    "used",
    "fiber_kind",
    "length_m",
    "length_source",
    "ownership",
    "status",
    "built_on",
    "cost_yuan",
]
CABLE = (
    "1999光缆",
    "中心",
    "财政楼",
    12,
    1,
    "G.652B",
    Decimal("210.0"),
    "otdr",
    "own",
    "in_use",
    date(1999, 9, 20),
    Decimal("19950.00"),
)


def _network() -> Frames:
    """Segments and fiber."""
    return {
        "segments": table(
            [("财政局网段", 109, "双河镇", "财政楼", "TK-SW-1 Vlanif109", "10.20.9.0/24", "财政局")],
            ["name", "vlan_id", "town", "site", "gateway", "prefixes", "departments"],
        ),
        "fiber_links": table(
            [
                (
                    "中心—财政楼",
                    "中心",
                    "财政楼",
                    "TK-SW-1 GE1/0/1",
                    "",
                    "in_use",
                    Decimal("210.0"),
                    "1999光缆#1",
                    "上联",
                ),
                ("中心—五申", "中心", "五申镇政府院", "", "", "planned", None, "", ""),
            ],
            ["name", "site_a", "site_b", "end_a", "end_b", "status", "length_m", "strands", "purpose"],
        ),
        "fiber_cables": table([CABLE], CABLE_KEYS),
    }


def _money() -> Frames:
    """Classes, prices, funds and the standard."""
    return {
        "classes": table(
            [
                ("desktop", "台式计算机", "Desktop computer", "A02010104", "台", "computer"),
                ("printer-a4-mono", "A4黑白打印机", "A4 mono printer", "A02010601", "台", "printer"),
                ("printer-a4-colour", "A4彩色打印机", "", "A02010601", "台", "printer"),
                ("switch", "交换机", "Switch", "A02010202", "台", "network"),
            ],
            ["class_code", "class_name", "class_name_en", "classification_code", "unit", "role"],
        ),
        "prices": table(
            [
                ("desktop", Decimal("4990.00"), date(2026, 1, 1)),
                ("printer-a4-mono", Decimal("1250.00"), date(2026, 1, 1)),
            ],
            ["class_code", "price_yuan", "valid_from"],
        ),
        "price_list": table(
            [
                ("desktop", Decimal("4800.00"), date(2024, 1, 1)),
                ("desktop", Decimal("4990.00"), date(2026, 1, 1)),
                ("printer-a4-mono", Decimal("1250.00"), date(2026, 1, 1)),
                ("switch", Decimal("3200.00"), date(2028, 1, 1)),
            ],
            ["class_code", "price_yuan", "valid_from"],
        ),
        "funding": table(
            [("信息化年度专款", "yearly", Decimal("5000.00"), 2000, None), ("2006年资金", "capital", None, 2006, 2006)],
            ["name", "kind", "amount_yuan", "from_year", "to_year"],
        ),
        "standard_rules": table(
            [(rule, "central", "中央标准", date(2016, 7, 1), True) for rule in RULES],
            ["rule", "standard", "standard_name", "valid_from", "default"],
        ).astype({"default": bool}),
    }


def _seen() -> Frames:
    """What the network shows, and what it showed before."""
    return {
        "segment_macs": table(
            [
                ("双河镇", "财政局网段", "财政楼", "财政局", True, datetime(2026, 11, 23, 7, 0)),
                ("双河镇", "财政局网段", "财政楼", "财政局", True, datetime(2026, 8, 1, 7, 0)),
                ("双河镇", "财政局网段", "财政楼", "财政局", False, datetime(2026, 11, 23, 7, 0)),
                ("五申镇", "五申网段", "五申镇政府院", "五申镇政府", False, None),
            ],
            ["town", "segment", "site", "departments", "registered", "last_seen_at"],
        ).astype({"registered": bool}),
        "coverage_before": table(
            [
                (date(2026, 10, 1), "双河镇", "财政局", {"staff": 5, "computers": 2, "seen": 1, "departments": 1}),
                (date(2026, 10, 1), "双河镇", "审计局", {"staff": 18, "departments": 1, "segment": 1}),
            ],
            ["day", "town", "department", "counts"],
        ),
        "unregistered": table(
            [
                ("00e0fc000001", "双河镇", "财政局", datetime(2026, 11, 23, 7, 0)),
                ("00e0fc000002", "五申镇", "", datetime(2026, 11, 22, 7, 0)),
                ("00e0fc000003", "五申镇", "", datetime(2026, 8, 1, 7, 0)),
            ],
            ["mac", "town", "department", "last_seen_at"],
        ),
    }


def frames(**changes: pd.DataFrame) -> Frames:
    """All frames of the literal county, some of them changed."""
    marks = dict.fromkeys([*DEPARTMENT_KEYS[5:8], *DEPARTMENT_KEYS[9:-1]], bool)
    departments = table(DEPARTMENTS, DEPARTMENT_KEYS).astype(
        {"posts": "int64", "staff": "int64", "meeting_rooms": "int64", **marks}
    )
    return {"devices": devices(), "departments": departments, **_network(), **_money(), **_seen(), **changes}


HEAD = Head(
    name="更新规划",
    as_of=AS_OF,
    first_year=2027,
    years=3,
    change_percent=Decimal("1.5"),
    order=("past_due", "support", "failed", "fairness"),
    scope=("", ""),
    unit="信息中心",
    preparer="样例甲",
    reviewer="示范乙",
    money=(
        Money(2027, "信息化年度专款", Decimal("7000.00")),
        Money(2028, "信息化年度专款", Decimal("5000.00")),
        Money(2028, "更新资金", Decimal("3300.00")),
        Money(2029, "更新资金", None),
    ),
    exceeding=(Exceeding("五申镇政府", "desktop", 1, Decimal("5600.00"), "窗口增设"),),
)
CHANGED = (("年数：2 → 3", "number of years: 2 → 3"),)
OTHER_HEAD = replace(HEAD, name="不限资金", money=(), exceeding=(), version=2, changes=CHANGED)
BOTH = (Criterion.LIFE, Criterion.SUPPORT)
SET = (
    ("SW-2", "support_state", "date"),
    ("SW-2", "support_ends_on", date(2026, 6, 30)),
    ("KI-1", "override_on", date(2028, 12, 31)),
    ("KI-1", "override", "展会用，之后更换 — 样例甲, 2026-09-01"),
)


def drawn(head: Head = HEAD, given: Frames | None = None) -> Drawn:
    """A plan of the literal county; with a policy that the vendor's end of support counts too for its switches."""
    found = given or frames()
    rows = found["devices"].copy()
    if len(rows):
        rows["criteria"] = [BOTH if code == "switch" else (Criterion.LIFE,) for code in rows["class_code"]]
        for tag, key, value in SET:
            rows.loc[rows["asset_tag"] == tag, key] = value
    return draw({**found, "devices": rows}, head)


FOLLOWED_ON = date(2029, 6, 30)
OUTCOMES = {
    "PC-1": Outcome(
        "in_service",
        date(2027, 5, 6),
        Decimal("5200.00"),
        "PC-9",
        date(2027, 4, 1),
        None,
        "",
        "HT-2027-03",
        "含三年上门",
    ),
    "PR-1": Outcome("bought", date(2027, 4, 2), None, "PR-9", None, Decimal("1100.00"), "更新资金"),
    "PC-4": Outcome("bought", date(2029, 3, 1)),
    "PC-7": Outcome("refused", date(2029, 3, 1), note="改为维修"),
}
"""What came of some devices of the literal plan; nothing yet of the others."""


def empty_frames() -> Frames:
    """Frames of a scope in which nothing is."""
    return {name: frame.iloc[:0] for name, frame in frames().items()}
