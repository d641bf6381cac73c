"""What some files say beyond their own model: paths of locations, a device's MAC and address, lists of rows.

Each hook is made for one file. `check` reads a row and says whether it will change anything; `write` runs after
the rows' own models are saved, in the same transaction. `tell`, where a hook has it, gives the cells that `check`
would read of existing rows: {key: {column: cell}}.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from django.utils.translation import gettext as _

from inventory.models import (
    AllocationRule,
    AllocationRuleClass,
    Device,
    FiberLink,
    FiberLinkHop,
    Interface,
    IPAddress,
    Location,
    SegmentDepartment,
)
from inventory.models.base import RegisterModel
from inventory.models.hardware import AssetRole
from inventory.models.network import InterfaceKind
from inventory.services.importing import cells
from inventory.services.importing.cells import BadCell
from inventory.services.importing.lookup import Lookup
from inventory.services.importing.spec import Registry
from inventory.services.write import Unit

MAIN = ("eth0", "mgmt")
"""What a device's main interface is called."""


@runtime_checkable
class Preparing(Protocol):
    """A hook with rows of its own that the file's rows name: they are written first."""

    def prepare(self, unit: Any) -> None: ...


def location_path(location: Location) -> str:
    """'2楼/203': the names from the site downwards."""
    parts = [location.name]
    while (above := location.parent) is not None:
        parts.append(above.name)
        location = above
    return "/".join(reversed(parts))


def address_key(address: IPAddress) -> tuple[str, ...]:
    interface = address.interface
    return (address.address, interface.device.asset_tag, interface.name) if interface else (address.address, "", "")


def split_list(cell: str) -> list[str]:
    """'a; b' as ['a', 'b'], each once; Chinese semicolons and 、 too."""
    for mark in "；、":
        cell = cell.replace(mark, ";")
    return list(dict.fromkeys(part.strip() for part in cell.split(";") if part.strip()))


class LocationPath:
    """A location's name and parent from its path; each level has a row of its own, the upper one first."""

    def __init__(self, lookup: Lookup) -> None:
        self.lookup = lookup

    def check(self, line: int, row: Mapping[str, str], obj: Location) -> bool:
        if obj.pk is not None:
            return False  # it was found by its path
        path = row["path"].strip("/")
        above, _slash, name = path.rpartition("/")
        obj.name = name
        if above:
            obj.parent = self.lookup.get("locations", (row["site"], above), "path")
        return False

    def write(self, unit: Unit) -> None:
        """Nothing beyond the row itself."""


class Listed:
    """Rows of a through model that a cell lists: missing ones are made, others deleted."""

    column = ""
    file = ""
    model: type[RegisterModel]
    owner = ""
    member = ""

    def __init__(self, lookup: Lookup) -> None:
        self.lookup = lookup
        self.wanted: list[tuple[Any, list[Any]]] = []
        self.held: dict[int, set[int]] = {}
        for owner_id, member_id in self.model._default_manager.values_list(f"{self.owner}_id", f"{self.member}_id"):
            self.held.setdefault(owner_id, set()).add(member_id)

    def check(self, line: int, row: Mapping[str, str], obj: Any) -> bool:
        cell = row.get(self.column, "")
        if not cell:
            return False
        names = [] if cell == cells.CLEAR else split_list(cell)
        members = [self.lookup.get(self.file, (name,), self.column) for name in names]
        self.wanted.append((obj, members))
        return {member.pk for member in members} != self.held.get(obj.pk, set())

    @classmethod
    def tell(cls, rows: Sequence[Any], registry: Registry) -> dict[int, dict[str, str]]:
        found: dict[int, list[str]] = {}
        links = cls.model._default_manager.filter(**{f"{cls.owner}__in": rows}).select_related(cls.member)
        for link in links.order_by("pk"):
            key = registry.files[cls.file].key_of(getattr(link, cls.member))
            found.setdefault(getattr(link, f"{cls.owner}_id"), []).append(key[-1])
        return {pk: {cls.column: "; ".join(names)} for pk, names in found.items()}

    def write(self, unit: Unit) -> None:
        for obj, members in self.wanted:
            held = self.held.get(obj.pk, set())
            new = [m for m in members if m.pk not in held]
            unit.create_many(self.model, [self.model(**{self.owner: obj, self.member: m}) for m in new])
            gone = held - {m.pk for m in members}
            for old in self.model._default_manager.filter(**{self.owner: obj, f"{self.member}_id__in": gone}):
                unit.delete(old)


