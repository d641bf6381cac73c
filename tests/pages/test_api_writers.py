"""Who may write by the API and what: roles, towns, rows with services of their own, and every model's round trip."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from inventory.models import (
    Department,
    DeviceType,
    DueOverride,
    Interface,
    Role,
    Site,
)
from inventory.pages.kit import kit
from inventory.services import write
from tests.factories import TESTER, DepartmentFactory, DeviceFactory, SiteFactory, TownFactory
from tests.pages.conftest import Register, client_of, make_user
from tests.pages.test_api_writing import Program, new_device
from tests.pages.walk import state

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(db: None) -> Program:
    return Program(make_user("boss", Role.ADMINISTRATOR))


def test_a_browser_and_a_token_that_reads_write_nothing(register: Register) -> None:
    user = make_user("script", Role.ADMINISTRATOR)
    reader, browser = Program(user, writes=False), client_of(user)
    before = state()
    for method, path, sent in every_write(register):
        assert "token" in reader.send(method, path, sent, status=403)["detail"]
        answer = getattr(browser, method)(f"/api/{path}", json.dumps(sent), content_type="application/json")
        assert answer.status_code == 403 and "session" in answer.json()["detail"]
    assert state() == before


def every_write(register: Register) -> list[tuple[str, str, Any]]:
    """(method, path, JSON) of a write of each kind."""
    one, sent = f"devices/{register.device.pk}/", new_device(register)
    key = {"id": register.device.pk}
    return [
        ("post", "devices/", sent), ("post", "devices/", [sent]), ("patch", one, {"note": "x"}), ("delete", one, None),
        ("patch", "devices/", [key | {"note": "x"}]), ("delete", "devices/", [key]),
    ]  # fmt: skip


READ_ONLY = {"refresh-plans", "report-runs", "runs", "differences", "proposals"}
"""Rows with services of their own: what is decided about them is decided there."""


def test_rows_with_services_of_their_own_are_not_written_around_them(program: Program, register: Register) -> None:
    before, refused = state(), set()
    for page in kit.pages.values():
        row = page.model._default_manager.first()
        assert row is not None
        for method, path in (("post", ""), ("patch", ""), ("patch", f"{row.pk}/"), ("delete", f"{row.pk}/")):
            allow = program.answer("options", f"{page.path}/{path}")["Allow"]
            answer = program.answer("put", f"{page.path}/{path}", {})
            assert answer.status_code == 405 and answer["Allow"] == allow
            if method.upper() not in allow:
                assert program.answer(method, f"{page.path}/{path}", {}).status_code == 405
                refused.add(page.path)
    assert refused == READ_ONLY | {"users", "api-tokens"}
    assert state() == before


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.DIRECTOR, set()),
        (Role.COLLECTOR, set()),
        ("", set()),
        (Role.TECHNICIAN, {"devices"}),
        (Role.PLANNER, {"asset-classes", "funding-sources"}),
    ],
)
def test_a_role_writes_what_it_writes_on_the_pages(register: Register, role: str, may: set[str]) -> None:
    program = Program(make_user("somebody", role))
    for path in ("devices", "asset-classes", "funding-sources", "users", "towns"):
        answer = program.answer("post", f"{path}/", {})
        assert answer.status_code == (400 if path in may else 403), (path, answer.content)


def test_a_technician_of_one_town_writes_in_it_and_neither_elsewhere_nor_away(register: Register) -> None:
    town = TownFactory()
    site, department = SiteFactory(town=town), DepartmentFactory(town=town)
    program = Program(make_user("tech", Role.TECHNICIAN, towns=(town,)))
    mine, theirs = DeviceFactory(site=site, department=department), register.device
    path = f"devices/{mine.pk}/"
    program.send("patch", path, {"note": "mine"}, status=200)
    before = state()
    program.send("patch", f"devices/{theirs.pk}/", {"note": "x"}, status=404)
    program.send("delete", f"devices/{theirs.pk}/", status=404)
    program.send("patch", "devices/", [{"id": mine.pk, "note": "x"}, {"id": theirs.pk, "note": "x"}], status=404)
    for sent in ({"site": theirs.site_id}, {"site": {"name": theirs.site.name}}, {"holder": theirs.holder_id},
                 {"holder": {"name": theirs.holder.name}}, {"department": theirs.department_id}):  # fmt: skip
        assert program.send("patch", path, sent, status=400).keys() == sent.keys()
    told = program.send("patch", path, {"site": None, "department": None}, status=400)
    assert "outside what you may see" in told["__all__"][0]
    told = program.send("post", "devices/", new_device(register), status=400)
    assert "outside what you may see" in told["__all__"][0]
    program.send("post", "devices/", [new_device(register, site=site.pk), new_device(register)], status=400)
    assert state() == before
    program.send("post", "devices/", new_device(register, site=site.pk), status=201)


def test_what_get_gives_may_come_back_and_changes_nothing(program: Program, register: Register) -> None:
    """Every field of every model: what is read is what is written."""
    document = program.send("get", "openapi.json", status=200)
    before, tried = state(), 0
    for page in kit.pages.values():
        if not page.writes("change") or page.model is DueOverride:  # which would be signed anew
            continue
        known = document["components"]["schemas"][f"{page.model.__name__}Change"]["properties"]
        for row in program.send("get", f"{page.path}/", status=200)["results"]:
            sent = {name: value for name, value in row.items() if name in known and name != "id"}
            back = program.send("patch", f"{page.path}/{row['id']}/", sent, status=200)
            assert back == row
            tried += len(sent)
    assert tried > 200
    assert state() == before


def test_what_the_document_calls_required_makes_a_row_of_every_model(program: Program, register: Register) -> None:
    document = program.send("get", "openapi.json", status=200)
    made = set()
    for page in kit.pages.values():
        if not page.writes("add"):
            continue
        schema = document["components"]["schemas"][f"{page.model.__name__}New"]
        told = program.send("post", f"{page.path}/", {}, status=400)
        assert set(told) == set(schema["required"]), page
        sent = {name: a_value(page, name, schema["properties"][name]) for name in schema["required"]}
        sent |= MORE.get(page.path, lambda _register: {})(register)
        program.send("post", f"{page.path}/", sent, status=201)
        made.add(page.path)
    assert len(made) > 20


def a_value(page: Any, name: str, schema: dict[str, Any]) -> Any:
    """Some value that a schema allows."""
    field = page.model._meta.get_field(name)
    if field.is_relation:
        return field.related_model._default_manager.order_by("-pk").values_list("pk", flat=True).first()
    if "enum" in schema:
        return schema["enum"][0]
    return {"integer": 3, "number": "1", "string": "2026-12-31" if schema.get("format") == "date" else "new-1"}[
        schema["type"] if isinstance(schema["type"], str) else schema["type"][0]
    ]


def _free_ports(register: Register) -> dict[str, Any]:
    device = DeviceFactory()
    with write.unit(TESTER) as unit:
        ports = [unit.create(Interface(device=device, name=f"p{number}")).pk for number in (1, 2)]
    return {"end_a": ports[0], "end_b": ports[1]}


def _fresh_device(register: Register) -> dict[str, Any]:
    return {"device": DeviceFactory().pk}


MORE: dict[str, Callable[[Register], dict[str, Any]]] = {
    "cables": _free_ports,
    "due-overrides": _fresh_device,
    "device-profiles": _fresh_device,
    "refresh-policies": lambda register: {"asset_class": DeviceFactory().device_type.asset_class_id},
    "fiber-cables": lambda register: {"site_a": SiteFactory().pk, "site_b": SiteFactory().pk},
    "fiber-links": lambda register: {"site_a": SiteFactory().pk, "site_b": SiteFactory().pk},
    "ip-addresses": lambda register: {"address": "10.9.9.9"},
    "prefixes": lambda register: {"prefix": "10.9.0.0/16"},
    "report-schedules": lambda register: {"folder": "weekly"},
    "allocation-rules": lambda register: {"kind": "by_need"},
}
"""What rules of the models ask for beside, or what must be another thing than in the rows that are there."""


def test_a_script_registers_a_computer_with_what_it_is_on_the_network(program: Program, register: Register) -> None:
    computer = program.send(
        "post",
        "devices/",
        {
            "asset_tag": "TZ-PC-1", "serial": "5CG1234XYZ", "name": "ZF-101",
            "device_type": {"model": DeviceType.objects.first().model},  # type: ignore[union-attr]  # there is one
            "site": {"name": Site.objects.first().name},  # type: ignore[union-attr]
            "department": {"name": Department.objects.first().name},  # type: ignore[union-attr]
        },
        status=201,
    )  # fmt: skip
    port = program.send(
        "post", "interfaces/", {"device": {"asset_tag": "TZ-PC-1"}, "name": "eth0", "mac": "001a2b3c4d5e"}, status=201
    )
    address = program.send(
        "post",
        "ip-addresses/",
        {"address": "10.1.7.7", "interface": {"name": "eth0", "device": {"asset_tag": "TZ-PC-1"}}},
        status=201,
    )
    assert address["interface"]["id"] == port["id"]
    row = program.send("patch", f"devices/{computer['id']}/", {"primary_address": address["id"]}, status=200)
    assert row["primary_address"]["display"] == "10.1.7.7"
