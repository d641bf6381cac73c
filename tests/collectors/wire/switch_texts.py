"""What three switches say on their command line, written by hand in the form of their makers' command references."""

from tests.collectors.wire.ssh_server import Switch

_IOS = {
    "show version": """
Cisco IOS Software, C2960X Software (C2960X-UNIVERSALK9-M), Version 15.2(7)E3, RELEASE SOFTWARE (fc3)
Technical Support: http://www.cisco.com/techsupport

ROM: Bootstrap program is C2960X boot loader

town-sw1 uptime is 3 weeks, 2 days, 4 hours, 5 minutes
System returned to ROM by power-on

cisco WS-C2960X-24TS-L (APM86XXX) processor (revision C0) with 524288K bytes of memory.
Processor board ID FOC1830X0AB
Last reset from power-on
""",
    "show hosts": "Default domain is example.county\nName/address lookup uses static mappings",
    "show ip interface brief": """
Interface              IP-Address      OK? Method Status                Protocol
Vlan10                 10.9.0.2        YES NVRAM  up                    up
GigabitEthernet1/0/1   unassigned      YES unset  up                    up
""",
    "show interfaces": """
Vlan10 is up, line protocol is up
  Hardware is EtherSVI, address is 0011.2233.4440 (bia 0011.2233.4440)
  Internet address is 10.9.0.2/24
  MTU 1500 bytes, BW 1000000 Kbit/sec, DLY 10 usec,
GigabitEthernet1/0/1 is up, line protocol is up (connected)
  Hardware is Gigabit Ethernet, address is 0011.2233.4401 (bia 0011.2233.4401)
  Description: Uplink to county
  MTU 1500 bytes, BW 1000000 Kbit/sec, DLY 10 usec,
GigabitEthernet1/0/2 is down, line protocol is down (notconnect)
  Hardware is Gigabit Ethernet, address is 0011.2233.4402 (bia 0011.2233.4402)
  MTU 1500 bytes, BW 10000 Kbit/sec, DLY 1000 usec,
GigabitEthernet1/0/3 is administratively down, line protocol is down (disabled)
  Hardware is Gigabit Ethernet, address is 0011.2233.4403 (bia 0011.2233.4403)
  MTU 1500 bytes, BW 10000 Kbit/sec, DLY 1000 usec,
""",
    "show ip interface": """
Vlan10 is up, line protocol is up
  Internet address is 10.9.0.2/24
  Broadcast address is 255.255.255.255
GigabitEthernet1/0/1 is up, line protocol is up
  Internet protocol processing disabled
""",
    "show ipv6 interface": "% Invalid input detected at '^' marker.",
    "show arp | exclude Incomplete": """
Protocol  Address          Age (min)  Hardware Addr   Type   Interface
Internet  10.9.0.1               12   00e0.fc00.0001  ARPA   Vlan10
Internet  10.9.0.2                -   0011.2233.4440  ARPA   Vlan10
""",
    "show mac-address-table": """
          Mac Address Table
-------------------------------------------

Vlan    Mac Address       Type        Ports
----    -----------       --------    -----
 All    0100.0ccc.cccc    STATIC      CPU
  10    00e0.fc00.0001    DYNAMIC     Gi1/0/1
  10    3c52.82aa.0002    DYNAMIC     Gi1/0/2
Total Mac Addresses for this criterion: 3
""",
    "show lldp neighbors detail": """
------------------------------------------------
Local Intf: Gi1/0/1
Chassis id: 00e0.fc00.0001
Port id: GigabitEthernet0/0/24
Port Description: to town-sw1
System Name: county-core

System Description:
Huawei Versatile Routing Platform Software

Time remaining: 95 seconds
System Capabilities: B,R
Enabled Capabilities: B,R
Management Addresses:
    IP: 10.9.0.1
Auto Negotiation - supported, enabled
Physical media capabilities:
    1000baseT(FD)
Media Attachment Unit type: 30
Vlan ID: 10


Total entries displayed: 1
""",
}

