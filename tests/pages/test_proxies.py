"""Whose wrong passwords are counted behind proxies: what a header says counts only where a trusted proxy wrote it."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from inventory.config.proxies import client_of, parse
from inventory.models import Role, User

TRUSTED = parse(["10.0.0.5", " fd00:1::/64 ", "192.168.7.0/24"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("10.0.0.5", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.5", "", "10.0.0.5"),
        ("10.0.0.6", "203.0.113.9", "10.0.0.6"),
        # What the browser itself sent stands to the left of what the proxy appended.
        ("10.0.0.5", "1.2.3.4, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.5", "10.0.0.5, 203.0.113.9", "203.0.113.9"),
        # A chain of proxies: the right-most that is none of them.
        ("10.0.0.5", "1.2.3.4, 203.0.113.9, 192.168.7.1, fd00:1::2", "203.0.113.9"),
        ("10.0.0.5", "192.168.7.2,192.168.7.1", "192.168.7.2"),
        # A word that is no address ends what is believed.
        ("10.0.0.5", "unknown", "10.0.0.5"),
        ("10.0.0.5", "203.0.113.9, <script>, 192.168.7.1", "192.168.7.1"),
        ("10.0.0.5", "203.0.113.9,", "10.0.0.5"),
        ("10.0.0.5", "," * 5000, "10.0.0.5"),
        ("10.0.0.5", "10", "10.0.0.5"),
        # Ports, brackets, IPv6, IPv4 in its notation.
        ("10.0.0.5", "203.0.113.9:51234", "203.0.113.9"),
        ("fd00:1::2", "2001:DB8::9", "2001:db8::9"),
        ("fd00:1::2", "[2001:db8::9]:51234", "2001:db8::9"),
        ("fd00:2::2", "2001:db8::9", "fd00:2::2"),
        ("::ffff:10.0.0.5", "::ffff:203.0.113.9", "203.0.113.9"),
        ("", "203.0.113.9", ""),
    ],
)
def test_the_client_is_the_right_most_address_that_is_no_trusted_proxy(peer: str, forwarded: str, client: str) -> None:
    assert client_of(peer, forwarded, TRUSTED) == client


def test_where_nobody_is_trusted_no_header_counts() -> None:
    assert client_of("127.0.0.1", "203.0.113.9", ()) == "127.0.0.1"


@pytest.mark.parametrize("word", ["proxy.example", "10", "10.0.0.0/33", "10.0.0.5:80", "0.0.0.0/0", "::/0", "*"])
def test_what_is_no_proxy_s_address_keeps_the_server_from_starting(word: str, tmp_path: Path) -> None:
    env = {**os.environ, "TAIZHANG_TRUSTED_PROXIES": f"127.0.0.1,{word}", "TAIZHANG_VAR": str(tmp_path)}
    told = subprocess.run(
        [sys.executable, "-c", "import inventory.config.settings"], env=env, capture_output=True, text=True, check=False
    )
    assert told.returncode == 1
    assert f"ImproperlyConfigured: TAIZHANG_TRUSTED_PROXIES: '{word}' " in told.stderr


@pytest.fixture
def proxied(settings: Any, db: None) -> Client:
    """A browser behind 10.0.0.5, whose account exists."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.TRUSTED_PROXIES = TRUSTED
    User.objects.create_user("wang", password="a long enough one", role=Role.TECHNICIAN)
    return Client(REMOTE_ADDR="10.0.0.5")


def log_in(client: Client, forwarded: str, password: str = "wrong", name: str = "wang") -> int:
    answer = client.post("/login/", {"username": name, "password": password}, headers={"x-forwarded-for": forwarded})
    return answer.status_code


def test_behind_a_proxy_one_person_s_wrong_passwords_close_the_name_for_no_other(proxied: Client) -> None:
    assert [log_in(proxied, "203.0.113.9") for _ in range(5)] == [200, 200, 200, 200, 429]
    assert log_in(proxied, "203.0.113.9", "a long enough one") == 429
    assert log_in(proxied, "203.0.113.10", "a long enough one") == 302


def test_a_forged_header_opens_nothing(proxied: Client) -> None:
    """Neither in front of what the proxy appends, nor from who is no proxy."""
    assert [log_in(proxied, f"1.1.1.{n}, 203.0.113.9") for n in range(5)] == [200, 200, 200, 200, 429]
    direct = Client(REMOTE_ADDR="203.0.113.77")
    assert [log_in(direct, f"1.1.2.{n}") for n in range(5)] == [200, 200, 200, 200, 429]


def test_behind_https_cookies_are_secure_and_forms_are_taken_from_the_same_host_alone(
    proxied: Client, settings: Any
) -> None:
    """As gunicorn gives what a believed proxy says: scheme https, and the Host of the browser with its port."""
    settings.ALLOWED_HOSTS = ["register.example"]
    for name in ("SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"):
        setattr(settings, name, True)
    client = Client(enforce_csrf_checks=True, REMOTE_ADDR="10.0.0.5", SERVER_NAME="register.example", SERVER_PORT=8443)
    page = client.get("/login/", secure=True, headers={"host": "register.example:8443"})
    assert page.cookies["csrftoken"]["secure"]
    sent = {
        "username": "wang", "password": "a long enough one", "csrfmiddlewaretoken": page.cookies["csrftoken"].value
    }  # fmt: skip
    for origin, status in (("https://evil.example", 403), ("https://register.example", 403),
                           ("http://register.example:8443", 403), ("https://register.example:8443", 302)):  # fmt: skip
        headers = {"host": "register.example:8443", "origin": origin}
        answer = client.post("/login/", sent, secure=True, headers=headers)
        assert answer.status_code == status, origin
    assert answer.cookies["sessionid"]["secure"]
