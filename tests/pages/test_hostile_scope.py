"""Every address of the resolver as everybody: what a stranger asks for shows nothing of others and changes nothing."""

import hashlib
import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

import inventory.config.urls  # noqa: F401  # with the addresses all pages are registered
from inventory import scope
from inventory.models import Device, Role
from inventory.pages.kit import kit
from inventory.services import write
from tests.factories import TESTER, DepartmentFactory, TownFactory
from tests.pages.conftest import Register, client_of, make_user

OPEN = {"healthz", "set_language", "login"}
"""Answered to who is not signed in."""
OWN = {"password_change", "password_change_done", "logout", "home", "search"}
FILLED: dict[str, tuple[str, ...]] = {
    "name": ("status",),
    "kind": ("device", "site", "segment", "cable"),
    "token": ("abcdefghijklmnop",),
}
BY_VIEW = {"_export": ("csv",), "report_ask": ("register",)}
"""What stands for a word in the addresses of some views in place of FILLED."""
MARK = "FOREIGN"
MARKS = (MARK, "aabbccddeeff", "aa:bb:cc:dd:ee:ff", "10.1.2.3", "s3cret")


def patterns(resolver: Any = None) -> Iterator[URLPattern]:
    reverse("device_list")  # loads the addresses, and with them all pages
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            yield from patterns(one)
        else:
            yield one


def addresses(register: Register) -> Iterator[tuple[str, str]]:
    """(name, address) of every pattern, with the keys of rows that are there."""
    by_model = {type(row): row.pk for row in register.rows}
    for pattern in patterns():
        view = getattr(pattern.callback, "view_initkwargs", {}).get("page")
        row = view.model._default_manager.first() if view is not None else None
        words = pattern.pattern.converters
        filled = next((FILLED[name] for name in words if name in FILLED), ("",))
        for word in next((told for end, told in BY_VIEW.items() if str(pattern.name).endswith(end)), filled):
            given = {name: word for name in words if name in FILLED}
            if "pk" in words:
                given["pk"] = row.pk if row is not None else by_model[Device]  # type: ignore[assignment]
            yield str(pattern.name), reverse(str(pattern.name), kwargs=given)


@pytest.fixture
def foreign(register: Register, monkeypatch: pytest.MonkeyPatch) -> Register:
    """The register with a mark in all that its town and its department alone may see."""

    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise AssertionError("a stranger started a process")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    device, person = register.device, register.rows[2]
    with write.unit(TESTER) as unit:
        device.name, device.serial, device.note = f"{MARK}-NAME", f"{MARK}-SERIAL", f"{MARK}-NOTE"
        unit.update(device)
        device.department.name, device.site.name = f"{MARK}-DEPARTMENT", f"{MARK}-SITE"
        unit.update(device.department)
        unit.update(device.site)
        person = next(row for row in register.rows if row._meta.model_name == "person")
        person.name = f"{MARK}-PERSON"
        unit.update(person)
    return register


def text_of(answer: Any) -> str:
    octets = b"".join(answer.streaming_content) if answer.streaming else answer.content
    found = octets.decode(errors="replace")
    return found + json.dumps(dict(answer.headers))


def state() -> str:
    """All rows of all models that somebody may see, and the change log, as one hash."""
    found = hashlib.sha256()
    for model in sorted(apps.get_models(), key=lambda one: one._meta.label):
        if model._meta.label in ("sessions.Session", "inventory.User", "inventory.ListPreference"):
            continue
        if model in scope.registered() or model._meta.app_label in ("inventory", "collectors", "reports"):
            found.update(repr(list(model._default_manager.order_by("pk").values())).encode())
    return found.hexdigest()


def strangers() -> dict[str, Client]:
    other = DepartmentFactory()
    return {
        "without a role": client_of(make_user("none", "")),
        "collector": client_of(make_user("machine", Role.COLLECTOR)),
        "department": client_of(make_user("dep", Role.DEPARTMENT, department=other)),
        "technician of one town": client_of(make_user("tech", Role.TECHNICIAN, towns=(TownFactory(),))),
    }


def test_who_is_not_signed_in_gets_no_page(foreign: Register) -> None:
    client, before = Client(), state()
    for name, url in addresses(foreign):
        for answer in (client.get(url), client.post(url, {})):
            assert name in OPEN or answer.status_code == 302, (url, answer.status_code)
            assert name in OPEN or answer["Location"].startswith("/login/"), url
            assert not any(mark in text_of(answer) for mark in MARKS), url
    assert state() == before


