"""Around every view: who must log in, what no page sends, what no cache keeps of one person. Knows no page."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

NUL = "\0"


class AskToLogIn(LoginRequiredMiddleware):
    """Who is not signed in is led to the log-in and back. What was sent is told there as not saved (`unsaved`), and
    back is the page on which it was sent: its own address may know no reading."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponseRedirect:
        if request.method != "POST":
            return super().handle_no_permission(request, view_func)
        login = resolve_url(self.get_login_url(view_func))
        return redirect_to_login(_page_before(request), f"{login}?unsaved=1", self.get_redirect_field_name(view_func))


def _page_before(request: HttpRequest) -> str:
    """Path and query of the page of ours from which a request came; the start page where the browser does not say."""
    said = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(said, {request.get_host()}, require_https=request.is_secure()):
        return resolve_url(settings.LOGIN_REDIRECT_URL)
    parts = urlsplit(said)
    return urlunsplit(("", "", parts.path, parts.query, ""))


class RefuseNul:
    """400 for a request that holds the character NUL: in its path, its query or a field of its form."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """A form is read here, after CsrfViewMiddleware, which reads it anyway; of a view that takes none it is not."""
        takes_form = not getattr(view, "csrf_exempt", False)
        if NUL in request.path or _holds_nul(request.GET) or (takes_form and _holds_nul(request.POST)):
            raise SuspiciousOperation("NUL in a request")


class KeptByNobody:
    """What a signed-in person is answered is theirs: no proxy keeps it, and a browser asks again before it shows it.

    What htmx fetches is often at a page's own address: a browser that goes back must not show it as the page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        if "HX-Request" in request.headers:
            response.headers.setdefault("Cache-Control", "no-store")
        elif request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


def _holds_nul(data: QueryDict) -> bool:
    return any(NUL in name or any(NUL in value for value in values) for name, values in data.lists())
