"""SNMPv1 and v2c over one UDP socket for all devices, on an asyncio loop.

An answer counts only when its request id and its sender are those of a request under way; all others are
ignored and counted. How long to wait comes from each device's own round trips. Knows nothing of tables.
"""

import asyncio
import errno
import random
import socket
import sys
import zlib
from collections.abc import Coroutine, Sequence
from typing import Any

from collectors.snmp import codec
from collectors.snmp.faults import BadAnswer, Fault, NoAnswer
from collectors.snmp.oid import Oid
from collectors.snmp.session import Reply

RECEIVE_BUFFER = 8 * 1024 * 1024
FLOOR_S = 0.1
"""What a wait for an answer adds to a round trip at least: a busy agent may take this long now and then. What is asked
again too early costs one question more, and the first answer counts."""
GRACE_S = 0.1
"""So long at least may what cannot be read be followed by the answer."""
SPOILT = 2
"""A request fails after as many tries to which only came what cannot be read: a single forged packet fails none."""
_TICK_S = 0.05
_LARGEST = 65535
_DRAIN = 512
"""Datagrams read at one wake-up at most, so that a flood cannot starve the rest of the loop."""

# <linux/in.h>, <linux/in6.h>: not named by the socket module before Python 3.14
_IP_RECVERR, _IPV6_RECVERR, _MSG_ERRQUEUE = 11, 25, 0x2000

Address = tuple[Any, ...]


_NONE: frozenset[int] = frozenset()


class _Waiting:
    """A request under way."""

    __slots__ = (
        "address", "data", "deadline", "expected", "future", "sent", "session", "spoilt", "tries", "unreadable",
    )  # fmt: skip

    def __init__(self, session: "UdpSession", data: bytes, future: "asyncio.Future[Reply]", expected: int) -> None:
        self.session = session
        self.address = session.address
        self.data = data
        self.future = future
        self.expected = expected
        self.tries = 0
        self.sent = 0.0
        self.deadline = 0.0
        self.spoilt = _NONE
        """Tries to which something unreadable came, by their numbers."""
        self.unreadable = ""


