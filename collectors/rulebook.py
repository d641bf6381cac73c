"""Vendor knowledge as data: the rules of `vendors/*.toml`, read, checked and put in order.

A rule says which devices it speaks for (sysObjectID, sysDescr, objects that exist) and where hardware, version,
serial and asset tag of such a device come from. It never names one device's values. What a rule cannot say in
data does not belong here. Knows no session and no tables; `identify` asks it and reads the sources.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from collectors.facts import SystemFact
from collectors.snmp import oid
from collectors.snmp.table import Scalars, Table

FIELDS = ("manufacturer", "hardware", "version", "serial", "asset_tag", "base_mac")
KINDS = frozenset(
    [
        "network",
        "firewall",
        "wireless",
        "server",
        "workstation",
        "printer",
        "power",
        "storage",
        "environment",
        "appliance",
        "management",
        "camera",
        "loadbalancer",
        "timing",
        "collaboration",
    ]
)
ENTITY_TEXTS = frozenset(
    ("descr", "name", "hardware", "firmware", "software", "serial", "maker", "model", "asset_tag", "vendor_type")
)
FORMS = frozenset(("text", "mac", "hex", "pml"))
"""How octets are read; pml: text behind the two octets of symbol set that HP's printers put in front."""

_SOURCE_KINDS = frozenset(("object", "column", "entity", "descr", "object_id", "value"))
_SOURCE_KEYS = _SOURCE_KINDS | {"pattern", "format", "map", "into", "as", "klass", "where"}
_RULE_KEYS = frozenset(
    (*FIELDS, "name", "kind", "os", "object_id", "descr", "exists", "under", "free_text", "chassis", "vlans")
)
_FILE_KEYS = frozenset(("manufacturer", "os", "kind", "enterprises", "manufacturers", "products", "rules"))
_ALL_PRODUCTS = {"object_id": "products"}
"""A source that looks sysObjectID up in the products of all files."""


_REMEMBERED = 2000


class RuleFault(ValueError):
    """A vendor file that cannot be used: the text names the file, the rule with its line, and what is wrong."""


@dataclass(frozen=True, slots=True)
class Source:
    """One place where a fact can come from. Exactly one of the first six is set.

    `pattern` is searched in what was read; its groups fill `format`. `map` turns the result into another text
    (what it does not hold gives nothing). `into`: what was read is the row index of this column, whose value counts.
    In the three OIDs {self} stands for the device's sysObjectID, {parent} for it without its last arc and {last}
    for that arc: makers often repeat a table below each product's own branch.
    """

    object: str = ""
    column: str = ""
    entity: str = ""
    descr: re.Pattern[str] | None = None
    object_id: bool = False
    value: str = ""
    pattern: re.Pattern[str] | None = None
    format: str = ""
    map: Mapping[str, str] | None = None
    into: str = ""
    form: str = "text"
    klass: int | None = None
    """For `entity`: the first row of this entPhysicalClass instead of the chassis."""
    where: re.Pattern[str] | None = None
    """For `entity`: the first row whose name, description or model this finds. For `column`: a value it finds."""


