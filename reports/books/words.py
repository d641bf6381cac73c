"""Codes of the register in Chinese and English, as reports print them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from reports.books.frames import Params

STATUS = {
    "planned": ("计划", "planned"),
    "in_stock": ("闲置", "in stock"),
    "in_use": ("在用", "in use"),
    "under_repair": ("维修", "under repair"),
    "missing": ("盘亏", "missing"),
    "to_be_scrapped": ("待报废", "to be scrapped"),
    "scrapped": ("已报废", "scrapped"),
}
BASIS = {
    "in_service": ("启用日期", "in service"),
    "purchase": ("购置日期", "purchase"),
    "first_seen": ("首次发现", "first seen"),
    "none": ("无日期", "no date"),
}
BUCKET = {
    "past_due": ("已超期", "past due"),
    "within_year": ("一年内到期", "due within the year"),
    "later": ("一年后到期", "later"),
    "unknown": ("日期不详", "date unknown"),
    "no_life": ("未定年限", "no service life"),
}
CRITERION = {
    "life": ("使用年限", "planned life"),
    "pages": ("印量", "life in pages"),
    "support": ("厂家支持", "end of support"),
    "accounting": ("折旧期满", "accounting end"),
    "warranty": ("保修", "warranty end"),
    "override": ("人工确定", "set by hand"),
    "scrap": ("拟报废", "to be scrapped"),
}
POLL_FAULT = {
    "never": ("从未采集", "never polled"),
    "no_answer": ("无应答", "no answer"),
    "refused": ("拒绝访问（团体名或用户不对）", "refused: another community or user is needed"),
    "bad_answer": ("应答无法识别", "its answers cannot be read"),
    "bad_target": ("地址或采集方式不可用", "its address or profile cannot be used"),
    "no_snmp": ("未用SNMP，登录也未成功", "not asked by SNMP, and no log-in worked"),
}
"""What was wrong with the last poll."""
NEVER = {"support": ("未公布截止", "no end announced")}
"""What 'never' means for one of the five dates; for the others it is 'none'."""
CONDITION = {"": ("", ""), "good": ("良好", "good"), "worn": ("一般", "worn"), "poor": ("较差", "poor")}
FIBER_STATUS = {"planned": ("规划", "planned"), "in_use": ("在用", "in use"), "retired": ("停用", "retired")}
LENGTH_SOURCE = {
    "unknown": ("不详", "unknown"),
    "design": ("设计图", "design drawing"),
    "map": ("地图量算", "map"),
    "marker": ("米标", "sheath markers"),
    "otdr": ("OTDR", "OTDR"),
}
OWNERSHIP = {"own": ("自有", "own"), "leased": ("租用", "leased")}
STAGE = {
    "planned": ("计划", "planned"),
    "requested": ("已申请", "requested"),
    "granted": ("已批复", "granted"),
    "refused": ("未批准", "refused"),
    "bought": ("已购置", "bought"),
    "in_service": ("已启用", "in service"),
}
"""How far the replacement of a device of an approved plan has come."""
YES = ("有", "yes")
NO = ("无", "no")
NO_DEPARTMENT = ("（未登记单位）", "(no department)")
NO_TOWN = ("（未登记乡镇）", "(no town)")


def date_or_state(key: str, params: Params) -> Callable[[date | str], date | str]:
    """Puts 'never' and 'unknown' in the place of one of the five dates into words; a date stays."""
    spoken = {"unknown": params.say("不详", "unknown"), "never": params.say(*NEVER.get(key, ("无", "none")))}
    return lambda value: spoken[value] if isinstance(value, str) else value


def counted(pages: object, life: object, read_on: object) -> str:
    """A count of pages beside the life in pages, and the day it was read; '' without one of them."""
    if not isinstance(pages, int) or not isinstance(life, int):
        return ""
    return f"{pages:,} / {life:,}, {read_on}"


def due_by(codes: Sequence[str], counted: str, params: Params) -> str:
    """What makes a device due, with the count of pages where that is it."""
    text = listed(codes, CRITERION, params)
    return f"{text}{params.say('：', ': ')}{counted}" if counted and "pages" in codes else text


def listed(codes: Iterable[str], words: Mapping[str, tuple[str, str]], params: Params) -> str:
    """Codes in words, with commas between."""
    return params.say("、", ", ").join(params.say(*words[code]) for code in codes)
