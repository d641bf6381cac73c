"""The register's Django application: who sees its models, and its entries in the menu."""

from django.apps import AppConfig, apps
from django.utils.translation import gettext_lazy as _


class InventoryConfig(AppConfig):
    name = "inventory"
    verbose_name = _("Register")

    def ready(self) -> None:
        register_scope()
        register_menu()


def register_scope() -> None:
    """Which town or department a row of the register belongs to, and who writes it."""
    from inventory import models, scope

    scope.register(models.Manufacturer, public=True)
    scope.register(models.DeviceType, public=True)
    scope.register(models.Town, public=True, writers=scope.ADMINISTRATION)
    scope.register(models.AssetClass, public=True, writers=scope.PLANNING)
    scope.register(models.AllocationStandard, public=True, writers=scope.PLANNING)
    scope.register(models.AllocationRule, public=True, writers=scope.PLANNING)
    scope.register(models.AllocationRuleClass, public=True, writers=scope.PLANNING)
    scope.register(models.PriceList, public=True, readers=scope.CENTRE, writers=scope.PLANNING)
    scope.register(models.FundingSource, public=True, readers=scope.CENTRE, writers=scope.PLANNING)

    scope.register(models.Department, town="town", department="pk")
    scope.register(models.Person, town="department__town", department="department")
    scope.register(models.Site, town="town", department="devices__department")
    scope.register(models.Location, town="site__town", department="devices__department")
    scope.register(models.Device, town=("site__town", "department__town"), department="department")
    scope.register(models.Interface, through="device")
    scope.register(models.IPAddress, through="interface")
    scope.register(models.Cable, through=("end_a", "end_b"))
    scope.register(models.Segment, town="site__town", department="departments")
    scope.register(models.SegmentDepartment, through="segment")
    scope.register(models.Prefix, through="segment")
    scope.register(models.FiberCable, through=("site_a", "site_b"), readers=scope.CENTRE)
    scope.register(models.FiberLink, through=("site_a", "site_b"), readers=scope.CENTRE)
    scope.register(models.FiberLinkHop, through="link", readers=scope.CENTRE)

    scope.register(models.User, readers=scope.ADMINISTRATION, writers=scope.ADMINISTRATION)
    scope.register(models.UserTown, through="user", readers=scope.ADMINISTRATION, writers=scope.ADMINISTRATION)
    scope.register(apps.get_model("auditlog", "LogEntry"), readers=scope.CENTRE, writers=())


def register_menu() -> None:
    """The entries of the register's own pages. Their order is that of the work: what is asked for most stands first."""
    from inventory import models, scope
    from inventory.services.importing.files import REGISTRY
    from inventory.ui import menu

    with_files = {file.model for file in REGISTRY.files.values()}
    menu.register("today", _("Start page"), "home", "home", order=0)
    adds_devices = scope.allowed("add", models.Device)
    menu.register(
        "equipment", _("New computer"), "new_computer", "device-desktop-plus", visible_to=adds_devices, order=15
    )
    entries = (
        ("equipment", models.Device, "device", _("Devices"), "devices"),
        ("equipment", models.DeviceType, "device_type", _("Device types"), "box-model-2"),
        ("people", models.Department, "department", _("Departments"), "building"),
        ("people", models.Person, "person", _("Persons"), "users"),
        ("people", models.Site, "site", _("Sites"), "building-community"),
        ("people", models.Town, "town", _("Towns"), "map-pin"),
        ("network", models.Segment, "segment", _("LAN segments"), "network"),
        ("network", models.Prefix, "prefix", _("Prefixes"), "binary-tree"),
        ("network", models.IPAddress, "ip_address", _("IP addresses"), "map-pin-code"),
        ("network", models.Interface, "interface", _("Interfaces"), "plug-connected"),
        ("network", models.Cable, "cable", _("Cables"), "line"),
        ("fiber", models.FiberCable, "fiber_cable", _("Fiber cables"), "line-dashed"),
        ("fiber", models.FiberLink, "fiber_link", _("Fiber links"), "route"),
        ("planning", models.AllocationStandard, "allocation_standard", _("Standards"), "scale"),
        ("planning", models.PriceList, "price_list", _("Price list"), "tag"),
        ("planning", models.FundingSource, "funding_source", _("Funding sources"), "coin"),
        ("administration", models.User, "user", _("Users"), "user-cog"),
    )
    for order, (section, model, name, label, icon) in enumerate(entries, start=1):
        menu.register(
            section,
            label,
            f"{name}_list",
            icon,
            add_url_name=f"{name}_add",
            import_url_name=f"{name}_import" if model in with_files else "",
            visible_to=scope.allowed("view", model),
            writable_by=scope.allowed("add", model),
            importable_by=scope.allowed("import", model),
            order=order * 10,
        )
