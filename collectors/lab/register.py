"""Reads the register into the plain view that the simulated network is made from. Eight queries, whatever its size."""

from collections.abc import Iterator

from collectors.lab.view import (
    Management,
    NetworkView,
    ViewAddress,
    ViewDevice,
    ViewLink,
    ViewPrefix,
    ViewSegment,
)
from collectors.profiles import DeviceProfile, SnmpVersion
from inventory.models import Cable, Device, FiberLink, Interface, IPAddress, Prefix, Segment
from inventory.models.fiber import FiberStatus
from inventory.models.hardware import AssetRole, DeviceStatus

_MAIN = ("mgmt", "eth0")
"""Names of the interface that bears a device's own MAC."""


def network_view() -> NetworkView:
    """Everything of the register that the simulated network needs."""
    return NetworkView(
        devices=tuple(_devices()),
        links=tuple(_links()),
        segments=tuple(
            ViewSegment(name, vlan, site or "", gateway, port or "")
            for name, vlan, site, gateway, port in Segment.objects.order_by("name").values_list(
                "name", "vlan_id", "site__name", "gateway__device_id", "gateway__name"
            )
        ),
        prefixes=tuple(
            ViewPrefix(prefix, segment or "")
            for prefix, segment in Prefix.objects.order_by("key").values_list("prefix", "segment__name")
        ),
        addresses=tuple(
            ViewAddress(*row)
            for row in IPAddress.objects.filter(interface__isnull=False, gone_since__isnull=True)
            .exclude(interface__name__in=_MAIN)
            .order_by("key")
            .values_list("interface__device_id", "interface__name", "address", "prefix_length")
        ),
    )


def _devices() -> Iterator[ViewDevice]:
    macs = _macs()
    management = {
        device: Management(community, port)
        for device, community, port in DeviceProfile.objects.filter(enabled=True)
        .exclude(profile__version=SnmpVersion.V3)
        .order_by("device", "-position", "-pk")
        .values_list("device_id", "profile__community", "profile__port")
    }
    rows = Device.objects.order_by("asset_tag").values_list(
        "pk",
        "asset_tag",
        "name",
        "device_type__manufacturer__name",
        "device_type__model",
        "device_type__asset_class__code",
        "serial",
        "device_type__asset_class__role",
        "status",
        "site__name",
        "primary_address__address",
    )
    for pk, tag, name, maker, model, code, serial, role, status, site, address in rows.iterator():
        yield ViewDevice(
            pk=pk,
            tag=tag,
            name=name,
            manufacturer=maker,
            model=model,
            role=code,
            serial=serial,
            network=role == AssetRole.NETWORK,
            in_use=status == DeviceStatus.IN_USE,
            site=site or "",
            mac=macs.get(pk, ""),
            address=address or "",
            management=management.get(pk),
        )


def _macs() -> dict[int, str]:
    """Device → the MAC of its main interface, else that of its first interface by name."""
    rows = Interface.objects.exclude(mac="").filter(gone_since__isnull=True).order_by("device_id", "name")
    main: dict[int, str] = {}
    first: dict[int, str] = {}
    for device, name, mac in rows.values_list("device_id", "name", "mac").iterator():
        first.setdefault(device, mac)
        if name in _MAIN:
            main[device] = mac
    return first | main


def _links() -> Iterator[ViewLink]:
    """Cables, then light paths in use whose interfaces are known; the wiring takes each interface once."""
    for row in Cable.objects.order_by("pk").values_list(
        "end_a__device_id", "end_a__name", "end_b__device_id", "end_b__name"
    ):
        yield ViewLink(*row)
    paths = FiberLink.objects.filter(
        status=FiberStatus.IN_USE, interface_a__isnull=False, interface_b__isnull=False
    ).order_by("pk")
    for row in paths.values_list(
        "interface_a__device_id", "interface_a__name", "interface_b__device_id", "interface_b__name"
    ):
        yield ViewLink(*row)
