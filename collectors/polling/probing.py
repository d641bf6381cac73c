"""Asking devices or recorded files what they are: the whole of `manage.py probe` but Django and a person's words.

Targets come one after another, each with an end of its own; a file's recording is let go before the next is read.
"""

import asyncio
import ipaddress
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from collectors.collect import Target, collect
from collectors.describe import describe
from collectors.facts import Snapshot
from collectors.identify import default_vendors
from collectors.napalm.beside import complete_by_napalm
from collectors.napalm.drivers import NapalmTarget
from collectors.napalm.source import NoDriver, collect_by_napalm
from collectors.polling.sessions import Engines, greet
from collectors.rulebook import Vendors
from collectors.snmp.credentials import PUBLIC, Credential
from collectors.snmp.faults import NoAnswer, Refused
from collectors.snmp.recording import RecordedSession, load_recording

ALL_ANSWERED, FAILED, SOME_SILENT = 0, 1, 3
"""Exit codes. FAILED: a target could not even be tried."""

BAD_TARGET, BAD_FILE = "bad_target", "bad_file"

_IN_BRACKETS = re.compile(r"\[([0-9A-Fa-f:.%\w]+)\](?::(\d{1,5}))?")
_PLAIN = re.compile(r"([^\s:/\\]+)(?::(\d{1,5}))?")


def parse_target(text: str, credentials: Sequence[Credential] = (PUBLIC,)) -> Target:
    """'10.1.2.3', '10.1.2.3:1161', 'host', '[fd00::1]:1161' or a bare IPv6 address. Raises ValueError for others.

    A port that stands in it goes before the credentials' own.
    """
    bare = text.strip()
    found = _IN_BRACKETS.fullmatch(bare) or _PLAIN.fullmatch(bare)
    if found is None:
        if _is_ipv6(bare):
            return Target(bare, bare, credentials=tuple(credentials))
        raise ValueError(f"{text}: neither a recorded file nor an address such as 10.1.2.3:161 or [fd00::1]:161")
    if found.group(2) is None:
        return Target(bare, found.group(1), credentials=tuple(credentials))
    port = int(found.group(2))
    if not 1 <= port <= 65535:
        raise ValueError(f"{text}: {port} is no port")
    return Target(bare, found.group(1), port, tuple(replace(one, port=0) for one in credentials))


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


def as_json(snapshot: Snapshot) -> str:
    """One line."""
    return json.dumps(describe(snapshot), ensure_ascii=False)


def probe_targets(
    targets: Iterable[str],
    *,
    credentials: Sequence[Credential] = (PUBLIC,),
    login: NapalmTarget | None = None,
    vendors: Vendors | None = None,
    show: Callable[[Snapshot], str] = as_json,
    say: Callable[[str], object] = print,
) -> int:
    """Asks each target in turn and says what it is; gives the exit code. Raises nothing for a target's fault.

    `login` (its name and host are each target's) completes what SNMP lacks, as `collect` does; without credentials
    it stands alone. Raises RuleFault when the vendors' files are broken.
    """
    rules = default_vendors() if vendors is None else vendors

    async def ask(text: str, engines: Engines) -> Snapshot:
        if login is not None:
            return await probe_by_napalm(text, login, credentials, rules, engines)
        return await probe_one(text, credentials, rules, engines)

    async def everything() -> int:
        engines = Engines()
        code = ALL_ANSWERED
        try:
            for text in targets:
                snapshot = await ask(text, engines)
                say(show(snapshot))
                if snapshot.fault in (BAD_TARGET, BAD_FILE, NoDriver.code):
                    code = FAILED
                elif snapshot.fault and code == ALL_ANSWERED:
                    code = SOME_SILENT
        finally:
            engines.close()
        return code

    return asyncio.run(everything())


async def probe_one(text: str, credentials: Sequence[Credential], vendors: Vendors, engines: Engines) -> Snapshot:
    """One target's Snapshot; a target that cannot be tried gives one with the reason as its fault."""
    if _is_file(text):
        try:
            recording = load_recording(text)
        except ValueError as fault:
            return Snapshot(Path(text).name, fault=BAD_FILE, fault_text=str(fault))
        return await collect(Target(recording.name, ""), RecordedSession(recording), vendors=vendors)
    session = None
    try:
        target = parse_target(text, credentials)
        session, credential = await greet(engines, target)
        return await collect(replace(target, credentials=(credential,)), session, vendors=vendors)
    except (NoAnswer, Refused) as fault:
        return Snapshot(text, fault=fault.code, fault_text=str(fault))
    except ValueError as fault:
        return Snapshot(text, fault=BAD_TARGET, fault_text=str(fault))
    except OSError as fault:
        return Snapshot(text, fault=BAD_TARGET, fault_text=f"{text}: {fault.strerror or fault}")
    finally:
        if session is not None:
            await session.close()


async def probe_by_napalm(
    text: str, login: NapalmTarget, credentials: Sequence[Credential], vendors: Vendors, engines: Engines
) -> Snapshot:
    """One target's Snapshot by SNMP, completed by its command line; without credentials by that alone.

    A target's port is SNMP's; that of the log-in stands in `login`.
    """
    try:
        target = parse_target(text, credentials)
    except ValueError as fault:
        return Snapshot(text, fault=BAD_TARGET, fault_text=str(fault))
    device = replace(login, name=target.name, host=target.host)
    if not credentials:
        return await collect_by_napalm(device)
    return await complete_by_napalm(await probe_one(text, credentials, vendors, engines), device)
