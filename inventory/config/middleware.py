"""Around every view: what no page sends is refused, and no cache keeps what is one person's. Knows no page."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, QueryDict

NUL = "\0"


class RefuseNul:
    """400 for a request that holds the character NUL: in its path, its query or a field of its form."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """A form is read here, after CsrfViewMiddleware, which reads it anyway."""
        if NUL in request.path or _holds_nul(request.GET) or _holds_nul(request.POST):
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
