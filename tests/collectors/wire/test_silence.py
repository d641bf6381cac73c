"""What a device that does not answer costs, in datagrams: dead, dying, or silent in the ways of a maker alone."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from collectors.collect import Target
from collectors.facts import Snapshot, TableState
from collectors.identify import default_vendors
from collectors.polling.poller import poll_many
from collectors.polling.sessions import Engines, greet
from collectors.snmp.codec import Request
from collectors.snmp.engine_udp import UdpSession
from collectors.snmp.session import VarBind
from tests.collectors.test_collect_equipment import CATALYST, recorded
from tests.collectors.wire import faulty_agent as agents
from tests.collectors.wire.conftest import OnWire


async def _polled(agent: agents.FaultyAgent, retries: int, *, was_silent: bool = False) -> Snapshot:
    target = Target("sw", "127.0.0.1", agent.port, timeout_s=0.1, retries=retries, was_silent=was_silent)
    found = await asyncio.to_thread(lambda: list(poll_many([target], vendors=default_vendors())))
    return found[0][1]


@pytest.mark.parametrize("retries", [0, 2])
def test_a_dead_device_costs_one_probe_and_its_retries(retries: int, on_wire: OnWire) -> None:
    async def use(session: Any, agent: agents.FaultyAgent, engine: Any) -> tuple[str, int]:
        return (await _polled(agent, retries)).fault, agent.requests

    assert asyncio.run(on_wire("own", agents.silence, use)) == ("no_answer", 1 + retries)


@pytest.mark.parametrize("retries", [0, 3])
def test_who_was_silent_last_time_is_tried_twice_at_most(retries: int, on_wire: OnWire) -> None:
    async def use(session: Any, agent: agents.FaultyAgent, engine: Any) -> tuple[str, int]:
        return (await _polled(agent, retries, was_silent=True)).fault, agent.requests

    assert asyncio.run(on_wire("own", agents.silence, use)) == ("no_answer", min(2, 1 + retries))


def test_who_was_silent_and_answers_again_is_read_with_all_its_tries(on_wire: OnWire) -> None:
    async def use(session: Any, agent: agents.FaultyAgent, engine: Any) -> int:
        engines = Engines()
        try:
            target = Target("sw", "127.0.0.1", agent.port, timeout_s=0.1, retries=3, was_silent=True)
            found, _credential = await greet(engines, target)
            assert isinstance(found, UdpSession)
            return found.retries
        finally:
            engines.close()

    assert asyncio.run(on_wire("own", agents.none, use)) == 3


def test_a_device_that_dies_on_the_way_costs_a_few_probes_and_not_one_for_each_table(on_wire: OnWire) -> None:
    async def use(session: Any, agent: agents.FaultyAgent, engine: Any) -> tuple[Snapshot, int]:
        return await _polled(agent, retries=1), agent.requests

    snapshot, asked = asyncio.run(on_wire("own", agents.falls_silent, use))
    lost = [name for name, end in snapshot.tables.items() if "no_answer" in end.notes]
    assert len(lost) >= 7
    # Two answers; then two reads that nothing came to, each asked for and looked after, and one last look.
    assert asked - 2 <= 2 * 5


def silent_in_vlans(agent: agents.FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    """Knows the community, and none of the kind community@VLAN."""
    if b"@" in request.community:
        agent.held.append(request.community)
    else:
        yield agents.answer(request, honest)


def test_a_catalyst_without_communities_of_vlans_costs_two_tries_of_two_vlans(on_wire: OnWire) -> None:
    async def use(session: Any, agent: agents.FaultyAgent, engine: Any) -> tuple[Snapshot, list[bytes]]:
        return await _polled(agent, retries=4), agent.held

    snapshot, asked = asyncio.run(on_wire("own", silent_in_vlans, use, recording=recorded(CATALYST)))
    assert asked == [b"public@1"] * 2 + [b"public@20"] * 2
    assert snapshot.tables["forwarding"].state is TableState.CUT_SHORT
    assert [fact.if_index for fact in snapshot.forwarding] == [10101]
