"""The shrink guard with a real agent, run by run: what is closed, what is held back, and what is said."""

import pytest

from collectors.collect import Target
from collectors.identify import default_vendors
from collectors.lab.mib.build import build_mib
from collectors.lab.network import build_network
from collectors.lab.register import network_view
from collectors.selectors import Scope
from collectors.services.applying import Applied
from collectors.services.running import network_poll, run
from collectors.snmp import oid as oids
from collectors.snmp.recording import Recording
from collectors.snmp.session import TIME_TICKS
from inventory.models import Device, Interface
from inventory.services.write import Actor
from tests.collectors.wire import faulty_agent as agents
from tests.collectors.wire.conftest import serving
from tests.factories import make_switch

INTERFACE_COLUMNS = (oids.parse("1.3.6.1.2.1.2.2.1"), oids.parse("1.3.6.1.2.1.31.1.1.1"))
UPTIME = oids.parse("1.3.6.1.2.1.1.3.0")
DAY_S = 86_400


@pytest.fixture
def switch(db: None) -> Device:
    return make_switch("sw", serial="21023500000001", mac="00e0fc000001", address="10.9.0.1")


def _agent(*, half: bool, uptime_s: int = DAY_S) -> Recording:
    """The lab's switch; `half`: without every second interface."""
    whole = build_mib(build_network(network_view()).devices[0])
    served = Recording(whole.name)
    for key, name, value in zip(whole.keys, whole.oids, whole.values, strict=True):
        if half and name.startswith(INTERFACE_COLUMNS) and oids.arcs(name)[-1] % 2:
            continue
        served.keys.append(key)
        served.oids.append(name)
        served.values.append((TIME_TICKS, (uptime_s * 100).to_bytes(5, "big")) if name == UPTIME else value)
    return served


def _run(device: Device, recording: Recording) -> Applied:
    applied: list[Applied] = []
    with serving({"sw": recording}, {"sw": agents.none}) as ports:
        run(
            [Target(device.asset_tag, "127.0.0.1", ports["sw"], timeout_s=0.5)],
            Scope(),
            poll=network_poll(default_vendors()),
            actor=Actor("collect", source="collector"),
            progress=lambda _target, _snapshot, one: applied.append(one),
        )
    return applied[0]


def _open() -> int:
    return Interface.objects.filter(if_index__isnull=False, gone_since__isnull=True).count()


def _held(applied: Applied) -> list[tuple[str, int, int]]:
    return [(one.values["table"], one.values["seen"], one.values["of"]) for one in applied.held]


def test_a_table_that_falls_to_half_closes_nothing_in_one_run_and_closes_in_the_next(switch: Device) -> None:
    assert _held(_run(switch, _agent(half=False))) == []
    whole = _open()
    first = _run(switch, _agent(half=True))
    left = whole // 2
    assert (_open(), _held(first)) == (whole, [("interfaces", left, whole)])
    second = _run(switch, _agent(half=True))
    assert (_open(), _held(second)) == (left, [])
    assert _run(switch, _agent(half=True)).changes == 0


def test_a_table_that_is_whole_again_in_the_next_run_has_lost_nothing(switch: Device) -> None:
    _run(switch, _agent(half=False))
    whole = _open()
    _run(switch, _agent(half=True))
    assert _held(_run(switch, _agent(half=False))) == []
    assert (_open(), Interface.objects.filter(gone_since__isnull=False).count()) == (whole, 0)


def test_a_start_since_the_last_run_explains_the_fall_once_the_tables_can_be_filled(switch: Device) -> None:
    _run(switch, _agent(half=False))
    whole = _open()
    assert [table for table, _seen, _of in _held(_run(switch, _agent(half=True, uptime_s=60)))] == ["interfaces"]
    assert _open() == whole
    _run(switch, _agent(half=False))
    assert _held(_run(switch, _agent(half=True, uptime_s=3600))) == []
    assert _open() == whole // 2
