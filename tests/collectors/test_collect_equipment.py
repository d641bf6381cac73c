"""Visits to devices with more than interfaces: bridges of single VLANs, printers, UPSs, computers, trunks, optics."""

import asyncio
import json
from collections.abc import Sequence

from collectors.collect import Target, collect
from collectors.equipment import STEPS
from collectors.facts import Snapshot, TableState, from_json, to_json
from collectors.features import AggregateFact, OpticFact
from collectors.identify import default_vendors
from collectors.snmp.faults import NoAnswer
from collectors.snmp.oid import Oid
from collectors.snmp.recording import RecordedSession, Recording, parse_recording
from collectors.snmp.session import Reply

MAC = "0.17.34.51.68."
CATALYST = """\
1.3.6.1.2.1.1.1.0|4|Cisco IOS Software, C2960 Software (C2960-LANBASEK9-M), Version 12.2(55)SE5, RELEASE SOFTWARE
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.9.1.716
1.3.6.1.2.1.1.3.0|67|360000
1.3.6.1.2.1.1.5.0|4|sw-1
1.3.6.1.2.1.2.2.1.2.10101|4|GigabitEthernet0/1
1.3.6.1.2.1.2.2.1.2.10102|4|GigabitEthernet0/2
1.3.6.1.2.1.2.2.1.2.5001|4|Port-channel1
1.3.6.1.2.1.2.2.1.3.5001|2|53
1.3.6.1.2.1.17.1.4.1.2.1|2|10101
1.3.6.1.2.1.17.4.3.1.2.{mac}1|2|1
1.3.6.1.2.1.17.4.3.1.3.{mac}1|2|3
1.2.840.10006.300.43.1.2.1.1.13.10102|2|5001
1.3.6.1.4.1.9.9.46.1.3.1.1.2.1.1|2|1
1.3.6.1.4.1.9.9.46.1.3.1.1.2.1.20|2|1
1.3.6.1.4.1.9.9.46.1.3.1.1.2.1.30|2|1
1.3.6.1.4.1.9.9.46.1.3.1.1.2.1.1002|2|1
""".replace("{mac}", MAC)
OF_VLAN = {
    1: f"1.3.6.1.2.1.17.1.4.1.2.1|2|10101\n1.3.6.1.2.1.17.4.3.1.2.{MAC}1|2|1",
    20: f"1.3.6.1.2.1.17.1.4.1.2.2|2|10102\n1.3.6.1.2.1.17.4.3.1.2.{MAC}2|2|2",
    30: "1.3.6.1.2.1.17.1.4.1.2.2|2|10102",
}


def recorded(text: str, name: str = "sw-1") -> Recording:
    return parse_recording(name, iter(text.encode().splitlines()))


def visited(session: RecordedSession) -> Snapshot:
    return asyncio.run(collect(Target("sw-1", "192.0.2.1"), session, vendors=default_vendors()))


class Silent(RecordedSession):
    """Does not answer so many walks."""

    def __init__(self, recorded: Recording, times: int) -> None:
        super().__init__(recorded)
        self.times = times

    async def get_bulk(self, oids: Sequence[Oid], max_repetitions: int) -> Reply:
        self.times -= 1
        if self.times >= 0:
            raise NoAnswer("nothing came from 192.0.2.1")
        return await super().get_bulk(oids, max_repetitions)


class Catalyst(RecordedSession):
    """Has a bridge for each VLAN; those named here do not answer."""

    def __init__(self, *silent: int, times: int = 1000) -> None:
        super().__init__(recorded(CATALYST))
        self.silent, self.times = silent, times
        self.asked: list[int] = []

    def for_vlan(self, vlan: int) -> RecordedSession:  # type: ignore[override]
        self.asked.append(vlan)
        return Silent(recorded(OF_VLAN[vlan]), self.times if vlan in self.silent else 0)


def learned(snapshot: Snapshot) -> set[tuple[str, int | None, int | None]]:
    return {(fact.mac[-2:], fact.vlan, fact.if_index) for fact in snapshot.forwarding}


def test_each_vlan_of_a_catalyst_has_a_bridge_of_its_own() -> None:
    session = Catalyst()
    snapshot = visited(session)
    assert session.asked == [1, 20, 30]
    assert learned(snapshot) == {("01", 1, 10101), ("02", 20, 10102)}
    assert snapshot.complete("forwarding")


