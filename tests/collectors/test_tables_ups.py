"""UPSs from literal values."""

import pytest

from collectors.features import UpsFact
from collectors.snmp.session import GAUGE32, TIME_TICKS
from collectors.tables import ups
from tests.collectors.rows import scalars, table


def test_a_ups_by_the_standard_tells_model_load_minutes_and_charge() -> None:
    standard = scalars(maker="EATON", model="Eaton 9PX", battery=2, minutes=18, charge=91, temperature=25, source=3)
    found = ups.ups(standard, table(load={"1": 40, "2": 55}), scalars())
    assert found == UpsFact("EATON", "Eaton 9PX", "normal", False, 91, 18, 55, 25)


def test_what_is_not_measured_is_not_known() -> None:
    standard = scalars(maker="HUAWEI", model="UPS5000", battery=2, minutes=-1, charge=-1, temperature=-1, source=5)
    found = ups.ups(standard, table(load={"1": -1}), scalars())
    assert found == UpsFact("HUAWEI", "UPS5000", "normal", True)


def test_a_charge_above_the_whole_and_a_week_of_minutes_are_no_readings() -> None:
    found = ups.ups(scalars(battery=3, charge=255, minutes=2_147_483_647, temperature=0), table(), scalars())
    assert found == UpsFact(battery="low")


def test_apcs_own_objects_go_first_and_tell_the_batterys_age() -> None:
    apc = scalars(
        apc_model="Smart-UPS X 750",
        apc_battery=2,
        apc_since="04/30/2025",
        apc_charge_tenths=(GAUGE32, (1000).to_bytes(2, "big")),
        apc_temperature_tenths=234,
        apc_ticks=(TIME_TICKS, (84_000).to_bytes(4, "big")),
        apc_replace=2,
        apc_output=3,
        apc_load_tenths=640,
    )
    found = ups.ups(scalars(model="AP9640", charge=7), table(load={"1": 3}), apc)
    assert found == UpsFact("APC", "Smart-UPS X 750", "normal", True, 100, 14, 64, 23.4, "2025-04-30", True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("01/25/2018", "2018-01-25"),
        ("01/25/18", "2018-01-25"),
        ("12/01/98", "1998-12-01"),
        ("25/01/2018", ""),
        ("2018-01-25", "2018-01-25"),
        ("mm/dd/yy", ""),
        ("", ""),
        ("02/30/2020", ""),
    ],
)
def test_a_batterys_date_has_the_month_first(text: str, expected: str) -> None:
    assert ups.day(text) == expected


def test_other_makers_dates_are_asked_in_the_same_request() -> None:
    assert ups.standard_of("1.3.6.1.4.1.3808.1.1.1").objects["since"] == "1.3.6.1.4.1.3808.1.1.1.2.1.3.0"
    assert ups.standard_of("1.3.6.1.4.1.705.1") is ups.STANDARD
    found = ups.ups(scalars(battery=2, since="06/30/2026"), table(), scalars())
    assert found == UpsFact(battery="normal", battery_since="2026-06-30")


def test_a_name_alone_is_no_ups() -> None:
    assert ups.ups(scalars(maker="Acme", model="PDU"), table(), scalars()) is None
