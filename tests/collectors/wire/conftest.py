"""Fixtures of the tests that use sockets."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from collectors.snmp.engine_pysnmp import PysnmpEngine
from collectors.snmp.engine_udp import UdpEngine
from collectors.snmp.recording import Recording
from collectors.snmp.session import Session
from tests.collectors.wire.faulty_agent import Fault, FaultyAgent, device
from tests.collectors.wire.real_agent import free_port, running

Use = Callable[[Session, FaultyAgent, Any], Awaitable[Any]]
OnWire = Callable[..., Coroutine[Any, Any, Any]]

_ENGINES: dict[str, Callable[[], Any]] = {"own": UdpEngine, "pysnmp": PysnmpEngine}


@pytest.fixture
def on_wire() -> OnWire:
    """`await on_wire(engine, fault, use)`: what `use(session, agent, engine)` gives while the agent runs.

    The agent serves `recording`, or the usual device of two columns.
    """

    async def run(
        engine_name: str,
        fault: Fault,
        use: Use,
        version: str = "2c",
        retries: int = 2,
        recording: Recording | None = None,
    ) -> Any:
        agent = await FaultyAgent(fault, recording or device()).start()
        engine = _ENGINES[engine_name]()
        try:
            session = engine.session(
                "faulty", "127.0.0.1", agent.port, version=version, timeout_s=0.15, retries=retries
            )
            return await use(session, agent, engine)
        finally:
            engine.close()
            agent.stop()

    return run


@contextmanager
def serving(recordings: Mapping[str, Recording], faults: Mapping[str, Fault]) -> Iterator[dict[str, int]]:
    """The agents in a thread of their own; name → UDP port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    made = [FaultyAgent(faults[name], recordings[name]) for name in faults]
    try:
        for agent in made:
            asyncio.run_coroutine_threadsafe(agent.start(), loop).result(5)
        yield dict(zip(faults, (agent.port for agent in made), strict=True))
    finally:
        for agent in made:
            loop.call_soon_threadsafe(agent.stop)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@pytest.fixture(scope="module")
def snmpd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The UDP port of an agent that lives as long as the tests."""
    port = free_port()
    with running(tmp_path_factory.mktemp("snmpd"), port):
        yield port
