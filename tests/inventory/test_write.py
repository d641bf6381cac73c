"""The unit of work: who may write, and what the change log says."""

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from collectors.models import ManagementProfile
from inventory.models import Device, Interface, IPAddress, Town
from inventory.models.base import WriteOutsideUnit
from inventory.rules import addresses
from inventory.selectors import changes_of, is_quiet_since, log_mark
from inventory.services import write
from inventory.services.write import HIDDEN, Actor
from tests.factories import TESTER, DeviceFactory, DeviceTypeFactory, InterfaceFactory, SiteFactory, TownFactory

pytestmark = pytest.mark.django_db


def _log(obj: object) -> list[LogEntry]:
    return list(
        LogEntry.objects.filter(object_pk=str(obj.pk), content_type__model=type(obj).__name__.lower()).order_by("pk")
    )


def test_saving_outside_a_unit_of_work_is_refused():
    town = TownFactory()
    with pytest.raises(WriteOutsideUnit):
        town.save()
    with pytest.raises(WriteOutsideUnit):
        Town(name="x").save()
    with pytest.raises(WriteOutsideUnit):
        town.delete()


def test_querysets_refuse_every_bulk_write_outside_a_unit_of_work():
    TownFactory()
    for attempt in (
        lambda: Town.objects.update(name="x"),
        lambda: Town.objects.all().delete(),
        lambda: Town.objects.bulk_create([Town(name="y")]),
        lambda: Town.objects.bulk_update([Town.objects.get()], ["name"]),
        lambda: Town.objects.create(name="z"),
        lambda: Town.objects.get_or_create(name="z"),
    ):
        with pytest.raises(WriteOutsideUnit):
            attempt()


def test_a_change_is_logged_with_before_after_actor_reason_and_run():
    device = DeviceFactory(name="old")
    device.name = "new"
    with write.unit(Actor("li", source="person"), reason="renamed", run="7") as unit:
        unit.update(device)
    entry = _log(device)[-1]
    assert entry.changes == {"name": ["old", "new"]}
    assert entry.additional_data == {"source": "person", "by": "li", "reason": "renamed", "run": "7"}


def test_an_update_that_changes_nothing_is_not_logged():
    device = DeviceFactory()
    with write.unit(TESTER) as unit:
        assert unit.update(device) == {}
    assert len(_log(device)) == 1


def test_related_rows_are_logged_by_name():
    device, there = DeviceFactory(), SiteFactory(name="新楼")
    device.site = there
    with write.unit(TESTER) as unit:
        unit.update(device)
    assert _log(device)[-1].changes["site"][1] == f"新楼 (#{there.pk})"


def test_deleting_logs_what_goes_along():
    interface = InterfaceFactory()
    device = interface.device
    with write.unit(TESTER) as unit:
        unit.delete(device)
    assert [e.action for e in _log(interface)] == [LogEntry.Action.CREATE, LogEntry.Action.DELETE]


def test_deleting_what_others_depend_on_is_refused_with_their_names():
    device = DeviceFactory(asset_tag="T-9")
    with pytest.raises(ValidationError, match="T-9"), write.unit(TESTER) as unit:
        unit.delete(device.site)


