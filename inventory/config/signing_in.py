"""Signing in: whoever guesses passwords patiently is stopped, and nobody who signed in here before is kept out by it.

django-axes closes a name to one address for a while after a few wrong passwords. Guesses that are spread over
addresses, names and hours are counted here by the day. A browser keeps the mark of whom it signed in, and these go on.
"""

import logging
from datetime import timedelta
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessFailureLog
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac

log = logging.getLogger("axes")
MOST_FOR_NAME, MOST_FROM_ADDRESS = 50, 200
"""Wrong passwords a day: for one name from wherever, and from one address for whatever names."""
DAY = timedelta(days=1)
KNOWN, KNOWN_FOR = "known", timedelta(days=180)
MOST_KNOWN = 8
"""People of one browser whose marks are kept: a shared computer."""


class ByTheDay:
    """An authentication backend that knows nobody, and stands before those that do."""

    def authenticate(self, request: Any, username: str | None = None, **_credentials: Any) -> None:
        """PermissionDenied where there were too many wrong passwords, unless this browser knows the name."""
        if request is None or not username or _mark(username) in _marks(request):
            return
        AxesProxyHandler.update_request(request)
        wrong = AccessFailureLog.objects.filter(attempt_time__gt=timezone.now() - DAY)
        if (
            wrong.filter(username=username).count() >= MOST_FOR_NAME
            or wrong.filter(ip_address=request.axes_ip_address).count() >= MOST_FROM_ADDRESS
        ):
            # django-axes answers, and does not count what was not tried.
            request.axes_locked_out = request.is_closed_for_a_day = True
            log.warning("refused: too many wrong passwords today, asked from %s", request.axes_ip_address)
            raise PermissionDenied


class SignIn(LoginView):
    """The page of signing in, after which the browser is known."""

    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        AccessFailureLog.objects.filter(attempt_time__lte=timezone.now() - DAY).delete()
        name = form.get_user().get_username()
        kept = [mark for mark in _marks(self.request) if mark != _mark(name)][: MOST_KNOWN - 1]
        response.set_cookie(
            KNOWN,
            ".".join([_mark(name), *kept]),
            max_age=KNOWN_FOR,
            path=self.request.path,
            httponly=True,
            secure=settings.SESSION_COOKIE_SECURE,
            samesite="Lax",
        )
        return response


def _mark(username: str) -> str:
    """What only this register can make of a name."""
    return salted_hmac("inventory.config.signing_in", username, algorithm="sha256").hexdigest()[:40]


def _marks(request: HttpRequest) -> list[str]:
    return request.COOKIES.get(KNOWN, "").split(".")[:MOST_KNOWN]
