"""What changed between two versions of a plan, as sentences in both languages. Pure."""

from collections.abc import Iterator
from decimal import Decimal

from reports.books.plans.planned import Decided, Drawn, Head, Item, Pair, grouped, tags_told

_FIELDS: dict[str, Pair] = {
    "as_of": ("数据日期", "data date"),
    "first_year": ("起始年度", "first year"),
    "years": ("年数", "number of years"),
    "first_month": ("财年起始月", "first month of the fiscal year"),
    "change_percent": ("单价年变动（%）", "yearly change of prices, %"),
    "order": ("排序", "order"),
    "scope": ("范围", "scope"),
    "preparer": ("编制人", "preparer"),
    "reviewer": ("审核人", "reviewer"),
}


def changes(before: Drawn, after: Drawn) -> tuple[Pair, ...]:
    """Settings, money, exceptions and decisions that differ; devices that came, went, or moved to another year."""
    return (
        *_settings(before.head, after.head),
        *_money(before.head, after.head),
        *_exceptions(before.head, after.head),
        *_decided(before.head, after.head),
        *_additions(before.head, after.head),
        *_items(before, after),
    )


def _settings(before: Head, after: Head) -> Iterator[Pair]:
    for name, (zh, en) in _FIELDS.items():
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            was, is_ = _text(old), _text(new)
            yield f"{zh}：{was} → {is_}", f"{en}: {was} → {is_}"


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return "、".join(str(one) for one in value if one)
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _money(before: Head, after: Head) -> Iterator[Pair]:
    old = {(one.year, one.source): one.amount_yuan for one in before.money}
    new = {(one.year, one.source): one.amount_yuan for one in after.money}
    for key in sorted({*old, *new}):
        if key not in old or key not in new or old[key] != new[key]:
            was, is_ = (_amount(side, key) for side in (old, new))
            year, source = key
            yield f"{year}年资金“{source}”：{was[0]} → {is_[0]}", f"money '{source}' in {year}: {was[1]} → {is_[1]}"


def _amount(money: dict[tuple[int, str], Decimal | None], key: tuple[int, str]) -> Pair:
    if key not in money:
        return "无", "none"
    amount = money[key]
    return ("不限", "as needed") if amount is None else (f"{amount:,.2f}", f"{amount:,.2f}")


def _exceptions(before: Head, after: Head) -> Iterator[Pair]:
    old, new = set(before.exceeding), set(after.exceeding)
    for word, ones in ((("取消例外", "exception dropped"), old - new), (("新增例外", "exception added"), new - old)):
        for one in sorted(ones, key=lambda one: (one.department, one.asset_class)):
            text = f"{one.department} {one.asset_class} {one.quantity} {one.reason}"
            yield f"{word[0]}：{text}", f"{word[1]}: {text}"


def _additions(before: Head, after: Head) -> Iterator[Pair]:
    old, new = ({(one.year, one.department, one.asset_class): one for one in head.adding} for head in (before, after))
    for key in sorted({*old, *new}):
        was, is_ = old.get(key), new.get(key)
        if was is None or is_ is None or (was.quantity, was.reason) != (is_.quantity, is_.reason):
            year, department, asset_class = key
            counts = f"{was.quantity if was else 0} → {is_.quantity if is_ else 0}"
            reason = (is_ or was).reason  # type: ignore[union-attr]  # the key is of one of them
            yield (
                f"{year}年增配 {department} {asset_class}：{counts}，{reason}",
                f"added in {year}, {department} {asset_class}: {counts}, {reason}",
            )


def _decided(before: Head, after: Head) -> Iterator[Pair]:
    """Decisions that are new or other than before, and those taken back, those alike together."""
    old, new = ({(one.tag, one.year, one.reason): one for one in head.decided} for head in (before, after))
    for key, one in grouped([one for key, one in new.items() if key not in old]):
        yield _decision("新的人工决定", "decided by hand", key, one)
    tags = {one.tag for one in after.decided}
    gone = [one for one in before.decided if one.tag not in tags]
    for key, one in grouped(gone):
        yield _decision("取消人工决定", "decision by hand taken back", key, one)


def _decision(zh: str, en: str, key: tuple[int | None, str], ones: list[Decided]) -> Pair:
    year, reason = key
    tags = tags_told(ones)
    what = ("不列入", "left out") if year is None else (f"列入{year}年", f"put in for {year}")
    return f"{zh}：{tags[0]} {what[0]}：{reason}", f"{en}: {tags[1]} {what[1]}: {reason}"


def _items(before: Drawn, after: Drawn) -> Iterator[Pair]:
    old: dict[str, Item] = {one.tag: one for one in before.renewals}
    new: dict[str, Item] = {one.tag: one for one in after.renewals}
    came, went = len(new.keys() - old.keys()), len(old.keys() - new.keys())
    moved = [tag for tag in new.keys() & old.keys() if new[tag].year != old[tag].year]
    priced = [tag for tag in new.keys() & old.keys() if new[tag].price_yuan != old[tag].price_yuan]
    for count, zh, en in (
        (came, "新到期设备{}台", "{} more devices are due"),
        (went, "不再到期设备{}台", "{} devices are no longer due"),
        (len(moved), "更新年度改变{}台", "{} devices are renewed in another year"),
        (len(priced), "金额改变{}台", "the amount of {} devices changed"),
    ):
        if count:
            yield zh.format(count), en.format(count)
