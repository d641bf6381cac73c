"""The register as the files that `load` reads: what it writes changes nothing when it is loaded again.

A cell that a file cannot say (a holder of another department than the device's) stays blank, which leaves the value
as it is. Secrets are left out.
"""

import csv
import datetime
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from inventory.models import Person
from inventory.services.importing import cells
from inventory.services.importing.cells import AnyColumn, Column, Reference
from inventory.services.importing.files import REGISTRY
from inventory.services.importing.spec import File, Key, Registry

PIECE = 1000


def write(folder: Path, registry: Registry = REGISTRY) -> Iterator[tuple[Path, int]]:
    """Write NAME.csv of each kind of file that has rows into the folder, each whole or not at all; gives each with its
    number of rows. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for spec in registry.files.values():
        told = lines(spec, _kept(spec, registry).order_by("pk"), registry)
        header, first = next(told), next(told, None)
        if first is None:
            continue
        path = folder / f"{spec.name}.csv"
        begun, count = path.with_suffix(".begun"), 1
        try:
            with begun.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerows((header, first))
                for line in told:
                    writer.writerow(line)
                    count += 1
            begun.replace(path)
        finally:
            begun.unlink(missing_ok=True)
        yield path, count


def _kept(spec: File, registry: Registry) -> QuerySet[Any]:
    """All rows, without those that the network lost and no other file names: loaded, they would be back."""
    named = {
        column.file for file in registry.files.values() for column in file.columns if isinstance(column, Reference)
    }
    losable = any(field.name == "gone_since" for field in spec.model._meta.concrete_fields)
    return spec.existing().filter(gone_since=None) if losable and spec.name not in named else spec.existing()


def columns(spec: File) -> list[AnyColumn]:
    """The columns of a file that are no secret."""
    secret = getattr(spec.model, "secret", ())
    return [column for column in spec.columns if column.name not in secret]


def lines(
    spec: File, rows: QuerySet[Any], registry: Registry = REGISTRY, *, words: bool = False
) -> Iterator[list[str]]:
    """The names of the columns, then a line for each row in its order, but what a row lies in before it.

    With `words` a choice is told by its word in the language in force, and not by its value.
    """
    shown, keys = columns(spec), _Keys(registry)
    yield [column.name for column in shown]
    for piece in _pieces(_parents_first(spec, rows)):
        keys.learn(spec, piece)
        tell = getattr(spec.hook, "tell", None)
        more: dict[int, dict[str, str]] = tell(piece, registry) if tell else {}
        for row in piece:
            if len(key := spec.key_of(row)) == len(spec.key):  # one with a longer key has no line of its own
                said = _row(spec, row, key, keys, words=words) | more.get(row.pk, {})
                yield [said.get(column.name, "") for column in shown]


def _pieces(rows: Iterable[Any]) -> Iterator[list[Any]]:
    each = iter(rows)
    while piece := list(islice(each, PIECE)):
        yield piece


def _parents_first(spec: File, rows: QuerySet[Any]) -> Iterable[Any]:
    rows = rows.select_related(*spec.related) if spec.related else rows
    if not any(f.name == "parent" and f.related_model is spec.model for f in spec.model._meta.concrete_fields):
        return rows.iterator(chunk_size=PIECE)
    every = list(rows)
    above = {row.pk: row.parent_id for row in every}

    def depth(pk: int) -> int:
        count = 0
        while (pk := above.get(pk) or 0) and count < len(above):
            count += 1
        return count

    return sorted(every, key=lambda row: depth(row.pk))


class _Keys:
    """Natural keys of the rows that others name, read in pieces and kept."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._known: dict[str, dict[int, Key]] = defaultdict(dict)
        self._same: set[Key] | None = None

    def learn(self, spec: File, rows: Sequence[Any]) -> None:
        for column in spec.columns:
            if isinstance(column, Reference):
                known, far = self._known[column.file], self._registry.files[column.file]
                name = f"{column.field_name}_id"
                missing = {getattr(row, name) for row in rows} - known.keys() - {None}
                known |= {row.pk: far.key_of(row) for row in far.existing().filter(pk__in=missing)}

    def of(self, file: str, pk: int) -> Key:
        """A row's natural key; of a person whose name stands once in the department without the number."""
        key = self._known[file][pk]
        if file != "persons":
            return key
        if self._same is None:
            twice = Person.objects.values_list("department__name", "name").annotate(n=Count("pk")).filter(n__gt=1)
            self._same = {(department, name) for department, name, _n in twice}
        department, name, number = key
        return department, f"{name}#{number}" if (department, name) in self._same else name


def _row(spec: File, row: Any, key: Key, keys: _Keys, *, words: bool) -> dict[str, str]:
    """{column: cell} of what stands in the row itself and in the names of its related rows."""
    said = dict(zip(spec.key, key, strict=True))
    for column in spec.columns:
        if isinstance(column, Column):
            said[column.name] = _cell(column, row, words=words)
        elif isinstance(column, Reference):
            pk = getattr(row, f"{column.field_name}_id")
            if pk is not None:
                _name(column, keys.of(column.file, pk), said)
    return said


def _name(column: Reference, key: Key, said: dict[str, str]) -> None:
    """Put a related row's name in its column, and what goes before it in the columns that help to name it."""
    if not column.key:
        said[column.name] = "/".join(key)
        return
    parts = dict(zip(column.key, key, strict=True))
    if all(said.get(part, cell) == cell for part, cell in parts.items()):
        said |= parts


def _cell(column: Column, row: Any, *, words: bool) -> str:
    """A value as the column's parser reads it back."""
    value = getattr(row, column.name)
    if value in (None, "", []):
        return ""
    if column.parse is cells.steps:
        return "; ".join(f"{'' if limit is None else limit}:{count}" for limit, count in value)
    if column.parse is cells.json_object:
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return (_("yes") if value else _("no")) if words else str(value).lower()
    if words and (choices := dict(row._meta.get_field(column.name).flatchoices)):
        return str(choices.get(value, value))
    return value.isoformat() if isinstance(value, datetime.date) else str(value)
