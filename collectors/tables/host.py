"""What a computer has: memory, processors, fixed disks and installed software of HOST-RESOURCES-MIB."""

import re
from collections.abc import Iterator
from datetime import date

from collectors import decode
from collectors.facts import HostFact
from collectors.features import SoftwareFact
from collectors.snmp import oid
from collectors.snmp.session import OCTETS, Raw
from collectors.snmp.table import Scalars, ScalarsRead, Table, TableRead

MEMORY = Scalars("host", {"memory": "1.3.6.1.2.1.25.2.2.0"})  # hrMemorySize, KiB
PROCESSORS = Table(
    "host",
    {
        "load": "1.3.6.1.2.1.25.3.3.1.2",  # hrProcessorLoad: one row a logical processor
        "device": "1.3.6.1.2.1.25.3.2.1.2",  # hrDeviceType: net-snmp knows loads only a minute after its start
    },
    readings=("load",),
)
STORAGE = Table(
    "host",
    {
        "type": "1.3.6.1.2.1.25.2.3.1.2",
        "descr": "1.3.6.1.2.1.25.2.3.1.3",
        "units": "1.3.6.1.2.1.25.2.3.1.4",
        "size": "1.3.6.1.2.1.25.2.3.1.5",
    },
    readings=("size",),  # net-snmp's rows of cached and shared memory grow and shrink
)

SOFTWARE = Table(
    "host",
    {
        "name": "1.3.6.1.2.1.25.6.3.1.2",  # hrSWInstalledName
        "date": "1.3.6.1.2.1.25.6.3.1.5",  # hrSWInstalledDate
    },
)

_FIXED_DISK = oid.parse("1.3.6.1.2.1.25.2.1.4")
_PROCESSOR = oid.parse("1.3.6.1.2.1.25.3.1.3")
_UNREAL = ("/sys/", "/proc", "/run", "/dev/")
"""Where systems mount what is no disk, though they call it fixed."""
_RAM = oid.parse("1.3.6.1.2.1.25.2.1.2")
_WRAP = 1 << 32
_WRITTEN_DATE = re.compile(rb"(\d{4})-(\d{1,2})-(\d{1,2}),")
"""A DateAndTime as some agents send it: in the form in which it is displayed."""
_FIRST_YEAR = 1980
"""Of a personal computer's clock: agents give 1601 or 1970 for a date they do not know."""


def host(
    memory: ScalarsRead, processors: TableRead, storage: TableRead, software: TableRead | None = None
) -> HostFact | None:
    """The fact, or None when the device says nothing of the kind. Disks are (name, KiB) in the agent's order."""
    raw = memory.values.get("memory")
    memory_kib = None if raw is None else decode.integer(raw)
    if not memory_kib or memory_kib < 0:
        memory_kib = sum(size for _, size in _storage(storage, _RAM)) or None
    devices = sum(kind == _PROCESSOR for _tag, kind in processors.columns.get("device", {}).values())
    count = len(processors.columns.get("load", {})) or devices or None
    disks = tuple(row for row in _storage(storage, _FIXED_DISK) if not row[0].startswith(_UNREAL))
    installed = tuple(dict.fromkeys(_installed(software))) if software is not None else ()
    if memory_kib is None and count is None and not disks and not installed:
        return None
    return HostFact(memory_kib, count, disks, installed)


def _installed(read: TableRead) -> Iterator[SoftwareFact]:
    dates = read.columns.get("date", {})
    for index, raw in read.columns.get("name", {}).items():
        name = decode.text(raw).strip()
        if name:
            yield SoftwareFact(name, day(dates.get(index)))


def day(raw: Raw | None) -> str:
    """The day of a DateAndTime (RFC 2579: year in two octets, month, day …) as YYYY-MM-DD; "" for none.

    Eight octets, eleven with a zone, or the date written out. A day that does not exist, or before there were
    such computers, is none.
    """
    if raw is None or raw[0] != OCTETS:
        return ""
    octets = raw[1]
    written = _WRITTEN_DATE.match(octets)
    if written:
        year, month, number = map(int, written.groups())
    elif len(octets) in (8, 11):
        year, month, number = int.from_bytes(octets[:2], "big"), octets[2], octets[3]
    else:
        return ""
    try:
        return date(year, month, number).isoformat() if year > _FIRST_YEAR else ""
    except ValueError:
        return ""


def _storage(read: TableRead, kind: bytes) -> list[tuple[str, int]]:
    """(name, KiB) of rows of one hrStorageType. Sizes past 2^31 come negative from many agents."""
    columns = read.columns
    found = []
    for index, raw in columns.get("type", {}).items():
        units_raw, size_raw = columns.get("units", {}).get(index), columns.get("size", {}).get(index)
        if raw[1] != kind or units_raw is None or size_raw is None:
            continue
        units, size = decode.integer(units_raw), decode.integer(size_raw)
        if units and size and units > 0:
            descr = columns.get("descr", {}).get(index)
            name = "" if descr is None else decode.text(descr).strip()
            found.append((name, (size + _WRAP if size < 0 else size) * units // 1024))
    return found
