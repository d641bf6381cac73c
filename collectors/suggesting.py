"""What to enter for a proposed device, and why, in words: from what it told, and from where it was seen. Reads only.

Nothing here decides: a person sees the reasons beside the fields and changes what is not so.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from collectors.models import Neighbour, Proposal, Sighting
from collectors.recognising import all_types, type_called, type_inside
from inventory import selectors
from inventory.models import AssetClass, Department, Device, Interface, Location, Manufacturer, Segment
from inventory.models.hardware import AssetRole, DeviceStatus
from inventory.models.network import InterfaceKind
from inventory.models.places import LocationKind
from inventory.rules import addresses, names
from inventory.services import devices


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A value as a form takes it (a row's key, or a text), and the reason in words."""

    value: Any
    why: str


Found = Iterator[tuple[str, Suggestion]]
"""(field, suggestion); of several for a field the first is the best."""


def suggestions(proposal: Proposal) -> dict[str, Suggestion]:
    """By field of the entry: asset_tag, name, device_type or manufacturer, model and asset_class, place, department."""
    found: dict[str, Suggestion] = {}
    spot = _Spot(proposal)
    for way in (
        _name(proposal),
        _kind(proposal, spot),
        _replaced(proposal),
        _around(spot),
        _segment(spot),
        _switch(spot),
    ):
        for field, one in way:
            found.setdefault(field, one)
    _keep_location_in_site(found)
    return found


def _keep_location_in_site(found: dict[str, Suggestion]) -> None:
    """The surest of the two stays: the site, since a location was told by less."""
    if "location" in found:
        site = Location.objects.values_list("site", flat=True).get(pk=found["location"].value)
        if found.setdefault("site", Suggestion(site, found["location"].why)).value != site:
            del found["location"]


def _name(proposal: Proposal) -> Found:
    if proposal.name:
        yield "name", Suggestion(proposal.name[:100], _("The name it gives itself."))


# What it is


def _kind(proposal: Proposal, spot: "_Spot") -> Found:
    """Its type; for a model that the register does not have, maker, model and class; and the next tag of the class."""
    maker = _maker(proposal)
    types = all_types()
    told = proposal.model or str(proposal.evidence.get("description") or "")
    words = {"model": proposal.model or told.partition("\n")[0][:80]}
    known = maker.pk if maker is not None else None
    if (kind := type_called(proposal.model, types, known)) is not None:
        same = names.squeeze(kind.model) == names.squeeze(proposal.model)
        why = (
            _("It says that it is a %(model)s.")
            if same
            else _("'%(model)s', as it says it is, is an alias of this type.")
        )
    elif (kind := type_inside(told, types, known)) is not None:
        why = _("Its name comes nearest to '%(model)s', as it says it is: compare with the label.")
    if kind is not None:
        yield "device_type", Suggestion(kind.pk, why % words)
        yield from _next_tag(kind.asset_class_id)
        return
    if proposal.model:
        yield "model", Suggestion(proposal.model, _("So it says; the register has no such model."))
    yield from _makers_name(proposal, maker)
    yield from _class(proposal, spot)


def _maker(proposal: Proposal) -> Manufacturer | None:
    """The manufacturer of the register that it names, else the one whose name stands in the owner's of its MAC."""
    makers = list(Manufacturer.objects.all())
    for one in makers:
        if proposal.manufacturer and names.squeeze(proposal.manufacturer) in map(
            names.squeeze, (one.name, one.name_zh)
        ):
            return one
    words = addresses.mac_owner(proposal.mac).lower().replace(",", " ").split() if not proposal.manufacturer else []
    return next((one for one in makers if one.name.lower() in words), None)


def _makers_name(proposal: Proposal, maker: Manufacturer | None) -> Found:
    if proposal.manufacturer:
        name = maker.name if maker is not None else proposal.manufacturer
        yield "manufacturer", Suggestion(name, _("So it says."))
    elif owner := addresses.mac_owner(proposal.mac):
        why = _("The first half of its MAC belongs to %(owner)s.") % {"owner": owner.rstrip(".")}
        yield "manufacturer", Suggestion(maker.name if maker is not None else owner[:100], why)


def _class(proposal: Proposal, spot: "_Spot") -> Found:
    """The class of most registered devices that answer as its kind; of one only heard, of most network devices."""
    devices_ = Device.objects.exclude(status=DeviceStatus.SCRAPPED)
    if kind := proposal.evidence.get("kind"):
        alike, why = (
            devices_.filter(network_state__kind=kind),
            _("Most registered devices that answer like it are of this class."),
        )
    elif spot.switch is not None:
        alike = devices_.filter(device_type__asset_class__role=AssetRole.NETWORK)
        why = _("It forwards what others send, and most registered network devices are of this class.")
    else:
        return
    counted = alike.values_list("device_type__asset_class").annotate(count=Count("pk")).order_by("-count")
    for klass, _count in counted[:1]:
        yield "asset_class", Suggestion(klass, why)
        yield from _next_tag(klass)


def _next_tag(klass: int) -> Found:
    if tag := devices.next_asset_tag(klass):
        name = AssetClass.objects.get(pk=klass)
        yield "asset_tag", Suggestion(tag, _("The next free one of class %(class)s.") % {"class": name})


# Where it is


