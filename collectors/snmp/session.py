"""What a walker needs of an SNMP engine: one small interface for live devices and for recorded files.

An engine asks once (with its own retries) and hands over what came, undecoded. It knows nothing of tables.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from collectors.snmp.oid import Oid

# SNMP error-status (RFC 3416 section 3)
NO_ERROR, TOO_BIG, NO_SUCH_NAME, BAD_VALUE, READ_ONLY, GEN_ERR = range(6)
AUTHORIZATION_ERROR = 16
STATUS_NAMES = {
    TOO_BIG: "tooBig",
    NO_SUCH_NAME: "noSuchName",
    GEN_ERR: "genErr",
    AUTHORIZATION_ERROR: "authorizationError",
}

# ASN.1 tags as they stand on the wire
INTEGER, OCTETS, NULL, OBJECT_ID = 0x02, 0x04, 0x05, 0x06
IP_ADDRESS, COUNTER32, GAUGE32, TIME_TICKS, OPAQUE, COUNTER64 = 0x40, 0x41, 0x42, 0x43, 0x44, 0x46
NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_MIB_VIEW = 0x80, 0x81, 0x82
EXCEPTIONS = frozenset({NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_MIB_VIEW})

Raw = tuple[int, bytes]
"""A value as it came: its tag and its content octets."""

VarBind = tuple[Oid, int, bytes]


@dataclass(slots=True)
class Reply:
    """One response: error-status, error-index (from 1) and the varbinds in their order."""

    error_status: int = NO_ERROR
    error_index: int = 0
    varbinds: list[VarBind] = field(default_factory=list)
    octets: int = 0
    """Size of the message as it came; 0 where no network was between."""
    checksum: int = 0
    """CRC-32 of the varbinds as they came; 0 where no network was between."""
    unread: bytes = b""
    """The varbinds as they came, where they are those that were expected: then they are not decoded."""


class Session(Protocol):
    """One device. One request is in flight at a time.

    Each call raises `faults.NoAnswer` when nothing came in time (retries included) and
    `faults.BadAnswer` when what came cannot be read.
    """

    name: str
    bulk: bool
    """False for SNMPv1, which has no GETBULK."""

    async def get(self, oids: Sequence[Oid]) -> Reply: ...

    async def get_next(self, oids: Sequence[Oid]) -> Reply: ...

    async def get_bulk(self, oids: Sequence[Oid], max_repetitions: int) -> Reply: ...

    def for_vlan(self, vlan: int) -> "Session | None":
        """A session with the same device's bridge of one VLAN, as Cisco's have them; None where there is no way.

        SNMPv1 and v2c: community `name@vlan`; v3: context `vlan-N`.
        """

    async def close(self) -> None: ...
