"""Addresses: signing in and the like here, everything else from the three packages' pages."""

from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from inventory.config.signing_in import SignIn
from inventory.config.views import healthz

handler500 = "inventory.config.views.fault"
urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("language/", login_not_required(set_language), name="set_language"),
    path("login/", SignIn.as_view(), name="login"),
    path("logout/", login_not_required(auth.LogoutView.as_view()), name="logout"),
    path("password/done/", auth.PasswordChangeDoneView.as_view(), name="password_change_done"),
    path("", include("reports.pages.urls")),
    path("", include("collectors.pages.urls")),
    path("", include("inventory.pages.urls")),
    # Last, when all pages are registered.
    path("api/", include("inventory.api.urls")),
]
