"""The collectors' own addresses; those of their models' lists and pages are the kit's.

Imported before the kit's addresses are made, so that what the collectors add to the register's pages is there.
"""

from django.urls import path

from collectors.pages import additions, differences, profiles, proposals, runs, start
from collectors.pages.differences import DecideView
from collectors.pages.pollers import QueuesView, TakeBackView
from collectors.pages.polling import LogView, StartView
from collectors.pages.snapshots import SnapshotFileView, SnapshotView

ADDED = (additions, differences, profiles, proposals, runs, start)
"""Imported so that they register their pages, panels, tasks and finders."""

urlpatterns = [
    path("differences/decide/", DecideView.as_view(), name="difference_decide"),
    path("runs/start/", StartView.as_view(), name="run_start"),
    path("runs/queues/", QueuesView.as_view(), name="queues"),
    path("runs/<int:pk>/take-back/", TakeBackView.as_view(), name="run_take_back"),
    path("runs/<int:pk>/log/", LogView.as_view(), name="run_log"),
    path("devices/<int:pk>/snapshot/", SnapshotView.as_view(), name="device_snapshot"),
    path("devices/<int:pk>/snapshot.json", SnapshotFileView.as_view(), name="device_snapshot_file"),
]
