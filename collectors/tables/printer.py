"""What a printer has: Printer-MIB (RFC 3805), its page counter and its supplies.

Levels of -1, -2 and -3 are no quantities: no limit, unknown, and "some is left".
"""

from collections.abc import Mapping

from collectors import decode
from collectors.features import PrinterFact, SupplyFact
from collectors.snmp import oid
from collectors.snmp.session import Raw
from collectors.snmp.table import Table, TableRead

PRINTER = Table(
    "printer",
    {
        "unit": "1.3.6.1.2.1.43.10.2.1.3",  # prtMarkerCounterUnit, index device.marker
        "count": "1.3.6.1.2.1.43.10.2.1.4",  # prtMarkerLifeCount
        "colorant": "1.3.6.1.2.1.43.11.1.1.3",  # prtMarkerSuppliesColorantIndex, index device.supply
        "klass": "1.3.6.1.2.1.43.11.1.1.4",
        "type": "1.3.6.1.2.1.43.11.1.1.5",
        "descr": "1.3.6.1.2.1.43.11.1.1.6",
        "supply_unit": "1.3.6.1.2.1.43.11.1.1.7",
        "max": "1.3.6.1.2.1.43.11.1.1.8",
        "level": "1.3.6.1.2.1.43.11.1.1.9",
        "color": "1.3.6.1.2.1.43.12.1.1.4",  # prtMarkerColorantValue, index device.colorant
    },
    readings=("count", "level"),
)

_UNITS = {3: "0.0001 inches", 4: "micrometers", 5: "characters", 6: "lines", 7: "impressions", 8: "sheets"}
_UNITS |= {9: "dot rows", 11: "hours", 16: "feet", 17: "meters"}
"""PrtMarkerCounterUnitTC."""
_TYPES = {3: "toner", 4: "waste toner", 5: "ink", 6: "ink cartridge", 7: "ink ribbon", 8: "waste ink", 9: "drum"}
_TYPES |= {10: "developer", 11: "fuser oil", 15: "fuser", 18: "cleaner", 20: "transfer unit", 21: "toner cartridge"}
_TYPES |= {22: "fuser oiler", 32: "staples"}
"""PrtMarkerSuppliesTypeTC, those that are found."""
_NO_LEVEL = {-1: "unlimited", -2: "unknown", -3: "some left"}
_PERCENT = 19
"""PrtMarkerSuppliesSupplyUnitTC percent."""


def printer(read: TableRead) -> PrinterFact | None:
    """The fact, or None when the device says nothing of printing."""
    columns = {name: read.columns.get(name, {}) for name in PRINTER.columns}
    pages, unit = None, ""
    for index, raw in columns["count"].items():
        count = decode.integer(raw)
        if count is not None and count >= 0:
            pages, unit = count, _UNITS.get(decode.integer(columns["unit"].get(index)) or 0, "")
            break
    indexes = {**columns["descr"], **columns["level"]}
    supplies = tuple(_supply(index, columns) for index in indexes)
    return PrinterFact(pages, unit, supplies) if supplies or pages is not None else None


def _supply(index: bytes, columns: Mapping[str, Mapping[bytes, Raw]]) -> SupplyFact:
    def number(name: str) -> int | None:
        return decode.integer(columns[name].get(index))

    colorant = number("colorant") or 0
    color = columns["color"].get(oid.encode_index((*oid.index_arcs(index)[:-1], colorant))) if colorant > 0 else None
    percent, state = level(number("level"), number("max"), number("supply_unit"))
    return SupplyFact(
        name=decode.text(columns["descr"].get(index)).strip(),
        kind=_TYPES.get(number("type") or 0, ""),
        color=decode.text(color).strip(),
        percent=percent,
        state=state,
    )


def level(value: int | None, capacity: int | None, unit: int | None = None) -> tuple[int | None, str]:
    """(percent, state) of prtMarkerSuppliesLevel beside its maximum capacity.

    Levels below zero are states; a level without a capacity is a percentage only where the unit says so. A level
    over its capacity, as after a change of cartridge, is 100 %.
    """
    if value is None:
        return None, "unknown"
    if value < 0:
        return None, _NO_LEVEL.get(value, "unknown")
    if capacity is None or capacity <= 0:
        return (value, "") if unit == _PERCENT and value <= 100 else (None, "unknown")
    return min(round(value * 100 / capacity), 100), ""
