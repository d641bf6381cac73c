"""Both engines against an agent that misbehaves, through the walker."""

import asyncio
import socket
from dataclasses import replace
from typing import Any

import pytest

from collectors.facts import TableState
from collectors.snmp import oid as oids
from collectors.snmp.credentials import Credential
from collectors.snmp.engine_pysnmp import PysnmpEngine
from collectors.snmp.engine_udp import GRACE_S, UdpEngine
from collectors.snmp.faults import BadAnswer, NoAnswer
from collectors.snmp.session import COUNTER32, OCTETS
from collectors.snmp.table import Scalars, Table, TableRead
from collectors.snmp.walker import DeviceMemory, Limits, read_scalars, read_table
from tests.collectors.wire import faulty_agent as agents
from tests.collectors.wire import odd_rows as odd
from tests.collectors.wire.conftest import OnWire

TABLE = Table("faulty", {"name": f"{agents.BASE}.1", "value": f"{agents.BASE}.2"})
WHOLE = agents.ROWS

COMPLETE, CUT_SHORT, UNSUPPORTED = TableState.COMPLETE, TableState.CUT_SHORT, TableState.UNSUPPORTED

# fault, state, notes, rows of the column that has fewest
PLAYS = [
    (agents.none, COMPLETE, (), WHOLE),
    (agents.last_row_repeats, CUT_SHORT, ("loop",), 20),
    (agents.loop_of_three, CUT_SHORT, ("loop",), 20),
    (agents.out_of_order, COMPLETE, ("unordered",), WHOLE),
    (agents.too_big, COMPLETE, (), WHOLE),
    (agents.gen_err_at_a_row, CUT_SHORT, ("genErr", "stepped_over"), WHOLE - 1),
    (agents.no_such_name_in_the_middle, CUT_SHORT, ("noSuchName", "stepped_over"), WHOLE - 1),
    (agents.empty_list, COMPLETE, (), WHOLE),
    (agents.always_empty_list, CUT_SHORT, ("empty_answer",), 0),
    (agents.no_such_object, UNSUPPORTED, (), 0),
    (agents.null_inside, COMPLETE, (), WHOLE),
    (agents.short_bulk, COMPLETE, (), WHOLE),
    (agents.every_third_lost, COMPLETE, (), WHOLE),
    (agents.duplicates, COMPLETE, (), WHOLE),
    (agents.late, COMPLETE, (), WHOLE),
    (agents.wrong_request_id, COMPLETE, (), WHOLE),
    (agents.rubbish_first, COMPLETE, (), WHOLE),
    (agents.one_rubbish_answer, COMPLETE, (), WHOLE),
    (agents.silence, CUT_SHORT, ("no_answer",), 0),
    (agents.falls_silent, CUT_SHORT, ("no_answer",), 25),
    (agents.leaves_ended_columns_out, COMPLETE, (), WHOLE),
    (agents.late_from_elsewhere, COMPLETE, (), WHOLE),
    (agents.too_big_until_one_repetition, COMPLETE, (), WHOLE),
    (agents.cut_packet, COMPLETE, (), WHOLE),
    (odd.largest_counter, COMPLETE, (), WHOLE),
    (odd.oversized_string, COMPLETE, (), WHOLE),
    (odd.goes_back_to_an_earlier_row, CUT_SHORT, ("loop",), 30),
    (odd.goes_back_before_the_table, CUT_SHORT, ("stepped_over", "went_back"), WHOLE - 1),
    (odd.denies_a_row, CUT_SHORT, ("stepped_over",), WHOLE - 1),
    (odd.never_ends, CUT_SHORT, ("limit",), 500),
]

# What pysnmp cannot see, since it throws the whole datagram away: for it the device is silent at that row.
UNSEEN_BY_PYSNMP = [agents.long_counter, odd.wide_counter, odd.negative_gauge]


UPTIME = Scalars("uptime", {"uptime": "1.3.6.1.2.1.1.3.0"})


async def _read(session: Any, agent: agents.FaultyAgent, engine: Any) -> TableRead:
    return await read_table(session, TABLE)


