"""`manage.py probe TARGET…`: what a device or a recorded file is, by which rule, and how each table ended."""

from getpass import getpass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from collectors.napalm_drivers import SSH_PORT, NapalmTarget
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

        parser.add_argument(
            "--napalm",
            metavar="DRIVER",
            help=_("log in by this NAPALM driver; 'auto': the one for what SNMP says, to complete it"),
        )
        parser.add_argument("--user", default="", help=_("user to log in as"))
        parser.add_argument("--password-file", metavar="FILE", help=_("file with the password; else it is asked for"))
        parser.add_argument(
            "--ssh-port", type=int, default=SSH_PORT, help=_("port to log in at (default: %(default)s)")
        )
        parser.add_argument(
            "--known-hosts", default="", metavar="FILE", help=_("host keys; a device with another one is left alone")
        )

    def _login(self, options: dict[str, Any]) -> NapalmTarget | None:
        """Where to log in, without a device. The password is read from a file or the terminal, never from a word."""
        if not options["napalm"]:
            return None
        try:
            if options["password_file"]:
                password = Path(options["password_file"]).read_text(encoding="utf-8").rstrip("\r\n")
            else:
                password = getpass(_("Password of %(user)s: ") % {"user": options["user"]})
        except (OSError, UnicodeError, EOFError) as fault:
            raise CommandError(_("the password cannot be read: %(reason)s") % {"reason": fault}) from None
        return NapalmTarget(
            "",
            "",
            options["napalm"],
            options["user"],
            password,
            port=options["ssh_port"],
            known_hosts=options["known_hosts"],
        )

    def handle(self, *args: Any, **options: Any) -> None:
        code = probe_targets(
            options["targets"],
            community=options["community"],
            as_json=options["as_json"],
            login=self._login(options),
            say=self.stdout.write,
        )
        if code:
            raise SystemExit(code)
