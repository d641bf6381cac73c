"""What reports leave behind, a line for each workbook asked for, and which are made by themselves. Knows no report."""

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inventory.models import Department, Town, User
from inventory.models.base import RegisterModel


class RunState(models.TextChoices):
    RUNNING = "running", _("being made")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


class ReportRun(RegisterModel):
    """One workbook: who made it, from what day's data, with which parameters, and the hash that proves it unchanged.

    `asked` is the same for reports that were asked for alike, of which one is made at a time (reports.history).
    `kept` names the file that is kept for the pages; a workbook that a command wrote to a folder has none, nor has
    one whose file was removed. The line stays when its file goes.
    """

    logged: ClassVar[bool] = False

    report = models.CharField(_("report"), max_length=40)
    made_at = models.DateTimeField(_("made"))
    made_by = models.CharField(_("made by"), max_length=150)
    owner = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="report_runs", verbose_name=_("owner")
    )
    data_date = models.DateField(_("data date"))
    town = models.ForeignKey(
        Town, models.SET_NULL, null=True, blank=True, related_name="report_runs", verbose_name=_("town")
    )
    department = models.ForeignKey(
        Department, models.SET_NULL, null=True, blank=True, related_name="report_runs", verbose_name=_("department")
    )
    parameters = models.JSONField(_("parameters"), default=dict, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=RunState, default=RunState.DONE)
    progress = models.PositiveSmallIntegerField(_("progress, %"), default=0)
    fault = models.CharField(_("fault"), max_length=500, blank=True)
    file_name = models.CharField(_("file name"), max_length=200, blank=True)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    asked = models.CharField(_("what was asked for"), max_length=64, blank=True, editable=False)
    kept = models.CharField(_("kept file"), max_length=64, blank=True)
    removed_at = models.DateTimeField(_("file removed"), null=True, blank=True)
    removed_by = models.CharField(_("removed by"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("report made")
        verbose_name_plural = _("reports made")
        ordering = ("-made_at",)
        indexes = (models.Index(fields=("report", "made_at")),)
        constraints = (
            models.UniqueConstraint(
                fields=("asked",),
                condition=Q(state=RunState.RUNNING) & ~Q(asked=""),
                name="reportrun_made_once_at_a_time",
                violation_error_message=_("This report is being made already."),
            ),
        )

    def __str__(self) -> str:
        return self.file_name or f"{self.report} {self.data_date}"


class Cadence(models.TextChoices):
    DAILY = "daily", _("every day")
    WEEKLY = "weekly", _("every week")
    MONTHLY = "monthly", _("every month")


def check_folder_name(value: str) -> None:
    """A folder is named within the one that the site's settings allow, and cannot lead out of it."""
    parts = value.split("/")
    if value.startswith("/") or any(part in ("", ".", "..") or not part.isprintable() for part in parts):
        raise ValidationError(_("Name a folder like 'weekly' or 'coverage/weekly', without a leading '/' or '..'."))


def check_addresses(value: str) -> None:
    """One or more mail addresses with commas between."""
    for address in value.split(","):
        validate_email(address.strip())


class ReportSchedule(RegisterModel):
    """A report that is made by itself, of that day's data, and handed over as a file in a folder, by mail, or both."""

    unlogged: ClassVar[frozenset[str]] = frozenset({"last_at", "last_run", "last_fault"})

    name = models.CharField(_("name"), max_length=100, unique=True)
    report = models.CharField(_("report"), max_length=40)
    town = models.ForeignKey(Town, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("town"))
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("department")
    )
    lang = models.CharField(
        _("language"), max_length=5, choices=(("zh", _("Chinese")), ("en", _("English"))), default="zh"
    )
    cadence = models.CharField(_("how often"), max_length=10, choices=Cadence, default=Cadence.WEEKLY)
    day = models.PositiveSmallIntegerField(
        _("on day"),
        default=1,
        help_text=_("Every week: 1 is Monday, 7 is Sunday. Every month: 1 to 28. Every day: it does not matter."),
    )
    hour = models.PositiveSmallIntegerField(_("from hour"), default=7, help_text=_("0 to 23; it is made after that."))
    folder = models.CharField(
        _("folder"),
        max_length=200,
        blank=True,
        validators=(check_folder_name,),
        help_text=_("Within the folder that the site's settings allow; made if needed."),
    )
    recipients = models.CharField(
        _("mail to"),
        max_length=500,
        blank=True,
        validators=(check_addresses,),
        help_text=_("Addresses with commas between."),
    )
    enabled = models.BooleanField(_("enabled"), default=True)
    last_at = models.DateTimeField(_("last time"), null=True, blank=True, editable=False)
    last_run = models.ForeignKey(
        ReportRun,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="schedules",
        verbose_name=_("last report"),
    )
    last_fault = models.CharField(_("what went wrong last"), max_length=500, blank=True, editable=False)

    class Meta:
        verbose_name = _("scheduled report")
        verbose_name_plural = _("scheduled reports")
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                condition=~(Q(folder="") & Q(recipients="")),
                name="reportschedule_goes_somewhere",
                violation_error_message=_("Name a folder or a mail address: the report must go somewhere."),
            ),
            models.CheckConstraint(
                condition=Q(cadence=Cadence.DAILY)
                | Q(cadence=Cadence.WEEKLY, day__range=(1, 7))
                | Q(cadence=Cadence.MONTHLY, day__range=(1, 28)),
                name="reportschedule_day_exists",
                violation_error_message=_("The day must be 1 to 7 for every week, 1 to 28 for every month."),
            ),
            models.CheckConstraint(
                condition=Q(hour__range=(0, 23)),
                name="reportschedule_hour_exists",
                violation_error_message=_("The hour must be 0 to 23."),
            ),
            models.CheckConstraint(
                condition=Q(town=None) | Q(department=None),
                name="reportschedule_town_or_department",
                violation_error_message=_("Name a town or a department, not both: a department lies in one town."),
            ),
        )

    def __str__(self) -> str:
        return self.name
