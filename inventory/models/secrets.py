"""A text column whose values are encrypted at rest (Fernet: AES-128-CBC and HMAC-SHA-256).

The keys lie in a file outside the database and its backups, newest first: the first encrypts, all decrypt.
TAIZHANG_SECRET_KEYS names the file; without it, it is `secret_keys` in VAR_DIR, made once, readable by its owner.
"""

import os
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import models

MARK = "fernet:"
"""Stands before every encrypted value, so that one is never taken for plain text."""


class WrongKey(Exception):
    """A stored secret was encrypted with a key that is not in the file. The text names the file, never a value."""


def keys_path() -> Path:
    return Path(os.environ.get("TAIZHANG_SECRET_KEYS") or Path(settings.VAR_DIR) / "secret_keys")


def read_keys() -> list[str]:
    """The keys, newest first; a new file with one key is made where there is none. Raises ImproperlyConfigured."""
    path = keys_path()
    try:
        if not path.exists():
            _make(path)
        keys = path.read_text(encoding="ascii").split()
        for key in keys:
            Fernet(key)
    except OSError as fault:
        raise ImproperlyConfigured(f"{path}: {fault.strerror or fault}") from None
    except ValueError:
        raise ImproperlyConfigured(f"{path}: holds a line that is no key") from None
    if not keys:
        raise ImproperlyConfigured(f"{path}: holds no key")
    return keys


def write_keys(keys: list[str]) -> None:
    """Put these keys, newest first, in the place of the file: whole or not at all. Raises OSError."""
    path = keys_path()
    made = _temporary(path, keys)
    try:
        made.replace(path)
    except OSError:
        made.unlink(missing_ok=True)
        raise


def new_key() -> str:
    return Fernet.generate_key().decode("ascii")


def _make(path: Path) -> None:
    """The first of several processes that come here at once makes the file, the others take it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = _temporary(path, [new_key()])
    try:
        os.link(made, path)
    except FileExistsError:
        pass
    finally:
        made.unlink()


def _temporary(path: Path, keys: list[str]) -> Path:
    """A file beside `path`, mode 0600 (mkstemp's)."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, encoding="ascii", delete=False) as stream:
        made = Path(stream.name)
        try:
            stream.write("".join(f"{key}\n" for key in keys))
            stream.flush()
            os.fsync(stream.fileno())
        except OSError:
            made.unlink()
            raise
    return made


def _cipher() -> MultiFernet:
    path = keys_path()
    try:
        state = path.stat()
        mark = (state.st_mtime_ns, state.st_ino, state.st_size)
    except OSError:
        mark = (0, 0, 0)
    return _cipher_of(path, mark)


@lru_cache(maxsize=4)
def _cipher_of(path: Path, mark: tuple[int, int, int]) -> MultiFernet:
    """Read again only when the file has changed."""
    return MultiFernet([Fernet(key) for key in read_keys()])


def encrypt(text: str) -> str:
    """The marked token of a text; an empty text stays empty."""
    return MARK + _cipher().encrypt(text.encode()).decode("ascii") if text else ""


def decrypt(stored: str) -> str:
    """The text of a marked token. Raises WrongKey."""
    if not stored:
        return ""
    if not stored.startswith(MARK):
        raise WrongKey(f"a stored secret is not encrypted; keys: {keys_path()}")
    try:
        return _cipher().decrypt(stored.removeprefix(MARK)).decode()
    except InvalidToken:
        raise WrongKey(f"a stored secret was encrypted with a key that is not in {keys_path()}") from None


class SecretField(models.TextField):  # type: ignore[type-arg]  # the stubs' parameters are not there at run time
    """Plain text in Python, a token in the database and in a dump. It cannot be searched for."""

    def from_db_value(self, value: str | None, _expression: object, _connection: object) -> str | None:
        return None if value is None else decrypt(value)

    def get_prep_value(self, value: Any) -> Any:
        plain = super().get_prep_value(value)
        return None if plain is None else encrypt(plain)

    def to_python(self, value: Any) -> Any:
        """A token comes from a dump (`loaddata`), anything else from a person."""
        text = super().to_python(value)
        return decrypt(text) if isinstance(text, str) and text.startswith(MARK) else text

    def value_to_string(self, obj: models.Model) -> str:
        """What `dumpdata` writes."""
        return encrypt(self.value_from_object(obj) or "")

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise FieldError(f"{self.name} is encrypted and cannot be searched for")
