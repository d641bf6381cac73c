"""The walker against agents in memory: literal rows, and every way to misbehave."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.snmp import oid as oids
from collectors.snmp.faults import BadAnswer, NoAnswer
from collectors.snmp.oid import Oid
from collectors.snmp.session import GEN_ERR, NO_SUCH_NAME, NO_SUCH_OBJECT, TOO_BIG, Reply
from collectors.snmp.table import Table, TableRead
from collectors.snmp.walker import DEFAULT_LIMITS, DeviceMemory, Limits, read_scalars, read_table
from tests.collectors.agents import (
    COMPLETE,
    CUT_SHORT,
    EMPTY,
    SYSTEM,
    UNSUPPORTED,
    Agent,
    last_arc,
    refuse,
    rows,
    silent,
)

TABLE = Table("ports", {"name": "1.3.6.1.9.1.1", "speed": "1.3.6.1.9.1.2"})


def read(
    agent: Agent, table: Table = TABLE, memory: DeviceMemory | None = None, limits: Limits = DEFAULT_LIMITS
) -> TableRead:
    return asyncio.run(read_table(agent, table, memory, limits))


# -- tables that behave --------------------------------------------------------------------------------------


def test_columns_are_read_beside_each_other_in_one_request() -> None:
    agent = Agent(rows(30))
    came = read(agent)
    assert (came.end.state, came.end.rows, came.end.requests) == (COMPLETE, 30, 2)
    assert agent.asked == [("bulk", 2, 25)] * 2
    assert came.columns["speed"][b"\x07"] == (2, b"\x07")
    assert list(came.rows())[6] == (b"\x07", {"name": (4, b"port 7"), "speed": (2, b"\x07")})


def test_about_fifty_values_are_asked_for_whatever_the_number_of_columns() -> None:
    table = Table("wide", {str(column): f"1.3.6.1.9.1.{column}" for column in range(1, 13)})
    agent = Agent(rows(10))
    read(agent, table)
    assert agent.asked[0] == ("bulk", 12, 4)


def test_columns_of_different_length_each_come_to_their_end() -> None:
    lines = [*rows(3), *[f"1.3.6.1.9.1.3.{row}|2|1" for row in range(1, 90)]]
    came = read(Agent(lines), Table("uneven", {**TABLE.columns, "long": "1.3.6.1.9.1.3"}))
    assert {name: len(column) for name, column in came.columns.items()} == {"name": 3, "speed": 3, "long": 89}
    assert came.end.state == COMPLETE


def test_a_place_the_agent_goes_past_is_empty() -> None:
    came = read(Agent(["1.3.6.1.2.1.1.3.0|67|1", "1.3.6.1.9.2.0|2|1"]))
    assert (came.end.state, came.end.rows, came.columns) == (EMPTY, 0, {"name": {}, "speed": {}})


def test_the_end_of_the_mib_is_an_end() -> None:
    came = read(Agent(rows(4)[:-1]))
    assert (came.end.state, came.end.rows) == (COMPLETE, 4)


def test_a_device_of_version_1_is_read_by_getnext_and_ends_with_no_such_name() -> None:
    def fault(agent: Agent, kind: str, names: Sequence[Oid], repetitions: int) -> Reply | None:
        assert kind == "next"
        at = [agent.recorded.recording.after(oid) for oid in names]
        ended = [place for place, position in enumerate(at, 1) if position == len(agent.recorded.recording)]
        return refuse(names, NO_SUCH_NAME, ended[0]) if ended else None

    came = read(Agent(rows(4)[:-1], fault, bulk=False))
    assert (came.end.state, came.end.rows, came.end.notes) == (COMPLETE, 4, ())


def test_what_version_1_does_not_know_is_unsupported() -> None:
    came = read(Agent(rows(1), lambda agent, kind, names, _: refuse(names, NO_SUCH_NAME), bulk=False))
    assert came.end.state == UNSUPPORTED


def test_no_such_object_for_the_column_is_unsupported() -> None:
    def fault(agent: Agent, kind: str, names: Sequence[Oid], repetitions: int) -> Reply:
        return Reply(varbinds=[(oid, NO_SUCH_OBJECT, b"") for oid in names])

    came = read(Agent(rows(1), fault))
    assert (came.end.state, came.end.requests) == (UNSUPPORTED, 1)


def test_arcs_above_127_are_no_disorder() -> None:
    lines = [f"1.3.6.1.9.1.1.{index}|2|1" for index in (1, 127, 128, 255, 16383, 16384, 2097152)]
    came = read(Agent(lines))
    assert (came.end.rows, came.end.notes) == (7, ())


# -- tables that do not --------------------------------------------------------------------------------------


def test_a_loop_is_cut_short_and_keeps_what_came_before() -> None:
    def fault(agent: Agent, kind: str, names: Sequence[Oid], repetitions: int) -> Reply:
        return Reply(varbinds=[(_next_in_loop(oid), 2, b"\x01") for oid in names])

    came = read(Agent(rows(1), fault))
    assert (came.end.state, came.end.notes) == (CUT_SHORT, ("loop",))
    assert "loop" in came.end.reason
    assert came.end.rows == 8


def _next_in_loop(oid: Oid) -> Oid:
    """1 to 8, then 6 again."""
    if oid in (oids.parse("1.3.6.1.9.1.1"), oids.parse("1.3.6.1.9.1.2")):
        return oid + b"\x01"
    number = last_arc(oid)
    return oids.parent(oid) + bytes((6 if number == 8 else number + 1,))


def test_an_agent_that_fills_up_its_bulk_with_the_last_row_is_no_loop() -> None:
    def fault(agent: Agent, kind: str, names: Sequence[Oid], repetitions: int) -> Reply | None:
        if kind != "bulk" or len(names) > 1:
            return None
        after = agent.recorded.recording.after(names[0])
        name = agent.recorded.recording.oids[after]
        return Reply(varbinds=[(name, 4, b"filled")] * 3)

    table = Table("one", {"name": "1.3.6.1.9.1.1"})
    came = read(Agent(rows(40), fault), table)
    assert (came.end.state, came.end.rows, came.end.notes) == (COMPLETE, 40, ())


def test_rows_out_of_order_are_kept_and_noted() -> None:
    order = [3, 1, 2, 9, 4]

    def fault(agent: Agent, kind: str, names: Sequence[Oid], repetitions: int) -> Reply:
        column, at = oids.parse("1.3.6.1.9.1.1"), 0
        if names[0] != column:
            at = order.index(last_arc(names[0])) + 1
        following = [column + bytes((number,)) for number in order[at:]]
        return Reply(varbinds=[(oid, 2, b"\x01") for oid in [*following, oids.parse("1.3.6.1.9.2.0")]][:repetitions])

    came = read(Agent(rows(1), fault), Table("one", {"name": "1.3.6.1.9.1.1"}))
    assert (came.end.state, came.end.rows, came.end.notes) == (COMPLETE, 5, ("unordered",))


def test_too_big_halves_the_repetitions_and_the_device_is_remembered() -> None:
    def fault(agent: Agent, kind: str, names: Sequence[Oid], repetitions: int) -> Reply | None:
        return Reply(TOO_BIG, 0, []) if len(names) * repetitions > 12 else None

    memory = DeviceMemory()
    agent = Agent(rows(30), fault)
    assert read(agent, memory=memory).end.state == COMPLETE
    assert agent.asked[:4] == [("bulk", 2, 25), ("bulk", 2, 10), ("bulk", 2, 5), ("bulk", 2, 5)]
    agent.asked.clear()
    assert read(agent, memory=memory).end.state == COMPLETE
    assert agent.asked[0] == ("bulk", 2, 5)


def test_columns_are_parted_and_bulk_given_up_when_nothing_else_helps() -> None:
    def fault(agent: Agent, kind: str, names: Sequence[Oid], repetitions: int) -> Reply | None:
        return Reply(TOO_BIG, 0, []) if kind == "bulk" or len(names) > 1 else None

    memory = DeviceMemory()
    came = read(Agent(rows(12), fault), memory=memory)
    assert (came.end.state, came.end.rows) == (COMPLETE, 12)
    assert (memory.repetitions, memory.columns, memory.bulk) == (1, 1, False)


def test_one_unreadable_answer_does_not_slow_the_device_down_for_ever() -> None:
    def fault(agent: Agent, kind: str, names: Sequence[Oid], repetitions: int) -> Reply | None:
        if kind == "bulk" and repetitions > 5:
            raise BadAnswer("cut off")
        return None

    memory = DeviceMemory()
    assert read(Agent(rows(12), fault), memory=memory).end.state == COMPLETE
    assert memory.repetitions == 25


@pytest.mark.parametrize("index", [1, 0], ids=["told which column", "not told"])
def test_a_row_at_which_the_device_fails_is_stepped_over_and_said(index: int) -> None:
    def fault(agent: Agent, kind: str, names: Sequence[Oid], repetitions: int) -> Reply | None:
        first = oids.parse("1.3.6.1.9.1.1")
        for oid in names:
            if oid.startswith(first) and (last_arc(oid) if oid != first else 0) < 17 <= (
                repetitions + (last_arc(oid) if oid != first else 0)
            ):
                return refuse(names, GEN_ERR, index)
        return None

    came = read(Agent(rows(30), fault))
    assert (came.end.state, came.end.notes) == (CUT_SHORT, ("genErr", "stepped_over"))
    assert sorted(came.columns["name"]) == [bytes((row,)) for row in range(1, 31) if row != 17]
    assert len(came.columns["speed"]) == 30


def test_a_column_that_only_fails_is_given_up_and_the_other_is_whole() -> None:
    def fault(agent: Agent, kind: str, names: Sequence[Oid], repetitions: int) -> Reply | None:
        failing = [place for place, oid in enumerate(names, 1) if oid.startswith(oids.parse("1.3.6.1.9.1.1"))]
        return refuse(names, GEN_ERR, failing[0]) if failing else None

    agent = Agent(rows(30), fault)
    came = read(agent)
    assert (came.end.state, came.end.notes) == (CUT_SHORT, ("genErr",))
    assert (len(came.columns["name"]), len(came.columns["speed"])) == (0, 30)
    assert len(agent.asked) < 15


def test_an_empty_answer_is_no_end() -> None:
    def fault(agent: Agent, kind: str, names: Sequence[Oid], repetitions: int) -> Reply | None:
        return Reply() if repetitions > 5 else None

    came = read(Agent(rows(30), fault))
    assert (came.end.state, came.end.rows) == (COMPLETE, 30)


def _leaves_out(agent: Agent, kind: str, names: Sequence[Oid], repetitions: int) -> Reply | None:
    """A fault: what is not in the column of the name asked for is left out, and the rest moves up."""
    if kind == "get":
        return None
    recording = agent.recorded.recording
    reply = Reply()
    for step in range(repetitions):
        for oid in names:
            at = recording.after(oid) + step
            if at < len(recording) and recording.oids[at][:6] == oid[:6]:
                reply.varbinds.append((recording.oids[at], *recording.values[at]))
    return reply if reply.varbinds else Reply(varbinds=[(oids.parse("1.3.6.1.9.9.0"), 2, b"\x01")])


@pytest.mark.parametrize("repetitions", [25, 5, 1])
@pytest.mark.parametrize(
    "lengths", [(3, 3, 59, 69), (0, 3, 4, 5), (0, 30), (30, 0), (5, 0, 0, 7, 1), (0, 0, 9), (2, 1, 2, 1)]
)
def test_an_agent_that_leaves_ended_columns_out_does_not_shorten_the_others(
    lengths: tuple[int, ...], repetitions: int
) -> None:
    wanted = {f"1.3.6.1.9.1.{column}": length for column, length in enumerate(lengths, 1)}
    lines = [f"{base}.{row}|2|1" for base, length in wanted.items() for row in range(1, length + 1)]
    table = Table("uneven", {base: base for base in wanted})
    came = read(Agent(lines, _leaves_out), table, memory=DeviceMemory(repetitions=repetitions))
    assert {name: len(column) for name, column in came.columns.items()} == wanted
    assert came.end.state == COMPLETE


# -- no answer -----------------------------------------------------------------------------------------------


def test_a_device_that_never_answered_is_asked_once() -> None:
    agent = Agent(rows(1), silent)
    came = read(agent)
    assert (came.end.state, came.end.notes, len(agent.asked)) == (CUT_SHORT, ("no_answer",), 1)
    assert came.end.reason == "device: no answer, asked 4 times"


def test_a_device_that_falls_silent_is_tried_with_one_small_question_and_left() -> None:
    def fault(agent: Agent, kind: str, names: Sequence[Oid], repetitions: int) -> Reply | None:
        return None if len(agent.asked) == 1 else silent(agent, kind, names, repetitions)

    agent = Agent(rows(60), fault)
    came = read(agent)
    assert [kind for kind, _, _ in agent.asked] == ["bulk", "bulk", "get"]
    assert (came.end.state, came.end.rows, came.end.notes) == (CUT_SHORT, 25, ("no_answer",))


def test_a_device_that_is_silent_to_large_questions_gets_small_ones() -> None:
    def fault(agent: Agent, kind: str, names: Sequence[Oid], repetitions: int) -> Reply | None:
        return silent(agent, kind, names, repetitions) if len(names) * repetitions > 10 else None

    memory = DeviceMemory(answered=True)
    came = read(Agent(rows(30), fault), memory=memory)
    assert (came.end.state, came.end.rows) == (COMPLETE, 30)
    assert memory.repetitions == 5


def test_answers_lost_on_the_way_do_not_slow_the_device_down() -> None:
    def fault(agent: Agent, kind: str, names: Sequence[Oid], repetitions: int) -> Reply | None:
        return silent(agent, kind, names, repetitions) if len(agent.asked) == 2 else None

    agent = Agent(rows(60), fault)
    assert read(agent).end.state == COMPLETE
    assert agent.asked == [("bulk", 2, 25), ("bulk", 2, 25), ("get", 1, 1), ("bulk", 2, 25), ("bulk", 2, 25)]


# -- limits --------------------------------------------------------------------------------------------------


def _endless(agent: Agent, kind: str, names: Sequence[Oid], repetitions: int) -> Reply:
    """Rows without end, each new."""
    base = oids.parse("1.3.6.1.9.1.1")
    start = 0 if names[0] == base else last_arc(names[0])
    found = [(base + oids.encode_index((start + step,)), 4, b"x" * 50) for step in range(1, repetitions + 1)]
    return Reply(varbinds=found, octets=1500)


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (Limits(rows=100), "100 rows"),
        (Limits(requests=7), "7 requests"),
        (Limits(octets=3000), "KiB"),
        (Limits(seconds=-1.0), "time"),
    ],
    ids=["rows", "requests", "octets", "seconds"],
)
def test_a_table_without_end_is_stopped(limits: Limits, said: str) -> None:
    came = read(Agent(rows(1), _endless), Table("one", {"name": "1.3.6.1.9.1.1"}), limits=limits)
    assert (came.end.state, came.end.notes) == (CUT_SHORT, ("limit",))
    assert said in came.end.reason


NAMES = st.sampled_from(
    [
        oids.parse(f"1.3.6.1.9.{rest}")
        for rest in ("0", "1", "1.1", "1.1.1", "1.1.2", "1.1.300", "1.2.1", "1.2.2", "2.0")
    ]
)
REPLIES = st.one_of(
    st.builds(
        Reply,
        st.sampled_from([0, 0, 0, 1, 2, 5, 16]),
        st.integers(-1, 4),
        st.lists(st.tuples(NAMES, st.sampled_from([2, 4, 5, 0x80, 0x81, 0x82]), st.binary(max_size=3)), max_size=6),
    ),
    st.sampled_from([NoAnswer("silent"), BadAnswer("rubbish")]),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(REPLIES, min_size=1, max_size=12), st.booleans(), st.booleans())
def test_every_reading_ends_whatever_the_device_says(
    replies: list[Reply | Exception], bulk: bool, answered: bool
) -> None:
    def fault(agent: Agent, kind: str, names: Sequence[Oid], repetitions: int) -> Reply:
        said = replies[len(agent.asked) % len(replies)]
        if isinstance(said, Exception):
            raise said
        return said

    agent = Agent(rows(1), fault, bulk=bulk)
    came = read(agent, memory=DeviceMemory(answered=answered))
    assert len(agent.asked) < 400
    assert (came.end.state == CUT_SHORT) == bool(came.end.reason)
    scalars = asyncio.run(read_scalars(agent, SYSTEM, DeviceMemory(answered=answered)))
    assert (scalars.end.state == CUT_SHORT) == bool(scalars.end.reason)
