"""The API's views: rows of each model with pages as JSON, read by a token or by who is signed in, written by a token.

Who sees and writes what, filters, search, order and forms are those of the pages.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from inventory.api import body, netbox, options, rows, texts, versions
from inventory.api.faults import Refused
from inventory.api.writing import Work
from inventory.models import ApiToken
from inventory.pages.kit import kit
from inventory.services import tokens
from inventory.ui.columns import Cell
from inventory.ui.listing import Listing
from inventory.ui.page import ModelPage

READING = ("get", "head", "options")
SCHEMES = ("bearer", "token")
VERSION = "1.0"
LIMIT, MOST = 50, 1000
OWN = ("q", "sort", "ordering", "limit", "offset", "fields", "brief", "id")


class ApiView(View):
    """Knows who asks, and answers every fault in JSON."""

    http_method_names: Sequence[str] = READING
    token: ApiToken | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            self.token = self._token(request)
            if self.token is not None:
                request.user = self.token.user
            answer: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[assignment]
        except Refused as fault:
            answer = said(fault.told, fault.status)
            if fault.status == 401:
                answer["WWW-Authenticate"] = 'Bearer realm="taizhang"'
        answer["API-Version"] = VERSION
        answer["Cache-Control"] = "private, no-store"
        answer["Vary"] = "Accept-Language, Authorization, Cookie"
        return answer

    @staticmethod
    def _token(request: HttpRequest) -> ApiToken | None:
        """The token that the request carries; None for who is signed in at the pages."""
        scheme, _blank, token = request.headers.get("Authorization", "").partition(" ")
        if not scheme:
            if request.user.is_authenticated:
                return None
            raise Refused(401, _("Send a token: 'Authorization: Bearer TOKEN'."))
        found = tokens.find(token.strip()) if scheme.lower() in SCHEMES else None
        if found is None:
            raise Refused(401, _("The token is unknown, expired or withdrawn."))
        return found

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        offered = ", ".join(name.upper() for name in self.http_method_names)
        told = _("%(method)s is not offered here, only %(offered)s.") % {"method": request.method, "offered": offered}
        answer = said({"detail": told}, 405)
        answer["Allow"] = offered
        return answer


class IndexView(ApiView):
    """The addresses of all lists that the user may see."""

    def get(self, request: HttpRequest) -> HttpResponse:
        pages = sorted((page for page in kit.pages.values() if page.may(request.user, "view")), key=lambda p: p.path)
        return said({page.path: request.build_absolute_uri(reverse(f"{page.name}_api")) for page in pages})


class NothingView(ApiView):
    """Any other address below the API's."""

    def get(self, request: HttpRequest, **_path: str) -> HttpResponse:
        raise Refused(404, _("There is nothing at this address; %s tells what there is.") % reverse("api"))

    post = put = patch = delete = get
    http_method_names = (*READING, "post", "put", "patch", "delete")


