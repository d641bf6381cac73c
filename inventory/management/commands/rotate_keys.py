"""`manage.py rotate_keys`: encrypts all secrets of the register with a new key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from inventory.models.secrets import WrongKey, keys_path
from inventory.services.secrets import rotate
from inventory.services.write import Actor


class Command(BaseCommand):
    help = gettext_noop("Make a new key, first in the key file, and encrypt all stored secrets with it.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.description = _(self.help)
        parser.add_argument(
            "--drop-old", action="store_true", help=_("then drop the old keys: older backups become unreadable")
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = rotate(actor=Actor("rotate_keys"), drop_old=options["drop_old"])
        except (WrongKey, OSError) as fault:
            raise CommandError(str(fault)) from None
        self.stdout.write(
            _("%(count)d rows are encrypted with the new key in %(file)s.")
            % {
                "count": count,
                "file": keys_path(),
            }
        )
