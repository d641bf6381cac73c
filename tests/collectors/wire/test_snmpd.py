"""A real net-snmp agent on loopback, polled by both engines, beside what this machine says of itself."""

import asyncio
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from collectors.collect import Target, collect
from collectors.facts import Snapshot, TableState
from collectors.identify import default_vendors
from collectors.snmp.engine_pysnmp import PysnmpEngine
from collectors.snmp.engine_udp import UdpEngine

COMMUNITY = "loopback"


@pytest.fixture(scope="module")
def snmpd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The UDP port of a net-snmp agent with a configuration of its own, ended with the tests."""
    program = shutil.which("snmpd") or shutil.which("snmpd", path="/usr/sbin")
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI must have net-snmp's snmpd")
        pytest.skip("net-snmp's snmpd is not installed (Debian: snmpd)")
    folder = tmp_path_factory.mktemp("snmpd")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = folder / "snmpd.conf"
    config.write_text(f"agentaddress udp:127.0.0.1:{port}\nrocommunity {COMMUNITY} 127.0.0.1\nsysName real-agent\n")
    command = [program, "-f", "-C", "-c", str(config), "-Lf", str(folder / "log"), "-p", str(folder / "pid")]
    agent = subprocess.Popen(
        command, env=os.environ | {"SNMP_PERSISTENT_DIR": str(folder / "state"), "MIBS": ""}, cwd=folder
    )
    yield port
    agent.terminate()
    agent.wait(timeout=20)


def _poll(engine_type: type, port: int) -> Snapshot:
    """The agent needs a moment to start: the engine's own retries wait for it."""

    async def poll() -> Snapshot:
        engine = engine_type()
        try:
            for _ in range(20):
                session = engine.session("snmpd", "127.0.0.1", port, community=COMMUNITY, timeout_s=1.0, retries=4)
                found = await collect(Target("snmpd", "127.0.0.1", port), session, vendors=default_vendors())
                if not found.fault:
                    return found
                await asyncio.sleep(0.1)
            return found
        finally:
            engine.close()

    return asyncio.run(poll())


def _machine_interfaces() -> dict[str, str]:
    """Name → MAC digits, as the kernel says."""
    found = {}
    for folder in Path("/sys/class/net").iterdir():
        address = folder / "address"
        if address.is_file():
            found[folder.name] = address.read_text().strip().replace(":", "")
    return found


def test_what_the_agent_says_is_what_the_machine_knows(snmpd):
    found = _poll(UdpEngine, snmpd)
    assert not found.fault, found.fault_text
    assert found.system.name == "real-agent"
    assert found.system.descr.startswith("Linux ")
    assert os.uname().release in found.system.descr
    machine = _machine_interfaces()
    named = {fact.name: fact.mac for fact in found.interfaces if fact.name in machine}
    assert named.keys() == machine.keys()
    assert all(mac in ("", machine[name]) for name, mac in named.items())
    assert ("127.0.0.1", 8) in {(fact.address, fact.prefix_length) for fact in found.addresses}
    assert found.tables["interfaces"].state is TableState.COMPLETE
    assert found.identity.manufacturer is None or found.identity.manufacturer
    assert found.identity.kind in ("server", "workstation")


def test_memory_and_processors_are_those_of_the_kernel(snmpd):
    host = _poll(UdpEngine, snmpd).host
    assert host is not None
    total = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemTotal"))
    assert host.memory_kib == pytest.approx(int(total.split()[1]), rel=0.01)
    assert host.processors == Path("/proc/cpuinfo").read_text().count("processor\t:")


def test_both_engines_read_the_same_rows(snmpd):
    own, reference = _poll(UdpEngine, snmpd), _poll(PysnmpEngine, snmpd)
    assert own.interfaces == reference.interfaces
    assert own.addresses == reference.addresses
    assert own.identity == reference.identity
    assert {n: (e.state, e.rows) for n, e in own.tables.items()} == {
        n: (e.state, e.rows) for n, e in reference.tables.items()
    }
