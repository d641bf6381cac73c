"""The list of a model's rows: its table, its filters, its columns, and choices for selects."""

from typing import Any, ClassVar
from urllib.parse import urlencode

from django.db.models import Case, Q, When
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect

from inventory.ui.filters import with_labels
from inventory.ui.keys import key_of
from inventory.ui.listing import OWN, SIZES, Listing
from inventory.ui.views.base import PageView

CHOICES = 20


class ListView(PageView):
    """The list; asked by htmx for a part of it, that part alone."""

    template: ClassVar[str] = "ui/list.html"
    part: ClassVar[str] = "ui/_list.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        listing = Listing(self.page, request)
        if self.asks_for("panel"):
            return self._panel(listing)
        context = self._context(listing)
        if self.asks_for("list"):
            response = self.render(self.part, **context)
            response["HX-Push-Url"] = f"{request.path}?{listing.query(drop=('panel',))}".rstrip("?")
            return response
        return self.render(self.template, part=self.part, **context, **self._panel_context(listing))

    def _context(self, listing: Listing) -> dict[str, Any]:
        user = self.request.user
        may_bulk = self.page.may(user, "bulk")
        return {
            "listing": listing,
            "may_add": self.page.may(user, "add"),
            "starts": self.page.kit.starts(self.page, user),
            "may_bulk": may_bulk,
            "may_delete": may_bulk and self.page.may(user, "delete"),
            "saved": self.page.kit.preferences.filters(user, self.page.name),
            "kept": [(name, value) for name in ("sort", "size") if (value := listing.data.get(name))],
            "state": [
                (name, value)
                for name in listing.data
                if name not in (*OWN, "panel")
                for value in listing.data.getlist(name)
                if value
            ],
            "query": listing.query(drop=("page", "panel")),
            "sizes": [(size, listing.query(drop=("page",), size=size)) for size in SIZES],
            "turns": _turns(listing),
            "headers": listing.headers(),
            "body": listing.body(select=may_bulk),
            "first": listing.first + 1,
            "last": listing.last,
            "count_text": f"{listing.count:,}",
            "without_text": listing.query(drop=("q", "page", "panel")),
        }

    def _panel_context(self, listing: Listing) -> dict[str, Any]:
        asked = listing.data.get("panel", "")
        if asked == "filters":
            form = listing.filterset.form
            form.order_fields(list(self.page.filters))
            return {"panel": asked, "form": form}
        if asked == "columns":
            shown = [cell.name for cell in listing.cells]
            others = [name for name in self.page.declared if name not in shown]
            choices = [(name, self.page.cell(name).heading, name in shown) for name in (*shown, *others)]
            return {"panel": asked, "choices": choices}
        return {"panel": ""}

    def _panel(self, listing: Listing) -> HttpResponse:
        query = listing.query(drop=("page", "panel"))
        return self.render("ui/_panel.html", listing=listing, query=query, **self._panel_context(listing))


def _turns(listing: Listing) -> list[tuple[str, str, bool]]:
    """(number or '…', query, whether it is the page shown) for the first, last and neighbouring pages."""
    near = {1, listing.pages, *range(listing.number - 2, listing.number + 3)}
    turns: list[tuple[str, str, bool]] = []
    before = 0
    for number in sorted(one for one in near if 1 <= one <= listing.pages):
        if number != before + 1:
            turns.append(("…", "", False))
        turns.append((str(number), listing.query(page=number), number == listing.number))
        before = number
    return turns


class ColumnsView(PageView):
    """Keeps the columns that a user chose."""

    def post(self, request: HttpRequest) -> HttpResponse:
        chosen = [] if "reset" in request.POST else request.POST.getlist("column")
        known = [name for name in dict.fromkeys(chosen) if name in self.page.declared]
        self.page.kit.preferences.keep(request.user, self.page.name, known, None)
        return redirect(_back(self.page, request.POST.get("query", "")))


class SavedView(PageView):
    """Keeps the present filters under a name, or forgets them."""

    def post(self, request: HttpRequest) -> HttpResponse:
        preferences, query = self.page.kit.preferences, request.POST.get("query", "")
        forget, name = key_of(request.POST.get("forget", "")), request.POST.get("name", "").strip()[:100]
        if forget is not None:
            preferences.drop_filter(request.user, forget)
        elif name:
            shared = "shared" in request.POST
            preferences.save_filter(request.user, self.page.name, name=name, query=query[:4000], shared=shared)
        return redirect(_back(self.page, query))


def _back(page: Any, query: str) -> str:
    """The list with a query that a form carried; read and written anew, so that it leads nowhere else."""
    data = QueryDict(query)
    pairs = [(name, value) for name in data for value in data.getlist(name)]
    return str(page.url("list")) + (f"?{urlencode(pairs)}" if pairs else "")


class ChoicesView(PageView):
    """Rows by what is typed into a select, those `near` a row first: [{"value", "text"}]."""

    def get(self, request: HttpRequest) -> JsonResponse:
        rows = with_labels(self.page.rows(request.user), self.page)
        for word in request.GET.get("q", "")[:100].split():
            condition = Q()
            for path in self.page.choice_paths:
                condition |= Q(**{f"{path}__icontains": word})
            rows = rows.filter(condition)
        near, first = request.GET.get("near", ""), []
        if self.page.within and near.isdecimal() and len(near) < 19:
            first = [Case(When(**{self.page.within: int(near)}, then=0), default=1)]
        found = rows.order_by(*first, *self.page.order, "pk")[:CHOICES]
        return JsonResponse([{"value": str(row.pk), "text": self.page.choice_text(row)} for row in found], safe=False)
