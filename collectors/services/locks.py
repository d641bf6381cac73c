"""The lock of a scope, so that it is never polled twice at a time: a file's, which a process hands to its child, and
where collections wait in a queue also the database's, which holds for all machines.

Both end with who holds them, however that ends.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

TAIZHANG = 0x5461697A
"""The first half of our advisory locks' keys, apart from those of others in the same database."""


def path_of(scope: str) -> Path:
    """The file whose lock is a scope's on this machine."""
    return Path(settings.VAR_DIR) / "runs" / f"{_digest(scope).hex()[:16]}.lock"


def lock_file(scope: str) -> int | None:
    """An open file with the lock of a scope; None when another has it."""
    path = path_of(scope)
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return None
    return file


@contextmanager
def held_in_database(scope: str) -> Iterator[bool]:
    """Hold PostgreSQL's advisory lock of a scope, by a connection of its own; False when another has it."""
    own = connection.copy()
    try:
        with own.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", (TAIZHANG, _number(scope)))
            (held,) = cursor.fetchone()
        yield held
    finally:
        own.close()


def is_held_in_database(scope: str) -> bool:
    """Whether somebody, on whichever machine, holds the database's lock of a scope."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database"
            " WHERE datname = current_database() AND locktype = 'advisory' AND granted AND objsubid = 2"
            " AND classid::bigint = %s AND objid::bigint = %s)",
            (TAIZHANG, _number(scope) % 2**32),
        )
        (held,) = cursor.fetchone()
    return bool(held)


def _number(scope: str) -> int:
    return int.from_bytes(_digest(scope)[:4], signed=True)


def _digest(scope: str) -> bytes:
    return hashlib.sha256(scope[:300].encode()).digest()
