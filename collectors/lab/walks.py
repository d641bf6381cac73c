"""Agents that replay recorded devices: .snmprec files (also .xz and .bz2) and the text of snmpwalk -On."""

from collections.abc import Sequence
from pathlib import Path

from django.utils.translation import gettext

from collectors.lab.agent import Agent
from collectors.snmp.recording import load_recording


def walk_agents(files: Sequence[Path], community: str) -> dict[str, Agent]:
    """The file's name → agent, in order. Raises ValueError for a file that is no recording, or named twice."""
    agents: dict[str, Agent] = {}
    for file in files:
        if file.name in agents:
            raise ValueError(f"{file}: " + gettext("another file of that name is served already"))
        agents[file.name] = Agent(load_recording(file), community.encode())
    return agents
