"""The shrink guard: a table that falls to half or less closes nothing until a second run has seen the same."""

import json
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import call_command

from collectors.collect import Target
from collectors.facts import (
    AddressFact,
    Identity,
    InterfaceFact,
    NeighbourFact,
    Snapshot,
    SystemFact,
    TableEnd,
    TableState,
)
from collectors.management.commands import collect as command
from collectors.models import DeviceState, Neighbour
from collectors.reconcile import (
    Action,
    AddressView,
    InterfaceView,
    NeighbourView,
    Policy,
    RegisterView,
    reconcile,
)
from collectors.selectors import Scope
from collectors.services import running
from inventory.models import Device, Interface, IPAddress
from inventory.services.write import Actor
from tests.factories import make_switch

COMPLETE, EMPTY = TableEnd(TableState.COMPLETE), TableEnd(TableState.EMPTY)
CUT = TableEnd(TableState.CUT_SHORT, reason="loop")
SUBJECTS = {"interfaces": "interface", "addresses": "address", "neighbours": "neighbour"}
PORTS = tuple(InterfaceFact(number, f"Gi0/{number}", type=6) for number in range(1, 11))
ADDRESSES = tuple(AddressFact(f"10.0.{number}.1", 24, number) for number in range(1, 11))
NEIGHBOURS = tuple(NeighbourFact("lldp", n, f"Gi0/{n}", f"aabbccddee{n:02x}", "1") for n in range(1, 11))
REGISTER = RegisterView(
    1,
    "SW-1",
    "SN1",
    ("S5720-28P",),
    tuple(InterfaceView(n, f"Gi0/{n}", "copper", "", None, True, "", n, None, gone=False) for n in range(1, 11)),
    tuple(AddressView(n, f"10.0.{n}.1", 24, n, gone=False) for n in range(1, 11)),
    tuple(NeighbourView(n, f"Gi0/{n}", "lldp", f"aabbccddee{n:02x}", "1", "", "", None) for n in range(1, 11)),
)
DAY_S = 86_400.0


def _seen(rows: int, *, end: TableEnd = COMPLETE, uptime_s: float = DAY_S, restarted: bool = False) -> Snapshot:
    """A snapshot whose three tables show their first `rows` rows."""
    return Snapshot(
        "1",
        system=SystemFact(uptime_s=uptime_s),
        interfaces=PORTS[:rows],
        addresses=ADDRESSES[:rows],
        neighbours=NEIGHBOURS[:rows],
        tables=dict.fromkeys(SUBJECTS, end),
        restarted=restarted,
    )


def _closed(table: str, snapshot: Snapshot, register: RegisterView = REGISTER) -> tuple[int, int | None]:
    """(rows closed, rows seen where closing is held back, or None)"""
    changes = [c for c in reconcile(snapshot, register, Policy()) if c.subject == SUBJECTS[table]]
    closed = sum(change.action is Action.CLOSE for change in changes)
    held = [change.values["seen"] for change in changes if change.action is Action.HOLD]
    assert len(held) <= 1
    return closed, held[0] if held else None


