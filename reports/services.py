"""Making reports: scope and parameters → frames → book → workbook, with a ReportRun that keeps what was made.

Faults that a person can mend (a name that does not exist, a folder that cannot be written) come back as Fault.
"""

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from django.utils import timezone
from django.utils.translation import gettext as _

from inventory.selectors import UnknownName, find_department, find_town
from inventory.services import write as register
from inventory.sheets.columns import Book as Workbook
from inventory.sheets.columns import Sheet
from inventory.sheets.template import fill_template
from inventory.sheets.write import fill, staged
from reports import catalogue, coverage, plans
from reports.books.frames import Params
from reports.books.plans import compare, filling
from reports.books.plans.planned import Drawn
from reports.faults import Fault as Fault
from reports.models import RefreshPlan, ReportRun
from reports.queries import devices, history, network, planning
from reports.queries.scope import Query, Scope

QUERIES: Mapping[str, Query] = {
    "devices": devices.devices,
    "unregistered": network.unregistered,
    "segment_macs": network.segment_macs,
    "coverage_before": history.coverage_before,
    "segments": network.segments,
    "fiber_links": network.fiber_links,
    "fiber_cables": network.fiber_cables,
    "departments": planning.departments,
    "classes": planning.classes,
    "prices": planning.prices,
    "price_list": planning.price_list,
    "funding": planning.funding,
    "standard_rules": planning.standard_rules,
}


@dataclass(frozen=True)
class Request:
    """What is asked for, before anything is read. `year` is the budget year."""

    as_of: date
    scope: Scope
    lang: str = "zh"
    year: int = 0
    unit: str = ""
    preparer: str = ""
    reviewer: str = ""
    fill: bool = False

    def params(self, made_at: datetime) -> Params:
        return Params(
            as_of=self.as_of,
            made_at=made_at,
            lang=self.lang,
            year=self.year or self.as_of.year + 1,
            scope=self.scope.words(self.lang),
            unit=self.unit or (str(self.scope.department) if self.scope.department else ""),
            preparer=self.preparer,
            reviewer=self.reviewer,
            fill=self.fill,
        )


@dataclass(frozen=True)
class Made:
    """A workbook that was made: where it lies, its hash, how many rows its sheets have together."""

    name: str
    path: Path
    sha256: str
    rows: int
    run: ReportRun


def find_scope(town: str = "", department: str = "") -> Scope | Fault:
    """The scope of a town (by Chinese or English name), a department, or neither: the county.

    Faults: 'unknown_town', 'unknown_department' (with close names), 'not_in_town' when the department is in another.
    """
    try:
        found_town = find_town(town) if town else None
    except UnknownName as unknown:
        return Fault("unknown_town", str(unknown))
    try:
        found_department = find_department(department) if department else None
    except UnknownName as unknown:
        return Fault("unknown_department", str(unknown))
    if found_town and found_department and found_department.town_id != found_town.pk:
        words = {"department": found_department, "town": found_department.town}
        return Fault("not_in_town", _("Department '%(department)s' lies in %(town)s.") % words)
    return Scope(None if found_department else found_town, found_department)


def check_folder(out: Path) -> Fault | None:
    """Makes the folder if need be; a Fault when files cannot be written there."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        return _unwritable(out, fault)
    if not os.access(out, os.W_OK | os.X_OK):
        return Fault("unwritable", _("Cannot write to %(path)s: %(why)s") % {"path": out, "why": _("no permission")})
    return None


def _unwritable(out: Path, fault: OSError) -> Fault:
    why = fault.strerror or str(fault)
    return Fault("unwritable", _("Cannot write to %(path)s: %(why)s") % {"path": out, "why": why})


def make_report(name: str, out: Path, request: Request, actor: register.Actor) -> Made | Fault:
    """Make one report as a workbook in the folder `out`. Faults: 'unknown_report', 'unwritable'."""
    made = make_reports([name], out, request, actor)
    return made if isinstance(made, Fault) else made[0]


def make_reports(names: Sequence[str], out: Path, request: Request, actor: register.Actor) -> list[Made] | Fault:
    """Make several reports from the same frames, so that they agree with each other. Faults as make_report."""
    unknown = [name for name in names if name not in catalogue.names()]
    if unknown:
        words = {"name": unknown[0], "names": "、".join(catalogue.names())}
        return Fault("unknown_report", _("There is no report '%(name)s'; there are: %(names)s") % words)
    frames: dict[str, pd.DataFrame] = {}
    made: list[Made] = []
    for name in names:
        one = _make(catalogue.book(name), out, request, actor, frames)
        if isinstance(one, Fault):
            return one
        made.append(one)
    return made


def _make(
    book: catalogue.Book, out: Path, request: Request, actor: register.Actor, frames: dict[str, pd.DataFrame]
) -> Made | Fault:
    for need in book.needs:
        if need not in frames:
            frames[need] = QUERIES[need](request.scope, request.as_of)
    made_at = timezone.localtime().replace(tzinfo=None, microsecond=0)
    params = request.params(made_at)
    kept = {key: getattr(params, key) for key in book.params}
    if book.name == "coverage" and request.scope == Scope() and request.as_of == timezone.localdate():
        coverage.keep(frames, request.as_of, actor)
    sheets = book.build(frames, params)
    return _keep(file_name(book.name, request), book.name, params.say(*book.title), out, sheets, params, actor, kept)


def keep_coverage(day: date, actor: register.Actor) -> int:
    """Keep the county's counts of coverage of a day; gives how many rows."""
    frames = {need: QUERIES[need](Scope(), day) for need in catalogue.book("coverage").needs}
    return coverage.keep(frames, day, actor)


