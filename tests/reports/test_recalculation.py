"""LibreOffice recalculates every workbook: no cell in error, and every formula comes to the value stored with it."""

import math
from dataclasses import replace
from itertools import product
from pathlib import Path

import openpyxl
import pytest

from inventory.sheets.columns import Book, Sheet
from inventory.sheets.write import write
from reports import catalogue
from reports.books.plans import compare, execution
from tests.office import recalculated as recalculated_by_office
from tests.reports.literal import AS_OF, HEAD, OTHER_HEAD, OUTCOMES, PARAMS, drawn, empty_frames, frames


@pytest.fixture(scope="module")
def recalculated(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Path]]:
    """{book: (as written, as LibreOffice recalculated and saved it)}, full and empty."""
    folder = tmp_path_factory.mktemp("books")
    paths = [folder / "planted.xlsx"]
    _plant_error(paths[0])
    for one in catalogue.BOOKS:
        for kind, given in (("full", frames()), ("empty", empty_frames())):
            paths.append(folder / f"{one.name}-{kind}.xlsx")
            write(Book(one.title[0], one.build(given, PARAMS), "zh", AS_OF, PARAMS.made_at), paths[-1])
    for name, sheets in plan_sheets().items():
        paths.append(folder / f"{name}.xlsx")
        write(Book(name, sheets, "zh", AS_OF, PARAMS.made_at), paths[-1])
    out = recalculated_by_office(folder, paths)
    return {path.stem: (path, out / path.name) for path in paths}


def plan_sheets() -> dict[str, list[Sheet]]:
    """{book of a plan: its sheets}, full and empty."""
    made = {}
    for kind, given in (("full", frames()), ("empty", empty_frames())):
        money = HEAD.money if kind == "full" else ()
        found = drawn(replace(HEAD, money=money, exceeding=HEAD.exceeding if money else ()), given)
        made |= {f"of-plan-{one.name}-{kind}": one.build(found, PARAMS) for one in catalogue.PLAN_BOOKS}
    made["execution-full"] = execution.build(drawn(), OUTCOMES, PARAMS)
    return made | {"compare-full": compare.build(drawn(), drawn(OTHER_HEAD), PARAMS)}


def _plant_error(path: Path) -> None:
    """A workbook with one error that only a recalculation shows: the test of the test."""
    workbook = openpyxl.Workbook()
    workbook.active["A1"] = "=1/0"
    workbook.save(path)


def errors(path: Path) -> list[str]:
    workbook = openpyxl.load_workbook(path, data_only=True)
    return [
        f"{sheet.title}!{cell.coordinate} {cell.value}"
        for sheet in workbook
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "e"
    ]


def test_a_planted_error_is_found(recalculated: dict[str, tuple[Path, Path]]) -> None:
    assert len(errors(recalculated["planted"][1])) == 1


BOOKS = [*catalogue.names(), *(f"of-plan-{one.name}" for one in catalogue.PLAN_BOOKS)]


@pytest.mark.parametrize(
    ("name", "kind"), [*product(BOOKS, ["full", "empty"]), ("compare", "full"), ("execution", "full")]
)
def test_no_cell_is_in_error_and_no_value_changes(
    recalculated: dict[str, tuple[Path, Path]], name: str, kind: str
) -> None:
    written, again = recalculated[f"{name}-{kind}"]
    assert errors(again) == []
    formulas = openpyxl.load_workbook(written)
    stored = openpyxl.load_workbook(written, data_only=True)
    anew = openpyxl.load_workbook(again, data_only=True)
    checked = 0
    for sheet in formulas:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type != "f":
                    continue
                checked += 1
                place = (sheet.title, cell.coordinate, cell.value)
                assert same(stored[sheet.title][cell.coordinate].value, anew[sheet.title][cell.coordinate].value), place
    # A plan without a device still has its years, and coverage its indicators, which are formulas.
    assert (checked > 0) == (kind == "full" or name in ("of-plan-plan", "coverage"))


def same(one: object, other: object) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, abs_tol=1e-9)
    return (one or None) == (other or None)
