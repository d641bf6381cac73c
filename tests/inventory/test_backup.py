"""The archive of a backup: what is in it, what is not, and that the register can be read from it again."""

import io
import os
import sqlite3
import stat
import tarfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from collectors.profiles import ManagementProfile
from inventory.services import backup, journal, write
from tests.factories import TESTER, DeviceFactory

PNG = b"\x89PNG\r\n\x1a\nrest"


@pytest.fixture
def folder(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where archives go; the register's own files lie beside it."""
    settings.VAR_DIR, settings.MEDIA_ROOT = tmp_path / "var", tmp_path / "var" / "files"
    monkeypatch.setenv("TAIZHANG_SECRET_KEYS", str(tmp_path / "var" / "secret_keys"))
    (tmp_path / "kept").mkdir()
    return tmp_path / "kept"


@pytest.mark.skipif(connection.vendor != "sqlite", reason="what is read back is SQLite's file")
@pytest.mark.django_db(transaction=True)
def test_the_register_can_be_read_from_an_archive(folder: Path, settings: Any) -> None:
    device = DeviceFactory()
    attached = journal.attach(device, "a.png", PNG, actor=TESTER)
    with write.unit(TESTER) as unit:
        unit.create(ManagementProfile(name="access", community="kunlun-7788"))
    (settings.VAR_DIR / "reports").mkdir()
    for name in ("1.xlsx", "1.lock", ".2-begun.xlsx"):
        (settings.VAR_DIR / "reports" / name).write_bytes(b"x")
    call_command("backup", str(folder), stdout=(said := io.StringIO()))
    (archive,) = folder.iterdir()
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert str(settings.VAR_DIR / "secret_keys") in said.getvalue()
    with tarfile.open(archive) as tar:
        kept = f"files/{attached.stored_as[:2]}/{attached.stored_as}"
        assert sorted(tar.getnames()) == sorted([backup.SQLITE, kept, "reports/1.xlsx"])
        tar.extractall(folder / "again", filter="data")
    assert (folder / "again" / kept).read_bytes() == PNG
    assert stat.S_IMODE((folder / "again" / backup.SQLITE).stat().st_mode) == 0o600
    with sqlite3.connect(folder / "again" / backup.SQLITE) as copy:
        assert copy.execute("SELECT asset_tag FROM inventory_device").fetchall() == [(device.asset_tag,)]
        assert "kunlun" not in "".join(copy.iterdump())


@pytest.mark.django_db(transaction=True)
def test_only_the_latest_archives_are_kept_and_nothing_else_is_deleted(folder: Path) -> None:
    for name in ("taizhang-2026-01-01-020000.tar.gz", "taizhang-2026-01-02-020000.tar.gz", "mine.tar.gz"):
        (folder / name).touch()
    call_command("backup", str(folder), keep=2, stdout=io.StringIO())
    names = sorted(one.name for one in folder.iterdir())
    assert names[:2] == ["mine.tar.gz", "taizhang-2026-01-02-020000.tar.gz"] and len(names) == 3


@pytest.mark.django_db(transaction=True)
def test_a_backup_that_cannot_be_written_leaves_the_old_ones_and_nothing_half(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CommandError, match="No backup was written"):
        call_command("backup", str(folder / "not there"))
    (folder / "taizhang-2026-01-01-020000.tar.gz").touch()

    def full(*_args: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "_add", full)
    with pytest.raises(CommandError, match="No space left"):
        call_command("backup", str(folder), keep=1)
    assert [one.name for one in folder.iterdir()] == ["taizhang-2026-01-01-020000.tar.gz"]


PG_DUMP = """#!/bin/sh
for word; do case "$word" in --file=*) printf '%s' "$PGPASSWORD $*" > "${word#--file=}";; esac; done
"""


def test_postgresql_is_asked_by_its_own_tool_and_the_password_is_no_word_of_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = folder / "pg_dump"
    tool.write_text(PG_DUMP, encoding="ascii")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    where = {"HOST": "db", "PORT": 5433, "USER": "taizhang", "PASSWORD": "pw", "NAME": "register", "OPTIONS": {}}
    for name, value in where.items():
        monkeypatch.setitem(connection.settings_dict, name, value)
    said = backup._dump_postgresql(folder).read_text(encoding="ascii")
    assert said.startswith("pw --format=custom --no-owner") and said.endswith("-U taizhang -h db -p 5433 register")
    tool.write_text("#!/bin/sh\necho 'server version mismatch' >&2\nexit 1\n", encoding="ascii")
    with pytest.raises(backup.BackupFault, match="server version mismatch"):
        backup._dump_postgresql(folder)
