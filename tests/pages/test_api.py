"""The API: who is let in, what a row looks like, filters and parts of lists, and that nothing foreign is told."""

import datetime
import re
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from inventory.models import ApiToken, Role
from inventory.models.base import writing
from inventory.pages.kit import kit
from inventory.services import tokens, write
from reports.models import ReportRun
from tests.factories import TESTER, DepartmentFactory, DeviceFactory
from tests.pages.conftest import NOW, Register, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(db: None) -> str:
    return tokens.make(make_user("reader", Role.DIRECTOR), "script", expires_on=None, actor=TESTER)


def get(key: str, path: str = "devices/", status: int = 200) -> Any:
    answer = Client().get(f"/api/{path}", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


def test_without_a_token_nobody_is_let_in_and_told_how() -> None:
    answer = Client().get("/api/devices/")
    assert answer.status_code == 401 and answer["WWW-Authenticate"].startswith("Bearer")
    assert "Authorization" in answer.json()["detail"]
    for key in ("", "tz_wrong", "tz_" + "x" * 43):
        get(key, status=401)


def test_a_token_is_kept_as_a_digest_alone_and_its_use_is_noted_once_a_day(key: str) -> None:
    kept = ApiToken.objects.get()
    assert key.startswith("tz_") and key not in str(ApiToken.objects.values())
    get(key)
    entries = LogEntry.objects.count()
    get(key)
    kept.refresh_from_db()
    assert kept.last_used_on is not None and LogEntry.objects.count() == entries
    assert not any(kept.digest in str(entry.changes) for entry in LogEntry.objects.all())


def test_an_expired_or_withdrawn_token_and_one_of_a_closed_account_are_refused(key: str) -> None:
    user = ApiToken.objects.get().user
    old = tokens.make(user, "old", expires_on=datetime.date(2020, 1, 1), actor=TESTER)
    get(old, status=401)
    with writing(object()):
        user.is_active = False
        user.save()
    get(key, status=401)
    with writing(object()):
        user.is_active = True
        user.save()
    tokens.withdraw(ApiToken.objects.get(name="script"), actor=TESTER)
    get(key, status=401)


def test_netbox_clients_may_say_token_and_who_is_signed_in_needs_none(key: str, admin: Client) -> None:
    assert Client().get("/api/", headers={"Authorization": f"Token {key}"}).status_code == 200
    assert admin.get("/api/").json()["devices"] == "http://testserver/api/devices/"


def test_a_row_has_related_rows_in_brief_choices_with_their_words_and_exact_amounts(
    key: str,
    register: Register,
) -> None:
    row = get(key, f"devices/{register.device.pk}/")
    assert row["display"] == "TZ-1 one" and row["url"] == f"http://testserver/api/devices/{row['id']}/"
    assert row["department"]["display"] == str(register.device.department)
    assert row["department"]["url"].startswith("http://testserver/api/departments/")
    assert row["status"] == {"value": "in_use", "label": "in use"}
    assert row["price_yuan"] == "4850.00" and row["purchased_on"] is None
    assert row["primary_address"]["display"].startswith("10.1.2.3")
    segment = get(key, "segments/")["results"][0]
    assert segment["vlan_id"] == 7 and segment["departments"] == []


def test_lists_are_cut_into_parts_that_lead_on(key: str) -> None:
    for number in range(5):
        DeviceFactory(asset_tag=f"TZ-{number}")
    first = get(key, "devices/?limit=2&sort=-asset_tag&brief=1")
    assert first["count"] == 5 and first["previous"] is None
    assert [row["display"][:4] for row in first["results"]] == ["TZ-4", "TZ-3"]
    assert set(first["results"][0]) == {"id", "url", "display"}
    second = get(key, first["next"].partition("/api/")[2])
    assert [row["display"][:4] for row in second["results"]] == ["TZ-2", "TZ-1"]
    assert get(key, second["next"].partition("/api/")[2])["next"] is None
    assert second["previous"].endswith("offset=0")


def test_filters_search_and_keys_are_those_of_the_lists(key: str, register: Register) -> None:
    def found(query: str) -> list[str]:
        return [row["asset_tag"] for row in get(key, f"devices/?fields=asset_tag&sort=asset_tag&{query}")["results"]]

    device = register.device
    assert found("q=TZ-2") == ["TZ-2"]
    assert found(f"department={device.department_id}") == ["TZ-1"]
    assert found("holder=null") == ["TZ-2"]
    assert found("price_yuan_min=4000&price_yuan_max=5000") == ["TZ-1"]
    assert found(f"id={device.pk}&id=999999") == ["TZ-1"]
    assert found("status=in_use&status=missing") == ["TZ-1", "TZ-2"]


def test_texts_are_meant_exactly_or_as_a_part_in_any_notation_of_a_mac(key: str, register: Register) -> None:
    def found(path: str, query: str) -> list[str]:
        return [row["display"] for row in get(key, f"{path}/?brief=1&sort=name&{query}")["results"]]

    assert found("devices", "asset_tag=TZ-1") == ["TZ-1 one"] and found("devices", "asset_tag=TZ-") == []
    assert found("devices", "name=two&name=one&name=three") == ["TZ-1 one", "TZ-2 two"]
    assert found("devices", "name__ic=ONE") == ["TZ-1 one"] and found("devices", "name__ic=n&asset_tag=TZ-2") == []
    assert found("devices", "note=") == ["TZ-1 one", "TZ-2 two"] and found("devices", "note=x") == []
    for query in ("mac=AA-BB-CC-DD-EE-FF", "mac=aabbccddeeff", "mac__ic=cc:dd", "mac__ic=BB-CC"):
        assert len(found("interfaces", query)) == 1
    assert found("interfaces", "mac=aabbccddeefe") == []
    assert [row["address"] for row in get(key, "ip-addresses/?address=10.1.2.3")["results"]] == ["10.1.2.3"]
    assert len(get(key, "devices/?limit=0&ordering=-asset_tag")["results"]) == 2


@pytest.mark.parametrize(
    ("query", "tags"),
    [
        ("name__n=one", ["TZ-2"]),
        ("name__ie=ONE&name__ie=Two", ["TZ-1", "TZ-2"]),
        ("name__nie=ONE", ["TZ-2"]),
        ("name__isw=O&name__isw=x", ["TZ-1"]),
        ("name__nisw=O", ["TZ-2"]),
        ("asset_tag__iew=-2", ["TZ-2"]),
        ("asset_tag__niew=-2", ["TZ-1"]),
        ("name__ic=n&name__ic=w", ["TZ-1", "TZ-2"]),
        ("name__nic=n", ["TZ-2"]),
        ("note__empty=true", ["TZ-1", "TZ-2"]),
        ("name__empty=false&name__n=two", ["TZ-1"]),
        ("asset_tag__empty=true", []),
    ],
)
def test_netboxs_endings_are_understood(key: str, register: Register, query: str, tags: list[str]) -> None:
    found = get(key, f"devices/?fields=asset_tag&sort=asset_tag&{query}")["results"]
    assert [row["asset_tag"] for row in found] == tags


def test_a_mac_is_found_by_its_beginning_and_its_end(key: str, register: Register) -> None:
    def count(query: str) -> int:
        found: int = get(key, f"interfaces/?{query}")["count"]
        return found

    every = count("")
    assert count("mac__isw=AA-BB-CC") == count("mac__iew=ee:ff") == 1
    assert count("mac__nisw=aabb.cc") == every - 1 and count("mac__isw=bb:cc") == 0


def test_an_ending_of_another_field_or_another_value_is_refused(key: str, register: Register) -> None:
    assert list(get(key, "devices/?status__n=in_use", status=400)) == ["status__n"]
    assert list(get(key, "devices/?name__regex=.*", status=400)) == ["name__regex"]
    assert list(get(key, "devices/?name__empty=perhaps", status=400)) == ["name__empty"]


def test_a_row_at_netboxs_address_names_such_addresses(key: str, register: Register) -> None:
    row = get(key, "dcim/devices/?asset_tag=TZ-1")["results"][0]
    assert row["url"].endswith(f"/api/dcim/devices/{register.device.pk}/")
    assert row["department"]["url"].endswith(f"/api/plugins/taizhang/departments/{row['department']['id']}/")
    assert get(key, f"dcim/devices/{row['id']}/") == row
    assert get(key, f"devices/{row['id']}/")["url"].endswith(f"/api/devices/{row['id']}/")
    get(key, "dcim/departments/", status=404)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("colour=red", "colour"),
        ("status=broken", "status"),
        ("department=x", "department"),
        ("sort=nothing", "sort"),
        ("fields=asset_tag,nothing", "fields"),
        ("limit=-1", "limit"),
        ("offset=x", "offset"),
        ("id=x", "id"),
    ],
)
def test_what_would_be_passed_over_is_refused_by_its_name(key: str, query: str, name: str) -> None:
    told = get(key, f"devices/?{query}", status=400)
    assert list(told) == [name] and all(isinstance(sentence, str) for sentence in told[name])


