"""The demo county's files, read with nothing but csv, for the tests of what they say."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

COUNTY = Path(__file__).resolve().parent.parent / "fixtures" / "county"
STANDARDS = COUNTY.parent / "standards"

Row = dict[str, str]


@cache
def rows(name: str) -> list[Row]:
    """The rows of NAME.csv and of every NAME-anything.csv; classes of assets are shipped with the standards."""
    found: list[Row] = []
    for file in sorted((STANDARDS if name == "asset_classes" else COUNTY).glob("*.csv")):
        if file.stem.split("-")[0] == name:
            with file.open(encoding="utf-8", newline="") as stream:
                found += csv.DictReader(stream)
    assert found, name
    return found


def values(name: str, *columns: str) -> set[tuple[str, ...]]:
    return {tuple(row[column] for column in columns) for row in rows(name)}


def given(name: str, *columns: str) -> Iterator[tuple[str, ...]]:
    """The columns' values of rows that have them all."""
    for row in rows(name):
        if all(row[column] for column in columns):
            yield tuple(row[column] for column in columns)


def device(tag: str) -> Row:
    return {row["asset_tag"]: row for row in rows("devices")}[tag]


@cache
def class_of() -> dict[tuple[str, str], str]:
    return {(row["manufacturer"], row["model"]): row["asset_class"] for row in rows("device_types")}


def asset_class(row: Row) -> str:
    return class_of()[row["manufacturer"], row["model"]]


@cache
def role_of() -> dict[str, str]:
    return {row["code"]: row["role"] for row in rows("asset_classes")}


def of_role(role: str, *states: str) -> list[Row]:
    return [
        row
        for row in rows("devices")
        if role_of()[asset_class(row)] == role and (not states or row["status"] in states)
    ]


def repeated(items: Iterable[object]) -> list[object]:
    return [item for item, count in Counter(items).items() if count > 1]
