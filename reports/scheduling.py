"""Reports that are made by themselves: which are due, and handing over what was made as a file or by mail.

`manage.py report --due` is run by cron or a timer; what was missed while the machine was off is made once.
"""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

from inventory.services import write
from inventory.services.write import Actor
from inventory.sheets.write import beside, place
from reports import catalogue, history
from reports.background import perform
from reports.models import Cadence, ReportRun, ReportSchedule, RunState
from reports.services import check_folder

AHEAD = timedelta(days=1)
"""So far in the future lies only what was made while the clock was wrong."""
TRIES = 3
"""How often a report is begun whose process is killed each time."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def last_due(schedule: ReportSchedule, now: datetime) -> datetime:
    """The latest moment not after `now` at which the report was to be made; `now` is local time."""
    at = now.replace(hour=schedule.hour, minute=0, second=0, microsecond=0)
    days = (at - timedelta(days=back) for back in range(0, 33))
    return next(day for day in days if day <= now and _is_day(schedule, day))


def _is_day(schedule: ReportSchedule, day: datetime) -> bool:
    if schedule.cadence == Cadence.WEEKLY:
        return day.isoweekday() == schedule.day
    return schedule.cadence == Cadence.DAILY or day.day == schedule.day


def make_due(now: datetime) -> Iterator[ReportSchedule]:
    """Make all that is due, one after another; each comes back with its last run or its fault. `now` is local time."""
    for schedule in ReportSchedule.objects.filter(enabled=True).select_related("town", "department"):
        if _claim(schedule, now):
            _serve(schedule, now)
            yield schedule


def _claim(schedule: ReportSchedule, now: datetime) -> bool:
    """Whether it is due and this process is the one to make it."""
    due = last_due(schedule, now)
    begun = schedule.last_at is not None and due <= schedule.last_at < now + AHEAD
    if begun and not _is_to_be_made_again(schedule, due):
        return False
    before = ReportSchedule.objects.filter(pk=schedule.pk, last_at=schedule.last_at)
    with write.unit(_actor(schedule), reason="schedule"):
        claimed = before.update(last_at=now)
    schedule.last_at = now
    return bool(claimed)


def _is_to_be_made_again(schedule: ReportSchedule, due: datetime) -> bool:
    """Whether the process that made it was killed, and not for the third time: then it is told instead."""
    run = schedule.last_run
    if run is None or schedule.last_fault or history.settle(run).state != RunState.FAILED:
        return False
    failed = ReportRun.objects.filter(made_by=schedule.name, report=run.report, state=RunState.FAILED)
    if failed.filter(data_date__gte=due.date()).count() < TRIES:
        return True
    _end(schedule, run, run.fault)
    return False


def _serve(schedule: ReportSchedule, now: datetime) -> None:
    if schedule.report not in catalogue.names():
        _end(schedule, None, _("There is no report '%s' any more.") % schedule.report)
        return
    asked = history.ask(
        schedule.report,
        as_of=now.date(),
        actor=_actor(schedule),
        town=schedule.town,
        department=schedule.department,
        parameters={"lang": schedule.lang, "schedule": schedule.pk},
    )
    with asked as (run, _lock):
        # A process that is killed leaves the run behind, by which the next one knows.
        _end(schedule, run, "")
        perform(run)
    fault = run.fault if run.state == RunState.FAILED else _hand_over(schedule, run)
    _end(schedule, run, fault)


def _end(schedule: ReportSchedule, run: ReportRun | None, fault: str) -> None:
    schedule.last_run, schedule.last_fault = run, fault[:500]
    with write.unit(_actor(schedule), reason="schedule") as unit:
        unit.update(schedule, fields=["last_run", "last_fault"])


def _hand_over(schedule: ReportSchedule, run: ReportRun) -> str:
    """To the folder and by mail; what went wrong, or ''."""
    faults = [_to_folder(schedule, run) if schedule.folder else "", _by_mail(schedule, run)]
    return " ".join(fault for fault in faults if fault)


def _to_folder(schedule: ReportSchedule, run: ReportRun) -> str:
    folder: Path = settings.REPORTS_DIR / schedule.folder
    if (fault := check_folder(folder)) is not None:
        return fault.text
    try:
        with beside(folder / run.file_name) as temporary:
            shutil.copyfile(history.workbook_of(run), temporary)
            place(temporary, folder / run.file_name)
    except OSError as error:
        return _("Cannot write to %(path)s: %(why)s") % {"path": folder, "why": error.strerror or error}
    return ""


def _by_mail(schedule: ReportSchedule, run: ReportRun) -> str:
    if not schedule.recipients:
        return ""
    if not settings.MAIL_URL:
        return _("No mail server is named: set TAIZHANG_MAIL.")
    addresses = [address.strip() for address in schedule.recipients.split(",")]
    text = _("%(name)s, data of %(day)s: see the workbook.") % {"name": schedule.name, "day": run.data_date}
    message = EmailMessage(f"{schedule.name} {run.data_date}", text, to=addresses)
    message.attach(run.file_name, history.workbook_of(run).read_bytes(), XLSX)
    try:
        message.send()
    except (OSError, ValueError) as error:
        # smtplib's faults are OSErrors; a line break in the subject is Django's BadHeaderError, a ValueError.
        return _("The mail could not be sent: %s") % error
    return ""


def _actor(schedule: ReportSchedule) -> Actor:
    return Actor(schedule.name, source="schedule")
