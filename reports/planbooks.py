"""Workbooks of a refresh plan: the plan itself, the budget request of a year, a planner's own template, a comparison.

A plan's workbook is the same whenever it is made. Faults that a person can mend come back as Fault.
"""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from inventory.services import write as register
from inventory.sheets.columns import Book as Workbook
from inventory.sheets.columns import Sheet
from inventory.sheets.template import fill_template
from reports import catalogue, plans
from reports.books.frames import Params
from reports.books.plans import compare, filling
from reports.books.plans.planned import Drawn
from reports.faults import Fault
from reports.models import RefreshPlan, ReportRun
from reports.services import Made, check_folder, keep, safe_part, sha256_of, unwritable


def make_plan_book(
    name: str, plan: RefreshPlan, out: Path, actor: register.Actor, *, lang: str = "zh", year: int = 0
) -> Made | Fault:
    """Make a book of a plan ('plan', 'budget') in the folder `out`. Faults: 'unwritable'."""
    file, workbook, kept = plan_workbook(name, plan, actor.name, lang=lang, year=year)
    return _keep(file, name, workbook, out, actor, kept)


def plan_workbook(
    name: str, plan: RefreshPlan, author: str, *, lang: str = "zh", year: int = 0
) -> tuple[str, Workbook, dict[str, Any]]:
    """A book of a plan ('plan', 'budget'): its file's name, itself, and the parameters that a ReportRun keeps."""
    book, found = catalogue.plan_book(name), plans.drawn(plan)
    params = _plan_params(found, lang, year)
    part = f"-{params.year or found.head.first_year}" if name == "budget" else ""
    file = f"{name}{part}-{safe_part(found.head.name)}-v{found.head.version}.xlsx"
    kept = {**_of(params), "plan": plan.pk, "version": plan.version, "year": year}
    return file, _workbook(params.say(*book.title), book.build(found, params), params, author), kept


def fill_plan_template(
    plan: RefreshPlan, template: Path, out: Path, actor: register.Actor, *, lang: str = "zh", year: int = 0
) -> Made | Fault:
    """The request of a year of a plan in a planner's own workbook.

    Faults: 'unwritable', 'no_template', and those of sheets.template.fill_template, which name the cell.
    """
    fault = check_folder(out)
    if fault is not None:
        return fault
    if not template.is_file():
        return Fault("no_template", _("There is no file %s.") % template)
    found = plans.drawn(plan)
    params = _plan_params(found, lang, year)
    values, rows = filling.fields(found, year or found.head.first_year, params)
    target = out / f"{safe_part(template.stem)}-{safe_part(found.head.name)}-v{found.head.version}.xlsx"
    try:
        refused = fill_template(template, target, values, rows)
    except OSError as error:
        return unwritable(out, error)
    if refused is not None:
        return Fault(refused.code, refused.text(lang))
    kept = {**_of(params), "plan": plan.pk, "year": year, "template": template.name}
    line = _line("template", params.as_of, actor, kept)
    line.file_name, line.sha256, line.rows = target.name, sha256_of(target), len(rows)
    with register.unit(actor, reason="report") as unit:
        unit.create(line)
    return Made(line.report, target, line.sha256, line.rows, line)


def compare_plans(
    one: RefreshPlan, two: RefreshPlan, out: Path, actor: register.Actor, *, lang: str = "zh"
) -> Made | Fault:
    """Two plans side by side as a workbook. Faults: 'unwritable'."""
    first, second = plans.drawn(one), plans.drawn(two)
    params = _plan_params(first, lang, 0)
    name = f"compare-{safe_part(compare.label(first))}-{safe_part(compare.label(second))}.xlsx"
    sheets = compare.build(first, second, params)
    workbook = _workbook(params.say(*compare.TITLE), sheets, params, actor.name)
    return _keep(name, "compare", workbook, out, actor, {**_of(params), "plans": [one.pk, two.pk]})


def _plan_params(found: Drawn, lang: str, year: int) -> Params:
    """A plan's workbook is the same whenever it is made: its time is the plan's, not the clock's."""
    head = found.head
    made_at = datetime.combine(head.approved_on or head.as_of, datetime.min.time())
    return Params(head.as_of, made_at, lang, year, head.scope[0 if lang == "zh" else 1], head.unit)


def _workbook(title: str, sheets: list[Sheet], params: Params, author: str) -> Workbook:
    return Workbook(title, sheets, params.lang, params.as_of, params.made_at, author, unit=params.unit)


def _keep(
    name: str, report: str, workbook: Workbook, out: Path, actor: register.Actor, kept: dict[str, Any]
) -> Made | Fault:
    fault = check_folder(out)
    if fault is not None:
        return fault
    try:
        return keep(workbook, out / name, _line(report, workbook.data_date, actor, kept), actor)
    except OSError as error:
        return unwritable(out, error)


def _of(params: Params) -> dict[str, Any]:
    return {"lang": params.lang, "scope": params.scope}


def _line(report: str, day: date, actor: register.Actor, kept: dict[str, Any]) -> ReportRun:
    return ReportRun(report=report, made_at=timezone.now(), made_by=actor.name, data_date=day, parameters=kept)
