"""Keys of rows as requests carry them: whatever else stands in their place is the key of no row. Knows no model."""

from collections.abc import Iterable

LONGEST = 18
"""Digits of a key: databases hold no longer number, and Python reads none of thousands of digits."""


def key_of(text: str) -> int | None:
    """The key that a text is; None where it is none."""
    return int(text) if text.isdecimal() and len(text) <= LONGEST else None


def keys_of(texts: Iterable[str]) -> list[int]:
    """The keys among texts, each of which may hold several with commas between."""
    return [key for text in texts for part in text.split(",") if (key := key_of(part)) is not None]
