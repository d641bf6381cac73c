"""`manage.py plan VERB …`: make refresh plans, show, compare and approve them, follow what came of them."""

import getpass
from argparse import ArgumentTypeError
from collections import Counter
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from inventory.memory import seldom_collected
from inventory.models import AssetClass, Device
from inventory.rules.money import total
from inventory.rules.planning import Order
from inventory.selectors import UnknownName, find_department
from inventory.services.write import Actor
from reports import adding, catalogue, following, plans
from reports.faults import Fault
from reports.models import PlanItem, PlanStage, PlanState, RefreshPlan
from reports.planbooks import EXECUTION, compare_plans, make_plan_book
from reports.plans import ExceptionAsked, MoneyAsked
from reports.services import Made, find_scope

T = TypeVar("T")


class Command(BaseCommand):
    help = gettext_noop("Refresh plans: make, show, list, compare, decide, add, approve, reopen, follow.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.description = _(self.help)
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB", help=_("what to do"))
        verbs.add_parser("list", help=_("all plans"))
        _add_make(verbs.add_parser("make", help=_("make a draft")))
        for verb, text in (
            ("show", _("a plan in figures; with --out its workbooks")),
            ("approve", _("freeze a draft")),
        ):
            one = verbs.add_parser(verb, help=text)
            one.add_argument("plan", help=_("number, name, or name and version ('name v2')"))
            if verb == "show":
                one.add_argument("--out", type=Path, metavar="DIR", help=_("folder to write to; made if needed"))
                one.add_argument("--lang", choices=["zh", "en"], default="zh")
            else:
                one.add_argument("--by", required=True, help=_("who approves"))
                one.add_argument("--on", type=_day, default=None, metavar="DATE", help=_("default: today"))
        compare = verbs.add_parser("compare", help=_("two plans side by side as a workbook"))
        compare.add_argument("plan")
        compare.add_argument("other")
        compare.add_argument("--out", type=Path, required=True, metavar="DIR")
        compare.add_argument("--lang", choices=["zh", "en"], default="zh")
        reopen = verbs.add_parser("reopen", help=_("a new draft from an approved plan"))
        reopen.add_argument("plan")
        reopen.add_argument("--as-of", type=_day, default=None, metavar="DATE")
        _add_decide(verbs.add_parser("decide", help=_("put devices into a year of a draft, or leave them out")))
        _add_adding(verbs.add_parser("add", help=_("add within the standard in a year of a draft; 0 takes it back")))
        _add_follow(verbs.add_parser("follow", help=_("set how far replacements have come")))

    @seldom_collected()
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['verb']}")(options)
        except ValidationError as fault:
            raise CommandError("; ".join(fault.messages)) from fault

    def _list(self, options: dict[str, Any]) -> None:
        for plan in RefreshPlan.objects.all():
            self.stdout.write(f"{plan.pk}  {plan}  {plan.get_state_display()}  {plan.as_of}")

    def _make(self, options: dict[str, Any]) -> None:
        scope = _good(find_scope(options["town"], options["department"]))
        plan = RefreshPlan(
            name=options["name"],
            first_year=options["first_year"],
            years=options["years"],
            first_month=options["first_month"],
            as_of=options["as_of"] or timezone.localdate(),
            town=scope.town,
            department=scope.department,
            change_percent=options["change"],
            unit=options["unit"],
            preparer=options["preparer"],
            reviewer=options["reviewer"],
        )
        if options["order"]:
            plan.order = options["order"].split(",")
        _good(plans.make(plan, options["money"], options["exceptions"], _actor()))
        self._tell(plan)

    def _show(self, options: dict[str, Any]) -> None:
        plan = _good(plans.find_plan(options["plan"]))
        self._tell(plan)
        if options["out"] is not None:
            books = [book.name for book in catalogue.PLAN_BOOKS]
            for name in [*books, EXECUTION] if plan.state == PlanState.APPROVED else books:
                self._told(_good(make_plan_book(name, plan, options["out"], _actor(), lang=options["lang"])))

    def _approve(self, options: dict[str, Any]) -> None:
        plan = _good(plans.find_plan(options["plan"]))
        day = options["on"] or timezone.localdate()
        self._tell(_good(plans.approve(plan, by=options["by"], on=day, actor=_actor())))

    def _compare(self, options: dict[str, Any]) -> None:
        one, two = (_good(plans.find_plan(options[key])) for key in ("plan", "other"))
        self._told(_good(compare_plans(one, two, options["out"], _actor(), lang=options["lang"])))

    def _reopen(self, options: dict[str, Any]) -> None:
        plan = _good(plans.find_plan(options["plan"]))
        self._tell(_good(plans.reopen(plan, as_of=options["as_of"] or timezone.localdate(), actor=_actor())))

    def _decide(self, options: dict[str, Any]) -> None:
        plan, what, tags = _good(plans.find_plan(options["plan"])), options["what"], options["tags"]
        devices = list(Device.objects.filter(asset_tag__in=tags).order_by("asset_tag"))
        for tag in sorted(set(tags) - {one.asset_tag for one in devices}):
            raise CommandError(_("There is no device '%s'.") % tag)
        if what == "back":
            plans.take_back(plan, devices, _actor())
        else:
            year, actor, day = None if what == "omit" else int(what), _actor(), timezone.localdate()
            reason = options["reason"]
            _good(plans.decide(plan, devices, year, reason=reason, author=actor.name, on=day, actor=actor))
        self._tell(plan)

    def _add(self, options: dict[str, Any]) -> None:
        plan, actor = _good(plans.find_plan(options["plan"])), _actor()
        try:
            department = find_department(options["department"])
        except UnknownName as unknown:
            raise CommandError(str(unknown)) from unknown
        kind = AssetClass.objects.filter(Q(code=options["asset_class"]) | Q(name=options["asset_class"])).first()
        if kind is None:
            raise CommandError(_("There is no asset class '%s'.") % options["asset_class"])
        if options["quantity"]:
            about = (plan, options["year"], department, kind, options["quantity"])
            _good(adding.add(*about, reason=options["reason"], author=actor.name, actor=actor))
        else:
            for row in plan.additions.filter(year=options["year"], department=department, asset_class=kind):
                adding.take_back(row, actor)
        self._tell(plan)

    def _follow(self, options: dict[str, Any]) -> None:
        plan = _good(plans.find_plan(options["plan"]))
        found = Device.objects.filter(asset_tag=options["replaced_by"]).first() if options["replaced_by"] else None
        if options["replaced_by"] and found is None:
            raise CommandError(_("There is no device '%s'.") % options["replaced_by"])
        count = following.follow(
            plan,
            options["tags"],
            options["stage"],
            on=options["on"] or timezone.localdate(),
            actor=_actor(),
            replaced_by=found,
            paid_yuan=options["paid"],
            contract=options["contract"],
            note=options["note"],
            emptied=options["empty"],
        )
        self.stdout.write(_("%(count)d devices: %(stage)s") % {"count": _good(count), "stage": options["stage"]})
        for one in following.progress(plan):
            self.stdout.write(f"  {one.year}  {PlanStage(one.stage).label}  {one.devices}  {one.paid_yuan:,.2f}")

    def _tell(self, plan: RefreshPlan) -> None:
        """A plan in figures, a line a year."""
        found = plans.drawn(plan)
        self.stdout.write(f"{plan.pk}  {plan}  {plan.get_state_display()}  {plan.as_of}")
        renewed = Counter(one.year for one in found.renewals)
        for year in found.head.all_years:
            cost = total(one.price_yuan for one in found.items if one.year == year)
            left = sum(one.waits_in(year) and one.year != year for one in found.items)
            words = {"year": year, "renewed": renewed[year], "cost": f"{cost:,.2f}", "left": left}
            self.stdout.write("  " + _("%(year)d: %(renewed)d renewed, %(cost)s yuan, %(left)d left") % words)
        for asked in found.head.adding:
            tags = set(asked.tags)
            taken = sum(one.year is not None for one in found.additions if one.tag in tags)
            words = {"year": asked.year, "what": f"{asked.department} {asked.asset_class}"}
            words |= {"taken": taken, "asked": asked.quantity}
            self.stdout.write("  " + _("%(year)d: %(what)s, %(taken)d of %(asked)d added") % words)
        self.stdout.write("  " + _("%d devices could not be judged") % len(found.unjudged))

    def _told(self, made: Made) -> None:
        self.stdout.write(f"{made.path}  sha256 {made.sha256[:16]}")


