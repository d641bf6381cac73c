"""What a planner adds within the standard in one plan."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from inventory.pages.writing import actor_of
from inventory.ui.keys import key_of
from reports.faults import Fault
from reports.models import PlanAddition
from reports.pages import engine
from reports.pages.plan_actions import DraftAction, name_of
from reports.pages.plan_forms import AdditionForm, class_name

TOLD = gettext_noop(
    "Added after the year's renewals: never above the standard's number less what is held, what waits to be renewed "
    "included, and with the money of the year that is left. What does not fit is not carried over, and says why."
)


class AdditionView(DraftAction):
    """What one department is to have beside what it holds, of one class, in a year."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = self._row()
        initial = {"quantity": row.quantity, "reason": row.reason} if row else {"quantity": 1}
        return self._form(AdditionForm(self.plan, self._departments(), initial=initial, fixed=row is not None), row)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        user: Any = request.user
        row = self._row()
        if "remove" in request.POST and row is not None:
            engine.adding().take_back(row, actor_of(user))
            messages.success(request, _("The addition is taken back."))
            return self.back()
        form = AdditionForm(self.plan, self._departments(), request.POST, fixed=row is not None)
        if not form.is_valid():
            return self._form(form, row)
        given = form.cleaned_data
        about = (given["year"], given["department"], given["asset_class"]) if row is None else _about(row)
        signed = {"reason": given["reason"], "author": name_of(user), "actor": actor_of(user)}
        try:
            done = engine.adding().add(self.plan, *about, given["quantity"], **signed)
        except ValidationError as fault:
            form.add_error(None, fault.messages)
            return self._form(form, row)
        if isinstance(done, Fault):
            form.add_error(None, done.text)
            return self._form(form, row)
        messages.success(request, _("The addition is saved; the plan is drawn with it."))
        return self.back()

    def _row(self) -> PlanAddition | None:
        """The one that is edited. Raises Http404 where it is gone."""
        asked = self.request.GET.get("key", "")
        row = self.plan.additions.filter(pk=key_of(asked) or 0).select_related("department", "asset_class").first()
        if asked and row is None:
            raise Http404
        return row

    def _departments(self) -> Any:
        return engine.plans().scope_of(self.plan).departments()

    def _form(self, form: AdditionForm, row: PlanAddition | None) -> HttpResponse:
        title = _("Add within the standard")
        if row is not None:
            title = f"{row.year} · {row.department} · {class_name(row.asset_class)}"
        return self.ask(form, title, removable=row is not None, told=_(TOLD))


def _about(row: PlanAddition) -> tuple[Any, ...]:
    return row.year, row.department, row.asset_class
