"""What a list shows: filtered, searched, sorted, one page of it, in the user's columns. Knows no model.

A page is found in two steps, keys first and then the fifty rows with what their columns need, so that a late page
of a long list costs little more than the first, and the number of queries does not depend on the number of rows.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from inventory.ui.columns import NOTHING, Cell, Kind
from inventory.ui.filters import Chip, chips

SIZES = (25, 50, 100, 250)
FOUND_AT_ONCE = 2000
"""Hits of a quick search that are counted while they are found, in one pass over the table."""
OWN = ("q", "sort", "page", "size")


class Listing:
    """One request's view of a list."""

    def __init__(self, page: Any, request: HttpRequest, data: QueryDict | None = None) -> None:
        self.page, self.request, self.user = page, request, request.user
        self.data = request.GET if data is None else data
        self.text = self.data.get("q", "").strip()[:100]
        self.preference = page.kit.preferences.of(self.user, page.name)

    @cached_property
    def cells(self) -> list[Cell]:
        """The user's columns, else the default ones."""
        cells: list[Cell] = self.page.cells(self.preference.columns) or self.page.cells(self.page.default_columns)
        return cells

    @cached_property
    def size(self) -> int:
        asked = self.data.get("size", "")
        return int(asked) if asked in map(str, SIZES) else self.preference.size or 50

    @cached_property
    def filterset(self) -> Any:
        return self.page.filterset(self.data, queryset=self.page.rows(self.user), request=self.request)

    @cached_property
    def chips(self) -> list[Chip]:
        """Active filters, each with the query that is left without it."""
        return [
            Chip(one.title, one.text, one.params, self.query(drop=(*one.params, "page")))
            for one in chips(self.filterset)
        ]

    @cached_property
    def matching(self) -> QuerySet[Any]:
        """All rows that the filters and the quick search let through, in no order."""
        rows: QuerySet[Any] = self.filterset.qs
        return search(self.page, rows, self.text) if self.text else rows

    @cached_property
    def sort(self) -> tuple[str, ...]:
        """Columns to sort by; '-' before a name turns it."""
        asked = self.data.get("sort", "")
        cell = self._sortable(asked.lstrip("-"))
        return (asked,) if cell else ()

    def _sortable(self, name: str) -> Cell | None:
        cell = self.page.cell(name) if name in self.page.declared else None
        return cell if cell is not None and cell.order else None

    @cached_property
    def ordered(self) -> QuerySet[Any]:
        """The matching rows in order; the key decides between equals."""
        rows, fields = self.matching, []
        for name in self.sort:
            cell, sign = self.page.cell(name.lstrip("-")), "-" if name.startswith("-") else ""
            if cell.annotate:
                rows = rows.annotate(**cell.annotate)
            fields += [sign + field for field in cell.order]
        return rows.order_by(*(fields or self.page.order), "pk")

    @cached_property
    def _hits(self) -> list[Any] | None:
        """Keys of all hits of a quick search where they are not too many."""
        if not self.text:
            return None
        keys = list(self.ordered.values_list("pk", flat=True)[: FOUND_AT_ONCE + 1])
        return keys if len(keys) <= FOUND_AT_ONCE else None

    @cached_property
    def count(self) -> int:
        return len(self._hits) if self._hits is not None else self.matching.count()

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // self.size))

    @cached_property
    def number(self) -> int:
        """The page shown, from 1; a number that is none or too great is brought into range."""
        asked = self.data.get("page", "1")
        return min(max(int(asked), 1), self.pages) if asked.isdecimal() and len(asked) < 9 else 1

    @property
    def first(self) -> int:
        return (self.number - 1) * self.size

    @property
    def last(self) -> int:
        return min(self.first + self.size, self.count)

    @cached_property
    def keys(self) -> list[Any]:
        """Keys of the page's rows, in order; from the nearer end of the list."""
        if self._hits is not None:
            return self._hits[self.first : self.last]
        keys = self.ordered.values_list("pk", flat=True)
        if self.first <= self.count // 2:
            return list(keys[self.first : self.last])
        return list(keys.reverse()[self.count - self.last : self.count - self.first])[::-1]

    @cached_property
    def rows(self) -> list[Any]:
        """The page's rows with what the columns need, nothing else."""
        found = {row.pk: row for row in load(self.page.rows_by_key(self.keys), self.cells)}
        return [found[key] for key in self.keys if key in found]

    def every(self) -> Iterator[Any]:
        """All matching rows in order, read in pieces: for an export."""
        return load(self.ordered, self.cells).iterator(chunk_size=2000)

    def query(self, *, drop: Sequence[str] = (), **params: Any) -> str:
        """The query string of this list with some parameters set or dropped."""
        data = self.data.copy()
        for name in (*drop, *params, "csrfmiddlewaretoken"):
            data.pop(name, None)
        for name in [name for name in data if not any(data.getlist(name))]:
            del data[name]
        for name, value in params.items():
            data[name] = str(value)
        return data.urlencode()

    def headers(self) -> list[dict[str, Any]]:
        """Title, classes, and the way to sort, of each column."""
        now = self.sort[0] if self.sort else ""
        css = phone_css(self.page, self.cells)
        return [
            {
                "title": cell.heading,
                "css": css[cell.name],
                "sort": self.query(drop=("page",), sort=f"-{cell.name}" if now == cell.name else cell.name)
                if cell.order
                else "",
                "state": {cell.name: "ascending", f"-{cell.name}": "descending"}.get(now, ""),
            }
            for cell in self.cells
        ]

    def body(self, *, select: bool = True) -> SafeString:
        """The table's rows as HTML."""
        return table_rows(self.page, self.rows, self.cells, select=select)


