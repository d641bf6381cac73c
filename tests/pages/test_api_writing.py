"""The API writes: rows made, changed and deleted by tokens, as the pages' forms would, and the change log tells who."""

import json
from itertools import count
from typing import Any
from urllib.parse import quote

import pytest
from auditlog.models import LogEntry
from django.test import Client

from collectors.profiles import ManagementProfile
from inventory.models import (
    Device,
    DueOverride,
    Interface,
    Person,
    Role,
    Segment,
    User,
)
from inventory.pages.kit import kit
from inventory.services import tokens, write
from reports.models import ReportSchedule
from tests.factories import TESTER, DepartmentFactory, DeviceFactory, SiteFactory
from tests.pages.conftest import Register, make_user
from tests.pages.walk import state

pytestmark = pytest.mark.django_db


class Program:
    """A client of the API with a token of its own."""

    def __init__(self, user: User, *, writes: bool = True) -> None:
        self._token = tokens.make(user, "script", expires_on=None, actor=TESTER, writes=writes)
        self.answer("get", "")  # the first use of a day is noted

    def send(self, method: str, path: str, sent: Any = None, *, status: int, **headers: str) -> Any:
        """The JSON of the answer, which must have that status; {} where it has no body."""
        answer = self.answer(method, path, sent, **headers)
        assert answer.status_code == status, answer.content.decode()
        return answer.json() if answer.content else {}

    def answer(self, method: str, path: str, sent: Any = None, **headers: str) -> Any:
        given = {"Authorization": f"Bearer {self._token}"}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        body = {} if sent is None else {"data": json.dumps(sent), "content_type": "application/json"}
        return getattr(Client(), method)(f"/api/{path}", headers=given, **body)


@pytest.fixture
def program(db: None) -> Program:
    return Program(make_user("script", Role.ADMINISTRATOR))


def new_device(register: Register, **more: Any) -> dict[str, Any]:
    return {"asset_tag": "TZ-NEW", "device_type": register.device.device_type_id, **more}


def last_entry() -> Any:
    return LogEntry.objects.order_by("-pk").first()


def test_a_row_is_made_with_what_is_named_and_what_its_model_begins_with(program: Program, register: Register) -> None:
    device = register.device
    sent = new_device(
        register, department=device.department_id, price_yuan="4850.10", purchased_on="2026-03-01", status="in_stock"
    )
    answer = program.answer("post", "devices/", sent)
    made = Device.objects.get(asset_tag="TZ-NEW")
    assert answer.status_code == 201 and answer["Location"] == f"http://testserver/api/devices/{made.pk}/"
    row = answer.json()
    assert (row["id"], row["price_yuan"], row["purchased_on"]) == (made.pk, "4850.10", "2026-03-01")
    assert row["status"] == {"value": "in_stock", "label": "in stock"} and row["holder"] is None
    assert row == program.send("get", f"devices/{made.pk}/", status=200)
    # A blank form of the pages would have a box for it, unticked.
    port = program.send("post", "interfaces/", {"device": made.pk, "name": "eth0", "mac": "0" * 12}, status=201)
    assert port["enabled"] is True


def test_only_named_fields_change_and_the_log_tells_who_by_what_and_why(
    program: Program, register: Register, admin: Client
) -> None:
    device = register.device
    before = {f.attname: getattr(device, f.attname) for f in Device._meta.concrete_fields}
    row = program.send("patch", f"devices/{device.pk}/", {"note": "seen", "changelog_message": "年度盘点"}, status=200)
    device.refresh_from_db()
    assert row["note"] == "seen"
    assert {f.attname: getattr(device, f.attname) for f in Device._meta.concrete_fields} == before | {"note": "seen"}
    entry = last_entry()
    assert entry.actor.username == "script" and entry.changes == {"note": ["", "seen"]}
    assert entry.additional_data == {"source": "api", "by": "script", "reason": "年度盘点"}
    assert "by the API" in admin.get(kit.pages[Device].url("changes", device.pk)).content.decode()


