"""How a device lets itself be asked: a community (SNMPv1, v2c) or a user with keys (SNMPv3). Plain values.

Secrets are left out of every repr, so that a value of this kind may stand in a log line or a traceback.
"""

from dataclasses import dataclass, field

V1, V2C, V3 = "1", "2c", "3"
VERSIONS = (V1, V2C, V3)

AUTH_PROTOCOLS = ("md5", "sha", "sha224", "sha256", "sha384", "sha512")
"""HMAC of RFC 3414 (md5, sha) and RFC 7860."""
PRIVACY_PROTOCOLS = ("des", "aes", "aes192", "aes256")
"""DES (RFC 3414), AES-128 (RFC 3826), and the two longer AES with the key extension that Cisco and net-snmp use."""
SHORTEST_KEY = 8
"""RFC 3414 section 11.2: a password has at least eight octets."""


@dataclass(frozen=True, slots=True)
class Credential:
    """One way to ask a device. `name` (its profile's) says which without a secret."""

    name: str = ""
    version: str = V2C
    community: str = field(default="public", repr=False)
    user: str = ""
    auth: str = "sha"
    auth_key: str = field(default="", repr=False)
    """Empty: no authentication, and then no privacy either."""
    privacy: str = "aes"
    privacy_key: str = field(default="", repr=False)
    context: str = ""
    port: int = 0
    """0: the target's."""
    timeout_s: float = 0.0
    """0: the target's."""
    retries: int = -1
    """-1: the target's."""
    repetitions: int = 25
    """Rows that one GETBULK asks for at first."""
    bulk: bool = True
    """False for agents whose GETBULK is broken."""

    @property
    def level(self) -> str:
        """The security level in the words of RFC 3414; empty for a community."""
        if self.version != V3:
            return ""
        if not self.auth_key:
            return "noAuthNoPriv"
        return "authPriv" if self.privacy_key else "authNoPriv"

    def problem(self) -> str:
        """Why it cannot be used, as an English sentence; empty when it can. Names no secret."""
        if self.version not in VERSIONS:
            return f"SNMP version {self.version} is not known"
        if self.version != V3:
            return "" if self.community else "a community is needed"
        if not self.user:
            return "SNMPv3 needs a user"
        if self.privacy_key and not self.auth_key:
            return "SNMPv3 has no privacy without authentication"
        if self.auth_key and self.auth not in AUTH_PROTOCOLS:
            return f"{self.auth} is none of {', '.join(AUTH_PROTOCOLS)}"
        if self.privacy_key and self.privacy not in PRIVACY_PROTOCOLS:
            return f"{self.privacy} is none of {', '.join(PRIVACY_PROTOCOLS)}"
        if any(0 < len(key.encode()) < SHORTEST_KEY for key in (self.auth_key, self.privacy_key)):
            return f"a key of SNMPv3 has at least {SHORTEST_KEY} characters"
        return ""


PUBLIC = Credential()
