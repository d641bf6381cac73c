"""Pages of devices and of the catalogue: manufacturers, asset classes, device types."""

from typing import Any

from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from inventory import searching
from inventory.models import AssetClass, Device, DeviceType, Manufacturer
from inventory.pages.kit import kit
from inventory.ui.columns import NOTHING, Column, Kind
from inventory.ui.filters import Filter
from inventory.ui.page import BulkForm, ModelPage, Section
from inventory.ui.panels import RelatedTable

STATUS = {
    "planned": "azure",
    "in_stock": "cyan",
    "in_use": "green",
    "under_repair": "yellow",
    "missing": "red",
    "to_be_scrapped": "orange",
    "scrapped": "secondary",
}
CONDITION = {"good": "green", "worn": "yellow", "poor": "orange"}
ROLES = {"computer": "blue", "server": "purple", "network": "teal", "printer": "cyan", "power": "orange"}


def place(device: Any) -> str:
    """Where a device stands: its site and its location, as far as they are known."""
    return " ".join(str(part).replace(" / ", "/") for part in (device.site, device.location) if part is not None)


kit.register(
    ModelPage(
        Device,
        columns=(
            Column(name="asset_tag", kind=Kind.CODE),
            Column(name="name", kind=Kind.CODE),
            "device_type",
            Column(name="asset_class", path="device_type__asset_class"),
            Column(name="status", colors=STATUS),
            Column(name="condition", colors=CONDITION),
            "department",
            "holder",
            "site",
            "location",
            Column(
                name="place",
                path="location",
                title=_("place"),
                needs=("site__name", "location__name", "location__parent__name", "location__parent__parent__name"),
                order=("site__name", "location__parent__name", "location__name"),
                html=lambda device: (
                    f'<span class="tz-keep">{escape(place(device))}</span>' if place(device) else NOTHING
                ),
                sheets=("site", "location"),
            ),
            Column(name="town", path="site__town"),
            Column(name="serial", kind=Kind.CODE),
            "in_service_on",
            "purchased_on",
            "price_yuan",
            "funding_source",
            "warranty_ends_on",
            Column(name="primary_address", order=("primary_address__key",)),
            "verified_on",
            "verified_by",
            "note",
        ),
        default_columns=(
            "asset_tag",
            "name",
            "device_type",
            "department",
            "holder",
            "place",
            "serial",
            "status",
            "in_service_on",
            "primary_address",
        ),
        phone=("asset_tag", "status"),
        below=("name", "department", "holder", "place"),
        filters=(
            "status",
            "condition",
            Filter("town", ("site__town", "department__town"), _("town"), first=True),
            "department",
            "site",
            "location",
            "holder",
            Filter("asset_class", ("device_type__asset_class",), _("asset class")),
            Filter("manufacturer", ("device_type__manufacturer",), _("manufacturer")),
            "device_type",
            "funding_source",
            "in_service_on",
            "purchased_on",
            "warranty_ends_on",
            "price_yuan",
            "serial",
            "note",
        ),
        form=(
            Section(_("Device"), ("asset_tag", "name", "device_type", "serial", "status", "condition")),
            Section(_("Holder and place"), ("department", "holder", "site", "location")),
            Section(
                _("Money and dates"),
                ("purchased_on", "in_service_on", "warranty_ends_on", "price_yuan", "funding_source"),
            ),
            Section(_("Network and audit"), ("primary_address", "verified_on", "verified_by", "note")),
        ),
        search=searching.find_devices,
        label=("asset_tag", "name"),
        icon="devices",
        empty=_("No devices yet. Add one, or load devices.csv; a device type must exist first."),
        bulk=(
            BulkForm("move", _("Move"), ("department", "holder", "site", "location", "status"), "arrows-move"),
            BulkForm(
                "edit",
                _("Edit"),
                (
                    "device_type",
                    "status",
                    "condition",
                    "purchased_on",
                    "in_service_on",
                    "warranty_ends_on",
                    "price_yuan",
                    "funding_source",
                    "verified_on",
                    "verified_by",
                    "note",
                ),
            ),
        ),
    )
)

kit.register(
    ModelPage(
        DeviceType,
        columns=(
            "model",
            "manufacturer",
            "asset_class",
            "aliases",
            "end_of_support_state",
            "end_of_support",
        ),
        default_columns=("model", "manufacturer", "asset_class", "end_of_support"),
        filters=("manufacturer", "asset_class", "end_of_support_state", "end_of_support"),
        form=(
            Section(_("Device type"), ("manufacturer", "model", "asset_class", "aliases")),
            Section(_("Support"), ("end_of_support_state", "end_of_support")),
        ),
        search=searching.find_types,
        label=("manufacturer__name", "model"),
        icon="box-model-2",
        empty=_("No device types yet. Add a manufacturer and an asset class first, then the models that you own."),
        bulk=(BulkForm("edit", _("Edit"), ("asset_class",)),),
        panels=(RelatedTable(Device, "device_type", ("asset_tag", "name", "department", "status")),),
    )
)

kit.register(
    ModelPage(
        Manufacturer,
        columns=("name", "name_zh"),
        form=(Section(_("Manufacturer"), ("name", "name_zh")),),
        search=("name", "name_zh"),
        icon="building-factory",
        panels=(RelatedTable(DeviceType, "manufacturer", ("model", "asset_class", "end_of_support")),),
    )
)

kit.register(
    ModelPage(
        AssetClass,
        columns=(
            "name",
            "name_en",
            "code",
            "parent",
            Column(name="role", colors=ROLES),
            "classification_code",
            "unit",
            "service_life_years",
            "depreciation_years",
        ),
        default_columns=("name", "parent", "role", "classification_code", "service_life_years", "depreciation_years"),
        phone=("name", "role", "service_life_years"),
        filters=("role", "parent"),
        form=(
            Section(_("Asset class"), ("code", "name", "name_en", "parent", "role", "classification_code", "unit")),
            Section(_("Years"), ("service_life_years", "depreciation_years")),
        ),
        search=("name", "name_en", "code", "classification_code"),
        icon="category",
        bulk=(BulkForm("edit", _("Edit"), ("role", "service_life_years", "depreciation_years")),),
        panels=(RelatedTable(DeviceType, "asset_class", ("model", "manufacturer", "end_of_support")),),
    )
)
