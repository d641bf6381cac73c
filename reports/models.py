"""What reports leave behind: a line for each workbook that was made. Knows no report."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from inventory.models.base import RegisterModel


class ReportRun(RegisterModel):
    """One workbook: who made it, from what day's data, with which parameters, and the hash that proves it unchanged."""

    logged: ClassVar[bool] = False

    report = models.CharField(_("report"), max_length=40)
    made_at = models.DateTimeField(_("made"))
    made_by = models.CharField(_("made by"), max_length=150)
    data_date = models.DateField(_("data date"))
    parameters = models.JSONField(_("parameters"), default=dict, blank=True)
    file_name = models.CharField(_("file name"), max_length=200)
    sha256 = models.CharField("SHA-256", max_length=64)
    rows = models.PositiveIntegerField(_("rows"), default=0)

    class Meta:
        verbose_name = _("report made")
        verbose_name_plural = _("reports made")
        ordering = ("-made_at",)
        indexes = (models.Index(fields=("report", "made_at")),)

    def __str__(self) -> str:
        return self.file_name