async def _visit(session: Any, agent: agents.FaultyAgent, engine: Any) -> TableRead:
    """sysUpTime first, as a collection does: then silence at a large question says nothing of a small one."""
    memory = DeviceMemory()
    await read_scalars(session, UPTIME, memory)
    return await read_table(session, TABLE, memory, Limits(rows=500))


@pytest.mark.parametrize("engine", ["own", "pysnmp"])
@pytest.mark.parametrize(("fault", "state", "notes", "rows"), PLAYS, ids=[play[0].__name__ for play in PLAYS])
def test_the_walk_ends_as_it_should_with_either_engine(
    engine: str, fault: agents.Fault, state: TableState, notes: tuple[str, ...], rows: int, on_wire: OnWire
) -> None:
    read: TableRead = asyncio.run(on_wire(engine, fault, _visit))
    assert (read.end.state, read.end.notes) == (state, notes)
    # Whether a limit is reached is looked at with every few requests.
    assert 0 <= min(len(column) for column in read.columns.values()) - rows <= (100 if "limit" in notes else 0)
    assert bool(read.end.reason) == (state == CUT_SHORT)
    named = read.columns["name"]
    usual = set(range(1, rows)) - {odd.ODD_ROW, 30, 31}
    if fault is not odd.never_ends:
        assert all(named[oids.encode_index((row,))][1] == b"port %d" % row for row in usual)


@pytest.mark.parametrize("engine", ["own", "pysnmp"])
@pytest.mark.parametrize("fault", [odd.largest_counter, odd.oversized_string])
def test_both_engines_give_the_same_octets_of_an_odd_value(engine: str, fault: agents.Fault, on_wire: OnWire) -> None:
    read: TableRead = asyncio.run(on_wire(engine, fault, _visit))
    wanted = {
        odd.largest_counter: (COUNTER32, b"\x00\xff\xff\xff\xff"),
        odd.oversized_string: (OCTETS, odd.OVERSIZED),
    }
    assert read.columns["name"][bytes((odd.ODD_ROW,))] == wanted[fault]


@pytest.mark.parametrize("fault", UNSEEN_BY_PYSNMP)
def test_a_number_that_cannot_be_is_a_value_to_our_engine_and_a_row_lost_to_pysnmp(
    fault: agents.Fault, on_wire: OnWire
) -> None:
    ours: TableRead = asyncio.run(on_wire("own", fault, _visit))
    assert (ours.end.state, ours.end.rows) == (COMPLETE, WHOLE)
    if fault is odd.negative_gauge:  # one of them is enough for its silences
        theirs: TableRead = asyncio.run(on_wire("pysnmp", fault, _visit, retries=0))
        assert (theirs.end.state, theirs.end.notes) == (CUT_SHORT, ("no_answer", "stepped_over"))
        assert {len(column) for column in theirs.columns.values()} == {WHOLE - 1}


@pytest.mark.parametrize("engine", ["own", "pysnmp"])
def test_an_oid_of_128_parts_is_a_row_like_others(engine: str, on_wire: OnWire) -> None:
    read: TableRead = asyncio.run(on_wire(engine, agents.none, _visit, recording=odd.with_long_names()))
    assert (read.end.state, read.end.rows) == (COMPLETE, 4)
    assert max(len(oids.index_arcs(index)) for index in read.columns["name"]) == 117


@pytest.mark.parametrize("engine", ["own", "pysnmp"])
@pytest.mark.parametrize(
    ("fault", "notes"), [(odd.begins_again_at_its_end, ("went_back",)), (odd.denies_at_its_end, ())]
)
def test_an_odd_way_to_say_that_nothing_follows_is_an_end_when_it_is_said_everywhere(
    engine: str, fault: agents.Fault, notes: tuple[str, ...], on_wire: OnWire
) -> None:
    read: TableRead = asyncio.run(on_wire(engine, fault, _visit, recording=odd.without_anything_behind()))
    assert (read.end.state, read.end.rows, read.end.notes) == (COMPLETE, WHOLE, notes)


@pytest.mark.parametrize("engine", ["own", "pysnmp"])
def test_three_of_ten_requests_lost_leave_no_row_out(engine: str, on_wire: OnWire) -> None:
    async def use(session: Any, agent: agents.FaultyAgent, engine: Any) -> tuple[TableRead, int]:
        return await _visit(session, agent, engine), agent.requests

    recording = agents.device(240)
    read, asked = asyncio.run(on_wire(engine, agents.three_of_ten_lost, use, recording=recording))
    assert (read.end.state, read.end.rows) == (COMPLETE, 240)
    assert asked > read.end.requests * 1.3


