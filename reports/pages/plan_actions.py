"""What a planner decides about a plan: exceptions, due dates by hand, approval, a new version, execution."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View

from inventory import scope
from inventory.models import AssetClass, Department, Device, DueOverride
from inventory.pages import writing
from inventory.pages.kit import page_url
from inventory.pages.writing import actor_of
from inventory.rules.lifecycle import fiscal_start
from inventory.rules.planning import STAGES
from inventory.services import write
from reports import planjobs
from reports.faults import Fault
from reports.models import PlanState, RefreshPlan
from reports.pages import engine
from reports.pages.plan_edit import exceptions_of, money_of
from reports.pages.plan_forms import (
    ApproveForm,
    DueForm,
    ExceptionForm,
    FollowForm,
    class_name,
    is_near,
    today,
)
from reports.pages.plan_rows import SIZE, TYPED, Asked, doubts_of, mark_words

MOST_TYPED = 300
"""Characters of a field that are shown again."""


class PlanAction(LoginRequiredMixin, View):
    """Something done to one plan by who may change plans."""

    action = "change"
    plan: RefreshPlan

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user: Any = request.user
        if user.is_authenticated:
            if not scope.may(user, self.action, RefreshPlan):
                raise PermissionDenied
            plan = scope.visible(user, RefreshPlan).filter(pk=kwargs["pk"]).first()
            if plan is None:
                raise Http404
            self.plan = plan
        try:
            return super().dispatch(request, *args, **kwargs)
        except ValidationError as fault:
            # What no form foresaw: somebody else was quicker.
            messages.error(request, " ".join(fault.messages))
            return self.back()

    def back(self) -> HttpResponse:
        """To the plan, at the list of devices where one came from it."""
        query = self.request.POST.get("query", "")
        return redirect(f"{page_url(self.plan)}{'?' + query + '#devices' if query else ''}")

    def ask(self, form: Any, title: str, **more: Any) -> HttpResponse:
        """The form beside the row that it is about; without htmx, or with faults, on a page of its own."""
        htmx = bool(getattr(self.request, "htmx", None))
        context = {"form": form, "title": title, "plan": self.plan, "back": page_url(self.plan), **more}
        return render(self.request, "plans/_decide.html" if htmx else "plans/decide.html", context)

    def told(self, found: Any) -> bool:
        """Whether it was done; a fault is shown."""
        if isinstance(found, Fault):
            messages.error(self.request, found.text)
        return not isinstance(found, Fault)


class DraftAction(PlanAction):
    """Only while the plan is a draft."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user: Any = request.user
        approved = RefreshPlan.objects.filter(pk=kwargs["pk"], state=PlanState.APPROVED)
        if scope.may(user, self.action, RefreshPlan) and approved.exists():
            messages.warning(request, _("An approved plan does not change: reopen it as a new version."))
            return redirect(page_url(approved.get()))
        return super().dispatch(request, *args, **kwargs)


