"""Rotation of the keys that encrypt secrets: a new key first, every secret written anew, old keys dropped at will."""

from collections.abc import Iterator

from django.apps import apps
from django.db import models

from inventory.models import secrets
from inventory.models.secrets import SecretField
from inventory.services import write
from inventory.services.write import Actor


def rotate(*, actor: Actor, drop_old: bool = False) -> int:
    """Encrypt all secrets with a new key; returns how many rows were written. Raises WrongKey or OSError.

    The key file is written before the rows and keeps the old keys until they are done, so that a rotation killed
    at any moment leaves everything readable. `drop_old` then leaves only the new key: a backup of the database
    made before cannot be read with it.
    """
    old = secrets.read_keys()
    key = secrets.new_key()
    secrets.write_keys([key, *old])
    count = 0
    with write.unit(actor, reason="keys rotated"):
        for model, names in secret_models():
            rows = list(model._default_manager.only(*names))
            model._default_manager.bulk_update(rows, names, batch_size=write.BATCH)
            count += len(rows)
    if drop_old:
        secrets.write_keys([key])
    return count


def secret_models() -> Iterator[tuple[type[models.Model], list[str]]]:
    """Each model with encrypted columns, and their names."""
    for model in apps.get_models():
        names = [f.name for f in model._meta.concrete_fields if isinstance(f, SecretField)]
        if names:
            yield model, names