def test_nothing_is_kept_when_a_unit_fails():
    def fail():
        with write.unit(TESTER) as unit:
            unit.create(Town(name="x"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not Town.objects.exists()
    assert not LogEntry.objects.exists()


def test_secrets_are_never_logged():
    with write.unit(TESTER) as unit:
        profile = unit.create(ManagementProfile(name="core", community="s3cret"))
    profile.community = "other"
    with write.unit(TESTER) as unit:
        unit.update(profile)
    told = [entry.changes["community"] for entry in _log(profile)]
    assert told == [[None, HIDDEN], [HIDDEN, HIDDEN]]


def test_a_serial_is_unique_within_its_manufacturer_but_junk_never_counts():
    kind = DeviceTypeFactory()
    DeviceFactory(device_type=kind, serial="AB-12 34")
    with pytest.raises(ValidationError):
        DeviceFactory(device_type=DeviceTypeFactory(manufacturer=kind.manufacturer), serial="ab1234")
    DeviceFactory(serial="AB1234")
    for junk in ("0", "N/A", "BUILTIN", "To be filled by O.E.M.", ""):
        DeviceFactory(device_type=kind, serial=junk)
        DeviceFactory(device_type=kind, serial=junk)


def test_the_database_itself_refuses_a_serial_twice():
    kind = DeviceTypeFactory()
    DeviceFactory(device_type=kind, serial="X1")
    site = SiteFactory()
    with pytest.raises(IntegrityError), write.unit(TESTER) as unit:
        unit.create_many(Device, [Device(asset_tag="T-X", device_type=kind, serial="x-1", site=site)])


def test_a_scrapped_device_does_not_come_back():
    device = DeviceFactory(status="scrapped")
    device.status = "in_use"
    with pytest.raises(ValidationError, match="scrapped"), write.unit(TESTER) as unit:
        unit.update(device)


def test_a_location_of_another_site_is_refused():
    from inventory.models import Location

    with write.unit(TESTER) as unit:
        room = unit.create(Location(site=SiteFactory(), name="101"))
    with pytest.raises(ValidationError, match="another site"):
        DeviceFactory(location=room)


def test_addresses_sort_and_are_found_by_prefix_as_numbers():
    interface = InterfaceFactory()
    texts = ["10.0.0.10", "10.0.0.9", "2001:db8::1", "9.255.255.255", "10.0.1.0"]
    with write.unit(TESTER) as unit:
        for text in texts:
            unit.create(IPAddress(address=text, interface=interface))
    assert list(IPAddress.objects.values_list("address", flat=True)) == [
        "9.255.255.255",
        "10.0.0.9",
        "10.0.0.10",
        "10.0.1.0",
        "2001:db8::1",
    ]
    first, last = addresses.key_range(addresses.parse_prefix("10.0.0.0/24"))
    assert IPAddress.objects.filter(key__range=(first, last)).count() == 2


def test_an_interface_name_is_unique_in_its_device():
    interface = InterfaceFactory()
    with pytest.raises(ValidationError):
        InterfaceFactory(device=interface.device, name=interface.name)
    assert Interface.objects.count() == 1


def test_rows_of_a_device_are_told_of_in_one_entry_on_the_device():
    device = DeviceFactory()
    rows = [{"device_id": device.pk, "name": f"GE0/{n}", "kind": "copper", "if_index": n, "mac": ""} for n in (1, 2)]
    with write.unit(Actor("run 7", source="collector"), run="7") as unit:
        unit.create_rows(Interface, rows, of=device)
    first, second = Interface.objects.filter(device=device).order_by("name")
    assert (first.name, first.kind, first.if_index, first.enabled, first.speed_mbps) == (
        "GE0/1",
        "copper",
        1,
        True,
        None,
    )
    assert second.gone_since is None
    entry = _log(device)[-1]
    assert entry.action == LogEntry.Action.UPDATE
    assert entry.changes == {
        "interfaces": [None, [{"name": "GE0/1", "kind": "copper"}, {"name": "GE0/2", "kind": "copper"}]]
    }
    assert entry.additional_data == {"source": "collector", "by": "run 7", "run": "7"}
    assert not _log(first)


def test_rows_are_refused_outside_a_unit_and_where_columns_are_derived():
    device = DeviceFactory()
    with pytest.raises(WriteOutsideUnit):
        Interface.objects.all().insert_rows([{"device_id": device.pk, "name": "x"}])
    with pytest.raises(WriteOutsideUnit):
        Interface.objects.all().update_rows(["name"], [])
    with write.unit(TESTER) as unit, pytest.raises(ValueError, match="derived"):
        unit.create_rows(IPAddress, [{"address": "10.0.0.1"}])


def test_rows_of_which_the_database_refuses_one_leave_none():
    device = DeviceFactory()
    with pytest.raises(IntegrityError), write.unit(TESTER) as unit:
        unit.create_rows(Interface, [{"device_id": device.pk, "name": name} for name in ("a", "b", "a")], of=device)
    assert not Interface.objects.exists()
    assert [entry.action for entry in _log(device)] == [LogEntry.Action.CREATE]


@pytest.mark.parametrize("many", [2, 40])
def test_many_rows_are_deleted_with_what_goes_along_in_as_many_queries_as_few(many, django_assert_max_num_queries):
    ports = [InterfaceFactory(name="eth0", mac=f"8c164500{n:04x}") for n in range(many)]
    devices, keys = [port.device for port in ports], [port.pk for port in ports]
    with django_assert_max_num_queries(60), write.unit(TESTER) as unit:
        unit.delete_all(devices)
    assert not Device.objects.exists() and not Interface.objects.exists()
    told = LogEntry.objects.filter(action=LogEntry.Action.DELETE, content_type__model="interface")
    assert {entry.object_id for entry in told} == set(keys)
    assert {entry.changes["mac"][0] for entry in told} == {port.mac for port in ports}, "all that it held is told"


def test_of_many_rows_none_goes_when_others_depend_on_one():
    free, held = SiteFactory(), DeviceFactory(site=SiteFactory()).site
    with pytest.raises(ValidationError, match="cannot be deleted"), write.unit(TESTER) as unit:
        unit.delete_all([free, held])
    assert free in type(free).objects.all()


def test_the_beginning_of_an_interface_is_found_in_its_devices_log():
    device = DeviceFactory()
    with write.unit(TESTER) as unit:
        unit.create_rows(Interface, [{"device_id": device.pk, "name": name} for name in ("a", "b")], of=device)
    one = Interface.objects.get(name="a")
    with write.unit(TESTER) as unit:
        unit.update_many(Interface, [(one, {"description": ("", "to the roof")})])
    last, first = changes_of(one)
    assert last.changes == {"description": ["", "to the roof"]}
    assert first.changes["interfaces"][1][0] == {"name": "a"}
    assert [entry.action for entry in changes_of(device)] == [LogEntry.Action.UPDATE, LogEntry.Action.CREATE]


def test_the_log_is_quiet_but_for_ones_own_entries():
    mark = log_mark()
    device = DeviceFactory()
    assert not is_quiet_since(mark, but_not_by="run 1")
    mark = log_mark()
    with write.unit(TESTER, run="1") as unit:
        device.name = "new"
        unit.update(device)
    assert is_quiet_since(mark, but_not_by="run 1")
    assert not is_quiet_since(mark, but_not_by="run 2")
