"""The queue of differences: what it shows, who decides, what a decision writes, and the way back."""

import re
from datetime import timedelta

import pytest
from auditlog.models import LogEntry
from django.test import Client
from django.utils import timezone

from collectors.models import Difference, Proposal, Run
from inventory.models import Device, DeviceType, Role
from inventory.services import write
from tests.factories import (
    TESTER,
    DepartmentFactory,
    DeviceFactory,
    DeviceTypeFactory,
    SiteFactory,
    TownFactory,
    make_switch,
)
from tests.pages.conftest import client_of, make_user

pytestmark = pytest.mark.django_db
DECIDE = "/differences/decide/"


def differ(kind: str, device: Device | None, seen: str, **values) -> Difference:
    now = timezone.now()
    row = {"opened_at": now, "last_seen_at": now, "seen_value": seen, **values}
    if device is not None:
        row.setdefault("field", kind)
    with write.unit(TESTER) as unit:
        return unit.create(Difference(kind=kind, device=device, **row))


def make_run(**values) -> Run:
    with write.unit(TESTER) as unit:
        return unit.create(Run(started_at=timezone.now(), **values))


@pytest.fixture
def technician() -> Client:
    return client_of(make_user("tech", Role.TECHNICIAN))


@pytest.fixture
def device() -> Device:
    return DeviceFactory(asset_tag="TZ-7", name="seven", serial="SN-OLD-7")


def shown(answer) -> list[int]:
    return [int(pk) for pk in re.findall(r'<article class="card net-diff[^"]*" id="d(\d+)"', answer.content.decode())]


def test_the_queue_shows_both_values_the_evidence_and_what_accepting_would_do(technician, device):
    run = make_run()
    evidence = {"run": run.pk, "rule": "huawei.toml:12 vrp", "table": "hardware"}
    one = differ("serial", device, "SN-NEW-7", register_value="SN-OLD-7", evidence=evidence, run=run)
    text = technician.get("/differences/").content.decode()
    assert f'id="d{one.pk}"' in text
    for told in ("SN-OLD-7", "SN-NEW-7", "huawei.toml:12 vrp", "hardware", f"/runs/{run.pk}/", "TZ-7 seven"):
        assert told in text, told
    assert "The register takes the serial number SN-NEW-7." in text
    assert f"/devices/{device.pk}/edit/" in text


def test_what_was_decided_is_shown_to_who_asks_for_it(technician, device):
    open_ = differ("serial", device, "SN1")
    done = differ("name", device, "eight", state="rejected", closed_at=timezone.now())
    assert shown(technician.get("/differences/")) == [open_.pk]
    assert shown(technician.get("/differences/?state=rejected")) == [done.pk]
    exported = b"".join(technician.get("/differences/export.csv").streaming_content).decode()
    assert "SN1" in exported and "eight" not in exported


def test_the_queue_is_narrowed_by_kind_town_department_and_age(technician, device):
    other = DeviceFactory()
    old = differ("serial", device, "SN1", opened_at=timezone.now() - timedelta(days=10))
    new = differ("name", other, "nine")
    for query, expected in (
        ("kind=serial", old),
        ("kind=name", new),
        (f"town={device.site.town_id}", old),
        (f"department={other.department_id}", new),
        ("age=7", old),
        ("age=0", new),
    ):
        assert shown(technician.get(f"/differences/?{query}")) == [expected.pk], query
    assert shown(technician.get("/differences/?age=0&age=7&sort=opened_at")) == [old.pk, new.pk]


def test_an_accepted_serial_is_written_with_its_reason_and_comes_back_decided_with_an_undo(technician, device):
    one = differ("serial", device, "SN-NEW-7", register_value="SN-OLD-7")
    answer = technician.post(DECIDE, {"pk": one.pk, "do": "accept", "reason": "label read"}, HTTP_HX_REQUEST="true")
    device.refresh_from_db()
    one.refresh_from_db()
    assert device.serial == "SN-NEW-7"
    assert (one.state, one.closed_by, one.reason) == ("accepted", "tech", "label read")
    text = answer.content.decode()
    assert shown(answer) == [one.pk] and 'value="reopen"' in text and 'value="accept"' not in text
    entry = LogEntry.objects.get_for_object(device).first()
    assert entry.changes == {"serial": ["SN-OLD-7", "SN-NEW-7"]}
    assert entry.additional_data["reason"] == "label read" and entry.actor.username == "tech"


