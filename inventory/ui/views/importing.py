"""Loading rows from a file: what it would do is shown first, and done when it is confirmed."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from inventory.ui.kit import Outcome
from inventory.ui.views.base import PageView

MAX_BYTES = 20 * 1024 * 1024
SHOWN = 200


class ImportView(PageView):
    """A file or pasted lines, a preview, a confirmation."""

    action = "import"

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.user.is_authenticated and not self.page.kit.importer.may(request.user, self.page):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._ask()

    def post(self, request: HttpRequest) -> HttpResponse:
        importer, token = self.page.kit.importer, request.POST.get("token", "")
        if token:
            return self._load(token)
        file, text = request.FILES.get("file"), request.POST.get("text", "")
        if file is None and not text.strip():
            return self._ask(_("Choose a file or paste lines."))
        if file is not None and (file.size or 0) > MAX_BYTES:
            return self._ask(_("The file is larger than 20 MiB. Load it with 'manage.py load'."))
        name, octets = (file.name or "", file.read()) if file is not None else ("", text.encode())
        token = importer.stash(request.user, self.page, name, octets)
        return self._preview(token, text if file is None else "")

    def _ask(self, fault: str = "") -> HttpResponse:
        return self.render("ui/import.html", columns=self.page.kit.importer.columns(self.page), fault=fault)

    def _preview(self, token: str, text: str) -> HttpResponse:
        outcome = self.page.kit.importer.load(self.request.user, self.page, token, dry_run=True)
        if outcome is None:
            return self._ask(_("The file is no longer here. Choose it again."))
        return self._show(token, outcome, text)

    def _show(self, token: str, outcome: Outcome, text: str = "") -> HttpResponse:
        return self.render(
            "ui/import_preview.html",
            outcome=outcome,
            token=token,
            text=text,
            changes=outcome.changes[:SHOWN],
            problems=outcome.problems[:SHOWN],
            more=max(0, len(outcome.problems or outcome.changes) - SHOWN),
        )

    def _load(self, token: str) -> HttpResponse:
        shown = self.request.POST.get("shown", "")
        outcome = self.page.kit.importer.load(self.request.user, self.page, token, dry_run=False, shown=shown)
        if outcome is None:
            return self._ask(_("The file is no longer here. Choose it again."))
        if outcome.differs:
            return self._show(token, outcome)
        if outcome.problems:
            return self._ask(outcome.problems[0])
        text = _("%(created)d rows are new, %(changed)d changed, %(same)d as before.")
        counts = {"created": outcome.created, "changed": outcome.changed, "same": outcome.unchanged}
        messages.success(self.request, text % counts)
        return redirect(self.page.url("list"))