@pytest.mark.parametrize("engine", ["own", "pysnmp"])
def test_no_device_has_two_requests_in_its_hands(engine: str) -> None:
    async def use() -> tuple[TableRead, int]:
        agent = await odd.OneAtATime(agents.none).start()
        running = {"own": UdpEngine, "pysnmp": PysnmpEngine}[engine]()
        try:
            session = running.session("busy", "127.0.0.1", agent.port)
            return await _visit(session, agent, running), agent.overlaps
        finally:
            running.close()
            agent.stop()

    read, overlaps = asyncio.run(use())
    assert (read.end.state, read.end.rows, overlaps) == (COMPLETE, WHOLE, 0)


def test_an_answer_from_another_sender_is_ignored_and_counted(on_wire: OnWire) -> None:
    # pysnmp believes any sender that knows the id, so this holds for the own engine only.
    async def use(session: Any, agent: agents.FaultyAgent, engine: UdpEngine) -> tuple[TableRead, int, int]:
        return await read_table(session, TABLE), engine.strays, agent.requests

    read, strays, asked = asyncio.run(on_wire("own", agents.wrong_sender, use))
    assert read.end.state == COMPLETE
    assert strays == asked
    assert all(raw[1] != b"forged" for raw in read.columns["name"].values())


@pytest.mark.parametrize("engine", ["own", "pysnmp"])
def test_scalars_are_read_with_either_engine(engine: str, on_wire: OnWire) -> None:
    wanted = Scalars("some", {"uptime": "1.3.6.1.2.1.1.3.0", "missing": "1.3.6.1.2.1.1.4.0"})

    async def use(session: Any, agent: agents.FaultyAgent, engine: Any) -> Any:
        return await read_scalars(session, wanted)

    read = asyncio.run(on_wire(engine, agents.none, use))
    assert read.values == {"uptime": (0x43, b"\x12\x67")}
    assert read.end.state == COMPLETE


@pytest.mark.parametrize("engine", ["own", "pysnmp"])
def test_snmp_version_1_reads_the_same_rows_by_getnext(engine: str, on_wire: OnWire) -> None:
    read: TableRead = asyncio.run(on_wire(engine, agents.none, _read, version="1"))
    assert (read.end.state, read.end.rows) == (COMPLETE, WHOLE)


def test_an_agent_that_only_talks_rubbish_is_told_apart_from_a_silent_one(on_wire: OnWire) -> None:
    async def use(session: Any, agent: agents.FaultyAgent, engine: Any) -> None:
        with pytest.raises(BadAnswer, match="no response"):
            await session.get([oids.parse("1.3.6.1.2.1.1.3.0")])

    asyncio.run(on_wire("own", agents.only_rubbish, use))


def test_rubbish_is_not_waited_through_but_no_single_piece_of_it_fails_a_request(on_wire: OnWire) -> None:
    async def use(session: Any, agent: agents.FaultyAgent, engine: UdpEngine) -> int:
        session.timeout_s = 600.0
        with pytest.raises(BadAnswer, match="asked 2 times"):
            await session.get([oids.parse("1.3.6.1.2.1.1.3.0")])
        return agent.requests

    async def one(session: Any, agent: agents.FaultyAgent, engine: UdpEngine) -> int:
        await session.get([oids.parse("1.3.6.1.2.1.1.3.0")])
        return agent.requests

    assert asyncio.run(asyncio.wait_for(on_wire("own", agents.only_rubbish, use, retries=8), 20)) == 2
    assert asyncio.run(on_wire("own", agents.one_rubbish_answer, one, retries=1)) == 2
    assert asyncio.run(on_wire("own", agents.rubbish_first, one, retries=0)) == 1


def test_a_slow_devices_answer_has_time_to_come_after_rubbish() -> None:
    session = UdpEngine().session("sw", "192.0.2.1", timeout_s=5.0)
    assert session.grace_s(0.01) == GRACE_S
    assert session.grace_s(0.4) == 0.4
    session.took(1.5)
    assert session.grace_s(0.01) == 3.0


