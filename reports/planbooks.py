"""Workbooks of a refresh plan: the plan itself, the budget request of a year, a planner's own template, a comparison.

A plan's workbook is the same whenever it is made. Faults that a person can mend come back as Fault.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from inventory.services import write as register
from inventory.sheets.columns import Book as Workbook
from inventory.sheets.columns import Sheet
from inventory.sheets.template import fill_template
from inventory.sheets.write import beside
from reports import catalogue, following, plans
from reports.books.frames import Params
from reports.books.plans import compare, execution, filling
from reports.books.plans.planned import Drawn
from reports.faults import Fault
from reports.models import PlanState, RefreshPlan, ReportRun
from reports.services import Made, check_folder, keep, named, record, safe_part, unwritable

EXECUTION = "execution"
"""The book of what came of an approved plan; its date is the day it is made."""


@dataclass(frozen=True)
class Planned:
    """A workbook of a plan: its file's name, itself, and the parameters that a ReportRun keeps."""

    file_name: str
    workbook: Workbook
    parameters: dict[str, Any]


@dataclass(frozen=True)
class Filled:
    """A planner's own workbook, filled in: how many lines of the request, and the parameters of its ReportRun."""

    rows: int
    parameters: dict[str, Any]


def plan_workbook(name: str, plan: RefreshPlan, author: str, *, lang: str = "zh", year: int = 0) -> Planned:
    """A book of a plan: 'plan' or 'budget'."""
    book, found = catalogue.plan_book(name), plans.drawn(plan)
    params = _plan_params(found, lang, year)
    part = str(params.year or found.head.first_year) if name == "budget" else ""
    file = named(name, part, safe_part(found.head.name), f"v{found.head.version}", lang=lang)
    kept = {**_of(params), "plan": plan.pk, "version": plan.version, "year": year}
    return Planned(file, _workbook(params.say(*book.title), book.build(found, params), params, author), kept)


def compare_workbook(one: RefreshPlan, two: RefreshPlan, author: str, *, lang: str = "zh") -> Planned:
    """Two plans side by side."""
    first, second = plans.drawn(one), plans.drawn(two)
    params = _plan_params(first, lang, 0)
    file = named("compare", safe_part(compare.label(first)), safe_part(compare.label(second)), lang=lang)
    kept = {**_of(params), "plan": one.pk, "other": two.pk}
    workbook = _workbook(params.say(*compare.TITLE), compare.build(first, second, params), params, author)
    return Planned(file, workbook, kept)


def execution_workbook(plan: RefreshPlan, author: str, *, lang: str = "zh") -> Planned | Fault:
    """What came of an approved plan until today. Faults: 'not_approved'."""
    if plan.state != PlanState.APPROVED:
        return Fault("not_approved", _("%s is a draft: only an approved plan is followed.") % plan)
    found, now = plans.drawn(plan), timezone.localtime()
    params = _plan_params(found, lang, 0)
    params = replace(params, as_of=now.date(), made_at=now.replace(tzinfo=None, microsecond=0))
    file = named(EXECUTION, safe_part(found.head.name), f"v{found.head.version}", str(params.as_of), lang=lang)
    kept = {**_of(params), "plan": plan.pk, "version": plan.version}
    sheets = execution.build(found, following.outcomes(plan), params)
    return Planned(file, _workbook(params.say(*execution.TITLE), sheets, params, author), kept)


def template_name(plan: RefreshPlan, template: str, year: int, lang: str) -> str:
    """The file name of a template once it is filled in with a year, or with the plan's first (0)."""
    form, name = safe_part(Path(template).stem), safe_part(plan.name)
    return named(form, str(year or plan.first_year), name, f"v{plan.version}", lang=lang)


def fill_in(
    plan: RefreshPlan, template: Path, target: Path, *, lang: str = "zh", year: int = 0, name: str
) -> Filled | Fault:
    """The request of a year of a plan in a planner's own workbook, which is called `name`. Raises OSError.

    Faults: those of sheets.template.fill_template, which name the cell.
    """
    found = plans.drawn(plan)
    params = _plan_params(found, lang, year)
    values, rows = filling.fields(found, year or found.head.first_year, params)
    refused = fill_template(template, target, values, rows)
    if refused is not None:
        return Fault(refused.code, refused.text(lang))
    kept = {**_of(params), "plan": plan.pk, "version": plan.version, "year": year, "template": name}
    return Filled(len(rows), kept)


def make_plan_book(
    name: str, plan: RefreshPlan, out: Path, actor: register.Actor, *, lang: str = "zh", year: int = 0
) -> Made | Fault:
    """Make a book of a plan ('plan', 'budget', 'execution') in a folder. Faults: 'unwritable', 'not_approved'."""
    if name == EXECUTION:
        made = execution_workbook(plan, actor.name, lang=lang)
        return made if isinstance(made, Fault) else _keep(name, made, out, actor)
    return _keep(name, plan_workbook(name, plan, actor.name, lang=lang, year=year), out, actor)


def compare_plans(
    one: RefreshPlan, two: RefreshPlan, out: Path, actor: register.Actor, *, lang: str = "zh"
) -> Made | Fault:
    """Two plans side by side as a workbook in the folder `out`. Faults: 'unwritable'."""
    return _keep("compare", compare_workbook(one, two, actor.name, lang=lang), out, actor)


def fill_plan_template(
    plan: RefreshPlan, template: Path, out: Path, actor: register.Actor, *, lang: str = "zh", year: int = 0
) -> Made | Fault:
    """A template filled in, in the folder `out`. Faults: 'unwritable', 'no_template', and those of fill_in."""
    fault = check_folder(out)
    if fault is not None:
        return fault
    if not template.is_file():
        return Fault("no_template", _("There is no file %s.") % template)
    target = out / template_name(plan, template.name, year, lang)
    try:
        with beside(target) as temporary:
            found = fill_in(plan, template, temporary, lang=lang, year=year, name=template.name)
            if isinstance(found, Fault):
                return found
            return record(temporary, target, found.rows, _line("template", plan.as_of, actor, found.parameters), actor)
    except OSError as error:
        return unwritable(out, error)


def _plan_params(found: Drawn, lang: str, year: int) -> Params:
    """A plan's workbook is the same whenever it is made: its time is the plan's, not the clock's."""
    head = found.head
    made_at = datetime.combine(head.approved_on or head.as_of, datetime.min.time())
    return Params(head.as_of, made_at, lang, year, head.scope[0 if lang == "zh" else 1], head.unit)


def _workbook(title: str, sheets: list[Sheet], params: Params, author: str) -> Workbook:
    return Workbook(title, sheets, params.lang, params.as_of, params.made_at, author, unit=params.unit)


def _keep(report: str, made: Planned, out: Path, actor: register.Actor) -> Made | Fault:
    fault = check_folder(out)
    if fault is not None:
        return fault
    line = _line(report, made.workbook.data_date, actor, made.parameters)
    try:
        return keep(made.workbook, out / made.file_name, line, actor)
    except OSError as error:
        return unwritable(out, error)


def _of(params: Params) -> dict[str, Any]:
    return {"lang": params.lang, "scope": params.scope}


def _line(report: str, day: date, actor: register.Actor, kept: dict[str, Any]) -> ReportRun:
    return ReportRun(report=report, made_at=timezone.now(), made_by=actor.name, data_date=day, parameters=kept)
