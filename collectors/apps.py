"""The collectors' Django application: its files for `load`, who sees its models, its entries in the menu."""

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class CollectorsConfig(AppConfig):
    name = "collectors"
    verbose_name = _("Collectors")

    def ready(self) -> None:
        from collectors.loading import register_files

        register_files()
        register_scope()
        register_menu()


def register_scope() -> None:
    """What the network says of a device is seen with it. A row of no device is for who sees the whole county."""
    from collectors import models
    from inventory import scope

    scope.register(models.Run, town="town", readers=scope.CENTRE)
    scope.register(models.Poller, public=True, readers=scope.ADMINISTRATION, writers=())
    scope.register(models.RunPart, town="run__town", readers=scope.CENTRE, writers=())
    for model in (models.DeviceState, models.KeptSnapshot, models.Neighbour, models.DevicePart):
        scope.register(model, through="device", writers=())
    scope.register(models.Sighting, through=("device", "switch"), writers=())
    scope.register(models.Difference, through="device", town="run__town")
    scope.register(models.Proposal, through="device", readers=scope.CENTRE)
    # How devices are asked holds secrets: for those who work with them.
    scope.register(models.ManagementProfile, public=True, readers=scope.TECHNICAL, writers=scope.ADMINISTRATION)
    scope.register(models.DeviceProfile, through="device", readers=scope.TECHNICAL)


def register_menu() -> None:
    """The entries of the collectors' pages, which register themselves when addresses are first asked for."""
    from collectors import models
    from inventory import scope
    from inventory.ui import menu

    entries = (
        ("today", models.Difference, "difference", _("Differences"), "git-compare"),
        ("today", models.Proposal, "proposal", _("Proposed devices"), "device-desktop-plus"),
        ("today", models.Run, "run", _("Runs"), "refresh"),
        ("administration", models.ManagementProfile, "management_profile", _("Management profiles"), "key"),
    )
    for order, (section, model, name, label, icon) in enumerate(entries, start=1):
        menu.register(
            section,
            label,
            f"{name}_list",
            icon,
            add_url_name="management_profile_add" if model is models.ManagementProfile else "",
            visible_to=scope.allowed("view", model),
            writable_by=scope.allowed("add", model),
            order=order,
        )
    if settings.QUEUE:
        visible = scope.allowed("view", models.Poller)
        menu.register("administration", _("Pollers"), "queues", "server-2", visible_to=visible, order=5)
