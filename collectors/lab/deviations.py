"""Where the simulated network differs from the register: a CSV file as values.

Columns kind, device, value, where, note. Kinds:
serial (the device's true serial is `value`), moved (it really stands at the site named in `value`), replaced
(another one, 'serial;mac', answers under its name and address), no_answer (it is dead), unseen (it is on no port),
unregistered ('name;mac;model' hangs on the port `where`, a switch's 'asset tag:interface', and speaks LLDP),
unknown_mac (the MAC in `value` is on the port `where`).
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext

from inventory.rules.addresses import parse_mac

COLUMNS = ("kind", "device", "value", "where", "note")


@dataclass(frozen=True, slots=True)
class Place:
    """A switch's port."""

    tag: str
    port: str


@dataclass(frozen=True, slots=True)
class Stranger:
    """Something that the register does not know. A name and a model only where it speaks LLDP."""

    mac: str
    place: Place
    name: str = ""
    model: str = ""


@dataclass(slots=True)
class Deviations:
    """Everything by asset tag."""

    serials: dict[str, str] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    replaced: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Tag → serial and base MAC of the one that answers."""
    dead: set[str] = field(default_factory=set)
    unseen: set[str] = field(default_factory=set)
    strangers: list[Stranger] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    """Tag → the line that names it first, for messages."""
    source: str = ""

    def check(self, tags: Iterable[str], sites: Iterable[str]) -> None:
        """Raise ValueError naming the line when a tag or a site is none of the register's."""
        known, places = set(tags), set(sites)
        for tag, line in self.lines.items():
            if tag not in known:
                raise self._fault(line, gettext("the register has no device %s in use") % tag)
        for tag, site in self.moved.items():
            if site not in places:
                raise self._fault(self.lines[tag], gettext("the register has no site %s") % site)

    def _fault(self, line: int, sentence: str) -> ValueError:
        return ValueError(f"{self.source} {_in_line(line, sentence)}")


def read_deviations(path: Path) -> Deviations:
    """Raises ValueError, naming the file and the line, when it cannot be read or understood."""
    found = Deviations(source=str(path))
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            if tuple(reader.fieldnames or ()) != COLUMNS:
                raise ValueError(_in_line(1, gettext("expected the columns %s") % ",".join(COLUMNS)))
            for row in reader:
                _take(found, reader.line_num, row)
    except OSError as fault:
        raise ValueError(f"{path}: " + gettext("cannot be read: %s") % (fault.strerror or fault)) from None
    except UnicodeDecodeError:
        raise ValueError(f"{path}: " + gettext("is not UTF-8")) from None
    except (ValueError, csv.Error) as fault:
        raise ValueError(f"{path} {fault}") from None
    return found


def _in_line(line: int, sentence: str) -> str:
    return gettext("line %(line)d: %(what)s") % {"line": line, "what": sentence}


def _take(found: Deviations, line: int, row: Mapping[str, str | None]) -> None:
    kind, tag, value, where = ((row[name] or "").strip() for name in COLUMNS[:4])
    try:
        _add(found, kind, tag, value, where)
    except ValueError as fault:
        raise ValueError(_in_line(line, str(fault))) from None
    found.lines.setdefault(tag or where.partition(":")[0], line)


def _add(found: Deviations, kind: str, tag: str, value: str, where: str) -> None:
    if kind in ("unregistered", "unknown_mac"):
        found.strangers.append(_stranger(kind, value, where))
        return
    if not tag:
        raise ValueError(gettext("'%s' needs a device") % kind)
    if kind in ("serial", "moved", "replaced") and not value:
        raise ValueError(gettext("'%s' needs a value") % kind)
    match kind:
        case "serial":
            found.serials[tag] = value
        case "moved":
            found.moved[tag] = value
        case "replaced":
            serial, _, mac = value.partition(";")
            found.replaced[tag] = serial.strip(), _mac(mac)
        case "no_answer":
            found.dead.add(tag)
        case "unseen":
            found.unseen.add(tag)
        case _:
            raise ValueError(gettext("'%s' is no kind of deviation") % kind)


def _mac(text: str) -> str:
    try:
        return parse_mac(text)
    except ValueError as fault:
        raise ValueError(gettext("'%s' is not a MAC address such as 00:1a:2b:3c:4d:5e") % text.strip()) from fault


def _stranger(kind: str, value: str, where: str) -> Stranger:
    tag, _, port = where.partition(":")
    if not tag or not port:
        raise ValueError(gettext("'%s' needs a port such as TZ-SW-001:GigabitEthernet0/0/1 in 'where'") % kind)
    if kind == "unknown_mac":
        return Stranger(_mac(value), Place(tag, port))
    parts = [part.strip() for part in value.split(";")]
    if len(parts) != 3:
        raise ValueError(gettext("'unregistered' needs a value 'name;mac;model'"))
    return Stranger(_mac(parts[1]), Place(tag, port), parts[0], parts[2])
