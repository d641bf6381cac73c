"""`manage.py report NAME --out DIR`: reports as Excel workbooks; `--due` makes those whose time has come."""

import argparse
import getpass
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from inventory.memory import seldom_collected
from inventory.services.write import Actor
from reports import catalogue, history, plans
from reports.background import perform
from reports.faults import Fault
from reports.models import ReportRun, RunState
from reports.planbooks import EXECUTION, fill_plan_template, make_plan_book
from reports.scheduling import make_due
from reports.services import Made, Request, find_scope, make_reports

YEARS = range(1990, 2101)


class Command(BaseCommand):
    requires_system_checks = ()
    """They would load all pages; `migrate` and `serve` make them."""

    help = gettext_noop("Make a report as an Excel workbook: register, refresh, coverage, budget, or all.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.description = _(self.help)
        parser.add_argument("name", nargs="?", metavar="REPORT", help=", ".join([*catalogue.names(), "all"]))
        parser.add_argument("--out", type=Path, metavar="DIR", help=_("folder to write to; made if needed"))
        parser.add_argument(
            "--due",
            action="store_true",
            help=_("make the scheduled reports whose time has come, and remove files that were kept long enough"),
        )
        parser.add_argument("--run", type=int, help=argparse.SUPPRESS)
        parser.add_argument("--as-of", default="", metavar="DATE", help=_("data date, YYYY-MM-DD (default: today)"))
        parser.add_argument("--year", default="", metavar="Y", help=_("budget year (default: the next one)"))
        parser.add_argument("--town", default="", metavar="TOWN", help=_("only this town"))
        parser.add_argument("--department", default="", metavar="DEPARTMENT", help=_("only this department"))
        parser.add_argument(
            "--lang", choices=["zh", "en"], default="zh", help=_("language of the workbook (default: %(default)s)")
        )
        parser.add_argument("--unit", default="", help=_("budget: reporting unit (default: a line to write on)"))
        parser.add_argument("--preparer", default="", help=_("budget: who prepared it"))
        parser.add_argument("--reviewer", default="", help=_("budget: who reviewed it"))
        parser.add_argument(
            "--fill", action="store_true", help=_("budget: ask up to the standard, not only to replace")
        )
        parser.add_argument(
            "--before", default="", metavar="DATE", help=_("coverage: compare with this day (default: the last one)")
        )

        parser.add_argument(
            "--plan",
            default="",
            metavar="PLAN",
            help=_("budget, plan, execution: from this refresh plan (number or name)"),
        )

        parser.add_argument(
            "--template", type=Path, default=None, metavar="FILE", help=_("budget of a plan: fill in this workbook")
        )

    @seldom_collected()
    def handle(self, *args: Any, **options: Any) -> None:
        if options["run"] is not None:
            self._run(options["run"])
        elif options["due"]:
            self._due()
        elif options["name"] and options["out"]:
            self._of_plan(options) if options["plan"] else self._make(options)
        else:
            raise CommandError(_("Name a report and a folder (report coverage --out DIR), or say --due."))

    @staticmethod
    def _run(key: int) -> None:
        """What a page asked for. The lock of the row is held by who started this process."""
        run = ReportRun.objects.filter(pk=key, state=RunState.RUNNING).select_related("town", "department").first()
        if run is None:
            raise CommandError(_("No report waits under number %d.") % key)
        perform(run)

    def _due(self) -> None:
        faults = 0
        for one in make_due(timezone.localtime()):
            self.stdout.write(f"{one.name}: {one.last_fault or one.last_run}")
            faults += bool(one.last_fault)
        if gone := history.let_go(timezone.now()):
            self.stdout.write(_("%d files of earlier reports had been kept long enough and are removed.") % gone)
        if faults:
            raise CommandError(_("%d scheduled reports went wrong.") % faults)

    def _make(self, options: dict[str, Any]) -> None:
        names = catalogue.names() if options["name"] == "all" else [options["name"]]
        scope = find_scope(options["town"], options["department"])
        if isinstance(scope, Fault):
            raise CommandError(scope.text)
        as_of = _day(options["as_of"])
        request = Request(
            as_of=as_of,
            scope=scope,
            lang=options["lang"],
            year=_year(options["year"]),
            unit=options["unit"],
            preparer=options["preparer"],
            reviewer=options["reviewer"],
            fill=options["fill"],
            before=_before(options["before"], as_of),
        )
        made = make_reports(names, options["out"], request, Actor(_user(), source="command"))
        if isinstance(made, Fault):
            raise CommandError(made.text)
        for one in made:
            self._told(one)

    def _of_plan(self, options: dict[str, Any]) -> None:
        """The budget of a year of a plan, or the plan itself."""
        known = [*(book.name for book in catalogue.PLAN_BOOKS), EXECUTION]
        if options["name"] not in known:
            words = {"name": options["name"], "names": "、".join(known)}
            raise CommandError(_("There is no report '%(name)s' of a plan; there are: %(names)s") % words)
        plan = plans.find_plan(options["plan"])
        if isinstance(plan, Fault):
            raise CommandError(plan.text)
        year, actor = _year(options["year"]), Actor(_user(), source="command")
        if year and not plan.first_year <= year < plan.first_year + plan.years:
            raise CommandError(_("%(plan)s does not reach to %(year)d.") % {"plan": plan, "year": year})
        out, lang = options["out"], options["lang"]
        if options["template"] is not None:
            made = fill_plan_template(plan, options["template"], out, actor, lang=lang, year=year)
        else:
            made = make_plan_book(options["name"], plan, out, actor, lang=lang, year=year)
        if isinstance(made, Fault):
            raise CommandError(made.text)
        self._told(made)

    def _told(self, one: Made) -> None:
        self.stdout.write(f"{one.path}  " + _("%(rows)d rows") % {"rows": one.rows} + f"  sha256 {one.sha256[:16]}")


def _day(text: str) -> date:
    if not text:
        return timezone.localdate()
    try:
        day = date.fromisoformat(text.strip())
    except ValueError as fault:
        raise CommandError(_("'%s' is no date; write it like 2026-11-24.") % text) from fault
    if day.year not in YEARS:
        raise CommandError(_("'%s' lies outside 1990 to 2100.") % text)
    return day


def _before(text: str, as_of: date) -> str:
    if text and (day := _day(text)) >= as_of:
        raise CommandError(_("--before: %s is not before the data date.") % day)
    return day.isoformat() if text else ""


def _year(text: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and int(text) in YEARS):
        raise CommandError(_("'%s' is no year between 1990 and 2100.") % text)
    return int(text)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container may run under a user id without a name.
        return "report"
