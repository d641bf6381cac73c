"""`manage.py snapshot_coverage`: keep today's counts of coverage, for comparing later. For a daily timer."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from inventory.services.write import Actor
from reports.services import keep_coverage


class Command(BaseCommand):
    help = gettext_noop("Keep today's counts of coverage by department, to compare with later.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.description = _(self.help)

    def handle(self, *args: Any, **options: Any) -> None:
        count = keep_coverage(timezone.localdate(), Actor("snapshot_coverage", source="command"))
        self.stdout.write(_("%d departments and towns") % count)
