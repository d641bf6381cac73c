"""Reports on pages: what can be made, asking for it, how far it is, what it says, its file. Writes nothing itself."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from inventory import scope
from inventory.pages.kit import page_url
from inventory.pages.writing import actor_of
from inventory.ui.keys import key_of
from inventory.ui.views.details import DetailView
from inventory.ui.views.lists import ListView
from reports import history
from reports.models import RefreshPlan, ReportRun, RunState
from reports.pages.asking import AskForm, told
from reports.pages.books import book_of, books, icon_of, title_of

RECENT = 8
TABS = 8
"""More sheets than that are chosen from a list."""


class ReportView(LoginRequiredMixin, View):
    """For who may make reports: they show the whole county."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and not scope.may(request.user, "report", ReportRun):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def find(self, pk: int) -> ReportRun:
        run = scope.visible(self.request.user, ReportRun).filter(pk=pk).first()
        if run is None:
            raise Http404
        return run


class CatalogueView(ReportView):
    """All reports that can be made, and what was made last."""

    def get(self, request: HttpRequest) -> HttpResponse:
        cards = [(book.name, book.title, icon_of(book.name)) for book in books()]
        return render(
            request,
            "reports/catalogue.html",
            {"title": _("Reports"), "cards": cards, "runs": recent(request.user)},
        )


class AskView(ReportView):
    """The form of one report; what it asks for is made in the background."""

    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        asked = key_of(request.GET.get("run", ""))
        run = self.find(asked) if asked is not None else None
        return self._form(name, AskForm(self._book(name), request.user, run))

    def post(self, request: HttpRequest, name: str) -> HttpResponse:
        form = AskForm(self._book(name), request.user, data=request.POST)
        if not form.is_valid():
            return self._form(name, form)
        user: Any = request.user
        run = history.running_of(user)
        if run is not None:
            messages.warning(request, _("This report is still being made for you; ask for another when it is done."))
            return redirect(page_url(run))
        with history.ask(name, actor=actor_of(user), **form.asked()) as (run, lock):
            if lock is not None:
                history.start(run, lock)
        if lock is None:
            messages.info(request, joined(run))
        return redirect(page_url(run))

    @staticmethod
    def _book(name: str) -> Any:
        book = book_of(name)
        if book is None:
            raise Http404
        return book

    def _form(self, name: str, form: AskForm) -> HttpResponse:
        runs = recent(self.request.user, report=name)
        context = {"title": title_of(name), "icon": icon_of(name), "form": form, "runs": runs, "name": name}
        return render(self.request, "reports/ask.html", context)


def recent(user: Any, **narrowed: Any) -> list[dict[str, Any]]:
    """What was made last, for a short table."""
    rows = scope.visible(user, ReportRun).filter(**narrowed).select_related("town", "department", "owner")[:RECENT]
    return [
        {
            "run": history.settle(run),
            "title": title_of(run.report),
            "url": page_url(run),
            "place": place_of(run),
            "by": maker_of(run),
        }
        for run in rows
    ]


def joined(run: ReportRun) -> str:
    """To who asked for what is being made already."""
    began = timezone.localtime(run.made_at)
    return _("The same report has been in the making since %(time)s, for %(who)s: this is it.") % {
        "time": f"{began:%H:%M:%S}",
        "who": maker_of(run),
    }


def place_of(run: ReportRun) -> str:
    """The part of the county that a report covers, as it was called then."""
    return str(run.department or run.town or run.parameters.get("scope") or _("the whole county"))


def maker_of(run: ReportRun) -> str:
    """Who made a report: the name of who asked for it, or of the account that a command ran under."""
    return str(run.owner or run.made_by)


class RunList(ListView):
    """The history, for who may make reports."""

    action = "report"

    def get(self, request: HttpRequest) -> HttpResponse:
        for run in ReportRun.objects.filter(state=RunState.RUNNING):
            history.settle(run)
        return super().get(request)


class RunView(DetailView):
    """One report: how far it is, then what it says; asked by htmx for one part, that part alone."""

    action = "report"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        run: ReportRun = history.settle(self.find(pk))
        running = run.state == RunState.RUNNING
        if self.asks_for("progress"):
            if running:
                return self.render("reports/_progress.html", object=run, run=run)
            return HttpResponse(headers={"HX-Refresh": "true"})
        shown = None if running else history.preview_of(run)
        context = {"run": run, "running": running, **(_sheet_context(request, shown) if shown else {})}
        if self.asks_for("sheet"):
            return self.render("reports/_sheet.html", object=run, **context)
        return self.render(
            "reports/run.html",
            object=run,
            title=title_of(run.report),
            charts=shown["charts"] if shown else [],
            place=place_of(run),
            told=told(run),
            may_remove=history.may_remove(request.user, run),
            known=book_of(run.report) is not None,
            plan_url=self._plan_url(run),
            **context,
        )

    def _plan_url(self, run: ReportRun) -> str:
        """The page of the plan that it is of."""
        plan = scope.visible(self.request.user, RefreshPlan).filter(pk=run.parameters.get("plan") or 0).first()
        return page_url(plan) if plan is not None else ""


def _sheet_context(request: HttpRequest, shown: dict[str, Any]) -> dict[str, Any]:
    """The sheet that was chosen, and the others by name."""
    names = [sheet["name"] for sheet in shown["sheets"]]
    asked = request.GET.get("sheet", "0")
    number = min(int(asked), len(names) - 1) if asked.isdecimal() and len(asked) < 6 else 0
    sheet = shown["sheets"][number]
    return {
        "sheet": sheet,
        "number": number,
        "names": list(enumerate(names)),
        "tabs": len(names) <= TABS,
        "more": shown["more"],
        "rows": [_row(sheet, row) for row in sheet["rows"]],
        "total": _row(sheet, sheet["total"]),
        "cut": sheet["count"] > len(sheet["rows"]),
    }


def _row(sheet: dict[str, Any], row: list[str]) -> list[tuple[str, str]]:
    """(text, classes) of each cell."""
    return [(text, _css(column)) for text, column in zip(row, sheet["columns"], strict=False)]


def _css(column: dict[str, Any]) -> str:
    if column["number"]:
        return "text-end tz-num"
    return "rp-text" if column["wrap"] else "text-nowrap"


class FileView(ReportView):
    """The kept workbook."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        run = self.find(pk)
        if run.state != RunState.DONE or not run.kept:
            raise Http404
        try:
            file = history.workbook_of(run).open("rb")
        except FileNotFoundError as fault:
            raise Http404 from fault
        return FileResponse(file, as_attachment=True, filename=run.file_name)


class RemoveView(ReportView):
    """Removes the kept file; the line in the history stays."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        run, user = self.find(pk), request.user
        if not history.may_remove(user, run):
            raise PermissionDenied
        history.remove(run, user)  # type: ignore[arg-type]  # who may remove it is signed in
        messages.success(request, _("The file is removed."))
        return redirect(page_url(run))
