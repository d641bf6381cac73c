"""Management profiles and which device is asked by which. A secret goes in and never comes out."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from collectors.profiles import DeviceProfile, ManagementProfile
from inventory.pages.kit import kit
from inventory.ui.columns import Column
from inventory.ui.filters import Filter
from inventory.ui.forms import KitForm
from inventory.ui.page import BulkForm, ModelPage, Section
from inventory.ui.panels import RelatedTable

CLEAR = "-"
SECRETS = ("community", "auth_key", "privacy_key", "login_password", "enable_secret")


class ProfileForm(KitForm):
    """Secrets are typed anew or left as they are; what is kept is not sent to the browser."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self._secrets():
            self.fields[name].widget = forms.PasswordInput({"class": "form-control", "autocomplete": "new-password"})
            if self.instance.pk:
                self.fields[name].help_text = _("Blank: stays as it is. A single '-' clears it.")
                self.initial[name] = ""

    def _secrets(self) -> list[str]:
        return [name for name in SECRETS if name in self.fields]

    def _post_clean(self) -> None:
        for name in self._secrets():
            typed = self.cleaned_data.get(name, "")
            if typed == CLEAR or (not typed and self.exact):
                self.cleaned_data[name] = ""
            elif not typed and self.instance.pk:
                self.cleaned_data[name] = getattr(self.instance, name)
        super()._post_clean()


def hidden(name: str) -> Column:
    """A column that tells whether a secret is set, and nothing of it."""

    def shown(row: Any) -> str:
        return "••••••" if getattr(row, name) else "–"

    return Column(name=name, order=(), html=shown, value=shown)


kit.register(
    ModelPage(
        ManagementProfile,
        columns=(
            "name",
            "version",
            "user",
            "auth",
            "privacy",
            "context",
            "port",
            "timeout_s",
            "retries",
            "repetitions",
            "bulk",
            "login_user",
            "driver",
            "login_port",
            *map(hidden, SECRETS),
        ),
        default_columns=(
            "name",
            "version",
            "community",
            "user",
            "port",
            "timeout_s",
            "retries",
            "login_user",
            "driver",
        ),
        phone=("name", "version"),
        filters=("version", "driver"),
        form=(
            Section(_("Management profile"), ("name", "version", "community")),
            Section(_("SNMPv3"), ("user", "auth", "auth_key", "privacy", "privacy_key", "context")),
            Section(_("How it asks"), ("port", "timeout_s", "retries", "repetitions", "bulk")),
            Section(_("Command line"), ("login_user", "login_password", "enable_secret", "driver", "login_port")),
        ),
        search=("name", "user", "login_user"),
        icon="key",
        empty=_("No management profiles yet. Add one, then say which devices it asks."),
        actions=frozenset({"add", "change", "delete"}),
        form_class=ProfileForm,
        panels=(RelatedTable(DeviceProfile, "profile", ("device", "position", "enabled", "worked_at")),),
    )
)

kit.register(
    ModelPage(
        DeviceProfile,
        columns=("device", "profile", "position", "enabled", "worked_at"),
        filters=(
            "profile",
            "device",
            Filter("town", ("device__site__town", "device__department__town"), _("town")),
            "enabled",
        ),
        form=(Section(_("Management of a device"), ("device", "profile", "position", "enabled")),),
        details=(Section(_("Management of a device"), ("device", "profile", "position", "enabled", "worked_at")),),
        search=("device__asset_tag", "device__name", "profile__name"),
        label=("device__asset_tag", "device__name", "profile__name"),
        order=("device__asset_tag", "position"),
        icon="plug",
        empty=_("No device is asked yet. Say which management profile asks which device."),
        actions=frozenset({"add", "change", "delete", "bulk"}),
        bulk=(BulkForm("edit", _("Edit"), ("profile", "position", "enabled")),),
    )
)
