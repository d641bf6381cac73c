"""References of formulas when rows are inserted: ten rows below row 5 of sheet '表'."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.sheets.ooxml.references import LAST_ROW, Insertion, NotFollowed

TEN = Insertion("表", 5, 10)


@pytest.mark.parametrize(
    ("formula", "moved"),
    [
        ("A4+A5+A6", "A4+A5+A16"),
        ("SUM(A5:A5)", "SUM(A5:A15)"),
        ("SUM($A$3:$A$6)", "SUM($A$3:$A$16)"),
        ("SUM(A2:A4)+表!B9+'表'!B9+他表!B9", "SUM(A2:A4)+表!B19+'表'!B19+他表!B9"),
        ("SUM(A:A)+SUM(5:5)+SUM($6:$7)", "SUM(A:A)+SUM(5:15)+SUM($16:$17)"),
        ('"A9"&名称&LOG10(A9)', '"A9"&名称&LOG10(A19)'),
        ("[1]表!A9+表1[[#This Row],[A9]]", "[1]表!A9+表1[[#This Row],[A9]]"),
        ("(A5:A5,C6:C7)", "(A5:A15,C16:C17)"),
        (f"COUNT(A1:A{LAST_ROW})", f"COUNT(A1:A{LAST_ROW})"),
        ("IF(A9>1,-A9%,{1,2;3,4})", "IF(A19>1,-A19%,{1,2;3,4})"),
    ],
)
def test_a_formula_follows_its_rows(formula: str, moved: str) -> None:
    assert TEN.formula(formula, "表") == moved


def test_a_formula_of_another_sheet_follows_what_it_names() -> None:
    assert TEN.formula("A9+表!A9+'表'!$A$5:$B$5", "他表") == "A9+表!A19+'表'!$A$5:$B$15"
    assert Insertion("它's", 5, 10).formula("'它''s'!A9", "") == "'它''s'!A19"


def test_in_the_pattern_row_a_running_sum_stays_and_a_whole_one_grows() -> None:
    assert TEN.formula("SUM(E$5:E5)/SUM(E$5:E$5)+E6", "表", running=True) == "SUM(E$5:E5)/SUM(E$5:E$15)+E16"


def test_a_copy_follows_its_row_and_what_stands_above_and_keeps_what_lies_below() -> None:
    assert TEN.copied("E5+F4+E16+$B$1+他表!C9+SUM(E$5:E5)", "表", 3) == "E8+F7+E16+$B$1+他表!C12+SUM(E$5:E8)"


def test_a_series_of_one_row_grows_unless_it_lies_across() -> None:
    assert TEN.series("表!$B$5") == "表!$B$5:$B$15"
    assert TEN.series("表!$B$5:$B$5") == "表!$B$5:$B$15"
    assert TEN.series("表!$B$5:$E$5") == "表!$B$5:$E$5"
    assert TEN.series("表!$B$5:$E$5", across=True) == "表!$B$5:$E$15"
    assert TEN.series("(表!$B$5,表!$B$9)") == "(表!$B$5:$B$15,表!$B$19)"


def test_areas_grow_and_cells_move() -> None:
    assert TEN.areas("A5 B5:C5 D9 A1:A4") == "A5:A15 B5:C15 D19 A1:A4"
    assert (TEN.cell("A5"), TEN.cell("A6")) == ("A5", "A16")


@pytest.mark.parametrize("formula", ["SUM(表:他表!A9)", "'表:他表'!A9", "表!A9:表!B9", '"A1'])
def test_what_cannot_be_followed_is_told(formula: str) -> None:
    with pytest.raises(NotFollowed):
        TEN.formula(formula, "表")


@given(st.integers(1, 40), st.integers(0, 5), st.integers(1, 40), st.integers(1, 20))
def test_two_insertions_below_one_another_are_one(first: int, more: int, at: int, count: int) -> None:
    area = f"A{first}:B{first + more}"
    once = Insertion("表", at, 2 * count).formula(area, "表")
    twice = Insertion("表", at, count).formula(Insertion("表", at, count).formula(area, "表"), "表")
    assert once == twice
