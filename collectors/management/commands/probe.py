"""`manage.py probe TARGET…`: what a device or a recorded file is, by which rule, and how each table ended."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from collectors.probing import probe_targets


class Command(BaseCommand):
    help = gettext_noop(
        "Ask devices (address[:port], [v6]:port) or recorded files (.snmprec, .xz, snmpwalk text) what they are."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.description = _(self.help)
        parser.add_argument("targets", nargs="+", metavar="TARGET")
        parser.add_argument("--community", default="public", help=_("SNMP community (default: %(default)s)"))
        parser.add_argument("--json", action="store_true", dest="as_json", help=_("one JSON object a line"))

    def handle(self, *args: Any, **options: Any) -> None:
        code = probe_targets(
            options["targets"],
            community=options["community"],
            as_json=options["as_json"],
            say=self.stdout.write,
        )
        if code:
            raise SystemExit(code)