class SegmentDepartments(Listed):
    column, file, model, owner, member = "departments", "departments", SegmentDepartment, "segment", "department"


class RuleClasses(Listed):
    column, file, model, owner, member = "asset_classes", "asset_classes", AllocationRuleClass, "rule", "asset_class"

    def check(self, line: int, row: Mapping[str, str], obj: AllocationRule) -> bool:
        obj.steps = obj.steps or []
        return super().check(line, row, obj)


class LinkStrands:
    """The strands of a fiber link, in order: 'cable name#1; other cable#3'."""

    def __init__(self, lookup: Lookup) -> None:
        self.lookup = lookup
        self.wanted: list[tuple[FiberLink, list[tuple[Any, int]]]] = []
        self.held: dict[int, list[tuple[int, int]]] = {}
        self.users: dict[tuple[int, int], str] = {}
        hops = FiberLinkHop.objects.order_by("position").select_related("link")
        for hop in hops:
            self.held.setdefault(hop.link_id, []).append((hop.cable_id, hop.strand))
            self.users[hop.cable_id, hop.strand] = hop.link.name

    def check(self, line: int, row: Mapping[str, str], obj: FiberLink) -> bool:
        cell = row.get("strands", "")
        if not cell:
            return False
        strands = [] if cell == cells.CLEAR else [self._strand(part, obj) for part in split_list(cell)]
        self.wanted.append((obj, strands))
        return [(cable.pk, strand) for cable, strand in strands] != self.held.get(obj.pk, [])

    @staticmethod
    def tell(rows: Sequence[FiberLink], registry: Registry) -> dict[int, dict[str, str]]:
        found: dict[int, list[str]] = {}
        for hop in FiberLinkHop.objects.filter(link__in=rows).order_by("position").select_related("cable"):
            found.setdefault(hop.link_id, []).append(f"{hop.cable.name}#{hop.strand}")
        return {pk: {"strands": "; ".join(strands)} for pk, strands in found.items()}

    def _strand(self, part: str, link: FiberLink) -> tuple[Any, int]:
        name, mark, number = part.rpartition("#")
        if not mark or not number.strip().isdecimal():
            raise BadCell(_("expected strands such as 'cable name#1', found '%s'") % part, "strands")
        cable, strand = self.lookup.get("fiber_cables", (name.strip(),), "strands"), int(number)
        if not 1 <= strand <= cable.strands:
            message = _("%(cable)s has %(count)d strands; there is no strand %(strand)d")
            raise BadCell(message % {"cable": cable, "count": cable.strands, "strand": strand}, "strands")
        user = self.users.setdefault((cable.pk, strand), link.name)
        if user != link.name:
            raise BadCell(
                _("strand %(strand)s is already used by %(link)s") % {"strand": part, "link": user}, "strands"
            )
        return cable, strand

    def write(self, unit: Unit) -> None:
        changed = [
            (link, strands)
            for link, strands in self.wanted
            if [(cable.pk, strand) for cable, strand in strands] != self.held.get(link.pk, [])
        ]
        for link, _strands in changed:
            for hop in FiberLinkHop.objects.filter(link=link):
                unit.delete(hop)
        hops = [
            FiberLinkHop(link=link, position=position, cable=cable, strand=strand)
            for link, strands in changed
            for position, (cable, strand) in enumerate(strands, 1)
        ]
        unit.create_many(FiberLinkHop, hops)