def test_a_row_is_deleted_and_one_that_others_need_is_not(program: Program, register: Register) -> None:
    spare = DeviceFactory(asset_tag="TZ-8")
    assert program.answer("delete", f"devices/{spare.pk}/", X_Change_Reason="sold").content == b""
    assert not Device.objects.filter(pk=spare.pk).exists()
    assert last_entry().additional_data["reason"] == "sold"
    told = program.send("delete", f"device-types/{register.device.device_type_id}/", status=409)
    assert "devices (1)" in told["detail"]
    program.send("delete", f"devices/{spare.pk}/", status=404)
    told = program.send("delete", f"devices/{register.device.pk}/", {"note": "x"}, status=400)
    assert "changelog_message" in told["detail"]


@pytest.mark.parametrize(
    "header",
    ["年度盘点".encode().decode("latin-1"), quote("年度盘点"), "年度".encode().decode("latin-1") + quote("盘点")],
)
def test_a_reason_in_the_header_is_utf8_plain_or_in_percents(program: Program, register: Register, header: str) -> None:
    program.send("patch", f"devices/{register.device.pk}/", {"note": "n"}, status=200, X_Change_Reason=header)
    assert last_entry().additional_data["reason"] == "年度盘点"


@pytest.mark.parametrize("header", ["\xff\xfe", "%ff", "x" * 201, "%00", "换"])
def test_a_reason_that_is_none_is_refused(program: Program, register: Register, header: str) -> None:
    told = program.send("patch", f"devices/{register.device.pk}/", {"note": "n"}, status=400, X_Change_Reason=header)
    assert list(told) == ["X-Change-Reason"]
    for wrong in (7, "x" * 201, ["x"]):
        sent = {"note": "n", "changelog_message": wrong}
        assert "changelog_message" in program.send("patch", f"devices/{register.device.pk}/", sent, status=400)


def test_related_rows_are_named_by_key_as_get_gives_them_or_by_their_own_fields(
    program: Program, register: Register
) -> None:
    device, kind = register.device, register.device.device_type
    row, tags = program.send("get", f"devices/{device.pk}/", status=200), count(10)
    for given in (kind.pk, {"id": kind.pk}, row["device_type"], {"model": kind.model},
                  {"model": kind.model, "manufacturer": {"name": kind.manufacturer.name}}):  # fmt: skip
        made = program.send("post", "devices/", {"asset_tag": f"TZ-{next(tags)}", "device_type": given}, status=201)
        assert made["device_type"]["id"] == kind.pk
    person = {"name": "某甲", "department": {"name": device.department.name}}
    assert program.send("patch", f"devices/{device.pk}/", {"holder": person}, status=200)["holder"]["display"] == "某甲"
    assert program.send("patch", f"devices/{device.pk}/", {"holder": None}, status=200)["holder"] is None


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": "nobody"}, "there is no such row"),
        ({"name": "某甲"}, "several rows are so"),
        ({"password": "x"}, "not found by password"),
        ({"department__name": "x"}, "not found by department__name"),
        ({"name": 7}, "name: expected a text"),
        ({}, "expected an id"),
        ("某甲", "expected an id"),
        (True, "expected an id"),
        ([1], "expected an id"),
        ({"id": "1"}, "expected an id"),
        (999999, "valid choice"),
    ],
)
def test_a_related_row_that_is_none_or_one_of_several_is_told(
    program: Program, register: Register, given: Any, words: str
) -> None:
    with write.unit(TESTER) as unit:
        unit.create(Person(name="某甲", department=DepartmentFactory()))
    told = program.send("patch", f"devices/{register.device.pk}/", {"holder": given}, status=400)
    assert list(told) == ["holder"] and words in told["holder"][0]


