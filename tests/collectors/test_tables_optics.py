"""Transceivers from literal rows: makers' tables, sensors, and the many ways of saying "no light"."""

import pytest

from collectors.facts import InterfaceFact, PartFact
from collectors.features import OpticFact
from collectors.tables import optics
from collectors.tables.optics import Places
from tests.collectors.rows import Value, index, oid_value, raw, table

INTERFACES = (InterfaceFact(49, "XGE1/0/49"), InterfaceFact(50, "XGE1/0/50", "Ten-GigabitEthernet1/0/50"))
HUAWEI, COMWARE, JUNIPER, MIKROTIK, PROCURVE, ZTE, RUIJIE, DLINK, TPLINK = optics.SOURCES


def places(parts: tuple[PartFact, ...] = (), aliases: dict[str, Value] | None = None) -> Places:
    return Places(INTERFACES, parts, {index(key): raw(value) for key, value in (aliases or {}).items()})


def test_comwares_hundredths_of_a_dbm_come_with_serial_and_wavelength() -> None:
    read = table(
        tx={"49": -213, "50": 2_147_483_647},
        rx={"49": -1187, "50": 2_147_483_647},
        wavelength={"49": 1310, "50": 0},
        serial={"49": "CN292K3425 ", "50": ""},
        maker={"49": "AVAGO", "50": ""},
        model={"49": "10G_BASE_LR_SFP", "50": ""},
    )
    assert optics.optics(COMWARE, read, places()) == (
        OpticFact(49, "XGE1/0/49", -2.13, -11.87, 1310, "CN292K3425", "10G_BASE_LR_SFP", "AVAGO"),
    )


@pytest.mark.parametrize("dark", [-4000, -4050, 0, -1, 2_147_483_647, -99_999_999, 2500])
def test_no_light_is_no_power(dark: int) -> None:
    assert optics.from_units(dark, 100) is None


def test_a_module_without_light_is_there_by_its_serial() -> None:
    found = optics.optics(COMWARE, table(tx={"49": -220}, rx={"49": -4000}, serial={"49": "A1"}), places())
    assert [(fact.tx_dbm, fact.rx_dbm, fact.serial) for fact in found] == [(-2.2, None, "A1")]


def test_huaweis_rows_are_parts_that_a_mapping_leads_to_their_interface() -> None:
    read = table(tx={"16850434": 459}, rx={"16850434": -1652}, wavelength={"16850434": 1310})
    mapped = places((), {"16850434.0": oid_value("1.3.6.1.2.1.2.2.1.1.50")})
    assert optics.optics(HUAWEI, read, mapped) == (OpticFact(50, "XGE1/0/50", 4.59, -16.52, 1310),)


def test_huaweis_older_releases_count_microwatts() -> None:
    read = table(tx={"10": 251, "11": -1}, rx={"10": 40, "11": -1})
    part = PartFact(10, 10, None, None, name="XGE1/0/49")
    found = optics.optics(HUAWEI, read, places((part,)))
    assert [(fact.if_index, fact.tx_dbm, fact.rx_dbm) for fact in found] == [(49, -6.0, -13.98)]


def test_thousandths_of_a_dbm_and_hundredths_of_a_nanometer() -> None:
    read = table(name={"9": "XGE1/0/49"}, tx={"9": -2345}, rx={"9": -7001}, wavelength={"9": 131_000})
    assert optics.optics(MIKROTIK, read, places()) == (OpticFact(49, "XGE1/0/49", -2.35, -7.0, 1310),)


def test_milliwatts_written_as_text_and_empty_slots() -> None:
    read = table(tx={"49": "0.398000", "50": "N/A"}, rx={"49": "0.251200", "50": "N/A"})
    assert optics.optics(TPLINK, read, places()) == (OpticFact(49, "XGE1/0/49", -4.0, -6.0),)


def test_ztes_text_in_dbm_and_a_module_that_does_not_measure() -> None:
    read = table(
        tx={"49": "-5.200", "50": "0.000"},
        rx={"49": "-18.750", "50": ""},
        wavelength={"49": "1310", "50": "N/A"},
        serial={"49": "AZR1088         ", "50": ""},
    )
    assert optics.optics(ZTE, read, places()) == (OpticFact(49, "XGE1/0/49", -5.2, -18.75, 1310, "AZR1088"),)


def test_ruijies_modules_without_measurement_say_minus_one_hundred_dbm() -> None:
    read = table(tx={"49": -10_000, "50": -523}, rx={"49": -10_000, "50": -812}, serial={"49": "G1Q", "50": "G2Q"})
    found = optics.optics(RUIJIE, read, places())
    assert [(fact.tx_dbm, fact.rx_dbm) for fact in found] == [(None, None), (-5.23, -8.12)]


