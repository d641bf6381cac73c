"""Transceivers: power sent and received, wavelength, serial; by the makers' own tables and by ENTITY-SENSOR-MIB.

Powers come in hundredths or thousandths of a dBm, in watts with a scale, in tenths of a microwatt, or as text;
-40 dBm, 0 and the largest numbers mean no light or no reading. Some tables are by ifIndex, some by entPhysicalIndex.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from collectors import decode
from collectors.facts import InterfaceFact, PartFact
from collectors.features import OpticFact
from collectors.snmp import oid
from collectors.snmp.session import Raw
from collectors.snmp.table import Table, TableRead
from collectors.tables.hardware import CHASSIS

_DARKEST_DBM, _BRIGHTEST_DBM = -40.0, 8.0
"""Detectors end at some -40 dBm: agents give just that for no light. No transceiver sends more than some 6 mW."""
_INTERFACE_ROW = oid.parse("1.3.6.1.2.1.2.2.1.1")
"""ifIndex: where entAliasMappingIdentifier points to."""

_SENSOR_CLASS, _PORT = 8, 10
"""entPhysicalClass."""
_SENSOR_TO_PORT = 3
"""Rows at most from a sensor to its port: sensor, transceiver, port."""

_POWERS = ("tx", "rx", "value")

ALIASES = Table("optics", {"alias": "1.3.6.1.2.1.47.1.3.2.1.2"})  # index entPhysicalIndex.entLogicalIndex


@dataclass(frozen=True, slots=True)
class Source:
    """A maker's table. `per_dbm`: units in one dBm, as a number or as text; 0 where powers come in `milliwatts`."""

    under: str
    """Beginning of the sysObjectIDs of devices that have it."""
    table: Table
    per_dbm: int
    by_part: bool = False
    """Whether rows are by entPhysicalIndex instead of ifIndex."""
    perhaps_microwatts: bool = False
    """Whether some releases give microwatts: a table without any value below -1 is such a one."""
    milliwatts: float = 1.0
    """What one unit is, where powers do not come in dBm."""


def _columns(base: str, **columns: int) -> Table:
    """Of a table whose rows and texts stand, and whose powers move."""
    return Table("optics", {name: f"{base}.{number}" for name, number in columns.items()}, readings=_POWERS)


SOURCES = (
    Source(  # hwOpticalModuleInfoTable
        "1.3.6.1.4.1.2011",
        _columns("1.3.6.1.4.1.2011.5.25.31.1.1.3.1", tx=9, rx=8, wavelength=2, serial=4),
        100,
        by_part=True,
        perhaps_microwatts=True,
    ),
    Source(  # hh3cTransceiverInfoTable
        "1.3.6.1.4.1.25506",
        _columns("1.3.6.1.4.1.25506.2.70.1.1.1", tx=9, rx=12, wavelength=3, maker=4, serial=5, model=2),
        100,
    ),
    Source("1.3.6.1.4.1.2636", _columns("1.3.6.1.4.1.2636.3.60.1.1.1.1", tx=7, rx=5), 100),  # jnxDomCurrentTable
    Source(  # mtxrOpticalTable
        "1.3.6.1.4.1.14988", _columns("1.3.6.1.4.1.14988.1.1.19.1.1", tx=9, rx=10, wavelength=5, name=2), 1000
    ),
    Source(  # hpicfXcvrInfoTable
        "1.3.6.1.4.1.11",
        _columns("1.3.6.1.4.1.11.2.14.11.5.1.82.1.1.1.1", tx=14, rx=15, model=3, serial=4),
        1000,
    ),
    Source(  # zxr10OpticalTable: text in dBm
        "1.3.6.1.4.1.3902",
        _columns("1.3.6.1.4.1.3902.3.103.11.1.1", tx=20, rx=18, wavelength=16, maker=30, model=31, serial=33),
        1,
    ),
    Source(  # ruijieFiberTable; -10000 where the module does not measure
        "1.3.6.1.4.1.4881", _columns("1.3.6.1.4.1.4881.1.1.10.2.105.1.1.1", tx=81, rx=76, serial=16), 100
    ),
    Source(  # dDdmIfInfoTable: tenths of a microwatt
        "1.3.6.1.4.1.171", _columns("1.3.6.1.4.1.171.14.72.1.4.1.1", tx=19, rx=25), 0, milliwatts=0.0001
    ),
    Source("1.3.6.1.4.1.11863", _columns("1.3.6.1.4.1.11863.6.96.1.7.1.1", tx=5, rx=6), 0),  # ddmStatusTable
)

_SENSOR = {"type": 1, "scale": 2, "precision": 3, "value": 4, "status": 5}
SENSORS = _columns("1.3.6.1.2.1.99.1.1.1", **_SENSOR, units=6)  # entPhySensorTable, RFC 3433
CISCO_SENSORS = _columns("1.3.6.1.4.1.9.9.91.1.1.1.1", **_SENSOR)  # entSensorValueTable
_CISCO = "1.3.6.1.4.1.9"


