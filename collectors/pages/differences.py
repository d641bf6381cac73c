"""The queue of differences: its list, and a person's decisions on one or several, with the way back."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar

import django_filters
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.html import escape
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views import View

from collectors import wording
from collectors.models import Difference
from collectors.pages.panels import NetworkPanel
from collectors.pages.shown import KINDS, NEEDED, STATES, Shown, shown
from collectors.services import differences as service
from inventory import scope
from inventory.pages.kit import kit
from inventory.pages.writing import actor_of
from inventory.services import write
from inventory.services.write import Actor
from inventory.ui.columns import Column
from inventory.ui.filters import Filter
from inventory.ui.keys import keys_of
from inventory.ui.page import ModelPage, Section
from inventory.ui.panels import Panel
from inventory.ui.views.lists import ListView

AGES = (("0", _("today")), ("1", _("1 to 7 days")), ("7", _("7 to 30 days")), ("30", _("30 days and more")))
AGE_ENDS = {"0": 1, "1": 7, "7": 30, "30": None}
VERBS: dict[str, service.Verb] = {"accept": service.accept, "reject": service.reject, "reopen": service.reopen}
JUST_DECIDED = "just decided"


def _port(row: Difference) -> str:
    return escape(row.evidence.get("at", ""))


class OfAge(django_filters.MultipleChoiceFilter):  # type: ignore[misc]  # it has no stubs
    """By how many days ago it came up."""

    def filter(self, qs: Any, value: Any) -> Any:
        now, condition = timezone.now(), Q()
        for one in value:
            bracket = Q(opened_at__lte=now - timedelta(days=int(one)))
            if (end := AGE_ENDS[one]) is not None:
                bracket &= Q(opened_at__gt=now - timedelta(days=end))
            condition |= bracket
        return qs.filter(condition)


class OpenAtFirst(django_filters.FilterSet):  # type: ignore[misc]  # it has no stubs
    """What was decided is shown to who asks for it."""

    def filter_queryset(self, queryset: Any) -> Any:
        rows = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("state") else rows.filter(state="open")


class QueueView(ListView):
    """The list as a queue of cards."""

    template: ClassVar[str] = "collectors/queue.html"
    part: ClassVar[str] = "collectors/_queue.html"

    def _context(self, listing: Any) -> dict[str, Any]:
        context = super()._context(listing)
        rows = _loaded(Difference.objects.filter(pk__in=listing.keys))
        return {
            **context,
            "body": "",
            "rows": shown(self.request.user, [rows[key] for key in listing.keys if key in rows]),
            "may_decide": scope.may(self.request.user, "change", Difference),
            "next": self.request.get_full_path(),
            "just": self.request.session.pop(JUST_DECIDED, None) if not self.asks_for("list") else None,
            "orders": [(title, listing.query(drop=("page",), sort=name)) for name, title in ORDERS],
        }


ORDERS = (
    ("-opened_at", _("newest first")),
    ("opened_at", _("oldest first")),
    ("kind", _("by kind")),
    ("device", _("by device")),
)


def _loaded(rows: QuerySet[Difference]) -> dict[int, Difference]:
    return {one.pk: one for one in rows.select_related(*NEEDED)}


class DecideView(View):
    """Accept, reject or reopen those of the given keys that the user may see.

    By htmx one difference comes back as it stands now; else the page that asked, with what was done.
    """

    def post(self, request: HttpRequest) -> HttpResponse:
        verb = VERBS.get(request.POST.get("do", ""))
        if verb is None:
            raise Http404
        if not scope.may(request.user, "change", Difference):
            raise PermissionDenied
        keys = keys_of(request.POST.getlist("pk"))
        found = scope.visible(request.user, Difference).filter(pk__in=keys)
        rows = list(_loaded(found).values())
        if not rows:
            if keys:
                raise Http404
            messages.warning(request, _("Select differences first."))
            return redirect(self._back())
        reason = request.POST.get("reason", "").strip()[:500]
        faults = service.decide_each(
            rows, _within_sight(verb, request.user), actor=actor_of(request.user), reason=reason
        )
        if getattr(request, "htmx", None):
            return self._part(rows[0].pk, faults)
        return self._whole(rows, faults)

    def _part(self, key: int, faults: dict[int, str]) -> HttpResponse:
        """The one difference anew: read again, since a refused one must not look decided."""
        user: Any = self.request.user
        one = _loaded(Difference.objects.filter(pk=key))[key]
        device = one.device
        if "panel" in self.request.POST and device is not None:
            panel = NetworkPanel(fault=faults.get(key, ""))
            return HttpResponse(panel.render(self.request, kit.page_of(type(device)), device))
        context = {
            "row": shown(user, [one])[0],
            "fault": faults.get(key, ""),
            "may_decide": True,
            "next": self._back(),
            "fresh": True,
        }
        return render(self.request, "collectors/_difference.html", context)

    def _whole(self, rows: Sequence[Difference], faults: dict[int, str]) -> HttpResponse:
        done = [one.pk for one in rows if one.pk not in faults]
        for one in rows:
            if one.pk in faults:
                messages.error(self.request, f"{one}: {faults[one.pk]}")
        if done and self.request.POST["do"] == "reopen":
            text = ngettext("%(count)d difference is open again.", "%(count)d differences are open again.", len(done))
            messages.success(self.request, text % {"count": len(done)})
        elif done:
            self.request.session[JUST_DECIDED] = {"do": self.request.POST["do"], "keys": done}
        return redirect(self._back())

    def _back(self) -> str:
        """The page that asked, where it is one of ours."""
        url = self.request.POST.get("next", "")
        ours = url_has_allowed_host_and_scheme(url, {self.request.get_host()}, self.request.is_secure())
        page = kit.page_of(Difference)
        return url if ours or page is None else page.url("list")


def _within_sight(verb: service.Verb, user: Any) -> service.Verb:
    """The verb, refused where it would take the device out of what the user may see."""

    def decide(difference: Difference, *, actor: Actor, reason: str) -> Difference:
        with write.unit(actor, reason=reason):
            done = verb(difference, actor=actor, reason=reason)
            if difference.device is not None and not scope.may(
                user, "view", type(difference.device), difference.device
            ):
                raise ValidationError(
                    _("The device would lie outside what you may see: leave it to a colleague there.")
                )
            return done

    return decide


class DecisionPanel(Panel):
    """The card of the queue, on the page of one difference."""

    template = "collectors/decision.html"
    wide = True

    def context(self, request: HttpRequest, page: Any, obj: Any) -> dict[str, Any] | None:
        row: Shown = shown(request.user, [_loaded(Difference.objects.filter(pk=obj.pk))[obj.pk]])[0]
        return {
            "row": row,
            "may_decide": scope.may(request.user, "change", Difference),
            "next": request.path,
            "single": True,
        }


kit.register(
    ModelPage(
        Difference,
        columns=(
            Column(name="kind", colors=KINDS),
            "device",
            Column(name="department", path="device__department"),
            Column(name="town", path="device__site__town"),
            Column(
                name="register_value",
                needs=("kind", "register_value"),
                value=wording.register_value,
            ),
            Column(name="seen_value", needs=("kind", "seen_value"), value=wording.seen_value),
            Column(
                name="at", path="evidence", title=_("switch port"), order=(), value=lambda row: row.evidence.get("at")
            ),
            "opened_at",
            "last_seen_at",
            Column(name="state", colors=STATES),
            "closed_at",
            "closed_by",
            "reason",
        ),
        default_columns=("kind", "device", "department", "register_value", "seen_value", "at", "opened_at", "state"),
        filters=(
            "kind",
            Filter("town", ("device__site__town", "device__department__town", "run__town"), _("town")),
            Filter("department", ("device__department",), _("department")),
            Filter(
                "age",
                made=OfAge(
                    label=_("age"),
                    choices=AGES,
                    widget=forms.SelectMultiple({"class": "form-select", "data-select": ""}),
                ),
            ),
            "state",
            Filter("opened_in", ("run",), _("opened in run")),
        ),
        details=(Section(_("Decision"), ("state", "closed_at", "closed_by", "reason")),),
        search=("device__asset_tag", "device__name", "key", "seen_value", "register_value"),
        label=("kind", "key", "device__asset_tag", "device__name"),
        icon="git-compare",
        empty=_("Register and network agree. New differences come with the next collection."),
        actions=frozenset(),
        views={"list": QueueView},
        filterset_class=OpenAtFirst,
        panels=(DecisionPanel(),),
    )
)
