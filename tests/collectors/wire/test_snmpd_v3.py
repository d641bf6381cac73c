"""SNMPv3 with a real net-snmp agent: what an engine keeps of an agent, VLANs, and `probe` by a user or a profile."""

import asyncio
import json
from contextlib import suppress
from io import StringIO

import pytest
from django.core.management import call_command

from collectors.collect import Target
from collectors.polling.sessions import UPTIME, Engines, greet
from collectors.profiles import ManagementProfile
from collectors.snmp import oid
from collectors.snmp.credentials import Credential
from collectors.snmp.faults import Fault
from collectors.snmp.session import Session
from inventory.services import write
from tests.collectors.wire.real_agent import AUTH_KEY, PRIVACY_KEY, free_port, running, started, user_of
from tests.collectors.wire.relay import Relay
from tests.factories import TESTER

# -- what an engine keeps of an agent (RFC 3414 section 2.2) -------------------------------------------------------

BOOTS = oid.parse("1.3.6.1.6.3.10.2.1.2.0")
"""snmpEngineBoots."""


async def _v3_session(engines: Engines, port: int, user: Credential) -> Session:
    session, _credential = await greet(engines, Target("snmpd", "127.0.0.1", port, (user,), 1.0, 0))
    return session


def test_an_agent_is_asked_who_it_is_once_and_not_for_eachpolled(snmpd):
    async def polls() -> list[int]:
        engines, counts = Engines(), []
        try:
            with Relay(snmpd) as relay:
                for _poll_number in range(3):
                    session = await _v3_session(engines, relay.port, user_of("plain"))
                    await session.get([UPTIME])
                    counts.append(len(relay.asked))
        finally:
            engines.close()
        return counts

    first, second, third = asyncio.run(polls())
    assert first > 2
    assert (second - first, third - second) == (2, 2)


@pytest.mark.parametrize("user", [user_of("plain"), user_of("sha256aes", "sha256", "aes")], ids=lambda user: user.level)
def test_an_agent_that_was_restarted_is_polled_on_without_a_false_failure(tmp_path, user):
    port = free_port()

    async def boots(engines: Engines) -> int:
        """By a session without retries: a message that is lost for its old time would be a failure."""
        session = await _v3_session(engines, port, user)
        return int.from_bytes((await session.get([BOOTS])).varbinds[0][2], "big")

    async def both() -> tuple[int, int, int]:
        engines = Engines()
        try:
            with await asyncio.to_thread(started, tmp_path, port) as _agent:
                before = await boots(engines)
            with await asyncio.to_thread(started, tmp_path, port) as _agent:
                return before, await boots(engines), await boots(engines)
        finally:
            engines.close()

    before, after, again = asyncio.run(both())
    assert (after, again) == (before + 1, before + 1)


def test_another_agent_at_a_known_address_is_met_anew(tmp_path):
    """A replaced device, or one that keeps no engine id, answers with another id than the one that is kept."""
    port = free_port()
    for name in ("one", "other"):
        (tmp_path / name).mkdir()

    async def both() -> None:
        engines = Engines()
        try:
            for name in ("one", "other", "other"):
                with await asyncio.to_thread(started, tmp_path / name, port):
                    session = await _v3_session(engines, port, user_of("plain"))
                    assert (await session.get([UPTIME])).varbinds
        finally:
            engines.close()

    asyncio.run(both())


def test_two_agents_with_the_same_engine_id_are_both_polled(tmp_path):
    """Copied configurations: their boots and times differ under one id."""
    one, copy = free_port(), free_port()
    same = "exactEngineID 0x80001f8880aabbccdd01020304"
    for name in ("one", "copy"):
        (tmp_path / name).mkdir()
    for _start_number in range(3):
        with running(tmp_path / "one", one, same):
            pass

    async def alternately() -> None:
        engines = Engines()
        try:
            with (
                await asyncio.to_thread(started, tmp_path / "one", one, same),
                await asyncio.to_thread(started, tmp_path / "copy", copy, same),
            ):
                sessions = [await _v3_session(engines, port, user_of("plain")) for port in (one, copy)]
                for session in sessions * 3:
                    assert (await session.get([UPTIME])).varbinds
        finally:
            engines.close()

    asyncio.run(alternately())


