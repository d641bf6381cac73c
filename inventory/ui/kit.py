"""The kit: all declared pages, what other packages add to them, and what they are given to read and write with.

One Kit serves a project. It knows no model; who may see what, how rows are written, what a user prefers and what the
change log holds are handed in.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import Model, QuerySet
from django.urls import URLPattern

from inventory.ui.columns import Column
from inventory.ui.filters import Filter
from inventory.ui.page import ModelPage
from inventory.ui.panels import Panel


@dataclass(frozen=True)
class Consequences:
    """What goes along with a deletion, and what forbids it: (name of the model, how many, some by name) each."""

    along: Sequence[tuple[str, int, Sequence[str]]]
    kept: Sequence[tuple[str, int, Sequence[str]]]


class Writer(Protocol):
    """Writes rows for a user. Faults are ValidationError, and PermissionDenied when a row leaves the user's scope."""

    def store(
        self,
        user: Any,
        obj: Model,
        *,
        reason: str,
        links: Callable[[], Mapping[str, Sequence[Model]]],
        check: Callable[[Any], None] | None = None,
    ) -> None:
        """Create a row without a key, else update it. `check` gets the row as it is saved, which nobody changes until
        the end; `links` are asked for after it."""
        ...

    def change(self, user: Any, rows: QuerySet[Any], values: Mapping[str, Any], *, reason: str) -> int: ...

    def delete(self, user: Any, rows: Sequence[Model], *, reason: str) -> None: ...

    def consequences(self, user: Any, rows: Sequence[Model]) -> Consequences:
        """What would go along, and what forbids it; names only of what the user may see."""
        ...


class Preferences(Protocol):
    """What users keep about lists: columns and size, and named filters."""

    def of(self, user: Any, page: str) -> Any: ...

    def keep(self, user: Any, page: str, columns: Sequence[str], size: int | None) -> None: ...

    def filters(self, user: Any, page: str) -> Sequence[Any]: ...

    def save_filter(self, user: Any, page: str, *, name: str, query: str, shared: bool) -> None: ...

    def drop_filter(self, user: Any, key: int) -> None: ...


@dataclass(frozen=True)
class ImportColumn:
    """A column that a file may have: its name, its title, whether each row must fill it."""

    name: str
    title: str
    required: bool


@dataclass(frozen=True)
class Outcome:
    """What a file did, or would do: counts, a sentence for each row that changes, what is wrong with it, and the titles
    of columns that were not read."""

    created: int
    changed: int
    unchanged: int
    changes: Sequence[str]
    problems: Sequence[str]
    left_out: Sequence[str] = ()
    differs: bool = False
    """Whether nothing was written since it would do something else than was shown."""

    @property
    def mark(self) -> str:
        """Another one as soon as the file would do anything else."""
        told = repr((self.created, self.changed, self.unchanged, list(self.changes)))
        return hashlib.sha256(told.encode()).hexdigest()[:16]


class Importer(Protocol):
    """Loads a file's rows. A stashed file is known by its token, to the user who brought it, until it is loaded."""

    def columns(self, page: ModelPage) -> Sequence[ImportColumn]: ...

    def needs(self, page: ModelPage) -> Sequence[str]:
        """The columns of the page without which a file's rows are not known."""
        ...

    def may(self, user: Any, page: ModelPage) -> bool: ...

    def stash(self, user: Any, page: ModelPage, name: str, octets: bytes) -> str: ...

    def load(self, user: Any, page: ModelPage, token: str, *, dry_run: bool, shown: str = "") -> Outcome | None: ...

    def lines(self, page: ModelPage, rows: QuerySet[Any]) -> Iterator[Sequence[str]]:
        """The rows as a file that `load` takes and that changes nothing: its header, then a line for each."""
        ...


@dataclass(frozen=True)
class Action:
    """A button on a detail page: `url` takes the row, `may` the user and the row."""

    title: Any
    icon: str
    url: Callable[[Any], str]
    may: Callable[[Any, Any], bool]


