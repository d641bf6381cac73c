"""Workbooks of plans for taking away, work in the background, two plans side by side."""

import re
from pathlib import PurePath
from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from inventory import scope
from inventory.pages.kit import page_url
from reports import planjobs
from reports.models import RefreshPlan
from reports.pages import engine
from reports.pages.books import language
from reports.pages.plan_actions import PlanAction, run
from reports.pages.plan_rows import yuan_of
from reports.pages.plan_view import side_by_side
from reports.planjobs import Job

MAX_BYTES = 10 * 1024 * 1024
BOOKS = frozenset({"plan", "budget", "template", "compare"})
SHOWN = 100


class MakeView(PlanAction):
    """Makes a workbook of a plan."""

    action = "report"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        kind, year = request.POST.get("kind", ""), request.POST.get("year", "")
        if kind not in BOOKS:
            raise Http404
        params: dict[str, Any] = {"lang": language(), "year": int(year) if year.isdecimal() and len(year) == 4 else 0}
        if kind == "compare":
            params["other"] = find(request.user, request.POST.get("other", "")).pk
        if kind == "template" and (fault := _refused(request)):
            messages.error(request, fault)
            return self.back()
        job = planjobs.ask(kind, self.plan.pk, request.user.pk, **params)
        if kind == "template":
            job = _with_template(request, job)
        return run(request, job, page_url(self.plan))


def _refused(request: HttpRequest) -> str:
    """Why what was sent can be no template; ''."""
    file: Any = request.FILES.get("template")
    if file is None:
        return _("Choose the finance office's .xlsx first.")
    name = str(file.name)
    if not name.lower().endswith(".xlsx"):
        return _("'%s' is no .xlsx: save it as an Excel workbook first.") % name
    return _("The file is larger than 10 MiB.") if file.size > MAX_BYTES else ""


def _with_template(request: HttpRequest, job: Job) -> Job:
    """Keep the file that was sent with the job."""
    file: Any = request.FILES["template"]
    stem = re.sub(r"[^\w\-（）()]+", "_", PurePath(file.name).stem)[:60]
    folder = planjobs.folder_of(job) / "template"
    folder.mkdir(mode=0o700)
    (folder / f"{stem}.xlsx").write_bytes(file.read())
    job.params["template"] = f"{stem}.xlsx"
    return planjobs.keep(job)


class JobView(LoginRequiredMixin, View):
    """How far some work is; it is shown to who asked for it."""

    def find(self, token: str) -> Job:
        job = planjobs.find(token)
        if job is None or job.user is None or job.user != self.request.user.pk:
            raise Http404
        if not scope.may(self.request.user, "view", RefreshPlan):
            raise PermissionDenied
        return job

    def get(self, request: HttpRequest, token: str) -> HttpResponseBase:
        job = self.find(token)
        plan = find(request.user, str(job.plan))
        if job.state == planjobs.RUNNING:
            htmx: Any = getattr(request, "htmx", None)
            template = "plans/_job.html" if htmx else "plans/job.html"
            return render(request, template, {"title": str(plan), "plan": plan, "job": job, "back": page_url(plan)})
        if getattr(request, "htmx", None):
            return HttpResponse(headers={"HX-Refresh": "true"})
        if job.state == planjobs.FAILED or not job.file_name:
            if job.fault:
                messages.error(request, job.fault)
            return redirect(page_url(plan))
        return render(request, "plans/job.html", {"title": str(plan), "plan": plan, "job": job, "back": page_url(plan)})


class JobFileView(JobView):
    """The workbook that was made."""

    def get(self, request: HttpRequest, token: str) -> HttpResponseBase:
        job = self.find(token)
        if job.state != planjobs.DONE or not job.file_name:
            raise Http404
        try:
            file = planjobs.workbook_of(job).open("rb")
        except FileNotFoundError as fault:
            raise Http404 from fault
        return FileResponse(file, as_attachment=True, filename=job.file_name)


