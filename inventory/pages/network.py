"""Pages of interfaces, cables, segments, prefixes and addresses."""

from django.utils.translation import gettext_lazy as _

from inventory import searching
from inventory.models import Cable, Interface, IPAddress, Prefix, Segment
from inventory.pages.kit import kit
from inventory.rules.addresses import show_mac
from inventory.ui.columns import Column, Kind
from inventory.ui.filters import Filter
from inventory.ui.page import BulkForm, ModelPage, Section
from inventory.ui.panels import RelatedTable

KINDS = {"copper": "orange", "fiber": "blue", "wireless": "purple", "virtual": "secondary", "lag": "teal"}

kit.register(
    ModelPage(
        Interface,
        columns=(
            "name",
            "device",
            Column(name="kind", colors=KINDS),
            Column(name="mac", kind=Kind.CODE, reads=show_mac),
            "speed_mbps",
            "enabled",
            "oper_up",
            "description",
            "if_index",
            "gone_since",
        ),
        default_columns=("name", "device", "kind", "mac", "speed_mbps", "enabled", "oper_up", "description"),
        phone=("name", "kind"),
        below=("device", "mac", "description"),
        filters=(
            "device",
            "kind",
            "enabled",
            "oper_up",
            "mac",
            Filter("site", ("device__site",), _("site")),
            "gone_since",
        ),
        form=(Section(_("Interface"), ("device", "name", "kind", "mac", "speed_mbps", "enabled", "description")),),
        details=(
            Section(_("Interface"), ("device", "name", "kind", "mac", "speed_mbps", "enabled", "description")),
            Section(_("Seen by the network"), ("if_index", "oper_up", "gone_since")),
        ),
        search=("name", "mac", "description", "device__asset_tag", "device__name"),
        within="device",
        icon="plug-connected",
        empty=_("No interfaces yet. They come with the first collection, or with interfaces.csv."),
        bulk=(BulkForm("edit", _("Edit"), ("kind", "speed_mbps", "enabled", "description")),),
        panels=(RelatedTable(IPAddress, "interface", ("address", "prefix_length", "gone_since")),),
    )
)

kit.register(
    ModelPage(
        Cable,
        columns=(
            "label",
            Column(name="device_a", path="end_a__device", title=_("from device")),
            "end_a",
            Column(name="device_b", path="end_b__device", title=_("to device")),
            "end_b",
            "length_m",
        ),
        phone=("label", "device_a", "device_b"),
        filters=(
            Filter("device", ("end_a__device", "end_b__device"), _("device")),
            Filter("site", ("end_a__device__site", "end_b__device__site"), _("site")),
            "length_m",
            "label",
        ),
        form=(Section(_("Cable"), ("label", "end_a", "end_b", "length_m")),),
        details=(Section(_("Cable"), ("label", "length_m", "device_a", "end_a", "device_b", "end_b")),),
        search=("label", "end_a__device__name", "end_b__device__name"),
        label=("label", "end_a__name", "end_b__name"),
        order=("label",),
        icon="line",
        empty=_("No cables yet. Add one between two interfaces, or load cables.csv."),
        bulk=(BulkForm("edit", _("Edit"), ("length_m",)),),
    )
)

kit.register(
    ModelPage(
        Segment,
        columns=(
            "name",
            "vlan_id",
            "site",
            Column(name="gateway", sheets=("gateway_device", "gateway")),
            Column(name="gateway_device", path="gateway__device", title=_("gateway device")),
        ),
        default_columns=("name", "vlan_id", "site", "gateway_device", "gateway"),
        phone=("name", "vlan_id"),
        below=("site", "gateway"),
        filters=(
            "site",
            Filter("town", ("site__town",), _("town")),
            Filter("department", ("departments",), _("department")),
            "vlan_id",
        ),
        search=searching.find_segments,
        form=(Section(_("LAN segment"), ("name", "vlan_id", "site", "gateway", "departments")),),
        details=(Section(_("LAN segment"), ("name", "vlan_id", "site", "gateway_device", "gateway", "departments")),),
        icon="network",
        empty=_("No segments yet. Add the LAN segments of each site and the departments that they serve."),
        bulk=(BulkForm("move", _("Move"), ("site",), "arrows-move"),),
        panels=(RelatedTable(Prefix, "segment", ("prefix", "description")),),
    )
)

kit.register(
    ModelPage(
        Prefix,
        columns=(
            Column(name="prefix", kind=Kind.CODE, order=("key",)),
            "segment",
            Column(name="site", path="segment__site"),
            "description",
        ),
        filters=("segment", Filter("site", ("segment__site",), _("site"))),
        form=(Section(_("Prefix"), ("prefix", "segment", "description")),),
        search=searching.find_prefixes,
        label=("prefix",),
        icon="binary-tree",
        empty=_("No prefixes yet. Add the IP prefixes of your segments."),
        bulk=(BulkForm("edit", _("Edit"), ("segment", "description")),),
    )
)

kit.register(
    ModelPage(
        IPAddress,
        columns=(
            Column(name="address", kind=Kind.CODE, order=("key",)),
            "prefix_length",
            Column(name="device", path="interface__device"),
            "interface",
            "gone_since",
        ),
        phone=("address", "device"),
        below=("interface",),
        filters=(
            "interface",
            Filter("device", ("interface__device",), _("device")),
            Filter("site", ("interface__device__site",), _("site")),
            "gone_since",
        ),
        form=(Section(_("IP address"), ("address", "prefix_length", "interface")),),
        details=(Section(_("IP address"), ("address", "prefix_length", "gone_since", "device", "interface")),),
        search=("address", "interface__device__asset_tag", "interface__device__name"),
        label=("address",),
        icon="map-pin-code",
        empty=_("No addresses yet. They come with the first collection, or with addresses.csv."),
    )
)
