"""A device that is visited again: what it tells is what a whole visit tells, whatever changed; and it costs less."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectors.collect import Target, collect
from collectors.facts import Snapshot, TableState, from_json, to_json
from collectors.identify import default_vendors
from collectors.revisit import revisit
from collectors.snmp import codec, talk
from collectors.snmp import oid as oids
from collectors.snmp.credentials import Credential
from collectors.snmp.faults import NoAnswer
from collectors.snmp.recording import RecordedSession, Recording, load_recording
from collectors.snmp.session import COUNTER32, COUNTER64, INTEGER, OCTETS, TIME_TICKS, Raw, Reply
from collectors.snmp.talk import Step, pack, unpack
from tests.conftest import SHARED

DEVICES = sorted((Path(__file__).parents[2] / "fixtures" / "devices").glob("*.snmprec"))
TARGET = Target("device", "192.0.2.1", last=b"")
VENDORS = default_vendors()
CLOCK = oids.parse("1.3.6.1.2.1.1.3.0")


class Agent(RecordedSession):
    """A recorded device whose questions are counted. `silent_at`: the number of the question that is lost."""

    def __init__(self, recording: Recording, silent_at: int = 0) -> None:
        super().__init__(recording)
        self.silent_at = silent_at
        self.asked: list[tuple[int, tuple[bytes, ...]]] = []

    def _count(self, kind: int, names: Sequence[bytes]) -> None:
        self.asked.append((kind, tuple(names)))
        if len(self.asked) == self.silent_at:
            raise NoAnswer("no answer")

    async def get(self, oids: Sequence[bytes]) -> Reply:
        self._count(codec.GET, oids)
        return await super().get(oids)

    async def get_bulk(self, oids: Sequence[bytes], max_repetitions: int) -> Reply:
        self._count(codec.GET_BULK, oids)
        return await super().get_bulk(oids, max_repetitions)


def visit(session: RecordedSession, last: bytes = b"", **values: object) -> Snapshot:
    target = replace(TARGET, last=last, **values)  # type: ignore[arg-type]
    return asyncio.run(revisit(target, session, vendors=VENDORS))


def afresh(recording: Recording) -> Snapshot:
    return timeless(asyncio.run(collect(TARGET, RecordedSession(recording), vendors=VENDORS)))


def timeless(snapshot: Snapshot) -> Snapshot:
    return replace(snapshot, taken_at="", seconds=0.0, conversation=b"", system=replace(snapshot.system, uptime_s=None))


def changed(recording: Recording, values: dict[bytes, Raw]) -> Recording:
    """The same device with other values, and new objects."""
    held = dict(zip(recording.oids, recording.values, strict=True)) | values
    names = sorted(held, key=oids.order)
    return Recording(recording.name, [oids.order(name) for name in names], names, [held[name] for name in names])


def without(recording: Recording, at: set[int]) -> Recording:
    left = [place for place in range(len(recording)) if place not in at]
    return Recording(
        recording.name,
        [recording.keys[place] for place in left],
        [recording.oids[place] for place in left],
        [recording.values[place] for place in left],
    )


@pytest.fixture(params=DEVICES, ids=lambda path: path.name.partition(".")[0])
def recording(request: pytest.FixtureRequest) -> Recording:
    return load_recording(request.param)


def test_a_device_that_answers_as_before_is_the_same_and_is_asked_no_more_than_that(recording: Recording) -> None:
    first, second = Agent(recording), Agent(recording)
    whole = visit(first)
    assert timeless(whole) == afresh(recording)
    again = visit(second, whole.conversation)
    assert again.same
    assert second.asked == first.asked
    assert (again.name, again.system.uptime_s, again.fault) == (whole.name, whole.system.uptime_s, "")
    assert not again.conversation


def test_recorded_devices_that_answer_as_before_are_the_same(shared: Path) -> None:
    """All whose tables ended well; of the others no conversation is kept."""
    kept = 0
    for path in sorted((SHARED / "recordings").glob("*.snmprec.xz"))[::4]:
        recording = load_recording(path)
        whole = visit(RecordedSession(recording))
        assert timeless(whole) == afresh(recording), path.name
        short = any(end.state is TableState.CUT_SHORT for end in whole.tables.values())
        assert bool(whole.conversation) <= (not short and not whole.fault), path.name
        if whole.conversation:
            kept += 1
            assert visit(RecordedSession(recording), whole.conversation).same, path.name
    assert kept > 100


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_whatever_changes_a_second_visit_tells_what_a_whole_one_tells(data: st.DataObject) -> None:
    recording = load_recording(data.draw(st.sampled_from(DEVICES)))
    before = visit(RecordedSession(recording))
    places = st.sets(st.integers(0, len(recording) - 1), max_size=3)
    now = without(recording, data.draw(places, label="gone"))
    for place in data.draw(places, label="changed"):
        tag, value = recording.values[place]
        other = data.draw(st.sampled_from([value + b"1", value[:-1], b"", b"\x01"]))
        now = changed(now, {recording.oids[place]: (tag, other)})
    for place in data.draw(places, label="new"):
        now = changed(now, {recording.oids[place][:-1] + b"\x77": recording.values[place]})
    agent = Agent(now)
    again = visit(agent, before.conversation)
    assert timeless(before if again.same else again) == afresh(now)
    if not again.same:
        alone = Agent(now)
        visit(alone)
        # What was heard on the way is not asked twice: at most the question at which the answers parted.
        assert len(agent.asked) <= len(alone.asked) + 1 or again.fault


IF_NAME, MULTICAST = "1.3.6.1.2.1.31.1.1.1.1", "1.3.6.1.2.1.31.1.1.1.2"


def device(**more: Raw) -> Recording:
    values: dict[bytes, Raw] = {
        oids.parse("1.3.6.1.2.1.1.1.0"): (OCTETS, b"a switch"),
        CLOCK: (TIME_TICKS, b"\x10\x00"),
        oids.parse("1.3.6.1.2.1.1.5.0"): (OCTETS, b"sw-1"),
    }
    for port in range(1, 5):
        values[oids.parse(f"1.3.6.1.2.1.2.2.1.1.{port}")] = (INTEGER, bytes((port,)))
        values[oids.parse(f"{IF_NAME}.{port}")] = (OCTETS, b"Gi0/%d" % port)
        values[oids.parse(f"{MULTICAST}.{port}")] = (COUNTER32, b"\x01")
        values[oids.parse(f"1.3.6.1.2.1.31.1.1.1.6.{port}")] = (COUNTER64, b"\x01")
    return changed(Recording("sw-1"), values | {oids.parse(name): raw for name, raw in more.items()})


@pytest.mark.parametrize(
    ("name", "raw", "same"),
    [
        (f"{MULTICAST}.1", (COUNTER32, b"\x02"), True),  # behind the column of names: a counter, not asked for
        ("1.3.6.1.2.1.1.3.0", (TIME_TICKS, b"\x10\x01"), True),
        (f"{IF_NAME}.4", (OCTETS, b"Gi0/9"), False),
        (f"{IF_NAME}.5", (OCTETS, b"Gi0/5"), False),
        ("1.3.6.1.2.1.1.5.0", (OCTETS, b"sw-2"), False),
        ("1.3.6.1.2.1.1.5.0", (OCTETS + 1, b"sw-1"), False),
    ],
)
def test_what_was_asked_for_counts_and_what_stands_behind_it_does_not(name: str, raw: Raw, same: bool) -> None:
    before = visit(RecordedSession(device()))
    now = changed(device(), {oids.parse(name): raw})
    again = visit(RecordedSession(now), before.conversation)
    assert again.same is same
    assert timeless(before if same else again) == afresh(now)


def test_a_clock_that_went_back_between_two_visits_is_told_and_one_within_a_visit_needs_a_whole_one() -> None:
    class Restarting(Agent):
        async def get(self, oids: Sequence[bytes]) -> Reply:
            reply = await super().get(oids)
            later = len(self.asked) > 5
            ticks = b"\x05" if later else b"\x00\x90\x00"
            return replace(reply, varbinds=[(o, t, ticks if o == CLOCK else v) for o, t, v in reply.varbinds])

    before = visit(RecordedSession(device()))
    again = visit(RecordedSession(changed(device(), {CLOCK: (TIME_TICKS, b"\x64")})), before.conversation)
    assert (again.same, again.system.uptime_s) == (True, 1.0)
    started = visit(Restarting(device()), before.conversation)
    assert (started.same, started.restarted, started.conversation) == (False, True, b"")


def test_a_device_that_tells_no_clock_can_be_the_same() -> None:
    silent = without(device(), {device().oids.index(CLOCK)})
    again = visit(RecordedSession(silent), visit(RecordedSession(silent)).conversation)
    assert (again.same, again.system.uptime_s) == (True, None)


@pytest.mark.parametrize("lost", [1, 2, 4, 6])
def test_an_answer_that_is_lost_is_waited_for_once_and_its_visit_is_not_kept(lost: int) -> None:
    before = visit(RecordedSession(device()))
    agent, alone = Agent(device(), lost), Agent(device(), lost)
    again = visit(agent, before.conversation)
    assert timeless(again) == timeless(visit(alone))
    assert agent.asked == alone.asked
    assert not again.conversation


def test_a_device_that_is_to_be_asked_for_less_is_not_asked_as_before() -> None:
    before = visit(RecordedSession(device()))
    assert max(step.repetitions for step in unpack(before.conversation)) > 5
    again = visit(RecordedSession(device()), before.conversation, credentials=(Credential(repetitions=5),))
    assert not again.same
    assert max(step.repetitions for step in unpack(again.conversation)) <= 5
    old = RecordedSession(device())
    old.bulk = False  # type: ignore[misc]
    assert not visit(old, before.conversation).same


def test_what_is_kept_and_cannot_be_read_costs_a_whole_visit_and_a_line_in_the_log(caplog) -> None:
    again = visit(RecordedSession(device()), b"spoilt")
    assert not again.same
    assert timeless(again) == afresh(device())
    assert "device: what was asked last is lost: not a conversation" in caplog.text


def test_only_who_wants_a_conversation_gets_one() -> None:
    assert not asyncio.run(revisit(replace(TARGET, last=None), Agent(device()), vendors=VENDORS)).conversation


def test_a_conversation_is_not_in_the_json() -> None:
    found = to_json(visit(RecordedSession(device())))
    assert not {"same", "conversation"} & set(found)
    assert from_json(found).conversation == b""


VLANS = {"1.3.6.1.2.1.1.2.0": (6, oids.parse("1.3.6.1.4.1.9.1.1208"))} | {
    f"1.3.6.1.4.1.9.9.46.1.3.1.1.2.1.{vlan}": (INTEGER, b"\x01") for vlan in (1, 10)
}
MAC = "1.3.6.1.2.1.17.4.3.1.2.0.224.252.0.0.1"


class Cisco(Agent):
    """With a bridge for each VLAN, in which one MAC was learned."""

    def __init__(self, ports: dict[int, int]) -> None:
        super().__init__(device(**VLANS))
        self.ports = ports
        self.bridges: list[Agent] = []

    def for_vlan(self, vlan: int) -> Agent:  # type: ignore[override]
        rows: dict[bytes, Raw] = {
            oids.parse("1.3.6.1.2.1.17.1.4.1.2.7"): (INTEGER, b"\x03"),
            oids.parse(MAC): (INTEGER, bytes((self.ports[vlan],))),
        }
        self.bridges.append(Agent(changed(Recording("vlan"), rows)))
        return self.bridges[-1]


def test_the_bridges_of_vlans_are_asked_again_too() -> None:
    before = visit(Cisco({1: 7, 10: 7}))
    assert [(fact.vlan, fact.if_index) for fact in before.forwarding] == [(1, 3), (10, 3)]
    assert {step.vlan for step in unpack(before.conversation)} == {0, 1, 10}
    assert visit(Cisco({1: 7, 10: 7}), before.conversation).same
    moved = visit(Cisco({1: 7, 10: 8}), before.conversation)
    assert not moved.same
    assert [(fact.vlan, fact.if_index) for fact in moved.forwarding] == [(1, 3)]


def test_bridges_that_are_no_longer_to_be_had_are_no_answer_that_was_the_same() -> None:
    before = visit(Cisco({1: 7, 10: 7}))
    assert not visit(Agent(device(**VLANS)), before.conversation).same


NAMES = st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=20)


@given(
    st.lists(
        st.builds(
            lambda vlan, bulk, names, stamp: Step(
                vlan,
                codec.GET_BULK if bulk else codec.GET,
                25 if bulk else 0,
                tuple(names),
                bytes(map(len, names)) if bulk else b"",
                stamp,
            ),
            st.integers(0, 4095),
            st.booleans(),
            NAMES,
            st.integers(0, 2**32 - 1),
        )
    )
)
def test_a_conversation_comes_back_as_it_was(steps: list[Step]) -> None:
    assert unpack(pack(steps)) == steps


@given(st.binary(max_size=200), st.sampled_from([bytes, talk.zlib.compress]))
def test_octets_of_any_kind_are_a_conversation_or_a_value_error(content: bytes, made: Callable[[bytes], bytes]) -> None:
    try:
        unpack(made(content))
    except ValueError as fault:
        assert "not a conversation" in str(fault)


def test_a_name_too_long_to_be_kept_costs_the_conversation_and_no_device() -> None:
    """Row indexes of 100 parts of five octets each: the walk goes on from them."""
    group = IF_NAME + "." + "4294967295." * 99
    long = {oids.parse(f"{group}{number}"): (OCTETS, b"odd") for number in range(60)}
    found = visit(Agent(changed(device(), long)))
    assert found.fault == "" and found.interfaces
    assert found.conversation == b""
