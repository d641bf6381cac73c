"""Polls many devices from a thread of its own and hands over Snapshots as they come. No database, no Django.

One asyncio loop, one request in flight for each device, `jobs` devices read at a time. A device is greeted before
it takes one of these places, so that dead ones are waited for beside the others and not in their stead. The caller
takes Snapshots with an ordinary `for`; when it is slower than the network, no new devices are begun.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from queue import SimpleQueue

from collectors.collect import Target
from collectors.facts import Snapshot
from collectors.napalm.beside import NO_SNMP
from collectors.polling.sessions import Engine, Engines, greet
from collectors.revisit import revisit
from collectors.rulebook import Vendors
from collectors.snmp.engine_udp import UdpEngine
from collectors.snmp.faults import NoAnswer, Refused
from inventory.memory import seldom_collected

log = logging.getLogger(__name__)

JOBS = 300
"""Devices read at a time: enough to keep one core busy over lines of some 20 ms, or with lost answers waited for."""
GREETED = 40
"""Devices greeted, or waiting to be read, for each one read at a time."""
BACKLOG = 200
"""Snapshots that may wait for the caller before new devices are begun."""


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
    with seldom_collected():
        thread.start()
        try:
            while (item := done.get()) is not None:
                if isinstance(item, BaseException):
                    raise item
                yield item
        finally:
            stop.set()
            thread.join()


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
        engines = Engines(self.engine)
        try:
            workers = [asyncio.create_task(self._worker(engines)) for _ in range(self.greeters)]
            watch = asyncio.create_task(self._watch(workers))
            await asyncio.gather(*workers, return_exceptions=False)
            watch.cancel()
        except asyncio.CancelledError:
            if not self.stop.is_set():
                raise
        finally:
            engines.close()

    async def _watch(self, workers: list["asyncio.Task[None]"]) -> None:
        """Cancels the workers when the caller has stopped taking."""
        while not self.stop.is_set():
            await asyncio.sleep(0.2)
        for worker in workers:
            worker.cancel()

    async def _worker(self, engines: Engines) -> None:
        for target in self.waiting:
            while self.done.qsize() > BACKLOG:
                await asyncio.sleep(0.02)
            self.done.put((target, await self._one(engines, target)))

    async def _one(self, engines: Engines, target: Target) -> Snapshot:
        """A bug in one device's collection is logged with its name and costs the others nothing."""
        if not target.credentials:
            return _nothing(target, NO_SNMP, f"{target.name}: SNMP is not asked")
        session = None
        try:
            session, credential = await greet(engines, target)
            async with self.gate:
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
