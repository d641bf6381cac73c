"""Identity from answers written by hand: sources, fallbacks, and what must not be believed."""

from pathlib import Path

import pytest

from collectors.facts import Identity, PartFact, SystemFact
from collectors.identify import Answers, default_vendors, identify, load_vendors
from collectors.rulebook import Vendors
from collectors.tables.sysdescr import model_in, serial_in, version_in
from tests.collectors.rows import Value, index, oid_value, raw

NOTHING = Vendors()


def answers(descr: str = "", object_id: str = "", *parts: PartFact, **objects: Value) -> Answers:
    values = {name.removeprefix("o").replace("_", "."): raw(value) for name, value in objects.items()}
    return Answers(SystemFact(descr=descr, object_id=object_id), parts, values)


def chassis(**texts: str) -> PartFact:
    return PartFact(index=1, klass=3, parent=0, position=0, **texts)


def by_rule(tmp_path: Path, rule: str, given: Answers) -> Identity:
    (tmp_path / "maker.toml").write_text(
        '[[rules]]\nname = "x"\nkind = "network"\nobject_id = "1.3.6.1.4.1.5"\n' + rule, encoding="utf-8"
    )
    given.system = SystemFact(descr=given.system.descr, object_id="1.3.6.1.4.1.5.1.7")
    return identify(given, load_vendors(tmp_path))


def test_sources_are_tried_in_order_until_one_says_something(tmp_path: Path) -> None:
    rule = 'serial = [{ object = "1.3.1.0" }, { object = "1.3.2.0" }, { object = "1.3.3.0" }]'
    found = by_rule(tmp_path, rule, answers(o1_3_1_0="N/A", o1_3_2_0="SN77001", o1_3_3_0="other"))
    assert (found.serial, found.chassis_serials, found.rule) == ("SN77001", ("SN77001",), "maker.toml:1 x")


@pytest.mark.parametrize(
    "junk", ["0", "N/A", "BUILTIN", "To be filled by O.E.M.", "0000000000", "unknown", "  ", "00 00 00 00 "]
)
def test_a_serial_that_tells_nothing_is_none(tmp_path: Path, junk: str) -> None:
    assert by_rule(tmp_path, 'serial = { object = "1.3.1.0" }', answers(o1_3_1_0=junk)).serial is None


def test_a_word_in_place_of_a_serial_is_kept_apart_and_a_later_serial_wins(tmp_path: Path) -> None:
    rule = 'serial = [{ object = "1.3.1.0" }, { object = "1.3.2.0" }]'
    found = by_rule(tmp_path, rule, answers(o1_3_1_0="000000", o1_3_2_0="XXXXXX"))
    assert (found.serial, found.placeholder) == (None, "000000")
    found = by_rule(tmp_path, rule, answers(o1_3_1_0="000000", o1_3_2_0="QB2110"))
    assert (found.serial, found.placeholder) == ("QB2110", None)


def test_a_model_that_was_crossed_out_is_not_known(tmp_path: Path) -> None:
    assert by_rule(tmp_path, 'hardware = { object = "1.3.1.0" }', answers(o1_3_1_0="XXXXXX")).hardware is None


def test_a_pattern_a_format_and_a_map_shape_what_was_read(tmp_path: Path) -> None:
    rule = """
hardware = { object = "1.3.1.0", pattern = '(\\w+)-(\\d+)', format = "{1} {0}" }
version = { object = "1.3.2.0", map = { "7" = "seven" } }
asset_tag = { descr = 'tag=(\\S+)' }
"""
    found = by_rule(tmp_path, rule, answers("x tag=TK-9 y", o1_3_1_0="AX-40", o1_3_2_0=7))
    assert (found.hardware, found.version, found.asset_tag) == ("40 AX", "seven", "TK-9")


def test_a_map_without_the_value_says_nothing(tmp_path: Path) -> None:
    rule = 'version = { object = "1.3.2.0", map = { "7" = "seven" } }'
    assert by_rule(tmp_path, rule, answers(o1_3_2_0=8)).version is None


def test_the_longest_prefix_of_an_object_id_table_counts(tmp_path: Path) -> None:
    rule = 'hardware = { object_id = { "1.3.6.1.4.1.5" = "any", "1.3.6.1.4.1.5.1" = "branch" } }'
    assert by_rule(tmp_path, rule, answers()).hardware == "branch"


def test_a_number_may_be_the_row_of_another_column(tmp_path: Path) -> None:
    given = answers(o1_3_1_0=26)
    given.columns["1.3.9"] = {index("1.25"): raw("wrong"), index("1.26"): raw("AX-26")}
    assert by_rule(tmp_path, 'hardware = { object = "1.3.1.0", into = "1.3.9" }', given).hardware == "AX-26"


