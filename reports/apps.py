"""The reports' Django application: who sees what was made, its pages, its entries in the menu."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = _("Reports")

    def ready(self) -> None:
        register_scope()
        register_menu()


def register_scope() -> None:
    """A report or a plan shows the whole county: nobody of one town or department makes or reads one."""
    from inventory import scope
    from reports import models
    from reports.models import ReportRun, ReportSchedule

    scope.register(ReportRun, readers=scope.CENTRE, writers=scope.ADMINISTRATION)
    scope.register(ReportSchedule, readers=scope.CENTRE, writers=scope.PLANNING)
    of_plans = (models.PlanMoney, models.PlanException, models.PlanDecision, models.PlanAddition, models.PlanItem)
    for model in (models.RefreshPlan, *of_plans):
        scope.register(model, readers=scope.CENTRE, writers=scope.PLANNING)
    scope.register(models.CoverageSnapshot, readers=scope.CENTRE, writers=())


def register_menu() -> None:
    """The entries of the reports' pages, which register themselves when addresses are first asked for."""
    from inventory import scope
    from inventory.ui import menu
    from reports.models import RefreshPlan, ReportRun, ReportSchedule

    readers = scope.allowed("report", ReportRun)
    menu.register("reports", _("Make a report"), "reports", "report", visible_to=readers, order=10)
    menu.register(
        "reports",
        _("Scheduled reports"),
        "report_schedule_list",
        "calendar-repeat",
        add_url_name="report_schedule_add",
        visible_to=scope.allowed("report", ReportSchedule),
        writable_by=scope.allowed("add", ReportSchedule),
        order=30,
    )
    menu.register(
        "planning",
        _("Refresh plans"),
        "refresh_plan_list",
        "map-2",
        add_url_name="refresh_plan_add",
        visible_to=scope.allowed("view", RefreshPlan),
        writable_by=scope.allowed("add", RefreshPlan),
        order=5,
    )
