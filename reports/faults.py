"""Faults that a person can mend, as values."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """Something a person can mend: a code and a sentence."""

    code: str
    text: str
