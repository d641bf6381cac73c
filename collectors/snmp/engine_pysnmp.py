"""Sessions through pysnmp: SNMPv3, and the reference the own engine is compared with.

Gives the same undecoded values as the own engine, so nothing above can tell them apart. Many times slower:
for the devices that speak only v3. Knows nothing of tables.
"""

import ipaddress
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pyasn1.codec.ber import encoder
from pyasn1.error import PyAsn1Error
from pysnmp.error import PySnmpError
from pysnmp.hlapi.v3arch import asyncio as hlapi
from pysnmp.proto import errind

from collectors.snmp import codec
from collectors.snmp import oid as oids
from collectors.snmp.faults import BadAnswer, NoAnswer
from collectors.snmp.oid import Oid
from collectors.snmp.session import Reply, VarBind

_AUTH = {
    "": hlapi.usmNoAuthProtocol,
    "md5": hlapi.usmHMACMD5AuthProtocol,
    "sha": hlapi.usmHMACSHAAuthProtocol,
    "sha256": hlapi.usmHMAC192SHA256AuthProtocol,
    "sha512": hlapi.usmHMAC384SHA512AuthProtocol,
}
_PRIVACY = {
    "": hlapi.usmNoPrivProtocol,
    "des": hlapi.usmDESPrivProtocol,
    "aes": hlapi.usmAesCfb128Protocol,
    "aes256": hlapi.usmAesCfb256Protocol,
}

_Command = Callable[..., Awaitable[tuple[Any, Any, Any, Any]]]


@dataclass(frozen=True, slots=True)
class V3User:
    """A user of the user-based security model (RFC 3414). Empty keys: no authentication, no privacy."""

    name: str
    auth_key: str = ""
    privacy_key: str = ""
    auth: str = "sha"
    """One of md5, sha, sha256, sha512."""
    privacy: str = "aes"
    """One of des, aes, aes256."""
    context: str = ""

    def __repr__(self) -> str:
        return f"V3User({self.name!r}, keys not shown)"


class PysnmpEngine:
    """pysnmp's engine for all devices of one loop."""

    def __init__(self) -> None:
        self._engine = hlapi.SnmpEngine()

    def session(
        self,
        name: str,
        host: str,
        port: int = 161,
        community: str = "public",
        version: str = "2c",
        timeout_s: float = 2.0,
        retries: int = 3,
        user: V3User | None = None,
    ) -> "PysnmpSession":
        """A session; `version` is "1", "2c" or "3" (which needs `user`). Raises ValueError for others."""
        if version == "3" and user is not None:
            auth = _v3_data(user)
        elif version in ("1", "2c"):
            auth = hlapi.CommunityData(community, mpModel=0 if version == "1" else 1)
        else:
            raise ValueError(f"SNMP version {version}" + (" without a user" if version == "3" else ""))
        context = hlapi.ContextData(contextName=user.context.encode() if user else b"")
        return PysnmpSession(self._engine, name, (host, port), auth, context, version != "1", timeout_s, retries)

    def close(self) -> None:
        self._engine.close_dispatcher()


def _v3_data(user: V3User) -> Any:
    """Raises ValueError for a protocol that is not known."""
    auth = user.auth.lower() if user.auth_key else ""
    privacy = user.privacy.lower() if user.privacy_key else ""
    if auth not in _AUTH or privacy not in _PRIVACY:
        raise ValueError(f"unknown protocol: {user.auth} or {user.privacy}")
    return hlapi.UsmUserData(
        user.name,
        authKey=user.auth_key or None,
        privKey=user.privacy_key or None,
        authProtocol=_AUTH[auth],
        privProtocol=_PRIVACY[privacy],
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
        self._target: Any = None

    async def get(self, oids: Sequence[Oid]) -> Reply:
        return await self._ask(hlapi.get_cmd, (), oids)

    async def get_next(self, oids: Sequence[Oid]) -> Reply:
        return await self._ask(hlapi.next_cmd, (), oids)

    async def get_bulk(self, oids: Sequence[Oid], max_repetitions: int) -> Reply:
        """SNMPv1 has no GETBULK: there it is a GETNEXT."""
        if not self.bulk:
            return await self.get_next(oids)
        return await self._ask(hlapi.bulk_cmd, (0, max_repetitions), oids)

    async def close(self) -> None:
        """The sockets are the engine's."""

    async def _ask(self, command: _Command, numbers: tuple[int, ...], names: Sequence[Oid]) -> Reply:
        asked = [hlapi.ObjectType(hlapi.ObjectIdentity(oids.arcs(name))) for name in names]
        try:
            if self._target is None:
                self._target = await self._resolve()
            indication, status, index, varbinds = await command(
                self._engine, self._auth, self._target, self._context, *numbers, *asked, lookupMib=False
            )
        except (PySnmpError, PyAsn1Error) as fault:
            raise BadAnswer(f"{self.name}: {fault}") from None
        if indication and not isinstance(indication, errind.EmptyResponse):
            kind = NoAnswer if isinstance(indication, errind.RequestTimedOut) else BadAnswer
            raise kind(f"{self.name}: {indication}")
        return Reply(int(status), int(index), [_undecoded(name, value) for name, value in varbinds])

    async def _resolve(self) -> Any:
        try:
            six = ipaddress.ip_address(self._address[0].partition("%")[0]).version == 6
        except ValueError:
            six = False
        kind = hlapi.Udp6TransportTarget if six else hlapi.UdpTransportTarget
        try:
            return await kind.create(self._address, timeout=self._timeout_s, retries=self._retries)
        except PySnmpError as fault:
            raise NoAnswer(f"{self.name}: the address {self._address[0]} is not known: {fault}") from None


def _undecoded(name: Any, value: Any) -> VarBind:
    """A varbind of pysnmp as octets again."""
    encoded = bytes(encoder.encode(value))
    return oids.encode(tuple(name)), encoded[0], codec.content(encoded)
