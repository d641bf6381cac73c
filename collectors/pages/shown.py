"""Differences as a page shows them: both values in words, the evidence, what accepting would do, and ways onward."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext

from collectors import wording
from collectors.effects import Effect, effects
from collectors.models import Difference, DifferenceKind, DifferenceState, Proposal, Run
from inventory import scope
from inventory.models import Device
from inventory.pages.kit import kit, page_url
from inventory.rules.addresses import show_mac
from inventory.ui.columns import Kind, text_of

KINDS = {
    "serial": "blue",
    "type": "purple",
    "name": "cyan",
    "replaced": "red",
    "moved": "orange",
    "no_answer": "red",
    "unregistered": "teal",
    "unknown_mac": "azure",
    "unseen": "orange",
}
STATES = {"open": "orange", "accepted": "green", "rejected": "secondary", "settled": "teal"}
EVIDENCE = {
    "at": gettext_noop("switch port"),
    "beyond": gettext_noop("beyond that port"),
    "vlan": gettext_noop("VLAN"),
    "mac": gettext_noop("MAC"),
    "address": gettext_noop("address"),
    "description": gettext_noop("description"),
    "name": gettext_noop("name seen"),
    "macs": gettext_noop("MACs"),
    "fault": gettext_noop("what went wrong"),
    "last answer": gettext_noop("last answer"),
    "last evidence": gettext_noop("last trace"),
    "evidence": gettext_noop("agrees and contradicts"),
    "table": gettext_noop("table"),
    "rule": gettext_noop("identified by"),
}
"""What is shown of a difference's evidence, in this order."""
MATCHED = {
    "serial": gettext_noop("serial number"),
    "mac": gettext_noop("MAC"),
    "engine": gettext_noop("engine id"),
    "name": gettext_noop("name"),
    "address": gettext_noop("address"),
    "model": gettext_noop("model"),
}
MACS_SHOWN = 3
NEEDED = ("device__device_type__manufacturer", "device__department", "device__site__town", "run")


@dataclass(frozen=True, slots=True)
class Shown:
    """One difference, ready for its template."""

    difference: Difference
    color: str
    title: str
    url: str
    place: str
    register: str
    seen: str
    effect: Effect
    evidence: list[tuple[str, str]]
    run_url: str
    onward: list[tuple[str, str, str]]
    """(title, icon, address) of pages on which it is set right by hand."""

    @property
    def open(self) -> bool:
        return self.difference.state == DifferenceState.OPEN

    @property
    def decided(self) -> bool:
        return self.difference.state in (DifferenceState.ACCEPTED, DifferenceState.REJECTED)

    @property
    def days(self) -> int:
        return int((timezone.now() - self.difference.opened_at).days)


def shown(user: Any, differences: Sequence[Difference]) -> list[Shown]:
    """Differences that the user may see, loaded with NEEDED. A fixed number of queries."""
    done = effects(differences)
    runs = set(scope.visible(user, Run).filter(opened__in=differences).values_list("pk", flat=True))
    proposed = _proposals(user, differences)
    may_edit, may_add = scope.may(user, "change", Device), scope.may(user, "add", Device)
    return [
        Shown(
            one,
            KINDS.get(one.kind, "secondary"),
            _title(one),
            page_url(one.device) if one.device is not None else "",
            _place(one.device),
            wording.register_value(one),
            wording.seen_value(one),
            done[one.pk],
            list(_evidence(one.evidence)),
            reverse("run_detail", args=(one.run_id,)) if one.run_id in runs else "",
            list(_onward(one, proposed, may_edit, may_add)),
        )
        for one in differences
    ]


def _title(one: Difference) -> str:
    if one.device is not None:
        return str(one.device)
    return show_mac(one.key) if len(one.key) == 12 else one.key


def _place(device: Device | None) -> str:
    if device is None:
        return ""
    parts = (device.site.town if device.site else None, device.site, device.department)
    return " · ".join(str(part) for part in parts if part is not None)


def _proposals(user: Any, differences: Iterable[Difference]) -> dict[str, int]:
    """MAC → key of the proposal, of strangers that forward frames."""
    macs = [one.key for one in differences if one.kind == DifferenceKind.UNREGISTERED]
    if not macs:
        return {}
    return dict(scope.visible(user, Proposal).filter(mac__in=macs).values_list("mac", "pk"))


def _evidence(evidence: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for key, title in EVIDENCE.items():
        if text := _said(key, evidence.get(key)):
            yield _(title), text


def _said(key: str, value: Any) -> str:
    if value in (None, "", []):
        return ""
    if key == "beyond":
        return _("yes") if value else ""
    if key == "mac":
        return show_mac(value)
    if key == "macs":
        more = len(value) - MACS_SHOWN
        return ", ".join(map(show_mac, value[:MACS_SHOWN])) + (f" +{more}" if more > 0 else "")
    if key == "fault":
        return str(value).partition(": ")[2] or str(value)
    if key == "table":
        return wording.table(value)
    if key == "evidence":
        return ", ".join(_matched(word) for word in value)
    if key == "last answer":
        at = parse_datetime(value)
        return text_of(at, Kind.TIME) if isinstance(at, datetime) else str(value)
    return str(value)


def _matched(word: str) -> str:
    bare = word.removeprefix("-")
    name = _(MATCHED[bare]) if bare in MATCHED else bare
    return f"{name} {'≠' if word.startswith('-') else '='}"


def _onward(
    one: Difference, proposed: Mapping[str, int], may_edit: bool, may_add: bool
) -> Iterable[tuple[str, str, str]]:
    if one.kind == DifferenceKind.UNREGISTERED and one.key in proposed:
        yield pgettext("noun", "Proposal"), "device-desktop-plus", reverse("proposal_detail", args=(proposed[one.key],))
    elif one.device is not None and may_edit:
        page = kit.page_of(Device)
        yield _("Edit device"), "edit", page.url("edit", one.device.pk) if page else ""
    elif one.device is None and may_add:
        yield _("Enter computer"), "plus", f"{reverse('new_computer')}?mac={one.key}"