_VRP = {
    "display version": """
Huawei Versatile Routing Platform Software
VRP (R) software, Version 5.170 (S5720 V200R019C10SPC500)
Copyright (C) 2000-2020 HUAWEI TECH Co., Ltd.
HUAWEI S5720-28X-LI-AC Routing Switch uptime is 5 weeks, 3 days, 2 hours, 1 minute
""",
    "display current-configuration | inc sysname": "sysname town-sw2",
    "display interface brief": """
PHY: Physical
*down: administratively down
Interface                   PHY   Protocol InUti OutUti   inErrors  outErrors
GigabitEthernet0/0/1        up    up       0.01%  0.01%          0          0
GigabitEthernet0/0/2        down  down        0%     0%          0          0
Vlanif10                    up    up          --     --          0          0
""",
    "display esn": "ESN of slot 0: 2102350DLQ0000000011\nESN of slot 1: 2102350DLQ0000000022",
    "display interface": """
GigabitEthernet0/0/1 current state : UP
Line protocol current state : UP
Description:Uplink to county
Switch Port, Link-type : trunk(configured),
PVID :    1, TPID : 8100(Hex), The Maximum Frame Length is 9216
IP Sending Frames' Format is PKTFMT_ETHNT_2, Hardware address is 00e0-fc11-0001
Speed : 1000,  Loopback: NONE

GigabitEthernet0/0/2 current state : DOWN
Line protocol current state : DOWN
Description:
Switch Port, Link-type : access(configured),
IP Sending Frames' Format is PKTFMT_ETHNT_2, Hardware address is 00e0-fc11-0001
Speed : 1000,  Loopback: NONE

Vlanif10 current state : UP
Line protocol current state : UP
Description:
Route Port,The Maximum Transmit Unit is 1500
Internet Address is 10.9.1.2/24
IP Sending Frames' Format is PKTFMT_ETHNT_2, Hardware address is 00e0-fc11-0010
""",
    "display ip interface": """
Vlanif10 current state : UP
Line protocol current state : UP
The Maximum Transmit Unit : 1500 bytes
Internet Address is 10.9.1.2/24
Broadcast address : 10.9.1.255
""",
    "display ipv6 interface": "",
    "display arp all": """
IP ADDRESS      MAC ADDRESS     EXPIRE(M) TYPE        INTERFACE   VPN-INSTANCE
                                          VLAN/CEVLAN PVC
------------------------------------------------------------------------------
10.9.1.2        00e0-fc11-0010            I -         Vlanif10
10.9.1.50       3c52-82aa-0050  20        D-0         GE0/0/1
                                            10/-
------------------------------------------------------------------------------
Total:2         Dynamic:1       Static:0     Interface:1
""",
    "display mac-address": """
-------------------------------------------------------------------------------
MAC Address    VLAN/VSI                          Learned-From        Type
-------------------------------------------------------------------------------
3c52-82aa-0050 10/-                              GE0/0/1             dynamic
3c52-82aa-0051 -/town-vsi                        GE0/0/2             dynamic
3c52-82aa-0052 100/-                             GE0/0/2             sticky
00e0-fc11-0099 10/-                              GE0/0/2             blackhole
-------------------------------------------------------------------------------
Total items displayed = 4
3c52-82aa-0053 10/-                              GE0/0/2             dynamic""",
    "display lldp neighbor": """
GigabitEthernet0/0/1 has 1 neighbor(s):

Neighbor index :1
Chassis type   :MAC address
Chassis ID     :00e0-fc00-0001
Port ID type   :Interface name
Port ID        :GigabitEthernet0/0/23
Port description    :to town-sw2
System name         :county-core
System description  :S12704
Huawei Versatile Routing Platform Software
System capabilities supported   :bridge router
System capabilities enabled     :bridge router
Management address type  :ipv4
Management address value :10.9.0.1
Expired time   :96s

GigabitEthernet0/0/2 has 2 neighbor(s):

Neighbor index :1
Chassis type   :network address
Chassis ID     :10.9.1.60
Port ID type   :MAC address
Port ID        :00e0-fc55-0007
System name         :Reception phone 7
System capabilities enabled     :telephone
Expired time   :119s

Neighbor index :2
Chassis type   :MAC address
Chassis ID     :3c52-82aa-0053
Port ID type   :MAC address
Port ID        :3c52-82aa-0053
Expired time   :3001s""",
}

