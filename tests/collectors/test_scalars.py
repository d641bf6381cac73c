"""Single objects, asked of agents in memory that leave out, refuse and fail."""

import asyncio
from collections.abc import Sequence

from collectors.snmp import oid as oids
from collectors.snmp.oid import Oid
from collectors.snmp.session import GEN_ERR, NO_SUCH_NAME, TOO_BIG, Reply
from collectors.snmp.table import Scalars, ScalarsRead
from collectors.snmp.walker import DeviceMemory, read_scalars
from tests.collectors.agents import COMPLETE, CUT_SHORT, EMPTY, SYSTEM, UNSUPPORTED, Agent, refuse, rows, silent

BOTH = {"uptime": (67, b"\x64"), "last": (2, b"\x01")}


def read_system(agent: Agent, memory: DeviceMemory | None = None) -> ScalarsRead:
    return asyncio.run(read_scalars(agent, SYSTEM, memory))


def test_scalars_come_in_one_request_and_missing_ones_are_left_out() -> None:
    agent = Agent(rows(1))
    came = read_system(agent)
    assert (came.values, came.end.state, len(agent.asked)) == (BOTH, COMPLETE, 1)


def test_version_1_names_the_missing_object_and_the_rest_is_asked_again() -> None:
    def fault(agent: Agent, kind: str, names: Sequence[Oid], repetitions: int) -> Reply | None:
        missing = oids.parse("1.3.6.1.2.1.1.4.0")
        return refuse(names, NO_SUCH_NAME, list(names).index(missing) + 1) if missing in names else None

    agent = Agent(rows(1), fault, bulk=False)
    came = read_system(agent)
    assert (came.values, came.end.state, len(agent.asked)) == (BOTH, COMPLETE, 2)


def test_version_1_that_does_not_say_which_object_is_asked_in_halves() -> None:
    def fault(agent: Agent, kind: str, names: Sequence[Oid], repetitions: int) -> Reply | None:
        return refuse(names, NO_SUCH_NAME, 0) if oids.parse("1.3.6.1.2.1.1.4.0") in names else None

    came = read_system(Agent(rows(1), fault, bulk=False))
    assert (came.values, came.end.state) == (BOTH, COMPLETE)


def test_an_object_at_which_the_device_fails_costs_only_itself() -> None:
    def fault(agent: Agent, kind: str, names: Sequence[Oid], repetitions: int) -> Reply | None:
        return refuse(names, GEN_ERR, 0) if oids.parse("1.3.6.1.2.1.1.4.0") in names else None

    came = read_system(Agent(rows(1), fault))
    assert (came.values, came.end.state, came.end.notes) == (BOTH, CUT_SHORT, ("genErr",))


def test_too_big_a_get_is_remembered() -> None:
    def fault(agent: Agent, kind: str, names: Sequence[Oid], repetitions: int) -> Reply | None:
        return Reply(TOO_BIG, 0, []) if len(names) > 1 else None

    memory = DeviceMemory()
    came = read_system(Agent(rows(1), fault), memory)
    assert (came.values, came.end.state, memory.names) == (BOTH, COMPLETE, 1)


def test_values_that_were_not_asked_for_do_not_count() -> None:
    def fault(agent: Agent, kind: str, names: Sequence[Oid], repetitions: int) -> Reply:
        return Reply(varbinds=[(oids.parse("1.3.6.1.2.1.1.5.0"), 4, b"forged")])

    came = read_system(Agent(rows(1), fault))
    assert (came.values, came.end.state, came.end.notes) == ({}, CUT_SHORT, ("bad_answer",))


def test_a_silent_device_is_asked_for_its_scalars_once() -> None:
    agent = Agent(rows(1), silent)
    came = read_system(agent)
    assert (came.end.state, came.end.notes, len(agent.asked)) == (CUT_SHORT, ("no_answer",), 1)


def test_unknown_scalars_are_unsupported_and_missing_instances_empty() -> None:
    unknown = asyncio.run(read_scalars(Agent(rows(1)), Scalars("x", {"a": "1.3.6.1.8.1.0"})))
    assert unknown.end.state == UNSUPPORTED
    no_instance = asyncio.run(read_scalars(Agent(rows(1)), Scalars("x", {"a": "1.3.6.1.9.1.1.99"})))
    assert no_instance.end.state == EMPTY
