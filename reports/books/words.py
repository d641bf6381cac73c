"""Codes of the register in Chinese and English, as reports print them."""

STATUS = {
    "planned": ("计划", "planned"),
    "in_stock": ("闲置", "in stock"),
    "in_use": ("在用", "in use"),
    "under_repair": ("维修", "under repair"),
    "missing": ("盘亏", "missing"),
    "to_be_scrapped": ("待报废", "to be scrapped"),
    "scrapped": ("已报废", "scrapped"),
}
BASIS = {"in_service": ("启用日期", "in service"), "purchase": ("购置日期", "purchase"), "none": ("无日期", "no date")}
BUCKET = {
    "past_due": ("已超期", "past due"),
    "within_year": ("一年内到期", "due within the year"),
    "later": ("一年后到期", "later"),
    "unknown": ("日期不详", "date unknown"),
    "no_life": ("未定年限", "no service life"),
}
FIBER_STATUS = {"planned": ("规划", "planned"), "in_use": ("在用", "in use"), "retired": ("停用", "retired")}
LENGTH_SOURCE = {
    "unknown": ("不详", "unknown"),
    "design": ("设计图", "design drawing"),
    "map": ("地图量算", "map"),
    "marker": ("米标", "sheath markers"),
    "otdr": ("OTDR", "OTDR"),
}
OWNERSHIP = {"own": ("自有", "own"), "leased": ("租用", "leased")}
YES = ("有", "yes")
NO = ("无", "no")
NO_DEPARTMENT = ("（未登记单位）", "(no department)")
NO_TOWN = ("（未登记乡镇）", "(no town)")
