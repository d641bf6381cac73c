"""`manage.py proposals`: devices that the network shows and the register lacks, and a person's decision on them."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from collectors.models import Proposal, ProposalState
from collectors.services.proposals import Entry, accept, reject
from inventory.models import AssetClass, Site
from inventory.models.hardware import DeviceStatus
from inventory.selectors import UnknownName, find_department
from inventory.services.write import Actor


class Command(BaseCommand):
    help = gettext_noop("List the devices proposed for the register, enter one (--accept) or refuse some (--reject).")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.description = _(self.help)
        parser.add_argument("--accept", type=int, metavar="ID", help=_("enter this one in the register"))
        parser.add_argument("--reject", nargs="+", type=int, default=[], metavar="ID", help=_("not for the register"))
        parser.add_argument("--asset-tag", default="", metavar="TAG", help=_("asset tag of the device entered"))
        parser.add_argument(
            "--status",
            default=DeviceStatus.IN_USE.value,
            choices=[DeviceStatus.PLANNED.value, DeviceStatus.IN_STOCK.value, DeviceStatus.IN_USE.value],
            help=_("its state (default: %(default)s)"),
        )
        parser.add_argument("--class", dest="asset_class", metavar="CODE", help=_("asset class of a new model"))
        parser.add_argument("--manufacturer", default="", help=_("instead of the manufacturer seen"))
        parser.add_argument("--model", default="", help=_("instead of the model seen"))
        parser.add_argument("--site", help=_("where it stands"))
        parser.add_argument("--department", metavar="D", help=_("whose it is"))
        parser.add_argument("--reason", default="", help=_("why; kept with the decision"))
        parser.add_argument("--by", default="", help=_("who decides; kept with the decision"))

    def handle(self, *args: Any, **options: Any) -> None:
        actor = Actor(options["by"] or "proposals")
        try:
            if options["accept"] is not None:
                self._accept(self._proposal(options["accept"]), options, actor)
            for pk in options["reject"]:
                reject(self._proposal(pk), actor=actor, reason=options["reason"])
                self.stdout.write(f"{pk}: {ProposalState.REJECTED.label}")
        except ValidationError as fault:
            raise CommandError("; ".join(fault.messages)) from fault
        if options["accept"] is None and not options["reject"]:
            self._list()

    def _list(self) -> None:
        found = Proposal.objects.filter(state=ProposalState.OPEN)
        for one in found:
            heard = one.evidence.get("heard at") or ""
            since = timezone.localtime(one.first_seen_at).strftime("%Y-%m-%d")
            parts = (str(one.pk), ", ".join(one.addresses[:4]), one.name, one.manufacturer, one.model, one.serial)
            line = "  ".join(filter(None, (*parts, heard, since)))
            self.stdout.write("".join(c if c.isprintable() else "?" for c in line))
        self.stdout.write(_("%d open proposals.") % len(found))

    @staticmethod
    def _proposal(pk: int) -> Proposal:
        proposal = Proposal.objects.select_related("profile").filter(pk=pk).first()
        if proposal is None:
            raise CommandError(_("There is no proposal %d.") % pk)
        return proposal

    def _accept(self, proposal: Proposal, options: dict[str, Any], actor: Actor) -> None:
        if not options["asset_tag"]:
            raise CommandError(_("--accept needs --asset-tag"))
        device = accept(proposal, _entry(options), actor=actor, reason=options["reason"])
        self.stdout.write(f"{proposal.pk}: {ProposalState.ACCEPTED.label}  {device}")


def _entry(options: dict[str, Any]) -> Entry:
    try:
        department = find_department(options["department"]) if options["department"] else None
    except UnknownName as fault:
        raise CommandError(str(fault)) from fault
    site = klass = None
    if options["site"] and (site := Site.objects.filter(name=options["site"]).first()) is None:
        raise CommandError(_("There is no site '%s'.") % options["site"])
    if options["asset_class"] and (klass := AssetClass.objects.filter(code=options["asset_class"]).first()) is None:
        raise CommandError(_("There is no asset class '%s'.") % options["asset_class"])
    return Entry(
        asset_tag=options["asset_tag"],
        status=options["status"],
        asset_class=klass,
        manufacturer=options["manufacturer"],
        model=options["model"],
        site=site,
        department=department,
    )
