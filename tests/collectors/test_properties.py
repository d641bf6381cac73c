"""Laws of the walker, over made-up agents: any MIB, any fault at any request, and rows at which an agent always fails.

The agents of this file are honest in one thing: what they call a row is one, and where they say in proper form that
a column is over, it is. Everything else they may do. Time is a counter that each request moves on.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from collectors.facts import TableState
from collectors.snmp import oid as oids
from collectors.snmp.faults import BadAnswer, NoAnswer
from collectors.snmp.oid import Oid
from collectors.snmp.pace import DeviceMemory, Limits
from collectors.snmp.recording import RecordedSession, Recording, parse_recording
from collectors.snmp.scalars import read_scalars
from collectors.snmp.session import GEN_ERR, NO_SUCH_INSTANCE, NO_SUCH_NAME, NO_SUCH_OBJECT, NULL, TOO_BIG, Reply
from collectors.snmp.table import Scalars, Table, TableRead
from collectors.snmp.walker import read_table, read_tables

COLUMNS = [f"1.3.6.1.9.1.{column}" for column in range(1, 5)]
TABLE = Table("made up", {text: text for text in COLUMNS})
BASES = [oids.parse(text) for text in COLUMNS]
MIB_START = "1.3.6.1.2.1.1.1.0|4|made up"
ANSWER_S, TIMEOUT_S = 0.02, 2.0


class Clock:
    """Seconds that only requests use up."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


Fault = Callable[["Agent", str, Sequence[Oid], Reply], Reply]
"""(agent, kind of request, names asked for, honest answer) → what is said instead, or a fault raised."""


@dataclass
class Agent:
    """A session: each request goes through the next fault of its list, and through those of its bad rows."""

    recording: Recording
    plays: Sequence[Fault]
    again: bool
    """Whether the list of faults begins anew at its end; else the rest is honest."""
    bad_rows: dict[Oid, Fault]
    """Objects at which the agent fails whenever its answer would hold them."""
    name: str = "made up"
    bulk: bool = True
    asked: int = 0
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.recorded = RecordedSession(self.recording)

    async def get(self, oids: Sequence[Oid]) -> Reply:
        return self._play("get", oids, await self.recorded.get(oids))

    async def get_next(self, oids: Sequence[Oid]) -> Reply:
        return self._play("next", oids, await self.recorded.get_next(oids))

    async def get_bulk(self, oids: Sequence[Oid], max_repetitions: int) -> Reply:
        return self._play("bulk", oids, await self.recorded.get_bulk(oids, max_repetitions))

    async def close(self) -> None: ...

    def _play(self, kind: str, names: Sequence[Oid], reply: Reply) -> Reply:
        self.asked += 1
        self.clock.now_s += ANSWER_S
        reply = replace(reply, octets=40 * len(reply.varbinds))
        for oid, _tag, _value in reply.varbinds:
            if oid in self.bad_rows and kind != "get":
                return self.bad_rows[oid](self, kind, names, reply)
        at = self.asked - 1
        if self.plays and (self.again or at < len(self.plays)):
            return self.plays[at % len(self.plays)](self, kind, names, reply)
        return reply

    def rows(self, base: Oid) -> set[bytes]:
        """What a reading without fault finds."""
        return {oid[len(base) :] for oid in self.recording.oids if oid.startswith(base)}


# -- faults --------------------------------------------------------------------------------------------------


def honest(agent: Agent, kind: str, names: Sequence[Oid], reply: Reply) -> Reply:
    return reply


def lost(agent: Agent, kind: str, names: Sequence[Oid], reply: Reply) -> Reply:
    agent.clock.now_s += TIMEOUT_S
    raise NoAnswer("made up: no answer")


def rubbish(agent: Agent, kind: str, names: Sequence[Oid], reply: Reply) -> Reply:
    raise BadAnswer("made up: rubbish")


def too_big(agent: Agent, kind: str, names: Sequence[Oid], reply: Reply) -> Reply:
    return Reply(TOO_BIG, 0, []) if len(reply.varbinds) > 3 else reply


def always_too_big(agent: Agent, kind: str, names: Sequence[Oid], reply: Reply) -> Reply:
    return Reply(TOO_BIG, 0, [(oid, NULL, b"") for oid in names])


def gen_err(agent: Agent, kind: str, names: Sequence[Oid], reply: Reply) -> Reply:
    return Reply(GEN_ERR, len(names), [(oid, NULL, b"") for oid in names])


def gen_err_somewhere(agent: Agent, kind: str, names: Sequence[Oid], reply: Reply) -> Reply:
    return Reply(GEN_ERR, 0, [(oid, NULL, b"") for oid in names])


def impossible_index(agent: Agent, kind: str, names: Sequence[Oid], reply: Reply) -> Reply:
    return Reply(16, 4000, [])


