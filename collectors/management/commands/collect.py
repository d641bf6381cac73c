"""`manage.py collect`: polls the register's managed devices and brings the register up to date."""

import json
import sys
from contextlib import nullcontext
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from tqdm import tqdm

from collectors import wording
from collectors.collect import Target
from collectors.facts import Snapshot, TableState
from collectors.identify import default_vendors
from collectors.lab.book import BookError
from collectors.models import Run, RunState
from collectors.napalm.source import NOT_WHOLE
from collectors.polling.poller import JOBS
from collectors.selectors import Managed, Scope, devices_to_poll
from collectors.services.applying import Applied
from collectors.services.running import Outcome, finish, network_poll, run, whom_to_ask
from collectors.services.starting import alone
from inventory.models import Device
from inventory.selectors import UnknownName, find_department, find_town
from inventory.services.write import Actor

ACTOR = Actor("collect", source="collector")
EXIT_SOME_SILENT = 3
MOST_PROCESSES = 64


def check_numbers(options: dict[str, Any]) -> None:
    """Raises CommandError for --jobs or --processes out of bounds."""
    if options["jobs"] < 1:
        raise CommandError(_("--jobs: expected a number of 1 or more, found %d") % options["jobs"])
    if not 1 <= options["processes"] <= MOST_PROCESSES:
        words = _("--processes: expected a number from 1 to %(most)d, found %(found)d")
        raise CommandError(words % {"most": MOST_PROCESSES, "found": options["processes"]})


