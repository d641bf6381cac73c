"""The four books from literal frames: figures reckoned by hand, golden dumps, empty scopes, both languages."""

import os
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from inventory.sheets.columns import Book, Sheet
from inventory.sheets.dump import dump
from inventory.sheets.write import write
from reports import catalogue
from reports.books.frames import Frames, Params
from tests.reports.literal import (
    AS_OF,
    DESKTOP,
    DEVICES,
    ENGLISH,
    PARAMS,
    PRINTER,
    SWITCH,
    device,
    devices,
    empty_frames,
    frames,
)

GOLDEN = Path(__file__).parent / "golden"


def build(name: str, given: Frames | None = None, params: Params = PARAMS) -> dict[str, Sheet]:
    made = catalogue.book(name).build(given or frames(), params)
    return {sheet.name: sheet for sheet in made}


def cells(sheet: Sheet) -> list[dict[str, Any]]:
    keys = [column.key for column in sheet.columns]
    return [dict(zip(keys, row, strict=True)) for row in sheet.rows]


def by(sheet: Sheet, key: str) -> dict[Any, dict[str, Any]]:
    return {row[key]: row for row in cells(sheet)}


def written(tmp_path: Path, name: str, given: Frames | None = None, params: Params = PARAMS) -> Path:
    path = tmp_path / f"{name}.xlsx"
    sheets = catalogue.book(name).build(given or frames(), params)
    write(Book(params.say(*catalogue.book(name).title), sheets, params.lang, AS_OF, params.made_at), path)
    return path


def counted(sheet: Sheet, word: str) -> dict[str, int]:
    """{what the notes could not judge: how many}."""
    return {row["text"].split("（")[0]: row["count"] for row in cells(sheet) if row["item"] == word}


@pytest.mark.parametrize("name", catalogue.names())
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_book_is_as_it_was(tmp_path: Path, name: str, lang: str) -> None:
    text = dump(written(tmp_path, name, params=PARAMS if lang == "zh" else ENGLISH))
    golden = GOLDEN / f"{name}-{lang}.txt"
    if os.environ.get("UPDATE_GOLDEN") == "1":
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", catalogue.names())
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_empty_scope_gives_a_book_that_says_so(tmp_path: Path, name: str, lang: str) -> None:
    params = replace(PARAMS, lang=lang)
    path = written(tmp_path, name, empty_frames(), params)
    first = openpyxl.load_workbook(path).worksheets[0]
    said = first.cell(first.max_row, 1).value if name != "budget" else first["A4"].value
    sheet = catalogue.book(name).build(empty_frames(), params)[0]
    assert sheet.empty and said == sheet.empty


@pytest.mark.parametrize("name", catalogue.names())
def test_every_book_says_its_date_scope_and_rules(name: str) -> None:
    notes = build(name, params=replace(PARAMS, scope="五申镇"))["说明"]
    said = [(row["item"], row["text"]) for row in cells(notes)]
    assert ("数据日期", "2026-11-24") in said and ("范围", "五申镇") in said
    assert any(item == "规则" for item, _ in said) and any(item == "无法判断" for item, _ in said)


@pytest.mark.parametrize("name", catalogue.names())
def test_a_formula_in_the_data_is_text_in_the_book(tmp_path: Path, name: str) -> None:
    evil = '=HYPERLINK("http://x","y")'
    rows = [device(evil, DESKTOP, evil, holder=evil, serial=evil, place=evil, type=evil)]
    units = frames()["departments"].head(1).assign(name=evil)
    workbook = openpyxl.load_workbook(written(tmp_path, name, frames(devices=devices(rows), departments=units)))
    found = [cell for sheet in workbook for row in sheet.iter_rows() for cell in row if cell.value == evil]
    assert found and all(cell.data_type == "s" for cell in found)


def test_the_register_has_every_device_and_a_sheet_for_each_department() -> None:
    sheets = build("register")
    assert len(sheets["全部设备"].rows) == 13
    assert [len(sheets[name].rows) for name in ("审计局", "财政局", "五申镇政府", "（未登记单位）")] == [2, 8, 2, 1]
    row = by(sheets["全部设备"], "asset_tag")["SW-1"]
    assert (row["status"], row["differences"], row["last_seen_where"]) == ("在用", 2, "TK-SW-1 GigabitEthernet0/0/3")
    assert row["net_yuan"] == Decimal("0.00") and row["age_years"] == 8.5


