"""Agents that replay recorded devices: .snmprec files (also .xz and .bz2) and the text of snmpwalk -On."""

import ipaddress
from collections.abc import Mapping, Sequence
from pathlib import Path

from django.utils.translation import gettext

from collectors.lab.agent import Agent, SilentAgent
from collectors.snmp.recording import load_recording

_FIRST_COPY = int(ipaddress.IPv4Address("10.192.0.1"))


def walk_agents(files: Sequence[Path], community: str) -> dict[str, Agent]:
    """The file's name → agent, in order. Raises ValueError for a file that is no recording, or named twice."""
    agents: dict[str, Agent] = {}
    for file in files:
        if file.name in agents:
            raise ValueError(f"{file}: " + gettext("another file of that name is served already"))
        agents[file.name] = Agent(load_recording(file), community.encode())
    return agents


def copied(agents: Mapping[str, Agent], copies: int, dead_percent: float = 0.0) -> dict[str, Agent]:
    """Register address → agent: each agent `copies` times, all in turn, from 10.192.0.1 on.

    The share of `dead_percent`, evenly spread, never answers. Copies share the recording's memory.
    """
    kinds = list(agents.values())
    served: dict[str, Agent] = {}
    for number in range(copies * len(kinds)):
        dead = int((number + 1) * dead_percent / 100) > int(number * dead_percent / 100)
        agent = SilentAgent() if dead else kinds[number % len(kinds)].copy(number // len(kinds))
        served[copy_address(number)] = agent
    return served


def copy_address(number: int) -> str:
    """The register address of the device with that number, from 0 on; it replays file `number` modulo their count."""
    return str(ipaddress.IPv4Address(_FIRST_COPY + number))
