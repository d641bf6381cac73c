"""Processes that pages start for work that takes longer than a page may, each with a lock for as long as it lives.

The kernel lets go of the lock when the process ends, however it ends (docs/adr/0014).
"""

import fcntl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings


@contextmanager
def held(file: Path) -> Iterator[IO[str]]:
    """Hold a lock. BlockingIOError when another process does."""
    with file.open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield lock


def is_held(file: Path) -> bool:
    """Whether a process holds the lock."""
    try:
        with file.open("r+", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def start(file: Path, *command: str) -> None:
    """Run a management command in a process of its own, which holds the lock and outlives the server that started it.

    BlockingIOError when another process holds the lock.
    """
    with held(file) as lock:
        hand_over(lock, *command)


def hand_over(lock: IO[str], *command: str) -> None:
    """Run a management command in a process of its own, which holds a lock together with us and after us."""
    # The lock goes with the open file, and the process keeps that open until it ends, however it ends.
    child = subprocess.Popen(
        [*settings.PROGRAM, *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=(lock.fileno(),),
        start_new_session=True,
    )
    threading.Thread(target=child.wait, daemon=True).start()
