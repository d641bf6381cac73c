"""The books that can be made, written out. A new report is a module in books/ and one line here."""

from collections.abc import Callable
from dataclasses import dataclass

from inventory.sheets.columns import Sheet
from reports.books import budget, coverage, refresh, register
from reports.books.frames import Frames, Params
from reports.books.plans import overview, request
from reports.books.plans.planned import Drawn


@dataclass(frozen=True)
class Book:
    """A report: its name on the command line and in file names, its title, the frames it needs, and how it is built.

    `params` names the parameters that it heeds beyond date, scope and language.
    """

    name: str
    title: tuple[str, str]
    needs: tuple[str, ...]
    params: tuple[str, ...]
    build: Callable[[Frames, Params], list[Sheet]]


BOOKS = (
    Book(
        "register",
        register.TITLE,
        ("devices", "departments", "segments", "fiber_links", "fiber_cables"),
        (),
        register.build,
    ),
    Book("refresh", refresh.TITLE, ("devices", "departments", "standard_rules", "prices"), (), refresh.build),
    Book("coverage", coverage.TITLE, coverage.NEEDS, ("before",), coverage.build),
    Book(
        "budget",
        budget.TITLE,
        ("devices", "departments", "classes", "prices", "standard_rules", "funding"),
        ("year", "unit", "preparer", "reviewer", "fill"),
        budget.build,
    ),
)


@dataclass(frozen=True)
class PlanBook:
    """A book that is built from a plan as it was drawn, and from nothing else."""

    name: str
    title: tuple[str, str]
    build: Callable[[Drawn, Params], list[Sheet]]


PLAN_BOOKS = (PlanBook("plan", overview.TITLE, overview.build), PlanBook("budget", request.TITLE, request.build))


def plan_book(name: str) -> PlanBook:
    """KeyError when there is no such book of a plan."""
    return {one.name: one for one in PLAN_BOOKS}[name]


def names() -> list[str]:
    return [book.name for book in BOOKS]


def book(name: str) -> Book:
    """KeyError when there is no such report."""
    return {one.name: one for one in BOOKS}[name]
