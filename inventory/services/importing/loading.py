"""Loads CSV files into the register: checks every row of a file, then writes all of it or nothing.

The same files twice change nothing the second time. A blank cell leaves a value; '-' clears it.
"""

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from inventory.services import write
from inventory.services.importing.cells import CLEAR, BadCell, Column, Part, Reference
from inventory.services.importing.files import REGISTRY
from inventory.services.importing.hooks import Preparing
from inventory.services.importing.lookup import SPOKEN, Key, Lookup
from inventory.services.importing.reading import Problem, Sheet, read_csv
from inventory.services.importing.spec import File, Hook, Registry
from inventory.services.write import Change

NOT_LOADED = frozenset({"deviations"})
"""Files of a folder that describe no row of the register."""


@dataclass(slots=True)
class FileResult:
    """What became of one file. With problems nothing of it was written."""

    path: Path
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    changes: list[str] = field(default_factory=list)
    """A sentence for each row that was (or, tried dry, would be) created or changed."""
    problems: list[Problem] = field(default_factory=list)
    encoding: str = "utf-8"


@dataclass(slots=True)
class _Row:
    line: int
    key: Key
    obj: Any
    changes: dict[str, Change]
    new: bool
    more: bool = False


def find_files(
    paths: Iterable[Path], registry: Registry = REGISTRY, *, as_csv: Callable[[Path], Path] = lambda path: path
) -> tuple[list[tuple[File, Path]], list[Problem]]:
    """CSV files of the given files and folders, in loading order: NAME.csv, and NAME-anything.csv for more of it.

    `as_csv` gives the file to read in place of another, under a name of that form.
    """
    found: list[tuple[int, Path, File]] = []
    problems: list[Problem] = []
    order = list(registry.files)
    for path in paths:
        if not path.exists():
            problems.append(Problem(str(path), None, "", _("does not exist")))
            continue
        for file in map(as_csv, sorted(path.glob("*.csv")) if path.is_dir() else [path]):
            name = file.stem.split("-")[0]
            if name in registry.files:
                found.append((order.index(name), file, registry.files[name]))
            elif name not in NOT_LOADED:
                known = ", ".join(order)
                problems.append(Problem(file.name, None, "", _("is none of the files known: %s") % known))
    if not found and not problems:
        problems.append(Problem(", ".join(map(str, paths)), None, "", _("holds no CSV file")))
    return [(spec, path) for _order, path, spec in sorted(found, key=lambda item: item[:2])], problems


def load(
    files: Sequence[tuple[File, Path]], *, actor: write.Actor, dry_run: bool = False, registry: Registry = REGISTRY
) -> list[FileResult]:
    """Load files in order, each in its own transaction (dry: all in one that is undone).

    A file that names rows of a file with problems is not tried, and says so.
    """
    lookup = Lookup(registry)
    results: list[FileResult] = []
    failed: set[str] = set()
    with transaction.atomic():
        for spec, path in files:
            result = FileResult(path)
            results.append(result)
            needs = {column.file for column in spec.columns if isinstance(column, Reference)} | {spec.name}
            if needs & failed:
                names = ", ".join(sorted(needs & failed))
                result.problems.append(Problem(path.name, None, "", _("not tried: mend %s first") % names))
            else:
                _load_file(spec, path, lookup, result, actor)
            if result.problems:
                failed.add(spec.name)
                lookup.forget(spec.name)
        transaction.set_rollback(dry_run)
    return results


def _load_file(spec: File, path: Path, lookup: Lookup, result: FileResult, actor: write.Actor) -> None:
    sheet, result.problems = read_csv(path)
    result.encoding = sheet.encoding
    _join(spec, sheet)
    result.problems += _check_columns(spec, path.name, sheet)
    if result.problems:
        return
    hook = spec.hook(lookup) if spec.hook else None
    rows = _check_rows(spec, path.name, sheet, lookup, hook, result)
    if result.problems:
        return
    try:
        with write.unit(actor, reason=_("loaded from %s") % path.name) as unit, transaction.atomic():
            _write_rows(spec, rows, hook, unit)
    except IntegrityError as fault:
        result.problems += _refused(spec, path.name, rows)
        if not result.problems:
            result.problems.append(Problem(path.name, None, "", write.explain(fault, spec.model)))
        return
    if hook is not None:
        lookup.forget("interfaces")
    result.created = sum(row.new for row in rows)
    result.changed = sum(not row.new and bool(row.changes or row.more) for row in rows)
    result.unchanged = len(rows) - result.created - result.changed
    names: dict[tuple[Any, Any], str] = {}
    result.changes = [_sentence(path.name, row, names) for row in rows if row.new or row.changes or row.more]


def _sentence(name: str, row: _Row, names: dict[tuple[Any, Any], str]) -> str:
    """`names` of related rows by model and key: the same few departments and types come again and again."""
    place = f"{name}:{row.line}: {' / '.join(part for part in row.key if part)}"
    if row.new:
        return place + ": " + _("new")
    told = [
        f"{field}: {_word(row.obj, field, old, names)} → {_word(row.obj, field, new, names)}"
        for field, (old, new) in row.changes.items()
        if field not in getattr(row.obj, "secret", ())
    ]
    return place + ": " + ("; ".join(told) or _("changed"))