def test_every_model_is_read_in_the_same_number_of_queries_for_any_number_of_rows(
    key: str,
    register: Register,
) -> None:
    def asked(path: str) -> int:
        with CaptureQueriesContext(connection) as caught:
            get(key, path)
        return len(caught)

    get(key)
    for path in ("devices/", "interfaces/", "persons/"):
        before = asked(path)
        for _number in range(5):
            device = DeviceFactory(holder=None)
            with write.unit(TESTER) as unit:
                device.holder, device.location = register.device.holder, None
                unit.update(device)
        assert asked(path) == before, path
    before = asked("report-runs/")
    with write.unit(TESTER) as unit:
        for _number in range(5):
            # One without a file, as where the making failed, is called by what was asked for.
            unit.create(ReportRun(report="coverage", made_at=NOW, made_by="tester", data_date=NOW.date()))
    assert asked("report-runs/") == before


def test_every_model_with_pages_is_read_without_its_secrets(register: Register, admin: Client) -> None:
    index = admin.get("/api/").json()
    assert set(index) == {page.path for page in kit.pages.values()}
    for path, url in index.items():
        answer = admin.get(url)
        assert answer.status_code == 200, path
        assert "s3cret" not in answer.content.decode() and '"password"' not in answer.content.decode()
        for row in answer.json()["results"]:
            assert admin.get(row["url"]).json() == row


