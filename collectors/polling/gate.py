"""How many devices are read at a time: as many as keep the loop busy, the first in line before those behind it."""

import asyncio
import heapq
import selectors
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

FEW = 64
"""Devices read at a time to begin with. Agents nearby that answer at once need no more."""
IDLE = 0.1
"""Share of the time in which the loop only waits, above which more devices are read at a time."""


class Gate:
    """Places for some at a time, never more than `most`. Of those who wait for one, the lowest number gets it.

    The largest devices stand first in line. Among no more others than needed they are answered soonest, and one
    whose greeting was lost does not begin behind all the others, to be read alone at the end.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._places = min(FEW, most)
        self._taken = 0
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []

    @asynccontextmanager
    async def place(self, number: int) -> AsyncIterator[None]:
        """A place for the one with this number in line; no two have the same."""
        if self._taken < self._places:
            self._taken += 1
        else:
            mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            heapq.heappush(self._waiting, (number, mine))
            try:
                await mine
            except asyncio.CancelledError:
                if not mine.cancelled():
                    self._leave()
                raise
        try:
            yield
        finally:
            self._leave()

    def widen(self, idle: float) -> None:
        """More places where some wait for one and the loop only waited for this share of the time: 0 to 1.

        As many as would keep it busy, but at most twice what there were: answers to the new ones come later.
        """
        if self._waiting and idle > IDLE:
            self._places = min(self._most, round(self._places / max(1 - idle, 0.5)) + 1)
            self._admit()

    def _leave(self) -> None:
        self._taken -= 1
        self._admit()

    def _admit(self) -> None:
        while self._waiting and self._taken < self._places:
            _number, first = heapq.heappop(self._waiting)
            if not first.done():
                first.set_result(None)
                self._taken += 1


class IdleSelector(selectors.DefaultSelector):
    """A loop's selector that counts for how long there was nothing to do but wait."""

    idle_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout <= 0:
            return super().select(timeout)
        began = time.perf_counter()
        found = super().select(timeout)
        self.idle_s += time.perf_counter() - began
        return found
