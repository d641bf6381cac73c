"""Sessions through pysnmp: SNMPv3, and the reference the own engine is compared with.

Gives the same undecoded values as the own engine, so nothing above can tell them apart. Many times slower:
for the devices that speak only v3. Knows nothing of tables.
"""

import ipaddress
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pyasn1.codec.ber import encoder
from pyasn1.error import PyAsn1Error
from pysnmp.error import PySnmpError
from pysnmp.hlapi.v3arch import asyncio as hlapi
from pysnmp.proto import errind

from collectors.snmp import codec
from collectors.snmp import oid as oids
from collectors.snmp.credentials import V1, V2C, Credential
from collectors.snmp.faults import BadAnswer, Fault, NoAnswer, Refused
from collectors.snmp.oid import Oid
from collectors.snmp.session import Reply, VarBind

_AUTH = {
    "md5": hlapi.usmHMACMD5AuthProtocol,
    "sha": hlapi.usmHMACSHAAuthProtocol,
    "sha224": hlapi.usmHMAC128SHA224AuthProtocol,
    "sha256": hlapi.usmHMAC192SHA256AuthProtocol,
    "sha384": hlapi.usmHMAC256SHA384AuthProtocol,
    "sha512": hlapi.usmHMAC384SHA512AuthProtocol,
}
_PRIVACY = {
    "des": hlapi.usmDESPrivProtocol,
    "aes": hlapi.usmAesCfb128Protocol,
    "aes192": hlapi.usmAesBlumenthalCfb192Protocol,
    "aes256": hlapi.usmAesBlumenthalCfb256Protocol,
}
_LEVEL = "the agent does not know this security level"
_REFUSALS: dict[type, str] = {
    errind.WrongDigest: "wrong authentication key or protocol",
    errind.AuthenticationFailure: "wrong authentication key or protocol",
    errind.UnknownUserName: "unknown user",
    errind.UnknownSecurityName: "unknown user",
    errind.DecryptionError: "wrong privacy key or protocol",
    errind.UnsupportedSecurityLevel: _LEVEL,
    errind.UnsupportedAuthProtocol: "the authentication protocol is not supported",
    errind.UnsupportedPrivProtocol: "the privacy protocol is not supported",
}
"""What the agent's report means to a person (usmStats, RFC 3414 section 5)."""

_Command = Callable[..., Awaitable[tuple[Any, Any, Any, Any]]]
_Keys = tuple[str, ...]
_Address = tuple[str, int]


class PysnmpEngine:
    """pysnmp's engine for all devices of one loop."""

    def __init__(self) -> None:
        self._engine = hlapi.SnmpEngine()
        self._of_user: dict[_Keys, Any] = {}
        """pysnmp tells users apart by their name alone, so each set of keys has an engine of its own."""
        self._of_agent: dict[tuple[_Keys, _Address], Any] = {}
        """Engines for one agent alone, where that of the user knows its address as another agent's."""
        self._heard: set[tuple[_Keys, _Address]] = set()
        """Agents that have answered."""

    def session(
        self,
        name: str,
        host: str,
        port: int = 161,
        community: str = "public",
        version: str = "2c",
        timeout_s: float = 2.0,
        retries: int = 3,
    ) -> "PysnmpSession":
        """A session by a community; `version` is "1" or "2c". Raises ValueError for others."""
        if version not in (V1, V2C):
            raise ValueError(f"SNMP version {version}")
        auth = hlapi.CommunityData(community, mpModel=0 if version == V1 else 1)
        context = hlapi.ContextData()
        return PysnmpSession(self._engine, name, (host, port), auth, context, version != V1, timeout_s, retries)

    def v3_session(
        self, name: str, host: str, port: int, credential: Credential, timeout_s: float = 2.0, retries: int = 3
    ) -> "PysnmpSession":
        """A session by a user. Raises ValueError, without a secret, when the credential cannot be used.

        The engine keeps what it learns of each agent (engine id, boots, time; RFC 3414 section 2.2), so that only
        the first request to it is asked twice. It keeps engine ids by address and hears no other there, so that a
        device that was replaced would be silent: such a one gets an engine of its own.
        """
        if words := credential.problem():
            raise ValueError(f"{name}: {words}")
        context = hlapi.ContextData(contextName=credential.context.encode())
        auth = _v3_data(credential)
        keys = (credential.user, credential.auth, credential.auth_key, credential.privacy, credential.privacy_key)
        if keys not in self._of_user:
            self._of_user[keys] = hlapi.SnmpEngine()
        agent = (keys, (host, port))
        engine = self._of_agent.get(agent, self._of_user[keys])
        session = PysnmpSession(engine, name, (host, port), auth, context, True, timeout_s, retries)
        session.acquaintance = _Acquaintance(
            agent in self._heard, partial(self._meet, agent), partial(self._renew, agent)
        )
        return session

    def _meet(self, agent: tuple[_Keys, _Address]) -> None:
        self._heard.add(agent)

    def _renew(self, agent: tuple[_Keys, _Address]) -> Any:
        if (old := self._of_agent.pop(agent, None)) is not None:
            old.close_dispatcher()
        self._of_agent[agent] = hlapi.SnmpEngine()
        return self._of_agent[agent]

    def close(self) -> None:
        for engine in (self._engine, *self._of_user.values(), *self._of_agent.values()):
            engine.close_dispatcher()


