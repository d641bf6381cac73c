"""Moves of one device as one tap with a reason: to another place or holder, into another state. The rules are the
services'; what may follow on what is rules.status."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views import View

from inventory import scope
from inventory.models import Device
from inventory.pages.kit import kit, page_url
from inventory.pages.writing import actor_of
from inventory.rules import status
from inventory.services import devices, write
from inventory.ui.forms import PlainForm, make_field
from inventory.ui.panels import Panel

VERBS = {
    status.IN_USE: (pgettext_lazy("verb", "Issue"), "user-check", "btn-primary"),
    status.IN_STOCK: (pgettext_lazy("verb", "Take back"), "building-warehouse", ""),
    status.UNDER_REPAIR: (pgettext_lazy("verb", "Send to repair"), "tool", ""),
    status.MISSING: (pgettext_lazy("verb", "Report missing"), "zoom-question", ""),
    status.TO_BE_SCRAPPED: (pgettext_lazy("verb", "Put down for scrapping"), "trash", ""),
    status.SCRAPPED: (pgettext_lazy("verb", "Scrap"), "trash-x", "btn-outline-danger"),
}
"""What one does to bring a device into a state, in the order of the buttons."""
BACK = {
    status.UNDER_REPAIR: pgettext_lazy("verb", "Return to use"),
    status.MISSING: pgettext_lazy("verb", "Found again"),
    status.TO_BE_SCRAPPED: pgettext_lazy("verb", "Keep in use"),
}
"""What one does to bring a device of this state back into use; another is issued."""


def issuing(device: Device) -> Any:
    """What it is called to bring a device into use."""
    return BACK.get(device.status, VERBS[status.IN_USE][0])


class NextSteps(Panel):
    """The moves that a device may make now."""

    title = gettext_lazy("Next steps")
    icon = "arrow-right-circle"
    template = "devices/next_steps.html"

    def context(self, request: HttpRequest, page: Any, obj: Any) -> dict[str, Any] | None:
        if not page.may(request.user, "change", obj):
            return None
        steps = [
            (to, issuing(obj) if to == status.IN_USE else verb, icon, css)
            for to, (verb, icon, css) in VERBS.items()
            if to in status.MOVES[obj.status]
        ]
        return {"steps": steps, "move": reverse("device_move", args=[obj.pk]), "in_use": status.IN_USE}


class MoveForm(PlainForm):
    """Where a device goes, and why."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=200, required=False, widget=forms.TextInput({"class": "form-control"})
    )


def move_form(user: Any) -> type[MoveForm]:
    """The form for one user: selects offer what the user may see."""
    page, made = kit.pages[Device], {}
    for name in devices.PLACE:
        made[name] = make_field(page, user, Device._meta.get_field(name))
    return type("MoveForm", (MoveForm,), made)


def place_of(device: Device) -> str:
    """Where a device is, as the form of a move sends it back."""
    return ",".join(str(getattr(device, f"{name}_id") or "") for name in devices.PLACE)


class DeviceView(View):
    """A view of one device that the user may change."""

    device: Device

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        user: Any = request.user
        self.device = get_object_or_404(scope.visible(user, Device), pk=kwargs["pk"])
        if not scope.may(user, "change", Device, self.device):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def write(self, to: dict[str, Any], reason: str, began: str = "") -> None:
        """Move the device; taken back where it would leave what the user may see. Raises ValidationError, also when it
        is no more where it was when the form `began`."""
        user: Any = self.request.user
        with write.unit(actor_of(user), reason=reason) as unit:
            unit.renew(self.device)
            if began not in ("", place_of(self.device)):
                words = " · ".join(
                    str(row) for name in devices.PLACE if (row := getattr(self.device, name)) is not None
                )
                raise ValidationError(
                    _("Somebody else moved this device meanwhile; it is now at: %(place)s. Saving again moves it.")
                    % {"place": words or "–"}
                )
            devices.move([self.device], to=to, actor=actor_of(user), reason=reason)
            if not scope.may(user, "change", Device, self.device):
                raise ValidationError(_("With these values the row would lie outside what you may see."))


class MoveView(DeviceView):
    """To another department, holder or place; with ?to=in_use it is also issued."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        initial = {name: getattr(self.device, f"{name}_id") for name in devices.PLACE}
        return self._show(move_form(request.user)(initial=initial))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = move_form(request.user)(request.POST)
        if form.is_valid():
            to = self._changed(form.cleaned_data) | self._state()
            try:
                self.write(to, form.cleaned_data["reason"], request.POST.get("began", ""))
            except ValidationError as fault:
                form.refuse(fault)
            else:
                messages.success(request, _("%(name)s is moved.") % {"name": self.device})
                return redirect(page_url(self.device))
        return self._show(form)

    def _changed(self, chosen: dict[str, Any]) -> dict[str, Any]:
        """What was chosen anew; of the rest the service says what follows."""
        return {name: chosen[name] for name in devices.PLACE if chosen[name] != getattr(self.device, name)}

    def _state(self) -> dict[str, str]:
        return {"status": status.IN_USE} if self.request.GET.get("to") == status.IN_USE else {}

    def _show(self, form: MoveForm) -> HttpResponse:
        page, device = kit.pages[Device], Device.objects.get(pk=self.device.pk)
        issued = bool(self._state()) and device.status != status.IN_USE
        context = {
            "page": page,
            "urls": {"list": page.url("list")},
            "object": device,
            "object_url": page.url_of(device.pk),
            "form": form,
            "began": place_of(device),
            "fields": [form[name] for name in (*devices.PLACE, "reason")],
            "title": f"{issuing(device)}: {device}" if issued else _("Move %(name)s") % {"name": device},
        }
        return render(self.request, "devices/move.html", context)


class StatusView(DeviceView):
    """Into another state. What no step leads out of is asked about once more."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        to, reason = request.POST.get("to", ""), request.POST.get("reason", "").strip()[:200]
        if to not in VERBS:
            raise Http404
        if not status.MOVES[to] and to in status.MOVES[self.device.status] and "sure" not in request.POST:
            page = kit.pages[Device]
            context = {"page": page, "urls": {"list": page.url("list")}, "object": self.device, "to": to}
            words = {"object_url": page.url_of(pk), "reason": reason, "verb": VERBS[to][0]}
            return render(request, "devices/sure.html", {**context, **words})
        try:
            self.write({"status": to}, reason)
        except ValidationError as fault:
            messages.error(request, " ".join(fault.messages))
        else:
            state = Device.objects.get(pk=pk).get_status_display()
            messages.success(request, _("%(name)s is now %(state)s.") % {"name": self.device, "state": state})
        return redirect(page_url(self.device))


kit.add_panel(Device, NextSteps(), order=5)
urlpatterns = [
    path("devices/<int:pk>/move/", MoveView.as_view(), name="device_move"),
    path("devices/<int:pk>/status/", StatusView.as_view(), name="device_status"),
]