class ExceptionView(DraftAction):
    """Beyond the standard or the cap, for one class of one department."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        department, kind = self._about()
        existing = self.plan.exceptions.filter(department=department, asset_class=kind).first()
        more, price = request.GET.get("more", "0"), request.GET.get("price", "")
        initial = {
            "quantity": (existing.quantity if existing else 0)
            + (int(more) if more.isdecimal() and len(more) < 5 else 0),
            "price_yuan": price or (existing.price_yuan if existing else None),
            "reason": existing.reason if existing else "",
        }
        return self._form(ExceptionForm(initial=initial), removable=existing is not None)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = ExceptionForm(request.POST)
        if "remove" not in request.POST and not form.is_valid():
            return self._form(form)
        try:
            done = self._change(None if "remove" in request.POST else form.cleaned_data)
        except ValidationError as fault:
            form.add_error(None, fault.messages)
            return self._form(form)
        if self.told(done):
            messages.success(request, _("The exceptions are saved; the plan is drawn with them."))
        return self.back()

    def _change(self, given: dict[str, Any] | None) -> Any:
        """Write this exception, or none, beside the plan's others as they are saved now."""
        department, kind = self._about()
        actor, plans = actor_of(self.request.user), engine.plans()
        with write.unit(actor, reason=_("refresh plan changed")) as unit:
            unit.renew(self.plan)
            about = (department.name, kind.code)
            asked = [one for one in exceptions_of(self.plan) if (one.department, one.asset_class) != about]
            if given is not None:
                asked.append(plans.ExceptionAsked(*about, given["quantity"], given["reason"], given["price_yuan"]))
            return plans.change(self.plan, money_of(self.plan), asked, actor)

    def _about(self) -> tuple[Department, AssetClass]:
        asked = self.request.GET
        department = Department.objects.filter(name=asked.get("department", "")).first()
        kind = AssetClass.objects.filter(code=asked.get("class", "")).first()
        if department is None or kind is None:
            raise Http404
        return department, kind

    def _form(self, form: ExceptionForm, *, removable: bool = False) -> HttpResponse:
        department, kind = self._about()
        what = f"{department} · {class_name(kind)}"
        return self.ask(form, _("Exception: %(what)s") % {"what": what}, removable=removable)


class DueView(DraftAction):
    """The day on which one device is due, set by hand: after the plan's last year it is out of the plan."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        existing = self._existing()
        after = fiscal_start(self.plan.first_year + self.plan.years, self.plan.first_month)
        initial = {"due_on": existing.due_on, "reason": existing.reason} if existing else {"due_on": after}
        return self._form(DueForm(initial=initial), removable=existing is not None)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        user: Any = request.user
        existing, form = self._existing(), DueForm(request.POST)
        if "remove" in request.POST:
            if existing is not None:
                writing.delete(user, [existing], reason="")
            return self.back()
        if not form.is_valid():
            return self._form(form, removable=existing is not None)
        override = existing or DueOverride(device=self._device())
        override.due_on, override.reason = form.cleaned_data["due_on"], form.cleaned_data["reason"]
        override.author, override.decided_on = name_of(user), today()
        writing.store(user, override, reason=override.reason, links=dict)
        messages.success(
            request, _("%(device)s is due on %(day)s.") % {"device": override.device, "day": override.due_on}
        )
        return self.back()

    def _device(self) -> Device:
        user: Any = self.request.user
        device = scope.visible(user, Device).filter(asset_tag=self.request.GET.get("tag", "")).first()
        if device is None:
            raise Http404
        return device

    def _existing(self) -> DueOverride | None:
        return DueOverride.objects.filter(device=self._device()).first()

    def _form(self, form: DueForm, *, removable: bool = False) -> HttpResponse:
        told = _("It counts in every plan, until it is taken back. After this plan's last year it is out of this plan.")
        return self.ask(form, _("Due date of %(device)s") % {"device": self._device()}, removable=removable, told=told)


class ApproveView(DraftAction):
    """Shows what will be kept, and keeps it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        user: Any = request.user
        initial = {
            "by": name_of(user), "on": today(), "preparer": self.plan.preparer, "reviewer": self.plan.reviewer
        }  # fmt: skip
        return self._form(ApproveForm(initial=initial))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        user: Any = request.user
        form = ApproveForm(request.POST)
        if not form.is_valid():
            return self._form(form)
        given = form.cleaned_data
        self.plan.preparer, self.plan.reviewer = given["preparer"], given["reviewer"]
        writing.store(user, self.plan, reason="", links=dict)
        job = planjobs.ask("approve", self.plan.pk, user.pk, by=given["by"], on=given["on"].isoformat())
        return run(request, job, page_url(self.plan))

    def _form(self, form: ApproveForm) -> HttpResponse:
        found = engine.planwork().drawing(self.plan)
        if isinstance(found, planjobs.Job):
            return redirect(page_url(self.plan))
        with found:
            counts = found.told("counts")
            new = {kind: found.count(kind=kind, mark="new") for kind in ("chosen", "undone")}
            frozen = [
                (_("Devices due"), sum(counts[kind] - new[kind] for kind in new)),
                (_("Renewed"), counts["chosen"] - new["chosen"]),
                (_("Left undone"), counts["undone"] - new["undone"]),
                *([(_("Added within the standard"), new["chosen"])] if any(new.values()) else []),
                *(
                    (words, found.count(mark=mark))
                    for mark, words in mark_words().items()
                    if mark not in ("by_hand", "new")
                ),
                (_("Not judged"), counts["unjudged"]),
            ]
            more = {"frozen": frozen, "doubts": doubts_of(found)}
        return self.ask(form, _("Approve %(plan)s") % {"plan": self.plan}, approving=True, **more)


