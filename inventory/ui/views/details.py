"""The page of one row: its fields in sections, one field edited in its place, panels, and its changes."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from inventory.ui.filters import below, related_condition
from inventory.ui.forms import form_class
from inventory.ui.history import changes_of
from inventory.ui.views.base import PageView

CHANGES = 10


class DetailView(PageView):
    """All of one row."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        page, user = self.page, request.user
        obj = self.find(pk)
        may_change = page.may(user, "change", obj)
        panels = [(panel.wide, panel.render(request, page, obj)) for panel in page.kit.panels(page)]
        return self.render(
            "ui/detail.html",
            object=obj,
            badges=self._badges(obj),
            sections=self._sections(obj, may_change),
            may_change=may_change,
            may_delete=page.may(user, "delete", obj),
            actions=page.kit.actions(page, user, obj),
            wide=[html for is_wide, html in panels if is_wide and html],
            side=[html for is_wide, html in panels if not is_wide and html],
            related=related_counts(page, user, obj),
            **changes_context(page, user, obj, 1),
        )

    def _badges(self, obj: Any) -> list[str]:
        """What has a colour; nothing stands for what is blank."""
        cells = (self.page.cell(name) for name, column in self.page.declared.items() if column.colors)
        return [cell.show(obj) for cell in cells if cell.computed or cell.raw(obj) not in (None, "")]

    def _sections(self, obj: Any, may_change: bool) -> list[tuple[Any, list[dict[str, Any]]]]:
        return [
            (section.title, [field_context(self.page, obj, name, may_change) for name in section.fields])
            for section in self.page.details
        ]


def editable(page: Any) -> set[str]:
    return {name for section in page.form for name in section.fields}


def field_context(page: Any, obj: Any, name: str, may_change: bool) -> dict[str, Any]:
    """A field as its template shows it."""
    edit = page.url("field", obj.pk, name) if may_change and name in editable(page) else ""
    return {"cell": page.cell(name), "html": page.cell(name).show(obj), "edit": edit, "object": obj}


def related_counts(page: Any, user: Any, obj: Any) -> list[tuple[str, str, int, str]]:
    """(title, icon, number, address) of each list that can be narrowed to this row."""
    found = []
    keys = below(page.model, [obj.pk])
    for other, spec in page.related:
        if other.may(user, "view"):
            condition = related_condition(other.model, spec.all_paths(), keys, first=spec.first)
            count = other.rows(user).filter(condition).count()
            found.append((other.title, other.icon, count, f"{other.url('list')}?{spec.name}={obj.pk}"))
    return found


def changes_context(page: Any, user: Any, obj: Any, number: int) -> dict[str, Any]:
    """One page of the change log of a row, newest first."""
    entries = page.kit.history(user, obj)
    start = (number - 1) * CHANGES
    found: Sequence[Any] = list(entries[start : start + CHANGES + 1])
    return {
        "changes": changes_of(page, found[:CHANGES]),
        "older": f"{page.url('changes', obj.pk)}?page={number + 1}" if len(found) > CHANGES else "",
        "number": number,
    }


class ChangesView(PageView):
    """Older changes of a row."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        obj, asked = self.find(pk), request.GET.get("page", "1")
        number = max(1, int(asked)) if asked.isdecimal() and len(asked) < 7 else 1
        template = "ui/_changes.html" if getattr(request, "htmx", None) else "ui/changes.html"
        return self.render(template, object=obj, **changes_context(self.page, request.user, obj, number))


class FieldView(PageView):
    """One field of a row: its form, and the writing of it."""

    action = "change"

    def get(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        obj = self._editable(pk, name)
        if "cancel" in request.GET:
            return self.render("ui/_field.html", field=field_context(self.page, obj, name, True))
        return self._form(obj, name, form_class(self.page, request.user, [name])(instance=obj))

    def post(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        obj = self._editable(pk, name)
        form = form_class(self.page, request.user, [name])(request.POST, instance=obj)
        return self._done(pk, name) if self.store(form) else self._form(obj, name, form)

    def _editable(self, pk: int, name: str) -> Any:
        if name not in editable(self.page):
            raise Http404
        return self.find(pk)

    def _done(self, pk: int, name: str) -> HttpResponse:
        if not getattr(self.request, "htmx", None):
            return redirect(self.page.url_of(pk))
        try:
            obj = self.find(pk)
        except (Http404, PermissionDenied):
            return HttpResponse(headers={"HX-Redirect": self.page.url("list")})
        response = self.render("ui/_field.html", field=field_context(self.page, obj, name, True))
        response["HX-Trigger"] = "row-changed"
        return response

    def _form(self, obj: Any, name: str, form: Any) -> HttpResponse:
        widget = form.fields[name].widget
        # Alone in its form, a select learns from here what its rows should be near to.
        if (near := getattr(widget, "near", "")) and (key := getattr(obj, f"{near}_id", None)):
            widget.attrs["data-near-key"] = key
        template = "ui/_field_form.html" if getattr(self.request, "htmx", None) else "ui/field_form.html"
        url, back = self.page.url("field", obj.pk, name), self.page.url_of(obj.pk)
        cell = self.page.cell(name)
        return self.render(template, object=obj, form=form, field=form[name], cell=cell, field_url=url, back=back)
