"""Rows for tests, made through the services as everything else is. Deterministic: numbers count up."""

from typing import Any

import factory

from collectors.profiles import DeviceProfile, ManagementProfile
from inventory.models import (
    AssetClass,
    Department,
    Device,
    DeviceType,
    Interface,
    IPAddress,
    Manufacturer,
    Site,
    Town,
)
from inventory.services import write
from inventory.services.write import Actor

TESTER = Actor("tester")


class RegisterFactory(factory.django.DjangoModelFactory):
    """Creates through a unit of work."""

    class Meta:
        abstract = True

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Any:
        with write.unit(TESTER) as unit:
            return unit.create(model_class(*args, **kwargs))


class TownFactory(RegisterFactory):
    class Meta:
        model = Town

    name = factory.Sequence(lambda n: f"镇{n}")
    name_en = factory.Sequence(lambda n: f"Town {n}")


class SiteFactory(RegisterFactory):
    class Meta:
        model = Site

    name = factory.Sequence(lambda n: f"院{n}")
    town = factory.SubFactory(TownFactory)


class DepartmentFactory(RegisterFactory):
    class Meta:
        model = Department

    name = factory.Sequence(lambda n: f"局{n}")
    kind = "bureau"
    town = factory.SubFactory(TownFactory)
    posts = 20
    staff = 18


class ManufacturerFactory(RegisterFactory):
    class Meta:
        model = Manufacturer

    name = factory.Sequence(lambda n: f"Maker {n}")


class AssetClassFactory(RegisterFactory):
    class Meta:
        model = AssetClass

    code = factory.Sequence(lambda n: f"class-{n}")
    name = factory.Sequence(lambda n: f"类{n}")
    role = "computer"
    service_life_years = 6


class DeviceTypeFactory(RegisterFactory):
    class Meta:
        model = DeviceType

    manufacturer = factory.SubFactory(ManufacturerFactory)
    model = factory.Sequence(lambda n: f"Model {n}")
    asset_class = factory.SubFactory(AssetClassFactory)


class DeviceFactory(RegisterFactory):
    class Meta:
        model = Device

    asset_tag = factory.Sequence(lambda n: f"T-{n:04d}")
    name = factory.Sequence(lambda n: f"device-{n}")
    serial = factory.Sequence(lambda n: f"SN{n:06d}")
    device_type = factory.SubFactory(DeviceTypeFactory)
    department = factory.SubFactory(DepartmentFactory)
    site = factory.SubFactory(SiteFactory)


class InterfaceFactory(RegisterFactory):
    class Meta:
        model = Interface

    device = factory.SubFactory(DeviceFactory)
    name = factory.Sequence(lambda n: f"eth{n}")


def make_switch(name: str, *, site: Site | None = None, serial: str = "", mac: str = "", address: str = "") -> Device:
    """A managed switch with its address, ready to be polled."""
    switches = AssetClass.objects.filter(code="switch").first() or AssetClassFactory(code="switch", role="network")
    kind = DeviceType.objects.filter(model="S5720-28P").first() or DeviceTypeFactory(
        asset_class=switches, model="S5720-28P", manufacturer=_maker("Huawei")
    )
    device: Device = DeviceFactory(name=name, serial=serial, device_type=kind, site=site or SiteFactory())
    with write.unit(TESTER) as unit:
        port = unit.create(Interface(device=device, name="mgmt", kind="virtual", mac=mac))
        device.primary_address = unit.create(
            IPAddress(address=address or f"10.9.0.{device.pk % 250 + 1}", interface=port)
        )
        unit.update(device)
        profile = ManagementProfile.objects.filter(name="public").first()
        profile = profile or unit.create(ManagementProfile(name="public"))
        unit.create(DeviceProfile(device=device, profile=profile))
    return device


def make_computer(name: str, mac: str, *, site: Site | None = None, **values: Any) -> Device:
    """A computer in use with one registered MAC."""
    device: Device = DeviceFactory(name=name, site=site or SiteFactory(), **values)
    InterfaceFactory(device=device, name="eth0", mac=mac)
    return device


def _maker(name: str) -> Manufacturer:
    maker: Manufacturer = Manufacturer.objects.filter(name=name).first() or ManufacturerFactory(name=name)
    return maker
