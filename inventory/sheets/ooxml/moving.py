"""Rows inserted into a sheet of a planner's workbook: everything that lies below or refers to it is moved with it.

Cells, merged areas, breaks, conditional formats, validations, links, filters, tables, comments, pictures, charts,
sparklines, controls, defined names, pivot sources and formulas of every sheet. What stands beside the sheet in a way
that is not known here is refused by name and not left in the wrong place.
"""

import re
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from inventory.sheets.ooxml.book import Book, SheetPart
from inventory.sheets.ooxml.package import child, children, local
from inventory.sheets.ooxml.references import Insertion, NotFollowed, further, rows_of

_STAY = frozenset(
    {"hyperlink", "image", "printerSettings", "oleObject", "package", "slicer", "timeline", "customProperty"}
    | {"queryTable", "control", "ctrlProp", "drawing", "vmlDrawing", "comments", "threadedComment", "table"}
    | {"tableSingleCells", "pivotTable"}
)
"""What may stand beside a sheet: it bears no place in it, or one that is moved here."""
_VALIDATED = ("conditionalFormatting", "dataValidation")
_FORMULAS = frozenset(["f", "formula", "formula1", "formula2", "calculatedColumnFormula", "totalsRowFormula"])
_FORMULA_ATTRIBUTES = (
    *("textlink", "fmlaLink", "fmlaRange", "fmlaTxbx", "fmlaGroup"),
    *("location", "linkedCell", "listFillRange"),
)
_PLACES = ("ref", "sqref")
_SINGLE = ("activeCell", "topLeftCell")
_VML_ROW = re.compile(rb"(<x:Row>\s*)(\d+)")
_VML_ANCHOR = re.compile(rb"(<x:Anchor>)([\d\s,-]+)(</x:Anchor>)")


def insert_below(book: Book, sheet: SheetPart, at: int, count: int) -> None:
    """Insert so many rows below row `at`. They are blank; cells of row `at` itself are moved as a pattern's are.

    Raises NotFollowed with the sheet and the thing that cannot be moved.
    """
    insertion = Insertion(sheet.title, at, count)
    beside = book.package.related(sheet.part)
    for one in beside:
        if one.kind not in _STAY:
            raise NotFollowed(f"{sheet.title}: {one.kind}")
    own = {one.part for one in beside}
    for one in beside:
        if one.kind == "vmlDrawing" and one.part in book.package:
            book.package.octets[one.part] = _vml(book.package.octets[one.part], insertion)
    titles = {one.part: one.title for one in book.sheets}
    for part, root in book.package.trees():
        mover = _MOVERS.get(local(root))
        if mover is not None:
            _told(part, titles.get(part, ""), lambda: mover(root, titles.get(part, ""), part in own, insertion))  # noqa: B023  # called at once
    for _name, node in book.names():
        if node.text:
            _told("", node.get("name", ""), lambda: setattr(node, "text", insertion.formula(node.text, "")))  # noqa: B023


def _told(part: str, title: str, move: Callable[[], None]) -> None:
    try:
        move()
    except NotFollowed as fault:
        raise NotFollowed(f"{title or part}: {fault}") from fault


def _sheet(root: Any, title: str, _own: bool, insertion: Insertion) -> None:
    own = title == insertion.sheet
    data = child(root, "sheetData")
    for row in children(data, "row"):
        for cell in children(row, "c"):
            _cell_formula(cell, title, insertion, pattern=own and int(row.get("r")) == insertion.at)
        if own and int(row.get("r")) > insertion.at:
            _renumber(row, int(row.get("r")) + insertion.count)
    if own:
        _merged(root, title, insertion)
        _breaks(root, insertion)
    for one in root:
        if one is not data and local(one) not in ("mergeCells", "rowBreaks"):
            _around(one, title, own, insertion)


def _renumber(row: Any, number: int) -> None:
    row.set("r", str(number))
    for cell in children(row, "c"):
        cell.set("r", cell.get("r").rstrip("0123456789") + str(number))


def renumbered(row: Any, number: int) -> Any:
    """A copy of a row as another one."""
    copy = deepcopy(row)
    _renumber(copy, number)
    return copy


