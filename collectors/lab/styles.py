"""How each maker's devices name their ports and describe themselves. Pure data and small functions.

Only forms are kept here (what stands where in a sysDescr, which branch a sysObjectID lies in); which device has
which serial, name or address comes from the register.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Style:
    """A maker's way. In texts {model} is the model, {series} its part before the first '-', {version} the software."""

    descr: str
    version: str
    object_id: str
    """sysObjectID: the maker's branch with a number that stands for no real model."""
    port: str = "Port{n}"
    """Name of the n-th port, from 1; {i} counts from 0."""
    svi: str = "vlan{vlan}"
    first_index: int = 1
    """ifIndex of the first port."""
    svi_base: int = 10000
    """ifIndex of VLAN 0's interface; the VLAN id is added."""
    lldp: bool = True
    entity: bool = True
    """Whether ENTITY-MIB tells of the chassis."""
    stacked: bool = False
    """Whether the chassis stands inside a row of class stack."""
    private: tuple[tuple[str, str], ...] = ()
    """Objects of the maker's own: OID and text, with the fields above and {serial}."""


_VRP = "Huawei Versatile Routing Platform Software\r\nVRP (R) software,Version 5.170 ({series} {version})\r\n"
_HUAWEI = Style(
    descr="{model}\r\n" + _VRP + "Copyright (C) Huawei Technologies Co., Ltd.",
    version="V200R021C00SPC600",
    object_id="1.3.6.1.4.1.2011.2.23.9990",
    port="GigabitEthernet0/0/{n}",
    svi="Vlanif{vlan}",
    first_index=6,
    svi_base=20000,
)
_H3C = Style(
    descr="H3C Comware Platform Software, Software Version 7.1.070, {version}\r\nH3C {model}\r\n"
    "Copyright (c) New H3C Technologies Co., Ltd.",
    version="Release 6328P03",
    object_id="1.3.6.1.4.1.25506.1.99990",
    port="GigabitEthernet1/0/{n}",
    svi="Vlan-interface{vlan}",
    svi_base=30000,
    stacked=True,
)
_RUIJIE = Style(
    descr="Ruijie Gigabit Switch ({model}) By Ruijie Networks",
    version="RGOS 11.4(1)B42P8",
    object_id="1.3.6.1.4.1.4881.1.1.10.1.9990",
    port="GigabitEthernet 0/{n}",
    svi="VLAN {vlan}",
    svi_base=4096,
    private=(
        ("1.3.6.1.4.1.4881.1.1.10.2.1.1.1.0", "1.00"),
        ("1.3.6.1.4.1.4881.1.1.10.2.1.1.2.0", "{version}"),
        ("1.3.6.1.4.1.4881.1.1.10.2.1.1.24.0", "{serial}"),
    ),
)
_ZTE = Style(
    descr="ZTE {model} Software, {series} Version: {version}, RELEASE SOFTWARE",
    version="V3.00.11.B24",
    object_id="1.3.6.1.4.1.3902.3.100.9990",
    port="gei_1/{n}",
    svi="vlan{vlan}",
    first_index=2,
)
_TP_LINK = Style(
    descr="JetStream Gigabit Managed Switch {model}",
    version="2.0.11 Build 20220930 Rel.50112(s)",
    object_id="1.3.6.1.4.1.11863.5.9990",
    port="gigabitEthernet 1/0/{n}",
    svi="Vlan-interface{vlan}",
    first_index=49153,
    svi_base=0,
    entity=False,
    private=(
        ("1.3.6.1.4.1.11863.6.1.1.5.0", "{model} 2.0"),
        ("1.3.6.1.4.1.11863.6.1.1.6.0", "{version}"),
        ("1.3.6.1.4.1.11863.6.1.1.8.0", "{serial}"),
    ),
)
_MAIPU = Style(
    descr="{model} Device, Compiled Jun 12 2019\n  SoftWare Version {model}_{version}\n  HardWare Version 1.2\n"
    "  Copyright (C) Maipu Communication Technology Co., Ltd.",
    version="6.3.1.27",
    object_id="1.3.6.1.4.1.5651.1.102.9990",
    port="gigabitethernet0/{n}",
    svi="vlan{vlan}",
    svi_base=3000,
)
_TOPSEC = Style(
    descr="Topsec {model} Software Version {version}",
    version="V3.3.010.069",
    object_id="1.3.6.1.4.1.14331.1.4",
    port="eth{i}",
    lldp=False,
    entity=False,
    private=(
        ("1.3.6.1.4.1.14331.5.5.1.3.1.0", "{serial}"),
        ("1.3.6.1.4.1.14331.5.5.1.3.2.0", "{model}"),
        ("1.3.6.1.4.1.14331.5.5.1.3.5.0", "{version}"),
    ),
)
_SANGFOR = Style(
    descr="Linux {model} 4.9.68 #1 SMP {version} x86_64",
    version="2021-05-23",
    object_id="1.3.6.1.4.1.35047",
    port="eth{i}",
    lldp=False,
    entity=False,
)
_PLAIN = Style(descr="{model} switch, version {version}", version="1.0.0", object_id="1.3.6.1.4.1.99999.1")

