"""Names and texts made fit for a workbook: sheet names, cell texts, header lines. Pure.

Names come from data that anybody may have typed; a workbook that Excel must repair is a fault.
"""

import re
from collections.abc import Iterable

NAME_UNITS = 31
"""Excel counts a sheet's name in UTF-16 units."""
CELL_UNITS = 32767
HEADER_UNITS = 255
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]")
# XML 1.0 has no way to write these, and lone surrogates cannot be encoded.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """The text as a cell can hold it: control characters as '�', at most 32,767 UTF-16 units."""
    if text.startswith("<r>") and text.endswith("</r>"):
        # XlsxWriter would take it for the parts of a rich text, and write it as it is.
        text += " "
    if len(text) * 2 <= CELL_UNITS and text.isprintable():
        return text
    return _cut(_NOT_IN_XML.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n")), CELL_UNITS)


def one_line(text: str) -> str:
    """The text on one line, without control characters: for names, titles and headers."""
    return " ".join(clean(text).split())


def sheet_names(wanted: Iterable[str]) -> list[str]:
    """For each wanted name one that Excel takes: legal, at most 31 UTF-16 units, none twice (case does not count)."""
    taken: set[str] = set()
    given: list[str] = []
    for text in wanted:
        bare = _NOT_IN_NAMES.sub(" ", one_line(text)).strip().strip("'").strip() or "Sheet"
        name, count = _cut(bare, NAME_UNITS).strip().strip("'"), 1
        # Excel keeps 'History' for itself.
        while name.casefold() in taken or name.casefold() == "history" or not name:
            count += 1
            tail = f" ({count})"
            name = _cut(bare, NAME_UNITS - len(tail)).strip() + tail
        taken.add(name.casefold())
        given.append(name)
    return given


def table_names(sheets: Iterable[str]) -> list[str]:
    """A name for the table of each sheet: letters, digits and '_' alone, like no cell's address, none twice."""
    given: dict[str, str] = {}
    for sheet in sheets:
        name = wanted = "t_" + re.sub(r"\W", "_", sheet)
        count = 1
        while name.casefold() in given:
            count += 1
            name = f"{wanted}_{count}"
        given[name.casefold()] = name
    return list(given.values())


def header_text(text: str) -> str:
    """Text for a page header or footer, where '&' begins a code and must be doubled."""
    return _cut(one_line(text), 80).replace("&", "&&")


def quoted(sheet_name: str) -> str:
    """A sheet's name as it stands in a formula: always in quotes, quotes inside doubled."""
    return "'" + sheet_name.replace("'", "''") + "'"


def _cut(text: str, units: int) -> str:
    """The text cut to so many UTF-16 units, never within a character."""
    if len(text) * 2 <= units:
        return text
    count = 0
    for index, char in enumerate(text):
        count += 2 if ord(char) > 0xFFFF else 1
        if count > units:
            return text[:index]
    return text
