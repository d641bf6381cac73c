"""`manage.py differences`: what waits for a person, and that person's decisions."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from collectors import wording
from collectors.models import Difference, DifferenceKind, DifferenceState
from collectors.services.differences import accept, reject
from inventory.models import Town
from inventory.selectors import UnknownName, find_town
from inventory.services.write import Actor


class Command(BaseCommand):
    help = gettext_noop(
        "List the open differences between register and network, or accept (the network is right) or reject them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.description = _(self.help)
        parser.add_argument("--kind", choices=DifferenceKind.values, help=_("only of one kind"))
        parser.add_argument("--town", action="append", default=[], metavar="T", help=_("only of devices in a town"))
        parser.add_argument("--accept", nargs="+", type=int, default=[], metavar="ID", help=_("the network is right"))
        parser.add_argument("--reject", nargs="+", type=int, default=[], metavar="ID", help=_("the register is right"))
        parser.add_argument("--reason", default="", help=_("why; kept with the decision"))
        parser.add_argument("--by", default="", help=_("who decides; kept with the decision"))

    def handle(self, *args: Any, **options: Any) -> None:
        actor = Actor(options["by"] or "differences")
        if options["accept"] or options["reject"]:
            for pk in options["accept"]:
                self._decide(pk, accept, actor, options["reason"])
            for pk in options["reject"]:
                self._decide(pk, reject, actor, options["reason"])
            return
        found = Difference.objects.filter(state=DifferenceState.OPEN).select_related("device")
        if options["kind"]:
            found = found.filter(kind=options["kind"])
        if options["town"]:
            found = found.filter(device__site__town__in=[self._town(name) for name in options["town"]])
        for difference in found.order_by("kind", "pk"):
            self.stdout.write(self._line(difference))
        self.stdout.write(_("%d open differences.") % found.count())

    @staticmethod
    def _town(name: str) -> Town:
        try:
            return find_town(name)
        except UnknownName as fault:
            raise CommandError(str(fault)) from fault

    @staticmethod
    def _line(difference: Difference) -> str:
        what = str(difference.device) if difference.device is not None else difference.key
        since = timezone.localtime(difference.opened_at).strftime("%Y-%m-%d")
        values = f"{wording.register_value(difference)} → {wording.seen_value(difference)}"
        at = difference.evidence.get("at", "")
        parts = (str(difference.pk), str(difference.get_kind_display()), what, values, at, since)
        return "  ".join(filter(None, parts))

    def _decide(self, pk: int, decide: Any, actor: Actor, reason: str) -> None:
        difference = Difference.objects.filter(pk=pk).first()
        if difference is None:
            raise CommandError(_("There is no difference %d.") % pk)
        try:
            decide(difference, actor=actor, reason=reason)
        except ValidationError as fault:
            raise CommandError("; ".join(fault.messages)) from fault
        self.stdout.write(f"{pk}: {difference.get_state_display()}")
