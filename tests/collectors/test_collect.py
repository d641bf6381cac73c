"""A whole visit over recorded and misbehaving sessions."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

import collectors.collect as visit
from collectors.collect import SUBJECTS, Target, again, collect, combined, has_restarted
from collectors.describe import describe
from collectors.facts import Snapshot, TableEnd, TableState, from_json, to_json
from collectors.identify import default_vendors
from collectors.management import telling
from collectors.rulebook import Vendors
from collectors.snmp import oid
from collectors.snmp.credentials import Credential
from collectors.snmp.faults import BadAnswer, NoAnswer
from collectors.snmp.oid import Oid
from collectors.snmp.recording import RecordedSession, Recording, load_recording
from collectors.snmp.session import TIME_TICKS, Reply

FIXTURES = Path(__file__).parents[2] / "fixtures" / "devices"
DEVICES = sorted(path.stem for path in FIXTURES.glob("*.snmprec"))
TARGET = Target("sw", "192.0.2.1")


def recording(name: str) -> Recording:
    return load_recording(FIXTURES / f"{name}.snmprec")


def visited(session: RecordedSession, vendors: Vendors | None = None) -> Snapshot:
    return asyncio.run(collect(TARGET, session, vendors=vendors or default_vendors()))


class Troubled(RecordedSession):
    """Answers like the recording, except that requests for anything under `lost` fail so many times."""

    def __init__(self, recorded: Recording, lost: str, times: int) -> None:
        super().__init__(recorded)
        self.lost, self.times = oid.parse(lost), times
        self.asked = 0

    async def get_bulk(self, oids: Sequence[Oid], max_repetitions: int) -> Reply:
        if self.times and any(name.startswith(self.lost) for name in oids):
            self.times -= 1
            raise NoAnswer("nothing came from 192.0.2.1")
        return await super().get_bulk(oids, max_repetitions)

    async def get_next(self, oids: Sequence[Oid]) -> Reply:
        return await self.get_bulk(oids, 1)


class Dead(RecordedSession):
    """Never answers; counts how often it was asked."""

    def __init__(self) -> None:
        super().__init__(Recording("dead"))
        self.asked = 0

    async def get(self, oids: Sequence[Oid]) -> Reply:
        self.asked += 1
        raise NoAnswer("nothing came from 192.0.2.1")

    async def get_bulk(self, oids: Sequence[Oid], max_repetitions: int) -> Reply:
        return await self.get(oids)


class Dying(RecordedSession):
    """Answers so many requests and then never again; counts what it is asked after that."""

    def __init__(self, recorded: Recording, answers: int) -> None:
        super().__init__(recorded)
        self.answers, self.asked = answers, 0

    async def get(self, oids: Sequence[Oid]) -> Reply:
        self._count()
        return await super().get(oids)

    async def get_bulk(self, oids: Sequence[Oid], max_repetitions: int) -> Reply:
        self._count()
        return await super().get_bulk(oids, max_repetitions)

    def _count(self) -> None:
        self.answers -= 1
        if self.answers < 0:
            self.asked += 1
            raise NoAnswer("nothing came from 192.0.2.1")


class Senseless(RecordedSession):
    """Answers single objects well, and every walk with what cannot be read; counts the walks' requests."""

    asked = 0

    async def get_bulk(self, oids: Sequence[Oid], max_repetitions: int) -> Reply:
        self.asked += 1
        raise BadAnswer("sw: the answer is cut off in its head")


class Restarting(RecordedSession):
    """Its sysUpTime falls to two seconds after the first look."""

    looked = False

    async def get(self, oids: Sequence[Oid]) -> Reply:
        reply = await super().get(oids)
        uptime = oid.parse("1.3.6.1.2.1.1.3.0")
        if self.looked:
            reply.varbinds = [(n, TIME_TICKS, b"\x00\xc8") if n == uptime else (n, t, v) for n, t, v in reply.varbinds]
        self.looked = self.looked or uptime in oids
        return reply


@pytest.mark.parametrize("name", DEVICES)
def test_each_fixture_device_gives_the_facts_written_beside_it(name: str) -> None:
    found = describe(visited(RecordedSession(recording(name))))
    expected = json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))
    rule = expected.pop("rule")
    told = found["rule"]
    assert (told and f"{told.split(':')[0]} {told.split(' ', 1)[1]}") == rule
    assert {key: found[key] for key in expected} == expected


def test_every_subject_that_a_switch_can_have_tells_how_it_ended() -> None:
    snapshot = visited(RecordedSession(recording("huawei-access")))
    assert tuple(snapshot.tables) == tuple(name for name in SUBJECTS if name not in ("printer", "ups", "host"))
    assert snapshot.complete("interfaces")
    assert snapshot.complete("forwarding")
    assert snapshot.fault == ""
    assert snapshot.requests > 0


def test_facts_of_all_tables_come_together() -> None:
    snapshot = visited(RecordedSession(recording("huawei-access")))
    learned = {fact.mac: (fact.vlan, fact.if_index) for fact in snapshot.forwarding}
    assert learned == {"001122334455": (10, 6), "0c1122334466": (20, 7), "0c1122334477": (20, None)}
    assert {fact.index: fact.alias for fact in snapshot.interfaces}[7] == "财政局三楼"
    assert {(fact.mac, fact.address) for fact in snapshot.arp} >= {("001122334455", "10.20.1.77")}
    assert snapshot.identity.base_mac == "9c5a81000100"


