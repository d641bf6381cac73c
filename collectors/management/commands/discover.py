"""`manage.py discover`: sweeps address ranges over SNMP and proposes the devices that the register lacks."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from tqdm import tqdm

from collectors.collect import Target
from collectors.identify import default_vendors
from collectors.lab.book import BookError, read_book
from collectors.management.credentials import profiles_named
from collectors.polling.discovery import RATE, Swept, quick, read_devices, sweep
from collectors.polling.poller import JOBS
from collectors.services.proposals import Outcome, propose, seen_from
from collectors.snmp.credentials import PUBLIC, Credential
from inventory.rules.addresses import parse_ranges
from inventory.services.write import Actor

MOST = 65_536
"""Addresses that are swept without --yes."""


class Command(BaseCommand):
    help = gettext_noop(
        "Ask every address of ranges over SNMP and propose the devices that the register lacks. "
        "Nothing enters the register: see 'proposals'."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.description = _(self.help)
        parser.add_argument("ranges", nargs="+", metavar="RANGE", help=_("10.1.0.0/22, 10.1.2.3 or 10.1.2.3-10.1.2.9"))
        parser.add_argument(
            "--profile", nargs="+", default=[], metavar="NAME", help=_("only these management profiles, in this order")
        )
        parser.add_argument(
            "--rate", type=float, default=RATE, metavar="N", help=_("addresses a second (default: %(default)s)")
        )
        parser.add_argument(
            "--jobs", type=int, default=JOBS, metavar="N", help=_("devices at a time (default: %(default)s)")
        )
        parser.add_argument("--yes", action="store_true", help=_("sweep more than 65,536 addresses"))
        parser.add_argument("--lab", action="store_true", help=_("ask the simulated network that 'lab' serves"))

    def handle(self, *args: Any, **options: Any) -> None:
        for name in ("rate", "jobs"):
            if options[name] <= 0:
                raise CommandError(_("--%s: expected a number above 0") % name)
        targets = self._targets(options)
        swept = self._sweep(targets, options["rate"])
        with _bar(len(swept.heard)) as bar:
            found = read_devices(
                swept.heard, vendors=default_vendors(), jobs=options["jobs"], progress=lambda _t: bar.update()
            )
        for _target, words in swept.refused:
            self.stderr.write(words)
        self._report(propose(map(seen_from, found), actor=Actor("discover", source="collector")))
        self.stdout.write(
            _("%(asked)d addresses asked, %(answered)d answered, %(devices)d devices.")
            % {"asked": len(targets), "answered": len(swept.heard), "devices": len(found)}
        )

    def _targets(self, options: dict[str, Any]) -> list[Target]:
        try:
            addresses = parse_ranges(options["ranges"])
        except ValueError as fault:
            raise CommandError(str(fault)) from fault
        if addresses.size > MOST and not options["yes"]:
            raise CommandError(_("%d addresses are very many: give --yes to sweep them") % addresses.size)
        ways = tuple(quick(one) for one in self._credentials(options["profile"]))
        targets = [Target(str(address), str(address), credentials=ways) for address in addresses]
        if options["lab"]:
            try:
                book = read_book()
            except BookError as fault:
                raise CommandError(str(fault)) from fault
            targets = [book.translate(target) for target in targets]
        return targets

    @staticmethod
    def _credentials(names: list[str]) -> list[Credential]:
        """Those of the profiles named, else of all, else the community 'public'."""
        return [profile.credential() for profile in profiles_named(names) if profile.asks_snmp] or [PUBLIC]

    @staticmethod
    def _sweep(targets: list[Target], rate: float) -> Swept:
        with _bar(len(targets)) as bar:
            return sweep(targets, rate=rate, progress=lambda _target: bar.update())

    def _report(self, outcome: Outcome) -> None:
        for seen, device in outcome.known:
            self.stdout.write(f"{_line(seen)}  " + _("known: %s") % device)
        for proposal in outcome.new:
            self.stdout.write(_("proposal %d") % proposal.pk + f"  {_line(proposal)}")
        for proposal in outcome.again:
            self.stdout.write(_("proposal %d") % proposal.pk + f"  {_line(proposal)}  " + _("seen before"))
        for proposal in outcome.rejected:
            self.stdout.write(f"{_line(proposal)}  " + _("rejected before"))


def _line(one: Any) -> str:
    """A SeenDevice or a Proposal: addresses, name, maker, model, serial. No control characters."""
    parts = (", ".join(one.addresses[:4]), one.name, one.manufacturer, one.model, one.serial)
    return "".join(c if c.isprintable() else "?" for c in "  ".join(filter(None, parts)))


def _bar(total: int) -> Any:
    return tqdm(total=total, unit="", dynamic_ncols=True, disable=not sys.stderr.isatty(), leave=False)
