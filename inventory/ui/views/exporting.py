"""A list as a file: the same rows, columns and order as on the page, as CSV or as a workbook, in flat memory."""

import csv
import re
import tempfile
from collections.abc import Iterator
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from inventory.sheets import texts
from inventory.sheets.columns import Book, Column, Row, Sheet, Value
from inventory.sheets.stream import is_long, stream
from inventory.sheets.write import MOST_ROWS, fill
from inventory.ui.columns import Cell
from inventory.ui.listing import Listing
from inventory.ui.views.base import PageView

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA = re.compile(r"[\t\r\n]|[\s\x00-\x1f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*[=+\-@＝＋－＠]")
"""What a spreadsheet takes for the beginning of a formula in a CSV file: also behind what is not seen, and in Chinese
also in full width."""


class SheetListing(Listing):
    """A list with the columns of a file: what shows several fields in one cell gives each of them its own.

    For who may bring the file back it has all by which the rows are then known.
    """

    @cached_property
    def cells(self) -> list[Cell]:
        shown = super().cells
        names = [name for cell in shown for name in (cell.sheets or (cell.name,))]
        if self.page.kit.importer.may(self.user, self.page):
            names += self.page.kit.importer.needs(self.page)
        return self.page.cells(list(dict.fromkeys(names)))  # type: ignore[no-any-return]


class ExportView(PageView):
    """The list of the same query as a file. `mark` in the address comes back as a cookie with the answer."""

    action = "export"

    def get(self, request: HttpRequest, kind: str) -> HttpResponseBase:
        make = {"csv": self._csv, "xlsx": self._xlsx, "to-edit.xlsx": self._to_edit}.get(kind)
        if make is None:
            raise Http404
        response = make(SheetListing(self.page, request))
        if (mark := request.GET.get("mark", "")).isdecimal():
            # By which the page learns that its file has come; a download tells it nothing else.
            response.set_cookie(
                "exported", mark[:16], max_age=60, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
            )
        return response

    def _name(self, kind: str) -> str:
        return f"{self.page.path}-{timezone.localdate().isoformat()}.{kind}"

    def _csv(self, listing: Listing) -> StreamingHttpResponse:
        response = StreamingHttpResponse(csv_lines(listing), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{self._name("csv")}"'
        return response

    def _xlsx(self, listing: Listing) -> HttpResponseBase:
        """A long list goes out while it is read; a short one has a table, which wants all rows first."""
        book = book_of(listing)
        if book.row_count > MOST_ROWS:
            return self._too_long(book.row_count)
        if is_long(book):
            response = StreamingHttpResponse(stream(book), content_type=WORKBOOK)
            response["Content-Disposition"] = f'attachment; filename="{self._name("xlsx")}"'
            return response
        file = tempfile.NamedTemporaryFile(suffix=".xlsx")  # noqa: SIM115  # closed with the response
        fill(book, Path(file.name))
        return FileResponse(file, as_attachment=True, filename=self._name("xlsx"))

    def _to_edit(self, listing: Listing) -> HttpResponseBase:
        """The matching rows in the columns of an import, for who may bring them back."""
        if not self.page.kit.importer.may(self.request.user, self.page):
            raise PermissionDenied
        if listing.count > MOST_ROWS:
            return self._too_long(listing.count)
        file = tempfile.NamedTemporaryFile(suffix=".xlsx")  # noqa: SIM115  # closed with the response
        texts.write(Path(file.name), self.page.title, self.page.kit.importer.lines(self.page, listing.ordered))
        return FileResponse(file, as_attachment=True, filename=self._name("xlsx"))

    def _too_long(self, count: int) -> HttpResponseBase:
        words = _("The list has %(count)d rows and a sheet of a workbook %(most)d: narrow it, or take it as CSV.")
        messages.error(self.request, words % {"count": count, "most": MOST_ROWS})
        return redirect(f"{self.page.url('list')}?{self.request.GET.urlencode()}")


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_lines(listing: Listing) -> Iterator[str]:
    """Lines of the CSV, beginning with the mark by which Excel knows UTF-8."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow([guarded(cell.heading) for cell in listing.cells])
    for row in listing.every():
        yield writer.writerow([guarded(cell.cell(row)) for cell in listing.cells])


def guarded(value: Value) -> str:
    """A value as a CSV cell that no spreadsheet takes for a formula; numbers stay numbers."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    return f"'{text}" if isinstance(value, str) and FORMULA.match(text) else text


class _Rows:
    """The rows of a list, read anew each time they are gone through."""

    def __init__(self, listing: Listing) -> None:
        self._listing, self._count = listing, listing.count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Row]:
        cells = self._listing.cells
        for row in self._listing.every():
            yield tuple(cell.cell(row) for cell in cells)


def book_of(listing: Listing) -> Book:
    """The workbook of a list: one sheet, and lines that say which filters made it."""
    page: Any = listing.page
    columns = tuple(Column(c.name, c.heading, c.heading, c.sheet_kind) for c in listing.cells)
    head = tuple(f"{chip.title}: {chip.text}" for chip in listing.chips)
    sheet = Sheet(page.title, page.title, columns, _Rows(listing), head=head, empty=str(page.empty), frozen=1)
    lang = "zh" if (get_language() or "").startswith("zh") else "en"
    now = timezone.localtime().replace(tzinfo=None)
    return Book(page.title, [sheet], lang, now.date(), now, author=str(listing.user))
