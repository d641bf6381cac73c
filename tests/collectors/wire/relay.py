"""A UDP relay on loopback between an engine and an agent: keeps what was asked, octet for octet, and loses some."""

import select
import socket
import threading
from collections.abc import Callable
from types import TracebackType


class Relay:
    """`with Relay(port) as relay:` what is sent to 127.0.0.1:relay.port goes to the agent's port and back."""

    def __init__(self, agent_port: int) -> None:
        self.asked: list[bytes] = []
        self.lost: list[bytes] = []
        self.lose: Callable[[bytes], bool] = lambda _octets: False
        self._agent = ("127.0.0.1", agent_port)
        self._front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._front.bind(("127.0.0.1", 0))
        self._back = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._hear, self._tell = socket.socketpair()
        self.port: int = self._front.getsockname()[1]
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)

    def __enter__(self) -> "Relay":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._tell.send(b"x")
        self._thread.join(20)
        for one in (self._front, self._back, self._hear, self._tell):
            one.close()

    def _run(self) -> None:
        caller = ("127.0.0.1", 9)
        while True:
            ready, _, _ = select.select([self._front, self._back, self._hear], [], [])
            if self._hear in ready:
                return
            if self._front in ready:
                octets, caller = self._front.recvfrom(65535)
                if self.lose(octets):
                    self.lost.append(octets)
                    continue
                self.asked.append(octets)
                self._back.sendto(octets, self._agent)
            if self._back in ready:
                self._front.sendto(self._back.recv(65535), caller)
