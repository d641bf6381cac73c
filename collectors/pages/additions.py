"""What the collectors add to the register's pages: panels, and a column and filters of the list of devices."""

from datetime import date, datetime, time
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectors.models import Difference, DifferenceState
from collectors.pages.panels import (
    NetworkPanel,
    PartsPanel,
    PollPanel,
    ReadingsPanel,
    SeenInPanel,
    SightingsPanel,
)
from collectors.pages.ports import PortsPanel
from inventory.models import Device, Prefix, Segment
from inventory.pages.kit import kit
from inventory.ui.columns import Column
from inventory.ui.filters import Filter


def not_seen_since(rows: QuerySet[Any], name: str, value: date) -> QuerySet[Any]:
    """Devices that the network has not shown since the beginning of a day, or never."""
    begin = timezone.make_aware(datetime.combine(value, time.min))
    unseen = Q(network_state__isnull=True) | Q(network_state__last_seen_at__isnull=True)
    return rows.filter(unseen | Q(network_state__last_seen_at__lt=begin))


def has_differences(rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
    """Devices with open differences, or those without."""
    told = Difference.objects.filter(state=DifferenceState.OPEN, device__isnull=False).values("device")
    return rows.filter(pk__in=told) if value else rows.exclude(pk__in=told)


kit.styles.append("collectors/network.css")
kit.add_panel(Device, NetworkPanel(), order=10)
kit.add_panel(Device, PollPanel(), order=10)
kit.add_panel(Device, PortsPanel(), order=20)
kit.add_panel(Device, ReadingsPanel(), order=30)
kit.add_panel(Device, SightingsPanel(), order=40)
kit.add_panel(Device, PartsPanel(), order=45)
kit.add_panel(Segment, SeenInPanel(), order=60)
kit.add_panel(Prefix, SeenInPanel(), order=60)

kit.add_column(
    Device,
    Column(
        name="last_seen",
        path="network_state__last_seen_at",
        title=_("last seen"),
        needs=("network_state__last_seen_at",),
    ),
)
kit.add_filter(Device, Filter("last_seen", ("network_state__last_seen_at",), _("last seen")))
kit.add_filter(
    Device,
    Filter(
        "not_seen_since",
        made=django_filters.DateFilter(
            label=_("not seen since"),
            method=not_seen_since,
            widget=forms.DateInput({"type": "date", "class": "form-control"}),
        ),
    ),
)
kit.add_filter(
    Device,
    Filter(
        "differs",
        made=django_filters.BooleanFilter(
            label=_("has open differences"),
            method=has_differences,
            widget=forms.Select({"class": "form-select"}, choices=[("", ""), ("true", _("yes")), ("false", _("no"))]),
        ),
    ),
)
