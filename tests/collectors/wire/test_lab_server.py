"""The lab over loopback: agents asked by the engine that collects, and the command as a process of its own."""

import asyncio
import errno
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from collectors.collect import Target, collect
from collectors.facts import Snapshot
from collectors.identify import default_vendors
from collectors.lab.agent import Agent, SilentAgent, copied_mac
from collectors.lab.book import read_book
from collectors.lab.server import Lab, LabFault, Line, make_agents
from collectors.lab.spec import LabAddress, LabDevice, LabPort
from collectors.lab.walks import copied
from collectors.snmp.engine_udp import UdpEngine
from tests.conftest import ROOT

WALK = "1.3.6.1.2.1.1.1.0|4|Huawei AR2220\n1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.2011.2.224\n1.3.6.1.2.1.1.5.0|4|edge\n"


def device(n: int) -> LabDevice:
    mac = f"0a0000{n:04x}00"
    return LabDevice(
        tag=f"T{n}",
        name=f"sw-{n}",
        manufacturer="Huawei",
        model="S5735-L24T4S-A1",
        role="switch",
        address=f"10.77.{n // 250}.{n % 250 + 1}",
        serial=f"SER{n:05d}",
        mac=mac,
        community="secret",
        ports=tuple(LabPort(6 + k, f"GigabitEthernet0/0/{k + 1}", mac, bridge_port=k + 1) for k in range(28)),
        addresses=(LabAddress(f"10.77.{n // 250}.{n % 250 + 1}", 24, 6),),
    )


