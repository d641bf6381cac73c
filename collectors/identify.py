"""Who a device is: vendor rules and what it answered → an Identity and the rule that gave it. Pure.

What no rule says comes from tables that are the same everywhere: the chassis row of ENTITY-MIB, Printer-MIB,
UPS-MIB and, last, the shape of sysDescr. Unknown is None: no guess is better than a wrong one.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from collectors import decode
from collectors.facts import Identity, PartFact, SystemFact
from collectors.rulebook import Rule, Source, Vendors, Wanted, load_vendors
from collectors.snmp import oid
from collectors.snmp.session import OBJECT_ID, OCTETS, Raw
from collectors.tables.hardware import chassis, chassis_serials
from collectors.tables.sysdescr import model_in, serial_in, version_in
from collectors.tables.system import object_id as object_id_text
from inventory.rules.names import is_junk_serial

LONGEST_READ = 2048
"""Characters of a value in which patterns are searched."""
LONGEST = 120
"""Characters of a fact; what is longer is no model, version or serial."""

PRINTER_SERIAL, PRINTER_NAME = "1.3.6.1.2.1.43.5.1.1.17.1", "1.3.6.1.2.1.43.5.1.1.16.1"
DEVICE_DESCR, DEVICE_TYPE = "1.3.6.1.2.1.25.3.2.1.3.1", "1.3.6.1.2.1.25.3.2.1.2.1"
UPS_MAKER, UPS_MODEL = "1.3.6.1.2.1.33.1.1.1.0", "1.3.6.1.2.1.33.1.1.2.0"
UPS_SOFTWARE, UPS_AGENT = "1.3.6.1.2.1.33.1.1.3.0", "1.3.6.1.2.1.33.1.1.4.0"
PROBE_SOFTWARE = "1.3.6.1.2.1.16.19.2.0"
BASE_MAC, LLDP_KIND, LLDP_ID = "1.3.6.1.2.1.17.1.1.0", "1.0.8802.1.1.2.1.3.1.0", "1.0.8802.1.1.2.1.3.2.0"

COMMON = Wanted(
    objects=(
        PRINTER_SERIAL,
        PRINTER_NAME,
        DEVICE_DESCR,
        DEVICE_TYPE,
        UPS_MAKER,
        UPS_MODEL,
        UPS_SOFTWARE,
        UPS_AGENT,
        PROBE_SOFTWARE,
        BASE_MAC,
        LLDP_KIND,
        LLDP_ID,
    )
)
"""Read from every device, in one request."""

_PRINTER = "1.3.6.1.2.1.25.3.1.5"
_LLDP_MAC = 4

_BLANK = re.compile(
    r"(?i)\W*(?:n/?a|none|null|nil|unknown|unspecified|undefined|not (?:available|specified|applicable|set)|default"
    r"|to be filled by o\.?e\.?m\.?|\(?none\)?|<private>|(?:00[ :-]){3,}(?:00)?)?\W*"
)

_CROSSED_OUT = re.compile(r"[xX]+")
_REMARK = re.compile(r"(?i)\b(?:mac|not|no|address)\b")

_PLACE = re.compile(
    r"(?i).*\b(?:shelf|unit|bay|slot|chassis|module|stack|system|name)\b.*|(?:shelf|unit|bay|slot)\W?\d+"
)
"""Names of rows that say where a part sits, not what it is."""

__all__ = ["COMMON", "Answers", "choose", "default_vendors", "identify", "load_vendors"]


@dataclass(slots=True)
class Answers:
    """What a device answered: the system group, its parts, single objects by OID, columns by OID and row index."""

    system: SystemFact
    parts: tuple[PartFact, ...] = ()
    objects: dict[str, Raw] = field(default_factory=dict)
    columns: dict[str, Mapping[bytes, Raw]] = field(default_factory=dict)

    def text(self, name: str) -> str:
        raw = self.objects.get(name)
        return "" if raw is None else clean(as_text(raw))


@cache
def default_vendors() -> Vendors:
    """The rules that come with the product."""
    return load_vendors(Path(__file__).parent / "vendors")


def choose(answers: Answers, vendors: Vendors) -> Rule | None:
    """The most specific rule whose conditions hold. `vendors.extra_objects` says what must have been read."""
    for rule in vendors.candidates(answers.system):
        exists = not rule.exists or any(answers.text(name) for name in rule.exists)
        if exists and (not rule.under or answers.columns.get(rule.under)):
            return rule.resolved(answers.system.object_id)
    return None


def identify(answers: Answers, vendors: Vendors) -> Identity:
    """Everything that is known. `rule` is the file, line and name of the rule that spoke, '' when none did."""
    rule = choose(answers, vendors)
    rows = chassis(answers.parts)
    main = rows[0] if rows else None

    def first(name: str) -> str | None:
        said = (text for text in _said(name, rule, answers, main) if 0 < len(text) <= LONGEST)
        return next((text for text in said if not _CROSSED_OUT.fullmatch(text)), None)

    serial, placeholder = _serial(_said("serial", rule, answers, main))
    return Identity(
        kind=(rule.kind if rule else None) or generic_kind(answers),
        os=rule.os if rule else None,
        manufacturer=first("manufacturer") or _maker(answers, vendors, main),
        hardware=first("hardware"),
        version=first("version"),
        serial=serial,
        placeholder=placeholder,
        asset_tag=first("asset_tag"),
        chassis_serials=_members(rule, answers, rows, serial),
        base_mac=base_mac(answers) or _makers_mac(rule, answers, main),
        rule=rule.name if rule else "",
    )


def _said(name: str, rule: Rule | None, answers: Answers, main: PartFact | None) -> Iterator[str]:
    """What the rule's sources say in their order, then what is said everywhere."""
    for source in rule.sources.get(name, ()) if rule else ():
        yield from read_source(source, answers, main)
    nowhere = rule is not None and rule.sources.get(name) == ()
    if name != "manufacturer" and not nowhere:
        yield from _generic(name, answers, main, rule)