def test_a_snapshot_survives_json() -> None:
    snapshot = visited(RecordedSession(recording("h3c-stack")))
    assert from_json(json.loads(json.dumps(to_json(snapshot)))) == snapshot


def test_a_dead_device_is_asked_once_and_told_as_no_answer() -> None:
    session = Dead()
    snapshot = visited(session)
    assert (snapshot.fault, session.asked) == ("no_answer", 1)
    assert list(snapshot.tables) == ["system"]
    assert snapshot.fault_text in telling.lines(snapshot)[0]
    assert snapshot.interfaces == ()


def test_a_device_that_dies_on_the_way_is_not_asked_for_every_table() -> None:
    session = Dying(recording("huawei-access"), answers=6)
    snapshot = visited(session)
    assert session.asked <= 8
    assert snapshot.fault == ""
    assert snapshot.identity.manufacturer == "Huawei"
    assert snapshot.tables["neighbours"].state is TableState.CUT_SHORT
    assert tuple(snapshot.tables)[:8] == SUBJECTS[:8]


def test_a_device_whose_tables_cannot_be_read_is_not_asked_for_every_one() -> None:
    session = Senseless(recording("huawei-access"))
    snapshot = visited(session)
    assert session.asked < 30
    assert (snapshot.fault, snapshot.identity.manufacturer) == ("", "Huawei")
    assert {end.state for name, end in snapshot.tables.items() if name != "system"} == {TableState.CUT_SHORT}
    assert snapshot.tables["interfaces"].notes == ("bad_answer",)
    assert snapshot.tables["neighbours"].reason == "not asked: what the device answers cannot be read"


def test_a_table_lost_once_is_read_again_at_the_end() -> None:
    snapshot = visited(Troubled(recording("huawei-access"), "1.3.6.1.2.1.17.7.1.2.2.1", times=1))
    assert snapshot.tables["forwarding"].state is TableState.COMPLETE
    assert len(snapshot.forwarding) == 3


def test_a_table_lost_for_good_is_cut_short_and_the_others_are_whole() -> None:
    snapshot = visited(Troubled(recording("huawei-access"), "1.3.6.1.2.1.2.2.1", times=10_000))
    end = snapshot.tables["interfaces"]
    assert end.state is TableState.CUT_SHORT
    assert end.reason
    assert not snapshot.complete("interfaces")
    assert snapshot.complete("addresses")
    assert snapshot.identity.serial == "2102359560ZZZ0000011"


def test_what_was_made_with_the_help_of_a_lost_table_is_read_again_too() -> None:
    lost = TableEnd(TableState.CUT_SHORT, notes=("no_answer",))
    looped = TableEnd(TableState.CUT_SHORT, notes=("loop",))
    assert again({"interfaces": lost, "arp": looped}) == ("interfaces", "forwarding", "neighbours")
    assert again({"vlans": lost}) == ("vlans", "forwarding", "neighbours")
    assert again({"hardware": lost, "host": looped}) == ("hardware",)


def test_vendor_objects_lost_once_are_asked_for_again() -> None:
    session = Troubled(recording("huawei-access"), "1.3.6.1.2.1.47.1.1.1.1", times=1)
    assert visited(session).identity.serial == "2102359560ZZZ0000011"


def test_a_table_that_cannot_be_understood_does_not_cost_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise IndexError("tuple index out of range")

    monkeypatch.setattr(visit.arp, "arp", broken)
    snapshot = visited(RecordedSession(recording("huawei-access")))
    assert snapshot.tables["arp"].state is TableState.CUT_SHORT
    assert "IndexError" in snapshot.tables["arp"].reason
    assert snapshot.complete("forwarding")


def test_a_restart_in_between_means_that_nothing_is_complete() -> None:
    snapshot = visited(Restarting(recording("huawei-access")))
    assert snapshot.restarted
    assert not snapshot.complete("interfaces")


def test_uptime_that_ran_over_is_no_restart() -> None:
    assert has_restarted(1000.0, 5.0)
    assert not has_restarted(42_949_600.0, 5.0)
    assert not has_restarted(1000.0, 1001.0)
    assert not has_restarted(None, 5.0)


def test_several_reads_end_as_the_worst_that_says_something() -> None:
    complete, empty = TableEnd(TableState.COMPLETE, 3, 1), TableEnd(TableState.EMPTY, 0, 1)
    none, cut = TableEnd(TableState.UNSUPPORTED), TableEnd(TableState.CUT_SHORT, 2, 4, "no answer", ("no_answer",))
    both = combined([empty, complete])
    assert (both.state, both.rows, both.requests) == (TableState.COMPLETE, 3, 2)
    assert combined([none, empty]).state is TableState.EMPTY
    assert combined([none, none]).state is TableState.UNSUPPORTED
    assert combined([]).state is TableState.UNSUPPORTED
    lost = combined([complete, cut])
    assert (lost.state, lost.rows, lost.requests) == (TableState.CUT_SHORT, 5, 5)
    assert (lost.reason, lost.notes) == ("no answer", ("no_answer",))


def test_the_community_does_not_show_in_a_targets_text() -> None:
    assert "s3cret" not in repr(Target("sw", "192.0.2.1", credentials=(Credential(community="s3cret"),)))
