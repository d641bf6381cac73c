"""Who may see and do what: each role before rows of its own town or department and of another."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser, Group
from django.db.models import Model

from collectors.models import (
    DeviceProfile,
    DeviceState,
    Difference,
    ManagementProfile,
    Neighbour,
    Proposal,
    Run,
    Sighting,
)
from inventory import scope
from inventory.models import (
    AllocationStandard,
    Cable,
    Department,
    Device,
    DeviceType,
    FiberCable,
    FundingSource,
    Interface,
    IPAddress,
    Location,
    Person,
    Prefix,
    PriceList,
    Role,
    Segment,
    SegmentDepartment,
    Site,
    Town,
    User,
)
from inventory.services import write
from reports.models import ReportRun, ReportSchedule
from tests.factories import (
    TESTER,
    DepartmentFactory,
    DeviceFactory,
    DeviceTypeFactory,
    InterfaceFactory,
    SiteFactory,
    TownFactory,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, tzinfo=UTC)
OF_A_PLACE = (
    Department,
    Site,
    Location,
    Person,
    Device,
    Interface,
    IPAddress,
    Cable,
    Segment,
    SegmentDepartment,
    Prefix,
    DeviceState,
    Neighbour,
    Sighting,
    Difference,
)
"""Models whose rows belong to a town and a department."""


@dataclass
class Corner:
    """A town with one of everything in it."""

    town: Town
    department: Department
    rows: dict[type[Model], Model]


def make_corner() -> Corner:
    town = TownFactory()
    department, site = DepartmentFactory(town=town), SiteFactory(town=town)
    with write.unit(TESTER) as unit:
        location = unit.create(Location(site=site, name="201"))
        device = DeviceFactory(department=department, site=site, location=location)
        port, other = InterfaceFactory(device=device, name="1"), InterfaceFactory(device=device, name="2")
        segment = unit.create(Segment(name=f"网段 {site.pk}", site=site))
        served = unit.create(SegmentDepartment(segment=segment, department=department))
        sighting = Sighting(mac=f"{device.pk:012x}", switch=device, first_seen_at=NOW, last_seen_at=NOW)
        neighbour = Neighbour(device=device, port="1", protocol="lldp", chassis="x", first_seen_at=NOW)
        difference = Difference(kind="moved", device=device, opened_at=NOW, last_seen_at=NOW)
        made: list[Model] = [
            unit.create(Person(name="王芳", department=department)),
            unit.create(IPAddress(address=f"10.1.{device.pk // 256}.{device.pk % 256}", interface=port)),
            unit.create(Cable(end_a=port, end_b=other)),
            unit.create(Prefix(prefix=f"10.{site.pk}.0.0/24", segment=segment)),
            unit.create(DeviceState(device=device)),
            unit.create(sighting),
            unit.create(neighbour),
            unit.create(difference),
        ]
    rows = [department, site, location, device, port, segment, served, *made]
    return Corner(town, department, {type(row): row for row in rows})


@pytest.fixture
def here() -> Corner:
    return make_corner()


@pytest.fixture
def elsewhere() -> Corner:
    return make_corner()


def person(role: str, *, towns: tuple[Town, ...] = (), department: Department | None = None) -> User:
    user = User.objects.create_user(f"{role}{User.objects.count()}", role=role, department=department)
    with write.unit(TESTER):
        user.towns.set(towns)
    return user


def sees(user: User | AnonymousUser, row: Model) -> bool:
    shown = scope.visible(user, type(row)).filter(pk=row.pk).count()
    assert shown in (0, 1), "a row is never given twice"
    assert scope.may(user, "view", type(row), row) is bool(shown)
    return bool(shown)


@pytest.mark.parametrize("model", OF_A_PLACE, ids=lambda model: model.__name__)
def test_who_looks_after_the_whole_county_sees_the_rows_of_every_town(
    model: type[Model], here: Corner, elsewhere: Corner
) -> None:
    for role in (Role.DIRECTOR, Role.PLANNER, Role.TECHNICIAN, Role.ADMINISTRATOR):
        assert sees(person(role), here.rows[model]) and sees(person(role), elsewhere.rows[model]), role


@pytest.mark.parametrize("model", OF_A_PLACE, ids=lambda model: model.__name__)
def test_a_technician_of_a_town_sees_its_rows_and_none_of_another_town(
    model: type[Model], here: Corner, elsewhere: Corner
) -> None:
    user = person(Role.TECHNICIAN, towns=(here.town,))
    assert sees(user, here.rows[model])
    assert not sees(user, elsewhere.rows[model])


@pytest.mark.parametrize("model", OF_A_PLACE, ids=lambda model: model.__name__)
def test_a_department_administrator_sees_the_own_departments_rows_only(
    model: type[Model], here: Corner, elsewhere: Corner
) -> None:
    user = person(Role.DEPARTMENT, department=here.department)
    assert sees(user, here.rows[model])
    assert not sees(user, elsewhere.rows[model])


@pytest.mark.parametrize("model", OF_A_PLACE, ids=lambda model: model.__name__)
def test_machines_strangers_and_closed_accounts_see_nothing(model: type[Model], here: Corner) -> None:
    closed = person(Role.ADMINISTRATOR)
    closed.is_active = False
    for user in (AnonymousUser(), person(Role.COLLECTOR), person(""), closed):
        assert not sees(user, here.rows[model])
        assert not any(scope.may(user, action, model) for action in scope.READING | scope.WRITING)


@pytest.mark.parametrize(
    ("model", "readers", "writers"),
    [
        (Device, "director technician planner department administrator", "technician administrator"),
        (DeviceType, "director technician planner department administrator", "technician administrator"),
        (Town, "director technician planner department administrator", "administrator"),
        (AllocationStandard, "director technician planner department administrator", "planner administrator"),
        (PriceList, "director technician planner administrator", "planner administrator"),
        (FundingSource, "director technician planner administrator", "planner administrator"),
        (FiberCable, "director technician planner administrator", "technician administrator"),
        (Run, "director technician planner administrator", "technician administrator"),
        (Proposal, "director technician planner administrator", "technician administrator"),
        (DeviceState, "director technician planner department administrator", ""),
        (ManagementProfile, "technician administrator", "administrator"),
        (DeviceProfile, "technician administrator", "technician administrator"),
        (ReportRun, "director technician planner administrator", "administrator"),
        (ReportSchedule, "director technician planner administrator", "planner administrator"),
        (User, "administrator", "administrator"),
        (Group, "", ""),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_each_role_reads_and_writes_what_its_work_needs(model: type[Model], readers: str, writers: str) -> None:
    department = DepartmentFactory()
    users = [person(role, department=department if role == Role.DEPARTMENT else None) for role in Role]
    assert {user.role for user in users if scope.may(user, "view", model)} == set(readers.split())
    for action in scope.WRITING:
        assert {user.role for user in users if scope.may(user, action, model)} == set(writers.split()), action


def test_a_device_stands_where_its_site_is_else_where_its_department_is(here: Corner, elsewhere: Corner) -> None:
    user = person(Role.TECHNICIAN, towns=(here.town,))
    abroad = DeviceFactory(department=here.department, site=elsewhere.rows[Site])
    unplaced = DeviceFactory(department=here.department, site=None)
    assert not sees(user, abroad)
    assert sees(user, unplaced)
    assert sees(person(Role.DEPARTMENT, department=here.department), abroad)


def test_a_device_without_site_and_department_is_for_who_sees_the_whole_county(here: Corner) -> None:
    lost = DeviceFactory(department=None, site=None)
    assert sees(person(Role.TECHNICIAN), lost)
    assert not sees(person(Role.TECHNICIAN, towns=(here.town,)), lost)
    assert not sees(person(Role.DEPARTMENT, department=here.department), lost)


def test_a_stranger_on_the_network_is_told_to_the_technician_of_the_town_that_was_polled(
    here: Corner, elsewhere: Corner
) -> None:
    with write.unit(TESTER) as unit:
        run = unit.create(Run(started_at=NOW, town=here.town))
        everywhere = unit.create(Run(started_at=NOW))
        values = {"kind": "unknown_mac", "opened_at": NOW, "last_seen_at": NOW}
        stranger = unit.create(Difference(key="00e04ce0d34a", run=run, **values))
        unplaced = unit.create(Difference(key="00e04ce0d34b", run=everywhere, **values))
    user, other = person(Role.TECHNICIAN, towns=(here.town,)), person(Role.TECHNICIAN, towns=(elsewhere.town,))
    assert sees(user, stranger) and not sees(other, stranger)
    assert not sees(user, unplaced) and sees(person(Role.TECHNICIAN), unplaced)


def test_a_cable_is_seen_from_either_end(here: Corner, elsewhere: Corner) -> None:
    ends = [InterfaceFactory(device=corner.rows[Device], name="uplink") for corner in (here, elsewhere)]
    with write.unit(TESTER) as unit:
        cable = unit.create(Cable(end_a=ends[0], end_b=ends[1]))
    assert sees(person(Role.TECHNICIAN, towns=(here.town,)), cable)
    assert sees(person(Role.TECHNICIAN, towns=(elsewhere.town,)), cable)
    assert not sees(person(Role.TECHNICIAN, towns=(TownFactory(),)), cable)


def test_a_technician_writes_in_the_own_towns_only(here: Corner, elsewhere: Corner) -> None:
    user = person(Role.TECHNICIAN, towns=(here.town,))
    assert scope.may(user, "add", Device)
    assert scope.may(user, "change", Device, here.rows[Device])
    assert not scope.may(user, "change", Device, elsewhere.rows[Device])
    assert scope.may(user, "add", DeviceType, DeviceTypeFactory())
    assert not scope.may(user, "import", Device), "a file may name any row"


def test_reports_show_the_county_and_are_for_who_sees_all_of_it(here: Corner) -> None:
    users = [
        person(Role.DIRECTOR),
        person(Role.PLANNER),
        person(Role.TECHNICIAN),
        person(Role.TECHNICIAN, towns=(here.town,)),
        person(Role.DEPARTMENT, department=here.department),
    ]
    assert [scope.may(user, "report", ReportRun) for user in users] == [True, True, True, False, False]


def test_a_superuser_is_an_administrator_whatever_role_is_written() -> None:
    assert scope.may(User.objects.create_superuser("root"), "change", User)


def test_every_model_of_the_house_says_who_sees_it() -> None:
    configs = [apps.get_app_config(name) for name in ("inventory", "collectors", "reports")]
    models = {model for config in configs for model in config.get_models()}
    silent = {model.__name__ for model in models - scope.registered() if not model._meta.auto_created}
    assert silent == {"ListPreference", "SavedFilter"}, "what a person keeps for himself is asked for by its owner"


def test_an_unknown_action_is_a_fault_of_the_program() -> None:
    with pytest.raises(ValueError, match="paint"):
        scope.may(AnonymousUser(), "paint", Device)
