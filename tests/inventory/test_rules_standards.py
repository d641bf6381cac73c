"""What a standard allows and what may be asked for under it, with the worked figures of the central standard."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.rules.standards import (
    AsManyAs,
    AtMost,
    ByNeed,
    BySize,
    Holding,
    Rule,
    Share,
    Tiers,
    allowed,
    applying,
    asks,
    price_caps,
    problems,
    service_lives,
)

A4, A3, A4C, A3C = "printer-a4-mono", "printer-a3-mono", "printer-a4-colour", "printer-a3-colour"


def share(percent: str, least: int | None = None, at_most: int | None = None) -> Share:
    return Share(Decimal(percent), least, at_most)


CENTRAL = (
    Rule("desktop", share("100"), ("desktop",), price_cap_yuan=Decimal(5000), service_life_years=6),
    Rule("desktop", share("150"), ("desktop",), mark="handles_secrets", price_cap_yuan=Decimal(5000)),
    Rule("laptop", share("50"), ("laptop",), price_cap_yuan=Decimal(7000)),
    Rule("laptop", share("50"), ("laptop",), mark="field_work", instead_of="desktop", price_cap_yuan=Decimal(7000)),
    Rule("printer", share("80"), (A4, A3, A4C, A3C), name="打印机"),
    Rule("printer-a3", share("15"), (A3, A3C), within="printer"),
    Rule("printer-colour", share("3"), (A4C, A3C), within="printer", needs_approval=True),
    Rule("a3-colour", share("3"), (A3C,), within="printer-colour", price_cap_yuan=Decimal(15000)),
    Rule("copier", Tiers(((100, 20), (None, 30))), ("copier",)),
    Rule("mfp", share("30"), ("mfp", "fax")),
    Rule("network", ByNeed(), ("switch", "router")),
)


@pytest.mark.parametrize(
    ("staff", "marks", "figures"),
    [
        (23, (), (23, 11, 18, 3, 0, 2, 6)),
        (23, ("handles_secrets",), (34, 11, 18, 3, 0, 2, 6)),
        (100, (), (100, 50, 80, 15, 3, 5, 30)),
        (101, (), (101, 50, 80, 15, 3, 6, 30)),
        (131, (), (131, 65, 104, 19, 3, 7, 39)),
    ],
)
def test_the_central_standard_gives_its_worked_figures(
    staff: int, marks: tuple[str, ...], figures: tuple[int, ...]
) -> None:
    found = allowed(CENTRAL, staff, marks)
    codes = ("desktop", "laptop", "printer", "printer-a3", "printer-colour", "copier", "mfp")
    assert tuple(found[code].number for code in codes) == figures
    assert found["network"].number is None


def test_a_department_without_staff_is_allowed_nothing_by_share_or_tier() -> None:
    found = allowed(CENTRAL, 0)
    assert {found[code].number for code in ("desktop", "printer", "copier", "mfp")} == {0}
    assert Share(Decimal(1), least=1).number(0, {}) == 0


def test_a_marked_rule_stands_in_for_the_plain_one_whatever_their_order() -> None:
    plain, marked = CENTRAL[0], CENTRAL[1]
    assert applying((marked, plain), ("handles_secrets",)) == [marked]
    assert applying((marked, plain), ()) == [plain]


def test_a_least_number_lifts_a_share_and_a_most_ends_it() -> None:
    duplicator = share("1", least=1)
    assert [duplicator.number(staff, {}) for staff in (40, 99, 100, 250)] == [1, 1, 1, 2]
    assert share("10", at_most=5).number(1000, {}) == 5


def test_a_number_by_size_takes_the_first_step_that_holds_the_staff() -> None:
    scanners = BySize(((19, 1), (None, 2)))
    assert [scanners.number(staff, {}) for staff in (5, 19, 20, 300)] == [1, 1, 2, 2]


PROJECTOR = Rule("projector", BySize(((29, 1), (None, 2))), ("projector",), limited_by="meeting_rooms")


@pytest.mark.parametrize(
    ("staff", "rooms", "projectors"),
    # Under 30 staff with a room: one. 30 or more with two: one more. Never over two; none without a room.
    [(29, 0, 0), (29, 1, 1), (29, 5, 1), (30, 0, 0), (30, 1, 1), (30, 2, 2), (300, 9, 2)],
)
def test_projectors_go_by_the_staff_and_by_the_meeting_rooms(staff: int, rooms: int, projectors: int) -> None:
    assert allowed((PROJECTOR,), staff, rooms={"meeting_rooms": rooms})["projector"].number == projectors


def test_where_no_room_is_known_a_rule_that_rooms_limit_comes_to_nothing() -> None:
    assert allowed((PROJECTOR,), 50)["projector"].number == 0


@given(st.integers(0, 400), st.integers(0, 60), st.integers(0, 9), st.integers(0, 9))
def test_what_rooms_limit_never_falls_when_staff_or_rooms_grow(staff: int, more: int, rooms: int, further: int) -> None:
    def number(of: int, having: int) -> int:
        rules = (PROJECTOR, Rule("screen", share("20"), ("screen",), within="projector", limited_by="meeting_rooms"))
        found = allowed(rules, of, rooms={"meeting_rooms": having})
        return (found["projector"].number or 0) * 1000 + (found["screen"].number or 0)

    assert number(staff, rooms) <= min(number(staff + more, rooms), number(staff, rooms + further))


def test_a_fixed_most_does_not_depend_on_staff() -> None:
    assert AtMost(1).number(500, {}) == 1


def test_as_many_as_counts_what_is_held_of_the_other_classes() -> None:
    office = Rule("office", AsManyAs(("desktop", "laptop")), ("office-software",))
    assert allowed((office,), 10, (), {"desktop": 7, "laptop": 2, "server": 1})["office"].number == 9


def test_a_narrow_rule_never_passes_the_wider_one() -> None:
    rules = (Rule("all", share("10"), ("a", "b")), Rule("some", share("50"), ("a",), within="all"))
    assert allowed(rules, 40)["some"].number == 4


def test_rules_within_each_other_in_a_ring_still_give_numbers() -> None:
    rules = (Rule("a", share("10"), ("x",), within="b"), Rule("b", share("20"), ("x",), within="a"))
    assert allowed(rules, 100)["b"].number == 10
    assert ("a", "within_ring") in problems(rules)


def test_field_work_may_hold_more_laptops_and_then_as_many_fewer_desktops() -> None:
    found = allowed(CENTRAL, 20, ("field_work",), {"desktop": 12, "laptop": 15})
    assert (found["laptop"].number, found["desktop"].number) == (15, 15)


def test_an_exchange_takes_only_what_is_not_held_on_the_other_side() -> None:
    found = allowed(CENTRAL, 20, ("field_work",), {"desktop": 18, "laptop": 15})
    assert (found["laptop"].number, found["desktop"].number) == (12, 18)
    without_mark = allowed(CENTRAL, 20, (), {"desktop": 12, "laptop": 15})
    assert (without_mark["laptop"].number, without_mark["desktop"].number) == (10, 20)


def worn(held: int, count: int) -> Holding:
    return Holding(held, count, 0, count)


def quantities(rules: tuple[Rule, ...], staff: int, mine: dict[str, Holding], *, fill: bool = False) -> dict[str, int]:
    counts = {code: holding.held for code, holding in mine.items()}
    return {ask.asset_class: ask.quantity for ask in asks(allowed(rules, staff, (), counts), mine, fill=fill)}


def test_what_is_worn_is_replaced_within_what_the_standard_leaves() -> None:
    assert quantities(CENTRAL, 23, {"desktop": worn(20, 8)})["desktop"] == 8
    assert quantities(CENTRAL, 10, {"desktop": worn(15, 8)})["desktop"] == 3
    assert quantities(CENTRAL, 5, {"desktop": worn(15, 8)})["desktop"] == 0


def test_what_is_past_its_life_and_to_be_scrapped_counts_once() -> None:
    mine = {"desktop": Holding(held=10, past_life=4, to_be_scrapped=3, worn=5)}
    assert mine["desktop"].serving == 5
    assert quantities(CENTRAL, 23, mine)["desktop"] == 5


def test_classes_under_one_rule_never_ask_for_more_than_it_leaves() -> None:
    mine = {A4: worn(16, 16), A3: worn(6, 6), A4C: worn(2, 2), A3C: worn(1, 1)}
    found = quantities(CENTRAL, 23, mine)
    assert found[A4] == 16 and found[A3] == 2 and found[A4C] == 0 and found[A3C] == 0


def test_an_ask_that_is_held_down_names_the_rule() -> None:
    mine = {A4: worn(16, 16), A3: worn(6, 6)}
    ask = next(ask for ask in asks(allowed(CENTRAL, 23), mine) if ask.asset_class == A3)
    assert ask.caps == ("打印机",) and ask.room == 2


def test_by_need_only_what_is_worn_is_asked_for() -> None:
    assert quantities(CENTRAL, 7, {"switch": worn(83, 59)}, fill=True)["switch"] == 59


def test_filling_adds_up_to_the_standard_but_not_where_approval_is_needed() -> None:
    found = quantities(CENTRAL, 100, {"desktop": worn(60, 10)}, fill=True)
    assert found["desktop"] == 50 and found["laptop"] == 50
    assert found[A4C] == found[A3C] == 0
    assert found[A4] + found[A3] == 80


COUNT = st.integers(0, 60)


@given(
    st.integers(0, 300), st.dictionaries(st.sampled_from((A4, A3, A4C, A3C)), st.tuples(COUNT, COUNT)), st.booleans()
)
def test_no_rule_is_ever_passed_by_what_serves_and_is_asked(
    staff: int, counts: dict[str, tuple[int, int]], fill: bool
) -> None:
    mine = {code: worn(held + old, old) for code, (held, old) in counts.items()}
    found = quantities(CENTRAL, staff, mine, fill=fill)
    for allowance in allowed(CENTRAL, staff).values():
        asked = sum(found.get(code, 0) for code in allowance.rule.classes)
        serving = sum(mine[code].serving for code in allowance.rule.classes if code in mine)
        if asked and allowance.number is not None:
            assert asked + serving <= allowance.number


def test_a_class_takes_the_lowest_cap_and_the_longest_life_of_its_rules() -> None:
    rules = (*CENTRAL, replace(CENTRAL[0], code="other", price_cap_yuan=Decimal(4000), service_life_years=8))
    assert price_caps(rules)["desktop"] == Decimal(4000)
    assert service_lives(rules) == {"desktop": 8}


def test_a_citys_standard_can_be_written_as_rules() -> None:
    city = (
        Rule("computer", share("150"), ("desktop", "laptop")),
        Rule("desktop", share("150"), ("desktop",), within="computer", price_cap_yuan=Decimal(4000)),
        Rule("laptop", share("150"), ("laptop",), within="computer", price_cap_yuan=Decimal(5000)),
        PROJECTOR,
        Rule("camera", share("10"), ("camera",)),
        Rule("camcorder", AtMost(1), ("camcorder",)),
        Rule("colour", ByNeed(), (A4C,)),
    )
    found = {code: allowance.number for code, allowance in allowed(city, 25, rooms={"meeting_rooms": 1}).items()}
    assert found == {
        "computer": 37,
        "desktop": 37,
        "laptop": 37,
        "projector": 1,
        "camera": 2,
        "camcorder": 1,
        "colour": None,
    }
    mine = {"desktop": worn(30, 10), "laptop": worn(12, 12)}
    asked = quantities(city, 25, mine)
    assert asked["desktop"] == 10 and asked["laptop"] == 7


def test_laptops_and_desktops_may_stand_in_for_each_other_both_ways() -> None:
    other = (
        Rule("desktop", share("100"), ("desktop",), instead_of="laptop"),
        Rule("desktop", share("150"), ("desktop",), mark="own_network", instead_of="laptop"),
        Rule("laptop", share("50"), ("laptop",), instead_of="desktop"),
    )
    more_desktops = allowed(other, 20, (), {"desktop": 24, "laptop": 3})
    assert (more_desktops["desktop"].number, more_desktops["laptop"].number) == (24, 6)
    assert allowed(other, 20, ("own_network",))["desktop"].number == 30


def test_names_that_lead_nowhere_are_told() -> None:
    rules = (Rule("a", ByNeed(), (), within="x", instead_of="y"),)
    kinds = {kind for _, kind in problems(rules)}
    assert kinds == {"within_unknown", "instead_of_unknown", "no_classes"}
    assert problems(CENTRAL) == []
