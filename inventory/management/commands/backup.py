"""`manage.py backup FOLDER`: one archive of the database and the kept files."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from inventory.models.secrets import keys_path
from inventory.services import backup


class Command(BaseCommand):
    help = gettext_noop("Write the database and the kept files into one archive, while people work.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.description = _(self.help)
        parser.add_argument("folder", type=Path, metavar="FOLDER", help=_("where archives lie"))
        parser.add_argument(
            "--keep", type=int, default=0, metavar="N", help=_("then delete all archives there but the N latest")
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        try:
            made = backup.make(folder)
            gone = backup.let_go(folder, options["keep"]) if options["keep"] > 0 else []
        except (backup.BackupFault, OSError) as fault:
            raise CommandError(_("No backup was written: %s") % fault) from None
        self.stdout.write(f"{made}  {filesizeformat(made.stat().st_size)}")
        for one in gone:
            self.stdout.write(_("deleted: %s") % one.name)
        self.stdout.write(_("Not in it: the key of the secrets, %s. Keep a copy elsewhere.") % keys_path())
