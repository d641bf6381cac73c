"""Allocation standards as a table of rules that shows what it gives while one types; versions by date; a workbook."""

import re
import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views import View

from inventory import scope
from inventory.models import AllocationRule, AllocationStandard
from inventory.models.money import Rooms
from inventory.pages import importing
from inventory.pages.kit import kit, page_url
from inventory.pages.standard_forms import ROOMS, SIZES, VersionForm, formset, gives, lines_of, mark_of
from inventory.pages.writing import actor_of
from inventory.services import write
from inventory.services.standards import BadLines, Line, new_version, write_rules
from inventory.sheets.columns import Book, Column, Kind, Row, Sheet
from inventory.sheets.write import fill
from inventory.ui.kit import Action
from inventory.ui.panels import Panel


class StandardView(LoginRequiredMixin, View):
    """Something about one standard."""

    action = "change"
    standard: AllocationStandard

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user: Any = request.user
        if user.is_authenticated:
            if not scope.may(user, self.action, AllocationRule):
                raise PermissionDenied
            found = scope.visible(user, AllocationStandard).filter(pk=kwargs["pk"]).first()
            if found is None:
                raise Http404
            self.standard = found
        return super().dispatch(request, *args, **kwargs)

    def show(self, template: str, **context: Any) -> HttpResponse:
        shared = {"standard": self.standard, "back": page_url(self.standard)}
        return render(self.request, template, {**shared, **context})


class RulesView(StandardView):
    """All rules in one table. It carries a mark of what it began from: see KitForm."""

    overtaken = False

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        forms = formset(self.standard)
        return self._form(forms, _typed(self.standard))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        forms = formset(self.standard, request.POST)
        lines = lines_of(self.standard, forms)
        if forms.is_valid() and self._written(forms, lines):
            messages.success(request, _("The rules are saved."))
            return redirect(page_url(self.standard))
        return self._form(forms, lines)

    def _written(self, forms: Any, lines: list[tuple[int, Line]]) -> bool:
        reason, actor = self.request.POST.get("reason", "")[:200], actor_of(self.request.user)
        try:
            with write.unit(actor, reason=reason) as unit:
                unit.renew(self.standard)
                if self.request.POST.get("began", "") not in ("", mark_of(self.standard)):
                    self.overtaken = True
                    return False
                write_rules(self.standard, [line for _place, line in lines], actor, reason)
        except BadLines as bad:
            for at, fault in bad.faults.items():
                forms[lines[at][0]].refuse(fault)
            return False
        return True

    def _form(self, forms: Any, lines: list[tuple[int, Line]]) -> HttpResponse:
        sizes = sizes_of(self.request)
        found = gives(lines, sizes, rooms_of(self.request))
        rows = [(form, found.by_place.get(place, [])) for place, form in enumerate(forms)]
        rooms = [(name, words, rooms_of(self.request)[name]) for name, words in Rooms.choices]
        anew = self.overtaken or not forms.is_bound
        began = mark_of(self.standard, forms.initial) if anew else self.request.POST.get("began", "")
        return self.show(
            "standards/rules.html",
            forms=forms,
            rows=rows,
            found=found,
            sizes=sizes,
            rooms=rooms,
            staff=self.request.POST.get("staff", ""),
            began=began,
            overtaken=self.overtaken,
        )


def _typed(standard: AllocationStandard) -> list[tuple[int, Line]]:
    """The rules as they are saved, by their places in the formset."""
    found = standard.rules.order_by("pk").select_related("as_many_as").prefetch_related("classes__asset_class")
    ordered = [(rule, sorted(rule.classes.all(), key=lambda link: link.pk)) for rule in found]
    return [(place, Line(rule, [link.asset_class for link in links])) for place, (rule, links) in enumerate(ordered)]


def sizes_of(request: HttpRequest) -> list[int]:
    """The sizes of departments to reckon for: the usual three, and one's own."""
    own = request.POST.get("staff", "")
    return [*SIZES, int(own)] if own.isdecimal() and len(own) < 6 else list(SIZES)


def rooms_of(request: HttpRequest) -> dict[str, int]:
    """The numbers of rooms to reckon with: what is typed, else the usual ones."""
    typed = {name: request.POST.get(name, "") for name in ROOMS}
    return {name: int(typed[name]) if re.fullmatch(r"[0-9]{1,3}", typed[name]) else ROOMS[name] for name in ROOMS}


