"""Devices that the network shows and the register lacks: their list, and taking one over or refusing it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collectors.models import Proposal, ProposalState
from collectors.pages.differences import OpenAtFirst
from collectors.services import proposals as service
from collectors.services.proposals import Entry
from inventory import scope
from inventory.models import AssetClass, Department, Device, Site
from inventory.models.hardware import DeviceStatus
from inventory.pages.kit import kit, page_url
from inventory.pages.writing import actor_of
from inventory.rules.addresses import show_mac
from inventory.services import write
from inventory.ui.columns import Column, Kind
from inventory.ui.filters import choice_widget
from inventory.ui.page import ModelPage, Section
from inventory.ui.views.details import DetailView

STATES = {"open": "orange", "accepted": "green", "rejected": "secondary"}
NEW_STATUS = (DeviceStatus.IN_USE, DeviceStatus.IN_STOCK, DeviceStatus.PLANNED)


class AcceptForm(forms.Form):
    """What a person adds to what was seen."""

    asset_tag = forms.CharField(label=gettext_lazy("asset tag"), max_length=60)
    status = forms.ChoiceField(label=gettext_lazy("status"), choices=[(s.value, s.label) for s in NEW_STATUS])
    manufacturer = forms.CharField(label=gettext_lazy("manufacturer"), max_length=100, required=False)
    model = forms.CharField(label=gettext_lazy("model"), max_length=200, required=False)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=200,
        widget=forms.TextInput({"class": "form-control", "placeholder": gettext_lazy("for the change log, optional")}),
    )

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = gettext_lazy("Only needed for a model that the register does not have.")
        self._choice(user, "asset_class", AssetClass, gettext_lazy("asset class"), words)
        self._choice(user, "site", Site, gettext_lazy("site"))
        self._choice(user, "department", Department, gettext_lazy("department"))
        for name in ("asset_tag", "manufacturer", "model"):
            self.fields[name].widget.attrs["class"] = "form-control"
        self.fields["status"].widget.attrs["class"] = "form-select"
        self.order_fields(
            ("asset_tag", "status", "manufacturer", "model", "asset_class", "site", "department", "reason")
        )

    def _choice(self, user: Any, name: str, model: Any, label: Any, help_text: Any = "") -> None:
        self.fields[name] = forms.ModelChoiceField(
            scope.visible(user, model),
            label=label,
            required=False,
            help_text=help_text,
            widget=choice_widget(kit.page_of(model), multiple=False),
        )

    def entry(self) -> Entry:
        return Entry(**{name: value for name, value in self.cleaned_data.items() if name != "reason"})


class ProposalView(DetailView):
    """What was seen, and the form that takes it over."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        proposal: Proposal = self.find(pk)
        return self._show(proposal, AcceptForm(request.user, initial=self._initial(proposal)))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        proposal: Proposal = self.find(pk)
        user: Any = request.user
        if not scope.may(user, "change", Proposal, proposal) or not scope.may(user, "add", Device):
            raise PermissionDenied
        if request.POST.get("do") == "reject":
            return self._reject(proposal)
        if request.POST.get("do") != "accept":
            raise Http404
        form = AcceptForm(user, request.POST)
        if form.is_valid():
            try:
                device = self._accept(user, proposal, form)
            except ValidationError as fault:
                self._refuse(form, fault)
            else:
                messages.success(request, _("%(name)s is in the register.") % {"name": device})
                return redirect(page_url(device))
        return self._show(self.find(pk), form)

    def _accept(self, user: Any, proposal: Proposal, form: AcceptForm) -> Device:
        with write.unit(actor_of(user), reason=form.cleaned_data["reason"] or _("proposal accepted")):
            device = service.accept(proposal, form.entry(), actor=actor_of(user), reason=form.cleaned_data["reason"])
            if not scope.may(user, "view", Device, device):
                raise ValidationError(
                    {"site": _("Give a site or a department of yours: else you would not see the device.")}
                )
        return device

    def _refuse(self, form: AcceptForm, fault: ValidationError) -> None:
        """The service's faults, beside their fields where they have one here."""
        if not hasattr(fault, "error_dict"):
            form.add_error(None, fault)
            return
        for name, errors in fault.error_dict.items():
            form.add_error(name if name in form.fields else None, errors)

    def _reject(self, proposal: Proposal) -> HttpResponse:
        try:
            service.reject(
                proposal, actor=actor_of(self.request.user), reason=self.request.POST.get("reason", "").strip()[:500]
            )
        except ValidationError as fault:
            messages.error(self.request, " ".join(fault.messages))
            return redirect(page_url(proposal))
        messages.success(self.request, _("%(name)s is rejected and will not be proposed again.") % {"name": proposal})
        return redirect(self.page.url("list"))

    def _initial(self, proposal: Proposal) -> dict[str, Any]:
        """Prefilled: as it was seen, and the site and department of the device that heard it."""
        near = _heard_by(proposal)
        return {
            "status": DeviceStatus.IN_USE.value,
            "manufacturer": proposal.manufacturer,
            "model": proposal.model,
            "site": near.site_id if near is not None else None,
            "department": near.department_id if near is not None else None,
        }

    def _show(self, proposal: Proposal, form: AcceptForm) -> HttpResponse:
        user: Any = self.request.user
        open_ = proposal.state in (ProposalState.OPEN, ProposalState.REJECTED)
        return self.render(
            "collectors/proposal.html",
            object=proposal,
            proposal=proposal,
            color=STATES[proposal.state],
            seen=list(_seen(proposal)),
            form=form if open_ and scope.may(user, "change", Proposal) and scope.may(user, "add", Device) else None,
            device_url=page_url(proposal.device) if proposal.device is not None else "",
        )


