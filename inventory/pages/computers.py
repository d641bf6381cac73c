"""A new computer in one form: the device, its interface and its address, with the next tag and free addresses proposed.

Written by services.devices in one unit of work.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.forms.models import modelform_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.http import require_safe

from inventory import scope, selectors
from inventory.models import Device, Prefix
from inventory.models.hardware import AssetRole
from inventory.pages.kit import kit, page_url
from inventory.pages.writing import actor_of
from inventory.services import devices, write
from inventory.ui.filters import choice_widget
from inventory.ui.forms import KitForm, make_field
from inventory.ui.keys import key_of
from inventory.ui.kit import Start
from inventory.ui.page import Section

FREE_SHOWN = 8
SECTIONS = (
    Section(gettext_lazy("Computer"), ("asset_tag", "device_type", "serial", "name")),
    Section(gettext_lazy("Holder and place"), ("department", "holder", "site", "location")),
    Section(gettext_lazy("Network"), ("mac", "in_prefix", "address")),
    Section(gettext_lazy("Money and dates"), ("purchased_on", "in_service_on", "price_yuan", "funding_source", "note")),
)
OF_NETWORK = ("mac", "in_prefix", "address")


class ComputerForm(KitForm):
    """The device's fields, and what it is on the network."""

    mac = forms.CharField(
        label=gettext_lazy("MAC"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("In any notation, as it stands on the sticker or the screen."),
        widget=forms.TextInput({"class": "form-control", "autocomplete": "off", "spellcheck": "false"}),
    )
    in_prefix = forms.ModelChoiceField(
        Prefix.objects.none(),
        label=gettext_lazy("Prefix"),
        required=False,
        empty_label="",
        help_text=gettext_lazy("To propose free addresses; left open, that of the department's LAN segment."),
    )
    address = forms.CharField(
        label=gettext_lazy("IP address"),
        required=False,
        max_length=45,
        widget=forms.TextInput({"class": "form-control", "autocomplete": "off", "spellcheck": "false"}),
    )


def form_for(user: Any) -> type[ComputerForm]:
    """The form for one user: selects offer what the user may see, types are those of computers."""
    page = kit.pages[Device]

    def field_for(found: Any, **kwargs: Any) -> Any:
        made: Any = make_field(page, user, found)
        if found.name == "device_type":
            made.queryset = made.queryset.filter(asset_class__role=AssetRole.COMPUTER)
        return made

    fields = [name for section in SECTIONS for name in section.fields if name not in OF_NETWORK]
    made: Any = modelform_factory(Device, form=ComputerForm, fields=fields, formfield_callback=field_for)
    prefix = made.base_fields["in_prefix"]
    prefix.queryset = scope.visible(user, Prefix)
    prefix.widget = choice_widget(kit.pages[Prefix], multiple=False)
    prefix.widget.choices = prefix.choices
    form: type[ComputerForm] = made
    return form


class ComputerView(View):
    """The form, and the writing of it."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not kit.pages[Device].may(request.user, "add"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        initial = {name: value for name, value in request.GET.items() if value}
        initial.setdefault("asset_tag", devices.next_asset_tag())
        return self._show(form_for(request.user)(initial=initial))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = form_for(request.user)(request.POST)
        if form.is_valid():
            try:
                made = self._write(form)
            except ValidationError as fault:
                form.refuse(fault)
            else:
                messages.success(request, _("%(name)s is saved.") % {"name": made})
                again = _again(request) if "another" in request.POST else page_url(made)
                return redirect(again)
        elif faults := devices.network_faults(_on_network(form), actor=actor_of(request.user)):
            form.refuse(ValidationError(faults))
        return self._show(form)

    def _write(self, form: ComputerForm) -> Device:
        user: Any = self.request.user
        on_network, reason = _on_network(form), form.cleaned_data["reason"]
        try:
            # The outer unit, so that a row that its writer could not see is taken back with all the rest.
            with write.unit(actor_of(user), reason=reason):
                made = devices.add_computer(form.instance, on_network, actor=actor_of(user), reason=reason)
                if not scope.may(user, "add", Device, made):
                    raise ValidationError(_("With these values the row would lie outside what you may see."))
        except IntegrityError as fault:
            raise ValidationError(write.explain(fault, Device)) from fault
        return made

    def _show(self, form: ComputerForm) -> HttpResponse:
        page = kit.pages[Device]
        context = {
            "page": page,
            "urls": {"list": page.url("list")},
            "form": form,
            "sections": [(section.title, [form[name] for name in section.fields]) for section in SECTIONS],
            "title": _("New computer"),
        }
        return render(self.request, "computers/new.html", context)


def _on_network(form: ComputerForm) -> devices.OnNetwork:
    return devices.OnNetwork(form.cleaned_data.get("mac", ""), form.cleaned_data.get("address", ""))


def _again(request: HttpRequest) -> str:
    """The empty form for the next one of the same delivery."""
    kept = ("device_type", "department", "site", "location", "purchased_on", "in_service_on", "price_yuan", "in_prefix")
    query = request.GET.copy()
    for name in (*kept, "funding_source"):
        query[name] = request.POST.get(name, "")
    return f"{request.path}?{query.urlencode()}"


@require_safe
def free(request: HttpRequest) -> HttpResponse:
    """Free addresses of the chosen prefix, else of the first one of the department's LAN segments."""
    user: Any = request.user
    if not kit.pages[Device].may(user, "add"):
        raise PermissionDenied
    prefixes = scope.visible(user, Prefix)
    chosen, department = (key_of(request.GET.get(name, "")) for name in ("in_prefix", "department"))
    found = None
    if chosen is not None:
        found = prefixes.filter(pk=chosen).first()
    elif department is not None:
        found = prefixes.filter(segment__departments=department).order_by("key").first()
    context = {"prefix": found, "addresses": selectors.free_addresses(found, FREE_SHOWN) if found else []}
    return render(request, "computers/_free.html", context)


kit.add_start(Device, Start(gettext_lazy("New computer"), "device-desktop-plus", "new_computer"))
urlpatterns = [
    path("devices/new-computer/", ComputerView.as_view(), name="new_computer"),
    path("devices/new-computer/free/", free, name="free_addresses"),
]
