"""The one way to write: a unit of work with an actor and a reason, in one transaction, with its change log.

    with write.unit(actor, reason="moved to the new building") as unit:
        unit.update(device)

Every create, change and delete inside is logged as django-auditlog's LogEntry: before and after, who, why, when,
and the run or request it belongs to. Bulk writes are logged by the same unit. Nothing is kept when it fails.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import IntegrityError, models, router, transaction
from django.db.models.deletion import Collector, ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from inventory.models.access import User
from inventory.models.base import RegisterModel, RegisterQuerySet, current_unit, insert_rows, writing

M = TypeVar("M", bound=RegisterModel)
BATCH = 500
TOUCH_BATCH = 10_000
HIDDEN = "••••••"
Change = tuple[Any, Any]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who writes: a person, an import, a collector run, or the system itself."""

    name: str
    source: str = "person"
    user: User | None = None


SYSTEM = Actor("system", source="system")


@dataclass(slots=True)
class Unit:
    """An open unit of work. Made by `unit`; do not keep it."""

    actor: Actor
    reason: str = ""
    run: str = ""
    correlation: str = ""
    """What belongs together in the change log: all units of one run, else what one unit wrote."""
    _entries: list[dict[str, Any]] = field(default_factory=list)

    def create(self, obj: M) -> M:
        """Validate and insert one row. Raises ValidationError."""
        obj.derive()
        obj.full_clean()
        obj.save(force_insert=True)
        self._log(obj, LogEntry.Action.CREATE, _initial(obj))
        return obj

    def renew(self, obj: M) -> M:
        """Read a row again and lock it until the unit ends: what was decided on an older reading may not hold now.

        Raises ValidationError when it is gone.
        """
        try:
            locked: models.QuerySet[M] = type(obj)._default_manager.select_for_update()  # type: ignore[assignment]
            obj.refresh_from_db(from_queryset=locked)
        except ObjectDoesNotExist:
            raise ValidationError(_("%s was deleted meanwhile.") % obj) from None
        return obj

    def update(self, obj: M, *, fields: Sequence[str] | None = None) -> dict[str, Change]:
        """Validate and save the changed fields of one row. Returns {field: (before, after)}; raises ValidationError."""
        before = type(obj)._default_manager.get(pk=obj.pk)
        obj.derive()
        changes = {
            f.name: (f.value_from_object(before), f.value_from_object(obj))
            for f in obj._meta.concrete_fields
            if (fields is None or f.name in fields) and f.value_from_object(before) != f.value_from_object(obj)
        }
        if not changes:
            return {}
        obj.check_change(before)  # type: ignore[arg-type]
        obj.full_clean()
        obj.save(update_fields=list(changes))
        told = [name for name in changes if name not in obj.unlogged | obj.derived]
        if told:
            self._log(obj, LogEntry.Action.UPDATE, {name: _pair(obj, before, name) for name in told})
        return changes

    def delete(self, obj: RegisterModel) -> None:
        """Delete a row and what goes with it, each logged. Raises ValidationError when others depend on it."""
        self.delete_all([obj])

    def delete_all(self, objs: Sequence[RegisterModel]) -> None:
        """Delete rows of one model, and what goes with them, as `delete` does; all of them or none."""
        if not objs:
            return
        collector = Collector(using=router.db_for_write(type(objs[0])), origin=objs[0])
        try:
            collector.collect(objs)
        except ProtectedError as fault:
            names, others = (", ".join(sorted(map(str, rows))[:5]) for rows in (objs, fault.protected_objects))
            raise ValidationError(
                _("%(name)s cannot be deleted: %(others)s depend on it.") % {"name": names, "others": others}
            ) from fault
        going: list[tuple[type[models.Model], Iterable[Any]]] = list(collector.data.items())
        going += [(rows.model, rows) for rows in collector.fast_deletes]
        for model, found in going:
            if issubclass(model, RegisterModel) and model.logged:
                for row in _whole(model, found):
                    self._log(row, LogEntry.Action.DELETE, {k: (v[1], None) for k, v in _initial(row).items()})
        collector.delete()

    def create_many(self, model: type[M], objs: Sequence[M]) -> Sequence[M]:
        """Insert rows that the caller has validated; the database's own constraints still hold."""
        for obj in objs:
            obj.derive()
        model._default_manager.bulk_create(objs, batch_size=BATCH)
        if model.logged:
            for obj in objs:
                self._log(obj, LogEntry.Action.CREATE, _initial(obj))
        return objs

    def create_rows(
        self, model: type[M], rows: Sequence[Mapping[str, Any]], *, of: RegisterModel | None = None
    ) -> None:
        """Insert many rows of what belongs to one thing, given as {attribute name: value}, as create_many does.

        The change log tells of them all in one entry on `of`: their field in it holds what each row began with.
        """
        if not rows:
            return
        if model.derived:
            raise ValueError(f"{model.__name__} has derived columns: use create_many")
        RegisterQuerySet(model).insert_rows(rows)
        if of is not None and model.logged:
            self._log(of, LogEntry.Action.UPDATE, {_place_in(model, type(of)): (None, [_told(model, r) for r in rows])})

    def update_many(self, model: type[M], changes: Iterable[tuple[M, Mapping[str, Change]]]) -> int:
        """Save rows whose before and after the caller knows, having set the new values. Returns how many."""
        by_fields: dict[tuple[str, ...], list[M]] = defaultdict(list)
        for obj, changed in changes:
            by_fields[tuple(sorted({*changed, *_derived(obj)}))].append(obj)
            told = {name: pair for name, pair in changed.items() if name not in model.unlogged}
            if told and model.logged:
                shown = {name: (_text(obj, name, old), _text(obj, name, new)) for name, (old, new) in told.items()}
                self._log(obj, LogEntry.Action.UPDATE, shown)
        for fields, objs in by_fields.items():
            RegisterQuerySet[M](model).update_rows(fields, objs)
        return sum(map(len, by_fields.values()))

    def touch(self, model: type[M], pks: Sequence[Any], **values: Any) -> None:
        """Set unlogged fields (last seen) of many rows to one value each."""
        logged = [name for name in values if model.logged and name not in model.unlogged]
        if logged:
            raise ValueError(f"{', '.join(logged)} of {model.__name__} must be logged")
        column = f'"{model._meta.db_table}"."{model._meta.pk.column}"'
        for start in range(0, len(pks), TOUCH_BATCH):
            # Keys are numbers, written into the statement: as many parameters would cost more than the update.
            keys = ",".join(str(int(pk)) for pk in pks[start : start + TOUCH_BATCH])
            model._default_manager.extra(where=[f"{column} IN ({keys})"]).update(**values)

    def _log(self, obj: models.Model, action: int, changes: Mapping[str, Change]) -> None:
        if not getattr(obj, "logged", True):
            return
        data = {"source": self.actor.source, "by": self.actor.name, "reason": self.reason, "run": self.run}
        self._entries.append(
            {
                "content_type_id": ContentType.objects.get_for_model(type(obj)).pk,
                "object_pk": str(obj.pk),
                "object_id": obj.pk,
                "object_repr": str(obj)[:500],
                "action": action,
                "changes": _mask(obj, changes),
                "actor_id": self.actor.user.pk if self.actor.user is not None else None,
                "timestamp": timezone.now(),
                "cid": self.correlation,
                "additional_data": {key: value for key, value in data.items() if value},
            }
        )
        if len(self._entries) >= BATCH:
            self._flush()

    def _flush(self) -> None:
        if self._entries:
            insert_rows(LogEntry, self._entries)
            self._entries.clear()


