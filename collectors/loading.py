"""Adds the collectors' own files to what `load` can read."""

from collectors.models import ManagementProfile, SnmpVersion
from inventory.services.importing import cells
from inventory.services.importing.cells import Column, Reference
from inventory.services.importing.files import REGISTRY, File


def register_files() -> None:
    """management.csv: how to ask each managed device."""
    REGISTRY.register(
        File(
            "management",
            ManagementProfile,
            ("device",),
            (
                Reference("device", "devices", required=True),
                Column("enabled", cells.boolean),
                Column("version", cells.choice(SnmpVersion)),
                Column("community"),
                Column("port", cells.integer),
            ),
            lambda profile: (profile.device.asset_tag,),
            related=("device",),
        )
    )
