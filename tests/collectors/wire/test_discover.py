"""Discovery over loopback: a sweep of addresses that a lab serves, its rate, and what the commands say."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.management import call_command

from collectors.collect import Target
from collectors.identify import default_vendors
from collectors.lab.agent import Agent
from collectors.lab.server import Lab, make_agents
from collectors.models import Proposal
from collectors.polling import discovery
from collectors.polling.probing import probe_targets
from collectors.profiles import ManagementProfile
from collectors.snmp.credentials import Credential
from inventory.models import Device
from inventory.services import write
from tests.collectors.wire.test_lab_server import device, free_port
from tests.factories import TESTER, make_switch

SECRET = "secret"  # the community of the lab's devices


@contextmanager
def _serving(agents: dict[str, Agent]) -> Iterator[int]:
    """The agents 10.77.0.x on 127.77.0.x, in a thread; their port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    lab, port = Lab(), free_port()
    lab.open(agents, port=port)
    loop.call_soon_threadsafe(lab.start, loop)
    thread.start()
    try:
        yield port
    finally:
        loop.call_soon_threadsafe(lab.close, loop)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@pytest.fixture
def port() -> Iterator[int]:
    """Three devices; the third also answers at the address after its own."""
    agents = make_agents([device(1), device(2), device(3)])
    agents["10.77.0.5"] = agents["10.77.0.4"]
    with _serving(agents) as number:
        yield number


def _targets(count: int, port: int, **values: object) -> list[Target]:
    way = replace(Credential("lab", community=SECRET, timeout_s=0.2, retries=0), **values)
    return [Target(f"127.77.0.{n}", f"127.77.0.{n}", port, (way,)) for n in range(1, count + 1)]


def test_a_sweep_finds_what_answers_and_groups_the_addresses_of_one_device(port):
    seen: list[Target] = []
    swept = discovery.sweep(_targets(20, port), rate=1000, progress=seen.append)
    assert [one.target.name for one in swept.heard] == [f"127.77.0.{n}" for n in (2, 3, 4, 5)]
    assert len(seen) == 20
    found = discovery.read_devices(swept.heard, vendors=default_vendors())
    assert [one.addresses for one in found] == [["127.77.0.2"], ["127.77.0.3"], ["127.77.0.4", "127.77.0.5"]]
    assert [one.snapshot.identity.serial for one in found] == ["SER00001", "SER00002", "SER00003"]


def test_a_sweep_is_no_faster_than_its_rate(port):
    began = time.perf_counter()
    discovery.sweep(_targets(20, port), rate=50)
    assert time.perf_counter() - began >= 19 / 50


@pytest.mark.django_db
def test_the_command_proposes_what_the_register_lacks_and_shows_no_community(port, capsys):
    make_switch("known", serial="SER00002")
    with write.unit(TESTER) as unit:
        unit.create(ManagementProfile(name="lab", community=SECRET, port=port))
    devices = Device.objects.count()
    call_command("discover", "127.77.0.0/28", "--profile", "lab", "--rate", "500")
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert "known: " in lines[0]
    assert lines[0].startswith("127.77.0.3  sw-2  Huawei")
    assert [line.partition("  ")[2].partition("  ")[0] for line in lines[1:3]] == [
        "127.77.0.2",
        "127.77.0.4, 127.77.0.5",
    ]
    assert lines[-1] == "14 addresses asked, 4 answered, 3 devices."
    assert Device.objects.count() == devices
    assert {p.serial for p in Proposal.objects.all()} == {"SER00001", "SER00003"}
    assert all(p.profile is not None and p.profile.name == "lab" for p in Proposal.objects.all())
    assert SECRET not in said.out + said.err
    call_command("discover", "127.77.0.0/28", "--rate", "500")
    assert "seen before" in capsys.readouterr().out
    assert Proposal.objects.count() == 2


@pytest.mark.django_db
def test_neither_collect_nor_probe_shows_a_secret(port, capsys, monkeypatch, tmp_path: Path, settings):
    settings.VAR_DIR = tmp_path
    monkeypatch.setenv("TAIZHANG_SECRET_KEYS", str(tmp_path / "keys"))
    device = make_switch("sw-1", serial="SER00001", address="10.77.0.2")
    with write.unit(TESTER) as unit:
        profile = device.management.get().profile
        profile.community = SECRET
        unit.update(profile)
    from collectors.lab.book import write_book

    write_book({"10.77.0.2": ("127.77.0.2", port)})
    call_command("collect", "--lab", "--json")
    said = capsys.readouterr()
    assert json.loads(said.out.splitlines()[0])
    ways = [Credential(community=SECRET)]
    assert probe_targets([f"127.77.0.2:{port}", f"127.77.0.200:{port}"], credentials=ways) == 3
    more = capsys.readouterr()
    assert '"SER00001"' in more.out
    assert SECRET not in said.out + said.err + more.out + more.err