@dataclass(frozen=True, slots=True)
class Vlans:
    """A column that lists VLANs: ids are its values, or arc `arc` of its index."""

    column: str
    arc: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    """File, line and name, as evidence."""
    object_id: tuple[str, ...] = ()
    descr: re.Pattern[str] | None = None
    exists: tuple[str, ...] = ()
    """Objects of which one must have a value."""
    under: str = ""
    """A column that must have a row."""
    kind: str | None = None
    os: str | None = None
    sources: Mapping[str, tuple[Source, ...]] = field(default_factory=dict)
    """Field → sources in order; `chassis` → sources that list serials of whole devices."""
    vlans: tuple[Vlans, ...] = ()
    free_text: bool = False
    """sysDescr is what the administrator wrote, or tells of another part: nothing is guessed from it."""

    @property
    def certain(self) -> bool:
        """Whether the system group alone decides."""
        return not self.exists and not self.under

    def fits(self, system: SystemFact) -> int | None:
        """How specific the match with the system group is (higher speaks first); None when it does not match."""
        arcs = 0
        if self.object_id:
            lengths = [text.count(".") + 1 for text in self.object_id if covers(text, system.object_id)]
            if not lengths:
                return None
            arcs = max(lengths)
        if self.descr and not self.descr.search(system.descr):
            return None
        return arcs * 8 + (4 if not self.certain else 0) + (2 if self.descr else 0)

    def resolved(self, object_id: str) -> "Rule":
        """The rule with {self}, {parent} and {last} filled in."""
        if not any("{" in text for source in self._every() for text in (source.object, source.column, source.into)):
            return self
        parent, _, last = object_id.rpartition(".")
        names = {"self": object_id, "parent": parent, "last": last}
        sources = {
            name: tuple(
                replace(
                    source,
                    object=source.object.format(**names),
                    column=source.column.format(**names),
                    into=source.into.format(**names),
                )
                for source in found
            )
            for name, found in self.sources.items()
        }
        return replace(self, sources=sources)

    def _every(self) -> list[Source]:
        return [source for sources in self.sources.values() for source in sources]

    def wanted(self) -> "Wanted":
        """What must be read for its sources."""
        every = self._every()
        columns = [source.column for source in every] + [source.into for source in every]
        return Wanted(_unique(source.object for source in every), _unique(columns))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Objects and columns to read, dotted."""

    objects: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()

    def scalars(self) -> Scalars:
        """The objects by their OIDs."""
        return Scalars("vendor", {text: text for text in self.objects})

    def tables(self) -> tuple[Table, ...]:
        """A table of one column for each: their indexes have nothing in common."""
        return tuple(Table("vendor", {text: text}) for text in self.columns)


@dataclass(frozen=True, slots=True)
class Vendors:
    rules: tuple[Rule, ...] = ()
    manufacturers: Mapping[int, str] = field(default_factory=dict)
    """Enterprise number → manufacturer."""
    _seen: dict[tuple[str, str], tuple[Rule, ...]] = field(default_factory=dict, compare=False, repr=False)
    """Candidates of system groups met before: a network has many devices of few kinds."""

    def candidates(self, system: SystemFact) -> tuple[Rule, ...]:
        """Rules that may speak for the device, the most specific first, up to one that needs nothing more."""
        key = (system.object_id, system.descr)
        if key not in self._seen:
            if len(self._seen) >= _REMEMBERED:
                self._seen.clear()
            self._seen[key] = self._candidates(system)
        return self._seen[key]

    def _candidates(self, system: SystemFact) -> tuple[Rule, ...]:
        scored = [(score, rule) for rule in self.rules if (score := rule.fits(system)) is not None]
        scored.sort(key=lambda pair: -pair[0])
        found = []
        for _, rule in scored:
            found.append(rule)
            if rule.certain:
                break
        return tuple(found)

    def extra_objects(self, system: SystemFact) -> Wanted:
        """What must be read to choose between the candidates."""
        rules = self.candidates(system)
        return Wanted(_unique(text for rule in rules for text in rule.exists), _unique(rule.under for rule in rules))

    def manufacturer(self, object_id: str) -> str | None:
        """The manufacturer of sysObjectID's enterprise, where the enterprise names one."""
        arcs = object_id.split(".")
        number = arcs[6] if arcs[:6] == ["1", "3", "6", "1", "4", "1"] and len(arcs) > 6 else ""
        return self.manufacturers.get(int(number)) if number.isdecimal() and len(number) < 12 else None


def covers(prefix: str, object_id: str) -> bool:
    """Whether an OID is `prefix` or lies under it."""
    return object_id == prefix or object_id.startswith(prefix + ".")


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


# -- reading the files ---------------------------------------------------------------------------------------


def load_vendors(folder: Path) -> Vendors:
    """All `*.toml` of a folder in the order of their names. Raises RuleFault for the first that cannot be used."""
    rules: list[Rule] = []
    manufacturers: dict[int, str] = {}
    products: dict[str, str] = {}
    files = [(path.name, *_read(path)) for path in sorted(folder.glob("*.toml"))]
    for name, data, _ in files:
        products.update(_products(name, data))
    for name, data, text in files:
        manufacturers.update(_manufacturers(name, data))
        rules += _rules(name, _with_products(data, products), text)
    return Vendors(tuple(rules), manufacturers)


def _read(path: Path) -> tuple[dict[str, Any], str]:
    text = path.read_text(encoding="utf-8")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise RuleFault(f"{path.name}: {fault}") from None
    _no_other(path.name, data, _FILE_KEYS)
    return data, text


