"""Journal entries and attachments: the only writer of both, and of the files under VAR_DIR/files.

A file is written before its row and removed when the row could not be; it goes when the deletion is committed.
"""

import hashlib
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from inventory.models.base import RegisterModel
from inventory.models.journal import OWNERS, Attachment, JournalEntry
from inventory.rules import files
from inventory.services import write
from inventory.services.write import Actor


def owner_field(thing: RegisterModel) -> str:
    """The foreign key that leads to a thing. Raises ValueError for what bears neither entries nor files."""
    for name in OWNERS:
        if isinstance(thing, Attachment._meta.get_field(name).related_model):  # type: ignore[arg-type]
            return name
    raise ValueError(f"{type(thing).__name__} has no journal")


def add_entry(thing: RegisterModel, text: str, *, kind: str, actor: Actor) -> JournalEntry:
    """Write an entry. Raises ValidationError."""
    entry = JournalEntry(text=text.strip(), kind=kind, author=actor.user)
    setattr(entry, owner_field(thing), thing)
    with write.unit(actor) as unit:
        return unit.create(entry)


def attach(thing: RegisterModel, name: str, content: bytes, *, actor: Actor) -> Attachment:
    """Keep a file. Raises ValidationError for one that is too large, empty, or of a type that is not taken."""
    kind = check(name, content)
    stored = secrets.token_hex(20)
    row = Attachment(
        name=files.safe_name(name, kind),
        stored_as=stored,
        kind=kind,
        size_octets=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        author=actor.user,
    )
    setattr(row, owner_field(thing), thing)
    place = path_of(stored)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        place.touch(mode=0o600)
        place.write_bytes(content)
        with write.unit(actor) as unit:
            return unit.create(row)
    except BaseException:
        place.unlink(missing_ok=True)
        raise


def check(name: str, content: bytes) -> str:
    """The type of a file's content. Raises ValidationError with a sentence for one that is not taken."""
    if len(content) > files.MOST_OCTETS:
        most = filesizeformat(files.MOST_OCTETS)
        raise ValidationError(_("%(name)s is larger than %(most)s.") % {"name": name, "most": most})
    kind = files.kind_of(content)
    if not kind:
        raise ValidationError(
            _("%(name)s is no picture (JPEG, PNG, WebP, GIF), PDF, workbook or document.") % {"name": name}
        )
    return kind


def remove(row: Any, *, actor: Actor) -> None:
    """Delete an entry or an attachment; its file goes with it."""
    with write.unit(actor) as unit:
        unit.delete(row)
        if isinstance(row, Attachment):
            place = path_of(row.stored_as)
            transaction.on_commit(lambda: place.unlink(missing_ok=True))


def path_of(stored: str) -> Path:
    """Where a file lies; in folders, since one with many files is slow to list."""
    return Path(settings.MEDIA_ROOT) / stored[:2] / stored


def sweep(*, dry_run: bool = False) -> int:
    """Remove files that no row names: those of things that were deleted. Returns how many they are."""
    known = set(Attachment.objects.values_list("stored_as", flat=True))
    left = [place for place in Path(settings.MEDIA_ROOT).glob("??/*") if place.name not in known]
    for place in () if dry_run else left:
        place.unlink(missing_ok=True)
    return len(left)
