"""The devices of a plan on its page: which are asked for, and each with its reason in words and what may be done."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from inventory.models import AssetClass, Device, PriceList
from inventory.pages.kit import kit
from reports.models import PlanItem, PlanStage, PlanState, RefreshPlan
from reports.pages import engine
from reports.pages.books import language
from reports.planrows import KINDS, MARKS, NARROWING, Drawing

SIZE = 50
TYPED = "plan_follow_typed"
"""In the session: what was typed of the execution and refused, to stand there again."""

ASKED = (*NARROWING, "mark")
STAGE_COLORS = {
    "planned": "secondary", "requested": "blue", "granted": "teal", "refused": "red", "bought": "purple",
    "in_service": "green",
}  # fmt: skip


def mark_words() -> dict[str, str]:
    return {
        "over_standard": _("above the standard"),
        "above_cap": _("above the price cap"),
        "over_money": _("above the money"),
        "below_life": _("within its least life"),
        "needs_approval": _("needs approval"),
        "by_hand": _("due date set by hand"),
        "decided": _("decided about by hand"),
        "new": _("addition"),
    }


@dataclass(frozen=True)
class Asked:
    """What of the devices is asked for: `kind` is chosen, undone or unjudged; the rest narrows, '' is all."""

    kind: str
    year: str
    asset_class: str
    town: str
    department: str
    mark: str
    q: str
    number: int

    @classmethod
    def of(cls, data: Mapping[str, str]) -> "Asked":
        kind = data.get("kind", "chosen")
        number = data.get("page", "1")
        return cls(
            kind=kind if kind in KINDS else "chosen",
            q=data.get("q", "").strip(),
            number=max(1, int(number)) if number.isdecimal() and len(number) < 7 else 1,
            **{name: data.get(name, "") for name in ASKED},
        )

    def pick(self, found: Drawing) -> tuple[int, list[dict[str, Any]]]:
        """How many are asked for, and those of this page."""
        given = self._narrowed()
        return found.count(**given), found.page((self.number - 1) * SIZE, SIZE, **given)

    def tags(self, found: Drawing) -> list[str]:
        """The tags of all that are asked for."""
        return found.tags(**self._narrowed())

    def _narrowed(self) -> dict[str, str]:
        unjudged = self.kind == "unjudged"
        narrowed = {name: getattr(self, name) for name in NARROWING if not (unjudged and name == "year")}
        return {"kind": self.kind, "mark": "" if unjudged else self.mark, "words": self.q, **narrowed}

    def kinds(self, found: Drawing) -> list[tuple[str, str, int]]:
        """(kind, words, how many) of the three lists."""
        counts = found.told("counts")
        words = {"chosen": _("Renewed"), "undone": _("Left undone"), "unjudged": _("Not judged")}
        return [(kind, words[kind], counts[kind]) for kind in KINDS]

    def choices(self, found: Drawing, lang: str) -> list[tuple[str, str, list[tuple[str, str]], str]]:
        """(name, title, choices, chosen) of each select."""
        classes = found.told("classes")
        codes, years = found.told("asset_classes"), found.told("years").get(self.kind, [])
        title = _("Year") if self.kind == "chosen" else _("Due year")
        return [
            ("year", title, [(str(one), str(one)) for one in years], self.year),
            ("asset_class", _("Class"), [(one, class_words(classes, one, lang)) for one in codes], self.asset_class),
            ("town", _("Town"), [(one, one) for one in found.told("towns")], self.town),
            ("department", _("Department"), [(one, one) for one in found.told("departments")], self.department),
            ("mark", _("Mark"), list(mark_words().items()), self.mark),
        ]

    def query(self, number: int) -> str:
        """The address of another page of the same list."""
        told = {"kind": self.kind, **{name: getattr(self, name) for name in ASKED}, "q": self.q, "page": number}
        return urlencode({key: value for key, value in told.items() if value})

    def pages(self, count: int) -> dict[str, Any]:
        """Which rows are shown, and the pages before and behind."""
        last = max(1, -(-count // SIZE))
        first = min((self.number - 1) * SIZE + 1, count)
        return {
            "first": first,
            "last": min(self.number * SIZE, count),
            "before": self.query(self.number - 1) if self.number > 1 else "",
            "behind": self.query(self.number + 1) if self.number < last else "",
        }


def doubts_of(found: Drawing) -> list[str]:
    """What a finance office would ask about, in sentences."""
    return [pair[0 if language() == "zh" else 1] for pair in found.told("doubts")]


def class_words(classes: dict[str, list[str]], code: str, lang: str) -> str:
    pair = classes.get(code)
    return code if pair is None else pair[0 if lang == "zh" else 1]


def rows_of(
    plan: RefreshPlan, shown: list[dict[str, Any]], classes: dict[str, list[str]], lang: str, kind: str
) -> list[dict[str, Any]]:
    """The devices of one page of the list, with their pages' addresses. Two queries, three of an approved plan."""
    tags = [one["tag"] for one in shown]
    keys = dict(Device.objects.filter(asset_tag__in=tags).values_list("asset_tag", "pk"))
    stages: dict[str, PlanItem] = {}
    if plan.state == PlanState.APPROVED:
        stages = {item.asset_tag: item for item in _followed(plan, tags)}
    figures = engine.planfigures()
    params = figures.params_of(plan.as_of, lang)
    rows = []
    for one in shown:
        known = one["tag"] in keys
        row = {
            "one": one,
            "url": kit.pages[Device].url_of(keys[one["tag"]]) if known else "",
            "name": class_words(classes, one["asset_class"], lang),
            "tag": _("new, no. %(number)s") % {"number": one["new"]} if one.get("new") else one["tag"],
            "why": figures.why_told(one["why"], params),
            "actions": _actions(plan, one, kind) if known and plan.state == PlanState.DRAFT else [],
        }
        if kind != "unjudged":
            row |= _judged(one, stages.get(one["tag"]))
        rows.append(row)
    return rows


