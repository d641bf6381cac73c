"""A planner's own workbook filled with our data: its looks and all it holds stay, only marked cells change.

A cell that holds {{name}} (alone or within a text), or bears a defined name that we know, takes the value of that name;
so do marks in page headers and in the texts of charts and shapes. One row of a sheet may hold {{rows.key}} cells, or
cells with defined names such as rows.key: it is the pattern of a table, repeated with its looks for each row, and all
that lies below or refers to it moves as when rows are inserted in Excel (inventory.sheets.ooxml.moving). The file's
parts are carried over as they are; what cannot be kept right is refused.
"""

import logging
import re
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lxml import etree

from inventory.sheets.columns import Value
from inventory.sheets.names import clean, one_line
from inventory.sheets.ooxml.book import Book, SheetPart
from inventory.sheets.ooxml.moving import insert_below, renumbered
from inventory.sheets.ooxml.package import CONTENT_TYPES, TooLarge, child, children, local
from inventory.sheets.ooxml.references import Insertion, NotFollowed, rows_of
from inventory.sheets.read import Fault, check
from inventory.sheets.write import staged

log = logging.getLogger(__name__)

_MARK = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")
_ROWS = "rows."
_BROKEN = (etree.LxmlError, zipfile.BadZipFile, zlib.error, ArithmeticError, AttributeError, LookupError, StopIteration,
           TypeError, ValueError)  # fmt: skip
"""What a file raises that is a zip and no sound workbook."""
MOST_REPEATED = 64 * 1024**2
"""Octets of XML that a pattern row may come to with all its copies."""
Values = Mapping[str, Value]


class _Refused(Exception):  # of a template, told as its fault
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.en)
        self.fault = fault


def fill_template(template: Path, target: Path, values: Values, rows: Sequence[Values] = ()) -> Fault | None:
    """Fill a template and write it as `target`, whole or not at all.

    Faults name the cell or the thing: those of sheets.read.check; 'too_large' also by its cells; 'broken'; 'signed';
    'unknown_names' when the template asks for what is not there; 'two_patterns'; 'mark_in_formula' and
    'mark_in_table_header'; 'not_followed' for what cannot be moved when rows are inserted. OSError when the target's
    folder cannot be written.
    """
    fault = check(template)
    if fault is not None:
        return fault
    try:
        book = _filled(template, values, rows)
    except _Refused as refused:
        return refused.fault
    except NotFollowed as lost:
        return Fault(
            "not_followed",
            f"插入行后无法正确移动，请在模板中改动后再试：{lost}",
            f"This cannot be moved when rows are inserted; change it in the template: {lost}",
        )
    except TooLarge:
        return Fault(
            "too_large",
            "模板中的单元格过多，请只保留表格本身",
            "The template holds far more cells than a form: keep the form alone",
        )
    except _BROKEN as error:
        log.warning("template %s", template.name, exc_info=True)
        kind = type(error).__name__
        return Fault(
            "broken", f"工作簿已损坏或含不允许的内容（{kind}）", f"The workbook is broken or not allowed ({kind})"
        )
    with staged(target) as temporary:
        book.package.write(temporary)
    return None


def _filled(template: Path, values: Values, rows: Sequence[Values]) -> Book:
    book = Book(template)
    if any(one.kind == "origin" for one in book.package.related("")):
        _refuse(
            "signed",
            "模板带有数字签名，填写后签名失效，请用未签名的文件",
            "The template is signed; filling would break it",
        )
    keys = {_ROWS + key for row in rows for key in row}
    _mark_named_cells(book, {*values, *keys})
    _look_through(book, values, keys, bool(rows))
    for sheet in book.sheets:
        _fill_sheet(book, sheet, values, rows)
    for _place, node, in_header in _loose(book):
        node.text = _MARK.sub(lambda mark: _loose_text(mark, values, in_header), node.text)  # noqa: B023  # called at once
    book.forget_values()
    for node in book.package.tree(CONTENT_TYPES):
        # A template by its kind becomes a workbook; under the name .xlsx Excel opens no other.
        node.set("ContentType", node.get("ContentType", "").replace("sheet.template.main", "sheet.sheet.main").replace(
            "spreadsheetml.template.main", "spreadsheetml.sheet.main"))  # fmt: skip
    return book


def _refuse(code: str, zh: str, en: str) -> None:
    raise _Refused(Fault(code, zh, en))


def _mark_named_cells(book: Book, known: Collection[str]) -> None:
    """Cells that bear a defined name of ours are marked as if they held {{name}}; other names are the planner's own."""
    sheets = {sheet.title: sheet for sheet in book.sheets}
    for name, node in book.names():
        title, mark, place = (node.text or "").rpartition("!")
        title, place = title.strip("'").replace("''", "'"), place.replace("$", "")
        if name in known and mark and title in sheets and re.fullmatch(r"[A-Z]{1,3}\d+", place):
            book.put(sheets[title].cell(place), f"{{{{{name}}}}}")


