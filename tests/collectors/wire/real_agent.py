"""A real net-snmp agent on loopback, its users, and asking it once. For the tests of both engines and of SNMPv3."""

import asyncio
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from collectors.collect import Target, collect
from collectors.facts import Snapshot
from collectors.identify import default_vendors
from collectors.polling.sessions import Engines, greet
from collectors.snmp.credentials import Credential
from collectors.snmp.engine_udp import UdpEngine

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


@contextmanager
def running(folder: Path, port: int, more: str = "") -> Iterator[None]:
    """A net-snmp agent with a configuration of its own; what it keeps between its lives stands in the folder."""
    program = shutil.which("snmpd") or shutil.which("snmpd", path="/usr/sbin")
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI must have net-snmp's snmpd")
        pytest.skip("net-snmp's snmpd is not installed (Debian: snmpd)")
    config = folder / "snmpd.conf"
    config.write_text(
        f"agentaddress udp:127.0.0.1:{port}\nrocommunity {COMMUNITY} 127.0.0.1\nsysName real-agent\n{more}\n" + _users()
    )
    command = [program, "-f", "-Lf", str(folder / "log"), "-p", str(folder / "pid")]
    agent = subprocess.Popen(
        command,
        env=os.environ
        | {"SNMPCONFPATH": f"{folder}:{folder}/state", "SNMP_PERSISTENT_DIR": str(folder / "state"), "MIBS": ""},
        cwd=folder,
    )
    try:
        polled(UdpEngine, port)  # returns when it answers
        yield
    finally:
        agent.terminate()
        agent.wait(timeout=20)


def started(folder: Path, port: int, more: str = "") -> ExitStack:
    """The agent, running: for a thread, since waiting for it takes a loop of its own."""
    stack = ExitStack()
    stack.enter_context(running(folder, port, more))
    return stack


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def polled(engine_type: type, port: int) -> Snapshot:
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


def greeted(port: int, *credentials: Credential, timeout_s: float = 2.0) -> str:
    """The name of the credential that was answered. Raises what greet raises."""

    async def ask() -> str:
        engines = Engines()
        try:
            _session, credential = await greet(engines, Target("snmpd", "127.0.0.1", port, credentials, timeout_s, 2))
            return credential.name
        finally:
            engines.close()

    return asyncio.run(ask())


def user_of(name: str, auth: str = "sha256", privacy: str = "", **values: Any) -> Credential:
    keys = {"auth_key": AUTH_KEY, "privacy_key": PRIVACY_KEY if privacy else ""}
    return Credential(
        **{"name": name, "version": "3", "user": name, "auth": auth, "privacy": privacy or "aes", **keys, **values}
    )
