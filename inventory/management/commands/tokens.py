"""`manage.py tokens`: which programs may use the API; makes and withdraws their tokens."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from inventory.models import ApiToken, User
from inventory.services import tokens
from inventory.services.write import Actor

ACTOR = Actor("tokens", source="system")


class Command(BaseCommand):
    help = gettext_noop("List the API tokens; make one for an account, or withdraw one.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.description = _(self.help)
        parser.add_argument("user", nargs="?", metavar="ACCOUNT", help=_("whose tokens"))
        parser.add_argument("--make", metavar="NAME", help=_("make a token of that name; it is shown once"))
        parser.add_argument(
            "--until", type=date.fromisoformat, metavar="DATE", help=_("the last day on which it holds")
        )
        parser.add_argument("--writes", action="store_true", help=_("it may write what its account may, not only read"))
        parser.add_argument("--withdraw", metavar="NAME", help=_("withdraw the token of that name"))

    def handle(self, *args: Any, **options: Any) -> None:
        name, user = options["user"], None
        if name:
            user = User.objects.filter(username=name).first()
            if user is None:
                raise CommandError(_("There is no account '%s'.") % name)
        elif options["make"] or options["withdraw"]:
            raise CommandError(_("Name the account."))
        if options["withdraw"]:
            self._withdraw(user, options["withdraw"])
        if options["make"]:
            try:
                given = {"expires_on": options["until"], "writes": options["writes"]}
                self.stdout.write(tokens.make(user, options["make"], actor=ACTOR, **given))  # type: ignore[arg-type]  # named above
            except ValidationError as fault:
                raise CommandError(" ".join(fault.messages)) from fault
        if not options["make"] and not options["withdraw"]:
            self._list(user)

    @staticmethod
    def _withdraw(user: User | None, name: str) -> None:
        found = ApiToken.objects.filter(user=user, name=name).first()
        if found is None:
            raise CommandError(_("The account has no token '%s'.") % name)
        tokens.withdraw(found, actor=ACTOR)

    def _list(self, user: User | None) -> None:
        rows = ApiToken.objects.filter(user=user) if user else ApiToken.objects.all()
        for one in rows.select_related("user"):
            until = one.expires_on.isoformat() if one.expires_on else "–"
            used = one.last_used_on.isoformat() if one.last_used_on else "–"
            words = _("%(user)s  %(name)s  %(may)s, holds until %(until)s, last used %(used)s")
            may = _("reads and writes") if one.writes else _("reads")
            told = {"user": one.user.username, "name": one.name, "may": may, "until": until, "used": used}
            self.stdout.write(words % told)
