"""Pages of fiber cables and links."""

import json
from typing import Any

from django.utils.html import escape
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from inventory.models import FiberCable, FiberLink, FiberLinkHop
from inventory.pages.kit import kit
from inventory.ui.columns import NOTHING, Column
from inventory.ui.filters import Filter
from inventory.ui.page import BulkForm, ModelPage, Section
from inventory.ui.panels import RelatedTable

STATUS = {"planned": "azure", "in_use": "green", "retired": "secondary"}
TOWN = Filter("town", ("site_a__town", "site_b__town"), _("town"))
SITE = Filter("site", ("site_a", "site_b"), _("site"))


def shown_route(route: Any) -> str:
    """How many points a route on the map has; the map itself is the form's and the file's."""
    points = route.get("coordinates") if isinstance(route, dict) else None
    if not isinstance(points, list):
        return ""
    return ngettext("%(count)d point", "%(count)d points", len(points)) % {"count": len(points)}


kit.register(
    ModelPage(
        FiberCable,
        columns=(
            "name",
            "site_a",
            "site_b",
            "strands",
            "fiber_kind",
            "length_m",
            "length_source",
            "ownership",
            Column(name="status", colors=STATUS),
            "built_on",
            "cost_yuan",
            Column(
                name="route",
                html=lambda cable: escape(shown_route(cable.route)) or NOTHING,
                value=lambda cable: json.dumps(cable.route) if cable.route else None,
            ),
        ),
        default_columns=(
            "name",
            "site_a",
            "site_b",
            "strands",
            "fiber_kind",
            "length_m",
            "ownership",
            "status",
            "built_on",
        ),
        phone=("name", "strands", "status"),
        below=("site_a", "site_b"),
        filters=(
            SITE,
            TOWN,
            "site_a",
            "site_b",
            "status",
            "ownership",
            "length_source",
            "strands",
            "length_m",
            "built_on",
        ),
        form=(
            Section(_("Fiber cable"), ("name", "site_a", "site_b", "status", "ownership")),
            Section(_("Strands and length"), ("strands", "fiber_kind", "length_m", "length_source")),
            Section(_("Building"), ("built_on", "cost_yuan", "route")),
        ),
        search=("name", "site_a__name", "site_b__name"),
        icon="line-dashed",
        empty=_("No fiber cables yet. Add one between two sites, or load fiber_cables.csv."),
        bulk=(BulkForm("edit", _("Edit"), ("fiber_kind", "ownership", "status", "built_on")),),
        panels=(RelatedTable(FiberLinkHop, "cable", ("strand", "link", "position")),),
    )
)

kit.register(
    ModelPage(
        FiberLink,
        columns=(
            "name",
            "site_a",
            Column(name="device_a", path="interface_a__device", title=_("from device")),
            "interface_a",
            "site_b",
            Column(name="device_b", path="interface_b__device", title=_("to device")),
            "interface_b",
            Column(name="status", colors=STATUS),
            "purpose",
        ),
        default_columns=("name", "site_a", "site_b", "status", "purpose"),
        phone=("name", "status"),
        below=("purpose",),
        filters=(SITE, TOWN, "site_a", "site_b", "status", "purpose"),
        form=(
            Section(_("Fiber link"), ("name", "status", "purpose")),
            Section(_("Ends"), ("site_a", "interface_a", "site_b", "interface_b")),
        ),
        details=(
            Section(_("Fiber link"), ("name", "status", "purpose")),
            Section(_("Ends"), ("site_a", "device_a", "interface_a", "site_b", "device_b", "interface_b")),
        ),
        search=("name", "purpose"),
        icon="route",
        bulk=(BulkForm("edit", _("Edit"), ("status", "purpose")),),
        panels=(RelatedTable(FiberLinkHop, "link", ("position", "cable", "strand")),),
    )
)

kit.register(
    ModelPage(
        FiberLinkHop,
        columns=("position", "link", "cable", "strand"),
        filters=("link", "cable"),
        form=(Section(_("Strand of a link"), ("link", "position", "cable", "strand")),),
        search=("link__name", "cable__name"),
        label=("cable__name", "strand"),
        icon="route-2",
        actions=frozenset({"add", "change", "delete"}),
    )
)
