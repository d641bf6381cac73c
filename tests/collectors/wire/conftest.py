"""Fixtures of the tests that use sockets."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest

from collectors.snmp.engine_pysnmp import PysnmpEngine
from collectors.snmp.engine_udp import UdpEngine
from collectors.snmp.session import Session
from tests.collectors.wire.faulty_agent import Fault, FaultyAgent

Use = Callable[[Session, FaultyAgent, Any], Awaitable[Any]]
OnWire = Callable[..., Coroutine[Any, Any, Any]]

_ENGINES: dict[str, Callable[[], Any]] = {"own": UdpEngine, "pysnmp": PysnmpEngine}


@pytest.fixture
def on_wire() -> OnWire:
    """`await on_wire(engine, fault, use)`: what `use(session, agent, engine)` gives while the agent runs."""

    async def run(engine_name: str, fault: Fault, use: Use, version: str = "2c", retries: int = 2) -> Any:
        agent = await FaultyAgent(fault).start()
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
