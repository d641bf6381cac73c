"""What every book starts from: parameters, frames, and the way from a frame to the rows of a sheet.

Knows pandas and the Excel kit's declarations; neither Django nor the database nor a workbook.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import pandas as pd

from inventory.sheets.columns import Column, Kind, Row, Rows, Sheet

Frames = Mapping[str, pd.DataFrame]
"""Frames by name; their columns and types are stated in reports.queries."""


@dataclass(frozen=True)
class Params:
    """What a report is asked for. `scope` is the sentence that names its town or department; '' is the county."""

    as_of: date
    made_at: datetime
    lang: str = "zh"
    year: int = 0
    """The budget year."""
    scope: str = ""
    unit: str = ""
    """The reporting unit; '' leaves a line to write on. So too the two names below."""
    preparer: str = ""
    reviewer: str = ""
    fill: bool = False
    """Ask up to the standard, and not only for what is to be replaced."""
    before: str = ""
    """ISO date of the day to compare with; '' for the last one."""

    def say(self, zh: str, en: str) -> str:
        return zh if self.lang == "zh" else en

    def scope_text(self) -> str:
        return self.scope or self.say("全县", "the whole county")


def values(frame: pd.DataFrame, key: str) -> list[Any]:
    """A column as Python values; what pandas calls missing is None."""
    column = frame[key].tolist()
    # Only NaN and NaT differ from themselves.
    return [None if value != value else value for value in column] if frame[key].dtype == object else column


@dataclass(frozen=True)
class FrameRows:
    """The rows of some columns of a frame, made one by one as they are gone through."""

    frame: pd.DataFrame
    keys: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.frame)

    def __iter__(self) -> Iterator[Row]:
        return zip(*(values(self.frame, key) for key in self.keys), strict=True)


def sheet_rows(frame: pd.DataFrame, columns: Sequence[Column]) -> Rows:
    """The frame's columns that the sheet's columns name, as rows. KeyError when the frame lacks one."""
    return FrameRows(frame, tuple(column.key for column in columns))


def class_name(frame: pd.DataFrame, lang: str) -> "pd.Series[Any]":
    """The name of each row's asset class in a language; the Chinese one where there is no English one."""
    if lang == "zh" or frame.empty:
        return frame["class_name"]
    return frame["class_name_en"].where(frame["class_name_en"] != "", frame["class_name"])


def by_row(frame: pd.DataFrame, keys: Sequence[str], function: Callable[..., Any]) -> "pd.Series[Any]":
    """function(row's values of keys…) for each row, as a column of objects; None stays None."""
    found = [function(*row) for row in zip(*(values(frame, key) for key in keys), strict=True)]
    return pd.Series(found, index=frame.index, dtype=object)


@dataclass(frozen=True)
class Unjudged:
    """Rows that a report could not judge: how many, why, and a few of them by name."""

    count: int
    zh: str
    en: str
    examples: tuple[str, ...] = ()


def unjudged(frame: pd.DataFrame, chosen: "pd.Series[Any]", zh: str, en: str, key: str = "asset_tag") -> Unjudged:
    """The chosen rows of a frame as rows that could not be judged, the first five by name."""
    names = frame.loc[chosen.astype(bool), key] if len(frame) else pd.Series([], dtype=object)
    return Unjudged(len(names), zh, en, tuple(str(name) for name in names.head(5)))


NOTE_COLUMNS = (
    Column("item", "项目", "Item", width=22),
    Column("text", "说明", "What it says", width=96, wrap=True),
    Column("count", "数量", "Count", Kind.INT, width=9),
)


def notes(
    params: Params, title: str, rules: Sequence[tuple[str, str]], missing: Sequence[Unjudged], rows: int
) -> Sheet:
    """The last sheet of every book: data date, scope, the rules used, what could not be judged and why."""
    say = params.say
    lines: list[Row] = [
        (say("报表", "Report"), title, None),
        (say("数据日期", "Data date"), params.as_of.isoformat(), None),
        (say("生成时间", "Made at"), f"{params.made_at:%Y-%m-%d %H:%M}", None),
        (say("范围", "Scope"), params.scope_text(), rows),
        (say("口径", "Basis"), _basis(params), None),
    ]
    lines += [(say("规则", "Rule"), say(zh, en), None) for zh, en in rules]
    lines += [(say("无法判断", "Not judged"), _missing(params, one), one.count) for one in missing if one.count]
    if not any(one.count for one in missing):
        lines.append((say("无法判断", "Not judged"), say("无", "none"), 0))
    name = say("说明", "Notes")
    return Sheet(name, f"{title} · {name}", NOTE_COLUMNS, lines, filtered=False)


def _basis(params: Params) -> str:
    return params.say(
        "登记、单价与网络数据为生成时的数据；期限、单价和“最近发现”按数据日期判断。",
        "Register, prices and network are as they stood when this was made; dates due, prices in force and "
        "'seen lately' are judged as of the data date.",
    )


def _missing(params: Params, one: Unjudged) -> str:
    text = params.say(one.zh, one.en)
    if not one.examples:
        return text
    more = params.say("等", " …") if one.count > len(one.examples) else ""
    listed = params.say("、", ", ").join(one.examples)
    return text + params.say(f"（如：{listed}{more}）", f" (such as {listed}{more})")


def head(params: Params, columns: Iterable[Column]) -> tuple[str, ...]:
    """The line under a title: scope, data date, when it was made; the unit of money where a column has any."""
    scope, day, made = params.scope_text(), params.as_of.isoformat(), f"{params.made_at:%Y-%m-%d %H:%M}"
    line = params.say(
        f"范围：{scope}    数据日期：{day}    生成时间：{made}",
        f"Scope: {scope}    Data date: {day}    Made at: {made}",
    )
    if any(column.kind is Kind.MONEY for column in columns):
        line += params.say("    金额单位：元", "    Amounts in yuan")
    return (line,)


def table(name: str, title: str, columns: Sequence[Column], frame: pd.DataFrame, params: Params, empty: str) -> Sheet:
    """A sheet of a frame's rows, with the line under its title."""
    columns = tuple(columns)
    return Sheet(name, title, columns, sheet_rows(frame, columns), head(params, columns), empty=empty, frozen=1)


def translated(frame: pd.DataFrame, key: str, words: Mapping[str, tuple[str, str]], params: Params) -> pd.DataFrame:
    """The frame with a column of codes turned into words; a code without a word stays."""
    if frame.empty:
        return frame
    spoken = {code: params.say(*pair) for code, pair in words.items()}
    return frame.assign(**{key: frame[key].map(lambda code: spoken.get(code, code))})


BUDGET_CODE = Column("budget_code", "预算单位编码", "Budget code")
"""Stands beside a department."""


def coded(sheets: Iterable[Sheet], codes: Iterable[str]) -> list[Sheet]:
    """The sheets; where no department has a budget code, without the column for it."""
    known = any(codes)
    return [one if known or BUDGET_CODE not in one.columns else lacking(one, [BUDGET_CODE.key]) for one in sheets]


def lacking(sheet: Sheet, keys: Collection[str]) -> Sheet:
    """The sheet without some of its columns."""
    kept = [at for at, column in enumerate(sheet.columns) if column.key not in keys]
    rows = [tuple(row[at] for at in kept) for row in sheet.rows]
    return replace(
        sheet, columns=without(sheet.columns, *keys), rows=rows, frozen=sum(at < sheet.frozen for at in kept)
    )


def without(columns: Sequence[Column], *keys: str) -> tuple[Column, ...]:
    """The columns but for some."""
    return tuple(column for column in columns if column.key not in keys)
