"""How Python looks after memory while a process makes millions of small values. Pure."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_COLLECT_AFTER = 1_000_000
"""Objects made, and not yet given up, between two looks for cycles."""


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Polls and reports make millions of tuples and no cycles: looking for cycles often is an eighth to a fifth of
    their cost."""
    before = gc.get_threshold()
    gc.set_threshold(_COLLECT_AFTER, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)