def _followed(plan: RefreshPlan, tags: list[str]) -> QuerySet[PlanItem]:
    """What is known of the execution, with the new devices' tags."""
    return plan.items.filter(asset_tag__in=tags).defer("facts").annotate(new_tag=F("replaced_by__asset_tag"))


def _judged(one: dict[str, Any], item: PlanItem | None) -> dict[str, Any]:
    words = mark_words()
    return {
        "due_on": one["due_on"] and date.fromisoformat(one["due_on"]),
        "price": yuan_of(one["price_yuan"]),
        "marks": [words[name] for name in MARKS if (one["override"] if name == "by_hand" else one[name])],
        "reason": one["reason"],
        "item": item,
        "paid": "" if item is None or item.paid_yuan is None else yuan_of(str(item.paid_yuan)),
        "new_url": "" if item is None or not item.replaced_by_id else kit.pages[Device].url_of(item.replaced_by_id),
        "stage": "" if item is None else PlanStage(item.stage).label,
        "color": "" if item is None else STAGE_COLORS[item.stage],
    }


def yuan_of(amount: str | None) -> str | None:
    """An amount as workbooks show it."""
    return None if amount is None else f"{Decimal(amount):,.2f}"


Does = tuple[str, str, str, bool]
"""Words, icon, address, whether it opens beside the row."""


def _actions(plan: RefreshPlan, one: dict[str, Any], kind: str) -> list[Does]:
    """What a planner may do about a device now."""
    found = list(_decisions(plan, one, kind))
    due = f"{reverse('plan_due', args=[plan.pk])}?{urlencode({'tag': one['tag']})}"
    if kind == "unjudged":
        return [*found, (_("Set its due date"), "calendar-plus", due, True)]
    if one["year"] is None:
        found += _reach(plan, one)
    elif one["over_standard"] or one["above_cap"]:
        found.append((_("Change the reason"), "message-2", _exception(plan, one), True))
    elif _dearer(one):
        found.append((_("Ask above the price cap"), "coin", _exception(plan, one, price=one["listed_yuan"]), True))
    if one["override"]:
        found.append((_("Change its due date"), "calendar-cog", due, True))
    return found


def _decisions(plan: RefreshPlan, one: dict[str, Any], kind: str) -> Iterator[Does]:
    """What a planner may decide about this device in this plan alone."""

    def address(what: str) -> str:
        return f"{reverse('plan_decide', args=[plan.pk])}?{urlencode({'tag': one['tag'], 'what': what})}"

    if one.get("decided"):
        yield _("Change the decision"), "pencil", address(""), True
        return
    if kind == "chosen":
        yield _("Move to another year"), "calendar-event", address("year"), True
        yield _("Leave out of this plan"), "minus", address("out"), True
    else:
        yield _("Put in"), "plus", address("year"), True
        if kind == "undone":
            yield _("Leave out of this plan"), "minus", address("out"), True


def _reach(plan: RefreshPlan, one: dict[str, Any]) -> list[Does]:
    """What would make the plan reach a device that is undone."""
    why = one["why"][0][0]
    if why == "over_standard":
        return [(_("Put in above the standard"), "stairs-up", _exception(plan, one, more=1), True)]
    if why in ("no_money", "too_dear"):
        return [(_("Change the money"), "coin", f"{kit.pages[RefreshPlan].url('edit', plan.pk)}#money", False)]
    if why == "no_price":
        key = AssetClass.objects.filter(code=one["asset_class"]).values_list("pk", flat=True).first()
        return [(_("Enter a price"), "tag", f"{kit.pages[PriceList].url('add')}?asset_class={key}", False)]
    return []


def _dearer(one: dict[str, Any]) -> bool:
    """Whether the list's price was cut to the cap."""
    return bool(one["listed_yuan"] and one["cap_yuan"] and Decimal(one["listed_yuan"]) > Decimal(one["cap_yuan"]))


def _exception(plan: RefreshPlan, one: dict[str, Any], **more: Any) -> str:
    asked = {"department": one["department"], "class": one["asset_class"], **more}
    return f"{reverse('plan_exception', args=[plan.pk])}?{urlencode(asked)}"