def test_rows_that_hold_several_others_take_a_list(program: Program, register: Register) -> None:
    segment, one, two = Segment.objects.get(), DepartmentFactory(), DepartmentFactory()
    path = f"segments/{segment.pk}/"
    row = program.send("patch", path, {"departments": [one.pk, {"name": two.name}]}, status=200)
    assert {each["id"] for each in row["departments"]} == {one.pk, two.pk}
    program.send("patch", path, {"name": "another"}, status=200)
    assert segment.departments.count() == 2
    program.send("patch", path, {"departments": row["departments"][:1]}, status=200)
    assert segment.departments.count() == 1
    for wrong in (None, one.pk, [{"name": "none"}], [None]):
        assert list(program.send("patch", path, {"departments": wrong}, status=400)) == ["departments"]


@pytest.mark.parametrize(
    ("sent", "names"),
    [
        ({"colour": "red"}, ["colour"]),
        ({"id": 7, "url": "x", "town": 1, "place": "x"}, ["id", "url", "town", "place"]),
        ({"serial_key": "x"}, ["serial_key"]),
        ({"status": "broken", "price_yuan": "x", "device_type": None}, ["status", "price_yuan", "device_type"]),
        ({"asset_tag": ""}, ["asset_tag"]),
        ({"asset_tag": 17}, ["asset_tag"]),
        ({"asset_tag": "x" * 61}, ["asset_tag"]),
        ({"asset_tag": "TZ-2"}, ["asset_tag"]),
        ({"price_yuan": "-1"}, ["price_yuan"]),
        ({"price_yuan": "much"}, ["price_yuan"]),
        ({"price_yuan": True}, ["price_yuan"]),
        ({"purchased_on": "02/03/2026"}, ["purchased_on"]),
        ({"purchased_on": "2026-02-31"}, ["purchased_on"]),
        ({"purchased_on": 2026}, ["purchased_on"]),
        ({"status": "scrapped", "note": ["x"]}, ["note"]),
        ({"reason": "no field of a device"}, ["reason"]),
    ],
)  # fmt: skip
def test_every_fault_is_told_by_its_field_and_nothing_is_written(
    program: Program, register: Register, sent: dict[str, Any], names: list[str]
) -> None:
    before = state()
    told = program.send("patch", f"devices/{register.device.pk}/", sent, status=400)
    assert set(told) == set(names) and all(isinstance(text, str) for texts in told.values() for text in texts)
    assert state() == before


def test_rules_of_the_register_are_told_by_their_field_in_the_language_asked_for(
    program: Program, register: Register
) -> None:
    device = register.device
    path, elsewhere = f"devices/{device.pk}/", SiteFactory()
    told = program.send("patch", path, {"site": elsewhere.pk}, status=400)
    assert told == {"location": [f"{device.location} lies in another site."]}
    program.send("patch", path, {"status": "to_be_scrapped"}, status=200)
    program.send("patch", path, {"status": "scrapped"}, status=200)
    told = program.send("patch", path, {"status": "in_use"}, status=400)
    assert "in one step" in told["status"][0]
    told = program.send("patch", path, {"status": "in_use"}, status=400, Accept_Language="zh-hans")
    assert "报废" in told["status"][0]
    told = program.send("post", "devices/", {"serial": "x"}, status=400, Accept_Language="zh-hans")
    assert set(told) == {"asset_tag", "device_type"} and "必填" in told["asset_tag"][0]
    other = DeviceFactory(device_type=device.device_type, serial="SN-0001-X")
    told = program.send("post", "devices/", new_device(register, serial=other.serial), status=400)
    assert list(told) == ["__all__"]


