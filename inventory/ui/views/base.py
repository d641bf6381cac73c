"""What all views of the kit share: signing in, asking what the user may do, finding a row that the user may see."""

from typing import Any, ClassVar

from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views import View

from inventory.ui.history import overtaken
from inventory.ui.page import ModelPage


class PageView(LoginRequiredMixin, View):
    """A view of one model's pages. `action` is what its user must be allowed; a foreign row does not exist."""

    page: ModelPage = None  # type: ignore[assignment]  # given by as_view
    action: ClassVar[str] = "view"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and not self.page.may(request.user, self.action):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def find(self, pk: int) -> Any:
        """The row with its related ones. Raises Http404 for one that the user may not see, PermissionDenied for one
        that the user may not do the action to."""
        forward = [f.name for f in self.page.model._meta.concrete_fields if f.is_relation]
        for cell in (self.page.cell(name) for section in self.page.details for name in section.fields):
            forward += [path.rpartition("__")[0] for path in cell.needs if "__" in path and not cell.many]
        obj = self.page.rows(self.request.user).select_related(*forward).filter(pk=pk).first()
        if obj is None:
            raise Http404
        if not self.page.may(self.request.user, self.action, obj):
            raise PermissionDenied
        return obj

    def store(self, form: Any) -> bool:
        """Write the row of a form. False where it is not valid or was refused: the faults stand in the form."""
        if not form.is_valid():
            return False

        def check(saved: Any) -> None:
            if both := form.rebase(saved):
                raise ValidationError(
                    overtaken(self.page, self.page.kit.history(self.request.user, saved), saved, both)
                )

        try:
            reason = form.cleaned_data["reason"]
            self.page.kit.writer.store(self.request.user, form.instance, reason=reason, links=form.links, check=check)
        except ValidationError as fault:
            form.refuse(fault)
            return False
        return True

    def render(self, template: str, **context: Any) -> HttpResponse:
        obj = context.get("object")
        urls = self.urls(obj)
        return render(
            self.request, template, {"page": self.page, "urls": urls, "object_url": urls["detail"], **context}
        )

    def urls(self, obj: Any = None) -> dict[str, str]:
        """Addresses of the model's pages and, with a row, of the row's."""
        page = self.page
        found = {name: page.url(name) for name in ("list", "add", "bulk", "columns", "saved")}
        found |= {kind: page.url("export", kind) for kind in ("csv", "xlsx")}
        found |= {name: page.url(name, obj.pk) if obj else "" for name in ("detail", "edit", "delete")}
        found["import"] = page.url("import") if page.kit.importer.may(self.request.user, page) else ""
        found["to_edit"] = page.url("export", "to-edit.xlsx")
        return found

    def asks_for(self, target: str) -> bool:
        """Whether only the part with that id is to be swapped."""
        htmx: Any = getattr(self.request, "htmx", None)
        return bool(htmx) and htmx.target == target
