"""Choosing what to renew when: the order, the money, the standard, what is carried over and what stays undone."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.rules.choosing import choose
from inventory.rules.planning import Candidate, Choice, Decision, Extra, Order, Purse, Terms, Unit
from inventory.rules.prices import Tariff
from inventory.rules.standards import Allowance, AtMost, ByNeed, Rule

DESKTOP = Rule("desktop", AtMost(0), ("desktop",), name="台式计算机")
NETWORK = Rule("network", ByNeed(), ("switch",))


def unit(name: str, allowed: int = 99, held: int = 10, *marks: str) -> Unit:
    allowances = {"desktop": Allowance(DESKTOP, allowed), "network": Allowance(NETWORK, None)}
    return Unit(name, frozenset(marks), allowances, {"desktop": held, "switch": 5})


def due(tag: str, year: int, department: str = "甲", **more: Any) -> Candidate:
    return Candidate(tag, more.pop("asset_class", "desktop"), department, date(year, 6, 1), **more)


def price(one: Candidate, year: int) -> Decimal | None:
    return {"desktop": Decimal(5000), "switch": Decimal(3000)}.get(one.asset_class)


def terms(*yuan: int | None, order: tuple[Order, ...] = (Order.PAST_DUE,), **more: Any) -> Terms:
    """A plan from 2027 on with one purse a year."""
    money = {2027 + n: [Purse("专款", None if one is None else Decimal(one))] for n, one in enumerate(yuan)}
    return Terms(2027, max(len(yuan), 1), order, money=money, **more)


def drawn(candidates: list[Candidate], plan: Terms, *units: Unit) -> dict[str, Choice]:
    known = {one.name: one for one in units or (unit("甲"), unit("乙"), unit("丙"))}
    return {one.tag: one for one in choose(candidates, known, plan, price)}


def years(found: dict[str, Choice]) -> dict[str, int | None]:
    return {tag: one.year for tag, one in found.items()}


def test_what_there_is_no_money_for_is_carried_over_and_the_rest_is_undone() -> None:
    found = drawn([due("A", 2024), due("B", 2026), due("C", 2027), due("D", 2028)], terms(9000, 5000))
    assert years(found) == {"A": 2027, "B": 2028, "C": None, "D": None}
    assert found["C"].why == (("no_money", "5000", "0", "2028"),)
    assert found["A"].why == (("rank", "1", "3", "2027"), ("past_due", "3"))
    assert (found["A"].source, found["A"].price_yuan, found["A"].due_year) == ("专款", Decimal(5000), 2024)


def test_what_is_due_after_the_plan_is_no_part_of_it() -> None:
    assert set(drawn([due("A", 2027), due("B", 2028)], terms(50000))) == {"A"}


def test_a_cheaper_thing_may_fit_where_a_dear_one_does_not_and_each_says_why() -> None:
    found = drawn([due("A", 2025), due("B", 2026, asset_class="switch")], terms(4000))
    assert years(found) == {"A": None, "B": 2027}
    assert found["A"].why == (("too_dear", "5000", "4000", "2027"),)


def test_without_any_money_stated_all_is_renewed_in_the_year_it_is_due() -> None:
    plan = Terms(2027, 2, (Order.PAST_DUE,))
    found = drawn([due("A", 2020), due("B", 2028), due("C", 2027, asset_class="kiosk-switch")], plan)
    assert years(found) == {"A": 2027, "B": 2028, "C": None} and found["C"].why == (("no_rule",),)


def test_a_year_without_a_purse_has_no_money() -> None:
    plan = Terms(2027, 2, (Order.PAST_DUE,), money={2028: [Purse("专款", Decimal(5000))]})
    assert years(drawn([due("A", 2027)], plan)) == {"A": 2028}


def test_purses_are_used_up_in_their_order() -> None:
    money = {2027: [Purse("专款", Decimal(6000)), Purse("资金", Decimal(10000))]}
    found = drawn([due(tag, 2020) for tag in "ABCD"], Terms(2027, 1, (Order.PAST_DUE,), money=money))
    assert [found[tag].source for tag in "ABCD"] == ["专款", "资金", "资金", ""]


@pytest.mark.parametrize(
    ("order", "first"),
    [
        (Order.PAST_DUE, "old"),
        (Order.SUPPORT, "unsupported"),
        (Order.FAILED, "scrap"),
        (Order.CONDITION, "poor"),
        (Order.SECRETS, "secret"),
    ],
)
def test_the_planners_order_decides_who_comes_first(order: Order, first: str) -> None:
    candidates = [
        due("a-plain", 2026),
        due("old", 2024),
        due("unsupported", 2026, support_ends_on=date(2026, 12, 31)),
        due("still-supported", 2026, support_ends_on=date(2027, 1, 1)),
        due("scrap", 2026, status="to_be_scrapped"),
        due("repair", 2026, status="under_repair"),
        due("poor", 2026, condition="poor"),
        due("worn", 2026, condition="worn"),
        due("secret", 2026, "乙"),
    ]
    units = (unit("甲"), unit("乙", 99, 10, "handles_secrets"))
    found = drawn(candidates, terms(5000, order=(order,)), *units)
    assert [tag for tag, year in years(found).items() if year] == [first]
    assert found[first].why[1][0] == order.value


def test_fairness_takes_turns_between_departments_within_equals() -> None:
    candidates = [due(f"a{n}", 2026) for n in range(4)] + [due("b0", 2026, "乙"), due("b1", 2026, "乙")]
    candidates.append(due("c-old", 2020, "丙"))
    found = drawn(candidates, terms(25000, order=(Order.PAST_DUE, Order.FAIRNESS)))
    # The old one comes first; then 丙 has all of its own, and 乙 (2) and 甲 (4) take turns by their shares.
    ranked = sorted((int(one.why[0][1]), tag) for tag, one in found.items() if one.year)
    assert [tag for _, tag in ranked] == ["c-old", "b0", "a0", "a1", "b1"]
    assert found["a1"].why[-1] == ("fairness", "1", "4")


def test_what_the_standard_has_no_room_for_is_not_renewed() -> None:
    # Allowed 4, held 6, two due in 2027 and two in 2028. 2027: four still serve, so nothing can be added. 2028: two
    # serve, so two of the four are renewed, the oldest; for the others there is no place.
    candidates = [due("A", 2027), due("B", 2027), due("C", 2028), due("D", 2028)]
    found = drawn(candidates, terms(None, None), unit("甲", 4, 6))
    assert years(found) == {"A": 2028, "B": 2028, "C": None, "D": None}
    assert found["C"].why == (("over_standard", "台式计算机", "4"),)


def test_above_the_standard_needs_a_reason_and_bears_it() -> None:
    extras = {("甲", "desktop"): Extra(1, "办事大厅新增窗口")}
    found = drawn([due("A", 2027), due("B", 2027)], terms(None, extras=extras), unit("甲", 1, 3))
    assert years(found) == {"A": 2027, "B": None}
    assert found["A"].over_standard and found["A"].why[-1] == ("exception", "办事大厅新增窗口")


def test_a_thing_by_need_has_no_number_to_pass() -> None:
    found = drawn([due("A", 2027, asset_class="switch")], terms(3000), unit("甲", 0, 0))
    assert years(found) == {"A": 2027}


def test_without_department_rule_or_price_nothing_is_chosen_and_the_reason_is_told() -> None:
    known = {"甲": unit("甲")}
    candidates = [due("A", 2027, ""), due("B", 2027, asset_class="kiosk")]
    found = {one.tag: one for one in choose(candidates, known, terms(90000), price)}
    assert [found[tag].why for tag in "AB"] == [(("no_department",),), (("no_rule",),)]
    unpriced = choose([due("C", 2027)], known, terms(90000), lambda one, year: None)
    assert unpriced[0].year is None and unpriced[0].why == (("no_price",),)


def test_the_fiscal_year_begins_in_the_month_that_is_set() -> None:
    candidates = [Candidate("A", "desktop", "甲", date(2028, 3, 31)), Candidate("B", "desktop", "甲", date(2028, 4, 1))]
    assert years(drawn(candidates, Terms(2027, 1, first_month=4))) == {"A": 2027}


CANDIDATES = st.lists(
    st.builds(
        Candidate,
        tag=st.uuids().map(str),
        asset_class=st.sampled_from(["desktop", "switch", "kiosk"]),
        department=st.sampled_from(["甲", "乙", ""]),
        due_on=st.dates(date(2020, 1, 1), date(2032, 1, 1)),
        status=st.sampled_from(["in_use", "under_repair", "to_be_scrapped"]),
        condition=st.sampled_from(["", "poor", "worn"]),
    ),
    max_size=40,
    unique_by=lambda one: one.tag,
)


@given(CANDIDATES, st.lists(st.integers(0, 30000), min_size=1, max_size=4), st.permutations(list(Order)), st.data())
def test_laws_of_a_plan(candidates: list[Candidate], yuan: list[int], order: list[Order], data: st.DataObject) -> None:
    units = (unit("甲", 6, 12), unit("乙", 20, 12, "field_work"))
    plan = terms(*yuan, order=tuple(order))
    found = drawn(candidates, plan, *units)
    last = 2027 + len(yuan) - 1
    assert set(found) == {one.tag for one in candidates if one.due_on.year <= last}, "nothing due is lost"
    spent: dict[int, Decimal] = defaultdict(Decimal)
    for one in found.values():
        assert one.why, "each choice says why"
        if one.year is not None:
            assert one.year >= max(one.due_year, 2027)
            spent[one.year] += one.price_yuan or 0
    assert all(spent[2027 + n] <= amount for n, amount in enumerate(yuan))
    shuffled = data.draw(st.permutations(candidates))
    assert drawn(shuffled, plan, *units) == found, "the order in which devices come does not matter"


ENTRIES = {"desktop": [(date(2024, 1, 1), Decimal(4800)), (date(2026, 1, 1), Decimal(4990))]}


def test_prices_rise_by_the_year_from_the_plans_date_and_stop_at_the_cap() -> None:
    tariff = Tariff(ENTRIES, date(2026, 11, 24), Decimal(2))
    assert tariff.listed("desktop", 2026) == Decimal("4990.00")
    assert tariff.listed("desktop", 2027) == Decimal("5089.80")
    assert tariff.listed("desktop", 2028) == Decimal("5191.60")
    capped = tariff.price("desktop", 2027, Decimal(5000))
    assert capped is not None and (capped.yuan, capped.capped) == (Decimal(5000), True)
    assert tariff.price("kiosk", 2027, None) is None


def test_a_price_that_begins_later_counts_from_its_day_and_rises_from_there() -> None:
    entries = {"desktop": [*ENTRIES["desktop"], (date(2028, 1, 1), Decimal(5500))]}
    tariff = Tariff(entries, date(2026, 11, 24), Decimal(10))
    assert [tariff.listed("desktop", year) for year in (2027, 2028, 2029)] == [
        Decimal("5489.00"),
        Decimal("5500.00"),
        Decimal("6050.00"),
    ]


def out(reason: str = "留用") -> Decision:
    return Decision(None, reason, "张三")


def into(year: int, reason: str = "急用") -> Decision:
    return Decision(year, reason, "张三")


def test_what_is_left_out_is_undone_with_its_reason_and_author_and_its_money_goes_to_the_next() -> None:
    plan = terms(5000, decisions={"A": out()})
    found = drawn([due("A", 2020), due("B", 2026)], plan)
    assert years(found) == {"A": None, "B": 2027}
    assert found["A"].why == (("left_out", "留用", "张三"),)
    assert found["B"].why[0] == ("rank", "1", "1", "2027")


def test_what_is_left_out_keeps_its_place_under_the_standard_unless_it_is_to_be_scrapped() -> None:
    """Ten are held and ten allowed: the room is what is due and does not serve on."""
    ten = [unit("甲", allowed=10, held=12)]
    candidates = [due(tag, 2026) for tag in "ABC"]
    assert years(drawn(candidates, terms(50000), *ten)) == {"A": 2027, "B": None, "C": None}
    assert years(drawn(candidates, terms(50000, decisions={"A": out()}), *ten)) == {"A": None, "B": None, "C": None}
    scrapped = [due("A", 2026, status="to_be_scrapped"), *candidates[1:]]
    found = drawn(scrapped, terms(50000, decisions={"A": out()}), *ten)
    assert years(found) == {"A": None, "B": 2027, "C": None}


def test_what_is_put_in_comes_first_in_its_year_and_waits_until_then() -> None:
    candidates = [due("A", 2020), due("B", 2027), due("C", 2026)]
    found = drawn(candidates, terms(5000, 5000, 5000, decisions={"A": into(2029), "B": into(2027)}))
    assert years(found) == {"A": 2029, "B": 2027, "C": 2028}
    assert found["B"].why == (("rank", "1", "2", "2027"), ("by_hand", "急用", "张三"), ("due_this_year",))
    assert found["A"].why == (("rank", "1", "1", "2029"), ("by_hand", "急用", "张三"), ("past_due", "9"))


def adding(*tags: str, year: int = 2027) -> dict[str, Decision]:
    return {tag: Decision(year, "新设窗口", "张三") for tag in tags}


def new(tag: str, department: str = "甲", asset_class: str = "desktop") -> Candidate:
    return Candidate(tag, asset_class, department, None, status="planned")


def test_what_is_added_stays_below_the_standard_with_all_that_is_held() -> None:
    """Twelve are allowed and ten held, of which one waits for money: two may be added, as if it served on."""
    candidates = [due("A", 2026), new("N1"), new("N2"), new("N3")]
    twelve = [unit("甲", allowed=12, held=10)]
    found = drawn(candidates, Terms(2027, 1, additions=adding("N1", "N2", "N3")), *twelve)
    assert years(found) == {"A": 2027, "N1": 2027, "N2": 2027, "N3": None}
    assert found["N1"].why == (
        ("added_as", "1", "3", "2027"), ("added", "新设窗口", "张三"), ("within", "台式计算机", "12", "2")
    )  # fmt: skip
    assert found["N3"].why == (("no_room", "台式计算机", "12"),)
    money = {2027: [Purse("专款", Decimal(4999)), Purse("资金", Decimal(0))], 2028: [Purse("专款", Decimal(99999))]}
    plan = Terms(2027, 2, money=money, additions=adding("N1", "N2", "N3", year=2028))
    late = [due("A", 2026), due("B", 2029), new("N1"), new("N2"), new("N3")]
    assert years(drawn(late, plan, *twelve)) == {"A": 2028, "N1": 2028, "N2": 2028, "N3": None}


def test_what_waits_for_money_keeps_its_place_from_what_is_added() -> None:
    """Ten are allowed and held; one is due and cannot be paid: adding one would leave no place for its renewal."""
    plan = terms(4000, 5000, additions=adding("N"))
    found = drawn([due("A", 2026), new("N")], plan, unit("甲", allowed=10, held=10))
    assert years(found) == {"A": 2028, "N": None} and found["N"].why[0][0] == "no_room"


def test_what_is_added_is_paid_with_what_renewals_left_in_that_year_alone() -> None:
    plan = terms(9000, 50000, additions=adding("N"))
    found = drawn([due("A", 2026), new("N")], plan)
    assert years(found) == {"A": 2027, "N": None}
    assert found["N"].why == (("no_money", "5000", "4000", "2027"),), "it is not carried over"
    found = drawn([due("A", 2026), new("N")], terms(10000, additions=adding("N")))
    assert years(found) == {"A": 2027, "N": 2027}
    assert (found["N"].source, found["N"].price_yuan, found["N"].due_year) == ("专款", Decimal(5000), 2027)


def test_what_no_rule_lists_is_not_added_and_what_is_by_need_is_argued() -> None:
    candidates = [new("S", asset_class="switch"), new("K", asset_class="kiosk"), new("X", "丁")]
    found = drawn(candidates, Terms(2027, 1, additions=adding("S", "K", "X")), unit("甲"))
    assert years(found) == {"S": 2027, "K": None, "X": None}
    assert found["S"].why[2] == ("by_need",)
    assert [found[tag].why for tag in "KX"] == [(("no_rule",),), (("no_department",),)]


def test_additions_change_nothing_about_renewals() -> None:
    candidates = [due(tag, 2026, place) for tag, place in zip("ABCDEF", "甲乙丙甲乙丙", strict=True)]
    without = drawn(candidates, terms(10000, 10000, order=(Order.FAIRNESS,)))
    plan = terms(10000, 10000, order=(Order.FAIRNESS,), additions=adding("N"))
    found = drawn([*candidates, new("N")], plan)
    assert {tag: one for tag, one in found.items() if tag != "N"} == without


def test_what_is_not_due_is_put_in_and_says_so() -> None:
    candidates = [due("A", 2035), Candidate("B", "desktop", "甲", None)]
    found = drawn(candidates, terms(5000, 5000, decisions={"A": into(2028), "B": into(2027)}))
    assert years(found) == {"A": 2028, "B": 2027}
    assert (found["A"].due_year, found["B"].due_year) == (2028, 2027), "they count as due from then"
    assert found["A"].why[2] == ("not_due", "2035-06-01") and found["B"].why[2] == ("no_due_date",)


def test_what_is_put_in_above_the_standard_or_the_money_is_marked_and_counts() -> None:
    full = unit("甲", allowed=10, held=11)
    candidates = [due("A", 2035), due("B", 2026)]
    found = drawn(candidates, terms(8000, decisions={"A": into(2027)}), full)
    assert found["A"].over_standard is False, "it makes the room that it needs, as whatever is due"
    assert years(found) == {"A": 2027, "B": None} and found["B"].why[0][0] == "over_standard"
    found = drawn(candidates, terms(4000, decisions={"A": into(2027)}), unit("甲", allowed=9, held=11))
    assert (found["A"].over_standard, found["A"].over_money) == (True, True)
    assert ("above", "台式计算机", "9") in found["A"].why and ("over_money", "5000", "4000", "2027") in found["A"].why
    assert (found["A"].source, found["A"].price_yuan) == ("专款", Decimal(5000))


def test_what_is_put_in_into_a_year_without_money_is_paid_from_no_source_and_marked() -> None:
    plan = Terms(2027, 2, (Order.PAST_DUE,), money={2028: [Purse("专款", Decimal(5000))]}, decisions={"A": into(2027)})
    found = drawn([due("A", 2026)], plan)
    assert (found["A"].year, found["A"].source, found["A"].over_money) == (2027, "", True)


def test_what_no_department_holds_is_not_put_in_and_what_no_rule_lists_is() -> None:
    candidates = [due("A", 2026, "无"), due("B", 2026, asset_class="boat")]
    found = drawn(candidates, terms(9000, decisions={"A": into(2027), "B": into(2027)}))
    assert years(found) == {"A": None, "B": 2027}
    assert found["A"].why == (("no_department",),) and ("no_rule",) in found["B"].why


@given(st.lists(st.sampled_from([None, 2027, 2028, 2029, "free"]), min_size=1, max_size=12), st.integers(0, 40000))
def test_decisions_hold_whatever_the_money_and_the_rest_never_overspends(given_: list[Any], yuan: int) -> None:
    candidates = [due(f"T{n:02}", 2024 + n % 6) for n in range(len(given_))]
    decisions = {f"T{n:02}": Decision(one, "r", "a") for n, one in enumerate(given_) if one != "free"}
    found = drawn(candidates, terms(yuan, yuan, yuan, decisions=decisions))
    for tag, one in decisions.items():
        assert tag not in found or found[tag].year == one.year
    assert found == drawn(candidates[::-1], terms(yuan, yuan, yuan, decisions=decisions))
    for year in (2027, 2028, 2029):
        spent = sum((one.price_yuan or 0) for one in found.values() if one.year == year)
        by_hand = sum((one.price_yuan or 0) for tag, one in found.items() if one.year == year and tag in decisions)
        assert spent <= max(yuan, by_hand)
