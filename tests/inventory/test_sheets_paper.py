"""Tables are printed as wide as the paper: on A4 while that can be read, on A3 when it cannot."""

import pytest

from inventory.sheets import style
from inventory.sheets.columns import Column


@pytest.mark.parametrize(
    ("widths", "paper"), [([], style.A4), ([30.0] * 4, style.A4), ([24.0] * 10, style.A4), ([25.0] * 10, style.A3)]
)
def test_a_table_that_would_be_printed_below_three_fifths_of_its_size_goes_on_a3(
    widths: list[float], paper: int
) -> None:
    assert style.paper(widths) == paper


@pytest.mark.parametrize(("title", "width"), [("Condition", 10.5), ("状况", 7.0), ("Due by", 7.0)])
def test_a_width_that_was_given_stands_unless_a_word_of_the_title_would_be_broken(title: str, width: float) -> None:
    assert style.column_width(Column("x", title, title, width=7), title, ["a long text in the column"]) == width
