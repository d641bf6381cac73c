"""manage.py lab: the simulated network. Every managed device of the register answers SNMP on loopback."""

import argparse
import asyncio
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from collectors.lab.agent import Agent
from collectors.lab.book import book_path, remove_book, write_book
from collectors.lab.deviations import Deviations, read_deviations
from collectors.lab.server import PORT, Lab, LabFault, Line, make_agents
from collectors.lab.walks import copied, walk_agents

MOST_COPIES = 10_000
LOOK_S = 1.0
"""How often a lab beside another process looks whether that is still there."""


class Command(BaseCommand):
    help = gettext_noop("Serve the register's managed devices, or recorded ones, as SNMP agents on loopback addresses.")
    requires_system_checks = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.description = _(self.help)
        parser.add_argument("--deviations", type=Path, metavar="FILE", help=_("CSV: where the network differs"))
        parser.add_argument("--port", type=_port, default=PORT, metavar="N", help=_("UDP port (default: %(default)s)"))
        parser.add_argument("--ports", action="store_true", help=_("one port each on 127.0.0.1, from --port on"))
        parser.add_argument("--beside", action="store_true", help=_("end when the process that started it ends"))
        parser.add_argument(
            "--walk", nargs="+", type=Path, metavar="FILE", help=_("serve recorded devices in place of the register's")
        )
        parser.add_argument(
            "--community", default="public", help=_("community of recorded devices (default: %(default)s)")
        )
        parser.add_argument(
            "--copies", type=_count, metavar="N", help=_("serve each recorded device at N addresses from 10.192.0.1 on")
        )
        parser.add_argument("--dead", type=_percent, default=0.0, metavar="PERCENT", help=_("copies that never answer"))
        parser.add_argument("--loss", type=_percent, default=0.0, metavar="PERCENT", help=_("answers that are lost"))
        parser.add_argument(
            "--delay", type=_milliseconds, default=0.0, metavar="MS", help=_("milliseconds that an answer takes")
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["walk"]:
                agents = walk_agents(options["walk"], options["community"])
                if options["copies"]:
                    agents = copied(agents, options["copies"], options["dead"])
            else:
                agents = self._register_agents(options["deviations"])
            lab = Lab(Line(options["loss"], options["delay"] / 1000))
            lab.open(agents, port=options["port"], own_ports=options["ports"])
        except (LabFault, ValueError) as fault:
            raise CommandError(str(fault)) from None
        asyncio.run(self._serve(lab, agents, beside=options["beside"]))

    def _register_agents(self, file: Path | None) -> dict[str, Agent]:
        # The register's models are imported here: recorded devices are served without a database.
        from collectors.lab.network import build_network
        from collectors.lab.register import network_view

        deviations = read_deviations(file) if file else Deviations()
        try:
            network = build_network(network_view(), deviations)
        except DatabaseError as fault:
            raise LabFault(_("the register cannot be read (%s); run 'manage.py migrate' first") % fault) from None
        if not network.devices:
            raise LabFault(
                _(
                    "the register has no managed device in use; load one with "
                    "'manage.py load fixtures/standards fixtures/county'"
                )
            )
        if network.unplaced:
            self.stderr.write(_("%d devices found no free port at their site") % len(network.unplaced))
        return make_agents(network.devices, network.silent)

    async def _serve(self, lab: Lab, agents: Mapping[str, Agent], *, beside: bool) -> None:
        loop = asyncio.get_running_loop()
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        try:
            write_book(lab.places)
            lab.start(loop)
            host, port = next(iter(lab.places.values()))
            counts = {"agents": len(agents), "objects": sum(map(len, agents.values())), "place": f"{host}:{port}"}
            words = _("serving %(agents)d agents, %(objects)d objects, the first on %(place)s")
            self.stdout.write(words % counts)
            self.stdout.flush()
            watch = loop.create_task(_end_with_parent(stop)) if beside else None
            await stop.wait()
            if watch is not None:
                watch.cancel()
        except OSError as fault:
            raise CommandError(f"{book_path()}: " + _("cannot be written: %s") % (fault.strerror or fault)) from None
        finally:
            lab.close(loop)
            remove_book()
        self.stdout.write(_("%d requests answered") % lab.answered)


async def _end_with_parent(stop: asyncio.Event) -> None:
    parent = os.getppid()
    while os.getppid() == parent:
        await asyncio.sleep(LOOK_S)
    stop.set()


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(_("'%s' is no port; give a number from 1 to 65535") % text)
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_COPIES:
        raise argparse.ArgumentTypeError(_("'%s' is no number from 1 to %d") % (text, MOST_COPIES))
    return int(text)


def _percent(text: str) -> float:
    return _number(text, 100.0)


def _milliseconds(text: str) -> float:
    return _number(text, 60_000.0)


def _number(text: str, most: float) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= most:
        raise argparse.ArgumentTypeError(_("'%s' is no number from 0 to %d") % (text, most))
    return number
