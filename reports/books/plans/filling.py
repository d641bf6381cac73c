"""A year's request of a plan as names and rows for a finance office's own template. Pure.

Names are English keys and, for people, the Chinese titles of the request: {{rows.quantity}} and {{rows.申请数量}} are
one.
"""

from collections.abc import Mapping

from inventory.rules.money import capital, total
from inventory.sheets.columns import Value
from reports.books.frames import Params
from reports.books.plans import request
from reports.books.plans.lines import lines_of
from reports.books.plans.parts import scope
from reports.books.plans.planned import Drawn

NAMES = {
    "year": "预算年度",
    "unit": "填报单位",
    "plan": "计划",
    "version": "版本",
    "scope": "范围",
    "data_date": "数据日期",
    "preparer": "编制人",
    "reviewer": "审核人",
    "approved_by": "批准人",
    "approved_on": "批准日期",
    "total": "合计金额",
    "total_in_words": "大写金额",
    "quantity": "合计数量",
    "over_standard": "超标准台数",
    "above_cap": "超单价上限台数",
}


def fields(drawn: Drawn, year: int, params: Params) -> tuple[dict[str, Value], list[dict[str, Value]]]:
    """(values by name, rows by key) of a year: what a template may ask for."""
    head, lines = drawn.head, lines_of(drawn, year)
    amount = total(line.amount_yuan for line in lines)
    asked = [one for line in lines for one in line.asked]
    values: dict[str, Value] = {
        "year": year,
        "unit": head.unit,
        "plan": head.name,
        "version": head.version,
        "scope": scope(head, params),
        "data_date": head.as_of,
        "preparer": head.preparer,
        "reviewer": head.reviewer,
        "approved_by": head.approved_by,
        "approved_on": head.approved_on,
        "total": amount,
        "total_in_words": capital(amount),
        "quantity": len(asked),
        "over_standard": sum(one.over_standard for one in asked),
        "above_cap": sum(one.above_cap for one in asked),
    }
    table = request.table(drawn, lines, year, params)
    titles = {"number": "序号", **{column.key: column.zh for column in table.columns}}
    rows = [_both(dict(zip(titles, (number, *row), strict=True)), titles) for number, row in enumerate(table.rows, 1)]
    return _both(values, NAMES), rows


def _both(values: Mapping[str, Value], titles: Mapping[str, str]) -> dict[str, Value]:
    return {**values, **{titles[key]: value for key, value in values.items()}}