def _word(obj: Any, field: str, value: Any, names: dict[tuple[Any, Any], str]) -> str:
    """A value as a person knows it: the name of a related row, the word of a choice."""
    found = obj._meta.get_field(field)
    if value is None:
        return ""
    if found.remote_field is None:
        return str(dict(found.flatchoices).get(value, value))
    model = found.remote_field.model
    if (model, value) not in names:
        related = getattr(obj, field)
        if related is None or related.pk != value:
            related = model._default_manager.filter(pk=value).first()
        names[model, value] = str(value if related is None else related)
    return names[model, value]


def _join(spec: File, sheet: Sheet) -> None:
    """Put the columns that stand in the place of one together in it."""
    for name, parts in spec.joined.items():
        if name in sheet.header or parts[-1] not in sheet.header:
            continue
        sheet.header[:] = [name, *(title for title in sheet.header if title not in parts)]
        for _line, cells in sheet.rows:
            above = "/".join(cells.pop(part, "") for part in parts)
            cells[name] = "/".join(level for cell in above.split("/") if (level := cell.strip()) not in ("", CLEAR))


def _check_columns(spec: File, name: str, sheet: Sheet) -> list[Problem]:
    known = [column.name for column in spec.columns]
    problems = []
    for title in sheet.header:
        if title not in known:
            close = difflib.get_close_matches(title, known, n=1)
            expected = close[0] if close else ", ".join(known)
            problems.append(Problem(name, 1, title, _("unknown column; expected %s") % expected))
    for column in spec.columns:
        if column.required and column.name not in sheet.header and not problems:
            problems.append(Problem(name, 1, column.name, _("this column is missing")))
    return problems


def _check_rows(
    spec: File, name: str, sheet: Sheet, lookup: Lookup, hook: Hook | None, result: FileResult
) -> list[_Row]:
    lines: dict[Key, int] = {}
    unique = _Unique(spec)
    rows: list[_Row] = []
    for line, cells in sheet.rows:
        found: list[Problem] = []
        row = _check_row(spec, name, line, cells, lookup, hook, found)
        if row is not None and not found:
            first = lines.setdefault(row.key, line)
            if first != line:
                said = "/".join(part for part in row.key if part)
                message = _("'%(key)s' already stands in line %(line)d") % {"key": said, "line": first}
                found.append(Problem(name, line, spec.key[-1], message))
            found += unique.check(name, row)
            rows.append(row)
        result.problems += found
    return rows


def _check_row(
    spec: File, name: str, line: int, cells: dict[str, str], lookup: Lookup, hook: Hook | None, found: list[Problem]
) -> _Row | None:
    values: dict[str, Any] = {}
    texts: dict[str, str] = {}
    for column in spec.columns:
        cell = cells.get(column.name, "")
        texts[column.name] = cell
        try:
            if column.required and cell in ("", CLEAR):
                raise BadCell(_("must not be blank"))
            _read_cell(column, cell, cells, values, texts, lookup)
        except BadCell as fault:
            found.append(Problem(name, line, column.name, str(fault.args[0])))
    if found:
        return None
    key = tuple(texts.get(part, "") for part in spec.key)
    obj = lookup.rows(spec.name).get(key)
    new = obj is None
    if new:
        obj = spec.model()
    changes, more = _assign(obj, values), False
    try:
        more = hook.check(line, cells, obj) if hook is not None else False
        _validate(obj, new, changes)
    except BadCell as fault:
        found.append(Problem(name, line, str(fault.args[1]), str(fault.args[0])))
    except ValidationError as fault:
        found += [Problem(name, line, column, text) for column, text in _messages(spec, fault)]
    if new:
        lookup.add(spec, key, obj)
    return _Row(line, key, obj, changes, new, more)


def _read_cell(
    column: Column | Reference | Part,
    cell: str,
    cells: dict[str, str],
    values: dict[str, Any],
    texts: dict[str, str],
    lookup: Lookup,
) -> None:
    if not cell:
        return
    if isinstance(column, Part):
        column.parse(cell)
    elif isinstance(column, Reference):
        if cell == CLEAR:
            values[column.field_name] = None
            return
        key = tuple(cells.get(part, "") for part in column.key) or (cell,)
        if column.file == "persons" and len(key) == 1:
            department, _slash, person = cell.partition("/")
            key = (department.strip(), person.strip())
        values[column.field_name] = found = lookup.get(column.file, key, column.name)
        if column.file in SPOKEN:
            texts.update(zip(column.key or (column.name,), lookup.key(column.file, found), strict=False))
    else:
        value = column.empty if cell == CLEAR else column.parse(cell)
        values[column.name] = value
        texts[column.name] = "" if value is None else str(value)


