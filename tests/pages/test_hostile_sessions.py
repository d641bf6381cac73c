"""Hostile sign-ins and forms: throttling, sessions, redirects, and what belongs to somebody else."""

from typing import Any

import pytest
from axes.models import AccessAttempt, AccessFailureLog
from django.test import Client
from django.utils import timezone

from collectors.models import Difference
from inventory.config import signing_in
from inventory.models import Role, User
from inventory.models.preferences import SavedFilter
from tests.pages.conftest import Register, client_of, make_user
from tests.pages.test_hostile_content import EVIL, LIVE
from tests.pages.test_hostile_scope import text_of

PASSWORD = "a long enough one"


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


@pytest.fixture
def wang(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> User:
    """Few wrong passwords a day are many."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    monkeypatch.setattr(signing_in, "MOST_FOR_NAME", 6)
    monkeypatch.setattr(signing_in, "MOST_FROM_ADDRESS", 12)
    return User.objects.create_user("wang", password=PASSWORD, role=Role.TECHNICIAN)


def sign_in(client: Client, name: str, password: str = PASSWORD) -> bool:
    answer = client.post("/login/", {"username": name, "password": password})
    assert answer.status_code in (200, 302, 429)
    return bool(answer.status_code == 302)


def test_guesses_from_many_addresses_close_a_name_by_the_day_and_not_to_the_browser_that_knows_it(wang: User) -> None:
    own, shared = Client(), Client()
    assert sign_in(own, "wang") and not sign_in(shared, "wang", "x")
    own.post("/logout/")
    for number in range(6):
        sign_in(Client(REMOTE_ADDR=f"10.0.0.{number}"), "wang", f"guess {number}")
    stranger = Client(REMOTE_ADDR="10.0.1.1")
    answer = stranger.post("/login/", {"username": "wang", "password": PASSWORD})
    assert answer.status_code == 429 and "today" in answer.content.decode()
    assert sign_in(own, "wang")
    own.post("/logout/")
    own.cookies[signing_in.KNOWN] = own.cookies[signing_in.KNOWN].value[:-1] + "!"
    assert not sign_in(own, "wang"), "no mark but the register's own"
    count = AccessFailureLog.objects.filter(username="wang").count()
    assert not sign_in(stranger, "wang", "x") and AccessFailureLog.objects.filter(username="wang").count() == count
    AccessFailureLog.objects.update(attempt_time=timezone.now() - signing_in.DAY)
    assert sign_in(stranger, "wang")
    assert not AccessFailureLog.objects.exists(), "what is a day old is let go"


def test_guesses_for_many_names_close_an_address_to_whom_it_does_not_know_and_no_other(
    wang: User, caplog: pytest.LogCaptureFixture
) -> None:
    User.objects.create_user("li", password=PASSWORD, role=Role.TECHNICIAN)
    colleague = Client()
    assert sign_in(colleague, "wang")
    colleague.post("/logout/")
    for number in range(12):
        sign_in(Client(), f"name {number}", "x")
    assert not sign_in(Client(), "wang")
    assert "127.0.0.1" in caplog.messages[-1]
    assert sign_in(colleague, "wang")
    colleague.post("/logout/")
    assert not sign_in(colleague, "li"), "it knows whom it signed in"
    assert sign_in(Client(REMOTE_ADDR="10.0.0.9"), "li")


def test_a_shared_browser_knows_the_last_few_and_the_mark_goes_nowhere_but_to_the_login(wang: User) -> None:
    shared = Client()
    names = [f"clerk{number}" for number in range(signing_in.MOST_KNOWN)]
    for name in ("wang", *names):
        User.objects.get_or_create(username=name, defaults={"password": wang.password, "role": Role.TECHNICIAN})
        assert sign_in(shared, name)
        shared.post("/logout/")
    mark = shared.cookies[signing_in.KNOWN]
    assert mark["httponly"] and mark["samesite"] == "Lax" and mark["path"] == "/login/"
    assert len(set(mark.value.split("."))) == signing_in.MOST_KNOWN and "clerk" not in mark.value
    for number in range(6):
        sign_in(Client(REMOTE_ADDR=f"10.0.0.{number}"), "wang", "x")
        sign_in(Client(REMOTE_ADDR=f"10.0.0.{number}"), "clerk0", "x")
    assert sign_in(shared, "clerk0")
    shared.post("/logout/")
    assert not sign_in(shared, "wang")


def test_who_goes_on_trying_waits_no_longer_and_fills_no_table(wang: User) -> None:
    client = Client()
    for _time in range(5):
        sign_in(client, "wang", "x")
    before = list(AccessAttempt.objects.values())
    assert not sign_in(client, "wang", "y" * 1000)
    assert list(AccessAttempt.objects.values()) == before and before[0]["failures_since_start"] == 5


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
