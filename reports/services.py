"""Making reports: scope and parameters → frames → book → workbook, with a ReportRun that keeps what was made.

Faults that a person can mend (a name that does not exist, a folder that cannot be written) come back as Fault.
"""

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
from django.utils import timezone
from django.utils.translation import gettext as _

from inventory.selectors import UnknownName, find_department, find_town
from inventory.services import write as register
from inventory.sheets.columns import Book as Workbook
from inventory.sheets.write import beside, fill, place
from reports import catalogue, coverage
from reports.books.frames import Params
from reports.faults import Fault as Fault
from reports.models import ReportRun
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
    before: str = ""
    """ISO date of the day that coverage is compared with: it, or the last kept before it; '' the last kept of all."""

    def day_of(self, need: str) -> date:
        """The day for which a frame is read; that of earlier counts ends before it."""
        if need == "coverage_before" and self.before:
            return min(date.fromisoformat(self.before) + timedelta(days=1), self.as_of)
        return self.as_of

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
            before=self.before,
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
        return unwritable(out, fault)
    if not os.access(out, os.W_OK | os.X_OK):
        return Fault("unwritable", _("Cannot write to %(path)s: %(why)s") % {"path": out, "why": _("no permission")})
    return None


def unwritable(out: Path, fault: OSError) -> Fault:
    """What to tell of a folder that the system does not let us write to."""
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
    fault = check_folder(out)
    if fault is not None:
        return fault
    frames: dict[str, pd.DataFrame] = {}
    try:
        return [_make(catalogue.book(name), out, request, actor, frames) for name in names]
    except OSError as error:
        return unwritable(out, error)


def _make(
    book: catalogue.Book, out: Path, request: Request, actor: register.Actor, frames: dict[str, pd.DataFrame]
) -> Made:
    now = timezone.now()
    workbook = build(book, request, now, actor.name, frames)
    keep_counts(book, request, frames, actor)
    line = ReportRun(
        report=book.name,
        made_at=now,
        made_by=actor.name,
        data_date=request.as_of,
        town=request.scope.town,
        department=request.scope.department,
        parameters=kept_parameters(book, request, now),
    )
    return keep(workbook, out / file_name(book, request), line, actor)


def keep(workbook: Workbook, target: Path, line: ReportRun, actor: register.Actor) -> Made:
    """Write a workbook and the line that records it, whose file, hash and rows are set here. Raises OSError."""
    with beside(target) as temporary:
        fill(workbook, temporary)
        return record(temporary, target, workbook.row_count, line, actor)


def record(written: Path, target: Path, rows: int, line: ReportRun, actor: register.Actor) -> Made:
    """Give a written file its name, or one beside it where another file bears that, and keep its line."""
    line.sha256, line.rows = sha256_of(written), rows
    path = place(written, target)
    line.file_name = path.name
    with register.unit(actor, reason="report") as unit:
        unit.create(line)
    return Made(line.report, path, line.sha256, line.rows, line)


def keep_counts(book: catalogue.Book, request: Request, frames: dict[str, pd.DataFrame], actor: register.Actor) -> None:
    """Keep the county's counts of today when they were read for its report of coverage."""
    if book.name == "coverage" and request.scope == Scope() and request.as_of == timezone.localdate():
        coverage.keep(frames, request.as_of, actor)


def keep_coverage(day: date, actor: register.Actor) -> int:
    """Keep the county's counts of coverage of a day; gives how many rows."""
    frames = {need: QUERIES[need](Scope(), day) for need in catalogue.book("coverage").needs}
    return coverage.keep(frames, day, actor)


def build(
    book: catalogue.Book,
    request: Request,
    now: datetime,
    author: str,
    frames: dict[str, pd.DataFrame],
    told: Callable[[float], None] = lambda _part: None,
) -> Workbook:
    """Read the frames that are not in `frames` yet, and build the book. `told` hears what part of that is done."""
    missing = [need for need in book.needs if need not in frames]
    for index, need in enumerate(missing):
        told(index / (len(missing) + 1))
        frames[need] = QUERIES[need](request.scope, request.day_of(need))
    told(len(missing) / (len(missing) + 1))
    made_at = timezone.localtime(now).replace(tzinfo=None, microsecond=0)
    params = request.params(made_at)
    title, sheets = params.say(*book.title), book.build(frames, params)
    return Workbook(title, sheets, params.lang, params.as_of, made_at, author, unit=params.unit)


def file_name(book: catalogue.Book, request: Request) -> str:
    """register-2026-11-24.xlsx, and what else it was asked with, so that one is told from another by its name.

    Of a budget its year before the data date; behind it the town or department, the day that it is compared with,
    whether it asks up to the standard, and the language.
    """
    year = str(request.year or request.as_of.year + 1) if "year" in book.params else ""
    compared = f"since-{request.before}" if "before" in book.params and request.before else ""
    upto = "to-standard" if "fill" in book.params and request.fill else ""
    place = safe_part(request.scope.words("zh"))
    return named(book.name, year, f"{request.as_of:%Y-%m-%d}", place, compared, upto, lang=request.lang)


def named(*parts: str, lang: str) -> str:
    """A workbook's file name: its parts, without those that are empty, and the language where it is not Chinese."""
    return "-".join(filter(None, (*parts, "" if lang == "zh" else lang))) + ".xlsx"


def safe_part(text: str) -> str:
    """A text as part of a file's name."""
    return "".join(char if char.isalnum() or char in "-_（）()" else "_" for char in text)[:40]


def sha256_of(path: Path) -> str:
    """The file's hash, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def kept_parameters(book: catalogue.Book, request: Request, now: datetime) -> dict[str, Any]:
    """What a ReportRun keeps of a request beside its town and department, from which it can be asked again."""
    params = request.params(now)
    return {key: getattr(params, key) for key in ("lang", "scope", *book.params)}
