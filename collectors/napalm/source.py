"""A device by its command line: NAPALM's getters → one Snapshot, as SNMP gives it. The only module that knows napalm.

Nothing that NAPALM says is taken for the whole of a table: it does not tell a short answer from a full one. So every
table ends as cut short, which may add and never close. A getter that fails costs its table only. Passwords stand in
no text that leaves this module. No database, no Django.
"""

import asyncio
import json
import logging
import re
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from zlib import crc32

from collectors.facts import Identity, Snapshot, TableEnd, TableState
from collectors.napalm import facts
from collectors.napalm.drivers import Driver, NapalmTarget, Reading, driver_named
from collectors.snmp.faults import BadAnswer, Fault, NoAnswer, Refused

log = logging.getLogger(__name__)

NOT_WHOLE = "NAPALM does not say whether a table is whole"
NOT_ASKED = "not asked: the connection was lost or the time was over"


class NoDriver(Fault):
    """NAPALM or the driver is not installed."""

    code = "no_driver"


def napalm_snapshot(target: NapalmTarget) -> Snapshot:
    """Everything the getters give. Blocks; for a thread. Never raises for a device's or a driver's fault.

    Faults: no_answer, refused, bad_answer (such as another host key), no_driver; bug for one of the collector itself.
    """
    started = time.perf_counter()
    visit = _Visit(target, started + target.visit_s)
    fault = fault_text = ""
    try:
        visit.everything()
    except Fault as dead:
        fault, fault_text = dead.code, _scrubbed(str(dead), target)
    except (Exception, SystemExit) as bug:  # the edge of a device's run, and a driver may even try to end the program
        # Without the traceback: the messages in its chain may hold the password.
        fault, fault_text = "bug", _scrubbed(f"{type(bug).__name__}: {bug}", target)
        log.error("collecting %s by NAPALM failed: %s", target.name, fault_text)
    return replace(
        visit.found,
        name=target.name,
        taken_at=datetime.now(UTC).isoformat(timespec="seconds"),
        tables=visit.tables,
        fault=fault,
        fault_text=fault_text,
        requests=visit.requests,
        seconds=round(time.perf_counter() - started, 6),
    )


async def collect_by_napalm(target: NapalmTarget, pool: Executor | None = None) -> Snapshot:
    """napalm_snapshot in a thread of `pool`, or of the loop's own."""
    return await asyncio.get_running_loop().run_in_executor(pool, napalm_snapshot, target)


