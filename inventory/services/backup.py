"""A copy of all that would be lost with the machine, as one archive: the database and the kept files, without keys.

Written while people work: the database is copied as it stood at one moment, and files, which never change, after it.
"""

import os
import sqlite3
import subprocess
import tarfile
import tempfile
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.client import DatabaseClient
from django.utils import timezone

PREFIX, SUFFIX = "taizhang-", ".tar.gz"
FOLDERS = ("files", "reports")
"""What is kept beside the database: attachments, and workbooks that were made."""
SQLITE, POSTGRESQL = "taizhang.sqlite3", "taizhang.pgdump"


class BackupFault(Exception):
    """Why there is no backup; the text is the tool's or the system's own."""


def make(folder: Path) -> Path:
    """Write an archive into a folder, whole or not at all, readable by its owner alone. BackupFault, OSError."""
    target = folder / f"{PREFIX}{timezone.localtime():%Y-%m-%d-%H%M%S}{SUFFIX}"
    with tempfile.TemporaryDirectory(dir=folder, prefix=".taizhang-") as name:
        work = Path(name)
        database = _copy_sqlite(work) if connection.vendor == "sqlite" else _dump_postgresql(work)
        archive = work / "archive"
        with open(archive, "xb", opener=_private) as out, tarfile.open(fileobj=out, mode="w:gz") as tar:
            tar.add(database, database.name, filter=_of_nobody)
            for kept in FOLDERS:
                _add(tar, settings.VAR_DIR / kept)
        with archive.open("rb") as written:
            os.fsync(written.fileno())
        archive.replace(target)
    return target


def let_go(folder: Path, keep: int) -> list[Path]:
    """Delete all archives of a folder but the `keep` latest by name; gives those that went."""
    old = sorted(folder.glob(f"{PREFIX}*{SUFFIX}"))[:-keep]
    for one in old:
        one.unlink(missing_ok=True)
    return old


def _copy_sqlite(work: Path) -> Path:
    """The database as it stands, looked through. Who writes meanwhile is not held up."""
    target = work / SQLITE
    connection.ensure_connection()
    copy = sqlite3.connect(target)
    try:
        connection.connection.backup(copy)
        (said,) = copy.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as fault:
        raise BackupFault(str(fault)) from None
    finally:
        copy.close()
    if said != "ok":
        raise BackupFault(said)
    return target


def _dump_postgresql(work: Path) -> Path:
    """What `pg_restore` reads."""
    target = work / POSTGRESQL
    (_psql, *where), extra = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])
    command = ["pg_dump", "--format=custom", "--no-owner", f"--file={target}", *where]
    try:
        subprocess.run(command, env={**os.environ, **(extra or {})}, capture_output=True, text=True, check=True)
    except FileNotFoundError as fault:
        raise BackupFault(str(fault)) from None
    except subprocess.CalledProcessError as fault:
        raise BackupFault(fault.stderr.strip()) from None
    return target


def _add(tar: tarfile.TarFile, folder: Path) -> None:
    """The files of a folder under its name: nothing only begun, no lock, not what somebody removes meanwhile."""
    for file in sorted(folder.rglob("*")):
        if file.is_file() and not file.name.startswith(".") and file.suffix != ".lock":
            with suppress(FileNotFoundError):
                tar.add(file, f"{folder.name}/{file.relative_to(folder)}", filter=_of_nobody)


def _of_nobody(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Unpacked, it is its unpacker's alone."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