class ReopenView(PlanAction):
    """A new version that begins as a copy of an approved plan."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            day: date | None = parse_date(request.POST.get("as_of", ""))
        except ValueError:
            day = None
        found = engine.plans().reopen(
            self.plan, as_of=day if day is not None and is_near(day) else today(), actor=actor_of(request.user)
        )
        if not self.told(found):
            return self.back()
        messages.success(
            request,
            _("%(plan)s is a draft now. What changes against the version before is told on its page.")
            % {"plan": found},
        )
        return redirect(page_url(found))


class FollowView(PlanAction):
    """How far the replacements of the ticked devices have come, or of all that the list is narrowed to and that can
    take the step. What is refused stands there again, as it was typed."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        every = "every" in request.POST
        form, tags = FollowForm(request.POST), self._fitting() if every else request.POST.getlist("tag")
        if every and not tags:
            messages.error(request, _("No device of this list can take this step."))
        elif not self._done(form, tags):
            typed = {name: request.POST.get(name, "")[:MOST_TYPED] for name in form.fields}
            request.session[TYPED] = {"plan": self.plan.pk, **typed, "tags": tags[:SIZE]}
        return self.back()

    def _fitting(self) -> list[str]:
        found = engine.planwork().drawing(self.plan)
        if isinstance(found, planjobs.Job):
            return []
        with found:
            tags = Asked.of(QueryDict(self.request.POST.get("query", ""))).tags(found)
        stage = self.request.POST.get("stage", "")
        able = self.plan.items.filter(stage__in=[old for old, steps in STAGES.items() if stage in steps])
        able_tags = set(able.values_list("asset_tag", flat=True))
        return [tag for tag in tags if tag in able_tags]

    def _done(self, form: FollowForm, tags: list[str]) -> bool:
        if not tags:
            messages.error(self.request, _("Tick some devices first."))
            return False
        if form.is_valid():
            return self._follow(tags, dict(form.cleaned_data))
        for name, errors in form.errors.items():
            words = {"field": capfirst(form.fields[name].label), "fault": " ".join(map(str, errors))}
            messages.error(self.request, _("%(field)s: %(fault)s") % words)
        return False

    def _follow(self, tags: list[str], given: dict[str, Any]) -> bool:
        user: Any = self.request.user
        tag, stage = given.pop("replaced_by"), given.pop("stage")
        device = scope.visible(user, Device).filter(asset_tag=tag).first() if tag else None
        if tag and device is None:
            messages.error(self.request, _("There is no device '%s'.") % tag)
            return False
        done = engine.following().follow(self.plan, tags, stage, actor=actor_of(user), replaced_by=device, **given)
        if not self.told(done):
            return False
        words = ngettext("%(count)d device is noted.", "%(count)d devices are noted.", done)
        messages.success(self.request, words % {"count": done})
        return True


def run(request: HttpRequest, job: planjobs.Job, back: str) -> HttpResponse:
    """Do a job: at once where the register is small, else in the background with a page that tells how far it is."""
    work = engine.planwork()
    if not work.is_small():
        planjobs.start(job)
        return redirect("plan_job", token=job.token)
    done: planjobs.Job = work.perform(job)
    if done.state == planjobs.FAILED:
        messages.error(request, done.fault)
    return redirect(back)


def name_of(user: Any) -> str:
    """How a person signs."""
    return str(user.get_full_name() or user.get_username())
