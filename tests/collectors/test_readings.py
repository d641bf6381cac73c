"""Columns that move with every poll: declared by their tables, and no news by themselves."""

import importlib
import pkgutil

import pytest

from collectors import tables
from collectors.snmp.session import INTEGER, OCTETS, Raw
from collectors.snmp.table import Table, checksum, standing
from collectors.tables import arp, forwarding, host, interfaces, optics, poe, printer, ups

ONE, TWO = bytes((1,)), bytes((2,))


def _every_table() -> list[Table]:
    modules = [
        importlib.import_module(f"{tables.__name__}.{found.name}") for found in pkgutil.iter_modules(tables.__path__)
    ]
    found = [value for module in modules for value in vars(module).values() if isinstance(value, Table)]
    return [*found, *(source.table for source in optics.SOURCES)]


def test_only_columns_of_a_table_can_be_its_readings() -> None:
    every = _every_table()
    assert len(every) > 30
    declared = [(table.name, set(table.readings) - set(table.columns)) for table in every if table.name != "optics"]
    assert [wrong for wrong in declared if wrong[1]] == []
    assert all(set(source.table.readings) & set(source.table.columns) for source in optics.SOURCES)


@pytest.mark.parametrize(
    ("table", "column"),
    [
        (optics.SOURCES[0].table, "rx"),
        (optics.SENSORS, "value"),
        (printer.PRINTER, "count"),
        (printer.PRINTER, "level"),
        (ups.LOAD, "load"),
        (poe.POE, "used"),
        (host.PROCESSORS, "load"),
        (forwarding.QBRIDGE, "port"),
        (arp.OLD, "mac"),
    ],
)
def test_a_reading_that_moves_or_comes_and_goes_is_no_news(table: Table, column: str) -> None:
    nothing: dict[str, dict[bytes, Raw]] = {name: {} for name in table.columns}
    seen = [
        {**nothing, column: values}
        for values in ({}, {ONE: (INTEGER, b"\x01")}, {ONE: (INTEGER, b"\x02")}, {TWO: (INTEGER, b"\x02")})
    ]
    assert len({standing(table, columns) for columns in seen}) == 1
    assert len({checksum(columns.values()) for columns in seen}) == 4


@pytest.mark.parametrize(
    ("table", "column"),
    [
        (optics.SOURCES[0].table, "serial"),
        (printer.PRINTER, "descr"),
        (poe.POE, "state"),
        (interfaces.INTERFACES, "oper"),
    ],
)
def test_what_stands_is_news_when_it_changes(table: Table, column: str) -> None:
    nothing: dict[str, dict[bytes, Raw]] = {name: {} for name in table.columns}
    before, after = ({**nothing, column: {ONE: (OCTETS, text)}} for text in (b"SN1", b"SN2"))
    assert standing(table, before) != standing(table, after)