def test_a_column_gives_its_first_row_that_fits_and_lists_members(tmp_path: Path) -> None:
    given = answers()
    given.columns["1.3.9"] = {index("1"): raw(""), index("2"): raw("A1"), index("3"): raw("B2")}
    rule = 'serial = { column = "1.3.9", where = "B" }\nchassis = { column = "1.3.9" }'
    found = by_rule(tmp_path, rule, given)
    assert (found.serial, found.chassis_serials) == ("B2", ("A1", "B2"))


def test_a_remark_in_place_of_a_serial_is_none(tmp_path: Path) -> None:
    given = answers("", "", chassis(serial="System MAC: 02-00-00-00-00-01"))
    assert by_rule(tmp_path, 'serial = { entity = "serial" }', given).serial is None


def test_a_part_can_be_named_by_class_or_words(tmp_path: Path) -> None:
    fan = PartFact(2, 7, 1, 0, name="Fan 1", serial="F1")
    card = PartFact(3, 9, 1, 0, name="MPU Board", software="V9")
    given = answers("", "", chassis(serial="C1"), fan, card)
    rule = 'version = { entity = "software", klass = 9 }\nserial = { entity = "serial", where = "Fan" }'
    found = by_rule(tmp_path, rule, given)
    assert (found.version, found.serial) == ("V9", "F1")


def test_a_field_with_no_source_at_all_is_not_guessed(tmp_path: Path) -> None:
    given = answers("Software Version 9.9.9")
    assert by_rule(tmp_path, "version = []", given).version is None
    assert by_rule(tmp_path, "", given).version == "9.9.9"


def test_nothing_is_guessed_from_a_text_that_the_administrator_wrote(tmp_path: Path) -> None:
    given = answers("GATE-701 of branch 12, version 1.2.3, S/N: ABC12345")
    found = by_rule(tmp_path, "free_text = true", given)
    assert (found.hardware, found.version, found.serial) == (None, None, None)
    guessed = by_rule(tmp_path, "", given)
    assert (guessed.hardware, guessed.version, guessed.serial) == ("GATE-701", "1.2.3", "ABC12345")


def test_octets_can_be_read_as_a_mac_or_behind_a_symbol_set(tmp_path: Path) -> None:
    rule = 'serial = { object = "1.3.1.0", as = "mac" }\nversion = { object = "1.3.2.0", as = "pml" }'
    given = answers(o1_3_1_0=bytes.fromhex("001122334455"), o1_3_2_0=b"\x01\x1520201023")
    found = by_rule(tmp_path, rule, given)
    assert (found.serial, found.version) == ("001122334455", "20201023")


def test_a_maker_may_say_where_the_devices_mac_stands_when_it_has_no_bridge(tmp_path: Path) -> None:
    rule = 'base_mac = { object = "1.3.1.0" }'
    assert by_rule(tmp_path, rule, answers(o1_3_1_0="94-e1-ac-e4-6e-c7")).base_mac == "94e1ace46ec7"
    assert by_rule(tmp_path, rule, answers(o1_3_1_0="none")).base_mac is None
    assert by_rule(tmp_path, 'serial = { object = "1.3.1.0" }', answers(o1_3_1_0="1")).base_mac is None


def test_a_table_below_the_products_own_branch_is_found(tmp_path: Path) -> None:
    rule = 'serial = [{ object = "{self}.1.10.0" }, { object = "{parent}.2.{last}.0" }]\n'
    own, beside = "1.3.6.1.4.1.5.1.7.1.10.0", "1.3.6.1.4.1.5.1.2.7.0"
    for name in (own, beside):
        given = answers()
        given.objects[name] = raw("SN88001")
        assert by_rule(tmp_path, rule, given).serial == "SN88001"
    wanted = load_vendors(tmp_path).rules[0].resolved("1.3.6.1.4.1.5.1.7").wanted()
    assert wanted.objects == (own, beside)


def test_what_is_too_long_for_a_fact_is_not_taken(tmp_path: Path) -> None:
    assert by_rule(tmp_path, 'hardware = { object = "1.3.1.0" }', answers(o1_3_1_0="x" * 500)).hardware is None


def test_without_a_rule_the_chassis_row_speaks() -> None:
    row = chassis(model="AX-1", software="V3.1", serial="CH100200", maker="Acme", asset_tag="TK-5")
    found = identify(answers("some box", "1.3.6.1.4.1.99999.1", row), NOTHING)
    assert (found.manufacturer, found.hardware, found.version, found.serial, found.asset_tag) == (
        "Acme",
        "AX-1",
        "V3.1",
        "CH100200",
        "TK-5",
    )
    assert (found.kind, found.rule, found.chassis_serials) == (None, "", ("CH100200",))