def test_a_department_without_devices_has_a_sheet_that_says_so() -> None:
    sheets = build("register", frames(devices=devices([device("PC-1", DESKTOP)])))
    assert len(sheets["审计局"].rows) == 0 and sheets["审计局"].empty


def test_refresh_leaves_out_planned_and_scrapped_and_says_what_is_unknown() -> None:
    sheets = build("refresh")
    rows = by(sheets["明细"], "asset_tag")
    assert len(rows) == 11 and not {"PC-5", "PC-6"} & set(rows)
    assert (rows["PC-1"]["bucket"], rows["PC-1"]["basis"], rows["PC-1"]["cost_yuan"]) == (
        "已超期",
        "购置日期",
        Decimal("4990.00"),
    )
    assert (rows["PC-2"]["bucket"], rows["PC-2"]["basis"]) == ("一年后到期", "启用日期")
    assert rows["PC-3"]["bucket"] == "日期不详" and rows["PC-3"]["due_on"] is None
    assert rows["PR-2"]["bucket"] == "一年内到期" and rows["PR-2"]["cost_yuan"] is None
    assert rows["PC-7"]["bucket"] == "一年内到期"
    assert rows["KI-1"]["bucket"] == "未定年限"


def test_refresh_summaries_agree_with_the_devices() -> None:
    sheets = build("refresh")
    for name in ("按类别", "按乡镇", "按单位"):
        rows = cells(sheets[name])
        assert sum(row["devices"] for row in rows) == 11
        assert [
            sum(row[key] for row in rows) for key in ("past_due", "within_year", "later", "unknown", "no_life")
        ] == [4, 2, 3, 1, 1]
        assert sum(row["past_due_yuan"] for row in rows) == Decimal("11180.00")
    years = by(sheets["按到期年份"], "year")
    assert years["2024"]["devices"] == 4 and years["无到期日期"]["devices"] == 2
    assert counted(sheets["说明"], "无法判断") == {
        "政策所选的日期都不详，无法判断是否到期": 1,
        "政策所选的日期都没有": 1,
        "已到期或一年内到期，但单价表没有价格": 2,
    }


def test_coverage_counts_people_network_and_records() -> None:
    sheets = build("coverage")
    units, towns = by(sheets["按单位"], "name"), by(sheets["按乡镇"], "town")
    finance = units["财政局"]
    assert (finance["computers"], finance["seen"], finance["not_seen"], finance["unregistered"]) == (3, 2, 1, 1)
    assert finance["per_person"] == 0.6 and (finance["has_segment"], finance["has_fiber"]) == ("有", "有")
    assert (units["审计局"]["managed"], units["审计局"]["polled_well"]) == (2, 1)
    assert units["审计局"]["polled_share"] == 0.5 and finance["polled_share"] is None
    assert (towns["双河镇"]["departments"], towns["双河镇"]["fiber"]) == (2, 1)
    assert (towns["五申镇"]["computers"], towns["五申镇"]["seen"], towns["五申镇"]["unregistered"]) == (2, 1, 1)
    quality = by(sheets["登记质量"], "name")["财政局"]
    assert [quality[key] for key in ("records", "no_serial", "no_date", "no_place", "no_holder", "complete")] == [
        6,
        1,
        1,
        0,
        1,
        4,
    ]


def test_the_budget_replaces_what_is_worn_within_the_standard() -> None:
    sheets = build("budget")
    rows = {(row["department"], row["class"]): row for row in cells(sheets["预算申请"])}
    desktop = rows["财政局", "台式计算机"]
    # Four posts, five in post: four count. Four on the books, of these one past its life and one to be scrapped.
    assert [desktop[key] for key in ("allowed", "held", "past_life", "to_be_scrapped", "quantity")] == [4, 4, 1, 1, 2]
    assert desktop["amount_yuan"] == Decimal("9980.00") and desktop["source"] == "信息化年度专款"
    assert desktop["reason"] == "标准4，存量4，超期1、拟报废1，尚可使用2；更新2。"
    printer = rows["财政局", "A4黑白打印机"]
    assert printer["price_yuan"] == Decimal(1200) and "单价按标准上限" in printer["reason"]
    switch = rows["审计局", "交换机"]
    assert switch["allowed"] == "按需" and switch["quantity"] == 1 and switch["price_yuan"] is None
    assert "逐项论证" in switch["reason"] and "待询价" in switch["reason"]
    assert len(rows) == 3


