"""What a file for `load` is: its model, its columns, what tells its rows apart; and the registry of them all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db.models import QuerySet

from inventory.models.base import RegisterModel
from inventory.services.importing.cells import AnyColumn, Column

Key = tuple[str, ...]


class Hook(Protocol):
    """Writes what one row of a file says beyond its own model. Made anew for each file."""

    def check(self, line: int, row: Mapping[str, str], obj: Any) -> bool:
        """Read the row; whether anything will change. Raises cells.BadCell with the column as second argument."""

    def write(self, unit: Any) -> None:
        """Write all that the rows said, after their own models are saved."""


@dataclass(frozen=True, slots=True)
class File:
    """A kind of file. `key_of` gives an existing row's natural key as text, in the order of `key`."""

    name: str
    model: type[RegisterModel]
    key: tuple[str, ...]
    columns: tuple[AnyColumn, ...]
    key_of: Callable[[Any], Key]
    related: tuple[str, ...] = ()
    hook: Callable[[Any], Hook] | None = None
    """Takes the Lookup."""
    joined: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Column → columns that may stand in its place: the levels of a path, from above, as a list shows them apart."""

    def existing(self) -> QuerySet[Any]:
        found = self.model._default_manager.all()
        return found.select_related(*self.related) if self.related else found


@dataclass(slots=True)
class Registry:
    """All files, in loading order."""

    files: dict[str, File] = field(default_factory=dict)

    def register(self, *files: File) -> None:
        for file in files:
            self.files[file.name] = file


def named(obj: Any) -> Key:
    return (obj.name,)


NAME = Column("name", required=True)
NOTE = Column("note", empty="")
