"""`manage.py sweep_files`: remove files of things that were deleted."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from inventory.services import journal


class Command(BaseCommand):
    help = gettext_noop("Remove kept files that no attachment names: those of things that were deleted.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.description = _(self.help)
        parser.add_argument("--dry-run", action="store_true", help=_("check, show what would change, write nothing"))

    def handle(self, *args: Any, **options: Any) -> None:
        told = _("%d files would be removed") if options["dry_run"] else _("%d files removed")
        self.stdout.write(told % journal.sweep(dry_run=options["dry_run"]))
