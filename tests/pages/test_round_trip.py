"""What each list of the demo county exports comes back unchanged, by the page's import and by `load`."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import get_resolver
from django.utils import translation

from inventory.models import Role, User
from inventory.pages import importing
from inventory.pages.kit import kit
from inventory.services.importing.loading import find_files, load
from inventory.ui.page import ModelPage
from tests.conftest import ROOT
from tests.factories import TESTER
from tests.pages.conftest import client_of, make_user

FIXTURES = [ROOT / "fixtures" / "standards", ROOT / "fixtures" / "county"]
KINDS = ["csv", "xlsx"]
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def county(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """The demo county as it is loaded, for all tests here; none of them writes."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        load(find_files(FIXTURES)[0], actor=TESTER)
        make_user("county", Role.ADMINISTRATOR)
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path


def importable(user: User) -> list[ModelPage]:
    assert get_resolver().url_patterns, "with which the pages register themselves"
    return [page for page in kit.pages.values() if importing.may(user, page)]


def exported(client: Client, page: ModelPage, kind: str) -> bytes:
    return b"".join(client.get(page.url("export", kind)).streaming_content)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_list_of_the_county_is_imported_without_a_change(county: None, kind: str, language: str) -> None:
    user = User.objects.get(username="county")
    client = client_of(user)
    client.cookies["django_language"] = language
    told, tried = {}, 0
    for page in importable(user):
        upload = SimpleUploadedFile(f"a.{kind}", exported(client, page, kind))
        outcome = client.post(page.url("import"), {"file": upload}).context["outcome"]
        tried += 1
        if outcome.problems or outcome.changes or outcome.unchanged != page.model._default_manager.count():
            told[page.name] = (outcome.unchanged, outcome.problems[:3], outcome.changes[:3])
    assert not told
    assert tried > 20


@pytest.mark.parametrize("kind", KINDS)
def test_every_list_of_the_county_is_loaded_without_a_change(county: None, kind: str, tmp_path: Path, capsys) -> None:
    user = User.objects.get(username="county")
    client = client_of(user)
    client.cookies["django_language"] = "zh-hans"
    files = []
    for page in importable(user):
        files.append(tmp_path / f"{page.path}-2026-11-30.{kind}")
        files[-1].write_bytes(exported(client, page, kind))
    with translation.override("en"):
        call_command("load", *map(str, files), "--dry-run")
    lines = [line for line in capsys.readouterr().out.splitlines() if " new, " in line]
    assert len(lines) == len(files) > 20
    assert all(" 0 new, 0 changed, " in line for line in lines), lines
