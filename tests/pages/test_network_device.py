"""What the collectors add to the register's pages, management profiles, and the finders for the search."""

import json
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.test import Client

from collectors import finding
from collectors.facts import InterfaceFact, OpticFact, Snapshot, to_json
from collectors.models import DevicePart, DeviceState, Difference, KeptSnapshot, Neighbour, Sighting
from collectors.profiles import DeviceProfile, ManagementProfile
from inventory.models import Cable, Device, Interface, IPAddress, Prefix, Role, Segment
from inventory.services import write
from tests.factories import (
    TESTER,
    DepartmentFactory,
    DeviceFactory,
    InterfaceFactory,
    TownFactory,
    make_computer,
    make_switch,
)
from tests.pages.conftest import client_of, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
PC, OTHER = "8c1645000001", "8c1645000002"


def create(row: Any) -> Any:
    with write.unit(TESTER) as unit:
        return unit.create(row)


def sight(mac: str, port: Interface | None, **values: Any) -> Sighting:
    times = {"first_seen_at": NOW, "last_seen_at": NOW + timedelta(hours=1)}
    switch = port.device if port is not None else None
    return create(Sighting(mac=mac, interface=port, switch=switch, **{**times, **values}))


def state(device: Device, **values: Any) -> DeviceState:
    return create(DeviceState(device=device, last_polled_at=NOW, last_seen_at=NOW, answered=True, **values))


@pytest.fixture
def technician() -> Client:
    return client_of(make_user("tech", Role.TECHNICIAN))


@pytest.fixture
def switch() -> Device:
    return make_switch("SW-1", serial="SN1", mac="00e0fc000001")


@pytest.fixture
def port(switch: Device) -> Interface:
    return InterfaceFactory(device=switch, name="Gi0/7", oper_up=True, speed_mbps=1000)


def page(client: Client, device: Device) -> str:
    return client.get(f"/devices/{device.pk}/").content.decode()


def test_the_network_stands_beside_the_register_and_a_difference_is_decided_in_its_place(technician, switch):
    state(switch, serial_seen="SN9", hardware_seen="S5720-28P", sys_name="SW-1")
    values = {"register_value": "SN1", "seen_value": "SN9", "opened_at": NOW, "last_seen_at": NOW}
    one = create(Difference(kind="serial", field="serial", device=switch, **values))
    text = page(technician, switch)
    assert "The register takes the serial number SN9." in text
    assert text.count('class="net-agrees"') == 2
    data = {"pk": one.pk, "do": "accept", "panel": "1"}
    part = technician.post("/differences/decide/", data, HTTP_HX_REQUEST="true").content.decode()
    assert part.startswith('<section class="card" id="network-says">') and part.count('class="net-agrees"') == 3
    switch.refresh_from_db()
    assert switch.serial == "SN9"


def test_a_refused_decision_is_told_in_its_place(technician, switch):
    DeviceFactory(device_type=switch.device_type, serial="SN9")
    values = {"register_value": "SN1", "seen_value": "SN9", "opened_at": NOW, "last_seen_at": NOW}
    one = create(Difference(kind="serial", field="serial", device=switch, **values))
    data = {"pk": one.pk, "do": "accept", "panel": "1"}
    part = technician.post("/differences/decide/", data, HTTP_HX_REQUEST="true").content.decode()
    assert "already has that serial number" in part and 'value="accept"' in part