def search(page: Any, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Rows in which any of the page's search fields contains the text."""
    if callable(page.search):
        found: QuerySet[Any] = page.search(rows, text)
        return found
    condition = Q()
    for name in page.search:
        condition |= Q(**{f"{name}__icontains": text})
    return rows.filter(condition)


def load(rows: QuerySet[Any], cells: Sequence[Cell]) -> QuerySet[Any]:
    """Load what the cells need: related rows joined, other fields left in the database."""
    needs = [path for cell in cells for path in cell.needs]
    joins = {path.rpartition("__")[0] for path in needs if "__" in path}
    joins |= {cell.path for cell in cells if cell.kind is Kind.RELATED and cell.page is None}
    for cell in cells:
        if cell.annotate:
            rows = rows.annotate(**cell.annotate)
    rows = rows.select_related(*joins) if joins else rows
    return rows.only("pk", *needs)


def phone_css(page: Any, cells: Sequence[Cell]) -> dict[str, str]:
    """Classes of each column's cells; those that a phone leaves out are hidden there."""
    kept = [cell.name for cell in cells if cell.name in page.phone] or [cell.name for cell in cells[:3]]
    return {cell.name: f"{cell.css} {'' if cell.name in kept else 'd-none d-md-table-cell'}".strip() for cell in cells}


def table_rows(page: Any, rows: Sequence[Any], cells: Sequence[Cell], *, select: bool) -> SafeString:
    """Rows of a table as HTML: the first column that links nowhere else leads to the row's page, or the one that is
    all of the row's name."""
    named = page.label[0].rpartition("__")[0] if len(page.label) == 1 else ""
    lead = next((at for at, cell in enumerate(cells) if cell.kind is not Kind.RELATED or cell.path == named), 0)
    below = [at for at, cell in enumerate(cells) if cell.name in page.below and at != lead]
    css = phone_css(page, cells)
    opened = [f'<td class="{css[cell.name]}">' if css[cell.name] else "<td>" for cell in cells]
    choose = escape(_("Select"))
    out: list[str] = []
    for row in rows:
        out.append("<tr>")
        if select:
            box = f'<input type="checkbox" class="form-check-input" name="pk" value="{row.pk}" aria-label="{choose}">'
            out.append(f'<td class="w-1">{box}</td>')
        shown = [cell.show(row) for cell in cells]
        parts = [shown[at] for at in below if shown[at] not in ("", NOTHING)]
        if cells[lead].path == named:
            shown[lead] = escape(str(cells[lead].raw(row)))
        if "<a " not in shown[lead]:
            shown[lead] = f'<a href="{page.url_of(row.pk)}" class="fw-medium">{shown[lead]}</a>'
        if parts:
            shown[lead] += f'<div class="tz-below">{"".join(f"<span>{part}</span>" for part in parts)}</div>'
        out += [f"{start}{text}</td>" for start, text in zip(opened, shown, strict=True)]
        out.append("</tr>")
    return mark_safe("".join(out))  # each part is escaped by its cell
