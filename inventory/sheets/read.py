"""Workbooks that somebody gave us: looked at from outside first, then read with limits. Pure.

The file is hostile until shown otherwise: a zip bomb, entities, a dimension of a million rows, a macro workbook under
another name. What is wrong comes back as a Fault with a sentence; nothing here raises for a file's content.
"""

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
from defusedxml import DefusedXmlException
from openpyxl.utils.exceptions import InvalidFileException

from inventory.sheets.columns import Row


@dataclass(frozen=True)
class Fault:
    """What is wrong with a file: a code for programs and a sentence for a person, in both languages."""

    code: str
    zh: str
    en: str

    def text(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True)
class Limits:
    """How much of a file is looked at. Sizes in octets."""

    file_size: int = 50 * 1024**2
    members: int = 2000
    unpacked_size: int = 200 * 1024**2
    ratio: int = 200
    """Unpacked by packed size of one member; small members may pass it, they cannot hurt."""
    rows: int = 200_000
    columns: int = 200


@dataclass(frozen=True)
class Table:
    """One sheet as read: its name and its rows that are not blank, each with its number in the file (from 1).

    A row ends with its last cell that holds something.
    """

    sheet: str
    rows: tuple[tuple[int, Row], ...]


LIMITS = Limits()
_SMALL = 1024**2


def check(path: Path, limits: Limits = LIMITS) -> Fault | None:
    """Whether a file may be opened as an xlsx workbook, judged by its zip directory alone; None when it may.

    Python's zipfile reads no more of a member than the directory says, so a directory that lies makes the reading
    fail and not the memory.
    """
    try:
        size = path.stat().st_size
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except OSError as fault:
        return Fault("unreadable", f"文件无法读取：{fault.strerror}", f"The file cannot be read: {fault.strerror}")
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return _not_xlsx()
    return _too_much(size, members, limits) or _not_a_workbook(members)


def _too_much(size: int, members: list[zipfile.ZipInfo], limits: Limits) -> Fault | None:
    unpacked = sum(member.file_size for member in members)
    bombs = [m for m in members if m.file_size > _SMALL and m.file_size > limits.ratio * max(m.compress_size, 1)]
    if size > limits.file_size or unpacked > limits.unpacked_size or bombs:
        return Fault(
            "too_large",
            f"文件解开后过大（{unpacked // 1024**2} MiB），可能是压缩炸弹，未打开",
            f"The file unpacks to too much ({unpacked // 1024**2} MiB) and was not opened",
        )
    if len(members) > limits.members:
        count = len(members)
        return Fault("too_many_parts", f"文件内部件过多（{count}）", f"The file has {count} parts, too many")
    return None


def _not_a_workbook(members: list[zipfile.ZipInfo]) -> Fault | None:
    present = {member.filename for member in members}
    if "[Content_Types].xml" not in present or not any(name.startswith("xl/") for name in present):
        return _not_xlsx()
    if any(member.flag_bits & 1 for member in members):
        return Fault("encrypted", "文件已加密", "The file is encrypted")
    if any(name.lower().endswith("vbaproject.bin") for name in present):
        return Fault("macros", "文件含宏，请另存为不含宏的 xlsx", "The file holds macros; save it as a plain xlsx")
    return None


def _not_xlsx() -> Fault:
    return Fault("not_xlsx", "不是 xlsx 工作簿", "This is not an xlsx workbook")


def read(path: Path, sheet: str | None = None, limits: Limits = LIMITS) -> Table | Fault:
    """The rows of one sheet (the first without `sheet`), as values; of a formula the value stored with it.

    Faults: those of `check`; 'no_sheet', 'too_many_rows', 'broken'.
    """
    fault = check(path, limits)
    if fault is not None:
        return fault
    if not openpyxl.DEFUSEDXML:
        raise RuntimeError("openpyxl must parse with defusedxml here")
    try:
        workbook = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
        try:
            return _table(workbook, sheet, limits)
        finally:
            workbook.close()
    except _BROKEN as fault_:
        kind = type(fault_).__name__
        zh, en = f"工作簿已损坏或含不允许的内容（{kind}）", f"The workbook is broken or not allowed ({kind})"
        return Fault("broken", zh, en)


# What openpyxl raises for a file that is a zip and no sound workbook: it checks little before it uses it.
_BROKEN: tuple[type[Exception], ...] = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    DefusedXmlException,
    EOFError,
    InvalidFileException,
    LookupError,
    NotImplementedError,
    OSError,
    RecursionError,
    SyntaxError,  # both parsers: xml.etree's ParseError and lxml's XMLSyntaxError
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


def _table(workbook: Any, name: str | None, limits: Limits) -> Table | Fault:
    if name is not None and name not in workbook.sheetnames:
        return Fault("no_sheet", f"没有工作表“{name}”", f"There is no sheet '{name}'")
    sheets = [workbook[name]] if name is not None else list(workbook.worksheets[:1])
    if not sheets:
        return Fault("no_sheet", "没有工作表", "There is no sheet")
    rows: list[tuple[int, Row]] = []
    # The dimension that a file declares is not believed: columns are cut, rows counted as they come.
    sheets[0].reset_dimensions()
    for number, values in enumerate(sheets[0].iter_rows(max_col=limits.columns, values_only=True), start=1):
        if number > limits.rows:
            return Fault("too_many_rows", f"超过 {limits.rows:,} 行", f"More than {limits.rows:,} rows")
        if filled := [index for index, value in enumerate(values) if value not in (None, "")]:
            rows.append((number, tuple(values[: filled[-1] + 1])))
    return Table(sheets[0].title, tuple(rows))
