"""What the tests of pages share: accounts, and a small register with a row of every model that has pages."""

import datetime
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from collectors.models import Difference, Proposal, Run
from collectors.profiles import DeviceProfile, ManagementProfile
from inventory.models import (
    AllocationRule,
    AllocationStandard,
    ApiToken,
    Cable,
    Device,
    DueOverride,
    FiberCable,
    FiberLink,
    FiberLinkHop,
    FundingSource,
    Interface,
    IPAddress,
    Location,
    Person,
    Prefix,
    PriceList,
    RefreshPolicy,
    Role,
    Segment,
    User,
)
from inventory.models.base import writing
from inventory.services import write
from reports.models import RefreshPlan, ReportRun, ReportSchedule
from tests.factories import TESTER, DeviceFactory, InterfaceFactory

NOW = datetime.datetime(2026, 11, 2, 3, 4, tzinfo=datetime.UTC)


@dataclass
class Register:
    """The rows that tests name."""

    device: Device
    rows: list[Any]


def make_user(name: str, role: str, *, department: Any = None, towns: tuple[Any, ...] = ()) -> User:
    user = User(username=name, role=role, department=department)
    user.set_unusable_password()
    with writing(object()):
        user.save()
        user.towns.set(towns)
    return user


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def admin(db: None) -> Client:
    return client_of(make_user("admin", Role.ADMINISTRATOR))


def _beside(unit: write.Unit, device: Device) -> None:
    """What collectors, reports and plans keep of a device, and beside it."""
    run = unit.create(Run(started_at=NOW))
    unit.create(Difference(kind="moved", device=device, opened_at=NOW, last_seen_at=NOW, run=run))
    unit.create(Proposal(key="mac:aabbccddee00", first_seen_at=NOW, last_seen_at=NOW, device=device))
    profile = unit.create(ManagementProfile(name="public", community="s3cret"))
    unit.create(DeviceProfile(device=device, profile=profile))
    unit.create(ReportRun(report="coverage", made_at=NOW, made_by="tester", data_date=NOW.date()))
    unit.create(RefreshPlan(name="plan", first_year=2027, as_of=NOW.date()))
    unit.create(RefreshPolicy(asset_class=device.device_type.asset_class))
    unit.create(DueOverride(device=device, due_on=NOW.date(), reason="r", author="a", decided_on=NOW.date()))
    unit.create(ReportSchedule(name="weekly", report="coverage", folder="weekly"))
    unit.create(ApiToken(user=make_user("program", Role.DIRECTOR), name="charts", digest="0" * 64))


@pytest.fixture
def register(db: None) -> Register:
    """A device with what hangs from it, and one row at least of every model."""
    device, other = DeviceFactory(asset_tag="TZ-1", name="one"), DeviceFactory(asset_tag="TZ-2", name="two")
    a, b = InterfaceFactory(device=device, name="eth0", mac="aabbccddeeff"), InterfaceFactory(device=other)
    site, far = device.site, other.site
    with write.unit(TESTER) as unit:
        person = unit.create(Person(name="某甲", department=device.department))
        floor = unit.create(Location(name="1楼", kind="floor", site=site))
        room = unit.create(Location(name="101", site=site, parent=floor))
        address = unit.create(IPAddress(address="10.1.2.3", interface=a))
        segment = unit.create(Segment(name="网段", vlan_id=7, site=site))
        fund = unit.create(FundingSource(name="yearly", kind="yearly"))
        standard = unit.create(AllocationStandard(code="std", name="standard", default=True))
        fiber = unit.create(FiberCable(name="F1", site_a=site, site_b=far, strands=12))
        link = unit.create(FiberLink(name="L1", site_a=site, site_b=far))
        rows = [
            person,
            room,
            address,
            segment,
            fund,
            standard,
            fiber,
            link,
            unit.create(FiberLinkHop(link=link, position=1, cable=fiber, strand=1)),
            unit.create(Cable(label="C1", end_a=a, end_b=b)),
            unit.create(Prefix(prefix="10.1.0.0/16", segment=segment)),
            unit.create(AllocationRule(standard=standard, code="r", name="rule", kind="by_need")),
            unit.create(
                PriceList(
                    asset_class=device.device_type.asset_class, price_yuan=100, valid_from=datetime.date(2026, 1, 1)
                )
            ),
        ]
        _beside(unit, device)
        device.holder, device.location, device.primary_address = person, room, address
        device.funding_source, device.price_yuan = fund, 4850
        unit.update(device)
    return Register(device, [device, a, Interface.objects.get(pk=b.pk), *rows])
