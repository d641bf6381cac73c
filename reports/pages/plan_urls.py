"""The addresses of what is done with plans; those of their list, page and form are the kit's."""

from django.urls import path

from reports.pages.plan_actions import ApproveView, DueView, ExceptionView, FollowView, ReopenView
from reports.pages.plan_adding import AdditionView
from reports.pages.plan_decide import DecideView
from reports.pages.plan_edit import MoneyView
from reports.pages.plan_files import CompareView, JobView, MakeView

urlpatterns = [
    path("refresh-plans/money/", MoneyView.as_view(), name="plan_money"),
    path("refresh-plans/compare/", CompareView.as_view(), name="plan_compare"),
    path("refresh-plans/<int:pk>/exception/", ExceptionView.as_view(), name="plan_exception"),
    path("refresh-plans/<int:pk>/decide/", DecideView.as_view(), name="plan_decide"),
    path("refresh-plans/<int:pk>/addition/", AdditionView.as_view(), name="plan_addition"),
    path("refresh-plans/<int:pk>/due/", DueView.as_view(), name="plan_due"),
    path("refresh-plans/<int:pk>/approve/", ApproveView.as_view(), name="plan_approve"),
    path("refresh-plans/<int:pk>/reopen/", ReopenView.as_view(), name="plan_reopen"),
    path("refresh-plans/<int:pk>/follow/", FollowView.as_view(), name="plan_follow"),
    path("refresh-plans/<int:pk>/make/", MakeView.as_view(), name="plan_make"),
    path("plan-work/<slug:token>/", JobView.as_view(), name="plan_job"),
]
