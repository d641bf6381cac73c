"""The poller between its caller and the network: it stands still while the caller works, and ends when it stops."""

import asyncio
import time
from contextlib import closing
from dataclasses import replace

import pytest

from collectors.collect import Target
from collectors.facts import Snapshot
from collectors.identify import default_vendors
from collectors.polling import poller
from collectors.polling.poller import poll_many
from collectors.snmp.engine_udp import UdpEngine
from tests.collectors.wire import faulty_agent as agents
from tests.collectors.wire.conftest import serving

THREE = ("one", "two", "three")


def targets(ports: dict[str, int]) -> list[Target]:
    return [Target(name, "127.0.0.1", port, timeout_s=0.3, retries=0) for name, port in ports.items()]


def test_a_caller_that_takes_its_time_loses_no_device() -> None:
    engine = UdpEngine()
    with serving(dict.fromkeys(THREE, agents.device()), dict.fromkeys(THREE, agents.none)) as ports:
        found = []
        for target, snapshot in poll_many(targets(ports), vendors=default_vendors(), jobs=1, engine=lambda: engine):
            found.append((target.name, snapshot.fault))
            time.sleep(0.5)
    assert sorted(found) == [(name, "") for name in sorted(THREE)]
    assert engine.retries == 0


def test_long_work_elsewhere_is_no_time_of_the_loops_and_short_work_is() -> None:
    loop = poller._Loop()
    with closing(loop):
        began = time.monotonic()
        before = loop.time()
        time.sleep(poller.LONG_S / 5)
        loop.forget_since(before)
        assert loop.time() - before >= poller.LONG_S / 5
        before = loop.time()
        time.sleep(poller.LONG_S * 1.2)
        loop.forget_since(before)
        assert loop.time() - before <= time.monotonic() - began - poller.LONG_S * 1.2


def test_a_caller_that_stops_leaves_nothing_open() -> None:
    engine = UdpEngine()
    faults = dict.fromkeys(THREE, agents.none) | {"silent": agents.silence}
    with serving(dict.fromkeys(faults, agents.device()), faults) as ports:
        patient = [replace(target, timeout_s=300.0) for target in targets(ports)]
        stream = poll_many(patient, vendors=default_vendors(), engine=lambda: engine)
        next(stream)
        stream.close()
    assert not engine._sockets and not engine._waiting


def test_who_is_done_just_as_others_are_taken_makes_nobody_wait_for_the_end() -> None:
    async def by_turns() -> list[int]:
        one = poller._Poller([], default_vendors(), 1, UdpEngine)
        one.work = asyncio.get_running_loop().create_future()
        taken = []
        for names in (["a", "b"], ["c"]):
            asyncio.get_running_loop().call_later(0.05, _done, one, names[0])
            assert await asyncio.wait_for(one.news_or_end(), 5.0)
            for late in names[1:]:
                _done(one, late)
            taken.append(len(one.taken()))
        one.work.set_result([])
        one.news.set()
        assert not await asyncio.wait_for(one.news_or_end(), 5.0)
        return taken

    def _done(one: poller._Poller, name: str) -> None:
        one.done.append((Target(name, "127.0.0.1"), Snapshot(name)))
        one.news.set()

    assert asyncio.run(by_turns()) == [2, 1]


def test_what_ends_the_polling_reaches_the_caller() -> None:
    def unusable() -> UdpEngine:
        raise OSError("no sockets are left")

    with pytest.raises(OSError, match="no sockets are left"):
        list(poll_many([Target("one", "127.0.0.1")], vendors=default_vendors(), engine=unusable))


def test_nothing_to_ask_is_nothing_to_say() -> None:
    assert list(poll_many([], vendors=default_vendors())) == []


def test_it_may_run_in_a_thread_beside_another_loop() -> None:
    async def beside() -> list[object]:
        return await asyncio.to_thread(lambda: list(poll_many([], vendors=default_vendors())))

    assert asyncio.run(beside()) == []
