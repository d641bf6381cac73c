"""NAPALM beside SNMP: the driver by what SNMP said, SNMP's snapshot completed, many devices in threads. No database.

SNMP says more surely how its tables ended, so its word stands; the command line fills what it left out.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Protocol, TypeVar

from collectors.facts import Snapshot, TableEnd, TableState
from collectors.napalm.drivers import NapalmTarget, driver_for
from collectors.napalm.source import napalm_snapshot

BY_SNMP = "auto"
"""In place of a driver's name: the one that suits what SNMP said."""
THREADS = 50
_WAITING = 2
"""Visits begun or waiting for a thread, for each thread: more Snapshots are not kept."""
NO_SNMP = "no_snmp"
"""The fault of a Snapshot for which SNMP was not asked: the profile is one of the command line alone."""
_TABLES = ("interfaces", "addresses", "arp", "forwarding", "neighbours")
"""Tables that bear the name of the Snapshot's field that they fill."""
_IDENTITY = ("manufacturer", "hardware", "version", "serial", "chassis_serials")


class Named(Protocol):
    """What a poller calls a device."""

    @property
    def name(self) -> str: ...


T = TypeVar("T", bound=Named)


def indexes_of(snapshot: Snapshot) -> dict[str, int]:
    """Name → ifIndex of an SNMP snapshot's interfaces: `indexes` of the NapalmTarget that completes it."""
    return {fact.label: fact.index for fact in snapshot.interfaces}


def lacking(snmp: Snapshot) -> tuple[str, ...]:
    """What SNMP did not say and a log-in may: tables without a row, blanks of the identity. Empty: SNMP is not poor."""
    tables = [name for name in _TABLES if not getattr(snmp, name)]
    blanks = [name for name in _IDENTITY if not getattr(snmp.identity, name)]
    return (*tables, *blanks, *(() if snmp.system.name else ("name",)))


def completed(snmp: Snapshot, cli: Snapshot) -> Snapshot:
    """What SNMP said, and from NAPALM what SNMP did not: tables that gave no row, and blanks of the identity.

    A table taken over ends as NAPALM's does: SNMP's 'empty' was not true, so it closes nothing. A fault of one way
    stands among the tables ('snmp', 'napalm'); it costs nothing of the other's. Of two faults SNMP's is the fault.
    """
    if snmp.fault == NO_SNMP:
        return cli
    if snmp.fault and cli.fault:
        return replace(snmp, fault_text=f"{snmp.fault_text}; {cli.fault_text}")
    if snmp.fault:
        return replace(cli, tables=cli.tables | {"snmp": TableEnd(TableState.CUT_SHORT, reason=snmp.fault_text)})
    if cli.fault:
        return _remarked(snmp, TableState.CUT_SHORT, cli.fault_text)
    taken: dict[str, Any] = {}
    tables = dict(snmp.tables)
    for name in _TABLES:
        if getattr(cli, name) and not getattr(snmp, name):
            taken[name], tables[name] = getattr(cli, name), cli.tables[name]
    said, more = snmp.identity, cli.identity
    blanks = {name: getattr(more, name) for name in _IDENTITY if not getattr(said, name) and getattr(more, name)}
    return replace(
        snmp,
        **taken,
        tables=tables,
        identity=replace(said, **blanks),
        system=replace(snmp.system, name=snmp.system.name or cli.system.name),
        requests=snmp.requests + cli.requests,
        seconds=snmp.seconds + cli.seconds,
    )


def _remarked(snmp: Snapshot, state: TableState, reason: str) -> Snapshot:
    return replace(snmp, tables=snmp.tables | {"napalm": TableEnd(state, reason=reason)})


def complete(snmp: Snapshot, login: NapalmTarget) -> Snapshot:
    """An SNMP snapshot completed by a log-in. Blocks; for a thread. Never raises for a device's fault.

    No log-in where SNMP lacks nothing. With BY_SNMP the driver is the one for what SNMP said; where SNMP was silent or
    none suits, nothing is tried.
    """
    if not snmp.fault and not lacking(snmp):
        return snmp
    driver = driver_for(snmp.identity) if login.driver == BY_SNMP else login.driver
    if driver is None:
        return snmp if snmp.fault else _remarked(snmp, TableState.UNSUPPORTED, "no NAPALM driver suits it")
    return completed(snmp, napalm_snapshot(replace(login, driver=driver, indexes=indexes_of(snmp))))


async def complete_by_napalm(snmp: Snapshot, login: NapalmTarget, pool: Executor | None = None) -> Snapshot:
    """`complete` in a thread of `pool`, or of the loop's own."""
    return await asyncio.get_running_loop().run_in_executor(pool, complete, snmp, login)


def completing(
    polled: Iterable[tuple[T, Snapshot]], logins: Mapping[str, NapalmTarget], *, threads: int = THREADS
) -> Iterator[tuple[T, Snapshot]]:
    """A poller's stream with the Snapshots of `logins` (by the target's name) completed, the others passed on.

    It stands between poller and register: `completing(poll_many(targets, …), logins)`. Devices wait for their log-in
    beside the others. When the caller stops, the visits on the way are waited for and the poller is closed.
    """
    visits = _Visits[T](max(1, threads))
    try:
        for target, snapshot in polled:
            if target.name not in logins:
                yield target, snapshot
                continue
            visits.begin(target, complete, snapshot, logins[target.name])
            yield from visits.done()
        while visits.running:
            yield from visits.done(wait_for_one=True)
    finally:
        visits.pool.shutdown(wait=True, cancel_futures=True)
        if isinstance(polled, Iterator) and hasattr(polled, "close"):
            polled.close()


def poll_by_napalm(
    targets: Iterable[NapalmTarget], *, threads: int = THREADS
) -> Iterator[tuple[NapalmTarget, Snapshot]]:
    """Each target's Snapshot by its command line alone, in the order in which they are done."""
    visits = _Visits[NapalmTarget](max(1, threads))
    try:
        for target in targets:
            visits.begin(target, napalm_snapshot, target)
            yield from visits.done()
        while visits.running:
            yield from visits.done(wait_for_one=True)
    finally:
        visits.pool.shutdown(wait=True, cancel_futures=True)


@dataclass
class _Visits(Generic[T]):
    """Visits in threads, and whose they are."""

    threads: int
    running: dict[Future[Snapshot], T] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.pool = ThreadPoolExecutor(self.threads, thread_name_prefix="napalm")

    def begin(self, target: T, work: Callable[..., Snapshot], *args: Any) -> None:
        self.running[self.pool.submit(work, *args)] = target

    def done(self, *, wait_for_one: bool = False) -> Iterator[tuple[T, Snapshot]]:
        """Those that are over. Waits for one when that is wanted, or when enough are on the way."""
        full = len(self.running) >= self.threads * _WAITING
        over, _others = wait(self.running, None if wait_for_one or full else 0, FIRST_COMPLETED)
        for visit in over:
            yield self.running.pop(visit), visit.result()
