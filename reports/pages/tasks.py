"""What of the reports waits for a person on the start page: scheduled ones that went wrong."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from inventory import scope
from inventory.pages.home import Task
from reports.models import ReportSchedule


def faults(request: HttpRequest) -> Iterable[Task]:
    """Scheduled reports whose last making went wrong."""
    if scope.may(request.user, "report", ReportSchedule):
        count = ReportSchedule.objects.filter(enabled=True).exclude(last_fault="").count()
        yield Task(_("Scheduled reports that went wrong"), count, reverse("report_schedule_list"), "calendar-x", "red")
