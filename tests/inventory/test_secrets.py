"""Secrets at rest: encrypted in the database, readable with the key file alone, rotated."""

import json
import os
import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.core.management import call_command
from django.db import connection

from collectors.profiles import ManagementProfile
from inventory.models import secrets
from inventory.models.secrets import WrongKey
from inventory.services import write
from inventory.services.secrets import rotate
from tests.factories import TESTER

pytestmark = pytest.mark.django_db
WORDS = "kunlun-7788"


@pytest.fixture(autouse=True)
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "keys" / "secret_keys"
    monkeypatch.setenv("TAIZHANG_SECRET_KEYS", str(path))
    return path


def _profile(**values: str) -> ManagementProfile:
    with write.unit(TESTER) as unit:
        return unit.create(ManagementProfile(name="core", **({"community": WORDS} | values)))


def _stored() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT community FROM collectors_managementprofile")
        return str(cursor.fetchone()[0])


def test_the_database_holds_a_token_and_the_program_reads_the_words(key_file):
    _profile()
    assert _stored().startswith("fernet:")
    assert WORDS not in _stored()
    assert ManagementProfile.objects.get().community == WORDS
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert len(key_file.read_text().split()) == 1


def test_an_empty_secret_stays_empty():
    _profile()
    assert ManagementProfile.objects.values_list("auth_key", "privacy_key").get() == ("", "")


def test_a_wrong_key_is_an_error_that_names_the_file_and_no_value(key_file):
    _profile()
    token = _stored()
    key_file.write_text(Fernet.generate_key().decode() + "\n")
    with pytest.raises(WrongKey) as wrong:
        ManagementProfile.objects.get()
    assert str(key_file) in str(wrong.value)
    assert token not in str(wrong.value)


def test_a_value_that_is_not_encrypted_is_an_error():
    _profile()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE collectors_managementprofile SET community = 'plain'")
    with pytest.raises(WrongKey, match="not encrypted"):
        ManagementProfile.objects.get()


@pytest.mark.parametrize("lookup", ["community", "community__contains", "community__in"])
def test_a_secret_cannot_be_searched_for(lookup):
    with pytest.raises(FieldError, match="encrypted"):
        ManagementProfile.objects.filter(**{lookup: [WORDS]}).exists()


def test_the_newest_key_encrypts_and_older_ones_still_decrypt(key_file):
    _profile()
    old = key_file.read_text()
    key_file.write_text(Fernet.generate_key().decode() + "\n" + old)
    assert ManagementProfile.objects.get().community == WORDS


def test_rotation_writes_all_secrets_with_a_new_key_and_drops_the_old_one_when_told(key_file):
    _profile(auth_key="eight or more")
    old, before = key_file.read_text().split(), _stored()
    assert rotate(actor=TESTER) == 1
    assert key_file.read_text().split()[1:] == old
    assert _stored() != before
    assert ManagementProfile.objects.get().auth_key == "eight or more"
    assert rotate(actor=TESTER, drop_old=True) == 1
    assert len(key_file.read_text().split()) == 1
    assert ManagementProfile.objects.get().community == WORDS
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600


def test_the_command_says_how_many_rows_it_wrote(capsys, key_file):
    _profile()
    call_command("rotate_keys")
    assert capsys.readouterr().out == f"1 rows are encrypted with the new key in {key_file}.\n"


@pytest.mark.parametrize(("text", "said"), [("", "holds no key"), ("rubbish\n", "no key")])
def test_a_key_file_without_keys_is_told(key_file, text, said):
    key_file.parent.mkdir()
    key_file.write_text(text)
    with pytest.raises(ImproperlyConfigured, match=said):
        secrets.read_keys()


def test_a_dump_holds_tokens_and_can_be_loaded(capsys, tmp_path):
    profile = _profile()
    call_command("dumpdata", "collectors.managementprofile")
    dump = capsys.readouterr().out
    assert WORDS not in dump
    assert json.loads(dump)[0]["fields"]["community"].startswith("fernet:")
    file = tmp_path / "dump.json"
    file.write_text(dump)
    with write.unit(TESTER) as unit:
        unit.delete(profile)
        call_command("loaddata", str(file), verbosity=0)
    assert ManagementProfile.objects.get().community == WORDS


def test_two_processes_that_begin_at_once_make_one_key(key_file, monkeypatch):
    """The second finds the file when it links its own."""
    link = os.link

    def late(source: Path, target: Path) -> None:
        target.write_text("the first one's key")
        link(source, target)

    monkeypatch.setattr(os, "link", late)
    key_file.parent.mkdir()
    secrets._make(key_file)
    assert key_file.read_text() == "the first one's key"
    assert [path.name for path in key_file.parent.iterdir()] == ["secret_keys"]


def test_a_full_disk_leaves_the_old_keys_and_nothing_beside_them(key_file, monkeypatch):
    _profile()
    before = key_file.read_text()

    def full(_file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        rotate(actor=TESTER)
    assert key_file.read_text() == before
    assert [path.name for path in key_file.parent.iterdir()] == [key_file.name]
