"""Asking devices or recorded files what they are, and printing it: the whole of `manage.py probe` but Django.

Targets come one after another, each with an end of its own; a file's recording is let go before the next is read.
"""

import asyncio
import ipaddress
import json
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from pathlib import Path

from collectors.collect import Target, collect
from collectors.describe import as_lines, describe
from collectors.facts import Snapshot
from collectors.identify import default_vendors
from collectors.napalm_beside import BY_SNMP, complete_by_napalm
from collectors.napalm_drivers import NapalmTarget
from collectors.napalm_source import NoDriver, collect_by_napalm
from collectors.rulebook import RuleFault, Vendors
from collectors.snmp.credentials import Credential
from collectors.snmp.engine_udp import UdpEngine
from collectors.snmp.recording import RecordedSession, load_recording

ALL_ANSWERED, FAILED, SOME_SILENT = 0, 1, 3
"""Exit codes. FAILED: a target could not even be tried."""

BAD_TARGET, BAD_FILE = "bad_target", "bad_file"
SNMP_PORT = 161

_IN_BRACKETS = re.compile(r"\[([0-9A-Fa-f:.%\w]+)\](?::(\d{1,5}))?")
_PLAIN = re.compile(r"([^\s:/\\]+)(?::(\d{1,5}))?")


def parse_target(text: str, community: str) -> Target:
    """'10.1.2.3', '10.1.2.3:1161', 'host', '[fd00::1]:1161' or a bare IPv6 address. Raises ValueError for others."""
    bare = text.strip()
    found = _IN_BRACKETS.fullmatch(bare) or _PLAIN.fullmatch(bare)
    if found:
        port = int(found.group(2) or SNMP_PORT)
        if not 1 <= port <= 65535:
            raise ValueError(f"{text}: {port} is no port")
        return Target(bare, found.group(1), port, (Credential(community=community),))
    if _is_ipv6(bare):
        return Target(bare, bare, credentials=(Credential(community=community),))
    raise ValueError(f"{text}: neither a recorded file nor an address such as 10.1.2.3:161 or [fd00::1]:161")


def _is_ipv6(text: str) -> bool:
    try:
        return ipaddress.ip_address(text.partition("%")[0]).version == 6
    except ValueError:
        return False


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except OSError:  # a name longer than the file system takes
        return False


def probe_targets(
    targets: Iterable[str],
    *,
    community: str = "public",
    as_json: bool = False,
    vendors: Vendors | None = None,
    login: NapalmTarget | None = None,
    say: Callable[[str], object] = print,
) -> int:
    """Asks each target in turn and says what it is; gives the exit code. Raises nothing for a target's fault.

    With a `login` (its name and host are each target's) the devices are asked by NAPALM; see probe_by_napalm.
    """
    try:
        rules = default_vendors() if vendors is None else vendors
    except RuleFault as fault:
        say(f"vendor rules: {fault}")
        return FAILED

    async def ask(text: str, engine: UdpEngine) -> Snapshot:
        if login is not None:
            return await probe_by_napalm(text, login, community, rules, engine)
        return await probe_one(text, community, rules, engine)

    return asyncio.run(_probe_all(targets, ask, as_json, say))


async def _probe_all(
    targets: Iterable[str],
    ask: Callable[[str, UdpEngine], Awaitable[Snapshot]],
    as_json: bool,
    say: Callable[[str], object],
) -> int:
    engine = UdpEngine()
    code = ALL_ANSWERED
    try:
        for text in targets:
            snapshot = await ask(text, engine)
            say(_printed(snapshot, as_json))
            if snapshot.fault in (BAD_TARGET, BAD_FILE, NoDriver.code):
                code = FAILED
            elif snapshot.fault and code == ALL_ANSWERED:
                code = SOME_SILENT
    finally:
        engine.close()
    return code


async def probe_one(text: str, community: str, vendors: Vendors, engine: UdpEngine) -> Snapshot:
    """One target's Snapshot; a target that cannot be tried gives one with the reason as its fault."""
    if _is_file(text):
        try:
            recording = load_recording(text)
        except ValueError as fault:
            return Snapshot(Path(text).name, fault=BAD_FILE, fault_text=str(fault))
        return await collect(Target(recording.name, ""), RecordedSession(recording), vendors=vendors)
    try:
        target = parse_target(text, community)
    except ValueError as fault:
        return Snapshot(text, fault=BAD_TARGET, fault_text=str(fault))
    session = engine.session(target.name, target.host, target.port, community, "2c", target.timeout_s, target.retries)
    try:
        return await collect(target, session, vendors=vendors)
    except OSError as fault:
        return Snapshot(text, fault=BAD_TARGET, fault_text=f"{text}: {fault.strerror or fault}")
    finally:
        await session.close()


async def probe_by_napalm(
    text: str, login: NapalmTarget, community: str, vendors: Vendors, engine: UdpEngine
) -> Snapshot:
    """One target's Snapshot by its command line. With BY_SNMP, SNMP is asked first, names the driver, is completed.

    A target's port is SNMP's; that of the log-in stands in `login`.
    """
    try:
        target = parse_target(text, community)
    except ValueError as fault:
        return Snapshot(text, fault=BAD_TARGET, fault_text=str(fault))
    device = replace(login, name=target.name, host=target.host)
    if login.driver != BY_SNMP:
        return await collect_by_napalm(device)
    return await complete_by_napalm(await probe_one(text, community, vendors, engine), device)


def _printed(snapshot: Snapshot, as_json: bool) -> str:
    """One JSON line, or lines for a person; a device's control characters never reach the terminal."""
    if as_json:
        return json.dumps(describe(snapshot), ensure_ascii=False)
    return "\n".join("".join(c if c.isprintable() else "?" for c in line) for line in as_lines(snapshot))
