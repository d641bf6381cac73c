"""The page of a plan: its years side by side, its charts and tables, each device with its reason, what one may do."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from inventory import scope
from inventory.models import DueOverride
from inventory.pages.kit import kit
from inventory.ui.views.base import PageView
from reports.models import PlanStage, PlanState, RefreshPlan
from reports.pages import engine
from reports.pages.books import language
from reports.pages.plan_rows import Asked, rows_of
from reports.planjobs import Job

TABS = ("class", "town", "department", "money")
CELLS = "{{year}}, {{大写金额}}, {{rows.单位}}, {{rows.资产名称}}"


class PlanView(PageView):
    """All of a plan; asked by htmx for one part, that part alone."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        plan: RefreshPlan = self.find(pk)
        work = engine.planwork()
        found: dict[str, Any] | Job = work.drawing(plan, anew="anew" in request.GET)
        if isinstance(found, Job):
            return self._wait(plan, found)
        if self.asks_for("drawing"):
            return HttpResponse(headers={"HX-Redirect": self.page.url_of(pk)})
        may = self.page.may(request.user, "change", plan)
        context = {"plan": plan, "may": may, "draft": plan.state == PlanState.DRAFT, "compared": _others(request, plan)}
        if self.asks_for("devices"):
            return self.render("plans/_devices.html", object=plan, **context, **self._devices(plan, found))
        if self.asks_for("table"):
            return self.render("plans/_table.html", object=plan, **context, **self._table(found))
        return self.render(
            "plans/plan.html",
            object=plan,
            **context,
            **self._table(found),
            **self._devices(plan, found),
            **_told(plan, found),
        )

    def _wait(self, plan: RefreshPlan, job: Job) -> HttpResponse:
        template = "plans/_drawing.html" if self.asks_for("drawing") else "plans/waiting.html"
        return self.render(template, object=plan, plan=plan, job=job)

    def _table(self, found: dict[str, Any]) -> dict[str, Any]:
        asked = self.request.GET.get("by", "class")
        by = asked if asked in TABS else "class"
        tables = found[language()]
        return {
            "by": by,
            "tabs": [(key, tables[key]["name"]) for key in TABS],
            "table": with_links(tables[by], by, found),
        }

    def _devices(self, plan: RefreshPlan, found: dict[str, Any]) -> dict[str, Any]:
        asked = Asked.of(self.request.GET)
        chosen, shown = asked.pick(found)
        return {
            "asked": asked,
            "choices": asked.choices(found, language()),
            "kinds": asked.kinds(found),
            "count": len(chosen),
            "rows": rows_of(plan, shown, found, language(), unjudged=asked.kind == "unjudged"),
            "pages": asked.pages(len(chosen)),
            "stages": [(one.value, one.label) for one in PlanStage],
            "today": timezone.localdate(),
        }


def _others(request: HttpRequest, plan: RefreshPlan) -> list[RefreshPlan]:
    """The plans that it can be compared with."""
    return list(scope.visible(request.user, RefreshPlan).exclude(pk=plan.pk).defer("kept").order_by("name", "version"))


def _told(plan: RefreshPlan, found: dict[str, Any]) -> dict[str, Any]:
    """Head, years, charts, changes, exceptions and progress."""
    lang, tables = language(), found[language()]
    figures = engine.planfigures()
    return {
        "order": figures.order_told(plan.order, figures.params_of(plan.as_of, lang)),
        "drawn_at": datetime.fromisoformat(found["drawn_at"]),
        "stale": found.get("stale", False),
        "devices_count": found["devices"],
        "years": side_by_side(tables["years"]),
        "charts": charts_of(tables),
        "changes": [pair[0 if lang == "zh" else 1] for pair in found["changes"]],
        "exceptions": list(plan.exceptions.select_related("department", "asset_class")),
        "overrides": DueOverride.objects.filter(device__asset_tag__in=_by_hand(found)).count(),
        "overrides_url": kit.pages[DueOverride].url("list"),
        "progress": progress_of(plan),
        "template_hint": _("Cells such as %(cells)s are filled in; a fault names its cell.") % {"cells": CELLS},
        "year_list": list(range(plan.first_year, plan.first_year + plan.years)),
        "undone_count": sum(one["year"] is None for one in found["items"]),
    }


def _by_hand(found: dict[str, Any]) -> list[str]:
    return [one["tag"] for one in found["items"] if one["override"]][:900]


def side_by_side(table: dict[str, Any]) -> dict[str, Any]:
    """The table of years turned: a column for each year, a row for each figure."""
    rows = []
    for at, column in enumerate(table["columns"]):
        if column["key"] == "year":
            continue
        total = table["total"][at] if table["total"] else ""
        cells = [row[at] for row in table["rows"]]
        rows.append({"key": column["key"], "title": column["title"], "cells": cells, "total": total})
    return {"years": [row[0] for row in table["rows"]], "rows": rows}


def charts_of(tables: dict[str, Any]) -> list[dict[str, Any]]:
    """What charts.js draws."""
    years = tables["years"]
    found = [
        _chart(_("Devices due and renewed by year"), "int", years, ("became_due", "renewed", "undone")),
        _chart(_("Cost and money by year, yuan"), "money", years, ("cost_yuan", "money_yuan")),
        _chart(_("Cost by class, yuan"), "money", tables["class"], ("cost_yuan",)),
    ]
    return [one for one in found if one["categories"]]


def _chart(title: str, kind: str, table: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    places = {column["key"]: at for at, column in enumerate(table["columns"])}
    series = [
        {"name": table["columns"][places[key]]["title"], "values": [row[places[key]] for row in table["values"]]}
        for key in keys
    ]
    return {"title": title, "kind": kind, "categories": [row[0] for row in table["rows"]], "series": series}


def with_links(table: dict[str, Any], by: str, found: dict[str, Any]) -> dict[str, Any]:
    """The table with, for each row, the value by which the devices are narrowed to it."""
    codes = {name: code for code, pair in found["classes"].items() for name in pair} if by == "class" else {}
    known = {one[by] for one in found["items"]} if by in ("town", "department") else set()
    rows = []
    for row in table["rows"]:
        value = codes.get(row[0], "") if by == "class" else row[0] if row[0] in known else ""
        rows.append((value, list(zip(row, table["columns"], strict=True))))
    return {**table, "rows": rows, "total": list(zip(table["total"], table["columns"], strict=False))}


def progress_of(plan: RefreshPlan) -> list[dict[str, Any]]:
    """How far an approved plan has come: for each year the devices at each stage, and what was paid."""
    if plan.state != PlanState.APPROVED:
        return []
    rows: dict[int, dict[str, Any]] = {}
    for one in engine.plans().progress(plan):
        row = rows.setdefault(one.year, {"year": one.year, "stages": dict.fromkeys(PlanStage.values, 0), "paid": 0})
        row["stages"][one.stage] += one.devices
        row["paid"] += one.paid_yuan
    return [{**row, "stages": list(row["stages"].values()), "paid": f"{row['paid']:,.2f}"} for row in rows.values()]