@dataclass(frozen=True)
class Start:
    """A button on a list: `url_name` is the address of another way to make a row."""

    title: Any
    icon: str
    url_name: str


class Kit:
    """The registry of pages. Registration may come from any package, in any order, before the first request."""

    def __init__(
        self,
        *,
        visible: Callable[[Any, type[Model]], QuerySet[Any]],
        may: Callable[..., bool],
        writer: Writer,
        preferences: Preferences,
        history: Callable[[Any, Model], QuerySet[Any]],
        importer: Importer,
    ) -> None:
        self.visible, self.may, self.writer = visible, may, writer
        self.preferences, self.history, self.importer = preferences, history, importer
        self.pages: dict[type[Model], ModelPage] = {}
        self.styles: list[str] = []
        """Static style sheets that panels of other packages need on detail pages."""
        self._panels: dict[type[Model], list[tuple[int, Panel]]] = defaultdict(list)
        self._actions: dict[type[Model], list[Action]] = defaultdict(list)
        self._starts: dict[type[Model], list[Start]] = defaultdict(list)
        self._added: dict[type[Model], list[Callable[[ModelPage], None]]] = defaultdict(list)

    def register(self, page: ModelPage) -> ModelPage:
        """Add the pages of a model. Raises ValueError for a model that has some."""
        if page.model in self.pages:
            raise ValueError(f"{page.model.__name__} has its pages already")
        page.kit = self
        self.pages[page.model] = page
        for add in self._added.pop(page.model, ()):
            add(page)
        return page

    def page_of(self, model: Any) -> ModelPage | None:
        return self.pages.get(model)

    def url_of(self, obj: Model) -> str:
        """The address of a row's page; '' where its model has none."""
        page = self.pages.get(type(obj))
        return page.url_of(obj.pk) if page else ""

    def add_panel(self, model: type[Model], panel: Panel, order: int = 100) -> None:
        """Add a panel to a model's detail page; lower `order` stands higher."""
        self._panels[model].append((order, panel))

    def add_action(self, model: type[Model], action: Action) -> None:
        """Add a button to a model's detail page."""
        self._actions[model].append(action)

    def add_start(self, model: type[Model], start: Start) -> None:
        """Add a button to a model's list, for another way to make a row."""
        self._starts[model].append(start)

    def add_column(self, model: type[Model], column: Column, *, default: bool = False) -> None:
        """Add a column to a model's list, shown at first where `default`."""

        def add(page: ModelPage) -> None:
            page.declared[column.name] = column
            if default:
                page.default_columns.append(column.name)

        self._to_page(model, add)

    def add_filter(self, model: type[Model], spec: Filter) -> None:
        """Add a filter to a model's list."""
        self._to_page(model, lambda page: page.filters.update({spec.name: spec}))

    def _to_page(self, model: type[Model], add: Callable[[ModelPage], None]) -> None:
        if model in self.pages:
            add(self.pages[model])
        else:
            self._added[model].append(add)

    def panels(self, page: ModelPage) -> list[Panel]:
        """The page's own panels (at 50), and those added, in order."""
        own = [(50, panel) for panel in page.panels]
        return [panel for _order, panel in sorted([*own, *self._panels[page.model]], key=lambda item: item[0])]

    def starts(self, page: ModelPage, user: Any) -> list[Start]:
        """Other ways to make a row, for who may add any."""
        return self._starts[page.model] if page.may(user, "add") else []

    def actions(self, page: ModelPage, user: Any, obj: Model) -> list[tuple[Action, str]]:
        return [(action, action.url(obj)) for action in self._actions[page.model] if action.may(user, obj)]

    def urls(self) -> list[URLPattern]:
        """The addresses of all pages registered so far."""
        from inventory.ui.views.routes import routes

        return [pattern for page in self.pages.values() for pattern in routes(page)]
