"""The reports' Django application: who sees what was made, its entry in the menu."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = _("Reports")

    def ready(self) -> None:
        from inventory import scope
        from reports.models import ReportRun

        # A report shows the whole county: nobody of one town or department makes or reads one.
        scope.register(ReportRun, readers=scope.CENTRE, writers=())
