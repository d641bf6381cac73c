"""Journal and files of a device, a site, a segment, a cable: two panels, and the addresses behind them.

A file is given out by a view that asks who may see its thing, with headers that let it do nothing in the browser.
"""

from collections.abc import Iterable
from typing import Any

import django_filters
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from inventory import scope
from inventory.models import Attachment, Cable, Device, FiberCable, JournalEntry, Role, Segment, Site
from inventory.models.journal import JournalKind
from inventory.pages import home
from inventory.pages.kit import kit, page_url
from inventory.pages.writing import actor_of
from inventory.rules.files import MOST_OCTETS
from inventory.selectors import with_open_fault
from inventory.services import journal
from inventory.ui.filters import Filter
from inventory.ui.panels import Panel

SHOWN = 20


class OpenFault(django_filters.BooleanFilter):  # type: ignore[misc]  # it has no stubs
    """Whether the journal last told of a fault, and of no repair or inspection since."""

    def filter(self, qs: Any, value: Any) -> Any:
        if value is None:
            return qs
        return with_open_fault(qs) if value else qs.exclude(pk__in=with_open_fault(Device.objects.all()).values("pk"))


kit.add_filter(
    Device, Filter("open_fault", made=OpenFault(label=gettext_lazy("fault reported"), widget=home.yes_or_no()))
)


def faults(request: HttpRequest) -> Iterable[home.Task]:
    """Devices with a fault that nobody has repaired or looked at."""
    count = with_open_fault(scope.visible(request.user, Device)).count()
    yield home.Task(_("Faults reported"), count, home.devices_url(open_fault="true"), "alert-triangle", "red")


home.register_task(faults, 190)
THINGS: dict[str, type[Model]] = {
    "device": Device,
    "site": Site,
    "segment": Segment,
    "cable": Cable,
    "fiber_cable": FiberCable,
}
SANDBOX = "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'"


class JournalPanel(Panel):
    """Notes, newest first, and the form of a new one."""

    title = gettext_lazy("Journal")
    icon = "notebook"
    template = "journal/entries.html"
    wide = True

    def context(self, request: HttpRequest, page: Any, obj: Any) -> dict[str, Any] | None:
        user: Any = request.user
        rows = _of(JournalEntry, obj).select_related("author")
        found = list(rows[: SHOWN + 1])
        return {
            "entries": [(entry, _may_delete(user, entry)) for entry in found[:SHOWN]],
            "more": len(found) > SHOWN,
            "kinds": _kinds(user),
            "may_add": _may_add(user, JournalEntry, obj),
            "thing": page.name,
        }


class FilesPanel(Panel):
    """Pictures as they are, other files by name, and the way to add some; on a phone by its camera."""

    title = gettext_lazy("Photos and files")
    icon = "paperclip"
    template = "journal/files.html"
    wide = True

    def context(self, request: HttpRequest, page: Any, obj: Any) -> dict[str, Any] | None:
        user: Any = request.user
        rows = list(_of(Attachment, obj).select_related("author"))
        return {
            "files": [(row, _may_delete(user, row)) for row in rows],
            "may_add": _may_add(user, Attachment, obj),
            "thing": page.name,
            "most": MOST_OCTETS,
        }


def _of(model: type[Any], thing: Any) -> Any:
    """Rows of a thing that the user sees already."""
    return model.objects.filter(**{journal.owner_field(thing): thing})


def _kinds(user: Any) -> list[tuple[str, Any]]:
    """(value, words) of what a user may write: who administers a department reports faults, nothing else."""
    only = user.acts_as == Role.DEPARTMENT
    return [(value, words) for value, words in JournalKind.choices if not only or value == JournalKind.FAULT]


def _may_add(user: Any, model: type[Model], thing: Any) -> bool:
    own = user.acts_as != Role.DEPARTMENT or isinstance(thing, Device)
    return own and scope.may(user, "add", model)


