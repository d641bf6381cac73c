"""Polling from several processes: the same Snapshots as from one, and nobody left behind when it ends early."""

import asyncio
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from collectors.collect import Target
from collectors.facts import Snapshot
from collectors.identify import default_vendors
from collectors.lab.agent import Agent
from collectors.lab.server import Lab, make_agents
from collectors.models import DeviceState, Run
from collectors.polling.poller import poll_many
from collectors.polling.processes import ChildEnded, poll_in_processes
from collectors.selectors import Scope, devices_to_poll, target_of
from collectors.services.running import Outcome, run
from collectors.snmp import codec
from collectors.snmp import oid as oids
from collectors.snmp.credentials import Credential
from collectors.snmp.engine_udp import UdpEngine
from collectors.snmp.session import OCTETS
from inventory.services.write import Actor
from tests.collectors.test_revisit import IF_NAME, changed
from tests.collectors.test_revisit import device as recorded
from tests.collectors.wire.test_lab_server import device, free_port
from tests.conftest import ROOT
from tests.factories import make_switch


@contextmanager
def serving(agents: dict[str, Agent]) -> Iterator[list[Target]]:
    """The agents in a thread of their own, and targets for them."""
    loop = asyncio.new_event_loop()
    lab = Lab()
    lab.open(agents, port=free_port(), own_ports=True)
    lab.start(loop)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield [
            Target(name, host, port, (Credential(community="secret"),), timeout_s=2.0)
            for name, (host, port) in lab.places.items()
        ]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        lab.close(loop)
        loop.close()


