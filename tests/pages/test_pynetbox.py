"""pynetbox, the client made for NetBox, against a served register: it reads, finds, makes, changes and deletes."""

from collections.abc import Iterator

import pynetbox
import pytest
from pytest_django.live_server_helper import LiveServer

from inventory.models import Device, Interface, Role
from inventory.services import tokens
from tests.factories import TESTER
from tests.pages.conftest import Register, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def nb(live_server: LiveServer) -> Iterator[pynetbox.api]:
    key = tokens.make(make_user("script", Role.ADMINISTRATOR), "script", expires_on=None, actor=TESTER, writes=True)
    found = pynetbox.api(live_server.url, token=key)
    with found.http_session:
        yield found


def test_rows_are_counted_found_and_followed(nb: pynetbox.api, register: Register) -> None:
    devices = nb.dcim.devices
    assert nb.version and devices.count() == len(list(devices.all())) == 2
    one = devices.get(asset_tag="TZ-1")
    assert (one.id, str(one), one.status.value) == (register.device.pk, "one", "in_use")
    assert str(one.primary_address) == "10.1.2.3" and one.site.town.id == register.device.site.town_id
    assert [row.asset_tag for row in devices.filter(name__ic="o", ordering="-asset_tag", limit=1)] == ["TZ-2", "TZ-1"]
    assert nb.dcim.interfaces.get(mac="AA:BB:CC:DD:EE:FF").device.id == one.id
    assert nb.plugins.taizhang.departments.get(one.department.id).name == register.device.department.name
    assert devices.get(999999) is None
    with pytest.raises(pynetbox.RequestError, match="no such filter"):
        devices.get(colour="red")


def test_rows_are_made_changed_and_deleted(nb: pynetbox.api, register: Register) -> None:
    devices, kind = nb.dcim.devices, register.device.device_type_id
    new = devices.create(asset_tag="TZ-8", name="eight", device_type=kind)
    port = nb.dcim.interfaces.create(device=new.id, name="eth0", kind="copper", mac="00-1A-2B-3C-4D-5E")
    assert Interface.objects.get(pk=port.id).mac == "001a2b3c4d5e"
    assert str(nb.ipam.ip_addresses.create(address="10.1.2.8", interface=port.id)) == "10.1.2.8"
    more = devices.create([{"asset_tag": f"TZ-9{number}", "device_type": kind} for number in range(2)])
    new.name, new.department = "acht", register.device.department_id
    assert new.save() and not new.save()
    for row in more:
        row.note = "of a list"
    assert devices.update(more)
    kept = Device.objects.get(pk=new.id)
    assert (kept.name, kept.department, kept.device_type_id) == ("acht", register.device.department, kind)
    assert Device.objects.filter(note="of a list").count() == 2
    with pytest.raises(pynetbox.RequestError, match="asset_tag"):
        devices.create(asset_tag="TZ-8", device_type=kind)
    assert devices.delete(more) and new.delete()
    assert set(Device.objects.values_list("asset_tag", flat=True)) == {"TZ-1", "TZ-2"}


def test_choices_are_told_by_options(nb: pynetbox.api, register: Register) -> None:
    told = nb.dcim.devices.choices()
    assert {"value": "in_use", "display_name": str(register.device.get_status_display())} in told["status"]
    assert [one["value"] for one in nb.plugins.taizhang.departments.choices()["kind"]]
    assert "device" not in nb.dcim.interfaces.choices()
    with pytest.raises(ValueError, match="OPTIONS"):
        nb.plugins.taizhang.differences.choices()