def test_a_department_sees_its_own_rows_and_no_others(register: Register) -> None:
    user = make_user("other", Role.DEPARTMENT, department=DepartmentFactory())
    own = DeviceFactory(department=user.department)
    key = tokens.make(user, "script", expires_on=None, actor=TESTER)
    assert [row["id"] for row in get(key)["results"]] == [own.pk]
    get(key, f"devices/{register.device.pk}/", status=404)
    get(key, "users/", status=403)
    assert "users" not in get(key, "")


def test_the_command_makes_lists_and_withdraws_tokens(capsys: pytest.CaptureFixture[str]) -> None:
    make_user("reader", Role.DIRECTOR)
    call_command("tokens", "reader", make="script", until=datetime.date(2099, 1, 1))
    key = capsys.readouterr().out.strip()
    get(key)
    call_command("tokens")
    told = capsys.readouterr().out
    assert "reader" in told and "2099-01-01" in told and key not in told
    assert "reads," in told
    call_command("tokens", "reader", make="writer", writes=True)
    assert ApiToken.objects.get(name="writer").writes and not ApiToken.objects.get(name="script").writes
    capsys.readouterr()
    call_command("tokens", "reader")
    assert "reads and writes" in capsys.readouterr().out
    with pytest.raises(CommandError, match="already"):
        call_command("tokens", "reader", make="script")
    call_command("tokens", "reader", withdraw="script")
    get(key, status=401)
    for wrong in (("nobody",), ("reader",)):
        with pytest.raises(CommandError):
            call_command("tokens", *wrong, withdraw="script")


def test_the_document_is_openapi_and_tells_rows_as_they_are(register: Register, admin: Client) -> None:
    told = admin.get("/api/openapi.json").json()
    assert told["openapi"].startswith("3.1") and told["info"]["title"]
    references = set(re.findall(r"#/components/schemas/(\w+)", str(told)))
    assert references <= set(told["components"]["schemas"])
    operations = [way["get"]["operationId"] for way in told["paths"].values()]
    assert len(set(operations)) == len(operations) == 2 * len(kit.pages)
    for page in kit.pages.values():
        listed = told["paths"][f"/api/{page.path}/"]["get"]
        names = [parameter["name"] for parameter in listed["parameters"]]
        assert len(set(names)) == len(names)
        properties = told["components"]["schemas"][page.model.__name__]["properties"]
        for row in admin.get(f"/api/{page.path}/").json()["results"]:
            assert set(row) == set(properties), page
            for name, value in row.items():
                assert fits(value, properties[name]), (page, name, value, properties[name])


def fits(value: Any, schema: dict[str, Any]) -> bool:
    """Whether a value is of the type that the document gives."""
    if "anyOf" in schema:
        return value is None or isinstance(value, dict)
    kinds = schema.get("type", [])
    names = {
        "string": str,
        "integer": int,
        "number": float,
        "boolean": bool,
        "object": dict,
        "array": list,
        "null": type(None),
    }
    return not kinds or isinstance(value, tuple(names[kind] for kind in ([kinds] if isinstance(kinds, str) else kinds)))