def test_the_grand_total_stands_in_capital_characters_and_the_lack_is_told() -> None:
    table = build("budget")["预算申请"]
    assert table.foot[0] == "合计（大写）：人民币壹万壹仟壹佰捌拾元整"
    assert table.foot[1] == "申请合计 11,180.00 元，超出信息化年度专款 5,000.00 元，差额 6,180.00 元须另列资金来源。"
    assert "编制人" in table.foot[2] and "审核人" in table.foot[2] and "日期" in table.foot[2]


def test_the_request_has_its_seventeen_columns_and_a_budget_code_where_a_department_has_one() -> None:
    columns = [column.zh for column in build("budget")["预算申请"].columns]
    bare = build("budget", frames(departments=frames()["departments"].assign(budget_code="")))
    titles = [column.zh for column in bare["预算申请"].columns]
    assert columns == [titles[0], "预算单位编码", *titles[1:]]
    assert not any("预算单位编码" in [column.zh for column in sheet.columns] for sheet in bare.values())
    assert [(row[0], row[1]) for row in build("budget")["按单位汇总"].rows] == [
        ("审计局", "206001"),
        ("财政局", "205001"),
    ]
    assert titles == [
        "单位",
        "资产名称",
        "分类代码",
        "计量单位",
        "编制人数",
        "实有人数",
        "配置标准数",
        "存量",
        "其中超期服役",
        "拟报废",
        "申请数量",
        "单价上限",
        "单价",
        "金额",
        "资金来源",
        "申请理由",
        "备注",
    ]


def test_a_group_of_printers_never_asks_for_more_than_it_leaves() -> None:
    rows = [device(f"P-{n}", PRINTER, "五申镇政府") for n in range(5)]
    asked = cells(build("budget", frames(devices=devices(rows)))["预算申请"])
    assert [row["quantity"] for row in asked] == [1]
    assert "受“打印机”限额所限" in asked[0]["reason"]


def test_filling_asks_up_to_the_standard_when_it_is_wished() -> None:
    rows = {
        row["department"]: row
        for row in cells(build("budget", params=replace(PARAMS, fill=True))["预算申请"])
        if row["class"] == "台式计算机"
    }
    assert rows["审计局"]["quantity"] == 18 and "按标准增配18" in rows["审计局"]["reason"]


def test_what_the_budget_cannot_judge_is_counted() -> None:
    assert counted(build("budget")["说明"], "无法判断") == {
        "设备没有登记单位，未计入任何单位": 1,
        "设备没有日期，是否超期不详，按尚可使用计": 1,
        "单位没有登记编制人数，按实有人数计": 1,
        "申请行没有单价，金额留空，未计入合计": 1,
    }


def test_summaries_of_the_budget_add_up_to_its_total(tmp_path: Path) -> None:
    workbook = openpyxl.load_workbook(written(tmp_path, "budget"), data_only=True)
    table, by_class, by_unit = (workbook[name] for name in ("预算申请", "按类别汇总", "按单位汇总"))
    totals = [table.cell(7, 15).value]
    totals += [sheet.cell(sheet.max_row, sheet.max_column).value for sheet in (by_class, by_unit)]
    assert totals == [11180.0] * 3


@pytest.mark.parametrize(
    ("code", "zh", "en"),
    [
        ("", "", ""),
        ("never", "从未采集", "never polled"),
        ("3", "3类信息未读全", "3 tables were cut short"),
        ("bug", "故障：bug", "fault: bug"),
    ],
)
def test_the_list_of_bad_polls_says_what_went_wrong(code: str, zh: str, en: str) -> None:
    changed = [*DEVICES[:-1], device("SW-9", SWITCH, "审计局", managed=True, poll_fault=code)]
    given = frames(devices=devices(changed))
    for name, said, params in (("采集异常", zh, PARAMS), ("Polled badly", en, ENGLISH)):
        assert by(build("coverage", given, params)[name], "asset_tag")["SW-9"]["fault"] == said