def free_port() -> int:
    """A UDP port that nobody has on 127.0.0.1 now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def ask_all(
    agents: dict[str, Agent], *, own_ports: bool, community: str = "secret", line: Line | None = None
) -> list[Snapshot]:
    """Serve and collect every agent, in one loop."""

    async def run() -> list[Snapshot]:
        loop = asyncio.get_running_loop()
        lab = Lab(line or Line())
        lab.open(agents, port=free_port(), own_ports=own_ports)
        lab.start(loop)
        engine = UdpEngine()
        vendors = default_vendors()

        async def one(name: str) -> Snapshot:
            host, port = lab.places[name]
            session = engine.session(name, host, port, community=community, version="2c", timeout_s=0.4, retries=3)
            return await collect(Target(name, host, port), session, vendors=vendors)

        try:
            return list(await asyncio.gather(*map(one, agents)))
        finally:
            engine.close()
            lab.close(loop)

    return asyncio.run(run())


@pytest.mark.parametrize("own_ports", [False, True])
def test_every_agent_answers_for_its_own_device(own_ports: bool) -> None:
    snapshots = ask_all(make_agents(map(device, range(40))), own_ports=own_ports)
    assert [seen.identity.serial for seen in snapshots] == [f"SER{n:05d}" for n in range(40)]
    assert {len(seen.interfaces) for seen in snapshots} == {28}


def test_a_wrong_community_gets_no_answer() -> None:
    (seen,) = ask_all(make_agents([device(1)]), own_ports=True, community="public")
    assert seen.fault == "no_answer"


def test_of_a_thousand_answers_a_line_that_loses_two_percent_loses_about_twenty_and_always_the_same():
    lost = [number for number in range(1000) if Line(loss_percent=2).loses(number)]
    assert 12 <= len(lost) <= 28
    assert lost == [number for number in range(1000) if Line(loss_percent=2).loses(number)]
    assert not any(Line().loses(number) for number in range(1000))
    assert all(Line(loss_percent=100).loses(number) for number in range(1000))


def test_over_a_line_that_loses_answers_every_table_is_read_whole():
    agents = make_agents(map(device, range(10)))
    sound = ask_all(agents, own_ports=True)
    lossy = ask_all(agents, own_ports=True, line=Line(loss_percent=10))
    assert [seen.interfaces for seen in lossy] == [seen.interfaces for seen in sound]
    assert [list(seen.tables) for seen in lossy] == [list(seen.tables) for seen in sound]


def test_over_a_long_line_a_device_takes_its_round_trips():
    (seen,) = ask_all(make_agents([device(1)]), own_ports=True, line=Line(delay_s=0.01))
    assert len(seen.interfaces) == 28
    assert seen.seconds >= seen.requests * 0.01


def test_copies_answer_alike_but_for_their_names_and_macs():
    agents = copied(make_agents([device(1), device(2)]), 3)
    assert list(agents) == [f"10.192.0.{n}" for n in range(1, 7)]
    seen = ask_all(agents, own_ports=True)
    assert [one.system.name for one in seen] == ["sw-1", "sw-2", "sw-1-1", "sw-2-1", "sw-1-2", "sw-2-2"]
    assert [one.identity.serial for one in seen] == ["SER00001", "SER00002"] * 3
    macs = [{fact.mac for fact in one.interfaces} for one in seen]
    assert len(set().union(*macs)) == sum(map(len, macs))
    assert {len(one.interfaces) for one in seen} == {28}


@pytest.mark.parametrize(
    ("mac", "number", "other"),
    [("00e0fc123456", 0, "00e0fc123456"), ("00e0fc123456", 1, "00e0fd123456"), ("00e0fc123456", 258, "00e1fe123456")],
)
def test_a_copy_has_another_maker_s_octets_in_its_mac(mac: str, number: int, other: str) -> None:
    assert copied_mac(bytes.fromhex(mac), number).hex() == other
    assert copied_mac(bytes(6), number) == bytes(6)
    assert copied_mac(b"text", number) == b"text"


def test_of_a_hundred_copies_the_wanted_share_is_dead():
    agents = copied(make_agents([device(1), device(2)]), 50, dead_percent=10)
    assert [n for n, agent in enumerate(agents.values()) if isinstance(agent, SilentAgent)] == [*range(9, 100, 10)]


def test_a_port_in_use_is_told_and_leaves_nothing_open() -> None:
    agents = make_agents(map(device, range(3)))
    first, second = Lab(), Lab()
    port = free_port()
    try:
        first.open(agents, port=port)
        with pytest.raises(LabFault, match="is in use"):
            second.open(agents, port=port)
        assert not second.places
    finally:
        first.close()
    second.open(agents, port=port)
    second.close()


def test_own_ports_step_over_those_that_are_taken() -> None:
    agents = make_agents(map(device, range(3)))
    lab = Lab()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        try:
            lab.open(agents, port=port, own_ports=True)
            assert port not in {place[1] for place in lab.places.values()}
        finally:
            lab.close()


@pytest.fixture
def lab_process(tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    """Starts `manage.py lab` with its own var folder."""

    def start(*arguments: str) -> subprocess.Popen[str]:
        environment = {**os.environ, "TAIZHANG_VAR": str(tmp_path), "TAIZHANG_DATABASE": f"sqlite:///{tmp_path}/none"}
        command = [sys.executable, "manage.py", "lab", *arguments]
        return subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    return start


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_recorded_devices_are_served_without_a_database_until_a_signal_comes(
    tmp_path: Path, lab_process: Callable[..., subprocess.Popen[str]], number: signal.Signals
) -> None:
    walk = tmp_path / "edge.snmprec"
    walk.write_text(WALK, encoding="utf-8")
    process = lab_process("--walk", str(walk), "--ports", "--port", str(free_port()))
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("serving 1 agents")
        book = read_book(tmp_path / "lab.json")
        assert book.pid == process.pid
        host, port = book.agents["edge.snmprec"]
        assert ask(host, port).system.name == "edge"
        process.send_signal(number)
        assert process.wait(timeout=20) == 0
        assert not (tmp_path / "lab.json").exists()
    finally:
        process.kill()
        process.communicate()


def ask(host: str, port: int) -> Snapshot:
    async def run() -> Snapshot:
        engine = UdpEngine()
        try:
            session = engine.session(host, host, port, community="public", version="2c", timeout_s=2, retries=1)
            return await collect(Target(host, host, port), session, vendors=default_vendors())
        finally:
            engine.close()

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--walk", "setup.cfg"], "not a recording"),
        (["--walk", "no-such-file"], "cannot be read"),
        (["--deviations", "no-such-file"], "cannot be read"),
        ([], "the register cannot be read"),
    ],
)
def test_what_cannot_be_served_is_one_line_and_a_code(
    lab_process: Callable[..., subprocess.Popen[str]], arguments: list[str], sentence: str
) -> None:
    process = lab_process(*arguments)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 1
    assert sentence in errors
    assert errors.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--loss", "101"], "no number from 0 to 100"),
        (["--delay", "late"], "no number from 0 to 60000"),
        (["--dead", "-1"], "no number from 0 to 100"),
        (["--copies", "0"], "no number from 1 to 10000"),
    ],
)
def test_an_option_out_of_range_is_told_with_its_range(
    lab_process: Callable[..., subprocess.Popen[str]], arguments: list[str], sentence: str
) -> None:
    process = lab_process(*arguments)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 2
    assert sentence in errors.splitlines()[-1]


def test_where_only_127_0_0_1_can_be_bound_each_agent_has_a_port_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = Lab._add

    def only_one(lab: Lab, name: str, agent: Agent, host: str, port: int) -> None:
        if host != "127.0.0.1":
            raise OSError(errno.EADDRNOTAVAIL, "Can't assign requested address")
        plain(lab, name, agent, host, port)

    monkeypatch.setattr(Lab, "_add", only_one)
    snapshots = ask_all(make_agents(map(device, range(3))), own_ports=False)
    assert [seen.identity.serial for seen in snapshots] == [f"SER{n:05d}" for n in range(3)]
