"""Writes for the page kit: each through one unit of work, as the signed-in person.

A row must not leave what its writer may see: that is asked before the unit ends.
"""

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, router
from django.db.models import Model, QuerySet
from django.db.models.deletion import Collector, ProtectedError, RestrictedError
from django.utils.translation import gettext as _

from inventory import scope
from inventory.models import Device
from inventory.services import devices, write
from inventory.services.write import Unit
from inventory.ui.kit import Consequences

PIECE = 1000
NAMED = 5


def actor_of(user: Any) -> write.Actor:
    return write.Actor(user.get_username(), user=user)


def store(
    user: Any,
    obj: Any,
    *,
    reason: str,
    links: Callable[[], Mapping[str, Sequence[Model]]],
    check: Callable[[Any], None] | None = None,
) -> None:
    """Create or update one row and what it is linked to. Raises ValidationError, PermissionDenied.

    `check` gets the row as it is saved, locked until the end, and may still set values or raise ValidationError.
    """
    try:
        with write.unit(actor_of(user), reason=reason) as unit:
            if obj.pk is None:
                unit.create(obj)
            else:
                if check is not None:
                    check(type(obj)._default_manager.select_for_update().get(pk=obj.pk))
                unit.update(obj)
            for name, rows in links().items():
                _link(unit, obj, name, rows)
            if not scope.may(user, "change", type(obj), obj):
                raise ValidationError(_("With these values the row would lie outside what you may see."))
    except IntegrityError as fault:
        raise ValidationError(write.explain(fault, type(obj))) from fault


def _link(unit: Unit, obj: Any, name: str, rows: Sequence[Model]) -> None:
    """Make the rows of a many-to-many field's table those given."""
    field = obj._meta.get_field(name)
    through, near, far = field.remote_field.through, field.m2m_field_name(), field.m2m_reverse_field_name()
    wanted = {row.pk: row for row in rows}
    for link in through._default_manager.filter(**{near: obj}):
        if wanted.pop(getattr(link, f"{far}_id"), None) is None:
            unit.delete(link)
    for row in wanted.values():
        unit.create(through(**{near: obj, far: row}))


def change(user: Any, rows: QuerySet[Any], values: Mapping[str, Any], *, reason: str) -> int:
    """Set the values in each row, all or none. Returns how many changed; raises ValidationError naming rows."""
    model = rows.model
    forward = [f.name for f in model._meta.concrete_fields if f.is_relation]
    changed, faults = [], []
    for row in rows.select_related(*forward):
        before = copy.copy(row)
        told = _set(row, devices.with_consequences(row, values) if isinstance(row, Device) else values)
        if not told:
            continue
        try:
            _check(row, before)
        except ValidationError as fault:
            faults.append(f"{row}: {' '.join(fault.messages)}")
        changed.append((row, told))
    if faults:
        more = [_("… and %d more rows.") % (len(faults) - NAMED)] if len(faults) > NAMED else []
        raise ValidationError(faults[:NAMED] + more)
    try:
        with write.unit(actor_of(user), reason=reason) as unit:
            unit.update_many(model, changed)
            _stay_visible(user, model, [row.pk for row, _told in changed])
    except IntegrityError as fault:
        raise ValidationError(write.explain(fault, model)) from fault
    return len(changed)


def _set(row: Any, values: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    told = {}
    for name, value in values.items():
        field = row._meta.get_field(name)
        old = field.value_from_object(row)
        setattr(row, name, value)
        if (new := field.value_from_object(row)) != old:
            told[name] = (old, new)
    return told


def _check(row: Any, before: Any) -> None:
    """The row's own rules. Related rows were chosen from a list, unique fields cannot be set for many."""
    row.derive()
    row.clean_fields(exclude=[f.name for f in row._meta.concrete_fields if f.is_relation])
    row.clean()
    row.check_change(before)


def _stay_visible(user: Any, model: type[Model], keys: Sequence[Any]) -> None:
    seen = sum(
        scope.visible(user, model).filter(pk__in=keys[start : start + PIECE]).count()
        for start in range(0, len(keys), PIECE)
    )
    if seen != len(keys):
        raise ValidationError(_("With these values some rows would lie outside what you may see."))


def delete(user: Any, rows: Sequence[Any], *, reason: str) -> None:
    """Delete the rows with what goes along, all or none. Raises ValidationError when others depend on one."""
    with write.unit(actor_of(user), reason=reason) as unit:
        if not all(scope.may(user, "delete", model) for model in {type(row) for row in rows}):
            raise PermissionDenied
        try:
            unit.delete_all(rows)
        except ValidationError:
            # The service names what depends on them, whoever asks.
            raise _refusal(user, next(row for row in rows if consequences(user, [row]).kept)) from None


def _refusal(user: Any, row: Any) -> ValidationError:
    others = ", ".join(f"{title} ({count})" for title, count, _some in consequences(user, [row]).kept)
    return ValidationError(_("%(name)s cannot be deleted: %(others)s depend on it.") % {"name": row, "others": others})


def consequences(user: Any, rows: Sequence[Any]) -> Consequences:
    """What would go along with a deletion, and what forbids it; by name only what the user may see."""
    collector = Collector(using=router.db_for_write(type(rows[0])), origin=rows[0])
    try:
        collector.collect(rows)
    except (ProtectedError, RestrictedError) as fault:
        kept = fault.protected_objects if isinstance(fault, ProtectedError) else fault.restricted_objects
        return Consequences((), _by_model(user, kept))
    own = {row.pk for row in rows}
    going = [row for found in collector.data.values() for row in found]
    going += [row for quick in collector.fast_deletes for row in quick]
    return Consequences(
        _by_model(user, (row for row in going if type(row) is not type(rows[0]) or row.pk not in own)), ()
    )


def _by_model(user: Any, rows: Iterable[Any]) -> list[tuple[str, int, list[str]]]:
    found: dict[type[Model], list[Any]] = {}
    for row in rows:
        found.setdefault(type(row), []).append(row)
    return [
        (str(model._meta.verbose_name_plural), len(some), _names(user, model, some)) for model, some in found.items()
    ]


def _names(user: Any, model: type[Any], rows: Sequence[Any]) -> list[str]:
    """Some of the rows by name, of those that the user may see."""
    seen = set(scope.visible(user, model).filter(pk__in=[one.pk for one in rows]).values_list("pk", flat=True))
    return sorted(str(one) for one in [one for one in rows if one.pk in seen][:NAMED])