def make_plan_book(
    name: str, plan: RefreshPlan, out: Path, actor: register.Actor, *, lang: str = "zh", year: int = 0
) -> Made | Fault:
    """Make a book of a plan ('plan', 'budget') in the folder `out`. Faults: 'unwritable'."""
    book, found = catalogue.plan_book(name), plans.drawn(plan)
    params = _plan_params(found, lang, year)
    part = f"-{params.year or found.head.first_year}" if name == "budget" else ""
    title = params.say(*book.title)
    return _keep(
        f"{name}{part}-{_safe(found.head.name)}-v{found.head.version}.xlsx",
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
    target = out / f"{_safe(template.stem)}-{_safe(found.head.name)}-v{found.head.version}.xlsx"
    try:
        refused = fill_template(template, target, values, rows)
    except OSError as error:
        return _unwritable(out, error)
    if refused is not None:
        return Fault(refused.code, refused.text(lang))
    digest = _sha256(target)
    kept = {"lang": lang, "plan": plan.pk, "year": year, "template": template.name}
    run = _record("template", kept, params.as_of, target.name, digest, len(rows), actor)
    return Made("template", target, digest, len(rows), run)


def compare_plans(
    one: RefreshPlan, two: RefreshPlan, out: Path, actor: register.Actor, *, lang: str = "zh"
) -> Made | Fault:
    """Two plans side by side as a workbook. Faults: 'unwritable'."""
    first, second = plans.drawn(one), plans.drawn(two)
    params = _plan_params(first, lang, 0)
    name = f"compare-{_safe(compare.label(first))}-{_safe(compare.label(second))}.xlsx"
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
    """Write a workbook and the line that records it."""
    fault = check_folder(out)
    if fault is not None:
        return fault
    workbook = Workbook(title, sheets, params.lang, params.as_of, params.made_at, actor.name, unit=params.unit)
    target = out / name
    try:
        with staged(target) as temporary:
            fill(workbook, temporary)
            digest = _sha256(temporary)
            kept = {"lang": params.lang, "scope": params.scope, **parameters}
            run = _record(report, kept, params.as_of, target.name, digest, workbook.row_count, actor)
    except OSError as error:
        return _unwritable(out, error)
    return Made(report, target, digest, workbook.row_count, run)


def file_name(name: str, request: Request) -> str:
    """register-2026-11-24.xlsx; with a town or department, its name behind, so that neither overwrites the county's."""
    where = request.scope.words("zh")
    safe = _safe(where)
    return f"{name}-{request.as_of:%Y-%m-%d}{'-' + safe if safe else ''}.xlsx"


def _safe(text: str) -> str:
    """A text as part of a file's name."""
    return "".join(char if char.isalnum() or char in "-_（）()" else "_" for char in text)[:40]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _record(
    report: str, parameters: dict[str, Any], day: date, name: str, digest: str, rows: int, actor: register.Actor
) -> ReportRun:
    run = ReportRun(
        report=report,
        made_at=timezone.now(),
        made_by=actor.name,
        data_date=day,
        parameters=parameters,
        file_name=name,
        sha256=digest,
        rows=rows,
    )
    with register.unit(actor, reason="report") as unit:
        return unit.create(run)
