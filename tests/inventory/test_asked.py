"""What a text in the search box is taken for."""

import pytest

from inventory.rules.asked import Asked


@pytest.mark.parametrize(
    "text", ["00:1A:2b:3c:4d:5e", "001a-2b3c-4d5e", "001a.2b3c.4d5e", "001A2B3C4D5E", "00 1a 2b 3c 4d 5e"]
)
def test_a_mac_is_known_in_every_notation(text: str) -> None:
    assert Asked(text).mac == "001a2b3c4d5e"


@pytest.mark.parametrize(
    ("text", "part"),
    [("00:1a:2b", "001a2b"), ("001a-2b", "001a2b"), ("2b3c.4d", "2b3c4d"), ("2b3c4d", "2b3c4d"), ("4d:5", "4d5")],
)
def test_a_part_of_a_mac_needs_its_marks_or_six_digits(text: str, part: str) -> None:
    assert Asked(text).mac_part == (part if len(part) >= 4 else "")


@pytest.mark.parametrize("text", ["10.1.2.3", "12345", "abc", "TZ-0123", "10.1.2.", "1:2", "財政局"])
def test_what_no_mac_can_hold_is_none(text: str) -> None:
    assert Asked(text).mac == ""
    assert Asked(text).mac_part == ""


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("10.1.2.3", "40a010203", "40a010203"),
        ("10.1.2.", "40a010200", "40a0102ff"),
        ("10.1.2", "40a010200", "40a0102ff"),
        ("10.1", "40a010000", "40a01ffff"),
        ("10.1.2.0/25", "40a010200", "40a01027f"),
    ],
)
def test_an_address_its_beginning_and_a_prefix_are_ranges(text: str, first: str, last: str) -> None:
    assert Asked(text).address_keys == (first, last)


@pytest.mark.parametrize("text", ["10", "10.1.2.300", "10.1.2.3.4", "301.2", "10.1.2.1/24", "财政局"])
def test_what_is_no_address_is_no_range(text: str) -> None:
    assert Asked(text).address_keys is None


def test_a_match_is_marked_across_punctuation_and_case() -> None:
    assert Asked("pf0bench12").parts("SN PF-0BENCH/12x") == ("SN ", "PF-0BENCH/12", "x")
    assert Asked("101").parts("1-01") is None
    assert Asked("财政").parts("县财政局") == ("县", "财政", "局")
    assert Asked("-").parts("a-b") == ("a", "-", "b")


def test_a_vlan_is_a_number_of_one_to_4094() -> None:
    assert [Asked(text).vlan_id for text in ("120", "VLAN 120", "vlan120", "0", "4095", "x")] == [120, 120, 120] + [
        None
    ] * 3


def test_a_serial_equals_itself_without_punctuation() -> None:
    assert Asked("pf-0 12").equals("PF012")
    assert not Asked("1-2").equals("12")