class UdpEngine:
    """The socket (one for IPv4, one for IPv6 when needed) and the requests under way. Used from one loop."""

    def __init__(self) -> None:
        self.requests = 0
        self.retries = 0
        self.strays = 0
        """Datagrams ignored: no such request under way, another sender, or not readable as a response."""
        self._sockets: dict[int, socket.socket] = {}
        self._waiting: dict[int, _Waiting] = {}
        self._buffer = bytearray(_LARGEST)
        self._view = memoryview(self._buffer)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ticking: asyncio.TimerHandle | None = None

    def session(
        self,
        name: str,
        host: str,
        port: int = 161,
        community: str = "public",
        version: str = "2c",
        timeout_s: float = 2.0,
        retries: int = 3,
    ) -> "UdpSession":
        """A session with one device; `version` is "1" or "2c". Raises ValueError for another version."""
        if version not in ("1", "2c"):
            raise ValueError(f"this engine speaks SNMP 1 and 2c, not {version}")
        return UdpSession(self, name, (host, port), community, version, timeout_s, retries)

    def close(self) -> None:
        """Closes the sockets. Requests under way end with NoAnswer."""
        if self._ticking is not None:
            self._ticking.cancel()
        for waiting in self._waiting.values():
            _fail(waiting, NoAnswer("the collector stopped"))
        self._waiting.clear()
        for opened in self._sockets.values():
            if self._loop is not None and not self._loop.is_closed():
                self._loop.remove_reader(opened)
            opened.close()
        self._sockets.clear()

    # -- asking ----------------------------------------------------------------------------------------------

    def _new_id(self) -> int:
        while (request_id := random.getrandbits(31)) in self._waiting:
            pass
        return request_id

    async def _ask(
        self, session: "UdpSession", kind: int, oids: Sequence[Oid], repetitions: int, expected: int = 0
    ) -> Reply:
        if session.socket is None:
            await self._open(session)
        request_id = self._new_id()
        loop = self._loop
        assert loop is not None
        # Not by a name of its own: the message holds the community, and some tracebacks print local variables.
        waiting = _Waiting(
            session,
            codec.encode_request(session.head, kind, request_id, oids, 0, repetitions),
            loop.create_future(),
            expected,
        )
        self._waiting[request_id] = waiting
        self.requests += 1
        try:
            self._send(waiting, loop.time())
            if self._ticking is None:
                self._ticking = loop.call_later(_TICK_S, self._tick)
            return await waiting.future
        finally:
            self._waiting.pop(request_id, None)

    def _send(self, waiting: _Waiting, now: float) -> None:
        """Sends once more. A full buffer counts as loss; a network that is not there ends the request."""
        session = waiting.session
        waiting.tries += 1
        waiting.sent = now
        waiting.deadline = now + session.wait_s(waiting.tries)
        assert session.socket is not None
        for _ in range(2):
            try:
                session.socket.sendto(waiting.data, waiting.address)
                return
            except (BlockingIOError, InterruptedError):
                return
            except OSError as fault:
                # The error may belong to another device's earlier datagram: empty the queue and try again.
                self._read_errors(session.socket)
                reason = fault.strerror or str(fault)
        _fail(waiting, NoAnswer(f"{session.name}: nothing can be sent there: {reason}"))

    def _tick(self) -> None:
        """Sends again, or gives up, what is past its time. One timer serves all requests: it costs less."""
        assert self._loop is not None
        now = self._loop.time()
        for waiting in list(self._waiting.values()):
            if waiting.deadline > now or waiting.future.done():
                continue
            if waiting.tries <= waiting.session.retries and len(waiting.spoilt) < SPOILT:
                self.retries += 1
                self._send(waiting, now)
            else:
                _fail(waiting, waiting.session.gave_up(waiting.tries, waiting.unreadable))
        self._ticking = self._loop.call_later(_TICK_S, self._tick) if self._waiting else None

    # -- answers ---------------------------------------------------------------------------------------------

    def _readable(self, opened: socket.socket) -> None:
        # As many reads as answers are awaited: with one device this saves the read that would find nothing.
        for _ in range(min(max(len(self._waiting), 1), _DRAIN)):
            try:
                size, sender = opened.recvfrom_into(self._buffer)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                self._read_errors(opened)
                continue
            self._answer(bytes(self._view[:size]), sender)

    def _answer(self, data: bytes, sender: Address) -> None:
        try:
            request_id, error_status, error_index, start, end = codec.decode_head(data)
        except BadAnswer as fault:
            self._unreadable(sender, str(fault))
            return
        waiting = self._waiting.get(request_id)
        if waiting is None or waiting.address[:2] != sender[:2] or waiting.future.done():
            self.strays += 1
            return
        session = waiting.session
        if waiting.tries > 1:
            session.waited(waiting.tries)
        elif self._loop is not None:
            session.took(self._loop.time() - waiting.sent)
        octets = data[start:end]
        checksum = zlib.crc32(octets)
        if waiting.expected and checksum == waiting.expected and not error_status:
            waiting.future.set_result(Reply(0, 0, [], len(data), checksum, octets))
            return
        try:
            varbinds = codec.decode_varbinds(data, start, end)
        except BadAnswer as fault:
            _fail(waiting, BadAnswer(f"{session.name}: {fault}"))
            return
        waiting.future.set_result(Reply(error_status, error_index, varbinds, len(data), checksum))

    def _unreadable(self, sender: Address, reason: str) -> None:
        """Not attributable by its id: the device's request waits but a little longer for a better one.

        A flood of them counts as one for each try, and the only try of a request waits to its end.
        """
        self.strays += 1
        assert self._loop is not None
        now = self._loop.time()
        for waiting in self._waiting.values():
            if waiting.address[:2] == sender[:2] and waiting.tries not in waiting.spoilt:
                waiting.unreadable = reason
                waiting.spoilt |= {waiting.tries}
                if waiting.tries <= waiting.session.retries or len(waiting.spoilt) >= SPOILT:
                    waiting.deadline = min(waiting.deadline, now + waiting.session.grace_s(now - waiting.sent))

    def _read_errors(self, opened: socket.socket) -> None:
        """ICMP errors (Linux keeps them with the datagram they answer): a refused port ends its request."""
        if sys.platform != "linux":
            return
        for _ in range(_DRAIN):
            try:
                data, ancillary, _, sent_to = opened.recvmsg(_LARGEST, 512, _MSG_ERRQUEUE)
            except OSError:
                return
            number = int.from_bytes(ancillary[0][2][:4], sys.byteorder) if ancillary else 0
            if number != errno.ECONNREFUSED:
                continue
            for waiting in self._waiting.values():
                # The datagram comes back with the error; one that was not sent proves nothing.
                if waiting.data.startswith(data[:512] or b"-") and waiting.address[:2] == sent_to[:2]:
                    _fail(waiting, NoAnswer(f"{waiting.session.name}: no SNMP agent at {sent_to[0]} port {sent_to[1]}"))

    # -- sockets ---------------------------------------------------------------------------------------------

    async def _open(self, session: "UdpSession") -> None:
        """Resolves the device's address and gives the session its socket. Raises NoAnswer for an unknown name."""
        self._loop = asyncio.get_running_loop()
        host, port = session.target
        try:
            # An address in digits needs no look-up, and so no thread.
            found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST)
        except (OSError, UnicodeError):
            try:
                found = await self._loop.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
            except (OSError, UnicodeError) as fault:
                raise NoAnswer(f"{session.name}: the address {host} is not known: {fault}") from None
        family, _, _, _, address = found[0]
        session.address = (str(address[0]).partition("%")[0], *address[1:])
        session.socket = self._sockets.get(family) or self._new_socket(family)

    def _new_socket(self, family: int) -> socket.socket:
        assert self._loop is not None
        opened = socket.socket(family, socket.SOCK_DGRAM)
        opened.setblocking(False)
        try:
            # Past the system's limit where we may; the answers of hundreds of devices can come at once.
            opened.setsockopt(socket.SOL_SOCKET, getattr(socket, "SO_RCVBUFFORCE", 33), RECEIVE_BUFFER)
        except OSError:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        if sys.platform == "linux":
            six = family == socket.AF_INET6
            level, option = (socket.IPPROTO_IPV6, _IPV6_RECVERR) if six else (socket.IPPROTO_IP, _IP_RECVERR)
            opened.setsockopt(level, option, 1)
        opened.bind(("", 0))
        self._sockets[family] = opened
        self._loop.add_reader(opened, self._readable, opened)
        return opened


