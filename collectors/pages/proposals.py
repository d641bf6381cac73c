"""Devices that the network shows and the register lacks: their list, and taking one over or refusing it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collectors.models import Proposal, ProposalState
from collectors.pages.differences import OpenAtFirst
from collectors.pages.proposal_form import AcceptForm
from collectors.recognising import Sign, recognise, seen_then
from collectors.services import proposals as service
from collectors.suggesting import suggestions
from inventory import scope
from inventory.models import Device
from inventory.pages.kit import kit, page_url
from inventory.pages.writing import actor_of
from inventory.rules.addresses import show_mac
from inventory.rules.names import serial_key
from inventory.services import write
from inventory.ui.columns import Column, Kind
from inventory.ui.keys import key_of
from inventory.ui.page import ModelPage, Section
from inventory.ui.views.details import DetailView

STATES = {"open": "orange", "accepted": "green", "rejected": "secondary"}
SIGNS = {
    Sign.SERIAL: gettext_lazy("It has this serial number."),
    Sign.MAC: gettext_lazy("It has this MAC."),
    Sign.ENGINE: gettext_lazy("It answers with this SNMP engine id and name."),
    Sign.NAME: gettext_lazy("It has this name: compare serial number and place."),
    Sign.ADDRESS: gettext_lazy("It has this address: it may have been replaced."),
}
"""Why a registered device may be the one that is proposed, the surest first."""


class ProposalView(DetailView):
    """What was seen, the registered devices that it may be, and the form that takes it over."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._show(self.find(pk))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        proposal: Proposal = self.find(pk)
        if not self._may_decide(proposal):
            raise PermissionDenied
        decide = {"accept": self._accept, "same": self._accept_as, "reject": self._reject}.get(
            request.POST.get("do", "")
        )
        if decide is None:
            raise Http404
        return decide(proposal)

    def _accept(self, proposal: Proposal) -> HttpResponse:
        user: Any = self.request.user
        form = AcceptForm(user, suggestions(proposal), self.request.POST)
        if form.is_valid():
            try:
                device = self._enter(user, proposal, form)
            except ValidationError as fault:
                form.refuse(fault)
            else:
                messages.success(self.request, _("%(name)s is in the register.") % {"name": device})
                return redirect(page_url(device))
        return self._show(self.find(proposal.pk), form)

    def _enter(self, user: Any, proposal: Proposal, form: AcceptForm) -> Device:
        reason = form.cleaned_data["reason"]
        with write.unit(actor_of(user), reason=reason or _("proposal accepted")):
            device = service.accept(proposal, form.entry(), actor=actor_of(user), reason=reason)
            if not scope.may(user, "view", Device, device):
                raise ValidationError(
                    {"site": _("Give a site or a department of yours: else you would not see the device.")}
                )
        return device

    def _accept_as(self, proposal: Proposal) -> HttpResponse:
        user: Any = self.request.user
        wanted = key_of(self.request.POST.get("device", ""))
        device = next((one for one, _signs in self._alike(proposal) if one.pk == wanted), None)
        if device is None:
            raise Http404
        if not scope.may(user, "change", Device, device):
            raise PermissionDenied
        try:
            service.accept_as(proposal, device, actor=actor_of(user), reason=self._reason())
        except ValidationError as fault:
            messages.error(self.request, " ".join(fault.messages))
            return redirect(page_url(proposal))
        messages.success(self.request, _("It is %(device)s; nothing was entered twice.") % {"device": device})
        return redirect(page_url(device))

    def _reject(self, proposal: Proposal) -> HttpResponse:
        try:
            service.reject(proposal, actor=actor_of(self.request.user), reason=self._reason())
        except ValidationError as fault:
            messages.error(self.request, " ".join(fault.messages))
            return redirect(page_url(proposal))
        messages.success(self.request, _("%(name)s is rejected and will not be proposed again.") % {"name": proposal})
        return redirect(self.page.url("list"))

    def _reason(self) -> str:
        return self.request.POST.get("reason", "").strip()[:500]

    def _may_decide(self, proposal: Proposal) -> bool:
        user: Any = self.request.user
        return scope.may(user, "change", Proposal, proposal) and scope.may(user, "add", Device)

    def _alike(self, proposal: Proposal) -> list[tuple[Device, list[str]]]:
        """The registered devices that it may be, as far as the user sees them, each with the reasons.

        Without the one in whose place it answers: that it is another was decided.
        """
        found: dict[int, tuple[Device, list[str]]] = {}
        for sign, device in recognise([seen_then(proposal)], tuple(SIGNS))[0].items():
            replaced = str(device) == proposal.evidence.get("in place of")
            if not replaced and scope.may(self.request.user, "view", Device, device):
                found.setdefault(device.pk, (device, []))[1].append(str(SIGNS[sign]))
        seen = serial_key(proposal.serial)
        for device, reasons in found.values():
            if seen and serial_key(device.serial) not in ("", seen):
                reasons.append(_("But its serial number is another."))
        return list(found.values())

    def _show(self, proposal: Proposal, form: AcceptForm | None = None) -> HttpResponse:
        decides = proposal.state != ProposalState.ACCEPTED and self._may_decide(proposal)
        if decides and form is None:
            form = AcceptForm(self.request.user, suggestions(proposal))
        return self.render(
            "collectors/proposal.html",
            object=proposal,
            proposal=proposal,
            color=STATES[proposal.state],
            seen=list(_seen(proposal)),
            form=form if decides else None,
            alike=[(one, page_url(one), why) for one, why in self._alike(proposal)] if decides else (),
            device_url=page_url(proposal.device) if proposal.device is not None else "",
        )


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