def _products(where: str, data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """sysObjectIDs and names; a file gives them below each branch as one text, last arcs and names by turns."""
    for branch, text in data.get("products", {}).items():
        words = text.split()
        pairs = list(zip(words[::2], words[1::2], strict=False))
        wrong = next((arc for arc, _ in pairs if not arc.isdecimal()), None)
        if wrong or len(words) % 2:
            raise RuleFault(f"{where}: products of {branch}: arcs and names by turns are wanted ({wrong or words[-1]})")
        yield from ((f"{branch}.{arc}", name) for arc, name in pairs)


def _with_products(raw: Any, products: Mapping[str, str]) -> Any:
    """What a file holds, with the products in place of the word for them."""
    if raw == _ALL_PRODUCTS:
        return {"object_id": products}
    if isinstance(raw, dict):
        return {key: _with_products(value, products) for key, value in raw.items()}
    return [_with_products(item, products) for item in raw] if isinstance(raw, list) else raw


def _manufacturers(where: str, data: Mapping[str, Any]) -> dict[int, str]:
    try:
        found = {int(number): str(name) for number, name in data.get("manufacturers", {}).items()}
        found.update({int(number): data["manufacturer"] for number in data.get("enterprises", ())})
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise RuleFault(f"{where}: enterprise numbers with a manufacturer are wanted ({fault})") from None
    return found


def _rules(file: str, data: Mapping[str, Any], text: str) -> Iterator[Rule]:
    lines = [number for number, line in enumerate(text.split("\n"), 1) if line.strip() == "[[rules]]"]
    for position, raw in enumerate(data.get("rules", ())):
        line = lines[position] if position < len(lines) else 0
        where = f"{file}:{line} {raw.get('name', '')}".strip()
        try:
            yield _rule(where, {key: data[key] for key in ("manufacturer", "os", "kind") if key in data} | raw)
        except (KeyError, TypeError, ValueError, AttributeError) as fault:
            raise RuleFault(f"{where}: {fault}") from None


def _rule(where: str, raw: Mapping[str, Any]) -> Rule:
    _no_other("", raw, _RULE_KEYS)
    if not raw.get("name"):
        raise ValueError("a rule without a name")
    kind = raw.get("kind")
    if kind is not None and kind not in KINDS:
        raise ValueError(f"kind {kind!r} is none of {', '.join(sorted(KINDS))}")
    object_id, exists = _oids(raw.get("object_id")), _oids(raw.get("exists"))
    descr, under = _pattern(raw.get("descr")), _oid(raw.get("under", ""))
    if not (object_id or exists or under or descr):
        raise ValueError("it would speak for every device: object_id, descr, exists or under is wanted")
    sources = {name: _sources(name, raw[name]) for name in (*FIELDS, "chassis") if name in raw}
    vlans = tuple(Vlans(_oid(item["column"]), item.get("arc")) for item in raw.get("vlans", ()))
    return Rule(where, object_id, descr, exists, under, kind, raw.get("os"), sources, vlans, bool(raw.get("free_text")))


def _sources(name: str, raw: Any) -> tuple[Source, ...]:
    """A text stands for itself; a table is one source; a list of them is tried in order."""
    found = []
    for number, item in enumerate(raw if isinstance(raw, list) else [raw], 1):
        try:
            found.append(_source({"value": item} if isinstance(item, str) else item))
        except (KeyError, TypeError, ValueError, AttributeError) as fault:
            raise ValueError(f"{name}, source {number}: {fault}") from None
    return tuple(found)


def _source(raw: Mapping[str, Any]) -> Source:
    _no_other("", raw, _SOURCE_KEYS)
    kinds = _SOURCE_KINDS & set(raw)
    if len(kinds) != 1:
        raise ValueError(f"exactly one of {', '.join(sorted(_SOURCE_KINDS))} is wanted")
    if raw.get("entity", "model") not in ENTITY_TEXTS:
        raise ValueError(f"entity {raw['entity']!r} is none of {', '.join(sorted(ENTITY_TEXTS))}")
    if raw.get("as", "text") not in FORMS:
        raise ValueError(f"as {raw['as']!r} is none of {', '.join(sorted(FORMS))}")
    table = raw["object_id"] if "object_id" in raw else raw.get("map")
    return Source(
        object=_oid(raw.get("object", "")),
        column=_oid(raw.get("column", "")),
        entity=raw.get("entity", ""),
        descr=_pattern(raw.get("descr")),
        object_id="object_id" in raw,
        value=raw.get("value", ""),
        pattern=_pattern(raw.get("pattern")),
        format=raw.get("format", ""),
        map=None if table is None else {str(key): str(text) for key, text in table.items()},
        into=_oid(raw.get("into", "")),
        form=raw.get("as", "text"),
        klass=raw.get("klass"),
        where=_pattern(raw.get("where")),
    )


def _no_other(where: str, raw: Mapping[str, Any], known: Iterable[str]) -> None:
    other = set(raw) - set(known)
    if other:
        text = f"{', '.join(sorted(map(repr, other)))} is not known here"
        raise RuleFault(f"{where}: {text}") if where else ValueError(text)


def _pattern(text: str | None) -> re.Pattern[str] | None:
    if text is None:
        return None
    try:
        return re.compile(text)
    except re.error as fault:
        raise ValueError(f"pattern {text!r}: {fault}") from None


def _oid(text: str) -> str:
    if text:
        oid.parse(re.sub(r"\{last\}", "1", re.sub(r"^\{(?:self|parent)\}", "1.3", text)))
    return text


def _oids(raw: str | Sequence[str] | None) -> tuple[str, ...]:
    texts = () if raw is None else (raw,) if isinstance(raw, str) else tuple(raw)
    return tuple(map(_oid, texts))
