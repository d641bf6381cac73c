"""Panels of a detail page: a card beside the fields. Knows no model.

A panel of one's own is a Panel with a template and a `context`; `Kit.add_panel` puts it on a model's page.
"""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.template.loader import render_to_string

from inventory.ui.listing import load, phone_css, table_rows


class Panel:
    """A card. `wide` stands below the fields, else beside them."""

    title: Any = ""
    icon = "info-circle"
    template = ""
    wide = False

    def context(self, request: HttpRequest, page: Any, obj: Any) -> dict[str, Any] | None:
        """What the template gets; None when there is nothing to show for this row."""
        return {}

    def render(self, request: HttpRequest, page: Any, obj: Any) -> str:
        """The card's HTML, or ''."""
        found = self.context(request, page, obj)
        if found is None:
            return ""
        return render_to_string(self.template, {"panel": self, "page": page, "object": obj, **found}, request)


class RelatedTable(Panel):
    """The first rows of another model that belong to this row, in some of that model's columns."""

    template = "ui/panel_table.html"
    wide = True

    def __init__(self, model: type[Model], field: str, columns: Sequence[str], title: Any = None, limit: int = 10):
        self.model, self.field, self.columns, self.limit = model, field, tuple(columns), limit
        self._title = title

    def context(self, request: HttpRequest, page: Any, obj: Any) -> dict[str, Any] | None:
        other = page.kit.page_of(self.model)
        if other is None or not other.may(request.user, "view"):
            return None
        cells = other.cells(self.columns)
        rows = other.rows(request.user).filter(**{self.field: obj})
        count = rows.count()
        shown = list(load(rows.order_by(*other.order, "pk"), cells)[: self.limit])
        css = phone_css(other, cells)
        narrowed = f"?{self.field}={obj.pk}"
        return {
            "title": self._title or other.title,
            "other": other,
            "heads": [(cell.heading, css[cell.name]) for cell in cells],
            "count": count,
            "more": other.url("list") + narrowed if self.field in other.filters else "",
            "add": other.url("add") + narrowed if other.may(request.user, "add") else "",
            "body": table_rows(other, shown, cells, select=False),
        }
