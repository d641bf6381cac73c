"""Codes of a plan in words: why a device is renewed in a year, or not; the order; the marks of an item. Pure."""

from collections.abc import Callable, Iterable

from inventory.rules.planning import Why
from reports.books import words
from reports.books.frames import Params
from reports.books.plans.planned import Item, Pair

ORDER: dict[str, Pair] = {
    "past_due": ("超期年数", "years past due"),
    "support": ("厂家支持已截止", "support ended"),
    "failed": ("损坏或在修", "failed"),
    "condition": ("状况", "condition"),
    "handles_secrets": ("涉密单位", "handles secrets"),
    "field_work": ("外勤单位", "field work"),
    "own_network": ("自有内网单位", "network of its own"),
    "fairness": ("各单位均衡", "fairness between departments"),
}
_TEXTS: dict[str, Callable[..., Pair]] = {
    "rank": lambda rank, of, year: (f"{year}年排第{rank}（共{of}台）", f"no. {rank} of {of} in {year}"),
    "added_as": lambda rank, of, year: (f"{year}年增配第{rank}（共{of}台）", f"addition no. {rank} of {of} in {year}"),
    "added": lambda reason, author: (f"增配理由：{reason}（{author}）", f"added: {reason} ({author})"),
    "within": lambda rule, number, left: (
        f"标准“{rule}”限额{number}，此前余量{left}",
        f"the standard's {number} of '{rule}' left {left} before it",
    ),
    "by_need": lambda: ("按需配备，逐项论证", "by need, argued case by case"),
    "no_room": lambda rule, number: (
        f"标准“{rule}”限额{number}已无余量，不予增配",
        f"the standard's {number} of '{rule}' leave no room: not added",
    ),
    "past_due": lambda years: (f"已超期{years}年", f"{years} year{'' if years == '1' else 's'} past due"),
    "due_this_year": lambda: ("当年到期", "due in that year"),
    "support": lambda on: (f"厂家支持已于{on}截止", f"support ended on {on}"),
    "failed": lambda status: words.STATUS[status],
    "condition": lambda code: (f"状况{words.CONDITION[code][0]}", f"condition {words.CONDITION[code][1]}"),
    "handles_secrets": lambda: ORDER["handles_secrets"],
    "field_work": lambda: ORDER["field_work"],
    "own_network": lambda: ORDER["own_network"],
    "fairness": lambda done, due: (
        f"本单位此前已更新{done}/{due}",
        f"{done} of {due} of the department renewed before",
    ),
    "by_hand": lambda reason, author: (f"人工列入该年：{reason}（{author}）", f"put in by hand: {reason} ({author})"),
    "left_out": lambda reason, author: (
        f"人工决定不列入：{reason}（{author}）",
        f"left out by hand: {reason} ({author})",
    ),
    "not_due": lambda on: (f"{on}才到期", f"due on {on} only"),
    "no_due_date": lambda: ("没有到期日期", "without a due date"),
    "above": lambda rule, number: (f"超出标准“{rule}”限额{number}", f"above the standard's {number} of '{rule}'"),
    "over_money": lambda price, left, year: (
        f"{year}年余额{left}元，不足{price}元，仍列入",
        f"put in although in {year} {left} yuan were left and {price} are needed",
    ),
    "exception": lambda reason: (f"例外理由：{reason}", f"exception: {reason}"),
    "no_money": lambda price, left, year: (
        f"{year}年余额{left}元，不足{price}元",
        f"in {year} {left} yuan were left, {price} are needed",
    ),
    "too_dear": lambda price, most, year: (
        f"单价{price}元，高于{year}年任一笔资金（最多{most}元）",
        f"costs {price} yuan, more than any source holds in {year} (at most {most})",
    ),
    "no_price": lambda: ("单价表无价格，待询价", "no price on the list, to be quoted"),
    "over_standard": lambda rule, number: (
        f"超出标准“{rule}”限额{number}，不予更新",
        f"above the standard's {number} of '{rule}': not renewed",
    ),
    "no_department": lambda: ("没有登记单位，无法按标准判断", "no department: cannot be judged by a standard"),
    "no_rule": lambda: ("标准没有此类别", "no rule of the standard lists the class"),
    "decided_gone": lambda: (
        "曾人工决定，但已不在账上或不在范围内",
        "decided about by hand, but no longer on the books or in the scope",
    ),
    "date_unknown": lambda: ("政策所选的日期不详，无法判断是否到期", "dates unknown: cannot say when due"),
}


def told(why: Iterable[Why], params: Params) -> str:
    """Codes and their values as one line of words."""
    return params.say("；", "; ").join(params.say(*_TEXTS[code](*values)) for code, *values in why)


def order_told(order: Iterable[str], params: Params) -> str:
    return params.say(" → ", " → ").join(params.say(*ORDER[code]) for code in order)


def marks(item: Item, params: Params) -> str:
    """What must not be overlooked of an item; '' when there is nothing."""
    found = [
        (bool(item.new), ("增配", "addition")),
        (item.over_standard, ("超标准", "above the standard")),
        (item.above_cap, ("超单价上限", "above the price cap")),
        (item.over_money, ("超资金", "above the money")),
        (item.below_life, ("未满最低年限", "within its least life")),
        (item.needs_approval, ("需经批准", "needs approval")),
        (item.left_out, ("人工不列入", "left out by hand")),
        (item.by_hand and not item.left_out, ("人工列入", "put in by hand")),
        (item.year is not None and ("no_rule",) in item.why, ("标准无此类别", "no rule of the standard")),
        (bool(item.missing) and item.year is not None, ("部分日期不详", "some dates unknown")),
    ]
    return params.say("、", ", ").join(params.say(*text) for holds, text in found if holds)