@dataclass
class _Acquaintance:
    """What a v3 session's engine knows of the agent, and how to begin anew with it."""

    doubtful: bool
    """Whether it answered an earlier session and not yet this one: silence may come of what is kept of it."""
    meet: Callable[[], None]
    renew: Callable[[], Any]


def _v3_data(user: Credential) -> Any:
    """pysnmp's form of a user."""
    return hlapi.UsmUserData(
        user.user,
        authKey=user.auth_key or None,
        privKey=user.privacy_key or None,
        authProtocol=_AUTH[user.auth] if user.auth_key else hlapi.usmNoAuthProtocol,
        privProtocol=_PRIVACY[user.privacy] if user.privacy_key else hlapi.usmNoPrivProtocol,
    )


class PysnmpSession:
    """One device through pysnmp; see collectors.snmp.session.Session."""

    def __init__(
        self,
        engine: Any,
        name: str,
        address: tuple[str, int],
        auth: Any,
        context: Any,
        bulk: bool,
        timeout_s: float,
        retries: int,
    ) -> None:
        self.name = name
        self.bulk = bulk
        self._engine = engine
        self._address = address
        self._auth = auth
        self._context = context
        self._timeout_s = timeout_s
        self._retries = retries
        self._targets: dict[int, Any] = {}
        self.acquaintance: _Acquaintance | None = None
        self._proven = not isinstance(auth, hlapi.UsmUserData) or auth.security_level != "authPriv"
        """False until the privacy key was seen to be right: an agent answers nothing to a wrong one."""

    async def get(self, oids: Sequence[Oid]) -> Reply:
        return await self._ask(hlapi.get_cmd, (), oids)

    async def get_next(self, oids: Sequence[Oid]) -> Reply:
        return await self._ask(hlapi.next_cmd, (), oids)

    async def get_bulk(self, oids: Sequence[Oid], max_repetitions: int) -> Reply:
        """SNMPv1 has no GETBULK: there it is a GETNEXT."""
        if not self.bulk:
            return await self.get_next(oids)
        return await self._ask(hlapi.bulk_cmd, (0, max_repetitions), oids)

    def for_vlan(self, vlan: int) -> "PysnmpSession":
        """v1 and v2c by the community `name@vlan`, v3 by the context `vlan-N`."""
        auth, context = self._auth, self._context
        if isinstance(auth, hlapi.CommunityData):
            community = f"{auth.communityName}@{vlan}"
            auth = hlapi.CommunityData(community, mpModel=auth.message_processing_model)
        else:
            context = hlapi.ContextData(contextName=f"vlan-{vlan}".encode())
        session = PysnmpSession(
            self._engine, self.name, self._address, auth, context, self.bulk, self._timeout_s, min(self._retries, 1)
        )
        session._proven = self._proven
        session.acquaintance = self.acquaintance
        return session

    async def close(self) -> None:
        """The sockets are the engine's."""

    async def _ask(self, command: _Command, numbers: tuple[int, ...], names: Sequence[Oid]) -> Reply:
        if not self._proven:
            await self._prove(names)
        return await self._send(command, numbers, names, self._retries)

    async def _prove(self, names: Sequence[Oid]) -> None:
        """One try with privacy and, where nothing comes, one without: where that is answered, one more with.

        Raises Refused when only the one without is answered: one silence may be a loss.
        """
        try:
            await self._send(hlapi.get_cmd, (), names[:1], 0)
        except NoAnswer:
            if await self._answers_without_privacy(names):
                try:
                    await self._send(hlapi.get_cmd, (), names[:1], 0)
                except NoAnswer:
                    raise Refused(f"{self.name}: wrong privacy key or protocol") from None
        self._proven = True

    async def _answers_without_privacy(self, names: Sequence[Oid]) -> bool:
        """Whether the agent knows the user and the authentication key; whether it lets them read does not matter."""
        user = self._auth
        auth = hlapi.UsmUserData(
            user.userName, authKey=user.authentication_key, authProtocol=user.authentication_protocol
        )
        # In an engine of its own: pysnmp keeps one set of keys for a user's name.
        engine = hlapi.SnmpEngine()
        try:
            await self._send_by(engine, auth, hlapi.get_cmd, (), names[:1], 0)
        except Refused as fault:
            if _LEVEL in str(fault):
                return True
            raise
        except NoAnswer:
            return False
        finally:
            engine.close_dispatcher()
        return True

    async def _send(self, command: _Command, numbers: tuple[int, ...], names: Sequence[Oid], retries: int) -> Reply:
        """As the session's user; once more by a new engine where the old one may know another agent's id."""
        known = self.acquaintance
        try:
            reply = await self._send_by(self._engine, self._auth, command, numbers, names, retries)
        except NoAnswer:
            if known is None or not known.doubtful:
                raise
            known.doubtful = False
            self._engine = known.renew()
            reply = await self._send_by(self._engine, self._auth, command, numbers, names, retries)
        if known is not None:
            known.doubtful = False
            known.meet()
        return reply

    async def _send_by(
        self, engine: Any, auth: Any, command: _Command, numbers: tuple[int, ...], names: Sequence[Oid], retries: int
    ) -> Reply:
        asked = [hlapi.ObjectType(hlapi.ObjectIdentity(oids.arcs(name))) for name in names]
        try:
            target = await self._resolve(retries)
            indication, status, index, varbinds = await command(
                engine, auth, target, self._context, *numbers, *asked, lookupMib=False
            )
        except (PySnmpError, PyAsn1Error) as fault:
            raise BadAnswer(f"{self.name}: {fault}") from None
        if indication and not isinstance(indication, errind.EmptyResponse):
            raise self._fault(indication)
        return Reply(int(status), int(index), [_undecoded(name, value) for name, value in varbinds])

    def _fault(self, indication: Any) -> Fault:
        if isinstance(indication, errind.RequestTimedOut):
            return NoAnswer(f"{self.name}: {indication}")
        for kind, words in _REFUSALS.items():
            if isinstance(indication, kind):
                return Refused(f"{self.name}: {words}")
        return BadAnswer(f"{self.name}: {indication}")

    async def _resolve(self, retries: int) -> Any:
        """Where to send: looked up once, since pysnmp keeps a row for each; with the retries of this request."""
        if retries not in self._targets:
            try:
                six = ipaddress.ip_address(self._address[0].partition("%")[0]).version == 6
            except ValueError:
                six = False
            kind = hlapi.Udp6TransportTarget if six else hlapi.UdpTransportTarget
            try:
                made = await kind.create(self._address, timeout=self._timeout_s, retries=retries)
            except PySnmpError as fault:
                raise NoAnswer(f"{self.name}: the address {self._address[0]} is not known: {fault}") from None
            self._targets[retries] = made
        return self._targets[retries]


def _undecoded(name: Any, value: Any) -> VarBind:
    """A varbind of pysnmp as octets again."""
    encoded = bytes(encoder.encode(value))
    return oids.encode(tuple(name)), encoded[0], codec.content(encoded)
