"""Signing in and what each answer tells the browser: throttling, cookies, Content-Security-Policy, own hosts only."""

import io
import logging
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string

from inventory.models import Role, User
from inventory.ui import menu
from tests.conftest import ROOT
from tests.factories import DepartmentFactory

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough one"
ADDRESS = re.compile(r"""(?:href|src|action|hx-get|hx-post)="(?:https?:)?//|url\(["']?https?:""")


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Hashing is slow on purpose; not here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def technician() -> User:
    return User.objects.create_user("wang", password=PASSWORD, role=Role.TECHNICIAN)


def log_in(client: Client, name: str, password: str) -> Any:
    return client.post("/login/", {"username": name, "password": password})


def test_a_page_leads_who_is_not_signed_in_to_the_login_and_back(client: Client, technician: User) -> None:
    answer = client.get("/password/")
    assert answer.status_code == 302
    assert answer["Location"] == "/login/?next=/password/"
    answer = client.post(answer["Location"], {"username": "wang", "password": PASSWORD, "next": "/password/"})
    assert answer["Location"] == "/password/"


def test_the_login_leads_to_no_other_host(client: Client, technician: User) -> None:
    answer = client.post("/login/", {"username": "wang", "password": PASSWORD, "next": "https://example.org/"})
    assert answer["Location"] == "/"


def test_the_fifth_wrong_password_closes_the_name_for_the_right_one_too(client: Client, technician: User) -> None:
    statuses = [log_in(client, "wang", "wrong").status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 200, 429]
    locked = log_in(client, "wang", PASSWORD)
    assert locked.status_code == 429
    assert "Too many attempts" in locked.content.decode()


def test_a_closed_name_closes_no_other_name_and_no_other_address(client: Client, technician: User) -> None:
    User.objects.create_user("li", password=PASSWORD, role=Role.TECHNICIAN)
    for _ in range(5):
        log_in(client, "wang", "wrong")
    assert log_in(client, "li", PASSWORD).status_code == 302
    assert log_in(Client(REMOTE_ADDR="10.1.0.9"), "wang", PASSWORD).status_code == 302


def test_a_wrong_password_is_told_without_saying_whether_the_name_exists(client: Client, technician: User) -> None:
    known, unknown = (log_in(client, name, "wrong").content.decode() for name in ("wang", "nobody"))
    told = re.compile(r'role="alert">(.*?)</div></div>|role="alert">(.*?)</div>', re.S)
    assert told.search(known)[0] == told.search(unknown)[0]  # type: ignore[index]  # both must be there


def test_an_account_that_was_closed_does_not_get_in(client: Client, technician: User) -> None:
    technician.is_active = False
    technician.save()
    assert log_in(client, "wang", PASSWORD).status_code == 200


def test_logging_out_needs_a_post_and_ends_the_session(client: Client, technician: User) -> None:
    client.force_login(technician)
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/")["Location"] == "/login/"
    assert client.get("/password/").status_code == 302


def test_a_form_from_elsewhere_is_refused(technician: User) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = log_in(client, "wang", PASSWORD)
    assert answer.status_code == 403
    assert "The form came too late" in answer.content.decode()


def test_a_changed_password_must_be_a_good_one(client: Client, technician: User) -> None:
    client.force_login(technician)
    for new in ("short", "1234567890", "password12", "wang"):
        form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
        answer = client.post("/password/", form)
        assert "invalid-feedback" in answer.content.decode(), new
    form |= {"new_password1": "grassland wind 42", "new_password2": "grassland wind 42"}
    assert client.post("/password/", form).status_code == 302
    technician.refresh_from_db()
    assert technician.check_password("grassland wind 42")


@pytest.mark.parametrize("address", ["/login/", "/password/", "/nothing-here/", "/healthz", "/devices/"])
def test_no_answer_lets_inline_script_or_another_host_in(client: Client, technician: User, address: str) -> None:
    if address != "/login/":
        client.force_login(technician)
    answer = client.get(address)
    policy = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";"))
    assert policy["script-src"] == "'self'"
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    text = answer.content.decode()
    assert not re.findall(r"<script(?![^>]*\ssrc=)[^>]*>|\son\w+=|javascript:", text)
    assert not ADDRESS.findall(text)


def test_over_plain_http_on_this_machine_cookies_work_without_https(client: Client, technician: User) -> None:
    answer = log_in(client, "wang", PASSWORD)
    assert not answer.cookies["sessionid"]["secure"]
    assert answer.cookies["sessionid"]["httponly"]
    assert answer.cookies["sessionid"]["samesite"] == "Lax"
    assert 0 < answer.cookies["sessionid"]["max-age"] <= 12 * 3600
    assert "Strict-Transport-Security" not in answer


