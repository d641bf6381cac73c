"""Every address of the resolver with rows that stand for others: what the tests of scope walk.

The addresses come from the resolver itself. One whose arguments nothing here can fill is an error, so that a new page
cannot be forgotten.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from django.forms.models import model_to_dict
from django.urls import URLPattern, URLResolver, get_resolver, reverse

import inventory.config.urls  # noqa: F401  # with the addresses all pages are registered
from collectors.models import Run
from inventory import scope
from inventory.models import (
    AllocationStandard,
    Attachment,
    Cable,
    Device,
    FiberCable,
    FundingSource,
    JournalEntry,
    Role,
    SavedFilter,
    Segment,
    Site,
    User,
)
from inventory.services import journal, write
from inventory.ui.page import ModelPage
from reports import history, planjobs, plans
from reports.models import PlanException, PlanMoney, RefreshPlan, ReportRun
from tests.factories import TESTER
from tests.pages.conftest import Register, make_user

MARK, MAC = "FOREIGN", "aabbccddeeff"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6260606000000000ffff03000006000557bfabd40000000049454e44ae426082"
)
THINGS: dict[str, type[Model]] = {
    "device": Device, "site": Site, "segment": Segment, "cable": Cable, "fiber_cable": FiberCable
}  # fmt: skip
OWNERS: dict[str, type[Model]] = {
    "plan_": RefreshPlan,
    "report_run_": ReportRun,
    "run_": Run,
    "device_": Device,
    "journal_delete": JournalEntry,
    "file": Attachment,
    "user_": User,
    "standard_": AllocationStandard,
}
"""Whose key stands in the address of a hand-made page, by the beginning of its name."""
WORDS: dict[str, tuple[str, ...]] = {"export": ("csv", "xlsx"), "field": ("status", "name", "note")}
REPORTS = ("register", "coverage")


@dataclass(frozen=True)
class Address:
    """One address: the name of its pattern, the page that the kit made it of, the row in it."""

    name: str
    url: str
    page: ModelPage | None = None
    row: Model | None = None
    part: str = ""
    """Of a page of the kit: list, edit, bulk …"""
    arguments: frozenset[str] = frozenset()


def patterns(resolver: Any = None) -> Iterator[URLPattern]:
    reverse("device_list")  # loads the addresses, and with them all pages
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            yield from patterns(one)
        else:
            yield one


def addresses() -> Iterator[Address]:
    """All of them, with the keys of rows that are there. LookupError for one that cannot be filled."""
    for pattern in patterns():
        page = getattr(pattern.callback, "view_initkwargs", {}).get("page")
        part = str(pattern.name).removeprefix(f"{page.name}_") if page is not None else ""
        given = list(_given(str(pattern.name), set(pattern.pattern.converters), page, part))
        for kwargs, row in given:
            yield Address(
                str(pattern.name), reverse(str(pattern.name), kwargs=kwargs), page, row, part, frozenset(kwargs)
            )
        if not given:
            raise LookupError(f"no row fills the address {pattern.name} ({pattern.pattern})")


def _given(name: str, words: set[str], page: Any, part: str) -> Iterator[tuple[dict[str, Any], Model | None]]:
    """(arguments, row) of each way to fill a pattern."""
    if words == {"kind", "pk"}:
        yield from (({"kind": kind, "pk": row.pk}, row) for kind, model in THINGS.items() for row in _rows(model)[:1])
    elif words == {"token"}:
        yield from (({"token": note.stem}, None) for note in planjobs.folder().glob("*.job"))
    elif words == {"kind"} and part == "export":
        yield from (({"kind": kind}, None) for kind in WORDS["export"])
    elif words == {"name"} and name == "report_ask":
        yield from (({"name": report}, None) for report in REPORTS)
    elif words == {"pk", "name"} and part == "field":
        fields = [field for section in page.form for field in section.fields] or ["pk"]
        yield from (({"pk": row.pk, "name": field}, row) for row in _rows(page.model) for field in fields[:2])
    elif words == {"address"}:
        yield {"address": "dcim/what-is-not-there"}, None
    elif words == {"pk"}:
        model = page.model if page is not None else _owner(name)
        yield from (({"pk": row.pk}, row) for row in _rows(model))
    elif not words:
        yield {}, None
    else:
        raise LookupError(f"the walk cannot fill {sorted(words)} in the address {name}")


def _owner(name: str) -> type[Model]:
    found = next((model for start, model in OWNERS.items() if name.startswith(start)), None)
    if found is None:
        raise LookupError(f"whose key stands in the address {name}? Say so in OWNERS")
    return found


def _rows(model: type[Model]) -> list[Any]:
    """The first row; of plans all, of users one that nobody signs in as."""
    rows = model._default_manager.order_by("pk")
    if model is User:
        rows = rows.filter(username="owner")
    return list(rows if model is RefreshPlan else rows[:1])


def sent(one: Address, register: Register) -> dict[str, Any]:
    """A form that would be taken at most addresses, from who may send it."""
    device = register.device
    given: dict[str, Any] = {
        "pk": device.pk, "all": "1", "confirm": "1", "do": "delete", "device": device.pk, "town": "1", "to": "missing",
        "text": "forged", "kind": "plan" if one.name == "plan_make" else "note", "other": "1", "by": "forged",
        "on": "2026-11-03", "preparer": "forged", "reviewer": "forged", "tag": device.asset_tag, "stage": "requested",
        "quantity": "3", "reason": "forged", "due_on": "2030-01-01", "decision": "accept", "action": "accept",
        "new_password1": "grassland wind 42", "new_password2": "grassland wind 42", "code": "forged",
    }  # fmt: skip
    row = one.row or (one.page.model._default_manager.first() if one.page is not None else None)
    if row is not None and one.part in ("add", "edit", "field", "bulk"):
        fields = [field.name for field in row._meta.concrete_fields if not field.primary_key]
        values = model_to_dict(row, fields).items()
        given |= {name: _forged(value) for name, value in values if value is not None}
        given |= {"note": "forged", "status": "missing", "do": "edit" if one.part == "bulk" else ""}
    if one.name == "file_add":
        given["file"] = SimpleUploadedFile("forged.png", PIXEL)
    return given


def _forged(value: Any) -> Any:
    """A value like that of a row of others, without its marks."""
    text = str(value).replace(MARK, "FORGED").replace("10.1.2.3", "10.1.2.4")
    return text.replace(MAC, f"{MAC[:-1]}0") if isinstance(value, str) else value


def furnish(register: Register, fund: FundingSource) -> None:
    """Add what belongs to one other person: plans with their parts, work, files, notes, a saved filter."""
    owner = make_user("owner", Role.PLANNER)
    device = register.device
    device.department.refresh_from_db()
    kind = device.device_type.asset_class
    money = [plans.MoneyAsked(2027, fund.name, None)]
    asked = [plans.ExceptionAsked(device.department.name, kind.code, 1, f"{MARK}-REASON")]
    for name in ("draft", "approved"):
        plan = RefreshPlan(
            name=f"{MARK}-{name}", first_year=2027, as_of=date(2026, 11, 2), preparer="a", reviewer="b"
        )  # fmt: skip
        made = plans.make(plan, money, asked, TESTER)
        assert isinstance(made, RefreshPlan), made
    approved = plans.approve(made, by="c", on=date(2026, 11, 3), actor=TESTER)
    assert isinstance(approved, RefreshPlan), approved
    assert PlanMoney.objects.count() == PlanException.objects.count() == 2
    _files(register, owner)
    _work(owner, made)


def _files(register: Register, owner: User) -> None:
    actor = write.Actor(owner.username, user=owner)
    for thing in [model._default_manager.order_by("pk").first() for model in THINGS.values()]:
        journal.add_entry(thing, f"{MARK}-ENTRY", kind="note", actor=actor)
        journal.attach(thing, f"{MARK}-FILE.png", PIXEL, actor=actor)
    with write.unit(TESTER) as unit:
        unit.create(SavedFilter(owner=owner, page="device", name=f"{MARK}-FILTER", query="status=missing"))
        run = ReportRun.objects.get()
        run.owner, run.kept, run.file_name = owner, "a" * 32, f"{MARK}-REPORT.xlsx"
        unit.update(run)
    history.workbook_of(run).write_bytes(b"FOREIGN-WORKBOOK")


def _work(owner: User, plan: RefreshPlan) -> None:
    """Work on a plan that its owner asked for."""
    planjobs.ask("draw", plan.pk, owner.pk)


def text_of(answer: Any) -> str:
    octets = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return octets.decode(errors="replace") + json.dumps(dict(answer.headers))


def state() -> str:
    """All rows of all models that somebody may see, and the change log, as one hash."""
    found = hashlib.sha256()
    for model in sorted(apps.get_models(), key=lambda one: one._meta.label):
        if model._meta.label in ("sessions.Session", "inventory.User", "inventory.ListPreference"):
            continue
        if model in scope.registered() or model._meta.app_label in ("inventory", "collectors", "reports"):
            found.update(repr(list(model._default_manager.order_by("pk").values())).encode())
    return found.hexdigest()