def _add_make(parser: CommandParser) -> None:
    parser.add_argument("name", help=_("name of the plan"))
    parser.add_argument("--first-year", type=int, required=True, metavar="Y", help=_("first year"))
    parser.add_argument("--years", type=int, default=5, metavar="N", help=_("how many years (default: %(default)s)"))
    parser.add_argument("--first-month", type=int, default=1, metavar="M", help=_("first month of the fiscal year"))
    parser.add_argument("--as-of", type=_day, default=None, metavar="DATE", help=_("data date (default: today)"))
    parser.add_argument("--town", default="", help=_("only this town"))
    parser.add_argument("--department", default="", help=_("only this department"))
    change = _("yearly change of prices in percent")
    parser.add_argument("--change", type=_decimal, default=Decimal(0), metavar="P", help=change)
    names = ",".join(one.value for one in Order)
    parser.add_argument("--order", default="", metavar="A,B,…", help=_("order of criteria, of: %s") % names)
    parser.add_argument(
        "--money", type=_money, action="append", default=[], metavar="YEAR:SOURCE[:YUAN]", help=_("may be repeated")
    )
    parser.add_argument(
        "--exception",
        dest="exceptions",
        type=_exception,
        action="append",
        default=[],
        metavar="DEPARTMENT:CLASS:N:[YUAN]:REASON",
        help=_("above the standard, or at a price of its own; may be repeated"),
    )
    for name, text in (("unit", _("reporting unit")), ("preparer", _("prepared by")), ("reviewer", _("reviewed by"))):
        parser.add_argument(f"--{name}", default="", help=text)


