"""The reports' own addresses; those of the lists are the kit's."""

from django.urls import include, path

from inventory.pages import home
from reports.pages import lists, plan_panels, plans, tasks
from reports.pages.views import AskView, CatalogueView, FileView, RemoveView

ADDED = (lists, plan_panels, plans)
"""Imported so that they register their pages and panels."""
home.register_task(tasks.faults, order=300)
home.register_task(plan_panels.to_approve, order=150)

urlpatterns = [
    path("", include("reports.pages.plan_urls")),
    path("reports/", CatalogueView.as_view(), name="reports"),
    path("reports/<slug:name>/", AskView.as_view(), name="report_ask"),
    path("report-runs/<int:pk>/file/", FileView.as_view(), name="report_run_file"),
    path("report-runs/<int:pk>/remove/", RemoveView.as_view(), name="report_run_remove"),
]
