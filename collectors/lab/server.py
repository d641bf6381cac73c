"""Serves many agents from one asyncio process, each on a loopback address of its own. Of Django it has only words.

A register address 10.b.c.d is served on 127.b.c.d. Where other loopback addresses than 127.0.0.1 cannot be bound
(macOS), or on demand, each agent has a port of its own on 127.0.0.1 instead.
"""

import asyncio
import errno
import gc
import ipaddress
import socket
import struct
import sys
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from django.utils.translation import gettext

from collectors.lab.agent import Agent, SilentAgent
from collectors.lab.book import Place
from collectors.lab.mib.build import build_mib
from collectors.lab.spec import LabDevice

PORT = 16161
_LOOPBACK = int(ipaddress.IPv4Address("127.0.0.0"))
_TRIES = 2000
"""Ports that may be taken by others before own ports are given up."""
_SPARE_FILES = 64
_LARGEST, _NOTES = 65535, 64
_CAME = struct.Struct("@qq")
_SO_TIMESTAMPNS = 35
"""<asm-generic/socket.h>: has the system note when a datagram came, in seconds and nanoseconds. Python has no name."""


class LabFault(Exception):
    """The lab cannot start; the text says why to a person."""


def loopback_addresses(names: Iterable[str]) -> dict[str, str]:
    """Register address → a loopback address, each a different one: 10.b.c.d gives 127.b.c.d where it is free."""
    taken: set[int] = {_LOOPBACK, _LOOPBACK + 1, _LOOPBACK + 0xFFFFFF}
    found: dict[str, str] = {}
    for name in names:
        try:
            low = int(ipaddress.IPv4Address(name)) & 0xFFFFFF
        except ValueError:
            low = 0x010001
        while _LOOPBACK + low in taken:
            low = (low + 1) & 0xFFFFFF
        taken.add(_LOOPBACK + low)
        found[name] = str(ipaddress.IPv4Address(_LOOPBACK + low))
    return found


