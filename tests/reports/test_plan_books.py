"""The books of a plan from literal frames: golden dumps in both languages, nothing hidden, kept and read back alike."""

import json
import os
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.sheets.columns import Book, Sheet
from inventory.sheets.dump import dump
from inventory.sheets.write import write
from reports import catalogue
from reports.books.frames import Params
from reports.books.plans import compare, execution, filling, overview, request
from reports.books.plans.changes import changes
from reports.books.plans.doubts import doubts
from reports.books.plans.kept import pack, unpack
from reports.books.plans.planned import Drawn, Exceeding, Item, Money
from tests.reports.literal import AS_OF, ENGLISH, FOLLOWED_ON, HEAD, OTHER_HEAD, OUTCOMES, PARAMS, drawn, empty_frames

GOLDEN = Path(__file__).parent / "golden"
BOOKS = ("plan", "budget", "compare", "execution")


def built(name: str, params: Params) -> list[Sheet]:
    if name == "compare":
        return compare.build(drawn(), drawn(OTHER_HEAD), params)
    if name == "execution":
        return execution.build(drawn(), OUTCOMES, replace(params, as_of=FOLLOWED_ON))
    return catalogue.plan_book(name).build(drawn(), params)


@pytest.mark.parametrize("name", BOOKS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_book_of_a_plan_is_as_it_was(tmp_path: Path, name: str, lang: str) -> None:
    params = replace(PARAMS if lang == "zh" else ENGLISH, year=2028)
    path = tmp_path / "book.xlsx"
    write(Book(name, built(name, params), lang, AS_OF, PARAMS.made_at, unit="信息中心"), path)
    text, golden = dump(path), GOLDEN / f"of-plan-{name}-{lang}.txt"
    if os.environ.get("UPDATE_GOLDEN") == "1":
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["plan", "budget"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_empty_scope_gives_a_book_that_says_so(tmp_path: Path, name: str, lang: str) -> None:
    params = PARAMS if lang == "zh" else ENGLISH
    sheets = catalogue.plan_book(name).build(drawn(given=empty_frames()), params)
    write(Book(name, sheets, lang, AS_OF, PARAMS.made_at), tmp_path / "book.xlsx")
    assert all(sheet.empty for sheet in sheets if not len(sheet.rows))


def test_every_choice_has_words_in_both_languages() -> None:
    for params in (PARAMS, ENGLISH):
        for sheet in built("plan", params):
            if any(column.key == "why" for column in sheet.columns):
                assert all(row[sheet.place("why")] for row in sheet.rows)


def test_a_kept_plan_is_the_same_when_it_is_read_back_and_so_are_its_workbooks(tmp_path: Path) -> None:
    found = drawn()
    again = unpack(Drawn, json.loads(json.dumps(pack(found))))
    assert again == found
    texts = []
    for number, one in enumerate((found, again)):
        path = tmp_path / f"{number}.xlsx"
        write(Book("budget", request.build(one, PARAMS), "zh", AS_OF, PARAMS.made_at), path)
        texts.append(dump(path))
    assert texts[0] == texts[1]


DATES = st.none() | st.dates()
MONEY = st.none() | st.decimals(0, 10**9, places=2)
ITEMS = st.builds(
    Item,
    due_on=st.dates(),
    bought_on=DATES,
    base_on=DATES,
    last_seen_on=DATES,
    price_yuan=MONEY,
    age_years=st.none() | st.floats(0, 99),
)


@given(ITEMS)
def test_any_item_survives_being_kept(item: Item) -> None:
    assert unpack(Item, json.loads(json.dumps(pack(item)))) == item


def test_what_changed_between_two_versions_is_told() -> None:
    money = (Money(2027, "信息化年度专款", Decimal(12000)), *HEAD.money[1:3])
    told = changes(drawn(), drawn(replace(HEAD, as_of=date(2026, 12, 1), money=money, exceeding=())))
    assert [zh for zh, _ in told] == [
        "数据日期：2026-11-24 → 2026-12-01",
        "2027年资金“信息化年度专款”：7,000.00 → 12,000.00",
        "2029年资金“更新资金”：不限 → 无",
        "取消例外：五申镇政府 desktop 1 窗口增设",
        "更新年度改变3台",
        "金额改变2台",
    ]
    assert changes(drawn(), drawn()) == ()


def test_a_request_above_the_standard_cannot_hide_it() -> None:
    table = request.build(drawn(), replace(PARAMS, year=2029))[0]
    told = {row[0]: row[table.place("reason")] for row in table.rows}
    assert str(told["五申镇政府"]).startswith("【超单价上限1台】窗口增设。")
    assert table.foot[1] == "其中：超配置标准 0 台，超单价上限 1 台。"


def test_devices_that_cannot_be_renewed_or_judged_are_listed() -> None:
    left = {one.tag: one.why[0][0] for one in drawn().items if one.year is None}
    assert left == {"PC-8": "no_department", "KI-1": "no_rule", "PR-2": "over_standard"}
    assert [one.tag for one in drawn().unjudged] == ["PC-3"]


def test_money_that_its_source_does_not_hold_is_told() -> None:
    line, capital = "信息化年度专款", "更新资金"
    money = (
        Money(2027, line, Decimal(7000), Decimal(5000), True, 2000, None),
        Money(2028, line, Decimal(5000), Decimal(5000), True, 2000, None),
        Money(2028, capital, Decimal(3300), Decimal(5000), False, 2022, 2028),
        Money(2029, capital, Decimal(2000), Decimal(5000), False, 2022, 2028),
    )
    found = drawn(replace(HEAD, money=money, exceeding=()))
    told = [
        "“信息化年度专款”2027年列7,000.00元，高于该资金登记的5,000.00元。",
        "2029年列有“更新资金”，该资金登记的年限为2022—2028年。",
        "“更新资金”2028、2029年列5,300.00元，高于该资金登记的5,000.00元。",
    ]
    assert [zh for zh, _ in doubts(found)] == told
    notes = {str(row[1]) for row in overview.build(found, PARAMS)[-1].rows}
    assert notes.issuperset(told)
    assert [line for line in request.build(found, replace(PARAMS, year=2029))[0].foot if line in told] == told[1:]


def test_as_much_as_is_needed_is_measured_by_what_is_used() -> None:
    money = (Money(2027, "信息化年度专款", None, Decimal(100), True),)
    assert "高于该资金登记的100.00元" in doubts(drawn(replace(HEAD, money=money, exceeding=())))[0][0]


def test_an_exception_says_how_many_devices_it_came_to() -> None:
    exceeding = (Exceeding("五申镇政府", "desktop", 5, Decimal("5600.00"), "窗口增设"),)
    assert [zh for zh, _ in doubts(drawn(replace(HEAD, exceeding=exceeding)))] == [
        "例外“五申镇政府 台式计算机”列超标准5台，用到0台。"
    ]


def row_of(sheet: Sheet, *keys: object) -> dict[str, object]:
    """The row that begins so, by the keys of its columns."""
    row = next(row for row in sheet.rows if row[: len(keys)] == keys)
    return dict(zip((column.key for column in sheet.columns), row, strict=True))


def test_the_execution_tells_what_was_bought_and_how_much_of_the_money_is_used() -> None:
    """In 2027 PC-1 was to cost 5,000 and cost 5,200; PR-1 1,200 by the plan, 1,100 by the register, of another source.

    7,000 of one source stand for 2027. In 2029 PC-4 was bought and nobody noted for what; PC-7 was refused.
    """
    found = built("execution", PARAMS)
    table, years, money, units, classes = found[:5]
    first = row_of(table, 2027, "财政局", "205001", "台式计算机")
    assert (first["asked"], first["bought"], first["done"]) == (1, 1, 1.0)
    assert (first["paid_yuan"], first["difference_yuan"]) == (Decimal(5200), Decimal(200))
    assert (first["bought_on"], first["remark"]) == (date(2027, 4, 1), "高于计划单价1台；合同HT-2027-03；含三年上门")
    year = row_of(years, 2027)
    assert (year["paid_yuan"], year["money_yuan"], year["left_yuan"]) == (Decimal(6300), Decimal(7000), Decimal(700))
    assert year["used"] == 0.9
    last = row_of(years, 2029)
    assert (last["asked"], last["bought"], last["refused"], last["open"]) == (3, 1, 1, 1)
    assert last["paid_yuan"] == 0 and last["money_yuan"] is None and last["used"] is None
    assert table.foot[0] == "已购而没有实付金额的 1 台，未计入金额。"
    other = row_of(money, 2027, "更新资金")
    assert (other["asked"], other["bought"], other["paid_yuan"], other["money_yuan"]) == (0, 1, Decimal(1100), None)
    assert row_of(units, "财政局")["difference_yuan"] == Decimal(100)
    assert row_of(units, "五申镇政府", "")["refused"] == 1
    assert sum(int(str(row[1])) for row in classes.rows) == sum(int(str(row[1])) for row in years.rows) == 7


def test_budget_codes_stand_beside_departments_only_where_one_has_a_code() -> None:
    found = drawn()
    bare = replace(found, units=tuple(replace(one, code="") for one in found.units))
    for build in (request.build, lambda one, params: execution.build(one, OUTCOMES, params)):
        coded = [one for one in build(found, PARAMS) if any(column.key == "budget_code" for column in one.columns)]
        assert len(coded) >= 2 and all(one.columns[one.place("budget_code") - 1].key == "department" for one in coded)
        for one in build(bare, PARAMS):
            assert all(column.key != "budget_code" for column in one.columns)
            assert all(len(row) == len(one.columns) for row in one.rows)
    _values, rows = filling.fields(bare, 2027, PARAMS)
    assert rows and all(row["预算单位编码"] == "" for row in rows), "a form may ask for it all the same"


def test_the_execution_of_a_plan_that_renews_nothing_says_so(tmp_path: Path) -> None:
    sheets = execution.build(drawn(given=empty_frames()), {}, PARAMS)
    write(Book("execution", sheets, "zh", AS_OF, PARAMS.made_at), tmp_path / "book.xlsx")
    assert all(sheet.empty for sheet in sheets if not len(sheet.rows))