def test_without_a_rule_a_printer_is_known_by_its_own_tables() -> None:
    found = identify(
        answers(
            **{
                "o1_3_6_1_2_1_25_3_2_1_2_1": oid_value("1.3.6.1.2.1.25.3.1.5"),
                "o1_3_6_1_2_1_25_3_2_1_3_1": "Acme Laser 7",
                "o1_3_6_1_2_1_43_5_1_1_17_1": "PR100200",
            }
        ),
        NOTHING,
    )
    assert (found.kind, found.hardware, found.serial) == ("printer", "Acme Laser 7", "PR100200")


def test_a_windows_computer_with_a_virtual_printer_is_no_printer() -> None:
    given = answers(
        "Hardware: Intel64 Family 6 AT/AT COMPATIBLE - Software: Windows Version 6.3 (Build 19045 Multiprocessor Free)",
        "1.3.6.1.4.1.311.1.1.3.1.1",
        **{
            "o1_3_6_1_2_1_25_3_2_1_2_1": oid_value("1.3.6.1.2.1.25.3.1.5"),
            "o1_3_6_1_2_1_25_3_2_1_3_1": "Print to file",
        },
    )
    found = identify(given, default_vendors())
    assert (found.kind, found.hardware, found.version) == ("workstation", "Intel x64", "10 (22H2)")


def test_without_a_rule_a_ups_is_known_by_the_standard_table() -> None:
    given = answers(**{"o1_3_6_1_2_1_33_1_1_1_0": "Kehua", "o1_3_6_1_2_1_33_1_1_2_0": "KR1110"})
    found = identify(given, NOTHING)
    assert (found.kind, found.manufacturer, found.hardware) == ("power", "Kehua", "KR1110")


def test_without_a_rule_a_bridge_with_its_own_mac_is_network_equipment() -> None:
    assert identify(answers(o1_3_6_1_2_1_17_1_1_0=b"\xa0\xb1\xc2\xd3\xe4\x00"), NOTHING).kind == "network"
    assert identify(answers(o1_3_6_1_2_1_17_1_1_0=b"\x00" * 6), NOTHING).kind is None


def test_the_bridges_own_mac_is_told_or_else_lldps() -> None:
    mac = bytes.fromhex("9c5a81000100")
    bridge = {"o1_3_6_1_2_1_17_1_1_0": mac}
    lldp: dict[str, Value] = {"o1_0_8802_1_1_2_1_3_1_0": 4, "o1_0_8802_1_1_2_1_3_2_0": mac}
    assert identify(answers(**bridge), NOTHING).base_mac == "9c5a81000100"
    assert identify(answers(**lldp), NOTHING).base_mac == "9c5a81000100"
    assert identify(answers(), NOTHING).base_mac is None


HUAWEI, H3C, RUIJIE, ZTE = "2011.2", "25506.1", "4881.1.1.10.1", "3902.3"


