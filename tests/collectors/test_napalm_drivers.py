"""Which NAPALM driver suits a device, and the commands that are read here because a driver reads them wrongly."""

import pytest

from collectors.facts import Identity
from collectors.napalm.drivers import (
    Driver,
    accepted,
    comware_facts,
    comware_serials,
    driver_for,
    driver_named,
    sysname,
    vrp_facts,
    vrp_macs,
    vrp_neighbours,
    vrp_neighbours_brief,
    vrp_serials,
)

# -- which driver ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("identity", "driver"),
    [
        (Identity(kind="network", os="vrp"), "huawei_vrp"),
        (Identity(kind="network", os="comware"), "h3c_comware"),
        (Identity(kind="network", os="iosxe"), "ios"),
        (Identity(kind="power", os="vrp"), None),
        (Identity(kind="printer", os="jetdirect"), None),
        (Identity(), None),
    ],
)
def test_the_driver_is_chosen_by_what_snmp_said(identity: Identity, driver: str | None) -> None:
    assert driver_for(identity) == driver


def test_a_driver_that_is_not_listed_has_no_corrections() -> None:
    assert driver_named("raisecom") == Driver("raisecom")


# -- refusals --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "         ^\nError: Unrecognized command found at '^' position.",
        "Error:Too many parameters found at '^' position.",
        " % Unrecognized command found at '^' position.",
        "% Invalid input detected at '^' marker.",
    ],
)
def test_a_refused_command_is_an_error_in_the_devices_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"Unrecognized|Too many|Invalid"):
        accepted(text)


# -- VRP -------------------------------------------------------------------------------------------------------


def test_vrps_brief_neighbours_in_both_orders_of_columns() -> None:
    older = """
Local Intf    Neighbor Dev          Neighbor Intf             Exptime(s)
GE0/0/1       core                  GE0/0/23                  96
GE0/0/2       Reception phone 7     00e0-fc55-0007            119"""
    newer = """
Local Interface         Exptime(s) Neighbor Interface            Neighbor Device
-------------------------------------------------------------------------------
10GE1/0/1                      102 10GE1/0/2                     core
10GE1/0/2                       98 10GE1/0/3                     second core"""
    assert vrp_neighbours_brief(older) == {
        "GE0/0/1": [{"hostname": "core", "port": "GE0/0/23"}],
        "GE0/0/2": [{"hostname": "Reception phone 7", "port": "00e0-fc55-0007"}],
    }
    assert vrp_neighbours_brief(newer) == {
        "10GE1/0/1": [{"hostname": "core", "port": "10GE1/0/2"}],
        "10GE1/0/2": [{"hostname": "second core", "port": "10GE1/0/3"}],
    }


def test_vrps_neighbours_in_detail() -> None:
    text = """
10GE1/0/1 has 1 neighbor(s):

Neighbor index                     :1
Chassis type                       :MAC Address
Chassis ID                         :00e0-fc00-0001
Port ID subtype                    :Interface Name
Port ID                            :10GE1/0/2
System name                        :core
System description                 :CE12800
System capabilities supported      :bridge router
System capabilities enabled        :bridge
Management address type            :IPv4
Management address                 :10.9.0.1
"""
    assert vrp_neighbours(text) == {
        "10GE1/0/1": [
            {
                "remote_chassis_id": "00e0-fc00-0001",
                "remote_port": "10GE1/0/2",
                "remote_system_name": "core",
                "remote_system_description": "CE12800",
                "remote_system_enable_capab": ["bridge"],
                "remote_management_address": "10.9.0.1",
            }
        ]
    }


def test_vrp_without_lldp_has_no_neighbours() -> None:
    assert vrp_neighbours("Info: Global LLDP is not enabled.") == {}
    assert vrp_neighbours_brief("Info: Global LLDP is not enabled.") == {}


def test_vrps_mac_table_of_newer_and_of_older_releases() -> None:
    newer = """
MAC Address    VLAN/VSI                          Learned-From        Type
3c52-82aa-0050 100/-                             GE0/0/1             dynamic
3c52-82aa-0051 -/town-vsi                        Eth-Trunk1          dynamic
Total items displayed = 2"""
    older = """
MAC Address    VLAN/       PEVLAN CEVLAN Port            Type      LSP/LSR-ID
               VSI/SI                                              MAC-Tunnel
3c52-82aa-0050 100         -      -      Eth0/0/1        dynamic   0/-
3c52-82aa-0052 1           -      -      Eth0/0/2        static    -
Total matching items on slot 0 displayed = 2"""
    rows = [[(row["mac"], row["vlan"], row["interface"], row["static"]) for row in vrp_macs(t)] for t in (newer, older)]
    assert rows == [
        [("3c52-82aa-0050", 100, "GE0/0/1", False), ("3c52-82aa-0051", -1, "Eth-Trunk1", False)],
        [("3c52-82aa-0050", 100, "Eth0/0/1", False), ("3c52-82aa-0052", 1, "Eth0/0/2", True)],
    ]


