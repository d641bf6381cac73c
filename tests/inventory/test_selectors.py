"""Reads of the register that cross models."""

import pytest
from django.db import connection

from inventory.models import Interface, IPAddress, Prefix
from inventory.selectors import (
    UnknownName,
    addresses_in,
    devices_changed_since,
    find_department,
    find_town,
    log_mark,
    prefix_of,
)
from inventory.services import write
from tests.factories import TESTER, DepartmentFactory, DeviceFactory, InterfaceFactory, TownFactory

pytestmark = pytest.mark.django_db


def _make(*rows):
    with write.unit(TESTER) as unit:
        return [unit.create(row) for row in rows]


def test_the_longest_prefix_that_holds_an_address_is_found():
    _make(*(Prefix(prefix=text) for text in ("10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "fd00::/8", "0.0.0.0/0")))
    for address, prefix in (
        ("10.1.2.3", "10.1.2.0/24"),
        ("10.1.3.3", "10.1.0.0/16"),
        ("10.200.0.1", "10.0.0.0/8"),
        ("192.0.2.1", "0.0.0.0/0"),
        ("fd00::7", "fd00::/8"),
    ):
        assert prefix_of(address).prefix == prefix
    assert prefix_of("2001:db8::1") is None
    with pytest.raises(ValueError, match="is not an IPv4 or IPv6 address"):
        prefix_of("10.1")


def test_the_addresses_of_a_prefix_come_in_order():
    (prefix,) = _make(Prefix(prefix="10.1.2.0/24"))
    interface = InterfaceFactory()
    _make(*(IPAddress(address=a, interface=interface) for a in ("10.1.2.20", "10.1.2.3", "10.1.3.1", "10.1.1.255")))
    assert [row.address for row in addresses_in(prefix)] == ["10.1.2.3", "10.1.2.20"]


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="reads SQLite's query plan; PostgreSQL scans tables this small"
)
def test_both_are_look_ups_in_an_index_without_sorting():
    keys = ["40a000000/008", "40a010000/016"]
    assert "USING INDEX" in Prefix.objects.filter(key__in=keys).explain()
    plan = IPAddress.objects.filter(key__range=("40a000000", "40a0000ff")).explain()
    assert "USING INDEX" in plan
    assert "TEMP B-TREE" not in plan


def test_changes_of_a_device_its_interfaces_and_its_type_are_found_in_the_log():
    one, other = DeviceFactory(), DeviceFactory()
    mark = log_mark()
    assert devices_changed_since(mark, but_not_by="") == frozenset()
    _make(Interface(device=one, name="eth0"))
    assert devices_changed_since(mark, but_not_by="") == {one.pk}
    other.device_type.aliases = "another name"
    with write.unit(TESTER, run="7") as unit:
        unit.update(other.device_type)
    assert devices_changed_since(mark, but_not_by="") == {one.pk, other.pk}
    assert devices_changed_since(mark, but_not_by=write.run_correlation("7")) == {one.pk}


def test_what_was_deleted_cannot_be_told_apart():
    interface = InterfaceFactory()
    mark = log_mark()
    with write.unit(TESTER) as unit:
        unit.delete(interface)
    assert devices_changed_since(mark, but_not_by="") is None


def test_names_that_a_person_types_are_found_or_close_ones_named():
    town = TownFactory(name="五申镇", name_en="Wushen")
    DepartmentFactory(name="财政局", town=town)
    assert find_town("wushen") == find_town(" 五申镇 ") == town
    assert find_department("财政局").town == town
    with pytest.raises(UnknownName, match="五申镇"):
        find_town("五申")
    with pytest.raises(UnknownName, match="财政局"):
        find_department("财政")
