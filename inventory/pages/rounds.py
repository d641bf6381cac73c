"""Stock-taking: a round through a room or a site. One box takes whatever stands on a device's label; what is found is
verified, what belongs elsewhere is moved here with one tap, what does not turn up is reported missing.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views import View
from django.views.decorators.http import require_safe

from inventory import scope, searching
from inventory.models import Device, Location, Site
from inventory.pages.kit import kit, page_url
from inventory.pages.writing import actor_of
from inventory.rules import status
from inventory.rules.asked import Asked
from inventory.services import devices, write
from inventory.ui.filters import below
from inventory.ui.kit import Action

SINCE_DAYS = 30
"""What was verified so many days ago or later is found already: a round through a site takes some weeks."""
CANDIDATES = 6
SHOWN = 60
PLACES: dict[str, type[Site | Location]] = {"sites": Site, "locations": Location}
NEEDED = ("device_type__manufacturer", "department", "holder", "site", "location__parent__parent")
WRITTEN = ("status", "holder_id", "site_id", "location_id", "verified_on", "verified_by_id")
LAST = "round"
"""In the session: what was done last, so that it can be taken back."""


def since() -> date:
    return timezone.localdate() - timedelta(days=SINCE_DAYS)


def round_url(place: Site | Location) -> str:
    """The round through a place."""
    return reverse("round", args=["sites" if isinstance(place, Site) else "locations", place.pk])


class RoundView(View):
    """The round through one place: what should stand there, and the box."""

    place: Any

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        user: Any = request.user
        if kwargs["kind"] not in PLACES:
            raise Http404
        if not scope.may(user, "change", Device):
            raise PermissionDenied
        self.place = get_object_or_404(scope.visible(user, PLACES[kwargs["kind"]]), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, kind: str, pk: int) -> HttpResponse:
        asked = Asked(" ".join(request.GET.get("code", "").split())[:100])
        return self._show(asked, self._candidates(asked) if asked.text else ())

    def post(self, request: HttpRequest, kind: str, pk: int) -> HttpResponse:
        """A code, or what is done with a device of the page. A code that is not of here is asked about first."""
        here, lost = round_url(self.place), request.POST.get("lost", "")
        if request.POST.get("do") == "undo":
            self._undo()
            return redirect(here)
        if key := lost or request.POST.get("device", ""):
            device = get_object_or_404(self._devices(), pk=key if key.isdecimal() and len(key) < 19 else 0)
            self._do(device, missing=bool(lost))
            return redirect(here)
        asked = Asked(" ".join(request.POST.get("code", "").split())[:100])
        if not asked.text:
            return redirect(here)
        found = list(searching.meant(self._devices(), asked)[:2])
        if len(found) == 1 and devices.stands_at(found[0], self.place):
            self._do(found[0])
            return redirect(here)
        return redirect(f"{here}?{urlencode({'code': asked.text})}")

    def _devices(self) -> QuerySet[Device]:
        user: Any = self.request.user
        return scope.visible(user, Device).select_related(*NEEDED)

    def _candidates(self, asked: Asked) -> Sequence[Device]:
        """Devices that a code means, else those that hold it."""
        found = list(searching.meant(self._devices(), asked)[:CANDIDATES])
        return found or list(searching.devices_of(self._devices(), asked).order_by("asset_tag")[:CANDIDATES])

    def _do(self, device: Device, *, missing: bool = False) -> None:
        actor, reason = actor_of(self.request.user), _("Stock-taking")
        was, before = {name: getattr(device, name) for name in WRITTEN}, device.verified_on
        stood, told = devices.stands_at(device, self.place), {"name": device, "place": self.place}

        def done() -> None:
            if missing:
                devices.set_status(device, status.MISSING, actor=actor, reason=reason)
            else:
                devices.verify(device, self.place, on=timezone.localdate(), actor=actor, reason=reason)

        if not self._write(device, done, reason):
            return
        was["verified_on"] = before.isoformat() if before else None
        self.request.session[LAST] = {"device": device.pk, "name": str(device), "was": was}
        if missing:
            messages.warning(self.request, _("%(name)s is reported missing.") % told)
        elif not stood:
            messages.success(self.request, _("%(name)s is here now, and moved to %(place)s.") % told)
        elif before == timezone.localdate():
            messages.info(self.request, _("%(name)s was found today already.") % told)
        else:
            messages.success(self.request, _("%(name)s is found.") % told)

    def _write(self, device: Device, done: Callable[[], object], reason: str) -> bool:
        """Whether it was written: what is refused, or would leave what the user may see, is told instead."""
        user: Any = self.request.user
        try:
            with write.unit(actor_of(user), reason=reason):
                done()
                if not scope.may(user, "change", Device, device):
                    raise ValidationError(_("With these values the row would lie outside what you may see."))
        except ValidationError as fault:
            messages.error(self.request, " ".join(fault.messages))
            return False
        return True

    def _undo(self) -> None:
        """The last thing done on a round is as it was."""
        last = self.request.session.pop(LAST, None)
        device = self._devices().filter(pk=last["device"]).first() if last else None
        if device is None:
            return
        was, reason, actor = dict(last["was"]), _("Stock-taking, taken back"), actor_of(self.request.user)
        was["verified_on"] = date.fromisoformat(was["verified_on"]) if was["verified_on"] else None
        if self._write(device, lambda: devices.move([device], to=was, actor=actor, reason=reason), reason):
            messages.success(self.request, _("%(name)s is as it was before.") % {"name": device})

    def _show(self, asked: Asked, candidates: Sequence[Device]) -> HttpResponse:
        held, missing, fresh = self._held(), Q(status=status.MISSING), Q(verified_on__gte=since())
        groups = [
            (_("Not found yet"), "search", held.exclude(missing | fresh)),
            (pgettext("devices", "Found"), "circle-check", held.filter(fresh).exclude(missing)),
            (pgettext("devices", "Missing"), "zoom-question", held.filter(missing)),
        ]
        shown = [(title, icon, rows.count(), _lines(rows[:SHOWN])) for title, icon, rows in groups]
        context = {
            "title": _("Stock-taking: %s") % self.place,
            "place": self.place,
            "place_url": page_url(self.place),
            "above": self.place.site if isinstance(self.place, Location) else None,
            "last": self.request.session.get(LAST),
            "asked": asked,
            "candidates": [(row, page_url(row), devices.stands_at(row, self.place)) for row in candidates],
            "new_url": self._new_url(asked),
            "rooms": self._rooms(held.exclude(missing)),
            "groups": shown,
            "total": sum(count for _title, _icon, count, _lines in shown),
            "done": shown[1][2],
            "days": SINCE_DAYS,
        }
        return render(self.request, "rounds/round.html", context)

    def _held(self) -> QuerySet[Device]:
        """What is on the books and stands here, in the order of the rooms."""
        field = "site" if isinstance(self.place, Site) else "location"
        keys = below(type(self.place), [self.place.pk])
        held = self._devices().filter(**{f"{field}__in": keys}, status__in=status.HELD)
        return held.order_by("location__parent__name", "location__name", "asset_tag")

    def _rooms(self, held: QuerySet[Device]) -> list[tuple[str, str, int, int]]:
        """(name, its round, devices, found) of each location within this place that has any."""
        found = Count("pk", filter=Q(verified_on__gte=since()))
        counts = held.order_by().values_list("location").annotate(total=Count("pk"), done=found)
        by_key = {key: (total, done) for key, total, done in counts if key not in (None, self._own_key())}
        rows = Location.objects.filter(pk__in=by_key).select_related("parent__parent")
        return [(str(row), round_url(row), *by_key[row.pk]) for row in rows.order_by("parent__name", "name")]

    def _own_key(self) -> int | None:
        return self.place.pk if isinstance(self.place, Location) else None

    def _new_url(self, asked: Asked) -> str:
        """The form of a new computer with the code in its field and the place chosen."""
        user: Any = self.request.user
        if not scope.may(user, "add", Device):
            return ""
        name = "mac" if asked.mac else "address" if asked.address else "serial"
        at = {"location": self.place.pk, "site": self.place.site_id} if isinstance(self.place, Location) else {}
        return f"{reverse('new_computer')}?{urlencode({name: asked.text, **(at or {'site': self.place.pk})})}"


def _lines(rows: Iterable[Device]) -> list[tuple[Device, str, bool]]:
    """(device, its page, whether it may be reported missing)."""
    return [(row, page_url(row), status.MISSING in status.MOVES[row.status]) for row in rows]


@require_safe
def rounds(request: HttpRequest) -> HttpResponse:
    """All sites, with what of their devices was verified of late."""
    user: Any = request.user
    if not scope.may(user, "change", Device):
        raise PermissionDenied
    held = scope.visible(user, Device).filter(status__in=status.HELD - {status.MISSING}, site__isnull=False).order_by()
    found = Count("pk", filter=Q(verified_on__gte=since()))
    rows = held.values_list("site").annotate(total=Count("pk"), done=found)
    counts = {key: (total, done) for key, total, done in rows}
    sites = [
        (site, round_url(site), *counts[site.pk], round(100 * counts[site.pk][1] / counts[site.pk][0]))
        for site in scope.visible(user, Site).select_related("town").order_by("town", "name")
        if site.pk in counts
    ]
    return render(request, "rounds/rounds.html", {"title": _("Stock-taking"), "sites": sites, "days": SINCE_DAYS})


def _may(user: Any, _place: Any) -> bool:
    return scope.may(user, "change", Device)


for _model in PLACES.values():
    kit.add_action(_model, Action(gettext_lazy("Stock-taking"), "clipboard-check", round_url, _may))
urlpatterns = [
    path("rounds/", rounds, name="rounds"),
    path("rounds/<str:kind>/<int:pk>/", RoundView.as_view(), name="round"),
]
