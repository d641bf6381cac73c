"""Workbooks of a refresh plan: the plan itself, the budget request of a year, a planner's own template, a comparison.

A plan's workbook is the same whenever it is made. Faults that a person can mend come back as Fault.
"""

from datetime import datetime
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
    book, found = catalogue.plan_book(name), plans.drawn(plan)
    params = _plan_params(found, lang, year)
    part = f"-{params.year or found.head.first_year}" if name == "budget" else ""
    title = params.say(*book.title)
    return _keep(
        f"{name}{part}-{safe_part(found.head.name)}-v{found.head.version}.xlsx",
        name,
        title,
        out,
        book.build(found, params),
        params,
        actor,
        {"plan": plan.pk, "version": plan.version, "year": year},
    )


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
    line = _line("template", params, actor, {"plan": plan.pk, "year": year, "template": template.name})
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
    return _keep(name, "compare", params.say(*compare.TITLE), out, sheets, params, actor, {"plans": [one.pk, two.pk]})


def _plan_params(found: Drawn, lang: str, year: int) -> Params:
    """A plan's workbook is the same whenever it is made: its time is the plan's, not the clock's."""
    head = found.head
    made_at = datetime.combine(head.approved_on or head.as_of, datetime.min.time())
    return Params(head.as_of, made_at, lang, year, head.scope[0 if lang == "zh" else 1], head.unit)


def _keep(
    name: str, report: str, title: str, out: Path, sheets: list[Sheet], params: Params, actor: register.Actor,
    parameters: dict[str, Any],
) -> Made | Fault:  # fmt: skip
    fault = check_folder(out)
    if fault is not None:
        return fault
    workbook = Workbook(title, sheets, params.lang, params.as_of, params.made_at, actor.name, unit=params.unit)
    try:
        return keep(workbook, out / name, _line(report, params, actor, parameters), actor)
    except OSError as error:
        return unwritable(out, error)


def _line(report: str, params: Params, actor: register.Actor, parameters: dict[str, Any]) -> ReportRun:
    return ReportRun(
        report=report,
        made_at=timezone.now(),
        made_by=actor.name,
        data_date=params.as_of,
        parameters={"lang": params.lang, "scope": params.scope, **parameters},
    )
