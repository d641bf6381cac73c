"""What phones and cameras tell of themselves by LLDP-MED: the inventory table of the remote endpoints."""

from collections.abc import Callable

from collectors import decode
from collectors.features import InventoryFact
from collectors.snmp import oid
from collectors.snmp.table import Table, TableRead

_FIELDS = ("hardware", "firmware", "software", "serial", "maker", "model", "asset_tag")
INVENTORY = Table(
    "neighbours",
    # lldpXMedRemHardwareRev and those that follow it; index TimeMark.LocalPort.RemIndex
    {name: f"1.0.8802.1.1.2.1.5.4795.1.3.3.1.{number}" for number, name in enumerate(_FIELDS, 1)},
)


def inventories(read: TableRead, local_port: Callable[[int], tuple[int | None, str]]) -> tuple[InventoryFact, ...]:
    """One fact for each endpoint that tells anything. `local_port`: LLDP's local port number → (ifIndex, name).

    The TimeMark changes with every learning, so it is no part of the fact; some agents leave it out.
    """
    found = []
    for index, row in read.rows():
        arcs = oid.index_arcs(index)
        texts = {name: decode.text(row.get(name)).strip() for name in _FIELDS}
        if arcs and any(texts.values()):
            if_index, label = local_port(arcs[1] if len(arcs) >= 3 else arcs[0])
            found.append(InventoryFact(if_index, label, **texts))
    return tuple(dict.fromkeys(found))
