"""A real net-snmp agent on loopback: polled by both engines, and by SNMPv3 at each level and with each protocol."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from collectors.collect import Target
from collectors.facts import TableState
from collectors.identify import default_vendors
from collectors.polling.poller import poll_many
from collectors.snmp.credentials import Credential
from collectors.snmp.engine_pysnmp import PysnmpEngine
from collectors.snmp.engine_udp import UdpEngine
from collectors.snmp.faults import Refused
from tests.collectors.wire import neighbourhood
from tests.collectors.wire.real_agent import AUTH_KEY, COMMUNITY, PAIRS, greeted, polled, user_of
from tests.collectors.wire.relay import Relay


def _machine_interfaces() -> dict[str, str]:
    """Name → MAC digits, as the kernel says."""
    found = {}
    for folder in Path("/sys/class/net").iterdir():
        address = folder / "address"
        if address.is_file():
            found[folder.name] = address.read_text().strip().replace(":", "")
    return found


def test_what_the_agent_says_is_what_the_machine_knows(snmpd):
    found = polled(UdpEngine, snmpd)
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
    host = polled(UdpEngine, snmpd).host
    assert host is not None
    total = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemTotal"))
    assert host.memory_kib == pytest.approx(int(total.split()[1]), rel=0.01)
    assert host.processors == Path("/proc/cpuinfo").read_text().count("processor\t:")


def test_both_engines_read_the_same_rows(snmpd):
    own, reference = polled(UdpEngine, snmpd), polled(PysnmpEngine, snmpd)
    assert own.interfaces == reference.interfaces
    assert own.addresses == reference.addresses
    assert own.identity == reference.identity
    assert {n: (e.state, e.rows) for n, e in own.tables.items()} == {
        n: (e.state, e.rows) for n, e in reference.tables.items()
    }


@pytest.mark.parametrize(("auth", "privacy"), PAIRS)
def test_each_pair_of_protocols_is_spoken_with_authentication_and_privacy(snmpd, auth, privacy):
    user = user_of(f"{auth}{privacy}", auth, privacy)
    assert user.level == "authPriv"
    try:
        name = greeted(snmpd, user)
    except Refused as fault:
        if (auth, privacy) in PAIRS[:1]:
            raise
        pytest.skip(f"this build of net-snmp does not have {auth} with {privacy}: {fault}")
    assert name == user.name


def test_a_user_without_privacy_and_one_without_a_key_are_answered(snmpd):
    nobody = user_of("nobody", auth_key="")
    assert (nobody.level, user_of("plain").level) == ("noAuthNoPriv", "authNoPriv")
    assert greeted(snmpd, nobody) == "nobody"
    assert greeted(snmpd, user_of("plain")) == "plain"


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
    with Relay(snmpd) as relay, pytest.raises(Refused) as refused:
        greeted(relay.port, replace(user_of("sha256aes", "sha256", "aes"), **values), timeout_s=5.0)
    assert str(refused.value) == words
    assert len(relay.asked) == 2, "the agent's engine, and the question: nothing is asked again"


def test_a_wrong_privacy_key_gives_one_clear_word_after_two_silences(snmpd):
    with Relay(snmpd) as relay, pytest.raises(Refused, match="wrong privacy key or protocol"):
        greeted(relay.port, user_of("sha256aes", "sha256", "aes", privacy_key="not the words"), timeout_s=1.0)
    assert len(relay.asked) == 5


def test_one_lost_message_is_not_taken_for_a_wrong_privacy_key(snmpd):
    with Relay(snmpd) as relay:
        relay.lose = lambda octets: b"sha256aes" in octets and not relay.lost
        assert greeted(relay.port, user_of("sha256aes", "sha256", "aes"), timeout_s=0.5) == "sha256aes"
    assert len(relay.lost) == 1


def test_the_first_credential_that_is_answered_is_used(snmpd):
    wrong = user_of("sha256aes", "sha256", "aes", auth_key="not the words")
    right = replace(wrong, name="new keys", auth_key=AUTH_KEY)
    silent = Credential("a community", community="unknown", timeout_s=0.1, retries=0)
    assert greeted(snmpd, silent, wrong, right, Credential(community=COMMUNITY)) == "new keys"


def test_a_device_is_collected_by_v3_as_by_a_community(snmpd):
    by_v3 = Target("snmpd", "127.0.0.1", snmpd, (user_of("sha256aes", "sha256", "aes"),), 2.0)
    by_community = Target("snmpd", "127.0.0.1", snmpd, (Credential(community=COMMUNITY),), 2.0)
    ((_target, one),) = poll_many([by_v3], vendors=default_vendors())
    ((_target, other),) = poll_many([by_community], vendors=default_vendors())
    assert one.asked_with == "sha256aes"
    assert (one.interfaces, one.addresses, one.identity) == (other.interfaces, other.addresses, other.identity)


def test_a_wrong_key_in_a_run_is_a_fault_of_its_own_without_the_key(snmpd):
    target = Target("core", "127.0.0.1", snmpd, (user_of("sha256aes", "sha256", "aes", auth_key="not the words"),), 2.0)
    ((_target, found),) = poll_many([target], vendors=default_vendors())
    assert (found.fault, found.fault_text) == ("refused", "core: wrong authentication key or protocol")
    assert "not the words" not in repr((target, found))


def test_the_neighbours_of_the_kernel_are_read_ipv6_ones_too(tmp_path):
    """In a network namespace of its own: there the kernel is told its neighbours, one of which does not answer."""
    inside = ["unshare", "--net", "--map-root-user"]
    if not shutil.which("unshare") or not shutil.which("ip"):
        pytest.skip("needs unshare and ip (Debian: util-linux, iproute2)")
    if subprocess.run([*inside, "ip", "link", "add", "near", "type", "veth"], capture_output=True).returncode:
        pytest.skip("this machine makes no network namespace with a veth for who runs the tests")
    command = [*inside, sys.executable, "-m", neighbourhood.__name__, str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    own, reference = json.loads(ended.stdout)
    assert own == reference
    near = {if_index for _mac, _address, if_index in own}
    assert len(near) == 1
    assert {address: bytes.fromhex(mac) for mac, address, _if_index in own} == neighbourhood.NEIGHBOURS
