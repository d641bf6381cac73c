"""Power over Ethernet: POWER-ETHERNET-MIB (RFC 3621), its ports and what its supplies can give."""

from collections.abc import Collection, Mapping

from collectors import decode
from collectors.features import PoeFact, PoePortFact
from collectors.snmp import oid
from collectors.snmp.session import Raw
from collectors.snmp.table import Table, TableRead

POE = Table(
    "poe",
    {
        "enabled": "1.3.6.1.2.1.105.1.1.1.3",  # pethPsePortAdminEnable, index group.port
        "state": "1.3.6.1.2.1.105.1.1.1.6",  # pethPsePortDetectionStatus
        "klass": "1.3.6.1.2.1.105.1.1.1.10",  # pethPsePortPowerClassifications
        "power": "1.3.6.1.2.1.105.1.3.1.1.2",  # pethMainPsePower in watts, index group
        "used": "1.3.6.1.2.1.105.1.3.1.1.4",  # pethMainPseConsumptionPower in watts
    },
    readings=("used",),
)

_STATES = {1: "disabled", 2: "searching", 3: "delivering", 4: "fault", 5: "test", 6: "other fault"}
_DELIVERING = "delivering"
_ENABLED = {1: True, 2: False}
_MOST_W = 100_000
"""No switch gives more; some agents count in milliwatts, others say 4294967295."""


def poe(read: TableRead, if_index_of: Mapping[int, int], interfaces: Collection[int]) -> PoeFact | None:
    """The fact, or None where the device gives no power. The class counts only while power is given.

    The port's number is the bridge port with most makers, the ifIndex with others; in a stack of several groups
    it begins anew in each, so that only an ifIndex tells the interface.
    """
    enabled, states, classes = (read.columns.get(name, {}) for name in ("enabled", "state", "klass"))
    found = {index: oid.index_arcs(index) for index in {**enabled, **states}}
    groups = {arcs[0] for arcs in found.values() if len(arcs) == 2}
    ports = []
    for index, arcs in found.items():
        if len(arcs) != 2:
            continue
        bridge_port = if_index_of.get(arcs[1]) if len(groups) == 1 else None
        if_index = bridge_port or (arcs[1] if arcs[1] in interfaces else None)
        state = _STATES.get(decode.integer(states.get(index)) or 0, "")
        code = decode.integer(classes.get(index)) if state == _DELIVERING else None
        device_class = code - 1 if code is not None and 1 <= code <= 5 else None
        allowed = _ENABLED.get(decode.integer(enabled.get(index)) or 0)
        ports.append(PoePortFact(arcs[0], arcs[1], if_index, allowed, state, device_class))
    power, used = _watts(read.columns.get("power", {})), _watts(read.columns.get("used", {}))
    if not ports and power is None:
        return None
    return PoeFact(tuple(sorted(ports, key=lambda fact: (fact.group, fact.port))), power, used)


def _watts(column: Mapping[bytes, Raw]) -> int | None:
    """The sum over all groups; None when no group tells."""
    known = [value for raw in column.values() if (value := decode.integer(raw)) is not None and 0 <= value < _MOST_W]
    return sum(known) if known else None