@pytest.mark.parametrize(
    ("branch", "descr", "maker", "kind", "model", "version"),
    [
        (
            HUAWEI,
            "Huawei Versatile Routing Platform Software\r\nVRP (R) software,Version 5.170 (S5735 V200R019C10SPC500)"
            "\r\nCopyright (C)\r\nHUAWEI S5735-L48T4X-A",
            "Huawei",
            "network",
            "S5735-L48T4X-A",
            "V200R019C10SPC500",
        ),
        (
            HUAWEI,
            "Huawei Versatile Routing Platform Software\r\nVRP (R) software, Version 8.180 (CE6800 V200R005C10)"
            "\r\nCopyright (C)\r\nHUAWEI CE6857-48S6CQ-EI",
            "Huawei",
            "network",
            "CE6857-48S6CQ-EI",
            "V200R005C10",
        ),
        (
            HUAWEI,
            "Huawei Versatile Routing Platform Software\r\nVRP (R) Software, Version 5.170 (USG6500 V500R005C20)"
            "\r\nCopyright (C)\r\nHUAWEI USG6530E",
            "Huawei",
            "firewall",
            "USG6530E",
            "V500R005C20",
        ),
        (
            HUAWEI,
            "Huawei AC6605-26-PWR Huawei Versatile Routing Platform Software VRP (R) software,Version 5.170"
            " (AC6605 V200R010C00SPC700)",
            "Huawei",
            "wireless",
            "AC6605-26-PWR",
            "V200R010C00SPC700",
        ),
        (
            H3C,
            "H3C Comware Platform Software, Software Version 7.1.070, Release 6126P20\r\nH3C S6520X-30QC-EI\r\n",
            "H3C",
            "network",
            "S6520X-30QC-EI",
            "7.1.070, Release 6126P20",
        ),
        (
            H3C,
            "H3C Comware Software, Version 7.1.064, Release 9333P30\r\nH3C SecPath F1000-AK115\r\n",
            "H3C",
            "firewall",
            "SecPath F1000-AK115",
            "7.1.064, Release 9333P30",
        ),
        (
            H3C,
            "H3C Comware Software, Version 7.1.064, Release 5446P07\r\nH3C WX2540H\r\n",
            "H3C",
            "wireless",
            "WX2540H",
            "7.1.064, Release 5446P07",
        ),
        (
            H3C,
            "H3C Comware Software, Version 7.1.064, Release 0605\r\nH3C Series Router MSR3620\r\n",
            "H3C",
            "network",
            "MSR3620",
            "7.1.064, Release 0605",
        ),
        (
            RUIJIE,
            "Ruijie Full 10G Routing Switch (S6220-48XS6QXS-H) By Ruijie Networks",
            "Ruijie",
            "network",
            "S6220-48XS6QXS-H",
            None,
        ),
        (
            RUIJIE,
            "Ruijie Indoor AP720-L (802.11a/n and 802.11b/g/n) By Ruijie Networks",
            "Ruijie",
            "wireless",
            "AP720-L",
            None,
        ),
        (
            ZTE,
            "ZTE Ethernet Switch ZXR10 2928-PS-E, Version: V2.1.1.8, Copyright (c) by ZTE",
            "ZTE",
            "network",
            "ZXR10 2928-PS-E",
            "V2.1.1.8",
        ),
        (
            "6339.1.1.2",
            "DCS-3950-28C Device, Compiled Mar 01\n SoftWare Version DCS-3950-28C_6.1.12.0\n",
            "DCN",
            "network",
            "DCS-3950-28C",
            "6.1.12.0",
        ),
        ("11863.1.1", "TL-SG3424P 24-Port Gigabit PoE Switch", "TP-Link", "network", "TL-SG3424P", None),
        ("171.10.113", "D-Link DES-3200-28 Fast Ethernet Switch", "D-Link", "network", "DES-3200-28", None),
        ("14988.1", "RouterOS CCR1036-8G-2S+", "MikroTik", "network", "CCR1036-8G-2S+", None),
        (
            "9.1.1",
            "Cisco IOS Software, C2960X Software (C2960X-UNIVERSALK9-M), Version 15.2(7)E4, RELEASE SOFTWARE",
            "Cisco",
            "network",
            "C2960X",
            "15.2(7)E4",
        ),
        (
            "31648.1",
            "DPtech Conplat Software\r\nVersion V100R003, Release S211C013D030\r\nFW1000-GE-N Product Version",
            "DPtech",
            "firewall",
            "FW1000-GE-N",
            "S211C013D030",
        ),
        ("35047.1", "Linux AF-1000-B400 3.10.0 #1 SMP x86_64", "Sangfor", "firewall", "AF-1000-B400", None),
    ],
)
def test_what_the_countys_makers_write_in_sysdescr_is_understood(
    branch: str, descr: str, maker: str, kind: str, model: str, version: str | None
) -> None:
    found = identify(answers(descr, f"1.3.6.1.4.1.{branch}.77"), default_vendors())
    assert (found.manufacturer, found.kind, found.hardware, found.version) == (maker, kind, model, version)


@pytest.mark.parametrize(
    ("descr", "version"),
    [
        ("Acme Switch Software, Version 12.2(55)SE3, RELEASE", "12.2(55)SE3"),
        ("AX-100, firmware 7.4.35.4", "7.4.35.4"),
        ("AX-100 v2.0.15", "v2.0.15"),
        ("AX-100 Rev 06.03.08", "06.03.08"),
        ("ACME J1234A - PA.03.10", "PA.03.10"),
        ("ACME MP 2503 1.35 / ACME Network Printer C model", "1.35"),
        ("Acme Lynx-2.0.2", "2.0.2"),
        ("Linux box 5.4.0 #1 SMP", ""),
        ("a plain box", ""),
        ("", ""),
    ],
)
def test_a_version_is_found_behind_a_word_for_it(descr: str, version: str) -> None:
    assert version_in(descr) == version


@pytest.mark.parametrize(
    ("descr", "model"),
    [
        ("AX-3600 Series Switch, Version 2", "AX-3600"),
        ("Gigabit switch with 24 ports", ""),
        ("Acme Connect 731", "Acme Connect 731"),
        ("SiteBox 360 2.12.540 STD", "SiteBox 360"),
        ("Acme controller Mon Oct 31 12:36:04 CET 2016", ""),
        ("Unit, Model: AX Twelve, rev 3", "AX Twelve"),
        ("Linux srv 5.4 x86_64", ""),
        ("V100R003 software", ""),
        ("", ""),
    ],
)
def test_a_model_is_the_first_word_built_like_one(descr: str, model: str) -> None:
    assert model_in(descr) == model


def test_a_serial_is_found_behind_a_word_for_it() -> None:
    assert serial_in("Router X S/N: RN1234567 built") == "RN1234567"
    assert serial_in("Serial Number: 0017AA22") == "0017AA22"
    assert serial_in("snow: 12345") == ""