def _look_through(book: Book, values: Values, keys: Collection[str], any_rows: bool) -> None:
    """Refuse what the template asks for and cannot have, by cell."""
    found = [(f"{sheet.title}!{cell.get('r')}", book.text(cell)) for sheet in book.sheets for cell in sheet.cells()]
    found += [(place, node.text) for place, node, _ in _loose(book)]
    unknown = [
        f"{place} {{{{{name}}}}}"
        for place, text in found
        for name in _MARK.findall(text)
        if name not in values and name not in keys and (any_rows or not name.startswith(_ROWS))
    ]
    if unknown:
        listed, known = "、".join(unknown), sorted({*values, *keys})
        zh = "、".join(name for name in known if not name.isascii())
        en = ", ".join(name for name in known if name.isascii())
        _refuse(
            "unknown_names",
            f"模板中的名称没有数据：{listed}。可用的名称：{zh}",
            f"The template names unknown data: {listed}. Known are: {en}",
        )
    if doubled := [place for sheet in book.sheets for place in _pattern_cells(book, sheet)[1:]]:
        zh, en = "一张表只能有一行样板行，多出：", "A sheet takes one pattern row; there is more: "
        _refuse("two_patterns", zh + "、".join(doubled), en + "、".join(doubled))
    if within := [f"{sheet.title}!{cell.get('r')}" for sheet in book.sheets for cell in _marked_formulas(sheet)]:
        zh, en = "公式中不能有标记，请引用另一单元格：", "A formula cannot hold a mark; let it refer to a cell: "
        _refuse("mark_in_formula", zh + "、".join(within), en + "、".join(within))
    if headers := [place for sheet in book.sheets for place in _marked_headers(book, sheet)]:
        zh, en = "表格（Table）的标题行不能有标记：", "The header row of an Excel table cannot hold a mark: "
        _refuse("mark_in_table_header", zh + "、".join(headers), en + "、".join(headers))


def _marked_formulas(sheet: SheetPart) -> Iterator[Any]:
    for cell in sheet.cells():
        formula = child(cell, "f")
        if formula is not None and _MARK.search(formula.text or ""):
            yield cell


def _marked_headers(book: Book, sheet: SheetPart) -> Iterator[str]:
    """Cells whose text is also the name of a table's column."""
    tables = [book.package.tree(one.part) for one in book.package.related(sheet.part) if one.kind == "table"]
    heads = {rows_of(one.get("ref"))[0] for one in tables if one.get("headerRowCount") != "0"}
    for row in sheet.rows():
        if int(row.get("r")) in heads:
            for cell in children(row, "c"):
                if _MARK.search(book.text(cell)):
                    yield f"{sheet.title}!{cell.get('r')}"


def _loose(book: Book) -> Iterator[tuple[str, Any, bool]]:
    """(where, element, whether a page header) of every marked text outside the cells."""
    for sheet in book.sheets:
        header = child(sheet.root, "headerFooter")
        for node in () if header is None else header:
            if _MARK.search(node.text or ""):
                yield f"{sheet.title} ({local(node)})", node, True
    for part, root in book.package.trees():
        if local(root) in ("wsDr", "chartSpace", "userShapes"):
            for node in root.iter():
                if local(node) == "t" and _MARK.search(node.text or ""):
                    yield part.rpartition("/")[2], node, False


def _loose_text(mark: re.Match[str], values: Values, in_header: bool) -> str:
    text = one_line(_text(mark, values))
    return text.replace("&", "&&") if in_header else text


def _pattern_cells(book: Book, sheet: SheetPart) -> list[str]:
    """The first marked cell of each row that holds marks of rows."""
    firsts = (
        next((cell for cell in children(row, "c") if _is_row_mark(book.text(cell))), None) for row in sheet.rows()
    )
    return [f"{sheet.title}!{cell.get('r')}" for cell in firsts if cell is not None]


def _is_row_mark(text: str) -> bool:
    return any(name.startswith(_ROWS) for name in _MARK.findall(text))


def _fill_sheet(book: Book, sheet: SheetPart, values: Values, rows: Sequence[Values]) -> None:
    """Fill the marks of a sheet. The pattern row's are found first: data that looks like a mark is data."""
    pattern = None
    for row in sheet.rows():
        marked = [(at, text) for at, cell in enumerate(row) if _MARK.search(text := book.text(cell))]
        if any(_is_row_mark(text) for _, text in marked):
            pattern = row, marked
        else:
            _fill_row(book, row, marked, values)
    if pattern is not None:
        _repeat_row(book, sheet, *pattern, values, rows)


def _repeat_row(
    book: Book,
    sheet: SheetPart,
    pattern: Any,
    marked: Sequence[tuple[int, str]],
    values: Values,
    rows: Sequence[Values],
) -> None:
    """Put one copy of the pattern row for each row of data in its place, and push what lies below down."""
    at, count = int(pattern.get("r")), max(len(rows), 1)
    if len(etree.tostring(pattern)) * count > MOST_REPEATED:
        raise TooLarge(sheet.title)
    if count > 1:
        insert_below(book, sheet, at, count - 1)
    insertion = Insertion(sheet.title, at, count - 1)
    copies = [pattern, *(renumbered(pattern, at + offset) for offset in range(1, count))]
    before = pattern
    for offset, row in enumerate(copies):
        if offset:
            before.addnext(row)
            before = row
            for cell in row:
                _copy_formula(cell, sheet.title, insertion, offset)
        named = {_ROWS + key: value for key, value in rows[offset].items()} if rows else {}
        _fill_row(book, row, marked, {**values, **named})


def _copy_formula(cell: Any, title: str, insertion: Insertion, offset: int) -> None:
    formula = child(cell, "f")
    if formula is not None and formula.text:
        formula.text = insertion.copied(formula.text, title, offset)
        if formula.get("ref"):
            formula.set("ref", cell.get("r"))


def _fill_row(book: Book, row: Any, marked: Sequence[tuple[int, str]], named: Values) -> None:
    for at, text in marked:
        whole = _MARK.fullmatch(text.strip())
        if whole:
            book.put(row[at], named.get(whole[1]))
        elif not book.put_text(row[at], _MARK, lambda mark: _text(mark, named)):
            book.put(row[at], clean(_MARK.sub(lambda mark: _text(mark, named), text)))


def _text(mark: re.Match[str], named: Values) -> str:
    value = named.get(mark[1])
    return "" if value is None else str(value)