def test_a_port_shows_its_state_addresses_cable_neighbour_and_what_is_seen_on_it(technician, switch, port):
    other = make_switch("SW-2", mac="00e0fc000002", address="10.9.0.200")
    state(other, base_mac="00e0fc000002")
    far = InterfaceFactory(device=other, name="Gi0/1")
    create(Cable(end_a=port, end_b=far))
    create(IPAddress(address="10.1.1.1", interface=port))
    heard = {"protocol": "lldp", "chassis": "00e0fc000002", "remote_port": "Gi0/1", "remote_name": "SW-2"}
    create(Neighbour(device=switch, port="Gi0/7", first_seen_at=NOW, **heard))
    edge = InterfaceFactory(device=switch, name="Gi0/8", oper_up=True)
    computer = make_computer("pc", PC)
    sight(PC, edge, device=computer)
    InterfaceFactory(device=switch, name="Gi0/9", oper_up=False)
    text = page(technician, switch)
    assert f'cable, LLDP</span> <a href="/devices/{other.pk}/">SW-2 Gi0/1</a>' in text
    assert f'seen</span> <a href="/devices/{computer.pk}/">{computer}</a>' in text
    assert "10.1.1.1" in text and "1000 M" in text
    assert "1 port without a link" in text


def test_a_computer_shows_where_it_was_and_is(technician, switch, port):
    computer = make_computer("pc", PC)
    sight(PC, port, device=computer, vlan_id=110, address="10.1.2.3", ended_at=NOW + timedelta(hours=1))
    second = InterfaceFactory(device=switch, name="Gi0/8")
    sight(PC, second, device=computer, vlan_id=120, first_seen_at=NOW + timedelta(hours=2))
    text = page(technician, computer)
    assert text.index("VLAN 120") < text.index("VLAN 110")
    assert "Gi0/7" in text and "10.1.2.3" in text and text.count("net-now") == 1


def test_the_last_poll_its_tables_parts_and_optics_stand_on_the_page(technician, switch):
    tables = {
        "interfaces": {"state": "complete", "rows": 52, "reason": ""},
        "forwarding": {"state": "cut short", "rows": 3, "reason": "no answer after 3 rows"},
        "optics": {"state": "complete", "rows": 2, "reason": ""},
    }
    state(switch, software_version="V200R019", booted_at=NOW - timedelta(days=3), tables=tables)
    optic = OpticFact(1, "Gi0/25", tx_dbm=-5.2, rx_dbm=-11.75)
    snapshot = Snapshot(switch.asset_tag, optics=(optic,), interfaces=(InterfaceFact(1, "Gi0/25"),))
    create(KeptSnapshot(device=switch, taken_at=NOW, content=zlib.compress(json.dumps(to_json(snapshot)).encode())))
    create(DevicePart(device=switch, kind="transceiver", name="Gi0/25", serial="OPT-77", first_seen_at=NOW))
    text = page(technician, switch)
    for told in ("V200R019", "interfaces 52", "cut short", "no answer after 3 rows", "-11.75", "OPT-77"):
        assert told in text, told
    assert f"/devices/{switch.pk}/snapshot/" in text


def test_a_device_that_nobody_asks_says_so_with_the_way_to_change_it(technician):
    device = DeviceFactory()
    text = page(technician, device)
    assert "it has no management profile" in text and f"/device-profiles/add/?device={device.pk}" in text


def test_the_list_of_devices_is_narrowed_by_what_the_network_saw(technician):
    seen, old, _never = (DeviceFactory(asset_tag=tag) for tag in ("TZ-SEEN", "TZ-OLD", "TZ-NEVER"))
    state(seen)
    create(DeviceState(device=old, last_seen_at=NOW - timedelta(days=60)))
    create(Difference(kind="name", field="name", device=old, seen_value="x", opened_at=NOW, last_seen_at=NOW))
    for query, expected in (
        ("last_seen_after=2026-11-01", {"TZ-SEEN"}),
        ("not_seen_since=2026-11-01", {"TZ-OLD", "TZ-NEVER"}),
        ("differs=true", {"TZ-OLD"}),
        ("differs=false", {"TZ-SEEN", "TZ-NEVER"}),
    ):
        text = technician.get(f"/devices/?{query}").content.decode()
        assert {tag for tag in ("TZ-SEEN", "TZ-OLD", "TZ-NEVER") if tag in text} == expected, query