def test_for_other_hosts_than_this_machine_https_is_wanted(settings: Any, technician: User) -> None:
    for name in ("SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"):
        setattr(settings, name, True)
    settings.SECURE_HSTS_SECONDS = 3600
    assert Client().get("/login/")["Location"] == "https://testserver/login/"
    assert Client().get("/healthz").status_code == 200
    answer = Client().post("/login/", {"username": "wang", "password": PASSWORD}, secure=True)
    assert answer.cookies["sessionid"]["secure"] and answer.cookies["csrftoken"]["secure"]
    assert answer["Strict-Transport-Security"] == "max-age=3600"


def test_served_to_others_it_passes_django_s_own_checks_for_deployment(tmp_path: Path) -> None:
    env = {**os.environ, "TAIZHANG_HOSTS": "register.example", "TAIZHANG_VAR": str(tmp_path)}
    for name in ("TAIZHANG_HTTPS", "TAIZHANG_DEBUG"):
        env.pop(name, None)
    command = [sys.executable, "-m", "inventory", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_watchdog_asks_the_machine_by_its_own_name_whatever_others_call_it(tmp_path: Path) -> None:
    code = "from inventory.config import settings as s; print(sorted(s.ALLOWED_HOSTS))"
    env = {**os.environ, "TAIZHANG_HOSTS": "register.example", "TAIZHANG_VAR": str(tmp_path)}
    told = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True).stdout
    assert told.strip() == "['127.0.0.1', '[::1]', 'localhost', 'register.example']"


def test_a_foreign_host_is_refused_in_one_line_that_names_the_setting(settings: Any) -> None:
    handler = logging.StreamHandler(written := io.StringIO())
    names = [settings.LOGGING["filters"][name]["()"] for name in settings.LOGGING["handlers"]["stderr"]["filters"]]
    for name in names:
        handler.addFilter(import_string(name)())
    logger = logging.getLogger("django.security.DisallowedHost")
    logger.addHandler(handler)
    try:
        answer = Client().get("/", headers={"host": "evil.example"})
    finally:
        logger.removeHandler(handler)
    told = written.getvalue()
    assert answer.status_code == 400 and "evil" not in answer.content.decode()
    assert told.count("\n") == 1 and "'evil.example'" in told and "TAIZHANG_HOSTS" in told


@pytest.mark.parametrize(("hosts", "https"), [("127.0.0.1,localhost", False), ("127.0.0.1,register.example", True)])
def test_a_name_that_others_can_reach_means_https(hosts: str, https: bool, tmp_path: Path) -> None:
    names = "SECURE_SSL_REDIRECT SESSION_COOKIE_SECURE CSRF_COOKIE_SECURE SECURE_HSTS_SECONDS"
    code = f"from inventory.config import settings as s; print([bool(getattr(s, n)) for n in {names.split()}])"
    env = {**os.environ, "TAIZHANG_HOSTS": hosts, "TAIZHANG_VAR": str(tmp_path)}
    env.pop("TAIZHANG_HTTPS", None)
    told = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True).stdout
    assert told.strip() == str([https] * 4)


def test_a_fault_is_told_in_few_words_and_written_down(
    client: Client, technician: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_args: Any) -> None:
        raise RuntimeError("the page broke")

    client.force_login(technician)
    client.raise_request_exception = False
    monkeypatch.setattr(menu, "for_user", broken)
    answer = client.get("/password/")
    assert answer.status_code == 500
    assert "Something went wrong here" in answer.content.decode()
    assert "the page broke" not in answer.content.decode()
    assert "the page broke" in caplog.text


def test_the_language_is_the_browsers_until_another_is_chosen(client: Client) -> None:
    chinese = {"HTTP_ACCEPT_LANGUAGE": "zh-CN,zh;q=0.9,en;q=0.5"}
    assert '<html lang="zh-CN">' in client.get("/login/", **chinese).content.decode()
    client.post("/language/", {"language": "en", "next": "/login/"})
    assert '<html lang="en">' in client.get("/login/", **chinese).content.decode()


def test_the_health_check_asks_for_no_login_and_sets_no_cookie(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content, answer.cookies) == (200, b"ok", {})


def test_every_entry_of_the_menu_leads_to_a_page() -> None:
    names = [name for entry in menu.entries() for name in (entry.url_name, entry.add_url_name, entry.import_url_name)]
    lost = []
    for name in filter(None, names):
        try:
            reverse(name)
        except NoReverseMatch:
            lost.append(name)
    assert lost == []


