"""Interfaces: IF-MIB ifTable and ifXTable, one row for each ifIndex."""

from collections.abc import Mapping

from collectors import decode
from collectors.facts import InterfaceFact
from collectors.snmp import oid
from collectors.snmp.session import Raw
from collectors.snmp.table import Table, TableRead

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
    facts = []
    for octets in indexes:
        arcs = oid.index_arcs(octets)
        if len(arcs) == 1:
            facts.append(_interface(arcs[0], octets, columns))
    return tuple(sorted(facts, key=lambda fact: fact.index))


def _interface(index: int, octets: bytes, columns: Mapping[str, Mapping[bytes, Raw]]) -> InterfaceFact:
    def integer(name: str) -> int | None:
        raw = columns[name].get(octets)
        return None if raw is None else decode.integer(raw)

    def text(name: str) -> str:
        raw = columns[name].get(octets)
        return "" if raw is None else decode.text(raw).strip()

    mac = columns["mac"].get(octets)
    return InterfaceFact(
        index=index,
        name=text("name"),
        descr=text("descr"),
        alias=text("alias"),
        type=integer("type"),
        mac="" if mac is None else decode.mac(mac),
        speed_mbps=speed_mbps(integer("speed"), integer("high_speed")),
        mtu=integer("mtu"),
        admin_up=_UP.get(integer("admin") or 0),
        oper_up=_UP.get(integer("oper") or 0),
    )


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