def _own_serial(text: str) -> str:
    """ENTITY-MIB's serial, with the words that stand in its place but without remarks (an agent gives its MAC)."""
    return text.strip() if is_junk_serial(text) or (clean(text) and not _REMARK.search(text)) else ""


def _serial(said: Iterable[str]) -> tuple[str | None, str | None]:
    """(serial, None), or (None, the first word that stands in place of one)."""
    placeholder = None
    for text in said:
        if text and len(text) <= LONGEST:
            if not is_junk_serial(text):
                return text, None
            placeholder = placeholder or text
    return None, placeholder


def _members(rule: Rule | None, answers: Answers, rows: tuple[PartFact, ...], serial: str | None) -> tuple[str, ...]:
    """Serials of each chassis or stack member: the rule's columns, else ENTITY-MIB, else the device's own."""
    listed = [text for source in (rule.sources.get("chassis", ()) if rule else ()) for text in _all(source, answers)]
    found = [text for text in listed if not is_junk_serial(text)] or list(chassis_serials(rows))
    return tuple(dict.fromkeys(found or ([serial] if serial else [])))


def _all(source: Source, answers: Answers) -> Iterator[str]:
    if source.column:
        for raw in answers.columns.get(source.column, {}).values():
            yield from shaped(source, as_text(raw, source.form))
    else:
        yield from read_source(source, answers, None)


# -- sources -------------------------------------------------------------------------------------------------


def read_source(source: Source, answers: Answers, main: PartFact | None) -> Iterator[str]:
    """What a source says: nothing, or one text."""
    if source.object:
        raw = answers.objects.get(source.object)
    elif source.column:
        raw = _pick(answers.columns.get(source.column, {}), source)
    else:
        yield from shaped(source, _own_text(source, answers, main))
        return
    if raw is not None and source.into:
        raw = _row_of(answers.columns.get(source.into, {}), raw)
    if raw is not None:
        yield from shaped(source, as_text(raw, source.form))


def _own_text(source: Source, answers: Answers, main: PartFact | None) -> str:
    """The text of a source that needs no object of its own."""
    if source.descr is not None:
        found = source.descr.search(answers.system.descr)
        return "" if found is None else _filled(found, source.format)
    if source.object_id:
        return answers.system.object_id
    if source.entity:
        part = _part(source, answers, main)
        text = "" if part is None else str(getattr(part, source.entity))
        return _own_serial(text) if source.entity == "serial" else text
    return source.value


def _part(source: Source, answers: Answers, main: PartFact | None) -> PartFact | None:
    if source.klass is None and source.where is None:
        return main
    for part in answers.parts:
        words = f"{part.name}\n{part.descr}\n{part.model}"
        right = source.klass is None or part.klass == source.klass
        if right and (source.where is None or source.where.search(words)) and getattr(part, source.entity):
            return part
    return None


def _pick(column: Mapping[bytes, Raw], source: Source) -> Raw | None:
    """The first row that says something (and fits `where`)."""
    for raw in column.values():
        text = clean(as_text(raw, source.form))
        if text and (source.where is None or source.where.search(text)):
            return raw
    return None


def _row_of(column: Mapping[bytes, Raw], raw: Raw) -> Raw | None:
    """The row whose last arc is the number that was read (or, for an OID, its last arc)."""
    number = oid.arcs(raw[1])[-1:] if raw[0] == OBJECT_ID else ()
    wanted = number[0] if number else decode.integer(raw)
    for index, value in column.items():
        arcs = oid.index_arcs(index)
        if arcs and arcs[-1] == wanted:
            return value
    return None


