"""Reading what a device has besides interfaces and addresses, each where it can exist: trunks, spanning tree,
power over Ethernet, optics, printers, UPSs, computers. Steps of a visit; facts come from collectors.tables.
"""

from collections.abc import Awaitable, Callable, Mapping

from collectors.facts import TableEnd, TableState
from collectors.rulebook import covers
from collectors.snmp.pace import Limits
from collectors.snmp.table import ScalarsRead, Table, TableRead
from collectors.tables import aggregation, host, optics, poe, printer, stp, ups
from collectors.visit import Facts, Visit

_COMPUTERS = frozenset({"server", "workstation", "storage"})
_NETWORK = frozenset({"network", "wireless", "firewall", "loadbalancer", None})
"""Kinds that may have trunks and optics; None: no rule knows the device."""
_SOFTWARE_LIMITS = Limits(rows=5000, requests=400)
"""Past any computer's list of programs."""


async def read_aggregation(visit: Visit) -> Facts | None:
    """Trunks, where an interface is one; the layers of interfaces only where no protocol's table binds a port."""
    if not _switches(visit):
        return None
    # These are small or missing with most devices: read in the same requests they cost next to nothing.
    source = optics.source_of(visit.found.system.object_id) if visit.found.identity.kind in _NETWORK else None
    await visit.together(stp.SPANNING_TREE, poe.POE, aggregation.TRUNKS, *((source.table,) if source else ()))
    read = await visit.table(aggregation.TRUNKS)
    interfaces = visit.found.interfaces
    found = aggregation.aggregates(read, _nothing(aggregation.STACK), interfaces)
    if not found and aggregation.trunks(interfaces):
        found = aggregation.aggregates(read, await visit.table(aggregation.STACK), interfaces)
    return {"aggregates": found}


def _switches(visit: Visit) -> bool:
    """Whether the device forwards frames: it has bridge ports, or its interface table names a trunk."""
    kind = visit.found.identity.kind
    return kind in _NETWORK and bool(visit.if_index_of or aggregation.trunks(visit.found.interfaces))


async def read_stp(visit: Visit) -> Facts | None:
    if not _switches(visit):
        return None
    return {"spanning_tree": stp.spanning_tree(await visit.table(stp.SPANNING_TREE), visit.if_index_of)}


async def read_poe(visit: Visit) -> Facts | None:
    if not _switches(visit):
        return None
    interfaces = {fact.index for fact in visit.found.interfaces}
    return {"poe": poe.poe(await visit.table(poe.POE), visit.if_index_of, interfaces)}


async def read_optics(visit: Visit) -> Facts | None:
    """By the maker's table; where it has none or it is empty, by the sensors whose names tell of optical power."""
    found = visit.found
    if found.identity.kind not in _NETWORK:
        return None
    source = optics.source_of(found.system.object_id)
    if source is not None:
        read = await visit.table(source.table)
        if any(read.columns.values()):
            aliases = await _aliases(visit) if source.by_part else {}
            return {"optics": optics.optics(source, read, optics.Places(found.interfaces, found.parts, aliases))}
    if not optics.has_optics(found.parts):
        return {"optics": ()} if source is not None else None
    object_id = found.system.object_id
    read = await visit.table(optics.sensors_of(object_id))
    places = optics.Places(found.interfaces, found.parts, await _aliases(visit))
    return {"optics": optics.sensed(read, places, optics.overstated(object_id))}


async def _aliases(visit: Visit) -> Mapping[bytes, tuple[int, bytes]]:
    """Which part is which interface. That it is missing does not make the optics incomplete: names help too."""
    ends = list(visit.ends)
    read = await visit.table(optics.ALIASES)
    visit.ends = ends
    return read.columns["alias"]


async def read_printer(visit: Visit) -> Facts | None:
    if visit.found.identity.kind != "printer":
        return None
    return {"printer": printer.printer(await visit.table(printer.PRINTER))}


async def read_ups(visit: Visit) -> Facts | None:
    """APC's own objects are asked only of APC's; some cards fill them and leave UPS-MIB out."""
    if visit.found.identity.kind != "power":
        return None
    standard = await visit.scalars(ups.standard_of(visit.found.system.object_id))
    load = await visit.table(ups.LOAD) if standard.values else _nothing(ups.LOAD)
    apc = ScalarsRead(TableEnd(TableState.UNSUPPORTED))
    if covers(ups.APC_ENTERPRISE, visit.found.system.object_id):
        apc = await visit.scalars(ups.APC)
    return {"ups": ups.ups(standard, load, apc)}


async def read_host(visit: Visit) -> Facts | None:
    if visit.found.identity.kind not in _COMPUTERS:
        return None
    memory = await visit.scalars(host.MEMORY)
    await visit.together(host.PROCESSORS, host.STORAGE)
    processors, storage = await visit.table(host.PROCESSORS), await visit.table(host.STORAGE)
    software = await visit.table(host.SOFTWARE, _SOFTWARE_LIMITS)
    return {"host": host.host(memory, processors, storage, software)}


def _nothing(table: Table) -> TableRead:
    return TableRead(TableEnd(TableState.UNSUPPORTED), {name: {} for name in table.columns})


STEPS: Mapping[str, Callable[[Visit], Awaitable[Facts | None]]] = {
    "aggregation": read_aggregation,
    "stp": read_stp,
    "poe": read_poe,
    "optics": read_optics,
    "printer": read_printer,
    "ups": read_ups,
    "host": read_host,
}
"""Subject → its step, in the order of reading."""
