"""Finds rows of other files by their natural keys, each file's rows read once."""

import difflib
from collections import Counter
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from inventory.services.importing.cells import BadCell

if TYPE_CHECKING:
    from inventory.services.importing.spec import File, Registry

Key = tuple[str, ...]
SPOKEN = frozenset({"asset_classes", "devices", "interfaces", "locations", "standards"})
"""Files whose rows may also be named as a page names them."""
HINTS = 100
"""Names for which close ones are looked for: a whole column of the wrong names would cost an hour of it."""


class Lookup:
    """Natural key → row, for each file; rows of the file under way are added as they are read."""

    def __init__(self, registry: "Registry") -> None:
        self._registry = registry
        self._known: dict[str, dict[Key, Any]] = {}
        self._words: dict[str, dict[str, Key]] = {}
        self._hinted = 0

    def rows(self, file: str) -> dict[Key, Any]:
        """All rows of a file's model by key."""
        if file not in self._known:
            spec = self._registry.files[file]
            self._known[file] = {spec.key_of(obj): obj for obj in spec.existing().iterator(chunk_size=5000)}
        return self._known[file]

    def get(self, file: str, key: Key, column: str) -> Any:
        """The row of that key. Raises BadCell naming the file, what stands in the cell and names close to it."""
        rows = self.rows(file)
        found = rows.get(key) or rows.get(self._bare(file, key))
        if found is None and file == "persons" and len(key) == 2:
            found = self._person(*key, column=column)
        if found is not None:
            return found
        close: list[str] = []
        if self._hinted < HINTS:
            self._hinted += 1
            close = difflib.get_close_matches(key[-1], [k[-1] for k in self._near(file, key)], n=3)
        said = "/".join(part for part in key if part)
        hint = _("; close to it: %s") % ", ".join(close) if close else ""
        raise BadCell(_("'%(name)s' is not in %(file)s") % {"name": said, "file": self._title(file)} + hint, column)

    def key(self, file: str, obj: Any) -> Key:
        """The natural key of a row of a file's model."""
        return self._registry.files[file].key_of(obj)

    def _bare(self, file: str, key: Key) -> Key:
        """The key of what a page says: a location as '2楼 / 203', a device with its name, a class by name."""
        if file == "locations":
            return (*key[:-1], "/".join(part.strip() for part in key[-1].split("/")))
        if file == "interfaces":
            return (*self._said("devices").get(key[0], key[:1]), *key[1:])
        return self._said(file).get(key[0], key) if file in SPOKEN else key

    def _said(self, file: str) -> dict[str, Key]:
        """Keys of a file's rows by what a page says of the row, if it says that of no other."""
        if file not in self._words:
            rows = self.rows(file)
            times = Counter(map(str, rows.values()))
            self._words[file] = {said: key for key, obj in rows.items() if times[said := str(obj)] == 1}
        return self._words[file]

    def _title(self, file: str) -> str:
        """What a file holds, in words."""
        return str(self._registry.files[file].model._meta.verbose_name_plural)

    def _near(self, file: str, key: Key) -> list[Key]:
        rows = self.rows(file)
        if len(rows) > 20_000:
            return []
        return [k for k in rows if k[: len(key) - 1] == key[:-1]] if len(key) > 1 else list(rows)

    def _person(self, department: str, name: str, *, column: str) -> Any:
        bare, _mark, number = name.partition("#")
        if number:
            return self.rows("persons").get((department, bare.strip(), number.strip()))
        same = [obj for key, obj in self._persons().get((department, name), ())]
        if len(same) > 1:
            raise BadCell(
                _("'%(name)s' stands for %(count)d persons of %(department)s; write name#staff number")
                % {"name": name, "count": len(same), "department": department},
                column,
            )
        return same[0] if same else None

    def _persons(self) -> dict[Key, list[tuple[Key, Any]]]:
        if "persons by name" not in self._known:
            index: dict[Key, Any] = {}
            for key, obj in self.rows("persons").items():
                index.setdefault(key[:2], []).append((key, obj))
            self._known["persons by name"] = index
        return self._known["persons by name"]

    def add(self, spec: "File", key: Key, obj: Any) -> None:
        self.rows(spec.name)[key] = obj

    def forget(self, file: str) -> None:
        """Read a file's rows anew next time, after a transaction was undone or rows came by another way."""
        self._known.pop(file, None)
        self._words.pop(file, None)
        if file == "persons":
            self._known.pop("persons by name", None)