def _cell_formula(cell: Any, title: str, insertion: Insertion, *, pattern: bool) -> None:
    formula = child(cell, "f")
    if formula is None:
        return
    if formula.text:
        try:
            formula.text = insertion.formula(formula.text, title, running=pattern)
        except NotFollowed as fault:
            raise NotFollowed(f"{cell.get('r')} ={fault}") from fault
    if title == insertion.sheet:
        if pattern and formula.get("ref", cell.get("r")).partition(":")[2] not in ("", cell.get("r")):
            raise NotFollowed(f"{cell.get('r')} {{={formula.text}}}")
        for name in ("r1", "r2", "ref"):
            if formula.get(name):
                formula.set(name, insertion.formula(formula.get(name), title, running=pattern))


def _merged(root: Any, title: str, insertion: Insertion) -> None:
    """Merged cells move; those within the pattern row are merged in each of its copies."""
    found = child(root, "mergeCells")
    if found is None:
        return
    for one in list(found):
        first, last = rows_of(one.get("ref"))
        if first == insertion.at < last:
            raise NotFollowed(f"{title}!{one.get('ref')} (mergeCell)")
        if first == last == insertion.at:
            for offset in range(1, insertion.count + 1):
                copy = deepcopy(one)
                copy.set("ref", further(one.get("ref"), offset))
                found.append(copy)
        else:
            one.set("ref", insertion.areas(one.get("ref")))
    found.set("count", str(len(found)))


def _breaks(root: Any, insertion: Insertion) -> None:
    for one in children(root, "rowBreaks"):
        for node in one:
            node.set("id", str(insertion.last(int(node.get("id", 0)))))


def _around(top: Any, title: str, own: bool, insertion: Insertion) -> None:
    """What a sheet says beside its cells: every area, place, formula and anchor in it."""
    for node in list(top.iter()):
        name = local(node)
        if name in _VALIDATED:
            _validated(node, title, own, insertion)
        elif own and name == "sparkline":
            _sparkline(node, insertion)
        elif own and name in ("anchor", "twoCellAnchor"):
            _anchor(node, insertion)
        elif not _within(node, (*_VALIDATED, *(("sparkline",) if own else ()))):
            _node(node, title, own, insertion)


def _within(node: Any, names: tuple[str, ...]) -> bool:
    return any(local(above) in names for above in node.iterancestors())


def _node(node: Any, title: str, own: bool, insertion: Insertion) -> None:
    for name in _FORMULA_ATTRIBUTES:
        if node.get(name) and not node.get(name, "").startswith("#"):
            node.set(name, insertion.formula(node.get(name), title))
    if local(node) in _FORMULAS and (node.text or "").strip():
        node.text = insertion.formula(node.text, title)
    if not own:
        return
    if local(node) == "sqref" and node.text:
        node.text = insertion.areas(node.text)
    for name in _PLACES:
        if node.get(name) and local(node) != "selection":
            node.set(name, insertion.areas(node.get(name)))
    for name in (*_SINGLE, *(("sqref",) if local(node) == "selection" else ())):
        if node.get(name):
            node.set(name, " ".join(map(insertion.cell, node.get(name).split())))
    if local(node) in ("cellWatch", "inputCells", "singleXmlCell"):
        node.set("r", insertion.cell(node.get("r")))


def _validated(node: Any, title: str, own: bool, insertion: Insertion) -> None:
    """A conditional format or a validation. Its formulas are those of its first cell."""
    written = child(node, "sqref")
    places = node.get("sqref") or (written.text if written is not None else "") or ""
    first, last = rows_of(places.split()[0]) if places.split() else (0, 0)
    running = own and first <= insertion.at <= last
    for one in node.iter():
        if local(one) in _FORMULAS and (one.text or "").strip():
            one.text = insertion.formula(one.text, title, running=running)
    if own and node.get("sqref"):
        node.set("sqref", insertion.areas(places))
    elif own and written is not None:
        written.text = insertion.areas(places)


def _sparkline(node: Any, insertion: Insertion) -> None:
    """One of the pattern row is drawn in each of its copies."""
    data, place = child(node, "f"), child(node, "sqref")
    copies = insertion.count if place.text == place.text.rstrip() and rows_of(place.text)[0] == insertion.at else 0
    data.text = insertion.formula(data.text, insertion.sheet, running=bool(copies))
    place.text = insertion.cell(place.text)
    for offset in range(copies, 0, -1):
        copy = deepcopy(node)
        child(copy, "sqref").text = further(place.text, offset)
        child(copy, "f").text = insertion.copied(data.text, insertion.sheet, offset)
        node.addnext(copy)


