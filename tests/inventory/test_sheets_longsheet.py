"""Cells written in one piece are, to the octet, those that XlsxWriter writes."""

from datetime import date, datetime
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import xlsxwriter
from hypothesis import example, given
from hypothesis import strategies as st

from inventory.sheets.longsheet import LongSheet
from inventory.sheets.write import FIRST_DAY

_TEXTS = st.text() | st.text("<>&\"'_x0A5Fr/ \t\n\r\x00\x1f\x85\xa0\u2028\ufffe\uffff农𠮷")
_NUMBERS = st.integers(-(10**15), 10**15) | st.floats(allow_nan=False, allow_infinity=False)
_TIMES = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1))
_CELLS = st.none() | _TEXTS | _NUMBERS | st.dates(FIRST_DAY) | _TIMES


def _sheet(rows: list[list[Any]], kind: type | None) -> tuple[bytes, bytes]:
    """The sheet, and the looks that its cells name by numbers."""
    file = BytesIO()
    workbook = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False})
    sheet = workbook.add_worksheet("s", worksheet_class=kind)
    looks = [workbook.add_format({"border": border}) for border in (1, 2, 3, 4, 5)]
    for at, row in enumerate(rows):
        for index, value in enumerate(row):
            wanted = None if index == 1 else looks[index]
            if isinstance(value, str):
                sheet.write_string(at, index, value, wanted)
            elif isinstance(value, date):
                sheet.write_datetime(at, index, value, wanted)
            elif value is None:
                sheet.write_blank(at, index, None, wanted)
            else:
                sheet.write_number(at, index, value, wanted)
        sheet.write_formula(at, len(row), f'=SUM(A{at + 1})&"<"', looks[4], "x")
        sheet.write_number(at, 120, 1, looks[1])
    workbook.close()
    parts = ZipFile(file)
    return parts.read("xl/worksheets/sheet1.xml"), parts.read("xl/styles.xml")


@given(st.lists(st.lists(_CELLS, max_size=4), max_size=4))
@example([["<r>rich</r>", "_x0041_", " before", "after\n"]])
def test_a_long_sheet_is_the_librarys_own_to_the_octet(rows: list[list[Any]]) -> None:
    try:
        wanted = _sheet(rows, None)
    except UnicodeEncodeError:  # a lone surrogate, which `names.clean` keeps out
        return
    assert _sheet(rows, LongSheet) == wanted