def test_several_rows_are_made_or_none(program: Program, register: Register) -> None:
    rows = [new_device(register, asset_tag=f"TZ-1{number}", changelog_message=f"no {number}") for number in range(3)]
    made = program.send("post", "devices/", rows, status=201)
    assert [row["asset_tag"] for row in made] == ["TZ-10", "TZ-11", "TZ-12"]
    assert last_entry().additional_data["reason"] == "no 2"
    before = state()
    rows = [new_device(register, asset_tag=tag) for tag in ("TZ-20", "TZ-11", "TZ-21", "TZ-20")]
    rows[2]["status"] = "broken"
    told = program.send("post", "devices/", rows, status=400)
    assert "3 of 4" in told["detail"]
    assert [(one["index"], list(one["errors"])) for one in told["errors"]] == [
        (1, ["asset_tag"]),
        (2, ["status"]),
        (3, ["asset_tag"]),
    ]
    assert state() == before


def test_several_rows_are_changed_or_deleted_or_none(program: Program, register: Register) -> None:
    keys = list(Device.objects.values_list("pk", flat=True))
    told = program.send("patch", "devices/", [{"id": key, "note": f"no {key}"} for key in keys], status=200)
    assert [(row["id"], row["note"]) for row in told] == [(key, f"no {key}") for key in keys]
    before = state()
    told = program.send("patch", "devices/", [{"id": keys[0], "note": "x"}, {"id": 999999}, {"note": "y"}], status=404)
    assert [one["index"] for one in told["errors"]] == [1, 2]
    told = program.send("delete", "manufacturers/", [{"id": register.device.device_type.manufacturer_id}], status=409)
    assert told["errors"][0]["index"] == 0
    assert state() == before
    program.send("patch", "devices/", [{"id": keys[0]}], status=400, If_Match='"x"')
    program.send("delete", "devices/", [{"id": key, "note": "x"} for key in keys], status=400)
    spare = [DeviceFactory().pk, DeviceFactory().pk]
    program.send("delete", "devices/", [{"id": key} for key in spare], status=204)
    assert list(Device.objects.values_list("pk", flat=True)) == keys


@pytest.mark.parametrize("sent", [[], {}, [[]], [1], "x", 7, None])
def test_a_list_of_rows_is_a_list_of_objects(program: Program, register: Register, sent: Any) -> None:
    for method in ("patch", "delete"):
        assert "object" in str(program.send(method, "devices/", sent, status=400))


def test_too_many_rows_and_too_many_octets_are_refused(program: Program, register: Register) -> None:
    told = program.send("post", "devices/", [new_device(register)] * 501, status=413)
    assert "500" in told["detail"]
    program.send("patch", f"devices/{register.device.pk}/", {"note": "x" * 3_000_000}, status=413)


def test_who_read_an_older_version_is_told_who_changed_it(program: Program, register: Register) -> None:
    path = f"devices/{register.device.pk}/"
    first = program.answer("get", path)["ETag"]
    assert program.answer("get", path, Accept_Language="zh-hans")["ETag"] == first
    second = program.answer("patch", path, {"note": "mine"}, If_Match=first)
    assert second.status_code == 200 and second["ETag"] != first
    device = Device.objects.get(pk=register.device.pk)
    li = make_user("li", Role.TECHNICIAN)
    with write.unit(write.Actor("li", user=li)) as unit:
        device.note = "theirs"
        unit.update(device)
    for method, sent in (("patch", {"note": "mine again"}), ("delete", None)):
        told = program.send(method, path, sent, status=412, If_Match=second["ETag"])
        assert told["detail"].startswith("li changed it at ")
    device.refresh_from_db()
    assert device.note == "theirs"
    program.send("patch", path, {"note": "x"}, status=400, If_Match="unquoted")
    program.send("patch", path, {"note": "x"}, status=200, If_Match=f'"other", {program.answer("get", path)["ETag"]}')
    program.send("patch", path, {"note": "y"}, status=200, If_Match="*")
    program.send("delete", f"devices/{DeviceFactory().pk}/", status=204, If_Match="*")


