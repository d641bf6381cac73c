"""The collectors' Django application. Adds its own files to what `load` can read."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CollectorsConfig(AppConfig):
    name = "collectors"
    verbose_name = _("Collectors")

    def ready(self) -> None:
        from collectors.loading import register_files

        register_files()
