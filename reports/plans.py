"""Refresh plans: make, draw, approve, reopen, follow. The only writer of plans.

A draft is drawn from the register each time; approving keeps what was drawn, and from then on nothing is looked up.
Faults that a person can mend come back as Fault; ValidationError comes from the models' own constraints.
"""

import dataclasses
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Max, Q
from django.utils.translation import gettext as _

from inventory.models import AssetClass, Device, FundingSource
from inventory.models.money import FundingKind
from inventory.rules.status import HELD
from inventory.selectors import UnknownName, find_department
from inventory.services import write
from inventory.services.write import Actor
from reports.books.plans.changes import changes
from reports.books.plans.drawing import draw
from reports.books.plans.kept import pack, unpack
from reports.books.plans.planned import Adding, Decided, Drawn, Exceeding, Head, Item, Money
from reports.faults import Fault
from reports.models import PlanDecision, PlanException, PlanItem, PlanMoney, PlanState, RefreshPlan
from reports.queries import devices, planning
from reports.queries.scope import CHUNK, Scope

_DEPARTMENTS = ("department__town__position", "department__name_key")
"""The register's order."""


@dataclass(frozen=True)
class MoneyAsked:
    """Money for a year: the name of a funding source, and an amount (None: as much as is needed)."""

    year: int
    source: str
    amount_yuan: Decimal | None = None


@dataclass(frozen=True)
class ExceptionAsked:
    """Beyond the standard or the cap: department and code of the class by name, and the reason."""

    department: str
    asset_class: str
    quantity: int
    reason: str
    price_yuan: Decimal | None = None


def find_plan(text: str) -> RefreshPlan | Fault:
    """A plan by its number, its name (the newest version) or name and version ('更新规划 v2')."""
    versioned = re.fullmatch(r"(.+?) ?v(\d+)", text)
    if text.isascii() and text.isdigit():
        found = RefreshPlan.objects.filter(pk=int(text))
    elif versioned:
        found = RefreshPlan.objects.filter(name=versioned[1], version=int(versioned[2]))
    else:
        found = RefreshPlan.objects.filter(name=text)
    plan = found.order_by("-version").first()
    if plan is None:
        rows = RefreshPlan.objects.order_by("name", "version").values_list("pk", "name", "version")[:20]
        words = {"plan": text, "plans": "、".join(f"{pk} {name} v{version}" for pk, name, version in rows)}
        return Fault("unknown_plan", _("There is no plan '%(plan)s'; there are: %(plans)s") % words)
    return plan


def make(
    plan: RefreshPlan,
    money: Sequence[MoneyAsked],
    exceptions: Sequence[ExceptionAsked],
    actor: Actor,
    *,
    copied: RefreshPlan | None = None,
) -> RefreshPlan | Fault:
    """Save a new draft with its money and exceptions, and with what `copied` decided about devices for its years.

    Faults: names that do not exist.
    """
    rows = _rows(plan, money, exceptions)
    if isinstance(rows, Fault):
        return rows
    with write.unit(actor, reason=_("refresh plan made")) as unit:
        unit.create(plan)
        for row in rows:
            row.plan = plan  # now that it has a key
            unit.create(row)
        if copied is not None:
            for old in (copied.decisions, copied.additions):
                _copy(unit, old.filter(_within(plan)), plan)
    return plan


def _within(plan: RefreshPlan) -> Q:
    """Decisions and additions for years of the plan, or decisions for none."""
    return Q(year__isnull=True) | Q(year__range=(plan.first_year, plan.first_year + plan.years - 1))


def _copy(unit: write.Unit, rows: Iterable[Any], plan: RefreshPlan) -> None:
    for row in rows:
        row.pk, row._state.adding, row.plan = None, True, plan
        unit.create(row)


def change(
    plan: RefreshPlan, money: Sequence[MoneyAsked], exceptions: Sequence[ExceptionAsked], actor: Actor
) -> RefreshPlan | Fault:
    """Save a draft's changed settings, and this money and these exceptions in place of those before.

    Faults: names that do not exist; 'decided', 'added' for a year that it no longer reaches.
    """
    rows = _rows(plan, money, exceptions)
    if isinstance(rows, Fault):
        return rows
    beyond = list(plan.decisions.exclude(_within(plan)).values_list("device__asset_tag", flat=True)[:5])
    if beyond:
        words = {"tags": "、".join(beyond)}
        return Fault(
            "decided", _("Devices are put in for a year outside the plan: %(tags)s. Change that first.") % words
        )
    added = plan.additions.exclude(_within(plan)).first()
    if added is not None:
        return Fault("added", _("%s is added in a year outside the plan. Change that first.") % added)
    with write.unit(actor, reason=_("refresh plan changed")) as unit:
        # Also where nothing but money is changed, which an update would not see.
        plan.check_change(RefreshPlan.objects.select_for_update().get(pk=plan.pk))
        unit.update(plan)
        for old in (plan.money.all(), plan.exceptions.all()):
            unit.delete_all(list(old))
        for row in rows:
            unit.create(row)
    return plan


