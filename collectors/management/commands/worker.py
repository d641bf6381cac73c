"""`manage.py worker`: polls what waits in the queues of some towns, or of all."""

import logging
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from collectors.management.commands.collect import check_numbers
from collectors.pollers import CENTRE, queue_of
from collectors.polling.poller import JOBS
from inventory.selectors import UnknownName, find_town


class Command(BaseCommand):
    requires_system_checks = ()
    help = gettext_noop(
        "Poll the collections that wait in the queues of towns, until it is told to end. "
        "Needs PostgreSQL and TAIZHANG_QUEUE."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.description = _(self.help)
        parser.add_argument(
            "--town", action="append", default=[], metavar="T", help=_("only this town's queue; may be given again")
        )
        parser.add_argument("--centre", action="store_true", help=_("the queue of devices without a town"))
        parser.add_argument(
            "--jobs", type=int, default=JOBS, metavar="N", help=_("devices at a time (default: %(default)s)")
        )
        parser.add_argument(
            "--processes", type=int, default=1, metavar="N", help=_("processes that poll (default: %(default)s)")
        )
        parser.add_argument(
            "--grace",
            type=float,
            default=20.0,
            metavar="S",
            help=_("seconds that a collection may go on when told to end; then it is handed back"),
        )

    def handle(self, *args: Any, **options: Any) -> None:
        check_numbers(options)
        if not settings.QUEUE:
            raise CommandError(_("There is no queue: it needs PostgreSQL (TAIZHANG_DATABASE) and TAIZHANG_QUEUE=1."))
        try:
            towns = [find_town(name) for name in options["town"]]
        except UnknownName as fault:
            raise CommandError(str(fault)) from fault
        queues = [queue_of(town.pk) for town in towns] + ([CENTRE] if options["centre"] else [])
        self._work(queues, [str(town) for town in towns], options)

    def _work(self, queues: list[str], towns: list[str], options: dict[str, Any]) -> None:
        from collectors.tasks import Works, work  # needs the package of the queue

        logging.getLogger("procrastinate").setLevel(logging.WARNING)
        named = [*towns, *([_("devices without a town")] if options["centre"] else [])]
        self._tell(_("works on the queues of: %s") % (", ".join(named) or _("all towns")))
        works = Works(queues or None, self._tell, options["jobs"], options["processes"], options["grace"])
        if not work(works):
            raise CommandError(_("The worker ended by itself; see above."))

    def _tell(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()
