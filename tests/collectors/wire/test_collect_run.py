"""A whole run over UDP: devices that misbehave cost their own row a clear word, and no other device anything."""

from collections.abc import Callable, Iterable

import pytest

from collectors.collect import Target
from collectors.facts import Snapshot, TableState
from collectors.identify import default_vendors
from collectors.lab.mib.build import build_mib
from collectors.lab.network import build_network
from collectors.lab.register import network_view
from collectors.models import DeviceState, Difference, Neighbour, Run
from collectors.selectors import Scope, devices_to_poll, target_of
from collectors.services.running import Outcome, network_poll, run
from collectors.snmp.codec import GET, Request
from collectors.snmp.recording import Recording
from collectors.snmp.session import END_OF_MIB_VIEW, TIME_TICKS, VarBind
from inventory.models import Device, Interface
from inventory.services.write import Actor
from tests.collectors.wire import faulty_agent as agents
from tests.collectors.wire.conftest import serving
from tests.collectors.wire.faulty_agent import Fault, FaultyAgent
from tests.factories import make_switch

pytestmark = pytest.mark.django_db
ACTOR = Actor("collect", source="collector")


def stuck_on_one_object(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    """Answers a walk with the very names that were asked for."""
    if request.kind == GET:
        yield agents.answer(request, honest)
    else:
        yield agents.answer(request, [(oid, 2, b"\x01") for oid in request.oids])


def too_big_for_bulk(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    """Refuses every answer of more than ten values."""
    yield agents.refuse(request, 1, 0) if len(honest) > 10 else agents.answer(request, honest)


def dies_after_six_answers(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    if agent.requests <= 6:
        yield agents.answer(request, honest)


def restarts(agent: FaultyAgent, request: Request, honest: list[VarBind]) -> Iterable[bytes]:
    """After twenty answers it starts anew, with sysUpTime from zero and nothing in its tables yet."""
    if agent.requests <= 20:
        yield agents.answer(request, honest)
    elif request.kind == GET:
        yield agents.answer(
            request, [(oid, tag, b"\x05" if tag == TIME_TICKS else value) for oid, tag, value in honest]
        )
    else:
        yield agents.answer(request, [(oid, END_OF_MIB_VIEW, b"") for oid in request.oids])


FAULTS: dict[str, Fault] = {
    "good-1": agents.none,
    "loops": stuck_on_one_object,
    "rubbish": agents.only_rubbish,
    "too-big": too_big_for_bulk,
    "silent": agents.silence,
    "dies": dies_after_six_answers,
    "good-2": agents.none,
}


def _collect(ports: dict[str, int], tags: dict[str, str], seen: Callable[[Snapshot], None] | None = None) -> Outcome:
    targets = [
        Target(target.name, "127.0.0.1", ports[tags[target.name]], timeout_s=0.1, retries=1)
        for target in map(target_of, devices_to_poll(Scope()))
    ]
    return run(
        targets,
        Scope(),
        poll=network_poll(default_vendors(), jobs=3),
        actor=ACTOR,
        progress=lambda _target, snapshot, _applied: seen(snapshot) if seen else None,
    )


@pytest.fixture
def county() -> dict[str, str]:
    """Seven managed switches at one site; asset tag → name."""
    site = None
    tags = {}
    for number, name in enumerate(FAULTS, 1):
        device: Device = make_switch(
            name, serial=f"2102350000{number:04d}", mac=f"00e0fc0{number:05x}", address=f"10.9.0.{number}", site=site
        )
        site = device.site
        tags[device.asset_tag] = name
    return tags


def _recordings(tags: dict[str, str]) -> dict[str, Recording]:
    return {tags[device.tag]: build_mib(device) for device in build_network(network_view()).devices}


def test_each_faulty_device_gets_a_clear_word_and_the_others_all_their_rows(county):
    found: dict[str, Snapshot] = {}
    with serving(_recordings(county), FAULTS) as ports:
        outcome = _collect(ports, county, lambda snapshot: found.update({county[snapshot.name]: snapshot}))
    words = {name: snapshot.fault_text for name, snapshot in found.items() if snapshot.fault}
    assert "no answer" in words["silent"]
    assert "no response" in words["rubbish"] or "only got" in words["rubbish"]
    assert set(words) == {"silent", "rubbish"}
    assert found["loops"].tables["interfaces"].state is TableState.CUT_SHORT
    assert "loop" in found["loops"].tables["interfaces"].reason
    assert found["dies"].tables["interfaces"].state is TableState.CUT_SHORT
    assert found["too-big"].tables["interfaces"].state is TableState.COMPLETE
    for name in ("good-1", "good-2", "too-big"):
        assert Interface.objects.filter(device__name=name).count() > 28, name
    assert len(found["too-big"].interfaces) == len(found["good-1"].interfaces)
    assert {DeviceState.objects.get(device__asset_tag=tag).answered for tag in county if county[tag] in words} == {
        False
    }
    assert Run.objects.get().state == "partial"
    assert len(outcome.silent) == 2


def test_the_second_run_over_the_wire_changes_nothing(county):
    everybody = dict.fromkeys(FAULTS, agents.none)
    with serving(_recordings(county), everybody) as ports:
        first = _collect(ports, county).run
        second = _collect(ports, county).run
    assert (first.answered, second.answered) == (7, 7)
    assert first.changes > 100
    assert (second.changes, second.differences) == (0, 0)
    assert not Difference.objects.exists()


def test_a_device_that_falls_silent_later_loses_nothing(county):
    recordings = _recordings(county)
    with serving(recordings, dict.fromkeys(FAULTS, agents.none)) as ports:
        _collect(ports, county)
    before = Interface.objects.filter(gone_since__isnull=True).count()
    with serving(recordings, FAULTS) as ports:
        _collect(ports, county)
    assert Interface.objects.filter(gone_since__isnull=True).count() == before
    assert {d.kind for d in Difference.objects.all()} == {"no_answer"}


def test_a_device_that_starts_anew_while_it_is_read_loses_nothing(county):
    recordings = _recordings(county)
    with serving(recordings, dict.fromkeys(FAULTS, agents.none)) as ports:
        _collect(ports, county)
    before = Interface.objects.filter(gone_since__isnull=True).count()
    found: list[Snapshot] = []
    with serving(recordings, dict.fromkeys(FAULTS, restarts)) as ports:
        _collect(ports, county, found.append)
    assert {(snapshot.restarted, snapshot.fault) for snapshot in found} == {(True, "")}
    assert any(not snapshot.neighbours and snapshot.tables["neighbours"].ended_well for snapshot in found)
    assert Interface.objects.filter(gone_since__isnull=True).count() == before
    assert not Neighbour.objects.filter(ended_at__isnull=False).exists()
    assert not Difference.objects.exists()
