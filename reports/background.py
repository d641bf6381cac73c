"""Making a report that a row asks for, in this process: its frames, its workbook, what pages show of it, its end.

Knows neither who asked by which way nor where the file goes afterwards.
"""

import json
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

import pandas as pd
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from inventory.services.write import Actor
from inventory.sheets.columns import Book as Workbook
from inventory.sheets.columns import Row, Rows
from inventory.sheets.write import fill, staged
from reports import catalogue, history, planbooks
from reports.faults import Fault
from reports.models import RefreshPlan, ReportRun
from reports.preview import preview
from reports.queries.scope import Scope
from reports.services import Request, build, file_name, keep_counts, kept_parameters, sha256_of

log = logging.getLogger(__name__)
READ, WRITTEN = 45, 99
"""Up to which per cent of the bar the frames and the workbook reach."""
INTERVAL_S = 0.5
STEP = 500


class Progress:
    """How far one report is, told to its row at most twice a second."""

    def __init__(self, run: ReportRun) -> None:
        self._run, self._told_at, self._told = run, 0.0, 0

    def at(self, percent: float) -> None:
        now = time.monotonic()
        if int(percent) > self._told and now - self._told_at >= INTERVAL_S:
            self._told, self._told_at = int(percent), now
            history.tell(self._run, self._told)


@dataclass(frozen=True)
class Counted:
    """Rows that tell how many went by."""

    rows: Rows
    told: Callable[[int], None]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        for number, row in enumerate(self.rows, start=1):
            if number % STEP == 0:
                self.told(STEP)
            yield row


def perform(run: ReportRun) -> ReportRun:
    """Make what the row asks for. It ends as made or as failed; a fault of the program reaches the log too."""
    language = "zh-hans" if run.parameters.get("lang", "zh") == "zh" else "en"
    with translation.override(language):
        try:
            if run.report == "template":
                _fill_in(run)
            else:
                _make(run)
        except OSError as fault:
            history.fail(run, _("The file could not be written: %s") % (fault.strerror or fault))
        except Exception as fault:
            log.exception("report run %s (%s)", run.pk, run.report)
            history.fail(run, _("An error in the program: %s") % f"{type(fault).__name__}: {fault}")
    return run


def request_of(run: ReportRun) -> Request:
    """What the row asks for."""
    known = {field.name for field in fields(Request)} - {"as_of", "scope"}
    given = {key: value for key, value in run.parameters.items() if key in known}
    town = None if run.department else run.town
    return Request(as_of=run.data_date, scope=Scope(town, run.department), **given)


def _make(run: ReportRun) -> None:
    """A workbook and what pages show of it."""
    progress = Progress(run)
    workbook = _workbook(run, progress)
    if isinstance(workbook, Fault):
        history.fail(run, workbook.text)
        return
    history.preview_file(run).write_text(json.dumps(preview(run.report, workbook)), encoding="utf-8")
    with staged(history.workbook_of(run)) as temporary:
        fill(_counted(workbook, progress), temporary)
        run.sha256 = sha256_of(temporary)
    run.rows = workbook.row_count
    history.finish(run)


def _fill_in(run: ReportRun) -> None:
    """A finance office's own form; pages show nothing of it."""
    plan, name, target = _plan(run, "plan"), run.parameters["template"], history.workbook_of(run)
    found = planbooks.fill_in(plan, history.template_of(run), target, **_wanted(run), name=name)
    if isinstance(found, Fault):
        history.fail(run, found.text)
        return
    kept = found.parameters
    run.file_name, run.sha256 = planbooks.template_name(plan, name, kept["year"], kept["lang"]), sha256_of(target)
    run.rows, run.parameters = found.rows, kept
    history.finish(run)


def _workbook(run: ReportRun, progress: Progress) -> Workbook | Fault:
    """The book that the row asks for; the row learns its file's name and what it was made with."""
    if run.parameters.get("plan"):
        return _of_plan(run)
    book, request, now = catalogue.book(run.report), request_of(run), timezone.now()
    frames: dict[str, pd.DataFrame] = {}
    workbook = build(book, request, now, run.made_by, frames, lambda part: progress.at(READ * part))
    keep_counts(book, request, frames, Actor(run.made_by, user=run.owner))
    run.file_name = file_name(book, request)
    run.parameters = kept_parameters(book, request, now)
    return workbook


def _of_plan(run: ReportRun) -> Workbook | Fault:
    plan, wanted = _plan(run, "plan"), _wanted(run)
    if run.report == "compare":
        made = planbooks.compare_workbook(plan, _plan(run, "other"), run.made_by, lang=wanted["lang"])
    elif run.report == planbooks.EXECUTION:
        found = planbooks.execution_workbook(plan, run.made_by, lang=wanted["lang"])
        if isinstance(found, Fault):
            return found
        made, run.data_date = found, found.workbook.data_date
    else:
        made = planbooks.plan_workbook(run.report, plan, run.made_by, **wanted)
    run.file_name, run.parameters = made.file_name, made.parameters
    return made.workbook


def _plan(run: ReportRun, key: str) -> RefreshPlan:
    return RefreshPlan.objects.get(pk=run.parameters[key])


def _wanted(run: ReportRun) -> dict[str, Any]:
    return {"lang": run.parameters.get("lang", "zh"), "year": run.parameters.get("year") or 0}


def _counted(workbook: Workbook, progress: Progress) -> Workbook:
    """The workbook whose rows move the bar as they are written."""
    whole, done = max(workbook.row_count, 1), 0

    def went_by(rows: int) -> None:
        nonlocal done
        done += rows
        # Widths are measured on some rows first, which go by twice.
        progress.at(READ + (WRITTEN - READ) * min(done / whole, 1.0))

    sheets = [replace(sheet, rows=Counted(sheet.rows, went_by)) for sheet in workbook.sheets]
    return replace(workbook, sheets=sheets)
