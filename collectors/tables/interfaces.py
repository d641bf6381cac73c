"""Interfaces: IF-MIB ifTable and ifXTable, one row for each ifIndex."""

from collectors import decode
from collectors.facts import InterfaceFact
from collectors.snmp import oid
from collectors.snmp.table import Table, TableRead
from collectors.tables.index import decoded

INTERFACES = Table(
    "interfaces",
    {
        "descr": "1.3.6.1.2.1.2.2.1.2",  # ifDescr
        "type": "1.3.6.1.2.1.2.2.1.3",
        "mtu": "1.3.6.1.2.1.2.2.1.4",
        "speed": "1.3.6.1.2.1.2.2.1.5",
        "mac": "1.3.6.1.2.1.2.2.1.6",
        "admin": "1.3.6.1.2.1.2.2.1.7",
        "oper": "1.3.6.1.2.1.2.2.1.8",
        "name": "1.3.6.1.2.1.31.1.1.1.1",  # ifName
        "high_speed": "1.3.6.1.2.1.31.1.1.1.15",
        "alias": "1.3.6.1.2.1.31.1.1.1.18",
    },
)

_SPEED_CEILING = 4294967295
"""ifSpeed of an interface too fast for 32 bits (RFC 2863)."""

_UP = {1: True, 2: False}


def interfaces(read: TableRead) -> tuple[InterfaceFact, ...]:
    """One fact for each ifIndex, ascending. A row that only ifXTable has counts too: some agents hide ifTable."""
    columns = {name: read.columns.get(name, {}) for name in INTERFACES.columns}
    indexes = dict.fromkeys(columns["descr"])
    for name in ("name", "type", "oper", "admin", "mac"):
        indexes.update(dict.fromkeys(columns[name]))
    names, descrs, aliases = (decoded(columns[column], decode.text) for column in ("name", "descr", "alias"))
    kind, mtu, admin, oper, speed, high = (
        decoded(columns[column], decode.integer) for column in ("type", "mtu", "admin", "oper", "speed", "high_speed")
    )
    mac = decoded(columns["mac"], decode.mac)
    facts = []
    for octets in indexes:
        arcs = oid.index_arcs(octets)
        if len(arcs) == 1:
            facts.append(
                InterfaceFact(
                    index=arcs[0],
                    name=names.get(octets, ""),
                    descr=descrs.get(octets, ""),
                    alias=aliases.get(octets, ""),
                    type=kind.get(octets),
                    mac=mac.get(octets, ""),
                    speed_mbps=speed_mbps(speed.get(octets), high.get(octets)),
                    mtu=mtu.get(octets),
                    admin_up=_UP.get(admin.get(octets) or 0),
                    oper_up=_UP.get(oper.get(octets) or 0),
                )
            )
    return tuple(sorted(facts, key=lambda fact: fact.index))


def speed_mbps(speed_bps: int | None, high_speed: int | None) -> int | None:
    """Nominal speed in Mbit/s from ifSpeed (bit/s) and ifHighSpeed (Mbit/s), None when it is not told.

    Some agents give ifHighSpeed in bit/s (then it equals ifSpeed), some leave it 0 on a gigabit port.
    """
    if high_speed:
        in_bits = high_speed >= 1_000_000 and (high_speed == speed_bps or high_speed > 10_000_000)
        return high_speed // 1_000_000 if in_bits else high_speed
    if not speed_bps or speed_bps < 1_000_000 or speed_bps == _SPEED_CEILING:
        return None
    return speed_bps // 1_000_000