class _Visit:
    """One log-in to one device."""

    def __init__(self, target: NapalmTarget, deadline: float) -> None:
        self.target = target
        self.driver: Driver = driver_named(target.driver)
        self.deadline = deadline
        self.device: Any = None
        self.ports = facts.PortNames(target.indexes)
        self.found = Snapshot(target.name)
        self.tables: dict[str, TableEnd] = {}
        self.requests = 0
        self.remarks: list[str] = []
        """Of the getter that is asked: what failed and was got in another way."""
        self.lost = False
        """The connection ended: nothing more is asked."""

    def everything(self) -> None:
        """All getters. Raises Fault when the device cannot be logged in to."""
        self.device = _connected(self.target, self.driver)
        try:
            self.table("system", ("get_facts",), self._system)
            self.table("interfaces", ("get_interfaces",), self._interfaces)
            self.table("addresses", ("get_interfaces_ip",), lambda v: {"addresses": facts.addresses(v, self.ports)})
            self.table("arp", ("get_arp_table",), lambda v: {"arp": facts.arp(v, self.ports)})
            self.table(
                "forwarding", ("get_mac_address_table",), lambda v: {"forwarding": facts.forwarding(v, self.ports)}
            )
            self.table(
                "neighbours",
                ("get_lldp_neighbors_detail", "get_lldp_neighbors"),
                lambda v: {"neighbours": facts.neighbours(v, self.ports)},
            )
        finally:
            with suppress(Exception):  # what a driver does on leaving says nothing of the device
                self.device.close()

    def _system(self, said: Any) -> dict[str, Any]:
        return {"system": facts.system(said), "identity": facts.identity(said, self.driver)}

    def _interfaces(self, said: Any) -> dict[str, Any]:
        self.ports = facts.PortNames(self.target.indexes, said if isinstance(said, Mapping) else ())
        return {"interfaces": facts.interfaces(said, self.ports, self.driver)}

    def table(self, name: str, getters: tuple[str, ...], read: Callable[[Any], dict[str, Any]]) -> None:
        """One table by the first getter that gives rows. All that goes wrong costs this table only."""
        end = TableEnd(TableState.CUT_SHORT, reason=NOT_ASKED)
        asked = 0
        for getter in getters:
            if self.lost or time.perf_counter() > self.deadline:
                break
            asked += 1
            end, given = self._read(getter, read)
            self.lost = end.reason != NOT_WHOLE and not self._is_alive()
            self.found = replace(self.found, **given)
            if end.rows:
                break
        self.requests += asked
        self.tables[name] = replace(end, requests=asked)

    def _read(self, getter: str, read: Callable[[Any], dict[str, Any]]) -> tuple[TableEnd, dict[str, Any]]:
        self.remarks.clear()
        try:
            given = read(self._ask(getter))
        except NotImplementedError:
            return TableEnd(TableState.UNSUPPORTED), {}
        except Exception as fault:  # the edge to other people's drivers: their faults are no bugs of ours
            reason = _scrubbed(f"{getter}: {type(fault).__name__}: {fault}", self.target)
            return TableEnd(TableState.CUT_SHORT, reason=reason), {}
        end = TableEnd(TableState.CUT_SHORT, _count(given), reason=NOT_WHOLE, checksum=_checksum(given))
        return replace(end, notes=tuple(self.remarks)), given

    def _ask(self, getter: str) -> Any:
        if getter == "get_facts":
            return self._facts()
        reading = self.driver.readings.get(getter)
        if reading is not None:
            return reading.read(self._said(reading.command))
        return getattr(self.device, getter)()

    def _facts(self) -> dict[str, Any]:
        """get_facts and our own readings beside it; these alone where the driver fails."""
        own = self._read_facts(self.driver.facts)
        failed: Exception | None = None
        said: dict[str, Any] = {}
        try:
            said = dict(self.device.get_facts())
        except Exception as fault:  # as above
            failed = fault
            self.remarks.append(_scrubbed(f"get_facts: {type(fault).__name__}: {fault}", self.target))
        said |= own
        missing = [r for r in self.driver.rescue if not all(facts.is_known(n, said.get(n)) for n in r.gives)]
        said |= self._read_facts(missing)
        if not facts.is_known("hostname", said.get("hostname")):
            said |= self._prompt()
        if failed is not None and not said:
            raise failed
        return said

    def _prompt(self) -> dict[str, Any]:
        """The name within a prompt such as '<sw1>' or 'sw1#': an account may not read the configuration that has it."""
        prompt = getattr(getattr(self.device, "device", None), "base_prompt", "")
        name = re.sub(r"^.*[<\[]|[\]>#]", "", prompt) if isinstance(prompt, str) else ""
        return {"hostname": name} if name else {}

    def _read_facts(self, readings: Iterable[Reading]) -> dict[str, Any]:
        """What the commands tell; one that is refused or not understood tells nothing."""
        found: dict[str, Any] = {}
        for reading in readings:
            with suppress(Exception):  # as above: netmiko's faults have no common ancestor
                told = reading.read(self._said(reading.command))
                found |= {name: value for name, value in told.items() if facts.is_known(name, value)}
        return found

    def _said(self, command: str) -> str:
        return str(self.device.cli([command])[command])

    def _is_alive(self) -> bool:
        """Whether the log-in still holds; a driver that cannot tell is believed to."""
        try:
            return bool(self.device.is_alive().get("is_alive", True))
        except Exception:  # as above
            return True


def _count(given: Mapping[str, Any]) -> int:
    """Rows of a table; for get_facts 1 when anything was told."""
    if "identity" not in given:
        return sum(len(rows) for rows in given.values())
    known: Identity = given["identity"]
    return int(bool(known.hardware or known.version or known.serial or given["system"].name))


def _checksum(given: Mapping[str, Any]) -> int:
    """The same twice means the same content; how long the device has run is none."""
    stable = {name: replace(value, uptime_s=None) if name == "system" else value for name, value in given.items()}
    return crc32(repr(stable).encode())


