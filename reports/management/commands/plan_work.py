"""`manage.py plan_work TOKEN`: what a page asked for and is too long for it. Started by the pages."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from inventory.memory import seldom_collected
from reports import planjobs, planwork


class Command(BaseCommand):
    help = gettext_noop("Draw a plan or make its workbook, as a page asked for.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.description = _(self.help)
        parser.add_argument("token", help=_("the page's token"))

    @seldom_collected()
    def handle(self, *args: Any, **options: Any) -> None:
        job = planjobs.find(options["token"])
        if job is None:
            raise CommandError(_("There is no such work."))
        planwork.perform(job)
