"""What a whole run shows: moved, unknown, unregistered, not seen."""

from dataclasses import replace
from datetime import date

from collectors.judging import (
    Ground,
    Heard,
    Registered,
    Switch,
    accounted_for,
    judge_neighbours,
    judge_places,
    judge_unseen,
    missing,
    unregistered_macs,
)
from collectors.links import Place

PC, STRANGER = "8c1645000001", "8c1645000099"
TODAY = date(2026, 11, 24)
OWNER = Registered(5, site=1, in_use=True, polled=False)
LONG_AGO = date(2024, 1, 1)
GROUND = Ground(
    sites={1: "东院", 2: "西院"},
    switches={7: Switch(7, "SW-7", 2), 8: Switch(8, "SW-8", 1)},
    ports={71: "Gi0/1", 81: "Gi0/2"},
    owners={PC: OWNER},
)


def _place(mac: str, switch: int = 7, port: int = 71, *, direct: bool = True) -> Place:
    return Place(mac, switch, port, 10, "10.0.0.5", direct)


def test_a_computer_behind_a_switch_of_another_site_has_moved():
    (seen,) = judge_places([_place(PC)], GROUND).seen
    assert (seen.kind, seen.device, seen.register_value, seen.seen_value) == ("moved", 5, "东院", "西院")
    assert seen.evidence["at"] == "SW-7 Gi0/1"


def test_a_computer_at_its_own_site_settles_the_difference():
    verdicts = judge_places([_place(PC, 8, 81)], GROUND)
    assert not verdicts.seen
    assert ("moved", 5, "site") in verdicts.settled


def test_a_place_towards_a_switch_moves_nothing():
    assert not judge_places([_place(PC, direct=False)], GROUND).seen


def test_a_mac_that_nobody_registered_is_told_with_its_port():
    (seen,) = judge_places([_place(STRANGER)], GROUND).seen
    assert (seen.kind, seen.key, seen.seen_value) == ("unknown_mac", STRANGER, STRANGER)


def test_random_macs_of_telephones_and_macs_spoken_of_elsewhere_are_no_difference():
    assert not judge_places([_place("da1645000001")], GROUND).seen
    assert not judge_places([_place(STRANGER)], GROUND, silent={STRANGER}).seen


def _unseen(device: Registered, *, places=(), whole=(1,), last: date | None = LONG_AGO):
    ground = replace(GROUND, owners={PC: device})
    accounted = accounted_for(ground, places)
    return judge_unseen(
        missing(ground, accounted, set(whole)), {device.pk: last}, accounted, today=TODAY, after_days=30
    )


def test_a_computer_in_use_that_no_table_shows_is_unseen_where_its_whole_site_was_read():
    (seen,) = _unseen(OWNER).seen
    assert (seen.kind, seen.device, seen.seen_value) == ("unseen", 5, "2024-01-01")
    assert _unseen(OWNER, last=None).seen


def test_where_a_switch_of_the_site_was_not_read_nothing_is_called_unseen_and_nothing_settled():
    verdicts = _unseen(OWNER, whole=())
    assert not verdicts.seen
    assert not verdicts.settled


def test_late_evidence_use_and_answers_of_its_own_speak_against_unseen():
    assert not _unseen(OWNER, last=date(2026, 11, 1)).seen
    for verdicts in (
        _unseen(replace(OWNER, in_use=False)),
        _unseen(replace(OWNER, polled=True)),
        _unseen(OWNER, places=(PC,)),
    ):
        assert not verdicts.seen
        assert verdicts.settled == [("unseen", 5, "last_seen")]


def _heard(**values) -> Heard:
    return Heard(
        **{
            "switch": 7,
            "port": "Gi0/1",
            "chassis": "aabbccddeeff",
            "name": "",
            "descr": "TL-SG2008\r\nv1",
            "address": "",
            "bridge": True,
            **values,
        }
    )


def test_a_forwarding_neighbour_that_is_not_registered_is_told_once():
    (seen,) = judge_neighbours([_heard(), _heard(switch=8)], set(), set(), GROUND.switches).seen
    assert (seen.kind, seen.key, seen.seen_value) == ("unregistered", "aabbccddeeff", "TL-SG2008")
    assert list(unregistered_macs([_heard()], set())) == ["aabbccddeeff"]


def test_a_neighbour_known_by_chassis_or_by_a_name_of_its_own_is_settled():
    assert judge_neighbours([_heard()], {"aabbccddeeff"}, set(), {}).settled
    assert judge_neighbours([_heard(name="SW-8.gov")], set(), {"sw-8"}, {}).settled


def test_a_telephone_or_computer_that_speaks_lldp_is_no_switch():
    assert not judge_neighbours([_heard(bridge=False)], set(), set(), {}).seen
