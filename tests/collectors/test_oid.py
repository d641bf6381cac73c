"""Object identifiers as octets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.snmp import oid as oids

ARCS = st.tuples(st.integers(0, 1), st.integers(0, 39)).flatmap(
    lambda head: st.lists(st.integers(0, 2**32 - 1), max_size=12).map(lambda rest: (*head, *rest))
)


def test_text_and_octets_are_each_others_inverse() -> None:
    octets = oids.parse(".1.3.6.1.4.1.2011.5.25.31.0")
    assert octets.hex() == "2b060104018f5b05191f00"
    assert oids.text(octets) == "1.3.6.1.4.1.2011.5.25.31.0"


@pytest.mark.parametrize("wrong", ["", "1", "3.1", "1.40.1", "1.3.x", "1..3", "1.3.-1"])
def test_what_is_no_oid_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError):
        oids.parse(wrong)


@given(ARCS)
def test_arcs_come_back(arcs: tuple[int, ...]) -> None:
    assert oids.arcs(oids.encode(arcs)) == arcs


@given(ARCS, ARCS)
def test_order_sorts_like_the_arcs(one: tuple[int, ...], other: tuple[int, ...]) -> None:
    first, second = oids.order(oids.encode(one)), oids.order(oids.encode(other))
    assert (first < second, first == second) == (one < other, one == other)


def test_octets_alone_do_not_sort_like_arcs() -> None:
    near, far = oids.parse("1.3.16383"), oids.parse("1.3.16384")
    assert near > far
    assert oids.order(near) < oids.order(far)


@given(ARCS.filter(lambda arcs: len(arcs) > 2))
def test_the_parent_is_all_but_the_last_arc(arcs: tuple[int, ...]) -> None:
    assert oids.parent(oids.encode(arcs)) == oids.encode(arcs[:-1])


@given(st.binary(max_size=40))
def test_any_octets_have_arcs_an_order_and_a_parent(octets: bytes) -> None:
    assert oids.text(octets) == ".".join(map(str, oids.arcs(octets)))
    assert isinstance(oids.order(octets), bytes)
    assert octets.startswith(oids.parent(octets))
