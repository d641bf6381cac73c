"""The address book of a running lab: where each simulated device really answers. A JSON file in var/.

{"pid": …, "agents": {"10.20.1.17": ["127.20.1.17", 16161], …}}; `collect --lab` reads it.
"""

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from collectors.collect import Target

Place = tuple[str, int]
"""Address and UDP port."""

NOBODY: Place = ("127.0.0.1", 9)
"""The discard port (RFC 863), where a device that the lab does not serve is asked in vain."""


class BookError(Exception):
    """There is no lab to ask; the text says why to a person."""


def book_path() -> Path:
    return Path(settings.VAR_DIR) / "lab.json"


@dataclass(frozen=True, slots=True)
class Book:
    """Register address (for a recorded file its name) → where its agent answers."""

    pid: int
    agents: Mapping[str, Place]

    def translate(self, target: Target) -> Target:
        """The same target where the lab serves it. One that it does not serve is never asked at its real address."""
        host, port = self.agents.get(target.host, NOBODY)
        ways = tuple(replace(one, port=0) for one in target.credentials)
        return replace(target, host=host, port=port, credentials=ways)

    def running(self) -> bool:
        """Whether the process that wrote the book is still there."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True


def write_book(agents: Mapping[str, Place], path: Path | None = None) -> None:
    """Write the book of this process: whole or not at all. Raises OSError."""
    path = path or book_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"pid": os.getpid(), "agents": {name: list(place) for name, place in agents.items()}}, indent=1)
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False
    ) as stream:
        stream.write(text)
    try:
        Path(stream.name).replace(path)
    except OSError:
        Path(stream.name).unlink(missing_ok=True)
        raise


def read_book(path: Path | None = None) -> Book:
    """The book of a running lab. Raises BookError with a sentence when there is none, or the lab has gone."""
    path = path or book_path()
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        agents = {str(name): (str(host), int(port)) for name, (host, port) in data["agents"].items()}
        book = Book(int(data["pid"]), agents)
    except FileNotFoundError:
        raise BookError(_("no lab is running: %s is missing; start one with 'manage.py lab'") % path) from None
    except OSError as fault:
        raise BookError(f"{path}: " + _("cannot be read: %s") % (fault.strerror or fault)) from None
    except (ValueError, TypeError, KeyError, AttributeError):
        raise BookError(f"{path}: " + _("is no address book of a lab")) from None
    if book.pid <= 0 or not book.running():
        words = _("no lab is running: the one that wrote %s has ended; start one with 'manage.py lab'")
        raise BookError(words % path)
    return book


def remove_book(path: Path | None = None) -> None:
    """Remove the book if it is this process's own: a lab started later may have written another."""
    path = path or book_path()
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(data, dict) and data.get("pid") == os.getpid():
            path.unlink(missing_ok=True)
    except (OSError, ValueError):
        pass
