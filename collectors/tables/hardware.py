"""What a device is built of: ENTITY-MIB entPhysicalTable, and which of its rows are whole devices.

Agents put ghosts, cycles and equal serials there, so nothing is followed without a limit.
"""

from collections.abc import Collection, Mapping

from collectors import decode
from collectors.facts import PartFact
from collectors.snmp import oid
from collectors.snmp.session import Raw
from collectors.snmp.table import Table, TableRead
from collectors.tables.index import decoded
from inventory.rules.names import is_junk_serial

ENTITY = Table(
    "hardware",
    {
        "descr": "1.3.6.1.2.1.47.1.1.1.1.2",  # entPhysicalDescr
        "vendor_type": "1.3.6.1.2.1.47.1.1.1.1.3",
        "parent": "1.3.6.1.2.1.47.1.1.1.1.4",  # entPhysicalContainedIn
        "klass": "1.3.6.1.2.1.47.1.1.1.1.5",
        "position": "1.3.6.1.2.1.47.1.1.1.1.6",
        "name": "1.3.6.1.2.1.47.1.1.1.1.7",
        "hardware": "1.3.6.1.2.1.47.1.1.1.1.8",
        "firmware": "1.3.6.1.2.1.47.1.1.1.1.9",
        "software": "1.3.6.1.2.1.47.1.1.1.1.10",
        "serial": "1.3.6.1.2.1.47.1.1.1.1.11",
        "maker": "1.3.6.1.2.1.47.1.1.1.1.12",
        "model": "1.3.6.1.2.1.47.1.1.1.1.13",
        "asset_tag": "1.3.6.1.2.1.47.1.1.1.1.15",
    },
)

CHASSIS, MODULE, PORT, STACK = 3, 9, 10, 11
"""entPhysicalClass."""

_TEXTS = ("descr", "name", "hardware", "firmware", "software", "serial", "maker", "model", "asset_tag")


def parts(read: TableRead) -> tuple[PartFact, ...]:
    """One fact for each entPhysicalIndex, ascending."""
    columns = {name: read.columns.get(name, {}) for name in ENTITY.columns}
    indexes: dict[bytes, None] = {}
    for column in columns.values():
        indexes.update(dict.fromkeys(column))
    klass, parent, position = (decoded(columns[name], decode.integer) for name in ("klass", "parent", "position"))
    vendor_type = decoded(columns["vendor_type"], _oid_text)
    texts = {name: decoded(columns[name], decode.text) for name in _TEXTS}
    facts = []
    for octets in indexes:
        arcs = oid.index_arcs(octets)
        if len(arcs) == 1:
            facts.append(
                PartFact(
                    index=arcs[0],
                    klass=klass.get(octets),
                    parent=parent.get(octets),
                    position=position.get(octets),
                    vendor_type=vendor_type.get(octets, ""),
                    **{name: column[octets] for name, column in texts.items() if octets in column},
                )
            )
    return tuple(sorted(facts, key=lambda fact: fact.index))


def _oid_text(raw: Raw) -> str:
    return oid.text(raw[1])


def chassis(found: Collection[PartFact]) -> tuple[PartFact, ...]:
    """The rows that are whole devices, the main one first: a chassis, or each member of a stack.

    A chassis counts when nothing above it is a chassis (a stack or a container may be) but across a port, to which
    a unit of its own is attached. The first with a serial is the main one. Without any chassis: a stack row, else a
    module, that has a serial; else the first top row.
    """
    by_index = {part.index: part for part in found}
    rows = [part for part in found if part.klass == CHASSIS and not _inside_chassis(part, by_index)]
    if not any(_has_serial(part) for part in rows):
        rows += [part for part in found if part.klass in (STACK, None) and _has_serial(part)][:1]
    if not rows:
        rows = [part for part in found if part.klass == MODULE and _has_serial(part)][:1]
    if not rows:
        rows = [part for part in found if not part.parent][:1]
    return tuple(sorted(rows, key=lambda part: (not _has_serial(part), part.index)))


def _has_serial(part: PartFact) -> bool:
    return bool(part.serial) and not is_junk_serial(part.serial)


def _inside_chassis(part: PartFact, by_index: Mapping[int, PartFact]) -> bool:
    """Whether some row above, short of a port, is a chassis. Rows that are their own ancestors end the way up."""
    seen = {part.index}
    above = by_index.get(part.parent or 0)
    while above is not None and above.index not in seen and above.klass != PORT:
        if above.klass == CHASSIS:
            return True
        seen.add(above.index)
        above = by_index.get(above.parent or 0)
    return False


def chassis_serials(rows: Collection[PartFact]) -> tuple[str, ...]:
    """Serials of whole devices, each once: a stack row that repeats its master's is not a second device."""
    return tuple(dict.fromkeys(part.serial for part in rows if _has_serial(part)))
