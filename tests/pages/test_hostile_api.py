"""What no honest program sends to the API is answered by a sentence, and never by a fault of its own."""

import json
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some

from inventory.api import versions
from inventory.api.writing import names_of
from inventory.models import Device, Role
from inventory.models.base import current_unit
from inventory.pages.kit import kit
from inventory.services import tokens
from tests.factories import TESTER
from tests.pages.conftest import Register, make_user
from tests.pages.walk import state

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def program(register: Register) -> Client:
    token = tokens.make(make_user("script", Role.ADMINISTRATOR), "s", expires_on=None, actor=TESTER, writes=True)
    client = Client(headers={"Authorization": f"Bearer {token}"})
    client.get("/api/")  # the first use of a day is noted
    return client


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        (b"", "object"),
        (b"{", "line 1, column 2"),
        (b"{'note': 1}", "no JSON"),
        (b'{"note": "\xff"}', "UTF-8"),
        ('\ufeff{"note": "x"}'.encode(), "no JSON"),
        (b'{"note": "\\ud800"}', "character"),
        (b'{"\\udfff": "x"}', "character"),
        (b'{"note": "a\\u0000b"}', "character"),
        (b'{"route": {"a": [{"b": "\\ud800"}]}}', "character"),
        (b'{"note": "x", "note": "y"}', "'note' is named twice"),
        (b'{"note": {"a": 1, "a": 2}}', "'a' is named twice"),
        (b'{"\\ud800": 1, "\\ud800": 2}', "named twice"),
        (b"[" * 200_000, "nested"),
        (b'{"note":' * 50_000, "nested"),
        (b'{"note":' + b"[" * 30 + b"]" * 30 + b"}", "nested"),
        (b'{"holder": 9223372036854775808}', "too great"),
        (b'{"holder": -' + b"9" * 100_000 + b"}", "too great"),
        (b'{"price_yuan": NaN}', "NaN is no number"),
        (b'{"price_yuan": -Infinity}', "no number"),
        (b'{"price_yuan": 1e999}', "no number"),
        (b'{"changelog_message": 7}', "changelog_message"),
        (b'"note"', "object"),
        (b"[]", "object"),
        (b"null", "object"),
    ],
)  # fmt: skip
def test_what_is_no_body_is_told_and_writes_nothing(
    program: Client, register: Register, octets: bytes, words: str
) -> None:
    before, path = state(), f"/api/devices/{register.device.pk}/"
    for send, url in ((program.patch, path), (program.post, "/api/devices/"), (program.patch, "/api/devices/")):
        answer = send(url, octets, content_type=JSON)
        assert answer.status_code == 400
    assert words in program.patch(path, octets, content_type=JSON).content.decode()
    assert state() == before


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "", "application/x-www-form-urlencoded"])
def test_what_is_not_json_is_refused_by_its_kind(program: Client, register: Register, kind: str) -> None:
    path = f"/api/devices/{register.device.pk}/"
    for send, url in ((program.patch, path), (program.post, "/api/devices/"), (program.delete, path)):
        answer = send(url, b"note=x", content_type=kind)
        assert answer.status_code == 415 and "application/json" in answer.json()["detail"]
    assert program.post("/api/devices/", {"note": "x"}).status_code == 415
    long = program.post("/api/devices/", f"note={'x' * 3_000_000}", content_type="application/x-www-form-urlencoded")
    assert long.status_code == 415 and "JSON" in long.json()["detail"]
    assert program.patch(path, b'{"note": "x"}', content_type="application/json; charset=utf-8").status_code == 200


@pytest.mark.parametrize("tags", ["x", '"', "W/", "", ",", '"' * 1000, "*, *", "\xff"])
def test_a_header_that_names_no_version_is_told(program: Client, register: Register, tags: str) -> None:
    before, path = state(), f"/api/devices/{register.device.pk}/"
    answer = program.patch(path, {"note": "x"}, content_type=JSON, headers={"If-Match": tags})
    assert answer.status_code in (400, 412)
    assert state() == before


def test_a_key_that_no_database_holds_is_the_key_of_no_row(program: Client, register: Register) -> None:
    for key in (9223372036854775807, 10**30):
        for method in ("patch", "delete"):
            answer = getattr(program, method)(f"/api/devices/{key}/", {}, content_type=JSON)
            assert answer.status_code == 404
    answer = program.patch("/api/devices/", [{"id": -1, "note": "x"}], content_type=JSON)
    assert answer.status_code == 404


def test_the_version_is_compared_within_the_unit_that_writes(
    program: Client, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the row locked: of two who send at once with the same tag only one is served."""
    path, seen = f"/api/devices/{register.device.pk}/", []
    tag = program.get(path)["ETag"]
    compare = versions.must_be

    def watch(*given: Any) -> None:
        seen.append(current_unit() is not None and transaction.get_connection().in_atomic_block)
        compare(*given)

    monkeypatch.setattr(versions, "must_be", watch)
    sent = {"content_type": JSON, "headers": {"If-Match": tag}}
    assert program.patch(path, {"note": "one"}, **sent).status_code == 200
    assert program.patch(path, {"note": "two"}, **sent).status_code == 412
    assert program.delete(path, **sent).status_code == 412
    assert seen == [True, True, True] and Device.objects.get(pk=register.device.pk).note == "one"


TEXTS = some.text(some.characters(codec=None, categories=None), max_size=20)
VALUES = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | TEXTS | some.dates().map(str)
    | some.integers(1, 40) | some.fixed_dictionaries({"id": some.integers(0, 40)}),
    lambda inner: some.lists(inner, max_size=3)
    | some.dictionaries(some.sampled_from(["id", "name", "device", "value", "site", "model"]), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
LOOSE = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


@LOOSE
@given(data=some.data())
def test_no_json_breaks_any_model(program: Client, data: some.DataObject) -> None:
    page = data.draw(some.sampled_from([page for page in kit.pages.values() if page.form]))
    names = some.sampled_from([*names_of(page), "changelog_message", "reason", "id", "nothing"])
    fields = some.dictionaries(names, VALUES, max_size=6)
    row = page.model._default_manager.first()
    key = row.pk if row is not None else 0
    sent = data.draw(fields | some.lists(fields, max_size=3) | VALUES)
    for method, path in (("post", ""), ("patch", f"{key}/"), ("patch", "")):
        answer = getattr(program, method)(f"/api/{page.path}/{path}", json.dumps(sent), content_type=JSON)
        assert answer.status_code in (200, 201, 400, 404, 405), (page, sent)
        answer.json()


@LOOSE
@given(octets=some.binary(max_size=200) | TEXTS.map(lambda text: json.dumps(text)[1:-1].encode()))
@example(octets=b"\x00")
def test_no_octets_break_it(program: Client, octets: bytes) -> None:
    answer = program.post("/api/devices/", octets, content_type=JSON)
    assert answer.status_code == 400 and answer.json()


@LOOSE
@given(header=some.text(some.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=300))
def test_no_header_breaks_it(program: Client, register: Register, header: str) -> None:
    path = f"/api/devices/{register.device.pk}/"
    for name in ("X-Change-Reason", "If-Match"):
        answer = program.patch(path, {"note": "x"}, content_type=JSON, headers={name: header})
        assert answer.status_code in (200, 400, 412)
