"""The tokens of programs, for administrators, on the pages of their accounts: made, shown once, and withdrawn. None is
changed: a new one is made."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from inventory.models import ApiToken, User
from inventory.pages.kit import kit
from inventory.services import tokens
from inventory.ui.forms import KitForm
from inventory.ui.page import ModelPage, Section
from inventory.ui.panels import RelatedTable
from inventory.ui.views.editing import AddView


class TokenForm(KitForm):
    """A new token; `instance.key` is it, which the database never sees."""

    def _post_clean(self) -> None:
        super()._post_clean()
        self.instance.key = tokens.key()
        self.instance.digest = tokens.digest(self.instance.key)


class TokenAdd(AddView):
    """The answer to the form shows the token, and no address does."""

    def _done(self, obj: Any) -> HttpResponse:
        command = f'curl -H "Authorization: Bearer {obj.key}" {self.request.build_absolute_uri("/api/")}'
        answer = self.render("registration/token.html", object=obj, command=command)
        answer["Cache-Control"] = "no-store"
        return answer


kit.register(
    ModelPage(
        ApiToken,
        columns=("user", "name", "writes", "expires_on", "last_used_on"),
        phone=("user", "name"),
        filters=("user", "writes", "expires_on"),
        form=(Section(_("API token"), ("user", "name", "writes", "expires_on")),),
        details=(Section(_("API token"), ("user", "name", "writes", "expires_on", "last_used_on")),),
        search=("name", "user__username"),
        order=("user__username", "name"),
        icon="key",
        empty=_("No tokens yet. A program that reads or writes the register needs one."),
        actions=frozenset({"add", "delete"}),
        views={"add": TokenAdd},
        form_class=TokenForm,
    )
)
kit.add_panel(User, RelatedTable(ApiToken, "user", ("name", "writes", "expires_on", "last_used_on")))