def _fail(waiting: _Waiting, fault: Fault) -> None:
    if not waiting.future.done():
        waiting.future.set_exception(fault)


class UdpSession:
    """One device through a UdpEngine; see collectors.snmp.session.Session."""

    __slots__ = (
        "_engine",
        "_more_tries",
        "_smooth_s",
        "_vary_s",
        "address",
        "bulk",
        "community",
        "head",
        "name",
        "retries",
        "socket",
        "target",
        "timeout_s",
    )

    def __init__(
        self,
        engine: UdpEngine,
        name: str,
        target: tuple[str, int],
        community: str,
        version: str,
        timeout_s: float,
        retries: int,
    ) -> None:
        self.name = name
        self.bulk = version != "1"
        self.community = community
        self.head = codec.message_head(codec.V2C if self.bulk else codec.V1, community.encode())
        self.target = target
        self.address: Address = ()
        self.socket: socket.socket | None = None
        self.timeout_s = timeout_s
        self.retries = retries
        self._engine = engine
        self._smooth_s = -1.0
        self._vary_s = 0.0
        self._more_tries = 0
        """By how many tries the next waits are longer, until an answer shows again how long a round trip takes."""

    # Plain functions that give the engine's coroutine: one frame less for every request.

    def get(self, oids: Sequence[Oid]) -> Coroutine[Any, Any, Reply]:
        return self._engine._ask(self, codec.GET, oids, 0)

    def get_next(self, oids: Sequence[Oid]) -> Coroutine[Any, Any, Reply]:
        return self._engine._ask(self, codec.GET_NEXT, oids, 0)

    def get_bulk(self, oids: Sequence[Oid], max_repetitions: int) -> Coroutine[Any, Any, Reply]:
        """SNMPv1 has no GETBULK: there it is a GETNEXT."""
        if not self.bulk:
            return self.get_next(oids)
        return self._engine._ask(self, codec.GET_BULK, oids, max_repetitions)

    def expect(self, kind: int, repetitions: int, oids: Sequence[Oid], expected: int) -> Coroutine[Any, Any, Reply]:
        """A question whose answer is expected to have this checksum: one that has it stays unread."""
        return self._engine._ask(self, kind, oids, repetitions, expected)

    def for_vlan(self, vlan: int) -> "UdpSession":
        """By the community `name@vlan`. Knows this session's round trips, and tries but twice: many lack that way."""
        version, community, retries = "2c" if self.bulk else "1", f"{self.community}@{vlan}", min(self.retries, 1)
        aside = UdpSession(self._engine, self.name, self.target, community, version, self.timeout_s, retries)
        aside._smooth_s, aside._vary_s = self._smooth_s, self._vary_s
        return aside

    async def close(self) -> None:
        """The socket is the engine's; nothing of this session stays."""

    def waited(self, tries: int) -> None:
        """An answer came that may be to any of several tries: how long it took is not known, and maybe longer than
        is waited for (Karn's algorithm, RFC 6298 section 5)."""
        self._more_tries = tries - 1

    def took(self, seconds: float) -> None:
        """A round trip, of a request sent once (RFC 6298 section 2, without the clock's granularity)."""
        self._more_tries = 0
        if self._smooth_s < 0:
            self._smooth_s, self._vary_s = seconds, seconds / 2
        else:
            self._vary_s += (abs(seconds - self._smooth_s) - self._vary_s) / 4
            self._smooth_s += (seconds - self._smooth_s) / 8

    def wait_s(self, tries: int) -> float:
        """How long to wait after the request was sent for the `tries`-th time.

        A round trip and four times what it varies by, or the floor where that is more (RFC 6298), doubled with each
        try; the floor alone before the device was ever heard (an answer to an earlier try still counts), and the
        profile's whole time for the last try.
        """
        if tries > self.retries:
            return self.timeout_s
        usual = max(self._smooth_s, 0.0) + max(FLOOR_S, 4 * self._vary_s)
        return float(min(self.timeout_s, usual * 2 ** (tries - 1 + self._more_tries)))

    def grace_s(self, took_s: float) -> float:
        """How much longer to wait after something unreadable came `took_s` after the request."""
        return max(GRACE_S, took_s, 2 * self._smooth_s)

    def gave_up(self, tries: int, unreadable: str) -> Fault:
        """The fault to tell when the last wait is over."""
        if unreadable:
            return BadAnswer(f"{self.name}: asked {tries} times, only got what is no response: {unreadable}")
        return NoAnswer(f"{self.name}: no answer, asked {tries} times")
