"""What a UPS has: UPS-MIB (RFC 1628), and APC's PowerNet for what that leaves out, such as the battery's age.

Agents give -1, 0 or impossible numbers for what they do not measure.
"""

import re
from collections.abc import Mapping
from datetime import date

from collectors import decode
from collectors.features import UpsFact
from collectors.snmp.session import Raw
from collectors.snmp.table import Scalars, ScalarsRead, Table, TableRead

STANDARD = Scalars(
    "ups",
    {
        "maker": "1.3.6.1.2.1.33.1.1.1.0",  # upsIdentManufacturer
        "model": "1.3.6.1.2.1.33.1.1.2.0",
        "battery": "1.3.6.1.2.1.33.1.2.1.0",  # upsBatteryStatus
        "minutes": "1.3.6.1.2.1.33.1.2.3.0",
        "charge": "1.3.6.1.2.1.33.1.2.4.0",
        "temperature": "1.3.6.1.2.1.33.1.2.7.0",
        "source": "1.3.6.1.2.1.33.1.4.1.0",  # upsOutputSource
    },
)
_SINCE = {
    "1.3.6.1.4.1.534": "1.3.6.1.4.1.534.1.2.6.0",  # Eaton: xupsBatteryLastReplacedDate
    "1.3.6.1.4.1.935": "1.3.6.1.4.1.935.1.1.1.2.1.3.0",  # XPPC-MIB upsBaseBatteryLastReplaceDate
    "1.3.6.1.4.1.3808": "1.3.6.1.4.1.3808.1.1.1.2.1.3.0",  # CyberPower: the same
}
"""Where other makers tell the day of the battery's last replacement; the standard has no such object."""
LOAD = Table("ups", {"load": "1.3.6.1.2.1.33.1.4.4.1.5"}, readings=("load",))  # upsOutputPercentLoad, a row a phase

APC_ENTERPRISE = "1.3.6.1.4.1.318"
APC = Scalars(
    "ups",
    {
        "apc_model": "1.3.6.1.4.1.318.1.1.1.1.1.1.0",  # upsBasicIdentModel
        "apc_battery": "1.3.6.1.4.1.318.1.1.1.2.1.1.0",  # upsBasicBatteryStatus
        "apc_since": "1.3.6.1.4.1.318.1.1.1.2.1.3.0",  # upsBasicBatteryLastReplaceDate
        "apc_charge": "1.3.6.1.4.1.318.1.1.1.2.2.1.0",  # upsAdvBatteryCapacity
        "apc_temperature": "1.3.6.1.4.1.318.1.1.1.2.2.2.0",
        "apc_ticks": "1.3.6.1.4.1.318.1.1.1.2.2.3.0",  # upsAdvBatteryRunTimeRemaining
        "apc_replace": "1.3.6.1.4.1.318.1.1.1.2.2.4.0",  # upsAdvBatteryReplaceIndicator
        "apc_charge_tenths": "1.3.6.1.4.1.318.1.1.1.2.3.1.0",  # upsHighPrecBatteryCapacity
        "apc_temperature_tenths": "1.3.6.1.4.1.318.1.1.1.2.3.2.0",
        "apc_output": "1.3.6.1.4.1.318.1.1.1.4.1.1.0",  # upsBasicOutputStatus
        "apc_load": "1.3.6.1.4.1.318.1.1.1.4.2.3.0",  # upsAdvOutputLoad
        "apc_load_tenths": "1.3.6.1.4.1.318.1.1.1.4.3.3.0",  # upsHighPrecOutputLoad
    },
)

_BATTERY = {1: "unknown", 2: "normal", 3: "low", 4: "depleted"}
"""upsBatteryStatus; upsBasicBatteryStatus has the first three."""
_ON_BATTERY = 5
"""upsOutputSource battery."""
_APC_ON_BATTERY = 3
"""upsBasicOutputStatus onBattery."""
_TICKS_PER_MINUTE = 6000
_LONGEST_MINUTES = 7 * 24 * 60
_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{2}|\d{4})")


def standard_of(object_id: str) -> Scalars:
    """STANDARD, with the battery's date of the device's maker in the same request."""
    for maker, since in _SINCE.items():
        if f"{object_id}.".startswith(f"{maker}."):
            return Scalars("ups", {**STANDARD.objects, "since": since})
    return STANDARD


def ups(standard: ScalarsRead, load: TableRead, apc: ScalarsRead) -> UpsFact | None:
    """The fact, or None when nothing but a name came. APC's own objects go first where both tell."""
    values = {**standard.values, **apc.values}

    def whole(name: str, least: int, most: int, over: int = 1) -> int | None:
        return _within(values.get(name), least, most, over)

    def text(*names: str) -> str:
        return next(filter(None, (decode.text(values.get(name)).strip() for name in names)), "")

    loads = [found for raw in load.columns.get("load", {}).values() if (found := _within(raw, 0, 200)) is not None]
    tenths = whole("apc_temperature_tenths", 10, 1000)
    temperature = tenths / 10 if tenths is not None else whole("apc_temperature", 1, 100)
    fact = UpsFact(
        maker=text("maker") or ("APC" if apc.values else ""),
        model=text("apc_model", "model"),
        battery=_BATTERY.get(whole("apc_battery", 1, 3) or whole("battery", 1, 4) or 0, ""),
        on_battery=_on_battery(values),
        charge_percent=_first(
            whole("apc_charge_tenths", 0, 1000, 10), whole("apc_charge", 0, 100), whole("charge", 0, 100)
        ),
        minutes_left=_first(
            whole("apc_ticks", 0, _LONGEST_MINUTES * _TICKS_PER_MINUTE, _TICKS_PER_MINUTE),
            whole("minutes", 0, _LONGEST_MINUTES),
        ),
        load_percent=_first(whole("apc_load_tenths", 0, 2000, 10), whole("apc_load", 0, 200), max(loads, default=None)),
        temperature_c=temperature if temperature is not None else whole("temperature", 1, 100),
        battery_since=day(text("apc_since", "since")),
        replace_battery={1: False, 2: True}.get(whole("apc_replace", 1, 2) or 0),
    )
    told = (fact.battery, fact.charge_percent, fact.minutes_left, fact.load_percent)
    return fact if any(value not in ("", None) for value in told) else None


def _within(raw: Raw | None, least: int, most: int, over: int = 1) -> int | None:
    """A whole number, divided by `over` and rounded; None outside of `least` to `most`."""
    value = decode.integer(raw)
    return None if value is None or not least <= value <= most else round(value / over)


def _first(*found: int | None) -> int | None:
    return next((value for value in found if value is not None), None)


def _on_battery(values: Mapping[str, Raw]) -> bool | None:
    for name, meaning, most in (("apc_output", _APC_ON_BATTERY, 20), ("source", _ON_BATTERY, 7)):
        value = _within(values.get(name), 2, most)
        if value is not None:
            return value == meaning
    return None


def day(text: str) -> str:
    """'01/25/2018' or '01/25/18' (month first, as PowerNet-MIB has it) as '2018-01-25'; '' for what is no date.

    A few cards give '2018-01-25' itself.
    """
    try:
        return date.fromisoformat(text.strip()[:10]).isoformat()
    except ValueError:
        found = _DATE.fullmatch(text.strip())
    if not found:
        return ""
    month, day_of_month, year = map(int, found.groups())
    # Two digits: cards of this kind were first sold in the nineties.
    year += 0 if year > 99 else 1900 if year >= 90 else 2000
    try:
        return date(year, month, day_of_month).isoformat()
    except ValueError:
        return ""