def source_of(object_id: str) -> Source | None:
    """The maker's table of a device, by its sysObjectID."""
    return next((source for source in SOURCES if _under(object_id, source.under)), None)


_EXTREME = "1.3.6.1.4.1.1916"


def overstated(object_id: str) -> float:
    """By how much a maker's sensors overstate watts: Extreme's count tenths of the microwatts that their scale says."""
    return 10.0 if _under(object_id, _EXTREME) else 1.0


def sensors_of(object_id: str) -> Table:
    """The sensor table of a device: Cisco's own tells dBm, which the standard one cannot."""
    return CISCO_SENSORS if _under(object_id, _CISCO) else SENSORS


def _under(object_id: str, beginning: str) -> bool:
    return f"{object_id}.".startswith(f"{beginning}.")


@dataclass(slots=True)
class Places:
    """What is needed to say in which port something sits: interfaces, parts and the mapping of parts to interfaces."""

    interfaces: Iterable[InterfaceFact]
    parts: Iterable[PartFact]
    aliases: Mapping[bytes, Raw] = field(default_factory=dict)
    _labels: dict[int, str] = field(init=False)
    _by_word: dict[str, int] = field(init=False)
    _parts: dict[int, PartFact] = field(init=False)
    _if_index_of: dict[int, int] = field(init=False)

    def __post_init__(self) -> None:
        self._labels = {fact.index: fact.label for fact in self.interfaces}
        self._by_word = {word: fact.index for fact in self.interfaces for word in (fact.descr, fact.name) if word}
        self._parts = {part.index: part for part in self.parts}
        self._if_index_of = dict(_pointed(self.aliases))

    def interface(self, part: int) -> tuple[int | None, str]:
        """(ifIndex, name of the port) of a part: by its mapping, that of a part above it, or a port's name in a text.

        Ghosts and cycles in entPhysicalContainedIn end the way up.
        """
        seen: set[int] = set()
        at: int | None = part
        holder = ""
        while at and at not in seen:
            seen.add(at)
            if at in self._if_index_of:
                return self._if_index_of[at], self.label(self._if_index_of[at])
            row = self._parts.get(at)
            if row is None:
                break
            for word in _words(row):
                if word in self._by_word:
                    return self._by_word[word], self.label(self._by_word[word])
            # Sensors of one port have different names: what holds them is the same for all.
            holder = holder or (row.name or row.descr if row.klass != _SENSOR_CLASS else "")
            at = row.parent
        return None, holder or str(part)

    def label(self, if_index: int) -> str:
        return self._labels.get(if_index, "")

    def named(self, word: str) -> int | None:
        return self._by_word.get(word)

    def is_interface(self, number: int) -> bool:
        return number in self._labels

    def part(self, index: int) -> PartFact | None:
        return self._parts.get(index)

    def module_of(self, part: int) -> PartFact | None:
        """The row with a serial from a sensor up to its port: beyond that come cards and the chassis."""
        row = self._parts.get(part)
        for _ in range(_SENSOR_TO_PORT):
            if row is None or row.serial or row.klass == _PORT:
                break
            row = self._parts.get(row.parent or 0)
        return row if row is not None and row.serial and row.klass != CHASSIS else None


def _words(part: PartFact) -> Iterable[str]:
    """Texts of a part that may be an interface's name: the whole, and each word."""
    for text in (part.name, part.descr):
        yield from (text, *text.split())


def _pointed(aliases: Mapping[bytes, Raw]) -> Iterable[tuple[int, int]]:
    for index, raw in aliases.items():
        arcs = oid.index_arcs(index)
        if arcs and raw[1].startswith(_INTERFACE_ROW):
            target = oid.index_arcs(raw[1][len(_INTERFACE_ROW) :])
            if len(target) == 1:
                yield arcs[0], target[0]


def optics(source: Source, read: TableRead, places: Places) -> tuple[OpticFact, ...]:
    """Transceivers of a maker's table; a row with neither a power nor a serial is an empty slot."""
    dbm = _reader(source, read)
    found = []
    for index, row in read.rows():
        arcs = oid.index_arcs(index)
        if not arcs:
            continue
        name = decode.text(row.get("name")).strip()
        if source.by_part:
            if_index, port = places.interface(arcs[0])
        else:
            number = places.named(name) if name else arcs[0]
            if_index = number if number is not None and places.is_interface(number) else None
            port = (places.label(if_index) if if_index is not None else "") or name or str(arcs[0])
        serial = _told(row.get("serial"))
        tx, rx = dbm(row.get("tx")), dbm(row.get("rx"))
        if serial or tx is not None or rx is not None:
            found.append(
                OpticFact(
                    if_index,
                    port,
                    tx,
                    rx,
                    wavelength_nm(decode.integer(row.get("wavelength"))),
                    serial,
                    _told(row.get("model")),
                    _told(row.get("maker")),
                )
            )
    return tuple(found)