def _anchor(node: Any, insertion: Insertion) -> None:
    """Where a picture, chart or control begins and ends, by rows counted from 0."""
    begin, end = child(node, "from"), child(node, "to")
    if local(node) == "anchor":
        sizes, moves = node.get("sizeWithCells") in ("1", "true"), node.get("moveWithCells") in ("1", "true")
        how = "twoCell" if sizes else "oneCell" if moves else "absolute"
    else:
        how = node.get("editAs", "twoCell")
    if how == "absolute" or begin is None:
        return
    shift = _row_shift(child(begin, "row"), insertion)
    if end is not None:
        own_shift = _row_shift(child(end, "row"), insertion)
        _add(child(end, "row"), own_shift if how == "twoCell" else shift)
    _add(child(begin, "row"), shift)


def _row_shift(row: Any, insertion: Insertion) -> int:
    return insertion.row(int(row.text) + 1) - int(row.text) - 1


def _add(row: Any, shift: int) -> None:
    row.text = str(int(row.text) + shift)


def _drawing(root: Any, _title: str, own: bool, insertion: Insertion) -> None:
    for node in root.iter():
        if own and local(node) in ("twoCellAnchor", "oneCellAnchor"):
            _anchor(node, insertion)
        if node.get("textlink"):
            node.set("textlink", insertion.formula(node.get("textlink"), ""))


def _chart(root: Any, _title: str, _own: bool, insertion: Insertion) -> None:
    """Series grow with their rows; the name of a series is one cell and does not. What was drawn before is dropped."""
    for node in list(root.iter()):
        name = local(node)
        if name in ("f", "sqref") and (node.text or "").strip():
            titled = _within(node, ("tx", "title"))
            across = local(node.getparent()) == "multiLvlStrRef"
            moved = insertion.formula(node.text, "") if titled else insertion.series(node.text, across=across)
            node.text = moved
        elif name in ("numCache", "strCache", "multiLvlStrCache") and not _within(node, ("tx", "title")):
            node.getparent().remove(node)


def _table(root: Any, _title: str, own: bool, insertion: Insertion) -> None:
    for node in root.iter():
        if own and local(node) == "calculatedColumnFormula" and node.text:
            node.text = insertion.formula(node.text, insertion.sheet, running=True)
        else:
            _node(node, insertion.sheet if own else "", own, insertion)


def _places(root: Any, _title: str, own: bool, insertion: Insertion) -> None:
    for node in root.iter():
        if own and local(node) in ("comment", "threadedComment"):
            node.set("ref", insertion.cell(node.get("ref")))
        elif own and local(node) == "location":
            node.set("ref", insertion.areas(node.get("ref")))
        elif own and local(node) == "singleXmlCell":
            node.set("r", insertion.cell(node.get("r")))
        elif local(node) == "formControlPr":
            _node(node, "", False, insertion)


def _pivot_source(root: Any, _title: str, _own: bool, insertion: Insertion) -> None:
    for node in root.iter():
        if local(node) == "worksheetSource" and node.get("sheet") == insertion.sheet and node.get("ref"):
            node.set("ref", insertion.areas(node.get("ref")))
    root.set("refreshOnLoad", "1")


def _vml(octets: bytes, insertion: Insertion) -> bytes:
    """Places of comments and of older controls. The format is not always sound XML, so only its numbers are changed."""

    def anchor(found: re.Match[bytes]) -> bytes:
        numbers = [int(one) for one in found[2].split(b",")]
        for at in (2, 6):
            if len(numbers) == 8:
                numbers[at] = insertion.row(numbers[at] + 1) - 1
        return found[1] + ", ".join(map(str, numbers)).encode() + found[3]

    def row(found: re.Match[bytes]) -> bytes:
        return found[1] + str(insertion.row(int(found[2]) + 1) - 1).encode()

    return _VML_ANCHOR.sub(anchor, _VML_ROW.sub(row, octets))


_MOVERS: dict[str, Callable[[Any, str, bool, Insertion], None]] = {
    "worksheet": _sheet,
    "chartSpace": _chart,
    "table": _table,
    "wsDr": _drawing,
    "comments": _places,
    "ThreadedComments": _places,
    "pivotTableDefinition": _places,
    "singleXmlCells": _places,
    "formControlPr": _places,
    "pivotCacheDefinition": _pivot_source,
}