def test_a_segment_and_a_prefix_show_who_is_seen_there(technician, switch, port):
    segment = create(Segment(name="办公网", vlan_id=110, site=switch.site))
    prefix = create(Prefix(prefix="10.1.2.0/25", segment=segment))
    computer = make_computer("pc", PC)
    sight(PC, port, device=computer, address="10.1.2.3", vlan_id=110)
    sight(OTHER, port, address="10.1.2.200", vlan_id=7)
    sight("8c1645000003", port, address="10.1.2.4", ended_at=NOW)
    text = technician.get(f"/prefixes/{prefix.pk}/").content.decode()
    assert "10.1.2.3" in text and str(computer) in text
    assert "10.1.2.200" not in text and "10.1.2.4<" not in text
    assert "10.1.2.3" in technician.get(f"/segments/{segment.pk}/").content.decode()


@pytest.mark.parametrize(
    ("prefix", "inside", "outside"),
    [
        ("10.0.0.0/8", "10.255.1.1", "11.0.0.1"),
        ("10.16.0.0/12", "10.31.9.9", "10.32.0.1"),
        ("10.1.0.0/16", "10.1.250.1", "10.10.0.1"),
        ("10.1.4.0/22", "10.1.7.255", "10.1.8.0"),
        ("10.1.2.0/24", "10.1.2.0", "10.1.20.1"),
        ("10.1.2.64/26", "10.1.2.127", "10.1.2.128"),
        ("10.1.2.3/32", "10.1.2.3", "10.1.2.30"),
    ],
)
def test_a_prefix_holds_its_own_addresses_alone(prefix, inside, outside):
    sight(PC, None, address=inside)
    sight(OTHER, None, address=outside)
    assert [one.address for one in finding.seen_in([prefix])] == [inside]


def test_a_mac_in_any_notation_is_found_where_it_is_and_was(port):
    user = make_user("tech", Role.TECHNICIAN)
    computer = make_computer("pc", PC)
    sight(PC, port, device=computer, ended_at=NOW, address="10.1.2.3")
    sight(PC, port, device=computer, vlan_id=9)
    for notation in (PC, "8C:16:45:00:00:01", "8c16-4500-0001"):
        hits = finding.sightings_of_mac(user, notation)
        assert [(hit.device, hit.switch, hit.port, hit.ended) for hit in hits] == [
            (computer, port.device, "Gi0/7", None),
            (computer, port.device, "Gi0/7", NOW),
        ]
    assert finding.sightings_of_mac(user, "nothing") == []


def test_an_address_is_found_with_what_is_on_it_now_before_what_was(port):
    user = make_user("tech", Role.TECHNICIAN)
    sight(PC, port, address="10.1.2.3", ended_at=NOW)
    sight(OTHER, port, address="10.1.2.3")
    assert [hit.mac for hit in finding.sightings_of_address(user, "10.1.2.3")] == [OTHER, PC]
    assert finding.sightings_of_address(user, "10.1.2") == []


def test_a_finder_shows_what_its_user_may_see_and_hides_the_other_side(port):
    computer = make_computer("pc", PC)
    sight(PC, port, device=computer, address="10.1.2.3")
    owner = make_user("own", Role.DEPARTMENT, department=computer.department)
    keeper = make_user("keeper", Role.TECHNICIAN, towns=(port.device.site.town,))
    stranger = make_user("far", Role.TECHNICIAN, towns=(TownFactory(),))
    hit = finding.sightings_of_mac(owner, PC)[0]
    assert (hit.device, hit.switch, hit.port) == (computer, None, "")
    hit = finding.sightings_of_address(keeper, "10.1.2.3")[0]
    assert (hit.device, hit.switch) == (None, port.device)
    assert finding.sightings_of_mac(stranger, PC) == []


SECRET = "s3cret-words"


