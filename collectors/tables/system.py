"""Who a device says it is: the system group of SNMPv2-MIB and the engine of SNMP-FRAMEWORK-MIB.

Read first: a device that does not answer this is not asked anything else.
"""

from collectors import decode
from collectors.facts import SystemFact
from collectors.snmp import oid
from collectors.snmp.session import OBJECT_ID, Raw
from collectors.snmp.table import Scalars, ScalarsRead

SYSTEM = Scalars(
    "system",
    {
        "descr": "1.3.6.1.2.1.1.1.0",
        "object_id": "1.3.6.1.2.1.1.2.0",
        "uptime": "1.3.6.1.2.1.1.3.0",
        "contact": "1.3.6.1.2.1.1.4.0",
        "name": "1.3.6.1.2.1.1.5.0",
        "location": "1.3.6.1.2.1.1.6.0",
        "services": "1.3.6.1.2.1.1.7.0",
        "engine_id": "1.3.6.1.6.3.10.2.1.1.0",
    },
)
UPTIME = Scalars("uptime", {"uptime": "1.3.6.1.2.1.1.3.0"})

LONGEST_DESCR = 2048
"""Characters of sysDescr that are kept; the MIB allows 255, and patterns are searched in it."""
_TICKS_PER_SECOND = 100


def system(read: ScalarsRead) -> SystemFact:
    """The fact from what came; what is missing stays empty."""
    values = read.values

    def text(name: str) -> str:
        return decode.text(values[name]).strip() if name in values else ""

    engine = values.get("engine_id")
    return SystemFact(
        descr=text("descr")[:LONGEST_DESCR],
        object_id=object_id(values.get("object_id")),
        uptime_s=uptime_s(read),
        contact=text("contact"),
        name=text("name"),
        location=text("location"),
        services=decode.integer(values["services"]) if "services" in values else None,
        engine_id="" if engine is None else engine[1].hex(),
    )


def object_id(raw: Raw | None) -> str:
    """sysObjectID as dotted text; a few agents give it as characters, some with a leading dot."""
    if raw is None:
        return ""
    return oid.text(raw[1]) if raw[0] == OBJECT_ID else decode.text(raw).strip().lstrip(".")


def uptime_s(read: ScalarsRead) -> float | None:
    """sysUpTime in seconds. It starts again after 497 days, not only at a restart."""
    raw = read.values.get("uptime")
    return None if raw is None else seconds(raw)


def seconds(ticks: Raw) -> float | None:
    """TimeTicks, hundredths of a second."""
    found = decode.integer(ticks)
    return None if found is None else found / _TICKS_PER_SECOND