def wavelength_nm(value: int | None) -> int | None:
    """A wavelength of the optical bands, in nanometers or (MikroTik) hundredths of one; None for anything else."""
    if value is not None and value >= 60_000:
        value = round(value / 100)
    return value if value is not None and 600 <= value <= 2000 else None


def _told(raw: Raw | None) -> str:
    text = decode.text(raw).strip()
    return "" if text.upper() in ("N/A", "NA", "NONE", "UNKNOWN", "--", "-") else text


def _reader(source: Source, read: TableRead) -> Callable[[Raw | None], float | None]:
    if not source.per_dbm:
        return lambda raw: from_milliwatts((decode.number(raw) or 0) * source.milliwatts)
    if source.perhaps_microwatts:
        powers = [decode.integer(raw) for name in ("tx", "rx") for raw in read.columns.get(name, {}).values()]
        if not any(power is not None and power < -1 for power in powers):
            return lambda raw: from_milliwatts((decode.integer(raw) or 0) / 1000)
    return lambda raw: from_units(decode.number(raw), source.per_dbm)


def from_units(value: float | None, per_dbm: int) -> float | None:
    """dBm of a number; None for 0, for -1 where that is a fraction of a dBm, and for what no transceiver can do."""
    return None if value is None or value == 0 or (value == -1 and per_dbm > 1) else _real(value / per_dbm)


def from_milliwatts(milliwatts: float | None) -> float | None:
    """10 · log10 of the power in milliwatts; None for no light."""
    return _real(10 * math.log10(milliwatts)) if milliwatts is not None and milliwatts > 0 else None


def _real(dbm: float) -> float | None:
    return round(dbm, 2) if _DARKEST_DBM < dbm < _BRIGHTEST_DBM else None


# -- sensors -------------------------------------------------------------------------------------------------

_WATTS, _CISCO_DBM, _OTHER = 6, 14, 1
_OK = 1
_SENT = re.compile(r"\b(tx|transmit(ted)?|output|laser)\b", re.IGNORECASE)
_RECEIVED = re.compile(r"\b(rx|receive(d|r)?|input)\b", re.IGNORECASE)
_POWER = re.compile(r"\bpower\b", re.IGNORECASE)


def has_optics(parts: Iterable[PartFact]) -> bool:
    """Whether any part's text speaks of optical power: else its sensors are of heat, fans and mains only."""
    return any(_direction(part) for part in parts)


def _direction(part: PartFact) -> str:
    """'tx' or 'rx' for a sensor of optical power, by its name or description; '' for any other part."""
    for text in (part.descr, part.name):
        if _POWER.search(text):
            if _RECEIVED.search(text):
                return "rx"
            if _SENT.search(text) and "supply" not in text.lower():
                return "tx"
    return ""


def sensed(read: TableRead, places: Places, watts_over: float = 1.0) -> tuple[OpticFact, ...]:
    """Transceivers by their sensors, one for each port. Of several lanes the weakest counts.

    `watts_over`: by how much the device overstates watts.
    """
    powers: dict[tuple[int | None, str], dict[str, float | None]] = {}
    modules: dict[tuple[int | None, str], PartFact | None] = {}
    for index, row in read.rows():
        arcs = oid.index_arcs(index)
        part = places.part(arcs[0]) if len(arcs) == 1 else None
        way = _direction(part) if part is not None else ""
        power = _sensor_dbm(row, watts_over)
        if not way or power is None:
            continue
        place = places.interface(arcs[0])
        modules.setdefault(place, places.module_of(arcs[0]))
        held = powers.setdefault(place, {}).get(way)
        powers[place][way] = power if held is None else min(held, power)
    found = []
    for (if_index, port), ways in powers.items():
        module = modules[if_index, port]
        said = (module.serial, module.model, module.maker) if module is not None else ("", "", "")
        found.append(OpticFact(if_index, port, ways.get("tx"), ways.get("rx"), None, *said))
    return tuple(found)


def _sensor_dbm(row: Mapping[str, Raw], watts_over: float) -> float | None:
    """The reading in dBm. Scale: 9 is units, 8 milli, 7 micro (steps of a thousand); precision: decimal places."""
    kind, scale, precision, value, status = (decode.integer(row.get(name)) for name in _SENSOR)
    if value is None or status not in (_OK, None):
        return None
    reading = value * 1000.0 ** ((scale or 9) - 9) / 10.0 ** (precision or 0) if _sane(scale, precision) else math.nan
    if math.isnan(reading):
        return None
    if kind == _WATTS:
        return from_milliwatts(reading * 1000 / watts_over)
    in_dbm = kind == _CISCO_DBM or (kind == _OTHER and decode.text(row.get("units")).strip().lower() == "dbm")
    return _real(reading) if in_dbm and value not in (0, -1) else None


def _sane(scale: int | None, precision: int | None) -> bool:
    return 1 <= (scale or 9) <= 17 and -8 <= (precision or 0) <= 9
