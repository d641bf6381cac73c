"""Addresses, prefixes and MACs as keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.rules.addresses import (
    address_key,
    containing_keys,
    mac_owner,
    parse_address,
    parse_mac,
    parse_prefix,
    prefix_key,
    show_mac,
)


@given(st.ip_addresses(), st.ip_addresses())
def test_the_text_order_of_keys_is_the_order_of_addresses(one, other):
    expected = (one.version, int(one)) < (other.version, int(other))
    assert (address_key(parse_address(str(one))) < address_key(parse_address(str(other)))) == expected


@given(st.ip_addresses(v=4), st.integers(0, 32))
def test_the_prefix_that_holds_an_address_is_among_its_keys(address, length):
    first = int(address) >> (32 - length) << (32 - length)
    network = parse_prefix(f"{parse_address(str(address)).__class__(first, 4)}/{length}")
    assert prefix_key(network) in containing_keys(parse_address(str(address)))


@pytest.mark.parametrize("text", ["", "10.1", "10.1.1.256", "010.1.1.1", "10.0.0.1/24", "fe80::1%eth0", "一"])
def test_what_is_no_address_is_refused_with_its_text(text):
    with pytest.raises(ValueError, match="is not an"):
        parse_address(text)


@pytest.mark.parametrize("text", ["10.0.0.1/24", "10.0.0.0", "10.0.0.0/33", "x/8"])
def test_what_is_no_prefix_is_refused(text):
    with pytest.raises(ValueError):
        parse_prefix(text)


@pytest.mark.parametrize("text", ["00:1A:2B:3C:4D:5E", "001a-2b3c-4d5e", "001a.2b3c.4d5e", "00-1a-2b-3c-4d-5e"])
def test_macs_in_every_usual_notation_are_one(text):
    assert show_mac(parse_mac(text)) == "00:1a:2b:3c:4d:5e"


@pytest.mark.parametrize(
    ("mac", "begins"), [("c0b8e6017000", "Ruijie"), ("02b8e6017000", ""), ("", ""), ("no mac", "")]
)
def test_the_owner_of_a_mac_is_told_where_one_is_known(mac, begins):
    owner = mac_owner(mac)
    assert owner.startswith(begins) and bool(owner) == bool(begins)
