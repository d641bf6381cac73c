"""Polls many devices and hands over Snapshots as they come. No database, no Django.

One asyncio loop, one request in flight for each device, `jobs` devices read at a time. A device is greeted before
it takes one of these places, so that dead ones are waited for beside the others and not in their stead. The caller
takes Snapshots with an ordinary `for`; while it works on one, the loop stands still: threads would only take the
interpreter from each other at every packet and every row.
"""

import asyncio
import logging
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from collectors.collect import Target
from collectors.facts import Snapshot
from collectors.napalm.beside import NO_SNMP
from collectors.polling.gate import Gate, IdleSelector
from collectors.polling.sessions import Engine, Engines, greet
from collectors.revisit import revisit
from collectors.rulebook import Vendors
from collectors.snmp.engine_udp import UdpEngine
from collectors.snmp.faults import NoAnswer, Refused
from inventory.memory import seldom_collected

log = logging.getLogger(__name__)

JOBS = 500
"""Devices read at a time at most: enough to keep a core busy over lines of some 20 ms, or while lost answers are
waited for. Where fewer keep it busy, fewer are read (see Gate)."""
WINDOW_S = 0.05
"""Over so long is looked at how busy the loop is."""
GREETED = 40
"""Devices greeted, or waiting to be read, for each one read at a time."""
LONG_S = 0.25
"""A caller that takes longer, for a locked database or a log-in, takes it from no device's time to answer."""


def poll_many(
    targets: Sequence[Target],
    *,
    vendors: Vendors,
    jobs: int = JOBS,
    engine: Callable[[], Engine] = UdpEngine,
) -> Generator[tuple[Target, Snapshot], None, None]:
    """Each target's Snapshot, in the order in which they are done. Not for a thread in which a loop is running."""
    poller = _Poller(list(targets), vendors, jobs, engine)
    with seldom_collected(), asyncio.Runner(loop_factory=_Loop) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, _Loop)
        try:
            while runner.run(poller.news_or_end()):
                before = loop.time()
                yield from poller.taken()
                loop.forget_since(before)
        finally:
            runner.run(poller.stop())


class _Loop(asyncio.SelectorEventLoop):
    """A loop that knows how long it only waited, and whose clock can be put back by what was spent elsewhere."""

    _elsewhere_s = 0.0

    def __init__(self) -> None:
        self.waits = IdleSelector()
        super().__init__(self.waits)

    def time(self) -> float:
        return super().time() - self._elsewhere_s

    def forget_since(self, then: float) -> None:
        """What passed since `then` was no time of the loop's, if it was long."""
        if (spent := self.time() - then) > LONG_S:
            self._elsewhere_s += spent


class _Poller:
    """Workers that take the next target until none is left, and what they have done."""

    def __init__(self, targets: list[Target], vendors: Vendors, jobs: int, engine: Callable[[], Engine]) -> None:
        self.waiting = iter(enumerate(targets))
        self.gate = Gate(max(1, jobs))
        self.greeters = max(1, min(jobs * GREETED, len(targets)))
        self.vendors = vendors
        self.engine = engine
        self.done: list[tuple[Target, Snapshot]] = []
        self.news = asyncio.Event()
        self.engines: Engines | None = None
        self.work: asyncio.Future[list[None]] | None = None
        self.pace: asyncio.Task[None] | None = None

    async def news_or_end(self) -> bool:
        """Waits until something is done that was not taken yet, which gives True, or all is.

        Gives no Snapshots itself: as its Runner gives SIGINT back it writes out the result of what it ran.
        """
        if self.work is None:
            self.engines = Engines(self.engine)
            self.work = asyncio.gather(*(self._worker(self.engines) for _ in range(self.greeters)))
            self.work.add_done_callback(lambda _work: self.news.set())
            self.pace = asyncio.create_task(self._keep_busy())
        while not self.done:
            if self.work.done():
                # Raises what ended the workers, if anything did.
                await self.work
                return False
            self.news.clear()
            await self.news.wait()
        return True

    def taken(self) -> list[tuple[Target, Snapshot]]:
        """What is done and was not taken yet."""
        done, self.done = self.done, []
        return done

    async def stop(self) -> None:
        """Ends the workers, whether they are done or not."""
        if self.pace is not None:
            self.pace.cancel()
        if self.work is not None:
            self.work.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await self.work
        if self.engines is not None:
            self.engines.close()

    async def _keep_busy(self) -> None:
        """Lets more devices be read while the loop has time to spare."""
        loop = asyncio.get_running_loop()
        assert isinstance(loop, _Loop)
        while True:
            began, waited = loop.time(), loop.waits.idle_s
            await asyncio.sleep(WINDOW_S)
            self.gate.widen((loop.waits.idle_s - waited) / max(loop.time() - began, WINDOW_S))

    async def _worker(self, engines: Engines) -> None:
        for number, target in self.waiting:
            found = await self._one(engines, number, target)
            self.done.append((target, found))
            self.news.set()

    async def _one(self, engines: Engines, number: int, target: Target) -> Snapshot:
        """A bug in one device's collection is logged with its name and costs the others nothing."""
        if not target.credentials:
            return _nothing(target, NO_SNMP, f"{target.name}: SNMP is not asked")
        session = None
        try:
            session, credential = await greet(engines, target)
            async with self.gate.place(number):
                return await revisit(replace(target, credentials=(credential,)), session, vendors=self.vendors)
        except (NoAnswer, Refused) as dead:
            return _nothing(target, dead.code, str(dead))
        except (ValueError, OSError) as fault:
            return _nothing(target, "bad_target", str(fault))
        except Exception as bug:
            log.exception("collecting %s failed", target.name)
            return _nothing(target, "bug", f"{type(bug).__name__}: {bug}")
        finally:
            if session is not None:
                with suppress(OSError):
                    await session.close()


def _nothing(target: Target, code: str, text: str) -> Snapshot:
    return Snapshot(
        name=target.name,
        taken_at=datetime.now(UTC).isoformat(timespec="seconds"),
        fault=code,
        fault_text=text,
    )