_STYLES = {
    "Huawei": _HUAWEI,
    "H3C": _H3C,
    "Ruijie": _RUIJIE,
    "ZTE": _ZTE,
    "TP-Link": _TP_LINK,
    "Maipu": _MAIPU,
    "Topsec": _TOPSEC,
    "Sangfor": _SANGFOR,
}
_PORTS = {
    ("Huawei", "router"): "GigabitEthernet0/0/{i}",
    ("Huawei", "wireless-ap"): "GigabitEthernet0/0/{i}",
    ("H3C", "router"): "GigabitEthernet0/{i}",
    ("Maipu", "router"): "gigabitethernet{i}",
}
_CHASSIS = (
    ("Huawei", re.compile(r"S(?:77|97|127)\d\d"), "GigabitEthernet{slot}/0/{i}"),
    ("H3C", re.compile(r"S(?:75|95|105)\d\d"), "GigabitEthernet{slot}/0/{n}"),
)
_SLOTS, _PER_SLOT = 2, 48


def style_of(manufacturer: str) -> Style:
    """The maker's style; a plain one for makers not known here."""
    return _STYLES.get(manufacturer, _PLAIN)


def is_chassis(manufacturer: str, model: str) -> bool:
    """Whether the model is a frame with line cards: a core, not a switch that desks hang on."""
    return any(maker == manufacturer and pattern.search(model) for maker, pattern, _ in _CHASSIS)


def port_names(manufacturer: str, model: str, role: str) -> tuple[list[str], int]:
    """(names of the ports in their order, how many of the first are copper)."""
    for maker, pattern, form in _CHASSIS:
        if maker == manufacturer and pattern.search(model):
            cards = [(slot, n) for slot in range(1, _SLOTS + 1) for n in range(1, _PER_SLOT + 1)]
            return [form.format(slot=slot, n=n, i=n - 1) for slot, n in cards], len(cards)
    form = _PORTS.get((manufacturer, role)) or style_of(manufacturer).port
    copper, fiber = port_count(model, role)
    return [form.format(n=n, i=n - 1) for n in range(1, copper + fiber + 1)], copper


_WITH_FIBER = re.compile(r"(?<!\d)(\d{1,2})[TP](\d{1,2})[SXP](?![a-z0-9])")
_TOTAL = re.compile(r"-(26|28|30|50|52|54)(?!\d)")
_TAIL = re.compile(r"(?<!\d)\d\d(26|28|30|50|52|54)(?!\d)")
_FEW = {"router": (6, 0), "firewall": (8, 0), "wireless-ap": (2, 0)}


def port_count(model: str, role: str = "switch") -> tuple[int, int]:
    """(copper, fiber) ports as the model's name tells: 'S5735-L48T4S' 48 and 4, 'S5130S-28S' 24 and 4.

    A switch whose name tells nothing has 24 and 4.
    """
    if role in _FEW:
        return _FEW[role]
    found = _WITH_FIBER.search(model)
    if found:
        return int(found.group(1)), int(found.group(2))
    found = _TOTAL.search(model) or _TAIL.search(model)
    total = int(found.group(1)) if found else 28
    fiber = 2 if total in (26, 50) else 4
    return (48 if total >= 50 else 24), fiber


def fill(form: str, *, model: str, version: str, serial: str = "") -> str:
    """A text of a Style with its fields."""
    return form.format(model=model, series=model.split("-")[0], version=version, serial=serial)