class GivesView(StandardView):
    """What the rules give as they are typed."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        forms = formset(self.standard, request.POST)
        lines, sizes = lines_of(self.standard, forms), sizes_of(request)
        found = gives(lines, sizes, rooms_of(request))
        told = [(place, found.by_place.get(place), _first_fault(form)) for place, form in enumerate(forms)]
        return self.show("standards/_gives.html", found=found, sizes=sizes, told=told)


def _first_fault(form: Any) -> str:
    return next((f"{form.fields[name].label}: {errors[0]}" for name, errors in form.errors.items() if errors), "")


class VersionView(StandardView):
    """A copy of all rules that holds from a day on."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        year = timezone.localdate().year + 1
        base = re.sub(r"-\d{4}$", "", self.standard.code)
        return self._form(VersionForm(initial={"code": f"{base}-{year}", "valid_from": f"{year}-01-01"}))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = VersionForm(request.POST)
        if not form.is_valid():
            return self._form(form)
        try:
            new = new_version(self.standard, actor=actor_of(request.user), **form.cleaned_data)
        except ValidationError as fault:
            _refuse(form, fault)
            return self._form(form)
        messages.success(
            request, _("%(name)s from %(day)s: change its rules here.") % {"name": new, "day": new.valid_from}
        )
        return redirect(reverse("standard_rules", args=[new.pk]))

    def _form(self, form: VersionForm) -> HttpResponse:
        return self.show(
            "standards/version.html", form=form, title=_("New version of %(name)s") % {"name": self.standard}
        )


def _refuse(form: VersionForm, fault: ValidationError) -> None:
    faults = fault.error_dict if hasattr(fault, "error_dict") else {"": [fault]}
    for name, errors in faults.items():
        form.add_error(name if name in form.fields else None, errors)


class RulesFileView(StandardView):
    """The rules as a workbook that the import of rules reads again."""

    action = "view"

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        file = tempfile.NamedTemporaryFile(suffix=".xlsx")  # noqa: SIM115  # closed with the response
        fill(book_of(self.standard, str(request.user)), Path(file.name))
        return FileResponse(file, as_attachment=True, filename=f"standard_rules-{self.standard.code}.xlsx")


def book_of(standard: AllocationStandard, author: str) -> Book:
    """The rules of a standard with the columns of the file that the import reads."""
    columns = importing.columns(kit.pages[AllocationRule])
    shown = tuple(Column(one.name, one.title, one.title, Kind.TEXT) for one in columns)
    rows = [_row(line, standard, [one.name for one in columns]) for _place, line in _typed(standard)]
    title = str(AllocationRule._meta.verbose_name_plural)
    now = timezone.localtime().replace(tzinfo=None)
    lang = "zh" if (get_language() or "").startswith("zh") else "en"
    # Without a title its first line is that of the columns, as the import wants it.
    sheet = Sheet(title, "", shown, rows, empty=_("No rules yet."), frozen=2)
    return Book(str(standard), [sheet], lang, now.date(), now, author=author)


def _row(line: Line, standard: AllocationStandard, names: list[str]) -> Row:
    rule = line.rule
    told = {
        "standard": standard.code,
        "steps": "; ".join(f"{'' if limit is None else limit}:{number}" for limit, number in rule.steps),
        "as_many_as": rule.as_many_as.code if rule.as_many_as else "",
        "asset_classes": "; ".join(kind.code for kind in line.classes),
        "needs_approval": "true" if rule.needs_approval else "false",
    }
    return tuple(told[name] if name in told else _text(getattr(rule, name)) for name in names)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


class GivesPanel(Panel):
    """What a standard gives departments of three sizes."""

    title = gettext_lazy("What it gives")
    icon = "calculator"
    template = "standards/panel.html"
    wide = True

    def context(self, request: HttpRequest, page: Any, obj: Any) -> dict[str, Any] | None:
        found = gives(_typed(obj), SIZES)
        others = scope.visible(request.user, AllocationStandard).filter(series=obj.series).exclude(pk=obj.pk)
        versions = [(one, page_url(one)) for one in others.order_by("valid_from")]
        return {"found": found, "sizes": SIZES, "versions": versions, "file": reverse("standard_file", args=[obj.pk])}


def _may(user: Any, standard: Any) -> bool:
    return scope.may(user, "change", AllocationRule)


def _may_import(user: Any, standard: Any) -> bool:
    return importing.may(user, kit.pages[AllocationRule])


for _title, _icon, _name in (
    (gettext_lazy("Edit the rules"), "table", "standard_rules"),
    (gettext_lazy("New version"), "versions", "standard_version"),
):
    kit.add_action(
        AllocationStandard,
        Action(_title, _icon, lambda one, name=_name: reverse(name, args=[one.pk]), _may),  # type: ignore[misc]
    )
kit.add_action(
    AllocationStandard,
    Action(gettext_lazy("Load rules"), "upload", lambda one: kit.pages[AllocationRule].url("import"), _may_import),
)
kit.add_panel(AllocationStandard, GivesPanel(), order=10)

urlpatterns = [
    path("allocation-standards/<int:pk>/rules/", RulesView.as_view(), name="standard_rules"),
    path("allocation-standards/<int:pk>/rules/gives/", GivesView.as_view(), name="standard_gives"),
    path("allocation-standards/<int:pk>/rules.xlsx", RulesFileView.as_view(), name="standard_file"),
    path("allocation-standards/<int:pk>/version/", VersionView.as_view(), name="standard_version"),
]
