"""`manage.py dump FOLDER`: the register as the CSV files that `load` reads."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from inventory.services.importing import telling


class Command(BaseCommand):
    help = gettext_noop(
        "Write the register as the CSV files that `load` reads, without secrets. Loaded again, they change nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.description = _(self.help)
        parser.add_argument("folder", type=Path, metavar="FOLDER", help=_("a folder without CSV files"))

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        if any(folder.glob("*.csv")):
            raise CommandError(_("%s holds CSV files already; name another folder.") % folder)
        try:
            for path, count in telling.write(folder):
                self.stdout.write(_("%(file)s: %(count)d rows") % {"file": path.name, "count": count})
        except OSError as fault:
            why = fault.strerror or str(fault)
            words = _("Cannot write to %(path)s: %(why)s")
            raise CommandError(words % {"path": folder, "why": why}) from None
