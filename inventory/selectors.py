"""Reads of the register that cross models."""

from collections.abc import Sequence
from difflib import get_close_matches

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connections, router
from django.db.models import F, Max, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from inventory.models import Department, Device, DeviceType, Interface, IPAddress, Prefix, Town
from inventory.models.base import RegisterModel
from inventory.models.journal import JournalEntry, JournalKind
from inventory.rules import addresses

NAMES_SHOWN = 8

TOO_MANY = 5000
"""Changes beyond which it is cheaper to look at every device anew."""


def log_mark() -> int:
    """The place in the change log up to now."""
    return LogEntry.objects.aggregate(last=Max("pk"))["last"] or 0


def changes_of(obj: RegisterModel) -> QuerySet[LogEntry]:
    """The change log of one row, newest first; an interface's with the entry on its device in which it began."""
    # The kind as an expression: by its index SQLite would go through the log of all devices to find one.
    found = Q(kind=ContentType.objects.get_for_model(type(obj)).pk, object_pk=str(obj.pk))
    if isinstance(obj, Interface):
        found |= Q(pk__in=_beginnings(obj))
    entries: QuerySet[LogEntry] = LogEntry.objects.alias(kind=F("content_type_id") + 0).filter(found).order_by("-pk")
    return entries


def _beginnings(interface: Interface) -> list[int]:
    """Entries on the device that tell of new interfaces, this one among them."""
    devices = ContentType.objects.get_for_model(Device)
    entries = LogEntry.objects.filter(
        content_type=devices, object_pk=str(interface.device_id), changes__has_key="interfaces"
    ).values_list("pk", "changes")
    return [pk for pk, changes in entries if any(row["name"] == interface.name for row in changes["interfaces"][1])]


def written_together(correlation: str) -> QuerySet[LogEntry]:
    """The change log of what belongs together: one run, or one unit of work; newest first."""
    entries: QuerySet[LogEntry] = LogEntry.objects.filter(cid=correlation).order_by("-pk")
    return entries


def is_quiet_since(mark: int, *, but_not_by: str) -> bool:
    """Whether nothing was logged behind a place of the log, other than under one correlation id.

    Asked for every device of a run, so written out: making the query would cost ten times as much as running it.
    """
    with connections[router.db_for_read(LogEntry)].cursor() as cursor:
        cursor.execute(
            f"SELECT 1 FROM {LogEntry._meta.db_table} WHERE id > %s AND (cid IS NULL OR cid <> %s) LIMIT 1",
            [mark, but_not_by],
        )
        return cursor.fetchone() is None


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


def prefix_of(address: str) -> Prefix | None:
    """The longest prefix that holds an address; an indexed look-up. Raises ValueError for what is no address."""
    keys = addresses.containing_keys(addresses.parse_address(address))
    return Prefix.objects.filter(key__in=keys).order_by("-key").first()


def addresses_in(prefix: Prefix) -> QuerySet[IPAddress]:
    """Addresses of the register inside a prefix, in order; one range of an index."""
    return IPAddress.objects.filter(key__range=addresses.key_range(addresses.parse_prefix(prefix.prefix)))


def free_addresses(prefix: Prefix, count: int) -> list[str]:
    """The first free addresses of a prefix, as far as the register knows."""
    taken = addresses_in(prefix).order_by("key").values_list("key", flat=True)
    return [str(one) for one in addresses.first_free(addresses.parse_prefix(prefix.prefix), taken.iterator(), count)]


class UnknownName(LookupError):
    """A person typed a name that nothing has: the sentence says which names come close."""


def find_town(name: str) -> Town:
    """The town of a Chinese or English name, whatever its case. Raises UnknownName."""
    towns = list(Town.objects.all())
    for town in towns:
        if name.strip().casefold() in (town.name.casefold(), town.name_en.casefold()):
            return town
    raise UnknownName(_unknown(_("There is no town '%s'."), name, [town.name for town in towns]))


def find_department(name: str) -> Department:
    """The department of a name, with its town. Raises UnknownName."""
    found = Department.objects.select_related("town").filter(name=name.strip()).first()
    if found is None:
        names = list(Department.objects.values_list("name", flat=True))
        raise UnknownName(_unknown(_("There is no department '%s'."), name, names))
    return found


def _unknown(sentence: str, name: str, names: Sequence[str]) -> str:
    """The sentence with the names that come close; all of a short list when none does."""
    name = name.strip()[:80]
    close = [other for other in names if name and (name in other or other in name)]
    close += [other for other in get_close_matches(name, names, n=NAMES_SHOWN, cutoff=0.4) if other not in close]
    if not close and len(names) <= NAMES_SHOWN:
        close = list(names)
    sentence = sentence % name
    if not close:
        return sentence
    return f"{sentence} " + _("Close names: %s") % "、".join(close[:NAMES_SHOWN])


def with_open_fault(rows: QuerySet[Device]) -> QuerySet[Device]:
    """Of some devices those whose journal last told of a fault, and of no repair or inspection since."""
    told = JournalEntry.objects.exclude(kind=JournalKind.NOTE).filter(device=OuterRef("pk"))
    last = told.order_by("-written_at", "-pk").values("kind")[:1]
    ever = JournalEntry.objects.filter(kind=JournalKind.FAULT, device__isnull=False).values("device")
    return rows.filter(pk__in=ever).annotate(last_word=Subquery(last)).filter(last_word=JournalKind.FAULT)