@contextmanager
def deaf() -> Iterator[list[Target]]:
    """Targets behind a port that takes everything and never answers, each for longer than a test waits."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.bind(("127.0.0.1", 0))
        port = opened.getsockname()[1]
        yield [Target(f"deaf-{n}", "127.0.0.1", port, timeout_s=300.0, retries=0) for n in range(4)]


def timeless(snapshot: Snapshot) -> Snapshot:
    return replace(snapshot, taken_at="", seconds=0.0, system=replace(snapshot.system, uptime_s=None))


def test_two_processes_see_what_one_sees():
    vendors = default_vendors()
    with serving(make_agents(map(device, range(12)))) as targets:
        alone = {target.name: timeless(seen) for target, seen in poll_many(targets, vendors=vendors)}
        found = list(poll_in_processes(targets, vendors=vendors, processes=2))
    assert len(found) == 12
    assert {target.name: timeless(seen) for target, seen in found} == alone
    assert {target.name: target for target, _ in found} == {target.name: target for target in targets}


def test_what_was_asked_last_goes_to_a_process_and_comes_back_from_it():
    vendors = default_vendors()
    with serving(make_agents(map(device, range(6)))) as targets:
        asked = [replace(target, last=b"") for target in targets]
        first = list(poll_in_processes(asked, vendors=vendors, processes=2))
        again = [replace(target, last=seen.conversation) for target, seen in first]
        second = list(poll_in_processes(again, vendors=vendors, processes=2))
    assert all(seen.conversation and not seen.same for _target, seen in first)
    assert [seen.same for _target, seen in second] == [True] * 6
    assert {seen.requests for _target, seen in second} == {seen.requests for _target, seen in first}


def test_an_answer_that_was_expected_stays_unread_and_any_other_is_read():
    names = [oids.parse(IF_NAME)]

    async def ask(target: Target) -> None:
        engine = UdpEngine()
        session = engine.session(target.name, target.host, target.port, community="secret")
        try:
            read = await session.get_bulk(names, 5)
            unread = await session.expect(codec.GET_BULK, 5, names, read.checksum)
            other = await session.expect(codec.GET_BULK, 5, names, read.checksum ^ 1)
        finally:
            engine.close()
        assert len(read.varbinds) == 5
        assert (unread.varbinds, unread.octets) == ([], read.octets)
        assert codec.decode_varbinds(unread.unread, 0, len(unread.unread)) == read.varbinds
        assert (other.varbinds, other.unread) == (read.varbinds, b"")

    with serving({"sw-1": Agent(recorded(), b"secret")}) as (target,):
        asyncio.run(ask(target))


@pytest.mark.parametrize("name", [f"{IF_NAME}.4", "1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.2.2.1.8.3"])
def test_what_was_heard_and_left_unread_is_read_where_a_later_answer_differs(name: str):
    vendors = default_vendors()
    state = {"1.3.6.1.2.1.2.2.1.8.3": (OCTETS, b"1")}
    with serving({"sw-1": Agent(recorded(**state), b"secret")}) as (target,):
        ((_target, before),) = poll_many([replace(target, last=b"")], vendors=vendors)
    now = changed(recorded(**state), {oids.parse(name): (OCTETS, b"Gi0/9")})
    with serving({"sw-1": Agent(now, b"secret")}) as (target,):
        ((_target, again),) = poll_many([replace(target, last=before.conversation)], vendors=vendors)
        ((_target, alone),) = poll_many([target], vendors=vendors)
    assert before.conversation
    assert not again.same
    assert timeless(replace(again, conversation=b"")) == timeless(alone)


def test_more_processes_than_devices_are_not_started():
    with serving(make_agents(map(device, range(2)))) as targets:
        assert len(list(poll_in_processes(targets, vendors=default_vendors(), processes=9))) == 2
    assert list(poll_in_processes([], vendors=default_vendors(), processes=2)) == []


def test_a_caller_that_stops_early_leaves_no_process():
    with serving(make_agents(map(device, range(6)))) as targets, deaf() as silent:
        polled = poll_in_processes([*targets, *silent], vendors=default_vendors(), processes=2)
        next(polled)
        assert len(multiprocessing.active_children()) == 2
        polled.close()
        assert multiprocessing.active_children() == []


def test_a_lost_process_is_told_with_what_was_not_polled():
    with deaf() as targets:
        bad = Target("bad", "127.0.0.1", credentials=())
        polled = iter(poll_in_processes([bad, *targets], vendors=default_vendors(), processes=2))
        assert next(polled)[1].fault == "no_snmp"
        multiprocessing.active_children()[0].kill()
        with pytest.raises(ChildEnded, match="2 devices were not polled"):
            next(polled)
    assert multiprocessing.active_children() == []


@pytest.mark.django_db
def test_a_run_that_loses_a_process_fails_and_keeps_the_devices_it_has():
    names = {}
    site = None
    for number in range(3):
        one = make_switch(f"sw-{number}", serial=f"SER{number:05d}", address=f"10.9.0.{number + 1}", site=site)
        site = one.site
        names[one.asset_tag] = number
    with serving(make_agents(map(device, range(2)))) as places, deaf() as silent:
        where = [*places, silent[0]]
        targets = [
            replace(where[names[target.name]], name=target.name) for target in map(target_of, devices_to_poll(Scope()))
        ]
        with pytest.raises(ChildEnded):
            collect_until_two_are_seen(targets)
    assert Run.objects.get().state == "failed"
    assert "devices were not polled" in Run.objects.get().note
    assert {state.device.name for state in DeviceState.objects.all()} == {"sw-0", "sw-1"}


def collect_until_two_are_seen(targets: list[Target]) -> Outcome:
    """A run whose processes are killed as soon as it has two devices."""
    seen: list[str] = []

    def progress(target: Target, _snapshot: Snapshot, _applied: object) -> None:
        seen.append(target.name)
        if len(seen) == 2:
            for child in multiprocessing.active_children():
                child.kill()

    return run(
        targets,
        Scope(),
        poll=lambda some: poll_in_processes(some, vendors=default_vendors(), processes=2),
        actor=Actor("collect", source="collector"),
        progress=progress,
    )


SCRIPT = """
import signal
import sys
from collectors.collect import Target
from collectors.identify import default_vendors
from collectors.polling.processes import poll_in_processes

if __name__ == "__main__":
    # As in a terminal: who is started in the background inherits that an interrupt is ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    targets = [Target(f"deaf-{n}", "127.0.0.1", int(sys.argv[1]), timeout_s=300.0, retries=0) for n in range(4)]
    targets.insert(0, Target("bad", "127.0.0.1", credentials=()))
    polled = poll_in_processes(targets, vendors=default_vendors(), processes=2)
    print(next(polled)[1].fault, flush=True)
    next(polled)
"""


@pytest.fixture
def waiting(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """A program that polls deaf devices from two processes, in a process group of its own."""
    script = tmp_path / "polls.py"
    script.write_text(SCRIPT, encoding="utf-8")
    with deaf() as targets:
        process = subprocess.Popen(
            [sys.executable, str(script), str(targets[0].port)],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "no_snmp\n"
            yield process
        finally:
            process.kill()
            process.communicate()


def test_an_interrupt_from_the_terminal_ends_all_processes_with_one_word(waiting):
    os.killpg(waiting.pid, signal.SIGINT)
    # The pipe of its standard error is closed when the last process that has it has ended.
    _, errors = waiting.communicate(timeout=20)
    assert errors.count("KeyboardInterrupt") == 1
    assert waiting.returncode in (-signal.SIGINT, 130, 1)


def test_a_parent_that_is_killed_takes_its_processes_with_it(waiting):
    waiting.kill()
    _, errors = waiting.communicate(timeout=20)
    assert errors == ""
