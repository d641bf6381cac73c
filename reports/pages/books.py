"""The catalogue as pages need it. It is imported when a page asks: with it comes pandas, most of a second."""

from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language

if TYPE_CHECKING:
    from reports.catalogue import Book

ICONS = {"register": "list-details", "refresh": "refresh", "coverage": "chart-bar", "budget": "report-money"}


def books() -> "tuple[Book, ...]":
    """All reports, in their order."""
    from reports import catalogue

    return catalogue.BOOKS


def book_of(name: str) -> "Book | None":
    return next((book for book in books() if book.name == name), None)


def title_of(name: str) -> str:
    """A report's title in the current language; its name where there is no such report any more."""
    book = book_of(name)
    return _title(book) if book else name


def choices() -> list[tuple[str, str]]:
    return [(book.name, _title(book)) for book in books()]


def icon_of(name: str) -> str:
    return ICONS.get(name, "file-spreadsheet")


def language() -> str:
    """The current language as reports call it."""
    return "zh" if (get_language() or "").startswith("zh") else "en"


def _title(book: Any) -> str:
    return str(book.title[0 if language() == "zh" else 1])
