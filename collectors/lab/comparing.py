"""What was planted in the simulated network beside what a run found of it. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from collectors.lab.deviations import Deviations
from inventory.rules.names import serial_key


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A kind of difference, whom it concerns (an asset tag, or a MAC that no device has), and the value seen."""

    kind: str
    who: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Planted and found, planted and missed, found and not planted."""

    found: frozenset[Finding]
    missed: frozenset[Finding]
    others: frozenset[Finding]

    def by_kind(self) -> list[tuple[str, int, int]]:
        """(kind, found, planted) of each kind planted."""
        hits = Counter(one.kind for one in self.found)
        planted = hits + Counter(one.kind for one in self.missed)
        return [(kind, hits[kind], planted[kind]) for kind in sorted(planted)]


def planted(deviations: Deviations) -> frozenset[Finding]:
    """Each deviation as the difference that it should lead to."""
    return frozenset(
        [
            *(Finding("serial", tag, serial_key(serial)) for tag, serial in deviations.serials.items()),
            *(Finding("moved", tag, site) for tag, site in deviations.moved.items()),
            *(Finding("replaced", tag) for tag in deviations.replaced),
            *(Finding("no_answer", tag) for tag in deviations.dead),
            *(Finding("unseen", tag) for tag in deviations.unseen),
            *(Finding("unregistered" if one.name else "unknown_mac", one.mac) for one in deviations.strangers),
        ]
    )


def finding(kind: str, asset_tag: str | None, key: str, seen_value: str) -> Finding:
    """A difference of the register in the same form; the value counts where it was planted as one."""
    value = {"serial": serial_key(seen_value), "moved": seen_value}.get(kind, "")
    return Finding(kind, asset_tag or key, value)


def compare(deviations: Deviations, findings: Iterable[Finding]) -> Comparison:
    wanted, got = planted(deviations), frozenset(findings)
    return Comparison(wanted & got, wanted - got, got - wanted)