def _rows(
    plan: RefreshPlan, money: Sequence[MoneyAsked], exceptions: Sequence[ExceptionAsked]
) -> list[PlanMoney | PlanException] | Fault:
    """The rows that belong to a plan, its names looked up."""
    rows: list[PlanMoney | PlanException] = []
    sources = {source.name: source for source in FundingSource.objects.all()}
    for position, one in enumerate(money):
        if one.source not in sources:
            words = {"name": one.source, "names": "、".join(sources)}
            return Fault("unknown_source", _("There is no source of funds '%(name)s'; there are: %(names)s") % words)
        source = sources[one.source]
        rows.append(PlanMoney(plan=plan, year=one.year, position=position, source=source, amount_yuan=one.amount_yuan))
    kinds = list(AssetClass.objects.all())
    classes = {word: kind for kind in kinds for word in (kind.name_en, kind.name, kind.code) if word}
    for asked in exceptions:
        if asked.asset_class not in classes:
            words = {"name": asked.asset_class, "names": "、".join(kind.code for kind in kinds)}
            return Fault("unknown_class", _("There is no asset class '%(name)s'; there are: %(names)s") % words)
        try:
            department = find_department(asked.department)
        except UnknownName as unknown:
            return Fault("unknown_department", str(unknown))
        kind = classes[asked.asset_class]
        values: dict[str, Any] = {"quantity": asked.quantity, "price_yuan": asked.price_yuan, "reason": asked.reason}
        rows.append(PlanException(plan=plan, department=department, asset_class=kind, **values))
    return rows


def drawn(plan: RefreshPlan) -> Drawn:
    """The plan as it stands: an approved one as it was kept, a draft from the register."""
    if plan.state == PlanState.APPROVED:
        # Device by device: their JSON need not be held all at once.
        facts = plan.items.order_by("position").values_list("facts", flat=True)
        items = tuple(unpack(Item, one) for one in facts.iterator(CHUNK))
        return dataclasses.replace(unpack(Drawn, _kept(plan)), items=items)
    found = draw(_frames(plan), head_of(plan))
    if plan.previous is not None:
        head = dataclasses.replace(found.head, changes=changes(drawn(plan.previous), found))
        found = dataclasses.replace(found, head=head)
    return found


def _kept(plan: RefreshPlan) -> dict[str, Any]:
    assert plan.kept is not None
    kept: dict[str, Any] = plan.kept
    return kept


def scope_of(plan: RefreshPlan) -> Scope:
    return Scope(None if plan.department else plan.town, plan.department)


def _frames(plan: RefreshPlan) -> dict[str, Any]:
    scope, day = scope_of(plan), plan.as_of
    return {
        "devices": devices.devices(scope, day),
        "departments": planning.departments(scope, day),
        "classes": planning.classes(scope, day),
        "price_list": planning.price_list(scope, day),
        "standard_rules": planning.standard_rules(scope, day),
    }


def head_of(plan: RefreshPlan) -> Head:
    """What the planner set, as a plain value."""
    scope = scope_of(plan)
    return Head(
        name=plan.name,
        as_of=plan.as_of,
        first_year=plan.first_year,
        years=plan.years,
        version=plan.version,
        first_month=plan.first_month,
        change_percent=Decimal(plan.change_percent),
        order=tuple(plan.order),
        scope=(scope.words("zh"), scope.words("en")),
        unit=plan.unit or (str(plan.department) if plan.department else ""),
        preparer=plan.preparer,
        reviewer=plan.reviewer,
        approved_by=plan.approved_by,
        approved_on=plan.approved_on,
        money=tuple(_money(row) for row in plan.money.select_related("source")),
        exceeding=tuple(
            Exceeding(*row)
            for row in plan.exceptions.values_list(
                "department__name", "asset_class__code", "quantity", "price_yuan", "reason"
            )
        ),
        decided=tuple(
            Decided(*row)
            for row in plan.decisions.order_by("device__asset_tag").values_list(
                "device__asset_tag", "year", "reason", "author", "decided_on"
            )
        ),
        adding=tuple(
            Adding(*row)
            for row in plan.additions.order_by("year", *_DEPARTMENTS, "asset_class__code").values_list(
                "year", "department__name", "asset_class__code", "quantity", "reason", "author"
            )
        ),
    )


def _money(row: PlanMoney) -> Money:
    source = row.source
    yearly = source.kind == FundingKind.YEARLY
    return Money(row.year, source.name, row.amount_yuan, source.amount_yuan, yearly, source.from_year, source.to_year)