def test_undo_takes_back_what_was_written_and_is_logged(technician, device):
    one = differ("serial", device, "SN-NEW-7")
    technician.post(DECIDE, {"pk": one.pk, "do": "accept"})
    page = technician.get("/differences/").content.decode()
    assert "1 difference is accepted." in page and 'value="reopen"' in page
    technician.post(DECIDE, {"pk": one.pk, "do": "reopen"}, HTTP_HX_REQUEST="true")
    device.refresh_from_db()
    one.refresh_from_db()
    assert (device.serial, one.state, one.closed_by, one.written) == ("SN-OLD-7", "open", "", {})
    assert LogEntry.objects.get_for_object(one).first().changes["state"] == ["accepted", "open"]


def test_what_somebody_changed_since_is_not_taken_back(technician, device):
    one = differ("serial", device, "SN-NEW-7")
    technician.post(DECIDE, {"pk": one.pk, "do": "accept"})
    device.refresh_from_db()
    device.serial = "SN-THIRD"
    with write.unit(TESTER) as unit:
        unit.update(device)
    answer = technician.post(DECIDE, {"pk": one.pk, "do": "reopen"}, HTTP_HX_REQUEST="true")
    assert "was changed since" in answer.content.decode()
    one.refresh_from_db()
    device.refresh_from_db()
    assert (one.state, device.serial) == ("accepted", "SN-THIRD")


def test_a_difference_that_came_up_again_is_not_opened_twice(technician, device):
    one = differ("serial", device, "SN1", state="rejected", closed_at=timezone.now())
    differ("serial", device, "SN2")
    answer = technician.post(DECIDE, {"pk": one.pk, "do": "reopen"}, HTTP_HX_REQUEST="true")
    assert "has come up again" in answer.content.decode()


def test_a_rejection_writes_nothing_but_the_decision(technician, device):
    one = differ("name", device, "eight")
    technician.post(DECIDE, {"pk": one.pk, "do": "reject", "reason": "renamed by mistake"})
    device.refresh_from_db()
    one.refresh_from_db()
    assert (device.name, one.state, one.reason) == ("seven", "rejected", "renamed by mistake")


def test_several_are_decided_at_once_and_one_that_is_refused_stops_no_other(technician, device):
    taken = DeviceFactory(device_type=device.device_type, serial="SN-TAKEN")
    bad = differ("serial", device, "SN-TAKEN")
    good = differ("name", taken, "renamed")
    answer = technician.post(DECIDE, {"pk": [bad.pk, good.pk], "do": "accept", "next": "/differences/"}, follow=True)
    taken.refresh_from_db()
    bad.refresh_from_db()
    assert (taken.name, bad.state) == ("renamed", "open")
    assert "already has that serial number" in answer.content.decode()
    assert "1 difference is accepted." in answer.content.decode()


def test_another_model_is_taken_over_where_one_type_has_that_name_or_alias(technician, device):
    maker = device.device_type.manufacturer
    better: DeviceType = DeviceTypeFactory(manufacturer=maker, model="S5735", aliases="S5735-L24T4S; S5735-S")
    one = differ("type", device, "s5735-l24t4s")
    assert f"The device becomes a {better}." in technician.get("/differences/").content.decode()
    technician.post(DECIDE, {"pk": one.pk, "do": "accept"})
    device.refresh_from_db()
    assert device.device_type == better
    technician.post(DECIDE, {"pk": one.pk, "do": "reopen"})
    device.refresh_from_db()
    assert device.device_type != better


def test_a_model_that_no_type_has_is_for_the_hand_and_writes_nothing(technician, device):
    one = differ("type", device, "NE40E")
    assert "no device type is called NE40E" in technician.get("/differences/").content.decode()
    before = device.device_type_id
    technician.post(DECIDE, {"pk": one.pk, "do": "accept"})
    device.refresh_from_db()
    one.refresh_from_db()
    assert (device.device_type_id, one.state) == (before, "accepted")


def test_a_device_long_unseen_is_marked_as_missing(technician, device):
    one = differ("unseen", device, "2022-06-27", field="last_seen")
    technician.post(DECIDE, {"pk": one.pk, "do": "accept"})
    device.refresh_from_db()
    assert device.status == "missing"


