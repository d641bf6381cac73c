"""Adding, editing and deleting one row."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from inventory.ui.forms import form_class
from inventory.ui.views.base import PageView


class FormView(PageView):
    """A form of all sections. Without a key it adds; with one it edits."""

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        obj = self._start(pk)
        return self._form(obj, self._class()(instance=obj, initial=self._initial() if pk is None else None))

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        obj = self._start(pk)
        form = self._class()(request.POST, instance=obj)
        return self._done(form.instance) if self.store(form) else self._form(obj, form)

    def _start(self, pk: int | None) -> Any:
        return self.page.model() if pk is None else self.find(pk)

    def _class(self) -> Any:
        return form_class(self.page, self.request.user, [n for section in self.page.form for n in section.fields])

    def _initial(self) -> dict[str, str]:
        """Values that the address of an 'add' link carries."""
        return {name: str(value) for name, value in self.request.GET.items() if value}

    def _done(self, obj: Any) -> HttpResponse:
        messages.success(self.request, _("%(name)s is saved.") % {"name": obj})
        if "another" in self.request.POST:
            return redirect(self.page.url("add"))
        return redirect(self.page.url_of(obj.pk))

    def _form(self, obj: Any, form: Any) -> HttpResponse:
        sections = [(s.title, [form[name] for name in s.fields]) for s in self.page.form]
        saved = self.page.model._default_manager.filter(pk=obj.pk).first() if obj.pk else None
        return self.render("ui/form.html", object=saved, form=form, sections=sections)


class AddView(FormView):
    action = "add"


class EditView(FormView):
    action = "change"


class DeleteView(PageView):
    """Shows what would go along, then deletes."""

    action = "delete"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._ask(self.find(pk))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        obj = self.find(pk)
        name = str(obj)
        try:
            self.page.kit.writer.delete(request.user, [obj], reason=request.POST.get("reason", "")[:200])
        except ValidationError as fault:
            return self._ask(obj, fault.messages)
        messages.success(request, _("%(name)s is deleted.") % {"name": name})
        return redirect(self.page.url("list"))

    def _ask(self, obj: Any, faults: Any = ()) -> HttpResponse:
        consequences = self.page.kit.writer.consequences(self.request.user, [obj])
        back = self.page.url_of(obj.pk)
        return self.render(
            "ui/delete.html",
            object=obj,
            names=[str(obj)],
            count=1,
            consequences=consequences,
            faults=faults,
            back=back,
            hidden=[],
        )