def test_a_tag_of_a_compressed_answer_holds_and_the_network_alone_changes_none(
    program: Program, register: Register
) -> None:
    path = f"devices/{register.device.pk}/"
    weak = program.answer("get", path, Accept_Encoding="gzip")["ETag"]
    assert weak.startswith("W/")
    program.send("patch", path, {"note": "x"}, status=200, If_Match=weak)
    port = Interface.objects.first()
    assert port is not None
    tag = program.answer("get", f"interfaces/{port.pk}/")["ETag"]
    with write.unit(TESTER) as unit:
        port.oper_up = True
        unit.update(port)
    assert program.answer("get", f"interfaces/{port.pk}/")["ETag"] == tag


def test_a_version_holds_links_and_secrets_too(program: Program, register: Register) -> None:
    segment, profile = Segment.objects.get(), ManagementProfile.objects.get()
    for path, sent in (
        (f"segments/{segment.pk}/", {"departments": [DepartmentFactory().pk]}),
        (f"management-profiles/{profile.pk}/", {"community": "another"}),
    ):
        tag = program.answer("get", path)["ETag"]
        assert program.answer("patch", path, sent)["ETag"] != tag
        program.send("patch", path, sent, status=412, If_Match=tag)


def test_a_secret_goes_in_and_does_not_come_out(program: Program, register: Register) -> None:
    profile = ManagementProfile.objects.get()
    path = f"management-profiles/{profile.pk}/"
    for sent, kept in (("n3w", "n3w"), ("", ""), ("again", "again"), (None, "")):
        answer = program.answer("patch", path, {"auth_key": sent})
        assert answer.status_code == 200 and "auth_key" not in answer.json()
        profile.refresh_from_db()
        assert profile.auth_key == kept
    program.send("patch", path, {"auth_key": "kept"}, status=200)
    program.send("patch", path, {"timeout_s": 2.5}, status=200)
    profile.refresh_from_db()
    assert (profile.auth_key, profile.community, profile.timeout_s) == ("kept", "s3cret", 2.5)
    assert "n3w" not in str(list(LogEntry.objects.values()))


def test_a_due_date_set_by_hand_is_signed_and_its_reason_is_in_the_log(program: Program, register: Register) -> None:
    row = program.send(
        "post",
        "due-overrides/",
        {"device": {"asset_tag": "TZ-2"}, "due_on": "2030-01-01", "reason": "kept"},
        status=201,
    )
    override = DueOverride.objects.get(pk=row["id"])
    assert (override.author, last_entry().additional_data["reason"]) == ("script", "kept")
    assert "author" in program.send("patch", f"due-overrides/{row['id']}/", {"author": "x"}, status=400)
    mine = Program(make_user("planner", Role.PLANNER))
    mine.send("patch", f"due-overrides/{row['id']}/", {"due_on": "2031-01-01"}, status=200)
    override.refresh_from_db()
    assert (override.author, override.reason) == ("planner", "kept")


def test_a_field_that_a_form_declares_itself_is_not_asked_for_when_another_is_changed(
    program: Program, register: Register, admin: Client
) -> None:
    schedule = ReportSchedule.objects.get()
    program.send("patch", f"report-schedules/{schedule.pk}/", {"name": "by the API"}, status=200)
    program.send("patch", f"report-schedules/{schedule.pk}/", {"report": "nothing"}, status=400)
    url = kit.pages[ReportSchedule].url("field", schedule.pk, "name")
    assert admin.post(url, {"name": "on the page"}).status_code == 302
    schedule.refresh_from_db()
    assert (schedule.name, schedule.report) == ("on the page", "coverage")


def test_an_account_that_the_api_makes_cannot_sign_in_and_none_is_deleted(program: Program) -> None:
    row = program.send("post", "users/", {"username": "new", "role": "technician", "towns": []}, status=201)
    assert not User.objects.get(pk=row["id"]).has_usable_password() and "password" not in row
    told = program.send("post", "users/", {"username": "x", "password": "grassland wind"}, status=400)
    assert list(told) == ["password"]
    program.send("delete", f"users/{row['id']}/", status=405)
