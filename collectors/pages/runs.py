"""Collections: their list, and each one's page, with what went wrong first. A run's devices are those one may see."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from collectors import wording
from collectors.facts import TableState
from collectors.models import DeviceState, Difference, Run, RunState
from collectors.pollers import pollers_at
from collectors.selectors import NO_TOWN
from collectors.services import starting
from collectors.services.results import KEPT_FOR, Result, read
from collectors.services.states import HELD
from inventory import scope
from inventory.models import Device
from inventory.pages.kit import kit, page_url
from inventory.selectors import written_together
from inventory.services.write import run_correlation
from inventory.ui.columns import Column, Kind
from inventory.ui.filters import Filter
from inventory.ui.page import ModelPage, Section
from inventory.ui.views.details import DetailView
from inventory.ui.views.lists import ListView

STATES = {
    "waiting": "azure",
    "running": "blue",
    "done": "green",
    "partial": "orange",
    "failed": "red",
    "withdrawn": "secondary",
}
TABLE_COLORS = {"complete": "green", "empty": "secondary", "unsupported": "secondary", "cut short": "orange"}
A_PAGE = 50
CHANGES_SHOWN = 50
FINE = 3
"""Behind those that were silent, that shrank, that were cut short."""


def _what(run: Run) -> str:
    if run.scope == NO_TOWN:
        return gettext(NO_TOWN)
    return run.scope or gettext("all managed devices")


def duration(run: Run) -> str:
    """Seconds from beginning to end; '' while it runs."""
    return f"{(run.ended_at - run.started_at).total_seconds():.1f}" if run.ended_at else ""


def table_states(tables: dict[str, Any]) -> list[dict[str, Any]]:
    """How each table ended, for badges: those that ended badly first, those that the device lacks last."""
    found = []
    for name, end in tables.items():
        held = end.get(HELD)
        found.append(
            {
                "title": wording.table(name),
                "state": end["state"],
                "color": "orange" if held else TABLE_COLORS.get(end["state"], "secondary"),
                "words": wording.table_state(end["state"]),
                "rows": end.get("rows", 0),
                "reason": end.get("reason", ""),
                "held": held,
            }
        )
    rank = {TableState.CUT_SHORT: 0, TableState.COMPLETE: 1, TableState.EMPTY: 2}
    return sorted(found, key=lambda one: (not one["held"], rank.get(one["state"], 3)))


def results_of(user: Any, run: Run) -> list[dict[str, Any]]:
    """What came of each device of the run that the user may see: silent ones first, then cut and shrunk tables."""
    results = list(read(run))
    visible = scope.visible(user, Device).only("asset_tag", "name")
    devices = visible.in_bulk([one["device"] for one in results])
    found = [_told(devices[one["device"]], one) for one in results if one["device"] in devices]
    return sorted(found, key=lambda one: (one["rank"], one["device"].asset_tag))


def _told(device: Device, one: Result) -> dict[str, Any]:
    ends = one["tables"].values()
    marks = (
        "fault" in one,
        any(HELD in end for end in ends),
        any(end["state"] == TableState.CUT_SHORT for end in ends),
    )
    return {
        **one,
        "device": device,
        "url": page_url(device),
        "fault": wording.fault(one["fault"], one.get("text", "")) if "fault" in one else "",
        "rank": marks.index(True) if any(marks) else FINE,
    }


def log_of(user: Any, run: Run) -> QuerySet[Any]:
    """What the run wrote into the change log, as far as the user may read it."""
    entries = written_together(run_correlation(str(run.pk)))
    return entries if scope.may(user, "view", entries.model) else entries.none()


def progress(run: Run) -> dict[str, Any]:
    """Of a run that goes on: how many devices have been asked so far."""
    going = starting.is_going(run)
    asked = DeviceState.objects.filter(run=run).count() if going else run.polled
    waits = run.state == RunState.WAITING
    pollers = list(pollers_at(run.town_id)) if waits else []
    return {
        "going": going,
        "asked": asked,
        "waits": waits,
        "pollers": pollers,
        "is_polled": any(poller.works for poller in pollers),
        "died": run.ended_at is None and not going and not waits,
        "what": _what(run),
    }


class RunView(DetailView):
    """One run; asked by htmx while it goes on, only its head."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        run: Run = self.find(pk)
        head = {"object": run, "run": run, "duration": duration(run), "state_color": STATES[run.state], **progress(run)}
        if self.asks_for("progress"):
            if not head["going"] and not head["waits"]:
                return HttpResponse(headers={"HX-Refresh": "true"})
            return self.render("collectors/_progress.html", **head)
        user: Any = request.user
        head["may_take_back"] = head["waits"] and scope.may(user, "change", Run, run)
        told = results_of(user, run)
        changed = sorted((one for one in told if "changes" in one), key=lambda one: -one["changes"])
        return self.render(
            "collectors/run.html",
            **head,
            changed=changed[:CHANGES_SHOWN],
            changed_count=len(changed),
            opened=_opened(user, run),
            trouble=sum(one["rank"] < FINE for one in told),
            kept_days=KEPT_FOR.days,
            told_count=len(told),
            **_asked(told, request),
            log=log_of(user, run).count(),
        )