class _Spot:
    """The switch and the port at which it was seen, as far as they are known."""

    def __init__(self, proposal: Proposal) -> None:
        self.proposal = proposal
        self.switch: Device | None = None
        self.port: Interface | None = None
        self.vlan: int | None = None
        self._read()

    def _read(self) -> None:
        """From what a neighbour told, else from the words of the evidence, else from where its frames came in."""
        switches = Device.objects.select_related("site", "department", "location__parent")
        sighting = self._sighting()
        self.vlan = sighting.vlan_id if sighting is not None else None
        heard = Neighbour.objects.filter(chassis=self.proposal.mac or "-", ended_at__isnull=True).first()
        if heard is not None:
            self.switch, port = switches.get(pk=heard.device_id), heard.port
        else:
            self.switch, port = _beginning(switches, "name", self.proposal.evidence.get("heard at"))
        if self.switch is not None:
            self.port = self.switch.interfaces.filter(name=port).first()
        elif sighting is not None and sighting.switch_id is not None:
            self.switch, self.port = switches.get(pk=sighting.switch_id), sighting.interface

    def _sighting(self) -> Sighting | None:
        seen = Sighting.objects.filter(ended_at__isnull=True).select_related("interface")
        if self.proposal.mac:
            return seen.filter(mac=self.proposal.mac).first()
        keys = [addresses.address_key(addresses.parse_address(one)) for one in self.proposal.addresses]
        return seen.filter(key__in=keys).order_by("-last_seen_at").first()

    @property
    def words(self) -> str:
        return f"{self.switch.name or self.switch} {self.port or ''}".strip() if self.switch is not None else ""

    @cached_property
    def segment(self) -> Segment | None:
        """The LAN segment of its address, else of the VLAN in which it was seen at that site."""
        for address in self.proposal.addresses:
            prefix = selectors.prefix_of(address)
            if prefix is not None and prefix.segment is not None:
                return prefix.segment
        site = self.switch.site_id if self.switch is not None else None
        return Segment.objects.filter(site=site, vlan_id=self.vlan).first() if site and self.vlan else None


def _beginning(rows: Any, field: str, text: str | None) -> tuple[Any, str]:
    """The row whose name stands at the beginning of a text, names with blanks too, and the rest of the text."""
    words = (text or "").split(" ")
    starts = [" ".join(words[:count]) for count in range(1, len(words) + 1)]
    found = max(
        rows.filter(**{f"{field}__in": starts}).exclude(**{field: ""}),
        key=lambda one: len(getattr(one, field)),
        default=None,
    )
    return found, (text or "")[len(getattr(found, field)) :].strip() if found is not None else ""


def _replaced(proposal: Proposal) -> Found:
    """Where the device stands in whose place it answers."""
    before, _rest = _beginning(Device.objects.all(), "asset_tag", proposal.evidence.get("in place of"))
    if before is not None:
        why = _("It answers in place of %(device)s.") % {"device": before}
        for field in ("site", "location", "department"):
            if value := getattr(before, f"{field}_id"):
                yield field, Suggestion(value, why)


def _around(spot: _Spot) -> Found:
    """Where most of the registered devices stand that are seen behind the same port, and whose they are."""
    if spot.port is None:
        return
    seen = Sighting.objects.filter(ended_at__isnull=True, interface=spot.port, device__isnull=False)
    others = list(seen.values_list("device__location", "device__department").order_by("pk"))
    words = {"at": spot.words, "all": len(others)}
    for field, keys, why in (
        (
            "location",
            (location for location, _department in others),
            _("Of the %(all)d registered devices seen behind %(at)s, %(count)d stand here."),
        ),
        (
            "department",
            (department for _location, department in others),
            _("Of the %(all)d registered devices seen behind %(at)s, %(count)d belong to it."),
        ),
    ):
        key, count = _most(keys)
        if key is not None and 2 * count > len(others):
            yield field, Suggestion(key, why % {**words, "count": count})


def _most(keys: Iterable[int | None]) -> tuple[int | None, int]:
    return Counter(keys).most_common(1)[0] if (keys := list(keys)) else (None, 0)


def _segment(spot: _Spot) -> Found:
    """The site of its LAN segment; the department where it serves one alone."""
    if spot.segment is None:
        return
    words = {"segment": spot.segment}
    served: list[Department] = list(spot.segment.departments.all()[:2])
    if len(served) == 1:
        yield (
            "department",
            Suggestion(served[0].pk, _("LAN segment %(segment)s, in which it was seen, serves it alone.") % words),
        )
    if spot.segment.site_id and spot.switch is None:
        yield (
            "site",
            Suggestion(spot.segment.site_id, _("LAN segment %(segment)s, in which it was seen, is there.") % words),
        )


def _switch(spot: _Spot) -> Found:
    """The site and department of the switch; its floor, where the port is copper, which reaches 100 m."""
    switch, words = spot.switch, {"at": spot.words}
    if switch is None:
        return
    if switch.site_id:
        yield "site", Suggestion(switch.site_id, _("It was seen at %(at)s, which is there.") % words)
    floor = switch.location
    while floor is not None and floor.kind != LocationKind.FLOOR:
        floor = floor.parent
    if floor is not None and spot.port is not None and spot.port.kind == InterfaceKind.COPPER:
        why = _("It was seen at %(at)s, on this floor, by a copper line of 100 m at most: give the room.")
        yield "location", Suggestion(floor.pk, why % words)
    if switch.department_id:
        yield "department", Suggestion(switch.department_id, _("It was seen at %(at)s, which belongs to it.") % words)
