"""Pages of refresh policies and of due dates set by hand, which are signed by who sets them."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inventory.models import DueOverride, RefreshPolicy
from inventory.pages.kit import kit
from inventory.ui.forms import KitForm
from inventory.ui.page import ModelPage, Section

CRITERIA = ("by_life", "by_pages", "by_support", "by_accounting", "by_warranty")


class SignedForm(KitForm):
    """A form whose row bears who decided, and when."""

    def sign(self) -> None:
        self.instance.author = self.user.get_full_name() or self.user.get_username()
        self.instance.decided_on = timezone.localdate()

    def _post_clean(self) -> None:
        super()._post_clean()
        self.sign()

    def rebase(self, saved: Any) -> list[str]:
        both = super().rebase(saved)
        self.sign()
        return both


kit.register(
    ModelPage(
        RefreshPolicy,
        columns=("asset_class", *CRITERIA),
        filters=("asset_class", *CRITERIA),
        form=(
            Section(_("What makes a device of the class due: the earliest of these dates"), ("asset_class", *CRITERIA)),
        ),
        search=("asset_class__name", "asset_class__name_en", "asset_class__code"),
        label=("asset_class__name",),
        icon="calendar-due",
        empty=_(
            "No policies yet: the planned life alone makes a device due. A policy holds for the classes below too."
        ),
        actions=frozenset({"add", "change", "delete", "import"}),
    )
)

kit.register(
    ModelPage(
        DueOverride,
        columns=("device", "due_on", "reason", "author", "decided_on"),
        filters=("due_on", "decided_on"),
        form=(Section(_("Due date set by hand"), ("device", "due_on", "reason")),),
        details=(Section(_("Due date set by hand"), ("device", "due_on", "reason", "author", "decided_on")),),
        search=("device__asset_tag", "device__name", "reason", "author"),
        label=("device__asset_tag", "due_on"),
        icon="calendar-cog",
        empty=_("No due date was set by hand. Set one from a device's page; it counts in place of the policy."),
        actions=frozenset({"add", "change", "delete", "import"}),
        form_class=SignedForm,
    )
)
