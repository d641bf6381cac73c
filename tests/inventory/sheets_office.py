"""A finance office's template as XlsxWriter makes one, with everything that may stand in it.

Rows: 1 title, 3 headings, 4 the pattern, 5 a spacer, 6 totals, 8 a note over merged cells, 10 what follows.
"""

import struct
import zlib
from pathlib import Path
from typing import Any

import xlsxwriter

PATTERN, TOTAL = 4, 6


def template(path: Path) -> None:
    """Write it."""
    book = xlsxwriter.Workbook(path)
    sheet, other = book.add_worksheet("申请 表"), book.add_worksheet("汇总")
    _request(book, sheet)
    _around(book, sheet)
    _charts(book, sheet, other)
    _other(book, other)
    book.close()


def _request(book: Any, sheet: Any) -> None:
    bold, italic = book.add_format({"bold": True, "font_name": "黑体"}), book.add_format({"italic": True})
    money = book.add_format({"num_format": "#,##0.00", "border": 1})
    sheet.merge_range("A1:F1", "{{year}} 年预算申请表", bold)
    sheet.write_rich_string("A2", bold, "填报单位：", italic, "{{unit}}")
    sheet.write_row("A3", ["单位", "名称", "数量", "单价", "金额", "占比"], bold)
    sheet.write_row("A4", ["{{rows.unit}}", "{{rows.name}}", "{{rows.quantity}}"], italic)
    sheet.write_string("D4", "{{rows.price}}", money)
    sheet.write_formula("E4", "=C4*D4", money, 0)
    sheet.write_formula("F4", "=E4/E$6", None, 0)
    sheet.write_formula("G4", "=SUM(E$4:E4)", money, 0)
    sheet.write_string("H4", "{{rows.day}}")
    sheet.merge_range("I4:J4", "备注", italic)
    sheet.set_row(3, 21)
    sheet.set_row(5, 33)
    sheet.write_string("A6", "合计", bold)
    sheet.write_formula("C6", "=SUM(C4:C5)", bold, 0)
    sheet.write_formula("E6", "=SUM(E4:E4)", money, 0)
    sheet.write_array_formula("F6:F6", "{=SUM(C4:C4*D4:D4)}", money, 0)
    sheet.merge_range("A8:E9", "说明：{{unit}}", italic)


def _around(book: Any, sheet: Any) -> None:
    red = book.add_format({"bg_color": "#FFC7CE"})
    sheet.conditional_format("E4", {"type": "cell", "criteria": ">", "value": 10000, "format": red})
    sheet.conditional_format("C4:C5", {"type": "data_bar", "data_bar_2010": True})
    sheet.conditional_format("E6", {"type": "formula", "criteria": "=$E$6>SUM($C$4:$C$4)", "format": red})
    sheet.data_validation("C4", {"validate": "integer", "criteria": ">", "value": 0})
    sheet.data_validation("I6", {"validate": "list", "source": "=$A$11:$A$12"})
    sheet.write_column("A11", ["同意", "不同意"])
    sheet.write_url("A13", "internal:'汇总'!A4", string="见汇总")
    sheet.write_url("A14", "https://example.invalid/", string="办法")
    sheet.write_comment("A6", "各单位之和")
    sheet.write_comment("C3", "台")
    sheet.add_sparkline("K4", {"range": "'申请 表'!C4:E4"})
    sheet.autofilter("A3:F4")
    sheet.freeze_panes(3, 1)
    sheet.print_area("A1:K32")
    sheet.repeat_rows(0, 2)
    sheet.set_h_pagebreaks([9])
    sheet.set_header("&C{{unit}}")
    sheet.ignore_errors({"number_stored_as_text": "A6:A8"})
    book.define_name("总额", "='申请 表'!$E$6")
    book.define_name("明细", "='申请 表'!$A$4:$E$4")


def _charts(book: Any, sheet: Any, other: Any) -> None:
    chart = book.add_chart({"type": "column"})
    named = {"name": "='申请 表'!$E$3", "categories": "='申请 表'!$A$4:$A$4", "values": "='申请 表'!$E$4:$E$4"}
    chart.add_series(named)
    chart.set_title({"name": "{{year}} 年金额"})
    sheet.insert_chart("A16", chart, {"object_position": 2})
    lines = book.add_chart({"type": "line"})
    lines.add_series({"values": "='申请 表'!$C$4:$C$5"})
    other.insert_chart("C2", lines)
    seal = path_of_picture(Path(book.filename).with_suffix(".png"))
    sheet.insert_image("F8", str(seal), {"object_position": 2})


def _other(book: Any, other: Any) -> None:
    other.write_string("A1", "合计")
    other.write_formula("B1", "='申请 表'!E6", None, 0)
    other.write_formula("B2", "=SUM('申请 表'!E4:E4)", None, 0)
    other.write_formula("B3", "=总额+SUM(明细)", None, 0)
    other.conditional_format("B1", {"type": "formula", "criteria": "='申请 表'!$E$6>0", "format": book.add_format()})
    other.add_table("A20:B22", {"name": "表", "columns": [{"header": "单位"}, {"header": "数"}], "total_row": True})


def path_of_picture(path: Path) -> Path:
    """A red square of 24 points as PNG."""
    lines = b"".join(b"\0" + b"\xcc\x10\x10" * 32 for _ in range(32))

    def chunk(kind: bytes, octets: bytes) -> bytes:
        return struct.pack(">I", len(octets)) + kind + octets + struct.pack(">I", zlib.crc32(kind + octets))

    head = struct.pack(">IIBBBBB", 32, 32, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + parts)
    return path
