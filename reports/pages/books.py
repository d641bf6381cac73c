"""The catalogue as pages need it. It is imported when a page asks: with it comes pandas, most of a second."""

from dataclasses import dataclass

from django.utils.translation import get_language, gettext_lazy

ICONS = {
    "register": "list-details",
    "refresh": "refresh",
    "coverage": "chart-bar",
    "budget": "report-money",
    "plan": "calendar-dollar",
    "execution": "list-check",
}

OF_PLANS = {
    "execution": gettext_lazy("Execution of the plan"),
    "compare": gettext_lazy("Two plans side by side"),
    "template": gettext_lazy("The finance office's own form, filled in"),
}
"""What is made from plans' pages alone."""


@dataclass(frozen=True)
class Book:
    """A report as it is asked for: of the register as it stands, or of a plan, which brings its own date and place."""

    name: str
    titles: tuple[str, str]
    params: tuple[str, ...] = ()
    of_register: bool = False
    of_plan: bool = False

    @property
    def title(self) -> str:
        """In the current language."""
        return self.titles[0 if language() == "zh" else 1]


def books() -> list[Book]:
    """All reports: those of the register in their order, then those that a plan alone has."""
    from reports import catalogue

    of_plan = {book.name: book for book in catalogue.PLAN_BOOKS}
    found = [Book(one.name, one.title, one.params, True, one.name in of_plan) for one in catalogue.BOOKS]
    known = {book.name for book in found}
    return [*found, *(Book(one.name, one.title, (), False, True) for one in of_plan.values() if one.name not in known)]


def book_of(name: str) -> Book | None:
    return next((book for book in books() if book.name == name), None)


def title_of(name: str) -> str:
    """A report's title in the current language; its name where there is no such report any more."""
    if name in OF_PLANS:
        return str(OF_PLANS[name])
    book = book_of(name)
    return book.title if book else name


def choices() -> list[tuple[str, str]]:
    return [*((book.name, book.title) for book in books()), *((name, str(title)) for name, title in OF_PLANS.items())]


def scheduled_choices() -> list[tuple[str, str]]:
    """What can be made by itself: reports of the register as it stands."""
    return [(book.name, book.title) for book in books() if book.of_register]


def icon_of(name: str) -> str:
    return ICONS.get(name, "file-spreadsheet")


def language() -> str:
    """The current language as reports call it."""
    return "zh" if (get_language() or "").startswith("zh") else "en"
