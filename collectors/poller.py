"""Polls many devices from a thread of its own and hands over Snapshots as they come. No database, no Django.

One asyncio loop, one request in flight for each device, `jobs` devices read at a time. A device is greeted before
it takes one of these places, so that dead ones are waited for beside the others and not in their stead. The caller
takes Snapshots with an ordinary `for`; when it is slower than the network, no new devices are begun.
"""

import asyncio
import gc
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from queue import SimpleQueue
from typing import Protocol

from collectors.collect import Target, collect
from collectors.facts import Snapshot
from collectors.rulebook import Vendors
from collectors.snmp import oid
from collectors.snmp.engine_udp import UdpEngine
from collectors.snmp.faults import BadAnswer, NoAnswer
from collectors.snmp.session import Session

log = logging.getLogger(__name__)

JOBS = 100
GREETED = 40
"""Devices greeted, or waiting to be read, for each one read at a time."""
_UPTIME = oid.parse("1.3.6.1.2.1.1.3.0")
_COLLECT_AFTER = 100_000
"""Objects made, and not yet given up, between two looks for cycles."""
BACKLOG = 200
"""Snapshots that may wait for the caller before new devices are begun."""


class Engine(Protocol):
    """Makes sessions; `close` ends them all."""

    def session(
        self, name: str, host: str, port: int, *, community: str, version: str, timeout_s: float, retries: int
    ) -> Session: ...

    def close(self) -> None: ...


def poll_many(
    targets: Sequence[Target],
    *,
    vendors: Vendors,
    jobs: int = JOBS,
    engine: Callable[[], Engine] = UdpEngine,
) -> Iterator[tuple[Target, Snapshot]]:
    """Each target's Snapshot, in the order in which they are done. Ends the thread when the caller stops early."""
    done: SimpleQueue[tuple[Target, Snapshot] | BaseException | None] = SimpleQueue()
    stop = threading.Event()
    poller = _Poller(list(targets), vendors, jobs, engine, done, stop)
    thread = threading.Thread(target=poller.run, name="poller", daemon=True)
    with _seldom_collected():
        thread.start()
        try:
            while (item := done.get()) is not None:
                if isinstance(item, BaseException):
                    raise item
                yield item
        finally:
            stop.set()
            thread.join()


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Polling makes millions of short-lived tuples and no cycles: looking for cycles often is a fifth of its cost."""
    before = gc.get_threshold()
    gc.set_threshold(_COLLECT_AFTER, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)


class _Poller:
    """The thread's side: workers that take the next target until none is left."""

    def __init__(
        self,
        targets: list[Target],
        vendors: Vendors,
        jobs: int,
        engine: Callable[[], Engine],
        done: "SimpleQueue[tuple[Target, Snapshot] | BaseException | None]",
        stop: threading.Event,
    ) -> None:
        self.waiting = iter(targets)
        self.gate = asyncio.Semaphore(max(1, jobs))
        self.greeters = max(1, min(jobs * GREETED, len(targets)))
        self.vendors = vendors
        self.engine = engine
        self.done = done
        self.stop = stop

    def run(self) -> None:
        try:
            asyncio.run(self._all())
        except BaseException as fault:
            self.done.put(fault)
        else:
            self.done.put(None)

    async def _all(self) -> None:
        engine = self.engine()
        try:
            workers = [asyncio.create_task(self._worker(engine)) for _ in range(self.greeters)]
            watch = asyncio.create_task(self._watch(workers))
            await asyncio.gather(*workers, return_exceptions=False)
            watch.cancel()
        except asyncio.CancelledError:
            if not self.stop.is_set():
                raise
        finally:
            engine.close()

    async def _watch(self, workers: list["asyncio.Task[None]"]) -> None:
        """Cancels the workers when the caller has stopped taking."""
        while not self.stop.is_set():
            await asyncio.sleep(0.2)
        for worker in workers:
            worker.cancel()

    async def _worker(self, engine: Engine) -> None:
        for target in self.waiting:
            while self.done.qsize() > BACKLOG:
                await asyncio.sleep(0.02)
            self.done.put((target, await self._one(engine, target)))

    async def _one(self, engine: Engine, target: Target) -> Snapshot:
        """A bug in one device's collection is logged with its name and costs the others nothing."""
        try:
            session = engine.session(
                target.name,
                target.host,
                target.port,
                community=target.community,
                version=target.version,
                timeout_s=target.timeout_s,
                retries=target.retries,
            )
        except (ValueError, OSError) as fault:
            return Snapshot(name=target.name, fault="bad_target", fault_text=str(fault))
        try:
            with suppress(BadAnswer):
                await session.get([_UPTIME])
            async with self.gate:
                return await collect(target, session, vendors=self.vendors)
        except NoAnswer as dead:
            return Snapshot(
                name=target.name,
                taken_at=datetime.now(UTC).isoformat(timespec="seconds"),
                fault=dead.code,
                fault_text=str(dead),
            )
        except Exception as bug:
            log.exception("collecting %s failed", target.name)
            return Snapshot(name=target.name, fault="bug", fault_text=f"{type(bug).__name__}: {bug}")
        finally:
            with suppress(OSError):
                await session.close()