def test_a_silent_device_is_asked_once_and_then_as_often_as_there_are_retries(on_wire: OnWire) -> None:
    async def use(session: Any, agent: agents.FaultyAgent, engine: UdpEngine) -> int:
        with pytest.raises(NoAnswer, match="asked 3 times"):
            await session.get([oids.parse("1.3.6.1.2.1.1.3.0")])
        return agent.requests

    assert asyncio.run(on_wire("own", agents.silence, use, retries=2)) == 3


def test_a_closed_port_is_told_at_once_and_not_waited_for() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    async def ask() -> None:
        engine = UdpEngine()
        try:
            session = engine.session("closed", "127.0.0.1", port, timeout_s=600.0)
            with pytest.raises(NoAnswer, match="no SNMP agent"):
                await session.get([oids.parse("1.3.6.1.2.1.1.3.0")])
        finally:
            engine.close()

    asyncio.run(asyncio.wait_for(ask(), 20))


def test_many_devices_share_one_socket_and_keep_their_answers_apart() -> None:
    async def ask() -> list[TableRead]:
        running = [await agents.FaultyAgent(agents.none, agents.device(rows)).start() for rows in range(1, 21)]
        engine = UdpEngine()
        try:
            sessions = [engine.session(str(agent.port), "127.0.0.1", agent.port) for agent in running]
            return await asyncio.gather(*(read_table(session, TABLE) for session in sessions))
        finally:
            engine.close()
            for agent in running:
                agent.stop()

    assert [read.end.rows for read in asyncio.run(ask())] == list(range(1, 21))


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
def test_a_device_with_an_ipv6_address_is_read_like_any_other() -> None:
    async def ask() -> TableRead:
        agent = await agents.FaultyAgent(agents.none).start("::1")
        engine = UdpEngine()
        try:
            return await read_table(engine.session("six", "::1", agent.port), TABLE)
        finally:
            engine.close()
            agent.stop()

    assert asyncio.run(ask()).end.rows == WHOLE


def test_an_unknown_name_is_no_answer() -> None:
    async def ask() -> None:
        engine = UdpEngine()
        try:
            with pytest.raises(NoAnswer, match="not known"):
                await engine.session("odd", "no such host\x00").get([oids.parse("1.3.6.1.2.1.1.3.0")])
        finally:
            engine.close()

    asyncio.run(ask())


def test_an_address_nothing_can_be_sent_to_is_no_answer_at_once() -> None:
    async def ask() -> None:
        engine = UdpEngine()
        try:
            # A broadcast without leave is refused by the system itself.
            session = engine.session("all", "255.255.255.255", timeout_s=600.0)
            with pytest.raises(NoAnswer, match="nothing can be sent"):
                await session.get([oids.parse("1.3.6.1.2.1.1.3.0")])
        finally:
            engine.close()

    asyncio.run(asyncio.wait_for(ask(), 20))


def test_closing_the_engine_ends_what_is_under_way(on_wire: OnWire) -> None:
    async def use(session: Any, agent: agents.FaultyAgent, engine: UdpEngine) -> None:
        asked = asyncio.ensure_future(session.get([oids.parse("1.3.6.1.2.1.1.3.0")]))
        while not engine.requests:
            await asyncio.wait([asked], timeout=0)
        engine.close()
        with pytest.raises(NoAnswer, match="stopped"):
            await asked

    asyncio.run(on_wire("own", agents.silence, use))


def test_keys_of_a_v3_user_are_not_printed_and_its_protocols_are_checked() -> None:
    user = Credential(version="3", user="county", auth_key="secret-one", privacy_key="secret-two")
    assert "secret" not in repr(user)

    async def build() -> None:
        engine = PysnmpEngine()
        try:
            assert engine.v3_session("v3", "127.0.0.1", 161, user).bulk
            with pytest.raises(ValueError, match="rot13 is none of"):
                engine.v3_session("v3", "127.0.0.1", 161, replace(user, auth="rot13"))
            with pytest.raises(ValueError, match="needs a user"):
                engine.v3_session("v3", "127.0.0.1", 161, replace(user, user=""))
        finally:
            engine.close()

    asyncio.run(build())
