"""A real net-snmp agent on loopback: polled by both engines, and by SNMPv3 at each level and with each protocol."""

import asyncio
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from collectors.collect import Target, collect
from collectors.facts import Snapshot, TableState
from collectors.identify import default_vendors
from collectors.poller import poll_many
from collectors.sessions import Engines, greet
from collectors.snmp.credentials import Credential
from collectors.snmp.engine_pysnmp import PysnmpEngine
from collectors.snmp.engine_udp import UdpEngine
from collectors.snmp.faults import Refused

COMMUNITY = "loopback"
AUTH_KEY, PRIVACY_KEY = "authentication words", "privacy words"
MAKE = {
    "md5": "MD5",
    "sha": "SHA",
    "sha224": "SHA-224",
    "sha256": "SHA-256",
    "sha384": "SHA-384",
    "sha512": "SHA-512",
    "des": "DES",
    "aes": "AES",
    "aes192": "AES-192",
    "aes256": "AES-256",
}
"""Our names of the protocols, and net-snmp's."""
PAIRS = [
    ("sha256", "aes"),
    ("sha512", "aes256"),
    ("sha384", "aes192"),
    ("sha224", "aes"),
    ("sha", "aes"),
    ("md5", "des"),
]


def _users() -> str:
    """Configuration lines: a user for each pair of protocols, one without privacy, one without either."""
    lines = ["createUser nobody", "rouser nobody noauth"]
    lines += [f'createUser plain SHA-256 "{AUTH_KEY}"', "rouser plain auth"]
    for auth, privacy in PAIRS:
        user = f"{auth}{privacy}"
        lines.append(f'createUser {user} {MAKE[auth]} "{AUTH_KEY}" {MAKE[privacy]} "{PRIVACY_KEY}"')
        lines.append(f"rouser {user} priv")
    return "\n".join(lines) + "\n"


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
    config.write_text(
        f"agentaddress udp:127.0.0.1:{port}\nrocommunity {COMMUNITY} 127.0.0.1\nsysName real-agent\n" + _users()
    )
    command = [program, "-f", "-C", "-c", str(config), "-Lf", str(folder / "log"), "-p", str(folder / "pid")]
    agent = subprocess.Popen(
        command, env=os.environ | {"SNMP_PERSISTENT_DIR": str(folder / "state"), "MIBS": ""}, cwd=folder
    )
    _poll(UdpEngine, port)  # returns when it answers
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


def _greet(port: int, *credentials: Credential, timeout_s: float = 2.0) -> tuple[str, float]:
    """The name of the credential that was answered, and the seconds that it took. Raises what greet raises."""

    async def ask() -> tuple[str, float]:
        engines = Engines()
        began = time.perf_counter()
        try:
            _session, credential = await greet(engines, Target("snmpd", "127.0.0.1", port, credentials, timeout_s, 2))
            return credential.name, time.perf_counter() - began
        finally:
            engines.close()

    return asyncio.run(ask())


def _user(name: str, auth: str = "sha256", privacy: str = "", **values: Any) -> Credential:
    keys = {"auth_key": AUTH_KEY, "privacy_key": PRIVACY_KEY if privacy else ""}
    return Credential(
        **{"name": name, "version": "3", "user": name, "auth": auth, "privacy": privacy or "aes", **keys, **values}
    )


@pytest.mark.parametrize(("auth", "privacy"), PAIRS)
def test_each_pair_of_protocols_is_spoken_with_authentication_and_privacy(snmpd, auth, privacy):
    user = _user(f"{auth}{privacy}", auth, privacy)
    assert user.level == "authPriv"
    try:
        name, _seconds = _greet(snmpd, user)
    except Refused as fault:
        if (auth, privacy) in PAIRS[:1]:
            raise
        pytest.skip(f"this build of net-snmp does not have {auth} with {privacy}: {fault}")
    assert name == user.name


def test_a_user_without_privacy_and_one_without_a_key_are_answered(snmpd):
    nobody = _user("nobody", auth_key="")
    assert (nobody.level, _user("plain").level) == ("noAuthNoPriv", "authNoPriv")
    assert _greet(snmpd, nobody)[0] == "nobody"
    assert _greet(snmpd, _user("plain"))[0] == "plain"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"auth_key": "not the words"}, "snmpd: wrong authentication key or protocol"),
        ({"auth": "sha512"}, "snmpd: wrong authentication key or protocol"),
        ({"user": "stranger"}, "snmpd: unknown user"),
        ({"privacy_key": ""}, "snmpd: the agent does not let this user read at this security level"),
    ],
)
def test_a_wrong_user_or_key_gives_one_clear_word_at_once(snmpd, values, words):
    began = time.perf_counter()
    with pytest.raises(Refused) as refused:
        _greet(snmpd, replace(_user("sha256aes", "sha256", "aes"), **values), timeout_s=5.0)
    assert str(refused.value) == words
    assert time.perf_counter() - began < 2.0


def test_a_wrong_privacy_key_gives_one_clear_word_after_one_silence(snmpd):
    began = time.perf_counter()
    with pytest.raises(Refused, match="wrong privacy key or protocol"):
        _greet(snmpd, _user("sha256aes", "sha256", "aes", privacy_key="not the words"), timeout_s=1.0)
    assert time.perf_counter() - began < 2.0


def test_the_first_credential_that_is_answered_is_used(snmpd):
    wrong = _user("sha256aes", "sha256", "aes", auth_key="not the words")
    right = replace(wrong, name="new keys", auth_key=AUTH_KEY)
    silent = Credential("a community", community="unknown", timeout_s=0.1, retries=0)
    assert _greet(snmpd, silent, wrong, right, Credential(community=COMMUNITY))[0] == "new keys"


def test_a_device_is_collected_by_v3_as_by_a_community(snmpd):
    by_v3 = Target("snmpd", "127.0.0.1", snmpd, (_user("sha256aes", "sha256", "aes"),), 2.0)
    by_community = Target("snmpd", "127.0.0.1", snmpd, (Credential(community=COMMUNITY),), 2.0)
    ((_target, one),) = poll_many([by_v3], vendors=default_vendors())
    ((_target, other),) = poll_many([by_community], vendors=default_vendors())
    assert one.asked_with == "sha256aes"
    assert (one.interfaces, one.addresses, one.identity) == (other.interfaces, other.addresses, other.identity)


def test_a_wrong_key_in_a_run_is_a_fault_of_its_own_without_the_key(snmpd):
    target = Target("core", "127.0.0.1", snmpd, (_user("sha256aes", "sha256", "aes", auth_key="not the words"),), 2.0)
    ((_target, found),) = poll_many([target], vendors=default_vendors())
    assert (found.fault, found.fault_text) == ("refused", "core: wrong authentication key or protocol")
    assert "not the words" not in repr((target, found))
