"""What a planner decides about single devices in one plan: put into a year, left out, taken back."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from inventory import scope
from inventory.models import Device
from inventory.pages.writing import actor_of
from reports.faults import Fault
from reports.pages import engine
from reports.pages.plan_actions import DraftAction, name_of
from reports.pages.plan_forms import DecideForm, today

TOLD = gettext_noop(
    "It counts in this plan alone. What is put in comes before the others, counts against the money, the standard and "
    "the price cap, and is marked when above them. What is left out goes on serving and keeps its place, "
    "unless it is to be scrapped."
)


class DecideView(DraftAction):
    """What is decided about single devices in this plan alone: left out, or renewed in a year."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        devices = self._devices(request.GET.getlist("tag"))
        what = request.GET.get("what", "")
        initial = {"what": "out"} if what == "out" else {}
        alike = {(one.year, one.reason) for one in self.plan.decisions.filter(device__in=devices)}
        if len(alike) == 1 and not what:
            year, reason = alike.pop()
            initial = {"what": str(year or "out"), "reason": reason}
        return self._form(DecideForm(self.plan, initial=initial, tagged=bool(devices)), devices)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        user: Any = request.user
        devices = self._devices(request.POST.getlist("tag"))
        if "remove" in request.POST:
            count = engine.plans().take_back(self.plan, devices, actor_of(user))
            words = ngettext("%(count)d decision is taken back.", "%(count)d decisions are taken back.", count)
            messages.success(request, words % {"count": count})
            return self.back()
        form = DecideForm(self.plan, request.POST, tagged=bool(devices))
        if form.is_valid():
            devices = devices or self._typed(form)
        if form.errors:
            return self._form(form, devices)
        signed = {"author": name_of(user), "on": today(), "actor": actor_of(user)}
        done = engine.plans().decide(self.plan, devices, form.year, reason=form.cleaned_data["reason"], **signed)
        if isinstance(done, Fault):
            form.add_error(None, done.text)
            return self._form(form, devices)
        words = ngettext("%(count)d device is decided about.", "%(count)d devices are decided about.", done)
        messages.success(request, words % {"count": done})
        return self.back()

    def _devices(self, tags: list[str]) -> list[Device]:
        user: Any = self.request.user
        found = list(scope.visible(user, Device).filter(asset_tag__in=tags).order_by("asset_tag"))
        if len(found) < len(set(tags)):
            raise Http404
        return found

    def _typed(self, form: DecideForm) -> list[Device]:
        """The devices whose tags were typed; those that there are not are a fault of the form."""
        user: Any = self.request.user
        tags = form.cleaned_data["tags"]
        found = list(scope.visible(user, Device).filter(asset_tag__in=tags).order_by("asset_tag"))
        known = {one.asset_tag for one in found}
        for tag in tags:
            if tag not in known:
                form.add_error("tags", _("There is no device '%s'.") % tag)
        return found

    def _form(self, form: DecideForm, devices: list[Device]) -> HttpResponse:
        tags = [one.asset_tag for one in devices] if form.tagged else []
        several = ngettext("%(count)d device", "%(count)d devices", len(tags)) % {"count": len(tags)}
        title = _("Put in a device") if not tags else tags[0] if len(tags) == 1 else several
        removable = self.plan.decisions.filter(device__in=devices).exists()
        return self.ask(form, title, removable=removable, told=_(TOLD), tags=tags, listed=", ".join(tags[1:] and tags))
