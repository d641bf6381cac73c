"""`serve`: collects the static files, hands over to the application server, and says what is wrong beforehand."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from inventory.config.proxies import parse
from inventory.models import Role, User
from inventory.ui import assets
from reports.management import accounts
from reports.management.commands import serve
from tests.conftest import ROOT
from tests.factories import DepartmentFactory, DeviceFactory, TownFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> list[list[str]]:
    """The programs that were started or handed over to; none really is."""
    settings.STATIC_ROOT = tmp_path / "static"
    programs: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda _program, command: programs.append(command))
    # The test's own connection lives on: nothing takes this program's place.
    monkeypatch.setattr(serve.connection, "close", lambda: None)
    monkeypatch.setattr(subprocess, "Popen", lambda command, **_options: programs.append(command))
    monkeypatch.setenv("TAIZHANG_LAB", "0")
    return programs


def test_static_files_are_collected_compressed_and_named_by_their_hash(
    started: list[list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("serve", bind="127.0.0.1:8123")
    assert started[0][1:4] == ["-m", "gunicorn", "inventory.config.wsgi"]
    assert started[0][started[0].index("--bind") + 1] == "127.0.0.1:8123"
    assert int(started[0][started[0].index("--timeout") + 1]) > 60, "an export of all devices takes a while"
    assert "http://127.0.0.1:8123/" in capsys.readouterr().out
    names = {file.name for file in (tmp_path / "static" / "taizhang").iterdir()}
    assert any(re.fullmatch(r"shell\.[0-9a-f]{12}\.css\.gz", name) for name in names)


def test_only_of_loopback_and_of_trusted_proxies_https_is_believed(started: list[list[str]], settings: Any) -> None:
    settings.TRUSTED_PROXIES = parse(["10.0.0.5", "fd00:1::9/64"])
    call_command("serve")
    believed = started[0][started[0].index("--forwarded-allow-ips") + 1]
    assert believed == "127.0.0.1,::1,10.0.0.5/32,fd00:1::/64"


def test_without_the_front_end_files_it_says_how_to_get_them(
    started: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "is_fresh", lambda *_args: False)
    with pytest.raises(CommandError, match=r"inventory\.ui\.assets"):
        call_command("serve")
    assert started == []


def test_a_database_that_is_behind_is_not_served(started: list[list[str]]) -> None:
    from django.db.migrations.recorder import MigrationRecorder

    MigrationRecorder.Migration.objects.filter(app="reports").delete()
    with pytest.raises(CommandError, match="migrate"):
        call_command("serve")
    assert started == []


def test_a_loaded_demo_is_served_as_it_stands_with_its_accounts_told(
    started: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    device = DeviceFactory()
    call_command("serve", demo=True)
    told = capsys.readouterr().out
    assert all(account.username in told for account in accounts.ACCOUNTS) and accounts.PASSWORD in told
    device.refresh_from_db()
    lab, server = started
    assert lab[2:4] == ["lab", "--beside"]
    assert server[1:3] == ["-m", "gunicorn"]
    assert os.environ["TAIZHANG_LAB"] == "1"


def test_the_demo_has_an_account_for_each_role_of_a_person(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    TownFactory(name=accounts.TOWN)
    DepartmentFactory(name=accounts.DEPARTMENT)
    accounts.create()
    assert set(User.objects.values_list("role", flat=True)) == set(Role) - {Role.COLLECTOR}
    assert User.objects.exclude(towns=None).get().role == Role.TECHNICIAN
    answer = Client().post("/login/", {"username": "planner", "password": accounts.PASSWORD})
    assert answer.status_code == 302


def test_nothing_but_the_demo_makes_its_accounts() -> None:
    files = [file for package in ("inventory", "collectors", "reports") for file in (ROOT / package).rglob("*.py")]
    assert [file.name for file in files if "accounts.create(" in file.read_text(encoding="utf-8")] == ["demo.py"]


@pytest.mark.parametrize(
    ("bind", "hosts", "told"),
    [
        ("0.0.0.0:8000", [], True),
        ("[::]:8000", [], True),
        ("0.0.0.0:8000", ["register.example"], False),
        ("127.0.0.1:8000", [], False),
    ],
)
def test_who_serves_others_and_names_no_host_is_told(
    started: list[list[str]], settings: Any, bind: str, hosts: list[str], told: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.ALLOWED_HOSTS = [*hosts, *settings.LOOPBACK]
    call_command("serve", bind=bind)
    assert ("TAIZHANG_HOSTS" in capsys.readouterr().err) is told