def test_a_vlan_that_does_not_answer_makes_forwarding_incomplete_and_nothing_else() -> None:
    snapshot = visited(Catalyst(20))
    assert learned(snapshot) == {("01", 1, 10101)}
    assert snapshot.tables["forwarding"].state is TableState.CUT_SHORT
    assert snapshot.tables["forwarding"].reason.startswith("VLAN 20: ")
    assert snapshot.fault == ""
    assert snapshot.complete("neighbours")


def test_a_vlan_that_does_not_answer_after_others_did_is_asked_once_more() -> None:
    session = Catalyst(20, times=1)
    snapshot = visited(session)
    assert learned(snapshot) == {("01", 1, 10101), ("02", 20, 10102)}
    assert snapshot.complete("forwarding")
    assert session.asked == [1, 20, 30]


def test_where_vlans_do_not_answer_the_others_are_not_asked_and_the_plain_bridge_counts() -> None:
    session = Catalyst(1, 20, 30)
    snapshot = visited(session)
    assert session.asked == [1, 20]
    assert learned(snapshot) == {("01", None, 10101)}


def test_a_recording_is_read_as_one_community_saw_it() -> None:
    assert learned(visited(RecordedSession(recorded(CATALYST)))) == {("01", None, 10101)}


def test_a_trunk_is_told_with_its_members() -> None:
    assert visited(Catalyst()).aggregates == (AggregateFact(10102, 5001),)


def test_a_switch_is_asked_for_no_printer_ups_or_software() -> None:
    assert not {"printer", "ups", "host"} & set(visited(Catalyst()).tables)


PRINTER = """\
1.3.6.1.2.1.1.1.0|4|HP ETHERNET MULTI-ENVIRONMENT
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.11.2.3.9.1
1.3.6.1.2.1.25.3.2.1.3.1|4|HP LaserJet M402dn
1.3.6.1.2.1.43.5.1.1.16.1|4|HP LaserJet M402dn
1.3.6.1.2.1.43.10.2.1.4.1.1|65|10234
1.3.6.1.2.1.43.11.1.1.6.1.1|4|Black Cartridge
1.3.6.1.2.1.43.11.1.1.8.1.1|2|-2
1.3.6.1.2.1.43.11.1.1.9.1.1|2|-3
"""


def test_a_printer_tells_pages_and_supplies_and_is_asked_for_no_trunk() -> None:
    snapshot = visited(RecordedSession(recorded(PRINTER)))
    assert snapshot.identity.kind == "printer"
    assert snapshot.printer is not None
    assert (snapshot.printer.pages, snapshot.printer.supplies[0].state) == (10_234, "some left")
    assert set(STEPS) & set(snapshot.tables) == {"printer"}


COMWARE = """\
1.3.6.1.2.1.1.1.0|4|H3C Comware Platform Software, Software Version 7.1.070, H3C S5560-30S-EI
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.25506.1.1600
1.3.6.1.2.1.2.2.1.2.25|4|Ten-GigabitEthernet1/0/25
1.3.6.1.2.1.17.1.4.1.2.25|2|25
1.3.6.1.2.1.17.2.5.0|4x|8000001122334455
1.3.6.1.2.1.17.2.15.1.3.25|2|5
1.3.6.1.4.1.25506.2.70.1.1.1.5.25|4|210231A0
1.3.6.1.4.1.25506.2.70.1.1.1.9.25|2|-213
1.3.6.1.4.1.25506.2.70.1.1.1.12.25|2|-4000
"""


def test_optics_and_spanning_tree_of_a_switch_survive_json() -> None:
    snapshot = visited(RecordedSession(recorded(COMWARE)))
    optic = OpticFact(25, "Ten-GigabitEthernet1/0/25", -2.13, None, None, "210231A0")
    assert snapshot.optics == (optic,)
    assert snapshot.spanning_tree is not None
    assert snapshot.spanning_tree.ports[0].state == "forwarding"
    assert from_json(json.loads(json.dumps(to_json(snapshot)))) == snapshot


def test_small_tables_of_a_switch_are_read_in_the_same_requests() -> None:
    snapshot = visited(RecordedSession(recorded(COMWARE)))
    ends = [snapshot.tables[name] for name in ("aggregation", "stp", "poe", "optics")]
    assert sum(end.requests for end in ends) <= 3