def find(user: Any, key: str) -> RefreshPlan:
    """A plan that the user may see. Raises Http404."""
    plan = scope.visible(user, RefreshPlan).filter(pk=int(key)).first() if key.isdecimal() and len(key) < 19 else None
    if plan is None:
        raise Http404
    return plan


class CompareView(LoginRequiredMixin, View):
    """Two plans side by side: year by year, and the devices that they treat differently."""

    def get(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        if not scope.may(user, "view", RefreshPlan):
            raise PermissionDenied
        one, two = (find(user, request.GET.get(key, "")) for key in ("one", "two"))
        drawn = [engine.planwork().drawing(plan) for plan in (one, two)]
        waiting = next((plan for plan, found in zip((one, two), drawn, strict=True) if isinstance(found, Job)), None)
        if waiting is not None:
            messages.info(
                request, _("%(plan)s is being drawn first; compare again when it is here.") % {"plan": waiting}
            )
            return redirect(page_url(waiting))
        first, second = drawn
        differing = different(first, second)
        context = {
            "title": _("Two plans side by side"),
            "one": one, "two": two, "one_url": page_url(one), "two_url": page_url(two),
            "measures": beside(first[language()]["years"], second[language()]["years"]),
            "years": _years(first, second),
            "differing": differing[:SHOWN], "count": len(differing),
            "charts": [cost_chart(one, two, first, second)],
            "make": reverse("plan_make", args=[one.pk]),
        }  # fmt: skip
        return render(request, "plans/compare.html", context)


def _years(first: dict[str, Any], second: dict[str, Any]) -> list[str]:
    found = {row[0] for side in (first, second) for row in side[language()]["years"]["rows"]}
    return sorted(found)


def beside(first: dict[str, Any], second: dict[str, Any]) -> list[dict[str, Any]]:
    """For each figure of the years: (this plan, that plan, whether they differ) for each year of either."""
    left, right = side_by_side(first), side_by_side(second)
    years = sorted({*left["years"], *right["years"]})
    found = []
    for mine, other in zip(left["rows"], right["rows"], strict=True):
        a, b = (
            dict(zip(left["years"], mine["cells"], strict=True)),
            dict(zip(right["years"], other["cells"], strict=True)),
        )
        cells = [(a.get(year, ""), b.get(year, ""), a.get(year, "") != b.get(year, "")) for year in years]
        totals = (mine["total"], other["total"], mine["total"] != other["total"])
        found.append({"title": mine["title"], "cells": cells, "total": totals})
    return found


def different(first: dict[str, Any], second: dict[str, Any]) -> list[dict[str, Any]]:
    """The devices that are in one plan only, or renewed in another year, from another source or at another price."""
    left, right = ({one["tag"]: one for one in side["items"]} for side in (first, second))
    found = []
    for tag in sorted({*left, *right}):
        a, b = left.get(tag), right.get(tag)
        told = [one and (one["year"], one["source"], one["price_yuan"]) for one in (a, b)]
        if told[0] != told[1]:
            some = a or b or {}
            found.append({"tag": tag, "department": some["department"], "sides": [_side(a), _side(b)]})
    return found


def _side(one: dict[str, Any] | None) -> dict[str, Any]:
    if one is None:
        return {"absent": True}
    return {"year": one["year"], "source": one["source"], "price": yuan_of(one["price_yuan"])}


def cost_chart(one: RefreshPlan, two: RefreshPlan, first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """Cost by year of both, for charts.js."""
    years = _years(first, second)
    series = []
    for plan, side in ((one, first), (two, second)):
        table = side[language()]["years"]
        at = next(at for at, column in enumerate(table["columns"]) if column["key"] == "cost_yuan")
        costs = {row[0]: values[at] for row, values in zip(table["rows"], table["values"], strict=True)}
        series.append({"name": str(plan), "values": [costs.get(year) for year in years]})
    return {"title": _("Cost by year, yuan"), "kind": "money", "categories": years, "series": series}
