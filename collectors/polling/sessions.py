"""Sessions by credential: SNMPv1 and v2c through the own engine, v3 through pysnmp, in one loop. No Django."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from collectors.collect import Target
from collectors.snmp import oid
from collectors.snmp.credentials import V1, V3, Credential
from collectors.snmp.engine_udp import UdpEngine
from collectors.snmp.faults import BadAnswer, Fault, NoAnswer, Refused
from collectors.snmp.session import AUTHORIZATION_ERROR, Session

FEW_RETRIES = 1
UPTIME = oid.parse("1.3.6.1.2.1.1.3.0")
NOT_ALLOWED = "the agent does not let this user read at this security level"


class Engine(Protocol):
    """Makes sessions; `close` ends them all."""

    def session(
        self, name: str, host: str, port: int, *, community: str, version: str, timeout_s: float, retries: int
    ) -> Session: ...

    def close(self) -> None: ...


class Engines:
    """The engines of one loop."""

    def __init__(self, make: Callable[[], Engine] = UdpEngine) -> None:
        self._own = make()
        self._v3: Any = None

    def session(self, target: Target, credential: Credential, *, briefly: bool = False) -> Session:
        """A session by one of the target's credentials. Raises ValueError, without a secret, when it cannot be used."""
        if words := credential.problem():
            raise ValueError(f"{target.name}: {credential.name}: {words}".replace(": : ", ": "))
        port = credential.port or target.port
        timeout_s = credential.timeout_s or target.timeout_s
        retries = target.retries if credential.retries < 0 else credential.retries
        if briefly:
            retries = min(retries, FEW_RETRIES)
        session: Session
        if credential.version == V3:
            session = self._for_v3().v3_session(target.name, target.host, port, credential, timeout_s, retries)
        else:
            session = self._own.session(
                target.name,
                target.host,
                port,
                community=credential.community,
                version=credential.version,
                timeout_s=timeout_s,
                retries=retries,
            )
        session.bulk = credential.bulk and credential.version != V1
        return session

    def _for_v3(self) -> Any:
        if self._v3 is None:
            # Its import takes most of a second, which a county without SNMPv3 need not pay.
            from collectors.snmp.engine_pysnmp import PysnmpEngine

            self._v3 = PysnmpEngine()
        return self._v3

    def close(self) -> None:
        self._own.close()
        if self._v3 is not None:
            self._v3.close()


async def greet(engines: Engines, target: Target) -> tuple[Session, Credential]:
    """The session of the first credential that is answered, in their order; one probe for each.

    Who did not answer last time is tried but twice, so that a run does not wait for the dead at its end.
    Raises Refused when the device answered that it knows none of them, NoAnswer when nothing came, ValueError when
    no credential can be used. An answer that cannot be read counts as one: the reading says what is wrong.
    """
    refused: Refused | None = None
    silent: Fault = NoAnswer(f"{target.name}: there is no credential to ask with")
    bad: ValueError | None = None
    for credential in target.credentials:
        try:
            session = engines.session(target, credential, briefly=target.was_silent)
        except ValueError as fault:
            bad = bad or fault
            continue
        try:
            with suppress(BadAnswer):
                try:
                    reply = await session.get([UPTIME])
                    if reply.error_status == AUTHORIZATION_ERROR:
                        raise Refused(f"{target.name}: {NOT_ALLOWED}")
                except Refused as fault:
                    refused = refused or fault
                    continue
            return engines.session(target, credential) if target.was_silent else session, credential
        except NoAnswer as fault:
            silent = fault
        await session.close()
    if bad is not None and len(target.credentials) == 1:
        raise bad
    raise refused or silent
