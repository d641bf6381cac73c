"""Adds the collectors' own files to what `load` can read."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from collectors.napalm.drivers import DRIVERS
from collectors.profiles import AuthProtocol, DeviceProfile, ManagementProfile, PrivacyProtocol, SnmpVersion
from inventory.services.importing import cells
from inventory.services.importing.cells import BadCell, Column, Part, Reference
from inventory.services.importing.files import REGISTRY
from inventory.services.importing.hooks import split_list
from inventory.services.importing.lookup import Lookup
from inventory.services.importing.spec import File, Registry
from inventory.services.write import Unit

Plain = tuple[str, str, int]
"""SNMP version, community, port."""
PLAIN_VERSIONS = (SnmpVersion.V1, SnmpVersion.V2C)


def _given(row: Mapping[str, str], column: str) -> str:
    cell = row.get(column, "")
    return "" if cell == cells.CLEAR else cell


class Management:
    """The profiles of a device: those named in `profile`, else one with the version, community and port given.

    Such a profile is made where there is none; it gets a name without the community.
    """

    def __init__(self, lookup: Lookup) -> None:
        self.lookup = lookup
        self.by_name = {profile.name: profile for profile in ManagementProfile.objects.all()}
        self.plain: dict[Plain, ManagementProfile] = {}
        for profile in self.by_name.values():
            if profile.version in PLAIN_VERSIONS and not profile.login_user:
                self.plain.setdefault((profile.version, profile.community, profile.port), profile)
        self.held: dict[int, list[int]] = {}
        for device, held in DeviceProfile.objects.order_by("position", "pk").values_list("device_id", "profile_id"):
            self.held.setdefault(device, []).append(held)
        self.new: list[ManagementProfile] = []
        self.moved: list[tuple[DeviceProfile, ManagementProfile]] = []
        self.more: list[tuple[DeviceProfile, list[ManagementProfile]]] = []

    def check(self, line: int, row: Mapping[str, str], obj: DeviceProfile) -> bool:
        named = self._named(row)
        wanted = named or self._plain(row, obj)
        if obj.pk is None:
            obj.profile = wanted[0]
            changed = False
        elif changed := obj.profile_id != wanted[0].pk or wanted[0].pk is None:
            self.moved.append((obj, wanted[0]))
        if named and [profile.pk for profile in wanted] != self.held.get(obj.device_id, []):
            self.more.append((obj, wanted[1:]))
            changed = True
        return changed

    def _named(self, row: Mapping[str, str]) -> list[ManagementProfile]:
        names = split_list(_given(row, "profile"))
        for name in names:
            if name not in self.by_name:
                raise BadCell(_("there is no management profile '%s'") % name, "profile")
        return [self.by_name[name] for name in names]

    def _plain(self, row: Mapping[str, str], obj: DeviceProfile) -> list[ManagementProfile]:
        cells_given = [_given(row, column) for column in ("version", "community", "port")]
        now = obj.profile if obj.profile_id is not None else ManagementProfile()
        if not any(cells_given) and obj.profile_id is not None:
            return [now]
        version, community, port = cells_given
        key = (
            cells.choice(SnmpVersion)(version) if version else now.version,
            community or now.community,
            int(port) if port else now.port,
        )
        if key[0] not in PLAIN_VERSIONS:
            words = _("%(version)s needs a profile of profiles.csv, named in the column 'profile'")
            raise BadCell(words % {"version": SnmpVersion(key[0]).label}, "version")
        if key not in self.plain:
            made = ManagementProfile(name=self._free_name(key), version=key[0], community=key[1], port=key[2])
            made.clean_fields()
            self.plain[key] = self.by_name[made.name] = made
            self.new.append(made)
        return [self.plain[key]]

    def _free_name(self, key: Plain) -> str:
        base = f"SNMPv{key[0]}" if key[2] == 161 else f"SNMPv{key[0]} {key[2]}"
        name, number = base, 1
        while name in self.by_name:
            number += 1
            name = f"{base} ({number})"
        return name

    @staticmethod
    def tell(rows: Sequence[DeviceProfile], registry: Registry) -> dict[int, dict[str, str]]:
        names: dict[int, list[str]] = {}
        held = DeviceProfile.objects.filter(device__in=[row.device_id for row in rows]).order_by("position", "pk")
        for device, name in held.values_list("device_id", "profile__name"):
            names.setdefault(device, []).append(name)
        return {row.pk: {"profile": "; ".join(names[row.device_id])} for row in rows}

    def prepare(self, unit: Unit) -> None:
        unit.create_many(ManagementProfile, self.new)

    def write(self, unit: Unit) -> None:
        for obj, profile in self.moved:
            for other in DeviceProfile.objects.filter(device_id=obj.device_id, profile=profile):
                unit.delete(other)
            obj.profile = profile
            unit.update(obj)
        for obj, profiles in self.more:
            for old in DeviceProfile.objects.filter(device_id=obj.device_id).exclude(pk=obj.pk):
                unit.delete(old)
            rows = [DeviceProfile(device=obj.device, profile=p, position=n) for n, p in enumerate(profiles, 1)]
            unit.create_many(DeviceProfile, rows)


def _key(row: Any) -> tuple[str, ...]:
    """The first profile of a device stands for the device's row; the others have none of their own."""
    tag = row.device.asset_tag
    return (tag,) if row.position == 0 else (tag, str(row.position))


def _port(cell: str) -> str:
    if cell != cells.CLEAR and not 1 <= cells.integer(cell) <= 65535:
        raise BadCell(_("expected a port from 1 to 65535, found '%s'") % cell)
    return cell


def _login_port(cell: str) -> int:
    return int(_port(cell))


def _driver(cell: str) -> str:
    if cell not in DRIVERS:
        words = _("expected one of %(choices)s, found '%(cell)s'")
        raise BadCell(words % {"choices": ", ".join(DRIVERS), "cell": cell})
    return cell


PROFILE_COLUMNS = (
    Column("name", required=True),
    Column("version", cells.choice(SnmpVersion)),
    Column("community", empty=""),
    Column("user", empty=""),
    Column("auth", cells.choice(AuthProtocol)),
    Column("auth_key", empty=""),
    Column("privacy", cells.choice(PrivacyProtocol)),
    Column("privacy_key", empty=""),
    Column("context", empty=""),
    Column("port", cells.integer),
    Column("timeout_s", cells.decimal),
    Column("retries", cells.integer),
    Column("repetitions", cells.integer),
    Column("bulk", cells.boolean),
    Column("login_user", empty=""),
    Column("login_password", empty=""),
    Column("enable_secret", empty=""),
    Column("driver", _driver, empty=""),
    Column("login_port", _login_port),
)


def register_files() -> None:
    """profiles.csv: ways to ask. management.csv: which device is asked by which."""
    REGISTRY.register(
        File(
            "profiles",
            ManagementProfile,
            ("name",),
            PROFILE_COLUMNS,
            lambda profile: (profile.name,),
        ),
        File(
            "management",
            DeviceProfile,
            ("device",),
            (
                Reference("device", "devices", required=True),
                Column("enabled", cells.boolean),
                Part("profile"),
                Part("version", parse=cells.choice(SnmpVersion)),
                Part("community"),
                Part("port", parse=_port),
            ),
            _key,
            related=("device", "profile"),
            hook=Management,
        ),
    )
