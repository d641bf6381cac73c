"""Which registered device answered: a score over serial, base MAC, engine id, name and address. Pure.

An address alone never decides. Each evidence that agrees adds, each that contradicts takes away; what either
side does not know counts for nothing.

A device without serial, MAC, engine id and name of its own (many cameras) has nothing to compare. Where nothing but
the address speaks, the model decides: the registered device if it says the registered model, the very model of its
last poll, and still all that it told then; another where the models differ. One that once told its serial and now
tells nothing stays unsure. A computer's model is that of its processor and decides nothing.
"""

from dataclasses import dataclass
from enum import StrEnum

from collectors.facts import COMPUTERS, Snapshot
from inventory.rules import names


@dataclass(frozen=True, slots=True)
class Known:
    """What the register and earlier polls know of a device, for recognising it."""

    pk: int
    name: str = ""
    serial: str = ""
    macs: frozenset[str] = frozenset()
    """MACs of its interfaces, and the base MAC of the last poll."""
    engine_id: str = ""
    name_is_unique: bool = True
    models: tuple[str, ...] = ()
    """The registered model and its aliases."""
    last_model: str = ""
    """The model that it said when it was last polled."""
    told: frozenset[str] = frozenset()
    """What it told when it was last polled: serial, mac, engine, name."""


@dataclass(frozen=True, slots=True)
class Weights:
    agree: int
    contradict: int


SERIAL, MAC, ENGINE, NAME = Weights(6, -4), Weights(5, -4), Weights(3, -1), Weights(2, -1)
ADDRESS = 1
MODEL = Weights(2, 0)
"""Counts only where there is nothing else."""
ENOUGH = 3
"""Address and a name of its own are enough where nothing contradicts; an address is not."""


class Verdict(StrEnum):
    SAME = "same"
    OTHER = "other"
    """Evidence contradicts: another device answers at the address."""
    UNSURE = "unsure"
    """Neither side has enough to tell."""


@dataclass(frozen=True, slots=True)
class Match:
    """The score of one candidate, and the evidence in words ('serial', '-mac' for a contradiction)."""

    pk: int
    score: int
    evidence: tuple[str, ...]

    @property
    def verdict(self) -> Verdict:
        if self.score >= ENOUGH:
            return Verdict.SAME
        return Verdict.OTHER if any(e.startswith("-") for e in self.evidence) else Verdict.UNSURE


def macs_of(snapshot: Snapshot) -> set[str]:
    """The device's own MACs: its base MAC and its interfaces'."""
    found = {fact.mac for fact in snapshot.interfaces if fact.mac}
    if snapshot.identity.base_mac:
        found.add(snapshot.identity.base_mac)
    return found


def score(snapshot: Snapshot, known: Known, *, polled: bool) -> Match:
    """How well a snapshot fits a device; `polled` when the snapshot came from that device's address."""
    serials = {names.serial_key(s) for s in (snapshot.identity.serial or "", *snapshot.identity.chassis_serials)} - {""}
    seen_name = names.name_key(snapshot.system.name)
    known_name = names.name_key(known.name) if known.name_is_unique else ""
    found: list[tuple[str, int]] = []
    _compare(found, "serial", SERIAL, names.serial_key(known.serial), serials)
    macs = macs_of(snapshot)
    if known.macs and macs:
        agree = bool(known.macs & macs)
        found.append(("mac" if agree else "-mac", MAC.agree if agree else MAC.contradict))
    _compare(found, "engine", ENGINE, known.engine_id, {snapshot.system.engine_id} - {""})
    _compare(found, "name", NAME, known_name, {seen_name} - {""})
    if polled:
        if not found:
            _compare_models(found, snapshot, known)
        found.append(("address", ADDRESS))
    return Match(known.pk, sum(points for _word, points in found), tuple(word for word, _points in found))


def _compare(found: list[tuple[str, int]], word: str, weights: Weights, known: str, seen: set[str]) -> None:
    if known and seen:
        agree = known in seen
        found.append((word if agree else f"-{word}", weights.agree if agree else weights.contradict))


def _compare_models(found: list[tuple[str, int]], snapshot: Snapshot, known: Known) -> None:
    seen = snapshot.identity.hardware
    if not seen or not known.models or snapshot.identity.kind in COMPUTERS:
        return
    changed = known.last_model and names.squeeze(known.last_model) != names.squeeze(seen)
    if changed or not names.same_model(known.models, seen):
        found.append(("-model", MODEL.contradict))
    elif known.told <= tells(snapshot):
        found.append(("model", MODEL.agree))


def tells(snapshot: Snapshot) -> frozenset[str]:
    """Which of serial, mac, engine and name the device says at all."""
    said = {
        "serial": snapshot.identity.serial,
        "mac": macs_of(snapshot),
        "engine": snapshot.system.engine_id,
        "name": snapshot.system.name,
    }
    return frozenset(word for word, value in said.items() if value)


def best(snapshot: Snapshot, polled: Known, others: list[Known]) -> tuple[Match, Match]:
    """(match of the polled device, best match of all). The polled device wins a tie."""
    own = score(snapshot, polled, polled=True)
    rest = [score(snapshot, other, polled=False) for other in others if other.pk != polled.pk]
    return own, max([own, *rest], key=lambda match: match.score)
