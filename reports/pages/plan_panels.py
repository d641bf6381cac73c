"""Planning on other pages: a device's dates and its place in plans, what a department gets, plans to approve."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Min
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from collectors.models import DeviceState, Sighting
from inventory import scope, standards
from inventory.models import AssetClass, Department, Device, DueOverride, RefreshPolicy
from inventory.pages.home import Task
from inventory.pages.kit import kit, page_url
from inventory.rules.lifecycle import Basis, Bucket, Counted, Criterion, Dates, State, When, dates, decide, planned_life
from inventory.rules.standards import page_lives, service_lives
from inventory.rules.status import HELD, TO_BE_SCRAPPED
from inventory.ui.kit import Action
from inventory.ui.panels import Panel
from reports.models import PlanItem, PlanStage, PlanState, RefreshPlan
from reports.pages import engine
from reports.pages.plan_rows import STAGE_COLORS

FIVE = (
    ("in_service", gettext_lazy("In service")),
    ("warranty", gettext_lazy("Warranty end")),
    ("accounting", gettext_lazy("Accounting end")),
    ("life", gettext_lazy("End of planned life")),
    ("support", gettext_lazy("Vendor's end of support")),
)
PAGES = ("pages", gettext_lazy("End of the life in pages"))
BASES = {
    Basis.IN_SERVICE: gettext_lazy("the day in service"),
    Basis.PURCHASE: gettext_lazy("the purchase; the day in service is unknown"),
    Basis.FIRST_SEEN: gettext_lazy("the day the network first saw it, perhaps long after the purchase"),
    Basis.NONE: gettext_lazy("no date is known"),
}
REASONS = {
    Criterion.LIFE.value: gettext_lazy("end of planned life"),
    Criterion.PAGES.value: gettext_lazy("end of the life in pages"),
    Criterion.SUPPORT.value: gettext_lazy("vendor's end of support"),
    Criterion.ACCOUNTING.value: gettext_lazy("accounting end"),
    Criterion.WARRANTY.value: gettext_lazy("warranty end"),
    "override": gettext_lazy("set by hand"),
}
BUCKETS = {
    Bucket.PAST_DUE: (gettext_lazy("past due"), "red"),
    Bucket.WITHIN_YEAR: (gettext_lazy("within a year"), "orange"),
    Bucket.LATER: (gettext_lazy("later"), "green"),
    Bucket.UNKNOWN: (gettext_lazy("unknown"), "yellow"),
    Bucket.NO_LIFE: (pgettext_lazy("due", "never by a date"), "secondary"),
}


class DuePanel(Panel):
    """A device's dates, none merged with another; when it is due and what says so; which plans hold it."""

    title = gettext_lazy("Due for renewal")
    icon = "calendar-due"
    template = "plans/panel_due.html"

    def context(self, request: HttpRequest, page: Any, obj: Any) -> dict[str, Any] | None:
        user: Any = request.user
        if obj.status not in HELD:
            return None
        today = timezone.localdate()
        life, criteria = life_of(obj, today), criteria_of(obj.device_type.asset_class_id)
        found = dates_of(obj, life)
        shown = FIVE if life.pages is None and Criterion.PAGES not in criteria else (*FIVE, PAGES)
        override = scope.visible(user, DueOverride).filter(device=obj).first()
        decision = decide(found, criteria, override.due_on if override else None)
        return {
            "dates": [
                (title, *_shown(getattr(found, name)), name in map(str, criteria), life.told if name == "pages" else "")
                for name, title in shown
            ],
            "base_on": found.base_on,
            "basis": BASES[found.basis],
            "decision": decision,
            "bucket": BUCKETS[decision.bucket(today)],
            "scrap": obj.status == TO_BE_SCRAPPED,
            "by": [REASONS[one] for one in decision.by],
            "missing": [REASONS[one] for one in decision.missing],
            "override": override,
            "override_url": page_url(override) if override else "",
            "plans": _plans_of(user, obj),
        }


def _shown(when: When) -> tuple[date | None, str]:
    """The date, or the words in its place."""
    return when.on, "" if when.on else str(_("none")) if when.state is State.NEVER else str(_("unknown"))


@dataclass(frozen=True)
class Life:
    """The planned life of a device, by its class and by the standard of its department, and its count of pages."""

    years: int | None
    pages: int | None
    count: Counted | None = None

    @property
    def told(self) -> str:
        """The count beside the life in pages."""
        if self.pages is None:
            return ""
        if self.count is None:
            return _("%(life)s pages; no count is known") % {"life": f"{self.pages:,}"}
        read = {"pages": f"{self.count.pages:,}", "life": f"{self.pages:,}", "day": self.count.read_on.isoformat()}
        return _("%(pages)s of %(life)s pages, read on %(day)s; the date goes by the pace so far") % read


def life_of(device: Device, day: date) -> Life:
    kind = device.device_type.asset_class
    found = (
        standards.rules_of(device.department, day) if device.department is not None else standards.rules_in_force(day)
    )
    rules = [one.rule for one in found]
    years, pages = planned_life(kind.service_life_years, service_lives(rules).get(kind.code)), page_lives(rules)
    if kind.code not in pages:
        return Life(years, None)
    state = DeviceState.objects.filter(device=device).only("pages", "pages_at").first()
    if state is None or state.pages is None:
        return Life(years, pages[kind.code])
    return Life(years, pages[kind.code], Counted(state.pages, timezone.localtime(state.pages_at).date()))


