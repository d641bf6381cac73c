"""The queues of collections, a town each: what waits, what goes on, and who polls; so that a town without a poller is
noticed. With the queue on, for administrators. A run that waits can be taken back from its own page.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from collectors.models import Poller, Run, RunState
from collectors.pollers import EVERY, queue_of
from collectors.selectors import Scope, towns_of
from collectors.services import starting
from inventory import scope
from inventory.models import Town
from inventory.pages import home
from inventory.pages.home import Task
from inventory.pages.writing import actor_of


@dataclass
class Queue:
    """What waits in a town's queue, the longest first, what goes on, and its pollers, seen last first. Without a town:
    of devices that have none."""

    town: Town | None
    waiting: list[Run] = field(default_factory=list)
    going: list[Run] = field(default_factory=list)
    pollers: list[Poller] = field(default_factory=list)

    @property
    def is_polled(self) -> bool:
        return any(poller.works for poller in self.pollers)


def queues() -> list[Queue]:
    """Those of towns with devices to poll, or with runs that wait."""
    open_runs: defaultdict[int | None, list[Run]] = defaultdict(list)
    states = (RunState.WAITING, RunState.RUNNING)
    for run in Run.objects.filter(state__in=states, job__isnull=False).select_related("town").order_by("started_at"):
        open_runs[run.town_id].append(run)
    towns = {town.pk if town else None: town for town in towns_of(Scope())}
    towns |= {key: runs[0].town for key, runs in open_runs.items() if key not in towns}
    pollers = list(Poller.objects.all())
    return [
        Queue(
            town,
            [run for run in open_runs[key] if run.state == RunState.WAITING],
            [run for run in open_runs[key] if run.state == RunState.RUNNING and starting.is_going(run)],
            [one for one in pollers if one.queue in (queue_of(key), EVERY)],
        )
        for key, town in towns.items()
    ]


class QueuesView(View):
    """All queues, one row each."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if not settings.QUEUE:
            raise Http404
        if not scope.may(request.user, "view", Poller):
            raise PermissionDenied
        return render(request, "collectors/queues.html", {"queues": queues()})


class TakeBackView(View):
    """Takes a run that waits out of its queue."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        user: Any = request.user
        run = scope.visible(user, Run).filter(pk=pk).first()
        if run is None or not settings.QUEUE:
            raise Http404
        if not scope.may(user, "change", Run, run):
            raise PermissionDenied
        from collectors.services import queueing  # needs the package of the queue

        try:
            queueing.take_back(run, actor=actor_of(user))
        except ValidationError as fault:
            messages.error(request, " ".join(fault.messages))
        return redirect("run_detail", pk)


def unpolled(request: HttpRequest) -> Iterable[Task]:
    """Towns on whose queue nobody works."""
    user: Any = request.user
    if not settings.QUEUE or not scope.may(user, "view", Poller):
        return
    alone = [queue for queue in queues() if not queue.is_polled]
    names = [str(queue.town or _("devices without a town")) for queue in alone]
    yield Task(
        _("Towns without a poller"), len(alone), reverse("queues"), "plug-connected-x", "red", ", ".join(names[:5])
    )


home.register_task(unpolled, 31)
