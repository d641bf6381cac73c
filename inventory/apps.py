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
    scope.register(models.RefreshPolicy, public=True, writers=scope.PLANNING)
    scope.register(models.PriceList, public=True, readers=scope.CENTRE, writers=scope.PLANNING)
    scope.register(models.FundingSource, public=True, readers=scope.CENTRE, writers=scope.PLANNING)

    scope.register(models.Department, town="town", department="pk")
    scope.register(models.Person, town="department__town", department="department")
    scope.register(models.Site, town="town", department="devices__department")
    scope.register(models.Location, town="site__town", department="devices__department")
    scope.register(models.Device, town=("site__town", "department__town"), department="department")
    scope.register(models.DueOverride, through="device", readers=scope.CENTRE, writers=scope.PLANNING)
    scope.register(models.Interface, through="device")
    scope.register(models.IPAddress, through="interface")
    scope.register(models.Cable, through=("end_a", "end_b"))
    scope.register(models.Segment, town="site__town", department="departments")
    scope.register(models.SegmentDepartment, through="segment")
    scope.register(models.Prefix, through="segment")
    scope.register(models.FiberCable, through=("site_a", "site_b"), readers=scope.CENTRE)
    scope.register(models.FiberLink, through=("site_a", "site_b"), readers=scope.CENTRE)
    scope.register(models.FiberLinkHop, through="link", readers=scope.CENTRE)

    things = ("device", "site", "segment", "cable", "fiber_cable")
    # Who administers a department reports faults of its devices; pages/journal.py sees to it that it is only those.
    scope.register(models.JournalEntry, through=things, writers=scope.TECHNICAL | {models.Role.DEPARTMENT})
    scope.register(models.Attachment, through=things)

    scope.register(models.User, readers=scope.ADMINISTRATION, writers=scope.ADMINISTRATION)
    scope.register(models.UserTown, through="user", readers=scope.ADMINISTRATION, writers=scope.ADMINISTRATION)
    scope.register(models.ApiToken, through="user", readers=scope.ADMINISTRATION, writers=scope.ADMINISTRATION)
    scope.register(apps.get_model("auditlog", "LogEntry"), readers=scope.CENTRE, writers=())


MENU = (
    ("equipment", "device", _("Devices"), "devices"),
    ("equipment", "device_type", _("Device types"), "box-model-2"),
    ("people", "department", _("Departments"), "building"),
    ("people", "person", _("Persons"), "users"),
    ("people", "site", _("Sites"), "building-community"),
    ("network", "segment", _("LAN segments"), "network"),
    ("network", "prefix", _("Prefixes"), "binary-tree"),
    ("network", "ip_address", _("IP addresses"), "map-pin-code"),
    ("network", "cable", _("Cables"), "line"),
    ("fiber", "fiber_cable", _("Fiber cables"), "line-dashed"),
    ("fiber", "fiber_link", _("Fiber links"), "route"),
    ("planning", "allocation_standard", _("Standards"), "scale"),
    ("planning", "price_list", _("Price list"), "tag"),
    ("planning", "funding_source", _("Funding sources"), "coin"),
    ("planning", "refresh_policy", _("Refresh policies"), "calendar-due"),
    ("administration", "user", _("Users"), "user-cog"),
)
"""(section, name of the page, label, icon), in the order of the work: what is asked for most stands first."""


def register_menu() -> None:
    """The entries of the register's own pages, each with + and import where its model has them."""
    from inventory import models, scope
    from inventory.services.importing.files import REGISTRY
    from inventory.ui import menu

    menu.register("today", _("Start page"), "home", "home", order=0)
    menu.register(
        "today",
        _("Stock-taking"),
        "rounds",
        "clipboard-check",
        visible_to=scope.allowed("change", models.Device),
        order=9,
    )
    with_files = {file.model for file in REGISTRY.files.values()}
    for order, (section, name, label, icon) in enumerate(MENU, start=1):
        model = apps.get_model("inventory", name.replace("_", ""))
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
