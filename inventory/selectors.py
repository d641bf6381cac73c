"""Reads of the register that cross models."""

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Max

from inventory.models import Device, DeviceType, Interface, IPAddress

TOO_MANY = 5000
"""Changes beyond which it is cheaper to look at every device anew."""


def log_mark() -> int:
    """The place in the change log up to now."""
    return LogEntry.objects.aggregate(last=Max("pk"))["last"] or 0


def devices_changed_since(mark: int, *, but_not_by: str) -> frozenset[int] | None:
    """Devices of which anything was changed behind a place of the log, other than under one correlation id.

    Their own rows, interfaces and addresses count, and their types. None: too many to say, or not to be told.
    """
    types = {ContentType.objects.get_for_model(model).pk: model for model in (Device, DeviceType, Interface, IPAddress)}
    rows = list(
        LogEntry.objects.filter(pk__gt=mark, content_type__in=types)
        .exclude(cid=but_not_by)
        .values_list("content_type_id", "object_id", "action")[: TOO_MANY + 1]
    )
    if len(rows) > TOO_MANY or any(action == LogEntry.Action.DELETE for _type, _key, action in rows):
        return None
    keys: dict[type, set[int]] = {model: set() for model in types.values()}
    for content_type, key, _action in rows:
        keys[types[content_type]].add(key)
    changed = set(keys[Device])
    for found in (
        Device.objects.filter(device_type__in=keys[DeviceType]).values_list("pk", flat=True),
        Interface.objects.filter(pk__in=keys[Interface]).values_list("device_id", flat=True),
        IPAddress.objects.filter(pk__in=keys[IPAddress]).values_list("interface__device_id", flat=True),
    ):
        changed.update(pk for pk in found if pk is not None)
    return frozenset(changed)
