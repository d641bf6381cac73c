"""Changes of many rows at once: a form that sets some fields, and deletion with what would go along.

The rows are those ticked, or all that match the list's query, which the address carries.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory.ui.forms import make_field
from inventory.ui.keys import keys_of
from inventory.ui.listing import Listing
from inventory.ui.page import BulkForm
from inventory.ui.views.base import PageView

NAMED = 20
UNCHANGED: Any = gettext_lazy("unchanged")
MOST_DELETED = 20_000
"""Rows that are deleted at once: all or none of them in a few seconds, each told in the change log."""


class BulkView(PageView):
    """The first post shows the form or what would go along; one with `confirm` writes."""

    action = "bulk"

    def get(self, request: HttpRequest) -> HttpResponse:
        return redirect(self._back())

    def post(self, request: HttpRequest) -> HttpResponse:
        rows = self._rows()
        if not rows.exists():
            messages.warning(request, _("Select rows first."))
            return redirect(self._back())
        asked = request.POST.get("do", "")
        if asked == "delete":
            return self._delete(rows)
        form = next((one for one in self.page.bulk if one.name == asked), None)
        if form is None:
            raise Http404
        return self._change(rows, form)

    def _rows(self) -> QuerySet[Any]:
        """The rows meant; of ticked ones, those that the user may see."""
        if "all" in self.request.POST:
            return Listing(self.page, self.request).ordered
        ticked = keys_of(self.request.POST.getlist("pk"))
        return self.page.rows(self.request.user).filter(pk__in=ticked).order_by(*self.page.order, "pk")

    def _back(self) -> str:
        query = self.request.GET.urlencode()
        return self.page.url("list") + (f"?{query}" if query else "")

    def _hidden(self, rows: QuerySet[Any]) -> list[tuple[str, str]]:
        if "all" in self.request.POST:
            chosen = ("all", "1")
        else:
            chosen = ("pk", ",".join(str(pk) for pk in rows.values_list("pk", flat=True)))
        return [chosen, ("do", self.request.POST.get("do", "")), ("confirm", "1")]

    def _change(self, rows: QuerySet[Any], bulk: BulkForm) -> HttpResponse:
        made = bulk_form_class(self.page, self.request.user, bulk)
        form = made(self.request.POST) if "confirm" in self.request.POST else made()
        if form.is_bound and form.is_valid():
            try:
                count = self.page.kit.writer.change(
                    self.request.user, rows, form.values(), reason=form.cleaned_data["reason"]
                )
            except ValidationError as fault:
                form.add_error(None, fault.messages)
            else:
                messages.success(self.request, _("Rows changed: %d.") % count)
                return redirect(self._back())
        fields = [
            (form[name], form[f"clear_{name}"] if f"clear_{name}" in form.fields else None) for name in bulk.fields
        ]
        return self.render("ui/bulk.html", form=form, fields=fields, bulk=bulk, **self._context(rows))

    def _context(self, rows: QuerySet[Any]) -> dict[str, Any]:
        count = rows.count()
        names = [str(row) for row in rows.select_related()[:NAMED]]
        return {
            "count": count,
            "names": names,
            "rest": count - len(names),
            "hidden": self._hidden(rows),
            "back": self._back(),
        }

    def _delete(self, rows: QuerySet[Any]) -> HttpResponse:
        if not self.page.may(self.request.user, "delete"):
            raise PermissionDenied
        if rows.count() > MOST_DELETED:
            messages.warning(self.request, _("At most %d rows are deleted at once. Narrow the list.") % MOST_DELETED)
            return redirect(self._back())
        objs, faults = list(rows), []
        if "confirm" in self.request.POST:
            try:
                self.page.kit.writer.delete(self.request.user, objs, reason=self.request.POST.get("reason", "")[:200])
            except ValidationError as fault:
                faults = fault.messages
            else:
                messages.success(self.request, _("Rows deleted: %d.") % len(objs))
                return redirect(self._back())
        consequences = self.page.kit.writer.consequences(self.request.user, objs)
        return self.render(
            "ui/delete.html", object=None, consequences=consequences, faults=faults, **self._context(rows)
        )


class BulkFormBase(forms.Form):
    """Fields left blank stay as they are in each row; a ticked 'clear' empties."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=200,
        widget=forms.TextInput({"class": "form-control", "placeholder": gettext_lazy("for the change log, optional")}),
    )

    def values(self) -> dict[str, Any]:
        """What to set, by field."""
        found: dict[str, Any] = {}
        for name, value in self.cleaned_data.items():
            if name == "reason" or name.startswith("clear_"):
                continue
            if self.cleaned_data.get(f"clear_{name}"):
                found[name] = self.empty[name]
            elif value not in (None, ""):
                found[name] = value
        return found

    empty: dict[str, Any] = {}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not self.values():
            raise ValidationError(_("Set at least one field."))
        return cleaned


def bulk_form_class(page: Any, user: Any, bulk: BulkForm) -> type[BulkFormBase]:
    """The form of some fields, none required, with 'clear' where a field may be empty."""
    made: dict[str, Any] = {"empty": {}}
    for name in bulk.fields:
        found = page.model._meta.get_field(name)
        field = _optional(page, user, found)
        made[name] = field
        if found.blank:
            made["empty"][name] = None if found.null else ""
            made[f"clear_{name}"] = forms.BooleanField(
                label=gettext_lazy("clear"), required=False, widget=forms.CheckboxInput({"class": "form-check-input"})
            )
    return type("BulkForm", (BulkFormBase,), made)


def _optional(page: Any, user: Any, found: Any) -> forms.Field:
    if found.choices:
        choices = [("", UNCHANGED), *found.flatchoices]
        widget = forms.Select({"class": "form-select"})
        return forms.ChoiceField(label=found.verbose_name, choices=choices, required=False, widget=widget)
    field = make_field(page, user, found)
    if field is None:
        raise TypeError(f"{found} has no form field")
    if isinstance(field, forms.BooleanField):
        widget = forms.NullBooleanSelect({"class": "form-select"})
        widget.choices = [("unknown", UNCHANGED), ("true", gettext_lazy("yes")), ("false", gettext_lazy("no"))]
        return forms.NullBooleanField(label=found.verbose_name, required=False, widget=widget)
    field.required, field.initial = False, None
    if isinstance(field, forms.ModelChoiceField):
        field.empty_label = UNCHANGED
    return field