def test_no_page_of_a_management_profile_shows_its_secrets():
    admin = client_of(make_user("admin", Role.ADMINISTRATOR))
    profile = create(ManagementProfile(name="core", community=SECRET, login_user="net", login_password=SECRET))
    urls = ["/management-profiles/", f"/management-profiles/{profile.pk}/", f"/management-profiles/{profile.pk}/edit/"]
    urls += [f"/management-profiles/{profile.pk}/field/community/", f"/management-profiles/{profile.pk}/changes/"]
    for url in urls:
        assert SECRET not in admin.get(url).content.decode(), url
    admin.post("/management-profiles/columns/", {"column": ["name", "community", "login_password"]})
    told = b"".join(admin.get("/management-profiles/export.csv").streaming_content).decode()
    assert "core" in told and "••••••" in told and SECRET not in told


def test_a_secret_left_blank_stays_and_a_dash_clears_it():
    admin = client_of(make_user("admin", Role.ADMINISTRATOR))
    profile = create(ManagementProfile(name="core", community=SECRET, login_user="net", login_password=SECRET))
    data = {
        "name": "core",
        "version": "2c",
        "community": "",
        "login_user": "net",
        "login_password": "-",
        "auth": "sha256",
        "privacy": "aes",
        "port": "161",
        "timeout_s": "2",
        "retries": "3",
        "repetitions": "25",
        "bulk": "on",
    }
    assert admin.post(f"/management-profiles/{profile.pk}/edit/", data).status_code == 302
    profile.refresh_from_db()
    assert (profile.community, profile.login_password, profile.timeout_s) == (SECRET, "", 2.0)
    entry = LogEntry.objects.get_for_object(profile).first()
    assert entry.changes["login_password"] == ["••••••", "••••••"]


def test_a_technician_reads_profiles_and_gives_devices_theirs(technician, switch):
    profile = create(ManagementProfile(name="core", community=SECRET))
    assert technician.get(f"/management-profiles/{profile.pk}/").status_code == 200
    assert technician.get(f"/management-profiles/{profile.pk}/edit/").status_code == 403
    data = {"device": switch.pk, "profile": profile.pk, "position": 1, "enabled": "on"}
    assert technician.post("/device-profiles/add/", data).status_code == 302
    assert DeviceProfile.objects.filter(device=switch, profile=profile).exists()
    planner = client_of(make_user("plan", Role.PLANNER))
    assert planner.get(f"/management-profiles/{profile.pk}/").status_code == 403


def test_a_stranger_sees_no_panel_of_a_device(switch):
    for user in (
        make_user("far", Role.TECHNICIAN, towns=(TownFactory(),)),
        make_user("bureau", Role.DEPARTMENT, department=DepartmentFactory()),
    ):
        assert client_of(user).get(f"/devices/{switch.pk}/").status_code == 404


def test_the_queries_of_a_device_page_do_not_grow_with_its_ports(technician, django_assert_max_num_queries):
    def queries(number: int, ports: int) -> int:
        switch = make_switch(f"SW-{number}", mac=f"00e0fc0001{number:02}", address=f"10.7.0.{number}")
        state(switch, serial_seen="X", sys_name=switch.name)
        for index in range(ports):
            port = InterfaceFactory(device=switch, name=f"Gi0/{index}", oper_up=True)
            computer = make_computer(f"pc-{number}-{index}", f"8c16450{number:01}{index:04}")
            sight(f"8c16450{number:01}{index:04}", port, device=computer)
            create(IPAddress(address=f"10.6.{number}.{index}", interface=port))
            far = InterfaceFactory(device=make_switch(f"F{number}-{index}", address=f"10.5.{number}.{index}"))
            create(Cable(end_a=port, end_b=far))
            heard = {"protocol": "lldp", "chassis": f"00e0fd0{number:01}{index:04}"}
            create(Neighbour(device=switch, port=port.name, first_seen_at=NOW, **heard))
        page(technician, switch)
        with django_assert_max_num_queries(200) as asked:
            page(technician, switch)
        return len(asked)

    assert queries(1, 2) == queries(2, 9)


def test_identity_is_compared_as_reconcile_does(technician, switch):
    state(switch, serial_seen="sn-1", hardware_seen="S5720-28P-SI", sys_name="sw-1.county.example")
    assert page(technician, switch).count('class="net-agrees"') == 3