def _assign(obj: Any, values: dict[str, Any]) -> dict[str, Change]:
    """Set the values that differ; {field: (before, after)} by keys for related rows."""
    changes: dict[str, Change] = {}
    for name, value in values.items():
        f = obj._meta.get_field(name)
        before = f.value_from_object(obj)
        after = value.pk if isinstance(value, models.Model) else value
        if isinstance(f, models.DecimalField) and after is not None:
            after = value = f.to_python(after)
        if before != after or (isinstance(value, models.Model) and value.pk is None):
            setattr(obj, name, value)
            changes[name] = (before, after)
    return changes


def _validate(obj: Any, new: bool, changes: dict[str, Change]) -> None:
    if not new and not changes:
        return
    related = [f.name for f in obj._meta.concrete_fields if f.is_relation]
    obj.derive()
    obj.clean_fields(exclude=related)
    obj.clean()
    if not new and "status" in changes:
        before = type(obj)._default_manager.get(pk=obj.pk)
        obj.check_change(before)


def _refused(spec: File, name: str, rows: list[_Row]) -> list[Problem]:
    """Which rows a check of the database refuses: looked for only after it has refused one, since asking is slow."""
    checks = [c for c in spec.model._meta.constraints if isinstance(c, models.CheckConstraint)]
    problems = []
    for row in rows:
        if not row.new and not row.changes:
            continue
        for check in checks:
            try:
                check.validate(spec.model, row.obj)
            except ValidationError as fault:
                problems += [Problem(name, row.line, "", text) for text in fault.messages]
    return problems


def _messages(spec: File, fault: ValidationError) -> list[tuple[str, str]]:
    """(column, sentence) of each error, fields by the names of their columns."""
    if not hasattr(fault, "error_dict"):
        return [("", text) for text in fault.messages]
    titles = {c.field_name: c.name for c in spec.columns if isinstance(c, Reference)}
    return [
        ("" if name == "__all__" else titles.get(name, name), text)
        for name, errors in fault.message_dict.items()
        for text in errors
    ]


class _Unique:
    """Finds, within a file and against the register, values that the database would refuse twice."""

    def __init__(self, spec: File) -> None:
        meta = spec.model._meta
        sets: list[tuple[str, ...]] = [(f.name,) for f in meta.concrete_fields if f.unique and not f.primary_key]
        sets += [
            tuple(c.fields) for c in meta.constraints if isinstance(c, models.UniqueConstraint) and not c.condition
        ]
        self.sets = [fields for fields in sets if fields]
        self.taken: dict[tuple[str, ...], dict[tuple[Any, ...], tuple[int | None, Key]]] = {}
        for fields in self.sets:
            held = spec.model._default_manager.values_list("pk", *fields)
            self.taken[fields] = {tuple(row[1:]): (row[0], ()) for row in held.iterator(chunk_size=5000)}

    def check(self, name: str, row: _Row) -> list[Problem]:
        problems = []
        for fields in self.sets:
            value = tuple(row.obj._meta.get_field(f).value_from_object(row.obj) for f in fields)
            if None in value:
                continue
            pk, key = self.taken[fields].setdefault(value, (row.obj.pk, row.key))
            if (pk is not None and pk != row.obj.pk) or (pk is None and key != row.key):
                problems.append(Problem(name, row.line, "", self._say(row, fields, pk, key)))
        return problems

    @staticmethod
    def _say(row: _Row, fields: tuple[str, ...], pk: int | None, key: Key) -> str:
        named = ("serial",) if fields == ("serial_key",) else fields
        shown = ", ".join(str(row.obj._meta.get_field(name).verbose_name) for name in named)
        value = row.obj.serial if fields == ("serial_key",) else ", ".join(str(getattr(row.obj, f)) for f in fields)
        other = str(type(row.obj)._default_manager.filter(pk=pk).first()) if pk is not None else "/".join(key)
        return _("%(fields)s '%(value)s' already belongs to %(other)s") % {
            "fields": shown,
            "value": value,
            "other": other,
        }


def _write_rows(spec: File, rows: list[_Row], hook: Hook | None, unit: write.Unit) -> None:
    if isinstance(hook, Preparing):
        hook.prepare(unit)
    new = [row.obj for row in rows if row.new]
    while new:
        ready = [obj for obj in new if not _waits(spec.model, obj)]
        unit.create_many(spec.model, ready)
        made = set(map(id, ready))
        new = [obj for obj in new if id(obj) not in made]
    unit.update_many(spec.model, [(row.obj, row.changes) for row in rows if not row.new and row.changes])
    if hook is not None:
        hook.write(unit)


def _waits(model: type[models.Model], obj: models.Model) -> bool:
    """Whether the row names another new row of its own file that is not saved yet."""
    return any(
        f.is_cached(obj) and (other := getattr(obj, f.name)) is not None and other.pk is None
        for f in model._meta.concrete_fields
        if isinstance(f, models.ForeignKey) and f.related_model is model
    )
