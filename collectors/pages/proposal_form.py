"""The form that takes a proposed device into the register, with what is suggested for it and why."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from collectors.services.proposals import Entry
from collectors.suggesting import Suggestion
from inventory import scope
from inventory.models import AssetClass, Department, DeviceType, Location, Site
from inventory.models.hardware import DeviceStatus
from inventory.pages.kit import kit
from inventory.ui.filters import choice_widget, with_labels
from inventory.ui.forms import PlainForm

NEW_STATUS = (DeviceStatus.IN_USE, DeviceStatus.IN_STOCK, DeviceStatus.PLANNED)
NEW_MODEL = ("manufacturer", "model", "asset_class")
"""Asked for a model that the register does not have."""
TEXTS = {"class": "form-control", "autocomplete": "off", "spellcheck": "false"}


class AcceptForm(PlainForm):
    """What a person adds to what was seen. Suggestions stand in the fields, their reasons below."""

    asset_tag = forms.CharField(label=_("asset tag"), max_length=60, widget=forms.TextInput(TEXTS))
    name = forms.CharField(label=_("name"), max_length=100, required=False, widget=forms.TextInput(TEXTS))
    status = forms.ChoiceField(
        label=_("status"),
        choices=[(one.value, one.label) for one in NEW_STATUS],
        widget=forms.Select({"class": "form-select"}),
    )
    manufacturer = forms.CharField(
        label=_("manufacturer"), max_length=100, required=False, widget=forms.TextInput(TEXTS)
    )
    model = forms.CharField(label=_("model"), max_length=200, required=False, widget=forms.TextInput(TEXTS))
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=200,
        widget=forms.TextInput({"class": "form-control", "placeholder": _("for the change log, optional")}),
    )

    def __init__(self, user: Any, suggested: Mapping[str, Suggestion], data: Any = None) -> None:
        values = {name: one.value for name, one in suggested.items()}
        super().__init__(data, initial={"status": DeviceStatus.IN_USE.value, **values})
        self._choice(user, "device_type", DeviceType, _("device type"))
        self._choice(user, "asset_class", AssetClass, _("asset class"))
        self._choice(user, "site", Site, _("site"))
        self._choice(user, "location", Location, _("location"))
        self._choice(user, "department", Department, _("department"))
        self.order_fields(
            ("asset_tag", "name", "device_type", *NEW_MODEL, "status", "site", "location", "department", "reason")
        )
        for name, one in suggested.items():
            self.fields[name].help_text = one.why

    def _choice(self, user: Any, name: str, model: type[Model], label: Any) -> None:
        page = kit.page_of(model)
        rows = with_labels(scope.visible(user, model), page)
        made = forms.ModelChoiceField(rows, label=label, required=False, widget=choice_widget(page, multiple=False))
        made.empty_label = ""
        if page is not None:
            made.label_from_instance = page.choice_text  # type: ignore[assignment]
        self.fields[name] = made

    @property
    def new_model(self) -> list[forms.BoundField]:
        return [self[name] for name in NEW_MODEL]

    @property
    def asks_new_model(self) -> bool:
        """Whether nothing is chosen that the register has."""
        return not self["device_type"].value()

    def entry(self) -> Entry:
        return Entry(**{name: value for name, value in self.cleaned_data.items() if name != "reason"})
