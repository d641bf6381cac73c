"""'Poll now': starts a collection of a device, a town or everything, and shows the run that began."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import FieldDoesNotExist, PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views import View

from collectors.models import Run
from collectors.pages.runs import log_of
from collectors.selectors import Scope
from collectors.services import starting
from inventory import scope
from inventory.models import Device
from inventory.pages.kit import kit
from inventory.pages.writing import actor_of
from inventory.ui.filters import with_labels
from inventory.ui.history import Changed, changes_of
from inventory.ui.keys import key_of

LOG_A_PAGE = 100


def may_poll(user: Any, device: Any = None) -> bool:
    """Whether a user may have a device asked, or anything at all."""
    return scope.may(user, "change", Run) and (device is None or scope.may(user, "change", Device, device))


def may_poll_all(user: Any) -> bool:
    return may_poll(user) and not user.town_keys


class StartView(View):
    """Starts a collection; the run's page shows how it goes on."""

    def post(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        if not may_poll(user):
            raise PermissionDenied
        wanted, back = self._scope(user)
        try:
            runs = starting.start(wanted, actor=actor_of(user))
        except ValidationError as fault:
            messages.error(request, " ".join(fault.messages))
            return redirect(back)
        if len(runs) == 1:
            return redirect("run_detail", runs[0].pk)
        messages.success(request, _("%d collections wait for the pollers of their towns.") % len(runs))
        return redirect("run_list")

    def _scope(self, user: Any) -> tuple[Scope, str]:
        """What is to be asked, and where to go back to. A row that the user may not see does not exist."""
        data = self.request.POST
        if "device" in data:
            device = scope.visible(user, Device).filter(pk=key_of(data["device"]) or 0).first()
            if device is None:
                raise Http404
            return Scope(names=(device.asset_tag,)), kit.url_of(device)
        if "town" in data:
            town = starting.towns_for(user).filter(pk=key_of(data["town"]) or 0).first()
            if town is None:
                raise Http404
            return Scope(towns=(town,)), "run_list"
        if "all" not in data:
            raise Http404
        if not may_poll_all(user):
            raise PermissionDenied
        return Scope(), "run_list"


class LogView(View):
    """The change log of one run."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        user: Any = request.user
        run = scope.visible(user, Run).filter(pk=pk).first()
        if run is None:
            raise Http404
        entries = log_of(user, run)
        asked = request.GET.get("page", "1")
        number = max(1, int(asked)) if asked.isdecimal() and len(asked) < 7 else 1
        start = (number - 1) * LOG_A_PAGE
        found = list(entries.select_related("content_type")[start : start + LOG_A_PAGE + 1])
        names = _names(user, found)
        context = {
            "run": run,
            "rows": [_told(entry, names) for entry in found[:LOG_A_PAGE]],
            "number": number,
            "more": len(found) > LOG_A_PAGE,
        }
        return render(request, "collectors/run_log.html", context)


def _names(user: Any, entries: Sequence[Any]) -> dict[tuple[Any, Any], str]:
    """(model, key) → its name in the language of the page, of the things that the user may see."""
    keys: defaultdict[Any, set[Any]] = defaultdict(set)
    for entry in entries:
        keys[entry.content_type.model_class()].add(entry.object_id)
    found: dict[tuple[Any, Any], str] = {}
    for model, of_model in keys.items():
        if (page := kit.page_of(model)) is not None:
            rows = with_labels(page.rows(user).filter(pk__in=of_model), page)
            found |= {(model, row.pk): str(row) for row in rows}
    return found


def _told(entry: Any, names: Mapping[tuple[Any, Any], str]) -> tuple[str, str, str, Changed]:
    """(kind of thing, its name, its address, what was changed)."""
    model = entry.content_type.model_class()
    page = kit.page_of(model)
    name = names.get((model, entry.object_id))
    url = page.url_of(entry.object_id) if page is not None and name else ""
    title = str(model._meta.verbose_name) if model is not None else entry.content_type.model
    return title, name or entry.object_repr, url, changes_of(page or _NO_PAGE, [entry])[0]


class _NoPage:
    """In place of the pages of a model that has none: fields by their bare names."""

    def cell(self, name: str) -> Any:
        raise FieldDoesNotExist(name)


_NO_PAGE = _NoPage()
