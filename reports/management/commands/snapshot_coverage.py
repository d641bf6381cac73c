"""`manage.py snapshot_coverage`: keep today's counts of coverage, for comparing later. For a daily timer."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from inventory.services.write import Actor
from reports.services import keep_coverage


class Command(BaseCommand):
    help = gettext_noop("Keep today's counts of coverage by department, to compare with later.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.description = _(self.help)
        parser.add_argument(
            "--keep-as", default="", metavar="DATE", help=_("the day they are kept for (default: today)")
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            day = date.fromisoformat(options["keep_as"]) if options["keep_as"] else timezone.localdate()
        except ValueError as fault:
            raise CommandError(_("'%s' is no date; write it like 2026-11-24.") % options["keep_as"]) from fault
        count = keep_coverage(day, Actor("snapshot_coverage", source="command"))
        self.stdout.write(_("%d departments and towns") % count)
