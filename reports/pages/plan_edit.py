"""A plan's form: its settings, the order of its criteria, its money by source and year. All in one go."""

import json
from itertools import count
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views import View

from inventory import scope
from inventory.models import FundingSource
from inventory.pages.writing import actor_of
from inventory.services import write
from inventory.ui.history import overtaken
from inventory.ui.keys import key_of
from inventory.ui.views.editing import DeleteView, FormView
from reports.faults import Fault
from reports.models import PlanState, RefreshPlan
from reports.pages import engine
from reports.pages.plan_forms import Grid, PlanForm, asked_order, default_order, order_choices, today

YEARS = 5


class PlanFormView(FormView):
    """Without a key a new draft; with one a draft is changed."""

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        plan = self._start(pk)
        if plan.state == PlanState.APPROVED:
            messages.warning(request, _("An approved plan does not change: reopen it as a new version."))
            return redirect(self.page.url_of(plan.pk))
        if pk is None and (copied := self._copied()) is not None:
            form = self._class()(instance=plan, initial={**model_to_dict(copied), "name": _free_name(copied.name)})
            return self._show(plan, form, Grid.of(copied), copied.order)
        if pk is None:
            return self._show(plan, self._class()(instance=plan, initial=self._initial()), *self._begun())
        return self._show(plan, self._class()(instance=plan), Grid.of(plan), plan.order)

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        plan = self._start(pk)
        form = self._class()(request.POST, instance=plan)
        grid, order = Grid.typed(request.POST), asked_order(request.POST)
        if self._saved(form, grid, order):
            return self._done(form.instance)
        return self._show(plan, form, grid, order)

    def _initial(self) -> dict[str, str]:
        user: Any = self.request.user
        day = today()
        begun = {"as_of": day.isoformat(), "first_year": str(day.year + 1), "years": str(YEARS)}
        return {**begun, "preparer": user.get_full_name() or user.get_username(), **super()._initial()}

    def _copied(self) -> RefreshPlan | None:
        """The plan that a new one begins as a copy of."""
        key = self.request.POST.get("copy", "") or self.request.GET.get("copy", "")
        found: RefreshPlan | None = self.page.rows(self.request.user).filter(pk=key_of(key) or 0).first()
        return found

    @staticmethod
    def _begun() -> tuple[Grid, list[str]]:
        return Grid.begun(today().year + 1, YEARS), default_order()

    def _saved(self, form: PlanForm, grid: Grid, order: list[str]) -> bool:
        plans = engine.plans()
        form.is_valid()
        grid.asked(plans.MoneyAsked)
        for fault in grid.faults.values():
            form.add_error(None, fault)
        if form.errors:
            return False
        plan: RefreshPlan = form.instance
        actor = actor_of(self.request.user)
        done = _("refresh plan made") if plan.pk is None else _("refresh plan changed")
        try:
            with write.unit(actor, reason=form.cleaned_data["reason"] or done):
                if not self._is_ours(form, grid, order):
                    return False
                found = self._write(plan, grid.asked(plans.MoneyAsked), order, actor)
        except ValidationError as fault:
            form.refuse(fault)
            return False
        if isinstance(found, Fault):
            form.add_error(None, found.text)
        return not isinstance(found, Fault)

    def _write(self, plan: RefreshPlan, money: list[Any], order: list[str], actor: write.Actor) -> RefreshPlan | Fault:
        plan.order = order or default_order()
        plans = engine.plans()
        if plan.pk is not None:
            return plans.change(plan, money, exceptions_of(plan), actor)  # type: ignore[no-any-return]
        copied = self._copied()
        exceptions = exceptions_of(copied) if copied is not None else []
        return plans.make(plan, money, exceptions, actor, copied=copied)

    def _is_ours(self, form: PlanForm, grid: Grid, order: list[str]) -> bool:
        """Whether nobody else changed meanwhile what was edited here; what was not is taken over."""
        if form.instance.pk is None:
            return True
        saved = RefreshPlan.objects.select_for_update().get(pk=form.instance.pk)
        both = form.rebase(saved)
        if both:
            history = self.page.kit.history(self.request.user, saved)
            form.refuse(ValidationError(overtaken(self.page, history, saved, both)))
        for fault in self._overtaken(saved, grid, order):
            form.add_error(None, fault)
            form.overtaken = True
        return not form.overtaken

    def _overtaken(self, saved: RefreshPlan, grid: Grid, order: list[str]) -> list[str]:
        """As KitForm.rebase, for the money and the order: what was edited here and by somebody else, in words."""
        began = _began(self.request.POST.get("beside", ""))
        if began is None:
            return []
        now = Grid.of(saved)
        names = dict(FundingSource.objects.values_list("pk", "name"))
        faults = [
            _("%(source)s, %(year)s: somebody else wrote '%(text)s' meanwhile.")
            % {"source": names.get(key, key), "year": year, "text": now.cells.get((key, year), "–")}
            for key, year in grid.rebase(began["money"], now)
        ]
        if order == began["order"]:
            order[:] = saved.order
        elif saved.order not in (began["order"], order):
            faults.append(_("Somebody else changed the order meanwhile."))
        return faults

    def _show(self, plan: RefreshPlan, form: PlanForm, grid: Grid, order: list[str]) -> HttpResponse:
        sections = [(s.title, [form[name] for name in s.fields]) for s in self.page.form]
        saved = RefreshPlan.objects.filter(pk=plan.pk).first() if plan.pk else None
        return self.render(
            "plans/form.html",
            object=saved,
            beside=self._beside(form, saved),
            form=form,
            sections=sections,
            grid=grid,
            order=order_choices(order or default_order()),
            copied=None if plan.pk else self._copied(),
        )

    def _beside(self, form: PlanForm, saved: RefreshPlan | None) -> str:
        """The money and the order that the form began from; after a refusal those that are saved now."""
        if saved is None or (form.is_bound and not form.overtaken):
            return str(self.request.POST.get("beside", ""))
        return json.dumps({"money": Grid.of(saved).texts(), "order": saved.order})


