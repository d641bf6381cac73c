"""The reports' own addresses; those of the lists are the kit's."""

from django.urls import path

from reports.pages.views import AskView, CatalogueView, FileView, RemoveView

urlpatterns = [
    path("reports/", CatalogueView.as_view(), name="reports"),
    path("reports/<slug:name>/", AskView.as_view(), name="report_ask"),
    path("report-runs/<int:pk>/file/", FileView.as_view(), name="report_run_file"),
    path("report-runs/<int:pk>/remove/", RemoveView.as_view(), name="report_run_remove"),
]
