"""Polls from several processes and hands over Snapshots as they come. No database, no Django.

One interpreter keeps one core busy; each child here runs a poller on a share of the targets. A child knows nothing
of the register: it sends its Snapshots through a pipe, and the caller applies them one after another as ever.
"""

import dataclasses
import multiprocessing
import operator
import os
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, suppress
from functools import cache, partial
from multiprocessing import connection
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler
from typing import TYPE_CHECKING, Any, TypeVar

from collectors import facts
from collectors.collect import Target
from collectors.facts import Snapshot
from collectors.polling.poller import JOBS, poll_many
from collectors.polling.sessions import Engine
from collectors.rulebook import Vendors
from collectors.snmp.engine_udp import UdpEngine
from inventory.memory import seldom_collected

if TYPE_CHECKING:
    from multiprocessing.context import ForkContext, SpawnContext

T = TypeVar("T")
_FORKS = sys.platform == "linux"
_ENDED_S = 5.0
"""How long a child that was told to end may take."""


class ChildEnded(RuntimeError):
    """A polling process ended before its share was done: a bug, or it was killed."""


def poll_in_processes(
    targets: Sequence[Target],
    *,
    vendors: Vendors,
    processes: int,
    jobs: int = JOBS,
    engine: Callable[[], Engine] = UdpEngine,
) -> Generator[tuple[Target, Snapshot], None, None]:
    """Each target's Snapshot, in the order in which they come; `jobs` devices at a time in all processes together.

    `targets` stand in the order of their size, the largest first. Raises ChildEnded when a process is lost; all are
    ended when the caller stops early, and end by themselves when it is killed.
    """
    pools = shares(targets, max(1, min(processes, len(targets))))
    # Forking costs nothing and needs no second import; elsewhere than on Linux it is not safe with system libraries.
    context: ForkContext | SpawnContext
    context = multiprocessing.get_context("fork") if _FORKS else multiprocessing.get_context("spawn")
    with ExitStack() as stack:
        ends: dict[Connection, tuple[BaseProcess, Sequence[Target]]] = {}
        for pool in pools:
            hear, tell = context.Pipe(duplex=False)
            stack.callback(hear.close)
            others = [*ends, hear] if _FORKS else []
            child = context.Process(
                target=_child, args=(pool, vendors, -(-jobs // len(pools)), engine, tell, others), daemon=True
            )
            child.start()
            tell.close()
            ends[hear] = child, pool
            stack.callback(_end, child)
        with seldom_collected():
            yield from _gather(ends)


def shares(items: Sequence[T], count: int) -> list[list[T]]:
    """Items in falling order of size dealt out to `count` hands, there and back again, so that none gets much more."""
    hands: list[list[T]] = [[] for _ in range(count)]
    order = [*range(count), *reversed(range(count))]
    for number, item in enumerate(items):
        hands[order[number % len(order)]].append(item)
    return hands


def _gather(ends: dict[Connection, tuple[BaseProcess, Sequence[Target]]]) -> Iterator[tuple[Target, Snapshot]]:
    left = {hear: len(pool) for hear, (_, pool) in ends.items()}
    while open_ones := [hear for hear, count in left.items() if count]:
        for hear in connection.wait(open_ones):
            assert isinstance(hear, Connection)
            child, pool = ends[hear]
            try:
                number, snapshot = hear.recv()
            except EOFError:
                child.join(_ENDED_S)
                words = f"a polling process ended with code {child.exitcode}; {left[hear]} devices were not polled"
                raise ChildEnded(words) from None
            left[hear] -= 1
            yield pool[number], snapshot


def _end(child: BaseProcess) -> None:
    child.terminate()
    child.join(_ENDED_S)
    if child.is_alive():
        child.kill()
        child.join()


@cache
def _pack_facts() -> None:
    """Facts go through the pipe as their class and its values: a third of what pickle does by itself for them."""
    for kind in vars(facts).values():
        if isinstance(kind, type) and dataclasses.is_dataclass(kind):
            names = [field.name for field in dataclasses.fields(kind)]
            values = operator.attrgetter(*names) if len(names) > 1 else partial(_only, names[0])
            ForkingPickler.register(kind, partial(_packed, kind, values))


def _packed(kind: type, values: Callable[[Any], tuple[Any, ...]], fact: Any) -> tuple[type, tuple[Any, ...]]:
    return kind, values(fact)


def _only(name: str, fact: Any) -> tuple[Any, ...]:
    return (getattr(fact, name),)


def _end_with_parent() -> None:
    """A parent that was killed tells nobody; a child that waits for a device would go on for long."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _child(
    targets: Sequence[Target],
    vendors: Vendors,
    jobs: int,
    engine: Callable[[], Engine],
    tell: Connection,
    others: Sequence[Connection],
) -> None:
    """A child's whole life. The parent decides when it ends: a terminal's Ctrl-C reaches both."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # A pipe ends for its reader, or breaks for its writer, only when nobody else holds its other end.
    for other in others:
        other.close()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _pack_facts()
    numbers = {target.name: number for number, target in enumerate(targets)}
    with suppress(BrokenPipeError):
        for target, snapshot in poll_many(targets, vendors=vendors, jobs=jobs, engine=engine):
            tell.send((numbers[target.name], snapshot))
    tell.close()
    # Without the ways out of a whole program: what was open before the fork is the parent's to close.
    os._exit(0)
