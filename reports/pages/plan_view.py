"""The page of a plan: its years side by side, its charts and tables, each device with its reason, what one may do."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from inventory import scope
from inventory.models import DueOverride
from inventory.pages.kit import kit
from inventory.ui.views.base import PageView
from reports.models import PlanStage, PlanState, RefreshPlan
from reports.pages import engine
from reports.pages.books import language
from reports.pages.plan_forms import class_name, noted_words
from reports.pages.plan_rows import SIZE, TYPED, Asked, class_words, doubts_of, rows_of, yuan_of
from reports.planjobs import Job
from reports.planrows import Drawing

TABS = ("class", "town", "department", "money")
TABLE_ROWS = 100
NAMED = 10
"""So many devices are named of those about which the same was decided."""
CELLS = "{{year}}, {{大写金额}}, {{rows.单位}}, {{rows.资产名称}}"


class PlanView(PageView):
    """All of a plan; asked by htmx for one part, that part alone."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        plan: RefreshPlan = self.find(pk)
        found: Drawing | Job = engine.planwork().drawing(plan, anew="anew" in request.GET)
        if isinstance(found, Job):
            return self._wait(plan, found)
        with found:
            return self._show(request, plan, found)

    def find(self, pk: int) -> Any:
        """Without what it keeps, which may be large and is not shown."""
        plan = self.page.rows(self.request.user).select_related("town", "department", "previous")
        found = plan.defer("kept", "previous__kept").filter(pk=pk).first()
        if found is None:
            raise Http404
        return found

    def _show(self, request: HttpRequest, plan: RefreshPlan, found: Drawing) -> HttpResponse:
        if self.asks_for("drawing"):
            return HttpResponse(headers={"HX-Redirect": self.page.url_of(plan.pk)})
        may = self.page.may(request.user, "change", plan)
        context = {"plan": plan, "may": may, "draft": plan.state == PlanState.DRAFT}
        if self.asks_for("devices"):
            part = self.render("plans/_devices.html", object=plan, **context, **self._devices(plan, found))
            # One comes back from a device to what the list was narrowed to.
            part["HX-Replace-Url"] = request.get_full_path()
            return part
        if self.asks_for("table"):
            return self.render("plans/_table.html", object=plan, **context, **self._table(found))
        return self.render(
            "plans/plan.html",
            object=plan,
            **context,
            **self._table(found),
            **self._devices(plan, found),
            **_told(plan, found),
            compared=_others(request, plan),
        )

    def _wait(self, plan: RefreshPlan, job: Job) -> HttpResponse:
        template = "plans/_drawing.html" if self.asks_for("drawing") else "plans/waiting.html"
        return self.render(template, object=plan, plan=plan, job=job)

    def _table(self, found: Drawing) -> dict[str, Any]:
        asked, part = self.request.GET.get("by", "class"), self.request.GET.get("part", "1")
        by, number = asked if asked in TABS else "class", int(part) if part.isdecimal() and len(part) < 7 else 1
        table = found.told(f"{language()}.{by}")
        last = max(1, -(-len(table["rows"]) // TABLE_ROWS))
        return {
            "by": by,
            "tabs": [(key, found.told(f"{language()}.{key}")["name"] if key != by else table["name"]) for key in TABS],
            "table": with_links(table, by, found, (number - 1) * TABLE_ROWS),
            "parts": {"before": number - 1, "behind": number + 1 if number < last else 0, "of": len(table["rows"])},
        }

    def _devices(self, plan: RefreshPlan, found: Drawing) -> dict[str, Any]:
        asked = Asked.of(self.request.GET)
        count, shown = asked.pick(found)
        return {
            "asked": asked,
            "query": asked.query(asked.number),
            "choices": asked.choices(found, language()),
            "kinds": asked.kinds(found),
            "count": count,
            "rows": rows_of(plan, shown, found.told("classes"), language(), asked.kind),
            "pages": asked.pages(count),
            "stages": [(one.value, one.label) for one in PlanStage],
            "noted": noted_words(),
            "typed": self._typed(plan),
        }

    def _typed(self, plan: RefreshPlan) -> dict[str, Any]:
        """What was typed of the execution and refused, once; else how such an entry begins."""
        begun = {"stage": PlanStage.REQUESTED.value, "on": timezone.localdate().isoformat(), "tags": []}
        typed: dict[str, Any] = self.request.session.get(TYPED, {})
        if typed.get("plan") != plan.pk:
            return begun
        del self.request.session[TYPED]
        return typed


def _others(request: HttpRequest, plan: RefreshPlan) -> list[RefreshPlan]:
    """The plans that it can be compared with."""
    return list(scope.visible(request.user, RefreshPlan).exclude(pk=plan.pk).defer("kept").order_by("name", "version"))


def _told(plan: RefreshPlan, found: Drawing) -> dict[str, Any]:
    """Head, years, charts, changes, exceptions, decisions and progress."""
    lang, figures = language(), engine.planfigures()
    tables = {key: found.told(f"{lang}.{key}") for key in ("years", "class")}
    return {
        "order": figures.order_told(plan.order, figures.params_of(plan.as_of, lang)),
        "drawn_at": datetime.fromisoformat(found.told("drawn_at")),
        "stale": found.stale,
        "devices_count": found.told("devices"),
        "years": side_by_side(tables["years"]),
        "charts": charts_of(tables),
        "doubts": doubts_of(found),
        "changes": [pair[0 if lang == "zh" else 1] for pair in found.told("changes")],
        "exceptions": [
            (one, class_name(one.asset_class), None if one.price_yuan is None else yuan_of(str(one.price_yuan)))
            for one in plan.exceptions.select_related("department", "asset_class")
        ],
        "additions": additions_of(plan, found),
        "decided": [decided_of(plan, *group) for group in found.told("decided")],
        "decided_count": sum(len(group[-1]) for group in found.told("decided")),
        "overrides": found.count(mark="by_hand"),
        "overrides_url": kit.pages[DueOverride].url("list"),
        "progress": progress_of(plan),
        "template_hint": _("Cells such as %(cells)s are filled in; a fault names its cell.") % {"cells": CELLS},
        "year_list": list(range(plan.first_year, plan.first_year + plan.years)),
        "undone_count": found.told("counts")["undone"],
    }


def additions_of(plan: RefreshPlan, found: Drawing) -> list[dict[str, Any]]:
    """What is added: how many of those asked for, and in words why not the others."""
    lang, figures = language(), engine.planfigures()
    keys = {(year, name, code): key for key, year, name, code in plan.additions.values_list(
        "pk", "year", "department__name", "asset_class__code"
    )}  # fmt: skip
    params, classes = figures.params_of(plan.as_of, lang), found.told("classes")
    return [
        {
            "year": year, "department": department, "name": class_words(classes, code, lang), "quantity": quantity,
            "taken": taken, "reason": reason, "author": author, "why": figures.why_told(why, params) if why else "",
            "key": keys.get((year, department, code)),
        }
        for year, department, code, quantity, taken, reason, author, why in found.told("adding")
    ]  # fmt: skip


def decided_of(plan: RefreshPlan, year: int | None, reason: str, by: list[str], tags: list[str]) -> dict[str, Any]:
    """Devices about which the same was decided: what, why, by whom, and where it is changed."""
    address = f"{reverse('plan_decide', args=[plan.pk])}?{urlencode({'tag': tags}, doseq=True)}"
    return {
        "year": year,
        "reason": reason,
        "by": ", ".join(by),
        "tags": ", ".join(tags[:NAMED]),
        "more": max(0, len(tags) - NAMED),
        "count": len(tags),
        "url": address if len(tags) <= SIZE else "",
    }


def side_by_side(table: dict[str, Any]) -> dict[str, Any]:
    """The table of years turned: a column for each year, a row for each figure."""
    rows = []
    for at, column in enumerate(table["columns"]):
        if column["key"] == "year":
            continue
        total = table["total"][at] if table["total"] else ""
        cells = [row[at] for row in table["rows"]]
        if column["key"] == "money_yuan" and "" in cells:
            cells, total = [cell or _("as needed") for cell in cells], _("as needed")
        rows.append({"key": column["key"], "title": column["title"], "cells": cells, "total": total})
    return {"years": [row[0] for row in table["rows"]], "rows": rows}


def charts_of(tables: dict[str, Any]) -> list[dict[str, Any]]:
    """What charts.js draws."""
    years = tables["years"]
    classes = tables["class"]
    cost = next(at for at, column in enumerate(classes["columns"]) if column["key"] == "cost_yuan")
    paid = sorted(
        (at for at, row in enumerate(classes["values"]) if row[cost]), key=lambda at: -classes["values"][at][cost]
    )
    dear = {**classes, **{key: [classes[key][at] for at in paid] for key in ("rows", "values")}}
    found = [
        _chart(_("Devices due and renewed by year"), "int", years, ("became_due", "renewed", "undone")),
        _chart(_("Cost and money by year, yuan"), "money", years, ("cost_yuan", "added_yuan", "money_yuan")),
        _chart(_("Cost by class, yuan"), "money", dear, ("cost_yuan",)),
    ]
    return [one for one in found if one["categories"]]


def _chart(title: str, kind: str, table: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    places = {column["key"]: at for at, column in enumerate(table["columns"])}
    series = [
        {"name": table["columns"][places[key]]["title"], "values": [row[places[key]] for row in table["values"]]}
        for key in keys
        if key in places and any(row[places[key]] is not None for row in table["values"])
    ]
    return {"title": title, "kind": kind, "categories": [row[0] for row in table["rows"]], "series": series}


def with_links(table: dict[str, Any], by: str, found: Drawing, start: int) -> dict[str, Any]:
    """A part of the table with, for each row, the value by which the devices are narrowed to it."""
    codes = {name: code for code, pair in found.told("classes").items() for name in pair} if by == "class" else {}
    known = set(found.told(f"{by}s")) if by in ("town", "department") else set()
    rows = []
    for row in table["rows"][start : start + TABLE_ROWS]:
        value = codes.get(row[0], "") if by == "class" else row[0] if row[0] in known else ""
        rows.append((value, list(zip(row, table["columns"], strict=True))))
    return {**table, "rows": rows, "total": list(zip(table["total"], table["columns"], strict=False))}


def progress_of(plan: RefreshPlan) -> list[dict[str, Any]]:
    """How far an approved plan has come: for each year the devices at each stage, and what was paid."""
    if plan.state != PlanState.APPROVED:
        return []
    rows: dict[int, dict[str, Any]] = {}
    for one in engine.following().progress(plan):
        row = rows.setdefault(one.year, {"year": one.year, "stages": dict.fromkeys(PlanStage.values, 0), "paid": 0})
        row["stages"][one.stage] += one.devices
        row["paid"] += one.paid_yuan
    return [{**row, "stages": list(row["stages"].values()), "paid": f"{row['paid']:,.2f}"} for row in rows.values()]