@pytest.mark.parametrize("who", ["without a role", "collector", "department", "technician of one town"])
def test_a_stranger_sees_nothing_of_others_and_changes_nothing(foreign: Register, who: str) -> None:
    client, before, key = strangers()[who], state(), str(foreign.device.pk)
    sent = {"pk": key, "all": "1", "confirm": "1", "do": "delete", "device": key, "town": "1", "to": "missing"}
    faults = []
    for name, url in addresses(foreign):
        if name in ("run_start", "logout"):
            continue
        answers = [client.get(url)]
        if name.endswith("_list"):
            by_htmx = {"hx-request": "true", "hx-target": "panel"}
            answers.append(client.get(url, {"panel": "filters", "device": key}, headers=by_htmx))
            answers.append(client.get(url, {"q": MARK[1:]}))
        if not name.endswith(("_columns", "_saved")):
            answers.append(client.post(url, sent))
        for answer in answers:
            assert answer.status_code in (200, 302, 400, 403, 404, 405), (url, answer.status_code)
            text = text_of(answer)
            faults += [f"{url}: {mark}" for mark in MARKS if mark in text]
    assert not faults, "\n".join(faults)
    assert state() == before


def test_a_filter_on_a_row_of_others_is_no_oracle(foreign: Register) -> None:
    """Neither by a related row that is not on offer, nor by a look-up that nobody declared."""
    client, device = strangers()["technician of one town"], foreign.device
    page = kit.pages[Device]
    queries = (
        f"holder={device.holder_id}", f"department={device.department_id}", "holder__name__startswith=F",
        "serial__contains=F", "sort=holder__user__password", "sort=serial__length", "created_by__password__regex=.",
    )  # fmt: skip
    for query in queries:
        answer = client.get(f"{page.url('list')}?{query}")
        assert answer.status_code == 200
        assert MARK not in text_of(answer), query


def test_a_deletion_names_no_row_of_others(foreign: Register) -> None:
    """A type of device is everybody's; the devices of that type are not."""
    client, kind = strangers()["technician of one town"], foreign.device.device_type
    page = kit.pages[type(kind)]
    for answer in (client.get(page.url("delete", kind.pk)), client.post(page.url("delete", kind.pk))):
        assert answer.status_code == 200
        assert not any(mark in text_of(answer) for mark in (*MARKS, "TZ-1", "TZ-2"))
    answer = client.post(page.url("bulk"), {"do": "delete", "pk": str(kind.pk), "confirm": "1"})
    assert not any(mark in text_of(answer) for mark in (*MARKS, "TZ-1", "TZ-2"))


def test_who_may_write_all_of_it_changes_nothing_by_looking(
    admin: Client, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state()
    for _name, url in addresses(register):
        text_of(admin.get(url))
    assert state() == before


def test_no_address_takes_a_form_without_its_token(foreign: Register) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user("root", Role.ADMINISTRATOR))
    before = state()
    for _name, url in addresses(foreign):
        assert client.post(url, {"do": "delete", "all": "1"}, headers={"hx-request": "true"}).status_code == 403, url
    assert state() == before


def test_who_only_reads_changes_nothing(foreign: Register) -> None:
    key = str(foreign.device.pk)
    before = state()
    client = client_of(make_user("director", Role.DIRECTOR))
    for name, url in addresses(foreign):
        if name not in ("logout", "report_ask") and not name.endswith(("_columns", "_saved")):
            client.post(url, {"pk": key, "all": "1", "confirm": "1", "do": "delete", "device": key, "to": "missing"})
    assert state() == before


def test_fields_that_are_not_in_a_form_are_not_written(foreign: Register) -> None:
    """A technician's own device with more than its form asks for; an account by who may not."""
    client = client_of(make_user("all towns", Role.TECHNICIAN))
    page, device = kit.pages[Device], foreign.device
    client.post(
        page.url("field", device.pk, "note"), {"note": "new", "serial": "forged", "asset_tag": "forged", "id": 9}
    )
    device.refresh_from_db()
    assert (device.note, device.serial, device.asset_tag) == ("new", f"{MARK}-SERIAL", "TZ-1")
    user = make_user("climber", Role.TECHNICIAN)
    climber, users = client_of(user), kit.pages[type(user)]
    for url in (
        users.url("edit", user.pk),
        users.url("field", user.pk, "role"),
        reverse("user_password", args=[user.pk]),
    ):
        assert climber.post(url, {"role": "administrator", "is_superuser": "1"}).status_code in (403, 404)
    answer = climber.post(reverse("password_change"), {"role": "administrator", "is_superuser": "1"})
    assert answer.status_code == 200
    user.refresh_from_db()
    assert (user.role, user.is_superuser) == (Role.TECHNICIAN, False)