def _opened(user: Any, run: Run) -> list[tuple[str, int, str]]:
    """(kind, how many, address) of the differences that the run opened."""
    rows = scope.visible(user, Difference).filter(run=run).order_by().values_list("kind").annotate(Count("pk"))
    words = dict(Difference._meta.get_field("kind").flatchoices)
    every = "&state=open&state=accepted&state=rejected&state=settled"
    url = reverse("difference_list")
    return [(str(words[kind]), count, f"{url}?opened_in={run.pk}&kind={kind}{every}") for kind, count in rows]


def _asked(told: list[dict[str, Any]], request: HttpRequest) -> dict[str, Any]:
    """A page of the devices that the run asked, with how each of their tables ended; those with `q` in their name."""
    wanted = request.GET.get("q", "").strip()[:100]
    found = [one for one in told if wanted.lower() in str(one["device"]).lower()]
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    return {
        "turn": page,
        "wanted": wanted,
        "asked_ones": [{**one, "ends": table_states(one["tables"])} for one in page],
    }


class RunsView(ListView):
    """The list, with a button to start a collection."""

    template = "collectors/runs.html"

    def _context(self, listing: Any) -> dict[str, Any]:
        user: Any = self.request.user
        towns = starting.towns_for(user)
        return {**super()._context(listing), "towns": towns, "may_all": bool(towns) and not user.town_keys}


kit.register(
    ModelPage(
        Run,
        columns=(
            "started_at",
            Column(name="state", colors=STATES),
            Column(name="scope", html=lambda run: escape(_what(run)), value=lambda run: _what(run)),
            "town",
            "by",
            "polled",
            "answered",
            "changes",
            "differences",
            Column(
                name="seconds",
                path="ended_at",
                title=_("seconds"),
                kind=Kind.NUMBER,
                order=(),
                needs=("started_at", "ended_at"),
                html=duration,
                value=duration,
            ),
            "ended_at",
            "poller",
            "note",
        ),
        default_columns=(
            "started_at",
            "state",
            "scope",
            "by",
            "polled",
            "answered",
            "changes",
            "differences",
            "seconds",
        ),
        phone=("started_at", "state", "answered"),
        filters=("state", "town", Filter("started_at"), "by", "scope"),
        details=(Section(_("Run"), ("started_at", "state")),),
        search=("scope", "by", "note"),
        label=("started_at",),
        icon="refresh",
        empty=_("No collection yet. Give devices a management profile, then run 'manage.py collect'."),
        actions=frozenset(),
        views={"detail": RunView, "list": RunsView},
    )
)
