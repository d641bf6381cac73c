"""What is asked of plans on pages, and what comes."""

from typing import Any

from django.test import Client
from django.urls import reverse

from reports.models import RefreshPlan


def page(plan: RefreshPlan) -> str:
    return reverse("refresh_plan_detail", args=[plan.pk])


def url(name: str, plan: RefreshPlan) -> str:
    return reverse(f"plan_{name}", args=[plan.pk])


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def approve(browser: Client, plan: RefreshPlan) -> RefreshPlan:
    given = {"by": "王主任", "on": "2026-12-01", "preparer": "某甲", "reviewer": "某乙"}
    answer = browser.post(url("approve", plan), given)
    assert answer.headers["Location"] == page(plan)
    return RefreshPlan.objects.get(pk=plan.pk)


def rows_by_tag(browser: Client, plan: RefreshPlan, **asked: str) -> dict[str, Any]:
    return {row["one"]["tag"]: row for row in browser.get(page(plan), asked).context["rows"]}