def shaped(source: Source, text: str) -> Iterator[str]:
    """The text through the source's map and pattern, cleaned; nothing when they do not hold it."""
    text = clean(text)
    if source.pattern is not None and text:
        found = source.pattern.search(text)
        text = "" if found is None else _filled(found, source.format)
    if source.map is not None and text:
        text = _mapped(source, text)
    text = clean(text)
    if text:
        yield text


def _mapped(source: Source, text: str) -> str:
    """The map's text; sysObjectID counts from its longest known prefix."""
    table = source.map or {}
    while source.object_id and text and text not in table:
        text = text.rpartition(".")[0]
    return table.get(text, "")


def _filled(found: re.Match[str], form: str) -> str:
    """The pattern's groups in `form` ({0} the first), or the first group that took part, or the whole match."""
    groups = [group or "" for group in found.groups()]
    if form:
        return form.format(*groups)
    return next((group for group in groups if group), "") if groups else found.group()


def as_text(raw: Raw, form: str = "text") -> str:
    """A value as text: by its form, numbers as digits, OIDs dotted."""
    if form == "mac":
        return decode.mac(raw)
    if form == "hex":
        return raw[1].hex()
    if form == "pml" and len(raw[1]) > 2 and raw[1][0] < 0x20:
        raw = (raw[0], raw[1][2:])
    if raw[0] == OBJECT_ID:
        return object_id_text(raw)
    return decode.text(raw)[:LONGEST_READ]


def clean(text: str) -> str:
    """One line without quotes and runs of space; '' for words that mean nothing (N/A, unknown, not specified)."""
    text = " ".join(text.replace("\0", " ").split()).strip("\"' ")
    return "" if _BLANK.fullmatch(text) else text


# -- what is the same everywhere -----------------------------------------------------------------------------


def _generic(name: str, answers: Answers, main: PartFact | None, rule: Rule | None) -> Iterator[str]:
    """What standard tables say, best first."""
    descr = "" if rule and rule.free_text else answers.system.descr
    if name == "hardware":
        yield clean(main.model) if main else ""
        if (rule.kind if rule else None) in (None, "printer") and is_printer(answers):
            yield answers.text(DEVICE_DESCR)
        yield answers.text(UPS_MODEL)
        if descr != answers.system.name:
            yield model_in(descr)
        for words in (main.name, main.descr) if main else ():
            yield "" if _PLACE.fullmatch(words) else model_in(words)
    elif name == "version":
        for part in answers.parts[:1] if main is None else (main,):
            yield clean(part.software)
        yield version_in(descr)
        yield clean(main.firmware) if main else ""
        yield answers.text(UPS_SOFTWARE)
        yield answers.text(UPS_AGENT)
        yield answers.text(PROBE_SOFTWARE)
    elif name == "serial":
        yield _own_serial(main.serial) if main else ""
        yield answers.text(PRINTER_SERIAL)
        yield serial_in(descr)
    else:
        yield clean(main.asset_tag) if main else ""


def generic_kind(answers: Answers) -> str | None:
    """A kind that standard tables prove: a printer, a UPS, or (a bridge with a MAC of its own) network equipment."""
    if is_printer(answers):
        return "printer"
    if answers.text(UPS_MODEL) or answers.text(UPS_MAKER):
        return "power"
    bridge = answers.objects.get(BASE_MAC)
    return "network" if bridge is not None and decode.mac(bridge) else None


def is_printer(answers: Answers) -> bool:
    """hrDeviceType of the first device is a printer, or Printer-MIB has a serial."""
    raw = answers.objects.get(DEVICE_TYPE)
    return (raw is not None and object_id_text(raw) == _PRINTER) or bool(answers.text(PRINTER_SERIAL))


def _maker(answers: Answers, vendors: Vendors, main: PartFact | None) -> str | None:
    named = vendors.manufacturer(answers.system.object_id)
    said = (clean(main.maker) if main else "") or answers.text(UPS_MAKER)
    return named or (said if said and len(said) <= 60 else None)


def base_mac(answers: Answers) -> str | None:
    """The bridge's own MAC, else LLDP's chassis id when that is a MAC."""
    raw = answers.objects.get(BASE_MAC)
    found = "" if raw is None else decode.mac(raw)
    kind, chassis_id = answers.objects.get(LLDP_KIND), answers.objects.get(LLDP_ID)
    if not found and kind is not None and chassis_id is not None and decode.integer(kind) == _LLDP_MAC:
        found = decode.mac(chassis_id)
    return found or None


def _makers_mac(rule: Rule | None, answers: Answers, main: PartFact | None) -> str | None:
    """The device's MAC from the rule's own objects, such as a camera's that has no interfaces to read."""
    for source in rule.sources.get("base_mac", ()) if rule else ():
        for said in read_source(source, answers, main):
            if found := decode.mac((OCTETS, said.encode())):
                return found
    return None