def decide(
    plan: RefreshPlan, devices: Sequence[Device], year: int | None, *, reason: str, author: str, on: date, actor: Actor
) -> int | Fault:
    """Put devices into a year of a draft, or leave them out of it (None), in place of what was decided before.

    Gives how many. Faults: 'not_in_scope', 'no_department' of what is put in. ValidationError: an approved plan, a
    year that the plan does not reach, no reason.
    """
    inside = Device.objects.filter(scope_of(plan).devices(), pk__in=[one.pk for one in devices], status__in=HELD)
    keys = set(inside.values_list("pk", flat=True))
    for device in devices:
        if device.pk not in keys:
            return Fault("not_in_scope", _("%s is not on the books in the scope of this plan.") % device)
        if year is not None and device.department_id is None:
            return Fault("no_department", _("%s has no department: no standard can judge it.") % device)
    with write.unit(actor, reason=reason) as unit:
        unit.renew(plan)
        existing = {one.device_id: one for one in plan.decisions.all()}
        for device in devices:
            row = existing.get(device.pk) or PlanDecision(plan=plan, device=device)
            row.year, row.reason, row.author, row.decided_on = year, reason.strip(), author, on
            unit.update(row) if row.pk else unit.create(row)
    return len(devices)


def take_back(plan: RefreshPlan, devices: Sequence[Device], actor: Actor) -> int:
    """Take back what was decided about devices of a draft; gives how many. ValidationError: an approved plan."""
    with write.unit(actor, reason=_("decision taken back")) as unit:
        unit.renew(plan)
        rows = list(plan.decisions.filter(device__in=devices).select_related("device"))
        for row in rows:
            row.clean()
        unit.delete_all(rows)
    return len(rows)


def approve(plan: RefreshPlan, *, by: str, on: date, actor: Actor) -> RefreshPlan | Fault:
    """Keep the plan as it is drawn now. Faults: 'approved', 'no_preparer', 'changed' while it was drawn."""
    if plan.state == PlanState.APPROVED:
        return _approved(plan)
    if not plan.preparer or not plan.reviewer:
        return Fault("no_preparer", _("A plan needs a preparer and a reviewer before it is approved."))
    before = head_of(plan)
    plan.approved_by, plan.approved_on = by, on
    found = drawn(plan)
    with write.unit(actor, reason=_("refresh plan approved")) as unit:
        # Drawing takes a while, in which somebody may have approved or changed it.
        unit.renew(plan)
        if plan.state == PlanState.APPROVED:
            return _approved(plan)
        if head_of(plan) != before:
            return Fault("changed", _("%s was changed while it was drawn: look at it and approve it again.") % plan)
        plan.approved_by, plan.approved_on = by, on
        plan.state, plan.kept = PlanState.APPROVED, pack(dataclasses.replace(found, items=()))
        unit.update(plan)
        for start in range(0, len(found.items), CHUNK):
            chunk = enumerate(found.items[start : start + CHUNK], start)
            unit.create_rows(PlanItem, [_item_row(plan, position, item) for position, item in chunk])
    return plan


def _approved(plan: RefreshPlan) -> Fault:
    return Fault("approved", _("%s is approved already; reopen it as a new version.") % plan)


def _item_row(plan: RefreshPlan, position: int, item: Item) -> dict[str, Any]:
    kept = {"plan_id": plan.pk, "position": position, "asset_tag": item.tag, "year": item.year}
    return {**kept, "facts": pack(item)}


def reopen(plan: RefreshPlan, *, as_of: date, actor: Actor) -> RefreshPlan | Fault:
    """A new draft that begins as a copy of an approved plan. Faults: 'not_approved', 'newer'."""
    if plan.state != PlanState.APPROVED:
        return Fault("not_approved", _("%s is a draft: change it as it is.") % plan)
    kept = ("name", "first_year", "years", "first_month", "town", "department", "change_percent", "order", "unit")
    people = ("preparer", "reviewer", "note")
    with write.unit(actor, reason=_("refresh plan reopened")) as unit:
        unit.renew(plan)
        newest = RefreshPlan.objects.filter(name=plan.name).aggregate(newest=Max("version"))["newest"]
        if newest != plan.version:
            words = {"plan": plan, "version": newest}
            return Fault("newer", _("%(plan)s has a newer version already: v%(version)d.") % words)
        copied = {name: getattr(plan, name) for name in (*kept, *people)}
        new = unit.create(RefreshPlan(**copied, version=plan.version + 1, previous=plan, as_of=as_of))
        for rows in (plan.money.all(), plan.exceptions.all(), plan.decisions.all(), plan.additions.all()):
            _copy(unit, rows, new)
    return new


def item_of(row: PlanItem) -> Item:
    """A row of an approved plan as the value it was drawn as."""
    return unpack(Item, row.facts)