class ModelView(ApiView):
    """What the views of one model share."""

    page: ModelPage = None  # type: ignore[assignment]  # given by as_view
    as_netbox: bool = False
    """Whether it stands at NetBox's address; then the addresses in its answers are such, too."""
    writing: ClassVar[Mapping[str, str]] = {}
    """What each method that writes does; offered where the page's declared form does it."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        offered = [method for method, action in self.writing.items() if self.page.writes(action)]
        self.http_method_names = (*READING, *offered)

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self._may()
        writes = [name.upper() for name in self.http_method_names if self.writing.get(name) in ("add", "change")]
        answer = said(options.told(self.page, request.user, writes))
        answer["Allow"] = ", ".join(name.upper() for name in self.http_method_names)
        return answer

    def _work(self) -> Work:
        """The writes of this request, for who may do them. Raises Refused."""
        request, action = self.request, self.writing[str(self.request.method).lower()]
        if self.token is None:
            raise Refused(403, _("A browser's session only reads: write with a token."))
        if not self.token.writes:
            raise Refused(403, _("This token only reads: make one that writes."))
        if not self.page.may(request.user, action):
            raise Refused(403, _("This account may not do that."))
        return Work(self.page, request.user, body.reason_of(request))

    def _one(self, pk: Any, shown: Mapping[str, Cell], status: int = 200) -> HttpResponse:
        """A row with its ETag, which is read before: if meanwhile somebody writes, it is the older one of the two."""
        tag = self._tag(pk)
        found = rows.fetch(self.page.rows(self.request.user).filter(pk=pk), list(shown.values()), self.page).first()
        if found is None:
            raise Refused(404, _("There is no such row."))
        answer = said(rows.as_json(self.address, self.page, found, shown.items()), status)
        if tag is not None:
            answer["ETag"] = tag
        return answer

    def _several(self, found: Sequence[Any], shown: Mapping[str, Cell]) -> list[dict[str, Any]]:
        """Rows as they are now, in the order given."""
        kept = rows.fetch(self.page.rows(self.request.user), list(shown.values()), self.page)
        by_key = kept.in_bulk([row.pk for row in found])
        keys = [row.pk for row in found if row.pk in by_key]
        return [rows.as_json(self.address, self.page, by_key[key], shown.items()) for key in keys]

    def _tag(self, pk: Any) -> str | None:
        """The ETag of a row that can be changed."""
        if not self.page.writes("change"):
            return None
        model: Any = self.page.model
        row = self.page.rows(self.request.user).defer(*model.secret).filter(pk=pk).first()
        return versions.tag_of(row) if row is not None else None

    def address(self, page: ModelPage) -> str:
        """The address of a model's list."""
        place = netbox.place(page) if self.as_netbox else page.path
        return f"{self._base}{place}/"

    @cached_property
    def _base(self) -> str:
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
    """Rows: filtered, searched, sorted, a part of them; one or several made, several changed or deleted."""

    writing = {"post": "add", "patch": "change", "delete": "delete"}

    def get(self, request: HttpRequest) -> HttpResponse:
        self._may()
        shown, listing = self._shown(), Listing(self.page, request, self._without_texts())
        self._check(listing)
        limit, offset = self._number("limit", LIMIT, MOST) or MOST, self._number("offset", 0, 10**9)
        found = texts.find(listing.ordered, self.page, request.GET)
        if keys := request.GET.getlist("id"):
            if not all(key.isdecimal() and len(key) < 19 for key in keys):
                raise Refused(400, {"id": [_("expected whole numbers")]})
            found = found.filter(pk__in=keys[:MOST])
        count = found.count()
        some = list(found.values_list("pk", flat=True)[offset : offset + limit])
        by_key = {row.pk: row for row in rows.fetch(self.page.rows_by_key(some), list(shown.values()), self.page)}
        results = [rows.as_json(self.address, self.page, by_key[key], shown.items()) for key in some if key in by_key]
        ends = {
            "next": self._turn(limit, offset + limit) if offset + limit < count else None,
            "previous": self._turn(limit, max(0, offset - limit)) if offset else None,
        }
        return said({"count": count, **ends, "results": results})

    def post(self, request: HttpRequest) -> HttpResponse:
        work, shown, sent = self._work(), self._shown(), body.read(request)
        if isinstance(sent, list):
            return said(self._several(work.several(body.objects(sent), work.create), shown), 201)
        row = work.one(body.one_object(sent), work.create)
        answer = self._one(row.pk, shown, 201)
        answer["Location"] = f"{self.address(self.page)}{row.pk}/"
        return answer

    def patch(self, request: HttpRequest) -> HttpResponse:
        work, shown = self._work(), self._shown()
        return said(self._several(self._each(work, work.change_listed), shown))

    def delete(self, request: HttpRequest) -> HttpResponse:
        work = self._work()
        self._each(work, work.delete_listed)
        return HttpResponse(status=204)

    def _each(self, work: Work, do: Callable[[dict[str, Any]], Any]) -> list[Any]:
        if "If-Match" in self.request.headers:
            raise Refused(400, {"If-Match": [_("of a single row alone")]})
        return work.several(body.objects(body.read(self.request)), do)

    def _without_texts(self) -> QueryDict:
        """What the list's own filters and order are given; NetBox's name for the order is known too."""
        data = self.request.GET.copy()
        for name in texts.parameters(self.page):
            data.pop(name, None)
        data.setdefault("sort", data.get("ordering", ""))
        return data

    def _turn(self, limit: int, offset: int) -> str:
        query = self.request.GET.copy()
        query["limit"], query["offset"] = str(limit), str(offset)
        return self.request.build_absolute_uri(f"{self.request.path}?{query.urlencode()}")

    def _number(self, name: str, default: int, most: int) -> int:
        text = self.request.GET.get(name, "")
        if not text:
            return default
        if not text.isdecimal() or len(text) > 10:
            raise Refused(400, {name: [_("expected a whole number")]})
        return min(int(text), most)

    def _check(self, listing: Listing) -> None:
        """Refuse what would be passed over in silence: a filter that nobody knows, an order, a value that is none."""
        known = filters_of(self.page, listing.filterset.form)
        if unknown := set(self.request.GET) - {*OWN, *known}:
            named = [name for name in known if "__" not in name]
            words = _("no such filter; known: %(known)s") % {"known": ", ".join((*OWN, *named))}
            raise Refused(400, {name: [words] for name in self.request.GET if name in unknown})
        if listing.data["sort"] and not listing.sort:
            raise Refused(400, {"sort": [_("cannot be sorted by that")]})
        if not listing.filterset.is_valid():
            faults = listing.filterset.form.errors.items()
            raise Refused(400, {name: list(map(str, errors)) for name, errors in faults})


class OneView(ModelView):
    """One row, read, changed, deleted; a foreign one does not exist."""

    writing = {"patch": "change", "delete": "delete"}

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        self._may()
        shown = self._shown()
        return self._one(pk, shown)

    def patch(self, request: HttpRequest, pk: int) -> HttpResponse:
        work, shown, tags = self._work(), self._shown(), versions.wanted(request)
        work.one(body.one_object(body.read(request)), lambda given: work.change(pk, given, tags))
        return self._one(pk, shown)

    def delete(self, request: HttpRequest, pk: int) -> HttpResponse:
        work, tags, sent = self._work(), versions.wanted(request), body.read(request)
        work.one({} if sent is None else body.only_reason(sent), lambda _none: work.delete(pk, tags))
        return HttpResponse(status=204)


def filters_of(page: ModelPage, form: Any) -> list[str]:
    """The parameters by which rows are chosen: texts, and those that the list's filters read, of a range its ends."""
    own = texts.parameters(page)
    return own + [name for name in _filter_names(form) if name not in own]


def _filter_names(form: Any) -> Sequence[str]:
    return [
        f"{name}_{suffix}" if suffix else name
        for name, field in form.fields.items()
        for suffix in (getattr(field.widget, "suffixes", None) or [""])
    ]


def said(content: Any, status: int = 200) -> JsonResponse:
    return JsonResponse(content, safe=False, status=status, json_dumps_params={"ensure_ascii": False})
