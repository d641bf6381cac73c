"""What NAPALM's getters give, applied to the register as SNMP's facts are: added, twice is once, and never closed."""

from typing import Any

import pytest

from collectors.collect import Target
from collectors.facts import Snapshot, TableEnd, TableState
from collectors.models import DeviceState, Neighbour, Sighting
from collectors.napalm import facts as nf
from collectors.napalm.drivers import driver_named
from collectors.napalm.source import NOT_WHOLE
from collectors.selectors import Scope
from collectors.services import running
from inventory.models import Device, Interface
from inventory.services.write import Actor
from tests.factories import make_computer, make_switch

pytestmark = pytest.mark.django_db

VRP = driver_named("huawei_vrp")
MAC, PC = "00e0fc000001", "8c1645000001"
FACTS = {
    "vendor": "Huawei",
    "model": "S5720-28P",
    "os_version": "V200R019C10",
    "serial_number": ["SN1"],
    "hostname": "SW-1",
    "uptime": 60,
}
PORT = {"is_up": True, "is_enabled": True, "description": "Uplink", "mac_address": MAC, "speed": 1000.0, "mtu": -1}
PORTS = {"GigabitEthernet0/0/1": PORT, "GigabitEthernet0/0/2": PORT | {"description": ""}}
LLDP = {"GE0/0/1": [{"hostname": "core", "port": "GE0/0/23"}]}
MACS = [{"mac": PC, "interface": "GE0/0/2", "vlan": 10, "static": False}]


def snapshot(ports: dict[str, Any] = PORTS, lldp: dict[str, Any] = LLDP, macs: list[dict[str, Any]] = MACS) -> Snapshot:
    names = nf.PortNames({}, ports)
    tables = ("system", "interfaces", "addresses", "arp", "forwarding", "neighbours")
    return Snapshot(
        "SW-1",
        system=nf.system(FACTS),
        identity=nf.identity(FACTS, VRP),
        interfaces=nf.interfaces(ports, names, VRP),
        neighbours=nf.neighbours(lldp, names),
        forwarding=nf.forwarding(macs, names),
        tables=dict.fromkeys(tables, TableEnd(TableState.CUT_SHORT, 1, reason=NOT_WHOLE)),
    )


def run(switch: Device, found: Snapshot) -> int:
    """The changes that a run with this one snapshot of the switch makes."""
    polled = [(Target(switch.asset_tag, "127.0.0.1"), found)]
    actor = Actor("collect", source="collector")
    outcome = running.run(
        [target for target, _ in polled], Scope(), poll=lambda _: iter(polled), actor=actor, progress=lambda *_: None
    )
    return outcome.run.changes


@pytest.fixture
def switch() -> Device:
    return make_switch("SW-1", serial="SN1", mac=MAC)


def test_ports_neighbours_and_places_come_into_the_register(switch: Device) -> None:
    computer = make_computer("pc", PC, site=switch.site)
    run(switch, snapshot())
    ports = Interface.objects.filter(device=switch, if_index__isnull=False).values_list("name", "kind", "description")
    assert set(ports) == {("GigabitEthernet0/0/1", "copper", "Uplink"), ("GigabitEthernet0/0/2", "copper", "")}
    assert list(Neighbour.objects.values_list("port", "remote_name")) == [("GigabitEthernet0/0/1", "core")]
    assert Sighting.objects.get(mac=PC).interface.name == "GigabitEthernet0/0/2"
    assert DeviceState.objects.get(device=computer).last_seen_at


def test_the_same_answers_change_nothing_the_second_time(switch: Device) -> None:
    assert run(switch, snapshot()) > 0
    assert run(switch, snapshot()) == 0


def test_an_answer_with_less_closes_nothing_however_often_it_comes(switch: Device) -> None:
    run(switch, snapshot())
    for _ in range(3):
        run(switch, snapshot(ports={"GigabitEthernet0/0/1": PORT}, lldp={}, macs=[]))
    assert not Interface.objects.filter(gone_since__isnull=False).exists()
    assert Neighbour.objects.filter(port="GigabitEthernet0/0/1").count() == 1