@pytest.fixture(params=list(SUBJECTS))
def table(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize(("rows", "closed", "held"), [(10, 0, None), (6, 4, None), (5, 0, 5), (1, 0, 1), (0, 0, 0)])
def test_what_falls_to_half_or_less_is_held_and_what_falls_by_less_is_closed_at_once(table, rows, closed, held):
    assert _closed(table, _seen(rows)) == (closed, held)


def test_a_table_that_is_said_to_be_empty_is_held_like_one_that_shrank(table):
    assert _closed(table, _seen(0, end=EMPTY)) == (0, 0)


@pytest.mark.parametrize("rows", [5, 1, 0])
def test_the_second_run_that_sees_the_same_closes(table, rows):
    assert _closed(table, _seen(rows), replace(REGISTER, held={table: rows})) == (10 - rows, None)


@pytest.mark.parametrize(("before", "rows", "held"), [(5, 1, 1), (4, 2, 2), (2, 0, 0)])
def test_a_second_run_that_sees_the_table_shrink_once_more_confirms_nothing(table, before, rows, held):
    assert _closed(table, _seen(rows), replace(REGISTER, held={table: before})) == (0, held)


def test_a_table_that_is_whole_again_is_no_longer_held(table):
    assert _closed(table, _seen(10), replace(REGISTER, held={table: 0})) == (0, None)


def test_a_run_in_which_the_table_is_cut_short_neither_confirms_nor_forgets(table):
    assert _closed(table, _seen(0, end=CUT), replace(REGISTER, held={table: 0})) == (0, 0)
    assert _closed(table, _seen(8, end=CUT), replace(REGISTER, held={table: 0})) == (0, None)
    assert _closed(table, _seen(0, end=CUT)) == (0, None)


def test_a_start_since_the_last_poll_explains_what_is_missing(table):
    assert _closed(table, _seen(2), replace(REGISTER, restarted=True)) == (8, None)


def test_a_device_that_started_minutes_ago_may_not_have_filled_its_tables(table):
    assert _closed(table, _seen(2, uptime_s=120.0), replace(REGISTER, restarted=True)) == (0, 2)


def test_a_start_in_the_middle_of_the_run_closes_nothing(table):
    assert _closed(table, _seen(2, restarted=True), replace(REGISTER, held={table: 2})) == (0, 2)


def test_each_table_is_held_by_itself():
    mixed = replace(_seen(10), neighbours=())
    assert [_closed(name, mixed) for name in SUBJECTS] == [(0, None), (0, None), (0, 0)]


def test_a_county_may_hold_earlier_or_never():
    def held(share: float) -> bool:
        return any(c.action is Action.HOLD for c in reconcile(_seen(7), REGISTER, Policy(shrunk_share=share)))

    assert (held(0.5), held(0.8), held(-1.0)) == (False, True, False)


# -- run by run, with the register ---------------------------------------------------------------------------

MAC = "00e0fc000001"


def _polled(device: Device, rows: int, *, end: TableEnd = COMPLETE) -> Snapshot:
    """The same device with so many rows, its checksums those of its content."""
    return replace(
        _seen(rows),
        name=device.asset_tag,
        identity=Identity(serial=device.serial, base_mac=MAC),
        tables=dict.fromkeys(SUBJECTS, replace(end, rows=rows, checksum=rows)),
    )


def _run(snapshot: Snapshot) -> list[running.Applied]:
    applied: list[running.Applied] = []
    running.run(
        [Target(snapshot.name, "127.0.0.1")],
        Scope(),
        poll=lambda targets: iter([(targets[0], snapshot)]),
        actor=Actor("collect", source="collector"),
        progress=lambda _target, _snapshot, one: applied.append(one),
    )
    return applied


def _open() -> tuple[int, int, int]:
    """Open interfaces that were seen, addresses and neighbours."""
    return (
        Interface.objects.filter(if_index__isnull=False, gone_since__isnull=True).count(),
        IPAddress.objects.filter(interface__if_index__isnull=False, gone_since__isnull=True).count(),
        Neighbour.objects.filter(ended_at__isnull=True).count(),
    )


def _waiting() -> dict[str, tuple[int, int]]:
    tables = DeviceState.objects.get().tables
    return {name: (end["held"]["seen"], end["held"]["of"]) for name, end in tables.items() if "held" in end}


@pytest.fixture
def switch(db: None) -> Iterator[Device]:
    device = make_switch("SW-1", serial="SN1", mac=MAC, address="10.0.1.1")
    _run(_polled(device, 10))
    assert _open() == (10, 10, 10)
    yield device


def test_a_fall_to_nothing_costs_nothing_until_the_same_is_seen_again(switch):
    (first,) = _run(_polled(switch, 0, end=EMPTY))
    assert _open() == (10, 10, 10)
    assert [change.values["table"] for change in first.held] == list(SUBJECTS)
    assert _waiting() == dict.fromkeys(SUBJECTS, (0, 10))
    (second,) = _run(_polled(switch, 0, end=EMPTY))
    assert (_open(), _waiting(), second.held) == ((0, 0, 0), {}, [])
    (third,) = _run(_polled(switch, 0, end=EMPTY))
    assert third.changes == 0


def test_a_table_that_recovers_was_never_gone(switch):
    _run(_polled(switch, 4))
    assert _waiting() == dict.fromkeys(SUBJECTS, (4, 10))
    _run(_polled(switch, 10))
    assert (_open(), _waiting()) == ((10, 10, 10), {})
    assert not Interface.objects.filter(gone_since__isnull=False).exists()


def test_silence_between_two_runs_that_agree_does_not_make_them_forget(switch):
    _run(_polled(switch, 0))
    _run(Snapshot(switch.asset_tag, fault="no_answer", fault_text="no answer"))
    assert _waiting() == dict.fromkeys(SUBJECTS, (0, 10))
    _run(_polled(switch, 0))
    assert _open() == (0, 0, 0)


def test_a_run_does_not_confirm_itself(switch):
    fallen = _polled(switch, 0)
    targets = [Target(fallen.name, "127.0.0.1")] * 2
    running.run(
        targets,
        Scope(),
        poll=lambda _targets: iter([(one, fallen) for one in targets]),
        actor=Actor("collect", source="collector"),
        progress=lambda *_: None,
    )
    assert (_open(), len(_waiting())) == ((10, 10, 10), 3)


def _collect(monkeypatch: pytest.MonkeyPatch, snapshot: Snapshot, *options: str) -> str:
    """What `collect` prints when the device answers so."""

    def answers(*_args: object) -> running.Poll:
        return lambda targets: iter([(targets[0], replace(snapshot, name=targets[0].name))])

    monkeypatch.setattr(command, "network_poll", answers)
    out = StringIO()
    call_command("collect", *options, stdout=out)
    return out.getvalue()


def test_collect_says_which_table_fell_and_that_nothing_is_closed(switch, monkeypatch):
    said = _collect(monkeypatch, replace(_seen(10), neighbours=(), identity=Identity(serial="SN1", base_mac=MAC)))
    assert "table neighbours fell from 10 rows to 0: nothing is closed until another run shows the same" in said


def test_collect_says_in_json_which_tables_are_held(switch, monkeypatch):
    fallen = replace(_seen(10), neighbours=(), identity=Identity(serial="SN1", base_mac=MAC))
    (device, _run_line) = map(json.loads, _collect(monkeypatch, fallen, "--json").splitlines())
    assert {name: end["held"] for name, end in device["tables"].items()} == {
        "interfaces": False,
        "addresses": False,
        "neighbours": True,
    }
