"""A small SSH server on loopback that plays a switch's command line: prompts, an echo, and text for each command.

It answers as a terminal does, one command a line, and writes down what it was asked. In a thread with a loop of its
own, so that blocking clients can be tested against it.
"""

import asyncio
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType

import asyncssh

USER, PASSWORD = "reader", "S3cret-of-the-switch"


@dataclass
class Switch:
    """What the server plays. `refusal` is said to a command that it has no text for."""

    prompt: str
    texts: Mapping[str, str]
    refusal: str
    hang_up_at: str = ""
    """The command at which it closes the connection."""
    enable_secret: str = ""
    """Given: the prompt ends with '>' until 'enable' and this secret were typed."""
    asked: list[str] = field(default_factory=list)


class _Server(asyncssh.SSHServer):
    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)


class SshSwitch:
    """`with SshSwitch(switch) as server:` the server listens on 127.0.0.1:server.port; server.key is its host key."""

    def __init__(self, switch: Switch) -> None:
        self.switch = switch
        self.port = 0
        host_key = asyncssh.generate_private_key("ssh-ed25519")
        self.key = host_key.export_public_key().decode().strip()
        self._host_key = host_key
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="ssh switch", daemon=True)

    def __enter__(self) -> "SshSwitch":
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(20)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(20)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)
        self._loop.close()

    async def _listen(self) -> asyncssh.SSHAcceptor:
        return await asyncssh.create_server(
            _Server,
            "127.0.0.1",
            0,
            server_host_keys=[self._host_key],
            process_factory=self._play,
            line_editor=False,
        )

    async def _stop(self) -> None:
        self._server.close()
        await self._server.wait_closed()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _play(self, process: "asyncssh.SSHServerProcess[str]") -> None:
        """The terminal: what is typed is echoed, a line is answered, and the prompt stands behind."""
        prompt = self.switch.prompt
        if self.switch.enable_secret:
            prompt = prompt.rstrip("#") + ">"
        process.stdout.write(f"\r\n{prompt}")
        line = secret_for = ""
        while typed := await process.stdin.read(4096):
            for char in typed.replace("\r\n", "\n").replace("\r", "\n"):
                if char != "\n":
                    line += char
                    continue
                command, line = line.strip(), ""
                if secret_for:
                    if command == self.switch.enable_secret:
                        prompt = self.switch.prompt
                    secret_for = ""
                    process.stdout.write(f"\r\n{prompt}")
                    continue
                if command:
                    self.switch.asked.append(command)
                if command == "enable" and self.switch.enable_secret:
                    secret_for = command
                    process.stdout.write(f"{command}\r\nPassword: ")
                    continue
                if self.switch.hang_up_at and command == self.switch.hang_up_at:
                    process.close()
                    return
                process.stdout.write(f"{command}\r\n{self._answer(command)}{prompt}")
        process.close()

    def _answer(self, command: str) -> str:
        if not command or command.startswith(("terminal ", "screen-length ")):
            return ""
        text = self.switch.texts.get(command)
        return (self.switch.refusal if text is None else text).strip("\n").replace("\n", "\r\n") + "\r\n"
