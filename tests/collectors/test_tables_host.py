"""Installed software and storage of computers from literal rows; memory and disks are in test_tables_system."""

import pytest

from collectors.facts import HostFact
from collectors.features import SoftwareFact
from collectors.tables import host
from tests.collectors.rows import Value, oid_value, raw, scalars, table


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (bytes.fromhex("07dd011a01091c00"), "2013-01-26"),
        (bytes.fromhex("07e00c1f0a0b0c002b0800"), "2016-12-31"),
        ("2015-1-9,2:54:39.0,+8:0", "2015-01-09"),
        (bytes.fromhex("07dd0d1a01091c00"), ""),
        (bytes.fromhex("07dd021e01091c00"), ""),
        (bytes(8), ""),
        (bytes.fromhex("0641010100000000"), ""),
        (bytes.fromhex("07dd01"), ""),
        ("January", ""),
        (20150109, ""),
    ],
)
def test_the_day_of_an_installation_is_read_in_each_form_and_an_impossible_one_is_none(
    value: Value, expected: str
) -> None:
    assert host.day(raw(value)) == expected


def test_programs_come_with_their_day_and_each_once() -> None:
    read = table(
        name={"1": "7-Zip 9.20", "2": "7-Zip 9.20", "3": "WPS Office 专业版".encode("gbk"), "4": ""},
        date={"1": bytes.fromhex("07dc011900081200"), "2": bytes.fromhex("07dc011900081200")},
    )
    found = host.host(scalars(), table(), table(), read)
    software = (SoftwareFact("7-Zip 9.20", "2012-01-25"), SoftwareFact("WPS Office 专业版"))
    assert found == HostFact(software=software)


def test_a_volume_past_two_to_the_31_units_is_not_negative() -> None:
    storage = table(
        type={"1": oid_value("1.3.6.1.2.1.25.2.1.4")},
        descr={"1": "/data"},
        units={"1": 4096},
        size={"1": -2_000_000_000},
    )
    found = host.host(scalars(), table(), storage)
    assert found is not None
    assert found.disks_kib == (("/data", (2**32 - 2_000_000_000) * 4),)


def test_memory_below_zero_as_of_virtual_machines_is_taken_from_the_storage_table() -> None:
    storage = table(type={"1": oid_value("1.3.6.1.2.1.25.2.1.2")}, units={"1": 1024}, size={"1": 8_388_608})
    found = host.host(scalars(memory=-1), table(), storage)
    assert found is not None
    assert found.memory_kib == 8_388_608
