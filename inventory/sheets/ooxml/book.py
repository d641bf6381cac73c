"""A planner's workbook for filling: its sheets, what stands in their cells as text, and values put there."""

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from openpyxl.formula.translate import Translator
from openpyxl.styles.numbers import is_date_format
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.utils.cell import coordinate_from_string
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, to_excel

from inventory.sheets.columns import Value
from inventory.sheets.names import clean
from inventory.sheets.ooxml.package import Package, child, children, local, made

_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_ID = "id"
# Formats that Excel knows by number alone: dates of every language, also the Chinese ones.
_DATES = {*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)}
_DAY, _MOMENT = 14, 22
_AFTER_CALC = (
    *("oleSize", "customWorkbookViews", "pivotCaches", "smartTagPr", "smartTagTypes", "webPublishing"),
    *("fileRecoveryPr", "webPublishObjects", "extLst"),
)


@dataclass(frozen=True)
class SheetPart:
    """A worksheet: its title, its part, and the root of its XML."""

    title: str
    part: str
    root: Any

    @cached_property
    def data(self) -> Any:
        return child(self.root, "sheetData")

    def rows(self) -> Iterator[Any]:
        yield from children(self.data, "row")

    def cells(self) -> Iterator[Any]:
        for row in self.rows():
            yield from children(row, "c")

    def cell(self, place: str) -> Any:
        """The cell of a place, made when it is not there."""
        column, number = coordinate_from_string(place)
        row = _in_order(self.data, "row", number, lambda one: int(one.get("r")), r=str(number))
        at = column_index_from_string(column)
        return _in_order(row, "c", at, lambda one: column_index_from_string(_column(one)), r=place)


def _in_order(parent: Any, name: str, key: int, of: Any, **attributes: str) -> Any:
    """The child with a key; made in its place among those that rise by it when there is none."""
    for at, one in enumerate(parent):
        if of(one) >= key:
            if of(one) > key:
                parent.insert(at, made(parent, name, **attributes))
            return parent[at]
    parent.append(made(parent, name, **attributes))
    return parent[-1]


def _column(cell: Any) -> str:
    return str(coordinate_from_string(cell.get("r"))[0])