def dates_of(device: Device, life: Life) -> Dates:
    """The dates of a device."""
    first = None
    if device.in_service_on is None and device.purchased_on is None:
        first = Sighting.objects.filter(device=device).aggregate(first=Min("first_seen_at"))["first"]
    return dates(
        in_service_on=device.in_service_on,
        purchased_on=device.purchased_on,
        first_seen_on=timezone.localtime(first).date() if first else None,
        warranty_ends_on=device.warranty_ends_on,
        depreciation_years=device.device_type.asset_class.depreciation_years,
        life_years=life.years,
        support_state=device.device_type.end_of_support_state,
        support_ends_on=device.device_type.end_of_support,
        life_pages=life.pages,
        count=life.count,
    )


def criteria_of(class_key: int) -> tuple[Criterion, ...]:
    """The criteria of the nearest class upwards that has a policy; the planned life alone without any."""
    parents = dict(AssetClass.objects.values_list("pk", "parent_id"))
    own = {one.asset_class_id: one for one in RefreshPolicy.objects.all()}
    at, seen = class_key, set[int]()
    while at in parents and at not in seen:
        if at in own:
            return own[at].criteria()
        seen.add(at)
        at = parents[at] or 0
    return (Criterion.LIFE,)


def _plans_of(user: Any, device: Device) -> list[dict[str, Any]]:
    """The newest approved version of each plan that holds the device: its year there, and how far it has come."""
    plans = _newest(user)
    items = PlanItem.objects.filter(plan__in=plans, asset_tag=device.asset_tag).defer("facts").select_related(None)
    named = {plan.pk: plan for plan in plans}
    return [
        {
            "plan": named[item.plan_id],
            "url": f"{page_url(named[item.plan_id])}?{_query(item)}#devices",
            "year": item.year,
            "stage": PlanStage(item.stage).label,
            "color": STAGE_COLORS[item.stage],
        }
        for item in items
    ]


def _query(item: PlanItem) -> str:
    """The list of the plan's devices narrowed to the item."""
    return urlencode({"kind": "chosen" if item.year else "undone", "q": item.asset_tag})


def _newest(user: Any) -> list[RefreshPlan]:
    """The newest approved version of each plan, without what it keeps."""
    found: dict[str, RefreshPlan] = {}
    approved = scope.visible(user, RefreshPlan).filter(state=PlanState.APPROVED)
    for plan in approved.defer("kept").order_by("name", "version"):
        found[plan.name] = plan
    return list(found.values())


class StandardPanel(Panel):
    """What a department may hold by the standard in force, and what it holds; as its budget's sheet has it."""

    title = gettext_lazy("Beside the standard")
    icon = "scale"
    template = "plans/panel_standard.html"
    wide = True

    def context(self, request: HttpRequest, page: Any, obj: Any) -> dict[str, Any] | None:
        name, found = engine.standing().standings(obj, timezone.localdate())
        rows = [_standing(one) for one in found if one.allowance.number or one.held]
        return {"rows": rows, "standard": name, "staff": found[0].department.counted} if rows else None


def _standing(one: Any) -> dict[str, Any]:
    """Held and what is left are together what is allowed, or what is over is told."""
    number = one.allowance.number
    return {
        "name": one.allowance.rule.name or one.allowance.rule.code,
        "allowed": number,
        "held": one.held,
        "past_life": one.past_life,
        "to_be_scrapped": one.to_be_scrapped,
        "room": None if number is None else max(number - one.held, 0),
        "over": one.over,
    }


class DepartmentPlanPanel(Panel):
    """What the approved plans that are still running give a department, year by year."""

    title = gettext_lazy("By the approved plan")
    icon = "map-2"
    template = "plans/panel_department.html"

    def context(self, request: HttpRequest, page: Any, obj: Any) -> dict[str, Any] | None:
        today, found = timezone.localdate(), []
        for plan in _newest(request.user):
            if plan.first_year + plan.years <= today.year:
                continue
            items = plan.items.filter(facts__department=obj.name)
            years = items.filter(year__isnull=False).order_by("year").values("year")
            rows = list(years.annotate(count=Count("pk"), paid=PlanItem.PAID))
            undone = items.filter(year__isnull=True).count()
            if rows or undone:
                found.append({"plan": plan, "url": page_url(plan), "rows": rows, "undone": undone})
        return {"plans": found, "query": obj.name} if found else None


def to_approve(request: HttpRequest) -> Iterable[Task]:
    """Drafts that have a preparer and a reviewer, for who may approve them."""
    if scope.may(request.user, "change", RefreshPlan):
        drafts = RefreshPlan.objects.filter(state=PlanState.DRAFT).exclude(preparer="").exclude(reviewer="")
        url = f"{kit.pages[RefreshPlan].url('list')}?state={PlanState.DRAFT}"
        yield Task(_("Plans to approve"), drafts.count(), url, "map-2", "yellow")


def _override_url(device: Any) -> str:
    existing = DueOverride.objects.filter(device=device).first()
    page = kit.pages[DueOverride]
    return page.url("edit", existing.pk) if existing else f"{page.url('add')}?device={device.pk}"


def _may_override(user: Any, device: Any) -> bool:
    return device.status in HELD and scope.may(user, "add", DueOverride)


kit.add_panel(Device, DuePanel(), order=30)
kit.add_panel(Department, StandardPanel(), order=10)
kit.add_panel(Department, DepartmentPlanPanel(), order=12)
kit.add_action(Device, Action(gettext_lazy("Set its due date"), "calendar-cog", _override_url, _may_override))