def _began(text: str) -> dict[str, Any] | None:
    """What a form began from, as `_beside` gives it; None where the text is none of ours."""
    try:
        found = json.loads(text)
        return {"money": dict(found["money"]), "order": list(found["order"])}
    except (ValueError, TypeError, LookupError, RecursionError):
        return None


def _free_name(name: str) -> str:
    """The name with the first number behind it that no plan bears."""
    taken = set(RefreshPlan.objects.filter(name__startswith=name).values_list("name", flat=True))
    return next(free for number in count(2) if (free := f"{name} {number}") not in taken)


class PlanAdd(PlanFormView):
    action = "add"


class PlanEdit(PlanFormView):
    action = "change"


class PlanDelete(DeleteView):
    """A draft may go; what was approved stays."""

    def find(self, pk: int) -> Any:
        plan = super().find(pk)
        if plan.state == PlanState.APPROVED:
            raise PermissionDenied
        return plan


class MoneyView(View):
    """The table of money for the years as they are typed."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if not scope.may(request.user, "add", RefreshPlan):
            raise PermissionDenied
        return render(request, "plans/_money.html", {"grid": Grid.widened(request.GET)})


def money_of(plan: RefreshPlan) -> list[Any]:
    """A plan's money as plans.change takes it."""
    make = engine.plans().MoneyAsked
    return [make(one.year, one.source.name, one.amount_yuan) for one in plan.money.select_related("source")]


def exceptions_of(plan: RefreshPlan) -> list[Any]:
    """A plan's exceptions as plans.change takes them."""
    make = engine.plans().ExceptionAsked
    return [
        make(one.department.name, one.asset_class.code, one.quantity, one.reason, one.price_yuan)
        for one in plan.exceptions.select_related("department", "asset_class")
    ]
