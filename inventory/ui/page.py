"""ModelPage: the declaration from which all pages of one model are made. Knows no model.

What several models want is a part of the declaration; what a single one wants is a class of its own in `views`,
`form_class` or `filterset_class`, or a panel.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.text import camel_case_to_spaces
from django.utils.translation import gettext_lazy as _

from inventory.ui.columns import Cell, Column, field_at
from inventory.ui.filters import Filter, filterset_for

ALL_ACTIONS = frozenset({"add", "change", "delete", "bulk", "import"})


@dataclass(frozen=True)
class Section:
    """Fields that stand together in a form and on a detail page."""

    title: Any
    fields: tuple[str, ...]


@dataclass(frozen=True)
class BulkForm:
    """A form that sets some fields of many rows at once; its button stands below the list."""

    name: str
    title: Any
    fields: tuple[str, ...]
    icon: str = "edit"


Search = tuple[str, ...] | Callable[[QuerySet[Any], str], QuerySet[Any]]


class ModelPage:
    """The pages of a model: list, detail, form, deletion, bulk changes, export, choices for selects.

    `columns` names all that can be shown (field paths or Column), `default_columns` those shown at first, `phone`
    those that a phone shows. `label` are the fields that the model's `__str__` reads, so that a row can name a
    related one without a query of its own; where names repeat, `within` is the relation that tells rows apart in a
    select (a person's department). `search` are the fields of the quick search, or a function (queryset, text) →
    queryset. `sort_key` is the field that others sort by when they show a row of this model, `order` that of the list
    where it is not the model's own.
    """

    def __init__(
        self,
        model: type[Model],
        *,
        columns: Sequence[str | Column],
        default_columns: Sequence[str] = (),
        phone: Sequence[str] = (),
        below: Sequence[str] = (),
        filters: Sequence[str | Filter] = (),
        form: Sequence[Section] = (),
        details: Sequence[Section] = (),
        panels: Sequence[Any] = (),
        search: Search = ("name",),
        label: tuple[str, ...] = ("name",),
        within: str = "",
        sort_key: str = "",
        order: Sequence[str] = (),
        bulk: Sequence[BulkForm] = (),
        icon: str = "list",
        empty: Any = None,
        actions: frozenset[str] = ALL_ACTIONS,
        views: Mapping[str, Any] | None = None,
        form_class: Any = None,
        filterset_class: Any = None,
    ) -> None:
        self.model, self.form, self.panels, self.search = model, tuple(form), list(panels), search
        self.details = tuple(details) or self.form
        self.declared = {c.name: c for c in (Column(name=c) if isinstance(c, str) else c for c in columns)}
        self.default_columns = list(default_columns) or list(self.declared)
        self.phone, self.below = tuple(phone) or tuple(self.default_columns[:3]), tuple(below)
        self.filters = {f.name: f for f in (Filter(f) if isinstance(f, str) else f for f in filters)}
        self.label, self.within, self.sort_key, self.bulk = label, within, sort_key, tuple(bulk)
        self.icon, self.actions, self.views = icon, actions, dict(views or {})
        self.empty = empty or _("Nothing here yet. Add the first one.")
        self.form_class, self.filterset_class = form_class, filterset_class
        self.name = camel_case_to_spaces(model.__name__).replace(" ", "_")
        self.order: tuple[Any, ...] = tuple(order) or tuple(model._meta.ordering or ())
        self.kit: Any = None
        self._cells: dict[str, Cell] = {}

    def __repr__(self) -> str:
        return f"<ModelPage {self.name}>"

    def __deepcopy__(self, memo: Any) -> "ModelPage":
        """Itself: filters, which are copied for each request, hold on to it."""
        return self

    @property
    def path(self) -> str:
        """The first part of its addresses: device-types."""
        word = self.name.replace("_", "-")
        if word.endswith("y"):
            return word[:-1] + "ies"
        return word + ("es" if word.endswith(("s", "x")) else "s")

    @property
    def title(self) -> str:
        text = str(self.model._meta.verbose_name_plural)
        return text[:1].upper() + text[1:]

    @property
    def words(self) -> str:
        """What its rows are called, within a sentence."""
        return str(self.model._meta.verbose_name_plural)

    @property
    def title_one(self) -> str:
        text = str(self.model._meta.verbose_name)
        return text[:1].upper() + text[1:]

    def url(self, view: str, *args: Any) -> str:
        return reverse(f"{self.name}_{view}", args=args)

    @cached_property
    def _detail_prefix(self) -> str:
        return self.url("detail", 0).removesuffix("0/")

    def url_of(self, pk: Any) -> str:
        """The address of a row's page; cheap, for lists."""
        return f"{self._detail_prefix}{pk}/"

    def cell(self, name: str) -> Cell:
        """A declared column, or any field of the model. Raises FieldDoesNotExist."""
        if name not in self._cells:
            self._cells[name] = Cell(self.declared.get(name) or Column(name=name), self.model, self.kit)
        return self._cells[name]

    def cells(self, names: Sequence[str]) -> list[Cell]:
        """The declared ones among these names, in their order."""
        return [self.cell(name) for name in names if name in self.declared]

    def may(self, user: Any, action: str, obj: Any = None) -> bool:
        """Whether the page offers the action and the user may do it."""
        if action not in ("view", "export") and action not in self.actions:
            return False
        return bool(self.kit.may(user, action, self.model, obj))

    def writes(self, action: str) -> bool:
        """Whether the declared form does it ("add", "change", "delete"), and no class of its own with other rules."""
        view = "edit" if action == "change" else action
        return bool(self.form) and action in self.actions and view not in self.views

    def choice_text(self, row: Any) -> str:
        """A row's name in a select."""
        around = getattr(row, self.within, None) if self.within else None
        return f"{row} · {around}" if around is not None else str(row)

    @cached_property
    def choice_paths(self) -> tuple[str, ...]:
        """The fields that `choice_text` reads."""
        other = self.kit.page_of(field_at(self.model, self.within).related_model) if self.within else None
        return (*self.label, *(f"{self.within}__{name}" for name in (other.label if other else ())))

    def rows(self, user: Any) -> QuerySet[Any]:
        """What the user may see of the model."""
        rows: QuerySet[Any] = self.kit.visible(user, self.model)
        return rows

    def rows_by_key(self, keys: Sequence[Any]) -> QuerySet[Any]:
        """Rows of keys that a user's own query gave."""
        return self.model._default_manager.filter(pk__in=keys)

    @cached_property
    def filterset(self) -> Any:
        """The FilterSet class; made when it is first asked for, after all registrations."""
        return filterset_for(self)

    @cached_property
    def related(self) -> list[tuple[Any, Filter]]:
        """(page, filter) of each page whose list can be narrowed to one row of this model: its first such filter."""
        found = []
        for other in self.kit.pages.values():
            for spec in other.filters.values():
                if spec.made is None and field_at(other.model, spec.all_paths()[0]).related_model is self.model:
                    found.append((other, spec))
                    break
        return found
