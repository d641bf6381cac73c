"""The API's views: rows of each model with pages, read as JSON by a token or by who is signed in.

Nothing is written here. Who sees what, filters, search and order are those of the lists.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from inventory.api import rows
from inventory.pages.kit import kit
from inventory.services import tokens
from inventory.ui.columns import Cell
from inventory.ui.listing import Listing
from inventory.ui.page import ModelPage

SCHEMES = ("bearer", "token")
LIMIT, MOST = 50, 1000
OWN = ("q", "sort", "limit", "offset", "fields", "brief", "id")


class Refused(Exception):
    """An answer other than 200: its status, and what it says."""

    def __init__(self, status: int, detail: Any) -> None:
        super().__init__(status)
        self.status, self.detail = status, detail


class ApiView(View):
    """Knows who asks, and answers every fault in JSON."""

    http_method_names = ("get", "head", "options")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            request.user = self._user(request)
            answer: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[assignment]
        except Refused as fault:
            answer = said({"detail": fault.detail}, fault.status)
            if fault.status == 401:
                answer["WWW-Authenticate"] = 'Bearer realm="taizhang"'
        answer["Cache-Control"] = "private, no-store"
        answer["Vary"] = "Accept-Language, Authorization, Cookie"
        return answer

    @staticmethod
    def _user(request: HttpRequest) -> Any:
        """Whose token the request carries, else who is signed in."""
        scheme, _blank, token = request.headers.get("Authorization", "").partition(" ")
        if not scheme:
            if request.user.is_authenticated:
                return request.user
            raise Refused(401, _("Send a token: 'Authorization: Bearer TOKEN'."))
        user = tokens.user_of(token.strip()) if scheme.lower() in SCHEMES else None
        if user is None:
            raise Refused(401, _("The token is unknown, expired or withdrawn."))
        return user

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = said({"detail": _("The API reads only: write by pages or files.")}, 405)
        answer["Allow"] = "GET, HEAD, OPTIONS"
        return answer


class IndexView(ApiView):
    """The addresses of all lists that the user may see."""

    def get(self, request: HttpRequest) -> HttpResponse:
        pages = sorted((page for page in kit.pages.values() if page.may(request.user, "view")), key=lambda p: p.path)
        return said({page.path: request.build_absolute_uri(reverse(f"{page.name}_api")) for page in pages})


class ModelView(ApiView):
    """What the views of one model share."""

    page: ModelPage = None  # type: ignore[assignment]  # given by as_view

    @property
    def base(self) -> str:
        """What the addresses of all rows begin with."""
        return self.request.build_absolute_uri(reverse("api"))

    def _may(self) -> None:
        if not self.page.may(self.request.user, "view"):
            raise Refused(403, _("This account may not see that."))

    def _shown(self) -> dict[str, Cell]:
        """The cells that `fields` names, else all; none with `brief`."""
        every = rows.cells(self.page)
        if self.request.GET.get("brief", "").lower() in ("1", "true"):
            return {}
        asked = [name.strip() for name in self.request.GET.get("fields", "").split(",") if name.strip()]
        unknown = [name for name in asked if name not in every and name not in ("id", "url", "display")]
        if unknown:
            told = {"names": ", ".join(unknown), "known": ", ".join(every)}
            raise Refused(400, {"fields": [_("unknown: %(names)s; known: %(known)s") % told]})
        return {name: every[name] for name in asked if name in every} if asked else every


class ListView(ModelView):
    """Rows: filtered, searched, sorted, a part of them."""

    def get(self, request: HttpRequest) -> HttpResponse:
        self._may()
        shown, listing = self._shown(), Listing(self.page, request)
        self._check(listing)
        limit, offset = self._number("limit", LIMIT, MOST), self._number("offset", 0, 10**9)
        found = listing.ordered
        if keys := request.GET.getlist("id"):
            if not all(key.isdecimal() and len(key) < 19 for key in keys):
                raise Refused(400, {"id": [_("expected whole numbers")]})
            found = found.filter(pk__in=keys[:MOST])
        count = found.count()
        some = list(found.values_list("pk", flat=True)[offset : offset + limit])
        by_key = {row.pk: row for row in rows.fetch(self.page.rows_by_key(some), list(shown.values()), self.page)}
        base = self.base
        results = [rows.as_json(base, self.page, by_key[key], shown.items()) for key in some if key in by_key]
        ends = {
            "next": self._turn(limit, offset + limit) if offset + limit < count else None,
            "previous": self._turn(limit, max(0, offset - limit)) if offset else None,
        }
        return said({"count": count, **ends, "results": results})

    def _turn(self, limit: int, offset: int) -> str:
        query = self.request.GET.copy()
        query["limit"], query["offset"] = str(limit), str(offset)
        return self.request.build_absolute_uri(f"{self.request.path}?{query.urlencode()}")

    def _number(self, name: str, default: int, most: int) -> int:
        text = self.request.GET.get(name, "")
        if not text:
            return default
        if not text.isdecimal() or len(text) > 10 or (name == "limit" and int(text) == 0):
            raise Refused(400, {name: [_("expected a whole number")]})
        return min(int(text), most)

    def _check(self, listing: Listing) -> None:
        """Refuse what would be passed over in silence: a filter that nobody knows, an order, a value that is none."""
        known = [*OWN, *filter_names(listing.filterset.form)]
        unknown = {name: [_("no such filter")] for name in self.request.GET if name not in known}
        if unknown:
            raise Refused(400, unknown | {"known": known})
        if self.request.GET.get("sort") and not listing.sort:
            raise Refused(400, {"sort": [_("cannot be sorted by that")]})
        if not listing.filterset.is_valid():
            raise Refused(400, json.loads(listing.filterset.form.errors.as_json()))


class OneView(ModelView):
    """One row; a foreign one does not exist."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        self._may()
        shown = self._shown()
        found = rows.fetch(self.page.rows(request.user).filter(pk=pk), list(shown.values()), self.page).first()
        if found is None:
            raise Refused(404, _("There is no such row."))
        return said(rows.as_json(self.base, self.page, found, shown.items()))


def filter_names(form: Any) -> Sequence[str]:
    """The parameters that a list's filters read: of a range its two ends."""
    return [
        f"{name}_{suffix}" if suffix else name
        for name, field in form.fields.items()
        for suffix in (getattr(field.widget, "suffixes", None) or [""])
    ]


def said(content: Mapping[str, Any], status: int = 200) -> JsonResponse:
    return JsonResponse(content, status=status, json_dumps_params={"ensure_ascii": False})
