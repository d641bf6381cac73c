"""What a text typed into the search box may mean: a MAC or a part of one, an address, a range, a serial. Pure."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from inventory.rules import addresses
from inventory.rules.names import squeeze

_PAIRS = re.compile(r"([0-9a-f]{2}|[0-9a-f]{4})([:\- ]([0-9a-f]{2}|[0-9a-f]{4}))*[:\- ][0-9a-f]{0,4}")
_FOURS = re.compile(r"[0-9a-f]{4}(\.[0-9a-f]{4})?\.[0-9a-f]{0,4}")
_BARE = re.compile(r"[0-9a-f]{6,11}")
_OCTETS = re.compile(r"\d{1,3}(\.\d{1,3}){0,2}\.?")
_VLAN = re.compile(r"(?:vlan\s*)?(\d{1,4})", re.IGNORECASE)
LEAST_SERIAL = 4
"""Letters and digits from which a text is looked for within serials whatever their punctuation."""


@dataclass(frozen=True)
class Asked:
    """A search as it was typed, without blanks around it, and all that it may stand for."""

    text: str
    memo: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What one search looked up once, for all who ask for it."""

    @cached_property
    def squeezed(self) -> str:
        """Letters and digits alone, in lower case: as serials are compared."""
        return squeeze(self.text)

    @cached_property
    def spellings(self) -> tuple[str, ...]:
        """The text as typed, and in capitals and small letters, for a look-up by equality."""
        return tuple(dict.fromkeys((self.text, self.text.upper(), self.text.lower())))

    @cached_property
    def has_case(self) -> bool:
        """Whether capitals and small letters are to be told apart: not in digits and Chinese."""
        return self.text.upper() != self.text.lower()

    @cached_property
    def mac(self) -> str:
        """A whole MAC as 12 hexadecimal digits, or ''."""
        try:
            mac = addresses.parse_mac(self.text.replace(" ", ""))
        except ValueError:
            return ""
        # A shorter number would be filled up with zeros; so nobody writes a MAC.
        return mac if len(re.sub(r"[^0-9a-f]", "", self.text.lower())) == 12 else ""

    @cached_property
    def mac_part(self) -> str:
        """4 to 11 hexadecimal digits of a MAC: by pairs or fours with their marks, or 6 and more without; or ''."""
        text = self.text.lower()
        if not any(form.fullmatch(text) for form in (_PAIRS, _FOURS, _BARE)):
            return ""
        digits = re.sub(r"[^0-9a-f]", "", text)
        return digits if 4 <= len(digits) < 12 else ""

    @cached_property
    def address(self) -> addresses.Address | None:
        """A whole address."""
        try:
            return addresses.parse_address(self.text)
        except ValueError:
            return None

    @cached_property
    def address_keys(self) -> tuple[str, str] | None:
        """First and last key (see rules.addresses) of an address, of a prefix, or of 10.1.2. with its octets whole."""
        if self.address is not None:
            return (addresses.address_key(self.address),) * 2
        network = self._network()
        return None if network is None else addresses.key_range(network)

    def _network(self) -> addresses.Network | None:
        text = self.text
        if "." in text and _OCTETS.fullmatch(text):
            octets = text.rstrip(".").split(".")
            text = ".".join(octets + ["0"] * (4 - len(octets))) + f"/{8 * len(octets)}"
        try:
            return addresses.parse_prefix(text)
        except ValueError:
            return None

    @cached_property
    def vlan_id(self) -> int | None:
        """A VLAN id, from "120" or "VLAN 120"."""
        found = _VLAN.fullmatch(self.text)
        return int(found[1]) if found and 1 <= int(found[1]) <= 4094 else None

    @cached_property
    def patterns(self) -> tuple[re.Pattern[str], ...]:
        """What finds the text within a value, whatever the case: as it is, then with other punctuation."""
        between = [r"\s*".join(map(re.escape, re.sub(r"\s", "", self.text)))]
        if len(self.squeezed) >= LEAST_SERIAL:
            between.append(r"[\W_]*".join(map(re.escape, self.squeezed)))
        return tuple(re.compile(one, re.IGNORECASE) for one in between if one)

    def parts(self, value: str) -> tuple[str, str, str] | None:
        """(before, what matches, after) of a value that holds the text; None where it does not."""
        found = next((match for one in self.patterns if (match := one.search(value))), None)
        return (value[: found.start()], found[0], value[found.end() :]) if found else None

    def equals(self, value: str) -> bool:
        """Whether a value is the text, but for case and punctuation."""
        if value.casefold() == self.text.casefold():
            return True
        return len(self.squeezed) >= LEAST_SERIAL and squeeze(value) == self.squeezed
