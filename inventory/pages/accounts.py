"""The accounts' pages, for administrators. An account is closed, not deleted: the change log names it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from inventory import scope
from inventory.models import User
from inventory.pages.kit import kit, page_url
from inventory.pages.writing import actor_of
from inventory.services import write
from inventory.ui.forms import KitForm
from inventory.ui.kit import Action
from inventory.ui.page import ModelPage, Section


class AccountForm(KitForm):
    """A new account has no password, and so cannot sign in, until one is set."""

    def _post_clean(self) -> None:
        super()._post_clean()
        if not self.instance.password:
            self.instance.set_unusable_password()


class PasswordView(View):
    """An administrator sets somebody's password."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.account = get_object_or_404(scope.visible(request.user, User), pk=kwargs["pk"])
        if not scope.may(request.user, "change", User, self.account):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._ask(SetPasswordForm(self.account))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = SetPasswordForm(self.account, request.POST)
        if not form.is_valid():
            return self._ask(form)
        _set_password(self.account, form.cleaned_data["new_password1"], by=request.user)
        messages.success(request, _("%(name)s has a new password.") % {"name": self.account})
        return redirect(page_url(self.account))

    def _ask(self, form: Any) -> HttpResponse:
        title = _("Set the password of %(name)s") % {"name": self.account}
        return render(self.request, "registration/password_change_form.html", {"form": form, "title": title})


class OwnPasswordView(PasswordChangeView):
    """One's own password, by the one before it; all other sessions of the account end."""

    def form_valid(self, form: Any) -> HttpResponse:
        account = User.objects.get(pk=self.request.user.pk or 0)
        _set_password(account, form.cleaned_data["new_password1"], by=account)
        update_session_auth_hash(self.request, account)
        return redirect(self.get_success_url())


def _set_password(account: User, password: str, *, by: Any) -> None:
    """The change log says that it changed, and by whom."""
    with write.unit(actor_of(by)) as unit:
        account.set_password(password)
        unit.update(account, fields=["password"])  # type: ignore[type-var]  # written like a RegisterModel


kit.register(
    ModelPage(
        User,
        columns=("username", "first_name", "role", "department", "is_active", "last_login", "date_joined"),
        default_columns=("username", "first_name", "role", "department", "is_active", "last_login"),
        phone=("username", "role"),
        filters=("role", "towns", "department", "is_active"),
        form=(
            Section(gettext_lazy("Account"), ("username", "first_name", "email", "is_active")),
            Section(gettext_lazy("What it may do"), ("role", "towns", "department")),
        ),
        search=("username", "first_name"),
        label=("first_name", "username"),
        order=("username",),
        icon="user-cog",
        empty=gettext_lazy("No accounts yet."),
        actions=frozenset({"add", "change"}),
        form_class=AccountForm,
    )
)
kit.add_action(
    User,
    Action(
        gettext_lazy("Set password"),
        "key",
        url=lambda user: reverse("user_password", args=[user.pk]),
        may=lambda user, account: scope.may(user, "change", User, account),
    ),
)
urlpatterns = [
    path("users/<int:pk>/password/", PasswordView.as_view(), name="user_password"),
    path(
        "password/",
        OwnPasswordView.as_view(extra_context={"title": gettext_lazy("Change password")}),
        name="password_change",
    ),
]
