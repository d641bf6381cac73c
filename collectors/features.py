"""What a device has besides its interfaces and addresses, as plain values: fields of a Snapshot.

Optics, trunks, spanning tree, power over Ethernet, printers, UPSs, software. As in collectors.facts: text is
decoded, a MAC is 12 lower-case hexadecimal digits, what is not known is None or "". No Django, no octets.
"""

from dataclasses import dataclass

from inventory.values import value


@value
class AggregateFact:
    """A port that is one of several bound into one (link aggregation), by ifIndex."""

    member: int
    aggregate: int


@value
class SpanningPortFact:
    port: int
    """Bridge port."""
    if_index: int | None
    state: str
    """disabled, blocking, listening, learning, forwarding or broken (IEEE 802.1D)."""
    designated: str = ""
    """MAC of the designated bridge of the port's segment."""


@dataclass(frozen=True, slots=True)
class SpanningTreeFact:
    """The bridge's place in the spanning tree."""

    root: str
    """MAC of the root bridge."""
    root_priority: int | None = None
    root_port: int | None = None
    """Bridge port towards the root; None when it is the root itself."""
    ports: tuple[SpanningPortFact, ...] = ()


@value
class InventoryFact:
    """What an endpoint (a phone, a camera) tells of itself by LLDP-MED on a port of ours."""

    local_index: int | None
    local_port: str
    hardware: str = ""
    firmware: str = ""
    software: str = ""
    serial: str = ""
    maker: str = ""
    model: str = ""
    asset_tag: str = ""


@value
class OpticFact:
    """A transceiver. Powers are None without light or without a reading."""

    if_index: int | None
    port: str
    """The interface's name, else what the device calls the place."""
    tx_dbm: float | None = None
    rx_dbm: float | None = None
    wavelength_nm: int | None = None
    serial: str = ""
    model: str = ""
    maker: str = ""


@value
class SupplyFact:
    """A toner, a drum, a waste box. `percent` is None whenever `state` says something else than a level."""

    name: str
    kind: str = ""
    """By prtMarkerSuppliesType: toner, waste toner, ink, drum …"""
    color: str = ""
    percent: int | None = None
    """What is left; of a receptacle, what room is left."""
    state: str = ""
    """'' for a level; unlimited, unknown or some left where the device gives no number (-1, -2, -3)."""


@dataclass(frozen=True, slots=True)
class PrinterFact:
    pages: int | None = None
    """prtMarkerLifeCount of the first marker. It may fall: a new board begins to count anew."""
    unit: str = ""
    """What is counted: impressions, sheets, hours …"""
    supplies: tuple[SupplyFact, ...] = ()


@dataclass(frozen=True, slots=True)
class UpsFact:
    maker: str = ""
    model: str = ""
    battery: str = ""
    """unknown, normal, low or depleted."""
    on_battery: bool | None = None
    charge_percent: int | None = None
    minutes_left: int | None = None
    load_percent: int | None = None
    """Of the phase that carries most."""
    temperature_c: float | None = None
    """Of the battery."""
    battery_since: str = ""
    """Day of the battery's last replacement, as YYYY-MM-DD: its age is counted from here."""
    replace_battery: bool | None = None


@value
class SoftwareFact:
    name: str
    installed_on: str = ""
    """YYYY-MM-DD, or empty when it is not told or no date."""


@value
class PoePortFact:
    """Power over Ethernet of one port, by its number within its group (a card or stack member)."""

    group: int
    port: int
    if_index: int | None
    enabled: bool | None
    state: str
    """disabled, searching, delivering, fault, test or other fault."""
    device_class: int | None = None
    """Class 0 to 4 of what is powered."""


@dataclass(frozen=True, slots=True)
class PoeFact:
    ports: tuple[PoePortFact, ...] = ()
    power_w: int | None = None
    """What all groups can give."""
    used_w: int | None = None