def _connected(target: NapalmTarget, driver: Driver) -> Any:
    """An open driver. Raises NoDriver, NoAnswer, Refused or BadAnswer."""
    maker = _maker(target.driver)
    enables = bool(driver.enable_option and target.enable_secret)
    options = {
        **(_limits(target) if driver.netmiko else {}),
        **({driver.enable_option: target.enable_secret} if enables else {}),
        **target.options,
    }
    try:
        device = maker(
            target.host, target.user, target.password, timeout=max(1, int(target.timeout_s)), optional_args=options
        )
        # NAPALM 'enables' after the log-in, which on Comware enters the configuration view.
        device.force_no_enable = not enables
        device.open()
    except Exception as fault:
        # Without the driver's traceback: its frames hold the password.
        raise _fault(fault, target) from None
    return device


def _limits(target: NapalmTarget) -> dict[str, Any]:
    """netmiko's optional arguments: limits of time, the port, and which host keys will do."""
    options: dict[str, Any] = {
        "port": target.port,
        "conn_timeout": target.timeout_s,
        "auth_timeout": target.timeout_s,
        "banner_timeout": target.timeout_s,
        "read_timeout_override": target.command_s,
        "allow_agent": False,
        "use_keys": False,
    }
    if target.known_hosts:
        options |= {"ssh_strict": True, "alt_host_keys": True, "alt_key_file": target.known_hosts}
    return options


def _maker(name: str) -> Callable[..., Any]:
    """The driver's class. Its name becomes part of a module's name, so that it must be a plain one."""
    if not re.fullmatch(r"[a-z0-9_]{1,40}", name):
        raise NoDriver(f"'{name[:40]}' is no name of a NAPALM driver")
    try:
        from napalm import get_network_driver  # the extra 'napalm': not everybody has it
    except ImportError as missing:
        raise NoDriver("NAPALM is not installed: install the extra 'napalm' (docs/howto/install.md)") from missing
    try:
        found: Callable[..., Any] = get_network_driver(name)
    except Exception as missing:  # a driver may fail in any way while it is imported
        raise NoDriver(f"the NAPALM driver {name} cannot be used: {type(missing).__name__}: {missing}") from None
    return found


_REFUSED = re.compile(r"authenticat|permission denied|login incorrect|unauthorized", re.I)
_OTHER_KEY = re.compile(r"host ?key|known_hosts", re.I)
_SILENT = re.compile(r"timeout|timed out|cannot connect|refused|unreachable|no route|reset", re.I)


def _fault(fault: BaseException, target: NapalmTarget) -> Fault:
    """What a driver's exception means, by it and those behind it."""
    chain: list[str] = []
    at: BaseException | None = fault
    while at is not None and len(chain) < 8:
        chain.append(f"{type(at).__name__}: {at}")
        at = at.__cause__ or at.__context__
    told = "\n".join(chain)
    where = f"{target.host}:{target.port}"
    if _OTHER_KEY.search(told):
        return BadAnswer(f"{where} does not show the host key that is known of it")
    if _REFUSED.search(told):
        return Refused(f"{where} refuses the log-in of {target.user or 'nobody'}")
    if isinstance(fault, OSError) or _SILENT.search(told):
        return NoAnswer(f"{where} does not answer")
    return BadAnswer(_scrubbed(f"{where}: {chain[0]}", target))


def _scrubbed(text: str, target: NapalmTarget) -> str:
    """One short line without the password or another secret, plain or as Python, JSON or a URL would write it."""
    written = {
        form
        for secret in _secrets(target)
        for form in (secret, repr(secret)[1:-1], ascii(secret)[1:-1], json.dumps(secret)[1:-1], quote(secret, safe=""))
    }
    for form in sorted(written, key=len, reverse=True):
        text = text.replace(form, "***")
    return " ".join(text.split())[:300]


_SECRET = re.compile(r"pass|secret|token|key", re.I)


def _secrets(target: NapalmTarget) -> set[str]:
    told = {value for name, value in target.options.items() if isinstance(value, str) and _SECRET.search(name)}
    return {target.password, target.enable_secret, *told} - {""}
