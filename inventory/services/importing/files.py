"""The files that `load` reads: for each, its model, its columns and what tells its rows apart.

Other packages add their own files with `register`. The order here is the order of loading.
"""

from inventory.models import (
    AssetClass,
    Cable,
    Department,
    Device,
    DeviceType,
    FiberCable,
    FiberLink,
    Interface,
    IPAddress,
    Location,
    Manufacturer,
    Person,
    Prefix,
    Segment,
    Site,
    Town,
)
from inventory.models.fiber import FiberStatus, LengthSource, Ownership
from inventory.models.hardware import AssetRole, Condition, DeviceStatus, SupportState
from inventory.models.network import InterfaceKind
from inventory.models.places import DepartmentKind, LocationKind
from inventory.services.importing import cells, hooks
from inventory.services.importing.cells import Column, Part, Reference
from inventory.services.importing.money_files import DECISIONS, MONEY, STANDARDS
from inventory.services.importing.spec import NAME, NOTE, File, Registry, named

PLACES = (
    File("towns", Town, ("name",), (NAME, Column("name_en", empty=""), Column("position", cells.integer)), named),
    File(
        "sites",
        Site,
        ("name",),
        (
            NAME,
            Reference("town", "towns", required=True),
            Column("address", empty=""),
            Column("latitude", cells.decimal),
            Column("longitude", cells.decimal),
        ),
        named,
    ),
    File(
        "locations",
        Location,
        ("site", "path"),
        (
            Reference("site", "sites", required=True),
            Part("path", required=True),
            Column("kind", cells.choice(LocationKind)),
        ),
        lambda location: (location.site.name, hooks.location_path(location)),
        related=("site", "parent__parent__parent"),
        hook=hooks.LocationPath,
        joined={"path": ("parent", "name")},
    ),
    File(
        "departments",
        Department,
        ("name",),
        (
            NAME,
            Column("budget_code", empty=""),
            Column("kind", cells.choice(DepartmentKind), required=True),
            Reference("town", "towns", required=True),
            Reference("parent", "departments"),
            Column("posts", cells.integer),
            Column("staff", cells.integer),
            Column("handles_secrets", cells.boolean),
            Column("field_work", cells.boolean),
            Column("own_network", cells.boolean),
            Column("meeting_rooms", cells.integer),
            Reference("standard", "standards"),
        ),
        named,
    ),
    File(
        "persons",
        Person,
        ("department", "name", "number"),
        (
            Reference("department", "departments", required=True),
            NAME,
            Column("number", empty=""),
            Column("network_administrator", cells.boolean),
            Column("phone", empty=""),
        ),
        lambda person: (person.department.name, person.name, person.number),
        related=("department",),
    ),
)
CATALOGUE = (
    File("manufacturers", Manufacturer, ("name",), (NAME, Column("name_zh", empty="")), named),
    File(
        "asset_classes",
        AssetClass,
        ("code",),
        (
            Column("code", required=True),
            NAME,
            Column("name_en", empty=""),
            Reference("parent", "asset_classes"),
            Column("role", cells.choice(AssetRole)),
            Column("classification_code", empty=""),
            Column("unit"),
            Column("service_life_years", cells.integer),
            Column("depreciation_years", cells.integer),
        ),
        lambda klass: (klass.code,),
    ),
    File(
        "device_types",
        DeviceType,
        ("manufacturer", "model"),
        (
            Reference("manufacturer", "manufacturers", required=True),
            Column("model", required=True),
            Reference("asset_class", "asset_classes", required=True),
            Column("aliases", empty=""),
            Column("end_of_support_state", cells.choice(SupportState)),
            Column("end_of_support", cells.date),
        ),
        lambda kind: (kind.manufacturer.name, kind.model),
        related=("manufacturer",),
    ),
)
HARDWARE = (
    File(
        "devices",
        Device,
        ("asset_tag",),
        (
            Column("asset_tag", required=True),
            Column("name", empty=""),
            Part("manufacturer", required=True),
            Reference("model", "device_types", ("manufacturer", "model"), field="device_type", required=True),
            Column("serial", empty=""),
            Column("status", cells.choice(DeviceStatus)),
            Column("condition", cells.choice(Condition), empty=""),
            Reference("department", "departments"),
            Reference("holder", "persons", ("department", "holder")),
            Reference("site", "sites"),
            Reference("location", "locations", ("site", "location")),
            Column("purchased_on", cells.date),
            Column("in_service_on", cells.date),
            Column("price_yuan", cells.decimal),
            Reference("funding_source", "funding_sources"),
            Column("warranty_ends_on", cells.date),
            Part("mac", parse=cells.mac),
            Part("address", parse=cells.address),
            Column("verified_on", cells.date),
            Reference("verified_by", "persons"),
            NOTE,
        ),
        lambda device: (device.asset_tag,),
        related=("device_type__asset_class", "device_type__manufacturer", "location"),
        hook=hooks.MainInterface,
    ),
)
NETWORK = (
    File(
        "interfaces",
        Interface,
        ("device", "name"),
        (
            Reference("device", "devices", required=True),
            NAME,
            Column("kind", cells.choice(InterfaceKind)),
            Column("mac", cells.mac, empty=""),
            Column("speed_mbps", cells.integer),
            Column("enabled", cells.boolean),
            Column("description", empty=""),
        ),
        lambda interface: (interface.device.asset_tag, interface.name),
        related=("device",),
    ),
    File(
        "cables",
        Cable,
        ("device_a", "interface_a"),
        (
            Column("label", empty=""),
            Part("device_a", required=True),
            Reference("interface_a", "interfaces", ("device_a", "interface_a"), field="end_a", required=True),
            Part("device_b", required=True),
            Reference("interface_b", "interfaces", ("device_b", "interface_b"), field="end_b", required=True),
            Column("length_m", cells.decimal),
        ),
        lambda cable: (cable.end_a.device.asset_tag, cable.end_a.name),
        related=("end_a__device",),
    ),
    File(
        "segments",
        Segment,
        ("name",),
        (
            NAME,
            Column("vlan_id", cells.integer),
            Reference("site", "sites"),
            Part("gateway_device"),
            Reference("gateway_interface", "interfaces", ("gateway_device", "gateway_interface"), field="gateway"),
            Part("departments"),
        ),
        named,
        hook=hooks.SegmentDepartments,
    ),
    File(
        "prefixes",
        Prefix,
        ("prefix",),
        (
            Column("prefix", cells.prefix, required=True),
            Reference("segment", "segments"),
            Column("description", empty=""),
        ),
        lambda prefix: (prefix.prefix,),
    ),
    File(
        "addresses",
        IPAddress,
        ("address", "device", "interface"),
        (
            Column("address", cells.address, required=True),
            Column("prefix_length", cells.integer),
            Part("device"),
            Reference("interface", "interfaces", ("device", "interface")),
        ),
        hooks.address_key,
        related=("interface__device",),
    ),
)
FIBER = (
    File(
        "fiber_cables",
        FiberCable,
        ("name",),
        (
            NAME,
            Reference("site_a", "sites", required=True),
            Reference("site_b", "sites", required=True),
            Column("strands", cells.integer, required=True),
            Column("fiber_kind"),
            Column("length_m", cells.decimal),
            Column("length_source", cells.choice(LengthSource)),
            Column("ownership", cells.choice(Ownership)),
            Column("status", cells.choice(FiberStatus)),
            Column("built_on", cells.date),
            Column("cost_yuan", cells.decimal),
            Column("route", cells.json_object),
        ),
        named,
    ),
    File(
        "fiber_links",
        FiberLink,
        ("name",),
        (
            NAME,
            Reference("site_a", "sites", required=True),
            Reference("site_b", "sites", required=True),
            Part("device_a"),
            Reference("interface_a", "interfaces", ("device_a", "interface_a")),
            Part("device_b"),
            Reference("interface_b", "interfaces", ("device_b", "interface_b")),
            Column("status", cells.choice(FiberStatus)),
            Column("purpose", empty=""),
            Part("strands"),
        ),
        named,
        hook=hooks.LinkStrands,
    ),
)

REGISTRY = Registry()
REGISTRY.register(*STANDARDS, *PLACES, *CATALOGUE, *MONEY, *HARDWARE, *DECISIONS, *NETWORK, *FIBER)