@pytest.mark.parametrize(
    ("text", "model", "version"),
    [
        (
            "VRP (R) software, Version 5.170 (S5720 V200R019C10SPC500)\n"
            "HUAWEI S5720-28X-LI-AC Routing Switch uptime is 5 weeks, 3 days",
            "S5720-28X-LI-AC",
            "V200R019C10SPC500",
        ),
        (
            "VRP (R) software, Version 8.180 (NE40E V800R010C10SPC500)\nHUAWEI NE40E-X8A uptime is 10 days",
            "NE40E-X8A",
            "V800R010C10SPC500",
        ),
        (
            "VRP (R) Software, Version 5.160 (AR2200 V200R007C00SPCb00)\nHuawei AR2220 Router uptime is 1 week, 2 days",
            "AR2220",
            "V200R007C00SPCb00",
        ),
        (
            "VRP (R) software, Version 8.191 (CE6857EI V200R019C10SPC800)\nHUAWEI CE6857-48S6CQ-EI uptime is 100 days",
            "CE6857-48S6CQ-EI",
            "V200R019C10SPC800",
        ),
        ("Error text of another kind", None, None),
    ],
)
def test_vrps_model_and_version_are_known_whatever_letter_they_begin_with(
    text: str, model: str | None, version: str | None
) -> None:
    assert vrp_facts(text) == {"model": model, "os_version": version}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ESN of slot 0: 2102350DLQ01\nESN of slot 1: 2102350DLQ02", ["2102350DLQ01", "2102350DLQ02"]),
        ("ESN of device: 2102350DLQ01", ["2102350DLQ01"]),
        ("ESN of master:2102350DLQ01", ["2102350DLQ01"]),
        ("", []),
    ],
)
def test_vrps_serials_in_their_three_forms(text: str, found: list[str]) -> None:
    assert vrp_serials(text) == {"serial_number": found}


def test_a_name_is_found_among_several_lines_with_the_word() -> None:
    text = "#\n sysname town-sw2\n info-center loghost source sysname other"
    assert sysname(text) == {"hostname": "town-sw2"}


# -- Comware ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "maker", "model", "version"),
    [
        (
            "H3C Comware Software, Version 7.1.070, Release 6328P03\nH3C S5130S-28S-EI uptime is 1 week, 2 days",
            "H3C",
            "S5130S-28S-EI",
            "7.1.070, Release 6328P03",
        ),
        (
            "HPE Comware Software, Version 7.1.045, Release 3113P05\n"
            "HPE 5130 24G 4SFP+ EI Switch uptime is 0 weeks, 1 day",
            "HPE",
            "5130 24G 4SFP+ EI Switch",
            "7.1.045, Release 3113P05",
        ),
        (
            "H3C Comware Platform Software\nComware Software, Version 5.20, Release 2202P19\n"
            "H3C S5120-28P-SI uptime is 30 weeks",
            "H3C",
            "S5120-28P-SI",
            "5.20, Release 2202P19",
        ),
        ("something else", None, None, None),
    ],
)
def test_comwares_model_may_have_several_words(
    text: str, maker: str | None, model: str | None, version: str | None
) -> None:
    assert comware_facts(text) == {"vendor": maker, "model": model, "os_version": version}


def test_comwares_serials_are_the_chassis_or_else_the_slots_never_a_fans() -> None:
    slots = """
Slot 1 CPU 0:
DEVICE_NAME          : S5130S-28S-EI
DEVICE_SERIAL_NUMBER : 219801A01
Fan 1:
DEVICE_SERIAL_NUMBER : FAN01
Slot 2 CPU 0:
DEVICE_SERIAL_NUMBER : 219801A02
Power 1:
The operation is not supported on the specified power.
"""
    chassis = "Chassis self:\nDEVICE_SERIAL_NUMBER : 210235A00\n" + slots
    assert comware_serials(slots) == {"serial_number": ["219801A01", "219801A02"]}
    assert comware_serials(chassis) == {"serial_number": ["210235A00"]}
