"""Sweeps addresses for what answers SNMP, at a bounded rate, and groups the addresses of one device. No Django.

First one small question to each address; what answers is grouped, and one address of each group is read in full.
"""

import asyncio
import logging
from collections.abc import Callable, Hashable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from collectors.collect import Target
from collectors.facts import Snapshot, SystemFact
from collectors.polling.poller import JOBS, poll_many
from collectors.polling.sessions import Engine, Engines, greet
from collectors.rulebook import Vendors
from collectors.snmp.credentials import Credential
from collectors.snmp.engine_udp import UdpEngine
from collectors.snmp.faults import NoAnswer, Refused
from collectors.snmp.scalars import read_scalars
from collectors.tables import system

log = logging.getLogger(__name__)

RATE = 100
"""Addresses a second, unless told otherwise."""
AT_ONCE = 1000
"""Addresses waited for at a time; bounds memory, not the rate."""


@dataclass(frozen=True, slots=True)
class Heard:
    """An address that answered, by which credential, and what its system group says."""

    target: Target
    """With the one credential that was answered."""
    system: SystemFact


@dataclass(slots=True)
class Swept:
    """What came of a sweep. `refused`: something answered that knew none of the users or keys, with its words."""

    heard: list[Heard] = field(default_factory=list)
    refused: list[tuple[Target, str]] = field(default_factory=list)


@dataclass(slots=True)
class Found:
    """One device: all addresses at which it answered, in the order of the sweep, and what it says of itself."""

    addresses: list[str]
    target: Target
    snapshot: Snapshot


def sweep(
    targets: Sequence[Target],
    *,
    rate: float = RATE,
    progress: Callable[[Target], object] = lambda _target: None,
    engine: Callable[[], Engine] = UdpEngine,
) -> Swept:
    """Ask every target, beginning `rate` of them each second. Raises nothing for what does not answer."""
    return asyncio.run(_sweep(targets, rate, progress, engine))


async def _sweep(
    targets: Sequence[Target], rate: float, progress: Callable[[Target], object], engine: Callable[[], Engine]
) -> Swept:
    engines = Engines(engine)
    swept = Swept()
    places = asyncio.Semaphore(AT_ONCE)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    running: set[asyncio.Task[None]] = set()

    async def one(target: Target) -> None:
        try:
            await _ask(engines, target, swept)
        finally:
            places.release()
            progress(target)

    try:
        for number, target in enumerate(targets):
            await places.acquire()
            # Never faster, after a pause either: each address has its moment, counted from the one before.
            begun = max(begun + (1 / rate if number else 0), loop.time() - 1 / rate)
            await asyncio.sleep(max(0.0, begun - loop.time()))
            task = asyncio.create_task(one(target))
            running.add(task)
            task.add_done_callback(running.discard)
        await asyncio.gather(*running)
    finally:
        for task in running:
            task.cancel()
        engines.close()
    order = {target.name: number for number, target in enumerate(targets)}
    swept.heard.sort(key=lambda heard: order[heard.target.name])
    swept.refused.sort(key=lambda pair: order[pair[0].name])
    return swept


async def _ask(engines: Engines, target: Target, swept: Swept) -> None:
    try:
        session, credential = await greet(engines, target)
    except Refused as fault:
        swept.refused.append((target, str(fault)))
        return
    except (NoAnswer, ValueError, OSError):
        return
    try:
        read = await read_scalars(session, system.SYSTEM)
        if read.values:
            swept.heard.append(Heard(replace(target, credentials=(credential,)), system.system(read)))
    except Exception:  # the edge of one address: the others are asked on
        log.exception("asking %s failed", target.name)
    finally:
        with suppress(OSError):
            await session.close()


def read_devices(
    heard: Sequence[Heard],
    *,
    vendors: Vendors,
    jobs: int = JOBS,
    progress: Callable[[Target], object] = lambda _t: None,
) -> list[Found]:
    """Read one address of each group in full, and join what turns out to be one device."""
    groups = group_heard(heard)
    by_name = {group[0].target.name: group for group in groups}
    found = []
    for target, snapshot in poll_many([group[0].target for group in groups], vendors=vendors, jobs=jobs):
        group = by_name[target.name]
        if snapshot.fault:
            # It answered a moment ago: what it said then is what there is.
            snapshot = replace(snapshot, system=group[0].system)
        found.append(Found([one.target.name for one in group], group[0].target, snapshot))
        progress(target)
    order = {one.target.name: number for number, one in enumerate(heard)}
    found.sort(key=lambda one: order[one.target.name])
    return join(found)


def group_heard(heard: Sequence[Heard]) -> list[list[Heard]]:
    """Addresses of one device, by engine id and name: an engine id alone is shared by devices cloned from one image."""
    marks: list[list[Hashable]] = []
    for one in heard:
        whole = one.system.engine_id and one.system.name
        marks.append([(one.system.engine_id, one.system.name.lower())] if whole else [])
    return [[heard[number] for number in group] for group in _joined(marks)]


def join(found: Sequence[Found]) -> list[Found]:
    """One device for all that share a serial, a base MAC, or a name and an address that the other calls its own."""
    joined = []
    for group in _joined([list(_marks(one)) for one in found]):
        first, *others = [found[number] for number in group]
        addresses = dict.fromkeys([*first.addresses, *(a for other in others for a in other.addresses)])
        joined.append(replace(first, addresses=list(addresses)))
    return joined


def _marks(one: Found) -> Iterable[Hashable]:
    identity = one.snapshot.identity
    if identity.serial:
        yield "serial", (identity.manufacturer or "").lower(), identity.serial.lower()
    if identity.base_mac:
        yield "mac", identity.base_mac
    name = one.snapshot.system.name.lower()
    if name:
        for address in one.addresses:
            yield "address", name, address
        for fact in one.snapshot.addresses:
            yield "address", name, fact.address


def _joined(marks: Sequence[Sequence[Hashable]]) -> list[list[int]]:
    """Numbers of the items that share a mark, directly or through others; groups and members in their order."""
    group_of = list(range(len(marks)))

    def root(number: int) -> int:
        while group_of[number] != number:
            number = group_of[number]
        return number

    first: dict[Hashable, int] = {}
    for number, own in enumerate(marks):
        for mark in own:
            a, b = sorted((root(first.setdefault(mark, number)), root(number)))
            group_of[b] = a
    groups: dict[int, list[int]] = {}
    for number in range(len(marks)):
        groups.setdefault(root(number), []).append(number)
    return list(groups.values())


def quick(credential: Credential) -> Credential:
    """The same credential for a sweep: most addresses are silent, and two tries of a second tell."""
    return replace(credential, timeout_s=min(credential.timeout_s or 1.0, 1.0), retries=min(1, abs(credential.retries)))