_COMWARE = {
    "display version": """
H3C Comware Software, Version 7.1.070, Release 6328P03
Copyright (c) 2004-2021 New H3C Technologies Co., Ltd. All rights reserved.
H3C S5130S-28S-EI uptime is 1 week, 2 days, 3 hours, 4 minutes
Last reboot reason : User reboot
""",
    "display device manuinfo": """
Slot 1 CPU 0:
DEVICE_NAME          : S5130S-28S-EI
DEVICE_SERIAL_NUMBER : 219801A1B2C3D4E00001
MAC_ADDRESS          : 0CDA-4100-0000
MANUFACTURING_DATE   : 2021-03-01
VENDOR_NAME          : H3C
""",
    "display interface": """
GigabitEthernet1/0/1
Current state: UP
Line protocol state: UP
IP packet frame type: Ethernet II, hardware address: 0cda-4100-0001
Description: Uplink to county
Bandwidth: 1000000 kbps
Maximum transmission unit: 1500
PVID: 1
Port link-type: Trunk

GigabitEthernet1/0/2
Current state: DOWN
Line protocol state: DOWN
IP packet frame type: Ethernet II, hardware address: 0cda-4100-0001
Description: GigabitEthernet1/0/2 Interface
Bandwidth: 1000000 kbps
Maximum transmission unit: 1500

Vlan-interface10
Current state: UP
Line protocol state: UP
Description: Vlan-interface10 Interface
Bandwidth: 1000000 kbps
Maximum transmission unit: 1500
Internet address: 10.9.2.2/24 (primary)
IP packet frame type: Ethernet II, hardware address: 0cda-4100-0010
""",
    "display ip interface": """
Vlan-interface10 current state: UP
Line protocol current state: UP
Internet Address is 10.9.2.2/24 Primary
Broadcast address: 10.9.2.255
""",
    "display arp": """
  Type: S-Static   D-Dynamic   O-Openflow   R-Rule   M-Multiport  I-Invalid
IP address      MAC address    VLAN/VSI name Interface                Aging Type
10.9.2.50       3c52-82aa-0150 10            GE1/0/2                  1170  D
""",
    "display mac-address": """
MAC Address      VLAN ID    State            Port/Nickname            Aging
3c52-82aa-0150   10         Learned          GE1/0/2                  Y
0cda-4100-0010   10         Static           GE1/0/1                  N
""",
    "display mac-address mac-move": "",
    "display lldp neighbor-information verbose": """
LLDP neighbor-information of port 1[GigabitEthernet1/0/1]:
LLDP agent nearest-bridge:
 LLDP neighbor index : 1
 Update time         : 0 days, 0 hours, 1 minutes, 1 seconds
 Chassis type        : MAC address
 Chassis ID          : 00e0-fc00-0001
 Port ID type        : Interface name
 Port ID             : GigabitEthernet0/0/22
 Time to live        : 121
 Port description    : to town-sw3
 System name         : county-core
 System description  : Huawei Versatile Routing Platform Software
 System capabilities supported : Bridge, Router
 System capabilities enabled   : Bridge, Router
 Management address type           : IPv4
 Management address                : 10.9.0.1
""",
}


def ios() -> Switch:
    return Switch("town-sw1#", dict(_IOS), "% Invalid input detected at '^' marker.")


def vrp() -> Switch:
    return Switch("<town-sw2>", dict(_VRP), "Error: Unrecognized command found at '^' position.")


def comware() -> Switch:
    return Switch("<town-sw3>", dict(_COMWARE), "% Unrecognized command found at '^' position.")
