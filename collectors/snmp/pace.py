"""How much a device is asked at once, what it may cost, and what is remembered of it between tables."""

import time
from collections.abc import Callable
from dataclasses import dataclass

LADDER = (25, 10, 5, 1)
"""Max-repetitions, from what is tried first to what is left when answers fail."""
PATIENCE = 12
"""So many answers in a row that cannot be read end a walk: more than it takes to ask for least and to step over."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one table may cost. The defaults are far beyond a real table and bound a hostile one."""

    rows: int = 250_000
    requests: int = 20_000
    seconds: float = 300.0
    device_seconds: float = 1800.0
    """What all tables of one device may take together."""
    octets: int = 64 * 1024 * 1024
    steps: int = 4
    """At how many places one column may step over rows at which the device fails."""
    clock: Callable[[], float] = time.monotonic


DEFAULT_LIMITS = Limits()


@dataclass(slots=True)
class DeviceMemory:
    """What was learned of a device and holds for its next tables; and what it was asked so far."""

    repetitions: int = LADDER[0]
    columns: int = 16
    """Columns in one request: more than that, and the answer is long before it holds two rows."""
    bulk: bool = True
    names: int = 20
    """Objects in one GET."""
    answered: bool = False
    """Whether it answered anything yet: a device that never did is not asked twice."""
    requests: int = 0
    varbinds: int = 0
    started: float | None = None
    """When its first read began, by the clock of the limits."""
    unread: int = 0
    """Answers in a row that could not be read, the last of them when there were `unread_at` values."""
    unread_at: int = -1

    def senseless(self) -> bool:
        """Counts an answer that cannot be read: whether there were too many of them without a value between."""
        self.unread = self.unread + 1 if self.varbinds == self.unread_at else 1
        self.unread_at = self.varbinds
        return self.unread >= PATIENCE

    def until(self, limits: Limits) -> float:
        """When a read that begins now has to stop."""
        now = limits.clock()
        if self.started is None:
            self.started = now
        return min(now + limits.seconds, self.started + limits.device_seconds)


@dataclass(slots=True)
class Pace:
    """How much one request asks for; only ever less, until a table is past what made it less."""

    repetitions: int
    columns: int
    bulk: bool

    def slower(self, asked: int, columns: int, *, hard: bool = False) -> bool:
        """Asks less than `asked` repetitions of `columns` columns. False when less is not possible.

        `hard` takes large steps, for faults that cost a whole timeout each.
        """
        if self.bulk and asked > 1:
            lower = [step for step in LADDER if step < asked]
            self.repetitions = lower[len(lower) // 2] if hard else lower[0]
        elif columns > 1:
            self.columns = 1 if hard else columns // 2
        elif self.bulk:
            self.bulk = False
        else:
            return False
        return True
