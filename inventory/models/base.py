"""What every model of the register shares: it can be written only inside a unit of work.

`services.write` opens a unit; everything else that tries to save, update or delete raises WriteOutsideUnit.
Migrations use Django's own historical models and so pass. Knows no particular model.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ClassVar, Self, TypeVar

from django.db import connections, models, router
from django.db.models.lookups import In

from inventory.models.macs import MacField

_open_unit: ContextVar[object | None] = ContextVar("open_unit", default=None)


class WriteOutsideUnit(RuntimeError):
    """A bug: something writes to the register without going through inventory.services."""


@contextmanager
def writing(unit: object) -> Iterator[None]:
    """Allows writes while it is open. For inventory.services.write alone."""
    token = _open_unit.set(unit)
    try:
        yield
    finally:
        _open_unit.reset(token)


def current_unit() -> object | None:
    return _open_unit.get()


def _require_unit(what: str) -> None:
    if _open_unit.get() is None:
        raise WriteOutsideUnit(f"{what} outside a unit of work; use inventory.services.write")


@models.IntegerField.register_lookup
class InRange(In):
    """`in` without the numbers that no column holds: Django leaves them out of `exact`, `gt` and `lt`, not of this."""

    def get_prep_lookup(self) -> Any:
        values = super().get_prep_lookup()
        if not self.rhs_is_direct_value():
            return values
        return [one for one in values if not isinstance(one, int) or -GREATEST <= one <= GREATEST]


GREATEST = models.BigIntegerField.MAX_BIGINT

M = TypeVar("M", bound=models.Model)

_PLAIN = frozenset(
    {
        models.BigAutoField,
        models.BigIntegerField,
        models.BooleanField,
        models.CharField,
        models.ForeignKey,
        models.IntegerField,
        MacField,
        models.OneToOneField,
        models.PositiveBigIntegerField,
        models.PositiveIntegerField,
        models.PositiveSmallIntegerField,
        models.SmallIntegerField,
        models.TextField,
    }
)
"""Kinds of fields whose values every database takes as they are."""


class RegisterQuerySet(models.QuerySet[M]):
    """A queryset whose writes need an open unit of work."""

    def update(self, **kwargs: Any) -> int:
        _require_unit(f"update of {self.model.__name__}")
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        _require_unit(f"delete of {self.model.__name__}")
        return super().delete()

    def bulk_create(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> list[M]:
        _require_unit(f"creation of {self.model.__name__}")
        return super().bulk_create(objs, *args, **kwargs)

    def bulk_update(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> int:
        _require_unit(f"update of {self.model.__name__}")
        return super().bulk_update(objs, *args, **kwargs)

    def insert_rows(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows as `insert_rows` does."""
        _require_unit(f"creation of {self.model.__name__}")
        insert_rows(self.model, rows)

    def update_rows(self, names: Sequence[str], rows: Sequence[models.Model]) -> None:
        """Save some fields of rows that have keys, by one prepared statement; bulk_update costs a multiple."""
        _require_unit(f"update of {self.model.__name__}")
        connection = connections[router.db_for_write(self.model)]
        fields: list[Any] = [self.model._meta.get_field(name) for name in names]
        quote = connection.ops.quote_name
        places = ", ".join(f"{quote(field.column)} = %s" for field in fields)
        key: Any = self.model._meta.pk
        statement = f"UPDATE {quote(self.model._meta.db_table)} SET {places} WHERE {quote(key.column)} = %s"
        parts = [
            _prepared(field, connection, [getattr(row, field.attname) for row in rows]) for field in (*fields, key)
        ]
        with connection.cursor() as cursor:
            cursor.executemany(statement, list(zip(*parts, strict=True)))


def insert_rows(model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows given as {attribute name: value}; what is left out has its default. Their keys are not told.

    Without instances, and by one prepared statement: a third of the cost of bulk_create (see ADR 11).
    """
    connection = connections[router.db_for_write(model)]
    fields: list[Any] = [field for field in model._meta.concrete_fields if not field.primary_key]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({places})"
    parts = [_prepared(field, connection, [row.get(field.attname, _ABSENT) for row in rows]) for field in fields]
    with connection.cursor() as cursor:
        cursor.executemany(statement, list(zip(*parts, strict=True)))


_ABSENT = object()


def _prepared(field: Any, connection: Any, values: list[Any]) -> list[Any]:
    """One column's values as the database takes them, defaults filled in."""
    if _ABSENT in values:
        values = [field.get_default() if value is _ABSENT else value for value in values]
    if type(field) in _PLAIN:
        return values
    if isinstance(field, models.DateTimeField):
        # What is written together is mostly of one moment.
        moments = {value: field.get_db_prep_save(value, connection) for value in set(values)}
        return [moments[value] for value in values]
    return [field.get_db_prep_save(value, connection) for value in values]


class RegisterManager(models.Manager[M]):
    """Hands out guarded querysets, to related managers too."""

    def get_queryset(self) -> RegisterQuerySet[M]:
        return RegisterQuerySet(self.model, using=self._db)


class RegisterModel(models.Model):
    """A row of the register."""

    objects = RegisterManager()

    unlogged: ClassVar[frozenset[str]] = frozenset()
    """Fields that change with every poll and so are not written to the change log."""
    derived: ClassVar[frozenset[str]] = frozenset()
    """Fields that `derive` fills; they follow from others and are not written to the change log either."""
    secret: ClassVar[frozenset[str]] = frozenset()
    """Fields whose values are never shown: the change log says only that they changed."""
    logged: ClassVar[bool] = True
    """False for rows that are a record of their own, with their own times."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        _require_unit(f"save of {type(self).__name__}")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        _require_unit(f"delete of {type(self).__name__}")
        return super().delete(*args, **kwargs)

    def derive(self) -> None:
        """Fill the columns that follow from others (search keys). Called by services.write before each write."""

    def check_change(self, before: Self) -> None:
        """Raise ValidationError when the way from `before` to this row is not allowed. Called by services.write."""