class Book:
    """A workbook's package with what its cells share: strings, styles, names."""

    def __init__(self, path: Path) -> None:
        self.package = Package(path)
        self.part = next(one.part for one in self.package.related("") if one.kind == "officeDocument")
        self.root = self.package.tree(self.part)
        parts = {one.key: one for one in self.package.related(self.part)}
        self.sheets: list[SheetPart] = []
        for node in child(self.root, "sheets"):
            key = next(value for name, value in node.attrib.items() if name.endswith(f"}}{_ID}"))
            if key in parts and parts[key].kind == "worksheet":
                root = self.package.tree(parts[key].part)
                self.sheets.append(SheetPart(node.get("name"), parts[key].part, root))
        for sheet in self.sheets:
            _number(sheet)
            _share_no_formula(sheet)
        strings = next((one.part for one in parts.values() if one.kind == "sharedStrings"), None)
        self._strings = [] if strings is None else children(self.package.tree(strings), "si")
        self._styles = next((one.part for one in parts.values() if one.kind == "styles"), None)
        self._dated: dict[tuple[int, int], int] = {}

    def names(self) -> list[tuple[str, Any]]:
        """(name, element) of every defined name."""
        found = child(self.root, "definedNames")
        return [] if found is None else [(node.get("name", ""), node) for node in children(found, "definedName")]

    def text(self, cell: Any) -> str:
        """The text that stands in a cell; '' of a number, a formula or a blank one."""
        source = self._rich(cell)
        return "" if source is None else "".join(_texts(source))

    def _rich(self, cell: Any) -> Any:
        if child(cell, "f") is not None:
            return None
        if cell.get("t") == "inlineStr":
            return child(cell, "is")
        value = child(cell, "v")
        if cell.get("t") == "s" and value is not None and int(value.text) < len(self._strings):
            return self._strings[int(value.text)]
        return None

    def put(self, cell: Any, value: Value) -> None:
        """Set a cell to data; a text stays a text, also when it begins with '='. A day is shown as a day."""
        _empty(cell)
        if value is None:
            return
        if isinstance(value, str):
            cell.set("t", "inlineStr")
            inline = made(cell, "is")
            inline.append(_t(cell, clean(value)))
            cell.append(inline)
            return
        if isinstance(value, date):
            cell.set("s", str(self._style_of_day(int(cell.get("s", 0)), isinstance(value, datetime))))
            epoch = MAC_EPOCH if self._since_1904 else WINDOWS_EPOCH
            serial: float = to_excel(value, epoch)  # type: ignore[no-untyped-call]  # of openpyxl
            value = serial if serial % 1 else int(serial)
        number = made(cell, "v")
        number.text = f"{value:f}" if isinstance(value, Decimal) else repr(value)
        cell.append(number)

    def put_text(self, cell: Any, mark: re.Pattern[str], change: Callable[[re.Match[str]], str]) -> bool:
        """Change the marks in a cell's text piece by piece, so that each keeps its looks; False where a mark lies
        across pieces."""
        source = self._rich(cell)
        if len(mark.findall("".join(_texts(source)))) != sum(len(mark.findall(one)) for one in _texts(source)):
            return False
        inline = made(cell, "is")
        for one in source:
            if local(one) in ("r", "t"):
                inline.append(_alike(cell, one))
        for node in inline.iter():
            if local(node) == "t":
                node.text = clean(mark.sub(change, node.text or ""))
                node.set(_XML_SPACE, "preserve")
        _empty(cell)
        cell.set("t", "inlineStr")
        cell.append(inline)
        return True

    @cached_property
    def _since_1904(self) -> bool:
        about = child(self.root, "workbookPr")
        return about is not None and about.get("date1904") in ("1", "true")

    def _style_of_day(self, style: int, with_time: bool) -> int:
        """A cell's style, or one like it that shows a day, where it does not."""
        if self._styles is None:
            return style
        styles = self.package.tree(self._styles)
        looks = child(styles, "cellXfs")
        wanted = _MOMENT if with_time else _DAY
        number = int(looks[style].get("numFmtId", 0))
        own = child(styles, "numFmts")
        codes = {} if own is None else {int(one.get("numFmtId")): one.get("formatCode") for one in own}
        if number in _DATES or is_date_format(codes.get(number)):
            return style
        if (style, wanted) not in self._dated:
            look = deepcopy(looks[style])
            look.set("numFmtId", str(wanted))
            look.set("applyNumberFormat", "1")
            looks.append(look)
            looks.set("count", str(len(looks)))
            self._dated[style, wanted] = len(looks) - 1
        return self._dated[style, wanted]

    def forget_values(self) -> None:
        """Drop what formulas came to before, so that whoever opens the file reckons anew."""
        for sheet in self.sheets:
            for cell in sheet.cells():
                value = child(cell, "v")
                if child(cell, "f") is not None and value is not None:
                    cell.remove(value)
                    cell.attrib.pop("t", None)
        self.package.drop(self.part, "calcChain")
        calc = child(self.root, "calcPr")
        if calc is None:
            calc = made(self.root, "calcPr")
            after = [at for at, one in enumerate(self.root) if local(one) in _AFTER_CALC]
            self.root.insert(min(after, default=len(self.root)), calc)
        calc.set("fullCalcOnLoad", "1")


def _texts(source: Any) -> Iterator[str]:
    """The pieces of a text; not how it is read aloud."""
    for one in source:
        if local(one) == "t":
            yield one.text or ""
        elif local(one) == "r":
            yield from (piece.text or "" for piece in children(one, "t"))


def _t(parent: Any, text: str) -> Any:
    node = made(parent, "t")
    node.text = text
    node.set(_XML_SPACE, "preserve")
    return node


def _alike(cell: Any, node: Any) -> Any:
    """A copy within the sheet's own XML."""
    copy = made(cell, local(node))
    copy.attrib.update(node.attrib)
    copy.text = node.text
    for one in node:
        copy.append(_alike(cell, one))
    return copy


def _empty(cell: Any) -> None:
    for one in list(cell):
        if local(one) in ("v", "is", "f"):
            cell.remove(one)
    cell.attrib.pop("t", None)


def _number(sheet: SheetPart) -> None:
    """Rows and cells that bear no place get the one they have by their order."""
    row_at = 0
    for row in sheet.rows():
        row_at = int(row.get("r", row_at + 1))
        row.set("r", str(row_at))
        column_at = 0
        for cell in children(row, "c"):
            column_at = column_index_from_string(_column(cell)) if cell.get("r") else column_at + 1
            cell.set("r", f"{get_column_letter(column_at)}{row_at}")


def _share_no_formula(sheet: SheetPart) -> None:
    """Formulas that cells share, each written out in its own cell."""
    firsts: dict[str, tuple[str, str]] = {}
    for cell in sheet.cells():
        formula = child(cell, "f")
        if formula is None or formula.get("t") != "shared":
            continue
        key, place = formula.get("si", ""), cell.get("r")
        if formula.text:
            firsts[key] = formula.text, place
        elif key in firsts:
            text, origin = firsts[key]
            formula.text = Translator(f"={text}", origin).translate_formula(place)[1:]
        for name in ("t", "si", "ref"):
            formula.attrib.pop(name, None)
