"""Workbooks of plans for taking away, work in the background, two plans side by side."""

import hashlib
import re
from pathlib import PurePath
from typing import IO, Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from inventory import scope
from inventory.pages.kit import page_url
from inventory.pages.writing import actor_of
from inventory.ui.keys import key_of
from reports import history, planjobs
from reports.models import RefreshPlan, ReportRun, RunState
from reports.pages import engine
from reports.pages.books import language
from reports.pages.plan_actions import PlanAction
from reports.pages.plan_rows import yuan_of
from reports.pages.plan_view import side_by_side
from reports.pages.views import joined
from reports.planjobs import Job
from reports.planrows import Drawing

MAX_BYTES = 10 * 1024 * 1024
BOOKS = frozenset({"plan", "budget", "template", "compare", "execution"})
SHOWN = 100


class MakeView(PlanAction):
    """Makes a workbook of a plan, as a report that is kept: at once where the register is small."""

    action = "report"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        user: Any = request.user
        kind, year = request.POST.get("kind", ""), request.POST.get("year", "")
        if kind not in BOOKS:
            raise Http404
        plan = self.plan
        params: dict[str, Any] = {"plan": plan.pk, "lang": language()}
        params["year"] = int(year) if year.isdecimal() and len(year) == 4 else 0
        if kind == "compare":
            params["other"] = find(user, request.POST.get("other", "")).pk
        if kind == "template" and (fault := _refused(request)):
            messages.error(request, fault)
            return self.back()
        if (run := history.running_of(user)) is not None:
            messages.warning(request, _("This report is still being made for you; ask for another when it is done."))
            return redirect(page_url(run))
        form: Any = request.FILES["template"] if kind == "template" else None
        if form is not None:
            params |= {"template": _name_of(form), "sha256": hashlib.sha256(form.read()).hexdigest()}
        town = None if plan.department else plan.town
        given: dict[str, Any] = {"town": town, "department": plan.department, "parameters": params}
        with history.ask(kind, as_of=plan.as_of, actor=actor_of(user), **given) as (run, lock):
            if lock is None:
                messages.info(request, joined(run))
                return redirect(page_url(run))
            if form is not None:
                form.seek(0)
                history.template_of(run).write_bytes(form.read())
            return self._made(run, lock)

    def _made(self, run: ReportRun, lock: IO[str]) -> HttpResponse:
        if not engine.planwork().is_small():
            history.start(run, lock)
            return redirect(page_url(run))
        engine.background().perform(run)
        if run.state == RunState.FAILED:
            messages.error(self.request, run.fault)
            return self.back()
        return redirect("report_run_file", pk=run.pk)


def _refused(request: HttpRequest) -> str:
    """Why what was sent can be no template; ''."""
    file: Any = request.FILES.get("template")
    if file is None:
        return _("Choose the finance office's .xlsx first.")
    name = str(file.name)
    if not name.lower().endswith(".xlsx"):
        return _("'%s' is no .xlsx: save it as an Excel workbook first.") % name
    return _("The file is larger than 10 MiB.") if file.size > MAX_BYTES else ""


def _name_of(file: Any) -> str:
    """The name of a file that was sent, as a name of a file here."""
    stem = re.sub(r"[^\w\-（）()]+", "_", PurePath(file.name).stem)[:60]
    return f"{stem}.xlsx"


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
        if job.fault:
            messages.error(request, job.fault)
        return redirect(page_url(plan))


def find(user: Any, key: str) -> RefreshPlan:
    """A plan that the user may see. Raises Http404."""
    plan = scope.visible(user, RefreshPlan).filter(pk=key_of(key) or 0).first()
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
        with drawn[0] as first, drawn[1] as second:
            years = [found.told(f"{language()}.years") for found in (first, second)]
            count, differing = different(first, second)
        context = {
            "title": _("Two plans side by side"),
            "one": one, "two": two, "one_url": page_url(one), "two_url": page_url(two),
            "measures": beside(*years),
            "years": _years(*years),
            "differing": differing, "count": count,
            "charts": [cost_chart(one, two, *years)],
            "make": reverse("plan_make", args=[one.pk]),
        }  # fmt: skip
        return render(request, "plans/compare.html", context)


def _years(first: dict[str, Any], second: dict[str, Any]) -> list[str]:
    return sorted({row[0] for side in (first, second) for row in side["rows"]})


def beside(first: dict[str, Any], second: dict[str, Any]) -> list[dict[str, Any]]:
    """For each figure of the years: (this plan, that plan, whether they differ) for each year of either."""
    left, right = side_by_side(first), side_by_side(second)
    years = sorted({*left["years"], *right["years"]})
    found, none = [], {"cells": [], "total": ""}
    mines, others = ({row["key"]: row for row in side["rows"]} for side in (left, right))
    # One that adds something has more figures than one that does not.
    for key, told in max(mines, others, key=len).items():
        mine, other = mines.get(key, none), others.get(key, none)
        a, b = (
            dict(zip(left["years"], mine["cells"], strict=False)),
            dict(zip(right["years"], other["cells"], strict=False)),
        )
        cells = [(a.get(year, ""), b.get(year, ""), a.get(year, "") != b.get(year, "")) for year in years]
        totals = (mine["total"], other["total"], mine["total"] != other["total"])
        found.append({"title": told["title"], "cells": cells, "total": totals})
    return found


def different(first: Drawing, second: Drawing) -> tuple[int, list[dict[str, Any]]]:
    """The devices that are in one plan only, or renewed in another year, from another source or at another price, or
    left out by hand in one: how many, and the first of them."""
    count, found = first.differing(second, SHOWN)
    rows = [
        {"tag": tag, "department": (mine or theirs)["department"], "sides": [_side(mine), _side(theirs)]}
        for tag, mine, theirs in found
    ]
    return count, rows


def _side(one: dict[str, Any] | None) -> dict[str, Any]:
    if one is None:
        return {"absent": True}
    told = {"year": one["year"], "source": one["source"], "price": yuan_of(one["price_yuan"])}
    decided = next((why[1] for why in one["why"] if why[0] in ("by_hand", "left_out")), "")
    return {**told, "left_out": one["left_out"], "decided": decided}


def cost_chart(one: RefreshPlan, two: RefreshPlan, first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """Cost by year of both, for charts.js."""
    years = _years(first, second)
    series = []
    for plan, table in ((one, first), (two, second)):
        places = [at for at, column in enumerate(table["columns"]) if column["key"] in ("cost_yuan", "added_yuan")]
        costs = {
            row[0]: sum(values[at] or 0 for at in places)
            for row, values in zip(table["rows"], table["values"], strict=True)
        }
        series.append({"name": str(plan), "values": [costs.get(year) for year in years]})
    return {"title": _("Cost by year, yuan"), "kind": "money", "categories": years, "series": series}
