"""The interfaces of a device as the network shows them: state, addresses, and what is at the other end of each."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from collectors.models import DeviceState, Neighbour, Sighting
from inventory import scope
from inventory.models import Cable, Device, Interface, IPAddress
from inventory.pages.kit import kit, page_url
from inventory.rules.addresses import show_mac
from inventory.ui.panels import Panel

SHOWN = 100
PRESENT_FIRST = F("gone_since").asc(nulls_first=True)


@dataclass(slots=True)
class Port:
    """One interface with what is known of it."""

    interface: Interface
    url: str
    color: str
    state: str
    addresses: list[str] = field(default_factory=list)
    ends: list[tuple[str, str, str]] = field(default_factory=list)
    """What is at the other end: (how it is known, text, address of its page)."""

    def add_end(self, how: str, text: str, url: str) -> None:
        """The same end, known in two ways, is told once."""
        for number, (known, said, where) in enumerate(self.ends):
            if url and where == url:
                longer = max(said, text, key=len)
                self.ends[number] = (f"{known}, {how}", longer, url)
                return
        self.ends.append((how, text, url))

    @property
    def idle(self) -> bool:
        """Nothing is plugged in, as far as the network told."""
        return self.interface.oper_up is False and not self.ends and not self.addresses

    @property
    def mac(self) -> str:
        return show_mac(self.interface.mac) if self.interface.mac else ""


class PortsPanel(Panel):
    """Interfaces with their neighbours, addresses and state. A fixed number of queries."""

    template = "collectors/panel_ports.html"
    wide = True

    def context(self, request: HttpRequest, page: Any, obj: Any) -> dict[str, Any] | None:
        user: Any = request.user
        rows = Interface.objects.filter(device=obj)
        count = rows.count()
        other = kit.page_of(Interface)
        if other is None or not other.may(user, "view"):
            return None
        ports = {row.pk: _port(row) for row in rows.order_by(PRESENT_FIRST, "if_index", "name")[:SHOWN]}
        _add_addresses(ports)
        _add_cables(user, ports, obj)
        _add_neighbours(user, ports, obj)
        _add_seen(user, ports)
        return {
            "ports": [port for port in ports.values() if not port.idle],
            "idle": [port for port in ports.values() if port.idle],
            "macs": len(ports) == 1 or len({port.mac for port in ports.values()}) > 1,
            "count": count,
            "title": other.title,
            "more": f"{other.url('list')}?device={obj.pk}" if count > SHOWN else "",
            "add": f"{other.url('add')}?device={obj.pk}" if other.may(user, "add") else "",
        }


def _port(row: Interface) -> Port:
    page = kit.page_of(Interface)
    url = page.url_of(row.pk) if page is not None else ""
    if row.gone_since:
        return Port(row, url, "secondary", _("gone"))
    if not row.enabled:
        return Port(row, url, "secondary", _("disabled"))
    if row.oper_up is None:
        return Port(row, url, "secondary", "")
    return Port(row, url, "green" if row.oper_up else "secondary", _("up") if row.oper_up else _("down"))


def _add_addresses(ports: dict[int, Port]) -> None:
    for key, address in IPAddress.objects.filter(interface__in=ports, gone_since__isnull=True).values_list(
        "interface_id", "address"
    ):
        ports[key].addresses.append(address)


def _visible(user: Any, keys: Sequence[int]) -> dict[int, Device]:
    return {one.pk: one for one in scope.visible(user, Device).filter(pk__in=set(keys))} if keys else {}


def _add_cables(user: Any, ports: dict[int, Port], device: Device) -> None:
    cables = list(
        Cable.objects.filter(Q(end_a__device=device) | Q(end_b__device=device)).select_related("end_a", "end_b")
    )
    far = {}
    for cable in cables:
        near, end = (cable.end_a, cable.end_b) if cable.end_a_id in ports else (cable.end_b, cable.end_a)
        if near.pk in ports:
            far[near.pk] = end
    devices = _visible(user, [end.device_id for end in far.values()])
    for key, end in far.items():
        if (other := devices.get(end.device_id)) is not None:
            ports[key].add_end(_("cable"), f"{other.name or other.asset_tag} {end.name}", page_url(other))


def _add_neighbours(user: Any, ports: dict[int, Port], device: Device) -> None:
    """By the name of the port, as neighbours are kept; a registered one by its chassis MAC."""
    heard = list(Neighbour.objects.filter(device=device, ended_at__isnull=True).defer("remote_descr"))
    macs = {one.chassis for one in heard}
    owners = dict(DeviceState.objects.filter(base_mac__in=macs).values_list("base_mac", "device_id")) if macs else {}
    devices = _visible(user, list(owners.values()))
    by_port: defaultdict[str, list[Neighbour]] = defaultdict(list)
    for one in heard:
        by_port[one.port].append(one)
    for port in ports.values():
        for one in by_port.get(port.interface.name, ()):
            other = devices.get(owners.get(one.chassis, 0))
            text = f"{one.remote_name or one.chassis} {one.remote_port}".strip()
            port.add_end(one.protocol.upper(), text, page_url(other) if other is not None else "")


def _add_seen(user: Any, ports: dict[int, Port]) -> None:
    """How many MACs are seen on a port; a single one by its device."""
    open_ = Sighting.objects.filter(interface__in=ports, ended_at__isnull=True)
    counts = dict(open_.order_by().values_list("interface").annotate(Count("pk")))
    single = [key for key, count in counts.items() if count == 1]
    alone = {row.interface_id: row for row in open_.filter(interface__in=single).select_related("device")}
    devices = _visible(user, [row.device_id for row in alone.values() if row.device_id is not None])
    for key, count in counts.items():
        row = alone.get(key)
        if row is None:
            ports[key].add_end(_("seen"), _("%d MACs") % count, "")
            continue
        other = devices.get(row.device_id or 0)
        ports[key].add_end(_("seen"), str(other or show_mac(row.mac)), page_url(other) if other else "")