class MainInterface:
    """A device's MAC and address in its own row: its main interface, and its primary address."""

    def __init__(self, lookup: Lookup) -> None:
        self.interfaces: dict[int, Interface] = {}
        self.by_mac: dict[str, int] = {}
        self.by_address: dict[str, int] = {}
        self.rows: list[tuple[Device, str, str]] = []
        self.claimed: dict[str, Device] = {}
        for interface in Interface.objects.filter(name__in=MAIN).iterator():
            self.interfaces[interface.device_id] = interface
        self.by_mac = dict(Interface.objects.exclude(mac="").values_list("mac", "device_id"))
        self.by_address = dict(
            Device.objects.filter(primary_address__isnull=False).values_list("primary_address__address", "pk")
        )

    def check(self, line: int, row: Mapping[str, str], obj: Device) -> bool:
        mac = cells.mac(row["mac"]) if row.get("mac") else ""
        address = cells.address(row["address"]) if row.get("address") else ""
        for column, value, held in (("mac", mac, self.by_mac), ("address", address, self.by_address)):
            if not value:
                continue
            owner = self.claimed.setdefault(value, obj)
            if owner is not obj or held.get(value, obj.pk) != obj.pk:
                tag = owner.asset_tag if owner is not obj else Device.objects.get(pk=held[value]).asset_tag
                message = _("'%(value)s' already belongs to device %(tag)s")
                raise BadCell(message % {"value": row[column], "tag": tag}, column)
        if not mac and not address:
            return False
        self.rows.append((obj, mac, address))
        main = self.interfaces.get(obj.pk)
        same_mac = not mac or (main is not None and main.mac == mac)
        return not (same_mac and (not address or self.by_address.get(address) == obj.pk))

    @staticmethod
    def tell(rows: Sequence[Device], registry: Registry) -> dict[int, dict[str, str]]:
        """MAC and address of each device, where they are no other device's too."""
        found: dict[int, dict[str, str]] = {row.pk: {} for row in rows}
        main = Interface.objects.filter(device__in=rows, name__in=MAIN).exclude(mac="").order_by("pk")
        macs = dict(main.values_list("device_id", "mac"))
        held = Interface.objects.filter(mac__in=set(macs.values())).values_list("device_id", "mac").distinct()
        addresses = dict(
            Device.objects.filter(pk__in=found, primary_address__isnull=False).values_list(
                "pk", "primary_address__address"
            )
        )
        main_of = Device.objects.filter(primary_address__address__in=set(addresses.values()))
        for column, own, all_held in (
            ("mac", macs, held),
            ("address", addresses, main_of.values_list("pk", "primary_address__address")),
        ):
            count = Counter(value for _device, value in all_held)
            for pk, value in own.items():
                if count[value] == 1:
                    found[pk][column] = value
        return found

    def write(self, unit: Unit) -> None:
        self._write_interfaces(unit)
        self._write_addresses(unit)

    def _write_interfaces(self, unit: Unit) -> None:
        new, changed = [], []
        for device, mac, _address in self.rows:
            main = self.interfaces.get(device.pk)
            if main is None:
                network = device.device_type.asset_class.role == AssetRole.NETWORK
                main = Interface(
                    device=device,
                    name="mgmt" if network else "eth0",
                    kind=InterfaceKind.VIRTUAL if network else InterfaceKind.COPPER,
                    mac=mac,
                )
                new.append(main)
                self.interfaces[device.pk] = main
            elif mac and main.mac != mac:
                changed.append((main, {"mac": (main.mac, mac)}))
                main.mac = mac
        unit.create_many(Interface, new)
        unit.update_many(Interface, changed)

    def _write_addresses(self, unit: Unit) -> None:
        wanted = [(d, a) for d, _m, a in self.rows if a and self.by_address.get(a) != d.pk]
        made = [IPAddress(address=address, interface=self.interfaces[d.pk]) for d, address in wanted]
        known = self._known(made)
        new = [address for address in made if (address.address, address.interface_id) not in known]
        unit.create_many(IPAddress, new)
        changed = []
        for (device, _address), address in zip(wanted, made, strict=True):
            before = device.primary_address_id
            device.primary_address = known.get((address.address, address.interface_id), address)
            changed.append((device, {"primary_address": (before, device.primary_address_id)}))
        unit.update_many(Device, changed)

    @staticmethod
    def _known(made: Iterable[IPAddress]) -> dict[tuple[str, int | None], IPAddress]:
        keys = []
        for address in made:
            address.derive()
            keys.append(address.key)
        found: dict[tuple[str, int | None], IPAddress] = {}
        for start in range(0, len(keys), 500):
            for row in IPAddress.objects.filter(key__in=keys[start : start + 500]):
                found[row.address, row.interface_id] = row
        return found
