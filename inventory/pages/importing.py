"""Import for the page kit: a CSV file or a workbook becomes the file that services.importing loads.

Only who sees all rows may import, since a file may name any. Uploads wait in VAR_DIR, and go when they are loaded.
"""

import re
import secrets
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from inventory import scope
from inventory.models import Manufacturer
from inventory.pages import uploaded
from inventory.pages.uploaded import Titles
from inventory.pages.writing import actor_of
from inventory.services.importing import telling
from inventory.services.importing.cells import AnyColumn, Reference
from inventory.services.importing.files import REGISTRY
from inventory.services.importing.loading import load as load_files
from inventory.services.importing.spec import File
from inventory.ui.kit import ImportColumn, Outcome
from inventory.ui.page import ModelPage

KEPT_S = 24 * 3600
"""How long an upload waits for its confirmation."""
COLUMN = re.compile(r"(?<=[ ;])[a-z][a-z_]*(?=: )")
"""The name of a column in a sentence of the loader."""
LANGUAGES = ("en", "zh-hans")
PARTS = {
    "manufacturer": _("manufacturer"),
    "mac": _("MAC"),
    "address": _("IP address"),
    "device_a": _("from device"),
    "device_b": _("to device"),
    "gateway_device": _("gateway device"),
    "strands": _("strands"),
    "path": _("path of the location"),
}
"""Titles of columns that are no field of their model."""


def file_of(page: ModelPage) -> File | None:
    """The kind of file that holds rows of the page's model."""
    return next((file for file in REGISTRY.files.values() if file.model is page.model), None)


def may(user: Any, page: ModelPage) -> bool:
    """Whether the model has files and the user may load one: who may report on all sees all."""
    return bool(
        "import" in page.actions
        and file_of(page) is not None
        and scope.may(user, "import", page.model)
        and scope.may(user, "report", page.model)
    )


def columns(page: ModelPage) -> list[ImportColumn]:
    """The columns of the model's file; each may stand under its name or under its title."""
    file = file_of(page)
    if file is None:
        return []
    return [
        ImportColumn(column.name, _title(page, column), bool(getattr(column, "required", False)))
        for column in file.columns
    ]


def needs(page: ModelPage) -> list[str]:
    """The page's columns that a file must have: those that each row fills, and those that tell rows apart."""
    file = file_of(page)
    if file is None:
        return []
    wanted = [column for column in file.columns if column.name in file.key or getattr(column, "required", False)]
    return [part for column in wanted for part in file.joined.get(column.name, (_field(column),))]


def _field(column: AnyColumn) -> str:
    return column.field_name if isinstance(column, Reference) else column.name


def _title(page: ModelPage, column: AnyColumn) -> str:
    name = _field(column)
    try:
        return page.cell(name).heading
    except FieldDoesNotExist:
        text = str(PARTS.get(name, name))
        return text[:1].upper() + text[1:]


def lines(page: ModelPage, rows: QuerySet[Any]) -> Iterator[Sequence[str]]:
    """The rows under the titles of the columns, or under the name where a title says nothing to the reader of files."""
    file, names = file_of(page), titles_of(page).names
    assert file is not None
    told = telling.lines(file, rows, words=True)
    titles = {column.name: column.title for column in columns(page)}
    yield [titles[name] if names.get(titles[name].casefold()) == name else name for name in next(told)]
    yield from told


def titles_of(page: ModelPage) -> Titles:
    """What a header may say in either language: a title that stands for two columns is none."""
    file = file_of(page)
    parts = [name for names in file.joined.values() for name in names] if file is not None else []
    found: dict[str, str] = {name: name for name in [*parts, *(column.name for column in columns(page))]}
    twice: set[str] = set()
    others: set[str] = set()
    notes: set[str] = set()
    for language in LANGUAGES:
        with translation.override(language):
            titles = [(column.title, column.name) for column in columns(page)]
            for title, name in [*titles, *((page.cell(part).heading, part) for part in parts)]:
                if found.setdefault(title.casefold(), name) != name:
                    twice.add(title.casefold())
            others |= {page.cell(name).heading.casefold() for name in page.declared}
            notes.add(str(page.empty))
    names = {title: name for title, name in found.items() if title not in twice}
    makers = _makers() if "manufacturer" in found.values() else None
    return Titles(names, frozenset(others - set(found)), makers, frozenset(notes))


def _makers() -> dict[str, str]:
    """Manufacturers by their names in both languages, in small letters."""
    rows = Manufacturer.objects.values_list("name", "name_zh")
    return {alias.casefold(): name for name, name_zh in rows for alias in (name, name_zh) if alias}


def stash(user: Any, page: ModelPage, name: str, octets: bytes) -> str:
    """Keep an upload until it is loaded; its token is for this user and page alone."""
    folder = _folder()
    for old in folder.iterdir():
        # Another upload of this moment may have taken it away.
        with suppress(FileNotFoundError):
            if old.stat().st_mtime < time.time() - KEPT_S:
                old.unlink()
    token = secrets.token_urlsafe(16)
    path = _path(user, page, token, ".xlsx" if octets.startswith(b"PK\x03\x04") else ".csv")
    try:
        path.write_bytes(octets)
    except OSError:
        path.unlink(missing_ok=True)
        raise
    return token


def _folder() -> Path:
    folder = Path(settings.VAR_DIR) / "uploads"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _path(user: Any, page: ModelPage, token: str, suffix: str) -> Path:
    """Where an upload lies. What is no token leads to a name that no upload has."""
    safe = "".join(char for char in token if char.isalnum() or char in "-_")
    file = file_of(page)
    return _folder() / f"{file.name if file else 'none'}-{user.pk}-{safe}{suffix}"


def load(user: Any, page: ModelPage, token: str, *, dry_run: bool, shown: str = "") -> Outcome | None:
    """Load a stashed file, or try it; None where there is none. A loaded one is deleted.

    With `shown`, the mark of what a person was shown, nothing is written that differs from it.
    """
    spec = file_of(page)
    book, text = _path(user, page, token, ".xlsx"), _path(user, page, token, ".csv")
    if spec is None or not (book.exists() or text.exists()):
        return None
    if book.exists():
        faults = uploaded.to_csv(book, text)
        if faults:
            return Outcome(0, 0, 0, (), faults)
    left_out = uploaded.prepare(text, titles_of(page))
    with transaction.atomic():
        result = load_files([(spec, text)], actor=actor_of(user), dry_run=dry_run)[0]
        changes, problems = (_told(page, text.name, told) for told in (result.changes, map(str, result.problems)))
        found = Outcome(result.created, result.changed, result.unchanged, changes, problems, left_out)
        if not problems and shown not in ("", found.mark):
            transaction.set_rollback(True)
            return replace(found, differs=True)
    if not dry_run and not result.problems:
        book.unlink(missing_ok=True)
        text.unlink(missing_ok=True)
    return found


def _told(page: ModelPage, name: str, sentences: Iterable[str]) -> list[str]:
    """Sentences about the file without its name, columns by their titles: "file.csv:3: model: …"."""
    titles = {column.name: column.title for column in columns(page)}
    names, in_words = ", ".join(titles), ", ".join(titles.values())
    found = []
    for sentence in sentences:
        sentence = sentence.replace(names, in_words)
        text = COLUMN.sub(lambda found: titles.get(found[0], found[0]), sentence.replace(f"{name}:", ""))
        line, colon, rest = text.partition(": ")
        found.append(
            _("Line %(line)s: %(text)s") % {"line": line, "text": rest} if colon and line.isdecimal() else text
        )
    return found
