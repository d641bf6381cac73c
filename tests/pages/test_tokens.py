"""The page of API tokens: for administrators; a token is shown once and kept nowhere."""

import re

import pytest
from auditlog.models import LogEntry
from django.test import Client

from inventory.models import ApiToken, Role, User
from tests.pages.conftest import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client: Client) -> User:
    """Somebody for whom an administrator, who is signed in, makes tokens."""
    client.force_login(make_user("root", Role.ADMINISTRATOR))
    return make_user("grafana", Role.DIRECTOR)


def test_a_token_is_made_shown_once_and_reads_the_register(client: Client, reader: User) -> None:
    answer = client.post("/api-tokens/add/", {"user": reader.pk, "name": "charts", "reason": "for the wall"})
    (key,) = set(re.findall(r"tz_[\w-]{43}", answer.content.decode()))
    assert answer.headers["Cache-Control"] == "no-store"
    asked = {"HTTP_AUTHORIZATION": f"Bearer {key}"}
    assert Client().get("/api/devices/", **asked).status_code == 200
    token = ApiToken.objects.get(name="charts")
    for address in ("/api-tokens/", f"/api-tokens/{token.pk}/", f"/users/{reader.pk}/", f"/api/api-tokens/{token.pk}/"):
        shown = client.get(address).content.decode()
        assert "charts" in shown and key not in shown and token.digest not in shown
    told = " ".join(str(entry.changes) for entry in LogEntry.objects.all())
    assert "charts" in told and key not in told and token.digest not in told
    assert client.post(f"/api-tokens/{token.pk}/delete/").status_code == 302
    assert Client().get("/api/devices/", **asked).status_code == 401


def test_a_name_that_the_account_uses_is_refused_and_no_token_is_shown(client: Client, reader: User) -> None:
    given = {"user": reader.pk, "name": "charts"}
    client.post("/api-tokens/add/", given)
    answer = client.post("/api-tokens/add/", given).content.decode()
    assert "already has a token of that name" in answer and "tz_" not in answer
    assert ApiToken.objects.count() == 1


def test_a_token_is_neither_changed_nor_made_by_a_program(client: Client, reader: User) -> None:
    client.post("/api-tokens/add/", {"user": reader.pk, "name": "charts"})
    token = ApiToken.objects.get()
    assert client.get(f"/api-tokens/{token.pk}/edit/").status_code in (403, 404)
    answer = client.post("/api/api-tokens/", {"user": reader.pk, "name": "more"}, content_type="application/json")
    assert answer.status_code in (403, 405) and ApiToken.objects.count() == 1


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.PLANNER, Role.DIRECTOR])
def test_nobody_else_sees_tokens(client: Client, role: Role) -> None:
    client.force_login(make_user("wang", role))
    assert client.get("/api-tokens/").status_code == 403
    assert client.post("/api-tokens/add/", {"name": "x"}).status_code == 403