class Command(BaseCommand):
    requires_system_checks = ()
    """They would load all pages; `migrate` and `serve` make them."""

    help = gettext_noop(
        "Poll the managed devices over SNMP, log in to those whose profile has a log-in and whose SNMP is poor, "
        "and reconcile what they say with the register. "
        "Exit code 0 when all answered, 3 when some did not, 1 on failure."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.description = _(self.help)
        parser.add_argument("--town", action="append", default=[], metavar="T", help=_("only devices of a town"))
        parser.add_argument("--department", action="append", default=[], metavar="D", help=_("only a department's"))
        parser.add_argument(
            "--device", nargs="+", action="extend", default=[], metavar="NAME", help=_("names, asset tags or addresses")
        )
        parser.add_argument(
            "--jobs", type=int, default=JOBS, metavar="N", help=_("devices at a time (default: %(default)s)")
        )
        parser.add_argument(
            "--processes", type=int, default=1, metavar="N", help=_("processes that poll (default: %(default)s)")
        )
        parser.add_argument(
            "--afresh", action="store_true", help=_("read every device whole, also one that answers as last time")
        )
        parser.add_argument("--json", action="store_true", help=_("one JSON object for each device, one for the run"))
        parser.add_argument(
            "--known-hosts",
            default=settings.KNOWN_HOSTS,
            metavar="FILE",
            help=_("host keys; a device with another one is left alone"),
        )
        parser.add_argument("--run", type=int, metavar="ID", help=_("go on with a run that was begun already"))
        parser.add_argument("--queue", action="store_true", help=_("leave it to the towns' pollers: see 'worker'"))
        parser.add_argument("--lab", action="store_true", help=_("ask the simulated network that 'lab' serves"))

    def handle(self, *args: Any, **options: Any) -> None:
        check_numbers(options)
        try:
            scope = self._scope(options)
            if options["queue"]:
                self._put(scope, options["device"])
                return
            # A run that was begun already brings its lock along.
            with nullcontext() if options["run"] else alone(scope, actor=ACTOR):
                self._collect(scope, options)
        except ValidationError as fault:
            raise CommandError(" ".join(fault.messages)) from fault
        except CommandError as fault:
            for record in Run.objects.filter(pk=options["run"], ended_at__isnull=True):
                finish(record, RunState.FAILED, ACTOR, note=str(fault)[:500])
            raise

    def _put(self, scope: Scope, names: list[str]) -> None:
        """Put the collections of a scope's towns into their queues. What waits or goes on already is no fault."""
        if not settings.QUEUE:
            raise CommandError(
                _("--queue: there is none; it needs PostgreSQL (TAIZHANG_DATABASE) and TAIZHANG_QUEUE=1")
            )
        from collectors.services import queueing  # needs the package of the queue

        self._chosen(scope, names)
        begun, already = queueing.put(scope, actor=ACTOR)
        for record in begun:
            self.stdout.write(
                _("%(scope)s: waits for a poller (run %(run)d)") % {"scope": record.scope, "run": record.pk}
            )
        for what in already:
            self.stdout.write(_("%s: waits or is being asked already") % what)

    def _chosen(self, scope: Scope, names: list[str]) -> list[Managed]:
        chosen = devices_to_poll(scope)
        self._check_names(names, {profile.device_id for profile in chosen})
        if not chosen:
            raise CommandError(
                _("No device in this scope has a management profile, an address and the state 'in use'.")
            )
        return chosen

    def _collect(self, scope: Scope, options: dict[str, Any]) -> None:
        chosen = self._chosen(scope, options["device"])
        names = {profile.device.asset_tag: str(profile.device) for profile in chosen}
        try:
            targets, logins = whom_to_ask(chosen, lab=options["lab"], known_hosts=options["known_hosts"])
        except BookError as fault:
            raise CommandError(str(fault)) from fault
        with Progress(self, names, as_json=options["json"]) as progress:
            outcome = run(
                targets,
                scope,
                poll=network_poll(default_vendors(), options["jobs"], options["processes"], logins),
                actor=ACTOR,
                progress=progress.device,
                record=Run.objects.filter(pk=options["run"], ended_at__isnull=True).first(),
                afresh=options["afresh"],
            )
        progress.close(outcome)
        if not outcome.all_answered:
            sys.exit(EXIT_SOME_SILENT)

    @staticmethod
    def _scope(options: dict[str, Any]) -> Scope:
        try:
            towns = [find_town(name) for name in options["town"]]
            return Scope(towns, [find_department(name) for name in options["department"]], options["device"])
        except UnknownName as fault:
            raise CommandError(str(fault)) from fault

    @staticmethod
    def _check_names(wanted: list[str], chosen: set[int]) -> None:
        for name in wanted:
            found = (
                Device.objects.filter(name=name)
                | Device.objects.filter(asset_tag=name)
                | Device.objects.filter(primary_address__address=name)
            )
            keys = set(found.values_list("pk", flat=True))
            if not keys:
                raise CommandError(_("--device: no device is named '%s'") % name)
            if not keys & chosen:
                raise CommandError(_("--device: '%s' has no management profile, no address or is not in use") % name)


class Progress:
    """A bar on a terminal, plain lines elsewhere, JSON lines where asked for."""

    def __init__(self, command: BaseCommand, names: dict[str, str], *, as_json: bool) -> None:
        self.command = command
        self.names = names
        self.as_json = as_json
        terminal = sys.stderr.isatty() and not as_json
        self.bar = tqdm(total=len(names), unit="", dynamic_ncols=True, disable=not terminal, leave=False)
        self.plain = not terminal and not as_json
        self.done = 0

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_exc: object) -> None:
        self.bar.close()

    def device(self, target: Target, snapshot: Snapshot, applied: Applied) -> None:
        self.done += 1
        self.bar.update()
        name = self.names[target.name]
        cut = [
            _("table %(table)s was cut short: %(reason)s") % {"table": wording.table(table), "reason": end.reason}
            for table, end in snapshot.tables.items()
            if end.state is TableState.CUT_SHORT and end.reason != NOT_WHOLE
        ]
        cut += [
            _("table %(table)s fell from %(of)d rows to %(seen)d: nothing is closed until another run shows the same")
            % {**change.values, "table": wording.table(change.values["table"])}
            for change in applied.held
        ]
        if self.as_json:
            self.command.stdout.write(json.dumps(self._json(name, target, snapshot, applied), ensure_ascii=False))
        elif snapshot.fault:
            text = snapshot.fault_text.removeprefix(target.name + ": ")
            self._tell(name, target, wording.fault(snapshot.fault, text))
        elif applied.device is None:
            self._tell(name, target, _("another device answers"))
        elif cut:
            self._tell(name, target, "; ".join(cut))
        if self.plain and (self.done % 100 == 0 or self.done == len(self.names)):
            self.command.stdout.write(f"{self.done}/{len(self.names)}")

    def _tell(self, name: str, target: Target, what: str) -> None:
        if not self.bar.disable:
            self.bar.clear()
        words = {"name": name, "host": target.host, "what": what}
        self.command.stdout.write(_("%(name)s (%(host)s): %(what)s") % words)

    @staticmethod
    def _json(name: str, target: Target, snapshot: Snapshot, applied: Applied) -> dict[str, Any]:
        held = {change.values["table"] for change in applied.held}
        return {
            "device": name,
            "address": target.host,
            "fault": snapshot.fault or None,
            "fault_text": snapshot.fault_text or None,
            "changes": applied.changes,
            "differences": applied.opened,
            "tables": {
                table: {"state": end.state, "rows": end.rows, "reason": end.reason or None, "held": table in held}
                for table, end in snapshot.tables.items()
            },
            "seconds": snapshot.seconds,
        }

    def close(self, outcome: Outcome) -> None:
        """The closing line: how many answered, what changed, what waits for a person."""
        record = outcome.run
        if self.as_json:
            data = {
                "run": record.pk,
                "polled": record.polled,
                "answered": record.answered,
                "changes": record.changes,
                "differences": record.differences,
            }
            self.command.stdout.write(json.dumps(data))
            return
        seconds = (record.ended_at - record.started_at).total_seconds() if record.ended_at else 0
        self.command.stdout.write(
            _(
                "%(answered)d of %(polled)d devices answered in %(seconds).1f s; %(changes)d changes, "
                "%(differences)d differences opened."
            )
            % {
                "answered": record.answered,
                "polled": record.polled,
                "seconds": seconds,
                "changes": record.changes,
                "differences": record.differences,
            }
        )