def test_a_vlan_of_a_v3_session_is_asked_by_its_context(snmpd):
    async def ask() -> list[bytes]:
        engines = Engines()
        try:
            with Relay(snmpd) as relay:
                target = Target("snmpd", "127.0.0.1", relay.port, timeout_s=0.5, retries=0)
                session = engines.session(target, user_of("plain", context="own"))
                aside = session.for_vlan(10)
                assert aside is not None
                with suppress(Fault):  # this agent has neither this context nor a VLAN's bridge
                    await session.get([UPTIME])
                before = len(relay.asked)
                with suppress(Fault):
                    await aside.get([UPTIME])
                return [b"".join(relay.asked[:before]), b"".join(relay.asked[before:])]
        finally:
            engines.close()

    of_device, of_vlan = asyncio.run(ask())
    assert (b"\x04\x03own" in of_device, b"vlan-" in of_device) == (True, False)
    assert (b"\x04\x07vlan-10" in of_vlan, b"\x04\x03own" in of_vlan) == (True, False)


# -- probe -------------------------------------------------------------------------------------------------------


def _probed(*words: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("probe", *words, stdout=out, stderr=out)
    except SystemExit as left:
        return int(str(left.code)), out.getvalue()
    return 0, out.getvalue()


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAIZHANG_V3_AUTH_KEY", AUTH_KEY)
    monkeypatch.setenv("TAIZHANG_V3_PRIVACY_KEY", PRIVACY_KEY)


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize(
    "words",
    [
        ("--v3-user", "sha256aes"),
        ("--v3-user", "sha224aes", "--auth", "sha224"),
        ("--v3-user", "plain", "--privacy", "none"),
        ("--v3-user", "nobody", "--auth", "none"),
    ],
)
def test_probe_asks_by_v3_with_keys_from_the_environment(snmpd, words):
    code, said = _probed(f"127.0.0.1:{snmpd}", "--json", *words)
    assert (code, json.loads(said)["sys_name"]) == (0, "real-agent")
    assert [key for key in (AUTH_KEY, PRIVACY_KEY) if key in said] == []


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--v3-user", "stranger"), "unknown user"),
        (("--v3-user", "sha256aes", "--auth", "sha512"), "wrong authentication key or protocol"),
        (("--v3-user", "sha256aes", "--privacy", "none"), "the agent does not let this user read"),
    ],
)
def test_probe_tells_in_one_line_why_an_agent_refuses(snmpd, words, told):
    code, said = _probed(f"127.0.0.1:{snmpd}", *words)
    assert (code, len(said.splitlines()), told in said) == (3, 1, True), said


def test_probe_asks_for_keys_that_the_environment_does_not_have(snmpd, monkeypatch):
    prompts = []

    def type_it(prompt: str) -> str:
        prompts.append(prompt)
        return AUTH_KEY if "Auth" in prompt else PRIVACY_KEY

    for name in ("TAIZHANG_V3_AUTH_KEY", "TAIZHANG_V3_PRIVACY_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("collectors.management.credentials.getpass", type_it)
    code, _said = _probed(f"127.0.0.1:{snmpd}", "--v3-user", "sha256aes")
    assert (code, prompts) == (0, ["Authentication key of sha256aes: ", "Privacy key of sha256aes: "])


@pytest.mark.django_db
@pytest.mark.parametrize("named", ["127.0.0.1:{port}", "127.0.0.1"])
def test_probe_asks_by_a_saved_profile_and_its_port_unless_one_is_named(snmpd, named):
    with write.unit(TESTER) as unit:
        other = snmpd if ":" not in named else 9
        by_v3 = {"version": "3", "user": "sha256aes", "auth_key": AUTH_KEY, "privacy_key": PRIVACY_KEY}
        unit.create(ManagementProfile(name="core", port=other, **by_v3))
    code, said = _probed(named.format(port=snmpd), "--profile", "core", "--json")
    assert (code, json.loads(said)["sys_name"]) == (0, "real-agent")