def test_dlinks_tenths_of_a_microwatt_become_dbm() -> None:
    found = optics.optics(DLINK, table(tx={"49": 4660, "50": 0}, rx={"49": 316, "50": 0}), places())
    assert [(fact.if_index, fact.tx_dbm, fact.rx_dbm) for fact in found] == [(49, -3.32, -15.0)]


def test_a_table_is_asked_only_of_its_maker() -> None:
    assert optics.source_of("1.3.6.1.4.1.2011.2.23.339") is HUAWEI
    assert optics.source_of("1.3.6.1.4.1.2636.1.1.1.2.57") is JUNIPER
    assert optics.source_of("1.3.6.1.4.1.11.2.3.7.11.160") is PROCURVE
    assert optics.source_of("1.3.6.1.4.1.119.1") is None


# -- sensors -------------------------------------------------------------------------------------------------

PORT = PartFact(4, 10, 1, 1, name="slot 1")
SENSORS = (
    PORT,
    PartFact(40, 9, 4, 1, serial="AVP2130S3DV", model="SFP-10G-LR", maker="CISCO-AVAGO"),
    PartFact(41, 8, 40, 1, descr="Transceiver Transmit Power Sensor"),
    PartFact(42, 8, 40, 2, descr="Transceiver Receive Power Sensor"),
    PartFact(43, 8, 40, 3, descr="Transceiver Temperature Sensor"),
    PartFact(44, 8, 1, 3, descr="Power Supply 1 Output Power"),
)
ALIAS: dict[str, Value] = {"4.0": oid_value("1.3.6.1.2.1.2.2.1.1.49"), "40.0": oid_value("0.0")}


def test_ciscos_sensors_in_dbm_are_joined_to_the_port_that_holds_them() -> None:
    read = table(
        type={"41": 14, "42": 14, "43": 8},
        scale={"41": 9, "42": 8, "43": 9},
        precision={"41": 1, "42": 0, "43": 1},
        value={"41": -22, "42": -7100, "43": 300},
        status={"41": 1, "42": 1, "43": 1},
    )
    assert optics.sensed(read, places(SENSORS, ALIAS)) == (
        OpticFact(49, "XGE1/0/49", -2.2, -7.1, None, "AVP2130S3DV", "SFP-10G-LR", "CISCO-AVAGO"),
    )


def test_watts_with_a_scale_become_dbm() -> None:
    read = table(type={"41": 6}, scale={"41": 7}, precision={"41": 0}, value={"41": 251}, status={"41": 1})
    assert [fact.tx_dbm for fact in optics.sensed(read, places(SENSORS, ALIAS))] == [-6.0]


def test_extremes_watts_are_ten_times_too_many() -> None:
    over = optics.overstated("1.3.6.1.4.1.1916.2.129")
    read = table(type={"41": 6}, scale={"41": 7}, precision={"41": 0}, value={"41": 3800})
    assert [fact.tx_dbm for fact in optics.sensed(read, places(SENSORS, ALIAS), over)] == [-4.2]


def test_of_several_lanes_the_weakest_counts() -> None:
    lanes = (PORT, PartFact(51, 8, 4, 1, "Lane 1 Receive Power"), PartFact(52, 8, 4, 2, "Lane 2 Receive Power"))
    read = table(type={"51": 14, "52": 14}, precision={"51": 1, "52": 1}, value={"51": -20, "52": -95})
    assert [fact.rx_dbm for fact in optics.sensed(read, places(lanes, ALIAS))] == [-9.5]


def test_a_sensor_that_is_not_available_tells_nothing() -> None:
    read = table(type={"41": 14, "42": 14}, value={"41": -22, "42": 0}, status={"41": 2, "42": 1})
    assert optics.sensed(read, places(SENSORS, ALIAS)) == ()


def test_a_scale_or_precision_out_of_range_tells_nothing() -> None:
    read = table(type={"41": 6}, scale={"41": 200}, precision={"41": 99}, value={"41": 22})
    assert optics.sensed(read, places(SENSORS, ALIAS)) == ()


def test_cycles_and_ghosts_of_containment_end_the_way_to_the_port() -> None:
    cycle = (
        PartFact(41, 8, 42, 1, "Transmit Power"),
        PartFact(42, 9, 41, 1, "cage"),
        PartFact(43, 8, 77, 1, "rx power"),
    )
    assert places(cycle).interface(41) == (None, "cage")
    assert places(cycle).interface(43) == (None, "43")


def test_power_supplies_are_no_optics() -> None:
    assert not optics.has_optics((SENSORS[5], SENSORS[4], PORT))
    assert optics.has_optics(SENSORS)
