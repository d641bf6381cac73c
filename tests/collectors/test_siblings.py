"""Other models and other firmware than a rule was written from: what they write in sysDescr, as makers document it."""

import pytest

from collectors.facts import SystemFact
from collectors.identify import Answers, default_vendors, identify

IOS = "Cisco IOS Software, "

# (sysObjectID below 1.3.6.1.4.1, sysDescr, model, version); None: it is not told there.
SIBLINGS = [
    # Cisco: the product's name stands in the sysObjectID where ENTITY-MIB is silent.
    (
        "9.1.1208",
        IOS + "C2960X Software (C2960X-UNIVERSALK9-M), Version 15.2(2)E6, RELEASE",
        "cat29xxStack",
        "15.2(2)E6",
    ),
    ("9.1.1044", IOS + "C2900 Software (C2900-UNIVERSALK9-M), Version 15.4(3)M3, RELEASE", "cisco2921", "15.4(3)M3"),
    ("9.1.2068", IOS + "ISR Software (X86_64_LINUX_IOSD-UNIVERSALK9-M), Version 16.9.4", "ciscoISR4331", "16.9.4"),
    (
        "9.1.9999",
        IOS + "s72033_rp Software (s72033_rp-ADVIPSERVICESK9_WAN-M), Version 12.2(33)SXI4a",
        "s72033_rp",
        "12.2(33)SXI4a",
    ),
    (
        "9.1.9999",
        "Cisco IOS Software [IOSXE], Virtual XE Software (X86_64_LINUX_IOSD-M), Version 17.12.4",
        "Virtual XE",
        "17.12.4",
    ),
    (
        "9.1.9999",
        IOS + "IOS-XE Software, Catalyst 4500 L3 Switch Software (cat4500e-M), Version 03.06.03.E",
        "Catalyst 4500 L3 Switch",
        "03.06.03.E",
    ),
    ("9.1.745", "Cisco Adaptive Security Appliance Version 8.2(5)", "ciscoASA5505", "8.2(5)"),
    ("9.1.390", "Cisco PIX Firewall Version 6.3(5)", "ciscoPIXFirewall515", "6.3(5)"),
    ("9.1.1631", "Cisco Controller", "ciscoVirtualWlc", None),
    ("9.1.9999", "Cisco AP Software, ap1g7 Version: 17.9.4.27", None, "17.9.4.27"),
    (
        "9.12.3.1.3.1106",
        "Cisco NX-OS(tm) m9100, Software (m9100-s5ek9-mz), Version 6.2(13), RELEASE",
        "m9100",
        "6.2(13)",
    ),
    # Juniper
    (
        "2636.1.1.1.4.1",
        "Juniper Networks, Inc. ptx10001-36mr Ethernet Switch, kernel JUNOS OS Evolved 21.4R2, Build",
        "ptx10001-36mr",
        "21.4R2",
    ),
    (
        "4874.1.1.1.1.4",
        "Juniper Networks, Inc. ERX-705 Edge Routing Switch: Version : (7.3.4 release-0.0) SNMP Agent Version: 2c",
        "Juniper ERX-705",
        "7.3.4",
    ),
    # Huawei, H3C's sold by others
    (
        "2011.2.23.690",
        "Huawei CloudEngine S5735-L24T4X-A1\r\nHuawei Versatile Routing Platform Software\r\n"
        " VRP (R) software,Version 5.170 (S5735 V200R019C10SPC500)",
        "S5735-L24T4X-A1",
        "V200R019C10SPC500",
    ),
    (
        "25506.11.1.101",
        "HP Comware Platform Software, Software Version 5.20.99 Release 2221P05\r\n"
        "HP A5120-24G EI Switch with 2 Interface Slots\r\nCopyright",
        "A5120-24G EI",
        "5.20.99",
    ),
    (
        "25506.11.1.12",
        "HP V1910-24G Switch Software Version 5.20, Release 1513P62\r\nCopyright(c)2010-2013",
        "V1910-24G",
        "5.20, Release 1513P62",
    ),
    ("25506.11.1.12", "3Com Switch 4500 26-Port Software Version 3.3.2", "Switch 4500 26-Port", "3.3.2"),
    # D-Link, HP, Aruba
    ("171.10.76.10", "D-Link DGS-1210-24 4.10.B019", "DGS-1210-24", "4.10.B019"),
    ("171.10.153.5.1", "DGS-1210-28/ME/A2  6.16.B011", "DGS-1210-28/ME/A2", "6.16.B011"),
    (
        "11.2.3.7.11.184",
        "Aruba Instant On 1930 24G 4SFP/SFP+ Switch JL682A, InstantOn_1930_2.8.0.17 (15)",
        "1930 24G 4SFP/SFP+ Switch JL682A",
        "2.8.0.17",
    ),
    ("47196.4.1.1.1.50", "Aruba JL635A  8325-48Y8C   GL.10.06.0110", "8325-48Y8C", "GL.10.06.0110"),
    ("47196.4.1.1.1.10", "Aruba R0X26A 6405 Chassis", "6405", None),
    # Arista, Extreme, Foundry's heirs, Allied Telesis, Dell
    (
        "30065.1.3",
        "Arista Networks EOS version 4.28.3M running on an Arista Networks CCS-720XP-48ZC2",
        "CCS-720XP-48ZC2",
        "4.28.3M",
    ),
    (
        "30065.1.3",
        "Arista Networks EOS version 4.27.1F-24711077.4271F (engineering build) running on an Arista vEOS-lab",
        "vEOS-lab",
        "4.27.1F-24711077.4271F",
    ),
    ("5624.2.2.220", "Extreme Networks, Inc. S4 Chassis Rev 08.42.03.0006", "S4 Chassis", "08.42.03.0006"),
    (
        "1991.1.3.44.3.2",
        "Brocade NetIron MLX (System Mode: MLX), IronWare Version V5.4.0dT163 Compiled on Jul 3 2013",
        "NetIron MLX",
        "5.4.0dT163",
    ),
    (
        "1991.1.3.16.2",
        "Foundry Networks, Inc. BigIron RX, IronWare Version V2.7.3T143 Compiled",
        "BigIron RX",
        "2.7.3T143",
    ),
    ("207.1.14.52", "Allied Telesis x900-24XT", "x900-24XT", None),
    ("6027.1.2.1", "Force10 Application Software Version: 8.3.2.0ÚCopyright (c) 1999-2010", "C300", "8.3.2.0"),
    # Industrial, security, print, cameras, systems
    ("8691.7.19", "MOXA EDS-408A-SS-SC, 8 ports", "EDS-408A-SS-SC", None),
    ("15497.1.1", "AsyncOS Version: 9.7.1-066 Model: C370 Serial #: 848F69E62145-FFFFFFF", "C370", "9.7.1-066"),
    ("8741.6", "SonicWALL SRA 4600 (8.1.0.7-22sv)", "SRA 4600", "8.1.0.7-22sv"),
    ("25461.2.3.29", "Palo Alto Networks PA-VM series firewall", "PA-VM", None),
    ("1872.1.13.1.5", "Alteon Application Switch 5224", "Alteon Application Switch 5224", None),
    (
        "253.8.62.1",
        "Xerox WorkCentre 7535; System Software 061.121.221.28308, ESS",
        "WorkCentre 7535",
        "061.121.221.28308",
    ),
    (
        "368.1.1",
        "; AXIS Q1615 Mk III; Network Camera; 11.11.61_LTS; Apr 18 2024; 951.2; 1",
        "AXIS Q1615 Mk III",
        "11.11.61_LTS",
    ),
    (
        "6527.6.1.1.2.4.1",
        "TiMOS-B-5.0.R4-1 both/i386 ALCATEL-LUCENT SAS-E 7210 Copyright (c)",
        "SAS-E 7210",
        "5.0.R4-1",
    ),
    ("2272.201", "VSP-9012 (4.1.4.1-GA) (GA)", "VSP-9012", "4.1.4.1-GA"),
    ("40310.1", "Cumulus Linux version 3.7.12 running on a switch", None, "3.7.12"),
    (
        "311.1.1.3.1.2",
        "Hardware: x86 - Software: Windows NT Version 4.0  (Build Number: 1381 )",
        "Generic x86",
        "NT Server 4.0",
    ),
    ("28866.2.60", "TEG-30284/B", "TEG-30284/B", None),
    ("10456.1.1", "PLANET IGS-5225-4T2S/E Managed Switch", "IGS-5225-4T2S/E", None),
    ("30155.23.1", "OpenBSD gate 10.1 GENERIC.MP#58 amd64", "Generic x86 64-bit", "10.1"),
    # What is one line with some agents is several with others.
    (
        "25506.1.525",
        "H3C Comware Platform Software, Software Version 5.20, Release 1211P08 H3C S3600-28P-EI Copyright (c)",
        "S3600-28P-EI",
        "5.20, Release 1211P08",
    ),
    (
        "25506.11.1.47",
        "HP Comware Platform Software, Software Version 5.20 Release 1808P23 HP S5800-32C Product Version S5800",
        "S5800-32C",
        "5.20",
    ),
    (
        "43.1.16.4.3.29",
        "3Com Switch 4500 50-Port Software Version 3.03.02s168p21",
        "Switch 4500 50-Port",
        "3.03.02s168p21",
    ),
    ("11.2.3.7.11.9", "HP4000 ProCurve Switch 4000M, revision C.09.22, ROM C.06.01", "4000M", "C.09.22"),
    (
        "1588.3.3.1.4",
        "Brocade VDX Switch, BR-VDX6740, Network Operating System Software Version 5.0.1a",
        "VDX6740",
        "5.0.1a",
    ),
    (
        "1991.1.3.54.2.4.1",
        "Brocade Communications Systems, Inc. Stacking System ICX6450-24-HPOE, IronWare Version 08.0.30gT311 Compiled",
        "ICX6450-24-HPOE",
        "08.0.30gT311",
    ),
    (
        "1991.1.3.34.1",
        "Foundry Networks, Inc. FastIron Workgroup Switch FWS648, IronWare Version 04.3.03T7e1 Compiled",
        "FastIron Workgroup Switch FWS648",
        "04.3.03T7e1",
    ),
    ("388.50.1.1.32", "AP7532, Version 5.8.1.0-012R MIB=01a", "AP7532", "5.8.1.0-012R"),
    ("2620.1.1", "Linux fw1 2.6.18-92cp #1 SMP Tue Dec 4 2012 i686", None, None),
    ("207.1.14.24", "Allied Telesis router/switch, AW+ v5.4.3-3.10", None, "5.4.3-3.10"),
    (
        "22610.1.3.14",
        "Thunder Series Unified Application Service Gateway TH3030S, ACOS 2.7.2-P4-SP2,",
        "TH3030S",
        "2.7.2-P4-SP2",
    ),
    ("12356.101.1.641", "Branch 7, rack 2, firmware 1.2.3", "FortiGate-60E", None),
    ("12356.101.1.999999", "GATE-701 of branch 12", None, None),
    ("3097.1.5.24", "WatchGuard Fireware v11.9.4", "XTM330", "v11.9.4"),
    ("674.10895.5027", "ArubaOS (MODEL: Dell W-7030), Version 6.5.1.9 (63165)", "Dell W-7030", "6.5.1.9"),
    ("248.11.2.1.3", "Hirschmann BOBCAT - SW: HiOS-2A-08.4.00", "BOBCAT", "08.4.00"),
    (
        "16177.1.1",
        "Westermo RedFox Industrial RFI-18-F4G-T4G, primary: v4.13.1",
        "RedFox Industrial RFI-18-F4G-T4G",
        "4.13.1",
    ),
    (
        "40310",
        "Cumulus Linux version 4.2.1 running on Mellanox Technologies Ltd. MSN2700",
        "Mellanox Technologies Ltd. MSN2700",
        "4.2.1",
    ),
    (
        "8886.6.30",
        "ROS  Version ISCOM2128EA-MA_REV_B_ROS_4.15.1365.(Compiled Dec 1 2012)",
        "ISCOM2128EA-MA",
        "4.15.1365",
    ),
    (
        "52642.1.445.0",
        "Fiberstore Co., Limited Internetwork Operating System Software\n"
        "S3900-24F4S Series Software, Version 2.2.0D Build 72301, RELEASE",
        "S3900-24F4S",
        "2.2.0D Build 72301",
    ),
    ("21796.4.1", "HWg-STE:IP=10.0.0.1", "HWg-STE", None),
    ("2356.16.8.4530", "LANCOM GS-4530XP, 5.20.0210, Linux 3.6.5", "GS-4530XP", "5.20.0210"),
    (
        "2356.11.8.67",
        "LANCOM 1722 VoIP (Annex B) 8.82.0100 / 28.08.2013 123456789012",
        "LANCOM 1722 VoIP",
        "8.82.0100",
    ),
    ("4935.1", "Mediatrix 4402 v2.0.31.540", "4402", "v2.0.31.540"),
    ("50536.3.1", "TrueNAS-13.0-U6.1. Hardware: amd64 Intel(R) Xeon(R) CPU. Software: FreeBSD 13.1", None, "13.0-U6.1"),
    ("11.2.3.9.1", "HP ETHERNET MULTI-ENVIRONMENT,ROM none,JETDIRECT,JD149,EEPROM JSI24050012", None, None),
    ("674.11000.5000.100.2.1.8", "Dell EMC Networking OS10 Enterprise.", None, None),
    (
        "4329.6.1",
        "Siemens, SIMATIC S7, CPU1515-2 PN, 6ES7 515-2AM01-0AB0, HW: Version 5, FW: Version V2.5.2, S C-J9AA12342017",
        "CPU1515-2 PN",
        "V2.5.2",
    ),
    ("12356.103.3.2006", "log store", "FortiAnalyzer-200F", None),
    (
        "9.1.3085",
        "Cisco IOS Software [IOSXE], c8000aep Software (X86_64_LINUX_IOSD-M), Version 17.15.1",
        "c8000aep",
        "17.15.1",
    ),
    ("3955.6.1.2048.1", "Linksys SRW2048 48-Port Gigabit Switch", "SRW2048", None),
    ("3955.6.5024", "24-port 10/100/1000 Gigabit Switch with WebView", None, None),
    ("9.6.1.23.2.10.1", "Linux, Cisco Small Business RV220W, Version 1.0.4.17", "RV220W", "1.0.4.17"),
    (
        "6486.800.1.1.2.1.7.1.10",
        "Alcatel-Lucent OmniSwitch 6850-P48 6.4.4.585.R01 GA",
        "OmniSwitch 6850-P48",
        "6.4.4.585.R01",
    ),
]


@pytest.mark.parametrize(("branch", "descr", "model", "version"), SIBLINGS)
def test_a_sibling_is_understood(branch: str, descr: str, model: str | None, version: str | None) -> None:
    given = Answers(SystemFact(descr=descr, object_id=f"1.3.6.1.4.1.{branch}"))
    found = identify(given, default_vendors())
    assert (found.hardware, found.version) == (model, version)