def _heard_by(proposal: Proposal) -> Device | None:
    """The device on whose port it was heard, by the name that stands first in the evidence."""
    at = str(proposal.evidence.get("heard at") or "")
    name = at.partition(" ")[0]
    return Device.objects.filter(name=name).first() if name else None


def _seen(proposal: Proposal) -> Any:
    said = proposal.evidence
    yield _("name"), proposal.name
    yield _("manufacturer"), proposal.manufacturer
    yield _("model"), proposal.model
    yield _("serial number"), proposal.serial
    yield _("MAC"), show_mac(proposal.mac) if proposal.mac else ""
    yield _("addresses"), ", ".join(proposal.addresses)
    yield _("heard at"), said.get("heard at")
    yield _("in place of"), said.get("in place of")
    yield _("description"), said.get("description")
    yield _("software version"), said.get("version")
    yield _("management profile"), str(proposal.profile or "")


def _mac(row: Proposal) -> str:
    return show_mac(row.mac) if row.mac else "–"


def _addresses(row: Proposal) -> str:
    return ", ".join(row.addresses)


def _at(row: Proposal) -> str:
    return str(row.evidence.get("heard at") or "")


kit.register(
    ModelPage(
        Proposal,
        columns=(
            Column(name="name", needs=("name", "serial", "key"), html=lambda row: escape(str(row)), value=str),
            "manufacturer",
            "model",
            Column(name="serial", kind=Kind.CODE),
            Column(name="mac", kind=Kind.CODE, html=lambda row: escape(_mac(row)), value=_mac),
            Column(
                name="addresses",
                order=(),
                needs=("addresses",),
                html=lambda row: escape(_addresses(row)),
                value=_addresses,
            ),
            Column(
                name="at",
                path="evidence",
                title=gettext_lazy("heard at"),
                order=(),
                html=lambda row: escape(_at(row)),
                value=_at,
            ),
            "first_seen_at",
            "last_seen_at",
            Column(name="state", colors=STATES),
            "closed_by",
            "reason",
            "device",
        ),
        default_columns=("name", "manufacturer", "model", "serial", "mac", "addresses", "at", "last_seen_at", "state"),
        phone=("name", "state"),
        below=("manufacturer", "model", "serial", "mac", "addresses", "at"),
        filters=("state", "manufacturer", "model", "first_seen_at", "last_seen_at"),
        details=(Section(gettext_lazy("Proposal"), ("name", "state")),),
        search=("name", "serial", "mac", "model", "manufacturer", "key"),
        label=("name", "serial", "key"),
        icon="device-desktop-plus",
        empty=gettext_lazy("No unknown devices. 'manage.py discover' looks for more in your prefixes."),
        actions=frozenset(),
        views={"detail": ProposalView},
        filterset_class=OpenAtFirst,
    )
)