def no_such_name(agent: Agent, kind: str, names: Sequence[Oid], reply: Reply) -> Reply:
    """Said of a column's first row it means in all honesty that there is no such column."""
    inside = [place for place, oid in enumerate(names, 1) if oid not in BASES]
    return Reply(NO_SUCH_NAME, inside[0], []) if inside else reply


def nothing(agent: Agent, kind: str, names: Sequence[Oid], reply: Reply) -> Reply:
    return Reply(varbinds=[])


def short(agent: Agent, kind: str, names: Sequence[Oid], reply: Reply) -> Reply:
    """Legal: a bulk may be cut anywhere."""
    return replace(reply, varbinds=reply.varbinds[: max(len(names), len(reply.varbinds) // 2)])


def within_a_row(agent: Agent, kind: str, names: Sequence[Oid], reply: Reply) -> Reply:
    return replace(reply, varbinds=reply.varbinds[:-1] or reply.varbinds)


def question_again(agent: Agent, kind: str, names: Sequence[Oid], reply: Reply) -> Reply:
    return replace(reply, varbinds=[(oid, NULL, b"") for oid in names])


def filled_up(agent: Agent, kind: str, names: Sequence[Oid], reply: Reply) -> Reply:
    """The first values again and again, to the length of the honest answer."""
    return replace(reply, varbinds=(reply.varbinds[: len(names)] * len(reply.varbinds))[: len(reply.varbinds)])


def from_the_start(agent: Agent, kind: str, names: Sequence[Oid], reply: Reply) -> Reply:
    """What follows is the first object of the whole MIB."""
    return reply if kind == "get" else replace(reply, varbinds=[(agent.recording.oids[0], 4, b"made up")] * len(names))


def _denies(tag: int) -> Fault:
    def fault(agent: Agent, kind: str, names: Sequence[Oid], reply: Reply) -> Reply:
        if any(oid in BASES for oid in names):
            return reply
        return replace(reply, varbinds=[(oid, tag, b"") for oid in names])

    fault.__name__ = f"denies_{tag:#x}"
    return fault


denies_object, denies_instance = _denies(NO_SUCH_OBJECT), _denies(NO_SUCH_INSTANCE)


def half_denied(agent: Agent, kind: str, names: Sequence[Oid], reply: Reply) -> Reply:
    """Honest at first, and noSuchInstance for the rest of the answer."""
    if kind == "get" or len(reply.varbinds) <= len(names):
        return reply
    kept = len(names) * (len(reply.varbinds) // len(names) // 2 or 1)
    return replace(
        reply, varbinds=reply.varbinds[:kept] + [(oid, NO_SUCH_INSTANCE, b"") for oid, _, _ in reply.varbinds[kept:]]
    )


PASSING = [
    honest,
    lost,
    rubbish,
    too_big,
    always_too_big,
    gen_err,
    gen_err_somewhere,
    impossible_index,
    no_such_name,
    nothing,
    short,
    within_a_row,
    question_again,
    filled_up,
    from_the_start,
    denies_object,
    denies_instance,
    half_denied,
]
AT_A_ROW = [lost, rubbish, gen_err, gen_err_somewhere, no_such_name, nothing, question_again, from_the_start]
AT_A_ROW += [denies_object, denies_instance]
DENIALS = {from_the_start, denies_object, denies_instance, half_denied}
"""What some agents say at the end of their MIB. From one that says it at every place, five times in a row, it
is believed: so it is not played at rows and in passing at once, nor so often in passing."""

INDEXES = st.one_of(
    st.tuples(st.integers(1, 40)),
    st.tuples(st.integers(1, 3), st.integers(0, 300)),
    st.tuples(*[st.integers(0, 255)] * 6),
)
COLUMN_ROWS = st.lists(INDEXES, max_size=60, unique=True)


@st.composite
def agents(draw: st.DrawFn) -> Agent:
    columns = draw(st.lists(COLUMN_ROWS, min_size=1, max_size=len(COLUMNS)))
    lines = [MIB_START]
    for text, rows in zip(COLUMNS, columns, strict=False):
        lines += [f"{text}.{'.'.join(map(str, row))}|2|1" for row in rows]
    if draw(st.booleans()):
        lines.append("1.3.6.1.9.2.0|2|1")
    recording = parse_recording("made up", iter([line.encode() for line in lines]))
    inside = recording.oids[1:] or recording.oids
    bad = draw(st.dictionaries(st.sampled_from(inside), st.sampled_from(AT_A_ROW), max_size=3))
    plays = [*draw(st.lists(st.sampled_from(PASSING), max_size=12)), honest]
    if set(bad.values()) & DENIALS:
        plays = [fault for fault in plays if fault not in DENIALS]
    for at in range(4, len(plays), 5):
        plays[at] = honest if plays[at] in DENIALS else plays[at]
    return Agent(recording, plays, draw(st.booleans()), bad)


MEMORIES = st.builds(DeviceMemory, repetitions=st.sampled_from([25, 5, 1]), columns=st.sampled_from([16, 2, 1]))


def read(agent: Agent, memory: DeviceMemory, limits: Limits) -> TableRead:
    return asyncio.run(read_table(agent, TABLE, memory, replace(limits, clock=agent.clock)))


# -- laws ----------------------------------------------------------------------------------------------------


def once_denied_then_failing() -> Agent:
    """Denies a row in passing; at the places behind it, it fails in other ways before it denies again."""
    lines = [MIB_START, *(f"{COLUMNS[0]}.{row}|2|1" for row in range(1, 6))]
    recording = parse_recording("made up", iter([line.encode() for line in lines]))
    plays = [honest, from_the_start, honest, rubbish, gen_err, denies_object, honest]
    return Agent(recording, plays, again=True, bad_rows={recording.oids[-1]: rubbish})


@settings(max_examples=400, deadline=None)
@given(agents(), MEMORIES)
@example(once_denied_then_failing(), DeviceMemory(repetitions=25, columns=2))
def test_a_table_that_is_called_whole_has_every_row(agent: Agent, memory: DeviceMemory) -> None:
    came = read(agent, memory, Limits())
    if came.end.ended_well:
        assert {text: set(came.columns[text]) for text in COLUMNS} == {
            text: agent.rows(base) for text, base in zip(COLUMNS, BASES, strict=True)
        }
    else:
        assert came.end.reason or came.end.state is TableState.UNSUPPORTED


@settings(max_examples=200, deadline=None)
@given(agents(), MEMORIES)
def test_no_row_is_made_up(agent: Agent, memory: DeviceMemory) -> None:
    came = read(agent, memory, Limits())
    for text, base in zip(COLUMNS, BASES, strict=True):
        assert set(came.columns[text]) <= agent.rows(base)


@settings(max_examples=200, deadline=None)
@given(agents(), MEMORIES, st.integers(1, 60), st.floats(0.1, 20.0))
def test_a_reading_keeps_to_its_packets_and_seconds(
    agent: Agent, memory: DeviceMemory, requests: int, seconds: float
) -> None:
    came = read(agent, memory, Limits(requests=requests, seconds=seconds))
    # One request more, and its question whether the device still answers, may be under way when the time is over.
    assert agent.asked <= requests + 1
    assert agent.clock.now_s <= seconds + 2 * (TIMEOUT_S + ANSWER_S)
    assert came.end.requests == agent.asked == memory.requests
    assert came.end.state is TableState.CUT_SHORT or "limit" not in came.end.notes


@settings(max_examples=100, deadline=None)
@given(agents(), st.floats(1.0, 30.0))
def test_all_readings_of_a_device_keep_to_its_seconds(agent: Agent, seconds: float) -> None:
    limits = Limits(seconds=20.0, device_seconds=seconds, clock=agent.clock)
    memory = DeviceMemory()

    async def visit() -> None:
        for _ in range(5):
            await read_scalars(agent, Scalars("some", {text: f"{text}.1" for text in COLUMNS}), memory, limits)
            await read_tables(agent, [TABLE, Table("next", {"a": "1.3.6.1.9.2"})], memory, limits)

    asyncio.run(visit())
    assert agent.clock.now_s <= seconds + 2 * (TIMEOUT_S + ANSWER_S)


ANY_NAME = st.lists(st.integers(0, 3), max_size=4).map(lambda rest: oids.encode((1, 3, 6, 1, 9, *rest)))
ANY_REPLY = st.builds(
    Reply,
    st.sampled_from([0, 0, 0, 0, 1, 2, 5, 16, -1, 2**31]),
    st.integers(-2, 6),
    st.lists(st.tuples(ANY_NAME, st.sampled_from([2, 4, 5, 0x80, 0x81, 0x82]), st.binary(max_size=2)), max_size=12),
    st.integers(0, 65_535),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(ANY_REPLY, min_size=1, max_size=20), st.booleans(), MEMORIES)
@example([Reply(varbinds=[(BASES[0] + b"\x01", 0x81, b"")])], True, DeviceMemory())
def test_liars_too_are_left_within_the_limits_and_no_object_is_taken_twice(
    replies: list[Reply], bulk: bool, memory: DeviceMemory
) -> None:
    """These agents say anything at all."""

    def lie(agent: Agent, kind: str, names: Sequence[Oid], reply: Reply) -> Reply:
        return replies[agent.asked % len(replies)]

    agent = Agent(parse_recording("liar", iter([MIB_START.encode()])), [lie], again=True, bad_rows={}, bulk=bulk)
    memory = replace(memory)
    came = read(agent, memory, Limits(requests=300, seconds=30.0))
    assert agent.asked <= 301
    said = {(oid, value) for reply in replies for oid, _tag, value in reply.varbinds}
    taken = [(base, index) for text, base in zip(COLUMNS, BASES, strict=True) for index in came.columns[text]]
    assert len(taken) == len(set(taken))
    assert {base + index for base, index in taken} <= {oid for oid, _value in said}
