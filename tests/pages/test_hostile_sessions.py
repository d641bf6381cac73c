"""Hostile sign-ins and forms: throttling, sessions, redirects, and what belongs to somebody else."""

from typing import Any

import pytest
from django.test import Client

from collectors.models import Difference
from inventory.models import Role, User
from inventory.models.preferences import SavedFilter
from tests.pages.conftest import Register, client_of, make_user
from tests.pages.test_hostile_content import EVIL, LIVE
from tests.pages.test_hostile_scope import text_of


def test_neither_another_spelling_nor_a_forged_address_opens_a_closed_name(
    client: Client, db: None, settings: Any
) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    User.objects.create_user("wang", password="a long enough one", role=Role.TECHNICIAN)
    for number, name in enumerate(("wang", "ｗang", " wang", "wang ", "ｗａｎｇ")):
        client.post("/login/", {"username": name, "password": "x"}, headers={"x-forwarded-for": f"10.0.0.{number}"})
    for name in ("wang", "ｗang", "WANG", "wang\u200b"):
        answer = client.post(
            "/login/", {"username": name, "password": "a long enough one"}, headers={"x-forwarded-for": "10.9.9.9"}
        )
        assert answer.status_code in (200, 429), name
        assert "_auth_user_id" not in client.session, name


def test_signing_in_begins_a_session_of_its_own(client: Client, db: None, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    User.objects.create_user("wang", password="a long enough one", role=Role.TECHNICIAN)
    session = client.session
    session["planted"] = "1"
    session.save()
    client.cookies["sessionid"] = planted = session.session_key
    answer = client.post("/login/", {"username": "wang", "password": "a long enough one"})
    cookie = answer.cookies["sessionid"]
    assert answer.status_code == 302 and cookie.value != planted
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    assert Client(headers={"cookie": f"sessionid={planted}"}).get("/devices/").status_code == 302


@pytest.mark.parametrize(
    "way", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "\t//evil.example"]
)
def test_no_form_leads_away(admin: Client, register: Register, way: str) -> None:
    row = Difference.objects.get()
    posts = (
        ("/language/", {"language": "en", "next": way}),
        ("/login/", {"next": way}),
        ("/differences/decide/", {"pk": row.pk, "do": "reject", "next": way}),
        ("/devices/columns/", {"query": way}),
        ("/devices/saved/", {"query": way, "name": "x"}),
        ("/devices/bulk/?" + way, {"do": "delete"}),
    )
    for url, data in posts:
        answer = admin.post(url, data)
        place = answer.get("Location", "/")
        assert place.startswith("/") and not place.startswith(("//", "/\\")), (url, place)


def test_a_filter_of_somebody_else_is_not_forgotten_by_its_number(register: Register) -> None:
    owner, other = make_user("owner", Role.TECHNICIAN), make_user("other", Role.TECHNICIAN)
    client_of(owner).post("/devices/saved/", {"query": f"q={EVIL}", "name": EVIL[:90], "shared": "1"})
    kept = SavedFilter.objects.get()
    client_of(other).post("/devices/saved/", {"forget": str(kept.pk), "owner": str(other.pk)})
    assert SavedFilter.objects.get().owner == owner
    assert not LIVE.search(text_of(client_of(other).get("/devices/")))