def test_a_replaced_device_is_missing_and_what_answers_is_proposed_until_it_is_taken_back(technician):
    switch = make_switch("SW-1", serial="SN-ONE", address="10.9.0.7")
    evidence = {"serial": "SN-TWO", "base_mac": "00e0fc000002", "name": "SW-1", "manufacturer": "H3C", "model": "S5130"}
    one = differ("replaced", switch, "H3C S5130 SN-TWO", field="device", evidence=evidence)
    technician.post(DECIDE, {"pk": one.pk, "do": "accept"})
    switch.refresh_from_db()
    new = Proposal.objects.get()
    assert switch.status == "missing"
    assert (new.serial, new.manufacturer, new.model, new.addresses) == ("SN-TWO", "H3C", "S5130", ["10.9.0.7"])
    technician.post(DECIDE, {"pk": one.pk, "do": "reopen"})
    switch.refresh_from_db()
    assert switch.status == "in_use"
    assert not Proposal.objects.exists()


def test_a_stranger_leads_to_its_proposal_and_an_unknown_mac_to_a_new_device(technician):
    differ("unregistered", None, "HY-SW", key="ac84c6012a00")
    differ("unknown_mac", None, "cceb5ed389c1", key="cceb5ed389c1")
    now = timezone.now()
    with write.unit(TESTER) as unit:
        made = unit.create(Proposal(key="mac:ac84c6012a00", mac="ac84c6012a00", first_seen_at=now, last_seen_at=now))
    text = technician.get("/differences/").content.decode()
    assert f"/proposals/{made.pk}/" in text
    assert "new-computer/?mac=cceb5ed389c1" in text and "cc:eb:5e:d3:89:c1" in text


def test_a_foreign_town_and_a_foreign_department_see_and_decide_nothing(device):
    one = differ("serial", device, "SN-NEW-7")
    strangers = (
        make_user("elsewhere", Role.TECHNICIAN, towns=(TownFactory(),)),
        make_user("bureau", Role.DEPARTMENT, department=DepartmentFactory()),
    )
    for user in strangers:
        client = client_of(user)
        assert shown(client.get("/differences/")) == []
        assert client.get(f"/differences/{one.pk}/").status_code == 404
        assert client.post(DECIDE, {"pk": one.pk, "do": "accept"}).status_code in (403, 404)
    one.refresh_from_db()
    assert one.state == "open"


def test_who_only_reads_sees_no_buttons_and_is_refused(device):
    one = differ("serial", device, "SN-NEW-7")
    for user in (
        make_user("boss", Role.DIRECTOR),
        make_user("own", Role.DEPARTMENT, department=device.department),
    ):
        client = client_of(user)
        answer = client.get("/differences/")
        assert shown(answer) == [one.pk]
        assert 'value="accept"' not in answer.content.decode()
        assert client.post(DECIDE, {"pk": one.pk, "do": "accept"}).status_code == 403


def test_a_move_out_of_sight_is_left_to_who_works_there(device):
    far = SiteFactory()
    one = differ("moved", device, far.name, field="site")
    here = client_of(make_user("here", Role.TECHNICIAN, towns=(device.site.town,)))
    answer = here.post(DECIDE, {"pk": one.pk, "do": "accept"}, HTTP_HX_REQUEST="true")
    assert "outside what you may see" in answer.content.decode()
    device.refresh_from_db()
    one.refresh_from_db()
    assert (device.site == far, one.state) == (False, "open")


def test_a_decision_leads_back_to_our_own_pages_only(technician, device):
    one = differ("name", device, "eight")
    answer = technician.post(DECIDE, {"pk": one.pk, "do": "reject", "next": "https://elsewhere.example/"})
    assert answer.url == "/differences/"


def test_an_unknown_verb_and_no_keys_do_nothing(technician):
    assert technician.post(DECIDE, {"pk": "1", "do": "forget"}).status_code == 404
    assert technician.post(DECIDE, {"do": "accept"}).status_code == 302
    assert technician.get(DECIDE).status_code == 405


def test_the_number_of_queries_does_not_grow_with_the_queue(technician, device, django_assert_max_num_queries):
    def queries() -> int:
        with django_assert_max_num_queries(100) as asked:
            technician.get("/differences/")
        return len(asked)

    for kind, seen in (("serial", "A1"), ("type", "NE40E"), ("moved", device.site.name), ("replaced", "H3C")):
        differ(kind, device, seen)
    differ("unregistered", None, "X", key="ac84c6012a00")
    few = queries()
    for number in range(12):
        other = DeviceFactory()
        for kind, seen in (("serial", "A1"), ("type", "NE40E"), ("moved", device.site.name), ("replaced", "H3C")):
            differ(kind, other, seen)
        differ("unregistered", None, "X", key=f"ac84c60120{number:02}")
    assert queries() == few