def _may_delete(user: Any, row: Any) -> bool:
    """Who wrote it, and an administrator."""
    own = row.author_id == user.pk or user.acts_as == Role.ADMINISTRATOR
    return own and scope.may(user, "delete", type(row))


def _thing(request: HttpRequest, kind: str, pk: int, model: type[Model]) -> Any:
    """The thing that something is written on. Raises Http404, PermissionDenied."""
    user: Any = request.user
    if kind not in THINGS:
        raise Http404
    thing = get_object_or_404(scope.visible(user, THINGS[kind]), pk=pk)
    if not _may_add(user, model, thing):
        raise PermissionDenied
    return thing


@require_POST
def add_entry(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Write a note."""
    thing = _thing(request, kind, pk, JournalEntry)
    try:
        known = [value for value, _words in _kinds(request.user)]
        entry_kind, text = request.POST.get("kind", known[0]), request.POST.get("text", "")
        if entry_kind in JournalKind.values and entry_kind not in known:
            raise PermissionDenied
        journal.add_entry(thing, text, kind=entry_kind, actor=actor_of(request.user))
    except ValidationError as fault:
        messages.error(request, " ".join(fault.messages))
    return redirect(f"{page_url(thing)}#journal")


@require_POST
def upload(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Keep some files; each by itself, so that a bad one does not keep the others out."""
    thing, kept = _thing(request, kind, pk, Attachment), 0
    for file in request.FILES.getlist("file"):
        try:
            name, octets = file.name or "", b"" if (file.size or 0) > MOST_OCTETS else file.read()
            if not octets and file.size:
                raise ValidationError(_("%(name)s is too large.") % {"name": name})
            journal.attach(thing, name, octets, actor=actor_of(request.user))
            kept += 1
        except ValidationError as fault:
            messages.error(request, " ".join(fault.messages))
    if kept:
        messages.success(
            request, ngettext("%(count)d file is kept.", "%(count)d files are kept.", kept) % {"count": kept}
        )
    elif not request.FILES:
        messages.warning(request, _("Choose a file first."))
    return redirect(f"{page_url(thing)}#files")


@require_safe
def give(request: HttpRequest, pk: int) -> FileResponse:
    """A file, for who may see its thing. Pictures are shown, everything else is saved; nothing in it runs."""
    user: Any = request.user
    row = get_object_or_404(scope.visible(user, Attachment), pk=pk)
    try:
        content = journal.path_of(row.stored_as).open("rb")
    except FileNotFoundError as fault:
        raise Http404 from fault
    answer = FileResponse(content, as_attachment=not row.is_image, filename=row.name, content_type=row.kind)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = SANDBOX
    answer["Cache-Control"] = "private, max-age=3600"
    return answer


@require_POST
def delete_entry(request: HttpRequest, pk: int) -> HttpResponse:
    return _delete(request, JournalEntry, pk, "journal")


@require_POST
def delete_file(request: HttpRequest, pk: int) -> HttpResponse:
    return _delete(request, Attachment, pk, "files")


def _delete(request: HttpRequest, model: type[Any], pk: int, part: str) -> HttpResponse:
    user: Any = request.user
    row = get_object_or_404(scope.visible(user, model), pk=pk)
    if not _may_delete(user, row):
        raise PermissionDenied
    thing = row.owner
    journal.remove(row, actor=actor_of(user))
    messages.success(request, _("%(name)s is deleted.") % {"name": row})
    return redirect(f"{page_url(thing)}#{part}")


for _model in THINGS.values():
    kit.add_panel(_model, FilesPanel(), order=80)
    kit.add_panel(_model, JournalPanel(), order=81)

urlpatterns = [
    path("journal/<slug:kind>/<int:pk>/", add_entry, name="journal_add"),
    path("journal/<int:pk>/delete/", delete_entry, name="journal_delete"),
    path("files/<slug:kind>/<int:pk>/", upload, name="file_add"),
    path("files/<int:pk>/", give, name="file"),
    path("files/<int:pk>/delete/", delete_file, name="file_delete"),
]