@pytest.mark.parametrize("role", [role for role in Role if role != Role.COLLECTOR])
def test_each_role_may_open_every_entry_that_its_menu_shows(client: Client, role: str) -> None:
    department = DepartmentFactory() if role == Role.DEPARTMENT else None
    user = User.objects.create_user("somebody", role=role, department=department)
    client.force_login(user)
    links = [link for group in menu.for_user(user, "/") for link in group.links]
    assert len(links) <= 25, "a menu by task, not by table"
    addresses = [address for link in links for address in (link.url, link.add_url, link.import_url) if address]
    assert {address: client.get(address, follow=True).status_code for address in addresses} == dict.fromkeys(
        addresses, 200
    )


def test_only_who_writes_is_offered_to_add(client: Client, technician: User) -> None:
    director = User.objects.create_user("zhao", role=Role.DIRECTOR)

    def adds(user: User) -> list[str]:
        return [link.add_url for group in menu.for_user(user, "/") for link in group.links if link.add_url]

    assert adds(director) == []
    assert reverse("device_add") in adds(technician)


def test_no_cache_keeps_what_a_person_was_answered(client: Client, technician: User) -> None:
    client.force_login(technician)
    for url in ("/", "/devices/", "/devices/export.csv", "/search/?q=x"):
        assert client.get(url)["Cache-Control"] == "private, no-cache", url
    assert "no-store" in Client().get("/login/")["Cache-Control"]


def test_nobody_else_on_the_machine_reads_the_database(tmp_path: Path) -> None:
    """It holds who is signed in, and what passwords come to."""
    env = os.environ | {"TAIZHANG_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "inventory.config.settings"}
    code = (
        "import django; django.setup(); from django.db import connection as c; c.cursor().execute('create table t(x)')"
    )
    subprocess.run([sys.executable, "-c", code], env=env, check=True)
    found = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    assert found["taizhang.sqlite3"] == found["secret_key"] == 0o600, found


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("database is locked", "Something else was writing"),
        ("database or disk is full", "no room left"),
        ("connection failed: secret-host refused\n\tIs it running?", "Nothing was saved"),
    ],
)
def test_a_database_that_cannot_write_now_is_told_in_a_sentence(
    client: Client, technician: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    fault: str, told: str,
) -> None:  # fmt: skip
    def broken(*_args: Any, **_named: Any) -> None:
        raise OperationalError(fault)

    client.force_login(technician)
    client.raise_request_exception = False
    for broken_in in ((menu, "for_user"), (SessionStore, "load")):
        monkeypatch.setattr(*broken_in, broken)
        answer = client.get("/password/")
        text = answer.content.decode()
        assert answer.status_code == 503 and answer["Retry-After"]
        assert told in text and "Nothing was saved" in text and "secret-host" not in text
        monkeypatch.undo()
    assert fault.partition("\n")[0] in caplog.text


@pytest.mark.parametrize(
    ("said", "back"),
    [
        ("http://testserver/devices/7/?tab=1", "/devices/7/%3Ftab%3D1"),
        ("https://example.org/devices/7/", "/"),
        ("http://testserver//example.org/", "//example.org/"),
        ("", "/"),
    ],
)
def test_what_was_sent_after_the_session_ended_leads_back_to_the_page_it_was_sent_on(
    client: Client, technician: User, said: str, back: str
) -> None:
    """Its own address may know no reading. No other host is ever led to: the log-in itself takes none."""
    answer = client.post("/differences/decide/", {"text": "x"}, headers={"referer": said})
    assert answer["Location"] == f"/login/?unsaved=1&next={back}"
    assert "nothing was saved" in client.get(answer["Location"]).content.decode()
    answer = client.post(answer["Location"], {"username": "wang", "password": PASSWORD})
    assert not answer["Location"].startswith("//")


def test_a_log_out_of_a_session_that_had_ended_asks_for_no_log_in_first(client: Client) -> None:
    assert client.post("/logout/")["Location"] == "/login/"


def test_a_log_in_from_a_page_of_before_another_one_is_asked_for_anew(technician: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.get("/login/?next=/devices/")
    data = {"username": "wang", "password": PASSWORD, "csrfmiddlewaretoken": "x" * 32}
    answer = client.post("/login/?next=/devices/", data)
    assert answer["Location"] == "/login/?next=%2Fdevices%2F&late=1"
    assert "This page had become too old" in client.get(answer["Location"]).content.decode()
    client.force_login(technician)
    assert client.get(answer["Location"])["Location"] == "/devices/"