@contextmanager
def _without_collector() -> Iterator[None]:
    """Millions of objects that stay: the collector of garbage would go through them again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if enabled:
            gc.enable()


def make_agents(devices: Iterable[LabDevice], silent: Iterable[str] = ()) -> dict[str, Agent]:
    """Register address → agent; `silent` addresses never answer. Of two with one address the first is served."""
    agents: dict[str, Agent] = {}
    with _without_collector():
        for device in devices:
            if device.address not in agents:
                agents[device.address] = Agent(build_mib(device), device.community.encode())
    return agents | {address: SilentAgent() for address in silent if address not in agents}


@dataclass(frozen=True, slots=True)
class Line:
    """The way from the agents back: what share of the answers is lost, and how long the others take.

    Which ones are lost depends on nothing but how many were sent before: the same run loses the same. The time is
    counted from when the question came in, where the system tells that: a busy lab makes no line longer.
    """

    loss_percent: float = 0.0
    delay_s: float = 0.0

    def loses(self, number: int) -> bool:
        """Whether the answer with that number is lost. CRC-32 of the number spreads them evenly, without a rhythm."""
        return zlib.crc32(number.to_bytes(8, "big")) < self.loss_percent / 100 * 0x1_0000_0000


@dataclass(slots=True)
class Lab:
    """Open sockets and the agents behind them. Close it in the end."""

    line: Line = field(default_factory=Line)
    places: dict[str, Place] = field(default_factory=dict)
    answered: int = 0
    lost: int = 0
    """Answers that the line lost."""
    _sockets: list[tuple[socket.socket, Agent]] = field(default_factory=list)
    _loop: asyncio.AbstractEventLoop | None = None

    def open(self, agents: Mapping[str, Agent], *, port: int = PORT, own_ports: bool = False) -> None:
        """Bind a socket for each agent. Raises LabFault when that cannot be done; nothing stays open then."""
        allow_files(len(agents) + _SPARE_FILES)
        try:
            if own_ports or not self._open_addresses(agents, port):
                self._open_ports(agents, port)
        except BaseException:
            self.close()
            raise

    def _open_addresses(self, agents: Mapping[str, Agent], port: int) -> bool:
        """False where this system has no loopback address but 127.0.0.1."""
        for name, host in loopback_addresses(agents).items():
            try:
                self._add(name, agents[name], host, port)
            except OSError as fault:
                if fault.errno == errno.EADDRNOTAVAIL:
                    self.close()
                    return False
                raise _fault(fault, host, port) from fault
        return True

    def _open_ports(self, agents: Mapping[str, Agent], port: int) -> None:
        tries = 0
        for name, agent in agents.items():
            while True:
                try:
                    self._add(name, agent, "127.0.0.1", port)
                except OSError as fault:
                    tries += 1
                    if fault.errno != errno.EADDRINUSE or tries > _TRIES:
                        raise _fault(fault, "127.0.0.1", port) from fault
                except OverflowError:
                    raise LabFault(gettext("port %d: there are no more ports; choose a lower --port") % port) from None
                else:
                    break
                finally:
                    port += 1

    def _add(self, name: str, agent: Agent, host: str, port: int) -> None:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            sock.setblocking(False)
            if self.line.delay_s and sys.platform == "linux":
                sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
            sock.bind((host, port))
        except BaseException:
            sock.close()
            raise
        self._sockets.append((sock, agent))
        self.places[name] = host, sock.getsockname()[1]

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Answer from now on, in `loop`."""
        self._loop = loop
        for sock, agent in self._sockets:
            loop.add_reader(sock.fileno(), self._read, sock, agent)

    def _read(self, sock: socket.socket, agent: Agent) -> None:
        """One datagram. Where more wait the loop comes again, after the other agents have had their turn."""
        try:
            data, notes, _, peer = sock.recvmsg(_LARGEST, _NOTES)
        except OSError:
            return
        reply = agent.answer(data)
        if reply is None:
            return
        if self.line.loss_percent and self.line.loses(self.answered + self.lost):
            self.lost += 1
            return
        self.answered += 1
        if self.line.delay_s and self._loop is not None:
            self._loop.call_later(self.line.delay_s - _seconds_since(notes), _send, sock, reply, peer)
        else:
            _send(sock, reply, peer)

    def close(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        for sock, _ in self._sockets:
            if loop is not None:
                loop.remove_reader(sock.fileno())
            sock.close()
        self._sockets.clear()
        self.places.clear()


def _seconds_since(notes: Sequence[tuple[int, int, bytes]]) -> float:
    """How long ago a datagram came, by what the system noted with it; 0 where it noted nothing."""
    if not notes:
        return 0.0
    seconds, nanoseconds = _CAME.unpack_from(notes[0][2])
    since: float = time.time() - seconds - nanoseconds / 1e9
    return max(0.0, since)


def _send(sock: socket.socket, reply: bytes, peer: tuple[str, int]) -> None:
    """A full buffer loses the answer, as a network would; so does a lab that was closed meanwhile."""
    with suppress(OSError):
        sock.sendto(reply, peer)


def _fault(fault: OSError, host: str, port: int) -> LabFault:
    if fault.errno == errno.EADDRINUSE:
        words = gettext("%(host)s port %(port)d is in use; another lab may be running (choose another with --port)")
    else:
        words = gettext("%(host)s port %(port)d cannot be bound: %(why)s")
    return LabFault(words % {"host": host, "port": port, "why": fault.strerror or fault})


def allow_files(count: int) -> None:
    """Raise this process's limit of open files to `count` where needed. Raises LabFault where it may not."""
    try:
        import resource
    except ImportError:  # a system without such limits
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= count:
        return
    if hard != resource.RLIM_INFINITY and hard < count:
        words = gettext("%(count)d open files are needed and %(limit)d are allowed; raise the limit with 'ulimit -n'")
        raise LabFault(words % {"count": count, "limit": hard})
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))
    except (ValueError, OSError) as fault:
        words = gettext("%(count)d open files are needed and %(limit)d are allowed: %(why)s")
        raise LabFault(words % {"count": count, "limit": soft, "why": fault}) from fault
