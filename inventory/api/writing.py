"""Writes of the API: rows of one model, made, changed and deleted by the form and the service of its pages.

All writes of a request are one unit of work, in which everything is asked again: who may, which version, which values.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from inventory.api import body, versions
from inventory.api.faults import Refused
from inventory.api.rows import BRIEF, cells
from inventory.api.values import as_typed
from inventory.services import write
from inventory.ui.forms import KitForm, form_class
from inventory.ui.page import ModelPage

Given = dict[str, Any]
SOURCE = "api"


def names_of(page: ModelPage) -> list[str]:
    """The fields that can be written: those of the form."""
    return [name for section in page.form for name in section.fields]


def needed(page: ModelPage) -> list[str]:
    """The fields that a new row cannot do without."""
    fields = [page.model._meta.get_field(name) for name in names_of(page)]
    return [field.name for field in fields if _is_needed(field)]


def _is_needed(field: Any) -> bool:
    return not (field.blank or field.has_default() or isinstance(field, models.BooleanField))


class Work:
    """The writes of one request."""

    def __init__(self, page: ModelPage, user: Any, reason: str) -> None:
        self.page, self.user, self.reason = page, user, reason
        self._unit: Any = None
        self._classes: dict[tuple[str, ...], type[KitForm]] = {}

    def one(self, given: Given, do: Callable[[Given], Any]) -> Any:
        """Do it to one row. Raises Refused."""
        with write.unit(self._actor) as self._unit:
            self._unit.reason = body.take_reason(given) or self.reason
            return do(given)

    def several(self, rows: Sequence[Given], do: Callable[[Given], Any]) -> list[Any]:
        """Do it to each row or to none. Raises Refused with the faults of all, by their places in the list."""
        done, faults = [], {}
        with write.unit(self._actor) as self._unit:
            for index, given in enumerate(rows):
                try:
                    self._unit.reason = body.take_reason(given) or self.reason
                    with transaction.atomic():
                        done.append(do(given))
                except Refused as fault:
                    faults[index] = fault
            if faults:
                raise _together(faults, len(rows))
        return done

    @property
    def _actor(self) -> write.Actor:
        return write.Actor(self.user.get_username(), source=SOURCE, user=self.user)

    def create(self, given: Given) -> Any:
        """A new row of these fields; the others have what they begin with."""
        form = self._form(given, self.page.model(), needed(self.page))
        self._store(form)
        return form.instance

    def change(self, pk: Any, given: Given, tags: Collection[str] | None = None) -> Any:
        """A row with these fields changed and no other."""
        row = self._find(pk, "change")
        versions.must_be(self.page, self.user, row, tags)
        self._store(self._form(given, row))
        return row

    def change_listed(self, given: Given) -> Any:
        return self.change(_take_key(given), given)

    def delete(self, pk: Any, tags: Collection[str] | None = None) -> None:
        row = self._find(pk, "delete")
        versions.must_be(self.page, self.user, row, tags)
        try:
            self.page.kit.writer.delete(self.user, [row], reason=self._unit.reason)
        except PermissionDenied:
            raise _not_allowed() from None
        except ValidationError as fault:
            raise Refused(409, " ".join(fault.messages)) from fault

    def delete_listed(self, given: Given) -> None:
        key = _take_key(given)
        if given:
            raise Refused(400, {name: [_("only the id is expected")] for name in given})
        self.delete(key)

    def _find(self, pk: Any, action: str) -> Any:
        """The row, locked until the end, for who may do the action to it."""
        row = self.page.rows(self.user).select_for_update().filter(pk=pk).first()
        if row is None:
            raise _not_there()
        if not self.page.may(self.user, action, row):
            raise _not_allowed()
        return row

    def _form(self, given: Given, row: Any, wanted: Sequence[str] = ()) -> KitForm:
        """A valid form of the fields given and those wanted. Raises Refused with the faults of all fields."""
        data, faults = {}, self._unknown(given)
        known = [name for name in names_of(self.page) if name in given or name in wanted]
        for name in known:
            try:
                if name in given:
                    data[name] = as_typed(self.page, self.user, name, given[name])
            except ValidationError as fault:
                faults[name] = fault.messages
        form = self._class(known)(data, instance=row)
        form.exact = True
        if not form.is_valid() or faults:
            raise Refused(400, {name: list(map(str, errors)) for name, errors in form.errors.items()} | faults)
        return form

    def _class(self, names: Sequence[str]) -> type[KitForm]:
        key = tuple(names)
        if key not in self._classes:
            self._classes[key] = form_class(self.page, self.user, names)
        return self._classes[key]

    def _unknown(self, given: Given) -> dict[str, list[str]]:
        known, shown = names_of(self.page), {*cells(self.page), *BRIEF}
        words = {"known": ", ".join(known)}
        return {
            name: [_("can only be read") if name in shown else _("no such field; known: %(known)s") % words]
            for name in given
            if name not in known
        }

    def _store(self, form: KitForm) -> None:
        # A row with a reason of its own has it in the change log too.
        self._unit.reason = self._unit.reason or form.cleaned_data["reason"]
        try:
            self.page.kit.writer.store(self.user, form.instance, reason=self._unit.reason, links=form.links)
        except ValidationError as fault:
            raise Refused(400, self._told(fault)) from fault

    def _told(self, fault: ValidationError) -> dict[str, list[str]]:
        """The service's faults by field; what the API does not name stands under no field, with its title."""
        if not hasattr(fault, "error_dict"):
            return {NON_FIELD_ERRORS: fault.messages}
        told: dict[str, list[str]] = {}
        for name, texts in fault.message_dict.items():
            if name in names_of(self.page) or name == NON_FIELD_ERRORS:
                told.setdefault(name, []).extend(texts)
            else:
                title = self.page.model._meta.get_field(name).verbose_name  # type: ignore[union-attr]  # a column
                told.setdefault(NON_FIELD_ERRORS, []).extend(f"{title}: {text}" for text in texts)
        return told


def _take_key(given: Given) -> int:
    key = given.pop("id", None)
    if not isinstance(key, int) or isinstance(key, bool):
        raise Refused(400, {"id": [_("expected a whole number")]})
    return key


def _not_there() -> Refused:
    return Refused(404, _("There is no such row."))


def _not_allowed() -> Refused:
    return Refused(403, _("This account may not do that."))


def _together(faults: Mapping[int, Refused], count: int) -> Refused:
    """Faults of several rows as NetBox tells them. The gravest status counts: forbidden, in use, not there, wrong."""
    statuses = {fault.status for fault in faults.values()}
    status = next(one for one in (403, 409, 404, *statuses) if one in statuses)
    told = _("%(bad)d of %(count)d rows are refused, and none is written.") % {"bad": len(faults), "count": count}
    return Refused(
        status,
        {"detail": told, "errors": [{"index": index, "errors": fault.told} for index, fault in faults.items()]},
    )
