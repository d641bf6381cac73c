"""What the collectors add to the start page (what waits for a person) and to the search (where a MAC or an address is
and was, parts by their serial, neighbours that the register may not have)."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.translation import gettext as _

from collectors import finding
from collectors.models import (
    DevicePart,
    Difference,
    DifferenceKind,
    DifferenceState,
    Neighbour,
    Proposal,
    ProposalState,
    Run,
    RunState,
)
from inventory import scope
from inventory.models import Device
from inventory.pages import home, search
from inventory.pages.home import Task
from inventory.pages.kit import kit, page_url
from inventory.pages.search import Group, Hit, marked
from inventory.rules.asked import Asked

STALE_DAYS = 2
"""A collection runs every day: after so many days without one somebody should look."""
FAILED_DAYS = 7
NOT_BEGUN = (RunState.WAITING, RunState.WITHDRAWN)


def _list(model: Any, query: str = "") -> str:
    return kit.pages[model].url("list") + query


def differences(request: HttpRequest) -> Iterable[Task]:
    """Open differences by their kind; devices that do not answer stand for themselves."""
    user: Any = request.user
    rows = scope.visible(user, Difference).filter(state=DifferenceState.OPEN).order_by()
    counts = dict(rows.values_list("kind").annotate(n=Count("pk")))
    silent = counts.pop(DifferenceKind.NO_ANSWER, 0)
    parts = [
        (str(DifferenceKind(kind).label), count, _list(Difference, f"?kind={kind}"))
        for kind, count in sorted(counts.items(), key=lambda item: -item[1])
    ]
    wanted = "".join(f"&kind={kind}" for kind in counts)
    yield Task(
        _("Open differences"),
        sum(counts.values()),
        _list(Difference, f"?{wanted[1:]}"),
        "git-compare",
        detail=_("between the register and the network"),
        parts=parts,
    )
    yield Task(
        _("Devices that do not answer"), silent, _list(Difference, f"?kind={DifferenceKind.NO_ANSWER}"), "plug-x", "red"
    )


def proposals(request: HttpRequest) -> Iterable[Task]:
    """Devices that the network shows and the register lacks."""
    user: Any = request.user
    count = scope.visible(user, Proposal).filter(state=ProposalState.OPEN).count()
    yield Task(_("Proposed devices"), count, _list(Proposal), "device-desktop-plus", "azure")


def runs(request: HttpRequest) -> Iterable[Task]:
    """Collections that failed lately, and how long ago the last one is."""
    user: Any = request.user
    if not scope.may(user, "view", Run):
        return
    seen, today = scope.visible(user, Run), timezone.localdate()
    since = today - timedelta(days=FAILED_DAYS - 1)
    failed = seen.filter(state=RunState.FAILED, started_at__date__gte=since).count()
    words = _("in the last %d days") % FAILED_DAYS
    query = f"?state={RunState.FAILED}&started_at_after={since.isoformat()}"
    yield Task(_("Failed collections"), failed, _list(Run, query), "alert-triangle", "red", words)
    last = seen.exclude(state__in=NOT_BEGUN).order_by("-started_at").values_list("started_at", flat=True).first()
    if last is not None and (days := (today - timezone.localtime(last).date()).days) >= STALE_DAYS:
        told = _("The last one began on %s.") % date_format(timezone.localtime(last), "DATETIME_FORMAT")
        yield Task(_("Days without a collection"), days, _list(Run), "clock-exclamation", "orange", told)


def sightings(request: HttpRequest, asked: Asked) -> Group | None:
    """Where a MAC is and was; what is at an address now, and what was before."""
    if asked.mac:
        found = finding.sightings_of_mac(request.user, asked.mac)
    elif asked.address is not None:
        found = finding.sightings_of_address(request.user, str(asked.address))
    else:
        return None
    hits = [_sighting(request.user, one, asked) for one in found[: search.SHOWN * 2]]
    return Group(_("Seen on the network"), "eye", hits, len(hits)) if hits else None


def _sighting(user: Any, one: finding.Hit, asked: Asked) -> Hit:
    times = [date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT") for at in (one.first, one.last)]
    now = format_html('<span class="badge bg-green-lt">{}</span>', _("now")) if one.ended is None else ""
    why = [(_("MAC"), marked(one.shown_mac, asked) or escape(one.shown_mac))]
    if one.address:
        why.append((_("IP address"), marked(one.address, asked) or escape(one.address)))
    if one.switch:
        url = page_url(one.switch)
        why.append((_("at"), format_html('<a href="{}">{}</a>', url, f"{one.switch} {one.port}".strip())))
    new = ""
    if one.device is None and scope.may(user, "add", Device):
        url = f"{reverse('new_computer')}?mac={one.mac}"
        new = format_html('<a href="{}">{}</a>', url, _("Enter computer"))
    vlan = f"VLAN {one.vlan}" if one.vlan else ""
    return Hit(
        url=page_url(one.device) if one.device is not None else "",
        name=escape(str(one.device)) if one.device else escape(_("Not in the register")),
        why=why,
        about=[part for part in (now, escape(" – ".join(times)), vlan, new) if part],
    )


def parts(request: HttpRequest, asked: Asked) -> Group | None:
    """Modules, power supplies and transceivers by their serial; they lead to the device that they sit in."""
    user: Any = request.user
    rows = scope.visible(user, DevicePart).filter(serial__icontains=asked.text).select_related("device")
    found = list(rows.order_by("pk")[: search.SHOWN])
    hits = [
        Hit(
            url=page_url(part.device),
            name=escape(f"{part.name or part.get_kind_display()} {part.model}".strip()),
            why=[(_("Serial number"), marked(part.serial, asked) or escape(part.serial))],
            about=[escape(str(part.device)), *([escape(_("gone"))] if part.gone_since else [])],
        )
        for part in found
    ]
    return Group(_("Parts"), "puzzle", hits, rows.count()) if hits else None


def neighbours(request: HttpRequest, asked: Asked) -> Group | None:
    """What neighbours call themselves, and the ports on which they were seen."""
    user: Any = request.user
    rows = scope.visible(user, Neighbour).filter(ended_at__isnull=True, remote_name__icontains=asked.text)
    found: Sequence[Neighbour] = list(rows.select_related("device").order_by("pk")[: search.SHOWN])
    hits = [
        Hit(
            url=page_url(one.device),
            name=escape(f"{one.device} {one.port}"),
            why=[(_("Neighbour"), marked(one.remote_name, asked) or escape(one.remote_name))],
            about=[escape(one.remote_port), one.protocol.upper()],
        )
        for one in found
    ]
    return Group(_("Neighbours"), "topology-star", hits, rows.count()) if hits else None


home.register_task(differences, 10)
home.register_task(proposals, 20)
home.register_task(runs, 30)
search.register(sightings, 11)
search.register(parts, 50)
search.register(neighbours, 51)