def run_correlation(run: str) -> str:
    """The correlation id of everything that a run wrote."""
    return f"run {run}"


@contextmanager
def unit(actor: Actor, *, reason: str = "", run: str = "") -> Iterator[Unit]:
    """Open a unit of work: one transaction. Inside another unit, the outer one goes on and keeps its actor."""
    outer = current_unit()
    if isinstance(outer, Unit):
        yield outer
        return
    inner = Unit(actor, reason, run, run_correlation(run) if run else uuid.uuid4().hex)
    with transaction.atomic(), writing(inner):
        yield inner
        inner._flush()


def explain(fault: IntegrityError, model: type[models.Model]) -> str:
    """The sentence of the named constraint that a database refused, else the database's own words."""
    words = str(fault)
    for constraint in model._meta.constraints:
        columns = [f"{model._meta.db_table}.{name}" for name in getattr(constraint, "fields", ())]
        if constraint.name in words or (columns and all(column in words for column in columns)):
            return str(constraint.get_violation_error_message())
    return words


def _derived(obj: RegisterModel) -> list[str]:
    """Derive, and name the derived columns that came out different."""
    before = {name: getattr(obj, name) for name in obj.derived}
    obj.derive()
    return [name for name, value in before.items() if getattr(obj, name) != value]


def _whole(model: type[M], rows: Iterable[M]) -> Iterable[M]:
    """Rows with all their columns: of what goes along Django reads only the keys."""
    found = list(rows)
    if any(row.get_deferred_fields() for row in found):
        return model._base_manager.in_bulk([row.pk for row in found]).values()
    return found


def _mask(obj: models.Model, changes: Mapping[str, Change]) -> dict[str, list[Any]]:
    secret: frozenset[str] = getattr(obj, "secret", frozenset())
    return {
        name: [None if old is None else HIDDEN, None if new is None else HIDDEN] if name in secret else [old, new]
        for name, (old, new) in changes.items()
    }


def _initial(obj: RegisterModel) -> dict[str, Change]:
    """{field: (None, value)} of all that a new row holds."""
    found: dict[str, Change] = {}
    for f in obj._meta.concrete_fields:
        value = f.value_from_object(obj)
        if value not in (None, "") and not f.primary_key and f.name not in obj.unlogged | obj.derived:
            found[f.name] = (None, _text(obj, f.name, value))
    return found


def _place_in(model: type[models.Model], owner: type[models.Model]) -> str:
    """The name by which `owner` knows its rows of `model`, such as interfaces."""
    return next(f.name for f in owner._meta.related_objects if f.related_model is model)


def _told(model: type[RegisterModel], row: Mapping[str, Any]) -> dict[str, Any]:
    """What the change log keeps of a new row: JSON types, without blanks, and without what it never keeps."""
    hidden = model.unlogged | model.derived | {f.attname for f in model._meta.concrete_fields if f.is_relation}
    return {
        name: HIDDEN if name in model.secret else value if isinstance(value, bool | int) else str(value)
        for name, value in row.items()
        if value not in (None, "") and name not in hidden
    }


def _pair(obj: RegisterModel, before: RegisterModel, name: str) -> Change:
    f = obj._meta.get_field(name)
    old = _text(before, name, f.value_from_object(before))  # type: ignore[union-attr]
    return old, _text(obj, name, f.value_from_object(obj))  # type: ignore[union-attr]


def _text(obj: models.Model, name: str, value: Any) -> Any:
    """A value as the log keeps it: JSON types, and a related row by its name and key where its name is at hand."""
    if value is None or isinstance(value, str | bool | int | list | dict):
        f = obj._meta.get_field(name)
        if isinstance(f, models.ForeignKey) and value is not None:
            related = getattr(obj, name) if f.is_cached(obj) and getattr(obj, f.attname) == value else None
            return f"{related} (#{value})" if related is not None else f"#{value}"
        return value
    return str(value)
