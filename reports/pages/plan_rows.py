"""The devices of a plan on its page: which are asked for, and each with its reason in words and what may be done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from inventory.models import AssetClass, Device, PriceList
from inventory.pages.kit import kit
from reports.models import PlanItem, PlanStage, PlanState, RefreshPlan
from reports.pages import engine

SIZE = 50
NARROWING = ("year", "asset_class", "town", "department", "mark")
MARKS = ("over_standard", "above_cap", "below_life", "needs_approval", "by_hand")
STAGE_COLORS = {
    "planned": "secondary", "requested": "blue", "granted": "teal", "refused": "red", "bought": "purple",
    "in_service": "green",
}  # fmt: skip


def mark_words() -> dict[str, str]:
    return {
        "over_standard": _("above the standard"),
        "above_cap": _("above the price cap"),
        "below_life": _("within its least life"),
        "needs_approval": _("needs approval"),
        "by_hand": _("due date set by hand"),
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
            kind=kind if kind in ("chosen", "undone", "unjudged") else "chosen",
            q=data.get("q", "").strip(),
            number=max(1, int(number)) if number.isdecimal() and len(number) < 7 else 1,
            **{name: data.get(name, "") for name in NARROWING},
        )

    def pick(self, found: dict[str, Any]) -> tuple[list[Any], list[Any]]:
        """All that are asked for, and those of this page."""
        if self.kind == "unjudged":
            keys = ("tag", "asset_class", "town", "department")
            rows = [dict(zip(keys, row, strict=True)) for row in found["unjudged"]]
        else:
            rows = [one for one in found["items"] if (one["year"] is None) == (self.kind == "undone")]
        chosen = [one for one in rows if self._fits(one)]
        start = (self.number - 1) * SIZE
        return chosen, chosen[start : start + SIZE]

    def _fits(self, one: dict[str, Any]) -> bool:
        if self.year and self.kind != "unjudged":
            key = "year" if self.kind == "chosen" else "due_year"
            if str(one[key]) != self.year:
                return False
        if any(getattr(self, name) not in ("", one[name]) for name in ("asset_class", "town", "department")):
            return False
        if self.mark and not (one.get("override") if self.mark == "by_hand" else one.get(self.mark)):
            return False
        words = (one["tag"], one["department"], one.get("type", ""), one.get("holder", ""))
        return not self.q or any(self.q.lower() in text.lower() for text in words)

    def kinds(self, found: dict[str, Any]) -> list[tuple[str, str, int]]:
        """(kind, words, how many) of the three lists."""
        undone = sum(one["year"] is None for one in found["items"])
        return [
            ("chosen", _("Renewed"), len(found["items"]) - undone),
            ("undone", _("Left undone"), undone),
            ("unjudged", _("Not judged"), len(found["unjudged"])),
        ]

    def choices(self, found: dict[str, Any], lang: str) -> list[tuple[str, str, list[tuple[str, str]], str]]:
        """(name, title, choices, chosen) of each select."""
        items, classes = found["items"], found["classes"]
        year = "year" if self.kind == "chosen" else "due_year"
        places = ("town", "department")
        seen = {name: list(dict.fromkeys(one[name] for one in items if one[name])) for name in places}
        codes = sorted({one["asset_class"] for one in items})
        years = sorted({one[year] for one in items if one[year] is not None})
        title = _("Year") if self.kind == "chosen" else _("Due year")
        return [
            ("year", title, [(str(one), str(one)) for one in years], self.year),
            ("asset_class", _("Class"), [(one, class_words(classes, one, lang)) for one in codes], self.asset_class),
            ("town", _("Town"), [(one, one) for one in seen["town"]], self.town),
            ("department", _("Department"), [(one, one) for one in sorted(seen["department"])], self.department),
            ("mark", _("Mark"), list(mark_words().items()), self.mark),
        ]

    def query(self, number: int) -> str:
        """The address of another page of the same list."""
        told = {"kind": self.kind, **{name: getattr(self, name) for name in NARROWING}, "q": self.q, "page": number}
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


def class_words(classes: dict[str, list[str]], code: str, lang: str) -> str:
    pair = classes.get(code)
    return code if pair is None else pair[0 if lang == "zh" else 1]


def rows_of(
    plan: RefreshPlan, shown: list[dict[str, Any]], found: dict[str, Any], lang: str, *, unjudged: bool
) -> list[dict[str, Any]]:
    """The devices of one page of the list, with their pages' addresses. Two queries, three of an approved plan."""
    tags = [one["tag"] for one in shown]
    keys = dict(Device.objects.filter(asset_tag__in=tags).values_list("asset_tag", "pk"))
    stages: dict[str, PlanItem] = {}
    if plan.state == PlanState.APPROVED:
        stages = {item.asset_tag: item for item in plan.items.filter(asset_tag__in=tags).defer("facts")}
    figures = engine.planfigures()
    params = figures.params_of(plan.as_of, lang)
    rows = []
    for one in shown:
        row = {
            "one": one,
            "url": kit.pages[Device].url_of(keys[one["tag"]]) if one["tag"] in keys else "",
            "name": class_words(found["classes"], one["asset_class"], lang),
            "actions": _actions(plan, one, unjudged=unjudged) if plan.state == PlanState.DRAFT else [],
        }
        if not unjudged:
            row |= _judged(one, figures.why_told(one["why"], params), stages.get(one["tag"]))
        rows.append(row)
    return rows


def _judged(one: dict[str, Any], why: str, item: PlanItem | None) -> dict[str, Any]:
    words = mark_words()
    return {
        "due_on": date.fromisoformat(one["due_on"]),
        "why": why,
        "price": yuan_of(one["price_yuan"]),
        "marks": [words[name] for name in MARKS if (one["override"] if name == "by_hand" else one[name])],
        "reason": one["reason"],
        "item": item,
        "stage": "" if item is None else PlanStage(item.stage).label,
        "color": "" if item is None else STAGE_COLORS[item.stage],
    }


def yuan_of(amount: str | None) -> str | None:
    """An amount as workbooks show it."""
    return None if amount is None else f"{Decimal(amount):,.2f}"


def _actions(plan: RefreshPlan, one: dict[str, Any], *, unjudged: bool) -> list[tuple[str, str, str, bool]]:
    """(words, icon, address, whether it opens beside the row) of what a planner may do about a device now."""
    due = f"{reverse('plan_due', args=[plan.pk])}?{urlencode({'tag': one['tag']})}"
    if unjudged:
        return [(_("Set its due date"), "calendar-plus", due, True)]
    found = []
    if one["year"] is None:
        found += _put_in(plan, one)
    elif one["over_standard"] or one["above_cap"]:
        found.append((_("Change the reason"), "message-2", _exception(plan, one), True))
    elif _dearer(one):
        found.append((_("Ask above the price cap"), "coin", _exception(plan, one, price=one["listed_yuan"]), True))
    if one["override"]:
        found.append((_("Change its due date"), "calendar-cog", due, True))
    elif one["year"] is not None and one["status"] != "to_be_scrapped":
        found.append((_("Take out"), "minus", due, True))
    return found


def _put_in(plan: RefreshPlan, one: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    why = one["why"][0][0]
    if why == "over_standard":
        return [(_("Put in above the standard"), "plus", _exception(plan, one, more=1), True)]
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