def _add_decide(parser: CommandParser) -> None:
    parser.add_argument("plan")
    parser.add_argument(
        "what", type=_what, metavar="YEAR|omit|back", help=_("a year, left out, or decision taken back")
    )
    parser.add_argument("tags", nargs="+", metavar="TAG")
    parser.add_argument("--reason", default="", help=_("why; stands in the workbooks"))


def _add_adding(parser: CommandParser) -> None:
    parser.add_argument("plan")
    parser.add_argument("year", type=int, metavar="YEAR")
    parser.add_argument("department", metavar="DEPARTMENT")
    parser.add_argument("asset_class", metavar="CLASS", help=_("code or name of the asset class"))
    parser.add_argument("quantity", type=int, metavar="N")
    parser.add_argument("--reason", default="", help=_("why; stands in the workbooks"))


def _add_follow(parser: CommandParser) -> None:
    parser.add_argument("plan")
    parser.add_argument("stage", choices=[stage for stage in PlanStage.values if stage != PlanStage.PLANNED])
    parser.add_argument("tags", nargs="+", metavar="TAG")
    parser.add_argument("--on", type=_day, default=None, metavar="DATE", help=_("default: today"))
    parser.add_argument("--replaced-by", default="", metavar="TAG", help=_("asset tag of the new device"))
    parser.add_argument("--paid", type=_decimal, default=None, metavar="YUAN", help=_("what was paid for one"))
    parser.add_argument("--contract", default="", metavar="NUMBER", help=_("number of the contract"))
    parser.add_argument("--note", default="")
    parser.add_argument(
        "--empty", action="append", default=[], choices=PlanItem.NOTED, help=_("what was noted, to be empty again")
    )


def _good(found: T | Fault) -> T:
    if isinstance(found, Fault):
        raise CommandError(found.text)
    return found


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise ArgumentTypeError(_("'%s' is no date; write it like 2026-11-24.") % text) from fault


def _what(text: str) -> str:
    if text not in ("omit", "back") and not (text.isascii() and text.isdigit() and len(text) == 4):
        raise ArgumentTypeError(_("'%s': write a year, 'omit' or 'back'.") % text)
    return text


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as fault:
        raise ArgumentTypeError(_("'%s' is no number.") % text) from fault


def _money(text: str) -> MoneyAsked:
    year, _colon, rest = text.partition(":")
    source, _colon, yuan = rest.partition(":")
    if not year.isdecimal() or not source:
        raise ArgumentTypeError(_("'%s': write it like 2027:SOURCE:40000.") % text)
    return MoneyAsked(int(year), source, _decimal(yuan) if yuan else None)


def _exception(text: str) -> ExceptionAsked:
    parts = text.split(":", 4)
    if len(parts) < 5 or not parts[2].isdecimal() or not parts[4].strip():
        raise ArgumentTypeError(_("'%s': write it like DEPARTMENT:desktop:2::REASON.") % text)
    department, asset_class, quantity, yuan, reason = parts
    return ExceptionAsked(department, asset_class, int(quantity), reason, _decimal(yuan) if yuan else None)


def _actor() -> Actor:
    try:
        return Actor(getpass.getuser(), source="command")
    except (KeyError, OSError):
        # A container may run under a user id without a name.
        return Actor("plan", source="command")
