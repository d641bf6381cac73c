"""`manage.py probe TARGET…`: what a device or a recorded file is, by which rule, and how each table ended."""

from getpass import getpass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from collectors.management import telling
from collectors.management.credentials import AUTH_KEY, NO_PROTOCOL, PRIVACY_KEY, profiles_named, v3_user
from collectors.napalm.beside import BY_SNMP
from collectors.napalm.drivers import SSH_PORT, NapalmTarget
from collectors.polling.probing import as_json, probe_targets
from collectors.rulebook import RuleFault
from collectors.snmp.credentials import AUTH_PROTOCOLS, PRIVACY_PROTOCOLS, Credential


class Command(BaseCommand):
    requires_system_checks = ()
    """They would load all pages; `migrate` and `serve` make them."""

    help = gettext_noop(
        "Ask devices (address[:port], [v6]:port) or recorded files (.snmprec, .xz, snmpwalk text) what they are."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.description = _(self.help)
        parser.add_argument("targets", nargs="+", metavar="TARGET")
        parser.add_argument("--json", action="store_true", dest="as_json", help=_("one JSON object a line"))
        way = parser.add_mutually_exclusive_group()
        way.add_argument("--community", default="public", help=_("SNMP community (default: %(default)s)"))
        way.add_argument("--profile", metavar="NAME", help=_("as a management profile says, with its log-in"))
        keys = {"auth": AUTH_KEY, "privacy": PRIVACY_KEY}
        way.add_argument(
            "--v3-user",
            metavar="USER",
            help=_("SNMPv3; the keys come from %(auth)s and %(privacy)s of the environment, else they are asked for")
            % keys,
        )
        for name, default, choices in (("auth", "sha256", AUTH_PROTOCOLS), ("privacy", "aes", PRIVACY_PROTOCOLS)):
            parser.add_argument(
                f"--{name}",
                default=default,
                choices=(*choices, NO_PROTOCOL),
                help=_("protocol of SNMPv3 (default: %(default)s)"),
            )
        parser.add_argument("--context", default="", help=_("context of SNMPv3"))
        self._add_napalm(parser)

    def _add_napalm(self, parser: CommandParser) -> None:
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
            "--known-hosts",
            default=settings.KNOWN_HOSTS,
            metavar="FILE",
            help=_("host keys; a device with another one is left alone"),
        )

    def handle(self, *args: Any, **options: Any) -> None:
        credentials, login = self._ways(options)
        try:
            code = probe_targets(
                options["targets"],
                credentials=credentials,
                login=login,
                show=as_json if options["as_json"] else telling.text,
                say=self.stdout.write,
            )
        except RuleFault as fault:
            raise CommandError(_("vendor rules: %s") % fault) from None
        if code:
            raise SystemExit(code)

    def _ways(self, options: dict[str, Any]) -> tuple[list[Credential], NapalmTarget | None]:
        """How to ask by SNMP, and where to log in. A driver that is named needs no SNMP."""
        if options["napalm"] and options["napalm"] != BY_SNMP:
            return [], self._login(options)
        login = self._login(options) if options["napalm"] else None
        if options["profile"]:
            (profile,) = profiles_named([options["profile"]])
            login = login or profile.login("", "", options["known_hosts"])
            return [profile.credential()] if profile.asks_snmp else [], login
        if options["v3_user"] is not None:
            return [v3_user(options["v3_user"], options["auth"], options["privacy"], options["context"])], login
        return [Credential(community=options["community"])], login

    def _login(self, options: dict[str, Any]) -> NapalmTarget:
        """Where to log in, without a device. The password is read from a file or the terminal, never from a word."""
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
